//! Equal work that is wanted at the same time is done once, and for all who want it.

use std::collections::HashSet;
use std::sync::Arc;

use goldenset_core::{Code, Result};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine, Looked, Settings};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

use crate::parts::{Rig, Trouble, settings, without_caches};

const QUESTION: &str = "Quanto dura il preavviso di dimissioni?";
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";
const SPELLING: &str = "quanto dura il PERIODO di preavviso di dimissioni";
const CALLERS: usize = 50;

async fn rig(settings: Settings) -> Rig {
    let rig = Rig::with(settings).await;
    rig.publish("e", QUESTION, "a").await;
    rig.embedder.take_calls();
    rig
}

fn ask(engine: &Arc<Engine>, query: impl Into<String>) -> JoinHandle<Result<Looked>> {
    let (engine, query) = (Arc::clone(engine), query.into());
    tokio::spawn(async move { engine.lookup(&query, Options::default()).await })
}

/// Lets every other task of this one thread go on until it waits.
async fn let_all_wait() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_cold_question_of_many_callers_is_one_call() {
    for settings in [settings(), without_caches()] {
        let rig = rig(settings).await;
        let closed = rig.embedder.door.write().await;
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| ask(&rig.engine, if caller % 2 == 0 { PARAPHRASE } else { SPELLING }))
            .collect();
        let_all_wait().await;
        drop(closed);
        let mut bodies = HashSet::new();
        for caller in callers {
            let looked = caller.await.unwrap().unwrap();
            assert_eq!(looked.facts.cache, CacheStatus::Miss);
            bodies.insert(looked.answer.body().clone());
        }
        assert_eq!((rig.embedder.take_calls().len(), bodies.len()), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cold_questions_on_many_threads_are_one_call_each() {
    let rig = rig(settings()).await;
    for round in 0..200 {
        let start = Arc::new(Barrier::new(8));
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let (engine, start) = (Arc::clone(&rig.engine), Arc::clone(&start));
                tokio::spawn(async move {
                    start.wait().await;
                    engine.lookup(&format!("{PARAPHRASE} {round}"), Options::default()).await
                })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap().unwrap();
        }
        assert_eq!(rig.embedder.take_calls().len(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_batch_asks_once_for_each_text_that_is_missing() {
    let rig = rig(settings()).await;
    rig.ask("How do I close my account?").await;
    rig.embedder.take_calls();
    let queries = [
        PARAPHRASE,
        "How do I open an account?",
        "",
        SPELLING,
        QUESTION,
        PARAPHRASE,
        "how do I close my account",
    ];
    let batch = rig.engine.lookup_batch(&queries.map(str::to_owned), Options::default()).await;
    let calls = rig.embedder.take_calls();
    let texts: Vec<Vec<&str>> =
        calls.iter().map(|call| call.iter().map(AsRef::as_ref).collect()).collect();
    let paraphrase = "quanto dura il periodo di preavviso di dimissioni";
    assert_eq!(texts, [[paraphrase, "how do i open an account"]]);
    for (query, one) in queries.into_iter().zip(batch.unwrap()) {
        let alone = rig.engine.lookup(query, Options::default()).await;
        match (one, alone) {
            (Ok(one), Ok(alone)) => assert_eq!(one.answer.body(), alone.answer.body(), "{query}"),
            (one, alone) => assert_eq!(one.unwrap_err().code, alone.unwrap_err().code, "{query}"),
        }
    }
}

#[tokio::test]
async fn overlapping_batches_larger_than_a_call_ask_once_for_each_text() {
    let rig = rig(settings()).await;
    let queries: Vec<_> = (0..150).map(|number| format!("What is rule{number}?")).collect();
    let closed = rig.embedder.door.write().await;
    let batches: Vec<_> = [0..120, 30..150]
        .map(|part| {
            let (engine, part) = (Arc::clone(&rig.engine), queries[part].to_vec());
            tokio::spawn(async move { engine.lookup_batch(&part, Options::default()).await })
        })
        .into();
    let_all_wait().await;
    drop(closed);
    for batch in batches {
        assert!(batch.await.unwrap().unwrap().iter().all(Result::is_ok));
    }
    let calls = rig.embedder.take_calls();
    assert!(calls.iter().all(|call| call.len() <= 50));
    let texts: Vec<_> = calls.concat();
    assert_eq!((texts.len(), texts.iter().collect::<HashSet<_>>().len()), (150, 150));
}

#[tokio::test]
async fn an_error_reaches_everyone_who_waits_and_is_not_kept() {
    for (trouble, code) in [
        (Trouble::Away, Code::EmbeddingUnavailable),
        (Trouble::TooFew, Code::EmbeddingMismatch),
        (Trouble::Panics, Code::Internal),
    ] {
        let rig = rig(settings()).await;
        rig.embedder.set_trouble(Some(trouble));
        let closed = rig.embedder.door.write().await;
        let callers: Vec<_> = (0..CALLERS).map(|_| ask(&rig.engine, PARAPHRASE)).collect();
        let_all_wait().await;
        drop(closed);
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap_err().code, code, "{trouble:?}");
        }
        assert_eq!(rig.embedder.take_calls().len(), 1);
        rig.embedder.set_trouble(None);
        assert_eq!(rig.tier(PARAPHRASE).await, CacheStatus::Miss);
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_takes_nobody_along() {
    let rig = rig(settings()).await;
    let closed = rig.embedder.door.write().await;
    let gone = ask(&rig.engine, PARAPHRASE);
    let_all_wait().await;
    let stays = ask(&rig.engine, PARAPHRASE);
    let_all_wait().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    drop(closed);
    assert!(stays.await.unwrap().is_ok());
    assert_eq!(rig.embedder.take_calls().len(), 1);
}

#[tokio::test]
async fn what_a_caller_who_went_away_asked_for_is_kept() {
    let rig = rig(settings()).await;
    let closed = rig.embedder.door.write().await;
    let gone = ask(&rig.engine, PARAPHRASE);
    let_all_wait().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    drop(closed);
    let_all_wait().await;
    assert_eq!(rig.tier(PARAPHRASE).await, CacheStatus::EmbeddingHit);
    assert_eq!(rig.embedder.take_calls().len(), 1);
}
