//! Terms of the lexicon in a question held against those in a phrasing.

use super::check::Finding;
use super::compare::Texts;
use super::lexicon::SetKind;
use super::nearness::Nearness;
use super::wording::{Term, Wording};
use super::{GuardKind, GuardOutcome};

/// The terms of some kinds in a text.
fn of<'a>(wording: &'a Wording, kinds: &'a [SetKind]) -> impl Iterator<Item = &'a Term> + Clone {
    wording.terms.iter().filter(|term| kinds.contains(&term.kind))
}

/// The sides of a set that a text names, as bits.
pub(super) fn mask(wording: &Wording, set: u16) -> u32 {
    let sides = wording.terms.iter().filter(|term| term.set == set);
    sides.fold(0, |mask, term| mask | 1 << term.side)
}

/// A question that names one side of a set against a phrasing that names only another one. The
/// entry is on the question's side where another phrasing names it.
pub(super) fn sides(texts: &Texts<'_>, kind: GuardKind, kinds: &[SetKind]) -> Option<Finding> {
    let (asked, phrased) = (texts.asked, texts.phrased);
    let mut worst: Option<Finding> = None;
    for term in of(asked, kinds) {
        let (mine, its) = (mask(asked, term.set), mask(phrased, term.set));
        if term.weak && texts.nearness == Nearness::Far {
            continue;
        }
        let apart = mine & its == 0 && mine.count_ones() == 1 && its.count_ones() == 1;
        let elsewhere = || texts.entry.wordings().any(|other| mask(other, term.set) & mine != 0);
        let outcome = match (mine == its, apart) {
            (true, _) => GuardOutcome::Agree,
            (_, true) if !elsewhere() => GuardOutcome::Conflict,
            _ => continue,
        };
        let its_terms = || phrased.terms.iter().filter(|other| other.set == term.set);
        match &mut worst {
            Some(known) if known.outcome == outcome => {
                known.query_names(&term.text, &term.span);
                for other in its_terms() {
                    known.entry_names(&other.text, Some((texts.phrasing, &other.span)));
                }
            }
            Some(known) if known.outcome == GuardOutcome::Conflict => {}
            _ => worst = Some(texts.found(kind, outcome, [term], its_terms())),
        }
    }
    worst
}

/// May against must, against worth it: each text means one of them, and not the same.
pub(super) fn modality(texts: &Texts<'_>) -> Option<Finding> {
    let kinds = &[SetKind::Modality];
    let (asked, phrased) = (of(texts.asked, kinds), of(texts.phrased, kinds));
    let one = |mut terms: Box<dyn Iterator<Item = &Term> + '_>| {
        let set = terms.next()?.set;
        terms.all(|term| term.set == set).then_some(set)
    };
    let mine = one(Box::new(asked.clone()))?;
    let its = one(Box::new(phrased.clone()))?;
    let outcome = if mine == its { GuardOutcome::Agree } else { GuardOutcome::Conflict };
    Some(texts.found(GuardKind::Modality, outcome, asked, phrased))
}

/// A word of scope in one text and not in the other: in conflict where it narrows.
pub(super) fn scope(texts: &Texts<'_>) -> Option<Finding> {
    let kinds = &[SetKind::Scope];
    let (asked, phrased) = (of(texts.asked, kinds), of(texts.phrased, kinds));
    let lacks = |wording: &Wording, term: &&Term| mask(wording, term.set) == 0;
    let only_mine = asked.clone().filter(|term| lacks(texts.phrased, term));
    let only_its = phrased.clone().filter(|term| lacks(texts.asked, term));
    let narrows = |term: &Term| term.narrows;
    let outcome = if only_mine.clone().chain(only_its.clone()).any(narrows) {
        GuardOutcome::Conflict
    } else if only_mine.clone().next().is_some() {
        GuardOutcome::Missing
    } else if only_its.clone().next().is_some() {
        GuardOutcome::Extra
    } else {
        asked.clone().next()?;
        return Some(texts.found(GuardKind::Scope, GuardOutcome::Agree, asked, phrased));
    };
    Some(texts.found(GuardKind::Scope, outcome, only_mine, only_its))
}
