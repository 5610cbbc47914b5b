//! What experts say, and what comes of it.

use goldenset_core::curation::{Action, CandidateStatus, Feedback, FeedbackFilter, FeedbackKind};
use goldenset_core::ports::Once;
use goldenset_core::{Code, TenantId};

use super::kit::{corrects, handle, says, team};
use crate::parts::{author, entry_id};

const FERIE: &str = "quante settimane di ferie spettano per legge";

#[tokio::test]
async fn a_correction_becomes_a_candidate() {
    let rig = team().await;
    let taken = rig.hears(corrects("esther", FERIE, "ferie", "Quattro settimane.")).await;
    let brief = taken.candidate.unwrap();
    assert!(taken.counted, "{}", taken.reason);
    assert_eq!(brief.status, CandidateStatus::Pending);
    assert_eq!((brief.priority, brief.quality), (81.0, Some(0.9)));
    let candidate = rig.candidate(brief.id).await;
    assert_eq!(candidate.action, Action::Update);
    assert_eq!((candidate.entry_id, candidate.base_version), (Some(entry_id("ferie")), Some(1)));
    // Nothing changed for those who ask.
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
}

#[tokio::test]
async fn who_does_not_count_is_heard_without_effect() {
    let rig = team().await;
    for (who, why) in [("dora", "0.69"), ("nino", "not verified")] {
        let taken = rig.hears(corrects(who, FERIE, "ferie", "Sei settimane.")).await;
        assert!(!taken.counted && taken.candidate.is_none());
        assert!(taken.reason.contains(why), "{}", taken.reason);
    }
    assert!(rig.candidates().await.is_empty());
    let filter = FeedbackFilter::default();
    let kept = rig.store.feedback(&TenantId::default(), &filter, None, 10).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|kept| !kept.counted && kept.reason.is_some()));
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let rig = team().await;
    let check = async |feedback: Feedback, code: Code, field: &str| {
        let error = rig.will_not_hear(feedback).await;
        assert_eq!((error.code, error.field.as_deref()), (code, Some(field)), "{error}");
    };
    let good = corrects("esther", FERIE, "ferie", "Quattro.");
    check(corrects("nobody", FERIE, "ferie", "x"), Code::UnknownExpert, "expert").await;
    check(corrects("esther", FERIE, "nothing", "x"), Code::UnknownEntry, "entry_id").await;
    let gone = Feedback { version: Some(7), ..good.clone() };
    check(gone, Code::UnknownVersion, "version").await;
    let odd = Feedback { category: Some("other".into()), ..good.clone() };
    check(odd, Code::InvalidField, "category").await;
    let tenant = author("elsewhere");
    let error = rig.engine.feedback(tenant, good).await.unwrap_err();
    assert_eq!(error.code, Code::UnknownTenant);
    let filter = FeedbackFilter::default();
    let kept = rig.store.feedback(&TenantId::default(), &filter, None, 10).await.unwrap();
    assert!(kept.is_empty(), "{kept:?}");
}

#[tokio::test]
async fn duplicates_merge_and_raise_the_frequency() {
    let rig = team().await;
    let first = rig.hears(corrects("esther", FERIE, "ferie", "Quattro settimane.")).await;
    let again = format!("{}?!", FERIE.to_uppercase());
    let second = rig.hears(corrects("emil", &again, "ferie", "Quattro settimane.")).await;
    let (first, second) = (first.candidate.unwrap(), second.candidate.unwrap());
    assert_eq!(first.id, second.id);
    assert!(second.priority > first.priority);
    let candidate = rig.candidate(first.id).await;
    assert_eq!((candidate.frequency, candidate.support.len()), (2, 2));
    assert_eq!(rig.candidates().await.len(), 1);
}

#[tokio::test]
async fn many_at_once_merge_into_one() {
    let rig = team().await;
    let all = (0..12).map(|number| {
        let engine = std::sync::Arc::clone(&rig.engine);
        let who = if number % 2 == 0 { "esther" } else { "emil" };
        tokio::spawn(async move {
            let feedback = corrects(who, FERIE, "ferie", "Quattro settimane.");
            engine.feedback(author("default"), feedback).await
        })
    });
    let all: Vec<_> = all.collect();
    let mut taken = 0;
    for one in all {
        match one.await.unwrap() {
            Ok(_) => taken += 1,
            // Outrun too often: said, and nothing of it is kept.
            Err(error) => assert_eq!(error.code, Code::VersionConflict),
        }
    }
    let candidates = rig.candidates().await;
    assert_eq!((candidates.len(), candidates[0].frequency), (1, taken));
    assert!(taken >= 2, "{taken}");
}

#[tokio::test]
async fn weak_proposals_are_rejected_and_come_back_with_support() {
    let rig = team().await;
    let weak =
        Feedback { confidence: 0.5, ..corrects("emil", FERIE, "ferie", "Quattro settimane.") };
    let taken = rig.hears(weak).await.candidate.unwrap();
    assert_eq!(taken.status, CandidateStatus::Rejected);
    let strong =
        Feedback { confidence: 1.0, ..corrects("emil", FERIE, "ferie", "Quattro settimane.") };
    let again = rig.hears(strong).await.candidate.unwrap();
    assert_eq!((again.id, again.status), (taken.id, CandidateStatus::Pending));
}

#[tokio::test]
async fn a_question_about_something_else_is_a_new_entry() {
    let rig = team().await;
    let year = "quali sono le aliquote irpef per scaglioni di reddito nel";
    rig.publish("2023", &format!("{year} 2023"), "Quattro scaglioni.").await;
    let query = format!("{year} 2024");
    let id = rig.proposes(corrects("esther", &query, "2023", "Tre scaglioni.")).await;
    let candidate = rig.candidate(id).await;
    assert_eq!((candidate.action, candidate.entry_id), (Action::Create, None));
    assert!(candidate.reason.contains("year"), "{}", candidate.reason);
}

#[tokio::test]
async fn a_confirmed_answer_is_recorded_and_proposes_a_phrasing_only_where_it_is_not_served() {
    let rig = team().await;
    let served = says("esther", FeedbackKind::Correct, FERIE, "ferie");
    let taken = rig.hears(served).await;
    assert!(taken.counted && taken.candidate.is_none(), "{taken:?}");
    let far = "ho diritto a riposare d'estate";
    let taken = rig.hears(says("esther", FeedbackKind::Correct, far, "ferie")).await;
    let candidate = rig.candidate(taken.candidate.unwrap().id).await;
    assert_eq!(candidate.action, Action::AddPhrasing);
    let known = rig.store.questions(&TenantId::default()).await.unwrap();
    let known: Vec<_> = known.iter().map(|known| known.query.as_str()).collect();
    assert_eq!(known, [far, FERIE]);
}

#[tokio::test]
async fn the_same_key_is_heard_once() {
    let rig = team().await;
    let once = |byte| Once::new("k1".into(), [byte; 32]);
    let author = |byte| goldenset_engine::Author { once: Some(once(byte)), ..author("default") };
    let feedback = corrects("esther", FERIE, "ferie", "Quattro settimane.");
    let first = rig.engine.feedback(author(1), feedback.clone()).await.unwrap();
    let again = rig.engine.feedback(author(1), feedback.clone()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(rig.candidate(first.candidate.unwrap().id).await.frequency, 1);
    let error = rig.engine.feedback(author(2), feedback).await.unwrap_err();
    assert_eq!(error.code, Code::IdempotencyReused);
}

#[tokio::test]
async fn experts_may_disagree_and_a_person_decides() {
    let rig = team().await;
    let sure = |who: &str, answer: &str| Feedback {
        confidence: 0.95,
        ..corrects(who, FERIE, "ferie", answer)
    };
    let id = rig.proposes(sure("esther", "Quattro settimane.")).await;
    let again = rig.hears(sure("emil", "Cinque settimane.")).await.candidate.unwrap();
    assert_eq!((again.id, again.status), (id, CandidateStatus::Pending));
    let candidate = rig.candidate(id).await;
    assert!(candidate.is_contested());
    assert_eq!(candidate.proposal.unwrap().author, handle("esther"));
}
