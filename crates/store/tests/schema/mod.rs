//! A place of its own for each test in the Postgres that `scripts/services` started.

#![allow(dead_code, reason = "each file of tests uses its part")]

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use goldenset_store::PostgresOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};

/// A schema that goes with the test.
pub(crate) struct Schema(String);

static NEXT: AtomicU32 = AtomicU32::new(0);

/// What `scripts/services env` says of a variable.
pub(crate) fn named(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run scripts/test, or `scripts/services run cargo test`")
    })
}

/// The server of the tests.
pub(crate) fn server() -> String {
    named("GOLDENSET_TEST_POSTGRES")
}

/// The same behind TLS, with the certificate of an authority of its own.
pub(crate) fn tls_server() -> String {
    named("GOLDENSET_TEST_POSTGRES_TLS")
}

impl Schema {
    pub(crate) async fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut db = PgConnectOptions::from_str(&server()).unwrap().connect().await.unwrap();
        db.execute(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).await.unwrap();
        Self(name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// The address of the schema on a server.
    pub(crate) fn of(&self, server: &str) -> String {
        format!("{server}&options=-csearch_path%3D{}", self.0)
    }

    pub(crate) fn url(&self) -> String {
        self.of(&server())
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions {
            url: self.url(),
            connections: 4,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
        }
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnectOptions::from_str(&self.url()).unwrap().connect().await.unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let drop = AssertSqlSafe(format!("DROP SCHEMA {} CASCADE", self.0));
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut db = PgConnectOptions::from_str(&server()).unwrap().connect().await?;
                db.execute(drop).await
            })
        });
        if let Ok(Err(fault)) = gone.join() {
            eprintln!("a schema of the tests is left behind: {fault}");
        }
    }
}
