//! The decision over all candidates, in the words of the answer.

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{Cause, Decision, Judged, MatchType, decide};
use goldenset_core::{Embedding, EntryId, Result};

use super::signature::signature_match;
use crate::answer::{LookupResult, Match};
use crate::calibrate::InForce;
use crate::clarify::{self, clarify};
use crate::engine::Engine;
use crate::scope::Scope;
use crate::snapshot::TenantSet;
use crate::verify::{Among, verify};

impl Engine {
    /// Steps 6 to 8 over any set: what it would serve, without a second opinion. `but` is left out.
    pub(crate) async fn decide_over(
        &self,
        set: &TenantSet,
        scope: &Scope,
        (question, Embedding { vector, words }): (&Canonical, &Embedding),
        but: Option<&EntryId>,
    ) -> Result<LookupResult> {
        let verifier = &set.judge.verifier;
        let profile = verifier.question(question, words);
        let found = self.search(set, vector, &Among::of(scope).but(but)).await?;
        let entries = found.iter().map(|found| &found.entry);
        let profiles = self.profiles(set, &scope.tenant, entries).await?;
        let mut judged = verify(verifier, &profile, (found, &profiles), scope);
        let in_force = set.calibration.as_deref();
        if let Some(in_force) = in_force {
            in_force.calibrate(&mut judged);
        }
        Ok(conclude(judged, scope, in_force, (self.settings.serve_threshold, true)))
    }

    /// The entry that any set answers a question with, word for word or by its meaning.
    pub(crate) async fn chosen_over(
        &self,
        set: &TenantSet,
        scope: &Scope,
        (question, embedding): (&Canonical, &Embedding),
    ) -> Result<Option<EntryId>> {
        if let Some(served) = signature_match(set, &question.signature(), scope) {
            return Ok(Some(served.entry.id.clone()));
        }
        let result = self.decide_over(set, scope, (question, embedding), None).await?;
        Ok(result.chosen().map(|chosen| chosen.entry.id.clone()))
    }
}

/// Step 8 over all candidates; `whole`: no second opinion is missing.
pub(super) fn conclude(
    judged: Vec<(Match, Judged)>,
    scope: &Scope,
    in_force: Option<&InForce>,
    (serve_threshold, whole): (f64, bool),
) -> LookupResult {
    let similar = |matched: &Match| matched.similarity >= scope.min_similarity;
    let nearest = judged.first().map(|(matched, _)| matched.reason.clone());
    let (mut matches, judged): (Vec<_>, Vec<_>) =
        judged.into_iter().filter(|(matched, _)| similar(matched)).unzip();
    let calibration = in_force.map(|in_force| {
        let category = matches.first().and_then(|best| best.entry.content.category.as_deref());
        in_force.apply(category, scope.min_similarity, whole, serve_threshold)
    });
    let threshold = calibration.map_or(serve_threshold, |applied| applied.threshold);
    let clarify = clarify(&matches, &judged, threshold);
    matches.truncate(scope.max_results);
    match (decide(&judged, clarify.is_some(), threshold), matches.first().cloned()) {
        (decision @ (Decision::Serve | Decision::Context), Some(best)) => {
            let causes = judged.first().map_or(&[][..], |judged| &judged.causes);
            let result = chosen(decision, MatchType::Semantic, (best, causes), matches);
            LookupResult { calibration, ..result }
        }
        (decision, best) => {
            let reason = match (&clarify, best, nearest) {
                (Some(clarify), ..) => clarify::in_words(clarify),
                (None, Some(best), _) => format!("not verified: {}", best.reason),
                (None, None, Some(nearest)) => {
                    format!("no entry is similar enough; the nearest: {nearest}")
                }
                (None, None, None) => "no entry is in scope".into(),
            };
            LookupResult {
                decision,
                match_type: None,
                answer: None,
                matches,
                clarify,
                reason,
                calibration,
            }
        }
    }
}

pub(super) fn chosen(
    decision: Decision,
    how: MatchType,
    (best, causes): (Match, &[Cause]),
    matches: Vec<Match>,
) -> LookupResult {
    let mut reason = best.reason.clone();
    for (place, cause) in causes.iter().enumerate() {
        let link = if place == 0 { "; but " } else { "; and " };
        reason = reason + link + &cause.to_string();
    }
    let answer = (decision == Decision::Serve).then_some(best);
    let match_type = Some(how);
    LookupResult { decision, match_type, answer, matches, clarify: None, reason, calibration: None }
}
