//! A question held against an entry.

use serde::Serialize;

use super::legal::Relation;
use super::read;
use super::slots::{Slot, Slots};
use super::table::{self, Effect, Length};
use super::{GuardKind, GuardOutcome, SlotValue};
use crate::canonical::Canonical;
use crate::words::Word;

/// What one guard found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuardResult {
    /// What it looked at.
    pub kind: GuardKind,
    /// What it found.
    pub result: GuardOutcome,
    /// What that leads to.
    pub effect: Effect,
    /// What the question names, in canonical spelling.
    pub query_values: Vec<String>,
    /// What the entry names, in canonical spelling.
    pub entry_values: Vec<String>,
}

/// What the guards know of an entry: what its phrasings ask about, and what its answer and
/// references name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntrySlots {
    phrasings: Vec<Slots>,
    support: Vec<SlotValue>,
}

impl EntrySlots {
    /// The values of the question and its alternatives, and of the texts behind the answer (the
    /// answer, each reference).
    #[must_use]
    pub fn new<'a>(
        phrasings: impl IntoIterator<Item = &'a str>,
        support: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut named = Vec::new();
        for text in support {
            for slot in read::values(&Canonical::of(text)) {
                if !named.contains(&slot.value) {
                    named.push(slot.value);
                }
            }
        }
        Self { phrasings: phrasings.into_iter().map(Slots::extract).collect(), support: named }
    }

    fn phrased(&self) -> impl Iterator<Item = &Slot> {
        self.phrasings.iter().flat_map(|slots| slots.values.iter())
    }
}

/// The findings for a question and an entry, in the order of [`GuardKind::ALL`]; a kind that
/// neither names has none.
#[must_use]
pub fn check(question: &Slots, entry: &EntrySlots) -> Vec<GuardResult> {
    let length = Length::of(question.words.len());
    GuardKind::ALL
        .into_iter()
        .filter_map(|kind| match kind {
            GuardKind::Negation => check_negation(question, entry),
            _ => check_values(kind, question, entry),
        })
        .map(|found| GuardResult {
            kind: found.kind,
            result: found.outcome,
            effect: table::effect(found.kind, found.outcome, length),
            query_values: found.asked,
            entry_values: found.named,
        })
        .collect()
}

/// The strongest effect among findings.
#[must_use]
pub fn strongest(results: &[GuardResult]) -> Effect {
    results.iter().map(|result| result.effect).max().unwrap_or(Effect::Explain)
}

struct Found {
    kind: GuardKind,
    outcome: GuardOutcome,
    asked: Vec<String>,
    named: Vec<String>,
}

fn check_values(kind: GuardKind, question: &Slots, entry: &EntrySlots) -> Option<Found> {
    let asked = question.values.iter().filter(|slot| slot.value.kind() == kind);
    // A value that the question names too is not there instead of another.
    let mentioned = |its: &SlotValue| {
        question.values.iter().map(|slot| &slot.value).any(|mine| {
            mine.relation(its) == Relation::Same || its.relation(mine) == Relation::Same
        })
    };
    let (mut outcome, mut values, mut named) = (None, Vec::new(), Vec::new());
    for slot in asked {
        let value = &slot.value;
        let mut same = entry
            .phrased()
            .map(|its| &its.value)
            .filter(|its| value.relation(its) == Relation::Same);
        let mut contrary = entry
            .phrased()
            .filter(|its| {
                // What lies within a limit is no other limit.
                value.relation(&its.value) == Relation::Contrary
                    && (slot.limit || !its.limit)
                    && !mentioned(&its.value)
            })
            .peekable();
        let supported = || entry.support.iter().find(|its| value.relation(its) == Relation::Same);
        let one = if let Some(same) = same.next() {
            note(&mut named, same);
            GuardOutcome::Agree
        } else if contrary.peek().is_some() {
            contrary.for_each(|other| note(&mut named, &other.value));
            GuardOutcome::Conflict
        } else if let Some(same) = supported() {
            note(&mut named, same);
            GuardOutcome::Agree
        } else {
            GuardOutcome::Missing
        };
        note(&mut values, value);
        outcome = outcome.max(Some(Worst(one)));
    }
    if let Some(Worst(outcome)) = outcome {
        return Some(Found { kind, outcome, asked: values, named });
    }
    for its in entry.phrased().map(|slot| &slot.value) {
        if its.kind() == kind && !mentioned(its) {
            note(&mut named, its);
        }
    }
    let outcome = GuardOutcome::Extra;
    (!named.is_empty()).then_some(Found { kind, outcome, asked: values, named })
}

fn note(values: &mut Vec<String>, value: &SlotValue) {
    let text = value.to_string();
    if !values.contains(&text) {
        values.push(text);
    }
}

/// Outcomes in the order in which they matter.
#[derive(PartialEq, Eq)]
struct Worst(GuardOutcome);

impl Worst {
    fn rank(&self) -> u8 {
        match self.0 {
            GuardOutcome::Extra => 0,
            GuardOutcome::Agree => 1,
            GuardOutcome::Missing => 2,
            GuardOutcome::Conflict => 3,
        }
    }
}

impl Ord for Worst {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Worst {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Negation against the phrasing with the nearest words. Parity alone proves nothing (right
/// matches differ in it often), so it refuses only where hardly a word differs besides.
fn check_negation(question: &Slots, entry: &EntrySlots) -> Option<Found> {
    // Stemming is dear, so words are compared only where a phrasing differs in parity.
    let differs = |phrasing: &&Slots| phrasing.denies != question.denies;
    let nearest = if entry.phrasings.iter().any(|phrasing| differs(&phrasing)) {
        let asked = stemmed(question);
        let distances = entry
            .phrasings
            .iter()
            .map(|phrasing| (difference(&asked, &stemmed(phrasing)), differs(&phrasing), phrasing));
        distances.min_by_key(|(distance, differs, _)| (*distance, *differs))?
    } else {
        (0, false, entry.phrasings.first()?)
    };
    let (distance, _, nearest) = nearest;
    let outcome = match (question.denies, nearest.denies) {
        (false, false) => return None,
        (true, true) => GuardOutcome::Agree,
        _ if nearly_equal(question, nearest, distance) => GuardOutcome::Conflict,
        (true, false) => GuardOutcome::Missing,
        (false, true) => GuardOutcome::Extra,
    };
    let value = |denies: bool| vec![if denies { "denied" } else { "asserted" }.to_owned()];
    let (asked, named) = (value(question.denies), value(nearest.denies));
    Some(Found { kind: GuardKind::Negation, outcome, asked, named })
}

/// Whether at most one content word differs, and then at least three are the same: where one of
/// two words differs, the negation may be said by it.
fn nearly_equal(a: &Slots, b: &Slots, distance: usize) -> bool {
    match distance {
        0 => true,
        1 => a.words.len().max(b.words.len()) > 3,
        _ => false,
    }
}

fn stemmed(slots: &Slots) -> Vec<Word> {
    slots.words.iter().map(|word| Word::new(word)).collect()
}

/// How many words of either list have no partner in the other, on the side that has more. Counted
/// up to 2: two texts that far apart are not nearly equal, and long ones would cost a square.
fn difference(a: &[Word], b: &[Word]) -> usize {
    if a.len().abs_diff(b.len()) > 1 {
        return 2;
    }
    let mut taken = vec![false; b.len()];
    let mut unmatched = 0;
    for word in a {
        let partner =
            b.iter().zip(taken.iter_mut()).find(|(other, taken)| !**taken && word.matches(other));
        match partner {
            Some((_, taken)) => *taken = true,
            None => unmatched += 1,
        }
        if unmatched > 1 {
            return 2;
        }
    }
    unmatched.max(taken.iter().filter(|taken| !**taken).count().min(2))
}
