//! goldenset: approved answers before the language model. This crate is the program and the only
//! place where its parts are wired together.

pub mod bench;
pub mod cli;
pub mod config;
pub mod http;
pub mod lexicons;
pub mod metrics;
pub mod report;
pub mod serving;
pub mod wire;
