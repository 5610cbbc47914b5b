//! A question with its candidates, each held against the question once. Verdicts, accounts and
//! the fit read from it.

use super::aligned::AlignedText;
use super::evidence::Heard;
use super::explain::Basis;
use super::features::{
    Evidence, Features, PAIR_FEATURES, RANKED_FEATURES, pair_features, ranked_features,
};
use super::profile::QuestionProfile;
use super::standing::Standing;
use super::weights::Weights;
use super::{Candidate, Checked};
use crate::decision::ELIGIBLE;
use crate::guards::Effect;

/// A question with its candidates. The first [`ELIGIBLE`] are each other's rivals, so that what a
/// caller lists beside them has no say in their scores; further ones have all others as rivals.
pub struct Hearing<'a> {
    pub(super) candidates: &'a [Candidate<'a>],
    pub(super) checks: Vec<Checked>,
    phrasings: Vec<usize>,
    heard: Vec<Heard<'a>>,
    standings: Vec<Standing>,
}

/// A probability before guards, and what it was made from.
pub(super) struct Estimate {
    pub(super) basis: Basis,
    pub(super) probability: f64,
    pub(super) ranked: Features<{ RANKED_FEATURES.len() }>,
    pub(super) alone: Features<{ PAIR_FEATURES.len() }>,
}

impl<'a> Hearing<'a> {
    /// Holds each candidate, the most similar first, against the question.
    #[must_use]
    pub fn of(question: &'a QuestionProfile, candidates: &'a [Candidate<'a>]) -> Self {
        let checks =
            candidates.iter().map(|candidate| Checked::of(question, &candidate.profile.slots));
        let checks: Vec<_> = checks.collect();
        let standings: Vec<_> = checks.iter().map(|one| Standing::of(&one.guards)).collect();
        let nearest =
            candidates.iter().map(|candidate| candidate.profile.nearest(&question.aligned));
        let (phrasings, texts): (Vec<_>, Vec<_>) = nearest.unzip();
        let heard = texts.into_iter().zip(candidates).zip(&standings);
        let heard = heard.map(|((text, candidate), standing)| {
            Heard::new(&question.aligned, text, candidate.similarity, standing.lowered)
        });
        Self { candidates, checks, phrasings, heard: heard.collect(), standings }
    }

    /// The strongest guard against each candidate.
    pub fn effects(&self) -> impl Iterator<Item = Effect> {
        self.checks.iter().map(|checked| checked.effect)
    }

    /// Of each candidate, the place of the phrasing that it is judged by, counted from 0.
    #[must_use]
    pub fn phrasings(&self) -> &[usize] {
        &self.phrasings
    }

    /// What the guards of each candidate mean for its rivals.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// What speaks for each candidate.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        (0..self.heard.len()).map(|place| self.evidence_at(place, &self.standings)).collect()
    }

    fn evidence_at(&self, place: usize, standings: &[Standing]) -> Evidence {
        self.heard[place].against(self.closest_of(place, standings))
    }

    fn closest_of(&self, place: usize, standings: &[Standing]) -> Option<&'a AlignedText> {
        self.closest(place, standings).map(|rival| self.heard[rival].text)
    }

    /// The most similar of the rivals of the candidate at `place`.
    pub(super) fn closest(&self, place: usize, standings: &[Standing]) -> Option<usize> {
        let similarity = |at: &usize| self.candidates[*at].similarity;
        let nearer = |a: &usize, b: &usize| similarity(a).total_cmp(&similarity(b)).then(b.cmp(a));
        self.rivals(place, standings).max_by(nearer)
    }

    fn rivals(&self, place: usize, standings: &[Standing]) -> impl Iterator<Item = usize> {
        let all = self.candidates.len();
        let among = if place < ELIGIBLE { all.min(ELIGIBLE) } else { all };
        (0..among)
            .filter(move |other| *other != place && standings[place].faces(&standings[*other]))
    }

    /// The probability of the candidate at `place`, where each one stands as given. Among fewer
    /// than [`ELIGIBLE`] candidates, the margins come from a set too small to mean anything, and
    /// none gets more than it would alone.
    pub(super) fn estimate(
        &self,
        weights: &Weights,
        place: usize,
        standings: &[Standing],
    ) -> Estimate {
        let own = self.evidence_at(place, standings);
        let rivals = self.rivals(place, standings).map(|rival| self.heard[rival].rival);
        let ranked = ranked_features(&own, rivals, &weights.rival);
        let alone = pair_features(&own);
        let of_ranked = weights.ranked.probability(&ranked);
        let of_alone = weights.pair.probability(&alone);
        let few = self.candidates.len() < ELIGIBLE && of_alone < of_ranked;
        let (basis, probability) =
            if few { (Basis::Texts, of_alone) } else { (Basis::Rivals, of_ranked) };
        Estimate { basis, probability, ranked, alone }
    }
}
