//! How near a question's words are to those of a phrasing. What a difference in one word means
//! depends on it: in otherwise equal words it is the difference between two questions.

use serde::{Deserialize, Serialize};

use super::wording::{Content, Wording};

/// How near the words of two texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    /// At most one content word differs.
    Same,
    /// At most five differ, and two are shared for three that differ.
    Near,
    /// More.
    Far,
}

/// The phrasing with the nearest words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// Its index among the entry's phrasings.
    pub phrasing: usize,
    /// Content words without a partner, of the text that has more of them.
    pub differing: usize,
    /// Content words with a partner.
    pub shared: usize,
}

impl Nearest {
    /// How near it is.
    #[must_use]
    pub fn nearness(&self) -> Nearness {
        match self.differing {
            0 => Nearness::Same,
            // Where one of two words differs, that is a lot.
            1 if self.shared > 1 => Nearness::Same,
            1..=5 if 3 * self.shared >= 2 * self.differing => Nearness::Near,
            _ => Nearness::Far,
        }
    }
}

/// The phrasing with the fewest differing words; of equals the one that shares more, then the
/// first.
pub(super) fn nearest<'a>(
    question: &Wording,
    phrasings: impl Iterator<Item = &'a Wording>,
) -> Option<Nearest> {
    let each = phrasings.enumerate().map(|(phrasing, its)| {
        let (differing, shared) = difference(&question.content, &its.content);
        Nearest { phrasing, differing, shared }
    });
    each.min_by_key(|near| (near.differing, std::cmp::Reverse(near.shared)))
}

/// Words of one text that are compared: bits of a mask. Longer ones are far from any question.
const MOST_WORDS: usize = 128;

/// Unmatched words up to which typing errors are looked for: more are no typing errors.
const MOST_MISTYPED: usize = 5;

/// How many words have no partner, on the side that has more of them, and how many have one.
/// Words that say how a question is meant do not count: guards of their own compare them.
fn difference(a: &[Content], b: &[Content]) -> (usize, usize) {
    let about = |words: &[Content]| words.iter().take(MOST_WORDS).filter(|word| !word.cue).count();
    let (mine, its) = (about(a), about(b));
    let mut left: [Option<&Content>; MOST_MISTYPED] = [None; MOST_MISTYPED];
    let (mut taken, mut shared) = (0u128, 0);
    for word in a.iter().take(MOST_WORDS).filter(|word| !word.cue) {
        if let Some(bit) = partner(b, taken, |other| word.is(other)) {
            taken |= bit;
            shared += 1;
        } else if let Some(place) = left.iter_mut().find(|place| place.is_none()) {
            *place = Some(word);
        }
    }
    if mine.max(its) - shared <= MOST_MISTYPED {
        for word in left.into_iter().flatten() {
            if let Some(bit) = partner(b, taken, |other| word.is_mistyped(other)) {
                taken |= bit;
                shared += 1;
            }
        }
    }
    (mine.max(its) - shared, shared)
}

/// The bit of the first word without a partner yet that fits.
fn partner(words: &[Content], taken: u128, fits: impl Fn(&Content) -> bool) -> Option<u128> {
    let free = |(at, word): &(usize, &Content)| !word.cue && taken & 1 << at == 0 && fits(word);
    words.iter().take(MOST_WORDS).enumerate().find(free).map(|(at, _)| 1 << at)
}
