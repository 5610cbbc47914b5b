//! Search over sets of unit vectors. Knows groups of rows, nothing of entries or databases.

mod best;
mod bounds;
mod chunk;
#[cfg(test)]
mod clustered;
mod codes;
mod dot;
mod filling;
mod frontier;
mod index;
mod kernel;
mod search;
mod set;

pub use dot::dot;
pub use filling::Filling;
pub use index::Index;
pub use search::Hit;
pub use set::VectorSet;
