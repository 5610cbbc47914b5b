//! Keys and roles: who may do what, and what a key of one tenant hears of the others.

use goldenset::http::ROLES;
use goldenset_core::keys::Role;
use serde_json::{Value, json};

use crate::http::Reply;
use crate::program::{Place, entry_line};
use crate::server::Server;

/// A place with an entry `a` of three tenants each, and one of each tenant's own.
pub(crate) fn place() -> Place {
    let place = Place::new();
    for tenant in ["default", "acme", "other"] {
        let answer = format!("Chiedi a {tenant}.");
        let entry = entry_line("a", "Quanto costa il servizio?", &answer);
        let own = entry_line(&format!("only-{tenant}"), "Chi è il referente?", &answer);
        let file = place.write(&format!("{tenant}.jsonl"), entry + &own);
        let file = file.to_str().unwrap();
        let ran = place.run(&["import", file, "--data", "data", "--tenant", tenant]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    place
}

/// Makes a key without a server; returns its text.
pub(crate) fn create(place: &Place, args: &[&str]) -> String {
    let ran = place.run(&[&["keys", "create", "--data", "data", "--json"], args].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.json()["key"].as_str().unwrap().to_owned()
}

/// Requests of whoever has this key.
pub(crate) struct Holder<'a> {
    server: &'a Server,
    key: String,
}

impl<'a> Holder<'a> {
    pub(crate) fn new(server: &'a Server, key: &str) -> Self {
        Self { server, key: key.to_owned() }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", self.key);
        self.server.ask(method, path, body, Some(("authorization", bearer.as_str())))
    }

    pub(crate) fn lookup(&self, body: Value) -> Reply {
        self.ask("POST", "/v1/lookup", &body)
    }
}

pub(crate) fn question() -> Value {
    json!({ "query": "Quanto costa il servizio?" })
}

/// A path and a body that the route takes, and that do no harm.
fn probe(method: &str, route: &str) -> (String, Value) {
    let path = route.replace("{id}", "77").replace("{handle}", "nina").replace("{document}", "d");
    let body = match (method, route) {
        ("POST", "/v1/lookup") => question(),
        ("POST", "/v1/lookup/batch") => json!({ "queries": [] }),
        ("POST", "/v1/compare") => json!({ "a": "Chi?", "b": "Chi è?" }),
        ("PUT", "/v1/entries/{id}") => {
            json!({ "question": "Chi?", "answer": "Io.", "publish": false })
        }
        ("POST", "/v1/audit/{id}/judgement") => json!({ "verdict": "right", "by": "anna" }),
        ("POST", "/v1/calibration") => {
            json!({ "queries": [], "max_served_error": 0.1, "confidence": 0.9, "dry_run": true })
        }
        ("POST", "/v1/keys") => json!({ "name": "probe", "role": "reader" }),
        // Nothing, or what is found missing only behind the check of the role.
        _ => json!({}),
    };
    (path, body)
}

fn code(reply: &Reply) -> String {
    match reply.header("content-type") {
        "application/problem+json" => reply.json()["code"].as_str().unwrap().to_owned(),
        _ => String::new(),
    }
}

#[test]
fn every_role_opens_what_its_table_says_and_nothing_else() {
    let place = place();
    let keys = Role::ALL
        .map(|role| (role, create(&place, &["--name", role.as_str(), "--role", role.as_str()])));
    let scoped_admin =
        create(&place, &["--name", "boss", "--role", "admin", "--for-tenant", "acme"]);
    let server = Server::start(place.path());
    for (method, route, needed) in ROLES {
        let (path, body) = probe(method, route);
        for (role, key) in &keys {
            let reply = Holder::new(&server, key).ask(method, &path, &body);
            let what = format!("{method} {route} with {}: {}", role.as_str(), reply.text());
            if *role < needed {
                reply.refused(403, "role_too_low", "authorization");
                let detail = reply.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains(needed.as_str()), "{what}");
            } else {
                assert!(!matches!(reply.status, 401 | 403 | 500), "{what}");
            }
        }
        server.ask(method, &path, &body, None).refused(401, "key_missing", "authorization");
        let bad = Some(("x-api-key", "gs_1_00"));
        server.ask(method, &path, &body, bad).refused(401, "key_invalid", "authorization");
        let reply = Holder::new(&server, &scoped_admin).ask(method, &path, &body);
        match route.starts_with("/v1/keys") || (method, route) == ("GET", "/v1/cache") {
            true => reply.refused(403, "tenant_forbidden", "authorization"),
            false => assert!(!matches!(reply.status, 401 | 403 | 500), "{method} {route}"),
        }
    }
    // What a body may ask for beyond its route.
    let [_, (_, expert), (_, approver), _] = &keys;
    let live = json!({ "question": "Chi è?", "answer": "Lui.", "publish": true });
    let put = |key| Holder::new(&server, key).ask("PUT", "/v1/entries/live", &live);
    put(expert).refused(403, "role_too_low", "authorization");
    put(approver).with(201);
    assert!(!server.log().contains("no role is set"), "{}", server.log());
}

#[test]
fn what_is_open_to_all_says_nothing_of_tenants() {
    let place = place();
    let all = create(&place, &["--name", "prometheus", "--role", "reader"]);
    let acme = create(&place, &["--name", "acme", "--role", "admin", "--for-tenant", "acme"]);
    let server = Server::start(place.path());
    assert_eq!(server.get("/readyz").with(200), json!({ "status": "ready" }));
    server.get("/healthz").with(200);
    server.get("/openapi.json").with(200);
    server.get("/metrics").refused(401, "key_missing", "authorization");
    let (all, acme) = (Holder::new(&server, &all), Holder::new(&server, &acme));
    assert_eq!(acme.ask("GET", "/readyz", &json!({})).with(200), json!({ "status": "ready" }));
    acme.ask("GET", "/metrics", &json!({})).refused(403, "tenant_forbidden", "authorization");
    assert_eq!(all.ask("GET", "/readyz", &json!({})).with(200)["tenants"]["acme"]["entries"], 2);
    let metrics = all.ask("GET", "/metrics", &json!({}));
    assert!(metrics.text().contains("goldenset_epoch{tenant=\"acme\"} 1"), "{}", metrics.text());
    // Nobody is told that another tenant's question has an embedding already.
    let asked = json!({ "query": "Quanto dura?", "tenant": "other" });
    assert_eq!(all.lookup(asked).cache(), "miss");
    let reply = acme.lookup(json!({ "query": "Quanto dura?" }));
    assert_eq!(reply.cache(), "miss");
    let body =
        json!({ "queries": ["Quanto dura?", "Quanto dura il resto?"], "min_similarity": 0.5 });
    assert_eq!(acme.ask("POST", "/v1/lookup/batch", &body).cache(), "embedding_hit=1,miss=1");
    assert_eq!(all.ask("POST", "/v1/lookup/batch", &body).cache(), "miss=2");
}

#[test]
fn a_scoped_key_sees_its_tenant_and_no_other() {
    let place = place();
    let key = create(&place, &["--name", "acme", "--role", "admin", "--for-tenant", "acme"]);
    let server = Server::start(place.path());
    let acme = Holder::new(&server, &key);
    // Every route that takes a tenant, with what else it takes.
    let gets = [
        "/v1/entries",
        "/v1/entries/a",
        "/v1/entries/a/versions",
        "/v1/entries/a/diff",
        "/v1/feedback",
        "/v1/experts",
        "/v1/experts/exp",
        "/v1/candidates",
        "/v1/candidates/1",
        "/v1/questions",
        "/v1/questions/missed",
        "/v1/references",
        "/v1/log",
        "/v1/calibration",
        "/v1/drift",
        "/v1/audit",
        "/v1/audit/report",
    ];
    let judged = json!({ "verdict": "right", "by": "anna" });
    let calibration =
        json!({ "queries": [], "max_served_error": 0.1, "confidence": 0.9, "dry_run": true });
    let entry = json!({ "question": "Chi?", "answer": "Io.", "publish": false });
    // What is read below has to be there.
    let expert = json!({ "role": "approver", "verified": true, "trust": 0.9 });
    acme.ask("PUT", "/v1/experts/exp", &expert).with(200);
    let draft = json!({ "question": "Quanto?", "answer": "Poco.", "publish": false });
    acme.ask("PUT", "/v1/entries/a", &draft).with(200);
    let said = json!({
        "query": "Chi paga?", "type": "incorrect", "confidence": 0.9, "time_spent_seconds": 5,
        "expert": "exp", "answer": "Acme.",
    });
    assert_eq!(acme.ask("POST", "/v1/feedback", &said).with(200)["candidate"]["id"], 1);
    let by = json!({ "by": "exp", "reason": "Serve altro." });
    let bodies = [
        ("POST", "/v1/feedback", said),
        ("PUT", "/v1/experts/exp", expert),
        ("PUT", "/v1/candidates/1", json!({ "by": "exp", "answer": "Acme paga." })),
        ("POST", "/v1/candidates/1/revise", by.clone()),
        ("POST", "/v1/candidates/1/approve", by.clone()),
        ("POST", "/v1/candidates/1/reject", by.clone()),
        ("POST", "/v1/questions", json!({ "query": "Chi?", "by": "exp" })),
        ("POST", "/v1/entries/a/rollback", json!({ "to_version": 1, "by": "exp" })),
        ("POST", "/v1/references/d/changed", json!({ "version": "2" })),
        ("POST", "/v1/references/d/undo", json!({})),
        ("POST", "/v1/cache/invalidate", json!({ "all": "tenant" })),
        ("POST", "/v1/lookup", question()),
        ("POST", "/v1/lookup/batch", json!({ "queries": ["Quanto costa il servizio?"] })),
        ("POST", "/v1/compare", json!({ "query": "Quanto costa?", "entry_id": "a" })),
        ("PUT", "/v1/entries/b", entry),
        ("POST", "/v1/entries/a/publish", json!({})),
        ("POST", "/v1/audit/1/judgement", judged),
        ("POST", "/v1/calibration", calibration),
        ("POST", "/v1/calibration/undo", json!({})),
        ("POST", "/v1/entries/a/retire", json!({})),
    ];
    let routes: usize = gets.len() + bodies.len();
    // Keys and what the caches hold are of all tenants together.
    let apart = |method: &str, path: &str| {
        path.starts_with("/v1/keys") || (method, path) == ("GET", "/v1/cache")
    };
    let all = ROLES.iter().filter(|(method, path, _)| !apart(method, path)).count();
    assert_eq!(routes, all, "a route that takes a tenant is not tried here");
    // One that exists, one that does not, and the one that others mean when they name none: the
    // answers differ in nothing.
    for path in gets {
        let [first, rest @ ..] = ["other", "ghost", "default"].map(|tenant| {
            let reply = acme.ask("GET", &format!("{path}?tenant={tenant}"), &json!({}));
            reply.refused(403, "tenant_forbidden", "tenant");
            reply.bytes
        });
        assert!(rest.iter().all(|reply| *reply == first), "{path}");
        acme.ask("GET", path, &json!({})).with(200);
        acme.ask("GET", &format!("{path}?tenant=acme"), &json!({})).with(200);
    }
    for (method, path, body) in &bodies {
        let with = |tenant: &str| {
            let mut body = body.clone();
            body["tenant"] = tenant.into();
            acme.ask(method, path, &body)
        };
        let [first, rest @ ..] = ["other", "ghost", "default"].map(|tenant| {
            let reply = with(tenant);
            reply.refused(403, "tenant_forbidden", "tenant");
            reply.bytes
        });
        assert!(rest.iter().all(|reply| *reply == first), "{path}");
        // Without a tenant and with its own it is the same.
        let (bare, own) = (acme.ask(method, path, body), with("acme"));
        let named = |reply: &Reply| matches!(code(reply).as_str(), "tenant_forbidden");
        assert!(!named(&bare) && !named(&own), "{path}: {}", bare.text());
    }
    // What it did was done to its own tenant: the entry is retired there, and there alone.
    let found = acme.lookup(question()).with(200);
    assert_eq!(found["answer"], Value::Null, "{found}");
    assert_eq!(acme.ask("GET", "/v1/entries/b", &json!({})).with(200)["tenant"], "acme");
    drop(server);
    for tenant in ["default", "other"] {
        let ran = place.run(&["export", "--data", "data", "--tenant", tenant]);
        let lines = ran.lines();
        let answer = Value::from(format!("Chiedi a {tenant}."));
        assert_eq!((lines.len(), &lines[0]["answer"]), (2, &answer));
    }
}

#[test]
fn a_lookup_of_a_scoped_key_is_about_its_tenant() {
    let place = place();
    let key = create(&place, &["--name", "acme", "--role", "reader", "--for-tenant", "acme"]);
    let server = Server::start(place.path());
    let acme = Holder::new(&server, &key);
    // Twice, so that the second comes from the caches.
    for _ in 0..2 {
        let body = json!({ "queries": ["Quanto costa il servizio?"] });
        let batch = acme.ask("POST", "/v1/lookup/batch", &body).with(200);
        let one = acme.lookup(question()).with(200);
        for result in [&one, &batch["results"][0]] {
            assert_eq!(result["answer"]["answer"], "Chiedi a acme.", "{result}");
        }
    }
    let compare = |id: &str| {
        acme.ask("POST", "/v1/compare", &json!({ "query": "Chi è il referente?", "entry_id": id }))
    };
    assert_eq!(compare("only-acme").with(200)["same"], true);
    for foreign in ["only-default", "only-other", "only-ghost"] {
        compare(foreign).refused(404, "unknown_entry", "entry_id");
    }
    let page = acme.ask("GET", "/v1/entries", &json!({})).with(200);
    assert_eq!(page["entries"].as_array().unwrap().len(), 2);
    assert_eq!(page["entries"][1]["id"], "only-acme");
    assert_eq!(page["entries"][0]["tenant"], "acme");
}

#[test]
fn keys_that_open_nothing_are_all_refused_alike() {
    let place = place();
    let [admin, app] =
        ["ops", "app"].map(|name| create(&place, &["--name", name, "--role", "admin"]));
    let server = Server::start(place.path());
    let (admin_holder, holder) = (Holder::new(&server, &admin), Holder::new(&server, &app));
    holder.lookup(question()).with(200);
    // Within one process the next request is refused already.
    let revoked = admin_holder.ask("POST", "/v1/keys/2/revoke", &json!({})).with(200);
    assert_eq!((&revoked["id"], &revoked["revoked_by"]), (&2.into(), &"key:ops".into()));
    let (digits, last) = admin.split_at(admin.len() - 1);
    let wrong = format!("{digits}{}", if last == "0" { '1' } else { '0' });
    let unknown = app.replacen("gs_2_", "gs_9_", 1);
    let swapped = app.replacen("gs_2_", "gs_1_", 1);
    let [first, rest @ ..] = [app.clone(), wrong, unknown, swapped, "gs_1_".into(), "x".into()]
        .map(|key| {
            let reply = Holder::new(&server, &key).lookup(question());
            reply.refused(401, "key_invalid", "authorization");
            assert_eq!(reply.header("www-authenticate"), "Bearer");
            reply.bytes
        });
    assert!(rest.iter().all(|reply| *reply == first));
    let reply = server.post("/v1/lookup", &question());
    reply.refused(401, "key_missing", "authorization");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    // Revoking again changes nothing; what is no key says so.
    assert_eq!(admin_holder.ask("POST", "/v1/keys/2/revoke", &json!({})).with(200), revoked);
    let missing = admin_holder.ask("POST", "/v1/keys/9/revoke", &json!({}));
    missing.refused(404, "unknown_key", "id");
    let listed = admin_holder.ask("GET", "/v1/keys", &json!({})).with(200);
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
    // The last one shuts the door; it does not open it.
    admin_holder.ask("POST", "/v1/keys/1/revoke", &json!({})).with(200);
    admin_holder.lookup(question()).refused(401, "key_invalid", "authorization");
    server.post("/v1/lookup", &question()).refused(401, "key_missing", "authorization");
    drop(server);
    let server = Server::start(place.path());
    server.post("/v1/lookup", &question()).refused(401, "key_missing", "authorization");
    drop(server);
    let args = ["serve", "--data", "data", "--listen", "0.0.0.0:0"];
    place.run(&args).failed(6, "listen_failed", &["0.0.0.0", "keys create"]);
}

#[test]
fn the_first_key_made_over_http_closes_the_server_and_survives_kill_9() {
    let place = Place::new();
    let server = Server::start(place.path());
    // Open as long as there is none.
    server.get("/v1/keys").with(200);
    let bad = json!({ "name": "", "role": "admin" });
    server.post("/v1/keys", &bad).refused(400, "invalid_field", "name");
    let bad = json!({ "name": "ops", "role": "root" });
    server.post("/v1/keys", &bad).refused(400, "invalid_field", "role");
    let bad = json!({ "name": "ops", "role": "admin", "expert": " a" });
    server.post("/v1/keys", &bad).refused(400, "invalid_field", "expert");
    server.get("/v1/entries").with(200);
    let created = server.post("/v1/keys", &json!({ "name": "ops", "role": "admin" }));
    let made = created.with(201);
    assert_eq!(made["created_by"], "http");
    // Nothing is waited for: the reply is the promise.
    server.kill();
    let key = made["key"].as_str().unwrap().to_owned();
    // It says all that it ever says.
    let server = Server::configured(place.path(), &[("GOLDENSET__LOG__LEVEL", "trace")]);
    server.get("/v1/entries").refused(401, "key_missing", "authorization");
    let holder = Holder::new(&server, &key);
    let listed = holder.ask("GET", "/v1/keys", &json!({})).with(200);
    assert_eq!(listed["keys"][0]["id"], made["id"]);
    // Who did it is in the log, and the secret is nowhere.
    let entry = json!({ "question": "Chi?", "answer": "Io.", "publish": true });
    holder.ask("PUT", "/v1/entries/a", &entry).with(201);
    let saved = holder.ask("GET", "/v1/entries/a", &json!({})).with(200);
    assert_eq!(saved["author"], "key:ops");
    let body = json!({ "name": "anna", "role": "approver", "expert": "anna-rossi" });
    let anna = holder.ask("POST", "/v1/keys", &body).with(201);
    let anna = Holder::new(&server, anna["key"].as_str().unwrap());
    let entry = json!({ "question": "Quando?", "answer": "Oggi.", "publish": true });
    anna.ask("PUT", "/v1/entries/b", &entry).with(201);
    let saved = anna.ask("GET", "/v1/entries/b", &json!({})).with(200);
    assert_eq!(saved["author"], "anna-rossi");
    // A request that fails inside is logged without it too.
    let wrong = json!({ "verdict": "right", "by": "bruno" });
    anna.ask("POST", "/v1/audit/1/judgement", &wrong).refused(400, "invalid_field", "by");
    let keys = [holder.key, anna.key];
    server.terminate();
    let (_, log) = server.ended();
    let kept = place.database().concat();
    for key in &keys {
        let secret = key.rsplit('_').next().unwrap();
        assert!(!log.contains(secret), "{log}");
        assert!(!contains(&kept, secret.as_bytes()), "the database has the digits of a secret");
        assert!(!contains(&kept, &bytes(secret)), "the database has a secret");
        assert!(contains(&kept, b"key_created"), "the search finds nothing");
        assert!(!listed.to_string().contains(secret));
    }
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|part| part == needle)
}

fn bytes(digits: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}
