//! A question among the entries that may be served, judged as a lookup would.

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{ELIGIBLE, Judged};
use goldenset_core::verifier::{Against, Candidate, EntryProfile, QuestionProfile};
use goldenset_core::{Code, Embedding, EntryId, Error, Result};

use super::{Explained, Explanation, Situation, Texts};
use crate::answer::Match;
use crate::clarify::clarify;
use crate::compare::Comparison;
use crate::curation::until_first;
use crate::embedding::Wanted;
use crate::engine::Engine;
use crate::lookup::{Question, signature_match};
use crate::scope::{Options, Scope};
use crate::snapshot::{PublishedEntry, TenantSet};
use crate::verify::{Among, verify_all};

/// A question with its judged candidates.
pub(crate) struct Asked<'a> {
    query: &'a str,
    set: &'a TenantSet,
    scope: &'a Scope,
    configured_threshold: f64,
    /// Whether no second opinion is missing.
    whole: bool,
    profile: QuestionProfile,
    /// The eligible ones, most similar first.
    eligible: Vec<(Arc<PublishedEntry>, f32)>,
    /// Theirs, in the same order.
    profiles: Vec<Arc<EntryProfile>>,
    /// The same: those similar enough to be listed, the best score first, then the others so.
    judged: Vec<(Match, Judged)>,
}

impl<'a> Asked<'a> {
    /// With `wanted`, that entry is one of the candidates in any case.
    pub(crate) async fn of(
        engine: &Engine,
        (query, question): (&'a str, &Canonical),
        set: &'a TenantSet,
        scope: &'a Scope,
        wanted: Option<&PublishedEntry>,
    ) -> Result<Self> {
        let arrived = engine.embeddings.one(&scope.tenant, Wanted::only(question)).await?;
        let Embedding { vector, words } = arrived.embedding;
        let mut found = engine.search(set, &vector, &Among::of(scope)).await?;
        found.truncate(ELIGIBLE);
        if let Some(entry) = wanted.filter(|entry| found.iter().all(|one| one.entry.id != entry.id))
        {
            // In the place of the farthest rival, so that it is judged as one of the eligible.
            found.truncate(ELIGIBLE - 1);
            found.extend(engine.search_one(set, &vector, entry).await?);
        }
        let eligible =
            found.iter().map(|found| (Arc::clone(&found.entry), found.similarity)).collect();
        let verifier = &set.judge.verifier;
        let profile = verifier.question(question, &words);
        let entries = found.iter().map(|found| &found.entry);
        let profiles = engine.profiles(set, &scope.tenant, entries).await?;
        let mut judged = verify_all(verifier, &profile, (found, &profiles), scope);
        let mut whole = true;
        if let Some(opinions) = &engine.opinions {
            let deadline = opinions.deadline(false);
            let least = scope.min_similarity;
            let heard = opinions.hear(verifier, question, least, &mut judged, deadline).await;
            whole = heard.is_whole();
        }
        if let Some(in_force) = &set.calibration {
            in_force.calibrate(&mut judged);
        }
        judged.sort_by_key(|(matched, _)| matched.similarity < scope.min_similarity);
        let configured_threshold = engine.settings.serve_threshold;
        Ok(Self {
            query,
            set,
            scope,
            configured_threshold,
            whole,
            profile,
            eligible,
            profiles,
            judged,
        })
    }

    /// What is said of one candidate.
    pub(crate) fn comparison(&self, id: &EntryId) -> Result<Comparison> {
        let missing = || Error::new(Code::Internal, "a published entry has no vector");
        let rank = self.judged.iter().position(|(matched, _)| matched.entry.id == *id);
        let (rank, (matched, judged)) =
            rank.and_then(|rank| Some((rank, self.judged.get(rank)?))).ok_or_else(missing)?;
        let calibration = self.set.calibration.as_ref().map(|in_force| {
            let category = matched.entry.content.category.as_deref();
            let (least, otherwise) = (self.scope.min_similarity, self.configured_threshold);
            in_force.apply(category, least, self.whole, otherwise)
        });
        let threshold = calibration.map_or(self.configured_threshold, |applied| applied.threshold);
        let choices = self.choices(id, threshold);
        let listed = matched.similarity >= self.scope.min_similarity;
        let better = self.judged.first().map(|(best, _)| &best.entry.id).filter(|_| rank > 0);
        let candidates = self.eligible.iter().zip(&self.profiles);
        let candidates = candidates
            .map(|((_, similarity), profile)| Candidate { profile, similarity: *similarity });
        let candidates: Vec<_> = candidates.collect();
        let place = self.eligible.iter().position(|(entry, _)| entry.id == *id);
        let verifier = &self.set.judge.verifier;
        let account = place.and_then(|place| verifier.account(&self.profile, &candidates, place));
        let account = account.ok_or_else(missing)?;
        let rival = account.rival.and_then(|rival| self.eligible.get(rival));
        let situation = Situation {
            against: Against::Entry,
            similarity: matched.similarity,
            score: matched.score,
            raw_score: matched.raw_score,
            heard: matched.heard.as_ref(),
            calibration,
            serve_threshold: threshold,
            min_similarity: Some(self.scope.min_similarity),
            choices: &choices,
            better,
            rival: rival.map(|(entry, _)| &entry.id),
        };
        let texts = Texts::new(self.query, matched.entry.content.phrasings());
        Ok(Comparison {
            same: rank == 0 && listed && choices.is_empty() && judged.passes(threshold),
            score: matched.score,
            similarity: matched.similarity,
            guards: matched.guards.clone(),
            reason: matched.reason.clone(),
            explanation: Explanation::new(account, &situation, &texts),
            entry: Some(Arc::clone(&matched.entry)),
        })
    }

    /// What the question may mean where a lookup would ask back and this entry is one choice.
    fn choices(&self, id: &EntryId, threshold: f64) -> Vec<String> {
        let listed = self.judged.iter().cloned();
        let listed = listed.filter(|(one, _)| one.similarity >= self.scope.min_similarity);
        let (matches, judged): (Vec<_>, Vec<_>) = listed.unzip();
        let open = clarify(&matches, &judged, threshold);
        let open = open.filter(|open| open.choices.iter().any(|choice| choice.entry_id == *id));
        let choices = open.map(|open| open.choices).unwrap_or_default();
        choices.into_iter().map(|choice| choice.values.join(", ")).collect()
    }
}

impl Engine {
    /// Explains the best candidates of a lookup, at most `most`, the best first; also those that
    /// are not similar enough to be listed.
    ///
    /// # Errors
    /// As [`Engine::lookup`].
    pub async fn explain(
        &self,
        query: &str,
        options: Options,
        most: usize,
    ) -> Result<Vec<Explained>> {
        let scope = self.scope(options)?;
        let Question { canonical: question, signature } = self.spellings.question(query)?;
        until_first!(async {
            let set = self.published(&scope.tenant)?;
            if let Some(served) = signature_match(&set, &signature, &scope) {
                let explanation = self.word_for_word(&scope);
                return Ok(vec![Explained { entry: Arc::clone(&served.entry), explanation }]);
            }
            let asked = Asked::of(self, (query, &question), &set, &scope, None).await?;
            let best = asked.judged.iter().take(most).map(|(matched, _)| {
                let Comparison { explanation, .. } = asked.comparison(&matched.entry.id)?;
                Ok(Explained { entry: Arc::clone(&matched.entry), explanation })
            });
            best.collect()
        })
    }

    pub(crate) fn word_for_word(&self, scope: &Scope) -> Explanation {
        let threshold = self.settings.serve_threshold;
        Explanation::word_for_word(Against::Entry, threshold, Some(scope.min_similarity))
    }
}
