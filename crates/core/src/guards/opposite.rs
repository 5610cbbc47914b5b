//! Words that are each other's opposite by a prefix, which no list could hold: `esatte` and
//! `inesatte`, `registered` and `deregistered`.

use super::check::Finding;
use super::compare::{Texts, is_one};
use super::nearness::Nearness;
use super::wording::Content;
use super::{GuardKind, GuardOutcome};

/// Prefixes that turn a word into its opposite.
const PREFIXES: [&str; 13] =
    ["non-", "non", "dis", "in", "im", "ir", "il", "un", "de", "mis", "extra", "anti", "s"];

/// Fewest letters of the stem that such a prefix stands before.
const SHORTEST: usize = 4;

/// Letters that endings are made of.
const ENDINGS: [char; 6] = ['a', 'e', 'i', 'o', 's', 'd'];

/// A word of one text of which the other one has the opposite, in otherwise near words.
pub(super) fn check(texts: &Texts<'_>) -> Option<Finding> {
    if texts.nearness == Nearness::Far {
        return None;
    }
    let (mine, its) = (&texts.asked.content, &texts.phrased.content);
    let among = |word: &Content, others: &[Content]| others.iter().any(|other| is_one(word, other));
    let elsewhere =
        |word: &Content| texts.entry.wordings().any(|other| among(word, &other.content));
    for word in mine.iter().filter(|word| !among(word, its)) {
        let opposite = its.iter().find(|other| are(&word.text, &other.text) && !among(other, mine));
        if let Some(other) = opposite.filter(|_| !elsewhere(word)) {
            let mut finding = Finding::new(GuardKind::Exclusive, GuardOutcome::Conflict);
            finding.query_names(&word.text, &word.span);
            finding.entry_names(&other.text, Some((texts.phrasing, &other.span)));
            return Some(finding);
        }
    }
    None
}

/// Whether one word is the other with a prefix that denies it, endings aside.
pub(super) fn are(a: &str, b: &str) -> bool {
    denies(a, b) || denies(b, a)
}

fn denies(long: &str, word: &str) -> bool {
    PREFIXES.iter().any(|prefix| {
        let Some(rest) = long.strip_prefix(prefix) else { return false };
        let stem = rest.trim_end_matches(ENDINGS);
        stem.len() >= SHORTEST && word.starts_with(stem) && word.len() <= rest.len() + 2
    })
}

#[cfg(test)]
mod tests {
    use super::are;

    #[test]
    fn opposites_by_prefix() {
        for (a, b) in [
            ("esatte", "inesatte"),
            ("residenti", "non-residenti"),
            ("registered", "deregistered"),
            ("deducibile", "indeducibili"),
            ("sblocco", "bloccare"),
            ("covered", "uncovered"),
            ("regular", "irregular"),
        ] {
            assert!(are(a, b) && are(b, a), "{a} {b}");
        }
        for (a, b) in [("casa", "scasa"), ("esatte", "esatto"), ("net", "inet"), ("", "in")] {
            assert!(!are(a, b) && !are(b, a), "{a} {b}");
        }
    }
}
