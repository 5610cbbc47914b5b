//! Decisions, and that what they say is what is served.

use goldenset_core::curation::{Action, CandidateId, CandidateStatus, Feedback};
use goldenset_core::ports::{LogFilter, Once};
use goldenset_core::{Code, TenantId};
use goldenset_engine::curation::{Amended, Decision};
use goldenset_engine::{Author, Publishing};

use super::kit::{by, corrects, handle, refused, team};
use crate::parts::{Rig, Trouble, author, entry_id};

const FERIE: &str = "quante settimane di ferie spettano per legge";

async fn proposed() -> (Rig, CandidateId) {
    let rig = team().await;
    let id = rig.proposes(corrects("esther", FERIE, "ferie", "Quattro settimane.")).await;
    (rig, id)
}

#[tokio::test]
async fn what_is_approved_is_served_at_once() {
    let (rig, id) = proposed().await;
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
    let approved = rig.approve(id, by("anna")).await.unwrap();
    assert_eq!((approved.entry_id, approved.version), (entry_id("ferie"), 2));
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane.");
    let candidate = rig.candidate(id).await;
    assert_eq!(candidate.status, CandidateStatus::Approved);
    assert_eq!(candidate.published_version, Some(2));
    assert_eq!(candidate.decided_by.as_deref(), Some("anna"));
    rig.assert_agrees(&[FERIE]).await;
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let (rig, id) = proposed().await;
    let before = rig.engine.tenants();
    let would = rig.approve(id, Decision { dry_run: true, ..by("anna") }).await.unwrap();
    assert_eq!((would.entry_id, would.version, would.dry_run), (entry_id("ferie"), 2, true));
    assert!(!would.gate.unwrap().blocked);
    assert_eq!(rig.engine.tenants(), before);
    assert_eq!(rig.candidate(id).await.status, CandidateStatus::Pending);
}

#[tokio::test]
async fn only_approvers_who_did_not_propose_decide() {
    let (rig, id) = proposed().await;
    refused(rig.approve(id, by("emil")).await, Code::NotAnApprover, "by");
    refused(rig.approve(id, by("nino")).await, Code::NotAnApprover, "by");
    refused(rig.approve(id, by("nobody")).await, Code::UnknownExpert, "by");
    let own = rig.proposes(corrects("anna", "chi paga le spese", "", "Chi vende.")).await;
    refused(rig.approve(own, by("anna")).await, Code::FourEyes, "by");
    rig.approve(own, by("aldo")).await.unwrap();
    assert_eq!(rig.serves("chi paga le spese").await.unwrap().1, "Chi vende.");
}

#[tokio::test]
async fn two_approvers_at_once_publish_once() {
    for _ in 0..20 {
        let (rig, id) = proposed().await;
        let approve = |who: &'static str| {
            let engine = std::sync::Arc::clone(&rig.engine);
            tokio::spawn(async move { engine.approve(author("default"), id, by(who)).await })
        };
        let (anna, aldo) = (approve("anna"), approve("aldo"));
        let outcomes = [anna.await.unwrap(), aldo.await.unwrap()];
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(done, 1, "{outcomes:?}");
        let error = outcomes.into_iter().find_map(Result::err).unwrap();
        assert_eq!(error.code, Code::CandidateDecided);
        let versions = rig.store.versions(&TenantId::default(), &entry_id("ferie")).await;
        assert_eq!(versions.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn decided_is_decided() {
    let (rig, id) = proposed().await;
    rig.engine.reject(author("default"), id, by("anna")).await.unwrap();
    refused(rig.approve(id, by("aldo")).await, Code::CandidateDecided, "id");
    refused(
        rig.engine.reject(author("default"), id, by("aldo")).await,
        Code::CandidateDecided,
        "id",
    );
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
    // New evidence makes a new candidate.
    let next = rig.proposes(corrects("emil", FERIE, "ferie", "Quattro settimane.")).await;
    assert_ne!(next, id);
}

#[tokio::test]
async fn a_revision_waits_for_another_text() {
    let (rig, id) = proposed().await;
    let back = Decision { reason: Some("manca la fonte".into()), ..by("anna") };
    refused(
        rig.engine.revise(author("default"), id, by("anna")).await,
        Code::MissingField,
        "reason",
    );
    let sent = rig.engine.revise(author("default"), id, back).await.unwrap().candidate;
    assert_eq!(sent.status, CandidateStatus::NeedsRevision);
    assert!(sent.reason.contains("manca la fonte"));
    let text = Amended {
        answer: Some("Quattro settimane l'anno.".into()),
        references: Some(vec!["art. 10 D.Lgs. 66/2003".into()]),
        ..Amended::default()
    };
    let amended = rig.engine.amend(author("default"), id, handle("anna"), text).await.unwrap();
    assert_eq!(amended.candidate.status, CandidateStatus::Pending);
    // Who wrote it now may not approve it either.
    refused(rig.approve(id, by("anna")).await, Code::FourEyes, "by");
    rig.approve(id, by("aldo")).await.unwrap();
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane l'anno.");
}

#[tokio::test]
async fn an_approver_may_make_a_new_entry_of_it() {
    let (rig, id) = proposed().await;
    let new = Amended {
        action: Some(Action::Create),
        entry_id: Some(entry_id("ferie-2")),
        question: Some("quante ferie ha chi lavora la domenica".into()),
        ..Amended::default()
    };
    rig.engine.amend(author("default"), id, handle("emil"), new).await.unwrap();
    let approved = rig.approve(id, by("anna")).await.unwrap();
    assert_eq!((approved.entry_id, approved.version), (entry_id("ferie-2"), 1));
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
}

#[tokio::test]
async fn a_proposal_for_another_version_is_looked_at_again() {
    let (rig, id) = proposed().await;
    rig.publish("ferie", FERIE, "Tre settimane e un giorno.").await;
    refused(rig.approve(id, by("anna")).await, Code::VersionConflict, "base_version");
    let seen = Decision { base_version: Some(2), ..by("anna") };
    assert_eq!(rig.approve(id, seen).await.unwrap().version, 3);
}

#[tokio::test]
async fn without_an_answer_there_is_nothing_to_publish() {
    let rig = team().await;
    let feedback = Feedback { answer: None, ..corrects("esther", FERIE, "ferie", "") };
    let id = rig.proposes(feedback).await;
    refused(rig.approve(id, by("anna")).await, Code::NothingToPublish, "id");
}

#[tokio::test]
async fn quality_approves_what_is_surely_the_entrys_question() {
    let rig = team().await;
    let sure =
        Feedback { confidence: 1.0, ..corrects("aldo", FERIE, "ferie", "Quattro settimane.") };
    let taken = rig.hears(sure).await;
    assert_eq!(taken.candidate.unwrap().status, CandidateStatus::Approved, "{}", taken.reason);
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane.");
    // Where that is not sure, what is right for the entry's question stays, and the other question
    // gets an entry of its own.
    let other = "riposo estivo dei commessi";
    let unsure = Feedback { confidence: 1.0, ..corrects("aldo", other, "ferie", "Due settimane.") };
    let taken = rig.hears(unsure).await;
    assert_eq!(taken.candidate.unwrap().status, CandidateStatus::Approved, "{}", taken.reason);
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane.");
    assert_eq!(rig.serves(other).await.unwrap().1, "Due settimane.");
}

#[tokio::test]
async fn a_rewritten_text_waits_for_a_person_whoever_agrees() {
    let rig = team().await;
    let wrong = Feedback { answer: None, ..corrects("esther", FERIE, "ferie", "") };
    let id = rig.proposes(wrong).await;
    let text = Amended { answer: Some("Cinque settimane.".into()), ..Amended::default() };
    rig.engine.amend(author("default"), id, handle("emil"), text).await.unwrap();
    let agrees = Feedback { confidence: 1.0, answer: None, ..corrects("aldo", FERIE, "ferie", "") };
    let again =
        Feedback { confidence: 1.0, ..corrects("aldo", FERIE, "ferie", "Cinque settimane.") };
    for feedback in [agrees, again] {
        let taken = rig.hears(feedback).await.candidate.unwrap();
        assert_eq!((taken.id, taken.status), (id, CandidateStatus::Pending));
    }
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
}

#[tokio::test]
async fn what_the_gate_objects_to_waits_for_a_person() {
    let rig = team().await;
    let other = "quante settimane di ferie spettano per la legge";
    let sure = Feedback { confidence: 1.0, ..corrects("aldo", other, "", "Quattro settimane.") };
    let taken = rig.hears(sure).await;
    assert_eq!(taken.candidate.unwrap().status, CandidateStatus::Pending, "{}", taken.reason);
    assert!(taken.reason.contains("answered by ferie already"), "{}", taken.reason);
    assert_eq!(rig.serves(other).await.unwrap().0, "ferie");
    // The next look does not try again what a person has to decide.
    let swept = rig.engine.sweep(&TenantId::default()).await.unwrap();
    assert_eq!(swept.approved, 0);
}

#[tokio::test]
async fn while_the_provider_is_away_nothing_is_half_published() {
    let (rig, id) = proposed().await;
    rig.embedder.set_trouble(Some(Trouble::Away));
    let error = rig.approve(id, by("anna")).await.unwrap_err();
    rig.embedder.set_trouble(None);
    assert_eq!(error.code, Code::EmbeddingUnavailable);
    assert_eq!(rig.candidate(id).await.status, CandidateStatus::Pending);
    let versions = rig.store.versions(&TenantId::default(), &entry_id("ferie")).await.unwrap();
    assert_eq!(versions.len(), 1);
    rig.approve(id, by("anna")).await.unwrap();
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane.");
}

#[tokio::test]
async fn the_same_key_approves_once() {
    let (rig, id) = proposed().await;
    let author = || Author { once: Some(Once::new("anna/1".into(), [1; 32])), ..author("default") };
    let first = rig.engine.approve(author(), id, by("anna")).await.unwrap();
    let again = rig.engine.approve(author(), id, by("anna")).await.unwrap();
    assert_eq!((first.entry_id, first.version), (again.entry_id, again.version));
}

#[tokio::test]
async fn a_roll_back_brings_the_old_answer_back() {
    let (rig, id) = proposed().await;
    rig.approve(id, by("anna")).await.unwrap();
    let how = Publishing { reason: Some("era giusto prima".into()), ..Publishing::default() };
    let (ferie, anna) = (entry_id("ferie"), handle("anna"));
    let back = async |to, how: &Publishing| {
        rig.engine.roll_back(author("default"), ferie.clone(), to, &anna, how).await
    };
    refused(back(9, &how).await, Code::UnknownVersion, "to_version");
    let dry = back(1, &Publishing { dry_run: true, ..how.clone() }).await.unwrap();
    assert_eq!((dry.changed.applied.published_version, dry.dry_run), (Some(1), true));
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane.");
    let done = back(1, &how).await.unwrap();
    assert_eq!(done.changed.applied.published_version, Some(1));
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
    let log = rig.store.log(&TenantId::default(), &LogFilter::default(), 2).await.unwrap();
    let published = log.iter().find(|line| line.action == "rolled_back").unwrap();
    assert_eq!(published.detail["reason"], "era giusto prima");
}
