//! What a question leaves open: candidates that are the same question but for one value.

use std::collections::BTreeMap;

use super::OpenSlot;
use super::hearing::Hearing;
use super::standing::Standing;
use super::weights::Weights;
use crate::decision::ELIGIBLE;
use crate::guards::{GuardKind, GuardOutcome, apart};

/// Most similar candidates among which an open value is looked for: a person is not asked to
/// choose among more.
const MOST: usize = 5;

/// What the question leaves open between the most similar candidates, by the place of the
/// candidate; of the first `wanted` ones.
pub(super) fn left(
    hearing: &Hearing<'_>,
    weights: &Weights,
    wanted: usize,
) -> BTreeMap<usize, OpenSlot> {
    let mut siblings = siblings(hearing);
    siblings.retain(|place, _| *place < wanted);
    let open = siblings.into_iter().map(|(place, (kind, siblings))| {
        let mut without = hearing.standings().to_vec();
        Standing::set_aside(&mut without, place, &siblings);
        // No guard is against a candidate with siblings, so the probability is its score.
        let score = hearing.estimate(weights, place, &without).probability;
        let mut guards = hearing.checks[place].guards.iter();
        let found = guards.find(|found| found.kind == kind);
        let values = found.map(|found| found.entry_values.clone()).unwrap_or_default();
        (place, OpenSlot { kind, values, siblings, score })
    });
    open.collect()
}

/// For each candidate with siblings, the kind of value in which alone it differs from them and
/// which the question does not name, and the places of the siblings. Of several kinds, the first
/// that was found.
fn siblings(hearing: &Hearing<'_>) -> BTreeMap<usize, (GuardKind, Vec<usize>)> {
    let Hearing { candidates, checks, .. } = hearing;
    let mut by_similarity: Vec<usize> = (0..candidates.len().min(ELIGIBLE)).collect();
    by_similarity.sort_by(|a, b| {
        candidates[*b].similarity.total_cmp(&candidates[*a].similarity).then(a.cmp(b))
    });
    by_similarity.retain(|place| checks[*place].effect.may_be_served());
    by_similarity.truncate(MOST);
    let leaves_open = |place: usize, kind: GuardKind| {
        let mut guards = checks[place].guards.iter();
        guards.any(|found| found.kind == kind && found.result == GuardOutcome::Extra)
    };
    let mut found: BTreeMap<usize, (GuardKind, Vec<usize>)> = BTreeMap::new();
    // Comparing two entries is dear, and most name nothing that is left open.
    let names_more = |place: &usize| {
        checks[*place].guards.iter().any(|found| found.result == GuardOutcome::Extra)
    };
    by_similarity.retain(names_more);
    for (rank, &one) in by_similarity.iter().enumerate() {
        for &other in &by_similarity[rank + 1..] {
            let Some(kind) =
                apart(&candidates[one].profile.slots, &candidates[other].profile.slots)
            else {
                continue;
            };
            if !leaves_open(one, kind) || !leaves_open(other, kind) {
                continue;
            }
            for (place, sibling) in [(one, other), (other, one)] {
                let (known, siblings) = found.entry(place).or_insert((kind, Vec::new()));
                if *known == kind {
                    siblings.push(sibling);
                }
            }
        }
    }
    found
}
