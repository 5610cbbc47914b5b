//! Served answers that were drawn for experts to judge.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use goldenset_core::decision::MatchType;
use goldenset_core::ports::Once;
use goldenset_core::watch::{
    AuditId, AuditItem, AuditStatus, Drawn, JudgedCount, Judgement, Verdict,
};
use goldenset_core::{Code, EntryId, Error, TenantId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::Row;

use super::driver::{Connection, DbRow};
use super::fault::{Fault, damaged};
use super::number::{self, Number};
use super::once;
use super::rows::instant;
use super::write::{self, Audited, Key};

/// The columns of an item, from the sample `s` and the version `v` that was served.
macro_rules! items {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.question, s.entry, s.version, v.question, v.answer, s.match_type, ",
            "s.score, s.certified_by, s.times, s.first_at, s.last_at, s.verdict, s.better, ",
            "s.unanswerable, s.judged_by, s.comment, s.judged_at FROM audit_sample s ",
            "JOIN versions v ON v.tenant = s.tenant AND v.id = s.entry AND v.version = s.version ",
            $which
        )
    };
}

/// Queues drawn answers, or counts them to those that wait. Returns how many found their tenant's
/// queue full and were left out.
pub(super) async fn queue(
    db: &mut Connection,
    drawn: &[Drawn],
    most_open: u64,
) -> Result<u64, Fault> {
    // Counted once a tenant: to count a long queue for every answer holds up who publishes.
    let mut open = BTreeMap::<&TenantId, u64>::new();
    let mut left_out = 0;
    for one in drawn {
        if count_again(db, one).await? {
            continue;
        }
        let open = match open.entry(&one.tenant) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(open_of(db, &one.tenant).await?),
        };
        if *open < most_open {
            add(db, one).await?;
            *open += 1;
        } else {
            left_out += 1;
        }
    }
    Ok(left_out)
}

/// Counts a drawn answer to the item that waits; `false` where none does.
async fn count_again(db: &mut Connection, drawn: &Drawn) -> Result<bool, Fault> {
    let again = sqlx::query(
        "UPDATE audit_sample SET times = times + 1, \
         last_at = CASE WHEN last_at < $5 THEN $5 ELSE last_at END, \
         certified_by = coalesce($6, certified_by) \
         WHERE tenant = $1 AND entry = $2 AND version = $3 AND question = $4 AND verdict IS NULL",
    )
    .bind(drawn.tenant.as_str())
    .bind(drawn.entry.as_str())
    .bind(Number(drawn.version))
    .bind(drawn.question.as_str())
    .bind(drawn.at.as_microsecond())
    .bind(drawn.certified_by.map(Number))
    .execute(db)
    .await?;
    Ok(again.rows_affected() > 0)
}

async fn open_of(db: &mut Connection, tenant: &TenantId) -> Result<u64, Fault> {
    let open: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_sample WHERE tenant = $1 AND verdict IS NULL",
    )
    .bind(tenant.as_str())
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(open).map_err(damaged)?)
}

async fn add(db: &mut Connection, drawn: &Drawn) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO audit_sample (tenant, entry, version, question, match_type, score, \
         certified_by, times, first_at, last_at) VALUES ($1, $2, $3, $4, $6, $7, $8, 1, $5, $5)",
    )
    .bind(drawn.tenant.as_str())
    .bind(drawn.entry.as_str())
    .bind(Number(drawn.version))
    .bind(drawn.question.as_str())
    .bind(drawn.at.as_microsecond())
    .bind(match_type_name(drawn.match_type))
    .bind(drawn.score)
    .bind(drawn.certified_by.map(Number))
    .execute(db)
    .await?;
    Ok(())
}

/// A page of items.
pub(super) async fn items(
    db: &mut Connection,
    tenant: &TenantId,
    status: AuditStatus,
    after: Option<AuditId>,
    limit: usize,
) -> Result<Vec<AuditItem>, Fault> {
    let page = match status {
        AuditStatus::Open => {
            items!("WHERE s.tenant = $1 AND s.id > $2 AND s.verdict IS NULL ORDER BY s.id LIMIT $3")
        }
        AuditStatus::Judged => items!(
            "WHERE s.tenant = $1 AND s.id > $2 AND s.verdict IS NOT NULL ORDER BY s.id LIMIT $3"
        ),
    };
    let rows = sqlx::query(page)
        .bind(tenant.as_str())
        // No item has the number 0.
        .bind(Number(after.map_or(0, |id| id.0)))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(db)
        .await?;
    rows.iter().map(item).collect()
}

async fn one(db: &mut Connection, tenant: &TenantId, id: AuditId) -> Result<AuditItem, Fault> {
    let row = sqlx::query(items!("WHERE s.tenant = $1 AND s.id = $2"))
        .bind(tenant.as_str())
        .bind(Number(id.0))
        .fetch_optional(db)
        .await?;
    let Some(row) = row else {
        return Err(Error::new(Code::UnknownAuditItem, format!("there is no item {id}"))
            .field("id")
            .fix("list the items of the tenant's audit sample to see their ids")
            .into());
    };
    item(&row)
}

/// Writes a judgement, and it and the one before into the audit log, unless that was done already.
pub(super) async fn judge(
    db: &mut Connection,
    (tenant, id): (&TenantId, AuditId),
    judgement: &Judgement,
    once: Option<&Once>,
) -> Result<AuditItem, Fault> {
    let before = one(db, tenant, id).await?;
    if let Some(once) = once {
        if let Some(said) = once::outcome::<Judgement>(db, once).await? {
            return Ok(AuditItem { judgement: Some(said), ..before });
        }
        once::keep(db, once, judgement, judgement.at).await?;
    }
    sqlx::query(
        "UPDATE audit_sample SET verdict = $2, better = $3, unanswerable = $4, judged_by = $5, \
         comment = $6, judged_at = $7 WHERE id = $1",
    )
    .bind(Number(id.0))
    .bind(judgement.verdict.as_str())
    .bind(judgement.entry.as_ref().map(EntryId::as_str))
    .bind(judgement.unanswerable)
    .bind(judgement.by.as_str())
    .bind(judgement.comment.as_deref())
    .bind(judgement.at.as_microsecond())
    .execute(&mut *db)
    .await?;
    let key = Key { tenant, id: &before.entry_id, version: before.version };
    let said = |judgement: &Judgement| {
        json!({
            "verdict": judgement.verdict,
            "entry": judgement.entry,
            "unanswerable": judgement.unanswerable,
            "by": judgement.by,
            "comment": judgement.comment,
        })
    };
    let detail = json!({
        "item": id,
        "judgement": said(judgement),
        "before": before.judgement.as_ref().map(said),
    });
    let by = (&*judgement.by, judgement.at);
    write::audit(db, &[Audited { key, by, action: "judged", detail }]).await?;
    one(db, tenant, id).await
}

/// Judged items by how they were found and certified.
pub(super) async fn judged(
    db: &mut Connection,
    tenant: &TenantId,
    since: Timestamp,
) -> Result<Vec<JudgedCount>, Fault> {
    let rows: Vec<(String, Option<Number>, i64, i64)> = sqlx::query_as(
        "SELECT match_type, certified_by, count(*) FILTER (WHERE verdict = 'right'), \
         count(*) FILTER (WHERE verdict = 'wrong') \
         FROM audit_sample WHERE tenant = $1 AND last_at >= $2 AND verdict IS NOT NULL \
         GROUP BY match_type, certified_by ORDER BY match_type, certified_by",
    )
    .bind(tenant.as_str())
    .bind(since.as_microsecond())
    .fetch_all(db)
    .await?;
    let count = |(found, certified_by, right, wrong): (String, Option<Number>, i64, i64)| {
        Ok(JudgedCount {
            match_type: match_type(&found)?,
            certified_by: certified_by.map(|version| version.0),
            right: u64::try_from(right).map_err(damaged)?,
            wrong: u64::try_from(wrong).map_err(damaged)?,
        })
    };
    rows.into_iter().map(count).collect()
}

/// How many items of each tenant wait.
pub(super) async fn open(db: &mut Connection) -> Result<Vec<(TenantId, u64)>, Fault> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT tenant, count(*) FROM audit_sample WHERE verdict IS NULL \
         GROUP BY tenant ORDER BY tenant",
    )
    .fetch_all(db)
    .await?;
    let count = |(tenant, count): (String, i64)| {
        Ok((TenantId::new(tenant).map_err(damaged)?, u64::try_from(count).map_err(damaged)?))
    };
    rows.into_iter().map(count).collect()
}

/// Deletes the items that were drawn last before `drawn`.
pub(super) async fn forget(db: &mut Connection, drawn: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM audit_sample WHERE last_at < $1")
        .bind(drawn.as_microsecond())
        .execute(db)
        .await?;
    Ok(())
}

fn item(row: &DbRow) -> Result<AuditItem, Fault> {
    let judgement = match row.try_get::<Option<String>, _>(12)? {
        None => None,
        Some(verdict) => Some(Judgement {
            verdict: match verdict.as_str() {
                "right" => Verdict::Right,
                "wrong" => Verdict::Wrong,
                other => return Err(damaged(format_args!("the verdict {other:?}")).into()),
            },
            entry: row
                .try_get::<Option<String>, _>(13)?
                .map(|id| EntryId::new(id).map_err(damaged))
                .transpose()?,
            unanswerable: row.try_get(14)?,
            by: row.try_get(15)?,
            comment: row.try_get(16)?,
            at: instant(row.try_get(17)?)?,
        }),
    };
    Ok(AuditItem {
        id: AuditId(number::of(row, 0)?),
        question: row.try_get(1)?,
        entry_id: EntryId::new(row.try_get::<&str, _>(2)?).map_err(damaged)?,
        version: number::of(row, 3)?,
        entry_question: row.try_get(4)?,
        entry_answer: row.try_get(5)?,
        match_type: match_type(row.try_get(6)?)?,
        score: row.try_get(7)?,
        certified_by: number::optional(row, 8)?,
        times: u64::try_from(row.try_get::<i64, _>(9)?).map_err(damaged)?,
        first_at: instant(row.try_get(10)?)?,
        last_at: instant(row.try_get(11)?)?,
        judgement,
    })
}

fn match_type_name(found: MatchType) -> &'static str {
    match found {
        MatchType::Signature => "signature",
        MatchType::Semantic => "semantic",
    }
}

fn match_type(name: &str) -> Result<MatchType, Error> {
    [MatchType::Signature, MatchType::Semantic]
        .into_iter()
        .find(|found| match_type_name(*found) == name)
        .ok_or_else(|| damaged(format_args!("the match type {name:?}")))
}
