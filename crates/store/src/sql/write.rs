//! The statements that write, one function a kind of thing. What is written when is in `commit.rs`.

use goldenset_core::{
    Embedding, EntryContent, EntryId, Epoch, ModelId, Reference, TenantId, VersionNumber,
};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::QueryBuilder;
use sqlx::query_builder::Separated;

use super::blob;
use super::driver::{Connection, Database};
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

/// Rows that one statement writes. With the widest table some 1,000 parameters; a statement may have
/// 32,766.
const ROWS: usize = 64;

/// Writes all rows, many in one statement: a trip to the database costs more than a row does.
async fn many<T>(
    db: &mut Connection,
    (insert, conflict): (&str, &str),
    rows: &[T],
    bind: impl Fn(&mut Separated<'_, Database, &'static str>, &T),
) -> Done {
    for rows in rows.chunks(ROWS) {
        let mut statement = QueryBuilder::<Database>::new(insert);
        statement.push_values(rows, |mut values, row| bind(&mut values, row));
        statement.push(conflict);
        // Any other number of rows is another statement, and seldom comes again.
        let again = rows.len() == 1 || rows.len() == ROWS;
        statement.build().persistent(again).execute(&mut *db).await?;
    }
    Ok(())
}

/// A version that is new, and the head of its entry.
pub(super) struct Version<'a> {
    pub(super) key: Key<'a>,
    pub(super) content: &'a EntryContent,
    pub(super) hash: [u8; 32],
    /// Who serves it from the start and why, if anybody does.
    pub(super) published: Option<(&'a str, Option<&'a str>)>,
}

/// New heads of entries, which are created where there are none. Each entry occurs once.
pub(super) async fn versions(
    db: &mut Connection,
    rows: &[Version<'_>],
    (author, at): (&str, Timestamp),
) -> Done {
    let insert = "INSERT INTO entries (tenant, id, status, head_version, published_version) ";
    let conflict = " ON CONFLICT (tenant, id) DO UPDATE SET head_version = excluded.head_version, \
         status = CASE excluded.status WHEN 'published' THEN excluded.status \
         ELSE entries.status END, \
         published_version = coalesce(excluded.published_version, entries.published_version)";
    many(db, (insert, conflict), rows, |values, row| {
        let Key { tenant, id, version } = row.key;
        let served = row.published.map(|_| Number(version));
        values
            .push_bind(tenant.as_str())
            .push_bind(id.as_str())
            .push_bind(if served.is_some() { "published" } else { "draft" })
            .push_bind(Number(version))
            .push_bind(served);
    })
    .await?;
    let insert = "INSERT INTO versions (tenant, id, version, question, answer, category, lang, \
         valid_from, valid_until, author, created_at, content_hash, review_by, published_at, \
         published_by, publish_reason) ";
    many(db, (insert, ""), rows, |values, row| {
        let Version { key, content, hash, published } = row;
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        push_key(values, *key)
            .push_bind(content.question.as_str())
            .push_bind(content.answer.as_str())
            .push_bind(content.category.as_deref())
            .push_bind(content.lang.as_deref())
            .push_bind(day(content.validity.valid_from))
            .push_bind(day(content.validity.valid_until))
            .push_bind(author)
            .push_bind(at.as_microsecond())
            .push_bind(hash.as_slice())
            .push_bind(day(content.review_by))
            .push_bind(published.map(|_| at.as_microsecond()))
            .push_bind(published.map(|(by, _)| by))
            .push_bind(published.and_then(|(_, reason)| reason));
    })
    .await?;
    let insert = "INSERT INTO alternatives (tenant, id, version, position, text) ";
    list(db, insert, rows, |content| &content.alternatives).await?;
    references(db, rows).await?;
    let insert = "INSERT INTO tags (tenant, id, version, position, text) ";
    list(db, insert, rows, |content| &content.tags).await
}

fn push_key<'b, 'c>(
    values: &'b mut Separated<'c, Database, &'static str>,
    Key { tenant, id, version }: Key<'_>,
) -> &'b mut Separated<'c, Database, &'static str> {
    values.push_bind(tenant.as_str()).push_bind(id.as_str()).push_bind(Number(version))
}

async fn references(db: &mut Connection, rows: &[Version<'_>]) -> Done {
    let items = rows.iter().flat_map(|row| {
        (0_i64..).zip(&row.content.references).map(|(position, item)| (row.key, position, item))
    });
    let items: Vec<(Key<'_>, i64, &Reference)> = items.collect();
    let insert = "INSERT INTO entry_references \
         (tenant, id, version, position, text, document, document_version) ";
    many(db, (insert, ""), &items, |values, (key, position, item)| {
        push_key(values, *key)
            .push_bind(*position)
            .push_bind(item.text.as_str())
            .push_bind(item.document.as_deref())
            .push_bind(item.version.as_deref());
    })
    .await
}

async fn list<'a>(
    db: &mut Connection,
    insert: &str,
    rows: &'a [Version<'_>],
    items: impl Fn(&'a EntryContent) -> &'a [String],
) -> Done {
    let items = rows.iter().flat_map(|row| {
        (0_i64..).zip(items(row.content)).map(|(position, item)| (row.key, position, item.as_str()))
    });
    let items: Vec<(Key<'_>, i64, &str)> = items.collect();
    many(db, (insert, ""), &items, |values, (key, position, item)| {
        push_key(values, *key).push_bind(*position).push_bind(*item);
    })
    .await
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

/// Embeddings of versions, one a phrasing; those that are there already stay.
pub(super) async fn embeddings(
    db: &mut Connection,
    model: &ModelId,
    rows: &[(Key<'_>, &[Embedding])],
) -> Done {
    let each = rows.iter().flat_map(|(key, embeddings)| {
        (0_i64..).zip(*embeddings).map(|(position, embedding)| (*key, position, embedding))
    });
    let each: Vec<(Key<'_>, i64, &Embedding)> = each.collect();
    let insert = "INSERT INTO embeddings \
         (tenant, id, version, model, position, dimensions, vector, words) ";
    many(db, (insert, " ON CONFLICT DO NOTHING"), &each, |values, (key, position, embedding)| {
        let Embedding { vector, words } = embedding;
        push_key(values, *key)
            .push_bind(model.as_str())
            .push_bind(*position)
            .push_bind(i64::try_from(vector.len()).unwrap_or(i64::MAX))
            .push_bind(blob::encode(vector))
            .push_bind((!words.is_empty()).then(|| words.encode()));
    })
    .await
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

/// A change of what is served, for whoever follows.
pub(super) struct Journalled<'a> {
    pub(super) key: Key<'a>,
    /// The epoch that it makes, and its place among the changes of that.
    pub(super) place: (i64, i64),
    pub(super) kind: &'a str,
    pub(super) at: Timestamp,
}

pub(super) async fn journal(db: &mut Connection, rows: &[Journalled<'_>]) -> Done {
    let insert = "INSERT INTO journal (tenant, entry, version, epoch, seq, kind, at) ";
    many(db, (insert, ""), rows, |values, row| {
        push_key(values, row.key)
            .push_bind(row.place.0)
            .push_bind(row.place.1)
            .push_bind(row.kind)
            .push_bind(row.at.as_microsecond());
    })
    .await
}

/// Who did what to a version.
pub(super) struct Audited<'a> {
    pub(super) key: Key<'a>,
    pub(super) by: (&'a str, Timestamp),
    pub(super) action: &'a str,
    pub(super) detail: serde_json::Value,
}

pub(super) async fn audit(db: &mut Connection, rows: &[Audited<'_>]) -> Done {
    let insert = "INSERT INTO audit (tenant, entry, version, at, actor, action, detail) ";
    many(db, (insert, ""), rows, |values, row| {
        push_key(values, row.key)
            .push_bind(row.by.1.as_microsecond())
            .push_bind(row.by.0)
            .push_bind(row.action)
            .push_bind(row.detail.to_string());
    })
    .await
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
