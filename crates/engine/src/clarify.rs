//! What to ask back when a question leaves open which of several entries is meant.

use goldenset_core::decision::Judged;

use crate::answer::{Choice, Clarify, Match};

/// The candidates that pass if those that differ from them in one value alone are no rivals: the
/// first one with its siblings, when there are two or more. `None` when nothing is left open.
pub(crate) fn clarify(
    matches: &[Match],
    judged: &[Judged],
    serve_threshold: f64,
) -> Option<Clarify> {
    let passing = || {
        let each = matches.iter().zip(judged).filter(|(_, judged)| judged.causes.is_empty());
        each.filter_map(|(matched, judged)| {
            let open = matched.open.as_ref()?;
            let passes = judged.effect.may_be_served() && open.score >= serve_threshold;
            passes.then_some((matched, open))
        })
    };
    let (first, open) = passing().next()?;
    let siblings = passing().filter(|(other, theirs)| {
        theirs.kind == open.kind && open.siblings.contains(&other.entry.id)
    });
    let choices = std::iter::once((first, open)).chain(siblings).map(|(matched, open)| Choice {
        values: open.values.clone(),
        entry_id: matched.entry.id.clone(),
    });
    let choices: Vec<_> = choices.collect();
    (choices.len() > 1).then_some(Clarify { slot: open.kind, choices })
}

/// The question back, in words.
pub(crate) fn in_words(clarify: &Clarify) -> String {
    let choices: Vec<_> = clarify.choices.iter().map(|choice| choice.values.join(", ")).collect();
    format!(
        "the question leaves open which {} is meant: {}",
        clarify.slot.as_str().replace('_', " "),
        choices.join(" or ")
    )
}
