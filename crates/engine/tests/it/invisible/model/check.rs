//! Holds what a lookup showed against what is approved.

use std::collections::BTreeMap;

use goldenset_core::calibration::ScoreMap;
use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{Decision, ELIGIBLE, MatchType};
use goldenset_core::guards::strongest;
use goldenset_core::verifier::EntryProfile;
use goldenset_core::{Embedding, EntryContent, EntryId};
use goldenset_engine::scope::Scope;
use goldenset_engine::{LookupResult, Match};
use jiff::Timestamp;

use super::Model;
use crate::parts::settings;

/// Sums in another order differ by less.
const ROUNDING: f64 = 1e-5;

/// A served version.
struct Served<'a> {
    version: u32,
    approved: Timestamp,
    content: &'a EntryContent,
    held: &'a BTreeMap<usize, &'static str>,
}

impl Model {
    /// Checks all that a lookup showed.
    pub(in super::super) fn check(&self, question: &str, scope: &Scope, result: &LookupResult) {
        let allowed = self.allowed(scope);
        for matched in result.matches.iter().chain(&result.answer) {
            self.check_match(matched, scope, &allowed);
        }
        assert!(result.matches.len() <= scope.max_results);
        // Those that may be served come first.
        let (eligible, further) = result.matches.split_at(result.matches.len().min(ELIGIBLE));
        for part in [eligible, further] {
            assert!(part.is_sorted_by(|a, b| a.score >= b.score));
        }
        assert_eq!(result.answer.is_some(), result.decision == Decision::Serve);
        let chosen = matches!(result.decision, Decision::Serve | Decision::Context);
        assert_eq!(result.match_type.is_some(), chosen);
        assert_eq!(result.matches.is_empty(), result.decision == Decision::Miss);
        assert_eq!(result.clarify.is_some(), result.decision == Decision::Clarify);
        for choice in result.clarify.iter().flat_map(|clarify| &clarify.choices) {
            assert!(allowed.contains_key(&choice.entry_id), "{} may not be named", choice.entry_id);
        }

        self.check_causes(scope, result, &allowed);
        self.check_calibration(scope, result);
        let signature = Canonical::of(question).signature();
        let holders: Vec<_> = allowed
            .iter()
            .filter(|(_, served)| {
                served.content.phrasings().any(|text| Canonical::of(text).signature() == signature)
            })
            .collect();
        match holders[..] {
            [(id, _)] => {
                assert_eq!(result.match_type, Some(MatchType::Signature));
                assert_eq!(result.matches[0].entry.id, **id);
            }
            _ => {
                assert_ne!(result.match_type, Some(MatchType::Signature));
                let nearer = |than: f64| {
                    let cosine =
                        move |served: &Served<'_>| self.similarity(question, served.content);
                    allowed.iter().filter(move |(_, served)| cosine(served) > than)
                };
                let (most, surely) = (scope.max_results, scope.min_similarity + ROUNDING);
                // Nothing near is left out for the lack of anything but room.
                assert!(result.matches.len() >= nearer(surely).count().min(most));
                if nearer(scope.min_similarity - ROUNDING).count() <= most {
                    let listed =
                        |id: &EntryId| result.matches.iter().any(|matched| matched.entry.id == *id);
                    assert!(nearer(surely).all(|(id, _)| listed(id)));
                }
            }
        }
    }

    /// Scores are what the calibration in force makes of them, and its threshold decides.
    fn check_calibration(&self, scope: &Scope, result: &LookupResult) {
        let best = result.matches.first();
        if result.match_type == Some(MatchType::Signature) {
            assert_eq!((result.calibration, best.map(|best| best.score)), (None, Some(1.0)));
            return;
        }
        let active = self.calibrations.get(scope.tenant.as_str());
        let active = active.and_then(|all| all.active.last()).filter(|(_, it)| !it.stale);
        let category = best.and_then(|best| best.entry.content.category.as_deref());
        let expected = active
            .map(|(version, scoring)| scoring.applied(*version, category, scope.min_similarity));
        assert_eq!(result.calibration, expected);
        let map = active.map_or(ScoreMap::Identity, |(_, scoring)| scoring.map.clone());
        for matched in &result.matches {
            // What was stored has been through text.
            assert!((matched.score - map.apply(matched.raw_score)).abs() < 1e-12);
        }
        let threshold = expected.map_or(settings().serve_threshold, |applied| applied.threshold);
        let passes = best
            .is_some_and(|best| strongest(&best.guards).may_be_served() && best.score >= threshold);
        // Where several pass but for each other, the caller is asked back.
        let chosen = passes && result.decision != Decision::Clarify;
        assert_eq!(result.match_type.is_some(), chosen, "{result:?}");
    }

    fn check_match(
        &self,
        matched: &Match,
        scope: &Scope,
        allowed: &BTreeMap<&EntryId, Served<'_>>,
    ) {
        let entry = &matched.entry;
        let served = allowed.get(&entry.id);
        let served = served.unwrap_or_else(|| panic!("{} may not be shown", entry.id));
        assert_eq!(entry.version, served.version);
        assert_eq!(entry.content, *served.content);
        assert!(matched.similarity >= scope.min_similarity);
        // Stores keep microseconds.
        let apart = entry.published_at.duration_since(served.approved).abs();
        assert!(apart < jiff::SignedDuration::from_micros(1));
    }

    /// What a match was verified with is of the words of each phrasing, wherever they came from.
    pub(in super::super) fn check_profile(&self, matched: &Match, profile: &EntryProfile) {
        let content = &matched.entry.content;
        let words = content.phrasings().map(|phrasing| self.embedding(phrasing).words);
        let words: Vec<_> = words.collect();
        assert_eq!(*profile, self.verifier.entry(content, &words));
    }

    /// What must keep an entry from being served, each in the words that say so.
    fn causes(&self, matched: &Match, served: &Served<'_>, scope: &Scope) -> Vec<String> {
        let content = served.content;
        let mut causes = Vec::new();
        // Stores keep microseconds, which the check of the match allows for.
        let approved = matched.entry.published_at;
        let topics = || content.category.iter().chain(&content.tags);
        let known = &scope.kb_epoch;
        let newer = match topics().any(|topic| known.topics.contains_key(topic)) {
            true => topics().any(|topic| known.topics.get(topic).is_some_and(|it| *it > approved)),
            false => known.otherwise.is_some_and(|it| it > approved),
        };
        if newer {
            causes.push("is newer than the entry's approval".into());
        }
        causes.extend(served.held.values().map(|version| format!("the new version `{version}`")));
        if let Some(day) = content.review_by.filter(|day| *day < scope.today) {
            causes.push(format!("its review was due by {day}"));
        }
        let superseded = content.tags.iter().filter(|tag| scope.superseded_tags.contains(tag));
        causes.extend(superseded.map(|tag| format!("its tag `{tag}` is superseded")));
        causes
    }

    /// Nothing that may be out of date is served, and every cause of it is said.
    fn check_causes(
        &self,
        scope: &Scope,
        result: &LookupResult,
        allowed: &BTreeMap<&EntryId, Served<'_>>,
    ) {
        if result.match_type.is_none() {
            assert!(!matches!(result.decision, Decision::Serve | Decision::Context));
            return;
        }
        let best = &result.matches[0];
        let causes = self.causes(best, &allowed[&best.entry.id], scope);
        let expected = if causes.is_empty() { Decision::Serve } else { Decision::Context };
        assert_eq!(result.decision, expected, "{causes:?} {result:?}");
        assert!(causes.iter().all(|cause| result.reason.contains(cause)), "{causes:?} {result:?}");
        assert_eq!(result.reason == best.reason, causes.is_empty());
    }

    fn embedding(&self, text: &str) -> Embedding {
        self.embedder.embedding(Canonical::of(text).as_str())
    }

    /// Cosine with the nearest phrasing.
    fn similarity(&self, question: &str, content: &EntryContent) -> f64 {
        let vector = |text: &str| self.embedding(text).vector;
        let question = vector(question);
        let cosine = |text| {
            let phrasing = vector(text);
            let products = question.iter().zip(&*phrasing).map(|(a, b)| a * b);
            f64::from(products.sum::<f32>())
        };
        content.phrasings().map(cosine).fold(f64::MIN, f64::max)
    }

    /// What may be shown within a scope.
    fn allowed(&self, scope: &Scope) -> BTreeMap<&EntryId, Served<'_>> {
        let served = self.entries.iter().filter_map(|((tenant, id), entry)| {
            let (version, approved) = entry.served?;
            let content = &entry.versions[version as usize - 1];
            let mine = *tenant == scope.tenant.as_str() && scope.filters.allow(content);
            let valid = content.validity.valid_from.is_none_or(|from| from <= scope.day)
                && content.validity.valid_until.is_none_or(|until| scope.day <= until);
            let held = &entry.held;
            (mine && valid).then_some((id, Served { version, approved, content, held }))
        });
        served.collect()
    }
}
