//! The golden sets, questions and pairs that are measured on.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use goldenset_core::{Code, EntryContent, EntryId, Error, Result, Validity};
use goldenset_engine::eval::{LabelledPair, LabelledQuery};
use serde::de::DeserializeOwned;

use super::super::args::Eval;
use super::super::files::{read_entries, read_jsonl_lines};

/// The rows of a file, each with its line.
pub(super) struct Rows<T> {
    path: PathBuf,
    lines: Vec<usize>,
    /// The rows.
    pub(super) rows: Vec<T>,
}

impl<T: DeserializeOwned> Rows<T> {
    fn read(path: &Path) -> Result<Self> {
        let (lines, rows) = read_jsonl_lines(path)?.into_iter().unzip();
        Ok(Self { path: path.to_owned(), lines, rows })
    }

    /// Drops the rows that are not wanted.
    fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        let lines = std::mem::take(&mut self.lines).into_iter();
        let kept = lines.zip(std::mem::take(&mut self.rows)).filter(|(_, row)| wanted(row));
        (self.lines, self.rows) = kept.unzip();
    }
}

impl<T> Rows<T> {
    /// File and line of a row.
    pub(super) fn place(&self, row: usize) -> String {
        let line = self.lines.get(row).copied().unwrap_or_default();
        format!("{}:{line}", self.path.display())
    }

    fn missing(&self, what: &str, fix: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::new(Code::BadRows, what).field(self.path.display().to_string()).fix(fix)
    }
}

/// A golden set with its questions.
pub(super) struct GoldenSet {
    /// Name, for reports.
    pub(super) name: String,
    /// The entries.
    pub(super) entries: Vec<(EntryId, EntryContent)>,
    /// The questions.
    pub(super) queries: Rows<LabelledQuery>,
}

/// Everything that is measured on.
pub(super) struct Sets {
    /// Golden sets, with one question each at least.
    pub(super) golden: Vec<GoldenSet>,
    /// Pairs, with the name of their set or file.
    pub(super) pairs: Vec<(String, Rows<LabelledPair>)>,
}

impl Sets {
    /// Reads what the command line names.
    pub(super) fn read(eval: &Eval) -> Result<Self> {
        let mut sets = Self { golden: Vec::new(), pairs: Vec::new() };
        for folder in &eval.set {
            let name = sets.name(folder);
            let [entries, queries] =
                ["entries.jsonl", "queries.jsonl"].map(|name| folder.join(name));
            sets.golden.push(golden_set(name.clone(), &entries, &queries, eval)?);
            let pairs = folder.join("pairs.jsonl");
            if pairs.exists() {
                sets.pairs.push((name, read_pairs(&pairs)?));
            }
        }
        if let Some((entries, queries)) = eval.entries.as_ref().zip(eval.queries.as_ref()) {
            let name = sets.name(queries);
            sets.golden.push(golden_set(name, entries, queries, eval)?);
        }
        for file in &eval.pairs {
            let name = sets.name(file);
            sets.pairs.push((name, read_pairs(file)?));
        }
        Ok(sets)
    }

    /// The last part of a path; all of it where another set is called so.
    fn name(&self, path: &Path) -> String {
        let whole = path.display().to_string();
        let Some(short) = path.file_name() else { return whole };
        let short = short.to_string_lossy().into_owned();
        let mut taken =
            self.golden.iter().map(|set| &set.name).chain(self.pairs.iter().map(|(name, _)| name));
        if taken.any(|name| *name == short) { whole } else { short }
    }
}

fn golden_set(name: String, entries: &Path, queries: &Path, eval: &Eval) -> Result<GoldenSet> {
    let mut content = read_entries(entries)?;
    if content.is_empty() {
        return Err(Error::new(Code::BadRows, "the golden set has no entry")
            .field(entries.display().to_string())
            .fix("give at least one entry; the fields are those of `goldenset import --help`"));
    }
    if eval.as_of.is_none() {
        content.iter_mut().for_each(|(_, content)| content.validity = Validity::default());
    }
    let mut queries = Rows::<LabelledQuery>::read(queries)?;
    if let Some(split) = &eval.split {
        let splits = queries.rows.iter().filter_map(|query| query.split.clone());
        let splits = splits.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        queries.retain(|query| query.split.as_ref() == Some(split));
        if queries.rows.is_empty() {
            let fix = match splits.is_empty() {
                true => "leave --split out: no question here has one".into(),
                false => format!("leave --split out or give one of: {splits}"),
            };
            return Err(queries.missing(&format!("no question has the split `{split}`"), fix));
        }
    }
    if queries.rows.is_empty() {
        let fix = "give a file with one {\"query\", \"gold\"} object a line";
        return Err(queries.missing("there is no question to evaluate", fix));
    }
    warn_of_unknown_gold(&content, &queries);
    Ok(GoldenSet { name, entries: content, queries })
}

fn read_pairs(path: &Path) -> Result<Rows<LabelledPair>> {
    let pairs = Rows::<LabelledPair>::read(path)?;
    if pairs.rows.is_empty() {
        let fix = "give a file with one {\"a\", \"b\", \"same\"} object a line";
        return Err(pairs.missing("there is no pair to compare", fix));
    }
    Ok(pairs)
}

/// A label that names no entry is most likely misspelt, and counts against the set.
fn warn_of_unknown_gold(entries: &[(EntryId, EntryContent)], queries: &Rows<LabelledQuery>) {
    let known: HashSet<_> = entries.iter().map(|(id, _)| id).collect();
    let rows = queries.rows.iter().enumerate();
    let mut unknown = rows.filter_map(|(row, query)| {
        query.gold.iter().find(|id| !known.contains(id)).map(|id| (row, id))
    });
    if let Some((row, id)) = unknown.next() {
        tracing::warn!(
            at = queries.place(row),
            questions = 1 + unknown.count(),
            "gold names entries that the set does not have, first `{id}`: that label is never right"
        );
    }
}
