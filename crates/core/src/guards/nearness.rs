//! How near a question's words are to those of a phrasing. What a difference in one word means
//! depends on it: in otherwise equal words it is the difference between two questions.

use pulp::Arch;
use serde::{Deserialize, Serialize};

use super::wording::{About, Wording};

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
    // Compiled for machines too that count bits in one step.
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let each = phrasings.enumerate().map(
                #[inline(always)]
                |(phrasing, its)| {
                    let (differing, shared) = difference(question, its);
                    Nearest { phrasing, differing, shared }
                },
            );
            each.min_by_key(|near| (near.differing, std::cmp::Reverse(near.shared)))
        },
    )
}

/// Unmatched words up to which typing errors are looked for: more are no typing errors.
const MOST_MISTYPED: usize = 5;

/// How many words have no partner, on the side that has more of them, and how many have one.
/// Words that say how a question is meant do not count: guards of their own compare them.
#[inline(always)]
fn difference(a: &Wording, b: &Wording) -> (usize, usize) {
    let most = a.about.len().max(b.about.len());
    let mut left: [Option<&About>; MOST_MISTYPED] = [None; MOST_MISTYPED];
    let (mut taken, mut shared, mut alone) = (0u128, 0, 0);
    for word in &a.about {
        if let Some(bit) = partner(&b.about, taken, |other| word.is(other)) {
            taken |= bit;
            shared += 1;
        } else {
            if let Some(place) = left.get_mut(alone) {
                *place = Some(word);
            }
            alone += 1;
        }
    }
    if most - shared <= MOST_MISTYPED {
        for word in left.into_iter().flatten() {
            let mistyped = |other: &About| {
                word.may_be(other)
                    && match (a.content.get(word.word as usize), b.content.get(other.word as usize))
                    {
                        (Some(mine), Some(its)) => mine.is_mistyped(its),
                        _ => false,
                    }
            };
            if let Some(bit) = partner(&b.about, taken, mistyped) {
                taken |= bit;
                shared += 1;
            }
        }
    }
    (most - shared, shared)
}

/// The bit of the first word without a partner yet that fits.
#[inline(always)]
fn partner(words: &[About], taken: u128, fits: impl Fn(&About) -> bool) -> Option<u128> {
    let free = |(at, word): &(usize, &About)| taken & 1 << at == 0 && fits(word);
    words.iter().enumerate().find(free).map(|(at, _)| 1 << at)
}
