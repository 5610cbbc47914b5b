//! A Redis that goes wrong under load: no error, nothing out of date, and caching resumes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::kit::{Nodes, redis};
use super::load::{Phase, under_load};
use crate::faulty::proxy::{Mood, Proxy};
use crate::faulty::server::{Redis, connected};
use crate::http::RUNTIME;
use crate::process::eventually;

const LONG: Duration = Duration::from_millis(2500);
const SHORT: Duration = Duration::from_millis(1500);
const PREFIX: &str = "goldenset:";

/// Two nodes whose own caches hold nothing, so that all that is cached is in this Redis.
struct Rig {
    nodes: Nodes,
    redis: Redis,
    proxy: Proxy,
}

fn rig() -> Rig {
    let (server, proxy) = RUNTIME.block_on(async {
        let server = Redis::start(&["--maxmemory-policy", "noeviction"]).await;
        let proxy = Proxy::before(server.port()).await;
        (server, proxy)
    });
    let url = format!("redis://{}", proxy.address());
    let mut settings = redis(&url, PREFIX).to_vec();
    settings.push(("GOLDENSET__CACHE__RESULT_BYTES", "0"));
    settings.push(("GOLDENSET__CACHE__EMBEDDING_BYTES", "0"));
    let nodes = Nodes::configured(2, &settings);
    let rig = Rig { nodes, redis: server, proxy };
    rig.is_ready();
    rig
}

impl Rig {
    fn redis(&self, node: usize) -> String {
        let ready = self.nodes.node(node).get("/readyz").with(200);
        format!("{} {}", ready["status"].as_str().unwrap(), ready["redis"].as_str().unwrap())
    }

    fn is_ready(&self) {
        for node in 0..2 {
            eventually("it uses Redis", || self.redis(node) == "ready ok");
        }
    }

    fn is_degraded(&self) {
        for node in 0..2 {
            eventually("it is degraded", || self.redis(node) == "degraded cache_unavailable");
            let metrics = self.nodes.node(node).get("/metrics");
            assert!(metrics.text().contains("goldenset_degraded{dependency=\"redis\"} 1"));
        }
    }

    fn written(&self) -> u64 {
        let shared = &self.nodes.node(0).get("/v1/cache").with(200)["shared"];
        shared["written"].as_u64().unwrap()
    }

    /// Hurts Redis under load and mends it.
    fn check(&self, title: &str, hurt: &dyn Fn(), mend: &dyn Fn(), degrades: bool) {
        let hurts = || {
            hurt();
            if degrades {
                self.is_degraded();
            }
        };
        let phases = under_load(
            title,
            &self.nodes.all,
            &[
                ("before", SHORT, &|| ()),
                ("during", LONG, &hurts),
                ("after", LONG, &|| {
                    mend();
                    self.is_ready();
                }),
            ],
            None,
        );
        for Phase { name, errors, stale, refused, .. } in &phases {
            assert_eq!((errors.as_slice(), *stale, *refused), (&[][..], 0, 0), "{title} {name}");
        }
        // Caching goes on.
        let written = self.written();
        let mut asked = 0;
        eventually("it writes again", || {
            // A machine that is busy may let it time out again.
            asked += 1;
            self.nodes.node(0).asks(&format!("domanda nuova {asked}: {title}")).with(200);
            self.written() > written
        });
    }

    fn does(&self, words: &[&str]) {
        RUNTIME.block_on(self.redis.does(words));
    }
}

#[test]
fn redis_that_goes_wrong_under_load_costs_time_only() {
    let rig = rig();
    let fine = || rig.proxy.is(Mood::Fine);
    let slow = Mood::Slow(Duration::from_millis(200));
    for (title, mood) in [
        ("Redis away", Mood::Away),
        ("Redis silent", Mood::Silent),
        ("Redis slow (200 ms)", slow),
        ("Redis talking nonsense", Mood::Babbling),
    ] {
        rig.check(title, &|| rig.proxy.is(mood), &fine, true);
    }
    rig.check(
        "Redis full",
        &|| rig.does(&["CONFIG", "SET", "maxmemory", "1"]),
        &|| rig.does(&["CONFIG", "SET", "maxmemory", "0"]),
        true,
    );
    rig.check(
        "Redis read-only",
        &|| rig.does(&["REPLICAOF", "127.0.0.1", "1"]),
        &|| rig.does(&["REPLICAOF", "NO", "ONE"]),
        true,
    );
}

#[test]
fn redis_that_comes_and_goes_under_load_costs_time_only() {
    let rig = rig();
    let flapping = Arc::new(AtomicBool::new(false));
    let flaps = || {
        flapping.store(true, Ordering::Relaxed);
        let (flapping, proxy) = (Arc::clone(&flapping), rig.proxy.moods());
        RUNTIME.spawn(async move {
            for mood in [Mood::Silent, Mood::Fine, Mood::Away, Mood::Fine].into_iter().cycle() {
                if !flapping.load(Ordering::Relaxed) {
                    break;
                }
                proxy.send_replace(mood);
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
            proxy.send_replace(Mood::Fine);
        });
    };
    let mend = || flapping.store(false, Ordering::Relaxed);
    rig.check("Redis coming and going", &flaps, &mend, false);
}

#[test]
fn redis_with_somebody_elses_values_under_load_costs_time_only() {
    let rig = rig();
    let meddling = Arc::new(AtomicBool::new(false));
    let url = rig.redis.url();
    let meddles = || {
        meddling.store(true, Ordering::Relaxed);
        let (meddling, url) = (Arc::clone(&meddling), url.clone());
        RUNTIME.spawn(async move {
            let mut redis = connected(&url).await.unwrap();
            let mut before: Option<Vec<u8>> = None;
            while meddling.load(Ordering::Relaxed) {
                let mut command = redis::cmd("KEYS");
                let keys: Vec<String> =
                    command.arg(format!("{PREFIX}*")).query_async(&mut redis).await.unwrap();
                for key in keys.iter().filter(|key| !key.contains("trial")) {
                    // What stood under the key before it, then nonsense, in turn.
                    let value: Option<Vec<u8>> =
                        redis::cmd("GET").arg(key).query_async(&mut redis).await.unwrap();
                    let other = before.take().unwrap_or_else(|| b"nonsense".to_vec());
                    redis::cmd("SET").arg(key).arg(other).exec_async(&mut redis).await.unwrap();
                    before = value;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    };
    let mend = || meddling.store(false, Ordering::Relaxed);
    rig.check("Redis with somebody else's values", &meddles, &mend, false);
    let shared = &rig.nodes.node(0).get("/v1/cache").with(200)["shared"];
    assert!(shared["unusable"].as_u64() > Some(10), "{shared}");
}
