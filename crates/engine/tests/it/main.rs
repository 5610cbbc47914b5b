//! The engine over real parts: its invariants, its faults, its bounds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it meets an impossible case"
)]

mod bounds;
mod calibrate;
mod clarify;
mod concurrency;
mod explain;
mod faults;
mod import;
mod invisible;
mod lexicons;
mod listing;
mod opinions;
mod parts;
mod restart;
mod signature;
mod unheard;
mod watch;
