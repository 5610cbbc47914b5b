//! Opinions that do not come, or are of other candidates: certificates say nothing of what a judge
//! was not heard on, and nobody waits for it again and again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use goldenset_core::calibration::{Calibration, Certificate, LabelCounts, Outcome, ScoreMap};
use goldenset_core::decision::Decision;
use goldenset_core::{Epoch, TenantId};
use goldenset_engine::eval::{self, LabelledQuery};
use goldenset_engine::scope::Options;
use goldenset_engine::{Engine, Opinion, PairJudge};
use serde_json::json;

use crate::opinions::{NEAR, ask, judge, judged, questions, weighing};
use crate::parts::Answer::{Fails, Hangs, Says};
use crate::parts::{TestPairModel, WordEmbedder, author, settings, weights};

/// A calibration that leaves scores as they are and certifies a threshold below the configured one.
async fn certify(engine: &Arc<Engine>, threshold: f64) {
    let tenant = TenantId::default();
    let certificate = Certificate { threshold, served: 200, wrong: 0, bound: 0.02, coverage: 0.5 };
    let calibration = Calibration {
        judged_by: engine.judged_by(&tenant),
        epoch: Epoch(1),
        min_similarity: settings().defaults.min_similarity,
        max_served_error: 0.05,
        confidence: 0.9,
        map: ScoreMap::Identity,
        labels: LabelCounts::default(),
        general: Outcome::Certified(certificate),
        categories: BTreeMap::new(),
        reference: None,
    };
    engine.store_calibration(author("default"), calibration).await.unwrap();
}

#[tokio::test]
async fn no_certificate_without_the_opinion_that_it_rests_on() {
    let (model, engine) = judged(Says(1.0)).await;
    let threshold = 0.3;
    certify(&engine, threshold).await;
    let mut freely = 0;
    for question in questions() {
        model.behaves(Says(1.0));
        let heard = ask(&engine, &question).await;
        if heard.facts.opinion != Opinion::Given {
            continue;
        }
        let applied = heard.answer.result().calibration.unwrap();
        assert_eq!((applied.certified, applied.threshold), (true, threshold));
        // What was heard is cached; another limit is another lookup.
        model.behaves(Fails);
        let options = Options { max_results: Some(9), ..Options::default() };
        let missing = engine.lookup(&question, options).await.unwrap();
        let (missing, opinion) = (missing.answer.result(), missing.facts.opinion);
        let applied = missing.calibration.unwrap();
        assert_eq!(opinion, Opinion::Failed, "{question}");
        assert_eq!((applied.certified, applied.threshold), (false, settings().serve_threshold));
        if missing.decision == Decision::Serve {
            assert!(missing.answer.as_ref().unwrap().score >= settings().serve_threshold);
        } else {
            freely += usize::from(heard.answer.result().decision == Decision::Serve);
        }
    }
    assert!(freely > 5, "{freely}");
    certify(&engine, 0.95).await;
    let applied = ask(&engine, NEAR).await.answer.result().calibration.unwrap();
    assert_eq!((applied.certified, applied.threshold), (false, 0.95), "never more freely");
}

/// What is measured is what lookups see, also where an entry that is too far to be listed scores
/// best: a lookup asks about the best that is listed.
#[tokio::test]
async fn measured_candidates_were_heard_as_in_a_lookup() {
    let mut weights = weights(&WordEmbedder::new(64));
    // The farther from the question, the better the score.
    weights["ranked"]["coefficients"] = json!([-40.0, 0.0, 0.0, 0.0]);
    weights["ranked"]["intercept"] = json!(0.0);
    let model = Arc::new(TestPairModel::new(Says(-3.0)));
    let one = PairJudge { top: 1, ..judge(&model) };
    let engine = weighing(Some(one), &weights).await;
    let labelled =
        |query| LabelledQuery { query, gold: vec![], kind: None, lang: None, split: None };
    let queries: Vec<_> = questions().into_iter().map(labelled).collect();
    let place = |row: usize| format!("row {row}");
    let tenant = TenantId::default();
    let asked = eval::run(&engine, &tenant, &queries, None, &place, &|_, _| ()).await.unwrap();
    let mut listed = 0;
    for (query, asked) in queries.iter().zip(asked) {
        let looked = ask(&engine, &query.query).await;
        let best = looked.answer.result().matches.first();
        let measured = asked.candidates.first().filter(|measured| measured.listed);
        assert_eq!(
            best.map(|best| (&best.entry.id, best.raw_score)),
            measured.map(|measured| (&measured.entry_id, measured.raw_score)),
            "{}",
            query.query
        );
        listed += usize::from(best.is_some());
    }
    assert!(listed > 20, "{listed}");
}

#[tokio::test]
async fn a_batch_does_not_wait_for_a_late_judge_again_and_again() {
    let model = Arc::new(TestPairModel::new(Hangs));
    let budget = Duration::from_millis(300);
    let slow = PairJudge { budget, ..judge(&model) };
    let engine = weighing(Some(slow), &weights(&WordEmbedder::new(64))).await;
    let questions = questions();
    let started = Instant::now();
    let looked = engine.lookup_batch(&questions, Options::default()).await.unwrap();
    let took = started.elapsed();
    let late = looked.iter().flatten().filter(|one| one.facts.opinion == Opinion::Late).count();
    assert!(late > 40, "{late} of {}", questions.len());
    assert!(took < 4 * budget, "{took:?} for {late} late opinions");
    // The next one asks again.
    model.behaves(Says(-9.0));
    let heard = engine.lookup_batch(&[NEAR.to_owned()], Options::default()).await.unwrap();
    assert_eq!(heard[0].as_ref().unwrap().facts.opinion, Opinion::Given);
}
