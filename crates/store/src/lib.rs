//! Where golden sets are kept. [`SqliteStore`] holds them in one folder, without any other service.
//!
//! Every store behaves the same: `tests/conformance` is the description, and runs on each.

mod content_hash;
mod copy;
#[allow(clippy::duplicate_mod, reason = "the statements are compiled once for each driver")]
mod postgres;
mod redis;
mod sqlite;

pub use copy::{CopyStore, Piece, Row, TableDigest, copy};
pub use postgres::pgvector::{PgVector, PgVectorOptions};
pub use postgres::{PostgresOptions, PostgresScratch, PostgresStore};
pub use redis::{RedisCache, RedisOptions};
pub use sqlite::SqliteStore;

/// What [`PgVector`] says of its indexes.
pub mod vector_index {
    pub use crate::postgres::pgvector::{
        Advice, Built, IndexPlan, IndexStatus, Measured, Sample, Step, Tenant, Told, Upkept,
    };
}
