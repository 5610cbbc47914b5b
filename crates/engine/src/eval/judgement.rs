//! What became of a question, held against its labels: all that figures are made of.

use goldenset_core::decision::Decision;
use goldenset_core::guards::{Effect, GuardKind};

use super::{Asked, Considered, LabelledQuery, label};

/// The candidate that the engine would take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// Its score.
    pub score: f64,
    /// Whether it answers the question.
    pub right: bool,
    /// Whether a score that is high enough would have it served: it is similar enough and no guard
    /// holds it back.
    pub passes: bool,
}

/// One question, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The golden set.
    pub set: String,
    /// What makes the question hard.
    pub kind: String,
    /// Its language.
    pub lang: String,
    /// Whether some entry answers it.
    pub answerable: bool,
    /// What was done.
    pub decision: Decision,
    /// The best candidate; none without any.
    pub best: Option<Best>,
    /// Place of the first right candidate in the order that search brings, from 0.
    pub similarity_rank: Option<usize>,
    /// The same in the order that the engine would take them in.
    pub score_rank: Option<usize>,
    /// Where the most similar candidate is right and held back: how strongly, and by which guards
    /// with that effect.
    pub held_back: Option<(Effect, Vec<GuardKind>)>,
}

impl Judgement {
    /// Judges what became of a question of a set by its labels.
    #[must_use]
    pub fn new(set: &str, labelled: &LabelledQuery, asked: &Asked) -> Self {
        let right = |candidate: &Considered| labelled.gold.contains(&candidate.entry_id);
        let by_similarity = asked.by_similarity();
        let nearest = by_similarity.first().filter(|nearest| right(nearest));
        Self {
            set: set.to_owned(),
            kind: label(labelled.kind.as_ref()),
            lang: label(labelled.lang.as_ref()),
            answerable: !labelled.gold.is_empty(),
            decision: asked.outcome.decision,
            best: asked.candidates.first().map(|best| Best {
                score: best.score,
                right: right(best),
                passes: best.listed && best.effect.may_be_served(),
            }),
            similarity_rank: by_similarity.iter().position(|candidate| right(candidate)),
            score_rank: asked.candidates.iter().position(right),
            held_back: nearest.and_then(|nearest| held_back(nearest)),
        }
    }

    /// Whether an answer was served.
    #[must_use]
    pub fn served(&self) -> bool {
        self.decision == Decision::Serve
    }

    /// Whether the best candidate answers the question.
    #[must_use]
    pub fn right(&self) -> bool {
        self.best.is_some_and(|best| best.right)
    }

    /// Whether a serve threshold would have it served.
    pub(super) fn accepted_at(&self, threshold: f64) -> bool {
        self.best.is_some_and(|best| best.passes && best.score >= threshold)
    }
}

fn held_back(candidate: &Considered) -> Option<(Effect, Vec<GuardKind>)> {
    let effect = candidate.effect;
    let guards = candidate.held_back_by.iter().filter(|(_, own)| *own == effect);
    (!effect.may_be_served()).then(|| (effect, guards.map(|(kind, _)| *kind).collect()))
}

#[cfg(test)]
pub(super) mod tests {
    use goldenset_core::EntryId;

    use super::super::Outcome;
    use super::*;

    /// A question of which only the best candidate matters.
    pub(in super::super) fn judged(answerable: bool, best: Best, serve_at: f64) -> Judgement {
        let served = best.passes && best.score >= serve_at;
        Judgement {
            set: "set".into(),
            kind: "kind".into(),
            lang: "it".into(),
            answerable,
            decision: if served { Decision::Serve } else { Decision::Suggest },
            best: Some(best),
            similarity_rank: best.right.then_some(0),
            score_rank: best.right.then_some(0),
            held_back: None,
        }
    }

    #[test]
    fn holds_candidates_against_labels() {
        let id = |text: &str| EntryId::new(text).unwrap();
        let candidate = |name: &str, similarity, score, effect: Effect| Considered {
            entry_id: id(name),
            similarity,
            score,
            raw_score: score,
            effect,
            held_back_by: match effect.may_be_served() {
                true => Vec::new(),
                false => {
                    vec![(GuardKind::Year, effect), (GuardKind::Number, Effect::SuggestOnly)]
                }
            },
            listed: similarity >= 0.85,
        };
        let asked = |candidates: Vec<Considered>| Asked {
            outcome: Outcome {
                query: "q".into(),
                decision: Decision::Suggest,
                entry_id: None,
                score: 0.0,
                similarity: 0.0,
            },
            candidates,
            seen: crate::watch::Seen::miss(),
        };
        let labelled = |gold: &[&str]| LabelledQuery {
            query: "q".into(),
            gold: gold.iter().map(|gold| id(gold)).collect(),
            kind: None,
            lang: Some("it".into()),
            split: None,
        };
        let found = asked(vec![
            candidate("b", 0.90, 0.6, Effect::Explain),
            candidate("a", 0.95, 0.2, Effect::Refuse),
            candidate("c", 0.50, 0.1, Effect::Explain),
        ]);
        let of = |gold: &[&str]| Judgement::new("set", &labelled(gold), &found);
        let a = of(&["a", "gone"]);
        assert_eq!((a.similarity_rank, a.score_rank, a.right()), (Some(0), Some(1), false));
        assert_eq!(a.held_back, Some((Effect::Refuse, vec![GuardKind::Year])));
        assert_eq!((a.kind.as_str(), a.lang.as_str(), a.answerable), ("-", "it", true));
        let b = of(&["b"]);
        assert_eq!(
            (b.similarity_rank, b.score_rank, b.held_back.clone()),
            (Some(1), Some(0), None)
        );
        assert!(b.right() && b.accepted_at(0.6) && !b.accepted_at(0.61));
        let none = of(&[]);
        assert_eq!((none.similarity_rank, none.score_rank, none.answerable), (None, None, false));
        let far = asked(vec![candidate("c", 0.50, 1.0, Effect::Explain)]);
        let far = Judgement::new("set", &labelled(&["c"]), &far);
        assert!(far.right() && !far.accepted_at(0.0), "too far to be served at any threshold");
        assert_eq!(Judgement::new("set", &labelled(&["c"]), &asked(vec![])).best, None);
    }
}
