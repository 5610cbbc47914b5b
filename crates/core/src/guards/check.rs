//! A question held against an entry.

use std::fmt::Display;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::effect::{Case, Effect, Length};
use super::nearness::{self, Nearest, Nearness};
use super::slots::{Slot, Slots};
use super::wording::Wording;
use super::{GuardKind, GuardOutcome, Lexicon, SlotValue, compare, named, read, table};
use crate::canonical::Canonical;

/// What one guard found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Bytes of the canonical question that name it. Not part of a reply, as the spelling that
    /// came in is not.
    #[serde(skip)]
    pub query_spans: Vec<Range<usize>>,
    /// Where the entry's phrasings name it.
    #[serde(skip)]
    pub entry_spans: Vec<EntrySpan>,
}

/// A place in a phrasing of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntrySpan {
    /// Index among the entry's phrasings: the question, then the alternatives.
    pub phrasing: usize,
    /// Bytes of its canonical form.
    pub bytes: Range<usize>,
}

/// What the guards know of an entry: what its phrasings ask about, and what its answer and
/// references name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntrySlots {
    phrasings: Vec<Slots>,
    pub(super) support: Vec<SlotValue>,
    /// Kinds of value that the phrasings name, as bits.
    kinds: u32,
}

impl EntrySlots {
    /// The values of the question and its alternatives, and of the texts behind the answer (the
    /// answer, each reference).
    #[must_use]
    pub fn new<'a>(
        phrasings: impl IntoIterator<Item = &'a str>,
        support: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::with(phrasings, support, Lexicon::shipped())
    }

    /// The same, with the words of another lexicon.
    #[must_use]
    pub fn with<'a>(
        phrasings: impl IntoIterator<Item = &'a str>,
        support: impl IntoIterator<Item = &'a str>,
        lexicon: &Lexicon,
    ) -> Self {
        let mut named = Vec::new();
        for text in support {
            for slot in read::values(&Canonical::of(text).items()) {
                if !named.contains(&slot.value) {
                    named.push(slot.value);
                }
            }
        }
        let slots = |text: &str| Slots::with(&Canonical::of(text), lexicon);
        let phrasings: Vec<_> = phrasings.into_iter().map(slots).collect();
        let kinds = phrasings.iter().fold(0, |kinds, slots: &Slots| kinds | value_kinds(slots));
        Self { phrasings, support: named, kinds }
    }

    /// The values of the phrasings, each with the index of its phrasing.
    pub(super) fn phrased(&self) -> impl Iterator<Item = (usize, &Slot)> {
        let each = self.phrasings.iter().enumerate();
        each.flat_map(|(index, slots)| slots.values.iter().map(move |slot| (index, slot)))
    }

    pub(super) fn wordings(&self) -> impl Iterator<Item = &Wording> {
        self.phrasings.iter().map(|slots| &slots.wording)
    }
}

/// The findings for a question and an entry, in the order of [`GuardKind::ALL`]; a kind that
/// neither names has none.
#[must_use]
pub fn check(question: &Slots, entry: &EntrySlots) -> Vec<GuardResult> {
    let near = nearest(question, entry);
    let case = Case {
        length: Length::of(question.content_words()),
        nearness: near.map_or(Nearness::Far, |near| near.nearness()),
    };
    let compared = near.and_then(|near| compare::Texts::of(&question.wording, entry, near));
    let kinds = value_kinds(question) | entry.kinds;
    let mut findings: Vec<Finding> = Vec::new();
    for kind in GuardKind::ALL {
        findings.extend(match kind {
            _ if kind.is_of_words() => compared.as_ref().and_then(|texts| texts.check(kind)),
            _ if kinds & 1 << kind as u32 != 0 => named::check(kind, question, entry),
            _ => None,
        });
    }
    findings.into_iter().map(|finding| finding.judged(case)).collect()
}

/// The one kind of value in which two entries differ where their questions are the same in all
/// else: what a question that names none of that kind leaves open between them.
#[must_use]
pub fn apart(a: &EntrySlots, b: &EntrySlots) -> Option<GuardKind> {
    let question = a.phrasings.first()?;
    if nearest(question, b)?.nearness() > Nearness::Near {
        return None;
    }
    let mut apart = None;
    for found in check(question, b) {
        match found.result {
            GuardOutcome::Agree => {}
            GuardOutcome::Conflict if apart.is_none() && !found.kind.is_of_words() => {
                apart = Some(found.kind);
            }
            // An alternative of the other may name a value that this one leaves out.
            GuardOutcome::Extra if found.effect == Effect::Explain => {}
            _ => return None,
        }
    }
    apart
}

/// The kinds of value that a text names, as bits.
fn value_kinds(slots: &Slots) -> u32 {
    slots.values.iter().fold(0, |kinds, slot| kinds | 1 << slot.value.kind() as u32)
}

/// The entry's phrasing whose words are nearest to the question's; none of an entry without.
#[must_use]
pub fn nearest(question: &Slots, entry: &EntrySlots) -> Option<Nearest> {
    nearness::nearest(&question.wording, entry.wordings())
}

/// The strongest effect among findings.
#[must_use]
pub fn strongest(results: &[GuardResult]) -> Effect {
    results.iter().map(|result| result.effect).max().unwrap_or(Effect::Explain)
}

/// What one guard found, before the table says what it leads to.
pub(super) struct Finding {
    kind: GuardKind,
    pub(super) outcome: GuardOutcome,
    query_values: Vec<String>,
    pub(super) entry_values: Vec<String>,
    query_spans: Vec<Range<usize>>,
    entry_spans: Vec<EntrySpan>,
}

impl Finding {
    pub(super) fn new(kind: GuardKind, outcome: GuardOutcome) -> Self {
        Self {
            kind,
            outcome,
            query_values: Vec::new(),
            entry_values: Vec::new(),
            query_spans: Vec::new(),
            entry_spans: Vec::new(),
        }
    }

    /// Notes a value of the question and its place.
    pub(super) fn query_names(&mut self, value: impl Display, span: &Range<usize>) {
        note(&mut self.query_values, value.to_string());
        note(&mut self.query_spans, span.clone());
    }

    /// Notes a value of the entry and, where a phrasing names it, its place.
    pub(super) fn entry_names(
        &mut self,
        value: impl Display,
        place: Option<(usize, &Range<usize>)>,
    ) {
        note(&mut self.entry_values, value.to_string());
        if let Some((phrasing, bytes)) = place {
            note(&mut self.entry_spans, EntrySpan { phrasing, bytes: bytes.clone() });
        }
    }

    fn judged(self, case: Case) -> GuardResult {
        GuardResult {
            kind: self.kind,
            result: self.outcome,
            effect: table::effect(self.kind, self.outcome, case),
            query_values: self.query_values,
            entry_values: self.entry_values,
            query_spans: self.query_spans,
            entry_spans: self.entry_spans,
        }
    }
}

fn note<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
