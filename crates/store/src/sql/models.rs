//! Which embedding model lookups use, and what is kept of each.

use async_trait::async_trait;
use goldenset_core::ports::{BareVersion, KeptModel, ModelStore, ModelSwitch};
use goldenset_core::{Code, EntryId, Error, ModelId, Result, TenantId};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Row;

use super::driver::{Backend, Connection};
use super::fault::{Fault, damaged};
use super::number::{self, Number};
use super::rows::{instant, list};
use super::select::BARE;

#[async_trait]
impl ModelStore for Backend {
    async fn model_switch(&self) -> Result<Option<ModelSwitch>> {
        self.read(async |db| Ok(newest(db).await?.map(|(_, switch)| switch))).await
    }

    async fn switch_model(&self, switch: &ModelSwitch) -> Result<()> {
        self.write(async |db| switch_to(db, switch).await).await
    }

    async fn kept_models(&self) -> Result<Vec<KeptModel>> {
        self.read(async |db| kept(db).await).await
    }

    async fn served_entries(&self) -> Result<u64> {
        self.read(async |db| {
            let served =
                sqlx::query_scalar("SELECT count(*) FROM entries WHERE status = 'published'");
            counted(served.fetch_one(db).await?)
        })
        .await
    }

    async fn bare_versions(&self, model: &ModelId, most: usize) -> Result<Vec<BareVersion>> {
        self.read(async |db| bare(db, model, most).await).await
    }

    async fn drop_model(&self, model: &ModelId, by: &str, at: Timestamp) -> Result<u64> {
        self.write(async |db| drop_vectors(db, model, (by, at)).await).await
    }
}

/// The last switch, with its number.
async fn newest(db: &mut Connection) -> Result<Option<(u32, ModelSwitch)>, Fault> {
    let row = sqlx::query(
        "SELECT number, model, former, actor, at FROM model_switches ORDER BY number DESC LIMIT 1",
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let switch = ModelSwitch {
        model: ModelId::new(row.try_get::<&str, _>(1)?).map_err(damaged)?,
        former: ModelId::new(row.try_get::<&str, _>(2)?).map_err(damaged)?,
        by: row.try_get(3)?,
        at: instant(row.try_get(4)?)?,
    };
    Ok(Some((number::of(&row, 0)?, switch)))
}

async fn switch_to(db: &mut Connection, switch: &ModelSwitch) -> Result<(), Fault> {
    let (number, now) = match newest(db).await? {
        Some((number, ModelSwitch { model, .. })) => (number, Some(model)),
        None => (0, None),
    };
    if let Some(now) = now.filter(|now| *now != switch.former) {
        return Err(in_use(&now, "lookups use another model than was expected"));
    }
    sqlx::query(
        "INSERT INTO model_switches (number, model, former, actor, at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(Number(number + 1))
    .bind(switch.model.as_str())
    .bind(switch.former.as_str())
    .bind(switch.by.as_str())
    .bind(switch.at.as_microsecond())
    .execute(&mut *db)
    .await?;
    let detail = json!({ "model": switch.model, "former": switch.former });
    audit(db, (&switch.by, switch.at), "model_switched", detail).await
}

fn in_use(model: &ModelId, detail: &str) -> Fault {
    Error::new(Code::VersionConflict, format!("{detail}: {model}"))
        .field("model")
        .fix("look at `goldenset embeddings status`")
        .into()
}

async fn kept(db: &mut Connection) -> Result<Vec<KeptModel>, Fault> {
    let rows = sqlx::query(
        "SELECT m.model, count(e.id) FROM embeddings m \
         LEFT JOIN entries e ON e.tenant = m.tenant AND e.id = m.id \
         AND e.published_version = m.version AND e.status = 'published' \
         WHERE m.position = 0 GROUP BY m.model ORDER BY m.model",
    )
    .fetch_all(db)
    .await?;
    let model = |row: &super::driver::DbRow| {
        Ok(KeptModel {
            model: ModelId::new(row.try_get::<&str, _>(0)?).map_err(damaged)?,
            entries: counted(row.try_get(1)?)?,
        })
    };
    rows.iter().map(model).collect()
}

fn counted(count: i64) -> Result<u64, Fault> {
    Ok(u64::try_from(count).map_err(damaged)?)
}

async fn bare(
    db: &mut Connection,
    model: &ModelId,
    most: usize,
) -> Result<Vec<BareVersion>, Fault> {
    let rows = sqlx::query(BARE)
        .bind(model.as_str())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(db)
        .await?;
    let version = |row: &super::driver::DbRow| {
        let mut phrasings = vec![row.try_get::<String, _>(3)?];
        phrasings.extend(list::<String>(row, 4)?);
        Ok(BareVersion {
            tenant: TenantId::new(row.try_get::<&str, _>(0)?).map_err(damaged)?,
            id: EntryId::new(row.try_get::<&str, _>(1)?).map_err(damaged)?,
            version: number::of(row, 2)?,
            phrasings,
        })
    };
    rows.iter().map(version).collect()
}

async fn drop_vectors(
    db: &mut Connection,
    model: &ModelId,
    by: (&str, Timestamp),
) -> Result<u64, Fault> {
    if newest(db).await?.is_some_and(|(_, switch)| switch.model == *model) {
        return Err(in_use(model, "lookups use this model"));
    }
    let dropped = sqlx::query("DELETE FROM embeddings WHERE model = $1").bind(model.as_str());
    let dropped = dropped.execute(&mut *db).await?.rows_affected();
    if dropped > 0 {
        audit(db, by, "model_dropped", json!({ "model": model, "vectors": dropped })).await?;
    }
    Ok(dropped)
}

/// What concerns all tenants stands under no tenant's name.
async fn audit(
    db: &mut Connection,
    (actor, at): (&str, Timestamp),
    action: &str,
    detail: Value,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO audit (at, actor, action, tenant, entry, version, detail) \
         VALUES ($1, $2, $3, '', NULL, NULL, $4)",
    )
    .bind(at.as_microsecond())
    .bind(actor)
    .bind(action)
    .bind(detail.to_string())
    .execute(db)
    .await?;
    Ok(())
}
