//! Nothing is served past its end, at the second it ends, however long a lookup waited.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::{EntryContent, Validity};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine, Looked, PairJudge, Parts};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::civil::{Date, date};

use crate::opinions::judge;
use crate::parts::Answer::SaysWhenReleased;
use crate::parts::{
    Rig, TestClock, TestPairModel, WordEmbedder, author, content, entry_id, settings, verifier,
};

const ENDS: &str = "Quanto dura il preavviso di dimissioni?";
const BEGINS: &str = "Quanto dura il preavviso di dimissioni ora?";
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";
/// The clock starts in the last half hour of it.
const LAST_DAY: Date = date(2024, 3, 30);

fn ending() -> EntryContent {
    let validity = Validity { valid_from: None, valid_until: Some(LAST_DAY) };
    EntryContent { validity, ..content(ENDS, "until today") }
}

fn beginning() -> EntryContent {
    let validity = Validity { valid_from: LAST_DAY.tomorrow().ok(), valid_until: None };
    EntryContent { validity, ..content(BEGINS, "from tomorrow on") }
}

/// An answer that ends at midnight, and one that begins then.
async fn rig() -> Rig {
    let rig = Rig::new().await;
    rig.save("ends", ending(), true).await.unwrap();
    rig.save("begins", beginning(), true).await.unwrap();
    rig.embedder.take_calls();
    rig
}

/// To the first moment of the next day in Rome.
fn pass_midnight(clock: &TestClock) {
    clock.advance("PT29M59.876543211S".parse().unwrap());
}

fn listed(looked: &Looked) -> Vec<&str> {
    looked.answer.result().matches.iter().map(|one| one.entry.id.as_str()).collect()
}

/// What a lookup of `queries` brings that waits for a vector from before midnight until after it.
async fn over_midnight(rig: &Rig, queries: &[&str], as_of: Option<Date>) -> Vec<Looked> {
    let closed = rig.embedder.door.write().await;
    let engine = Arc::clone(&rig.engine);
    let queries: Vec<_> = queries.iter().map(|query| (*query).to_owned()).collect();
    let waiting = tokio::spawn(async move {
        let options = Options { as_of, ..Options::default() };
        match &queries[..] {
            [query] => vec![engine.lookup(query, options).await],
            queries => engine.lookup_batch(queries, options).await.unwrap(),
        }
    });
    while rig.embedder.take_calls().is_empty() {
        tokio::task::yield_now().await;
    }
    pass_midnight(&rig.clock);
    drop(closed);
    waiting.await.unwrap().into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_lookup_that_waited_over_midnight_is_one_of_the_new_day() {
    let rig = rig().await;
    let looked = over_midnight(&rig, &[PARAPHRASE], None).await;
    assert_eq!(listed(&looked[0]), ["begins"]);
    let after = rig.ask(PARAPHRASE).await;
    assert_eq!(after.facts.cache, CacheStatus::ResultHit, "it is kept as one of the new day");
    assert_eq!(after.answer.body(), looked[0].answer.body());
    let restarted = rig.restarted().await.lookup(PARAPHRASE, Options::default()).await.unwrap();
    assert_eq!(restarted.answer.body(), after.answer.body());
}

#[tokio::test]
async fn a_lookup_about_a_day_stays_about_it() {
    let rig = rig().await;
    let looked = over_midnight(&rig, &[PARAPHRASE], Some(LAST_DAY)).await;
    assert_eq!(listed(&looked[0]), ["ends"]);
}

#[tokio::test]
async fn a_batch_that_waited_for_one_question_is_of_the_new_day_for_all() {
    let rig = rig().await;
    let other = "How do I close my account?";
    let cached = rig.ask(PARAPHRASE).await;
    assert_eq!(listed(&cached), ["ends"]);
    rig.embedder.take_calls();
    let looked = over_midnight(&rig, &[ENDS, PARAPHRASE, other, BEGINS], None).await;
    for (place, looked) in looked[..2].iter().enumerate() {
        assert_eq!(listed(looked), ["begins"], "{place}");
    }
    assert_eq!(looked[3].facts.cache, CacheStatus::SignatureHit);
}

#[tokio::test]
async fn a_batch_that_waited_for_one_question_sees_a_change_for_all() {
    let rig = rig().await;
    let closed = rig.embedder.door.write().await;
    let engine = Arc::clone(&rig.engine);
    let waiting = tokio::spawn(async move {
        let queries = [ENDS, PARAPHRASE].map(str::to_owned);
        engine.lookup_batch(&queries, Options::default()).await.unwrap()
    });
    while rig.embedder.take_calls().is_empty() {
        tokio::task::yield_now().await;
    }
    rig.retire("ends").await.unwrap();
    drop(closed);
    for looked in waiting.await.unwrap() {
        assert!(listed(&looked.unwrap()).is_empty());
    }
}

#[tokio::test]
async fn a_lookup_that_waited_for_a_second_opinion_is_one_of_the_new_day() {
    let model = Arc::new(TestPairModel::new(SaysWhenReleased(1.0)));
    let patient = PairJudge { budget: Duration::from_secs(600), ..judge(&model) };
    let (clock, embedder) = (Arc::new(TestClock::new()), Arc::new(WordEmbedder::new(64)));
    let parts = Parts {
        store: Arc::new(SqliteStore::in_memory().await.unwrap()),
        verifier: verifier(&*embedder),
        embedder,
        lexicons: vec![],
        pair_judge: Some(patient),
        search: None,
        shared: None,
        clock: Arc::clone(&clock) as _,
    };
    let engine = Arc::new(Engine::start(parts, settings(), &|_, _| ()).await.unwrap());
    engine.save(author("default"), entry_id("ends"), ending(), true).await.unwrap();
    let waiting = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move { engine.lookup(PARAPHRASE, Options::default()).await.unwrap() }
    });
    model.waits.notified().await;
    pass_midnight(&clock);
    model.release.notify_one();
    assert!(listed(&waiting.await.unwrap()).is_empty());
}

#[tokio::test]
async fn a_cached_answer_ends_at_the_second() {
    let rig = rig().await;
    assert_eq!(listed(&rig.ask(PARAPHRASE).await), ["ends"]);
    rig.clock.advance("PT29M58S".parse().unwrap());
    // The result of before is over; this one would live on.
    rig.ask(PARAPHRASE).await;
    rig.clock.advance("PT1.876543210S".parse().unwrap());
    let last = rig.ask(PARAPHRASE).await;
    assert_eq!((last.facts.cache, listed(&last)), (CacheStatus::ResultHit, vec!["ends"]));
    rig.clock.advance(SignedDuration::from_nanos(1));
    assert_eq!(listed(&rig.ask(PARAPHRASE).await), ["begins"]);
}
