//! Bringing the table to what a tenant publishes.

use goldenset_core::ports::Filled;
use goldenset_core::{Epoch, ModelId, TenantId};
use sqlx::query::QueryAs;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, Postgres, Row};

use super::super::sql::{Fault, fault::damaged};
use super::filling::{Filling, write};
use super::table::Table;

/// Entries that are read and written at a time.
const BATCH: usize = 256;

/// Rows after whose writing the planner is told how many there are now. Fewer are left to the
/// server's own upkeep.
const ANALYZE_FROM: u64 = 500;

/// One node at a time fills one tenant of one model; it lasts as long as the transaction.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended( \
    'goldenset:pgvector:' || current_schema() || ':' || $1, hashtextextended($2, 1)))";

/// How far a tenant is filled, and where its set is.
#[derive(Debug)]
struct State {
    /// The tenant's present epoch.
    now: i64,
    /// Up to where it is filled, where that is a state that this set was in.
    filled: Option<i64>,
    missing: Option<i64>,
}

impl State {
    /// What there is to say where nothing is to do.
    fn done(&self) -> Result<Option<Filled>, Fault> {
        let done = self.filled == Some(self.now) && self.missing == Some(0);
        Ok(if done { Some(filled(self.now, 0)?) } else { None })
    }

    /// The epoch after which changes are to be looked at; none where all is.
    fn since(&self) -> Option<i64> {
        self.filled.filter(|filled| self.missing == Some(0) && *filled <= self.now)
    }
}

fn filled(epoch: i64, missing: u64) -> Result<Filled, Fault> {
    Ok(Filled { epoch: Epoch(u64::try_from(epoch).map_err(damaged)?), missing })
}

/// See [`goldenset_core::ports::VectorSearch::sync`].
pub(super) async fn sync(
    pool: &PgPool,
    table: &Table,
    (tenant, model): (&TenantId, &ModelId),
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Filled, Fault> {
    let mut db = pool.acquire().await?;
    if let Some(done) = state(&mut db, table, tenant).await?.done()? {
        return Ok(done);
    }
    // All in one transaction: whoever ends in the middle leaves what was there before.
    let mut transaction = db.begin().await?;
    sqlx::query(LOCK).bind(&table.name).bind(tenant.as_str()).execute(&mut *transaction).await?;
    let state = state(&mut transaction, table, tenant).await?;
    if let Some(done) = state.done()? {
        return Ok(done);
    }
    let since = state.since();
    let (filled, written) = fill(&mut transaction, table, (tenant, model), since, progress).await?;
    transaction.commit().await?;
    if written >= ANALYZE_FROM {
        // Not within the transaction, nor waiting: the build of an index holds this lock, and waits
        // for transactions like the one that was.
        db.execute(AssertSqlSafe(format!("ANALYZE (SKIP_LOCKED) {}", table.name))).await?;
    }
    Ok(filled)
}

async fn state(db: &mut PgConnection, table: &Table, tenant: &TenantId) -> Result<State, Fault> {
    let state: QueryAs<'_, Postgres, (i64, Option<i64>, Option<i64>), _> =
        sqlx::query_as(AssertSqlSafe(format!(
            "SELECT coalesce(t.epoch, 0) AS now, f.epoch AS filled, f.missing \
         FROM (SELECT $2::text COLLATE \"C\" AS tenant) one \
         LEFT JOIN tenants t ON t.tenant = one.tenant \
         LEFT JOIN pgvector_fills f ON f.name = $1 AND f.tenant = one.tenant \
             AND f.relation = '{}'::regclass AND f.at IS NOT DISTINCT FROM \
                 (SELECT j.at FROM journal j \
                  WHERE j.tenant = f.tenant AND j.epoch = f.epoch AND j.seq = 0)",
            table.name
        )));
    let (now, filled, missing) =
        state.bind(&table.name).bind(tenant.as_str()).fetch_one(db).await?;
    Ok(State { now, filled, missing })
}

/// The entries whose rows may have to change: all that are or were published, or those of the
/// journal since epoch $3.
fn touched(table: &Table, since: Option<i64>) -> String {
    match since {
        // The parameter counts for nothing here, but has to have a type.
        None => format!(
            "SELECT id FROM entries WHERE tenant = $1 AND status = 'published' \
             UNION SELECT id FROM {} WHERE tenant = $1 AND $3::bigint IS NULL",
            table.name
        ),
        Some(_) => "SELECT DISTINCT entry AS id FROM journal WHERE tenant = $1 AND epoch > $3 \
                    AND kind IN ('published', 'retired')"
            .to_owned(),
    }
}

/// Where it is filled to afterwards, and how many rows changed.
async fn fill(
    db: &mut PgConnection,
    table: &Table,
    (tenant, model): (&TenantId, &ModelId),
    since: Option<i64>,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<(Filled, u64), Fault> {
    let touched = touched(table, since);
    let count = format!("SELECT count(*) FROM ({touched}) touched WHERE $2::text IS NOT NULL");
    let all: i64 = sqlx::query_scalar(AssertSqlSafe(count))
        .bind(tenant.as_str())
        .bind(model.as_str())
        .bind(since)
        .fetch_one(&mut *db)
        .await?;
    // A cursor sees one moment, which the epoch and all that is published are of; while the rows
    // that it has given are written, it is open for more.
    let cursor = format!(
        "DECLARE filling NO SCROLL CURSOR FOR \
         SELECT coalesce(t.epoch, 0), \
             (SELECT j.at FROM journal j \
              WHERE j.tenant = t.tenant AND j.epoch = t.epoch AND j.seq = 0), \
             touched.id, v.version, v.valid_from, v.valid_until, \
             1 + (SELECT count(*) FROM alternatives a \
                  WHERE a.tenant = $1 AND a.id = v.id AND a.version = v.version), \
             (SELECT array_agg(x.vector ORDER BY x.position) FROM embeddings x \
              WHERE x.tenant = $1 AND x.model = $2 AND x.id = v.id AND x.version = v.version) \
         FROM (SELECT 1) one \
         LEFT JOIN tenants t ON t.tenant = $1 \
         LEFT JOIN ({touched}) touched ON true \
         LEFT JOIN entries e \
             ON e.tenant = $1 AND e.id = touched.id AND e.status = 'published' \
         LEFT JOIN versions v \
             ON v.tenant = $1 AND v.id = e.id AND v.version = e.published_version"
    );
    sqlx::query(AssertSqlSafe(cursor))
        .bind(tenant.as_str())
        .bind(model.as_str())
        .bind(since)
        .execute(&mut *db)
        .await?;
    let (mut epoch, mut at, mut missing, mut done, mut written) = (0, None, 0, 0, 0);
    loop {
        let rows =
            sqlx::query(AssertSqlSafe(format!("FETCH {BATCH} FROM filling"))).fetch_all(&mut *db);
        let rows = rows.await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            epoch = row.try_get::<i64, _>(0)?;
            at = row.try_get::<Option<i64>, _>(1)?;
            entries.extend(Filling::decode(row, 2, table)?);
        }
        let lacking = entries.iter().filter(|entry| entry.is_missing).count();
        missing += u64::try_from(lacking).map_err(damaged)?;
        written += write(db, table, tenant.as_str(), &entries).await?;
        done += u64::try_from(entries.len()).map_err(damaged)?;
        progress(done, u64::try_from(all).map_err(damaged)?.max(done));
        if rows.len() < BATCH {
            break;
        }
    }
    db.execute("CLOSE filling").await?;
    note(db, table, tenant, (epoch, at, missing)).await?;
    Ok((filled(epoch, missing)?, written))
}

/// Writes down how far the table is filled.
async fn note(
    db: &mut PgConnection,
    table: &Table,
    tenant: &TenantId,
    (epoch, at, missing): (i64, Option<i64>, u64),
) -> Result<(), Fault> {
    let (name, few) = (&table.name, table.few());
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO pgvector_fills (name, tenant, relation, epoch, at, missing, small) \
         VALUES ($1, $2, '{name}'::regclass, $3, $4, $5, (SELECT count(*) <= {few} FROM \
             (SELECT 1 FROM {name} WHERE tenant = $2 LIMIT {few} + 1) rows)) \
         ON CONFLICT (name, tenant) DO UPDATE SET relation = excluded.relation, \
             epoch = excluded.epoch, at = excluded.at, missing = excluded.missing, \
             small = excluded.small"
    )))
    .bind(&table.name)
    .bind(tenant.as_str())
    .bind(epoch)
    .bind(at)
    .bind(i64::try_from(missing).map_err(damaged)?)
    .execute(db)
    .await?;
    Ok(())
}
