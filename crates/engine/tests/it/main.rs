//! The engine over real parts: its invariants, its faults, its bounds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it meets an impossible case"
)]

mod behind;
mod bounds;
mod calibrate;
mod clarify;
mod concurrency;
mod curation;
mod explain;
mod faults;
mod import;
mod indexed;
mod invalidate;
mod invisible;
mod lexicons;
mod listing;
mod living_on;
mod midnight;
mod near_misses;
mod opinions;
mod parts;
mod profiles;
mod restart;
mod signature;
mod suspended;
mod unheard;
mod watch;
