//! The audit sample.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::decision::MatchType;
use goldenset_core::ports::Store;
use goldenset_core::watch::{AuditItem, Judgement, Verdict};
use goldenset_core::{Code, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Watch, WatchSettings, audit};
use goldenset_store::SqliteStore;

use super::{PARAPHRASE, PHRASING, watch};
use crate::parts::{Rig, author, content, entry_id, settings};

const UNSERVED: &str = "Where do migrating birds sleep?";

async fn rig() -> Rig {
    let rig = Rig::new().await;
    rig.publish("a", PHRASING, "Un mese.").await;
    rig
}

async fn ask(watch: &Watch, query: &str) -> CacheStatus {
    watch.lookup(query, Options::default()).await.unwrap().facts.cache
}

#[tokio::test]
async fn a_share_of_one_queues_all_that_is_served_and_nothing_else() {
    let rig = rig().await;
    let watch = watch(&rig.engine, 1.0);
    assert_eq!(ask(&watch, PHRASING).await, CacheStatus::SignatureHit);
    assert_eq!(ask(&watch, PARAPHRASE).await, CacheStatus::Miss);
    assert_eq!(ask(&watch, PARAPHRASE).await, CacheStatus::ResultHit);
    assert_eq!(
        ask(&watch, "Quanto  DURA il periodo di preavviso di dimissioni").await,
        CacheStatus::ResultHit
    );
    ask(&watch, UNSERVED).await;
    let outdated = Options {
        kb_epoch: Some(goldenset_engine::scope::KbEpoch::Seconds(4_000_000_000).into()),
        ..Options::default()
    };
    watch.lookup(PHRASING, outdated).await.unwrap();
    watch.flush().await.unwrap();
    let open = rig.open("default").await;
    let shown: Vec<_> = open
        .iter()
        .map(|item| (item.question.as_str(), item.match_type, item.times, item.version))
        .collect();
    assert_eq!(
        shown,
        [
            ("quanto dura il preavviso di dimissioni", MatchType::Signature, 1, 1),
            ("quanto dura il periodo di preavviso di dimissioni", MatchType::Semantic, 3, 1),
        ]
    );
    assert_eq!((open[1].entry_answer.as_str(), open[1].certified_by), ("Un mese.", None));
    assert!(open[1].score >= 0.9 && open[0].score == 1.0);
    assert_eq!(watch.state().open[&TenantId::default()], 2);
}

#[tokio::test]
async fn a_share_of_zero_queues_nothing_and_half_about_half() {
    let rig = rig().await;
    let off = watch(&rig.engine, 0.0);
    let half = watch(&rig.engine, 0.5);
    for _ in 0..400 {
        ask(&off, PHRASING).await;
    }
    off.flush().await.unwrap();
    assert_eq!(rig.open("default").await, []);
    fastrand::seed(7);
    for _ in 0..400 {
        ask(&half, PHRASING).await;
    }
    half.flush().await.unwrap();
    let drawn = rig.open("default").await[0].times;
    assert!((150..=250).contains(&drawn), "{drawn}");
    for bad in [-0.1, 1.1, f64::NAN] {
        let settings = WatchSettings {
            flush_every: Duration::from_secs(1),
            keep_days: 1,
            audit_share: bad,
            most_open: 1,
            questions: None,
        };
        let refused = Watch::new(Arc::clone(&rig.engine), settings).err().unwrap();
        assert_eq!(refused.code, Code::ThresholdOutOfRange);
    }
}

/// Nobody writes: what does not fit is dropped and counted, and no lookup waits.
#[tokio::test]
async fn drawing_never_waits() {
    let rig = rig().await;
    let watch = watch(&rig.engine, 1.0);
    for _ in 0..1100 {
        ask(&watch, PHRASING).await;
    }
    assert_eq!(watch.state().dropped, 1100 - 1024);
    watch.flush().await.unwrap();
    assert_eq!(rig.open("default").await[0].times, 1024);
    ask(&watch, PHRASING).await;
    assert_eq!(watch.state().dropped, 1100 - 1024);
}

#[tokio::test]
async fn the_queue_is_bounded_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let rig = Rig::over(store, settings()).await.unwrap();
    for number in 0..12 {
        rig.publish(&format!("e{number}"), &format!("Domanda {number}?"), "Sì.").await;
    }
    let other = content(PHRASING, "Altro.");
    rig.engine.save(author("acme"), entry_id("a"), other, true).await.unwrap();
    let watch = watch(&rig.engine, 1.0);
    for number in 0..12 {
        ask(&watch, &format!("Domanda {number}?")).await;
    }
    let acme = Options { tenant: Some(TenantId::new("acme").unwrap()), ..Options::default() };
    watch.lookup(PHRASING, acme).await.unwrap();
    watch.flush().await.unwrap();
    assert_eq!((rig.open("default").await.len(), watch.state().left_out), (10, 2));
    assert_eq!(rig.open("acme").await.len(), 1);
    rig.engine.close().await;
    drop((watch, rig));
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let rig = Rig::over(store, settings()).await.unwrap();
    assert_eq!((rig.open("default").await.len(), rig.open("acme").await.len()), (10, 1));
    assert_eq!(rig.day_counts("default").await[0].tally.lookups(), 12);
}

fn says(verdict: Verdict, at: &str) -> Judgement {
    let (by, at) = ("anna".into(), at.parse().unwrap());
    Judgement { verdict, entry: None, unanswerable: false, by, comment: None, at }
}

#[tokio::test]
async fn judged_items_become_labels_and_a_report() {
    let rig = rig().await;
    for number in 0..4 {
        rig.publish(&format!("e{number}"), &format!("Domanda {number}?"), "Sì.").await;
    }
    let watch = watch(&rig.engine, 1.0);
    let questions = [PARAPHRASE, "Domanda 0?", "Domanda 1?", "Domanda 2?", "Domanda 3?"];
    for question in questions {
        ask(&watch, question).await;
    }
    watch.flush().await.unwrap();
    let tenant = TenantId::default();
    let open: Vec<AuditItem> = rig.open("default").await;
    assert_eq!(open.len(), 5);
    let judge = async |place: usize, judgement: Judgement| {
        watch.judge(&tenant, open[place].id, judgement, None).await
    };
    let (early, late) = ("2024-03-30T22:31:00Z", "2024-03-30T22:32:00Z");
    judge(0, says(Verdict::Right, early)).await.unwrap();
    let better = Judgement { entry: Some(entry_id("a")), ..says(Verdict::Wrong, early) };
    judge(1, better.clone()).await.unwrap();
    let none = Judgement { unanswerable: true, ..says(Verdict::Wrong, early) };
    judge(2, none).await.unwrap();
    judge(3, says(Verdict::Wrong, early)).await.unwrap();
    // The one question again, judged otherwise later: the last word counts.
    ask(&watch, questions[1]).await;
    watch.flush().await.unwrap();
    let again = rig.open("default").await.into_iter().find(|item| item.entry_id == entry_id("e0"));
    watch.judge(&tenant, again.unwrap().id, says(Verdict::Right, late), None).await.unwrap();

    let labels = audit::labels(&*rig.store, &tenant).await.unwrap();
    let shown: Vec<_> = labels
        .labels
        .iter()
        .map(|label| (label.query.as_str(), label.gold.iter().map(|id| id.as_str()).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = vec![
        ("domanda 0", vec!["e0"]),
        ("domanda 1", vec![]),
        ("quanto dura il periodo di preavviso di dimissioni", vec!["a"]),
    ];
    assert_eq!((shown, labels.left_out), (expected, 1));

    let report = watch.audit_report(&tenant, 1).await.unwrap();
    let counts = |share: &goldenset_engine::drift::Share| (share.rate.part, share.rate.whole);
    assert_eq!((counts(&report.wrong), report.open), ((3, 5), 1));
    assert_eq!(counts(&report.wrong_by_meaning), (0, 1));
    assert_eq!(counts(&report.wrong_by_phrasing), (3, 4));
    assert_eq!(report.promise, None);
    rig.clock.advance(jiff::SignedDuration::from_hours(25));
    assert_eq!(counts(&watch.audit_report(&tenant, 1).await.unwrap().wrong), (0, 0));

    let ghost = Judgement { entry: Some(entry_id("ghost")), ..better };
    let error = judge(4, ghost).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::UnknownEntry, Some("entry")));
    let nobody = TenantId::new("nobody").unwrap();
    let refused = watch.judge(&nobody, open[4].id, says(Verdict::Right, early), None).await;
    assert_eq!(refused.unwrap_err().code, Code::UnknownTenant);
    assert_eq!(watch.audit_report(&tenant, 0).await.unwrap_err().code, Code::InvalidField);
}
