//! How much memory the server gives to whoever builds an index.

use sqlx::{Executor, PgConnection};

use super::super::super::sql::{Fault, fault::damaged};
use super::plan::IndexPlan;

/// What the server is set to, bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// `maintenance_work_mem`.
    pub(super) maintenance: u64,
    /// `shared_buffers`.
    pub(super) shared: u64,
}

impl Room {
    pub(super) async fn of(db: &mut PgConnection) -> Result<Self, Fault> {
        let (maintenance, shared): (i64, i64) = sqlx::query_as(
            "SELECT pg_size_bytes(current_setting('maintenance_work_mem')), \
             pg_size_bytes(current_setting('shared_buffers'))",
        )
        .fetch_one(db)
        .await?;
        let bytes = |value: i64| u64::try_from(value).map_err(damaged);
        Ok(Self { maintenance: bytes(maintenance)?, shared: bytes(shared)? })
    }

    /// The most that a build takes: what the server is set to, or as much as it takes for its own
    /// buffers, which says more of its size on servers that were never tuned for builds.
    pub(super) fn most(&self) -> u64 {
        self.maintenance.max(self.shared)
    }

    /// Lets builds on this connection have what `plan` needs, within that.
    pub(super) async fn give(
        &self,
        db: &mut PgConnection,
        plan: &IndexPlan,
        (rows, dimensions): (u64, usize),
    ) -> Result<(), Fault> {
        let needed = plan.build_bytes(rows, dimensions);
        let kib = needed.clamp(self.maintenance, self.most()) >> 10;
        let set = format!("SET maintenance_work_mem = '{kib}kB'");
        db.execute(sqlx::AssertSqlSafe(set)).await?;
        Ok(())
    }
}
