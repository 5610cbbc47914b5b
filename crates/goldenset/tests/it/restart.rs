//! Stopping, dying and starting again.

use std::net::TcpStream;

use serde_json::{Value, json};

use crate::process::eventually;
use crate::server::Server;
use crate::tenant::Tenant;

const QUESTION: &str = "Quanto dura la prova?";

fn saying(answer: &str) -> Value {
    json!({ "question": QUESTION, "answer": answer, "publish": true })
}

#[test]
fn restart_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "acme");
    tenant.put("a", saying("Tre mesi.")).with(201);
    tenant.put("a", saying("Sei mesi.")).with(200);
    tenant.approve("b", "Quanto dura il preavviso?", "Un mese.");
    tenant.approve("c", "Chi?", "Io.");
    tenant.retire("c").with(200);
    tenant.put("d", json!({ "question": "Ecco?", "answer": "No.", "publish": false })).with(201);
    let observe = |server: &Server| {
        let tenant = Tenant::on(server, "acme");
        let all = json!({ "min_similarity": 0 });
        let queries = [QUESTION, "durata prova", "durata del preavviso", "Chi?", "Ecco?"];
        let mut seen: Vec<_> =
            queries.map(|query| tenant.lookup_with(query, all.clone()).bytes).into();
        // To the microsecond of the publish.
        let kb_epoch = tenant.entry("a").with(200)["published_at"].clone();
        seen.push(tenant.lookup_with(QUESTION, json!({ "kb_epoch": kb_epoch })).bytes);
        seen.push(server.get("/v1/entries?tenant=acme").bytes);
        seen.push(tenant.versions("a").bytes);
        seen.push(tenant.state().to_string().into());
        seen
    };
    let before = observe(&server);
    server.terminate();
    let (status, _) = server.ended();
    assert!(status.success());
    let server = Server::start(folder.path());
    assert_eq!(observe(&server), before);
    Tenant::on(&server, "acme").decides(QUESTION, json!({}), "serve a");
}

#[test]
fn requests_under_way_end_and_no_question_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::configured(folder.path(), &[("GOLDENSET__LOG__LEVEL", "trace")]);
    let tenant = Tenant::on(&server, "default");
    tenant.put("a", saying("Risposta riservata.")).with(201);
    tenant.lookup("durata zibaldone").with(200);
    tenant.lookup_with("durata zibaldone", json!({ "min_similarity": 9 })).with(400);
    let held = server.hold("/v1/lookup", &json!({ "query": QUESTION }));
    server.terminate();
    // It takes no one new, and waits for the one that it has.
    eventually("nobody listens", || TcpStream::connect(&server.address).is_err());
    let reply = held.finish();
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    assert!(reply.contains("Risposta riservata."), "{reply}");
    let (status, log) = server.ended();
    assert!(status.success(), "{status}");
    assert!(log.contains("stopped"), "{log}");
    for private in ["zibaldone", "Quanto dura", "riservata"] {
        assert!(!log.contains(private), "{private} is in the log: {log}");
    }
    assert!(!log.contains('\u{1b}'), "colours where nobody watches: {log}");
}

#[test]
fn grace_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Server::configured(folder.path(), &[("GOLDENSET__SERVER__SHUTDOWN_GRACE_MS", "100")]);
    // A caller that never sends the rest of its body must not keep the server.
    let held = server.hold("/v1/lookup", &json!({ "query": QUESTION }));
    server.terminate();
    let (status, log) = server.ended();
    assert!(status.success(), "{status}");
    assert!(log.contains("the grace period ended"), "{log}");
    drop(held);
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..4 {
        let server = Server::start(folder.path());
        let tenant = Tenant::on(&server, "default");
        if round > 0 {
            let last = format!("Versione {round}.");
            assert_eq!(tenant.lookup(QUESTION).with(200)["answer"]["answer"], last.as_str());
            tenant.decides(&format!("Domanda {round}?"), json!({}), &format!("serve e{round}"));
        }
        let next = round + 1;
        tenant.approve(&format!("e{next}"), &format!("Domanda {next}?"), "Sì.");
        let reply = tenant.put("a", saying(&format!("Versione {next}.")));
        assert_eq!(reply.json()["version"], next);
        server.kill();
    }
    let server = Server::start(folder.path());
    let state = Tenant::on(&server, "default").state();
    assert_eq!(state, json!({ "epoch": 8, "entries": 5, "vectors": 5, "indexed": 0 }));
}
