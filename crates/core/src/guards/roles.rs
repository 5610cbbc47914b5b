//! Who a question is about, and who does what to whom.

use super::check::Finding;
use super::compare::Texts;
use super::lexicon::SetKind;
use super::terms;
use super::wording::{Part, Term, Wording};
use super::{GuardKind, GuardOutcome};

/// Another party or another kind of person, or the same parties with their parts exchanged.
pub(super) fn check(texts: &Texts<'_>) -> Option<Finding> {
    let other = terms::sides(texts, GuardKind::Role, &[SetKind::Role, SetKind::Person]);
    match other {
        Some(found) if found.outcome == GuardOutcome::Conflict => Some(found),
        other => exchanged(texts).or(other),
    }
}

/// Who acts in a sentence.
#[derive(PartialEq, Eq)]
enum Actor {
    /// Whoever asks: `posso`, `can I`.
    Asker,
    /// A side of the set.
    Side(u8),
}

/// Both texts name a party, and it acts in the one and is acted on in the other.
fn exchanged(texts: &Texts<'_>) -> Option<Finding> {
    let (asked, phrased) = (texts.asked, texts.phrased);
    let roles = asked.terms.iter().filter(|term| term.kind == SetKind::Role);
    for set in roles.map(|term| term.set) {
        let (Some(mine), Some(its)) = (actor(asked, set), actor(phrased, set)) else { continue };
        // Whoever asks is named in the other text by not being: there only a recipient is sure.
        let named = |wording: &Wording, own: &Actor, other: &Actor| match (own, other) {
            (_, Actor::Asker) => true,
            (Actor::Asker, Actor::Side(side)) => wording
                .terms
                .iter()
                .any(|term| term.set == set && term.side == *side && term.part == Part::Recipient),
            (_, Actor::Side(side)) => terms::mask(wording, set) & 1 << side != 0,
        };
        if mine != its && named(asked, &mine, &its) && named(phrased, &its, &mine) {
            let of = |wording: &'_ Wording| -> Vec<Term> {
                wording.terms.iter().filter(|term| term.set == set).cloned().collect()
            };
            return Some(texts.found(
                GuardKind::Role,
                GuardOutcome::Conflict,
                &of(asked),
                &of(phrased),
            ));
        }
    }
    None
}

/// Who may or must do something: the agent of a passive, else who stands next to the verb, else
/// whoever asks.
fn actor(wording: &Wording, set: u16) -> Option<Actor> {
    let mut sides = wording.terms.iter().filter(|term| term.set == set);
    if let Some(agent) = sides.clone().find(|term| term.part == Part::Agent) {
        return Some(Actor::Side(agent.side));
    }
    let modal = |term: &&Term| {
        term.kind == SetKind::Modality && (is_first_person(&term.text) || is_verb(&term.text))
    };
    let modal = wording.terms.iter().find(modal)?;
    if is_first_person(&modal.text) {
        return Some(Actor::Asker);
    }
    let beside = |term: &&Term| {
        // "il datore può", "può il datore", "can the employer".
        let after = term.place.start.checked_sub(modal.place.end);
        term.place.end == modal.place.start || after.is_some_and(|between| between <= 1)
    };
    sides.find(|term| term.part == Part::Bare && beside(term)).map(|term| Actor::Side(term.side))
}

fn is_first_person(modal: &str) -> bool {
    let italian = matches!(modal, "posso" | "devo" | "possiamo" | "dobbiamo");
    italian || modal.split(' ').any(|word| matches!(word, "i" | "we"))
}

fn is_verb(modal: &str) -> bool {
    matches!(
        modal,
        "può"
            | "possono"
            | "deve"
            | "devono"
            | "potrebbe"
            | "can"
            | "could"
            | "may"
            | "must"
            | "has to"
            | "have to"
            | "should"
            | "needs to"
            | "allowed"
            | "required"
    )
}
