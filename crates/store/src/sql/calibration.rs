//! Calibrations of scores: versions that never change, and which of them is active.

use goldenset_core::calibration::Calibration;
use goldenset_core::ports::{CalibrationRecord, Calibrations, Once, Recalibrated};
use goldenset_core::{Code, Epoch, Error, TenantId, VersionNumber};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::driver::Connection;
use super::fault::{Fault, damaged};
use super::number::Number;
use super::write::{self, Change};
use super::{once, read, rows};

type Row = (Number, Option<Number>, String, i64, String);

/// Who does it, and when.
pub(super) type By<'a> = (&'a str, Timestamp);

/// What is kept of a change for a caller who asks again.
#[derive(Serialize, Deserialize)]
struct Done {
    epoch: Epoch,
    active: Option<VersionNumber>,
}

/// The outcome of an earlier change with this key.
pub(super) async fn done(
    db: &mut Connection,
    tenant: &TenantId,
    once: &Once,
) -> Result<Option<Recalibrated>, Fault> {
    let Some(Done { epoch, active }) = once::outcome(db, once).await? else { return Ok(None) };
    let records = all(db, tenant).await?.calibrations.into_iter();
    let active = records.into_iter().find(|record| Some(record.version) == active);
    Ok(Some(Recalibrated { epoch, active, replayed: true }))
}

/// Changes what is active, unless that was done already.
pub(super) async fn change(
    db: &mut Connection,
    (tenant, by): (&TenantId, By<'_>),
    calibration: Option<&Calibration>,
    once: Option<&Once>,
) -> Result<Recalibrated, Fault> {
    if let Some(once) = once
        && let Some(done) = done(db, tenant, once).await?
    {
        return Ok(done);
    }
    let changed = match calibration {
        Some(calibration) => save(db, tenant, calibration, by).await?,
        None => undo(db, tenant, by).await?,
    };
    if let Some(once) = once {
        let active = changed.active.as_ref().map(|record| record.version);
        once::keep(db, once, &Done { epoch: changed.epoch, active }, by.1).await?;
    }
    Ok(changed)
}

/// Writes the newest version and makes it the active one.
async fn save(
    db: &mut Connection,
    tenant: &TenantId,
    calibration: &Calibration,
    by: By<'_>,
) -> Result<Recalibrated, Fault> {
    let epoch = known_epoch(db, tenant).await?;
    let replaces = active_version(db, tenant).await?;
    let newest: Option<Number> =
        sqlx::query_scalar("SELECT max(version) FROM calibrations WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_one(&mut *db)
            .await?;
    let version = newest.map_or(0, |newest| newest.0) + 1;
    let content = serde_json::to_string(calibration).map_err(|cause| {
        Error::new(Code::Internal, "a calibration could not be written as JSON").cause(cause)
    })?;
    sqlx::query(
        "INSERT INTO calibrations (tenant, version, replaces, author, created_at, content) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant.as_str())
    .bind(Number(version))
    .bind(replaces.map(Number))
    .bind(by.0)
    .bind(by.1.as_microsecond())
    .bind(content)
    .execute(&mut *db)
    .await?;
    activate(db, tenant, Some(version)).await?;
    let change = Change { action: "calibrated", version, active: Some(version) };
    write::calibration_change(db, tenant, (epoch, by), &change, &json!({ "replaces": replaces }))
        .await?;
    changed(db, tenant, epoch).await
}

/// Goes back to what the active version replaced.
async fn undo(db: &mut Connection, tenant: &TenantId, by: By<'_>) -> Result<Recalibrated, Fault> {
    let Some(undone) = active(db, tenant).await? else {
        return Err(Error::new(Code::NotCalibrated, "there is no calibration to undo")
            .field("tenant")
            .fix("make one with `goldenset calibrate`")
            .into());
    };
    let epoch = known_epoch(db, tenant).await?;
    activate(db, tenant, undone.replaces).await?;
    let change =
        Change { action: "uncalibrated", version: undone.version, active: undone.replaces };
    let detail = json!({ "active": undone.replaces });
    write::calibration_change(db, tenant, (epoch, by), &change, &detail).await?;
    changed(db, tenant, epoch).await
}

/// The active calibration.
pub(super) async fn active(
    db: &mut Connection,
    tenant: &TenantId,
) -> Result<Option<CalibrationRecord>, Fault> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT c.version, c.replaces, c.author, c.created_at, c.content \
         FROM active_calibrations a JOIN calibrations c USING (tenant, version) \
         WHERE a.tenant = $1",
    )
    .bind(tenant.as_str())
    .fetch_optional(db)
    .await?;
    Ok(row.map(record).transpose()?)
}

/// Every calibration.
pub(super) async fn all(db: &mut Connection, tenant: &TenantId) -> Result<Calibrations, Fault> {
    let active = active_version(db, tenant).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT version, replaces, author, created_at, content FROM calibrations \
         WHERE tenant = $1 ORDER BY version DESC",
    )
    .bind(tenant.as_str())
    .fetch_all(db)
    .await?;
    let calibrations = rows.into_iter().map(record).collect::<Result<_, _>>()?;
    Ok(Calibrations { active, calibrations })
}

fn record((version, replaces, author, at, content): Row) -> Result<CalibrationRecord, Error> {
    let calibration = serde_json::from_str(&content).map_err(damaged)?;
    let created_at = rows::instant(at)?;
    let (version, replaces) = (version.0, replaces.map(|version| version.0));
    Ok(CalibrationRecord { version, replaces, author, created_at, calibration })
}

async fn active_version(
    db: &mut Connection,
    tenant: &TenantId,
) -> Result<Option<VersionNumber>, Fault> {
    let version: Option<Number> =
        sqlx::query_scalar("SELECT version FROM active_calibrations WHERE tenant = $1")
            .bind(tenant.as_str())
            .fetch_optional(db)
            .await?;
    Ok(version.map(|version| version.0))
}

async fn activate(
    db: &mut Connection,
    tenant: &TenantId,
    version: Option<VersionNumber>,
) -> Result<(), Fault> {
    match version {
        None => {
            sqlx::query("DELETE FROM active_calibrations WHERE tenant = $1").bind(tenant.as_str())
        }
        Some(version) => sqlx::query(
            "INSERT INTO active_calibrations (tenant, version) VALUES ($1, $2) \
             ON CONFLICT (tenant) DO UPDATE SET version = excluded.version",
        )
        .bind(tenant.as_str())
        .bind(Number(version)),
    }
    .execute(db)
    .await?;
    Ok(())
}

/// The epoch that the change makes.
async fn known_epoch(db: &mut Connection, tenant: &TenantId) -> Result<Epoch, Fault> {
    let Some(Epoch(before)) = read::epoch(db, tenant).await? else {
        return Err(Error::new(Code::UnknownTenant, format!("there is no tenant `{tenant}`"))
            .field("tenant")
            .fix("name a tenant that has entries")
            .into());
    };
    Ok(Epoch(before + 1))
}

/// What is active now, as any later reader gets it: numbers too have been through the text.
async fn changed(
    db: &mut Connection,
    tenant: &TenantId,
    epoch: Epoch,
) -> Result<Recalibrated, Fault> {
    write::raise_epoch(db, tenant).await?;
    Ok(Recalibrated { epoch, active: active(db, tenant).await?, replayed: false })
}
