//! A golden set of a test's own on the shared server.

use serde_json::{Value, json};

use crate::http::Reply;
use crate::server::Server;

pub(crate) struct Tenant<'a> {
    pub(crate) server: &'a Server,
    pub(crate) name: &'static str,
}

impl Tenant<'static> {
    /// Every name is used by one test.
    pub(crate) fn shared(name: &'static str) -> Self {
        Self { server: Server::shared(), name }
    }
}

impl<'a> Tenant<'a> {
    pub(crate) fn on(server: &'a Server, name: &'static str) -> Self {
        Self { server, name }
    }

    fn mine(&self, mut body: Value) -> Value {
        body["tenant"] = self.name.into();
        body
    }

    /// Saves an entry that says `body`.
    pub(crate) fn put(&self, id: &str, body: Value) -> Reply {
        self.server.put(&format!("/v1/entries/{id}"), &self.mine(body))
    }

    /// Publishes a new entry.
    #[track_caller]
    pub(crate) fn approve(&self, id: &str, question: &str, answer: &str) {
        let body = json!({ "question": question, "answer": answer, "publish": true });
        self.put(id, body).with(201);
    }

    pub(crate) fn publish(&self, id: &str, body: Value) -> Reply {
        self.server.post(&format!("/v1/entries/{id}/publish"), &self.mine(body))
    }

    pub(crate) fn retire(&self, id: &str) -> Reply {
        self.server.post(&format!("/v1/entries/{id}/retire"), &self.mine(json!({})))
    }

    pub(crate) fn entry(&self, id: &str) -> Reply {
        self.server.get(&format!("/v1/entries/{id}?tenant={}", self.name))
    }

    pub(crate) fn versions(&self, id: &str) -> Reply {
        self.server.get(&format!("/v1/entries/{id}/versions?tenant={}", self.name))
    }

    pub(crate) fn lookup(&self, query: &str) -> Reply {
        self.lookup_with(query, json!({}))
    }

    /// Looks up with further fields.
    pub(crate) fn lookup_with(&self, query: &str, mut body: Value) -> Reply {
        body["query"] = query.into();
        self.server.post("/v1/lookup", &self.mine(body))
    }

    /// Decision and the id of the answer, or of the first candidate in parentheses.
    #[track_caller]
    pub(crate) fn decides(&self, query: &str, body: Value, expected: &str) {
        let result = self.lookup_with(query, body.clone()).with(200);
        let decision = result["decision"].as_str().unwrap();
        let outcome = match (result["answer"]["entry_id"].as_str(), &result["matches"][0]) {
            (Some(id), _) => format!("{decision} {id}"),
            (None, Value::Null) => decision.to_owned(),
            (None, first) => format!("{decision} ({})", first["entry_id"].as_str().unwrap()),
        };
        assert_eq!(outcome, expected, "{query} {body}: {result}");
    }

    /// What the tenant serves, as the store and the snapshot count it.
    pub(crate) fn state(&self) -> Value {
        self.server.get("/readyz").with(200)["tenants"][self.name].clone()
    }
}
