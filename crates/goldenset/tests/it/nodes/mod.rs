//! Several nodes on one Postgres: what one publishes, all serve.

mod away;
mod kit;
mod load;
mod lost;
mod models;
mod postgres;
mod postgres_faults;
mod redis;
mod redis_faults;
mod restored;
mod searching;
mod together;
