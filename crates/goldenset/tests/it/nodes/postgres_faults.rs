//! A Postgres that goes wrong under load: lookups go on, writes are refused for a while, nothing
//! that was acknowledged is lost, and nothing that is out of date is served.

use std::time::Duration;

use super::load::{Phase, under_load};
use super::postgres::Postgres;
use crate::process::eventually;
use crate::server::Server;

const LONG: Duration = Duration::from_millis(3000);
const SHORT: Duration = Duration::from_millis(1500);

/// Hurts the database under load and mends it. Only while it is hurt writes are refused.
fn check(title: &str, hurt: impl Fn(&Postgres), mend: impl Fn(&Postgres)) {
    let postgres = Postgres::start();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let url = postgres.url();
    let limits = [
        ("DATABASE_URL", url.as_str()),
        ("GOLDENSET__STORE__CONNECT_TIMEOUT_MS", "1000"),
        ("GOLDENSET__STORE__STATEMENT_TIMEOUT_MS", "1000"),
    ];
    let nodes: Vec<_> =
        folders.iter().map(|folder| Server::configured(folder.path(), &limits)).collect();
    let is = |status: &str| {
        for node in &nodes {
            eventually(status, || node.get("/readyz").with(200)["status"] == status);
        }
    };
    let phases = under_load(
        title,
        &nodes,
        &[
            ("before", SHORT, &|| ()),
            ("during", LONG, &|| {
                hurt(&postgres);
                is("degraded");
            }),
            ("after", LONG, &|| {
                mend(&postgres);
                is("ready");
            }),
        ],
        Some(1),
    );
    for Phase { name, errors, stale, .. } in &phases {
        assert_eq!((errors.as_slice(), *stale), (&[][..], 0), "{title} {name}");
    }
    let [before, during, after] = &phases[..] else { panic!("{} phases", phases.len()) };
    // A refusal may come late.
    assert!(during.refused + after.refused > 0 && before.refused == 0);
    assert!(before.published > 0 && after.published > 0);
}

#[test]
fn postgres_that_dies_under_load_stops_writes_alone() {
    check("Postgres killed", Postgres::crash, Postgres::begin);
}

#[test]
fn postgres_that_hangs_under_load_stops_writes_alone() {
    check(
        "Postgres hanging",
        |postgres| postgres.signal("STOP"),
        |postgres| postgres.signal("CONT"),
    );
}
