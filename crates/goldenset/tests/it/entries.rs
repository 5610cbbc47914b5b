//! Entries live: created, changed, published, rolled back, retired. A lookup sees each change as
//! soon as the call returned.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tenant::Tenant;

const QUESTION: &str = "Quanti giorni di ferie ho?";

fn saying(answer: &str, publish: bool) -> Value {
    json!({ "question": QUESTION, "answer": answer, "publish": publish })
}

fn changed(version: u32, published: Option<u32>, changed: bool, status: &str, epoch: u64) -> Value {
    json!({
        "id": "ferie", "version": version, "published_version": published, "changed": changed,
        "status": status, "epoch": epoch,
    })
}

/// What was done, without what the publish gate said.
fn outcome(mut reply: Value) -> Value {
    let reply = reply.as_object_mut().unwrap();
    assert_eq!(reply.remove("dry_run"), Some(false.into()));
    reply.remove("gate").unwrap();
    Value::Object(reply.clone())
}

#[test]
fn life_of_an_entry() {
    let tenant = Tenant::shared("life");
    let serves = |answer: Option<&str>| {
        // Twice, so that the caches are asked too; and a paraphrase, which no signature answers.
        for query in [QUESTION, QUESTION, "ferie spettanti", "ferie spettanti"] {
            let result = tenant.lookup_with(query, json!({ "min_similarity": 0 })).with(200);
            let first = result["matches"][0]["answer"].as_str();
            assert_eq!(first, answer, "{query}: {result}");
        }
        let served = tenant.lookup(QUESTION).with(200)["answer"]["answer"].clone();
        assert_eq!(served.as_str(), answer);
    };
    // A draft is never served.
    assert_eq!(
        outcome(tenant.put("ferie", saying("20", false)).with(201)),
        changed(1, None, true, "draft", 0)
    );
    serves(None);
    assert_eq!(
        outcome(tenant.put("ferie", saying("20", false)).with(200)),
        changed(1, None, false, "draft", 0)
    );
    // The same content, now published: the entry is not new.
    let published = changed(1, Some(1), true, "published", 1);
    assert_eq!(outcome(tenant.put("ferie", saying("20", true)).with(200)), published);
    serves(Some("20"));
    let again = changed(1, Some(1), false, "published", 1);
    assert_eq!(outcome(tenant.put("ferie", saying("20", true)).with(200)), again);
    assert_eq!(outcome(tenant.publish("ferie", json!({})).with(200)), again);
    // A new version as a draft: the old one is served on.
    let draft = changed(2, Some(1), true, "published", 1);
    assert_eq!(outcome(tenant.put("ferie", saying("22", false)).with(200)), draft);
    serves(Some("20"));
    let newest = changed(2, Some(2), true, "published", 2);
    assert_eq!(outcome(tenant.publish("ferie", json!({})).with(200)), newest);
    serves(Some("22"));
    let third = changed(3, Some(3), true, "published", 3);
    assert_eq!(outcome(tenant.put("ferie", saying("24", true)).with(200)), third);
    serves(Some("24"));
    // Back to an old version.
    let back = changed(3, Some(1), true, "published", 4);
    assert_eq!(outcome(tenant.publish("ferie", json!({ "version": 1 })).with(200)), back);
    serves(Some("20"));
    assert_eq!(outcome(tenant.retire("ferie").with(200)), changed(3, None, true, "retired", 5));
    serves(None);
    tenant.retire("ferie").refused(409, "not_published", "id");
    // Published again after all: it is not new either.
    let returned = changed(3, Some(3), true, "published", 6);
    assert_eq!(outcome(tenant.put("ferie", saying("24", true)).with(200)), returned);
    serves(Some("24"));
    outcome(tenant.retire("ferie").with(200));
    let second = changed(3, Some(2), true, "published", 8);
    assert_eq!(outcome(tenant.publish("ferie", json!({ "version": 2 })).with(200)), second);
    serves(Some("22"));
    let versions = tenant.versions("ferie").with(200)["versions"].as_array().unwrap().clone();
    let told: Vec<_> = versions.iter().map(|v| (&v["version"], &v["answer"])).collect();
    assert_eq!(
        told,
        [(&json!(3), &json!("24")), (&json!(2), &json!("22")), (&json!(1), &json!("20"))]
    );
    assert!(versions.iter().all(|version| version["published_version"] == 2));
    assert_eq!(tenant.state(), json!({ "epoch": 8, "entries": 1, "vectors": 1, "indexed": 0 }));
}

#[test]
fn entry_reads_as_it_was_written() {
    let tenant = Tenant::shared("reading");
    let full = json!({
        "question": "  Perché «così»?  ",
        "alternatives": ["Come mai?", "Per quale ragione?"],
        "answer": "# Titolo\n\n- uno\n- due\n\n`codice` € 𝄞",
        "references": ["art. 1 c.c."],
        "category": "varie",
        "tags": ["b", "a"],
        "lang": "it",
        "valid_from": "2024-01-01",
        "valid_until": "2999-12-31",
    });
    let mut body = full.clone();
    body["publish"] = true.into();
    tenant.put("caff%C3%A8%201%3F", body).with(201);
    let read = tenant.entry("caff%c3%a8%201%3f").with(200);
    for (name, value) in full.as_object().unwrap() {
        assert_eq!(&read[name], value, "{name}");
    }
    assert_eq!((&read["id"], &read["tenant"]), (&json!("caffè 1?"), &json!("reading")));
    assert_eq!((&read["status"], &read["author"]), (&json!("published"), &json!("http")));
    assert_eq!(read["created_at"], read["published_at"]);
    tenant.put("bare", json!({ "question": "Chi?", "answer": "Io.", "publish": false })).with(201);
    let bare = tenant.entry("bare").with(200);
    for name in ["category", "lang", "valid_from", "valid_until", "published_at"] {
        assert!(bare[name].is_null(), "{name}");
    }
    for name in ["alternatives", "references", "tags"] {
        assert_eq!(bare[name], json!([]), "{name}");
    }
}

#[test]
fn every_page_follows_the_one_before() {
    let tenant = Tenant::shared("pages");
    let ids = ["B", "a", "a b", "a/b", "b", "c?d", "è"];
    for id in ids {
        let id: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        tenant.put(&id, json!({ "question": "Chi?", "answer": "Io.", "publish": false })).with(201);
    }
    let walk = |limit: usize| {
        let (mut seen, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let path = format!("/v1/entries?tenant=pages&limit={limit}{cursor}");
            let page = tenant.server.get(&path).with(200);
            let entries = page["entries"].as_array().unwrap();
            sizes.push(entries.len());
            seen.extend(entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { return (seen, sizes) };
            let next: String = next.bytes().map(|byte| format!("%{byte:02x}")).collect();
            cursor = format!("&cursor={next}");
        }
    };
    let all: Vec<_> = ids.map(str::to_owned).into();
    assert_eq!(walk(3), (all.clone(), vec![3, 3, 1]));
    assert_eq!(walk(1), (all.clone(), vec![1; 7]));
    assert_eq!(walk(7), (all.clone(), vec![7]));
    assert_eq!(walk(500), (all, vec![7]));
}

#[test]
fn what_is_not_there_is_said() {
    let tenant = Tenant::shared("absent");
    tenant.approve("here", "Chi?", "Io.");
    tenant.entry("gone").refused(404, "unknown_entry", "id");
    tenant.versions("gone").refused(404, "unknown_entry", "id");
    tenant.publish("gone", json!({})).refused(404, "unknown_entry", "id");
    tenant.retire("gone").refused(404, "unknown_entry", "id");
    tenant.publish("gone", json!({ "version": 1 })).refused(404, "unknown_entry", "id");
    tenant.publish("here", json!({ "version": 2 })).refused(404, "unknown_version", "version");
    tenant.publish("here", json!({ "version": 0 })).refused(404, "unknown_version", "version");
    assert_eq!(tenant.state()["epoch"], 1);
}

#[test]
fn bodies_of_publish_and_retire_may_be_empty() {
    // They are about `default`, which the shared server leaves alone.
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let body = json!({ "question": "Chi?", "answer": "Io.", "publish": false });
    server.put("/v1/entries/a", &body).with(201);
    assert_eq!(server.post_raw("/v1/entries/a/publish", "").with(200)["status"], "published");
    assert_eq!(server.post_raw("/v1/entries/a/retire", " ").with(200)["status"], "retired");
}
