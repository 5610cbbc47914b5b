//! Entries: what experts approve.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::canonical::Canonical;
use crate::error::Code;
use crate::reference::Reference;
use crate::validity::Validity;

/// Longest question, alternative or lookup text, in bytes.
pub const MAX_QUESTION_BYTES: usize = 8 * 1024;
/// Longest answer, in bytes.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// Most alternatives, references or tags of one entry.
pub const MAX_ITEMS: usize = 200;
/// Longest reference, tag, category or language, in bytes.
pub const MAX_ITEM_BYTES: usize = 1024;

/// What one version of an entry says: one approved question with its alternative phrasings, one
/// answer, what the answer rests on, and when it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryContent {
    /// The approved question.
    pub question: String,
    /// Other phrasings of the same question.
    #[serde(default)]
    pub alternatives: Vec<String>,
    /// The answer, Markdown.
    pub answer: String,
    /// What the answer rests on, as shown to readers.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// Topic, chosen by the team.
    #[serde(default)]
    pub category: Option<String>,
    /// Free labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Language of the question, as the team writes it (`it`, `en`).
    #[serde(default)]
    pub lang: Option<String>,
    /// When it is in force.
    #[serde(flatten)]
    pub validity: Validity,
    /// The last day on which the answer needs no review, none: until further notice. Past it the
    /// entry is context at best.
    #[serde(default)]
    pub review_by: Option<Date>,
}

/// One wrong field of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field, with the index where it is a list: `alternatives[2]`.
    pub field: String,
    /// The code of the fault.
    pub code: Code,
    /// What is wrong with it.
    pub detail: String,
}

impl EntryContent {
    /// The question and its alternatives: every text that a lookup may match, the question first.
    pub fn phrasings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question.as_str()).chain(self.alternatives.iter().map(String::as_str))
    }

    /// Every rule that the content breaks, none when it may be stored.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut fault = |field: String, code, detail: String| {
            faults.push(FieldFault { field, code, detail });
        };
        let mut text = |field: String, value: &str, max: usize, question: bool| {
            if value.trim().is_empty() {
                fault(field, Code::InvalidField, "is empty".into());
            } else if value.len() > max {
                let detail = format!("is {} bytes long, the limit is {max}", value.len());
                fault(field, Code::InvalidField, detail);
            } else if value.contains('\0') {
                // Not every database can hold it.
                fault(field, Code::InvalidField, "has a NUL character".into());
            } else if question && Canonical::of(value).as_str().is_empty() {
                // No lookup would ever find it.
                fault(field, Code::InvalidField, "has no letter and no digit".into());
            }
        };
        text("question".into(), &self.question, MAX_QUESTION_BYTES, true);
        text("answer".into(), &self.answer, MAX_ANSWER_BYTES, false);
        for (name, items, max) in [
            ("alternatives", &self.alternatives, MAX_QUESTION_BYTES),
            ("tags", &self.tags, MAX_ITEM_BYTES),
        ] {
            for (index, item) in items.iter().enumerate() {
                text(format!("{name}[{index}]"), item, max, name == "alternatives");
            }
        }
        for (index, reference) in self.references.iter().enumerate() {
            let Reference { text: shown, document, version } = reference;
            let place = format!("references[{index}]");
            let inside = |name: &str| format!("{place}.{name}");
            let of_text = if reference.is_plain() { place.clone() } else { inside("text") };
            text(of_text, shown, MAX_ITEM_BYTES, false);
            if let Some(document) = document {
                // By a name without letter and digit nobody could say that it has changed.
                text(inside("document"), document, MAX_ITEM_BYTES, true);
            }
            if let Some(version) = version {
                text(inside("version"), version, MAX_ITEM_BYTES, false);
            }
        }
        for (name, value) in [("category", &self.category), ("lang", &self.lang)] {
            if let Some(value) = value {
                text(name.into(), value, MAX_ITEM_BYTES, false);
            }
        }
        for (name, items) in [
            ("alternatives", self.alternatives.len()),
            ("references", self.references.len()),
            ("tags", self.tags.len()),
        ] {
            if items > MAX_ITEMS {
                let detail = format!("has {items} items, the limit is {MAX_ITEMS}");
                fault(name.into(), Code::TooMany, detail);
            }
        }
        if self.validity.is_empty() {
            fault("valid_until".into(), Code::InvalidField, "lies before valid_from".into());
        }
        faults
    }
}

/// Where an entry stands. Only a published entry is ever served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Written, never published.
    Draft,
    /// One of its versions is served.
    Published,
    /// Taken out of service.
    Retired,
}

impl EntryStatus {
    /// The status as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Retired => "retired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_their_field() {
        let content = EntryContent {
            question: " ".into(),
            alternatives: vec!["ok".into(), String::new(), "?!".into()],
            answer: "a\0".into(),
            references: vec![
                "art. 1".into(),
                Reference { text: "".into(), document: Some("?".into()), version: None },
            ],
            category: None,
            tags: vec![],
            lang: None,
            validity: Validity {
                valid_from: Some(jiff::civil::date(2025, 1, 2)),
                valid_until: Some(jiff::civil::date(2025, 1, 1)),
            },
            review_by: None,
        };
        let fields: Vec<_> = content.faults().into_iter().map(|fault| fault.field).collect();
        assert_eq!(
            fields,
            [
                "question",
                "answer",
                "alternatives[1]",
                "alternatives[2]",
                "references[1].text",
                "references[1].document",
                "valid_until",
            ]
        );
    }
}
