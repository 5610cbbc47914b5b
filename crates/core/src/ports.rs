//! The traits of everything that does I/O. Implementations live in crates of their own; the
//! engine knows only these.

mod calibrations;
mod changes;
mod curation;
mod keys;
mod model_store;
mod models;
mod questions;
mod references;
mod shared_cache;
mod store;
mod vector_search;
mod watch;

use jiff::Timestamp;

pub use calibrations::{CalibrationRecord, Calibrations, Recalibrated};
pub use changes::{Applied, ChangeSet, Commit, EntryChange, Once};
pub use curation::{
    CandidateChange, CurationChanges, CurationStore, ExpertChange, LogFilter, LogLine, MissedTold,
};
pub use keys::KeyStore;
pub use model_store::{BareVersion, KeptModel, ModelStore, ModelSwitch};
pub use models::{Embedder, Pair, PairModel};
pub use questions::QuestionStore;
pub use references::{
    ChangeNumber, NewChange, ReferenceChange, ReferenceChanged, ReferenceStore, Resting, UndoChange,
};
pub use shared_cache::{SharedCache, SharedCacheFaults, SharedCacheHealth, SharedItem, SharedKeys};
pub use store::{
    EntryRecord, PublishedChanges, PublishedParts, PublishedSet, PublishedState, PublishedVersion,
    Store,
};
pub use vector_search::{Filled, Near, NearEntry, Nearest, NearestQuery, VectorSearch};
pub use watch::WatchStore;

/// Tells the time; tests move it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
