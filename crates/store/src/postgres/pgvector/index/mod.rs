//! The index of a model's vectors: built when the set is large enough to need one, kept good, and
//! measured on the set itself.
//!
//! Everything here holds a lock of the model's table as long as its connection lives. So whatever
//! bears a name of ours while the lock is free was left by a run that ended early, and goes.

mod advise;
mod build;
mod leftovers;
mod plan;
mod progress;
mod recall;
mod room;
mod session;
mod state;
mod status;
mod upkeep;

pub use advise::{Advice, Measured};
pub use plan::IndexPlan;
pub use progress::{Step, Told};
pub(super) use recall::NEAREST;
pub use recall::Sample;
pub use state::Built;
pub use status::{IndexStatus, Tenant};
pub use upkeep::Upkept;
