//! Numbers that are never negative, as databases hold them: in 64 bits with a sign.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Decode, Encode, Row, Type};

use super::driver::{Database, DbRow};

/// A number from 0 to 4294967295. Any other in the database is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(pub(super) u32);

impl Type<Database> for Number {
    fn type_info() -> <Database as sqlx::Database>::TypeInfo {
        <i64 as Type<Database>>::type_info()
    }

    fn compatible(ty: &<Database as sqlx::Database>::TypeInfo) -> bool {
        <i64 as Type<Database>>::compatible(ty)
    }
}

impl<'q> Encode<'q, Database> for Number {
    fn encode_by_ref(
        &self,
        buffer: &mut <Database as sqlx::Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'q, Database>>::encode(i64::from(self.0), buffer)
    }
}

impl<'r> Decode<'r, Database> for Number {
    fn decode(value: <Database as sqlx::Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(u32::try_from(<i64 as Decode<'r, Database>>::decode(value)?)?))
    }
}

/// The number in a column.
pub(super) fn of(row: &DbRow, column: usize) -> Result<u32, sqlx::Error> {
    Ok(row.try_get::<Number, _>(column)?.0)
}

/// The number in a column that may be empty.
pub(super) fn optional(row: &DbRow, column: usize) -> Result<Option<u32>, sqlx::Error> {
    Ok(row.try_get::<Option<Number>, _>(column)?.map(|number| number.0))
}
