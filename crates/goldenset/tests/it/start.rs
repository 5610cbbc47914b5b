//! What keeps the program from starting is said with a code, the place and the fix.

use std::net::TcpListener;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::http::RUNTIME;
use crate::program::{Place, entry_line};
use crate::server::Server;

fn sql(database: &Path, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(database);
    RUNTIME.block_on(async {
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn port_in_use() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = place.run(&["serve", "--data", "data", "--listen", &address]);
    ran.failed(6, "listen_failed", &[&address, "server.listen", "--listen 127.0.0.1:PORT"]);
    assert!(!place.path().join("data").exists(), "nothing is made before the address is taken");
}

#[test]
fn address_that_others_can_reach() {
    let place = Place::new();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let ran = place.run(&["serve", "--data", "data", "--listen", address]);
        ran.failed(6, "listen_failed", &[address, "keys", "127.0.0.1"]);
    }
    let ran = place.run(&["serve", "--listen", "localhost"]);
    ran.failed(6, "config_invalid", &["server.listen", "--listen", "localhost"]);
}

#[test]
fn data_folder_that_is_a_file() {
    let place = Place::with_entries(&entry_line("a", "Chi?", "Io."));
    place.write("file", "not a folder");
    for command in ["serve", "demo"] {
        let ran = place.run(&[command, "--data", "file", "--listen", "127.0.0.1:0"]);
        ran.failed(6, "data_dir_unusable", &["file"]);
    }
    let ran = place.run(&["import", "entries.jsonl", "--data", "file"]);
    ran.failed(6, "data_dir_unusable", &["file"]);
    assert_eq!(place.read("file"), "not a folder");
}

#[test]
fn model_folder_that_is_not_there() {
    let place = Place::new();
    let missing = [("GOLDENSET__EMBEDDING__MODEL_DIR", "no-model")];
    let ran = place.run_with(&["serve", "--listen", "127.0.0.1:0"], b"", &missing);
    ran.failed(6, "model_unusable", &["no-model", "embedding.toml"]);
    place.write("weights.json", "{}");
    let weights = [("GOLDENSET__VERIFIER__WEIGHTS", "weights.json")];
    let ran = place.run_with(&["serve", "--listen", "127.0.0.1:0"], b"", &weights);
    assert_eq!(ran.code, 6, "{ran:?}");
    let weights = [("GOLDENSET__VERIFIER__WEIGHTS", "gone.json")];
    let ran = place.run_with(&["serve", "--listen", "127.0.0.1:0"], b"", &weights);
    ran.failed(6, "file_unreadable", &["gone.json", "verifier.weights"]);
}

#[test]
fn database_of_a_newer_version() {
    let place = Place::with_entries(&entry_line("a", "Chi?", "Io."));
    sql(
        &place.path().join("data/goldenset.db"),
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'of the future', 1, x'00', 0)",
    );
    let before = place.database();
    for args in [
        &["serve", "--data", "data", "--listen", "127.0.0.1:0"][..],
        &["ask", "Chi?", "--data", "data"],
        &["export", "--data", "data"],
        &["import", "entries.jsonl", "--data", "data"],
    ] {
        place.run(args).failed(6, "database_newer", &["9999"]);
    }
    assert_eq!(place.database(), before, "it is left as it was");
}

#[test]
fn database_that_is_none() {
    let place = Place::with_entries(&entry_line("a", "Chi?", "Io."));
    place.break_database();
    let ran = place.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    ran.failed(6, "database_damaged", &["goldenset.db"]);
}

#[test]
fn second_process_on_one_folder() {
    let place = Place::new();
    let server = Server::start(place.path());
    let args = ["serve", "--data", "data", "--listen", "127.0.0.1:0"];
    place.run(&args).failed(6, "data_dir_busy", &["data", "HTTP"]);
    place.write("entries.jsonl", entry_line("a", "Chi?", "Io."));
    let import = ["import", "entries.jsonl", "--data", "data"];
    place.run(&import).failed(6, "data_dir_busy", &["data"]);
    // Reading is no harm.
    let body = serde_json::json!({ "question": "Chi?", "answer": "Io.", "publish": true });
    server.put("/v1/entries/a", &body).with(201);
    let ask = place.run(&["ask", "chi", "--data", "data"]);
    assert_eq!((ask.code, ask.out.contains("Io.")), (0, true), "{ask:?}");
    assert_eq!(place.run(&["export", "--data", "data"]).lines().len(), 1);
    let dry = place.run(&["import", "entries.jsonl", "--data", "data", "--dry-run"]);
    assert_eq!(dry.out, "would import: 0 new, 0 changed, 1 unchanged\n", "{dry:?}");
    server.kill();
    assert_eq!(place.run(&import).code, 0);
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let place = Place::new();
    for (url, code, error, says) in [
        ("postgres://app:geheim@127.0.0.1:1/x", 5, "store_unavailable", "127.0.0.1:1/x"),
        ("mysql://app:geheim@127.0.0.1/x", 6, "config_invalid", "store.database_url"),
    ] {
        let environment = [("DATABASE_URL", url)];
        let ran = place.run_with(&["serve", "--listen", "127.0.0.1:0"], b"", &environment);
        ran.failed(code, error, &[says]);
        assert!(!ran.err.contains("geheim"), "{ran:?}");
        // Nothing is made in its place.
        assert!(!place.path().join("data").exists());
    }
}
