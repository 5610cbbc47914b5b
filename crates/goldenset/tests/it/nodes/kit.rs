//! Nodes: real processes of the program on one schema of a real Postgres.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::http::{RUNTIME, Reply};
use crate::process::eventually;
use crate::schema::Schema;
use crate::server::Server;

/// What lookups may be behind an acknowledged change of another node.
pub(super) const BOUND: Duration = Duration::from_secs(1);

/// What keys in the Redis of the tests begin with, for one test.
pub(super) fn own_prefix() -> String {
    format!("test-{}-{:016x}:", std::process::id(), fastrand::u64(..))
}

/// What a node that is to use a Redis needs to know.
pub(super) fn redis<'a>(url: &'a str, prefix: &'a str) -> [(&'a str, &'a str); 2] {
    [("REDIS_URL", url), ("GOLDENSET__CACHE__REDIS_PREFIX", prefix)]
}

pub(super) struct Nodes {
    pub(super) schema: Schema,
    pub(super) all: Vec<Server>,
    /// Working folders of the processes; nothing is kept in them.
    folders: Vec<TempDir>,
}

impl Nodes {
    pub(super) fn start(count: usize) -> Self {
        Self::configured(count, &[])
    }

    pub(super) fn configured(count: usize, environment: &[(&str, &str)]) -> Self {
        let schema = RUNTIME.block_on(Schema::new());
        let mut nodes = Self { schema, all: Vec::new(), folders: Vec::new() };
        (0..count).for_each(|_| nodes.add(environment));
        nodes
    }

    /// One node more.
    pub(super) fn add(&mut self, environment: &[(&str, &str)]) {
        let folder = tempfile::tempdir().unwrap();
        let url = self.schema.url();
        let mut all = vec![("DATABASE_URL", url.as_str())];
        all.extend(environment);
        self.all.push(Server::configured(folder.path(), &all));
        self.folders.push(folder);
    }

    pub(super) fn node(&self, number: usize) -> &Server {
        &self.all[number]
    }

    /// Runs a statement beside the nodes.
    pub(super) fn sql(&self, statement: &'static str) {
        RUNTIME.block_on(async {
            let mut db = self.schema.connect().await;
            sqlx::raw_sql(statement).execute(&mut db).await.unwrap();
        });
    }
}

impl Server {
    pub(super) fn publishes(&self, id: &str, question: &str, answer: &str) -> Reply {
        let body = json!({ "question": question, "answer": answer, "publish": true });
        self.put(&format!("/v1/entries/{id}"), &body)
    }

    pub(super) fn asks(&self, query: &str) -> Reply {
        self.post("/v1/lookup", &json!({ "query": query }))
    }

    /// The answer that it serves; none where it serves none.
    pub(super) fn answers(&self, query: &str) -> Option<String> {
        let body = self.asks(query).with(200);
        body["answer"]["answer"].as_str().map(ToOwned::to_owned)
    }

    /// Sends the process a signal.
    pub(super) fn signal(&self, name: &str) {
        let status =
            Command::new("kill").args(["-s", name, &self.pid().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Asks until the answer is served; what it was before may come only from lookups that began
    /// within the bound after `since`, when the change was acknowledged.
    #[track_caller]
    pub(super) fn follows(&self, query: &str, answer: &str, since: Instant) {
        eventually("the node follows", || {
            let began = Instant::now();
            let served = self.answers(query);
            let follows = served.as_deref() == Some(answer);
            let late = began.saturating_duration_since(since);
            assert!(follows || late <= BOUND, "{served:?} in place of {answer:?} after {late:?}");
            follows
        });
    }
}
