//! What `bench` makes, in folders, in a Postgres and in a Redis, goes with it, and nothing else does.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;

use redis::Commands;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

use super::{SHORT, any_limit, measured};
use crate::http::RUNTIME;
use crate::process::{Process, eventually};
use crate::program::{Place, command};
use crate::schema::{named, server};

/// A schema with the name of one that a benchmark made, and the mark of one.
const LEFT: &str = "CREATE SCHEMA goldenset_scratch_00000000000000aa; \
    COMMENT ON SCHEMA goldenset_scratch_00000000000000aa \
    IS 'made by goldenset, and removed with what it was made for'";
/// Somebody's own things, one of them with a name that is nearly that.
const FOREIGN: &str = "CREATE SCHEMA goldenset_scratch_00000000000000bb; \
    CREATE TABLE goldenset_scratch_00000000000000bb.kept (n int); \
    CREATE TABLE public.entries (n int); INSERT INTO public.entries VALUES (1), (2)";
const FOREIGN_KEYS: [&str; 3] = ["somebody", "goldenset:results", "goldenset-bench"];

/// A database and a Redis of a test's own, and a folder for temporary ones.
struct Services {
    name: String,
    db: PgConnection,
    redis: redis::Connection,
    redis_url: String,
    place: Place,
}

impl Services {
    fn new(number: u32) -> Self {
        let name = format!("bench_{}_{number}", std::process::id());
        let options = PgConnectOptions::from_str(&server()).unwrap();
        run(&mut RUNTIME.block_on(options.connect()).unwrap(), &format!("CREATE DATABASE {name}"));
        let db = RUNTIME.block_on(options.database(&name).connect()).unwrap();
        let redis_url = format!("{}/{number}", named("GOLDENSET_TEST_REDIS").trim_end_matches('/'));
        let mut redis = redis::Client::open(&*redis_url).unwrap().get_connection().unwrap();
        redis::cmd("FLUSHDB").exec(&mut redis).unwrap();
        let place = Place::new();
        fs::create_dir(place.path().join("tmp")).unwrap();
        place.write("any.toml", any_limit(&["/http/hot_c2/per_second"]));
        Self { name, db, redis, redis_url, place }
    }

    fn store_url(&self) -> String {
        let mut url = server();
        // The database is what stands between the host and the parameters.
        let end = url.find('?').unwrap_or(url.len());
        let start = url[..end].rfind('/').unwrap();
        url.replace_range(start + 1..end, &self.name);
        url
    }

    /// A benchmark of what is served from there, with its output in files.
    fn bench(&self) -> Command {
        let file = |name| fs::File::create(self.place.path().join(name)).unwrap();
        let mut command = command(self.place.path());
        command
            .args(["bench", "--suite", "hot", "--targets", "any.toml", "--json"])
            .args(SHORT)
            .env("TMPDIR", self.temporary())
            // As people give secrets: not on the command line.
            .env("GOLDENSET_BENCH_STORE", self.store_url())
            .env("GOLDENSET_BENCH_REDIS", &self.redis_url)
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"));
        command
    }

    fn temporary(&self) -> std::path::PathBuf {
        self.place.path().join("tmp")
    }

    /// Schemas and tables that are not the system's.
    fn tables(&mut self) -> Vec<String> {
        const TABLES: &str = "SELECT nspname || '.' || coalesce(relname, '') FROM pg_namespace \
            LEFT JOIN pg_class ON relnamespace = pg_namespace.oid AND relkind = 'r' \
            WHERE nspname !~ '^(pg_|information_schema)' ORDER BY 1";
        RUNTIME.block_on(sqlx::query_scalar(TABLES).fetch_all(&mut self.db)).unwrap()
    }

    fn keys(&mut self) -> Vec<String> {
        let mut keys: Vec<String> = self.redis.keys("*").unwrap();
        keys.sort();
        keys
    }

    /// Starts a benchmark and waits until it has filled a schema and a folder.
    fn under_way(&mut self) -> Process {
        let process = Process::start(&mut self.bench(), None);
        const FILLED: &str = "SELECT count(*) FROM pg_class JOIN pg_namespace \
            ON relnamespace = pg_namespace.oid WHERE nspname LIKE 'goldenset\\_scratch\\_%' AND \
            relname = 'entries'";
        eventually("a schema is filled", || {
            let count: i64 =
                RUNTIME.block_on(sqlx::query_scalar(FILLED).fetch_one(&mut self.db)).unwrap();
            count > 0
        });
        assert!(!listed(&self.temporary()).is_empty());
        process
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let options = PgConnectOptions::from_str(&server()).unwrap();
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        run(&mut RUNTIME.block_on(options.connect()).unwrap(), &drop);
        redis::cmd("FLUSHDB").exec(&mut self.redis).unwrap();
    }
}

fn run(db: &mut PgConnection, statement: &str) {
    RUNTIME.block_on(sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(db)).unwrap();
}

fn listed(folder: &Path) -> Vec<std::ffi::OsString> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

fn signal(process: &Process, name: &str) {
    let id = process.child.id().to_string();
    assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
}

#[test]
fn what_is_elsewhere_in_the_database_and_in_redis_is_untouched() {
    let mut services = Services::new(5);
    run(&mut services.db, FOREIGN);
    for key in FOREIGN_KEYS {
        let _: () = services.redis.set(key, "theirs").unwrap();
    }
    let (tables, keys) = (services.tables(), services.keys());
    run(&mut services.db, LEFT);
    assert_ne!(services.tables(), tables);

    let status = Process::start(&mut services.bench(), None).wait();
    let err = services.place.read("err");
    assert!(status.success(), "{err}");
    let report: serde_json::Value = serde_json::from_str(&services.place.read("out")).unwrap();
    measured(&report, &["/http/shared_c1/latency_us/p50", "/http/hot_c2/per_second"]);
    assert_eq!(report["answers"]["wrong"], 0, "{report}");
    // Another node had them from Redis, so they were there; not all where the machine is so busy
    // that Redis is late.
    let shared = |figure: &str| report["shared"][figure].as_u64().unwrap();
    assert!(shared("embedding_calls") < shared("lookups") / 2, "{report}");
    assert!(report["against"].as_str().unwrap().contains("Postgres"), "{report}");
    assert!(report["against"].as_str().unwrap().contains("Redis"), "{report}");

    assert_eq!((services.tables(), services.keys()), (tables, keys), "{err}");
    let theirs: String = services.redis.get(FOREIGN_KEYS[0]).unwrap();
    assert_eq!((theirs.as_str(), listed(&services.temporary()).len()), ("theirs", 0));
    let rows = sqlx::query_scalar("SELECT n FROM public.entries ORDER BY n");
    let rows: Vec<i32> = RUNTIME.block_on(rows.fetch_all(&mut services.db)).unwrap();
    assert_eq!(rows, [1, 2]);
}

#[test]
fn stopped_it_leaves_nothing_and_killed_what_the_next_one_removes() {
    let mut services = Services::new(6);
    let nothing = services.tables();
    let mut stopped = services.under_way();
    signal(&stopped, "INT");
    assert_eq!(stopped.wait().code(), Some(1));
    let err = services.place.read("err");
    assert!(err.contains("what it made is removed"), "{err}");
    assert_eq!((services.tables(), services.keys()), (nothing.clone(), vec![]), "{err}");
    assert_eq!(listed(&services.temporary()), Vec::<std::ffi::OsString>::new(), "{err}");

    let mut killed = services.under_way();
    signal(&killed, "KILL");
    killed.wait();
    assert_ne!(services.tables(), nothing);
    assert_eq!(listed(&services.temporary()).len(), 1);
    // The database notices a moment later that the owner is gone.
    const OWNED: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    eventually("the database notices", || {
        let count: i64 =
            RUNTIME.block_on(sqlx::query_scalar(OWNED).fetch_one(&mut services.db)).unwrap();
        count == 0
    });
    let status = Process::start(&mut services.bench(), None).wait();
    let err = services.place.read("err");
    assert!(status.success(), "{err}");
    assert_eq!(services.tables(), nothing, "{err}");
    assert_eq!(listed(&services.temporary()), Vec::<std::ffi::OsString>::new(), "{err}");
}
