//! Many callers at once: of lookups, and of changes.

mod asking;
mod changing;
