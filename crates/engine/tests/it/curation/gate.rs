//! What would this take from others?

use goldenset_core::Code;
use goldenset_core::curation::FeedbackKind;
use goldenset_engine::{ConflictKind, GateReport, Publishing};

use super::kit::{says, team};
use crate::parts::{Rig, author, content, entry_id};

const FERIE: &str = "quante settimane di ferie spettano per legge";

async fn would(rig: &Rig, id: &str, question: &str) -> GateReport {
    let how = Publishing { dry_run: true, ..Publishing::default() };
    let content = content(question, "Una risposta.");
    let live = rig.engine.save_live(author("default"), entry_id(id), content, &how).await;
    live.unwrap().gate.unwrap()
}

fn kinds(report: &GateReport) -> Vec<(ConflictKind, bool)> {
    report.conflicts.iter().map(|conflict| (conflict.kind, conflict.blocking)).collect()
}

#[tokio::test]
async fn what_takes_nothing_passes() {
    let rig = team().await;
    let report = would(&rig, "new", "come si rinnova la carta d'identità").await;
    assert!(!report.blocked && report.conflicts.is_empty(), "{report:#?}");
    assert_eq!(report.nearest.len(), 5);
    assert!(report.questions_checked >= 10);
}

#[tokio::test]
async fn an_equal_phrasing_blocks() {
    let rig = team().await;
    let question = format!("{}?", FERIE.to_uppercase());
    let report = would(&rig, "new", &question).await;
    assert!(kinds(&report).contains(&(ConflictKind::DuplicateQuestion, true)), "{report:#?}");
    let content = content(&question, "Cinque settimane.");
    let how = Publishing::default();
    let save = rig.engine.save_live(author("default"), entry_id("new"), content.clone(), &how);
    let error = save.await.unwrap_err();
    assert_eq!(error.code, Code::PublishConflict);
    let (name, conflicts) = &error.members[0];
    assert_eq!((*name, conflicts[0]["entry_id"].as_str()), ("conflicts", Some("ferie")));
    assert_eq!(rig.serves(FERIE).await.unwrap().0, "ferie");
    // An approver's word goes before the gate's, with a reason that is kept.
    let how = Publishing { overrides: true, ..Publishing::default() };
    let save = rig.engine.save_live(author("default"), entry_id("new"), content.clone(), &how);
    assert_eq!(save.await.unwrap_err().code, Code::MissingField);
    let how = Publishing { reason: Some("le due si completano".into()), ..how };
    let save = rig.engine.save_live(author("default"), entry_id("new"), content, &how);
    save.await.unwrap();
    let log = rig.store.log(&author("default").tenant, &Default::default(), 1).await.unwrap();
    assert_eq!(log[0].detail["override"]["reason"], "le due si completano");
    assert!(!log[0].detail["override"]["conflicts"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn equal_phrasings_for_different_times_are_no_conflict() {
    let rig = team().await;
    let mut old = content(FERIE, "Due settimane.");
    let mut now = content(FERIE, "Quattro settimane.");
    old.validity.valid_until = Some(jiff::civil::date(2020, 12, 31));
    now.validity.valid_from = Some(jiff::civil::date(2021, 1, 1));
    let how = Publishing::default();
    rig.engine.save_live(author("default"), entry_id("ferie"), now, &how).await.unwrap();
    let saved = rig.engine.save_live(author("default"), entry_id("old"), old, &how).await;
    let gate = saved.unwrap().gate.unwrap();
    assert_eq!(kinds(&gate), [(ConflictKind::NotInForce, false)], "{gate:#?}");
}

#[tokio::test]
async fn what_cannot_be_told_apart_blocks() {
    let rig = team().await;
    let report = would(&rig, "new", "quante settimane di ferie spettano per la legge").await;
    let found = kinds(&report);
    assert!(found.contains(&(ConflictKind::AlreadyAnswered, false)), "{report:#?}");
    assert!(found.contains(&(ConflictKind::LooksAlike, false)), "{report:#?}");
}

#[tokio::test]
async fn a_correction_does_not_wait_for_an_old_quarrel() {
    let rig = team().await;
    let twin = "quante settimane di ferie spettano per la legge";
    rig.publish("twin", twin, "Quattro settimane.").await;
    let report = would(&rig, "twin", twin).await;
    assert!(!report.blocked, "{report:#?}");
}

#[tokio::test]
async fn confirmed_questions_stay_with_their_entry() {
    let rig = team().await;
    let confirmed = "quante settimane di ferie spettano per legge ai commessi";
    rig.hears(says("esther", FeedbackKind::Correct, confirmed, "ferie")).await;
    let report = would(&rig, "new", confirmed).await;
    assert!(kinds(&report).contains(&(ConflictKind::TakesQuestion, true)), "{report:#?}");
}
