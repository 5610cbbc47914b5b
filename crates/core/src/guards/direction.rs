//! From where to where.

use std::ops::Range;

/// What comes from where and goes to where in a text, as runs of content words: `tasso variabile`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ways {
    /// `da X a Y`, `from X to Y`, `X → Y`.
    pub(super) whole: Vec<(Range<usize>, Range<usize>)>,
    /// The word after `da`, `from`.
    pub(super) from: Vec<usize>,
    /// The word after `a`, `verso`, `to`, `into`.
    pub(super) to: Vec<usize>,
}

/// Most words between `from` and `to`.
const WIDEST: usize = 7;

/// Most content words of one end.
const LONGEST: usize = 3;

/// Words within which an end lies.
const REACH: usize = 5;

/// Reads the ways off a text; `content` gives the index of each word among the content words.
pub(super) fn read(words: &[&str], content: &[Option<usize>]) -> Ways {
    let mut ways = Ways::default();
    let at = |index: usize| content.get(index).copied().flatten();
    let parts = |word: &str| is_arrow(word) || is_from(word) || is_to(word);
    // The run of content words after a word that parts two ends.
    let after = |index: usize| {
        let near = words.iter().enumerate().skip(index + 1).take(REACH);
        let mut run = near.take_while(|(_, word)| !parts(word)).filter_map(|(place, _)| at(place));
        let first = run.next()?;
        Some(first..run.take(LONGEST - 1).last().unwrap_or(first) + 1)
    };
    for (index, word) in words.iter().enumerate() {
        // "annual to monthly": the word before is where it comes from.
        let before = index.checked_sub(1).and_then(at).map(|word| word..word + 1);
        if is_arrow(word) || is_to(word) {
            let next = after(index).map(|run| run.start..run.start + 1);
            ways.whole.extend(before.zip(next));
        }
        let onward: fn(&str) -> bool = match () {
            () if is_from(word) => is_to,
            () if is_to(word) => is_from,
            () => continue,
        };
        let Some(one) = after(index) else { continue };
        let mut ahead = index + 1..words.len().min(index + WIDEST);
        let other = ahead.find(|next| words.get(*next).is_some_and(|word| onward(word)));
        let other = other.and_then(after);
        if is_from(word) {
            ways.from.push(one.start);
            ways.whole.extend(other.map(|other| (one, other)));
        } else {
            ways.to.push(one.start);
            ways.whole.extend(other.map(|other| (other, one)));
        }
    }
    ways
}

fn is_arrow(word: &str) -> bool {
    matches!(word, "→" | "->" | ">" | "=>" | "⇒" | "➡")
}

fn is_from(word: &str) -> bool {
    matches!(word, "da" | "dal" | "dall" | "dallo" | "dalla" | "dai" | "dagli" | "dalle" | "from")
}

fn is_to(word: &str) -> bool {
    matches!(
        word,
        "a" | "ad"
            | "al"
            | "all"
            | "allo"
            | "alla"
            | "ai"
            | "agli"
            | "alle"
            | "verso"
            | "to"
            | "into"
    )
}
