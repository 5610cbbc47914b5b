//! Figures as a condition: `eval` in a pipeline.

use goldenset_engine::eval::Questions;

use super::super::args::Eval;

/// The figures that miss the bounds of the command line, in words. Where nothing was served
/// nothing was served wrong; where nothing is answerable no coverage is reached.
pub(super) fn missed(questions: Option<&Questions>, eval: &Eval) -> Vec<String> {
    let Some(questions) = questions else { return Vec::new() };
    let (error, coverage) = (questions.all.served_error, questions.all.coverage);
    let percent = |share: f64| format!("{} %", (share * 1e6).round() / 1e4);
    let too_wrong = eval
        .max_served_error
        .filter(|most| error.share().is_some_and(|share| share > *most))
        .map(|most| format!("served error {error}, more than {}", percent(most)));
    let too_little = eval
        .min_coverage
        .filter(|least| coverage.share().is_none_or(|share| share < *least))
        .map(|least| format!("coverage {coverage}, less than {}", percent(least)));
    too_wrong.into_iter().chain(too_little).collect()
}
