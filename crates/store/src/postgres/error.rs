//! What Postgres's faults mean for whoever has to act on them.

use std::io::ErrorKind;

use goldenset_core::{Code, Error};
use sqlx::error::DatabaseError;

/// What to do with a damaged database.
pub(super) const RESTORE: &str = "restore the database from a backup";

/// The error that a fault of Postgres is, of the database at `place`.
pub(super) fn explain(cause: sqlx::Error, place: &str) -> Error {
    let (code, what, fix) = match &cause {
        sqlx::Error::Database(fault) => by_sqlstate(fault.as_ref()),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Code::DatabaseDamaged, "holds a value of a wrong type", Some(RESTORE))
        }
        sqlx::Error::PoolTimedOut => (
            Code::StoreUnavailable,
            "does not answer, or all connections to it are busy",
            Some("check the server; try again"),
        ),
        sqlx::Error::PoolClosed => (Code::StoreUnavailable, "has been closed", None),
        sqlx::Error::Tls(_) => TLS,
        // What is wrong with a certificate comes as data that cannot be used.
        sqlx::Error::Io(fault) if fault.kind() == ErrorKind::InvalidData => TLS,
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => {
            (Code::StoreUnavailable, "does not answer", Some("check the server and the network"))
        }
        _ => (Code::Internal, "refused a statement", None),
    };
    let error = Error::new(code, format!("the database {place} {what}")).field(place).cause(cause);
    match fix {
        Some(fix) => error.fix(fix),
        None => error,
    }
}

const TLS: (Code, &str, Option<&str>) = (
    Code::StoreUnavailable,
    "does not speak TLS as asked",
    Some("check sslmode and sslrootcert of the address, and the certificate of the server"),
);

/// Meaning of an [SQLSTATE](https://www.postgresql.org/docs/current/errcodes-appendix.html): its
/// first two characters are the class.
fn by_sqlstate(fault: &dyn DatabaseError) -> (Code, &'static str, Option<&'static str>) {
    let state = fault.code().unwrap_or_default();
    let away = Some("check the server; try again");
    match state.as_ref() {
        // Cancelled, waited for a lock, idle within a transaction, a transaction that took too long.
        "57014" | "55P03" | "25P03" | "25P04" => {
            (Code::StoreUnavailable, "is too slow: a statement ran out of its time", away)
        }
        // Serialisation failure, deadlock.
        "40001" | "40P01" => (Code::StoreUnavailable, "is busy with other changes", away),
        "25006" => (
            Code::StoreUnavailable,
            "takes no changes: it is a standby, or read-only",
            Some("name the primary server in store.database_url"),
        ),
        "3D000" => (
            Code::StoreUnavailable,
            "does not exist",
            Some("create it, or name another in store.database_url"),
        ),
        "42501" => (
            Code::StoreUnavailable,
            "does not allow this user to do what is needed",
            Some("give the user of store.database_url the right to create and change tables there"),
        ),
        // The one character that its texts cannot hold. What is written is checked before; what is
        // looked for may have it.
        "22021" => (Code::InvalidField, "takes no text with a NUL character", Some("leave it out")),
        "XX001" | "XX002" => (Code::DatabaseDamaged, "is damaged", Some(RESTORE)),
        "53100" => (
            Code::StoreUnavailable,
            "cannot grow: the disk is full",
            Some("free space on the disk of the server; nothing of this change was written"),
        ),
        other => match other.get(..2).unwrap_or_default() {
            "08" => (Code::StoreUnavailable, "lost the connection", away),
            "28" => (
                Code::StoreUnavailable,
                "does not accept user and password",
                Some("check store.database_url"),
            ),
            "53" => (
                Code::StoreUnavailable,
                "has no room for more",
                Some("raise the limits of the server, or lower store.connections"),
            ),
            "57" => (Code::StoreUnavailable, "is stopping or starting", away),
            "58" => (
                Code::StoreUnavailable,
                "cannot read from or write to its disk",
                Some("check the disk of the server"),
            ),
            _ => (Code::Internal, "refused a statement", None),
        },
    }
}
