//! The counts of days. What is drawn for judgement is in `audit_sample.rs`.

use goldenset_core::TenantId;
use goldenset_core::watch::{Counter, DayCounts, Flush, Tally};
use jiff::Timestamp;
use jiff::civil::Date;

use super::audit_sample;
use super::driver::Connection;
use super::fault::{Fault, damaged};
use super::number::Number;

/// Adds what a process has seen, once. Returns how many drawn answers were left out.
pub(super) async fn record(db: &mut Connection, flush: &Flush) -> Result<u64, Fault> {
    if !is_new(db, &flush.writer, flush.number, flush.at).await? {
        return Ok(0);
    }
    for counts in &flush.counts {
        add(db, counts).await?;
    }
    audit_sample::queue(db, &flush.drawn, flush.most_open).await
}

/// Whether this is the first time that the writer comes with this number or a later one; the
/// second time it is not.
pub(super) async fn is_new(
    db: &mut Connection,
    writer: &str,
    number: u64,
    at: Timestamp,
) -> Result<bool, Fault> {
    let new = sqlx::query(
        "INSERT INTO flushes (writer, number, at) VALUES ($1, $2, $3) \
         ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at \
         WHERE flushes.number < excluded.number",
    )
    .bind(writer)
    .bind(i64::try_from(number).map_err(damaged)?)
    .bind(at.as_microsecond())
    .execute(db)
    .await?;
    Ok(new.rows_affected() > 0)
}

async fn add(db: &mut Connection, counts: &DayCounts) -> Result<(), Fault> {
    for (counter, count) in counts.tally.counts() {
        sqlx::query(
            "INSERT INTO day_counts (tenant, day, calibration, counter, count) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, day, calibration, counter) \
             DO UPDATE SET count = day_counts.count + excluded.count",
        )
        .bind(counts.tenant.as_str())
        .bind(counts.day.to_string())
        // Versions count from 1.
        .bind(Number(counts.calibration.unwrap_or_default()))
        .bind(counter.name())
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// The counts of days, both ends included.
pub(super) async fn day_counts(
    db: &mut Connection,
    tenant: &TenantId,
    from: Date,
    to: Date,
) -> Result<Vec<DayCounts>, Fault> {
    let rows: Vec<(String, Number, String, i64)> = sqlx::query_as(
        "SELECT day, calibration, counter, count FROM day_counts \
         WHERE tenant = $1 AND day BETWEEN $2 AND $3 ORDER BY day, calibration, counter",
    )
    .bind(tenant.as_str())
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(db)
    .await?;
    let mut days: Vec<DayCounts> = Vec::new();
    for (day, Number(calibration), counter, count) in rows {
        let day = day.parse().map_err(|fault: jiff::Error| damaged(fault))?;
        let calibration = (calibration > 0).then_some(calibration);
        if days.last().is_none_or(|last| (last.day, last.calibration) != (day, calibration)) {
            let (tenant, tally) = (tenant.clone(), Tally::default());
            days.push(DayCounts { tenant, day, calibration, tally });
        }
        // A name that is not known is one that another version of the program counted.
        if let (Some(last), Some(counter)) = (days.last_mut(), Counter::of_name(&counter)) {
            last.tally.add(counter, u64::try_from(count).map_err(damaged)?);
        }
    }
    Ok(days)
}

/// Deletes what is too old.
pub(super) async fn forget(db: &mut Connection, day: Date, drawn: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM day_counts WHERE day < $1")
        .bind(day.to_string())
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM flushes WHERE at < $1")
        .bind(drawn.as_microsecond())
        .execute(&mut *db)
        .await?;
    audit_sample::forget(db, drawn).await
}
