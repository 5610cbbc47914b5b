//! Changes beside lookups and beside each other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use goldenset_core::ports::Store;
use goldenset_core::{EntryContent, Epoch};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine};
use goldenset_store::SqliteStore;

use crate::parts::{Rig, TroubledStore, author, content, entry_id, settings};

const QUESTION: &str = "Quanto dura il preavviso di dimissioni?";
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";

/// The number that an entry's answer is, as a lookup shows it.
async fn shown(engine: &Engine, query: &str) -> u32 {
    let looked = engine.lookup(query, Options::default()).await.unwrap();
    let best = looked.answer.result().answer.as_ref().expect("is served");
    best.entry.content.answer.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lookup_that_starts_after_a_change_sees_it() {
    const ROUNDS: u32 = 300;
    let rig = Arc::new(Rig::new().await);
    rig.publish("e", QUESTION, "0").await;
    let (acknowledged, done) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = [QUESTION, PARAPHRASE, PARAPHRASE]
        .into_iter()
        .map(|query| {
            let engine = Arc::clone(&rig.engine);
            let (acknowledged, done) = (Arc::clone(&acknowledged), Arc::clone(&done));
            tokio::spawn(async move {
                let mut lookups = 0;
                let mut before = 0;
                while !done.load(Ordering::SeqCst) {
                    let least = acknowledged.load(Ordering::SeqCst);
                    let number = shown(&engine, query).await;
                    assert!(number >= least, "{number} after {least} was acknowledged");
                    assert!(number >= before, "{number} after {before} was shown");
                    before = number;
                    lookups += 1;
                    tokio::task::yield_now().await;
                }
                lookups
            })
        })
        .collect();
    for round in 1..=ROUNDS {
        rig.publish("e", QUESTION, &round.to_string()).await;
        acknowledged.store(round, Ordering::SeqCst);
        assert_eq!(shown(&rig.engine, PARAPHRASE).await, round);
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_lookup_under_way_during_a_change_sees_it() {
    let rig = Rig::new().await;
    rig.publish("e", QUESTION, "0").await;
    let closed = rig.embedder.door.write().await;
    let engine = Arc::clone(&rig.engine);
    let early = tokio::spawn(async move { engine.lookup(PARAPHRASE, Options::default()).await });
    while rig.embedder.take_calls().is_empty() {
        tokio::task::yield_now().await;
    }
    rig.retire("e").await.unwrap();
    drop(closed);
    let early = early.await.unwrap().unwrap();
    assert!(early.answer.result().matches.is_empty(), "what is retired is not shown any more");
    assert_eq!(early.facts.epoch, Epoch(2));
    let looked = rig.ask(PARAPHRASE).await;
    assert_eq!(looked.facts.cache, CacheStatus::ResultHit, "the result of the new state is kept");
    assert_eq!(looked.answer.body(), early.answer.body());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_at_once_keep_their_order_and_none_is_lost() {
    const WRITERS: u64 = 8;
    const CHANGES: u64 = 25;
    let rig = Arc::new(Rig::new().await);
    let done = Arc::new(AtomicBool::new(false));
    let watcher = {
        let (engine, done) = (Arc::clone(&rig.engine), Arc::clone(&done));
        tokio::spawn(async move {
            let mut last = Epoch(0);
            while !done.load(Ordering::SeqCst) {
                let looked = engine.lookup(QUESTION, Options::default()).await.unwrap();
                assert!(looked.facts.epoch >= last);
                last = looked.facts.epoch;
                tokio::task::yield_now().await;
            }
        })
    };
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let rig = Arc::clone(&rig);
            tokio::spawn(async move {
                let mut epochs = Vec::new();
                for change in 0..CHANGES {
                    // Half of the changes are to one entry that all writers share.
                    let id = if change % 2 == 0 { "shared".into() } else { format!("e{writer}") };
                    let question = format!("What is rule{id} of section{change}?");
                    let answer = format!("{writer} {change}");
                    epochs.push(rig.publish(&id, &question, &answer).await.epoch);
                }
                assert!(epochs.is_sorted());
                epochs
            })
        })
        .collect();
    let mut epochs = BTreeSet::new();
    for writer in writers {
        epochs.extend(writer.await.unwrap());
    }
    done.store(true, Ordering::SeqCst);
    watcher.await.unwrap();
    assert_eq!(epochs, (1..=WRITERS * CHANGES).map(Epoch).collect());
    let stored = rig.store.entries(&author("default").tenant, None, 100).await.unwrap();
    let versions: u64 = stored.iter().map(|record| u64::from(record.version)).sum();
    assert_eq!(versions, WRITERS * CHANGES);
    rig.assert_agrees(&["What is ruleshared of section24?", "rulee3 section23"]).await;
}

#[tokio::test]
async fn a_caller_who_aborts_a_change_leaves_engine_and_store_in_agreement() {
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum At {
        Embedding,
        BeforeCommit,
        AfterCommit,
    }
    for at in [At::Embedding, At::BeforeCommit, At::AfterCommit] {
        let inner = Arc::new(SqliteStore::in_memory().await.unwrap());
        let store = Arc::new(TroubledStore::new(inner));
        let rig = Rig::over(Arc::clone(&store) as Arc<dyn Store>, settings()).await.unwrap();
        rig.publish("e", QUESTION, "0").await;
        let door = match at {
            At::Embedding => &rig.embedder.door,
            At::BeforeCommit => &store.before,
            At::AfterCommit => &store.after,
        };
        let closed = door.write().await;
        let engine = Arc::clone(&rig.engine);
        let change = tokio::spawn(async move {
            engine.save(author("default"), entry_id("e"), content(QUESTION, "1"), true).await
        });
        // The store's own thread has the commit by then, or the door holds it.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        change.abort();
        assert!(change.await.unwrap_err().is_cancelled());
        drop(closed);
        // Waits for the change to end, if it has begun.
        rig.publish("other", "How do I close my account?", "9").await;
        let expected = if at == At::Embedding { 0 } else { 1 };
        assert_eq!(shown(&rig.engine, QUESTION).await, expected, "{at:?}");
        rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
    }
}

#[tokio::test]
async fn a_change_waits_until_the_one_before_it_is_shown() {
    let inner = Arc::new(SqliteStore::in_memory().await.unwrap());
    let store = Arc::new(TroubledStore::new(inner));
    let rig = Rig::over(Arc::clone(&store) as Arc<dyn Store>, settings()).await.unwrap();
    let closed = store.after.write().await;
    let changes: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|id| {
            let engine = Arc::clone(&rig.engine);
            let content = content(&format!("What is rule{id}?"), id);
            tokio::spawn(save_in(engine, id, content))
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    // The first is stored and not shown yet; the others are not even stored.
    assert_eq!(rig.store.tenants().await.unwrap()[0].1.epoch, Epoch(1));
    drop(closed);
    for change in changes {
        change.await.unwrap();
    }
    rig.assert_agrees(&["What is rulea?", "What is ruleb?", "What is rulec?"]).await;
}

async fn save_in(engine: Arc<Engine>, id: &str, content: EntryContent) {
    engine.save(author("default"), entry_id(id), content, true).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_aborted_at_any_moment_leave_engine_and_store_in_agreement() {
    let rig = Rig::new().await;
    for round in 0..200u64 {
        let engine = Arc::clone(&rig.engine);
        let change = tokio::spawn(async move {
            let content = content(QUESTION, &round.to_string());
            engine.save(author("default"), entry_id("e"), content, true).await
        });
        for _ in 0..round {
            std::hint::spin_loop();
            tokio::task::yield_now().await;
        }
        change.abort();
        let acknowledged = matches!(change.await, Ok(Ok(_)));
        if acknowledged {
            assert_eq!(u64::from(shown(&rig.engine, QUESTION).await), round);
        }
    }
    rig.publish("other", "How do I close my account?", "9").await;
    rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
}
