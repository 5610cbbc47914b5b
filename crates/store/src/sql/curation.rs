//! What a commit changes of the golden loop. Runs within its transaction.

use goldenset_core::curation::{
    Candidate, CandidateId, CandidateKey, FeedbackId, FeedbackRecord, RecordedQuestion,
};
use goldenset_core::ports::{Applied, CandidateChange, ChangeSet, ExpertChange};
use goldenset_core::{Canonical, Code, Error, TenantId, VersionNumber};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::driver::Connection;
use super::fault::Fault;
use super::missed;
use super::number::Number;

/// Applies all of it; gives back what got a number.
pub(super) async fn apply(
    db: &mut Connection,
    set: &ChangeSet,
    applied: &[Applied],
) -> Result<(Option<Candidate>, Option<FeedbackId>), Fault> {
    let log = Log { tenant: &set.tenant, actor: &set.actor, at: set.at };
    // Evidence rests on both, so the candidate comes first and the experts next.
    let candidate = match &set.curation.candidate {
        Some(change) => {
            let first = applied.first().filter(|_| change.publishes);
            let version = first.and_then(|first| first.published_version);
            Some(write_candidate(db, &log, change, version).await?)
        }
        None => None,
    };
    for change in &set.curation.experts {
        write_expert(db, &log, change).await?;
    }
    let feedback = match &set.curation.feedback {
        Some(feedback) => {
            let candidate = candidate.as_ref().map(|candidate| candidate.id);
            Some(write_feedback(db, &log, feedback, candidate).await?)
        }
        None => None,
    };
    for question in &set.curation.questions {
        write_question(db, &log, question).await?;
    }
    if let Some(told) = &set.curation.missed {
        let written = candidate.as_ref().map(|candidate| candidate.id);
        missed::tell(db, &set.tenant, told, written).await?;
    }
    Ok((candidate, feedback))
}

/// Who does it to whose golden set, and when.
struct Log<'a> {
    tenant: &'a TenantId,
    actor: &'a str,
    at: Timestamp,
}

impl Log<'_> {
    /// A line of the audit log that concerns an entry, or none.
    async fn line(
        &self,
        db: &mut Connection,
        action: &str,
        entry: Option<&str>,
        detail: &Value,
    ) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO audit (at, actor, action, tenant, entry, detail) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.at.as_microsecond())
        .bind(self.actor)
        .bind(action)
        .bind(self.tenant.as_str())
        .bind(entry)
        .bind(detail.to_string())
        .execute(db)
        .await?;
        Ok(())
    }
}

async fn write_candidate(
    db: &mut Connection,
    log: &Log<'_>,
    CandidateChange { candidate, action, detail, .. }: &CandidateChange,
    published: Option<VersionNumber>,
) -> Result<Candidate, Fault> {
    let mut candidate = candidate.clone();
    candidate.published_version = published.or(candidate.published_version);
    if candidate.id == CandidateId(0) {
        candidate.id = insert_candidate(db, log.tenant, &candidate).await?;
        // What is kept names its number.
        write_columns(db, log.tenant, &candidate, candidate.revision).await?;
    } else {
        let before = candidate.revision.saturating_sub(1);
        if !write_columns(db, log.tenant, &candidate, before).await? {
            return Err(changed_meanwhile(format!("candidate {}", candidate.id)).into());
        }
    }
    let entry = candidate.entry_id.as_ref().map(|entry| entry.as_str());
    let mut detail = detail.clone();
    detail["candidate"] = json!(candidate.id);
    detail["status"] = json!(candidate.status);
    log.line(db, action, entry, &detail).await?;
    Ok(candidate)
}

async fn insert_candidate(
    db: &mut Connection,
    tenant: &TenantId,
    candidate: &Candidate,
) -> Result<CandidateId, Fault> {
    let inserted: Option<Number> = sqlx::query_scalar(
        "INSERT INTO candidates (tenant, revision, kind, status, open, signature, entry, priority, \
         content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}') \
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(tenant.as_str())
    .bind(Number(candidate.revision))
    .bind(candidate.kind.as_str())
    .bind(candidate.status.as_str())
    .bind(candidate.is_open())
    .bind(signature(candidate))
    .bind(candidate.entry_id.as_ref().map(|entry| entry.as_str()))
    .bind(candidate.priority)
    .fetch_optional(db)
    .await?;
    // Somebody made one of the same key since the caller looked for it.
    let Number(id) =
        inserted.ok_or_else(|| changed_meanwhile("a candidate for the same".to_owned()))?;
    Ok(CandidateId(id))
}

/// Writes what the candidate says over the stored `revision`; `false` where that is not there.
async fn write_columns(
    db: &mut Connection,
    tenant: &TenantId,
    candidate: &Candidate,
    revision: u32,
) -> Result<bool, Fault> {
    let content = serde_json::to_string(candidate).map_err(|cause| {
        Error::new(Code::Internal, "a candidate could not be written as JSON").cause(cause)
    })?;
    let done = sqlx::query(
        "UPDATE candidates SET revision = $4, kind = $5, status = $6, open = $7, signature = $8, \
         entry = $9, published_version = $10, priority = $11, content = $12 \
         WHERE tenant = $1 AND id = $2 AND revision = $3",
    )
    .bind(tenant.as_str())
    .bind(Number(candidate.id.0))
    .bind(Number(revision))
    .bind(Number(candidate.revision))
    .bind(candidate.kind.as_str())
    .bind(candidate.status.as_str())
    .bind(candidate.is_open())
    .bind(signature(candidate))
    .bind(candidate.entry_id.as_ref().map(|entry| entry.as_str()))
    .bind(candidate.published_version.map(Number))
    .bind(candidate.priority)
    .bind(content)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn signature(candidate: &Candidate) -> Option<Vec<u8>> {
    match candidate.key() {
        Some(CandidateKey::Question(signature)) => Some(signature.as_bytes().to_vec()),
        Some(CandidateKey::Entry(..)) | None => None,
    }
}

async fn write_expert(
    db: &mut Connection,
    log: &Log<'_>,
    change: &ExpertChange,
) -> Result<(), Fault> {
    let ExpertChange { expert, seen, action, detail, evidence, afresh } = change;
    let trust = &expert.trust;
    let statement = match seen {
        None => {
            "INSERT INTO experts (tenant, handle, role, verified, stated, strength, held, failed, \
             changed_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT DO NOTHING"
        }
        Some(_) => {
            "UPDATE experts SET role = $3, verified = $4, stated = $5, strength = $6, held = $7, \
             failed = $8, changed_at = $9 \
             WHERE tenant = $1 AND handle = $2 AND created_at = $10 AND changed_at = $11"
        }
    };
    let statement = sqlx::query(statement)
        .bind(log.tenant.as_str())
        .bind(expert.handle.as_str())
        .bind(expert.role.as_str())
        .bind(expert.verified)
        .bind(trust.stated)
        .bind(trust.strength)
        .bind(Number(trust.right))
        .bind(Number(trust.wrong))
        .bind(expert.changed_at.as_microsecond())
        .bind(expert.created_at.as_microsecond());
    let statement = match seen {
        None => statement,
        Some(seen) => statement.bind(seen.as_microsecond()),
    };
    if statement.execute(&mut *db).await?.rows_affected() == 0 {
        return Err(changed_meanwhile(format!("the expert {}", expert.handle)).into());
    }
    if *afresh {
        sqlx::query("DELETE FROM trust_evidence WHERE tenant = $1 AND handle = $2")
            .bind(log.tenant.as_str())
            .bind(expert.handle.as_str())
            .execute(&mut *db)
            .await?;
    }
    if let Some((candidate, outcome)) = evidence {
        sqlx::query(
            "INSERT INTO trust_evidence (tenant, handle, candidate, outcome) \
             VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant, handle, candidate) DO UPDATE SET outcome = excluded.outcome",
        )
        .bind(log.tenant.as_str())
        .bind(expert.handle.as_str())
        .bind(Number(candidate.0))
        .bind(outcome.as_str())
        .execute(&mut *db)
        .await?;
    }
    let mut detail = detail.clone();
    detail["expert"] = json!(expert.handle);
    log.line(db, action, None, &detail).await
}

async fn write_feedback(
    db: &mut Connection,
    log: &Log<'_>,
    FeedbackRecord { feedback, trust, counted, reason, .. }: &FeedbackRecord,
    candidate: Option<CandidateId>,
) -> Result<FeedbackId, Fault> {
    let Number(id) = sqlx::query_scalar(
        "INSERT INTO feedback (tenant, at, query, signature, entry, version, kind, category, \
         confidence, seconds, expert, trust, answer, refs, counted, reason, candidate) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         RETURNING id",
    )
    .bind(log.tenant.as_str())
    .bind(log.at.as_microsecond())
    .bind(feedback.query.as_str())
    .bind(feedback.signature().as_bytes().to_vec())
    .bind(feedback.entry_id.as_ref().map(|entry| entry.as_str()))
    .bind(feedback.version.map(Number))
    .bind(feedback.kind.as_str())
    .bind(feedback.category.as_deref())
    .bind(feedback.confidence)
    .bind(feedback.time_spent_seconds)
    .bind(feedback.expert.as_str())
    .bind(*trust)
    .bind(feedback.answer.as_deref())
    .bind(json!(feedback.references).to_string())
    .bind(*counted)
    .bind(reason.as_deref())
    .bind(candidate.map(|candidate| Number(candidate.0)))
    .fetch_one(&mut *db)
    .await?;
    let detail = json!({
        "feedback": id, "type": feedback.kind, "expert": feedback.expert, "counted": counted,
        "candidate": candidate,
    });
    let entry = feedback.entry_id.as_ref().map(|entry| entry.as_str());
    log.line(db, "feedback", entry, &detail).await?;
    Ok(FeedbackId(id))
}

async fn write_question(
    db: &mut Connection,
    log: &Log<'_>,
    question: &RecordedQuestion,
) -> Result<(), Fault> {
    let entry = question.entry_id.as_ref().map(|entry| entry.as_str());
    sqlx::query(
        "INSERT INTO questions (tenant, signature, query, entry, recorder, at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, signature) DO UPDATE SET \
         query = excluded.query, entry = excluded.entry, recorder = excluded.recorder, \
         at = excluded.at",
    )
    .bind(log.tenant.as_str())
    .bind(Canonical::of(&question.query).signature().as_bytes().to_vec())
    .bind(question.query.as_str())
    .bind(entry)
    .bind(question.by.as_str())
    .bind(log.at.as_microsecond())
    .execute(&mut *db)
    .await?;
    log.line(db, "question_recorded", entry, &json!({ "by": question.by })).await
}

fn changed_meanwhile(what: String) -> Error {
    Error::new(Code::VersionConflict, format!("{what} has changed meanwhile"))
        .fix("read it again, and decide on what it says now")
}
