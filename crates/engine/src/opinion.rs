//! The second opinion: a model that reads question and entry together, asked about the best
//! candidates where their score is sure neither way.
//!
//! Whoever is asked may fail or be late; then the decision is the one without it. Since that
//! depends on the time something took, such a result is kept by no cache.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{ELIGIBLE, Judged};
use goldenset_core::ports::{Pair, PairModel};
use goldenset_core::verifier::{SecondOpinion, Verifier, probability_in_words};
use goldenset_core::{Code, Error, ModelId, Result};
use serde::Serialize;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use crate::answer::Match;
use crate::explain::{six_decimals, six_decimals_if_any};
use crate::verify::sort_eligible;

/// A pair model with the conditions under which it is asked.
pub struct PairJudge {
    /// The model.
    pub model: Arc<dyn PairModel>,
    /// Scores from here on are unsure, 0 to 1.
    pub unsure_from: f64,
    /// Scores up to here are unsure, 0 to 1.
    pub unsure_to: f64,
    /// Most candidates of one question that are asked about.
    pub top: usize,
    /// How long one lookup waits for it.
    pub budget: Duration,
}

/// What became of the second opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// There is nobody to ask, or every candidate was sure enough.
    NotAsked,
    /// It was heard.
    Given,
    /// It did not come in time.
    Late,
    /// It could not be had.
    Failed,
}

impl Opinion {
    /// As it is written in metrics and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Given => "given",
            Self::Late => "late",
            Self::Failed => "failed",
        }
    }

    /// Whether the result is the one that it would be again.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::NotAsked | Self::Given)
    }

    /// # Errors
    /// `judge_unavailable` where an opinion was wanted and did not come: for those who measure,
    /// since the figures would be of something else.
    pub(crate) fn whole(self) -> Result<()> {
        if self.is_whole() {
            return Ok(());
        }
        let detail = format!("the second opinion on a question is missing ({})", self.as_str());
        Err(Error::new(Code::JudgeUnavailable, detail)
            .fix("see to the server or the model of `judge`, raise judge.budget_ms, or set judge.kind to none"))
    }
}

/// What the second opinion on one candidate was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heard {
    /// Who was asked.
    pub model: ModelId,
    /// What became of it.
    pub outcome: Opinion,
    /// Log-odds that the entry answers the question, as the model says it; none where it said
    /// nothing.
    #[serde(serialize_with = "six_decimals_if_any")]
    pub log_odds: Option<f64>,
    /// The score before it, 0 to 1.
    #[serde(serialize_with = "six_decimals")]
    pub score_before: f64,
}

impl Heard {
    /// What a person would say of it.
    pub(crate) fn sentence(&self) -> String {
        let before = format!("the score was {:.3} before", self.score_before);
        match (self.outcome, self.log_odds) {
            (Opinion::Given, Some(odds)) if odds < 0.0 => {
                format!(
                    "A second model, which reads both together, takes them for different questions; {before}."
                )
            }
            (Opinion::Given, _) => {
                format!(
                    "A second model, which reads both together, takes them for the same question; {before}."
                )
            }
            (Opinion::NotAsked, _) => format!(
                "A second model, which was not asked about this one, lowered a better one, and this \
                 gets no more; {before}."
            ),
            (outcome, _) => format!(
                "A second model was asked and is {}: this is the verdict without it.",
                outcome.as_str()
            ),
        }
    }
}

/// Whom to ask, shared by all lookups.
pub(crate) struct Opinions {
    judge: PairJudge,
    trouble: Mutex<Trouble>,
}

/// What was told of a fault: its beginning and its end, but no beginning twice a minute, or a judge
/// that is just in time for every second lookup would fill the log.
#[derive(Debug, Default)]
struct Trouble {
    /// Whether what was told last is a beginning.
    told: bool,
    /// When a beginning was told last.
    began: Option<Instant>,
}

impl Trouble {
    /// Least time from one beginning that is told to the next.
    const APART: Duration = Duration::from_secs(60);

    /// Whether it is to be told that an opinion is missing, or that one is heard again.
    fn is_news(&mut self, missing: bool, now: Instant) -> bool {
        let soon = self.began.is_some_and(|began| now.duration_since(began) < Self::APART);
        if missing == self.told || missing && soon {
            return false;
        }
        self.told = missing;
        if missing {
            self.began = Some(now);
        }
        true
    }
}

impl Opinions {
    pub(crate) fn new(judge: PairJudge) -> Self {
        Self { judge, trouble: Mutex::default() }
    }

    /// How verifiers are to heed it.
    pub(crate) fn heeded(&self) -> SecondOpinion {
        let PairJudge { model, unsure_from, unsure_to, top, .. } = &self.judge;
        SecondOpinion { model: model.model().clone(), unsure: *unsure_from..=*unsure_to, top: *top }
    }

    /// Until when a lookup that begins to wait now waits; `hurried`: for nothing.
    pub(crate) fn deadline(&self, hurried: bool) -> Instant {
        Instant::now() + if hurried { Duration::ZERO } else { self.judge.budget }
    }

    /// Asks about the best of the candidates that are listed, and puts the eligible ones into
    /// their new order.
    pub(crate) async fn hear(
        &self,
        verifier: &Verifier,
        question: &Canonical,
        min_similarity: f64,
        judged: &mut [(Match, Judged)],
        deadline: Instant,
    ) -> Opinion {
        let Some(second) = verifier.second_opinion() else { return Opinion::NotAsked };
        let eligible = judged.len().min(ELIGIBLE);
        let asked: Vec<usize> = (0..eligible)
            .filter(|place| judged[*place].0.similarity >= min_similarity)
            .take(second.top)
            .filter(|place| {
                let (_, judged) = &judged[*place];
                judged.effect.may_be_served() && second.unsure.contains(&judged.score)
            })
            .collect();
        if asked.is_empty() {
            return Opinion::NotAsked;
        }
        let pair = |place: &usize| {
            let matched = &judged[*place].0;
            let phrasing = matched.entry.content.phrasings().nth(matched.phrasing);
            let entry = phrasing.unwrap_or(&matched.entry.content.question);
            Pair { question: question.text(), entry: Canonical::of(entry).text() }
        };
        let pairs: Vec<_> = asked.iter().map(pair).collect();
        let asking = timeout_at(deadline, self.judge.model.judge(&pairs)).await;
        let (outcome, answer) = self.outcome(asking, asked.len());
        let heard = |outcome, log_odds, score_before| {
            Some(Heard { model: second.model.clone(), outcome, log_odds, score_before })
        };
        let mut lowest = f64::INFINITY;
        for (nth, place) in asked.iter().enumerate() {
            let (matched, judged) = &mut judged[*place];
            let log_odds = answer.get(nth).copied();
            matched.heard = heard(outcome, log_odds.map(f64::from), judged.score);
            let Some(log_odds) = log_odds else { continue };
            let score = verifier.heeding(judged.score, log_odds);
            if score < judged.score {
                lowest = lowest.min(score);
            }
            rescore(matched, judged, score);
        }
        // What was not asked about must not pass for that alone.
        for place in (0..eligible).filter(|place| !asked.contains(place)) {
            let (matched, judged) = &mut judged[place];
            if lowest < judged.score && second.unsure.contains(&judged.score) {
                matched.heard = heard(Opinion::NotAsked, None, judged.score);
                rescore(matched, judged, lowest);
            }
        }
        sort_eligible(judged);
        outcome
    }

    /// What came of asking about `count` pairs, and the log-odds where they came.
    fn outcome(
        &self,
        asking: std::result::Result<Result<Vec<f32>>, Elapsed>,
        count: usize,
    ) -> (Opinion, Vec<f32>) {
        let answer = match asking {
            Err(_) => return (self.told(Opinion::Late, None), Vec::new()),
            Ok(answer) => answer.and_then(|answer| {
                let whole = answer.len() == count && answer.iter().all(|odds| odds.is_finite());
                let fault = || Error::new(Code::JudgeMismatch, "not one finite number a pair");
                whole.then_some(answer).ok_or_else(fault)
            }),
        };
        match answer {
            Ok(answer) => (self.told(Opinion::Given, None), answer),
            Err(error) => (self.told(Opinion::Failed, Some(&error)), Vec::new()),
        }
    }

    fn told(&self, opinion: Opinion, error: Option<&Error>) -> Opinion {
        let failing = opinion != Opinion::Given;
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.is_news(failing, Instant::now()) {
            let model = self.judge.model.model();
            match (failing, error) {
                (false, _) => tracing::info!(%model, "the second opinion is heard again"),
                (true, Some(error)) => tracing::warn!(
                    %model, %error,
                    "the second opinion cannot be had; lookups decide without it, and such results are not cached"
                ),
                (true, None) => tracing::warn!(
                    %model, budget = ?self.judge.budget,
                    "the second opinion is late; lookups decide without it, and such results are not cached"
                ),
            }
        }
        opinion
    }
}

fn rescore(matched: &mut Match, judged: &mut Judged, score: f64) {
    judged.score = score;
    (matched.score, matched.raw_score) = (score, score);
    if judged.effect.may_be_served() {
        matched.reason = probability_in_words(score);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fault_that_comes_and_goes_is_told_once_a_minute() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut trouble = Trouble::default();
        assert!(!trouble.is_news(false, at(0)));
        assert!(trouble.is_news(true, at(1)));
        assert!(!trouble.is_news(true, at(2)));
        assert!(trouble.is_news(false, at(3)));
        for second in 4..61 {
            assert!(!trouble.is_news(second % 2 == 0, at(second)), "{second}");
        }
        assert!(trouble.is_news(true, at(61)), "what goes on is told again");
        assert!(trouble.is_news(false, at(62)));
    }
}
