//! What the words of a question say held against what the entry's nearest phrasing says.

use std::ops::Range;

use super::check::{EntrySlots, Finding};
use super::lexicon::SetKind;
use super::nearness::{Nearest, Nearness};
use super::wording::{Content, Term, Wording};
use super::{Aspect, GuardKind, GuardOutcome, opposite, roles, terms};

/// Two runs of content words: from and to.
type Way = (Range<usize>, Range<usize>);

/// A question and the phrasing that it is nearest to.
pub(super) struct Texts<'a> {
    pub(super) asked: &'a Wording,
    pub(super) phrased: &'a Wording,
    pub(super) entry: &'a EntrySlots,
    /// Index of the phrasing.
    pub(super) phrasing: usize,
    pub(super) nearness: Nearness,
}

impl<'a> Texts<'a> {
    pub(super) fn of(asked: &'a Wording, entry: &'a EntrySlots, near: Nearest) -> Option<Self> {
        let phrased = entry.wordings().nth(near.phrasing)?;
        Some(Self { asked, phrased, entry, phrasing: near.phrasing, nearness: near.nearness() })
    }

    pub(super) fn check(&self, kind: GuardKind) -> Option<Finding> {
        match kind {
            GuardKind::Direction => self.direction(),
            GuardKind::Negation => self.negation(),
            GuardKind::Modality => terms::modality(self),
            GuardKind::Exclusive => match terms::sides(self, kind, &[SetKind::Exclusive]) {
                Some(found) if found.outcome == GuardOutcome::Conflict => Some(found),
                found => opposite::check(self).or(found),
            },
            GuardKind::Name => terms::sides(self, kind, &[SetKind::Name]),
            GuardKind::Role => roles::check(self),
            GuardKind::Scope => terms::scope(self),
            GuardKind::Aspect => self.aspect(),
            _ => None,
        }
    }

    /// A finding that shows terms of both texts.
    pub(super) fn found<'t>(
        &self,
        kind: GuardKind,
        outcome: GuardOutcome,
        asked: impl IntoIterator<Item = &'t Term>,
        phrased: impl IntoIterator<Item = &'t Term>,
    ) -> Finding {
        let mut finding = Finding::new(kind, outcome);
        asked.into_iter().for_each(|term| finding.query_names(&term.text, &term.span));
        for term in phrased {
            finding.entry_names(&term.text, Some((self.phrasing, &term.span)));
        }
        finding
    }

    /// A way is in conflict with the same one backwards and, in nearly the same words, what one
    /// text goes to with what the other one comes from.
    fn direction(&self) -> Option<Finding> {
        let (mine, its) = (&self.asked.ways, &self.phrased.ways);
        let pairs =
            || mine.whole.iter().flat_map(|way| its.whole.iter().map(move |its| (way, its)));
        // Ends may have a word in common: "tasso fisso", "tasso variabile".
        let met = |one: usize, other: usize| if one > 0 && other > 0 { one + other } else { 0 };
        let forth = |way: &Way, its: &Way| met(self.met(&way.0, &its.0), self.met(&way.1, &its.1));
        let back = |way: &Way, its: &Way| met(self.met(&way.0, &its.1), self.met(&way.1, &its.0));
        let turned = |(way, its): &(&Way, &Way)| back(way, its) > forth(way, its);
        if let Some((way, its)) =
            pairs().find(|(way, its)| forth(way, its) > 0 && !turned(&(way, its)))
        {
            return Some(self.way(GuardOutcome::Agree, way, its));
        }
        if let Some((way, its)) = pairs().find(turned) {
            return Some(self.way(GuardOutcome::Conflict, way, its));
        }
        if self.nearness > Nearness::Same {
            return None;
        }
        let is = |mine: usize, its: usize| self.met(&(mine..mine + 1), &(its..its + 1)) > 0;
        let turned = |mine: &[usize], back: &[usize], its: &[usize], forth: &[usize]| {
            let mut ends = mine.iter().flat_map(|end| its.iter().map(move |other| (*end, *other)));
            ends.find(|(end, other)| {
                is(*end, *other)
                    && !forth.iter().any(|there| is(*end, *there))
                    && !back.iter().any(|here| is(*here, *other))
            })
        };
        let (end, other) = turned(&mine.from, &mine.to, &its.to, &its.from)
            .or_else(|| turned(&mine.to, &mine.from, &its.from, &its.to))?;
        let (end, other) = (end..end + 1, other..other + 1);
        let (way, its) = ((end.clone(), end), (other.clone(), other));
        Some(self.way(GuardOutcome::Conflict, &way, &its))
    }

    /// How many words of a run the other one has too.
    fn met(&self, mine: &Range<usize>, its: &Range<usize>) -> usize {
        let words = |wording: &'a Wording, run: &Range<usize>| {
            wording.content.get(run.clone()).unwrap_or(&[])
        };
        let others = words(self.phrased, its);
        let met = |word: &&Content| others.iter().any(|other| is_one(word, other));
        words(self.asked, mine).iter().filter(met).count()
    }

    fn way(&self, outcome: GuardOutcome, asked: &Way, its: &Way) -> Finding {
        let mut finding = Finding::new(GuardKind::Direction, outcome);
        let shown = |wording: &Wording, (from, to): &Way| {
            let text = |run: &Range<usize>| {
                let words = wording.content.get(run.clone()).unwrap_or(&[]).iter();
                words.map(|word| &*word.text).collect::<Vec<_>>().join(" ")
            };
            let first = wording.content.get(from.start.min(to.start))?;
            let last = wording.content.get(from.end.max(to.end).checked_sub(1)?)?;
            let text =
                if from == to { text(from) } else { format!("{} → {}", text(from), text(to)) };
            Some((text, first.span.start..last.span.end))
        };
        if let Some((value, span)) = shown(self.asked, asked) {
            finding.query_names(value, &span);
        }
        if let Some((value, span)) = shown(self.phrased, its) {
            finding.entry_names(value, Some((self.phrasing, &span)));
        }
        finding
    }

    /// One text denies and the other does not: in conflict where the other one asserts the very
    /// word that is denied.
    fn negation(&self) -> Option<Finding> {
        let (asked, phrased) = (self.asked, self.phrased);
        let asserted = |denier: &Wording, other: &Wording| {
            let mut heads = denier.denied.iter().filter_map(|at| denier.content.get(*at));
            heads.any(|head| other.content.iter().any(|word| is_one(head, word)))
        };
        let outcome = match (asked.denies, phrased.denies) {
            (false, false) => return None,
            (true, true) => GuardOutcome::Agree,
            (true, false) if asserted(asked, phrased) => GuardOutcome::Conflict,
            (false, true) if asserted(phrased, asked) => GuardOutcome::Conflict,
            (true, false) => GuardOutcome::Missing,
            (false, true) => GuardOutcome::Extra,
        };
        let mut finding = Finding::new(GuardKind::Negation, outcome);
        let value = |denies: bool| if denies { "denied" } else { "asserted" };
        match asked.denials.as_slice() {
            [] => finding.query_names(value(asked.denies), &(0..0)),
            places => places.iter().for_each(|at| finding.query_names(value(asked.denies), at)),
        }
        match phrased.denials.as_slice() {
            [] => finding.entry_names(value(phrased.denies), None),
            places => places.iter().for_each(|at| {
                finding.entry_names(value(phrased.denies), Some((self.phrasing, at)));
            }),
        }
        Some(finding)
    }

    /// A question may leave open what it asks for, and a noun in a question that asks for yes or
    /// no is no question for its amount.
    fn aspect(&self) -> Option<Finding> {
        let (asked, phrased) = (self.asked.asks.as_ref()?, self.phrased.asks.as_ref()?);
        let outcome = asked.aspect.differs(phrased.aspect);
        let yes_no = asked.aspect == Aspect::YesNo || phrased.aspect == Aspect::YesNo;
        if outcome != GuardOutcome::Agree && yes_no && (asked.by_noun || phrased.by_noun) {
            return None;
        }
        let mut finding = Finding::new(GuardKind::Aspect, outcome);
        finding.query_names(asked.aspect.as_str(), &asked.span);
        finding.entry_names(phrased.aspect.as_str(), Some((self.phrasing, &phrased.span)));
        Some(finding)
    }
}

/// Whether two content words are one, typing errors included.
pub(super) fn is_one(a: &Content, b: &Content) -> bool {
    a.is(b) || a.is_mistyped(b)
}
