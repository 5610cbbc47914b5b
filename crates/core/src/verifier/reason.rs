//! Verdicts in words.

use crate::guards::{Effect, GuardKind, GuardOutcome, GuardResult};

/// One sentence that says why a candidate stands where it stands.
pub(super) fn in_words(guards: &[GuardResult], effect: Effect, score: Option<f64>) -> String {
    if effect != Effect::Explain {
        let against = guards.iter().filter(|guard| guard.effect != Effect::Explain);
        let clauses: Vec<_> = against.map(clause).collect();
        return match clauses.is_empty() {
            true => "the question names more values than can be verified".into(),
            false => clauses.join("; "),
        };
    }
    match score {
        None => {
            "no score has been fitted for this embedding model (`goldenset fit` makes one)".into()
        }
        Some(score) => {
            format!("probability {:.0} % that the entry answers the question", score * 100.0)
        }
    }
}

fn clause(guard: &GuardResult) -> String {
    let asked = guard.query_values.join(", ");
    let named = guard.entry_values.join(", ");
    let what = noun(guard.kind);
    match (guard.kind, guard.result) {
        (GuardKind::Negation, _) => {
            "one of the two is negated and the other is not, in otherwise equal words".into()
        }
        (_, GuardOutcome::Missing) => format!("asks about {what} {asked}; this entry names none"),
        (_, _) => format!("asks about {what} {asked}; this entry is about {named}"),
    }
}

fn noun(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::Number => "the number",
        GuardKind::Year => "the year",
        GuardKind::Date => "the date",
        GuardKind::Amount => "the amount",
        GuardKind::Percentage => "the percentage",
        GuardKind::LegalReference => "the reference",
        GuardKind::Negation => "a negation",
    }
}
