//! What SQLite's faults mean for whoever has to act on them.

use std::path::Path;

use goldenset_core::{Code, Error};

/// A folder that cannot hold a golden set; `why` continues "the data folder ...".
pub(super) fn unusable(dir: &Path, why: &str) -> Error {
    Error::new(Code::DataDirUnusable, format!("the data folder {} {why}", dir.display()))
        .field(dir.display().to_string())
        .fix("choose a folder on a local disk that this user can read and write")
}

/// What to do with a damaged database.
pub(super) const RESTORE: &str =
    "restore the data folder from a backup, or move it away and import again";

/// The error that a fault of SQLite is, of the file at `place`.
pub(super) fn explain(cause: sqlx::Error, place: &str) -> Error {
    let (code, what, fix) = match &cause {
        sqlx::Error::Database(fault) => by_result_code(fault.code().as_deref()),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Code::DatabaseDamaged, "holds a value of a wrong type", Some(RESTORE))
        }
        sqlx::Error::PoolTimedOut => {
            (Code::StoreUnavailable, "is busy with other calls", Some("try again"))
        }
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            (Code::StoreUnavailable, "has been closed", None)
        }
        sqlx::Error::Io(_) => (Code::DataDirUnusable, "cannot be opened", None),
        _ => (Code::Internal, "refused a statement", None),
    };
    let error =
        Error::new(code, format!("the database {} {what}", place)).field(place).cause(cause);
    match fix {
        Some(fix) => error.fix(fix),
        None => error,
    }
}

/// Meaning of a [result code](https://sqlite.org/rescode.html); the low byte is the primary one.
fn by_result_code(code: Option<&str>) -> (Code, &'static str, Option<&'static str>) {
    match code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff) {
        // BUSY, LOCKED
        Some(5 | 6) => (
            Code::StoreUnavailable,
            "is locked by another process",
            Some("end the other process that writes to the database file"),
        ),
        // NOMEM
        Some(7) => (Code::StoreUnavailable, "ran out of memory", None),
        // IOERR
        Some(10) => (
            Code::StoreUnavailable,
            "cannot be read from or written to the disk",
            Some("check the disk and its free space"),
        ),
        // FULL
        Some(13) => (
            Code::StoreUnavailable,
            "cannot grow: the disk is full",
            Some("free space on the disk of the data folder; nothing of this change was written"),
        ),
        // PERM, READONLY, CANTOPEN, AUTH
        Some(3 | 8 | 14 | 23) => (
            Code::DataDirUnusable,
            "cannot be opened for this use",
            Some("give this user the right to read and write the data folder and every file in it"),
        ),
        // CORRUPT
        Some(11) => (Code::DatabaseDamaged, "is damaged", Some(RESTORE)),
        // NOTADB
        Some(26) => (Code::DatabaseDamaged, "is not a SQLite database", Some(RESTORE)),
        _ => (Code::Internal, "refused a statement", None),
    }
}
