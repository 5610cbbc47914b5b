//! A Redis of a test's own, and what hurts the way to it.

#![allow(dead_code, reason = "each file of tests uses its part")]

pub(crate) mod proxy;
pub(crate) mod server;
