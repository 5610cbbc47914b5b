//! A Redis of a test's own, which it may stop, fill and kill.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

/// The address of the Redis that tests share, with its password.
pub(crate) fn shared() -> String {
    named("GOLDENSET_TEST_REDIS")
}

/// What the services of the tests say under this name.
pub(crate) fn named(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests through scripts/test or scripts/services run")
    })
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server process; it ends with the value.
pub(crate) struct Redis {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    process: Option<Child>,
}

impl Redis {
    /// Starts one with these settings (`--maxmemory`, `1mb`); returns when it answers.
    pub(crate) async fn start(settings: &[&str]) -> Self {
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let folder = tempfile::tempdir().unwrap();
        let mut redis = Self { folder, port: free_port(), settings, process: None };
        redis.begin().await;
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it, empty, at the same port; returns when it answers.
    pub(crate) async fn begin(&mut self) {
        let process = Command::new(named("GOLDENSET_TEST_REDIS_SERVER"))
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .args(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.process = Some(process.unwrap());
        while connected(&self.url()).await.is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Does one command.
    pub(crate) async fn does(&self, words: &[&str]) {
        let mut connection = connected(&self.url()).await.unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.exec_async(&mut connection).await.unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A connection of the test's own, if it answers.
pub(crate) async fn connected(url: &str) -> Option<MultiplexedConnection> {
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.ok()
}
