//! What can be wrong with Redis.

use std::fmt;

use goldenset_core::ports::SharedCacheFaults;
use goldenset_core::{Code, Error};
use redis::{ErrorKind, RedisError};

/// Why Redis did not do what it was asked.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// It did not answer in time.
    Timeout,
    /// It cannot be reached, or the connection broke.
    Connection(String),
    /// It said no: full, read-only, not allowed, loading its data.
    Refused(String),
    /// What it said makes no sense.
    Garbage(String),
}

impl Fault {
    pub(super) fn count(&self, faults: &mut SharedCacheFaults) {
        let count = match self {
            Self::Timeout => &mut faults.timeout,
            Self::Connection(_) => &mut faults.connection,
            Self::Refused(_) => &mut faults.refused,
            Self::Garbage(_) => &mut faults.garbage,
        };
        *count += 1;
    }

    /// For an operator who wanted something of it.
    pub(super) fn into_error(self) -> Error {
        Error::new(Code::CacheUnavailable, format!("Redis {self}"))
            .field("cache.redis_url")
            .fix("see to Redis; lookups go on without it, and caching resumes by itself")
    }
}

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        // Redis repeats arguments in some errors, but never what was in a URL.
        let said = error.to_string();
        match error.kind() {
            _ if error.is_timeout() => Self::Timeout,
            ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::AuthenticationFailed => {
                Self::Refused(said)
            }
            ErrorKind::Parse | ErrorKind::UnexpectedReturnType => Self::Garbage(said),
            _ => Self::Connection(said),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("does not answer in time"),
            Self::Connection(said) => write!(f, "cannot be reached: {said}"),
            Self::Refused(said) => write!(f, "refuses: {said}"),
            Self::Garbage(said) => write!(f, "answers what makes no sense: {said}"),
        }
    }
}
