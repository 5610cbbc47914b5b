//! Search over sets of unit vectors. Knows groups of rows, nothing of entries or databases.

mod dot;
mod search;
mod set;

pub use dot::dot;
pub use search::Hit;
pub use set::VectorSet;
