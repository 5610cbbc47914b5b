//! The reading half of the store. Every function runs within one read transaction.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use goldenset_core::ports::{EntryRecord, PublishedChanges, PublishedParts, PublishedState};
use goldenset_core::{
    Code, Embedding, EntryId, Epoch, EpochStamp, Error, ModelId, Suspension, TenantId,
    VersionNumber, WordVectors,
};
use jiff::Timestamp;
use serde_json::json;
use sqlx::Row;
use sqlx::query::{Query, QueryScalar};

use super::driver::{Arguments, Connection, Database, DbRow};
use super::fault::{Fault, damaged};
use super::number;
use super::rows::VersionRow;
use super::select::{
    EMBEDDINGS_SINCE, HEAD, HISTORY, PAGE, PUBLISHED, PUBLISHED_SINCE, PUBLISHED_VECTORS, WORDS,
};
use super::{blob, calibration, references};

type Bound = Query<'static, Database, Arguments>;

pub(super) async fn tenants(db: &mut Connection) -> Result<Vec<(TenantId, EpochStamp)>, Fault> {
    let rows: Vec<(String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT t.tenant, t.epoch, (SELECT max(j.at) FROM journal j \
         WHERE j.tenant = t.tenant AND j.epoch = t.epoch) FROM tenants t ORDER BY t.tenant",
    )
    .fetch_all(db)
    .await?;
    let tenant = |(tenant, epoch, at)| {
        let stamp = EpochStamp { epoch: to_epoch(epoch)?, committed: committed(at)? };
        Ok((TenantId::new(tenant).map_err(damaged)?, stamp))
    };
    rows.into_iter().map(tenant).collect()
}

/// The tenant's epoch, none when it has no golden set yet.
pub(super) async fn epoch(db: &mut Connection, tenant: &TenantId) -> Result<Option<Epoch>, Fault> {
    let query: QueryScalar<'_, Database, i64, Arguments> =
        sqlx::query_scalar("SELECT epoch FROM tenants WHERE tenant = $1");
    let epoch = query.bind(tenant.as_str()).fetch_optional(db).await?;
    Ok(epoch.map(to_epoch).transpose()?)
}

/// The tenant's state; that before all commits when it has no golden set yet.
async fn stamp(db: &mut Connection, tenant: &TenantId) -> Result<EpochStamp, Fault> {
    let epoch = epoch(db, tenant).await?.unwrap_or_default();
    at_epoch(db, tenant, epoch).await
}

/// The state that the tenant had at an epoch.
async fn at_epoch(
    db: &mut Connection,
    tenant: &TenantId,
    epoch: Epoch,
) -> Result<EpochStamp, Fault> {
    let query: QueryScalar<'_, Database, Option<i64>, Arguments> =
        sqlx::query_scalar("SELECT max(at) FROM journal WHERE tenant = $1 AND epoch = $2");
    let number = i64::try_from(epoch.0).map_err(damaged)?;
    let at = query.bind(tenant.as_str()).bind(number).fetch_one(db).await?;
    Ok(EpochStamp { epoch, committed: committed(at)? })
}

/// When the changes of an epoch were made; no epoch without changes but the one before all.
fn committed(at: Option<i64>) -> Result<Timestamp, Error> {
    at.map_or(Ok(Timestamp::UNIX_EPOCH), |at| Timestamp::from_microsecond(at).map_err(damaged))
}

fn to_epoch(value: i64) -> Result<Epoch, Error> {
    u64::try_from(value).map(Epoch).map_err(damaged)
}

/// Entries that are handed over at a time: so many that the statements cost little, so few that
/// they take little memory.
const PART: i64 = 512;

pub(super) async fn published(
    db: &mut Connection,
    tenant: &TenantId,
    model: &ModelId,
    parts: &mut dyn PublishedParts,
) -> Result<PublishedState, Fault> {
    let stamp = stamp(db, tenant).await?;
    let mut suspensions = references::suspensions(db, tenant).await?;
    let mut after: Option<EntryId> = None;
    loop {
        let mut rows = published_part(db, tenant, after.as_ref()).await?;
        let Some(last) = rows.last().map(|last| last.id.clone()) else { break };
        let vectors = sqlx::query(PUBLISHED_VECTORS).bind(tenant.as_str()).bind(model.as_str());
        let vectors = vectors.bind(from(after.as_ref()).to_owned()).bind(last.to_string());
        fill(db, &mut rows, vectors, without_words).await?;
        suspend(&mut rows, &mut suspensions);
        let entries = rows.into_iter().map(VersionRow::published).collect::<Result<_, _>>()?;
        parts.take(entries).await?;
        after = Some(last);
    }
    let calibration = calibration::active(db, tenant).await?;
    Ok(PublishedState { stamp, calibration })
}

/// The next served versions after an entry, without vectors; none when there are no more.
pub(super) async fn published_part(
    db: &mut Connection,
    tenant: &TenantId,
    after: Option<&EntryId>,
) -> Result<Vec<VersionRow>, Fault> {
    let after = from(after).to_owned();
    rows(db, sqlx::query(PUBLISHED).bind(tenant.as_str()).bind(after).bind(PART)).await
}

/// No id is empty, so all come after the empty one.
fn from(after: Option<&EntryId>) -> &str {
    after.map_or("", EntryId::as_str)
}

pub(super) async fn words(
    db: &mut Connection,
    tenant: &TenantId,
    model: &ModelId,
    versions: &[(EntryId, VersionNumber)],
) -> Result<Vec<Option<Vec<WordVectors>>>, Fault> {
    let named =
        versions.iter().enumerate().map(|(place, (id, version))| json!([place, id, version]));
    let named = serde_json::Value::from_iter(named).to_string();
    let mut found = vec![None; versions.len()];
    let query = sqlx::query(WORDS).bind(tenant.as_str()).bind(model.as_str()).bind(named);
    let mut rows = query.fetch(db);
    while let Some(row) = rows.try_next().await? {
        let place = usize::try_from(row.try_get::<i64, _>(0)?).map_err(damaged)?;
        let words = blob::decode_words(row.try_get(1)?)?;
        if let Some(found) = found.get_mut(place) {
            found.get_or_insert_with(Vec::new).push(words);
        }
    }
    Ok(found)
}

pub(super) async fn published_since(
    db: &mut Connection,
    tenant: &TenantId,
    model: &ModelId,
    since: EpochStamp,
    most: usize,
) -> Result<Option<PublishedChanges>, Fault> {
    let stamp = stamp(db, tenant).await?;
    if stamp.epoch < since.epoch || at_epoch(db, tenant, since.epoch).await? != since {
        return Ok(None);
    }
    let after = i64::try_from(since.epoch.0).map_err(damaged)?;
    let changed: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT entry FROM journal WHERE tenant = $1 AND epoch > $2 \
         AND entry IS NOT NULL ORDER BY entry LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(after)
    .bind(i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1))
    .fetch_all(&mut *db)
    .await?;
    if changed.len() > most {
        return Ok(None);
    }
    let mut rows = rows(db, sqlx::query(PUBLISHED_SINCE).bind(tenant.as_str()).bind(after)).await?;
    let embeddings = sqlx::query(EMBEDDINGS_SINCE).bind(tenant.as_str()).bind(after);
    fill(db, &mut rows, embeddings.bind(model.as_str()), with_words).await?;
    suspend(&mut rows, &mut references::suspensions(db, tenant).await?);
    let mut served = rows.into_iter().peekable();
    let entries = changed.into_iter().map(|id| {
        let version = served.next_if(|row| row.id.as_str() == id);
        let version = version.map(VersionRow::published).transpose()?;
        Ok::<_, Fault>((EntryId::new(id).map_err(damaged)?, version))
    });
    let entries = entries.collect::<Result<_, _>>()?;
    let calibration = calibration::active(db, tenant).await?;
    Ok(Some(PublishedChanges { stamp, entries, calibration }))
}

pub(super) async fn entry(
    db: &mut Connection,
    tenant: &TenantId,
    id: &EntryId,
) -> Result<EntryRecord, Fault> {
    let head = sqlx::query(HEAD).bind(tenant.as_str()).bind(id.as_str());
    records(db, head, tenant).await?.pop().ok_or_else(|| unknown_entry(id).into())
}

pub(super) async fn versions(
    db: &mut Connection,
    tenant: &TenantId,
    id: &EntryId,
) -> Result<Vec<EntryRecord>, Fault> {
    let history = sqlx::query(HISTORY).bind(tenant.as_str()).bind(id.as_str());
    let versions = records(db, history, tenant).await?;
    if versions.is_empty() { Err(unknown_entry(id).into()) } else { Ok(versions) }
}

pub(super) async fn entries(
    db: &mut Connection,
    tenant: &TenantId,
    after: Option<&EntryId>,
    limit: usize,
) -> Result<Vec<EntryRecord>, Fault> {
    let after = from(after);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    records(db, sqlx::query(PAGE).bind(tenant.as_str()).bind(after).bind(limit), tenant).await
}

pub(super) fn unknown_entry(id: &EntryId) -> Error {
    Error::new(Code::UnknownEntry, format!("there is no entry {id}"))
        .field("id")
        .fix("list the entries of the tenant to see their ids")
}

async fn records(
    db: &mut Connection,
    query: Bound,
    tenant: &TenantId,
) -> Result<Vec<EntryRecord>, Fault> {
    Ok(rows(db, query).await?.into_iter().map(|row| row.record(tenant)).collect())
}

pub(super) async fn rows(db: &mut Connection, query: Bound) -> Result<Vec<VersionRow>, Fault> {
    let mut rows = Vec::new();
    let mut found = query.fetch(db);
    while let Some(row) = found.try_next().await? {
        rows.push(VersionRow::decode(&row)?);
    }
    Ok(rows)
}

/// Gives each entry what holds it back.
fn suspend(rows: &mut [VersionRow], suspensions: &mut BTreeMap<EntryId, Vec<Suspension>>) {
    for row in rows {
        row.suspensions = suspensions.remove(&row.id).unwrap_or_default();
    }
}

fn with_words(row: &DbRow) -> Result<Embedding, Fault> {
    Ok(blob::decode_embedding(row.try_get(2)?, row.try_get(3)?)?)
}

fn without_words(row: &DbRow) -> Result<Embedding, Fault> {
    Ok(blob::decode(row.try_get(2)?)?.into())
}

/// Gives each embedding to its version. Both come in one order.
async fn fill(
    db: &mut Connection,
    rows: &mut [VersionRow],
    embeddings: Bound,
    decode: fn(&DbRow) -> Result<Embedding, Fault>,
) -> Result<(), Fault> {
    let mut owners = rows.iter_mut();
    let mut owner = owners.next();
    let mut embeddings = embeddings.fetch(db);
    while let Some(found) = embeddings.try_next().await? {
        let (id, version): (&str, VersionNumber) = (found.try_get(0)?, number::of(&found, 1)?);
        while owner.as_ref().is_some_and(|row| row.version != version || row.id.as_str() != id) {
            owner = owners.next();
        }
        match owner.as_deref_mut() {
            Some(row) => row.embeddings.push(decode(&found)?),
            None => return Err(damaged(format_args!("a vector of {id} out of order")).into()),
        }
    }
    Ok(())
}
