//! The statements that write, one function a thing. What is written when is in `commit.rs`.

use goldenset_core::{
    Embedding, EntryContent, EntryId, Epoch, ModelId, Reference, TenantId, VersionNumber,
};
use jiff::Timestamp;

use super::blob;
use super::driver::Connection;
use super::fault::{Fault, damaged};
use super::number::Number;

type Done = Result<(), Fault>;

/// Which version of which entry.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) id: &'a EntryId,
    pub(super) version: VersionNumber,
}

pub(super) async fn tenant(db: &mut Connection, tenant: &TenantId) -> Done {
    sqlx::query("INSERT INTO tenants (tenant, epoch) VALUES ($1, 0)")
        .bind(tenant.as_str())
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn raise_epoch(db: &mut Connection, tenant: &TenantId) -> Done {
    sqlx::query("UPDATE tenants SET epoch = epoch + 1 WHERE tenant = $1")
        .bind(tenant.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// A new head of an entry, which is created as a draft when there is none.
pub(super) async fn version(
    db: &mut Connection,
    key: Key<'_>,
    content: &EntryContent,
    hash: [u8; 32],
    (author, at): (&str, Timestamp),
) -> Done {
    sqlx::query(
        "INSERT INTO entries (tenant, id, status, head_version) VALUES ($1, $2, 'draft', $3) \
         ON CONFLICT (tenant, id) DO UPDATE SET head_version = excluded.head_version",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "INSERT INTO versions (tenant, id, version, question, answer, category, lang, valid_from, \
         valid_until, author, created_at, content_hash, review_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .bind(content.question.as_str())
    .bind(content.answer.as_str())
    .bind(content.category.as_deref())
    .bind(content.lang.as_deref())
    .bind(content.validity.valid_from.map(|day| day.to_string()))
    .bind(content.validity.valid_until.map(|day| day.to_string()))
    .bind(author)
    .bind(at.as_microsecond())
    .bind(hash.as_slice())
    .bind(content.review_by.map(|day| day.to_string()))
    .execute(&mut *db)
    .await?;
    let insert = "INSERT INTO alternatives (tenant, id, version, position, text) VALUES ($1, $2, $3, $4, $5)";
    list(db, insert, key, &content.alternatives).await?;
    references(db, key, &content.references).await?;
    let insert =
        "INSERT INTO tags (tenant, id, version, position, text) VALUES ($1, $2, $3, $4, $5)";
    list(db, insert, key, &content.tags).await
}

async fn references(db: &mut Connection, key: Key<'_>, items: &[Reference]) -> Done {
    for (position, item) in (0_i64..).zip(items) {
        sqlx::query(
            "INSERT INTO entry_references \
             (tenant, id, version, position, text, document, document_version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(key.tenant.as_str())
        .bind(key.id.as_str())
        .bind(Number(key.version))
        .bind(position)
        .bind(item.text.as_str())
        .bind(item.document.as_deref())
        .bind(item.version.as_deref())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn list(db: &mut Connection, insert: &'static str, key: Key<'_>, items: &[String]) -> Done {
    for (position, item) in (0_i64..).zip(items) {
        sqlx::query(insert)
            .bind(key.tenant.as_str())
            .bind(key.id.as_str())
            .bind(Number(key.version))
            .bind(position)
            .bind(item.as_str())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Takes the embeddings of one version out, for a publish that brings its own: a remote model may
/// give an equal text another vector, and what is kept must be what lookups see.
pub(super) async fn forget_embeddings(db: &mut Connection, key: Key<'_>, model: &ModelId) -> Done {
    sqlx::query(
        "DELETE FROM embeddings WHERE tenant = $1 AND model = $2 AND id = $3 AND version = $4",
    )
    .bind(key.tenant.as_str())
    .bind(model.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// Embeddings of one version; those that are there already stay.
pub(super) async fn embeddings(
    db: &mut Connection,
    key: Key<'_>,
    model: &ModelId,
    embeddings: &[Embedding],
) -> Done {
    for (position, Embedding { vector, words }) in (0_i64..).zip(embeddings) {
        sqlx::query(
            "INSERT INTO embeddings \
             (tenant, model, id, version, position, dimensions, vector, words) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(key.tenant.as_str())
        .bind(model.as_str())
        .bind(key.id.as_str())
        .bind(Number(key.version))
        .bind(position)
        .bind(i64::try_from(vector.len()).unwrap_or(i64::MAX))
        .bind(blob::encode(vector))
        .bind((!words.is_empty()).then(|| words.encode()))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Serves the version in place of what was served.
pub(super) async fn published(
    db: &mut Connection,
    key: Key<'_>,
    (actor, at): (&str, Timestamp),
    reason: Option<&str>,
) -> Done {
    sqlx::query(
        "UPDATE entries SET status = 'published', published_version = $3 \
         WHERE tenant = $1 AND id = $2",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "UPDATE versions SET published_at = $4, published_by = $5, publish_reason = $6 \
         WHERE tenant = $1 AND id = $2 AND version = $3",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .bind(at.as_microsecond())
    .bind(actor)
    .bind(reason)
    .execute(db)
    .await?;
    Ok(())
}

/// Serves the entry no longer.
pub(super) async fn retired(db: &mut Connection, key: Key<'_>) -> Done {
    sqlx::query(
        "UPDATE entries SET status = 'retired', published_version = NULL \
         WHERE tenant = $1 AND id = $2",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .execute(db)
    .await?;
    Ok(())
}

/// What the epoch `epoch` changed, as its `seq`th change.
pub(super) async fn journal(
    db: &mut Connection,
    key: Key<'_>,
    (epoch, seq): (i64, i64),
    kind: &str,
    at: Timestamp,
) -> Done {
    sqlx::query(
        "INSERT INTO journal (tenant, epoch, seq, kind, entry, version, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(key.tenant.as_str())
    .bind(epoch)
    .bind(seq)
    .bind(kind)
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .bind(at.as_microsecond())
    .execute(db)
    .await?;
    Ok(())
}

/// Who did what to the version.
pub(super) async fn audit(
    db: &mut Connection,
    key: Key<'_>,
    (actor, at): (&str, Timestamp),
    action: &str,
    detail: &serde_json::Value,
) -> Done {
    sqlx::query(
        "INSERT INTO audit (at, actor, action, tenant, entry, version, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(at.as_microsecond())
    .bind(actor)
    .bind(action)
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .bind(detail.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// A change of which calibration is active.
pub(super) struct Change {
    /// What the audit log calls it.
    pub(super) action: &'static str,
    /// The calibration that was written or undone.
    pub(super) version: VersionNumber,
    /// The one that is active from now on.
    pub(super) active: Option<VersionNumber>,
}

/// Journal and audit row of a change of calibration, which makes `epoch`.
pub(super) async fn calibration_change(
    db: &mut Connection,
    tenant: &TenantId,
    (Epoch(epoch), (actor, at)): (Epoch, (&str, Timestamp)),
    change: &Change,
    detail: &serde_json::Value,
) -> Done {
    sqlx::query(
        "INSERT INTO journal (tenant, epoch, seq, kind, version, at) \
         VALUES ($1, $2, 0, 'calibrated', $3, $4)",
    )
    .bind(tenant.as_str())
    .bind(i64::try_from(epoch).map_err(damaged)?)
    .bind(change.active.map(Number))
    .bind(at.as_microsecond())
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "INSERT INTO audit (at, actor, action, tenant, version, detail) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(at.as_microsecond())
    .bind(actor)
    .bind(change.action)
    .bind(tenant.as_str())
    .bind(Number(change.version))
    .bind(detail.to_string())
    .execute(&mut *db)
    .await?;
    Ok(())
}
