//! The golden loop as it is read, each call in a transaction of its own.

use async_trait::async_trait;
use goldenset_core::curation::{
    Action, Candidate, CandidateFilter, CandidateId, CandidateKey, Expert, ExpertRole, Feedback,
    FeedbackFilter, FeedbackId, FeedbackKind, FeedbackRecord, Outcome, QuestionSource,
    RecordedQuestion, Trust,
};
use goldenset_core::ports::{Commit, CurationStore, LogFilter, LogLine, Once};
use goldenset_core::{Code, EntryId, Error, Handle, Result, TenantId, VersionNumber};
use serde::de::DeserializeOwned;
use sqlx::Row;

use super::driver::{Backend, Connection, DbRow};
use super::fault::{Fault, damaged};
use super::number::{self, Number};
use super::once;
use super::rows::instant;

macro_rules! experts {
    ($which:literal) => {
        concat!(
            "SELECT handle, role, verified, stated, strength, held, failed, created_at, ",
            "changed_at FROM experts WHERE tenant = $1 AND ",
            $which
        )
    };
}

#[async_trait]
impl CurationStore for Backend {
    async fn expert(&self, tenant: &TenantId, handle: &Handle) -> Result<Expert> {
        let found = self.read(async |db| {
            let query = sqlx::query(experts!("handle = $2"));
            let query = query.bind(tenant.as_str()).bind(handle.as_str());
            query.fetch_optional(db).await?.map(|row| expert(&row)).transpose()
        });
        found.await?.ok_or_else(|| {
            Error::new(Code::UnknownExpert, format!("there is no expert {handle}"))
                .field("expert")
                .fix("name an expert of this tenant, or make one with PUT /v1/experts/{handle}")
        })
    }

    async fn experts(
        &self,
        tenant: &TenantId,
        after: Option<&Handle>,
        limit: usize,
    ) -> Result<Vec<Expert>> {
        // No handle is empty, so all come after the empty one.
        let after = after.map_or("", Handle::as_str);
        let found = self.read(async |db| {
            let query = sqlx::query(experts!("handle > $2 ORDER BY handle LIMIT $3"));
            let rows =
                query.bind(tenant.as_str()).bind(after).bind(most(limit)).fetch_all(db).await?;
            rows.iter().map(expert).collect()
        });
        found.await
    }

    async fn evidence(
        &self,
        tenant: &TenantId,
        candidate: CandidateId,
    ) -> Result<Vec<(Handle, Outcome)>> {
        let found = self.read(async |db| {
            let rows: Vec<(String, String)> = sqlx::query_as(
                "SELECT handle, outcome FROM trust_evidence WHERE tenant = $1 AND candidate = $2 \
                 ORDER BY handle",
            )
            .bind(tenant.as_str())
            .bind(Number(candidate.0))
            .fetch_all(db)
            .await?;
            rows.into_iter()
                .map(|(name, outcome)| Ok((Handle::new(name).map_err(damaged)?, word(&outcome)?)))
                .collect()
        });
        found.await
    }

    async fn candidate(&self, tenant: &TenantId, id: CandidateId) -> Result<Candidate> {
        self.read(async |db| candidate(db, tenant, id).await).await
    }

    async fn last_candidate(
        &self,
        tenant: &TenantId,
        key: &CandidateKey,
    ) -> Result<Option<Candidate>> {
        let found = self.read(async |db| {
            let query = match key {
                CandidateKey::Question(signature) => sqlx::query_scalar(
                    "SELECT content FROM candidates WHERE tenant = $1 AND signature = $2 \
                     ORDER BY id DESC LIMIT 1",
                )
                .bind(tenant.as_str())
                .bind(signature.as_bytes().to_vec()),
                CandidateKey::Entry(kind, entry) => sqlx::query_scalar(
                    "SELECT content FROM candidates WHERE tenant = $1 AND signature IS NULL \
                     AND kind = $2 AND entry = $3 ORDER BY id DESC LIMIT 1",
                )
                .bind(tenant.as_str())
                .bind(kind.as_str())
                .bind(entry.as_str()),
            };
            let content: Option<String> = query.fetch_optional(db).await?;
            Ok(content.map(|content| parsed(&content)).transpose()?)
        });
        found.await
    }

    async fn candidate_of(
        &self,
        tenant: &TenantId,
        entry: &EntryId,
        version: VersionNumber,
    ) -> Result<Option<Candidate>> {
        let found = self.read(async |db| {
            let contents: Vec<String> = sqlx::query_scalar(
                "SELECT content FROM candidates WHERE tenant = $1 AND entry = $2 \
                 AND published_version = $3 ORDER BY id DESC",
            )
            .bind(tenant.as_str())
            .bind(entry.as_str())
            .bind(Number(version))
            .fetch_all(db)
            .await?;
            for content in contents {
                let candidate: Candidate = parsed(&content)?;
                if candidate.action != Action::Reapprove {
                    return Ok(Some(candidate));
                }
            }
            Ok(None)
        });
        found.await
    }

    async fn candidates(
        &self,
        tenant: &TenantId,
        filter: &CandidateFilter,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        let found = self.read(async |db| {
            // After the last one of the page before, wherever its urgency has moved to since.
            let after = match filter.after {
                Some(id) => Some((candidate(db, tenant, id).await?.priority, id.0)),
                None => None,
            };
            let rows: Vec<String> = sqlx::query_scalar(
                "SELECT content FROM candidates WHERE tenant = $1 \
                 AND ($2 IS NULL OR status = $2) AND ($3 IS NULL OR kind = $3) \
                 AND ($4 IS NULL OR priority < $4 OR (priority = $4 AND id > $5)) \
                 ORDER BY priority DESC, id LIMIT $6",
            )
            .bind(tenant.as_str())
            .bind(filter.status.map(|status| status.as_str()))
            .bind(filter.kind.map(|kind| kind.as_str()))
            .bind(after.map(|(priority, _)| priority))
            .bind(after.map(|(_, id)| Number(id)))
            .bind(most(limit))
            .fetch_all(db)
            .await?;
            Ok(rows.iter().map(|content| parsed(content)).collect::<Result<_>>()?)
        });
        found.await
    }

    async fn feedback(
        &self,
        tenant: &TenantId,
        filter: &FeedbackFilter,
        after: Option<FeedbackId>,
        limit: usize,
    ) -> Result<Vec<FeedbackRecord>> {
        let found = self.read(async |db| {
            let rows = sqlx::query(
                "SELECT id, at, query, entry, version, kind, category, confidence, seconds, \
                 expert, trust, answer, refs, counted, reason, candidate FROM feedback \
                 WHERE tenant = $1 AND ($2 IS NULL OR candidate = $2) \
                 AND ($3 IS NULL OR entry = $3) AND ($4 IS NULL OR signature = $4) \
                 AND (NOT $5 OR counted) AND id > $6 ORDER BY id LIMIT $7",
            )
            .bind(tenant.as_str())
            .bind(filter.candidate.map(|candidate| Number(candidate.0)))
            .bind(filter.entry.as_ref().map(|entry| entry.as_str().to_owned()))
            .bind(filter.signature.as_ref().map(|signature| signature.as_bytes().to_vec()))
            .bind(filter.counted)
            .bind(Number(after.map_or(0, |after| after.0)))
            .bind(most(limit))
            .fetch_all(db)
            .await?;
            rows.iter().map(feedback).collect()
        });
        found.await
    }

    async fn done(&self, once: &Once) -> Result<Option<Commit>> {
        let found: Option<Commit> = self.read(async |db| once::outcome(db, once).await).await?;
        Ok(found.map(|commit| Commit { replayed: true, ..commit }))
    }

    async fn questions(&self, tenant: &TenantId) -> Result<Vec<RecordedQuestion>> {
        let found = self.read(async |db| {
            // The last word of an expert on a question counts; what was recorded goes before it.
            let rows = sqlx::query(
                "SELECT query, entry, recorder, at, 'recorded' FROM questions WHERE tenant = $1 \
                 UNION ALL \
                 SELECT query, entry, expert, at, 'feedback' FROM ( \
                     SELECT query, entry, expert, at, kind, signature FROM feedback WHERE id IN ( \
                         SELECT max(id) FROM feedback WHERE tenant = $1 AND counted \
                         GROUP BY signature \
                     ) \
                 ) f WHERE kind = 'correct' AND NOT EXISTS ( \
                     SELECT 1 FROM questions q \
                     WHERE q.tenant = $1 AND q.signature = f.signature \
                 ) ORDER BY 1",
            )
            .bind(tenant.as_str())
            .fetch_all(db)
            .await?;
            rows.iter().map(question).collect()
        });
        found.await
    }

    async fn log(
        &self,
        tenant: &TenantId,
        filter: &LogFilter,
        limit: usize,
    ) -> Result<Vec<LogLine>> {
        let before = filter.before.map(|id| i64::try_from(id).unwrap_or(i64::MAX));
        let found = self.read(async |db| {
            let rows = sqlx::query(
                "SELECT id, at, actor, action, entry, version, detail FROM audit \
                 WHERE tenant = $1 AND ($2 IS NULL OR entry = $2) \
                 AND ($3 IS NULL OR action = $3) AND ($4 IS NULL OR actor = $4) \
                 AND ($5 IS NULL OR id < $5) ORDER BY id DESC LIMIT $6",
            )
            .bind(tenant.as_str())
            .bind(filter.entry.as_ref().map(|entry| entry.as_str().to_owned()))
            .bind(filter.action.as_deref())
            .bind(filter.actor.as_deref())
            .bind(before)
            .bind(most(limit))
            .fetch_all(db)
            .await?;
            rows.iter().map(line).collect()
        });
        found.await
    }
}

pub(super) fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

async fn candidate(
    db: &mut Connection,
    tenant: &TenantId,
    id: CandidateId,
) -> Result<Candidate, Fault> {
    let content: Option<String> =
        sqlx::query_scalar("SELECT content FROM candidates WHERE tenant = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(Number(id.0))
            .fetch_optional(db)
            .await?;
    let Some(content) = content else {
        return Err(Error::new(Code::UnknownCandidate, format!("there is no candidate {id}"))
            .field("id")
            .fix("list the candidates of the tenant to see their numbers")
            .into());
    };
    Ok(parsed(&content)?)
}

pub(super) fn parsed<T: DeserializeOwned>(content: &str) -> Result<T> {
    serde_json::from_str(content).map_err(damaged)
}

/// A word of the database as the core writes it.
fn word<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(text.into()).map_err(damaged)
}

fn expert(row: &DbRow) -> Result<Expert, Fault> {
    Ok(Expert {
        handle: Handle::new(row.try_get::<&str, _>(0)?).map_err(damaged)?,
        role: word::<ExpertRole>(row.try_get(1)?)?,
        verified: row.try_get(2)?,
        trust: Trust {
            stated: row.try_get(3)?,
            strength: row.try_get(4)?,
            right: number::of(row, 5)?,
            wrong: number::of(row, 6)?,
        },
        created_at: instant(row.try_get(7)?)?,
        changed_at: instant(row.try_get(8)?)?,
    })
}

fn feedback(row: &DbRow) -> Result<FeedbackRecord, Fault> {
    let counted = row.try_get(13)?;
    Ok(FeedbackRecord {
        id: FeedbackId(number::of(row, 0)?),
        at: instant(row.try_get(1)?)?,
        feedback: Feedback {
            query: row.try_get(2)?,
            entry_id: entry(row, 3)?,
            version: number::optional(row, 4)?,
            kind: word::<FeedbackKind>(row.try_get(5)?)?,
            category: row.try_get(6)?,
            confidence: row.try_get(7)?,
            time_spent_seconds: row.try_get(8)?,
            expert: Handle::new(row.try_get::<&str, _>(9)?).map_err(damaged)?,
            answer: row.try_get(11)?,
            references: parsed(row.try_get(12)?)?,
        },
        trust: row.try_get(10)?,
        counted,
        reason: row.try_get(14)?,
        candidate: number::optional(row, 15)?.map(CandidateId),
    })
}

fn question(row: &DbRow) -> Result<RecordedQuestion, Fault> {
    Ok(RecordedQuestion {
        query: row.try_get(0)?,
        entry_id: entry(row, 1)?,
        by: row.try_get(2)?,
        at: instant(row.try_get(3)?)?,
        source: word::<QuestionSource>(row.try_get(4)?)?,
    })
}

fn line(row: &DbRow) -> Result<LogLine, Fault> {
    Ok(LogLine {
        id: u64::try_from(row.try_get::<i64, _>(0)?).map_err(damaged)?,
        at: instant(row.try_get(1)?)?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        entry: row.try_get(4)?,
        version: number::optional(row, 5)?,
        detail: parsed(row.try_get(6)?)?,
    })
}

fn entry(row: &DbRow, column: usize) -> Result<Option<EntryId>, Fault> {
    let id: Option<&str> = row.try_get(column)?;
    Ok(id.map(EntryId::new).transpose().map_err(damaged)?)
}
