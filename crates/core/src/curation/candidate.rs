//! Candidates: what is proposed to change, and where the proposal stands.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::policy::{priority, quality};
use super::{FeedbackKind, Policy, Verdict};
use crate::canonical::Signature;
use crate::error::{Code, Error, Result};
use crate::ids::{EntryId, Handle, VersionNumber};
use crate::reference::Reference;

/// Number of a candidate, from 1; none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CandidateId(pub u32);

impl FromStr for CandidateId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|cause: std::num::ParseIntError| {
            Error::new(Code::InvalidField, "the id is not the number of a candidate")
                .field("id")
                .fix("give an id that the list of candidates shows")
                .cause(cause)
        })
    }
}

impl fmt::Display for CandidateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a candidate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateKind {
    /// Experts said something of a question.
    Feedback,
    /// Questions that were asked repeatedly found no answer.
    Missed,
    /// The review date of an entry has passed.
    ReviewDue,
    /// An entry is past its validity.
    Expired,
    /// Experts repeatedly said that an entry is not right.
    Contradicted,
    /// A document that an entry rests on has changed.
    ReferenceChanged,
}

impl CandidateKind {
    /// The kind as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feedback => "feedback",
            Self::Missed => "missed",
            Self::ReviewDue => "review_due",
            Self::Expired => "expired",
            Self::Contradicted => "contradicted",
            Self::ReferenceChanged => "reference_changed",
        }
    }
}

impl CandidateKind {
    /// How sure it is that something has to be done, 0 to 1, where no expert said so.
    fn confidence(self) -> f64 {
        match self {
            // Nobody is served it today, and who asks about its time may go on to be.
            Self::Expired => 0.1,
            _ => 1.0,
        }
    }
}

/// What approving a candidate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Publishes a new entry for the question.
    Create,
    /// Publishes a new version of the entry, with the proposed answer.
    Update,
    /// Publishes a new version of the entry, with the question as a further phrasing.
    AddPhrasing,
    /// Publishes the served version again: it is still right.
    Reapprove,
    /// Takes the entry out of service.
    Retire,
}

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateStatus {
    /// Waits for an approver.
    Pending,
    /// Waits for a better proposal.
    NeedsRevision,
    /// Published.
    Approved,
    /// Turned down.
    Rejected,
}

impl CandidateStatus {
    /// The status as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::NeedsRevision => "needs_revision",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// What the answer is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The answer, Markdown.
    pub answer: String,
    /// What it rests on.
    pub references: Vec<Reference>,
    /// Who wrote it.
    pub author: Handle,
    /// Quality of what its author said alone, 0 to 1.
    pub quality: f64,
}

/// What one expert said for a candidate, the last time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// Who.
    pub expert: Handle,
    /// What they said.
    #[serde(rename = "type")]
    pub kind: FeedbackKind,
    /// How sure they were, 0 to 1.
    pub confidence: f64,
    /// What their trust counted as then, 0 to 1.
    pub trust: f64,
    /// The answer that they proposed, where they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Whether that is another answer than the candidate has.
    pub differs: bool,
}

/// An entry near to questions that missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearEntry {
    /// The entry.
    pub entry_id: EntryId,
    /// Cosine with the question.
    pub similarity: f64,
}

/// Something that may be published, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its number; 0 until it is stored.
    pub id: CandidateId,
    /// Counts its changes from 1: who changes it says which one they saw.
    pub revision: u32,
    /// What it comes from.
    pub kind: CandidateKind,
    /// Where it stands.
    pub status: CandidateStatus,
    /// What approving it does.
    pub action: Action,
    /// The question.
    pub question: String,
    /// The entry that the newest feedback named.
    pub about: Option<EntryId>,
    /// The entry that it changes; of a new one, the id that it gets, if that was said.
    pub entry_id: Option<EntryId>,
    /// The version of the entry that was served when the proposal was made.
    pub base_version: Option<VersionNumber>,
    /// The category of the feedback.
    pub category: Option<String>,
    /// The proposed answer; none as long as nobody gave one.
    pub proposal: Option<Proposal>,
    /// What experts said, each once, the first first.
    pub support: Vec<Support>,
    /// How often it came up.
    pub frequency: u64,
    /// How urgent it is: confidence × trust × frequency × 100.
    pub priority: f64,
    /// How good it is, 0 to 1; none where no expert stands behind it.
    pub quality: Option<f64>,
    /// Why it stands where it stands, in words.
    pub reason: String,
    /// Whether its quality would approve it, and something else made it wait for a person.
    #[serde(default)]
    pub held_back: bool,
    /// The newest questions of a group that missed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
    /// The entries nearest to it, where it misses one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<NearEntry>,
    /// When it came up first.
    pub created_at: Timestamp,
    /// When anything of it changed last.
    pub changed_at: Timestamp,
    /// Who decided: an approver's handle, or `policy` where its quality did.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The version that approving it published.
    pub published_version: Option<VersionNumber>,
}

/// Decides in place of a person.
pub const BY_POLICY: &str = "policy";

impl Candidate {
    /// Whether more feedback still goes into it: it waits, or nobody but its quality turned it
    /// down.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.status {
            CandidateStatus::Pending | CandidateStatus::NeedsRevision => true,
            CandidateStatus::Rejected => self.decided_by.as_deref() == Some(BY_POLICY),
            CandidateStatus::Approved => false,
        }
    }

    /// Takes in what one expert says, and an answer if they give one. What the same expert said
    /// before no longer counts; the answer of whom the better quality stands behind is proposed.
    pub fn support(&mut self, support: Support, answer: Option<Proposal>) {
        self.frequency = self.frequency.saturating_add(1);
        self.support.retain(|known| known.expert != support.expert);
        self.support.push(support);
        let outweighed = |answer: &Proposal| {
            self.proposal.as_ref().is_some_and(|known| {
                same_text(&known.answer, &answer.answer)
                    || (known.author != answer.author && known.quality >= answer.quality)
            })
        };
        if let Some(answer) = answer.filter(|answer| !outweighed(answer)) {
            self.proposal = Some(answer);
            if self.status == CandidateStatus::NeedsRevision {
                self.status = CandidateStatus::Pending;
            }
        }
        self.compare();
        self.weigh();
    }

    /// Proposes what an expert wrote in place of what was proposed, whoever stood behind that.
    pub fn rewrite(&mut self, proposal: Proposal) {
        for support in &mut self.support {
            if support.expert == proposal.author && support.answer.is_some() {
                support.answer = Some(proposal.answer.clone());
            }
        }
        self.proposal = Some(proposal);
        self.compare();
    }

    /// Who proposed another answer than the one that is proposed now.
    fn compare(&mut self) {
        let Some(proposal) = &self.proposal else { return };
        for support in &mut self.support {
            let said = support.answer.as_ref();
            support.differs = said.is_some_and(|said| !same_text(said, &proposal.answer));
        }
    }

    /// Priority and quality from what experts said.
    fn weigh(&mut self) {
        let count = self.support.len() as f64;
        if self.support.is_empty() {
            self.priority = priority(self.kind.confidence(), 1.0, self.frequency);
            return;
        }
        let mean = |of: fn(&Support) -> f64| self.support.iter().map(of).sum::<f64>() / count;
        let (confidence, trust) = (mean(|one| one.confidence), mean(|one| one.trust));
        self.priority = priority(confidence, trust, self.frequency);
        self.quality = Some(quality(confidence, trust));
    }

    /// Raises the frequency of what no expert stands behind.
    pub fn recur(&mut self, times: u64) {
        self.frequency = self.frequency.saturating_add(times);
        self.weigh();
    }

    /// Whether experts proposed different answers.
    #[must_use]
    pub fn is_contested(&self) -> bool {
        self.support.iter().any(|support| support.differs)
    }

    /// Whether there is something that approving it would publish.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        match self.action {
            Action::Create | Action::Update => self.proposal.is_some(),
            Action::AddPhrasing | Action::Reapprove | Action::Retire => self.entry_id.is_some(),
        }
    }

    /// What its quality alone leads to. Without an expert behind it, or a whole proposal, or where
    /// they disagree, a person decides.
    #[must_use]
    pub fn verdict(&self, policy: &Policy) -> Verdict {
        match self.quality.map(|quality| policy.verdict(self.category.as_deref(), quality)) {
            Some(Verdict::Approve) if self.is_complete() && !self.is_contested() => {
                Verdict::Approve
            }
            Some(Verdict::Reject) => Verdict::Reject,
            _ => Verdict::ByHand,
        }
    }

    /// Everyone whose words approving it would publish: they may not approve it themselves.
    pub fn authors(&self) -> impl Iterator<Item = &Handle> {
        let author = self.proposal.as_ref().map(|proposal| &proposal.author);
        let agreeing = self.support.iter().filter(|support| !support.differs);
        author.into_iter().chain(agreeing.map(|support| &support.expert))
    }

    /// What it is found by while it is open.
    #[must_use]
    pub fn key(&self) -> Option<CandidateKey> {
        match self.kind {
            CandidateKind::Feedback | CandidateKind::Missed => {
                Some(CandidateKey::Question(crate::Canonical::of(&self.question).signature()))
            }
            kind => self.entry_id.clone().map(|entry| CandidateKey::Entry(kind, entry)),
        }
    }
}

fn same_text(one: &str, other: &str) -> bool {
    one.trim() == other.trim()
}

/// What makes two proposals one. Of each key at most one candidate is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateKey {
    /// What answers this question.
    Question(Signature),
    /// What a rule says of an entry.
    Entry(CandidateKind, EntryId),
}

/// Which candidates, and from where on.
#[derive(Debug, Clone, Default)]
pub struct CandidateFilter {
    /// With this status.
    pub status: Option<CandidateStatus>,
    /// From this source.
    pub kind: Option<CandidateKind>,
    /// After this one, in the order of the list.
    pub after: Option<CandidateId>,
}

#[cfg(test)]
mod tests;
