//! A Redis that is away, slow, silent, full, read-only, or says what makes no sense: nobody waits
//! for it twice, and it is used again when it can be.

#[cfg(test)]
mod faulty;

#[cfg(test)]
mod faults {
    use std::time::{Duration, Instant};

    use goldenset_core::Code;
    use goldenset_core::ports::{SharedCache, SharedItem};
    use goldenset_store::{RedisCache, RedisOptions};

    use crate::faulty::proxy::{Mood, Proxy};
    use crate::faulty::server::Redis;

    /// What a read may take, and no more than once.
    const TIMEOUT: Duration = Duration::from_millis(50);

    fn options(address: &str) -> RedisOptions {
        RedisOptions {
            url: format!("redis://{address}"),
            cluster: false,
            ca_file: None,
            prefix: "gs:".into(),
            connect_timeout: Duration::from_millis(500),
            timeout: TIMEOUT,
        }
    }

    struct Rig {
        server: Redis,
        proxy: Proxy,
        cache: RedisCache,
    }

    async fn rig(settings: &[&str]) -> Rig {
        let server = Redis::start(settings).await;
        let proxy = Proxy::before(server.port()).await;
        let cache = RedisCache::open(&options(&proxy.address().to_string())).unwrap();
        cache.tried().await;
        let rig = Rig { server, proxy, cache };
        assert_eq!((rig.put().await, rig.get().await.is_some()), (1, true));
        rig
    }

    impl Rig {
        async fn put(&self) -> usize {
            let (key, value) = ("a".to_owned(), b"1".to_vec());
            self.cache.put(vec![SharedItem { key, value, ttl: Duration::from_secs(60) }]).await
        }

        async fn get(&self) -> Option<Vec<u8>> {
            self.cache.get(&["a".into()]).await.pop().unwrap()
        }

        /// Until something holds, at most for a minute.
        async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
            let began = Instant::now();
            while !holds().await {
                assert!(
                    began.elapsed() < Duration::from_secs(60),
                    "{what}: {:?}",
                    self.cache.health()
                );
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }

        /// Reads until the circuit is open, and says how many found out the hard way.
        async fn opens(&self) -> usize {
            let mut tries = 0;
            self.until("it is left alone", async || {
                if self.cache.answers() {
                    tries += 1;
                    assert_eq!(self.get().await, None);
                }
                !self.cache.answers()
            })
            .await;
            tries
        }

        async fn closes(&self) {
            self.until("it is used again", async || self.cache.answers()).await;
            self.until("it takes values", async || self.put().await == 1).await;
            assert_eq!(self.get().await.as_deref(), Some(&b"1"[..]));
            let health = self.cache.health();
            assert_eq!((health.reads, health.writes, health.fault), (true, true, None));
        }
    }

    /// While it is hurt nobody waits but the first; then it is used again by itself.
    async fn check(mood: Mood) {
        let rig = rig(&[]).await;
        rig.proxy.is(mood);
        let tries = rig.opens().await;
        assert!(tries <= 1, "{tries} waited");
        let health = rig.cache.health();
        assert!(!health.reads && !health.writes && health.fault.is_some(), "{health:?}");
        for _ in 0..1000 {
            assert_eq!((rig.get().await, rig.put().await), (None, 0));
        }
        let error = rig.cache.keys("a", None).await.unwrap_err();
        assert_eq!(error.code, Code::CacheUnavailable);
        rig.proxy.is(Mood::Fine);
        rig.closes().await;
        let faults = rig.cache.health().faults;
        let counted = faults.timeout + faults.connection + faults.refused + faults.garbage;
        assert!(counted > 0, "{faults:?}");
    }

    #[tokio::test]
    async fn slow() {
        check(Mood::Slow(Duration::from_millis(200))).await;
    }

    #[tokio::test]
    async fn silent() {
        check(Mood::Silent).await;
    }

    #[tokio::test]
    async fn away() {
        check(Mood::Away).await;
    }

    #[tokio::test]
    async fn babbling() {
        check(Mood::Babbling).await;
    }

    #[tokio::test]
    async fn killed_and_started_again() {
        let mut rig = rig(&[]).await;
        rig.server.kill();
        assert!(rig.opens().await <= 1);
        rig.server.begin().await;
        rig.until("it is used again", async || rig.cache.answers()).await;
        assert_eq!(rig.get().await, None, "it came back empty");
        rig.closes().await;
    }

    #[tokio::test]
    async fn away_at_the_start() {
        let mut server = Redis::start(&[]).await;
        server.kill();
        let cache = RedisCache::open(&options(&format!("127.0.0.1:{}", server.port()))).unwrap();
        cache.tried().await;
        assert!(!cache.answers());
        server.begin().await;
        let proxy = Proxy::before(server.port()).await;
        let rig = Rig { server, proxy, cache };
        rig.closes().await;
    }

    #[tokio::test]
    async fn flapping_is_met_less_and_less_often() {
        let rig = rig(&[]).await;
        let mut windows = Vec::new();
        for _ in 0..3 {
            rig.proxy.is(Mood::Silent);
            assert!(rig.opens().await <= 1);
            let opened = Instant::now();
            rig.proxy.is(Mood::Fine);
            rig.until("it is used again", async || rig.cache.answers()).await;
            windows.push(opened.elapsed());
        }
        assert!(windows.is_sorted(), "{windows:?}");
    }

    #[tokio::test]
    async fn full() {
        let rig = rig(&["--maxmemory-policy", "noeviction"]).await;
        rig.server.does(&["CONFIG", "SET", "maxmemory", "1"]).await;
        rig.until("it refuses", async || rig.put().await == 0).await;
        // What it has is read all the same.
        let health = rig.cache.health();
        assert!(health.reads && !health.writes, "{health:?}");
        assert!(health.fault.unwrap().contains("OOM"));
        assert_eq!(rig.get().await.as_deref(), Some(&b"1"[..]));
        // Also for who comes now.
        let late = RedisCache::open(&options(&format!("127.0.0.1:{}", rig.server.port()))).unwrap();
        late.tried().await;
        assert!(late.health().reads && !late.health().writes && late.health().fault.is_some());
        rig.server.does(&["CONFIG", "SET", "maxmemory", "0"]).await;
        rig.closes().await;
    }

    #[tokio::test]
    async fn read_only() {
        let rig = rig(&[]).await;
        // A replica of a server that is nowhere.
        rig.server.does(&["CONFIG", "SET", "replica-serve-stale-data", "yes"]).await;
        rig.server.does(&["REPLICAOF", "127.0.0.1", "1"]).await;
        rig.until("it refuses", async || rig.put().await == 0).await;
        let health = rig.cache.health();
        assert!(health.reads && !health.writes, "{health:?}");
        let fault = health.fault.unwrap();
        assert!(fault.contains("read only"), "{fault}");
        assert_eq!(rig.get().await.as_deref(), Some(&b"1"[..]));
        rig.server.does(&["REPLICAOF", "NO", "ONE"]).await;
        rig.closes().await;
    }

    #[tokio::test]
    async fn a_value_of_another_kind_is_none() {
        let rig = rig(&[]).await;
        rig.server.does(&["DEL", "gs:a"]).await;
        rig.server.does(&["LPUSH", "gs:a", "somebody else's"]).await;
        assert_eq!((rig.get().await, rig.cache.answers()), (None, true));
        // And gives way.
        assert_eq!((rig.put().await, rig.get().await.is_some()), (1, true));
    }
}
