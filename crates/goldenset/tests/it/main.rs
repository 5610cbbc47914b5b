//! The program as its users meet it: the real binary, real HTTP on loopback, the real bundled
//! model, a data folder of its own. Every response is held against `openapi.json`.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod calibration;
#[cfg(test)]
mod cli_answers;
#[cfg(test)]
mod cli_config;
#[cfg(test)]
mod cli_lines;
#[cfg(test)]
mod cli_loop;
#[cfg(test)]
mod cli_transfer;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod curation;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod description;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod eval;
#[cfg(test)]
mod faults;
#[cfg(test)]
#[path = "../../../store/tests/faulty/mod.rs"]
mod faulty;
#[cfg(test)]
mod http;
#[cfg(test)]
mod index;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod keys_operator;
#[cfg(test)]
mod lookup;
#[cfg(test)]
mod lookup_http;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod missed;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod once;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod process;
#[cfg(test)]
mod program;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod references;
#[cfg(test)]
mod restart;
#[cfg(test)]
#[path = "../../../store/tests/schema/mod.rs"]
mod schema;
#[cfg(test)]
mod scope;
#[cfg(test)]
mod second_opinion;
#[cfg(test)]
mod server;
#[cfg(test)]
mod start;
#[cfg(test)]
mod tenant;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod watch;
