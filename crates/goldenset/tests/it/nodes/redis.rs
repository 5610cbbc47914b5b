//! What nodes share through Redis.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use super::kit::{Nodes, own_prefix, redis};
use crate::faulty::server::{Redis, connected};
use crate::http::{RUNTIME, client};
use crate::process::eventually;
use crate::provider::Provider;
use crate::schema::named;
use crate::server::Server;

const QUESTION: &str = "Quanto dura il periodo di prova?";
const PARAPHRASE: &str = "vorrei sapere quanto dura il periodo di prova";

impl Server {
    fn shares(&self) -> Value {
        self.get("/v1/cache").with(200)["shared"].clone()
    }

    /// Waits until so many values were written.
    fn wrote(&self, values: u64) {
        eventually("it writes", || self.shares()["written"].as_u64().unwrap() >= values);
    }
}

#[test]
fn what_one_node_found_the_others_find_in_redis() {
    for server in ["GOLDENSET_TEST_REDIS", "GOLDENSET_TEST_VALKEY"] {
        let prefix = own_prefix();
        let nodes = Nodes::configured(2, &redis(&named(server), &prefix));
        let (one, two) = (nodes.node(0), nodes.node(1));
        one.publishes("a", QUESTION, "Sei mesi al massimo.").with(201);
        one.publishes("b", "Chi paga la mensa?", "Il datore di lavoro.").with(201);
        eventually("both are at one state", || two.asks(QUESTION).epoch() == 2);
        for node in &nodes.all {
            eventually("it is connected", || node.shares()["reads"] == true);
        }
        let before = two.shares();
        let first = one.asks(PARAPHRASE);
        assert_eq!(first.cache(), "miss");
        one.wrote(2);
        let second = two.asks(PARAPHRASE);
        assert_eq!(
            (second.cache(), &second.bytes),
            ("result_hit", &first.bytes),
            "{}",
            first.text()
        );
        assert_eq!(two.asks(PARAPHRASE).cache(), "result_hit");
        let hits = |shares: &Value| {
            let of = |kind: &str| shares[kind]["hits"].as_u64().unwrap();
            (of("results"), of("embeddings"))
        };
        let (results, embeddings) = hits(&before);
        // Once: then it is in memory.
        assert_eq!(hits(&two.shares()), (results + 1, embeddings + 1));
        // Under other options the vector alone helps.
        let other = json!({ "query": PARAPHRASE, "max_results": 1 });
        two.post("/v1/cache/invalidate", &json!({ "entry_id": "b" })).with(200);
        assert_eq!(two.post("/v1/lookup", &other).cache(), "embedding_hit");

        // An edit ends what it can change, also what the other node finds in Redis.
        one.publishes("a", QUESTION, "Tre mesi.").with(200);
        eventually("both are at one state", || two.asks(QUESTION).epoch() == 3);
        let (first, second) = (one.asks(PARAPHRASE), two.asks(PARAPHRASE));
        assert_eq!(first.bytes, second.bytes);
        assert!(second.text().contains("Tre mesi.") && !second.text().contains("Sei mesi"));
        holds_no_text(&named(server), &prefix);
    }
}

/// Keys and values name entries, and say nothing of what they are about.
fn holds_no_text(url: &str, prefix: &str) {
    RUNTIME.block_on(async {
        let mut redis = connected(url).await.unwrap();
        let mut command = redis::cmd("KEYS");
        let keys: Vec<String> =
            command.arg(format!("{prefix}*")).query_async(&mut redis).await.unwrap();
        assert!(keys.len() >= 4, "{keys:?}");
        let values: Vec<Vec<u8>> =
            redis::cmd("MGET").arg(&keys).query_async(&mut redis).await.unwrap();
        for bytes in keys.iter().map(|key| key.as_bytes()).chain(values.iter().map(Vec::as_slice)) {
            let text = String::from_utf8_lossy(bytes);
            for word in ["prova", "mensa", "Sei mesi", "datore", "default"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }
    });
}

#[test]
fn one_drops_what_all_share() {
    let nodes = Nodes::configured(2, &redis(&named("GOLDENSET_TEST_REDIS"), &own_prefix()));
    let (one, two) = (nodes.node(0), nodes.node(1));
    one.publishes("a", QUESTION, "Sei mesi.").with(201);
    eventually("it is connected", || one.shares()["reads"] == true);
    for question in [PARAPHRASE, "e la mensa?", "chi paga?"] {
        one.asks(question).with(200);
    }
    one.wrote(6);
    let drops = |body: Value| {
        let reply = two.post("/v1/cache/invalidate", &body).with(200);
        (
            reply["shared"]["results"].as_u64().unwrap(),
            reply["shared"]["embeddings"].as_u64().unwrap(),
        )
    };
    eventually("it is connected", || two.shares()["reads"] == true);
    assert_eq!(drops(json!({ "query": PARAPHRASE, "dry_run": true })), (1, 1));
    assert_eq!(drops(json!({ "query": PARAPHRASE })), (1, 1));
    assert_eq!(drops(json!({ "query": PARAPHRASE })), (0, 0));
    assert_eq!(drops(json!({ "entry_id": "ghost", "dry_run": true })), (0, 0));
    assert_eq!(drops(json!({ "entry_id": "a", "dry_run": true })), (2, 0));
    assert_eq!(drops(json!({ "entry_id": "a" })), (2, 0));
    // The publish gate had asked about a phrasing, too.
    let (results, embeddings) = drops(json!({ "all": "everything" }));
    assert!(results == 0 && embeddings >= 2, "{results} {embeddings}");
    assert_eq!(drops(json!({ "all": "tenant" })), (0, 0));
}

/// What a server is asked, as it sees it.
struct Watched {
    server: Redis,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    fn start() -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = RUNTIME.block_on(async {
            let server = Redis::start(&[]).await;
            let client = redis::Client::open(server.url()).unwrap();
            let monitor = client.get_async_monitor().await.unwrap();
            let lines = Arc::clone(&seen);
            tokio::spawn(async move {
                let mut stream = monitor.into_on_message::<String>();
                while let Some(line) = stream.next().await {
                    lines.lock().unwrap().push(line);
                }
            });
            server
        });
        Self { server, seen }
    }

    /// Reads since the last time, those of heartbeats apart.
    fn take_reads(&self) -> usize {
        let mark = format!("{:016x}", fastrand::u64(..));
        RUNTIME.block_on(self.server.does(&["ECHO", &mark]));
        let is_seen = || self.seen.lock().unwrap().iter().any(|line| line.contains(&mark));
        eventually("the server says what it was asked", is_seen);
        let lines = std::mem::take(&mut *self.seen.lock().unwrap());
        lines.iter().filter(|line| line.contains("\"MGET\"") && !line.contains("trial")).count()
    }
}

#[test]
fn a_batch_is_one_read_of_redis_and_one_call_for_all_that_is_missing() {
    const PART: usize = 20;
    let provider = Provider::slow(Duration::ZERO);
    let watched = Watched::start();
    let (provided, url) = (provider.settings(), watched.server.url());
    let mut settings: Vec<_> = provided.iter().map(|(key, value)| (*key, value.as_str())).collect();
    settings.extend(redis(&url, "goldenset:"));
    settings.push(("FAQ_BATCH_SIZE", "20"));
    let nodes = Nodes::configured(2, &settings);
    let (one, two) = (nodes.node(0), nodes.node(1));
    one.publishes("a", QUESTION, "Sei mesi.").with(201);
    for node in &nodes.all {
        eventually("it is connected", || node.shares()["reads"] == true);
        eventually("it follows", || node.asks(QUESTION).epoch() == 1);
    }
    let questions = |numbers: std::ops::Range<usize>| {
        numbers.map(|number| format!("domanda numero {number}")).collect::<Vec<_>>()
    };
    let batch = |node: &Server, queries: &[String]| {
        watched.take_reads();
        provider.take();
        let body = node.post("/v1/lookup/batch", &json!({ "queries": queries })).with(200);
        (body, watched.take_reads(), provider.take())
    };
    let (first, read, asked) = batch(one, &questions(0..50));
    assert_eq!((read, asked), (1, (50_usize.div_ceil(PART), 50)));
    one.wrote(100);
    // Known to Redis, known to nobody.
    let (second, read, asked) = batch(two, &questions(10..60));
    assert_eq!((read, asked), (1, (1, 10)));
    for (place, number) in (10..50).enumerate() {
        assert_eq!(second["results"][place], first["results"][number], "{number}");
        let alone = two.asks(&format!("domanda numero {number}")).with(200);
        let mut whole = second["results"][place].clone();
        whole.as_object_mut().unwrap().retain(|field, _| alone.get(field).is_some());
        assert_eq!(whole, alone, "{number}");
    }
}

/// Equal cold questions cost at most one call a node, with Redis as without: a lock in Redis would
/// make it one in all, and every cold question wait for the lock.
#[test]
fn a_stampede_costs_a_call_a_node_at_most() {
    const QUESTIONS: usize = 500;
    for shared in [false, true] {
        let provider = Provider::slow(Duration::from_millis(150));
        let provided = provider.settings();
        let mut settings: Vec<_> =
            provided.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let (url, prefix) = (named("GOLDENSET_TEST_REDIS"), own_prefix());
        let redis = redis(&url, &prefix);
        if shared {
            settings.extend(redis);
        }
        let nodes = Nodes::configured(3, &settings);
        for node in &nodes.all {
            eventually("it is connected", || !shared || node.shares()["reads"] == true);
        }
        provider.take();
        let asked = nodes.all.iter().cycle().take(QUESTIONS);
        let urls: Vec<_> = asked.map(|node| node.url("/v1/lookup")).collect();
        let bodies = RUNTIME.block_on(async {
            let client = client();
            let all = urls.iter().map(async |url| {
                let body = json!({ "query": QUESTION }).to_string();
                let request = client.post(url).header("content-type", "application/json");
                let reply = request.body(body).send().await.unwrap();
                assert_eq!(reply.status(), 200);
                reply.bytes().await.unwrap()
            });
            futures::future::join_all(all).await
        });
        assert_eq!(bodies.len(), QUESTIONS);
        assert!(bodies.iter().all(|body| *body == bodies[0]));
        let (calls, texts) = provider.take();
        assert!((1..=3).contains(&calls) && texts == calls, "{calls} calls, {texts} texts");
        if shared {
            // A node that comes later asks nobody.
            let mut nodes = nodes;
            // Whoever found the others' values had none to write.
            let written = |node: &Server| node.shares()["written"].as_u64().unwrap();
            eventually("one writes", || nodes.all.iter().map(written).sum::<u64>() >= 2);
            nodes.add(&settings);
            let late = nodes.node(3);
            eventually("it is connected", || late.shares()["reads"] == true);
            provider.take();
            assert_eq!(late.asks(QUESTION).bytes, bodies[0]);
            assert_eq!(provider.take(), (0, 0));
        }
    }
}
