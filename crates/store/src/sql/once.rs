//! Writes that are done once, however often they come.

use goldenset_core::ports::Once;
use goldenset_core::{Code, Error};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::driver::Connection;
use super::fault::{Fault, damaged};

/// How long the outcome of a write is kept for a caller who asks again.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The outcome of an earlier write with this key, none when it comes first.
///
/// # Errors
/// `idempotency_reused` where the key came with something else.
pub(super) async fn outcome<T: DeserializeOwned>(
    db: &mut Connection,
    once: &Once,
) -> Result<Option<T>, Fault> {
    let row: Option<(Vec<u8>, String)> =
        sqlx::query_as("SELECT fingerprint, outcome FROM done_once WHERE key = $1")
            .bind(once.key.as_str())
            .fetch_optional(db)
            .await?;
    let Some((fingerprint, outcome)) = row else { return Ok(None) };
    if fingerprint != once.fingerprint {
        return Err(Error::new(
            Code::IdempotencyReused,
            "the idempotency key came before, with another request",
        )
        .field("idempotency-key")
        .fix("use a new key for every new request")
        .into());
    }
    once.replay();
    Ok(Some(serde_json::from_str(&outcome).map_err(damaged)?))
}

/// Keeps the outcome of a write, in its transaction; forgets what is too old to be asked for.
pub(super) async fn keep<T: Serialize>(
    db: &mut Connection,
    once: &Once,
    outcome: &T,
    at: Timestamp,
) -> Result<(), Fault> {
    let outcome = serde_json::to_string(outcome).map_err(|cause| {
        Error::new(Code::Internal, "an outcome could not be written as JSON").cause(cause)
    })?;
    let oldest = at.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    sqlx::query("DELETE FROM done_once WHERE at < $1")
        .bind(oldest.as_microsecond())
        .execute(&mut *db)
        .await?;
    sqlx::query("INSERT INTO done_once (key, fingerprint, outcome, at) VALUES ($1, $2, $3, $4)")
        .bind(once.key.as_str())
        .bind(once.fingerprint.as_slice())
        .bind(outcome)
        .bind(at.as_microsecond())
        .execute(db)
        .await?;
    Ok(())
}
