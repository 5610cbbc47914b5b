//! The ways in which versions are picked. A version comes with its lists as JSON in one row,
//! so a whole set takes one query and no row is looked up by itself.

use super::driver::{entries_join, json_array, json_each, json_object};

macro_rules! joined {
    ($columns:expr, $table:literal, $version:literal, $filter:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM entries e ",
            entries_join!(),
            " ",
            $table,
            " x",
            " ON x.tenant = e.tenant AND x.id = e.id",
            $version,
            " WHERE e.tenant = $1 AND ",
            $filter,
            " ORDER BY ",
            $order
        )
    };
}

// One list of the version `x` as a JSON array. The primary key is the order of the inner query.
macro_rules! list {
    ($table:literal) => {
        concat!(
            "(SELECT ",
            json_array!("text"),
            " FROM (SELECT l.text FROM ",
            $table,
            " l",
            " WHERE l.tenant = x.tenant AND l.id = x.id AND l.version = x.version",
            " ORDER BY l.position) l)"
        )
    };
}

// The references of the version `x`, each with its three fields.
macro_rules! references {
    () => {
        concat!(
            "(SELECT ",
            json_array!(concat!(
                json_object!(),
                "('text', text, 'document', document, 'version', document_version)"
            )),
            " FROM (SELECT l.text, l.document, l.document_version FROM entry_references l",
            " WHERE l.tenant = x.tenant AND l.id = x.id AND l.version = x.version",
            " ORDER BY l.position) l)"
        )
    };
}

macro_rules! versions {
    ($version:literal, $filter:literal, $order:literal) => {
        joined!(
            concat!(
                "x.id, x.version, e.status, e.published_version, x.question, x.answer, x.category, ",
                "x.lang, x.valid_from, x.valid_until, x.author, x.created_at, x.published_at, ",
                list!("alternatives"), ", ", references!(), ", ", list!("tags"),
                ", x.review_by, x.published_by, x.publish_reason"
            ),
            "versions", $version, $filter, $order
        )
    };
}

/// The first $2 served versions that have no embeddings of model $1, with what is embedded.
pub(in super::super) const BARE: &str = concat!(
    "SELECT x.tenant, x.id, x.version, x.question, ",
    list!("alternatives"),
    " FROM entries e ",
    entries_join!(),
    " versions x ON x.tenant = e.tenant AND x.id = e.id AND x.version = e.published_version",
    " WHERE e.status = 'published' AND NOT EXISTS (SELECT 1 FROM embeddings m",
    " WHERE m.tenant = x.tenant AND m.model = $1 AND m.id = x.id AND m.version = x.version)",
    " ORDER BY e.tenant, e.id LIMIT $2"
);

/// What tenant $1 serves after entry $2, at most $3 of it, by entry id.
pub(in super::super) const PUBLISHED: &str = concat!(
    versions!(
        " AND x.version = e.published_version",
        "e.status = 'published' AND e.id > $2",
        "e.id"
    ),
    " LIMIT $3"
);

/// What tenant $1 serves of the entries that changed after epoch $2, by entry id.
pub(in super::super) const PUBLISHED_SINCE: &str = versions!(
    " AND x.version = e.published_version",
    "e.status = 'published' AND e.id IN \
     (SELECT j.entry FROM journal j WHERE j.tenant = $1 AND j.epoch > $2)",
    "e.id"
);

/// The embeddings of model $3 for what [`PUBLISHED_SINCE`] picks, in its order.
pub(in super::super) const EMBEDDINGS_SINCE: &str = joined!(
    "x.id, x.version, x.vector, x.words",
    "embeddings",
    " AND x.version = e.published_version AND x.model = $3",
    "e.status = 'published' AND e.id IN \
     (SELECT j.entry FROM journal j WHERE j.tenant = $1 AND j.epoch > $2)",
    "e.id, x.position"
);

/// The vectors of model $2 for what [`PUBLISHED`] picks after entry $3 and up to entry $4, in its
/// order. None of words: they are read when they are needed.
pub(in super::super) const PUBLISHED_VECTORS: &str = joined!(
    "x.id, x.version, x.vector",
    "embeddings",
    " AND x.version = e.published_version AND x.model = $2",
    "e.status = 'published' AND e.id > $3 AND e.id <= $4",
    "e.id, x.position"
);

/// Where the entries of tenant $1 stand whose ids are in the JSON array $2, each in one of its own;
/// those that exist.
pub(in super::super) const STATES: &str = concat!(
    "SELECT e.id, e.status, e.head_version, e.published_version, x.content_hash FROM ",
    json_each!("$2"),
    " w ",
    entries_join!(),
    " entries e ON e.tenant = $1 AND e.id = w.value ->> 0 ",
    entries_join!(),
    " versions x ON x.tenant = e.tenant AND x.id = e.id AND x.version = e.head_version"
);

/// The words of model $2 for the versions of tenant $1 in the JSON array $3, each named by its
/// place there.
pub(in super::super) const WORDS: &str = concat!(
    "SELECT CAST(w.value ->> 0 AS BIGINT), x.words FROM ",
    json_each!("$3"),
    " w ",
    entries_join!(),
    " embeddings x ON x.tenant = $1 AND x.model = $2 AND x.id = w.value ->> 1",
    " AND x.version = CAST(w.value ->> 2 AS BIGINT) ORDER BY 1, x.position"
);

/// The newest version of each entry of tenant $1 after id $2, at most $3 of them, by entry id.
pub(in super::super) const PAGE: &str =
    concat!(versions!(" AND x.version = e.head_version", "e.id > $2", "e.id"), " LIMIT $3");

/// The newest version of entry $2 of tenant $1.
pub(in super::super) const HEAD: &str =
    versions!(" AND x.version = e.head_version", "e.id = $2", "e.id");

/// All versions of entry $2 of tenant $1, the newest first.
pub(in super::super) const HISTORY: &str = versions!("", "e.id = $2", "x.version DESC");
