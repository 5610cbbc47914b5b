//! A verdict as a person would say it.

use super::explain::{Basis, Feature};
use super::reason::spoken;
use crate::guards::{Effect, GuardResult};

/// Margin in cosine under which a rival is nearly as near.
const NEARLY_AS_NEAR: f64 = 0.02;
/// Share to which words must find their like to be said to agree.
const AGREES: f64 = 0.5;

/// What the question is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// A published entry, among others.
    Entry,
    /// Another question, in the place of an approved one.
    Question,
}

impl Against {
    fn name(self) -> &'static str {
        match self {
            Self::Entry => "this entry",
            Self::Question => "the approved question",
        }
    }
}

/// All that a sentence is made from.
#[derive(Debug, Clone, Copy)]
pub struct Figures<'a> {
    /// What the question is held against.
    pub against: Against,
    /// What the score was made from.
    pub basis: Basis,
    /// What each guard found.
    pub guards: &'a [&'a GuardResult],
    /// The strongest guard.
    pub effect: Effect,
    /// Probability before guards; none without weights.
    pub probability: Option<f64>,
    /// The features behind it.
    pub features: &'a [Feature],
    /// The score that is held against the threshold.
    pub score: f64,
    /// Least score of a served answer.
    pub serve_threshold: f64,
    /// Cosine of the two.
    pub similarity: f64,
    /// Least similarity of a listed entry; none where nothing is listed.
    pub min_similarity: Option<f64>,
    /// What the question may mean, where it leaves open which of several entries is meant.
    pub choices: &'a [String],
    /// The entry that is served or suggested before this one.
    pub better: Option<&'a str>,
    /// The closest rival.
    pub rival: Option<&'a str>,
}

/// The verdict as a person would say it: one English sentence.
#[must_use]
pub fn sentence(figures: &Figures<'_>) -> String {
    let Figures { against, score, serve_threshold, .. } = *figures;
    if figures.basis == Basis::ApprovedPhrasing {
        return match against {
            Against::Entry => "Served: it is an approved phrasing, word for word.".into(),
            Against::Question => "The same question, word for word.".into(),
        };
    }
    if !figures.effect.may_be_served() {
        return held_back(figures);
    }
    if figures.basis == Basis::Unfitted {
        return "Not verified: no score has been fitted for this embedding model.".into();
    }
    if let Some(least) = figures.min_similarity.filter(|least| figures.similarity < *least) {
        let (found, needed) = apart(figures.similarity, least, 2);
        return format!("Not similar enough to be listed ({found}, {needed} needed).");
    }
    if !figures.choices.is_empty() {
        let choices = figures.choices.join(" or ");
        return format!("Not served: the question leaves open which is meant, {choices}.");
    }
    if let Some(better) = figures.better {
        return format!("Not the best candidate: entry {better} fits better.");
    }
    if score < serve_threshold {
        let (found, needed) = apart(score * 100.0, serve_threshold * 100.0, 0);
        return format!("Not sure enough ({found} %, {needed} % needed): {}.", against_it(figures));
    }
    let opening = match against {
        Against::Entry => "Served",
        Against::Question => "The same question",
    };
    format!("{opening}: {:.0} % sure; {}.", score * 100.0, for_it(figures))
}

/// Two numbers with as many decimals as tell them apart.
fn apart(found: f64, needed: f64, decimals: usize) -> (String, String) {
    let written = |decimals| (format!("{found:.decimals$}"), format!("{needed:.decimals$}"));
    let told = (decimals..6).map(written).find(|(found, needed)| found != needed);
    told.unwrap_or_else(|| written(6))
}

fn held_back(figures: &Figures<'_>) -> String {
    let strong = figures.guards.iter().filter(|guard| !guard.effect.may_be_served());
    let clauses: Vec<_> = strong.map(|guard| spoken(guard, figures.against.name())).collect();
    let why = match clauses.is_empty() {
        true => "it names more values than can be verified".into(),
        false => clauses.join(", and "),
    };
    let (so, opening) = match figures.against {
        Against::Entry => ("it is not served", "Not served"),
        Against::Question => ("one answer may not serve both", "One answer may not serve both"),
    };
    match figures.probability {
        Some(probability) if probability >= 0.5 => {
            format!("Probably the same question, but {why}, so {so}.")
        }
        _ => format!("{opening}: {why}."),
    }
}

fn value(figures: &Figures<'_>, name: &str) -> Option<f64> {
    figures.features.iter().find(|feature| feature.name == name).map(|feature| feature.value)
}

/// What keeps a score low that no guard holds back.
fn against_it(figures: &Figures<'_>) -> String {
    let other = figures.against.name();
    let low = |name| value(figures, name).is_some_and(|value| value < AGREES);
    if let Some((margin, rival)) = value(figures, "similarity_margin").zip(figures.rival) {
        if margin < 0.0 {
            return format!("another entry ({rival}) is nearer");
        }
        if margin < NEARLY_AS_NEAR {
            return format!("the next entry ({rival}) is nearly as near");
        }
    }
    if low("weakest") {
        return format!("a word of the question finds nothing like it in {other}");
    }
    if low("distinguished") {
        return format!("what is particular to {other} is hardly in the question");
    }
    if low("aligned") {
        return format!("the words of {other} find little like them in the question");
    }
    if let Some(guard) = figures.guards.iter().find(|guard| guard.effect == Effect::Lower) {
        return spoken(guard, other);
    }
    if figures.against == Against::Entry && figures.basis == Basis::Texts {
        return "there are too few other entries to tell it from".into();
    }
    "nothing speaks against it, but not enough speaks for it".into()
}

/// What speaks for a candidate that passes.
fn for_it(figures: &Figures<'_>) -> String {
    let fits = |name| value(figures, name).is_none_or(|value| value >= AGREES);
    let words = match ["weakest", "distinguished", "aligned"].into_iter().all(fits) {
        true => "the words agree",
        false => "the meaning agrees as a whole, if not in every word",
    };
    let rival = match (value(figures, "similarity_margin"), figures.rival) {
        (Some(margin), Some(rival)) if margin < NEARLY_AS_NEAR => {
            format!(", though another entry ({rival}) is nearly as near")
        }
        (Some(_), _) => ", and no other entry comes near".into(),
        (None, _) => String::new(),
    };
    let lowered = figures.guards.iter().find(|guard| guard.effect == Effect::Lower);
    let lowered = lowered.map(|guard| spoken(guard, figures.against.name()));
    let lowered = lowered.map(|clause| format!(", although {clause}")).unwrap_or_default();
    format!("{words}{rival}{lowered}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::{EntrySlots, Slots, check, strongest};

    /// A question that is served among others: 97 % sure, and no guard.
    const SERVED: Figures<'static> = Figures {
        against: Against::Entry,
        basis: Basis::Rivals,
        guards: &[],
        effect: Effect::Explain,
        probability: Some(0.97),
        features: &[],
        score: 0.97,
        serve_threshold: 0.9,
        similarity: 0.95,
        min_similarity: Some(0.85),
        choices: &[],
        better: None,
        rival: Some("o012"),
    };

    const PAIR: Figures<'static> =
        Figures { against: Against::Question, basis: Basis::Texts, min_similarity: None, ..SERVED };

    fn features(values: &[(&'static str, f64)]) -> Vec<Feature> {
        let of = |(name, value): &(&'static str, f64)| Feature {
            name,
            value: *value,
            coefficient: 1.0,
            contribution: *value,
            words: String::new(),
        };
        values.iter().map(of).collect()
    }

    #[track_caller]
    fn says(figures: Figures<'_>, values: &[(&'static str, f64)], expected: &str) {
        let features = features(values);
        assert_eq!(sentence(&Figures { features: &features, ..figures }), expected);
    }

    #[test]
    fn what_is_served() {
        let near = [("similarity_margin", 0.05), ("weakest", 0.8), ("distinguished", 0.7)];
        says(SERVED, &near, "Served: 97 % sure; the words agree, and no other entry comes near.");
        says(
            SERVED,
            &[("similarity_margin", 0.01), ("weakest", 0.3)],
            "Served: 97 % sure; the meaning agrees as a whole, if not in every word, though another \
             entry (o012) is nearly as near.",
        );
        let alone = Figures { rival: None, ..SERVED };
        says(
            alone,
            &[("similarity_margin", 0.01)],
            "Served: 97 % sure; the words agree, and no other entry comes near.",
        );
        says(PAIR, &[("aligned", 0.9)], "The same question: 97 % sure; the words agree.");
        let same = Basis::ApprovedPhrasing;
        says(
            Figures { basis: same, ..SERVED },
            &[],
            "Served: it is an approved phrasing, word for word.",
        );
        says(Figures { basis: same, ..PAIR }, &[], "The same question, word for word.");
    }

    #[test]
    fn what_is_not_sure_enough() {
        let unsure = Figures { score: 0.83, ..SERVED };
        let check = |values: &[_], why: &str| {
            says(unsure, values, &format!("Not sure enough (83 %, 90 % needed): {why}."));
        };
        check(&[("similarity_margin", 0.01)], "the next entry (o012) is nearly as near");
        check(&[("similarity_margin", -0.01)], "another entry (o012) is nearer");
        check(
            &[("similarity_margin", 0.05), ("weakest", 0.4)],
            "a word of the question finds nothing like it in this entry",
        );
        check(
            &[("weakest", 0.6), ("distinguished", 0.4)],
            "what is particular to this entry is hardly in the question",
        );
        check(&[("weakest", 0.6)], "nothing speaks against it, but not enough speaks for it");
        let few = Figures { basis: Basis::Texts, ..unsure };
        says(
            few,
            &[("weakest", 0.6)],
            "Not sure enough (83 %, 90 % needed): there are too few other entries to tell it from.",
        );
        says(
            Figures { score: 0.5, ..PAIR },
            &[("aligned", 0.2)],
            "Not sure enough (50 %, 90 % needed): the words of the approved question find little \
             like them in the question.",
        );
        // What is needed is never said to be what was found.
        says(
            Figures { score: 0.8996, ..unsure },
            &[],
            "Not sure enough (89.96 %, 90.00 % needed): nothing speaks against it, but not enough \
             speaks for it.",
        );
    }

    #[test]
    fn what_stands_behind_others() {
        says(
            Figures { similarity: 0.714, ..SERVED },
            &[],
            "Not similar enough to be listed (0.71, 0.85 needed).",
        );
        says(
            Figures { similarity: 0.8499, ..SERVED },
            &[],
            "Not similar enough to be listed (0.8499, 0.8500 needed).",
        );
        let better = Figures { better: Some("o013"), ..SERVED };
        says(better, &[], "Not the best candidate: entry o013 fits better.");
        let choices = ["2023".to_owned(), "2024".to_owned()];
        says(
            Figures { choices: &choices, ..better },
            &[],
            "Not served: the question leaves open which is meant, 2023 or 2024.",
        );
        says(
            Figures { basis: Basis::Unfitted, probability: None, score: 0.0, ..SERVED },
            &[],
            "Not verified: no score has been fitted for this embedding model.",
        );
    }

    #[track_caller]
    fn guarded(question: &str, entry: &str, figures: Figures<'_>, expected: &str) {
        let found = check(&Slots::extract(question), &EntrySlots::new([entry], []));
        let guards: Vec<_> = found.iter().collect();
        says(Figures { guards: &guards, effect: strongest(&found), ..figures }, &[], expected);
    }

    #[test]
    fn what_guards_hold_back() {
        let (y2023, y2024) = ("Aliquote nel 2023?", "Aliquote nel 2024?");
        guarded(
            y2023,
            y2024,
            SERVED,
            "Probably the same question, but it asks about 2023 and this entry is about 2024, so it \
             is not served.",
        );
        let low = Some(0.4);
        guarded(
            y2023,
            y2024,
            Figures { probability: low, ..SERVED },
            "Not served: it asks about 2023 and this entry is about 2024.",
        );
        guarded(
            y2023,
            y2024,
            Figures { probability: low, ..PAIR },
            "One answer may not serve both: it asks about 2023 and the approved question is about \
             2024.",
        );
        guarded(
            y2023,
            "Aliquote?",
            PAIR,
            "Probably the same question, but it asks about 2023, which the approved question does \
             not name, so one answer may not serve both.",
        );
        guarded(
            "Posso detrarre il mutuo?",
            "Non posso detrarre il mutuo?",
            SERVED,
            "Probably the same question, but one of the two denies what the other asserts, so it is \
             not served.",
        );
        let many = Figures { effect: Effect::SuggestOnly, ..SERVED };
        says(
            many,
            &[],
            "Probably the same question, but it names more values than can be verified, so it is \
             not served.",
        );
    }

    #[test]
    fn every_finding_is_a_clause() {
        use crate::guards::{GuardKind, GuardOutcome};
        for kind in GuardKind::ALL {
            for result in [GuardOutcome::Conflict, GuardOutcome::Missing, GuardOutcome::Extra] {
                let mut guard = GuardResult {
                    kind,
                    result,
                    effect: Effect::Refuse,
                    query_values: vec!["yes_no".into()],
                    entry_values: vec!["how_much".into()],
                    query_spans: vec![],
                    entry_spans: vec![],
                };
                match result {
                    GuardOutcome::Missing => guard.entry_values.clear(),
                    GuardOutcome::Extra => guard.query_values.clear(),
                    _ => {}
                }
                let clause = spoken(&guard, "this entry");
                assert!(
                    !clause.is_empty() && !clause.contains("\"\""),
                    "{kind} {result:?}: {clause}"
                );
            }
        }
    }
}
