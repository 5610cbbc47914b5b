//! The lookup from top to bottom, its caches and their validity, and changes to the golden set.
//! Knows the traits of stores and providers, not which ones there are.

mod answer;
pub mod audit;
mod cache;
mod calendar;
pub mod calibrate;
mod causes;
mod changes;
mod clarify;
mod compare;
pub mod curation;
mod diff;
pub mod drift;
mod embedding;
mod engine;
pub mod eval;
mod explain;
pub mod fit;
mod follow;
mod gate;
mod gated;
mod import;
mod invalidate;
mod judge;
mod loading;
mod lookup;
mod models;
mod opinion;
mod profiles;
mod references;
pub mod scope;
mod search;
mod single_flight;
mod snapshot;
pub mod transfer;
mod verify;
mod watch;

pub use answer::{Answer, Choice, Clarify, LookupResult, Match};
pub use cache::{
    CacheLimits, CacheState, DropReason, Dropped, EmbeddingsState, NearMissRule, NearMissSettings,
    NearMissState, ResultsState, SharedReads, SharedState, SharedTier,
};
pub use changes::{Author, Changed};
pub use compare::Comparison;
pub use diff::{Changes, Items, Piece, PieceKind, Values, VersionDiff};
pub use engine::{Engine, Parts, Progress, Settings, TenantState};
pub use explain::{Explained, ExplainedGuard, Explanation, PhrasingSpan, Span, Thresholds};
pub use follow::{BOUND, Following};
pub use gate::{Conflict, ConflictKind, GateReport, Neighbour, Override};
pub use gated::{Published, Publishing};
pub use import::{ImportMode, Imported};
pub use invalidate::{Invalidated, ListedResult, MAX_LISTED, Selection, SharedInvalidated};
pub use lookup::{CacheStatus, Facts, Looked};
pub use models::embed_served;
pub use opinion::{Heard, Opinion, PairJudge};
pub use profiles::ProfilesState;
pub use references::{
    Affected, ChangeToUndo, DecisionChange, EarlierChange, Referenced, ReportedChange,
};
pub use snapshot::PublishedEntry;
pub use watch::{MissedSettings, Seen, Watch, WatchSettings, WatchState};
