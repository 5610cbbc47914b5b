//! From labelled questions to what lookups serve, and back.

use std::sync::Arc;

use fastrand::Rng;
use goldenset_core::calibration::{Calibration, Outcome, RefusalReason};
use goldenset_core::canonical::Canonical;
use goldenset_core::decision::Decision;
use goldenset_core::ports::Store;
use goldenset_core::{Code, Epoch};
use goldenset_engine::calibrate::{Method, Wanted};
use goldenset_engine::drift::DriftVerdict;
use goldenset_engine::eval::LabelledQuery;
use goldenset_engine::{Watch, WatchSettings};
use goldenset_store::SqliteStore;

use crate::parts::{Fails, Rig, TroubledStore, author, entry_id, settings};

const ENTRIES: usize = 40;
const WORDS: usize = 6;
const WANTED: Wanted =
    Wanted { max_served_error: 0.05, confidence: 0.9, method: Method::Platt, per_category: false };

/// A word that no other place has.
fn word(entry: usize, place: usize) -> String {
    let letter = |number: usize| char::from(b'a' + (number % 26) as u8);
    format!("z{}{}x{}", letter(entry), letter(entry / 26), letter(place))
}

fn question(words: &[String]) -> String {
    words.join(" ") + "?"
}

async fn rig() -> Rig {
    let rig = Rig::new().await;
    publish(&rig).await;
    rig
}

async fn publish(rig: &Rig) {
    for entry in 0..ENTRIES {
        let words: Vec<_> = (0..WORDS).map(|place| word(entry, place)).collect();
        rig.publish(&format!("e{entry}"), &question(&words), "answer").await;
    }
}

/// Questions with some words of an entry and some of no entry: the more words, the more often the
/// entry answers them.
fn labelled(count: usize) -> Vec<LabelledQuery> {
    let mut random = Rng::with_seed(5);
    let query = |number: usize| {
        let entry = random.usize(..ENTRIES);
        let kept = random.usize(2..=WORDS);
        let mut words: Vec<_> = (0..WORDS).map(|place| word(entry, place)).collect();
        random.shuffle(&mut words);
        words.truncate(kept);
        words.extend((kept..WORDS).map(|place| word(100 + number, place)));
        let answers = kept > 4 || kept == 4 && random.bool();
        LabelledQuery {
            query: question(&words),
            gold: if answers { vec![entry_id(&format!("e{entry}"))] } else { vec![] },
            kind: None,
            lang: None,
            split: None,
        }
    };
    (0..count).map(query).collect()
}

async fn calibrate(rig: &Rig, queries: &[LabelledQuery], wanted: &Wanted) -> Calibration {
    let place = |row| format!("row {row}");
    let tenant = author("default").tenant;
    rig.engine.calibrate(&tenant, queries, wanted, &place, &|_, _| ()).await.unwrap()
}

/// Three in ten questions are for fitting, by their signature; the rest certifies.
fn certifies(query: &str) -> bool {
    let mut first = [0; 8];
    first.copy_from_slice(&Canonical::of(query).signature().as_bytes()[..8]);
    u64::from_le_bytes(first) % 10 >= 3
}

/// Questions that are served, and of them wrong.
async fn served(rig: &Rig, queries: &[LabelledQuery]) -> (usize, usize) {
    let (mut served, mut wrong) = (0, 0);
    for labelled in queries.iter().filter(|labelled| certifies(&labelled.query)) {
        let looked = rig.ask(&labelled.query).await;
        if let Some(answer) = &looked.answer.result().answer {
            served += 1;
            wrong += usize::from(!labelled.gold.contains(&answer.entry.id));
        }
    }
    (served, wrong)
}

#[tokio::test]
async fn what_is_certified_is_what_is_served() {
    let rig = rig().await;
    let queries = labelled(800);
    let calibration = calibrate(&rig, &queries, &WANTED).await;
    let Outcome::Certified(certificate) = calibration.general else {
        panic!("{calibration:?}");
    };
    assert_eq!(calibration.map.method(), "platt");
    assert!(certificate.served > 100 && certificate.bound <= 0.05, "{certificate:?}");
    assert_ne!(served(&rig, &queries).await, (certificate.served, certificate.wrong));
    let changed =
        rig.engine.store_calibration(author("default"), calibration.clone()).await.unwrap();
    assert_eq!((changed.active, changed.epoch), (Some(1), Epoch(ENTRIES as u64 + 1)));
    assert_eq!(served(&rig, &queries).await, (certificate.served, certificate.wrong));
    // Calibrating looks at raw scores, whatever is in force.
    let again = calibrate(&rig, &queries, &WANTED).await;
    assert_eq!((&again.map, &again.general), (&calibration.map, &calibration.general));
    let texts: Vec<_> = queries.iter().take(50).map(|query| query.query.as_str()).collect();
    rig.assert_agrees(&texts).await;
}

/// A day on which exactly the labelled questions are asked is the reference.
#[tokio::test]
async fn the_reference_is_a_day_of_the_labelled_questions() {
    let rig = rig().await;
    let mut queries = labelled(800);
    let words: Vec<_> = (0..WORDS).map(|place| word(3, place)).collect();
    queries.push(LabelledQuery { query: question(&words), ..queries[0].clone() });
    let calibration = calibrate(&rig, &queries, &WANTED).await;
    let reference = calibration.reference.clone().unwrap();
    rig.engine.store_calibration(author("default"), calibration.clone()).await.unwrap();
    let (flush_every, keep_days) = (std::time::Duration::from_secs(60), 400);
    let settings =
        WatchSettings { flush_every, keep_days, audit_share: 0.0, most_open: 1, questions: None };
    let watch = Watch::new(Arc::clone(&rig.engine), settings).unwrap();
    for labelled in &queries {
        watch.lookup(&labelled.query, Default::default()).await.unwrap();
    }
    let tenant = author("default").tenant;
    let overall = watch.drift(&tenant, 1).await.unwrap().overall;
    assert_eq!((overall.calibration, overall.lookups), (Some(1), 801));
    assert_eq!(overall.served_by_phrasing, 1);
    assert_eq!(overall.scores, reference.scores());
    let decisions = [Decision::Serve, Decision::Suggest, Decision::Miss, Decision::Clarify];
    for decision in decisions {
        assert_eq!(
            overall.decisions[decision.as_str()],
            reference.decided(decision),
            "{decision:?}"
        );
    }
    assert_eq!(overall.comparison.psi, Some(0.0));
    assert_eq!(overall.comparison.verdict, DriftVerdict::Steady);
    assert_eq!(overall.comparison.expected, Some(overall.comparison.served_by_meaning));
    // Made again while it is in force it is the same: what it is in force for has no say.
    assert_eq!(calibrate(&rig, &queries, &WANTED).await.reference, Some(reference));
}

#[tokio::test]
async fn an_answer_says_which_calibration_decided() {
    let rig = rig().await;
    let queries = labelled(800);
    let calibration = calibrate(&rig, &queries, &WANTED).await;
    let threshold = calibration.general.certificate().unwrap().threshold;
    let before = rig.ask(&queries[0].query).await.answer.body().clone();
    rig.engine.store_calibration(author("default"), calibration).await.unwrap();
    for labelled in &queries[..100] {
        let looked = rig.ask(&labelled.query).await;
        let result = looked.answer.result();
        let applied = result.calibration.unwrap();
        assert_eq!((applied.version, applied.threshold), (1, threshold));
        assert!(applied.certified && applied.max_served_error == 0.05);
        let Some(best) = result.matches.first() else { continue };
        assert_eq!(result.decision == Decision::Serve, best.score >= threshold);
        let percent = format!("probability {:.0} %", best.score * 100.0);
        assert!(result.reason.contains(&percent), "{} is not {percent}", result.reason);
    }
    // Certified for the usual bound on similarity and no other.
    let options =
        goldenset_engine::scope::Options { min_similarity: Some(0.3), ..Default::default() };
    let applied = rig.ask_with(&queries[0].query, options).await.answer.result().calibration;
    assert!(applied.is_some_and(|applied| !applied.certified));
    let exact: Vec<_> = (0..WORDS).map(|place| word(3, place)).collect();
    let exact = rig.ask(&question(&exact)).await;
    assert_eq!(exact.answer.result().calibration, None);
    assert_eq!(exact.answer.result().decision, Decision::Serve);
    let undone = rig.engine.undo_calibration(author("default")).await.unwrap();
    assert_eq!(undone.active, None);
    assert_eq!(*rig.ask(&queries[0].query).await.answer.body(), before);
    let error = rig.engine.undo_calibration(author("default")).await.unwrap_err();
    assert_eq!(error.code, Code::NotCalibrated);
}

#[tokio::test]
async fn labels_are_counted_once_and_checked() {
    let rig = rig().await;
    let mut queries = labelled(30);
    let phrasing: Vec<_> = (0..WORDS).map(|place| word(3, place)).collect();
    let mut exact = queries[0].clone();
    (exact.query, exact.gold) = (question(&phrasing), vec![entry_id("gone")]);
    queries.push(exact);
    queries.push(queries[1].clone());
    let calibration = calibrate(&rig, &queries, &WANTED).await;
    let labels = calibration.labels;
    assert_eq!((labels.given, labels.approved_phrasings, labels.unknown_gold), (31, 1, 1));
    assert_eq!(labels.fitting + labels.certifying, 30);
    assert!(!calibration.is_certified());
    let Outcome::NotCertified(refusal) = calibration.general else { panic!() };
    assert_ne!(refusal.reason, RefusalReason::NothingToServe);
    let none = calibrate(&rig, &[], &WANTED).await;
    let Outcome::NotCertified(refusal) = none.general else { panic!() };
    assert_eq!(refusal.reason, RefusalReason::NothingToServe);

    let fails = async |queries: &[LabelledQuery], wanted: &Wanted, tenant: &str| {
        let place = |row| format!("row {row}");
        let tenant = author(tenant).tenant;
        let done = rig.engine.calibrate(&tenant, queries, wanted, &place, &|_, _| ()).await;
        let error = done.unwrap_err();
        (error.code, error.field.unwrap())
    };
    queries[31].gold = vec![entry_id("e0"), entry_id("e1"), entry_id("e2")];
    let wrong = (Code::InvalidField, "row 31".to_owned());
    assert_eq!(fails(&queries, &WANTED, "default").await, wrong);
    queries[31].query = "?!".into();
    let empty = (Code::EmptyQuery, "row 31".to_owned());
    assert_eq!(fails(&queries, &WANTED, "default").await, empty);
    let unknown = (Code::UnknownTenant, "tenant".to_owned());
    assert_eq!(fails(&[], &WANTED, "ghost").await, unknown);
    for bad in [0.0, 1.0, -0.1, f64::NAN] {
        let wanted = Wanted { max_served_error: bad, ..WANTED };
        assert_eq!(fails(&[], &wanted, "default").await.1, "max_served_error");
        let wanted = Wanted { confidence: bad, ..WANTED };
        assert_eq!(fails(&[], &wanted, "default").await.1, "confidence");
    }
}

#[tokio::test]
async fn a_dry_run_and_a_refusal_store_nothing() {
    let rig = rig().await;
    let queries = labelled(800);
    let place = |row| format!("row {row}");
    let run = async |queries: &[LabelledQuery], dry_run| {
        let author = author("default");
        let engine = &rig.engine;
        engine.recalibrate(author, queries, &WANTED, dry_run, &place, &|_, _| ()).await.unwrap()
    };
    let dry = run(&queries, true).await;
    assert!(dry.stored.is_none() && dry.calibration.is_certified());
    assert!(run(&queries[..50], false).await.stored.is_none());
    let tenant = author("default").tenant;
    assert_eq!(rig.engine.calibrations(&tenant).await.unwrap().all.active, None);
    let stored = run(&queries, false).await;
    assert_eq!(stored.calibration, dry.calibration);
    let status = rig.engine.calibrations(&tenant).await.unwrap();
    assert_eq!(
        (status.stale, status.all.active, status.all.calibrations.len()),
        (false, Some(1), 1)
    );
}

#[tokio::test]
async fn a_stale_calibration_has_no_say() {
    let rig = rig().await;
    let queries = labelled(800);
    let mut calibration = calibrate(&rig, &queries, &WANTED).await;
    let before = rig.ask(&queries[0].query).await.answer.body().clone();
    calibration.judged_by.verifier.push_str("/older");
    rig.engine.store_calibration(author("default"), calibration).await.unwrap();
    assert_eq!(*rig.ask(&queries[0].query).await.answer.body(), before);
    let status = rig.engine.calibrations(&author("default").tenant).await.unwrap();
    assert_eq!((status.stale, status.all.active), (true, Some(1)));
    rig.assert_agrees(&[&queries[0].query]).await;
}

#[tokio::test]
async fn after_a_failed_commit_the_engine_shows_what_the_store_has() {
    for fails in [Fails::Before, Fails::After] {
        let store = Arc::new(TroubledStore::new(Arc::new(SqliteStore::in_memory().await.unwrap())));
        let shared: Arc<dyn Store> = store.clone();
        let rig = Rig::over(shared, settings()).await.unwrap();
        publish(&rig).await;
        let queries = labelled(800);
        let calibration = calibrate(&rig, &queries, &WANTED).await;
        store.fail_commit(fails);
        let error = rig.engine.store_calibration(author("default"), calibration).await.unwrap_err();
        assert_eq!(error.code, Code::StoreUnavailable);
        let in_force = rig.ask(&queries[0].query).await.answer.result().calibration;
        assert_eq!(in_force.is_some(), fails == Fails::After);
        rig.assert_agrees(&[&queries[0].query]).await;
    }
}
