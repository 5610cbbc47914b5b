//! From a vector to judged candidates: search with the filters inside it, guards, score.

use std::cmp::Ordering;
use std::sync::Arc;

use goldenset_core::decision::{ELIGIBLE, Judged};
use goldenset_core::guards::Effect;
use goldenset_core::verifier::{Candidate, EntryProfile, QuestionProfile, Verdict, Verifier};
use goldenset_core::{EntryId, TenantId, Validity};
use goldenset_vectors::Hit;

use crate::answer::{Match, Open};
use crate::cache::Reach;
use crate::causes::causes;
use crate::scope::{Filters, Scope};
use crate::snapshot::{PublishedEntry, TenantSet};

/// A candidate before and after verification.
pub(crate) struct Found {
    pub(crate) entry: Arc<PublishedEntry>,
    pub(crate) similarity: f32,
}

/// Which entries are searched, and how many are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Among<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) filters: &'a Filters,
    /// On a day of these they must be in force.
    pub(crate) in_force: Validity,
    /// This one is left out.
    pub(crate) but: Option<&'a EntryId>,
    pub(crate) depth: usize,
}

impl<'a> Among<'a> {
    /// Those that a scope allows: at least the eligible ones, and as many as the caller lists.
    pub(crate) fn of(scope: &'a Scope) -> Self {
        let Scope { tenant, filters, day, .. } = scope;
        Self { tenant, filters, in_force: Validity::on(*day), but: None, depth: depth(scope) }
    }

    /// The same but for one entry.
    pub(crate) fn but(self, but: Option<&'a EntryId>) -> Self {
        Self { but, ..self }
    }

    /// Whether an entry is one of them.
    pub(crate) fn has(&self, entry: &PublishedEntry) -> bool {
        entry.content.validity.overlaps(&self.in_force)
            && self.filters.allow(&entry.content)
            && self.but.is_none_or(|but| entry.id != *but)
    }
}

/// The entries nearest to `vector`, most similar first. In a set that holds its vectors.
pub(crate) fn search_here(set: &TenantSet, vector: &[f32], among: &Among<'_>) -> Vec<Found> {
    let allow = |group| set.at(group).is_some_and(|served| among.has(&served.entry));
    let mut found = resolve(set, set.vectors.search(vector, among.depth, allow));
    found.truncate(among.depth);
    found
}

/// How many entries a lookup finds.
fn depth(scope: &Scope) -> usize {
    scope.max_results.max(ELIGIBLE)
}

/// How near another entry must be to come among what a search found.
pub(crate) fn reach(found: &[Found], scope: &Scope) -> Reach {
    match found.last() {
        Some(last) if found.len() >= depth(scope) => Reach::From(last.similarity),
        _ => Reach::All,
    }
}

/// The one entry, however far from `vector` it is. In a set that holds its vectors.
pub(crate) fn search_one_here(
    set: &TenantSet,
    vector: &[f32],
    entry: &PublishedEntry,
) -> Option<Found> {
    let group = set.group(&entry.id)?;
    resolve(set, set.vectors.search_exact(vector, 1, |other| other == group)).pop()
}

fn resolve(set: &TenantSet, hits: Vec<Hit>) -> Vec<Found> {
    let mut found: Vec<_> = hits
        .into_iter()
        .filter_map(|hit| {
            let entry = Arc::clone(&set.at(hit.group)?.entry);
            Some(Found { entry, similarity: hit.similarity })
        })
        .collect();
    sort(&mut found);
    found
}

/// The most similar first; of equal ones by id: places in a set are numbered as entries came and
/// went, ids are the same on every node.
pub(crate) fn sort(found: &mut [Found]) {
    found.sort_by(|a, b| {
        b.similarity.total_cmp(&a.similarity).then_with(|| a.entry.id.cmp(&b.entry.id))
    });
}

/// What was found, with the profile of each.
type Profiled<'a> = (Vec<Found>, &'a [Arc<EntryProfile>]);

/// Every candidate with its verdict: the eligible ones, the best score first, then the further
/// ones in the same order.
pub(crate) fn verify_all(
    verifier: &Verifier,
    question: &QuestionProfile,
    found: Profiled<'_>,
    scope: &Scope,
) -> Vec<(Match, Judged)> {
    let all = found.0.len();
    verify_first(all, verifier, question, found, scope)
}

/// The same for those that a lookup lists, and the most similar one where it lists none: the rest
/// are rivals and nothing else, and verdicts are dear.
pub(crate) fn verify(
    verifier: &Verifier,
    question: &QuestionProfile,
    found: Profiled<'_>,
    scope: &Scope,
) -> Vec<(Match, Judged)> {
    let similar = |one: &&Found| f64::from(one.similarity) >= scope.min_similarity;
    let listed = found.0.iter().filter(similar).count();
    verify_first(listed.max(1), verifier, question, found, scope)
}

fn verify_first(
    wanted: usize,
    verifier: &Verifier,
    question: &QuestionProfile,
    (found, profiles): Profiled<'_>,
    scope: &Scope,
) -> Vec<(Match, Judged)> {
    let candidates: Vec<_> = found
        .iter()
        .zip(profiles)
        .map(|(found, profile)| Candidate { profile, similarity: found.similarity })
        .collect();
    let verdicts = verifier.judge(question, &candidates, wanted);
    let ids: Vec<_> = found.iter().map(|found| found.entry.id.clone()).collect();
    let mut judged: Vec<_> = found
        .into_iter()
        .zip(verdicts)
        .enumerate()
        .map(|(rank, (found, verdict))| judge(rank, found, verdict, &ids, scope))
        .collect();
    sort_eligible(&mut judged);
    if judged.len() > ELIGIBLE {
        judged[ELIGIBLE..].sort_by(best_first);
    }
    judged
}

/// Puts the eligible candidates, which come first, into the order of their scores.
pub(crate) fn sort_eligible(judged: &mut [(Match, Judged)]) {
    let eligible = judged.len().min(ELIGIBLE);
    judged[..eligible].sort_by(best_first);
}

fn best_first((a, _): &(Match, Judged), (b, _): &(Match, Judged)) -> Ordering {
    b.score
        .total_cmp(&a.score)
        .then_with(|| b.similarity.total_cmp(&a.similarity))
        .then_with(|| a.entry.id.cmp(&b.entry.id))
}

fn judge(
    rank: usize,
    found: Found,
    verdict: Verdict,
    ids: &[EntryId],
    scope: &Scope,
) -> (Match, Judged) {
    let causes = causes(&found.entry, scope);
    let effect =
        if rank < ELIGIBLE { verdict.effect } else { verdict.effect.max(Effect::SuggestOnly) };
    let judged = Judged { score: verdict.score, effect, causes };
    let matched = Match {
        entry: found.entry,
        similarity: f64::from(found.similarity),
        score: verdict.score,
        raw_score: verdict.score,
        guards: verdict.guards,
        reason: verdict.reason,
        phrasing: verdict.phrasing,
        heard: None,
        open: verdict.open.filter(|_| rank < ELIGIBLE).map(|open| Open {
            kind: open.kind,
            values: open.values,
            siblings: open.siblings.into_iter().map(|sibling| ids[sibling].clone()).collect(),
            score: open.score,
        }),
    };
    (matched, judged)
}
