//! Fills a Postgres database with synthetic entries and vectors, quickly: for looking at how it is
//! searched at some size. `goldenset index advise` then measures the set.
//!
//! ```sh
//! cargo run -p goldenset-store --example synthetic_set -- postgres://... 100000 384 MODEL-ID
//! ```

use std::error::Error;
use std::time::Instant;

use goldenset_core::ports::Store;
use goldenset_store::{PostgresOptions, PostgresStore};
use sqlx::{Connection, PgConnection};

#[path = "../tests/pgvector/bulk.rs"]
mod bulk;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [url, rows, dimensions, model] = given.as_slice() else {
        return Err("give the address of a database, entries, dimensions, model id".into());
    };
    let options = PostgresOptions {
        url: url.clone(),
        connections: 2,
        connect_timeout: std::time::Duration::from_secs(5),
        statement_timeout: std::time::Duration::from_secs(60),
    };
    PostgresStore::open(&options).await?.close().await;
    let bulk = bulk::Bulk {
        rows: rows.parse()?,
        dimensions: dimensions.parse()?,
        model: model.clone(),
        ..bulk::Bulk::default()
    };
    let begun = Instant::now();
    bulk::fill(&mut PgConnection::connect(url).await?, &bulk).await?;
    println!("{rows} entries in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}
