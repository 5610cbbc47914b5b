//! A result as it is shared: entries by id and version, and all else that its body says. The texts
//! come from the golden set of whoever reads it, so nothing that is not published there can be
//! served from here.

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{Decision, MatchType};
use goldenset_core::embedding::Vector;
use goldenset_core::guards::GuardResult;
use goldenset_core::{EntryId, Epoch, EpochStamp, VersionNumber};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{Basis, Grounds, Reach};
use crate::answer::{Answer, Clarify, LookupResult, Match};
use crate::calibrate::Applied;
use crate::scope::Scope;
use crate::snapshot::TenantSet;

/// A result without the texts of its entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredResult {
    /// The state that it was found in: epoch, and microseconds of its commit.
    found_in: (u64, i64),
    /// When it was found, in microseconds.
    made: i64,
    /// Bits of the similarity from which on others come among its candidates; none: all in scope.
    reach: Option<u32>,
    considered: Vec<EntryId>,
    decision: Decision,
    match_type: Option<MatchType>,
    /// Whether the first match is the answer.
    answered: bool,
    matches: Vec<StoredMatch>,
    clarify: Option<Clarify>,
    reason: String,
    calibration: Option<StoredCalibration>,
    /// The beginning of the hash of the body.
    body: [u8; 16],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredMatch {
    /// Place of the entry among those considered.
    entry: usize,
    version: VersionNumber,
    similarity: f64,
    score: f64,
    raw_score: f64,
    guards: Vec<GuardResult>,
    reason: String,
    phrasing: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredCalibration {
    version: VersionNumber,
    threshold: f64,
    certified: bool,
    max_served_error: f64,
    confidence: f64,
}

/// The bytes of a cached answer; none of one that is not cached.
pub(super) fn encode(answer: &Answer) -> Option<Vec<u8>> {
    postcard::to_stdvec(&StoredResult::of(answer)?).ok()
}

/// None for anything that `encode` did not write.
pub(super) fn decode(bytes: &[u8]) -> Option<StoredResult> {
    match postcard::take_from_bytes(bytes).ok()? {
        (result, []) => Some(result),
        _ => None,
    }
}

impl StoredResult {
    fn of(answer: &Answer) -> Option<Self> {
        let (basis, result) = (answer.basis()?, answer.result());
        let EpochStamp { epoch, committed } = basis.from;
        let matches = result.matches.iter().map(|matched| StoredMatch::of(matched, basis));
        Some(Self {
            found_in: (epoch.0, committed.as_microsecond()),
            made: basis.made.as_microsecond(),
            reach: match basis.reach {
                Reach::All => None,
                Reach::From(least) => Some(least.to_bits()),
            },
            considered: basis.considered.clone(),
            decision: result.decision,
            match_type: result.match_type,
            answered: result.answer.is_some(),
            matches: matches.collect::<Option<_>>()?,
            clarify: result.clarify.clone(),
            reason: result.reason.clone(),
            calibration: result.calibration.map(StoredCalibration::of),
            body: hash(answer.body()),
        })
    }

    /// The entries that verification considered.
    pub(crate) fn considered(&self) -> &[EntryId] {
        &self.considered
    }

    /// When it was found, and not later than now: the clocks of two nodes may differ a little.
    pub(super) fn made(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_microsecond(self.made).map_or(now, |made| made.min(now))
    }

    /// The answer that it is in `set`, with what it rests on there; none where it is not known to
    /// be the one that would be found.
    pub(crate) fn revived(
        self,
        set: &TenantSet,
        (question, vector, scope): (&Canonical, &Vector, &Scope),
        now: Timestamp,
    ) -> Option<(Answer, Basis)> {
        let (epoch, committed) = self.found_in;
        let committed = Timestamp::from_microsecond(committed).ok()?;
        let found_in = EpochStamp { epoch: Epoch(epoch), committed };
        if !set.journal.was_at(found_in) {
            return None;
        }
        let made = self.made(now);
        let grounds = Grounds {
            signature: question.signature(),
            vector: Arc::clone(vector),
            scope: scope.clone(),
            considered: self.considered,
            reach: self.reach.map_or(Reach::All, |bits| Reach::From(f32::from_bits(bits))),
        };
        let basis = Basis::found_in(grounds, set.journal.lineage(), found_in, made);
        basis.replay(&set.journal).ok()?;
        let matches = self.matches.into_iter().map(|stored| stored.revived(set, &basis.considered));
        let matches: Vec<_> = matches.collect::<Option<_>>()?;
        let answer = Answer::new(LookupResult {
            decision: self.decision,
            match_type: self.match_type,
            answer: matches.first().filter(|_| self.answered).cloned(),
            matches,
            clarify: self.clarify,
            reason: self.reason,
            calibration: self.calibration.map(StoredCalibration::applied),
        });
        let answer = answer.ok()?;
        (hash(answer.body()) == self.body).then_some((answer, basis))
    }
}

impl StoredMatch {
    fn of(matched: &Match, basis: &Basis) -> Option<Self> {
        Some(Self {
            entry: basis.considered.iter().position(|id| *id == matched.entry.id)?,
            version: matched.entry.version,
            similarity: matched.similarity,
            score: matched.score,
            raw_score: matched.raw_score,
            guards: matched.guards.clone(),
            reason: matched.reason.clone(),
            phrasing: matched.phrasing,
        })
    }

    fn revived(self, set: &TenantSet, considered: &[EntryId]) -> Option<Match> {
        let entry = set.entry(considered.get(self.entry)?)?;
        (entry.version == self.version).then(|| Match {
            entry: Arc::clone(entry),
            similarity: self.similarity,
            score: self.score,
            raw_score: self.raw_score,
            guards: self.guards,
            reason: self.reason,
            phrasing: self.phrasing,
            // Only whoever found it needs them, to decide.
            heard: None,
            open: None,
        })
    }
}

impl StoredCalibration {
    fn of(applied: Applied) -> Self {
        let Applied { version, threshold, certified, max_served_error, confidence } = applied;
        Self { version, threshold, certified, max_served_error, confidence }
    }

    fn applied(self) -> Applied {
        let Self { version, threshold, certified, max_served_error, confidence } = self;
        Applied { version, threshold, certified, max_served_error, confidence }
    }
}

fn hash(body: &[u8]) -> [u8; 16] {
    let mut beginning = [0; 16];
    beginning.copy_from_slice(&blake3::hash(body).as_bytes()[..16]);
    beginning
}
