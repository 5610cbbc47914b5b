//! The layer that is a TOML file: keys with the line that they stand on.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::keys::{KEYS, Key, find};
use super::rule::Given;
use super::show::Source;

/// A value of a known key.
pub(super) struct Entry {
    pub(super) key: &'static Key,
    pub(super) given: Given,
    pub(super) line: usize,
}

/// Reads the settings of a TOML text. Nothing is taken from a text that is not TOML.
pub(super) fn parse(text: &str, path: &Path, faults: &mut Vec<Fault>) -> Vec<Entry> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let source = |line| Source::File { path: path.to_path_buf(), line };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let line = line_of(error.span().map_or(0, |span| span.start));
            // The text of the line is left out: it may be a secret.
            let detail = format!("is not valid TOML: {}", error.message());
            faults.push(Fault::new(path.display().to_string(), source(line), detail));
        }
        return Vec::new();
    }
    let mut entries = Vec::new();
    for (section, value) in table.get_ref() {
        let section_line = line_of(section.span().start);
        let section = section.get_ref();
        let DeValue::Table(keys) = value.get_ref() else {
            let fault = Fault::unknown(section, source(section_line), |key| key.name.to_owned());
            faults.push(fault);
            continue;
        };
        if keys.is_empty() && !KEYS.iter().any(|key| in_section(key, section)) {
            let name = format!("[{section}]");
            faults.push(Fault::new(name, source(section_line), "is not a section"));
        }
        for (name, value) in keys {
            let line = line_of(name.span().start);
            let name = format!("{section}.{}", name.get_ref());
            match find(&name) {
                Some(key) => entries.push(Entry { key, given: given(value.get_ref()), line }),
                None => {
                    let say = |key: &Key| key.name.to_owned();
                    faults.push(Fault::unknown(&name, source(line), say));
                }
            }
        }
    }
    entries.sort_by_key(|entry| entry.line);
    entries
}

fn in_section(key: &Key, section: &str) -> bool {
    key.name.split_once('.').is_some_and(|(of_key, _)| of_key == section)
}

fn given(value: &DeValue<'_>) -> Given {
    match value {
        DeValue::String(text) => Given::Text(text.clone().into_owned()),
        DeValue::Integer(number) => {
            match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Given::Integer(number),
                // Beyond 64 bits: beyond every limit too.
                Err(_) if number.as_str().starts_with('-') => Given::Integer(i64::MIN),
                Err(_) => Given::Integer(i64::MAX),
            }
        }
        DeValue::Float(number) => {
            number.as_str().parse().map_or(Given::Other("float"), Given::Float)
        }
        DeValue::Boolean(value) => Given::Boolean(*value),
        other => Given::Other(other.type_str()),
    }
}
