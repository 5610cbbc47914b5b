//! The statement of a search: any number of questions, one round trip.

use goldenset_core::ports::NearestQuery;
use goldenset_core::{EntryId, Epoch, EpochStamp, Validity, Vector, VersionNumber};
use jiff::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row};

use super::super::sql::{Fault, blob, fault::damaged};
use super::filling::{day_number, halves};
use super::index::{IndexPlan, NEAREST};
use super::table::Table;

/// How rows are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Few rows by comparing them, many as the planner likes: along the index of vectors.
    Planned,
    /// By comparing every row that the filters allow.
    Exact,
}

/// What one statement asks.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) query: &'a NearestQuery,
    /// Which questions of the query.
    pub(super) places: &'a [usize],
    /// Most rows of one question.
    pub(super) rows: usize,
    pub(super) way: Way,
    /// How broadly an index is searched; none: as is written down of the one in use.
    pub(super) plan: Option<IndexPlan>,
}

/// Broadest search of a graph that the extension takes.
pub(super) const MOST_EF_SEARCH: u32 = 1_000;

/// Most clusters that the extension makes.
pub(super) const MOST_LISTS: u32 = 32_768;

/// Rows that a search wants while an index is measured.
const MEASURED_ROWS: usize = wanted_rows(NEAREST + 1);

/// How many rows are asked for first where `k` entries are wanted: half precision orders them, and
/// an entry may have several.
pub(super) const fn wanted_rows(k: usize) -> usize {
    let rows = k.saturating_mul(4);
    if rows > 40 { rows } else { 40 }
}

/// A row that came near, with its vector in full precision.
#[derive(Debug)]
pub(super) struct NearRow {
    pub(super) id: EntryId,
    pub(super) version: VersionNumber,
    /// Inner product in half precision.
    pub(super) about: f64,
    pub(super) vector: Vector,
}

/// What one statement found.
#[derive(Debug)]
pub(super) struct Rows {
    /// Up to where the table was filled at that moment, and when that epoch was made.
    filled: (Option<i64>, Option<i64>),
    /// How many rows the filters allow, counted at least as far as they were wanted.
    pub(super) allowed: usize,
    /// One list a question.
    pub(super) found: Vec<Vec<NearRow>>,
}

impl Asked<'_> {
    /// The text of the statement. Parameters: $1 tenant, $2 model, $3 numbers of all vectors, $4
    /// and $5 first and last day, then the values of the filters that there are. All else is ours.
    ///
    /// Few rows are compared one by one whatever index there is: that is quicker, and an index finds
    /// the nearest of all rows, among which the few that a filter leaves may hardly be. How many
    /// there are is counted, but for a whole tenant, where it was noted when the table was filled.
    pub(super) fn text(&self, table: &Table) -> String {
        let Table { name, dimensions } = table;
        let Self { rows, places, .. } = self;
        let last = places.len().saturating_sub(1);
        let (allowed, few) = (self.allowed(), table.few());
        let (count, is_few) = match self.filters().iter().all(|(_, values)| values.is_empty()) {
            true => (*rows, "coalesce((SELECT small FROM filled), false)".to_owned()),
            false => ((*rows).max(few + 1), format!("(SELECT n FROM counted) <= {few}")),
        };
        let near = "SELECT t.id, t.version, t.position, -(t.vec <#> asked.vec) AS about FROM";
        let nearest = format!("ORDER BY t.vec <#> asked.vec LIMIT {rows}");
        // The planner finds no way along an index of vectors through the OFFSET.
        let each = format!("(SELECT * FROM {name} t WHERE {allowed} OFFSET 0) t");
        let near = match self.way {
            Way::Exact => format!("{near} {each} {nearest}"),
            Way::Planned => format!(
                "({near} {each} WHERE {is_few} {nearest}) UNION ALL \
                 ({near} {name} t WHERE {allowed} AND NOT {is_few} {nearest})"
            ),
        };
        let breadth = self.breadth(table);
        format!(
            "WITH breadth AS MATERIALIZED ({breadth}), \
             asked AS MATERIALIZED ( \
                 SELECT n, ($3::real[])[n * {dimensions} + 1 : (n + 1) * {dimensions}]\
                     ::halfvec({dimensions}) AS vec FROM breadth, generate_series(0, {last}) n), \
             filled AS MATERIALIZED ( \
                 SELECT CASE WHEN missing = 0 THEN epoch END AS epoch, at, small FROM pgvector_fills \
                 WHERE name = '{name}' AND tenant = $1 AND relation = '{name}'::regclass), \
             counted AS MATERIALIZED ( \
                 SELECT count(*) AS n \
                 FROM (SELECT 1 FROM {name} t WHERE {allowed} LIMIT {count}) t) \
             SELECT (SELECT epoch FROM filled), (SELECT n FROM counted), asked.n, near.id, \
                 near.version, near.about, e.vector, (SELECT at FROM filled) \
             FROM asked LEFT JOIN LATERAL ({near}) near ON true \
             LEFT JOIN embeddings e ON e.tenant = $1 AND e.model = $2 AND e.id = near.id \
                 AND e.version = near.version AND e.position = near.position"
        )
    }

    /// Sets how broadly an index is searched, until the statement ends: as is written down of the
    /// index, so that it holds at once on all nodes, and more broadly where more rows are wanted than
    /// it was measured with. Every question waits for this, and the index looks at it when its scan
    /// begins.
    fn breadth(&self, table: &Table) -> String {
        let (ef_search, probes) = match self.plan {
            None => ("(built->>'ef_search')::int".to_owned(), "(built->>'probes')::int".to_owned()),
            Some(IndexPlan::Hnsw { ef_search, .. }) => (ef_search.to_string(), "NULL".to_owned()),
            Some(IndexPlan::IvfFlat { probes, .. }) => ("NULL".to_owned(), probes.to_string()),
            Some(IndexPlan::None) => ("NULL".to_owned(), "NULL".to_owned()),
        };
        format!(
            "SELECT set_config('hnsw.ef_search', \
                 least({MOST_EF_SEARCH}, greatest({rows}, {ef_search}))::text, true), \
             set_config('ivfflat.probes', least({MOST_LISTS}, \
                 ceil(coalesce({probes}, 1) * {times}))::text, true) \
             FROM (SELECT (SELECT m.built::json FROM pgvector_models m WHERE m.name = '{name}')) \
                 index (built)",
            rows = self.rows,
            times = (self.rows as f64 / MEASURED_ROWS as f64).max(1.0),
            name = table.name
        )
    }

    /// Which rows the query allows, as [`goldenset_core::Filters::allow`] and
    /// [`goldenset_core::Validity::overlaps`] say of entries.
    fn allowed(&self) -> String {
        let mut allowed = "t.tenant = $1 AND (t.valid_from IS NULL OR t.valid_from <= $5) \
            AND (t.valid_until IS NULL OR t.valid_until >= $4)"
            .to_owned();
        let filters = self.filters().into_iter().filter(|(_, values)| !values.is_empty());
        for (number, (test, _)) in (6..).zip(filters) {
            allowed += &format!(" AND {}", test.replace('?', &format!("${number}::text[]")));
        }
        allowed
    }

    fn filters(&self) -> [(&'static str, &[String]); 3] {
        let filters = &self.query.filters;
        [
            ("t.category = ANY (?)", &filters.category),
            ("t.lang = ANY (?)", &filters.lang),
            ("t.tags && ?", &filters.tags),
        ]
    }

    fn bound(&self, table: &Table) -> Query<'static, Postgres, PgArguments> {
        let query = self.query;
        let vectors = self.places.iter().filter_map(|place| query.vectors.get(*place));
        let numbers: Vec<f32> = vectors.flat_map(halves).collect();
        let Validity { valid_from, valid_until } = query.in_force;
        let mut bound = sqlx::query(AssertSqlSafe(self.text(table)))
            .bind(query.tenant.as_str().to_owned())
            .bind(query.model.as_str().to_owned())
            .bind(numbers)
            .bind(valid_from.map_or(i32::MIN, day_number))
            .bind(valid_until.map_or(i32::MAX, day_number));
        for (_, values) in self.filters() {
            if !values.is_empty() {
                // No entry has such a value, and the database takes none.
                let values = values.iter().filter(|value| !value.contains('\0'));
                bound = bound.bind(values.cloned().collect::<Vec<_>>());
            }
        }
        bound
    }

    /// Asks.
    pub(super) async fn run(&self, db: &mut PgConnection, table: &Table) -> Result<Rows, Fault> {
        let mut rows = Rows { filled: (None, None), allowed: 0, found: Vec::new() };
        rows.found.resize_with(self.places.len(), Vec::new);
        for row in self.bound(table).fetch_all(db).await? {
            rows.filled = (row.try_get(0)?, row.try_get(7)?);
            rows.allowed = usize::try_from(row.try_get::<i64, _>(1)?).map_err(damaged)?;
            let place = usize::try_from(row.try_get::<i32, _>(2)?).map_err(damaged)?;
            let Some(id) = row.try_get::<Option<&str>, _>(3)? else { continue };
            let vector: Option<&[u8]> = row.try_get(6)?;
            // What is not filled yet says nothing.
            if vector.is_none() && rows.filled.0.is_none() {
                continue;
            }
            let vector = vector.ok_or_else(|| damaged(format_args!("{id} without its vector")))?;
            let near = NearRow {
                id: EntryId::new(id).map_err(damaged)?,
                version: u32::try_from(row.try_get::<i64, _>(4)?).map_err(damaged)?,
                about: row.try_get(5)?,
                vector: blob::decode(vector)?,
            };
            if let Some(list) = rows.found.get_mut(place) {
                list.push(near);
            }
        }
        Ok(rows)
    }
}

impl Rows {
    /// The state that was searched, as the core has it.
    pub(super) fn stamp(&self) -> Result<Option<EpochStamp>, Fault> {
        let (Some(epoch), at) = self.filled else { return Ok(None) };
        let epoch = Epoch(u64::try_from(epoch).map_err(damaged)?);
        // Only the state before all commits was made by none.
        let committed = Timestamp::from_microsecond(at.unwrap_or_default()).map_err(damaged)?;
        Ok(Some(EpochStamp { epoch, committed }))
    }
}
