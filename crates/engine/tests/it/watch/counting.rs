//! The counts equal those of a plain model, whatever fails in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use goldenset_core::TenantId;
use goldenset_core::decision::MatchType;
use goldenset_core::guards::Effect;
use goldenset_core::ports::{Clock, Store};
use goldenset_core::watch::{Counter, Tally};
use goldenset_engine::scope::{KbEpoch, Options};
use goldenset_engine::{Looked, Watch};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{PARAPHRASE, PHRASING, watch};
use crate::parts::{Fails, Rig, TroubledStore, author, content, entry_id, settings};

const QUESTIONS: [&str; 6] = [
    PHRASING,
    PARAPHRASE,
    "Quando scade il modello F24 nel 2024?",
    "Quando scade il modello F24 nel 2025?",
    "Where do migrating birds sleep?",
    "?!",
];
const TENANTS: [&str; 2] = ["default", "acme"];

#[derive(Debug, Clone)]
enum Step {
    Ask { question: usize, tenant: Option<usize>, outdated: bool },
    Batch(Vec<usize>),
    Publish(usize),
    Retire(usize),
    Wait(i64),
    Flush(Option<Fails>),
}

fn step() -> impl Strategy<Value = Step> {
    let question = 0..QUESTIONS.len();
    prop_oneof![
        8 => (question.clone(), prop::option::of(0..2usize), prop::bool::weighted(0.1)).prop_map(
            |(question, tenant, outdated)| Step::Ask { question, tenant, outdated }
        ),
        2 => prop::collection::vec(question, 0..4).prop_map(Step::Batch),
        1 => (0..3usize).prop_map(Step::Publish),
        1 => (0..3usize).prop_map(Step::Retire),
        2 => prop::sample::select(vec![1, 200, 3_600, 40_000]).prop_map(Step::Wait),
        2 => prop::sample::select(vec![None, None, Some(Fails::Before), Some(Fails::After)])
            .prop_map(Step::Flush),
    ]
}

#[test]
fn counts_are_those_of_a_plain_model() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let mut met = Tally::default();
    let met_all = std::cell::RefCell::new(&mut met);
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 1..40), |steps| {
            let counted = runtime.block_on(run(&steps));
            met_all.borrow_mut().add_all(&counted);
            Ok(())
        })
        .unwrap();
    // A property must not hold because nothing happened.
    for name in [
        "phrasing.serve",
        "phrasing.context",
        "verified.serve",
        "verified.miss",
        "verified.suggest",
        "refused.year",
        "score.18",
    ] {
        assert!(met.get(Counter::of_name(name).unwrap()) > 10, "{name}: {met:?}");
    }
}

type Model = BTreeMap<(&'static str, Date), Tally>;

async fn run(steps: &[Step]) -> Tally {
    let inner: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let store = Arc::new(TroubledStore::new(inner));
    let rig = Rig::over(Arc::clone(&store) as _, settings()).await.unwrap();
    for tenant in TENANTS {
        for place in 0..3 {
            publish(&rig, tenant, place).await;
        }
    }
    let watch = watch(&rig.engine, 0.5);
    let mut model = Model::new();
    for step in steps {
        do_step(step, &rig, &store, &watch, &mut model).await;
    }
    while watch.flush().await.is_err() {}
    for tenant in TENANTS {
        let kept: BTreeMap<_, _> =
            rig.day_counts(tenant).await.into_iter().map(|one| (one.day, one.tally)).collect();
        let of_tenant = model.iter().filter(|((name, _), _)| *name == tenant);
        let expected: BTreeMap<_, _> =
            of_tenant.map(|((_, day), tally)| (*day, tally.clone())).collect();
        assert_eq!(kept, expected, "{tenant}");
    }
    let mut all = Tally::default();
    model.values().for_each(|tally| all.add_all(tally));
    all
}

async fn publish(rig: &Rig, tenant: &str, place: usize) {
    let id = entry_id(&format!("e{place}"));
    let content = content(QUESTIONS[place], "Così.");
    rig.engine.save(author(tenant), id, content, true).await.unwrap();
}

async fn do_step(step: &Step, rig: &Rig, store: &TroubledStore, watch: &Watch, model: &mut Model) {
    match step {
        Step::Ask { question, tenant, outdated } => {
            let options = || Options {
                tenant: tenant.map(|tenant| TenantId::new(TENANTS[tenant]).unwrap()),
                kb_epoch: outdated.then_some(KbEpoch::Seconds(4_000_000_000).into()),
                min_similarity: Some(0.5),
                ..Options::default()
            };
            let looked = watch.lookup(QUESTIONS[*question], options()).await;
            let bare = rig.engine.lookup(QUESTIONS[*question], options()).await;
            match (looked, bare) {
                (Ok(looked), Ok(bare)) => {
                    assert_eq!(looked.answer.body(), bare.answer.body());
                    count(rig, TENANTS[tenant.unwrap_or(0)], &looked, model);
                }
                (Err(looked), Err(bare)) => assert_eq!(looked.code, bare.code),
                (looked, bare) => panic!("{looked:?} watched, {bare:?} without"),
            }
        }
        Step::Batch(questions) => {
            let texts: Vec<_> = questions.iter().map(|it| QUESTIONS[*it].to_owned()).collect();
            let results = watch.lookup_batch(&texts, Options::default()).await.unwrap();
            for looked in results.iter().flatten() {
                count(rig, TENANTS[0], looked, model);
            }
        }
        Step::Publish(place) => publish(rig, TENANTS[0], *place).await,
        Step::Retire(place) => {
            let retired = rig.retire(&format!("e{place}")).await;
            // Retired before is as good.
            drop(retired);
        }
        Step::Wait(seconds) => rig.clock.advance(SignedDuration::from_secs(*seconds)),
        Step::Flush(fails) => {
            if let Some(fails) = fails {
                store.fail_flush(*fails);
            }
            let flushed = watch.flush().await;
            // A flush with nothing in it meets the fault later.
            assert!(fails.is_some() || flushed.is_ok() || watch.state().failed_flushes > 0);
        }
    }
}

/// By the result alone, as whoever reads the body would count.
fn count(rig: &Rig, tenant: &'static str, looked: &Looked, model: &mut Model) {
    let day = rig.clock.now().to_zoned(settings().time_zone).date();
    let tally = model.entry((tenant, day)).or_default();
    let result = looked.answer.result();
    if result.match_type == Some(MatchType::Signature) {
        tally.add(Counter::Phrasing(result.decision), 1);
        return;
    }
    tally.add(Counter::Verified(result.decision), 1);
    let Some(best) = result.matches.first() else { return };
    let bin = (0..19_u8).find(|bin| best.raw_score < f64::from(bin + 1) / 20.0).unwrap_or(19);
    tally.add(Counter::Score(bin), 1);
    for guard in &best.guards {
        match guard.effect {
            Effect::Refuse => tally.add(Counter::Refused(guard.kind), 1),
            Effect::SuggestOnly => tally.add(Counter::SuggestOnly(guard.kind), 1),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_flush_whose_fate_is_unknown_counts_once() {
    for fails in [Fails::Before, Fails::After] {
        let inner: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
        let store = Arc::new(TroubledStore::new(inner));
        let rig = Rig::over(Arc::clone(&store) as _, settings()).await.unwrap();
        rig.publish("a", PHRASING, "Un mese.").await;
        let watch = watch(&rig.engine, 1.0);
        let ask = async || watch.lookup(PHRASING, Options::default()).await.unwrap();
        ask().await;
        store.fail_flush(fails);
        watch.flush().await.unwrap_err();
        assert_eq!(watch.state().failed_flushes, 1);
        ask().await;
        watch.flush().await.unwrap();
        watch.flush().await.unwrap();
        let days = rig.day_counts("default").await;
        assert_eq!((days.len(), days[0].tally.lookups()), (1, 2), "{fails:?}");
        assert_eq!(rig.open("default").await[0].times, 2, "{fails:?}");
    }
}

/// What goldenset asks itself is no traffic.
#[tokio::test]
async fn only_what_callers_ask_is_counted() {
    let rig = Rig::new().await;
    rig.publish("a", PHRASING, "Un mese.").await;
    let watch = watch(&rig.engine, 1.0);
    rig.ask(PHRASING).await;
    watch.flush().await.unwrap();
    assert_eq!(rig.day_counts("default").await, []);
    watch.lookup("?!", Options::default()).await.unwrap_err();
    watch.flush().await.unwrap();
    assert_eq!(rig.day_counts("default").await, []);
}
