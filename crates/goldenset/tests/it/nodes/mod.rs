//! Several nodes on one Postgres: what one publishes, all serve.

mod away;
mod kit;
mod lost;
mod postgres;
mod together;
