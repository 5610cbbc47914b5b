//! What is wrong with a row of a file, and where.

use std::fmt;

use goldenset_core::Code;
use serde::{Serialize, Serializer};

/// One fault of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// Line that the row begins on, from 1. A row of a CSV file may go on over several.
    pub line: u64,
    /// The field, with the index where it is a list (`alternatives[2]`); none when the whole row is
    /// concerned.
    pub field: Option<String>,
    /// The code of the fault.
    #[serde(serialize_with = "as_str")]
    pub code: Code,
    /// What is wrong with the field or the row: `is empty`.
    pub detail: String,
}

impl RowFault {
    /// A fault of a whole row.
    pub(super) fn of_row(line: u64, code: Code, detail: impl Into<String>) -> Self {
        Self { line, field: None, code, detail: detail.into() }
    }

    /// A fault of one field.
    pub(super) fn of_field(
        line: u64,
        field: impl Into<String>,
        code: Code,
        detail: impl Into<String>,
    ) -> Self {
        Self { line, field: Some(field.into()), code, detail: detail.into() }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "line {}: `{field}` {}", self.line, self.detail),
            None => write!(f, "line {}: the row {}", self.line, self.detail),
        }
    }
}

fn as_str<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.as_str())
}
