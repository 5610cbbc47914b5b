//! Questions that were asked and found no answer, grouped by meaning.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CandidateId, NearEntry};
use crate::canonical::{Canonical, Signature};
use crate::ids::TenantId;

/// Number of a group, from 1; none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MissedId(pub u32);

impl fmt::Display for MissedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One phrasing of a question that found no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedExample {
    /// The question as it was asked last.
    pub question: String,
    /// How often it was asked so, since it is among the examples.
    pub times: u64,
    /// When it was asked last.
    pub last_at: Timestamp,
}

impl MissedExample {
    fn signature(&self) -> Signature {
        Canonical::of(&self.question).signature()
    }
}

/// Questions with one meaning that found no answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MissedGroup {
    /// Its number; 0 until it is stored.
    pub id: MissedId,
    /// The question that the others are held against: the first one.
    pub question: String,
    /// How often any of them was asked.
    pub count: u64,
    /// When one was asked first.
    pub first_at: Timestamp,
    /// When one was asked last.
    pub last_at: Timestamp,
    /// The phrasings that were asked last, each once, the newest first.
    pub examples: Vec<MissedExample>,
    /// Whether there were further phrasings that are no longer kept.
    pub more_examples: bool,
    /// The entries nearest to the one that was asked last, the nearest first.
    pub nearest: Vec<NearEntry>,
    /// The candidate that it is told to, if there is one.
    #[serde(rename = "candidate_id")]
    pub candidate: Option<CandidateId>,
    /// How much of its count the candidate was told of.
    #[serde(skip)]
    pub told: u64,
}

impl MissedGroup {
    /// Adds what came meanwhile; keeps at most `examples` phrasings.
    pub fn add(&mut self, more: MissedMore, examples: usize) {
        self.count = self.count.saturating_add(more.count);
        self.first_at = self.first_at.min(more.first_at);
        self.last_at = self.last_at.max(more.last_at);
        for mut example in more.examples {
            let signature = example.signature();
            self.examples.retain(|known| {
                let same = known.signature() == signature;
                if same {
                    example.times = example.times.saturating_add(known.times);
                }
                !same
            });
            self.examples.push(example);
        }
        // What came later in the list stays behind what it is as new as.
        self.examples.sort_by_key(|example| std::cmp::Reverse(example.last_at));
        self.more_examples |= self.examples.len() > examples;
        self.examples.truncate(examples);
        self.nearest = more.nearest;
    }

    /// How often it was asked, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let times = if self.count == 1 { "once".into() } else { format!("{} times", self.count) };
        let phrasings = match self.examples.len() {
            count if self.more_examples => format!("in more than {count} phrasings"),
            1 => "in one phrasing".into(),
            count => format!("in {count} phrasings"),
        };
        let nearest: Vec<_> = self
            .nearest
            .iter()
            .map(|near| format!("{} ({:.2})", near.entry_id, near.similarity))
            .collect();
        let nearest = match nearest.is_empty() {
            true => "no entry is near it".into(),
            false => format!("nearest: {}", nearest.join(", ")),
        };
        format!("asked {times} {phrasings}, no entry answers it; {nearest}")
    }
}

/// What is added to a group.
#[derive(Debug, Clone, PartialEq)]
pub struct MissedMore {
    /// Whose golden set.
    pub tenant: TenantId,
    /// The question that the group is known by; a group of its own where there is none yet.
    pub question: String,
    /// How often it was asked meanwhile, in any phrasing.
    pub count: u64,
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// The phrasings, each once.
    pub examples: Vec<MissedExample>,
    /// The entries nearest to the one that was asked last.
    pub nearest: Vec<NearEntry>,
}

impl MissedMore {
    /// What the group is found by.
    #[must_use]
    pub fn signature(&self) -> Signature {
        Canonical::of(&self.question).signature()
    }

    /// The group that it makes where there is none.
    #[must_use]
    pub fn group(self, examples: usize) -> MissedGroup {
        let mut group = MissedGroup {
            id: MissedId(0),
            question: self.question.clone(),
            count: 0,
            first_at: self.first_at,
            last_at: self.last_at,
            examples: Vec::new(),
            more_examples: false,
            nearest: Vec::new(),
            candidate: None,
            told: 0,
        };
        group.add(self, examples);
        group
    }
}

/// What one process adds at a time. Written again under the same number it adds nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct MissedFlush {
    /// The process: a name that no other one has.
    pub writer: String,
    /// Counted up by the writer, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What is added to each group, each group once.
    pub more: Vec<MissedMore>,
    /// Most groups of a tenant; beyond it those go that were asked least, and longest ago.
    pub most: u64,
    /// Most phrasings that are kept of a group.
    pub examples: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn asked(question: &str, times: u64, second: i64) -> MissedMore {
        let example = MissedExample { question: question.into(), times, last_at: at(second) };
        MissedMore {
            tenant: TenantId::default(),
            question: "quante ferie?".into(),
            count: times,
            first_at: at(second),
            last_at: at(second),
            examples: vec![example],
            nearest: vec![],
        }
    }

    #[test]
    fn phrasings_add_up_and_the_newest_stay() {
        let mut group = asked("quante ferie?", 1, 10).group(2);
        group.add(asked("Quante  ferie", 2, 30), 2);
        assert_eq!((group.count, group.examples.len(), group.examples[0].times), (3, 1, 3));
        assert_eq!(group.examples[0].question, "Quante  ferie");
        group.add(asked("ferie quante", 1, 20), 2);
        assert_eq!(group.examples[1].question, "ferie quante");
        assert_eq!((group.first_at, group.last_at), (at(10), at(30)));
        group.add(asked("le ferie, quante sono", 1, 40), 2);
        let kept: Vec<_> = group.examples.iter().map(|one| one.question.as_str()).collect();
        assert_eq!((group.count, kept), (5, vec!["le ferie, quante sono", "Quante  ferie"]));
    }

    #[test]
    fn words_say_no_more_than_what_is_known() {
        let mut group = asked("quante ferie?", 1, 10).group(2);
        assert_eq!(
            group.in_words(),
            "asked once in one phrasing, no entry answers it; no entry is near it"
        );
        group.add(asked("ferie quante", 6, 20), 2);
        group.nearest =
            vec![NearEntry { entry_id: crate::EntryId::new("o001").unwrap(), similarity: 0.876 }];
        assert_eq!(
            group.in_words(),
            "asked 7 times in 2 phrasings, no entry answers it; nearest: o001 (0.88)"
        );
        group.add(asked("quante sono le ferie", 1, 30), 2);
        assert!(group.in_words().starts_with("asked 8 times in more than 2 phrasings,"));
    }
}
