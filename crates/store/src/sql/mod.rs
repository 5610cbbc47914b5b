//! The statements of every SQL store, in words that SQLite and Postgres both know.
//!
//! Compiled once for each: `driver`, in the module above, names the types of its driver and the few
//! words that differ. What is read in a transaction stays true until it ends: nobody else writes
//! meanwhile, and a reading call sees one moment.

mod audit_sample;
pub(super) mod blob;
mod calibration;
mod commit;
mod copy;
mod curated;
mod curation;
pub(super) mod fault;
mod keys;
mod missed;
mod models;
mod number;
mod once;
mod read;
mod references;
mod rows;
pub(super) mod schema;
pub(super) mod select;
mod store;
mod suspending;
mod watch;
mod watching;
mod write;

use super::driver;

pub(super) use fault::Fault;
