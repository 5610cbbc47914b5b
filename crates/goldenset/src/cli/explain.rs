//! An explanation for a person: texts with what guards saw in brackets, figures in columns.

use std::io::{self, Write};
use std::ops::Range;

use goldenset_engine::{Explained, Explanation, PhrasingSpan, Span};

/// Prints why an entry is served or not.
pub(super) fn print_explained(
    out: &mut impl Write,
    question: &str,
    explained: &Explained,
) -> io::Result<()> {
    let Explained { entry, explanation } = explained;
    writeln!(
        out,
        "    entry {}  score {:.3}, similarity {:.3}",
        entry.id, explanation.score, explanation.similarity
    )?;
    let phrasings: Vec<_> = entry.content.phrasings().collect();
    print_explanation(out, question, &phrasings, explanation)?;
    writeln!(out)
}

/// Prints an explanation of a question held against an entry with these phrasings.
pub(super) fn print_explanation(
    out: &mut impl Write,
    question: &str,
    phrasings: &[&str],
    explanation: &Explanation,
) -> io::Result<()> {
    writeln!(out, "    {}", explanation.sentence)?;
    let spans = explanation.guards.iter().flat_map(|guard| &guard.query_spans);
    row(out, "question", &marked(question, spans))?;
    for (place, phrasing) in phrasings.iter().enumerate() {
        let spans = explanation.guards.iter().flat_map(|guard| &guard.entry_spans);
        let mut spans = spans.filter(|span| span.phrasing == place).peekable();
        // The question of an entry names it; an alternative counts where a guard saw something.
        if place == 0 || spans.peek().is_some() {
            let text = marked(phrasing, spans.map(|PhrasingSpan { span, .. }| span));
            row(out, "approved", &text)?;
        }
    }
    for guard in &explanation.guards {
        let [asked, named] = [&guard.query_values, &guard.entry_values]
            .map(|values| if values.is_empty() { "none".into() } else { values.join(", ") });
        let (kind, result) = (guard.kind.as_str(), guard.result.as_str());
        writeln!(out, "    {kind} {result}: {asked} / {named}")?;
        row(out, "", &format!("{}: {}", guard.effect.as_str(), guard.reason))?;
    }
    print_figures(out, explanation)
}

fn print_figures(out: &mut impl Write, explanation: &Explanation) -> io::Result<()> {
    for feature in &explanation.features {
        let figures =
            format!("{:>7.3} {:>+8.3}  {}", feature.value, feature.contribution, feature.words);
        row(out, feature.name, &figures)?;
    }
    if let Some(intercept) = explanation.intercept {
        row(out, "intercept", &format!("{:>7} {intercept:>+8.3}", ""))?;
    }
    if let Some(probability) = explanation.probability {
        row(out, "probability", &format!("{probability:>7.3}"))?;
    }
    if let Some(factor) = explanation.guard_factor.filter(|factor| *factor < 1.0) {
        row(out, "guard factor", &format!("{factor:>7.3}"))?;
    }
    if let Some(heard) = &explanation.second_opinion {
        let odds = heard.log_odds.map_or_else(|| "      -".into(), |odds| format!("{odds:>+7.3}"));
        let what = format!("{odds}  {} of {}", heard.outcome.as_str(), heard.model);
        row(out, "second opinion", &what)?;
    }
    if let Some(applied) = &explanation.calibration {
        let raw = explanation.raw_score;
        row(out, "raw score", &format!("{raw:>7.3}  calibration {}", applied.version))?;
    }
    let thresholds = &explanation.thresholds;
    row(out, "score", &held(explanation.score, thresholds.serve_threshold))?;
    if let Some(least) = thresholds.min_similarity {
        row(out, "similarity", &held(explanation.similarity, least))?;
    }
    if let Some(rival) = &explanation.closest_rival {
        row(out, "closest rival", rival.as_str())?;
    }
    Ok(())
}

fn held(found: f64, least: f64) -> String {
    let sign = if found >= least { ">=" } else { "<" };
    format!("{found:>7.3}  {sign} {least:.3}")
}

fn row(out: &mut impl Write, name: &str, what: &str) -> io::Result<()> {
    writeln!(out, "{}", format!("      {name:<18} {what}").trim_end())
}

/// The text on one line, its `spans` in brackets. Marks below a line would need the width of every
/// character on the reader's screen.
fn marked<'a>(text: &str, spans: impl Iterator<Item = &'a Span>) -> String {
    let mut ranges: Vec<Range<usize>> = spans.map(|span| span.start..span.end).collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut shown = String::with_capacity(text.len() + 2 * ranges.len());
    let mut done = 0;
    let mut ranges = ranges.into_iter().peekable();
    while let Some(Range { start, mut end }) = ranges.next() {
        while let Some(next) = ranges.next_if(|next| next.start < end) {
            end = end.max(next.end);
        }
        let (before, named) = (text.get(done..start), text.get(start..end));
        shown.extend([before.unwrap_or_default(), "[", named.unwrap_or_default(), "]"]);
        done = end;
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_marked_once_and_on_one_line() {
        let check = |text: &str, places: &[(usize, usize)], expected: &str| {
            let span =
                |&(start, end): &(usize, usize)| Span { start, end, text: text[start..end].into() };
            let spans: Vec<_> = places.iter().map(span).collect();
            assert_eq!(marked(text, spans.iter()), expected);
        };
        check("nel 2023", &[(4, 8)], "nel [2023]");
        check("è\n2023 👍🏽", &[(3, 7)], "è [2023] 👍🏽");
        check("art. 3 del 2023", &[(11, 15), (0, 6), (5, 6)], "[art. 3] del [2023]");
        check("due parole", &[(0, 3), (0, 10)], "[due parole]");
        check("niente", &[], "niente");
    }
}
