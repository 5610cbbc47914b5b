//! The description says all that the server does, and no more. That every response is as it says
//! is checked with every request of every test.

use std::collections::BTreeSet;

use goldenset_core::{Code, Kind};
use reqwest::Method;
use serde_json::Value;

use crate::description::DESCRIPTION;
use crate::server::Server;

const ROUTER: &str = include_str!("../../src/http/mod.rs");

/// Codes that only the command line says, those that no code path over HTTP says yet, and those of
/// the judge, without which a lookup goes on.
const NOT_OVER_HTTP: [Code; 19] = [
    Code::CacheUnavailable,
    Code::IndexMissing,
    Code::IndexBusy,
    Code::BadLexicon,
    Code::BadRows,
    Code::JudgeUnavailable,
    Code::JudgeRejected,
    Code::JudgeMismatch,
    Code::ConfigInvalid,
    Code::FileUnreadable,
    Code::FileUnwritable,
    Code::ModelUnusable,
    Code::DataDirBusy,
    Code::StoreNotEmpty,
    Code::CopyInterrupted,
    Code::DatabaseNewer,
    Code::ListenFailed,
    Code::ServerUnreachable,
    Code::UnexpectedReply,
];

#[test]
fn routes_are_those_of_the_router() {
    let mut routed = BTreeSet::new();
    let routes = ROUTER.split(".route(").skip(1).map(|route| route.split_once(',').unwrap());
    for (path, handlers) in routes {
        let path = path.trim().trim_matches('"');
        for method in ["get", "post", "put", "delete", "patch"] {
            if handlers.contains(&format!("{method}(")) {
                routed.insert((method.to_uppercase(), path.to_owned()));
            }
        }
    }
    let described: BTreeSet<_> =
        DESCRIPTION.operations().map(|(method, path, _)| (method, path.to_owned())).collect();
    assert_eq!(routed, described);
    assert_eq!(
        routed.len(),
        ROUTER.matches(".route(").count() + 7,
        "seven routes take two methods"
    );
}

#[test]
fn every_route_of_v1_has_a_role_and_describes_refusals() {
    let described = DESCRIPTION.operations().filter(|(_, path, _)| path.starts_with("/v1/"));
    let described: BTreeSet<_> = described
        .map(|(method, path, operation)| {
            for (status, response) in [("401", "Unauthorized"), ("403", "Forbidden")] {
                let place = format!("#/components/responses/{response}");
                let found = &operation["responses"][status]["$ref"];
                assert_eq!(*found, Value::from(place), "{method} {path} {status}");
            }
            (method, path.to_owned())
        })
        .collect();
    let roles: Vec<_> =
        goldenset::http::ROLES.map(|(method, path, _)| (method.to_owned(), path.to_owned())).into();
    assert_eq!(roles.iter().cloned().collect::<BTreeSet<_>>(), described);
    assert_eq!(roles.len(), described.len(), "a route stands twice in the table");
}

#[test]
fn every_route_answers_and_no_other_method_does() {
    let server = Server::shared();
    let described: BTreeSet<_> =
        DESCRIPTION.operations().map(|(method, path, _)| (method, path.to_owned())).collect();
    let paths: BTreeSet<_> = described.iter().map(|(_, path)| path).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let known = described.contains(&(method.to_owned(), path.clone()));
            let target = path.replace("{id}", "no-such-entry").replace("{document}", "none");
            let kind = Some("application/json");
            // An unknown field, so that nothing is done.
            let body = br#"{"probe": 1}"#.to_vec();
            let reply =
                server.send(Method::from_bytes(method.as_bytes()).unwrap(), &target, kind, body);
            let code = match reply.header("content-type") {
                "application/problem+json" => reply.json()["code"].as_str().unwrap().to_owned(),
                _ => String::new(),
            };
            let refused = matches!(code.as_str(), "unknown_route" | "method_not_allowed");
            assert_eq!(refused, !known, "{method} {path}: {}", reply.text());
        }
    }
}

#[test]
fn description_is_served_as_it_is() {
    let served = Server::shared().get("/openapi.json");
    assert_eq!(served.text(), goldenset::http::OPENAPI);
    assert_eq!(served.json()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn codes_are_those_of_the_table() {
    let described: BTreeSet<_> =
        DESCRIPTION.document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap())
            .collect();
    let ours = Code::ALL.iter().filter(|code| !NOT_OVER_HTTP.contains(code));
    let ours: BTreeSet<_> = ours.map(|code| code.as_str()).collect();
    assert_eq!(described, ours);
    // Every code stands under the status of its kind.
    let responses = DESCRIPTION.document["components"]["responses"].as_object().unwrap();
    let mut placed = BTreeSet::new();
    for (name, response) in responses {
        let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1];
        let status = schema["properties"]["status"]["const"].as_u64().unwrap();
        let codes = &schema["properties"]["code"];
        let codes: Vec<_> = match codes["const"].as_str() {
            Some(code) => vec![code],
            None => codes["enum"]
                .as_array()
                .unwrap()
                .iter()
                .map(|code| code.as_str().unwrap())
                .collect(),
        };
        for code in codes {
            placed.insert(code);
            let known = Code::ALL.iter().find(|known| known.as_str() == code).unwrap();
            let fits = match known.kind() {
                Kind::Invalid => matches!(status, 400 | 405 | 413 | 415),
                Kind::NotFound => status == 404,
                Kind::Conflict => status == 409,
                Kind::Forbidden => matches!(status, 401 | 403),
                Kind::Unavailable => status == 503,
                Kind::Setup => matches!(status, 500 | 502),
                Kind::Internal => status == 500,
            };
            assert!(fits, "{code} under {status} in {name}");
        }
    }
    assert_eq!(placed, ours);
}

#[test]
fn examples_are_as_the_schemas_say() {
    let mut checked = 0;
    let mut check = |content: &Value, place: &str| {
        for (kind, media) in content.as_object().unwrap() {
            for (name, example) in media["examples"].as_object().into_iter().flatten() {
                let value = &DESCRIPTION.resolve(example)["value"];
                assert!(!value.is_null(), "{place} {name}");
                let faults = DESCRIPTION.faults(&media["schema"], value);
                assert!(faults.is_empty(), "{place} {kind} {name}: {faults:?}");
                checked += 1;
            }
        }
    };
    for (method, path, operation) in DESCRIPTION.operations() {
        let place = format!("{method} {path}");
        if let Some(body) = operation.get("requestBody") {
            check(&body["content"], &place);
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let content = &DESCRIPTION.resolve(response)["content"];
            check(content, &format!("{place} {status}"));
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn objects_of_responses_are_closed() {
    let schemas = DESCRIPTION.document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        if schema["type"] == "object" {
            assert_eq!(schema["additionalProperties"], false, "{name}");
        }
    }
    // A check that cannot fail would be none.
    let mut miss = DESCRIPTION.document["components"]["examples"]["Miss"]["value"].clone();
    let schema = serde_json::json!({ "$ref": "#/components/schemas/LookupResult" });
    assert!(DESCRIPTION.faults(&schema, &miss).is_empty());
    miss["cached"] = true.into();
    assert!(!DESCRIPTION.faults(&schema, &miss).is_empty());
    miss.as_object_mut().unwrap().remove("cached");
    miss["decision"] = "serve".into();
    assert!(!DESCRIPTION.faults(&schema, &miss).is_empty());
}
