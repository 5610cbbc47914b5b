//! What is approved, kept beside the engine in the plainest way.

use std::collections::BTreeMap;
use std::sync::Arc;

use goldenset_core::calibration::ScoreMap;
use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{Decision, ELIGIBLE, MatchType};
use goldenset_core::guards::strongest;
use goldenset_core::verifier::Verifier;
use goldenset_core::{Embedding, EntryContent, EntryId};
use goldenset_engine::scope::Scope;
use goldenset_engine::{Affected, LookupResult, Match};
use jiff::Timestamp;

use super::Done;
use super::scoring::Scoring;
use super::steps::{GUIDE, LAW, Step};
use crate::parts::{WordEmbedder, settings, verifier};

/// An entry with all its versions.
#[derive(Default)]
struct Entry {
    versions: Vec<EntryContent>,
    /// The number of the served version, and when it was approved.
    served: Option<(u32, Timestamp)>,
    /// The changes of documents that nobody has approved it after: number and version.
    held: BTreeMap<usize, &'static str>,
}

impl Entry {
    fn save(&mut self, content: &EntryContent, publish: bool, at: Timestamp) {
        if self.versions.last() != Some(content) {
            self.versions.push(content.clone());
        }
        if publish {
            self.publish(None, at);
        }
    }

    fn publish(&mut self, version: Option<u32>, at: Timestamp) {
        let newest = self.versions.len() as u32;
        let version = version.unwrap_or(newest);
        let is_new = self.served.is_none_or(|(served, _)| served != version);
        if (1..=newest).contains(&version) && is_new {
            self.approve(version, at);
        }
    }

    fn reapprove(&mut self, version: Option<u32>, at: Timestamp) {
        let version = version.or(self.served.map(|(served, _)| served));
        if let Some(version) = version.filter(|it| (1..=self.versions.len() as u32).contains(it)) {
            self.approve(version, at);
        }
    }

    fn approve(&mut self, version: u32, at: Timestamp) {
        self.served = Some((version, at));
        self.held.clear();
    }

    fn content(&self) -> Option<&EntryContent> {
        self.served.map(|(version, _)| &self.versions[version as usize - 1])
    }
}

/// A served version.
struct Served<'a> {
    version: u32,
    approved: Timestamp,
    content: &'a EntryContent,
    held: &'a BTreeMap<usize, &'static str>,
}

/// A document that has changed.
struct Change {
    document: &'static str,
    version: &'static str,
    undone: bool,
}

/// Sums in another order differ by less.
const ROUNDING: f64 = 1e-5;

pub(super) struct Model {
    embedder: Arc<WordEmbedder>,
    verifier: Verifier,
    entries: BTreeMap<(&'static str, EntryId), Entry>,
    calibrations: BTreeMap<&'static str, Calibrations>,
    changes: BTreeMap<&'static str, Vec<Change>>,
}

/// The document of a name.
fn meant(name: &str) -> &'static str {
    if name.contains("2020") { LAW } else { GUIDE }
}

/// Whether an entry rests on a document that is now in another version, by the texts that the
/// steps are made of.
fn rests(content: &EntryContent, document: &str, version: &str) -> bool {
    content.references.iter().any(|reference| match document {
        LAW => reference.text.ends_with("L. 1/2020"),
        _ => reference.document.is_some() && reference.version.as_deref() != Some(version),
    })
}

/// How many were stored, and what is active on top of what it goes back to.
#[derive(Default)]
struct Calibrations {
    stored: u32,
    active: Vec<(u32, Scoring)>,
}

impl Model {
    pub(super) fn new(embedder: Arc<WordEmbedder>) -> Self {
        Self {
            verifier: verifier(&*embedder),
            embedder,
            entries: BTreeMap::new(),
            calibrations: BTreeMap::new(),
            changes: BTreeMap::new(),
        }
    }

    /// Does what a step does, a change that is refused included: that changes nothing.
    pub(super) fn apply(&mut self, step: &Step, at: Timestamp) {
        let key = |tenant, id: &str| (tenant, EntryId::new(id).unwrap());
        match step {
            Step::Save { content, .. } if !content.faults().is_empty() => {}
            Step::Save { tenant, id, content, publish } => {
                self.entries.entry(key(*tenant, id)).or_default().save(content, *publish, at);
            }
            Step::Import { tenant, rows, publish } => {
                for (id, content) in rows.iter().filter(|(_, content)| content.faults().is_empty())
                {
                    self.entries.entry(key(*tenant, id)).or_default().save(content, *publish, at);
                }
            }
            Step::Publish { tenant, id, version } => {
                if let Some(entry) = self.entries.get_mut(&key(*tenant, id)) {
                    entry.publish(*version, at);
                }
            }
            Step::Retire { tenant, id } => {
                if let Some(entry) = self.entries.get_mut(&key(*tenant, id)) {
                    entry.served = None;
                }
            }
            Step::Reapprove { tenant, id, version } => {
                if let Some(entry) = self.entries.get_mut(&key(*tenant, id)) {
                    entry.reapprove(*version, at);
                }
            }
            Step::Suspend { tenant, document, version } if self.knows(tenant) => {
                let document = meant(document);
                let changes = self.changes.entry(*tenant).or_default();
                let of_tenant = self.entries.iter_mut().filter(|((owner, _), _)| owner == tenant);
                for (_, entry) in of_tenant {
                    if entry.content().is_some_and(|content| rests(content, document, version)) {
                        entry.held.insert(changes.len(), version);
                    }
                }
                changes.push(Change { document, version, undone: false });
            }
            Step::Undo { tenant, document, version } => {
                let changes = self.changes.entry(*tenant).or_default();
                let document = meant(document);
                let undone = changes.iter().rposition(|change| {
                    let wanted = version.is_none_or(|version| version == change.version);
                    !change.undone && change.document == document && wanted
                });
                if let Some(number) = undone {
                    changes[number].undone = true;
                    let mine = self.entries.iter_mut().filter(|((owner, _), _)| owner == tenant);
                    mine.for_each(|(_, entry)| {
                        entry.held.remove(&number);
                    });
                }
            }
            Step::Calibrate { tenant, scoring }
                // Whatever came first made the tenant.
                if self.entries.keys().any(|(known, _)| known == tenant)
                    || self.changes.get(tenant).is_some_and(|changes| !changes.is_empty()) =>
            {
                let calibrations = self.calibrations.entry(*tenant).or_default();
                calibrations.stored += 1;
                calibrations.active.push((calibrations.stored, scoring.clone()));
            }
            Step::UndoCalibration { tenant } => {
                if let Some(calibrations) = self.calibrations.get_mut(tenant) {
                    calibrations.active.pop();
                }
            }
            Step::Unheard(step) => self.apply(step, at),
            // The rest changes nothing.
            _ => {}
        }
    }

    /// The first tenant is there from the start, another one comes with its first entry.
    fn knows(&self, tenant: &str) -> bool {
        tenant == "default" || self.entries.keys().any(|(known, _)| *known == tenant)
    }

    /// What a change of a document concerns, before it is applied.
    pub(super) fn check_affected(&self, step: &Step, affected: &[Affected]) {
        let Step::Suspend { tenant, document, version } = step else { return };
        let document = meant(document);
        let expected = self.entries.iter().filter(|((owner, _), entry)| {
            owner == tenant
                && entry.content().is_some_and(|content| rests(content, document, version))
        });
        let expected: Vec<_> = expected.map(|((_, id), _)| id).collect();
        assert_eq!(affected.iter().map(|one| &one.id).collect::<Vec<_>>(), expected, "{step:?}");
        for one in affected {
            let held = &self.entries[&(*tenant, one.id.clone())].held;
            let decision = one.decision.unwrap();
            assert_eq!(decision.after, Decision::Context);
            assert!(held.is_empty() || decision.before == Decision::Context);
        }
    }

    pub(super) fn check_change(&self, step: &Step, done: &Done) {
        if let Done::Referenced(referenced) = done {
            self.check_affected(step, &referenced.affected);
        }
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

    /// Checks all that a lookup showed.
    pub(super) fn check(&self, question: &str, scope: &Scope, result: &LookupResult) {
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
        // The words of each phrasing, wherever they came from.
        let words = served.content.phrasings().map(|phrasing| self.embedding(phrasing).words);
        let words: Vec<_> = words.collect();
        assert_eq!(entry.profile, self.verifier.entry(served.content, &words));
        // Stores keep microseconds.
        let apart = entry.published_at.duration_since(served.approved).abs();
        assert!(apart < jiff::SignedDuration::from_micros(1));
    }
}
