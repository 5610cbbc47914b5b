//! Limits: `oltre 60 giorni`, `fino a 15`, `under 35`, `65 or over`, `da 15 a 50`.

use std::fmt;

use super::items::{before, text};
use crate::canonical::{Item, Value};

/// On which side of a limit other values may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// `oltre 60`, `more than 60`.
    Above,
    /// `almeno 60`, `60 or over`.
    AtLeast,
    /// `fino a 60`, `up to 60`.
    AtMost,
    /// `meno di 60`, `under 60`.
    Below,
}

impl Bound {
    /// Whether greater values lie within.
    #[must_use]
    pub fn is_lower(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }

    /// Whether the limit itself lies without.
    #[must_use]
    pub fn is_strict(self) -> bool {
        matches!(self, Self::Above | Self::Below)
    }

    /// The limit that is left when this one is denied: `non oltre` is at most.
    fn denied(self) -> Self {
        match self {
            Self::Above => Self::AtMost,
            Self::AtLeast => Self::Below,
            Self::AtMost => Self::Above,
            Self::Below => Self::AtLeast,
        }
    }
}

impl fmt::Display for Bound {
    /// The sign of mathematics.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Above => ">",
            Self::AtLeast => "≥",
            Self::AtMost => "≤",
            Self::Below => "<",
        })
    }
}

/// The limit that the words before `at` make of the value there.
pub(super) fn leading(items: &[Item<'_>], at: usize) -> Option<Bound> {
    let word = |back| before(items, at, back);
    // "oltre i 60", "più di 60", "fino ai 15": the word of the limit stands before the link.
    let link = match word(1) {
        link @ ("a" | "ai" | "alle" | "i" | "gli" | "le" | "the" | "di" | "dei" | "to" | "than"
        | "least" | "most" | "age" | "agli" | "of" | "l'") => link,
        _ => "",
    };
    if word(1) == "=" {
        return match word(2) {
            ">" => Some(Bound::AtLeast),
            "<" => Some(Bound::AtMost),
            _ => None,
        };
    }
    let at_word = 1 + usize::from(!link.is_empty());
    let (bound, from) = match (word(at_word), link) {
        (
            "oltre" | "sopra" | "over" | "above" | "beyond" | ">" | "dopo",
            "" | "i" | "gli" | "le" | "l'" | "the",
        ) => {
            // "dopo 30 giorni" and "after 30 days" say when.
            (
                Bound::Above,
                if word(at_word) == "dopo" && link.is_empty() { return None } else { at_word },
            )
        }
        ("sotto" | "under" | "below" | "<", "" | "i" | "gli" | "le" | "l'" | "the") => {
            (Bound::Below, at_word)
        }
        ("più" | "maggiore" | "maggiori", "di" | "dei") => (Bound::Above, at_word),
        ("meno" | "minore" | "minori", "di" | "dei") => (Bound::Below, at_word),
        ("superiore" | "superiori", "a" | "ai") => (Bound::Above, at_word),
        ("inferiore" | "inferiori", "a" | "ai") => (Bound::Below, at_word),
        ("more" | "greater" | "longer" | "older" | "higher", "than") => (Bound::Above, at_word),
        ("less" | "fewer" | "lower" | "younger" | "shorter" | "smaller", "than") => {
            (Bound::Below, at_word)
        }
        (
            "exceed" | "exceeds" | "exceeding" | "supera" | "superano" | "superare" | "superi"
            | "superino" | "superando" | "superato" | "superata",
            "" | "i" | "gli" | "le",
        ) => (Bound::Above, at_word),
        ("almeno" | "minimo" | "minimum" | "≥", "") | ("at", "least") => {
            (Bound::AtLeast, at_word)
        }
        ("massimo" | "max" | "maximum" | "≤", "") | ("at", "most") => (Bound::AtMost, at_word),
        // "show up to 80 %" is no limit.
        ("up", "to") if matches!(word(3), "show" | "turn") => return None,
        ("up", "to") | ("fino", "a" | "ai" | "alle" | "agli") => (Bound::AtMost, at_word),
        _ => return None,
    };
    // "7 days > 14 days" is an arrow.
    let sign = matches!(bound, Bound::Above | Bound::Below) && matches!(word(from), "<" | ">");
    let quantity = |back| {
        let shown = at.checked_sub(from + back).and_then(|index| items.get(index));
        shown.is_some_and(is_quantity)
    };
    let glued = items.get(at).is_some_and(|item| item.glued);
    if sign && !glued && (quantity(1) || quantity(2)) {
        return None;
    }
    let denied = matches!(word(from + 1), "non" | "no" | "not");
    Some(if denied { bound.denied() } else { bound })
}

fn is_quantity(item: &Item<'_>) -> bool {
    match &item.value {
        Value::Text(text) => text.bytes().any(|b| b.is_ascii_digit()),
        _ => true,
    }
}

/// The limit that the words from `at` on, after a value, make of it, and the index after them.
pub(super) fn trailing(items: &[Item<'_>], at: usize) -> Option<(Bound, usize)> {
    Some(match (text(items, at), text(items, at + 1)) {
        ("o" | "e" | "or" | "and", "più" | "oltre" | "over" | "more" | "above" | "older")
        | ("in", "su") => (Bound::AtLeast, at + 2),
        ("o" | "or", "meno" | "less" | "fewer" | "under" | "younger") | ("in", "giù") => {
            (Bound::AtMost, at + 2)
        }
        ("+", _) => {
            // "4+4" adds.
            let adds = items.get(at + 1).is_some_and(|next| !matches!(next.value, Value::Text(_)));
            let glued = items.get(at).is_some_and(|plus| plus.glued);
            (glued && !adds).then_some((Bound::AtLeast, at + 1))?
        }
        _ => return None,
    })
}

/// The index of the second value of a range whose first one stands at `at` and ends before
/// `next`: `da 15 a 50`, `tra 30 e 60`, `from 5 to 10`, `between 5 and 10`.
pub(super) fn range(items: &[Item<'_>], at: usize, next: usize) -> Option<usize> {
    let opens = match before(items, at, 1) {
        "i" | "le" | "gli" | "the" => before(items, at, 2),
        word => word,
    };
    let link = text(items, next);
    let fits = match opens {
        "da" | "dai" | "dalle" | "dagli" => matches!(link, "a" | "ai" | "alle" | "agli"),
        "tra" | "fra" => link == "e",
        "from" => link == "to",
        "between" => link == "and",
        _ => false,
    };
    fits.then_some(next + 1)
}
