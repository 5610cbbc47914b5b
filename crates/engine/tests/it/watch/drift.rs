//! Days set against a calibration, and against the days before where there is none.

use goldenset_core::calibration::{Calibration, Certificate, LabelCounts, Outcome, ScoreMap};
use goldenset_core::decision::Decision;
use goldenset_core::watch::{Counter, DayCounts, Flush, Tally};
use goldenset_core::{Code, Epoch, TenantId, VersionNumber};
use goldenset_engine::drift::{Against, Drift, DriftVerdict, drift};
use goldenset_engine::scope::Options;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::{PARAPHRASE, PHRASING, watch};
use crate::parts::{Rig, author};

const TODAY: Date = date(2024, 3, 30);

/// Lookups with their scores low or high.
fn lookups(low: u64, high: u64) -> Tally {
    [
        (Counter::Verified(Decision::Suggest), low + high * 9 / 10),
        (Counter::Verified(Decision::Serve), high / 10),
        (Counter::Score(2), low),
        (Counter::Score(17), high),
    ]
    .into_iter()
    .collect()
}

struct Days {
    rig: Rig,
    flushes: std::cell::Cell<u64>,
}

impl Days {
    async fn new() -> Self {
        let rig = Rig::new().await;
        rig.publish("a", PHRASING, "Un mese.").await;
        Self { rig, flushes: std::cell::Cell::new(0) }
    }

    async fn count(&self, day: Date, calibration: Option<VersionNumber>, tally: Tally) {
        self.flushes.set(self.flushes.get() + 1);
        let tenant = TenantId::default();
        let flush = Flush {
            writer: "test".into(),
            number: self.flushes.get(),
            at: Timestamp::UNIX_EPOCH,
            counts: vec![DayCounts { tenant, day, calibration, tally }],
            drawn: vec![],
            most_open: 1,
        };
        self.rig.store.record(&flush).await.unwrap();
    }

    async fn calibrate(&self, reference: Option<Tally>) {
        let certificate =
            Certificate { threshold: 0.9, served: 200, wrong: 0, bound: 0.02, coverage: 0.5 };
        let calibration = Calibration {
            judged_by: self.rig.engine.judged_by(&TenantId::default()),
            epoch: Epoch(1),
            min_similarity: 0.6,
            max_served_error: 0.02,
            confidence: 0.9,
            map: ScoreMap::Identity,
            labels: LabelCounts::default(),
            general: Outcome::Certified(certificate),
            categories: Default::default(),
            reference,
        };
        self.rig.engine.store_calibration(author("default"), calibration).await.unwrap();
    }

    async fn drift(&self, days: u32) -> Drift {
        drift(&*self.rig.store, &TenantId::default(), TODAY, days).await.unwrap()
    }
}

fn verdicts(drift: &Drift) -> Vec<(String, Option<VersionNumber>, DriftVerdict)> {
    let day = |day: &goldenset_engine::drift::Day| {
        let Lookups { calibration, comparison, .. } = &day.lookups;
        (day.day.to_string(), *calibration, comparison.verdict)
    };
    drift.days.iter().map(day).collect()
}

use goldenset_engine::drift::Lookups;

#[tokio::test]
async fn days_are_set_against_their_calibration() {
    let days = Days::new().await;
    days.calibrate(Some(lookups(500, 500))).await;
    days.count(date(2024, 3, 20), Some(1), lookups(900, 100)).await;
    days.count(date(2024, 3, 28), Some(1), lookups(260, 240)).await;
    days.count(date(2024, 3, 29), None, lookups(260, 240)).await;
    days.count(date(2024, 3, 29), Some(1), lookups(30, 0)).await;
    days.count(TODAY, Some(1), lookups(450, 50)).await;
    let week = days.drift(7).await;
    use DriftVerdict::{Shifted, Steady, TooFewLookups};
    let of = |day: &str, calibration, verdict| (day.to_owned(), calibration, verdict);
    assert_eq!(
        verdicts(&week),
        [
            of("2024-03-28", Some(1), Steady),
            // Against the days before, which were others.
            of("2024-03-29", None, Shifted),
            of("2024-03-29", Some(1), TooFewLookups),
            of("2024-03-30", Some(1), Shifted),
        ]
    );
    assert_eq!((week.from, week.to), (date(2024, 3, 24), TODAY));
    let overall = &week.overall;
    assert_eq!((overall.calibration, overall.lookups), (Some(1), 1030));
    assert_eq!(overall.comparison.against, Some(Against::Calibration { version: 1 }));
    assert_eq!(overall.comparison.verdict, Shifted);
    assert!(week.advice.as_deref().unwrap().contains("goldenset calibrate --queries"), "{week:?}");
    assert_eq!(overall.decisions["serve"], 29);
    // One day alone, and a calibration that nothing was counted under yet.
    assert_eq!(days.drift(1).await.overall.lookups, 500);
    days.calibrate(None).await;
    assert_eq!(days.drift(7).await.overall.calibration, Some(1));
    days.count(TODAY, Some(2), lookups(200, 200)).await;
    let week = days.drift(7).await;
    assert_eq!((week.overall.calibration, week.overall.lookups), (Some(2), 400));
    let before = Against::DaysBefore { from: date(2024, 2, 25), to: date(2024, 3, 23) };
    assert_eq!(week.overall.comparison.against, Some(before), "it has no reference");
}

#[tokio::test]
async fn without_calibration_days_are_set_against_those_before() {
    let days = Days::new().await;
    assert!(days.drift(7).await.days.is_empty());
    days.count(TODAY, None, lookups(300, 300)).await;
    let alone = days.drift(7).await.overall.comparison;
    assert_eq!((alone.verdict, alone.against), (DriftVerdict::TooFewLookups, None));
    days.count(date(2024, 3, 23), None, lookups(500, 500)).await;
    let steady = days.drift(7).await;
    assert_eq!(steady.overall.comparison.verdict, DriftVerdict::Steady);
    assert_eq!((steady.advice.as_ref(), steady.days.len()), (None, 1));
    // The reference ends 28 days before the first day.
    let old = drift(&*days.rig.store, &TenantId::default(), date(2024, 4, 27), 7).await.unwrap();
    assert_eq!((old.overall.lookups, old.days.len()), (0, 0));
    for (days_back, code) in [(0, Code::InvalidField), (401, Code::InvalidField)] {
        let refused = drift(&*days.rig.store, &TenantId::default(), TODAY, days_back).await;
        assert_eq!(refused.unwrap_err().code, code);
    }
    let nobody = TenantId::new("nobody").unwrap();
    let refused = drift(&*days.rig.store, &nobody, TODAY, 7).await.unwrap_err();
    assert_eq!(refused.code, Code::UnknownTenant);
}

#[tokio::test]
async fn lookups_count_under_the_calibration_in_force() {
    let days = Days::new().await;
    let watch = watch(&days.rig.engine, 1.0);
    for question in [PHRASING, PARAPHRASE] {
        watch.lookup(question, Options::default()).await.unwrap();
    }
    watch.flush().await.unwrap();
    days.calibrate(Some(lookups(500, 500))).await;
    for question in [PHRASING, PARAPHRASE, PARAPHRASE] {
        watch.lookup(question, Options::default()).await.unwrap();
    }
    watch.flush().await.unwrap();
    let counted: Vec<_> = days
        .rig
        .day_counts("default")
        .await
        .into_iter()
        .map(|one| (one.calibration, one.tally.lookups()))
        .collect();
    assert_eq!(counted, [(None, 2), (Some(1), 3)]);
    // An approved phrasing is served whatever a certificate says.
    let certified: Vec<_> =
        days.rig.open("default").await.iter().map(|item| (item.times, item.certified_by)).collect();
    assert_eq!(certified, [(2, None), (3, Some(1))]);
    let drift = watch.drift(&TenantId::default(), 1).await.unwrap();
    assert_eq!((drift.overall.lookups, drift.overall.served_by_phrasing), (3, 1));
}
