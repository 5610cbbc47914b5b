//! Calibrations: versions that stay, of which one or none is active.

use std::collections::BTreeMap;

use goldenset_core::calibration::{
    Calibration, Certificate, JudgedBy, LabelCounts, Outcome, Refusal, RefusalReason, ScoreMap,
};
use goldenset_core::guards::GuardKind;
use goldenset_core::ports::{Calibrations, Once, Recalibrated};
use goldenset_core::watch::Counter;
use goldenset_core::{Code, Epoch, Result, VersionNumber};

use super::kit::{Golden, content, draft, serve};

/// With numbers that text does not keep easily.
fn calibration(slope: f64) -> Calibration {
    let certified = Outcome::Certified(Certificate {
        threshold: 0.912_345,
        served: 130,
        wrong: 1,
        bound: 0.1 + 0.2,
        coverage: 1.0 / 3.0,
    });
    let refused = Outcome::NotCertified(Refusal {
        reason: RefusalReason::TooFewLabels,
        threshold: Some(0.7),
        served: 3,
        wrong: 0,
        bound: 0.536,
        labels_needed: Some(1200),
    });
    Calibration {
        judged_by: JudgedBy {
            model: goldenset_core::ModelId::new("model-a").unwrap(),
            verifier: "weights/guards/words".into(),
        },
        epoch: Epoch(1),
        min_similarity: 0.85,
        max_served_error: 0.02,
        confidence: 0.9,
        map: ScoreMap::Platt { slope, intercept: -1.0 / 7.0 },
        labels: LabelCounts {
            given: 500,
            approved_phrasings: 7,
            fitting: 150,
            certifying: 343,
            unknown_gold: 2,
        },
        general: certified,
        categories: BTreeMap::from([("ferie e permessi".into(), refused)]),
        reference: Some(
            [(Counter::Score(7), 41), (Counter::Refused(GuardKind::Year), 2)].into_iter().collect(),
        ),
    }
}

async fn save(golden: &Golden, slope: f64) -> Result<Recalibrated> {
    let calibration = calibration(slope);
    golden
        .store()
        .save_calibration(&golden.tenant, &calibration, &golden.actor, golden.at, None)
        .await
}

async fn undo(golden: &Golden) -> Result<Recalibrated> {
    golden.store().undo_calibration(&golden.tenant, &golden.actor, golden.at, None).await
}

async fn all(golden: &Golden) -> Calibrations {
    golden.store().calibrations(&golden.tenant).await.unwrap()
}

/// The active version as every way of reading it shows it.
async fn active(golden: &Golden) -> Option<VersionNumber> {
    let (all, set) = (all(golden).await, golden.served().await);
    let record = all.calibrations.iter().find(|record| Some(record.version) == all.active);
    assert_eq!(record, set.calibration.as_ref());
    all.active
}

pub(crate) async fn newest_is_active_and_undone_step_by_step(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    assert_eq!(active(&golden).await, None);
    let at = golden.at("2026-02-03T04:05:06.000007Z");
    let first = save(&at, 0.1).await.unwrap();
    let record = first.active.clone().unwrap();
    assert_eq!((first.epoch, record.version, record.replaces), (Epoch(2), 1, None));
    assert_eq!((record.author.as_str(), record.created_at), ("anna", at.at));
    assert_eq!(golden.served().await.calibration, Some(record));
    assert_eq!(save(&golden, 0.2).await.unwrap().epoch, Epoch(3));
    assert_eq!(active(&golden).await, Some(2));
    assert_eq!(undo(&golden).await.unwrap().active.unwrap(), first.active.unwrap());
    assert_eq!(active(&golden).await, Some(1));
    // Numbers are not given twice, and the third goes back to what was active before it.
    assert_eq!(save(&golden, 0.3).await.unwrap().active.unwrap().version, 3);
    for (epoch, left) in [(6, Some(1)), (7, None)] {
        let undone = undo(&golden).await.unwrap();
        assert_eq!(undone.epoch, Epoch(epoch));
        assert_eq!(undone.active.map(|record| record.version), left);
        assert_eq!((active(&golden).await, golden.epoch().await), (left, Epoch(epoch)));
    }
    assert_eq!(undo(&golden).await.unwrap_err().code, Code::NotCalibrated);
    assert_eq!(golden.epoch().await, Epoch(7));
    let kept: Vec<_> = all(&golden).await.calibrations;
    let replaced: Vec<_> = kept.iter().map(|record| (record.version, record.replaces)).collect();
    assert_eq!(replaced, [(3, Some(1)), (2, Some(1)), (1, None)]);
    assert_eq!(golden.serves().await.len(), 1, "entries are left alone");
}

pub(crate) async fn calibrations_are_kept_to_the_bit_from_the_first_reading_on(golden: Golden) {
    golden.one(draft("a", &content("one"))).await;
    let mut slope: f64 = 0.1;
    for _ in 0..50 {
        slope = (slope * 3.9 * (1.0 - slope)).abs();
        let saved = save(&golden, slope).await.unwrap().active;
        assert_eq!(golden.served().await.calibration, saved);
        let ScoreMap::Platt { slope: kept, .. } = saved.unwrap().calibration.map else {
            panic!("another map");
        };
        assert!((kept - slope).abs() < 1e-15);
    }
    let first = all(&golden).await.calibrations.pop().unwrap();
    let calibration = calibration(0.351);
    assert_eq!(first.calibration.categories, calibration.categories);
    assert_eq!(first.calibration.labels, calibration.labels);
    assert_eq!(first.calibration.reference, calibration.reference);
    assert_eq!(first.calibration.judged_by, calibration.judged_by);
}

pub(crate) async fn calibrations_are_per_tenant(golden: Golden) {
    assert_eq!(save(&golden, 0.5).await.unwrap_err().code, Code::UnknownTenant);
    assert_eq!(undo(&golden).await.unwrap_err().code, Code::NotCalibrated);
    assert_eq!(all(&golden).await, Calibrations::default());
    assert_eq!(golden.tenants().await, []);
    let other = golden.of_tenant("other");
    golden.one(serve("a", &content("one"))).await;
    other.one(serve("a", &content("one"))).await;
    save(&golden, 0.5).await.unwrap();
    assert_eq!((active(&golden).await, active(&other).await), (Some(1), None));
    assert_eq!((golden.epoch().await, other.epoch().await), (Epoch(2), Epoch(1)));
    assert_eq!(undo(&other).await.unwrap_err().code, Code::NotCalibrated);
    assert_eq!(save(&other, 0.5).await.unwrap().active.unwrap().version, 1);
}

pub(crate) async fn changes_of_calibration_are_journalled(golden: Golden) {
    let golden = golden.at("1970-01-01T00:00:00.000007Z");
    golden.one(serve("a", &content("one"))).await;
    save(&golden, 0.5).await.unwrap();
    save(&golden, 0.6).await.unwrap();
    undo(&golden).await.unwrap();
    undo(&golden).await.unwrap();
    undo(&golden).await.unwrap_err();
    golden.one(serve("a", &content("two"))).await;
    let Some(log) = golden.backend.log().await else { return };
    assert_eq!(
        log.journal[1..],
        [
            "default 2 0 calibrated 1 7",
            "default 3 0 calibrated 2 7",
            "default 4 0 calibrated 1 7",
            "default 5 0 calibrated 7",
            "default 6 0 published a 2 7",
        ]
    );
    assert_eq!(
        log.audit[1..5],
        [
            r#"7 anna calibrated default 1 {"replaces":null}"#,
            r#"7 anna calibrated default 2 {"replaces":1}"#,
            r#"7 anna uncalibrated default 2 {"active":1}"#,
            r#"7 anna uncalibrated default 1 {"active":null}"#,
        ]
    );
}

pub(crate) async fn a_change_of_calibration_with_a_key_is_made_once(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    let (store, tenant) = (golden.store(), &golden.tenant);
    let once = |key: &str, byte: u8| Once::new(format!("anna/{key}"), [byte; 32]);
    let (actor, at) = (&golden.actor, golden.at);
    let save = async |once: Once| {
        store.save_calibration(tenant, &calibration(1.0), actor, at, Some(&once)).await
    };
    let undo = async |once: Once| store.undo_calibration(tenant, actor, at, Some(&once)).await;
    assert_eq!(store.recalibrated(tenant, &once("s", 1)).await.unwrap(), None);
    let saved = save(once("s", 1)).await.unwrap();
    let undone = undo(once("u", 1)).await.unwrap();
    for (again, first) in [
        (save(once("s", 1)).await.unwrap(), saved.clone()),
        (store.recalibrated(tenant, &once("s", 1)).await.unwrap().unwrap(), saved),
        // Without the key there would be nothing to undo.
        (undo(once("u", 1)).await.unwrap(), undone.clone()),
    ] {
        assert!(again.replayed && !first.replayed);
        assert_eq!(Recalibrated { replayed: false, ..again }, first);
    }
    for refused in [save(once("s", 2)).await, undo(once("u", 2)).await] {
        assert_eq!(refused.unwrap_err().code, Code::IdempotencyReused);
    }
    let refused = store.recalibrated(tenant, &once("s", 2)).await;
    assert_eq!(refused.unwrap_err().code, Code::IdempotencyReused);
    assert_eq!((all(&golden).await.calibrations.len(), all(&golden).await.active), (1, None));
    assert_eq!(golden.epoch().await, undone.epoch);
}
