//! How what experts say adds up.

use super::*;

fn handle(name: &str) -> Handle {
    Handle::new(name).unwrap()
}

fn candidate() -> Candidate {
    Candidate {
        id: CandidateId(0),
        revision: 0,
        kind: CandidateKind::Feedback,
        status: CandidateStatus::Pending,
        action: Action::Create,
        question: "quante ferie?".into(),
        about: None,
        entry_id: None,
        base_version: None,
        category: None,
        proposal: None,
        support: vec![],
        frequency: 0,
        priority: 0.0,
        quality: None,
        reason: String::new(),
        held_back: false,
        examples: vec![],
        nearest: vec![],
        created_at: Timestamp::UNIX_EPOCH,
        changed_at: Timestamp::UNIX_EPOCH,
        decided_by: None,
        decided_at: None,
        published_version: None,
    }
}

fn say(candidate: &mut Candidate, who: &str, confidence: f64, trust: f64, answer: &str) {
    let expert = handle(who);
    let kind = FeedbackKind::Incorrect;
    let answer = (!answer.is_empty()).then(|| answer.to_owned());
    let support =
        Support { expert, kind, confidence, trust, answer: answer.clone(), differs: false };
    let proposal = answer.map(|answer| Proposal {
        answer,
        references: vec![],
        author: handle(who),
        quality: quality(confidence, trust),
    });
    candidate.support(support, proposal);
}

fn authors(candidate: &Candidate) -> Vec<String> {
    let mut names: Vec<_> = candidate.authors().map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn support_adds_up_and_counts_each_expert_once() {
    let mut one = candidate();
    say(&mut one, "anna", 0.9, 0.9, "four weeks");
    assert_eq!((one.priority, one.quality, one.frequency), (81.0, Some(0.9), 1));
    say(&mut one, "anna", 1.0, 1.0, "four weeks");
    assert_eq!((one.priority, one.quality, one.frequency), (200.0, Some(1.0), 2));
    say(&mut one, "bruno", 0.8, 0.8, "");
    assert_eq!((one.priority, one.quality, one.frequency), (243.0, Some(0.9), 3));
    assert_eq!(authors(&one), ["anna", "bruno"]);
    assert!(!one.is_contested());
}

#[test]
fn the_better_answer_is_proposed_and_a_person_decides() {
    let policy = Policy::default();
    let mut one = candidate();
    say(&mut one, "anna", 0.96, 0.96, "four weeks");
    assert_eq!(one.verdict(&policy), Verdict::Approve);
    say(&mut one, "bruno", 0.95, 0.95, "five weeks");
    assert_eq!(one.proposal.as_ref().unwrap().answer, "four weeks");
    assert!(one.is_contested());
    assert_eq!((one.verdict(&policy), authors(&one)), (Verdict::ByHand, vec!["anna".into()]));
    say(&mut one, "carla", 1.0, 1.0, "six weeks");
    assert_eq!(one.proposal.as_ref().unwrap().answer, "six weeks");
    assert_eq!(authors(&one), ["carla"]);
}

#[test]
fn who_said_what_is_proposed_stands_behind_it_whatever_was_proposed_before() {
    let mut one = candidate();
    say(&mut one, "anna", 0.9, 0.9, "four weeks");
    say(&mut one, "bruno", 0.8, 0.8, "five weeks");
    say(&mut one, "carla", 0.7, 0.7, "four weeks");
    assert_eq!(authors(&one), ["anna", "carla"]);
    say(&mut one, "anna", 0.9, 0.9, "five weeks ");
    assert_eq!(authors(&one), ["anna", "bruno"]);
    one.rewrite(Proposal {
        answer: "four weeks".into(),
        references: vec![],
        author: handle("bruno"),
        quality: 1.0,
    });
    assert_eq!(authors(&one), ["bruno", "carla"]);
}

#[test]
fn without_an_answer_nothing_is_approved_by_itself() {
    let mut one = candidate();
    say(&mut one, "anna", 1.0, 1.0, "");
    assert_eq!(one.verdict(&Policy::default()), Verdict::ByHand);
    say(&mut one, "anna", 0.5, 0.8, "");
    assert_eq!(one.verdict(&Policy::default()), Verdict::Reject);
}

#[test]
fn what_a_person_turned_down_stays_so() {
    let mut one = candidate();
    one.status = CandidateStatus::Rejected;
    one.decided_by = Some(BY_POLICY.into());
    assert!(one.is_open());
    one.decided_by = Some("anna".into());
    assert!(!one.is_open());
}
