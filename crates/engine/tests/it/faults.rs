//! Faults of the provider and of the store: errors with their own code, never an empty result,
//! never cached, and never a difference between what is served and what is stored.

use std::sync::Arc;

use goldenset_core::ports::Store;
use goldenset_core::{Code, EntryContent};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine};
use goldenset_store::SqliteStore;

use crate::parts::{
    Fails, Rig, Trouble, TroubledStore, author, content, entry_id, settings, start,
};

const QUESTION: &str = "Quanto dura il preavviso di dimissioni?";
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";
const OTHER: &str = "How do I close my account?";

/// Every fault that a provider can have, with what a caller is told.
const TROUBLES: [(Trouble, Code); 5] = [
    (Trouble::Away, Code::EmbeddingUnavailable),
    (Trouble::TooFew, Code::EmbeddingMismatch),
    (Trouble::TooShort, Code::EmbeddingMismatch),
    (Trouble::ShortWords, Code::EmbeddingMismatch),
    (Trouble::Panics, Code::Internal),
];

/// A rig whose store fails when told to.
async fn troubled() -> (Rig, Arc<TroubledStore>) {
    let inner = Arc::new(SqliteStore::in_memory().await.unwrap());
    let store = Arc::new(TroubledStore::new(inner));
    (Rig::over(Arc::clone(&store) as _, settings()).await.unwrap(), store)
}

async fn answer_of(engine: &Engine, query: &str) -> Option<String> {
    let looked = engine.lookup(query, Options::default()).await.unwrap();
    looked.answer.result().answer.as_ref().map(|best| best.entry.content.answer.clone())
}

#[tokio::test]
async fn a_fault_of_the_provider_is_an_error_and_is_not_cached() {
    for (trouble, code) in TROUBLES {
        let rig = Rig::new().await;
        rig.publish("e", QUESTION, "a").await;
        rig.embedder.set_trouble(Some(trouble));
        assert_eq!(rig.refused(PARAPHRASE).await, code, "{trouble:?}");
        assert_eq!(rig.refused(PARAPHRASE).await, code, "{trouble:?}");
        assert_eq!(rig.cached(), (0, 0));
        assert_eq!(rig.tier(QUESTION).await, CacheStatus::SignatureHit);
        let queries = [PARAPHRASE.to_owned(), QUESTION.to_owned(), String::new()];
        let batch = rig.engine.lookup_batch(&queries, Options::default()).await.unwrap();
        let codes: Vec<_> = batch.iter().map(|one| one.as_ref().err().map(|e| e.code)).collect();
        assert_eq!(codes, [Some(code), None, Some(Code::EmptyQuery)]);
        rig.embedder.set_trouble(None);
        assert_eq!(rig.tier(PARAPHRASE).await, CacheStatus::Miss);
        assert_eq!(rig.tier(PARAPHRASE).await, CacheStatus::ResultHit);
    }
}

#[tokio::test]
async fn a_change_while_the_provider_is_down_is_refused_with_nothing_written() {
    for (trouble, code) in TROUBLES.into_iter().filter(|(trouble, _)| *trouble != Trouble::Panics) {
        let rig = Rig::new().await;
        rig.publish("e", QUESTION, "a").await;
        rig.save("draft", content(OTHER, "b"), false).await.unwrap();
        let before = rig.store.entries(&author("default").tenant, None, 10).await.unwrap();
        rig.embedder.set_trouble(Some(trouble));
        let saved = rig.save("e", content(QUESTION, "new"), true).await;
        assert_eq!(saved.unwrap_err().code, code, "{trouble:?}");
        let published = rig.engine.publish(author("default"), entry_id("draft"), None).await;
        assert_eq!(published.unwrap_err().code, code, "{trouble:?}");
        rig.embedder.set_trouble(None);
        assert_eq!(rig.store.entries(&author("default").tenant, None, 10).await.unwrap(), before);
        rig.assert_agrees(&[QUESTION, OTHER]).await;
    }
}

#[tokio::test]
async fn bad_content_is_refused_with_nothing_written() {
    let rig = Rig::new().await;
    let bad = EntryContent { alternatives: vec![" ".into()], ..content(QUESTION, "a") };
    let error = rig.save("e", bad, true).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("alternatives[0]")));
    assert_eq!(rig.store.tenants().await.unwrap(), []);
    assert!(rig.embedder.take_calls().is_empty());
}

#[tokio::test]
async fn after_a_failed_commit_the_engine_shows_what_the_store_has() {
    for (fails, expected) in [(Fails::Before, "old"), (Fails::After, "new")] {
        let (rig, store) = troubled().await;
        rig.publish("e", QUESTION, "old").await;
        assert_eq!(answer_of(&rig.engine, PARAPHRASE).await.as_deref(), Some("old"));
        store.fail_commit(fails);
        let error = rig.save("e", content(QUESTION, "new"), true).await.unwrap_err();
        assert_eq!(error.code, Code::StoreUnavailable);
        for query in [QUESTION, PARAPHRASE] {
            let shown = answer_of(&rig.engine, query).await;
            assert_eq!(shown.as_deref(), Some(expected), "{fails:?}: {query}");
        }
        rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
    }
}

#[tokio::test]
async fn a_failed_commit_for_a_new_tenant_makes_it_known_only_if_it_is_stored() {
    for (fails, expected) in [(Fails::Before, Some(Code::UnknownTenant)), (Fails::After, None)] {
        let (rig, store) = troubled().await;
        store.fail_commit(fails);
        let author = author("acme");
        let saved = rig.engine.save(author.clone(), entry_id("e"), content(QUESTION, "a"), true);
        assert_eq!(saved.await.unwrap_err().code, Code::StoreUnavailable);
        let code = rig.engine.tenant(&author.tenant).err().map(|error| error.code);
        assert_eq!(code, expected, "{fails:?}");
        rig.assert_agrees(&[QUESTION]).await;
    }
}

/// The commit is durable, the caller hears of a fault, and what the store has cannot be read
/// either. Whatever comes next must not be built on what was shown before.
#[tokio::test]
async fn a_commit_whose_fate_was_unknown_is_shown_with_the_next_change() {
    for retried in [true, false] {
        let (rig, store) = troubled().await;
        rig.publish("e", QUESTION, "old").await;
        store.fail_commit(Fails::After);
        store.fail_reads(1);
        rig.save("e", content(QUESTION, "new"), true).await.unwrap_err();
        let (id, next) = match retried {
            true => ("e", content(QUESTION, "new")),
            false => ("other", content(OTHER, "b")),
        };
        rig.save(id, next, true).await.unwrap();
        assert_eq!(answer_of(&rig.engine, QUESTION).await.as_deref(), Some("new"), "{retried}");
        rig.assert_agrees(&[QUESTION, PARAPHRASE, OTHER]).await;
    }
}

#[tokio::test]
async fn what_the_store_refuses_changes_nothing() {
    let rig = Rig::new().await;
    rig.publish("e", QUESTION, "a").await;
    rig.save("draft", content(OTHER, "b"), false).await.unwrap();
    let tiers = [rig.tier(PARAPHRASE).await, rig.tier(PARAPHRASE).await];
    assert_eq!(tiers, [CacheStatus::Miss, CacheStatus::ResultHit]);
    for (id, code) in [("nothing", Code::UnknownEntry), ("draft", Code::NotPublished)] {
        assert_eq!(rig.retire(id).await.unwrap_err().code, code);
    }
    let version = rig.engine.publish(author("default"), entry_id("e"), Some(7)).await;
    assert_eq!(version.unwrap_err().code, Code::UnknownVersion);
    assert_eq!(rig.tier(PARAPHRASE).await, CacheStatus::ResultHit);
    rig.assert_agrees(&[QUESTION, OTHER]).await;
}

#[tokio::test]
async fn a_store_that_cannot_be_read_stops_the_start() {
    let (rig, store) = troubled().await;
    rig.publish("e", QUESTION, "a").await;
    store.fail_reads(1);
    let shared: Arc<dyn Store> = store;
    let started = start(&shared, &rig.embedder, &rig.clock, settings()).await;
    assert_eq!(started.err().unwrap().code, Code::StoreUnavailable);
    let started = start(&shared, &rig.embedder, &rig.clock, settings()).await.unwrap();
    assert_eq!(answer_of(&started, QUESTION).await.as_deref(), Some("a"));
}
