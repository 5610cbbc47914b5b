//! Rows as the core's types.

use goldenset_core::ports::{EntryRecord, PublishedVersion};
use goldenset_core::{
    Embedding, EntryContent, EntryId, EntryStatus, Error, Suspension, TenantId, Validity,
    VersionNumber,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use sqlx::Row;

use super::driver::DbRow;
use super::fault::{Fault, damaged};
use super::number;

/// One version with the state of its entry.
pub(super) struct VersionRow {
    pub(super) id: EntryId,
    pub(super) version: VersionNumber,
    status: EntryStatus,
    published_version: Option<VersionNumber>,
    pub(super) content: EntryContent,
    author: String,
    created_at: Timestamp,
    published_at: Option<Timestamp>,
    published_by: Option<String>,
    reason: Option<String>,
    /// Stays empty unless embeddings are asked for.
    pub(super) embeddings: Vec<Embedding>,
    /// Stays empty unless suspensions are asked for.
    pub(super) suspensions: Vec<Suspension>,
}

impl VersionRow {
    /// Columns as in the queries for versions in `select.rs`.
    pub(super) fn decode(row: &DbRow) -> Result<Self, Fault> {
        let content = EntryContent {
            question: row.try_get(4)?,
            answer: row.try_get(5)?,
            category: row.try_get(6)?,
            lang: row.try_get(7)?,
            validity: Validity { valid_from: day(row, 8)?, valid_until: day(row, 9)? },
            alternatives: list(row, 13)?,
            references: list(row, 14)?,
            tags: list(row, 15)?,
            review_by: day(row, 16)?,
        };
        Ok(Self {
            id: EntryId::new(row.try_get::<&str, _>(0)?).map_err(damaged)?,
            version: number::of(row, 1)?,
            status: status(row.try_get(2)?)?,
            published_version: number::optional(row, 3)?,
            content,
            author: row.try_get(10)?,
            created_at: instant(row.try_get(11)?)?,
            published_at: row.try_get::<Option<i64>, _>(12)?.map(instant).transpose()?,
            published_by: row.try_get(17)?,
            reason: row.try_get(18)?,
            embeddings: Vec::new(),
            suspensions: Vec::new(),
        })
    }

    pub(super) fn record(self, tenant: &TenantId) -> EntryRecord {
        EntryRecord {
            id: self.id,
            tenant: tenant.clone(),
            status: self.status,
            published_version: self.published_version,
            version: self.version,
            content: self.content,
            author: self.author,
            created_at: self.created_at,
            published_at: self.published_at,
            published_by: self.published_by,
            reason: self.reason,
        }
    }

    pub(super) fn published(self) -> Result<PublishedVersion, Error> {
        let (id, version) = (self.id, self.version);
        let Some(published_at) = self.published_at else {
            return Err(damaged(format_args!(
                "published version {version} of {id} without a date"
            )));
        };
        let phrasings = self.content.phrasings().count();
        let embeddings = match self.embeddings.len() {
            0 => None,
            count if count == phrasings => Some(self.embeddings),
            count => {
                return Err(damaged(format_args!(
                    "{count} vectors for the {phrasings} phrasings of version {version} of {id}"
                )));
            }
        };
        Ok(PublishedVersion {
            id,
            version,
            content: self.content,
            published_at,
            suspensions: self.suspensions,
            embeddings,
        })
    }
}

pub(super) fn status(text: &str) -> Result<EntryStatus, Error> {
    [EntryStatus::Draft, EntryStatus::Published, EntryStatus::Retired]
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| damaged(format_args!("the entry status {text:?}")))
}

pub(super) fn instant(microseconds: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(microseconds).map_err(damaged)
}

fn day(row: &DbRow, column: usize) -> Result<Option<Date>, Fault> {
    let text: Option<&str> = row.try_get(column)?;
    Ok(text.map(str::parse).transpose().map_err(|fault: jiff::Error| damaged(fault))?)
}

pub(super) fn list<T: DeserializeOwned>(row: &DbRow, column: usize) -> Result<Vec<T>, Fault> {
    Ok(serde_json::from_str(row.try_get(column)?).map_err(damaged)?)
}
