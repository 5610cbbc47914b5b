//! Experts and what they say, in short words.

use goldenset_core::curation::{
    Candidate, CandidateFilter, CandidateId, Expert, ExpertRole, Feedback, FeedbackKind,
};
use goldenset_core::{Code, Error, Handle, Result, TenantId};
use goldenset_engine::curation::{Approved, Decision, FeedbackTaken, Stated};

use crate::parts::{OTHERS, Rig, author, entry_id};

/// Says something of `query`, as somebody trusted who is not sure enough to need no approver.
pub(super) fn says(who: &str, kind: FeedbackKind, query: &str, entry: &str) -> Feedback {
    Feedback {
        query: query.into(),
        entry_id: (!entry.is_empty()).then(|| entry_id(entry)),
        version: None,
        kind,
        category: None,
        confidence: 0.9,
        time_spent_seconds: 60.0,
        expert: handle(who),
        answer: None,
        references: vec![],
    }
}

pub(super) fn corrects(who: &str, query: &str, entry: &str, answer: &str) -> Feedback {
    let answer = Some(answer.into());
    Feedback { answer, ..says(who, FeedbackKind::Incorrect, query, entry) }
}

pub(super) fn handle(name: &str) -> Handle {
    Handle::new(name).unwrap()
}

pub(super) fn by(who: &str) -> Decision {
    Decision { by: handle(who), reason: None, overrides: false, base_version: None, dry_run: false }
}

/// Entries on ten subjects, three experts (`esther` and `emil` are experts, `anna` and `aldo` approve),
/// a doubtful one (`dora`) and one that nobody knows (`nino`).
pub(super) async fn team() -> Rig {
    let rig = Rig::new().await;
    for (place, question) in OTHERS.iter().enumerate() {
        rig.publish(&format!("other-{place}"), question, "Una risposta.").await;
    }
    rig.publish("ferie", "quante settimane di ferie spettano per legge", "Tre settimane.").await;
    for (name, role, verified, trust) in [
        ("esther", ExpertRole::Expert, true, 0.9),
        ("emil", ExpertRole::Expert, true, 0.84),
        ("anna", ExpertRole::Approver, true, 0.9),
        ("aldo", ExpertRole::Admin, true, 0.9),
        ("dora", ExpertRole::Expert, true, 0.69),
        ("nino", ExpertRole::Approver, false, 0.99),
    ] {
        let stated = Stated { role, verified, trust };
        rig.engine.put_expert(author("default"), handle(name), stated).await.unwrap();
    }
    rig
}

impl Rig {
    pub(super) async fn hears(&self, feedback: Feedback) -> FeedbackTaken {
        self.engine.feedback(author("default"), feedback).await.unwrap()
    }

    pub(super) async fn will_not_hear(&self, feedback: Feedback) -> Error {
        self.engine.feedback(author("default"), feedback).await.unwrap_err()
    }

    /// The number of the candidate that a feedback made.
    pub(super) async fn proposes(&self, feedback: Feedback) -> CandidateId {
        self.hears(feedback).await.candidate.unwrap().id
    }

    pub(super) async fn candidate(&self, id: CandidateId) -> Candidate {
        self.store.candidate(&TenantId::default(), id).await.unwrap()
    }

    pub(super) async fn candidates(&self) -> Vec<Candidate> {
        let filter = CandidateFilter::default();
        self.store.candidates(&TenantId::default(), &filter, 100).await.unwrap()
    }

    pub(super) async fn approve(&self, id: CandidateId, decision: Decision) -> Result<Approved> {
        self.engine.approve(author("default"), id, decision).await
    }

    pub(super) async fn expert(&self, who: &str) -> Expert {
        self.store.expert(&TenantId::default(), &handle(who)).await.unwrap()
    }

    /// What is served for a question: the entry and its answer.
    pub(super) async fn serves(&self, query: &str) -> Option<(String, String)> {
        let looked = self.ask(query).await;
        let answer = looked.answer.result().answer.as_ref()?;
        Some((answer.entry.id.to_string(), answer.entry.content.answer.clone()))
    }
}

#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T>, code: Code, field: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (code, Some(field)), "{error}");
}
