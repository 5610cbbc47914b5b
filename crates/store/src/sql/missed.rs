//! Questions that found no answer, each call in a transaction of its own.

use std::collections::BTreeSet;

use async_trait::async_trait;
use goldenset_core::canonical::Signature;
use goldenset_core::curation::{CandidateId, MissedFlush, MissedGroup, MissedId, MissedMore};
use goldenset_core::ports::{MissedTold, QuestionStore};
use goldenset_core::{Canonical, Code, Error, Result, TenantId};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row;

use super::curated::{most, parsed};
use super::driver::{Backend, Connection, DbRow};
use super::fault::{Fault, damaged};
use super::number::{self, Number};
use super::rows::instant;
use super::watch;

macro_rules! groups {
    ($which:literal) => {
        concat!(
            "SELECT id, question, count, first_at, last_at, examples, more_examples, nearest, ",
            "candidate, told FROM missed_questions WHERE tenant = $1 AND ",
            $which
        )
    };
}

#[async_trait]
impl QuestionStore for Backend {
    async fn record_missed(&self, flush: &MissedFlush) -> Result<Vec<(TenantId, Signature)>> {
        self.write(async |db| record(db, flush).await).await
    }

    async fn missed(
        &self,
        tenant: &TenantId,
        least: u64,
        limit: usize,
    ) -> Result<Vec<MissedGroup>> {
        let found = self.read(async |db| {
            let rows = sqlx::query(groups!("count >= $2 ORDER BY count DESC, id LIMIT $3"))
                .bind(tenant.as_str())
                .bind(whole(least))
                .bind(most(limit))
                .fetch_all(db)
                .await?;
            rows.iter().map(group).collect()
        });
        found.await
    }

    async fn forget_missed(&self, asked: Timestamp) -> Result<Vec<(TenantId, Signature)>> {
        let forgotten = self.write(async |db| {
            let gone: Vec<(String, String)> = sqlx::query_as(
                "DELETE FROM missed_questions WHERE last_at < $1 RETURNING tenant, question",
            )
            .bind(asked.as_microsecond())
            .fetch_all(db)
            .await?;
            let found_by = |(tenant, text): &(String, String)| {
                Ok((TenantId::new(tenant).map_err(damaged)?, Canonical::of(text).signature()))
            };
            gone.iter().map(found_by).collect()
        });
        forgotten.await
    }
}

async fn record(
    db: &mut Connection,
    flush: &MissedFlush,
) -> Result<Vec<(TenantId, Signature)>, Fault> {
    if !watch::is_new(db, &flush.writer, flush.number, flush.at).await? {
        return Ok(Vec::new());
    }
    for more in &flush.more {
        add(db, more, flush.examples).await?;
    }
    let tenants: BTreeSet<_> = flush.more.iter().map(|more| &more.tenant).collect();
    let mut gone = Vec::new();
    for tenant in tenants {
        gone.extend(cut(db, tenant, flush.most).await?);
    }
    Ok(gone)
}

async fn add(db: &mut Connection, more: &MissedMore, examples: usize) -> Result<(), Fault> {
    let signature = more.signature();
    let found = sqlx::query(groups!("signature = $2"))
        .bind(more.tenant.as_str())
        .bind(signature.as_bytes().to_vec())
        .fetch_optional(&mut *db)
        .await?;
    let group = match found {
        Some(row) => {
            let mut known = group(&row)?;
            known.add(more.clone(), examples);
            known
        }
        None => more.clone().group(examples),
    };
    sqlx::query(
        "INSERT INTO missed_questions (tenant, question, signature, count, first_at, last_at, \
         examples, more_examples, nearest, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) \
         ON CONFLICT (tenant, signature) DO UPDATE SET count = excluded.count, \
         first_at = excluded.first_at, last_at = excluded.last_at, \
         examples = excluded.examples, more_examples = excluded.more_examples, \
         nearest = excluded.nearest",
    )
    .bind(more.tenant.as_str())
    .bind(group.question.as_str())
    .bind(signature.as_bytes().to_vec())
    .bind(whole(group.count))
    .bind(group.first_at.as_microsecond())
    .bind(group.last_at.as_microsecond())
    .bind(json(&group.examples)?)
    .bind(group.more_examples)
    .bind(json(&group.nearest)?)
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes what is beyond the bound.
async fn cut(
    db: &mut Connection,
    tenant: &TenantId,
    most: u64,
) -> Result<Vec<(TenantId, Signature)>, Fault> {
    // Those that stay are what is left of the list after the first few.
    let gone: Vec<String> = sqlx::query_scalar(
        "DELETE FROM missed_questions WHERE id IN (SELECT id FROM missed_questions \
         WHERE tenant = $1 ORDER BY count DESC, last_at DESC, id DESC LIMIT 9223372036854775807 OFFSET $2) \
         RETURNING question",
    )
    .bind(tenant.as_str())
    .bind(whole(most))
    .fetch_all(db)
    .await?;
    Ok(gone.iter().map(|text| (tenant.clone(), Canonical::of(text).signature())).collect())
}

/// Keeps what a candidate was told of a group.
pub(super) async fn tell(
    db: &mut Connection,
    tenant: &TenantId,
    told: &MissedTold,
    written: Option<CandidateId>,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE missed_questions SET candidate = $3, told = $4 WHERE tenant = $1 AND id = $2",
    )
    .bind(tenant.as_str())
    .bind(Number(told.group.0))
    .bind(told.candidate.or(written).map(|candidate| Number(candidate.0)))
    .bind(whole(told.count))
    .execute(db)
    .await?;
    Ok(())
}

fn group(row: &DbRow) -> Result<MissedGroup, Fault> {
    Ok(MissedGroup {
        id: MissedId(number::of(row, 0)?),
        question: row.try_get(1)?,
        count: counted(row, 2)?,
        first_at: instant(row.try_get(3)?)?,
        last_at: instant(row.try_get(4)?)?,
        examples: parsed(row.try_get(5)?)?,
        more_examples: row.try_get(6)?,
        nearest: parsed(row.try_get(7)?)?,
        candidate: number::optional(row, 8)?.map(CandidateId),
        told: counted(row, 9)?,
    })
}

fn counted(row: &DbRow, column: usize) -> Result<u64, Fault> {
    Ok(u64::try_from(row.try_get::<i64, _>(column)?).map_err(damaged)?)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    let unwritable =
        |cause| Error::new(Code::Internal, "examples could not be written as JSON").cause(cause);
    Ok(serde_json::to_string(value).map_err(unwritable)?)
}
