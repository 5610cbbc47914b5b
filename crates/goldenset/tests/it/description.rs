//! `openapi.json`, and whether a request and its reply are as it says.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::http::Reply;

pub(crate) static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::new);

/// Headers of every response, which no description names.
const PLAIN_HEADERS: [&str; 4] = ["content-type", "content-length", "date", "connection"];

pub(crate) struct Description {
    pub(crate) document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    fn new() -> Self {
        let document = serde_json::from_str(goldenset::http::OPENAPI).unwrap();
        Self { document, validators: Mutex::default() }
    }

    /// Every described path with its methods in upper case.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (String, &str, &Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().unwrap();
            operations
                .iter()
                .map(|(method, operation)| (method.to_uppercase(), path.as_str(), operation))
        })
    }

    /// Follows a reference.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(place) => self.document.pointer(place.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// What is wrong with `instance` as a value of `schema`.
    pub(crate) fn faults(&self, schema: &Value, instance: &Value) -> Vec<String> {
        let key = schema.to_string();
        let known = self.validators.lock().unwrap().get(&key).cloned();
        let validator = known.unwrap_or_else(|| {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            let built = Arc::new(options.should_validate_formats(true).build(&whole).unwrap());
            self.validators.lock().unwrap().insert(key, Arc::clone(&built));
            built
        });
        let faults = validator.iter_errors(instance);
        faults.map(|fault| format!("{fault} at {}", fault.instance_path())).collect()
    }

    /// Holds a request that was accepted, and every reply, against the description.
    pub(crate) fn check(&self, method: &str, target: &str, body: &[u8], reply: &Reply) {
        let what = format!("{method} {target} -> {} {}", reply.status, reply.text());
        let path = target.split('?').next().unwrap();
        let described: Vec<_> =
            self.operations().filter(|(_, known, _)| fits(known, path)).collect();
        let operation = described.iter().find(|(known, _, _)| known == method);
        let responses = &self.document["components"]["responses"];
        let response = match (operation, described.is_empty()) {
            (Some((_, _, operation)), _) => {
                let response = &operation["responses"][reply.status.to_string()];
                assert!(!response.is_null(), "the status is not described: {what}");
                if reply.status < 400 {
                    self.check_request(operation, body, &what);
                }
                response
            }
            (None, true) => &responses["UnknownRoute"],
            (None, false) => &responses["MethodNotAllowed"],
        };
        self.check_content(self.resolve(response), reply, &what);
        self.check_headers(self.resolve(response), reply, &what);
        if reply.header("content-type") == "application/problem+json" {
            let own = response["description"].as_str();
            let codes = own.or(self.resolve(response)["description"].as_str()).unwrap();
            let code = reply.json()["code"].as_str().unwrap().to_owned();
            assert!(codes.contains(&format!("`{code}`")), "{code} is not listed: {what}");
        }
    }

    fn check_request(&self, operation: &Value, body: &[u8], what: &str) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() || body.trim_ascii().is_empty() {
            return;
        }
        let faults = self.faults(schema, &serde_json::from_slice(body).unwrap());
        assert!(faults.is_empty(), "accepted against the description: {faults:?} {what}");
    }

    fn check_content(&self, response: &Value, reply: &Reply, what: &str) {
        let kind = reply.header("content-type").split(';').next().unwrap();
        let schema = &response["content"][kind]["schema"];
        assert!(!schema.is_null(), "the content type is not described: {what}");
        let body = match kind {
            "text/plain" => reply.text().into(),
            _ => reply.json(),
        };
        let faults = self.faults(schema, &body);
        assert!(faults.is_empty(), "{faults:#?} {what}");
    }

    fn check_headers(&self, response: &Value, reply: &Reply, what: &str) {
        let described = response["headers"].as_object().unwrap();
        for (name, header) in described {
            let header = self.resolve(header);
            let Some(value) = reply.headers.get(name) else {
                assert_ne!(header["required"], true, "no header {name}: {what}");
                continue;
            };
            let value = value.to_str().unwrap();
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => value.parse::<u64>().unwrap().into(),
                _ => Value::from(value),
            };
            let faults = self.faults(&header["schema"], &value);
            assert!(faults.is_empty(), "header {name}: {faults:?} {what}");
        }
        for name in reply.headers.keys().map(reqwest::header::HeaderName::as_str) {
            let known = described.contains_key(name) || PLAIN_HEADERS.contains(&name);
            assert!(known, "the header {name} is not described: {what}");
        }
    }
}

/// Whether a path is of a described form.
fn fits(described: &str, path: &str) -> bool {
    let (mut described, mut path) = (described.split('/'), path.split('/'));
    loop {
        match (described.next(), path.next()) {
            (None, None) => return true,
            (Some(known), Some(part)) if known.starts_with('{') && !part.is_empty() => {}
            (Some(known), Some(part)) if known == part => {}
            _ => return false,
        }
    }
}
