//! What a question asks for.

use std::ops::Range;

use super::GuardOutcome;
use super::lexicon::{Hit, Lexicon, SetKind};

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// A price, an amount, a rate.
    HowMuch,
    /// A number.
    HowMany,
    /// A procedure.
    How,
    /// A date or a deadline.
    When,
    /// A length of time.
    HowLong,
    /// How many times.
    HowOften,
    /// A person or an office.
    Who,
    /// A place.
    Where,
    /// A reason.
    Why,
    /// Papers.
    WhichDocuments,
    /// Conditions.
    Requirements,
    /// What follows: a penalty, a risk.
    Consequence,
    /// What something is.
    Definition,
    /// Whether something may or must be done.
    YesNo,
}

impl Aspect {
    /// Every aspect that the lexicon names, with its name there.
    const NAMED: [(&'static str, Self); 13] = [
        ("how_much", Self::HowMuch),
        ("how_many", Self::HowMany),
        ("how", Self::How),
        ("when", Self::When),
        ("how_long", Self::HowLong),
        ("how_often", Self::HowOften),
        ("who", Self::Who),
        ("where", Self::Where),
        ("why", Self::Why),
        ("which_documents", Self::WhichDocuments),
        ("requirements", Self::Requirements),
        ("consequence", Self::Consequence),
        ("definition", Self::Definition),
    ];

    /// The aspect as it is written in replies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let named = Self::NAMED.iter().find(|(_, aspect)| *aspect == self);
        named.map_or("yes_no", |(name, _)| name)
    }

    /// How an entry with this aspect stands to a question with another one.
    pub(super) fn differs(self, entry: Self) -> GuardOutcome {
        use Aspect::{HowLong, HowMany, HowMuch, Requirements, When, WhichDocuments, Who, YesNo};
        let quantity = |aspect| matches!(aspect, HowMuch | HowMany | HowLong | When);
        let condition = |aspect| matches!(aspect, Requirements | WhichDocuments | Who | YesNo);
        match (self, entry) {
            _ if self == entry => GuardOutcome::Agree,
            // "How many days", "by when" and "how long" ask for one answer in many words.
            _ if quantity(self)
                && quantity(entry)
                && (self, entry) != (HowMuch, When)
                && (self, entry) != (When, HowMuch) =>
            {
                GuardOutcome::Agree
            }
            _ if condition(self) && condition(entry) => GuardOutcome::Agree,
            // Yes or no may be part of any answer.
            (_, YesNo) => GuardOutcome::Missing,
            (YesNo, _) => GuardOutcome::Extra,
            _ => GuardOutcome::Conflict,
        }
    }

    pub(in crate::guards) fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, aspect)| *aspect)
    }
}

/// Side of the words that ask; the other one are nouns that ask where nothing else does.
pub(super) const ASKING: u8 = 0;

/// The aspect of a text, whether only a noun says so, and the words that do: the first word that asks, or what may or must
/// be done where that stands first (`must I be home when`); else the first noun of a question
/// without either.
pub(super) fn of(
    words: &[&str],
    hits: &[Hit],
    lexicon: &Lexicon,
) -> Option<(Aspect, bool, Range<usize>)> {
    let aspects = || hits.iter().filter(|hit| hit.kind == SetKind::Aspect);
    // Where two begin at one place, the longer phrase says more.
    let asking = aspects().filter(|hit| hit.side == ASKING);
    let asking = asking.min_by_key(|hit| (hit.first, std::cmp::Reverse(hit.end)));
    let modal = hits.iter().find(|hit| hit.kind == SetKind::Modality);
    let modal = match words.first() {
        Some(first) if is_auxiliary(first) => Some(0..1),
        _ => modal.map(|hit| hit.first..hit.end),
    };
    let hit = match (asking, modal) {
        (Some(asking), Some(modal)) if modal.start < asking.first => {
            return Some((Aspect::YesNo, false, modal));
        }
        (Some(asking), _) => asking,
        (None, Some(modal)) => return Some((Aspect::YesNo, false, modal)),
        (None, None) => aspects().next()?,
    };
    let (_, name) = lexicon.set(hit.set)?;
    Some((Aspect::named(name)?, hit.side != ASKING, hit.first..hit.end))
}

/// Whether a question that begins with this word asks for yes or no.
fn is_auxiliary(word: &str) -> bool {
    matches!(
        word,
        "do" | "does"
            | "did"
            | "is"
            | "are"
            | "am"
            | "was"
            | "were"
            | "will"
            | "would"
            | "has"
            | "have"
            | "esiste"
            | "esistono"
            | "vale"
            | "spetta"
            | "c'"
    )
}
