//! The figures as tables.

use std::collections::BTreeMap;

use goldenset_core::guards::GuardKind;
use goldenset_engine::eval::{
    Acceptance, Figures, Paired, Pairs, Questions, Rate, Report, TrapFigures,
};

use crate::report::table::Table;

/// The configuration in a line.
pub(super) fn configuration(label: &str, report: &Report) -> String {
    let configuration = &report.configuration;
    format!(
        "{label} {}: model {}, score {}, serve threshold {}, least similarity {}",
        configuration.name,
        configuration.model,
        configuration.verifier,
        configuration.serve_threshold,
        configuration.min_similarity
    )
}

/// All tables of a report.
pub(super) fn all(report: &Report) -> Vec<Table> {
    let questions = report.questions.iter().flat_map(|questions| {
        [
            served(questions),
            found(questions),
            risk(questions),
            points(questions),
            held_back(questions),
        ]
    });
    questions.chain(report.pairs.iter().flat_map(of_pairs)).collect()
}

/// All questions, and each part where there are several.
fn parts<'a, F>(all: &'a F, parts: &[(&str, &'a BTreeMap<String, F>)]) -> Vec<(String, &'a F)> {
    let several = parts.iter().filter(|(_, parts)| parts.len() > 1);
    let named = several.flat_map(|(what, parts)| {
        parts.iter().map(move |(name, figures)| (format!("{what} {name}"), figures))
    });
    std::iter::once(("all".to_owned(), all)).chain(named).collect()
}

fn all_parts(questions: &Questions) -> Vec<(String, &Figures)> {
    let Questions { all, by_kind, by_lang, by_set, .. } = questions;
    parts(all, &[("kind", by_kind), ("lang", by_lang), ("set", by_set)])
}

/// Without kinds, of which each is all answerable or not at all.
fn main_parts(questions: &Questions) -> Vec<(String, &Figures)> {
    let Questions { all, by_lang, by_set, .. } = questions;
    parts(all, &[("lang", by_lang), ("set", by_set)])
}

fn served(questions: &Questions) -> Table {
    let mut table = Table::new(
        "Served at the configured threshold",
        &["", "questions", "suggested", "covered", "served error", "95 %", "top-1", "AUC"],
        "covered: served right / answerable; served error: wrong or unanswerable / served, with its \
         exact interval; top-1: best candidate right / answerable; AUC: whether its score tells \
         right from wrong",
    );
    for (name, figures) in all_parts(questions) {
        let interval = figures
            .served_error_95
            .map(|[lower, upper]| format!("{:.1}–{:.1} %", lower * 100.0, upper * 100.0));
        let counts = figures.counts;
        table.row(
            name,
            [
                counts.queries.to_string(),
                counts.suggested.to_string(),
                figures.coverage.to_string(),
                figures.served_error.to_string(),
                interval.unwrap_or_else(none),
                figures.top1.to_string(),
                decimals(figures.auc),
            ],
        );
    }
    table
}

fn found(questions: &Questions) -> Table {
    let mut table = Table::new(
        "Found: a right entry among the first, of the answerable questions",
        &["", "recall@1", "recall@3", "recall@5", "recall@10", "MRR", "MRR by score"],
        "recall and MRR in the order of similarity, as search brings the candidates; MRR over ten",
    );
    for (name, figures) in all_parts(questions) {
        if figures.counts.answerable == 0 {
            continue;
        }
        let recall = figures.recall;
        let rates =
            [recall.at_1, recall.at_3, recall.at_5, recall.at_10].map(|rate| rate.to_string());
        let mrr = [figures.mrr_similarity, figures.mrr_score].map(decimals);
        table.row(name, rates.into_iter().chain(mrr));
    }
    table
}

fn risk(questions: &Questions) -> Table {
    let mut table = Table::new(
        "Covered within a served error, the threshold chosen on the same questions",
        &["", "≤ 2 %", "from score", "≤ 5 %", "from score", "≤ 10 %", "from score", "AURC"],
        "AURC: area under the risk-coverage curve over all questions, less is better",
    );
    for (name, figures) in main_parts(questions) {
        let at = figures.coverage_at.values();
        let cells = at.flat_map(|at| [at.coverage.to_string(), decimals(at.threshold)]);
        table.row(name, cells.chain([decimals(figures.aurc)]));
    }
    table
}

fn points(questions: &Questions) -> Table {
    let mut table = Table::new(
        "Unanswerable questions served where 50 % and 70 % of the right best candidates are",
        &["", "at 50 %", "at 70 %"],
        "the thresholds are chosen on the questions of a language or set itself, for kinds on all; \
         -: guards and similarity let fewer right ones through",
    );
    let row = |table: &mut Table, name: &str, cells: Vec<String>| table.row(name, cells);
    for (name, figures) in main_parts(questions) {
        let from = figures.points.iter().map(|point| decimals(point.threshold));
        row(&mut table, &format!("{name}: from score"), from.collect());
        let rates = figures
            .points
            .iter()
            .map(|point| at(point.threshold.map(|_| point.unanswerable_served)));
        row(&mut table, &format!("{name}: unanswerable"), rates.collect());
        let errors =
            figures.points.iter().map(|point| at(point.threshold.map(|_| point.served_error)));
        row(&mut table, &format!("{name}: served error"), errors.collect());
    }
    let kinds = questions.all.points.first().map(|point| point.by_kind.keys());
    for kind in kinds.into_iter().flatten() {
        let rates = questions
            .all
            .points
            .iter()
            .map(|point| at(point.threshold.and_then(|_| point.by_kind.get(kind).copied())));
        row(&mut table, &format!("kind {kind}"), rates.collect());
    }
    table
}

fn held_back(questions: &Questions) -> Table {
    let mut table = Table::new(
        "Right answers held back by guards, of the answerable questions",
        &["", "refused", "at most suggested", "by"],
        "the most similar candidate answers the question; by: guard, refused + at most suggested",
    );
    for (name, figures) in main_parts(questions) {
        let held = &figures.held_back;
        let guards = held.by_guard.iter().map(|(kind, by): (&GuardKind, _)| {
            format!("{kind} {}+{}", by.refused, by.suggest_only)
        });
        let guards = guards.collect::<Vec<_>>().join(", ");
        let guards = if guards.is_empty() { none() } else { guards };
        table.row(name, [held.refused.to_string(), held.suggest_only.to_string(), guards]);
    }
    table
}

fn of_pairs(pairs: &Pairs) -> Vec<Table> {
    let Pairs { all, by_lang, by_set } = pairs;
    let parts = parts(all, &[("lang", by_lang), ("set", by_set)]);
    let mut tables: Vec<_> =
        parts.iter().take(1).map(|(name, figures)| traps(name, figures, true)).collect();
    tables.extend(parts.iter().skip(1).map(|(name, figures)| traps(name, figures, false)));
    tables
}

/// Pairs taken for the same; `kinds`: also by kind of those that are.
fn traps(name: &str, figures: &TrapFigures, kinds: bool) -> Table {
    let mut table = Table::new(
        &format!("Pairs taken for the same: {name}"),
        &["", "at 50 %", "at 70 %", "configured", "AUC"],
        match kinds {
            true => {
                "at the scores that accept 50 % and 70 % of the pairs that are the same; what a \
                     guard holds back is never accepted; AUC: traps against all that are the same; \
                     -: guards let fewer through"
            }
            false => "",
        },
    );
    let cells = |accepted: &Acceptance| {
        [at(accepted.at_50), at(accepted.at_70), accepted.working.to_string()]
    };
    let from = [decimals(figures.threshold_50), decimals(figures.threshold_70)];
    table.row("from score", from.into_iter().chain([none(), none()]));
    table.row("same", cells(&figures.same).into_iter().chain([none()]));
    if figures.same_by_kind.len() > 1 {
        for (kind, accepted) in &figures.same_by_kind {
            table.row(format!("same: {kind}"), cells(accepted).into_iter().chain([none()]));
        }
    }
    let trap = |traps: &goldenset_engine::eval::Traps| {
        cells(&traps.accepted).into_iter().chain([decimals(traps.auc)])
    };
    table.row("traps", trap(&figures.traps));
    for (kind, traps) in &figures.traps_by_kind {
        table.row(format!("trap: {kind}"), trap(traps));
    }
    table
}

/// Two configurations side by side.
pub(super) fn differences(paired: &Paired) -> Table {
    let Paired { resamples, seed, .. } = paired;
    let mut table = Table::new(
        "Against the other configuration",
        &["", "this", "against", "difference", "95 %", "this one is"],
        &format!("paired bootstrap over the questions, {resamples} draws, seed {seed}"),
    );
    for one in &paired.differences {
        let interval = one.interval_95.map(|[lower, upper]| format!("{lower:+.3} to {upper:+.3}"));
        table.row(
            one.figure.replace('_', " "),
            [
                decimals(one.this),
                decimals(one.against),
                one.difference.map_or_else(none, |difference| format!("{difference:+.3}")),
                interval.unwrap_or_else(none),
                one.verdict.as_str().into(),
            ],
        );
    }
    table
}

fn at(rate: Option<Rate>) -> String {
    rate.map_or_else(none, |rate| rate.to_string())
}

fn decimals(value: Option<f64>) -> String {
    value.map_or_else(none, |value| format!("{value:.3}"))
}

fn none() -> String {
    "-".into()
}
