//! What rules propose.

use goldenset_core::TenantId;
use goldenset_core::curation::{Action, CandidateKind, CandidateStatus, Feedback};
use goldenset_engine::curation::Swept;
use jiff::SignedDuration;

use super::kit::{by, corrects, team};
use crate::parts::{Rig, Trouble, author, content, entry_id};

const FERIE: &str = "quante settimane di ferie spettano per legge";

async fn sweep(rig: &Rig) -> Swept {
    rig.engine.sweep(&TenantId::default()).await.unwrap()
}

#[tokio::test]
async fn what_is_past_its_validity_is_proposed_for_retirement_once() {
    let rig = team().await;
    assert_eq!(sweep(&rig).await.made, 0);
    let mut old = content("quanto costa il bollo", "Cento euro.");
    old.validity.valid_until = Some(jiff::civil::date(2020, 12, 31));
    rig.save("bollo", old, true).await.unwrap();
    assert_eq!((sweep(&rig).await.made, sweep(&rig).await.made), (1, 0));
    let candidate = rig.candidates().await.remove(0);
    assert_eq!((candidate.kind, candidate.action), (CandidateKind::Expired, Action::Retire));
    assert!(candidate.reason.contains("2020-12-31"));
    rig.approve(candidate.id, by("anna")).await.unwrap();
    assert!(rig.retire("bollo").await.is_err());
    assert_eq!(sweep(&rig).await.made, 0);
}

#[tokio::test]
async fn repeated_contradiction_asks_for_another_look() {
    let rig = team().await;
    let against = |who| Feedback { answer: None, ..corrects(who, FERIE, "ferie", "") };
    rig.hears(against("esther")).await;
    rig.hears(against("esther")).await;
    // Who is not trusted contradicts nothing.
    rig.hears(against("dora")).await;
    assert_eq!(sweep(&rig).await.made, 0);
    rig.hears(against("emil")).await;
    assert_eq!(sweep(&rig).await.made, 1);
    let all = rig.candidates().await;
    let found = all.iter().find(|one| one.kind == CandidateKind::Contradicted).unwrap();
    assert_eq!(found.action, Action::Reapprove);
    assert!(found.reason.contains("emil") && found.reason.contains("esther"));
    // Once approved again, what was said before no longer speaks against it.
    rig.clock.advance(SignedDuration::from_secs(1));
    let approved = rig.approve(found.id, by("anna")).await.unwrap();
    assert_eq!(approved.version, 1);
    assert_eq!(sweep(&rig).await.made, 0);
}

#[tokio::test]
async fn what_could_not_be_published_when_it_came_is_tried_again() {
    let rig = team().await;
    let sure =
        Feedback { confidence: 1.0, ..corrects("aldo", FERIE, "ferie", "Quattro settimane.") };
    rig.embedder.set_trouble(Some(Trouble::Away));
    let taken = rig.engine.feedback(author("default"), sure).await.unwrap();
    rig.embedder.set_trouble(None);
    let brief = taken.candidate.unwrap();
    assert_eq!(brief.status, CandidateStatus::Pending);
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Tre settimane.");
    assert_eq!(sweep(&rig).await.approved, 1);
    assert_eq!(rig.serves(FERIE).await.unwrap().1, "Quattro settimane.");
    assert_eq!(rig.candidate(brief.id).await.entry_id, Some(entry_id("ferie")));
}
