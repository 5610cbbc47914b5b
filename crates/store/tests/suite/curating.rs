//! The golden loop: experts, candidates, feedback, and writes that are done once.

use goldenset_core::curation::{
    Action, Candidate, CandidateFilter, CandidateId, CandidateKey, CandidateKind, CandidateStatus,
    Expert, ExpertRole, Feedback, FeedbackFilter, FeedbackId, FeedbackKind, FeedbackRecord,
    Outcome, Proposal, QuestionSource, RecordedQuestion, Trust,
};
use goldenset_core::ports::{CandidateChange, ChangeSet, Commit, ExpertChange, LogFilter, Once};
use goldenset_core::{Code, Epoch, Handle, Result};
use serde_json::json;

use super::kit::{Golden, content, id, serve};

fn handle(name: &str) -> Handle {
    Handle::new(name).unwrap()
}

impl Golden {
    fn expert(&self, name: &str) -> Expert {
        Expert {
            handle: handle(name),
            role: ExpertRole::Approver,
            verified: true,
            trust: Trust { right: 3, wrong: 1, ..Trust::stated(0.8, 20.0).unwrap() },
            created_at: self.at,
            changed_at: self.at,
        }
    }

    fn candidate(&self, question: &str) -> Candidate {
        Candidate {
            id: CandidateId(0),
            revision: 1,
            kind: CandidateKind::Feedback,
            status: CandidateStatus::Pending,
            action: Action::Create,
            question: question.into(),
            about: Some(id("a")),
            entry_id: None,
            base_version: None,
            category: Some("missing_case".into()),
            proposal: Some(Proposal {
                answer: "**yes**".into(),
                references: vec!["art. 1".into()],
                author: handle("anna"),
                quality: 0.9,
            }),
            support: vec![],
            frequency: 1,
            priority: 81.0,
            quality: Some(0.9),
            reason: "waits".into(),
            held_back: false,
            examples: vec![],
            nearest: vec![],
            created_at: self.at,
            changed_at: self.at,
            decided_by: None,
            decided_at: None,
            published_version: None,
        }
    }

    fn said(&self, query: &str, who: &str) -> FeedbackRecord {
        FeedbackRecord {
            id: FeedbackId(0),
            feedback: Feedback {
                query: query.into(),
                entry_id: None,
                version: None,
                kind: FeedbackKind::Incorrect,
                category: None,
                confidence: 0.9,
                time_spent_seconds: 12.5,
                expert: handle(who),
                answer: Some("no".into()),
                references: vec!["art. 2".into()],
            },
            trust: 0.8,
            counted: true,
            reason: None,
            candidate: None,
            at: self.at,
        }
    }

    async fn curate(&self, fill: impl FnOnce(&mut ChangeSet)) -> Result<Commit> {
        let mut set = self.change_set();
        fill(&mut set);
        self.store().commit(set).await
    }

    async fn put_expert(&self, expert: Expert, seen: Option<jiff::Timestamp>) -> Result<Commit> {
        let change = ExpertChange {
            expert,
            seen,
            action: "expert_named",
            detail: json!({}),
            evidence: None,
            afresh: false,
        };
        self.curate(|set| set.curation.experts.push(change)).await
    }

    async fn put_candidate(&self, candidate: Candidate) -> Result<Candidate> {
        let change = CandidateChange {
            candidate,
            action: "candidate_made",
            detail: json!({}),
            publishes: false,
        };
        let commit = self.curate(|set| set.curation.candidate = Some(change)).await?;
        Ok(commit.candidate.unwrap())
    }
}

pub(crate) async fn experts_are_kept_by_tenant(golden: Golden) {
    let store = golden.store();
    for name in ["bruno", "anna"] {
        golden.put_expert(golden.expert(name), None).await.unwrap();
    }
    let anna = store.expert(&golden.tenant, &handle("anna")).await.unwrap();
    assert_eq!(anna, golden.expert("anna"));
    let all = store.experts(&golden.tenant, None, 10).await.unwrap();
    assert_eq!(all, [golden.expert("anna"), golden.expert("bruno")]);
    let rest = store.experts(&golden.tenant, Some(&handle("anna")), 1).await.unwrap();
    assert_eq!(rest, [golden.expert("bruno")]);
    let other = golden.of_tenant("other");
    assert!(store.experts(&other.tenant, None, 10).await.unwrap().is_empty());
    let error = store.expert(&other.tenant, &handle("anna")).await.unwrap_err();
    assert_eq!(error.code, Code::UnknownExpert);
}

pub(crate) async fn changes_of_what_was_not_seen_are_refused(golden: Golden) {
    golden.put_expert(golden.expert("anna"), None).await.unwrap();
    let again = golden.put_expert(golden.expert("anna"), None).await.unwrap_err();
    assert_eq!(again.code, Code::VersionConflict);
    let later = golden.at("2026-02-02T00:00:00Z");
    let changed = Expert { verified: false, changed_at: later.at, ..golden.expert("anna") };
    let stale = golden.put_expert(changed.clone(), Some(later.at)).await.unwrap_err();
    assert_eq!(stale.code, Code::VersionConflict);
    golden.put_expert(changed.clone(), Some(golden.at)).await.unwrap();
    let store = golden.store();
    assert_eq!(store.expert(&golden.tenant, &handle("anna")).await.unwrap(), changed);

    let first = golden.put_candidate(golden.candidate("q?")).await.unwrap();
    let twice = golden.put_candidate(golden.candidate("Q")).await.unwrap_err();
    assert_eq!(twice.code, Code::VersionConflict, "one open candidate a question");
    let next = Candidate { revision: 2, frequency: 2, ..first.clone() };
    golden.put_candidate(next.clone()).await.unwrap();
    let stale = golden.put_candidate(next.clone()).await.unwrap_err();
    assert_eq!(stale.code, Code::VersionConflict);
    assert_eq!(store.candidate(&golden.tenant, first.id).await.unwrap(), next);
}

pub(crate) async fn candidates_come_the_most_urgent_first(golden: Golden) {
    let store = golden.store();
    for (question, priority) in [("one", 10.0), ("two", 30.0), ("three", 30.0), ("four", 20.0)] {
        golden.put_candidate(Candidate { priority, ..golden.candidate(question) }).await.unwrap();
    }
    let list = async |filter: CandidateFilter, limit| {
        let found = store.candidates(&golden.tenant, &filter, limit).await.unwrap();
        found.into_iter().map(|one| one.question).collect::<Vec<_>>()
    };
    assert_eq!(list(CandidateFilter::default(), 10).await, ["two", "three", "four", "one"]);
    let after = Some(CandidateId(2));
    let filter = CandidateFilter { after, ..CandidateFilter::default() };
    assert_eq!(list(filter, 2).await, ["three", "four"]);
    let rejected =
        CandidateFilter { status: Some(CandidateStatus::Rejected), ..CandidateFilter::default() };
    assert!(list(rejected, 10).await.is_empty());
    let missing = CandidateFilter { after: Some(CandidateId(9)), ..CandidateFilter::default() };
    let error = store.candidates(&golden.tenant, &missing, 1).await.unwrap_err();
    assert_eq!(error.code, Code::UnknownCandidate);
    let other = golden.of_tenant("other").tenant;
    let error = store.candidate(&other, CandidateId(1)).await.unwrap_err();
    assert_eq!(error.code, Code::UnknownCandidate);
}

pub(crate) async fn the_newest_candidate_of_a_key_is_found(golden: Golden) {
    let store = golden.store();
    let key = golden.candidate("q?").key().unwrap();
    assert_eq!(store.last_candidate(&golden.tenant, &key).await.unwrap(), None);
    let first = golden.put_candidate(golden.candidate("q?")).await.unwrap();
    let decided = Candidate {
        status: CandidateStatus::Rejected,
        decided_by: Some("anna".into()),
        revision: 2,
        ..first
    };
    golden.put_candidate(decided.clone()).await.unwrap();
    assert_eq!(store.last_candidate(&golden.tenant, &key).await.unwrap(), Some(decided));
    let second = golden.put_candidate(golden.candidate("q?")).await.unwrap();
    assert_eq!(store.last_candidate(&golden.tenant, &key).await.unwrap(), Some(second));
    let of_rule = Candidate {
        kind: CandidateKind::Expired,
        entry_id: Some(id("a")),
        ..golden.candidate("q?")
    };
    let of_rule = golden.put_candidate(of_rule).await.unwrap();
    let key = CandidateKey::Entry(CandidateKind::Expired, id("a"));
    assert_eq!(store.last_candidate(&golden.tenant, &key).await.unwrap(), Some(of_rule));
}

pub(crate) async fn approval_and_version_are_one(golden: Golden) {
    let store = golden.store();
    golden.put_expert(golden.expert("anna"), None).await.unwrap();
    let proposed = golden.put_candidate(golden.candidate("q?")).await.unwrap();
    let approved = Candidate {
        status: CandidateStatus::Approved,
        entry_id: Some(id("a")),
        revision: 2,
        ..proposed.clone()
    };
    let publish = |candidate: Candidate, expects| {
        let anna = ExpertChange {
            expert: Expert {
                changed_at: golden.at("2026-02-02T00:00:00Z").at,
                ..golden.expert("anna")
            },
            seen: Some(golden.at),
            action: "trust_changed",
            detail: json!({}),
            evidence: Some((proposed.id, Outcome::Right)),
            afresh: false,
        };
        golden.curate(move |set| {
            set.changes = vec![serve("a", &content("a"))];
            set.expects = Some(expects);
            set.note.insert("reason".into(), "checked".into());
            set.curation.experts.push(anna);
            set.curation.candidate = Some(CandidateChange {
                candidate,
                action: "candidate_approved",
                detail: json!({}),
                publishes: true,
            });
        })
    };
    let moved = publish(approved.clone(), Epoch(7)).await.unwrap_err();
    assert_eq!(moved.code, Code::EpochMoved);
    let stale = publish(Candidate { revision: 5, ..approved.clone() }, Epoch(0)).await;
    assert_eq!(stale.unwrap_err().code, Code::VersionConflict);
    // Nothing of it was written.
    assert!(golden.serves().await.is_empty());
    assert_eq!(store.candidate(&golden.tenant, proposed.id).await.unwrap(), proposed);

    let commit = publish(approved, Epoch(0)).await.unwrap();
    assert_eq!((commit.epoch, commit.candidate.unwrap().published_version), (Epoch(1), Some(1)));
    let made = store.candidate_of(&golden.tenant, &id("a"), 1).await.unwrap().unwrap();
    assert_eq!((made.id, made.status), (proposed.id, CandidateStatus::Approved));
    assert_eq!(store.candidate_of(&golden.tenant, &id("a"), 2).await.unwrap(), None);
    let evidence = store.evidence(&golden.tenant, proposed.id).await.unwrap();
    assert_eq!(evidence, [(handle("anna"), Outcome::Right)]);
    let record = store.entry(&golden.tenant, &id("a")).await.unwrap();
    assert_eq!(record.published_by.as_deref(), Some("anna"));
    assert_eq!(record.reason.as_deref(), Some("checked"));
    let log = store.log(&golden.tenant, &LogFilter::default(), 10).await.unwrap();
    let actions: Vec<_> = log.iter().map(|line| line.action.as_str()).collect();
    let expected =
        ["trust_changed", "candidate_approved", "published", "candidate_made", "expert_named"];
    assert_eq!(actions, expected);
    assert_eq!(log[2].detail["reason"], "checked");
    // Whoever had it approved anew later did not propose it.
    let anew = Candidate {
        id: CandidateId(0),
        kind: CandidateKind::ReferenceChanged,
        action: Action::Reapprove,
        revision: 1,
        published_version: Some(1),
        ..made.clone()
    };
    golden.put_candidate(anew).await.unwrap();
    let again = store.candidate_of(&golden.tenant, &id("a"), 1).await.unwrap();
    assert_eq!(again, Some(made));
}

pub(crate) async fn feedback_is_kept_word_for_word(golden: Golden) {
    let store = golden.store();
    golden.put_expert(golden.expert("anna"), None).await.unwrap();
    let one = golden.said("Quanto costa?", "anna");
    let two = FeedbackRecord {
        counted: false,
        reason: Some("not verified".into()),
        ..golden.said("altro", "anna")
    };
    let candidate = golden.candidate("Quanto costa?");
    let made = golden.curate(|set| {
        set.curation.feedback = Some(one.clone());
        set.curation.candidate = Some(CandidateChange {
            candidate,
            action: "candidate_made",
            detail: json!({}),
            publishes: false,
        });
    });
    let made = made.await.unwrap();
    let made = (made.feedback.unwrap(), made.candidate.unwrap().id);
    golden.curate(|set| set.curation.feedback = Some(two.clone())).await.unwrap();
    let one = FeedbackRecord { id: made.0, candidate: Some(made.1), ..one };
    let two = FeedbackRecord { id: FeedbackId(2), ..two };
    let list = async |filter: FeedbackFilter, after| {
        store.feedback(&golden.tenant, &filter, after, 10).await.unwrap()
    };
    assert_eq!(list(FeedbackFilter::default(), None).await, [one.clone(), two.clone()]);
    assert_eq!(
        list(FeedbackFilter::default(), Some(FeedbackId(1))).await,
        std::slice::from_ref(&two)
    );
    let counted = FeedbackFilter { counted: true, ..FeedbackFilter::default() };
    assert_eq!(list(counted, None).await, std::slice::from_ref(&one));
    let of = FeedbackFilter { candidate: Some(made.1), ..FeedbackFilter::default() };
    assert_eq!(list(of, None).await, std::slice::from_ref(&one));
    let signature = Some(two.feedback.signature());
    let about = FeedbackFilter { signature, ..FeedbackFilter::default() };
    assert_eq!(list(about, None).await, [two]);
    let nobody = golden.said("altro", "nobody");
    let error = golden.curate(|set| set.curation.feedback = Some(nobody)).await.unwrap_err();
    assert_eq!(error.code, Code::Internal, "an expert is checked before");
}

pub(crate) async fn known_questions_are_the_last_word_on_each(golden: Golden) {
    let store = golden.store();
    golden.one(serve("a", &content("a"))).await;
    golden.one(serve("b", &content("b"))).await;
    for name in ["anna", "bruno"] {
        golden.put_expert(golden.expert(name), None).await.unwrap();
    }
    let say = async |query: &str, who: &str, kind, entry: &str| {
        let mut record = golden.said(query, who);
        record.feedback.kind = kind;
        record.feedback.entry_id = Some(id(entry));
        record.feedback.version = Some(1);
        record.feedback.answer = None;
        golden.curate(|set| set.curation.feedback = Some(record)).await.unwrap();
    };
    say("uno", "anna", FeedbackKind::Correct, "a").await;
    say("due", "anna", FeedbackKind::Correct, "a").await;
    say("Due!", "bruno", FeedbackKind::Correct, "b").await;
    say("tre", "anna", FeedbackKind::Correct, "a").await;
    say("tre", "bruno", FeedbackKind::Incorrect, "a").await;
    let record = |query: &str, entry: Option<&str>| RecordedQuestion {
        query: query.into(),
        entry_id: entry.map(id),
        source: QuestionSource::Recorded,
        by: "carla".into(),
        at: golden.at,
    };
    let questions = vec![record("UNO", None), record("quattro", Some("b"))];
    golden.curate(|set| set.curation.questions = questions).await.unwrap();
    let known = store.questions(&golden.tenant).await.unwrap();
    let known: Vec<_> = known
        .iter()
        .map(|known| {
            let entry = known.entry_id.as_ref().map_or("-", |entry| entry.as_str());
            (known.query.as_str(), entry, known.by.as_str())
        })
        .collect();
    let expected = [("Due!", "b", "bruno"), ("UNO", "-", "carla"), ("quattro", "b", "carla")];
    assert_eq!(known, expected);
}

pub(crate) async fn a_write_with_a_key_is_done_once(golden: Golden) {
    let store = golden.store();
    let once = |byte| Once::new("anna/1".into(), [byte; 32]);
    assert_eq!(store.done(&once(1)).await.unwrap(), None);
    let write = |byte| {
        let change = serve("a", &content("a"));
        golden.curate(move |set| {
            set.changes = vec![change];
            set.once = Some(once(byte));
        })
    };
    let first = write(1).await.unwrap();
    golden.one(serve("a", &content("b"))).await;
    let again = write(1).await.unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!(Commit { replayed: false, ..again }, first);
    assert_eq!(store.done(&once(1)).await.unwrap().unwrap().epoch, first.epoch);
    assert_eq!(golden.serves().await, [("a".to_owned(), 2)]);
    assert_eq!(write(2).await.unwrap_err().code, Code::IdempotencyReused);
    assert_eq!(store.done(&once(2)).await.unwrap_err().code, Code::IdempotencyReused);
}
