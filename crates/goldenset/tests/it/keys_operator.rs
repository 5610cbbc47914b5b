//! Keys as an operator meets them: the command line, and what the server listens on.

use serde_json::Value;

use crate::keys::{Holder, create, place, question};
use crate::process::eventually;
use crate::program::Ran;
use crate::server::Server;

#[test]
fn beyond_loopback_only_with_a_key() {
    let place = place();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let args = ["serve", "--data", "data", "--listen", listen];
        place.run(&args).failed(6, "listen_failed", &["keys create", "server.listen"]);
    }
    let key = create(&place, &["--name", "ops", "--role", "reader"]);
    let args = ["demo", "--data", "data", "--listen", "0.0.0.0:0"];
    place.run(&args).failed(6, "listen_failed", &["127.0.0.1"]);
    let server = Server::at(place.path(), "0.0.0.0:0");
    server.post("/v1/lookup", &question()).refused(401, "key_missing", "authorization");
    Holder::new(&server, &key).lookup(question()).with(200);
}

#[test]
fn the_command_line_makes_lists_and_revokes_keys() {
    let place = place();
    let run = |args: &[&str]| place.run(&[args, &["--data", "data"]].concat());
    let empty = run(&["keys", "list"]);
    assert_eq!(empty.out, "no key was ever made\n", "{empty:?}");
    let doctor = run(&["doctor", "--json"]).json();
    assert!(check(&doctor, "keys").contains("none"), "{doctor}");
    let made = run(&["keys", "create", "--name", "ops", "--role", "admin"]);
    assert!(made.out.contains("key 1 (ops): admin of all tenants"), "{made:?}");
    assert!(made.out.contains("It is not shown again"), "{made:?}");
    let key = made.out.split_whitespace().find(|word| word.starts_with("gs_1_")).unwrap();
    let server = Server::start(place.path());
    // The folder is the server's now.
    run(&["keys", "list"]).failed(6, "data_dir_busy", &["--url"]);
    let url = format!("http://{}", server.address);
    let remote = |args: &[&str], key: &str| -> Ran {
        let environment = [("GOLDENSET_URL", url.as_str()), ("GOLDENSET_API_KEY", key)];
        place.run_with(args, b"", &environment)
    };
    remote(&["keys", "list"], "").failed(7, "key_missing", &["GOLDENSET_API_KEY"]);
    remote(&["keys", "list"], "gs_1_00").failed(7, "key_invalid", &[]);
    let args = ["keys", "create", "--name", "app", "--role", "reader", "--for-tenant", "acme"];
    let app = remote(&[&args[..], &["--json"]].concat(), key).json();
    assert_eq!((&app["tenant"], &app["created_by"]), (&"acme".into(), &"key:ops".into()));
    let app = app["key"].as_str().unwrap();
    remote(&["keys", "list"], app).failed(7, "role_too_low", &["admin"]);
    let listed = remote(&["keys", "list"], key);
    assert!(listed.out.contains("app") && !listed.out.contains("gs_"), "{listed:?}");
    let revoked = remote(&["keys", "revoke", "2"], key);
    assert!(revoked.out.contains("key 2 (app) opens nothing since"), "{revoked:?}");
    Holder::new(&server, app).lookup(question()).refused(401, "key_invalid", "authorization");
    remote(&["keys", "revoke", "9"], key).failed(3, "unknown_key", &["id"]);
    let bad = place.run(&["keys", "list", "--url", &url, "--data", "data"]);
    assert_eq!(bad.code, 2, "{bad:?}");
    server.kill();
    remote(&["keys", "list"], key).failed(6, "server_unreachable", &[&url]);
    eventually("the folder is free", || run(&["keys", "list"]).code == 0);
    let doctor = run(&["doctor", "--json"]).json();
    assert_eq!(check(&doctor, "keys"), "1 active, 1 revoked");
}

fn check(doctor: &Value, name: &str) -> String {
    let checks = doctor.as_array().unwrap();
    let found = checks.iter().find(|check| check["name"] == name).unwrap();
    found["detail"].as_str().unwrap().to_owned()
}
