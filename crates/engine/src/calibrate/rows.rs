//! Labelled questions as a calibration sees them.

use std::collections::{BTreeMap, BTreeSet};

use goldenset_core::canonical::Canonical;
use goldenset_core::{Code, Error, Result, Signature};

use crate::eval::LabelledQuery;

/// So many questions in so many are for fitting.
const FITTING: (u64, u64) = (3, 10);

/// A question that no phrasing was written for, with its best candidate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Whether it is in the part that the map and the order of thresholds are made from.
    pub(super) fitting: bool,
    /// Score of the best candidate: raw, later calibrated. 0 without one.
    pub(super) score: f64,
    /// Whether a threshold that is low enough would have it served: similar enough, no guard
    /// against it, and a score at all.
    pub(super) passes: bool,
    /// Whether it answers the question.
    pub(super) right: bool,
    /// Whether any entry does.
    pub(super) answerable: bool,
    /// Its category.
    pub(super) category: Option<String>,
}

impl Row {
    /// Whether a threshold has it served.
    pub(super) fn served_at(&self, threshold: f64) -> bool {
        self.passes && self.score >= threshold
    }
}

/// Share of the questions that thresholds are tested on.
pub(super) fn certifying_share() -> f64 {
    1.0 - FITTING.0 as f64 / FITTING.1 as f64
}

/// The part that a question falls into: by its own canonical form alone, so that it stays there
/// when labels are added, and so that nobody's choice has a say.
pub(super) fn is_for_fitting(signature: &Signature) -> bool {
    let mut first = [0; 8];
    first.copy_from_slice(&signature.as_bytes()[..8]);
    u64::from_le_bytes(first) % FITTING.1 < FITTING.0
}

/// The places of different questions: two spellings of one question are not two observations.
///
/// # Errors
/// `invalid_field` when one question has different labels, at what `place` calls the second of them.
pub(super) fn distinct(
    queries: &[LabelledQuery],
    place: &(dyn Fn(usize) -> String + Sync),
) -> Result<Vec<(usize, Signature)>> {
    let mut labels = BTreeMap::new();
    let mut distinct = Vec::new();
    for (row, query) in queries.iter().enumerate() {
        let signature = Canonical::of(&query.query).signature();
        let gold: BTreeSet<_> = query.gold.iter().collect();
        match labels.get(signature.as_bytes()) {
            None => {
                labels.insert(*signature.as_bytes(), gold);
                distinct.push((row, signature));
            }
            Some(known) if *known == gold => {}
            Some(_) => {
                return Err(Error::new(
                    Code::InvalidField,
                    "the question has other labels further up",
                )
                .field(place(row))
                .fix("give a question once, or with the same gold entries"));
            }
        }
    }
    Ok(distinct)
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenset_core::EntryId;

    fn query(text: &str, gold: &[&str]) -> LabelledQuery {
        LabelledQuery {
            query: text.into(),
            gold: gold.iter().map(|id| EntryId::new(id).unwrap()).collect(),
            kind: None,
            lang: None,
            split: None,
        }
    }

    #[test]
    fn a_question_counts_once() {
        let place = |row| format!("row {row}");
        let queries = [query("Chi?", &["a", "b"]), query("chi", &["b", "a"]), query("Come?", &[])];
        let rows: Vec<_> =
            distinct(&queries, &place).unwrap().into_iter().map(|(row, _)| row).collect();
        assert_eq!(rows, [0, 2]);
        let queries = [query("Chi?", &["a"]), query("chi", &[])];
        let error = distinct(&queries, &place).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("row 1")));
    }

    #[test]
    fn three_in_ten_are_for_fitting() {
        let fitting = (0..10_000)
            .filter(|n| is_for_fitting(&Canonical::of(&format!("question {n}")).signature()))
            .count();
        assert!((2_850..3_150).contains(&fitting), "{fitting}");
        let [one, other] = ["Chi?", "chi"].map(|text| Canonical::of(text).signature());
        assert_eq!(is_for_fitting(&one), is_for_fitting(&other));
    }
}
