//! A second opinion counts only where the score is unsure; without it, late or faulty, the
//! decision is the one that there would be without a judge, and nothing of it is kept.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::decision::Decision;
use goldenset_core::verifier::{Verifier, Weights};
use goldenset_core::{ModelId, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine, Looked, Opinion, PairJudge, Parts};
use goldenset_store::SqliteStore;
use serde_json::{Value, json};

use crate::parts::Answer::{Fails, Hangs, Says, SaysTooMuch, SaysWhenReleased};
use crate::parts::{
    Answer, OTHERS, TestClock, TestPairModel, WordEmbedder, author, content, entry_id, settings,
    weights,
};

/// Passes with the weights of the tests.
pub(crate) const NEAR: &str = "dove si ritira la nuova tessera sanitaria";
/// Found, and does not pass.
const FAR: &str = "dove si prende la tessera";

/// A judge that is asked about every candidate that no guard is against.
pub(crate) fn judge(model: &Arc<TestPairModel>) -> PairJudge {
    PairJudge {
        model: Arc::clone(model) as _,
        unsure_from: 0.0,
        unsure_to: 1.0,
        top: 2,
        budget: Duration::from_millis(50),
    }
}

fn entries() -> impl Iterator<Item = &'static str> {
    let years = [
        "quali sono le aliquote irpef per scaglioni di reddito nel 2023",
        "quali sono le aliquote irpef per scaglioni di reddito nel 2024",
    ];
    OTHERS.into_iter().chain(years)
}

async fn engine(judge: Option<PairJudge>, opinion: Option<Value>) -> Arc<Engine> {
    let mut weights = weights(&WordEmbedder::new(64));
    if let Some(opinion) = opinion {
        weights["opinion"] = opinion;
    }
    weighing(judge, &weights).await
}

pub(crate) async fn weighing(judge: Option<PairJudge>, weights: &Value) -> Arc<Engine> {
    let embedder = Arc::new(WordEmbedder::new(64));
    let weights = Weights::parse(&weights.to_string()).unwrap();
    let parts = Parts {
        store: Arc::new(SqliteStore::in_memory().await.unwrap()),
        verifier: Verifier::new(weights, &ModelId::new("words").unwrap()).unwrap(),
        embedder,
        lexicons: vec![],
        pair_judge: judge,
        search: None,
        shared: None,
        clock: Arc::new(TestClock::new()),
    };
    let engine = Arc::new(Engine::start(parts, settings(), &|_, _| ()).await.unwrap());
    for (place, question) in entries().enumerate() {
        let said = content(question, "Una risposta.");
        engine
            .save(author("default"), entry_id(&format!("e{place:02}")), said, true)
            .await
            .unwrap();
    }
    engine
}

pub(crate) async fn judged(answer: Answer) -> (Arc<TestPairModel>, Arc<Engine>) {
    let model = Arc::new(TestPairModel::new(answer));
    let engine = engine(Some(judge(&model)), None).await;
    (model, engine)
}

pub(crate) async fn ask(engine: &Engine, question: &str) -> Looked {
    engine.lookup(question, Options::default()).await.unwrap()
}

/// Questions made of the entries' words, some near and some far.
pub(crate) fn questions() -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut questions = Vec::new();
    for entry in entries() {
        for _ in 0..8 {
            let mut words: Vec<&str> = entry.split(' ').collect();
            random.shuffle(&mut words);
            words.truncate(words.len() - random.usize(0..words.len() / 2));
            questions.push(words.join(" "));
        }
    }
    questions
}

#[tokio::test]
async fn missing_opinions_leave_the_decision_as_it_is_without_a_judge() {
    let alone = engine(None, None).await;
    for (answer, expected) in [
        (Fails, Opinion::Failed),
        (SaysTooMuch, Opinion::Failed),
        (Says(f32::NAN), Opinion::Failed),
        (Hangs, Opinion::Late),
    ] {
        let (_, engine) = judged(answer).await;
        let (mut missed, mut served) = (0, 0);
        // Each hanging question takes the whole budget.
        let few = if answer == Hangs { 12 } else { usize::MAX };
        for question in questions().iter().take(few) {
            let (with, without) = (ask(&engine, question).await, ask(&alone, question).await);
            assert_eq!(with.answer.body(), without.answer.body(), "{answer:?}: {question}");
            missed += usize::from(with.facts.opinion == expected);
            served += usize::from(with.answer.result().decision == Decision::Serve);
        }
        assert!(missed > 5 && served > 2, "{answer:?}: {missed} missed, {served} served");
    }
}

#[tokio::test]
async fn what_was_decided_without_the_opinion_is_not_kept() {
    for trouble in [Fails, SaysTooMuch, Hangs] {
        let (model, engine) = judged(trouble).await;
        for calls in 1..=2 {
            assert_eq!(ask(&engine, NEAR).await.answer.result().decision, Decision::Serve);
            assert_eq!(model.calls(), calls);
        }
        model.behaves(Says(-9.0));
        let heard = ask(&engine, NEAR).await;
        assert_eq!(heard.answer.result().decision, Decision::Suggest);
        assert_eq!((heard.facts.opinion, model.calls()), (Opinion::Given, 3));
        let again = ask(&engine, NEAR).await;
        assert_eq!((again.facts.cache, model.calls()), (CacheStatus::ResultHit, 3));
        assert_eq!(again.answer.body(), heard.answer.body());
    }
}

#[tokio::test]
async fn an_opinion_of_unknown_worth_never_serves_more() {
    let alone = engine(None, None).await;
    let mut held_back = 0;
    for odds in [-20.0, -1.0, 0.0, 1.0, 20.0] {
        let (_, engine) = judged(Says(odds)).await;
        for question in questions() {
            let with = ask(&engine, &question).await.answer.result().decision;
            let without = ask(&alone, &question).await.answer.result().decision;
            if with == Decision::Serve || with == Decision::Clarify {
                assert_eq!(with, without, "{odds}: {question}");
            }
            held_back += usize::from(with != without);
        }
    }
    assert!(held_back > 20, "{held_back}");
}

#[tokio::test]
async fn a_fitted_opinion_decides_both_ways() {
    let opinion = json!({ "model": "test-judge", "score": 1.0, "opinion": 1.0, "intercept": 0.0 });
    let model = Arc::new(TestPairModel::new(Says(12.0)));
    let alone = engine(None, None).await;
    assert_eq!(ask(&alone, FAR).await.answer.result().decision, Decision::Suggest);
    let engine = engine(Some(judge(&model)), Some(opinion)).await;
    let raised = ask(&engine, FAR).await;
    assert_eq!(raised.answer.result().decision, Decision::Serve);
    assert_eq!(raised.answer.result().answer.as_ref().unwrap().entry.id, entry_id("e03"));
    model.behaves(Says(-12.0));
    assert_eq!(ask(&engine, NEAR).await.answer.result().decision, Decision::Suggest);
    // What a guard is against is not asked about, whatever the model would say.
    model.behaves(Says(12.0));
    let asked = "quali sono nel 2022 le aliquote irpef per scaglioni di reddito";
    assert_eq!(ask(&engine, asked).await.answer.result().decision, Decision::Suggest);
    let pairs = model.pairs();
    assert!(pairs.iter().all(|pair| !pair.entry.contains("irpef")), "{pairs:?}");
    assert!(pairs.iter().any(|pair| &*pair.question == FAR && pair.entry.contains("tessera")));
}

#[tokio::test]
async fn what_was_not_asked_about_does_not_overtake() {
    let model = Arc::new(TestPairModel::new(Says(-9.0)));
    let one = PairJudge { top: 1, ..judge(&model) };
    let engine = engine(Some(one), None).await;
    // As near as the other entry, which is asked about: one of them is the better one.
    let twin = content("dove si ritira la nuova carta sanitaria", "Allo sportello.");
    engine.save(author("default"), entry_id("twin"), twin, true).await.unwrap();
    let looked = ask(&engine, NEAR).await;
    assert_eq!(looked.answer.result().decision, Decision::Suggest);
    assert_eq!(model.pairs().len(), 1);
    let lowered = looked.answer.result().matches[0].score;
    assert!(lowered < 0.001, "{lowered}");
}

#[tokio::test]
async fn sure_scores_are_not_asked_about() {
    let model = Arc::new(TestPairModel::new(Says(0.5)));
    let unsure = PairJudge { unsure_from: 0.3, unsure_to: 0.9, ..judge(&model) };
    let engine = engine(Some(unsure), None).await;
    for question in [NEAR, "dove si trova la palestra del treno", OTHERS[0]] {
        let looked = ask(&engine, question).await;
        assert_eq!((looked.facts.opinion, model.calls()), (Opinion::NotAsked, 0), "{question}");
    }
}

#[tokio::test]
async fn a_change_while_the_opinion_is_awaited_is_seen() {
    let model = Arc::new(TestPairModel::new(SaysWhenReleased(1.0)));
    let patient = PairJudge { budget: Duration::from_secs(600), ..judge(&model) };
    let engine = engine(Some(patient), None).await;
    let waiting = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move { ask(&engine, NEAR).await }
    });
    model.waits.notified().await;
    engine.retire(author("default"), entry_id("e03")).await.unwrap();
    model.behaves(Says(1.0));
    model.release.notify_one();
    let looked = waiting.await.unwrap();
    let listed = &looked.answer.result().matches;
    assert!(listed.iter().all(|one| one.entry.id != entry_id("e03")), "{listed:?}");
    assert_eq!(looked.facts.epoch, engine.tenants()[&TenantId::default()].epoch);
    assert_eq!(ask(&engine, NEAR).await.answer.body(), looked.answer.body());
}

#[tokio::test]
async fn a_batch_hears_what_single_lookups_hear() {
    let (_, single) = judged(Says(-1.0)).await;
    let (_, batched) = judged(Says(-1.0)).await;
    let questions = questions();
    let looked = batched.lookup_batch(&questions, Options::default()).await.unwrap();
    assert_eq!(looked.len(), questions.len());
    for (question, looked) in questions.iter().zip(looked) {
        assert_eq!(looked.unwrap().answer.body(), ask(&single, question).await.answer.body());
    }
}

#[tokio::test]
async fn an_explanation_tells_of_it() {
    let (model, engine) = judged(Says(-2.0)).await;
    let explain = async || {
        let explained = engine.explain(NEAR, Options::default(), 1).await.unwrap();
        explained[0].explanation.clone()
    };
    let explanation = explain().await;
    let heard = explanation.second_opinion.unwrap();
    assert_eq!((heard.outcome, heard.log_odds), (Opinion::Given, Some(-2.0)));
    assert!(heard.score_before > 0.9 && explanation.score < 0.2, "{}", explanation.score);
    assert!(explanation.sentence.contains("different questions"), "{}", explanation.sentence);
    model.behaves(Fails);
    let explanation = explain().await;
    let heard = explanation.second_opinion.unwrap();
    assert_eq!((heard.outcome, heard.log_odds), (Opinion::Failed, None));
    assert_eq!(heard.score_before, explanation.score);
    assert!(explanation.sentence.contains("without it"), "{}", explanation.sentence);
}
