//! An acknowledged publish survives `kill -9`: a child process publishes in a loop and is killed,
//! again and again, on one folder.

#[cfg(test)]
mod killing {
    use std::collections::HashMap;
    use std::io::{BufRead, BufReader, Write};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant, SystemTime};

    use goldenset_core::embedding::WordVectorsBuilder;
    use goldenset_core::ports::{ChangeSet, EntryChange, PublishedVersion, Store};
    use goldenset_core::{
        Embedding, EntryContent, EntryId, ModelId, TenantId, Validity, Vector, VersionNumber,
    };
    use goldenset_store::SqliteStore;
    use jiff::Timestamp;

    const FOLDER: &str = "GOLDENSET_KILL_TEST_FOLDER";
    const ACKNOWLEDGED: &str = "acknowledged ";
    const ROUNDS: u64 = 24;
    const MIN_ROUNDS: u64 = 15;
    const TIME: Duration = Duration::from_secs(20);
    const ENTRIES: u64 = 7;

    /// What version `version` of entry `id` says: told by these two alone, so that the parent
    /// knows it too. Answers of up to 40 kB make commits of many pages.
    fn content(id: &EntryId, version: VersionNumber) -> EntryContent {
        EntryContent {
            question: format!("{id} in version {version}?"),
            alternatives: (0..version % 4)
                .map(|number| format!("{id} {version} {number}"))
                .collect(),
            answer: format!("{id} {version} ").repeat(1 + version as usize % 50 * 100),
            references: vec![format!("art. {version}").into()],
            category: None,
            tags: vec![id.to_string()],
            lang: None,
            validity: Validity::default(),
            review_by: None,
        }
    }

    fn embeddings(content: &EntryContent) -> Vec<Embedding> {
        let embedding = |text: &str| {
            let vector: Vector = (0..384).map(|at| text.len() as f32 + at as f32 / 384.0).collect();
            let mut words = WordVectorsBuilder::new(384);
            (0..9).for_each(|place| words.push(place..place + 1, place as f32, &vector));
            Embedding { vector, words: words.build() }
        };
        content.phrasings().map(embedding).collect()
    }

    fn model() -> ModelId {
        ModelId::new("model").unwrap()
    }

    /// The child: does nothing unless the parent names a folder.
    #[tokio::test]
    async fn publisher() {
        let Some(folder) = std::env::var_os(FOLDER) else { return };
        let store = SqliteStore::open(Path::new(&folder)).await.unwrap();
        for number in 0.. {
            let id = EntryId::new(format!("entry {}", number % ENTRIES)).unwrap();
            let tenant = TenantId::default();
            let version = store.entry(&tenant, &id).await.map_or(1, |head| head.version + 1);
            let content = content(&id, version);
            let publish = Some(embeddings(&content));
            let save = EntryChange::Save { id: id.clone(), content, publish };
            let changes = ChangeSet {
                changes: vec![save],
                ..ChangeSet::new(tenant, "child", model(), Timestamp::now())
            };
            let applied = store.commit(changes).await.unwrap().applied;
            assert_eq!(applied[0].version, version);
            let mut out = std::io::stdout().lock();
            writeln!(out, "\n{ACKNOWLEDGED}{version} {id}").unwrap();
            out.flush().unwrap();
        }
    }

    /// Lets a child publish and kills it after `acknowledgements` and `pause`. Returns what it
    /// acknowledged until it died.
    fn publish_and_kill(
        folder: &Path,
        acknowledgements: usize,
        pause: Duration,
    ) -> Vec<(EntryId, VersionNumber)> {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["killing::publisher", "--exact", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = Vec::new();
        let mut read = |acknowledged: &mut Vec<_>| {
            let Some(line) = lines.next() else { return false };
            let line = line.unwrap();
            if let Some((version, id)) =
                line.strip_prefix(ACKNOWLEDGED).and_then(|line| line.split_once(' '))
            {
                acknowledged.push((EntryId::new(id).unwrap(), version.parse().unwrap()));
            }
            true
        };
        while acknowledged.len() < acknowledgements {
            assert!(read(&mut acknowledged), "the publisher ended by itself");
        }
        std::thread::sleep(pause);
        child.kill().unwrap();
        // What it acknowledged between the count and the kill counts as well.
        while read(&mut acknowledged) {}
        assert!(!child.wait().unwrap().success());
        acknowledged
    }

    #[tokio::test]
    async fn acknowledged_publishes_survive_kill() {
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let seed = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let mut acknowledged: HashMap<EntryId, VersionNumber> = HashMap::new();
        let mut count = 0;
        for round in 0..ROUNDS {
            if round >= MIN_ROUNDS && started.elapsed() > TIME {
                break;
            }
            let random = (seed ^ round).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            let pause = Duration::from_micros(random / 40 % 3000);
            let told = publish_and_kill(folder.path(), 1 + random as usize % 40, pause);
            count += told.len() as u64;
            for (id, version) in told {
                let before = acknowledged.insert(id, version);
                assert!(before.is_none_or(|before| before < version), "round {round}");
            }
            // Every other time the first to see the folder cannot write to it.
            if round % 2 == 0 {
                let reader = SqliteStore::open_read_only(folder.path()).await.unwrap();
                check(&reader, &acknowledged, count).await;
                reader.close().await;
            }
            // The lock went with the child.
            let store = SqliteStore::open(folder.path()).await.unwrap();
            check(&store, &acknowledged, count).await;
            store.close().await;
        }
        assert!(acknowledged.len() as u64 == ENTRIES && count > 15 * ENTRIES);
    }

    async fn check(
        store: &SqliteStore,
        acknowledged: &HashMap<EntryId, VersionNumber>,
        count: u64,
    ) {
        let tenant = TenantId::default();
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
        let set = store.published(&tenant, &model()).await.unwrap();
        assert!(
            set.stamp.epoch.0 >= count,
            "{:?} after {count} acknowledged publishes",
            set.stamp.epoch
        );
        let mut served: HashMap<_, _> =
            set.entries.iter().map(|entry| (&entry.id, entry)).collect();
        let mut versions = 0;
        for (id, version) in acknowledged {
            let PublishedVersion { version: found, .. } = served.remove(id).unwrap();
            assert!(found >= version, "{id}: {found} is served, {version} was acknowledged");
            let history = store.versions(&tenant, id).await.unwrap();
            assert_eq!(history.len(), *found as usize);
            assert!(history.iter().all(|record| record.content == content(id, record.version)));
            versions += u64::from(*found);
        }
        // What was not acknowledged is there as a whole or not at all.
        versions += served.values().map(|entry| u64::from(entry.version)).sum::<u64>();
        assert_eq!(set.stamp.epoch.0, versions);
        for entry in &set.entries {
            assert_eq!(entry.content, content(&entry.id, entry.version));
            assert_eq!(entry.embeddings.as_deref(), Some(embeddings(&entry.content).as_slice()));
        }
    }
}
