//! Rows of the table, a batch at a time.

use goldenset_core::{Error, Vector};
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::super::sql::{Fault, blob, fault::damaged};
use super::table::Table;

/// Largest number that half precision holds.
const MOST: f32 = 65_504.0;

/// A day as a number that orders as days do.
pub(super) fn day_number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

/// The numbers of a vector as half precision takes them. Vectors of unit length stay as they are;
/// what is no number becomes 0, and whoever compares in full precision leaves it out.
pub(super) fn halves(vector: &Vector) -> impl Iterator<Item = f32> + '_ {
    vector.iter().map(|value| if value.is_nan() { 0.0 } else { value.clamp(-MOST, MOST) })
}

/// An entry as the table is to have it.
#[derive(Debug)]
pub(super) struct Filling {
    id: String,
    /// What is published, with its vectors in order; none where it is to go from the table.
    published: Option<Published>,
    /// Whether it is published and the vectors are not there yet.
    pub(super) is_missing: bool,
}

#[derive(Debug)]
struct Published {
    version: i64,
    valid_from: Option<i32>,
    valid_until: Option<i32>,
    vectors: Vec<Vector>,
}

impl Filling {
    /// Columns from `first` on: id, version, `valid_from`, `valid_until`, count of phrasings,
    /// vectors. None where there is no entry in the row.
    pub(super) fn decode(row: &PgRow, first: usize, table: &Table) -> Result<Option<Self>, Fault> {
        let Some(id) = row.try_get::<Option<String>, _>(first)? else { return Ok(None) };
        let Some(version) = row.try_get::<Option<i64>, _>(first + 1)? else {
            return Ok(Some(Self { id, published: None, is_missing: false }));
        };
        let phrasings: i64 = row.try_get(first + 4)?;
        let vectors: Option<Vec<Vec<u8>>> = row.try_get(first + 5)?;
        let vectors = vectors.unwrap_or_default();
        if i64::try_from(vectors.len()) != Ok(phrasings) {
            return Ok(Some(Self { id, published: None, is_missing: true }));
        }
        let vectors: Result<Vec<_>, Error> =
            vectors.iter().map(|bytes| blob::decode(bytes)).collect();
        let vectors = vectors?;
        for vector in &vectors {
            table.check(vector.len())?;
        }
        let (valid_from, valid_until) = (day(row, first + 2)?, day(row, first + 3)?);
        let published = Some(Published { version, valid_from, valid_until, vectors });
        Ok(Some(Self { id, published, is_missing: false }))
    }
}

fn day(row: &PgRow, column: usize) -> Result<Option<i32>, Fault> {
    let text: Option<&str> = row.try_get(column)?;
    let day = text.map(str::parse::<Date>).transpose().map_err(damaged)?;
    Ok(day.map(day_number))
}

/// Makes the rows of these entries what they are to be, and touches none that is so already. How
/// many were written.
pub(super) async fn write(
    db: &mut PgConnection,
    table: &Table,
    tenant: &str,
    entries: &[Filling],
) -> Result<u64, Fault> {
    let Table { name, dimensions } = table;
    let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let of = |entry: &Filling| entry.published.as_ref().map(|published| published.version);
    let versions: Vec<_> = entries.iter().map(of).collect();
    let removed = sqlx::query(AssertSqlSafe(format!(
        "DELETE FROM {name} t USING unnest($2::text[], $3::bigint[]) u (id, version) \
         WHERE t.tenant = $1 AND t.id = u.id AND t.version IS DISTINCT FROM u.version"
    )))
    .bind(tenant)
    .bind(&ids)
    .bind(&versions)
    .execute(&mut *db)
    .await?
    .rows_affected();
    let rows = Rows::of(entries);
    // Versions and their tags never change, so whatever moment they are read at is the right one.
    let written = sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO {name} AS t (tenant, id, version, position, category, lang, tags, valid_from, \
             valid_until, vec) \
         SELECT $1, u.id, u.version, u.position, v.category, v.lang, \
             ARRAY(SELECT g.text FROM tags g WHERE g.tenant = $1 AND g.id = u.id \
                 AND g.version = u.version ORDER BY g.position), \
             u.valid_from, u.valid_until, \
             ($7::real[])[((u.n - 1) * {dimensions} + 1)::int : (u.n * {dimensions})::int]\
                 ::halfvec({dimensions}) \
         FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::int[], $6::int[]) \
             WITH ORDINALITY u (id, version, position, valid_from, valid_until, n) \
         JOIN versions v ON v.tenant = $1 AND v.id = u.id AND v.version = u.version \
         ON CONFLICT (tenant, id, position) DO UPDATE SET version = excluded.version, \
             category = excluded.category, lang = excluded.lang, tags = excluded.tags, \
             valid_from = excluded.valid_from, valid_until = excluded.valid_until, \
             vec = excluded.vec \
         WHERE (t.version, t.category, t.lang, t.tags, t.valid_from, t.valid_until, t.vec) \
             IS DISTINCT FROM (excluded.version, excluded.category, excluded.lang, excluded.tags, \
             excluded.valid_from, excluded.valid_until, excluded.vec)"
    )))
    .bind(tenant)
    .bind(rows.ids)
    .bind(rows.versions)
    .bind(rows.positions)
    .bind(rows.valid_from)
    .bind(rows.valid_until)
    .bind(rows.numbers)
    .execute(db)
    .await?
    .rows_affected();
    Ok(removed + written)
}

/// The columns of many rows.
#[derive(Default)]
struct Rows<'a> {
    ids: Vec<&'a str>,
    versions: Vec<i64>,
    positions: Vec<i64>,
    valid_from: Vec<Option<i32>>,
    valid_until: Vec<Option<i32>>,
    /// All vectors behind each other.
    numbers: Vec<f32>,
}

impl<'a> Rows<'a> {
    fn of(entries: &'a [Filling]) -> Self {
        let mut rows = Self::default();
        for entry in entries {
            let Some(published) = &entry.published else { continue };
            for (position, vector) in (0..).zip(&published.vectors) {
                rows.ids.push(&entry.id);
                rows.versions.push(published.version);
                rows.positions.push(position);
                rows.valid_from.push(published.valid_from);
                rows.valid_until.push(published.valid_until);
                rows.numbers.extend(halves(vector));
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_order_as_their_numbers() {
        let days = [
            Date::MIN,
            date(-44, 3, 15),
            date(-1, 12, 31),
            date(0, 1, 1),
            date(2024, 2, 29),
            date(2024, 3, 1),
            date(2024, 12, 31),
            date(2025, 1, 1),
            Date::MAX,
        ];
        assert!(days.map(day_number).is_sorted_by(|a, b| a < b));
    }
}
