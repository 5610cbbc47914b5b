//! Changes of documents, and the entries that they hold back.

use std::collections::BTreeMap;

use goldenset_core::ports::{
    ChangeNumber, NewChange, Once, ReferenceChange, ReferenceChanged, Resting, UndoChange,
};
use goldenset_core::{Document, EntryId, Epoch, Suspension, TenantId, VersionNumber};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Row;

use super::driver::{Connection, DbRow};
use super::fault::{Fault, damaged};
use super::number::{self, Number};
use super::write::{Audited, Journalled, Key};
use super::{once, read, rows, write};

/// Who does it, and when.
type By<'a> = (&'a str, Timestamp);

/// The published entries that rest on a document, by id.
pub(super) async fn resting_on(
    db: &mut Connection,
    tenant: &TenantId,
    document: &Document,
    version: &str,
) -> Result<Vec<Resting>, Fault> {
    let held = suspensions(db, tenant).await?;
    let mut resting = Vec::new();
    let mut after = None;
    loop {
        let part = read::published_part(db, tenant, after.as_ref()).await?;
        let Some(last) = part.last() else { return Ok(resting) };
        after = Some(last.id.clone());
        resting.extend(part.into_iter().filter_map(|row| {
            let reference = document.rested_on_by(&row.content.references, version)?.text.clone();
            let suspended = held.contains_key(&row.id);
            Some(Resting { id: row.id, version: row.version, reference, suspended })
        }));
    }
}

/// Records a change and suspends what rests on the document, unless that was done already.
pub(super) async fn change(
    db: &mut Connection,
    change: &NewChange,
) -> Result<ReferenceChanged, Fault> {
    if let Some(done) = earlier(db, change.once.as_ref()).await? {
        return Ok(done);
    }
    let done = record(db, change).await?;
    keep(db, change.once.as_ref(), done, change.at).await
}

async fn record(db: &mut Connection, change: &NewChange) -> Result<ReferenceChanged, Fault> {
    let NewChange { tenant, document, version, by, reason, at, once: _ } = change;
    let epoch = match read::epoch(db, tenant).await? {
        Some(epoch) => epoch,
        None => {
            write::tenant(db, tenant).await?;
            Epoch::default()
        }
    };
    let recorded = rows_before(db, tenant, None, usize::MAX).await?;
    if let Some(mut change) = ReferenceChange::said_already(recorded, document, version) {
        change.entries = entries(db, tenant, change.number).await?;
        let suspensions = Vec::new();
        return Ok(ReferenceChanged {
            epoch,
            change,
            suspensions,
            unchanged: true,
            replayed: false,
        });
    }
    let resting = resting_on(db, tenant, document, version).await?;
    let Number(number) = sqlx::query_scalar(
        "INSERT INTO reference_changes \
         (tenant, number, document, version, actor, reason, at) \
         SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 \
         FROM reference_changes WHERE tenant = $1 RETURNING number",
    )
    .bind(tenant.as_str())
    .bind(document.name())
    .bind(version.as_str())
    .bind(by.as_str())
    .bind(reason.as_deref())
    .bind(at.as_microsecond())
    .fetch_one(&mut *db)
    .await?;
    for entry in &resting {
        sqlx::query(
            "INSERT INTO reference_change_entries (tenant, number, entry, version, reference) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(tenant.as_str())
        .bind(Number(number))
        .bind(entry.id.as_str())
        .bind(Number(entry.version))
        .bind(entry.reference.as_str())
        .execute(&mut *db)
        .await?;
        sqlx::query("INSERT INTO suspensions (tenant, entry, number) VALUES ($1, $2, $3)")
            .bind(tenant.as_str())
            .bind(entry.id.as_str())
            .bind(Number(number))
            .execute(&mut *db)
            .await?;
    }
    let detail = json!({
        "change": number, "document": document.name(), "to": version, "reason": reason,
        "entries": resting.len(),
    });
    audit(db, tenant, (by, *at), "reference_changed", &detail).await?;
    let touched = resting.into_iter().map(|entry| {
        let detail = json!({ "change": number, "reference": entry.reference });
        (entry.id, entry.version, detail)
    });
    let touched: Vec<_> = touched.collect();
    changed(db, tenant, (epoch, number), ("suspended", &touched), (by, *at)).await
}

/// Undoes the newest change of a document that is not undone, unless that was done already.
pub(super) async fn undo(
    db: &mut Connection,
    undo: &UndoChange,
) -> Result<ReferenceChanged, Fault> {
    if let Some(done) = earlier(db, undo.once.as_ref()).await? {
        return Ok(done);
    }
    let done = take_back(db, undo).await?;
    keep(db, undo.once.as_ref(), done, undo.at).await
}

/// The outcome of an earlier call with the same key.
async fn earlier(
    db: &mut Connection,
    once: Option<&Once>,
) -> Result<Option<ReferenceChanged>, Fault> {
    let Some(once) = once else { return Ok(None) };
    let done: Option<ReferenceChanged> = once::outcome(db, once).await?;
    Ok(done.map(|done| ReferenceChanged { replayed: true, ..done }))
}

async fn keep(
    db: &mut Connection,
    once: Option<&Once>,
    done: ReferenceChanged,
    at: Timestamp,
) -> Result<ReferenceChanged, Fault> {
    if let Some(once) = once {
        once::keep(db, once, &done, at).await?;
    }
    Ok(done)
}

async fn take_back(db: &mut Connection, undo: &UndoChange) -> Result<ReferenceChanged, Fault> {
    let UndoChange { tenant, document, version, by, reason, at, once: _ } = undo;
    let recorded = rows_before(db, tenant, None, usize::MAX).await?;
    let number = ReferenceChange::to_undo(recorded, document, version.as_deref())?.number;
    sqlx::query(
        "UPDATE reference_changes SET undone_at = $3, undone_by = $4, undone_reason = $5 \
         WHERE tenant = $1 AND number = $2",
    )
    .bind(tenant.as_str())
    .bind(Number(number))
    .bind(at.as_microsecond())
    .bind(by.as_str())
    .bind(reason.as_deref())
    .execute(&mut *db)
    .await?;
    let epoch = read::epoch(db, tenant).await?.unwrap_or_default();
    let left = entries(db, tenant, number).await?.into_iter().filter(|entry| entry.suspended);
    let touched = left.map(|entry| (entry.id, entry.version, json!({ "change": number })));
    let touched: Vec<_> = touched.collect();
    sqlx::query("DELETE FROM suspensions WHERE tenant = $1 AND number = $2")
        .bind(tenant.as_str())
        .bind(Number(number))
        .execute(&mut *db)
        .await?;
    let detail = json!({
        "change": number, "document": document.name(), "reason": reason, "entries": touched.len(),
    });
    audit(db, tenant, (by, *at), "reference_change_undone", &detail).await?;
    changed(db, tenant, (epoch, number), ("resumed", &touched), (by, *at)).await
}

/// Ends what holds an entry back, as publishing and retiring do; the changes that did.
pub(super) async fn lift(db: &mut Connection, key: Key<'_>) -> Result<Vec<ChangeNumber>, Fault> {
    let lifted: Vec<Number> = sqlx::query_scalar(
        "DELETE FROM suspensions WHERE tenant = $1 AND entry = $2 RETURNING number",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .fetch_all(db)
    .await?;
    let mut lifted: Vec<_> = lifted.into_iter().map(|Number(number)| number).collect();
    lifted.sort_unstable();
    Ok(lifted)
}

/// What holds each entry back, the oldest first.
pub(super) async fn suspensions(
    db: &mut Connection,
    tenant: &TenantId,
) -> Result<BTreeMap<EntryId, Vec<Suspension>>, Fault> {
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT s.entry, c.document, c.version, c.at FROM suspensions s \
         JOIN reference_changes c ON c.tenant = s.tenant AND c.number = s.number \
         WHERE s.tenant = $1 ORDER BY s.entry, s.number",
    )
    .bind(tenant.as_str())
    .fetch_all(db)
    .await?;
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for (entry, document, version, at) in rows {
        let suspension = Suspension { document, version, since: rows::instant(at)? };
        all.entry(EntryId::new(entry).map_err(damaged)?).or_default().push(suspension);
    }
    Ok(all)
}

/// The changes before a number, the newest first.
pub(super) async fn changes(
    db: &mut Connection,
    tenant: &TenantId,
    document: Option<&Document>,
    before: Option<ChangeNumber>,
    limit: usize,
) -> Result<Vec<ReferenceChange>, Fault> {
    let most = if document.is_some() { usize::MAX } else { limit };
    let mut changes = rows_before(db, tenant, before, most).await?;
    if let Some(document) = document {
        changes.retain(|change| change.is_of(document));
        changes.truncate(limit);
    }
    for change in &mut changes {
        change.entries = entries(db, tenant, change.number).await?;
    }
    Ok(changes)
}

/// The same without their entries.
async fn rows_before(
    db: &mut Connection,
    tenant: &TenantId,
    before: Option<ChangeNumber>,
    limit: usize,
) -> Result<Vec<ReferenceChange>, Fault> {
    let rows = sqlx::query(
        "SELECT number, document, version, actor, reason, at, undone_at, undone_by, undone_reason \
         FROM reference_changes WHERE tenant = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    )
    .bind(tenant.as_str())
    .bind(before.map_or(i64::MAX, i64::from))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    rows.iter().map(decode).collect()
}

fn decode(row: &DbRow) -> Result<ReferenceChange, Fault> {
    Ok(ReferenceChange {
        number: number::of(row, 0)?,
        document: row.try_get(1)?,
        version: row.try_get(2)?,
        by: row.try_get(3)?,
        reason: row.try_get(4)?,
        at: rows::instant(row.try_get(5)?)?,
        undone_at: row.try_get::<Option<i64>, _>(6)?.map(rows::instant).transpose()?,
        undone_by: row.try_get(7)?,
        undone_reason: row.try_get(8)?,
        entries: Vec::new(),
    })
}

/// The entries that a change concerned, by id.
async fn entries(
    db: &mut Connection,
    tenant: &TenantId,
    number: ChangeNumber,
) -> Result<Vec<Resting>, Fault> {
    let rows: Vec<(String, Number, String, bool)> = sqlx::query_as(
        "SELECT e.entry, e.version, e.reference, s.number IS NOT NULL \
         FROM reference_change_entries e LEFT JOIN suspensions s \
         ON s.tenant = e.tenant AND s.entry = e.entry AND s.number = e.number \
         WHERE e.tenant = $1 AND e.number = $2 ORDER BY e.entry",
    )
    .bind(tenant.as_str())
    .bind(Number(number))
    .fetch_all(db)
    .await?;
    let resting = rows.into_iter().map(|(id, Number(version), reference, suspended)| {
        let id = EntryId::new(id).map_err(damaged)?;
        Ok(Resting { id, version, reference, suspended })
    });
    resting.collect()
}

/// Journal, audit and epoch of suspensions that came or went, and what there is now.
async fn changed(
    db: &mut Connection,
    tenant: &TenantId,
    (Epoch(before), number): (Epoch, ChangeNumber),
    (kind, touched): (&str, &[(EntryId, VersionNumber, Value)]),
    by: By<'_>,
) -> Result<ReferenceChanged, Fault> {
    let next = i64::try_from(before + 1).map_err(damaged)?;
    for (seq, (id, version, detail)) in (0_i64..).zip(touched) {
        let key = Key { tenant, id, version: *version };
        let place = (next, seq);
        write::journal(db, &[Journalled { key, place, kind, at: by.1 }]).await?;
        write::audit(db, &[Audited { key, by, action: kind, detail: detail.clone() }]).await?;
    }
    if !touched.is_empty() {
        write::raise_epoch(db, tenant).await?;
    }
    let epoch = Epoch(before + u64::from(!touched.is_empty()));
    let change = changes(db, tenant, None, number.checked_add(1), 1).await?.pop();
    let change = change.ok_or_else(|| damaged(format_args!("the change {number} is gone")))?;
    let mut held = suspensions(db, tenant).await?;
    let suspensions = touched.iter().map(|(id, ..)| {
        let held = held.remove(id).unwrap_or_default();
        (id.clone(), held)
    });
    let suspensions = suspensions.collect();
    Ok(ReferenceChanged { epoch, change, suspensions, unchanged: false, replayed: false })
}

/// Who did what to a document.
async fn audit(
    db: &mut Connection,
    tenant: &TenantId,
    (actor, at): By<'_>,
    action: &str,
    detail: &Value,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO audit (at, actor, action, tenant, detail) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(at.as_microsecond())
    .bind(actor)
    .bind(action)
    .bind(tenant.as_str())
    .bind(detail.to_string())
    .execute(db)
    .await?;
    Ok(())
}
