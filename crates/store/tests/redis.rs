//! The cache that nodes share, on real servers: Redis, Valkey, behind TLS, as a restricted user, in
//! a cluster.

#[cfg(test)]
mod faulty;

#[cfg(test)]
mod sharing {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use goldenset_core::Code;
    use goldenset_core::ports::{SharedCache, SharedItem};
    use goldenset_store::{RedisCache, RedisOptions};

    use crate::faulty::server::{Redis, connected, free_port, named};

    fn options(url: &str, prefix: &str) -> RedisOptions {
        RedisOptions {
            url: url.into(),
            cluster: false,
            ca_file: None,
            prefix: prefix.into(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(5),
        }
    }

    async fn open(options: &RedisOptions) -> RedisCache {
        let cache = RedisCache::open(options).unwrap();
        cache.tried().await;
        assert_eq!(cache.health().fault, None);
        cache
    }

    /// A beginning that no other test has.
    fn own() -> String {
        format!("test-{}-{:016x}:", std::process::id(), fastrand::u64(..))
    }

    fn item(key: &str, value: &[u8]) -> SharedItem {
        SharedItem { key: key.into(), value: value.into(), ttl: Duration::from_secs(60) }
    }

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    /// Every key with this beginning.
    async fn all(cache: &RedisCache, beginning: &str) -> BTreeSet<String> {
        let (mut all, mut from) = (BTreeSet::new(), None);
        loop {
            let (some, next) = cache.keys(beginning, from).await.unwrap();
            all.extend(some);
            match next {
                Some(next) => from = Some(next),
                None => return all,
            }
        }
    }

    /// What every server must do.
    async fn check(options: &RedisOptions) {
        let (one, two) = (open(options).await, open(options).await);
        let bytes: Vec<u8> = (0..=255).collect();
        let items = vec![item("a:{1}:x", b"first"), item("a:{2}:y", &bytes), item("b:{1}:", b"")];
        assert_eq!(one.put(items).await, 3);
        let wanted = keys(&["a:{2}:y", "none", "a:{1}:x", "b:{1}:", "a:{2}:y"]);
        let found = two.get(&wanted).await;
        let expected = [Some(&bytes[..]), None, Some(b"first"), Some(b""), Some(&bytes[..])];
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
        // Later values stand in the place of earlier ones, and end.
        let brief = SharedItem { ttl: Duration::from_millis(1), ..item("brief", b"x") };
        assert_eq!(one.put(vec![item("a:{1}:x", b"second"), brief]).await, 2);
        assert_eq!(two.get(&keys(&["a:{1}:x"])).await, [Some(b"second".to_vec())]);
        while two.get(&keys(&["brief"])).await != [None] {
            tokio::task::yield_now().await;
        }
        // Many keys, in steps; and those of nobody else.
        let many: Vec<_> = (0..1500).map(|n| item(&format!("m:{{{n}}}:"), b"m")).collect();
        let names: BTreeSet<_> = many.iter().map(|item| item.key.clone()).collect();
        assert_eq!(one.put(many).await, 1500);
        assert_eq!(all(&two, "m:").await, names);
        assert_eq!(all(&two, "a:").await, BTreeSet::from(["a:{1}:x", "a:{2}:y"].map(Into::into)));
        assert_eq!(all(&two, "a:{1}").await, BTreeSet::from(["a:{1}:x".to_owned()]));
        assert_eq!(all(&two, "*").await, BTreeSet::new());
        let gone: Vec<_> = names.into_iter().collect();
        assert_eq!(one.remove(&gone).await.unwrap(), 1500);
        assert_eq!((one.remove(&gone).await.unwrap(), all(&two, "m:").await.len()), (0, 0));
        assert_eq!(one.get(&keys(&["a:{1}:x"])).await, [Some(b"second".to_vec())]);
        // Under another beginning there is nothing.
        let other = open(&RedisOptions { prefix: own(), ..options.clone() }).await;
        assert_eq!(other.get(&keys(&["a:{1}:x"])).await, [None]);
        assert_eq!(all(&other, "").await.iter().filter(|key| !key.starts_with("trial")).count(), 0);
        assert_eq!(one.remove(&keys(&["a:{1}:x", "a:{2}:y", "b:{1}:"])).await.unwrap(), 3);
        assert!(one.answers() && one.health().reads && one.health().writes);
    }

    #[tokio::test]
    async fn redis_and_valkey_speak_alike() {
        for name in ["GOLDENSET_TEST_REDIS", "GOLDENSET_TEST_VALKEY"] {
            check(&options(&named(name), &own())).await;
        }
    }

    #[tokio::test]
    async fn certificates_are_checked() {
        let url = named("GOLDENSET_TEST_REDIS_TLS");
        let trusted = RedisOptions {
            ca_file: Some(named("GOLDENSET_TEST_CA").into()),
            ..options(&url, &own())
        };
        check(&trusted).await;
        // Of an authority that the system does not know.
        let cache = RedisCache::open(&RedisOptions { ca_file: None, ..trusted.clone() }).unwrap();
        cache.tried().await;
        assert!(!cache.answers());
        assert_eq!(cache.get(&keys(&["a"])).await, [None]);
        let missing = RedisOptions { ca_file: Some("not/there.pem".into()), ..trusted };
        assert_eq!(RedisCache::open(&missing).err().unwrap().code, Code::FileUnreadable);
    }

    #[tokio::test]
    async fn a_user_needs_no_more_than_the_keys_with_its_beginning() {
        let server = Redis::start(&[]).await;
        let user = "+mget +set +unlink +scan +ping";
        let mut rules: Vec<_> =
            vec!["ACL", "SETUSER", "gs", "on", ">geheim", "~gs:*", "resetchannels", "-@all"];
        rules.extend(user.split(' '));
        server.does(&rules).await;
        let url = |password: &str| format!("redis://gs:{password}@127.0.0.1:{}", server.port());
        let restricted = options(&url("geheim"), "gs:");
        let cache = open(&restricted).await;
        assert_eq!(cache.put(vec![item("a", b"1")]).await, 1);
        assert_eq!(cache.get(&keys(&["a"])).await, [Some(b"1".to_vec())]);
        assert_eq!(all(&cache, "a").await.len(), 1);
        assert_eq!(cache.remove(&keys(&["a"])).await.unwrap(), 1);
        // A wrong password, and a beginning that the user may not touch.
        for options in [options(&url("falsch"), "gs:"), options(&url("geheim"), "other:")] {
            let cache = RedisCache::open(&options).unwrap();
            cache.tried().await;
            let fault = cache.health().fault.unwrap();
            assert!(fault.contains("refuses") && !fault.contains("falsch"), "{fault}");
            assert_eq!((cache.answers(), cache.get(&keys(&["a"])).await), (false, vec![None]));
            let error = cache.remove(&keys(&["a"])).await.unwrap_err();
            assert_eq!(error.code, Code::CacheUnavailable);
        }
    }

    #[tokio::test]
    async fn a_cluster_is_one_cache() {
        let mut nodes = Vec::new();
        for _ in 0..3 {
            // A node talks to others on another port, which is said here because the usual one may
            // be too high.
            let bus = free_port().to_string();
            let settings = ["--cluster-enabled", "yes", "--cluster-port", &bus];
            nodes.push((Redis::start(&settings).await, bus));
        }
        for (place, (node, _)) in nodes.iter().enumerate() {
            let first = place * 16384 / 3;
            let last = (place + 1) * 16384 / 3 - 1;
            node.does(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]).await;
        }
        for (node, bus) in &nodes[1..] {
            let (port, first) = (node.port().to_string(), &nodes[0].0);
            first.does(&["CLUSTER", "MEET", "127.0.0.1", &port, bus]).await;
        }
        for (node, _) in &nodes {
            let mut connection = connected(&node.url()).await.unwrap();
            loop {
                let mut asking = redis::cmd("CLUSTER");
                let told: String = asking.arg("INFO").query_async(&mut connection).await.unwrap();
                if told.contains("cluster_state:ok") && told.contains("cluster_known_nodes:3") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let urls: Vec<_> = nodes.iter().map(|(node, _)| node.url()).collect();
        let cluster = |url: &str| RedisOptions { cluster: true, ..options(url, "gs:") };
        check(&cluster(&urls[0])).await;
        check(&cluster(&urls.join(","))).await;
        // Without saying so it does not work, and says why.
        let single = RedisCache::open(&options(&urls.join(","), "gs:"));
        assert!(single.err().unwrap().fix.unwrap().contains("redis_cluster"));
    }

    #[tokio::test]
    async fn what_cannot_be_an_address_or_a_beginning_is_refused() {
        for url in ["", "http://h", "redis://", "localhost:6379:x", "geheim"] {
            let error = RedisCache::open(&options(url, "gs:")).err().unwrap();
            assert_eq!(error.code, Code::ConfigInvalid, "{url}");
            assert!(!error.to_string().contains("geheim") && error.fix.is_some());
        }
        for prefix in ["gs*", "a b", "{a}", "ä"] {
            let error = RedisCache::open(&options("redis://h", prefix)).err().unwrap();
            assert_eq!(error.field.as_deref(), Some("cache.redis_prefix"), "{prefix}");
        }
    }
}
