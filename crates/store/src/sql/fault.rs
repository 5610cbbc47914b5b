//! What goes wrong inside a call, before it is known to the outside.

use goldenset_core::{Code, Error};

use super::driver::{RESTORE, explain};

/// A fault inside a call.
#[derive(Debug)]
pub(in super::super) enum Fault {
    /// The database or its driver failed.
    Sql(sqlx::Error),
    /// A rule of the store was broken.
    Known(Error),
}

impl From<sqlx::Error> for Fault {
    fn from(cause: sqlx::Error) -> Self {
        Self::Sql(cause)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl Fault {
    /// The error of a call on the database at `place`, a file or an address without secrets.
    pub(in super::super) fn at(self, place: &str) -> Error {
        match self {
            Self::Known(error) => error,
            Self::Sql(cause) => explain(cause, place),
        }
    }
}

/// A value in the database that nothing of ours writes.
pub(in super::super) fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(Code::DatabaseDamaged, format!("the database holds {what}")).fix(RESTORE)
}
