//! Figures over the outcomes of labelled questions.

use std::collections::BTreeMap;

use goldenset_core::decision::Decision;
use serde::Serialize;

use super::{LabelledQuery, Outcome};

/// Counts over some of the questions; every share below can be checked from them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Questions.
    pub queries: usize,
    /// Questions that some entry answers.
    pub answerable: usize,
    /// Questions whose best candidate answers them, served or not.
    pub top1_right: usize,
    /// Questions served.
    pub served: usize,
    /// Questions served with an entry that answers them.
    pub served_right: usize,
    /// Questions answered by suggestions only.
    pub suggested: usize,
}

impl Counts {
    fn add(&mut self, labelled: &LabelledQuery, outcome: &Outcome) {
        let right = outcome.entry_id.as_ref().is_some_and(|id| labelled.gold.contains(id));
        let served = outcome.decision == Decision::Serve;
        self.queries += 1;
        self.answerable += usize::from(!labelled.gold.is_empty());
        self.top1_right += usize::from(right);
        self.served += usize::from(served);
        self.served_right += usize::from(served && right);
        self.suggested += usize::from(outcome.decision == Decision::Suggest);
    }

    /// Served right among answerable; `None` when nothing is answerable.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        share(self.served_right, self.answerable)
    }

    /// Wrong or unanswerable among served; `None` when nothing was served.
    #[must_use]
    pub fn served_error(&self) -> Option<f64> {
        share(self.served - self.served_right, self.served)
    }

    /// Best candidate right among answerable; `None` when nothing is answerable.
    #[must_use]
    pub fn top1(&self) -> Option<f64> {
        share(self.top1_right, self.answerable)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The figures of an evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Over all questions.
    pub all: Counts,
    /// [`Counts::coverage`] over all.
    pub coverage: Option<f64>,
    /// [`Counts::served_error`] over all.
    pub served_error: Option<f64>,
    /// [`Counts::top1`] over all.
    pub top1: Option<f64>,
    /// By kind of question; those without are under `-`.
    pub by_kind: BTreeMap<String, Counts>,
    /// By language; those without are under `-`.
    pub by_lang: BTreeMap<String, Counts>,
}

impl Report {
    /// The figures of `outcomes`, which belong to `queries` one by one.
    #[must_use]
    pub fn new(queries: &[LabelledQuery], outcomes: &[Outcome]) -> Self {
        let mut all = Counts::default();
        let mut by_kind = BTreeMap::<String, Counts>::new();
        let mut by_lang = BTreeMap::<String, Counts>::new();
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".into());
        for (labelled, outcome) in queries.iter().zip(outcomes) {
            all.add(labelled, outcome);
            by_kind.entry(name(&labelled.kind)).or_default().add(labelled, outcome);
            by_lang.entry(name(&labelled.lang)).or_default().add(labelled, outcome);
        }
        Self {
            coverage: all.coverage(),
            served_error: all.served_error(),
            top1: all.top1(),
            all,
            by_kind,
            by_lang,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenset_core::EntryId;

    #[test]
    fn counts_what_was_served() {
        let id = |text: &str| EntryId::new(text).unwrap();
        let case = |gold: &[&str], decision, entry: &str| {
            let labelled = LabelledQuery {
                query: "q".into(),
                gold: gold.iter().map(|gold| id(gold)).collect(),
                kind: None,
                lang: Some("it".into()),
            };
            let outcome = Outcome {
                query: "q".into(),
                decision,
                entry_id: Some(id(entry)),
                score: 0.5,
                similarity: 0.5,
            };
            (labelled, outcome)
        };
        let (queries, outcomes): (Vec<_>, Vec<_>) = [
            case(&["a"], Decision::Serve, "a"),
            case(&["a"], Decision::Serve, "b"),
            case(&["a"], Decision::Suggest, "a"),
            case(&[], Decision::Serve, "a"),
            case(&[], Decision::Miss, "a"),
        ]
        .into_iter()
        .unzip();
        let report = Report::new(&queries, &outcomes);
        assert_eq!(report.coverage, Some(1.0 / 3.0));
        assert_eq!(report.served_error, Some(2.0 / 3.0));
        assert_eq!(report.top1, Some(2.0 / 3.0));
        assert_eq!(report.by_lang["it"], report.all);
        assert_eq!(Report::new(&[], &[]).coverage, None);
    }
}
