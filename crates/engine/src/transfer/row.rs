//! One row: from named JSON values to an entry's content, with every fault on the way.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use goldenset_core::{Code, EntryContent, EntryId, Reference, Validity};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::{EmptyAnswers, Import, Reading, RowFault, UnknownFields};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text that must be there.
    Required,
    /// Text or nothing.
    Optional,
    /// A list of texts.
    List,
    /// A list of references, each a text or an object.
    References,
    /// A day or nothing.
    Day,
}

/// The fields, in the order in which they are written.
pub(super) const FIELDS: [(&str, Kind); 11] = [
    ("id", Kind::Required),
    ("question", Kind::Required),
    ("alternatives", Kind::List),
    ("answer", Kind::Required),
    ("category", Kind::Optional),
    ("tags", Kind::List),
    ("references", Kind::References),
    ("lang", Kind::Optional),
    ("valid_from", Kind::Day),
    ("valid_until", Kind::Day),
    ("review_by", Kind::Day),
];

/// What a field of this name holds, if there is one.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    FIELDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// The fault of a field that there is not, with the name that was probably meant.
pub(super) fn unknown_field(line: u64, name: &str) -> RowFault {
    let lower = name.trim().to_lowercase();
    let closest = FIELDS
        .iter()
        .map(|(known, _)| (strsim::normalized_damerau_levenshtein(&lower, known), *known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(similarity, _)| *similarity >= 0.6);
    let detail = match closest {
        Some((_, known)) => format!("is not a field; did you mean `{known}`?"),
        None => {
            let known: Vec<_> = FIELDS.iter().map(|(known, _)| *known).collect();
            format!("is not a field; the fields are {}", known.join(", "))
        }
    };
    // A name may be as long as a row.
    let name: String = name.chars().take(80).collect();
    RowFault::of_field(line, name, Code::UnknownField, detail)
}

/// A row as it is written.
#[derive(Serialize)]
pub(super) struct Written<'a> {
    pub(super) id: &'a str,
    pub(super) question: &'a str,
    pub(super) alternatives: &'a [String],
    pub(super) answer: &'a str,
    pub(super) category: Option<&'a str>,
    pub(super) tags: &'a [String],
    pub(super) references: &'a [Reference],
    pub(super) lang: Option<&'a str>,
    pub(super) valid_from: Option<Date>,
    pub(super) valid_until: Option<Date>,
    pub(super) review_by: Option<Date>,
}

impl<'a> Written<'a> {
    pub(super) fn new(id: &'a EntryId, content: &'a EntryContent) -> Self {
        // Taken apart by name, so that a new field of an entry cannot be forgotten here.
        let EntryContent {
            question,
            alternatives,
            answer,
            references,
            category,
            tags,
            lang,
            validity: Validity { valid_from, valid_until },
            review_by,
        } = content;
        Self {
            id: id.as_str(),
            question,
            alternatives,
            answer,
            category: category.as_deref(),
            tags,
            references,
            lang: lang.as_deref(),
            valid_from: *valid_from,
            valid_until: *valid_until,
            review_by: *review_by,
        }
    }
}

/// Takes rows as they come and sorts the good from the bad.
pub(super) struct Collector {
    reading: Reading,
    first_lines: HashMap<EntryId, u64>,
    /// Required fields that no row can have, said once of the header.
    pub(super) absent: Vec<&'static str>,
    pub(super) import: Import,
}

impl Collector {
    pub(super) fn new(reading: Reading) -> Self {
        Self { reading, first_lines: HashMap::new(), absent: Vec::new(), import: Import::default() }
    }

    /// Whether unknown fields are faults.
    pub(super) fn refuses_unknown_fields(&self) -> bool {
        self.reading.unknown_fields == UnknownFields::Refuse
    }

    /// Whether a field has to be there.
    pub(super) fn requires(&self, name: &str) -> bool {
        kind_of(name) == Some(Kind::Required)
            && !(name == "answer" && self.reading.empty_answers == EmptyAnswers::Allow)
    }

    /// A row that cannot be taken apart.
    pub(super) fn unreadable(&mut self, fault: RowFault) {
        self.import.total += 1;
        self.import.faults.push(fault);
    }

    /// A row of known fields. `faults` are those found so far; of a field that is named in them
    /// nothing more is reported.
    pub(super) fn row(
        &mut self,
        line: u64,
        mut values: HashMap<&'static str, Value>,
        faults: Vec<RowFault>,
    ) {
        self.import.total += 1;
        let absent = self.absent.clone();
        let mut row = Row { line, values: &mut values, absent: &absent, faults };
        let id = row.required("id", self.requires("id"));
        let question = row.required("question", true);
        let alternatives = row.list("alternatives");
        let answer = row.required("answer", self.requires("answer"));
        let category = row.optional("category");
        let tags = row.list("tags");
        let references = row.references("references");
        let lang = row.optional("lang");
        let validity =
            Validity { valid_from: row.day("valid_from"), valid_until: row.day("valid_until") };
        let content = EntryContent {
            question,
            alternatives,
            answer,
            references,
            category,
            tags,
            lang,
            validity,
            review_by: row.day("review_by"),
        };
        for fault in content.faults() {
            let allowed = fault.field == "answer"
                && content.answer.trim().is_empty()
                && self.reading.empty_answers == EmptyAnswers::Allow;
            if !allowed {
                row.fault(&fault.field, fault.code, fault.detail);
            }
        }
        let id = self.checked_id(&mut row, &id);
        let mut faults = row.faults;
        faults.sort_by_key(|fault| position(fault.field.as_deref()));
        match id {
            Some(id) if faults.is_empty() => self.import.rows.push((id, content)),
            _ => self.import.faults.append(&mut faults),
        }
    }

    /// The id when it is one and no row before has it. A bad row keeps its id too: the row that
    /// repeats it is not thereby good.
    fn checked_id(&mut self, row: &mut Row<'_>, text: &str) -> Option<EntryId> {
        let id = match EntryId::new(text) {
            Ok(id) => id,
            Err(error) => {
                row.fault("id", error.code, error.detail.replace("the entry id ", ""));
                return None;
            }
        };
        match self.first_lines.entry(id) {
            Entry::Occupied(first) => {
                let detail = format!("is the same as on line {}", first.get());
                row.fault("id", Code::InvalidField, detail);
                None
            }
            Entry::Vacant(free) => {
                let id = free.key().clone();
                free.insert(row.line);
                Some(id)
            }
        }
    }
}

/// Where a field stands among the faults of a row: the row itself first, unknown fields last.
fn position(field: Option<&str>) -> usize {
    let Some(field) = field else { return 0 };
    let name = field.split_once('[').map_or(field, |(name, _)| name);
    FIELDS.iter().position(|(known, _)| *known == name).map_or(FIELDS.len() + 1, |at| at + 1)
}

/// The values of a row that are not read yet, and the faults so far.
struct Row<'a> {
    line: u64,
    values: &'a mut HashMap<&'static str, Value>,
    absent: &'a [&'static str],
    faults: Vec<RowFault>,
}

impl Row<'_> {
    /// Reports a field once: what is found first is the reason for what follows.
    fn fault(&mut self, field: &str, code: Code, detail: String) {
        let known = self.faults.iter().filter_map(|fault| fault.field.as_deref());
        let known = known
            .filter_map(|known| known.strip_prefix(field))
            .any(|rest| rest.is_empty() || rest.starts_with('.'));
        if !known && !self.absent.contains(&field) {
            self.faults.push(RowFault::of_field(self.line, field, code, detail));
        }
    }

    fn wrong_type(&mut self, field: &str, wanted: &str, value: &Value) {
        let detail = format!("must be {wanted}, is {}", type_of(value));
        self.fault(field, Code::InvalidField, detail);
    }

    fn required(&mut self, field: &'static str, must: bool) -> String {
        match self.values.remove(field) {
            Some(Value::String(text)) => return text,
            None | Some(Value::Null) if must => {
                self.fault(field, Code::MissingField, "is missing".into());
            }
            None | Some(Value::Null) => {}
            Some(other) => self.wrong_type(field, "text", &other),
        }
        String::new()
    }

    fn optional(&mut self, field: &'static str) -> Option<String> {
        match self.values.remove(field)? {
            Value::String(text) => return Some(text),
            Value::Null => {}
            other => self.wrong_type(field, "text or null", &other),
        }
        None
    }

    fn list(&mut self, field: &'static str) -> Vec<String> {
        let items = match self.values.remove(field) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.wrong_type(field, "a list of texts", &other);
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            if let Value::String(text) = item {
                texts.push(text);
            } else {
                self.wrong_type(&format!("{field}[{index}]"), "text", &item);
                // Keeps the index of what follows.
                texts.push(String::new());
            }
        }
        texts
    }

    fn references(&mut self, field: &'static str) -> Vec<Reference> {
        let items = match self.values.remove(field) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.wrong_type(field, "a list of texts or objects", &other);
                return Vec::new();
            }
        };
        let each = items.into_iter().enumerate();
        each.map(|(index, item)| match item {
            Value::String(text) => text.into(),
            Value::Object(fields) => self.reference(&format!("{field}[{index}]"), fields),
            other => {
                let place = format!("{field}[{index}]");
                self.wrong_type(&place, "text or an object with `text`", &other);
                // Keeps the index of what follows.
                String::new().into()
            }
        })
        .collect()
    }

    fn reference(&mut self, place: &str, fields: serde_json::Map<String, Value>) -> Reference {
        let mut reference = Reference::from("");
        let mut given = false;
        for (name, value) in fields {
            let inside = format!("{place}.{name}");
            match (name.as_str(), value) {
                ("text", Value::String(text)) => {
                    given = true;
                    reference.text = text;
                }
                ("document", Value::String(text)) => reference.document = Some(text),
                ("version", Value::String(text)) => reference.version = Some(text),
                ("document" | "version", Value::Null) => {}
                ("text", other) => {
                    given = true;
                    self.wrong_type(&inside, "text", &other);
                }
                ("document" | "version", other) => {
                    self.wrong_type(&inside, "text or null", &other);
                }
                _ => {
                    let detail = "is not a field; the fields are text, document, version".into();
                    let inside = inside.chars().take(80).collect::<String>();
                    self.fault(&inside, Code::UnknownField, detail);
                }
            }
        }
        if !given {
            // Under the name by which an empty text is reported, so that it is said once.
            let shown = if reference.is_plain() { "" } else { ".text" };
            let detail = "is an object without `text`".into();
            self.fault(&format!("{place}{shown}"), Code::MissingField, detail);
        }
        reference
    }

    fn day(&mut self, field: &'static str) -> Option<Date> {
        match self.values.remove(field)? {
            Value::Null => {}
            Value::String(text) => {
                // Jiff also reads days with a time or without dashes; a file has one form.
                let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
                if day.is_some() {
                    return day;
                }
                let shown: String = text.chars().take(40).collect();
                let detail = format!("is not a day written as 2024-12-31: `{shown}`");
                self.fault(field, Code::InvalidField, detail);
            }
            other => self.wrong_type(field, "a day (`2024-12-31`) or null", &other),
        }
        None
    }
}

/// The type of a value in words.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
