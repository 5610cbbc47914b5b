//! A golden set made of labelled pairs of questions.
//!
//! Pairs that one answer serves join their texts to classes. A class becomes an entry with one of
//! its texts as the question; the others ask for it. Some classes are left without an entry, so
//! that what asks for them is a question of the same domain that nothing answers. Of the texts
//! that are like no other, look-alikes mostly, some become entries, some questions. Which is
//! which depends on the hash of the text alone.

use std::collections::{BTreeMap, HashMap};

use goldenset_core::{EntryContent, EntryId, Result, Validity};

use super::LabelledSet;
use crate::eval::{LabelledPair, LabelledQuery};

/// Of 100 classes, this many have no entry.
const WITHOUT_ENTRY: u8 = 20;
/// Of 100 texts like no other, this many are entries,
const LONE_ENTRIES: u8 = 12;
/// and this many questions. All of them would outnumber what people ask: they were written to be
/// mistaken.
const LONE_QUESTIONS: u8 = 4;

/// Share of such a set in the fit. Its look-alikes are nearer and more than what people ask: they
/// teach what tells right from wrong, and would make the score doubt everything.
const SHARE: f64 = 0.25;

/// The set of all texts of `pairs`.
///
/// # Errors
/// `internal` when there are more entries than ids.
pub fn from_pairs(name: &str, pairs: &[LabelledPair]) -> Result<LabelledSet> {
    let mut set = LabelledSet {
        name: name.to_owned(),
        entries: vec![],
        queries: vec![],
        share: SHARE,
        opinions: false,
    };
    for class in classes(pairs) {
        let Some((first, others)) = class.split_first() else { continue };
        let draw = draw(first);
        let (entry, asked) = match others.is_empty() {
            true => (draw < LONE_ENTRIES, LONE_ENTRIES + LONE_QUESTIONS > draw),
            false => (draw >= WITHOUT_ENTRY, true),
        };
        let mut gold = Vec::new();
        if entry {
            let id = EntryId::new(format!("e{:05}", set.entries.len()))?;
            set.entries.push((id.clone(), content(first)));
            gold.push(id);
        }
        let asking = if entry { others } else { &class[..] };
        let asking = asking.iter().filter(|_| asked);
        set.queries.extend(asking.map(|text| LabelledQuery {
            query: (*text).to_owned(),
            gold: gold.clone(),
            kind: None,
            lang: None,
            split: None,
        }));
    }
    Ok(set)
}

/// The texts by class, each class with the texts that stand in most pairs first: those that
/// the pairs were written around.
fn classes(pairs: &[LabelledPair]) -> Vec<Vec<&str>> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut texts: Vec<(&str, usize)> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut number = |text, parents: &mut Vec<usize>| {
        let at = *numbers.entry(text).or_insert_with(|| {
            parents.push(parents.len());
            texts.push((text, 0));
            texts.len() - 1
        });
        texts[at].1 += 1;
        at
    };
    for pair in pairs {
        let (a, b) = (number(&pair.a, &mut parents), number(&pair.b, &mut parents));
        if pair.same {
            let (a, b) = (root(&mut parents, a), root(&mut parents, b));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut classes: BTreeMap<usize, Vec<(&str, usize)>> = BTreeMap::new();
    for (at, text) in texts.into_iter().enumerate() {
        classes.entry(root(&mut parents, at)).or_default().push(text);
    }
    let mut classes: Vec<_> = classes.into_values().collect();
    for class in &mut classes {
        class.sort_by(|(a, often), (b, oftener)| oftener.cmp(often).then_with(|| a.cmp(b)));
    }
    let texts = |class: Vec<(_, usize)>| class.into_iter().map(|(text, _)| text).collect();
    classes.into_iter().map(texts).collect()
}

/// The class that `at` belongs to.
fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

/// A number from 0 to 99, the same for the same text.
fn draw(text: &str) -> u8 {
    let [a, b, c, d, ..] = *blake3::hash(text.as_bytes()).as_bytes();
    // The remainder fits.
    (u32::from_le_bytes([a, b, c, d]) % 100) as u8
}

fn content(question: &str) -> EntryContent {
    EntryContent {
        question: question.to_owned(),
        alternatives: vec![],
        answer: String::new(),
        references: vec![],
        category: None,
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: &str, b: &str, same: bool) -> LabelledPair {
        LabelledPair { a: a.into(), b: b.into(), same, kind: None, lang: None }
    }

    #[test]
    fn same_pairs_join_texts() {
        let pairs = [
            pair("a", "b", true),
            pair("c", "b", true),
            pair("d", "a", false),
            pair("e", "f", true),
        ];
        assert_eq!(classes(&pairs), [vec!["a", "b", "c"], vec!["d"], vec!["e", "f"]]);
    }

    #[test]
    fn every_right_answer_is_an_entry_of_the_class() {
        let texts: Vec<_> = (0..400).map(|n| (format!("q{n}"), format!("p{n}"))).collect();
        let pairs: Vec<_> = texts.iter().map(|(q, p)| pair(q, p, true)).collect();
        let set = from_pairs("set", &pairs).unwrap();
        let question = |id: &EntryId| {
            let entry = set.entries.iter().find(|(other, _)| other == id);
            entry.map(|(_, content)| content.question[1..].to_owned())
        };
        let (answered, open): (Vec<_>, Vec<_>) =
            set.queries.iter().partition(|query| !query.gold.is_empty());
        assert_eq!(answered.len(), set.entries.len());
        for query in answered {
            assert_eq!(question(&query.gold[0]), Some(query.query[1..].to_owned()));
        }
        // Both texts of a class without an entry ask in vain; about a fifth of the classes.
        assert_eq!(open.len(), 2 * (400 - set.entries.len()));
        assert!((100..220).contains(&open.len()), "{}", open.len());
    }
}
