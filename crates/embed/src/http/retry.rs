//! When to try again: exponential backoff with full jitter, `Retry-After`, bounded in attempts and
//! in time.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use goldenset_core::{Error, Result};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time::Instant;

use super::Service;

/// Why one attempt failed.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: Error,
    /// Whether the same request may succeed later.
    pub(crate) passing: bool,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
}

impl Fault {
    pub(crate) fn lasting(error: Error) -> Self {
        Self { error, passing: false, retry_after: None }
    }

    pub(crate) fn passing(error: Error) -> Self {
        Self { error, passing: true, retry_after: None }
    }
}

/// How patient goldenset is with a server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Most attempts, the first one included.
    pub(crate) max_attempts: usize,
    /// Upper bound of the pause before the first retry; doubles with each further one.
    pub(crate) first_pause: Duration,
    /// Longest pause, also when the server asks for more.
    pub(crate) max_pause: Duration,
}

/// Runs `attempt` until it succeeds, fails for good, or patience ends. A pause that would end
/// after `deadline` is not begun.
pub(crate) async fn with_retries<T, F>(
    service: &Service,
    patience: Patience,
    deadline: Instant,
    on_retry: impl Fn(),
    attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T, Fault>>,
{
    let ceilings = ExponentialBuilder::default()
        .with_min_delay(patience.first_pause)
        .with_max_delay(patience.max_pause)
        .with_max_times(patience.max_attempts.saturating_sub(1));
    attempt
        .retry(ceilings)
        .when(|fault| fault.passing)
        .adjust(|fault, ceiling| {
            let pause = pause(fault.retry_after, ceiling?, patience.max_pause, fastrand::f64());
            (Instant::now() + pause < deadline).then_some(pause)
        })
        .notify(|fault, pause| {
            tracing::warn!(error = %fault.error, ?pause, "asking the {} again", service.name);
            on_retry();
        })
        .await
        .map_err(|fault| fault.error)
}

/// What the server asks for, up to `max`; else a random part of `ceiling` ("full jitter",
/// Brooker, "Exponential Backoff And Jitter", AWS 2015), so that callers that failed together do
/// not come back together. `random` is from 0 to 1.
fn pause(retry_after: Option<Duration>, ceiling: Duration, max: Duration, random: f64) -> Duration {
    match retry_after {
        Some(asked) => asked.min(max),
        None => ceiling.mul_f64(random),
    }
}

/// Reads `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3).
pub(super) fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let check = |value: &str, expected: Option<f64>| {
            let expected = expected.map(Duration::from_secs_f64);
            assert_eq!(parse_retry_after(value, now), expected, "{value}");
        };
        check("7", Some(7.0));
        check(" 0.5 ", Some(0.5));
        check("Thu, 01 Jan 2026 00:01:30 GMT", Some(90.0));
        check("Wed, 31 Dec 2025 00:00:00 GMT", Some(0.0));
        for bad in ["soon", "-1", "NaN", "inf", "1e30", ""] {
            check(bad, None);
        }
    }

    #[test]
    fn pauses_are_bounded() {
        let seconds = Duration::from_secs;
        assert_eq!(pause(Some(seconds(5)), seconds(1), seconds(8), 0.5), seconds(5));
        assert_eq!(pause(Some(seconds(60)), seconds(1), seconds(8), 0.5), seconds(8));
        assert_eq!(pause(None, seconds(4), seconds(8), 0.0), Duration::ZERO);
        assert_eq!(pause(None, seconds(4), seconds(8), 0.5), seconds(2));
    }
}
