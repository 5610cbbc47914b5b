//! Questions that missed often, from the first one to the answer.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::TenantId;
use goldenset_core::curation::{
    Action, Candidate, CandidateKind, CandidateStatus, Feedback, FeedbackKind,
};
use goldenset_core::ports::LogFilter;
use goldenset_engine::scope::Options;
use goldenset_engine::{MissedSettings, Watch, WatchSettings};
use jiff::SignedDuration;

use super::kit::{by, says, team};
use crate::parts::{Rig, Trouble, author};

const BOLLO: &str = "quanto costa ogni anno il bollo della automobile";
const BOLLO_SAME: &str = "quanto costa ogni anno il bollo di una automobile";

fn keeping(rig: &Rig) -> Watch {
    let questions = Some(MissedSettings { most: 100, examples: 5, keep_days: 90 });
    let settings = WatchSettings {
        flush_every: Duration::from_secs(3600),
        keep_days: 400,
        audit_share: 0.0,
        most_open: 10,
        questions,
    };
    Watch::new(Arc::clone(&rig.engine), settings).unwrap()
}

async fn misses(watch: &Watch, questions: &[&str]) {
    for question in questions {
        watch.lookup(question, Options::default()).await.unwrap();
    }
    watch.flush().await.unwrap();
}

/// How many candidates a look makes, and all that missed.
async fn sweep(rig: &Rig) -> (usize, Vec<Candidate>) {
    let made = rig.engine.sweep(&TenantId::default()).await.unwrap().made;
    let all = rig.candidates().await.into_iter();
    (made, all.filter(|one| one.kind == CandidateKind::Missed).collect())
}

fn answers(who: &str, question: &str) -> Feedback {
    let answer = Some("Cento euro.".into());
    Feedback { answer, ..says(who, FeedbackKind::Incorrect, question, "") }
}

#[tokio::test]
async fn what_misses_often_is_proposed_answered_approved_and_served() {
    let rig = team().await;
    let watch = keeping(&rig);
    misses(&watch, &[BOLLO, BOLLO_SAME]).await;
    assert_eq!(sweep(&rig).await, (0, vec![]));
    misses(&watch, &[BOLLO]).await;
    let (made, mut found) = sweep(&rig).await;
    let proposed = found.remove(0);
    assert_eq!((made, found.len(), proposed.action), (1, 0, Action::Create));
    assert_eq!((proposed.question.as_str(), proposed.frequency), (BOLLO, 3));
    assert_eq!((proposed.priority, proposed.quality), (300.0, None));
    let said = "asked 3 times in 2 phrasings, no entry answers it; nearest: ";
    assert!(proposed.reason.starts_with(said), "{}", proposed.reason);
    assert_eq!((proposed.examples.len(), proposed.nearest.len()), (2, 3));
    assert_eq!(
        rig.store.missed(&TenantId::default(), 0, 9).await.unwrap()[0].candidate,
        Some(proposed.id)
    );

    // Nothing new, nothing to tell; then the open one is told.
    let (made, found) = sweep(&rig).await;
    assert_eq!((made, &found[..]), (0, &[proposed.clone()][..]));
    misses(&watch, &[BOLLO_SAME]).await;
    let told = sweep(&rig).await.1.remove(0);
    assert_eq!((told.frequency, told.priority, told.revision), (4, 400.0, 2));
    assert!(told.reason.starts_with("asked 4 times"), "{}", told.reason);

    let taken = rig.hears(answers("esther", BOLLO)).await;
    assert_eq!(taken.candidate.unwrap().id, proposed.id);
    misses(&watch, &[BOLLO]).await;
    let merged = sweep(&rig).await.1.remove(0);
    assert_eq!((merged.frequency, merged.status), (6, CandidateStatus::Pending));
    assert!(merged.reason.contains("a person decides"), "{}", merged.reason);
    let approved = rig.approve(proposed.id, by("anna")).await.unwrap();
    assert_eq!(
        rig.serves(BOLLO).await.unwrap(),
        (approved.entry_id.to_string(), "Cento euro.".into())
    );
}

#[tokio::test]
async fn what_a_person_turned_down_comes_back_only_when_it_is_asked_often_again() {
    let rig = team().await;
    let watch = keeping(&rig);
    misses(&watch, &[BOLLO; 4]).await;
    let first = sweep(&rig).await.1.remove(0);
    let turned_down = rig.engine.reject(author("default"), first.id, by("anna"));
    turned_down.await.unwrap();
    for _ in 0..2 {
        misses(&watch, &[BOLLO]).await;
        assert_eq!(sweep(&rig).await.0, 0);
    }
    misses(&watch, &[BOLLO]).await;
    let (made, found) = sweep(&rig).await;
    assert_eq!((made, found.len()), (1, 2));
    let again = found.iter().find(|one| one.id != first.id).unwrap();
    assert_eq!((again.frequency, again.status), (7, CandidateStatus::Pending));
}

#[tokio::test]
async fn what_was_decided_before_it_missed_often_waits_as_well() {
    let rig = team().await;
    let id = rig.proposes(answers("esther", BOLLO)).await;
    rig.engine.reject(author("default"), id, by("anna")).await.unwrap();
    let watch = keeping(&rig);
    misses(&watch, &[BOLLO; 3]).await;
    assert_eq!(sweep(&rig).await, (0, vec![]));
    misses(&watch, &[BOLLO; 2]).await;
    assert_eq!(sweep(&rig).await, (0, vec![]));
    misses(&watch, &[BOLLO]).await;
    assert_eq!(sweep(&rig).await.0, 1);
}

#[tokio::test]
async fn what_is_answered_by_now_is_not_proposed_until_it_misses_again() {
    let rig = team().await;
    let watch = keeping(&rig);
    misses(&watch, &[BOLLO; 3]).await;
    rig.publish("bollo", BOLLO_SAME, "Cento euro.").await;
    assert!(rig.serves(BOLLO).await.is_some());
    assert_eq!(sweep(&rig).await, (0, vec![]));
    rig.clock.advance(SignedDuration::from_secs(1));
    rig.retire("bollo").await.unwrap();
    assert_eq!(sweep(&rig).await, (0, vec![]));
    misses(&watch, &[BOLLO; 3]).await;
    let found = sweep(&rig).await.1;
    assert_eq!((found.len(), found[0].frequency), (1, 6));
}

#[tokio::test]
async fn more_misses_raise_what_experts_proposed() {
    let rig = team().await;
    let id = rig.proposes(answers("esther", BOLLO)).await;
    let before = rig.candidate(id).await;
    let watch = keeping(&rig);
    misses(&watch, &[BOLLO; 3]).await;
    assert_eq!(sweep(&rig).await, (0, vec![]));
    let after = rig.candidate(id).await;
    assert_eq!((before.frequency, after.frequency), (1, 4));
    assert_eq!((after.priority, after.quality), (before.priority * 4.0, before.quality));
    assert_eq!((&after.reason, after.examples.len()), (&before.reason, 1));
}

#[tokio::test]
async fn a_fault_of_the_provider_is_one_of_the_look() {
    let rig = team().await;
    let watch = keeping(&rig);
    misses(&watch, &[BOLLO; 3]).await;
    rig.clock.advance(SignedDuration::from_hours(2));
    rig.embedder.set_trouble(Some(Trouble::Away));
    assert!(rig.engine.sweep(&TenantId::default()).await.is_err());
    rig.embedder.set_trouble(None);
    assert_eq!(sweep(&rig).await.0, 1);
    // What is said of it in the audit log has no text of it.
    let log = rig.store.log(&TenantId::default(), &LogFilter::default(), 1).await.unwrap();
    assert_eq!(log[0].action, "candidate_made");
    assert!(!log[0].detail.to_string().contains("bollo"), "{:?}", log[0]);
}
