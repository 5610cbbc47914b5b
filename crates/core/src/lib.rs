//! The pure part of goldenset: what an entry is, when two questions are the same, what may be
//! served, and the traits of everything that does I/O. No I/O and no async runtime here.

pub mod calibration;
pub mod canonical;
pub mod curation;
pub mod decision;
pub mod embedding;
pub mod entry;
pub mod error;
pub mod filters;
pub mod guards;
pub mod ids;
pub mod keys;
pub mod ports;
pub mod reference;
pub mod said;
pub mod validity;
pub mod verifier;
pub mod watch;
pub mod words;

pub use canonical::{Canonical, Signature};
pub use embedding::{Embedding, Vector, WordVectors};
pub use entry::{EntryContent, EntryStatus, FieldFault};
pub use error::{Code, Error, Kind, Result};
pub use filters::Filters;
pub use ids::{EntryId, Epoch, EpochStamp, Handle, ModelId, TenantId, VersionNumber};
pub use reference::{Document, Reference, Suspension};
pub use validity::Validity;
