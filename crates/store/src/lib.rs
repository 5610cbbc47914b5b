//! Where golden sets are kept. [`SqliteStore`] holds them in one folder, without any other service.
//!
//! Every store behaves the same: `tests/conformance` is the description, and runs on each.

mod content_hash;
mod sqlite;

pub use sqlite::SqliteStore;
