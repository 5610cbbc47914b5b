//! The values that a question names held against those that an entry names.

use super::check::{EntrySlots, Finding};
use super::legal::Relation;
use super::slots::{Slot, Slots};
use super::{GuardKind, GuardOutcome, SlotValue};

pub(super) fn check(kind: GuardKind, question: &Slots, entry: &EntrySlots) -> Option<Finding> {
    let asked = || question.values.iter().filter(|slot| slot.value.kind() == kind);
    // A value that the question names too is not there instead of another.
    let mentioned = |its: &SlotValue| {
        question.values.iter().map(|slot| &slot.value).any(|mine| {
            mine.relation(its) == Relation::Same || its.relation(mine) == Relation::Same
        })
    };
    let mut found = Finding::new(kind, GuardOutcome::Extra);
    let mut worst = None;
    for slot in asked() {
        let value = &slot.value;
        let mut same =
            entry.phrased().filter(|(_, its)| value.relation(&its.value) == Relation::Same);
        let mut contrary = entry
            .phrased()
            .filter(|(_, its)| {
                value.relation(&its.value) == Relation::Contrary && !mentioned(&its.value)
            })
            .peekable();
        let supported = || entry.support.iter().find(|its| value.relation(its) == Relation::Same);
        let one = if let Some((phrasing, same)) = same.next() {
            found.entry_names(&same.value, Some((phrasing, &same.span)));
            GuardOutcome::Agree
        } else if contrary.peek().is_some() {
            contrary.for_each(|(phrasing, other)| {
                found.entry_names(&other.value, Some((phrasing, &other.span)));
            });
            GuardOutcome::Conflict
        } else if let Some(same) = supported() {
            found.entry_names(same, None);
            GuardOutcome::Agree
        } else {
            GuardOutcome::Missing
        };
        found.query_names(value, &slot.span);
        worst = worst.max(Some(Rank(one)));
    }
    if let Some(Rank(outcome)) = worst {
        found.outcome = outcome;
        return Some(found);
    }
    for (phrasing, Slot { value, span, .. }) in entry.phrased() {
        if value.kind() == kind && !mentioned(value) {
            found.entry_names(value, Some((phrasing, span)));
        }
    }
    (!found.entry_values.is_empty()).then_some(found)
}

/// Outcomes in the order in which they matter.
#[derive(PartialEq, Eq)]
pub(super) struct Rank(pub(super) GuardOutcome);

impl Rank {
    fn rank(&self) -> u8 {
        match self.0 {
            GuardOutcome::Extra => 0,
            GuardOutcome::Agree => 1,
            GuardOutcome::Missing => 2,
            GuardOutcome::Conflict => 3,
        }
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
