//! Every table that holds something of a golden set, with its columns.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    Real,
    Text,
    Bytes,
    Switch,
}

use Kind::{Bytes, Real, Switch, Text, Whole};

/// A table that is copied.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// So many of its columns, the first ones, tell its rows apart and give their order.
    pub(crate) key: usize,
}

impl Table {
    /// Whether the database counts its rows.
    pub(crate) fn is_counted(&self) -> bool {
        matches!(self.columns, [("id", Whole), ..])
    }
}

const fn table(name: &'static str, key: usize, columns: &'static [(&'static str, Kind)]) -> Table {
    Table { name, columns, key }
}

/// In the order in which rows may be written: what others rest on comes first. Numbers of flushes
/// are of processes that have ended, so they stay behind.
pub(crate) const TABLES: &[Table] = &[
    table("tenants", 1, &[("tenant", Text), ("epoch", Whole)]),
    table(
        "entries",
        2,
        &[
            ("tenant", Text),
            ("id", Text),
            ("status", Text),
            ("head_version", Whole),
            ("published_version", Whole),
        ],
    ),
    table(
        "versions",
        3,
        &[
            ("tenant", Text),
            ("id", Text),
            ("version", Whole),
            ("question", Text),
            ("answer", Text),
            ("category", Text),
            ("lang", Text),
            ("valid_from", Text),
            ("valid_until", Text),
            ("review_by", Text),
            ("author", Text),
            ("created_at", Whole),
            ("published_at", Whole),
            ("published_by", Text),
            ("publish_reason", Text),
            ("content_hash", Bytes),
        ],
    ),
    table(
        "alternatives",
        4,
        &[("tenant", Text), ("id", Text), ("version", Whole), ("position", Whole), ("text", Text)],
    ),
    table(
        "entry_references",
        4,
        &[
            ("tenant", Text),
            ("id", Text),
            ("version", Whole),
            ("position", Whole),
            ("text", Text),
            ("document", Text),
            ("document_version", Text),
        ],
    ),
    table(
        "tags",
        4,
        &[("tenant", Text), ("id", Text), ("version", Whole), ("position", Whole), ("text", Text)],
    ),
    table(
        "embeddings",
        5,
        &[
            ("tenant", Text),
            ("model", Text),
            ("id", Text),
            ("version", Whole),
            ("position", Whole),
            ("dimensions", Whole),
            ("vector", Bytes),
            ("words", Bytes),
        ],
    ),
    table(
        "journal",
        3,
        &[
            ("tenant", Text),
            ("epoch", Whole),
            ("seq", Whole),
            ("kind", Text),
            ("entry", Text),
            ("version", Whole),
            ("at", Whole),
        ],
    ),
    table(
        "audit",
        1,
        &[
            ("id", Whole),
            ("at", Whole),
            ("actor", Text),
            ("action", Text),
            ("tenant", Text),
            ("entry", Text),
            ("version", Whole),
            ("detail", Text),
        ],
    ),
    table(
        "calibrations",
        2,
        &[
            ("tenant", Text),
            ("version", Whole),
            ("replaces", Whole),
            ("author", Text),
            ("created_at", Whole),
            ("content", Text),
        ],
    ),
    table("active_calibrations", 1, &[("tenant", Text), ("version", Whole)]),
    table(
        "day_counts",
        4,
        &[
            ("tenant", Text),
            ("day", Text),
            ("calibration", Whole),
            ("counter", Text),
            ("count", Whole),
        ],
    ),
    table(
        "audit_sample",
        1,
        &[
            ("id", Whole),
            ("tenant", Text),
            ("question", Text),
            ("entry", Text),
            ("version", Whole),
            ("match_type", Text),
            ("score", Real),
            ("certified_by", Whole),
            ("times", Whole),
            ("first_at", Whole),
            ("last_at", Whole),
            ("verdict", Text),
            ("better", Text),
            ("unanswerable", Switch),
            ("judged_by", Text),
            ("comment", Text),
            ("judged_at", Whole),
        ],
    ),
    table(
        "model_switches",
        1,
        &[("number", Whole), ("model", Text), ("former", Text), ("actor", Text), ("at", Whole)],
    ),
    table(
        "keys",
        1,
        &[
            ("id", Whole),
            ("name", Text),
            ("role", Text),
            ("tenant", Text),
            ("expert", Text),
            ("hash", Bytes),
            ("created_at", Whole),
            ("created_by", Text),
            ("revoked_at", Whole),
            ("revoked_by", Text),
        ],
    ),
    table(
        "reference_changes",
        2,
        &[
            ("tenant", Text),
            ("number", Whole),
            ("document", Text),
            ("version", Text),
            ("actor", Text),
            ("reason", Text),
            ("at", Whole),
            ("undone_at", Whole),
            ("undone_by", Text),
            ("undone_reason", Text),
        ],
    ),
    table(
        "reference_change_entries",
        3,
        &[
            ("tenant", Text),
            ("number", Whole),
            ("entry", Text),
            ("version", Whole),
            ("reference", Text),
        ],
    ),
    table("suspensions", 3, &[("tenant", Text), ("entry", Text), ("number", Whole)]),
    table(
        "experts",
        2,
        &[
            ("tenant", Text),
            ("handle", Text),
            ("role", Text),
            ("verified", Switch),
            ("stated", Real),
            ("strength", Real),
            ("held", Whole),
            ("failed", Whole),
            ("created_at", Whole),
            ("changed_at", Whole),
        ],
    ),
    table(
        "candidates",
        1,
        &[
            ("id", Whole),
            ("tenant", Text),
            ("revision", Whole),
            ("kind", Text),
            ("status", Text),
            ("open", Switch),
            ("signature", Bytes),
            ("entry", Text),
            ("published_version", Whole),
            ("priority", Real),
            ("content", Text),
        ],
    ),
    table(
        "trust_evidence",
        3,
        &[("tenant", Text), ("handle", Text), ("candidate", Whole), ("outcome", Text)],
    ),
    table(
        "feedback",
        1,
        &[
            ("id", Whole),
            ("tenant", Text),
            ("at", Whole),
            ("query", Text),
            ("signature", Bytes),
            ("entry", Text),
            ("version", Whole),
            ("kind", Text),
            ("category", Text),
            ("confidence", Real),
            ("seconds", Real),
            ("expert", Text),
            ("trust", Real),
            ("answer", Text),
            ("refs", Text),
            ("counted", Switch),
            ("reason", Text),
            ("candidate", Whole),
        ],
    ),
    table(
        "questions",
        2,
        &[
            ("tenant", Text),
            ("signature", Bytes),
            ("query", Text),
            ("entry", Text),
            ("recorder", Text),
            ("at", Whole),
        ],
    ),
    table(
        "done_once",
        1,
        &[("key", Text), ("fingerprint", Bytes), ("outcome", Text), ("at", Whole)],
    ),
    table(
        "missed_questions",
        1,
        &[
            ("id", Whole),
            ("tenant", Text),
            ("question", Text),
            ("signature", Bytes),
            ("count", Whole),
            ("first_at", Whole),
            ("last_at", Whole),
            ("examples", Text),
            ("more_examples", Switch),
            ("nearest", Text),
            ("candidate", Whole),
            ("told", Whole),
        ],
    ),
];
