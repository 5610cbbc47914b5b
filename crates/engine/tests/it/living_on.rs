//! Results that live on under a new epoch, and what the caches say of themselves.

use goldenset_core::calibration::{
    Calibration, Certificate, LabelCounts, Outcome, Refusal, RefusalReason, ScoreMap,
};
use goldenset_core::ports::Store;
use goldenset_core::{Epoch, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, ImportMode, Selection};
use goldenset_store::SqliteStore;
use std::sync::Arc;

use crate::parts::{Fails, Rig, TroubledStore, author, content, entry_id, settings, two_years};

use CacheStatus::{EmbeddingHit, Miss, ResultHit};

/// Near one of the entries of [`two_years`], where twelve entries compete for ten places.
const NEAR: &str = "come si apre una nuova partita iva";
/// Near none of them, and farther from each question than its tenth candidate.
const FAR: &str = "zzyzx qwrtp xkcdl vbnmf";

#[tokio::test]
async fn a_result_survives_changes_that_cannot_alter_it() {
    let rig = two_years().await;
    assert_eq!(rig.tier(NEAR).await, Miss);
    for change in 0..5 {
        rig.publish("far", FAR, &change.to_string()).await;
        assert_eq!(rig.tier(NEAR).await, ResultHit, "{change}");
    }
    rig.retire("far").await.unwrap();
    assert_eq!(rig.tier(NEAR).await, ResultHit);
    let state = rig.engine.caches().results;
    assert_eq!((state.kept, state.hits, state.dropped.entry_changed), (6, 6, 0));
    rig.assert_agrees(&[NEAR]).await;
    rig.publish("other-0", "come si apre una partita iva", "Altro.").await;
    assert_eq!(rig.tier(NEAR).await, EmbeddingHit);
    rig.publish("new", "come si apre una partita iva nuova", "Nuovo.").await;
    assert_eq!(rig.tier(NEAR).await, EmbeddingHit);
    let dropped = rig.engine.caches().results.dropped;
    assert_eq!((dropped.entry_changed, dropped.entered), (1, 1));
}

#[tokio::test]
async fn an_entry_that_was_considered_and_not_listed_ends_it() {
    for retired in [true, false] {
        let rig = two_years().await;
        let looked = rig.ask(NEAR).await;
        let listed = looked.answer.result().matches.iter().map(|one| one.entry.id.clone());
        let listed: Vec<_> = listed.collect();
        let held =
            rig.engine.invalidate(&Selection::Everything, true).await.unwrap().listed.unwrap();
        assert_eq!(held[0].entry_ids.len(), 10);
        let unlisted = held[0].entry_ids.last().filter(|id| !listed.contains(id)).unwrap();
        if retired {
            rig.retire(unlisted.as_str()).await.unwrap();
        } else {
            rig.publish(unlisted.as_str(), FAR, "a").await;
        }
        assert_eq!(rig.tier(NEAR).await, EmbeddingHit);
        assert_eq!(rig.engine.caches().results.dropped.entry_changed, 1);
    }
}

#[tokio::test]
async fn many_changes_between_two_lookups_are_replayed_or_end_it() {
    let rig = two_years().await;
    let import = |count: usize| {
        let rows = (0..count)
            .map(|number| (entry_id(&format!("far-{number}")), content(FAR, &count.to_string())));
        let mode = ImportMode { publish: true, dry_run: false };
        rig.engine.import(author("default"), rows.collect(), mode, &|_, _| ())
    };
    assert_eq!(rig.tier(NEAR).await, Miss);
    import(200).await.unwrap();
    assert_eq!(rig.tier(NEAR).await, ResultHit);
    import(300).await.unwrap();
    assert_eq!(rig.tier(NEAR).await, EmbeddingHit);
    assert_eq!(rig.engine.caches().results.dropped.journal_gap, 1);
}

#[tokio::test]
async fn a_change_that_was_not_heard_of_is_replayed_too() {
    let inner = Arc::new(SqliteStore::in_memory().await.unwrap());
    let store = Arc::new(TroubledStore::new(inner));
    let rig = Rig::over(Arc::clone(&store) as Arc<dyn Store>, settings()).await.unwrap();
    rig.publish("e", "come si apre una partita iva", "a").await;
    assert_eq!(rig.tier(NEAR).await, Miss);
    store.fail_commit(Fails::After);
    assert!(rig.retire("e").await.is_err());
    let looked = rig.ask(NEAR).await;
    assert!(looked.answer.result().matches.is_empty());
    let dropped = rig.engine.caches().results.dropped;
    assert_eq!((dropped.entry_changed, dropped.journal_gap), (1, 0));
}

fn calibration(rig: &Rig, threshold: f64) -> Calibration {
    let certificate = Certificate { threshold, served: 100, wrong: 0, bound: 0.02, coverage: 0.5 };
    Calibration {
        judged_by: rig.engine.judged_by(&TenantId::default()),
        epoch: Epoch(0),
        min_similarity: settings().defaults.min_similarity,
        max_served_error: 0.05,
        confidence: 0.9,
        map: ScoreMap::Platt { slope: threshold, intercept: 0.0 },
        labels: LabelCounts::default(),
        general: Outcome::Certified(certificate),
        categories: [("none".into(), Outcome::NotCertified(refused()))].into(),
        reference: None,
    }
}

fn refused() -> Refusal {
    Refusal {
        reason: RefusalReason::TooFewLabels,
        threshold: None,
        served: 0,
        wrong: 0,
        bound: 1.0,
        labels_needed: None,
    }
}

#[tokio::test]
async fn each_calibration_has_its_own_results_and_finds_them_again() {
    let rig = two_years().await;
    let calibrate = async |threshold| {
        let calibration = calibration(&rig, threshold);
        rig.engine.store_calibration(author("default"), calibration).await.unwrap()
    };
    let undo = async || rig.engine.undo_calibration(author("default")).await.unwrap();
    let ask = async |tier| {
        let looked = rig.ask(NEAR).await;
        assert_eq!(looked.facts.cache, tier);
        rig.assert_agrees(&[NEAR]).await;
        looked.answer.body().clone()
    };
    let none = ask(Miss).await;
    calibrate(0.5).await;
    let first = ask(EmbeddingHit).await;
    calibrate(0.7).await;
    let second = ask(EmbeddingHit).await;
    assert!(none != first && first != second);
    undo().await;
    assert_eq!(ask(ResultHit).await, first);
    // A new one is no older one, whatever was undone.
    calibrate(0.6).await;
    let third = ask(EmbeddingHit).await;
    assert!(third != second && third != first);
    undo().await;
    assert_eq!(ask(ResultHit).await, first);
    // What changed meanwhile counts for the results of every calibration.
    rig.publish("other-0", "come si apre una partita iva", "Altro.").await;
    undo().await;
    assert_ne!(ask(EmbeddingHit).await, none);
}

#[tokio::test]
async fn the_state_of_the_caches_follows_what_happens() {
    let rig = two_years().await;
    let before = rig.engine.caches();
    assert_eq!((before.results.items, before.results.bytes), (0, 0));
    assert_eq!(before.results.limit_bytes, settings().results.bytes);
    rig.ask(NEAR).await;
    rig.ask_with(NEAR, Options { max_results: Some(3), ..Options::default() }).await;
    let state = rig.engine.caches();
    assert_eq!((state.results.items, state.embeddings.items), (2, 1));
    let body = rig.ask(NEAR).await.answer.body().len() as u64;
    assert!(state.results.bytes > body && state.embeddings.bytes > 64 * 4);
    assert_eq!(state.embeddings.limit_bytes, settings().embeddings.bytes);
}
