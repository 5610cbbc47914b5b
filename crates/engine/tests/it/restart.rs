//! What a new process over the same data folder shows.

use std::path::Path;
use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::{Code, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine, Parts};
use goldenset_store::SqliteStore;

use crate::parts::{
    Rig, Trouble, WordEmbedder, author, content, entry_id, settings, start, verifier,
};

const QUESTION: &str = "Quanto dura il preavviso di dimissioni?";
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";

async fn open(folder: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(folder).await.unwrap())
}

/// A folder in which one entry is published, one replaced, one retired, one a draft.
async fn filled(folder: &Path) -> Rig {
    let rig = Rig::over(open(folder).await, settings()).await.unwrap();
    rig.publish("a", QUESTION, "old").await;
    rig.publish("a", QUESTION, "new").await;
    rig.publish("retired", "How do I close my account?", "b").await;
    rig.retire("retired").await.unwrap();
    rig.save("draft", content("How do I open an account?", "c"), false).await.unwrap();
    let acme = rig.engine.save(author("acme"), entry_id("a"), content(QUESTION, "acme"), true);
    acme.await.unwrap();
    rig.embedder.take_calls();
    rig
}

#[tokio::test]
async fn a_restart_shows_the_same_and_asks_the_provider_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rig = filled(folder.path()).await;
    let queries = [QUESTION, PARAPHRASE, "How do I close my account?"];
    let mut before = Vec::new();
    for query in queries {
        before.push(rig.ask(query).await.answer.body().clone());
    }
    let tenants = rig.engine.tenants();
    let Rig { clock, embedder, store, engine } = rig;
    drop((store, engine));
    embedder.take_calls();

    let store: Arc<dyn goldenset_core::ports::Store> = reopened(folder.path()).await;
    let engine = start(&store, &embedder, &clock, settings()).await.unwrap();
    assert!(embedder.take_calls().is_empty());
    assert_eq!(engine.tenants(), tenants);
    let rig = Rig { clock, embedder, store, engine };
    for (query, before) in queries.into_iter().zip(before) {
        let looked = rig.ask(query).await;
        assert_eq!(*looked.answer.body(), before, "{query}");
        assert_ne!(looked.facts.cache, CacheStatus::ResultHit);
    }
}

/// Dropping a store closes it in the background.
async fn reopened(folder: &Path) -> Arc<SqliteStore> {
    loop {
        match SqliteStore::open(folder).await {
            Ok(store) => return Arc::new(store),
            Err(error) => assert_eq!(error.code, Code::DataDirBusy),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_new_model_embeds_what_is_served_once_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let rig = filled(folder.path()).await;
    let embedder = Arc::new(WordEmbedder::of_model("other words", 32));
    let start = || {
        let parts = Parts {
            store: Arc::clone(&rig.store),
            embedder: Arc::clone(&embedder) as _,
            verifier: verifier(&*embedder),
            lexicons: vec![],
            pair_judge: None,
            search: None,
            shared: None,
            clock: Arc::clone(&rig.clock) as _,
        };
        async { Engine::start(parts, settings(), &|_, _| ()).await }
    };
    for (trouble, code) in [
        (Trouble::Away, Code::EmbeddingUnavailable),
        (Trouble::TooFew, Code::EmbeddingMismatch),
        (Trouble::TooShort, Code::EmbeddingMismatch),
    ] {
        embedder.set_trouble(Some(trouble));
        assert_eq!(start().await.err().unwrap().code, code, "{trouble:?}");
    }
    embedder.set_trouble(None);
    embedder.take_calls();
    let engine = start().await.unwrap();
    // One published entry in each of two tenants; neither drafts nor what is retired.
    assert_eq!(embedder.take_calls().concat().len(), 2);
    let state = |tenant| engine.tenants()[&TenantId::new(tenant).unwrap()].clone();
    assert_eq!((state("default").vectors, state("acme").vectors), (1, 1));
    let restarted = start().await.unwrap();
    assert!(embedder.take_calls().is_empty());
    for engine in [engine, restarted] {
        let looked = engine.lookup(QUESTION, Options::default()).await.unwrap();
        let entry = &looked.answer.result().matches[0].entry;
        let words = embedder.embedding(Canonical::of(QUESTION).as_str()).words;
        let profile = engine.profile(&TenantId::default(), entry).await.unwrap();
        assert_eq!(*profile, verifier(&*embedder).entry(&entry.content, [&words]));
    }
}
