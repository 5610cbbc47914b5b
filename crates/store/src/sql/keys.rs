//! The keys of callers.

use async_trait::async_trait;
use goldenset_core::keys::{KeyId, KeyRecord, NewKey, Role, SecretHash, StoredKey};
use goldenset_core::ports::KeyStore;
use goldenset_core::{Code, Error, Result, TenantId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::Row;

use super::driver::{Backend, Connection, DbRow};
use super::fault::{Fault, damaged};
use super::number::{self, Number};
use super::once;
use super::rows::instant;

/// The columns of a key.
macro_rules! keys {
    ($which:literal) => {
        concat!(
            "SELECT id, name, role, tenant, expert, hash, created_at, created_by, revoked_at, ",
            "revoked_by FROM keys ",
            $which
        )
    };
}

#[async_trait]
impl KeyStore for Backend {
    async fn create_key(&self, key: &NewKey) -> Result<KeyRecord> {
        self.write(async |db| create(db, key).await).await
    }

    async fn keys(&self) -> Result<Vec<StoredKey>> {
        self.read(async |db| all(db).await).await
    }

    async fn revoke_key(&self, id: KeyId, actor: &str, at: Timestamp) -> Result<KeyRecord> {
        self.write(async |db| revoke(db, id, (actor, at)).await).await
    }
}

async fn create(db: &mut Connection, key: &NewKey) -> Result<KeyRecord, Fault> {
    if let Some(once) = &key.once
        && let Some(made) = once::outcome::<KeyId>(db, once).await?
    {
        return Err(made.already_made().into());
    }
    let Number(id) = sqlx::query_scalar(
        "INSERT INTO keys (name, role, tenant, expert, hash, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(key.name.as_str())
    .bind(key.role.as_str())
    .bind(key.tenant.as_ref().map(TenantId::as_str))
    .bind(key.expert.as_deref())
    .bind(&key.hash.as_bytes()[..])
    .bind(key.at.as_microsecond())
    .bind(key.by.as_str())
    .fetch_one(&mut *db)
    .await?;
    let made = one(db, KeyId(id)).await?;
    audit(db, &made, (&key.by, key.at), "key_created").await?;
    if let Some(once) = &key.once {
        once::keep(db, once, &made.id, key.at).await?;
    }
    Ok(made)
}

async fn all(db: &mut Connection) -> Result<Vec<StoredKey>, Fault> {
    let rows = sqlx::query(keys!("ORDER BY id")).fetch_all(db).await?;
    rows.iter().map(decode).collect()
}

async fn revoke(
    db: &mut Connection,
    id: KeyId,
    (actor, at): (&str, Timestamp),
) -> Result<KeyRecord, Fault> {
    let before = one(db, id).await?;
    if !before.is_active() {
        return Ok(before);
    }
    sqlx::query("UPDATE keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1")
        .bind(Number(id.0))
        .bind(at.as_microsecond())
        .bind(actor)
        .execute(&mut *db)
        .await?;
    let revoked = one(db, id).await?;
    audit(db, &revoked, (actor, at), "key_revoked").await?;
    Ok(revoked)
}

async fn one(db: &mut Connection, id: KeyId) -> Result<KeyRecord, Fault> {
    let row = sqlx::query(keys!("WHERE id = $1")).bind(Number(id.0)).fetch_optional(db).await?;
    let Some(row) = row else {
        return Err(Error::new(Code::UnknownKey, format!("there is no key {id}"))
            .field("id")
            .fix("list the keys to see their ids")
            .into());
    };
    Ok(decode(&row)?.record)
}

/// Who made or revoked which key. A key of all tenants stands under no tenant's name.
async fn audit(
    db: &mut Connection,
    key: &KeyRecord,
    (actor, at): (&str, Timestamp),
    action: &str,
) -> Result<(), Fault> {
    let detail = json!({
        "key": key.id,
        "name": key.name,
        "role": key.role,
        "expert": key.expert,
    });
    sqlx::query(
        "INSERT INTO audit (at, actor, action, tenant, entry, version, detail) \
         VALUES ($1, $2, $3, $4, NULL, NULL, $5)",
    )
    .bind(at.as_microsecond())
    .bind(actor)
    .bind(action)
    .bind(key.tenant.as_ref().map_or("", TenantId::as_str))
    .bind(detail.to_string())
    .execute(db)
    .await?;
    Ok(())
}

fn decode(row: &DbRow) -> Result<StoredKey, Fault> {
    let role: &str = row.try_get(2)?;
    let hash: &[u8] = row.try_get(5)?;
    let tenant: Option<&str> = row.try_get(3)?;
    let record = KeyRecord {
        id: KeyId(number::of(row, 0)?),
        name: row.try_get(1)?,
        role: Role::from_name(role).ok_or_else(|| damaged(format_args!("the role {role:?}")))?,
        tenant: tenant.map(|tenant| TenantId::new(tenant).map_err(damaged)).transpose()?,
        expert: row.try_get(4)?,
        created_at: instant(row.try_get(6)?)?,
        created_by: row.try_get(7)?,
        revoked_at: row.try_get::<Option<i64>, _>(8)?.map(instant).transpose()?,
        revoked_by: row.try_get(9)?,
    };
    Ok(StoredKey { record, hash: SecretHash::from_bytes(hash.try_into().map_err(damaged)?) })
}
