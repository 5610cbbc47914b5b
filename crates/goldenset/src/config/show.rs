//! What is set, where it came from, and what the operator should know about it.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;
use toml::Value;

use super::keys::Key;
use super::load::Loaded;
use super::rule::{Rule, redacted_url};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The compiled default.
    Default,
    /// A file.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The environment, under this name.
    Environment(String),
    /// The command line, by this flag.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "file {}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One key with its value.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) key: &'static Key,
    pub(super) value: Value,
    pub(super) source: Source,
}

impl Setting {
    /// The value without what must not be seen.
    fn shown(&self) -> Value {
        match (self.key.rule, &self.value) {
            (Rule::PrivateUrl | Rule::HttpUrl, Value::String(url)) => {
                Value::String(redacted_url(url))
            }
            (Rule::Key, Value::String(key)) if !key.is_empty() => Value::String("***".into()),
            (_, value) => value.clone(),
        }
    }
}

/// Something the operator should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The key concerned.
    pub key: String,
    /// What it is.
    pub detail: String,
    /// What to do about it.
    pub fix: String,
}

impl Notice {
    pub(super) fn new(
        key: impl Into<String>,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (key, detail, fix) = (key.into(), detail.into(), fix.into());
        Self { key, detail, fix }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.key, self.detail, self.fix)
    }
}

impl Loaded {
    /// Every setting with its value and where it came from, one a line. Secrets are not in it.
    #[must_use]
    pub fn table(&self) -> String {
        let rows: Vec<_> = self
            .settings
            .iter()
            .map(|setting| {
                [
                    setting.key.name.to_owned(),
                    setting.shown().to_string(),
                    setting.source.to_string(),
                ]
            })
            .collect();
        let width = |column: usize| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let (keys, values) = (width(0), width(1));
        let mut table = String::new();
        for [key, value, source] in &rows {
            table += &format!("{key:keys$}  {value:values$}  {source}\n");
        }
        table
    }

    /// The same as JSON: `{"settings": [{"key", "value", "source"}], "notices": […]}`.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|setting| {
                json!({
                    "key": setting.key.name,
                    "value": setting.shown(),
                    "source": setting.source.to_string(),
                })
            })
            .collect();
        json!({ "settings": settings, "notices": self.notices })
    }
}
