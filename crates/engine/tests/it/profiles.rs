//! What verification needs of entries: kept within a bound, read when it is needed, never left out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use goldenset_core::Code;
use goldenset_core::ports::{Embedder, Store};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheLimits, Looked, Settings};
use goldenset_store::SqliteStore;

use crate::parts::{Rig, TroubledStore, settings, start, without_caches};

const QUERY: &str = "Quanto dura il periodo di preavviso di dimissioni?";
const ENTRIES: usize = 40;

/// No results, so that every lookup verifies.
fn verifying(profile_bytes: u64) -> Settings {
    let results = CacheLimits { bytes: 0, ..without_caches().results };
    Settings { results, profile_bytes, ..settings() }
}

async fn rig(profile_bytes: u64) -> (Rig, Arc<TroubledStore>) {
    let store = Arc::new(TroubledStore::new(Arc::new(SqliteStore::in_memory().await.unwrap())));
    let rig = Rig::over(Arc::clone(&store) as _, verifying(profile_bytes)).await.unwrap();
    for number in 0..ENTRIES {
        let question = format!("Quanto dura il preavviso di dimissioni nel livello {number}?");
        rig.publish(&format!("e{number}"), &question, "a").await;
    }
    (rig, store)
}

async fn ask(rig: &Rig) -> goldenset_core::Result<Looked> {
    let options = Options { min_similarity: Some(0.0), ..Options::default() };
    rig.engine.lookup(QUERY, options).await
}

fn words_read(store: &TroubledStore) -> usize {
    store.words_read.swap(0, Ordering::Relaxed)
}

#[tokio::test]
async fn a_set_that_fits_needs_no_store() {
    let (rig, store) = rig(16 << 20).await;
    assert_eq!(words_read(&store), 0, "what is published is ready with it");
    let before = ask(&rig).await.unwrap();
    let engine = start(&rig.store, &rig.embedder, &rig.clock, verifying(16 << 20)).await.unwrap();
    assert_eq!(words_read(&store), ENTRIES, "a start makes it ready");
    store.words_away.store(true, Ordering::Relaxed);
    let rig = Rig { engine, ..rig };
    assert_eq!(ask(&rig).await.unwrap().answer.body(), before.answer.body());
    let state = rig.engine.caches().profiles;
    assert_eq!((state.items, state.limit_bytes), (ENTRIES, 16 << 20));
    assert!(state.bytes > 0);
}

#[tokio::test]
async fn what_does_not_fit_is_read_and_never_left_out() {
    let (whole, _) = rig(16 << 20).await;
    let (rig, store) = rig(0).await;
    let body = ask(&whole).await.unwrap().answer.body().clone();
    for _ in 0..2 {
        assert_eq!(*ask(&rig).await.unwrap().answer.body(), body);
        assert_eq!(words_read(&store), 10, "those that are verified, and no others");
    }
    store.words_away.store(true, Ordering::Relaxed);
    assert_eq!(ask(&rig).await.unwrap_err().code, Code::StoreUnavailable);
    let explained = rig.engine.explain(QUERY, Options::default(), 3).await;
    assert_eq!(explained.unwrap_err().code, Code::StoreUnavailable);
    store.words_away.store(false, Ordering::Relaxed);
    assert_eq!(*ask(&rig).await.unwrap().answer.body(), body);
}

#[tokio::test]
async fn the_bound_holds_and_what_is_asked_again_is_kept() {
    const LIMIT: u64 = 96 << 10;
    let (rig, store) = rig(LIMIT).await;
    let state = rig.engine.caches().profiles;
    assert!(state.bytes <= LIMIT && state.items < ENTRIES, "{state:?}");
    // What came once goes before what came often.
    for _ in 0..8 {
        ask(&rig).await.unwrap();
    }
    words_read(&store);
    ask(&rig).await.unwrap();
    assert_eq!(words_read(&store), 0);
}

#[tokio::test]
async fn words_that_the_store_lost_are_made_again() {
    let (rig, _) = rig(0).await;
    let before = ask(&rig).await.unwrap();
    let store: &dyn Store = &*rig.store;
    let at = jiff::Timestamp::UNIX_EPOCH;
    store.drop_model(rig.embedder.model(), "anna", at).await.unwrap();
    rig.embedder.take_calls();
    assert_eq!(ask(&rig).await.unwrap().answer.body(), before.answer.body());
    assert_eq!(rig.embedder.take_calls().concat().len(), 10);
}

#[tokio::test]
async fn what_is_replaced_is_not_kept() {
    let (rig, _) = rig(16 << 20).await;
    for round in 0..3 {
        rig.publish("e0", &format!("Quanto dura il preavviso del livello {round}?"), "b").await;
    }
    rig.retire("e1").await.unwrap();
    assert_eq!(rig.engine.caches().profiles.items, ENTRIES - 1);
}
