//! What runs that ended early left behind.

use sqlx::{AssertSqlSafe, PgConnection};

use super::super::super::sql::Fault;
use super::super::table::Table;
use super::session::Work;
use super::state::State;

/// The table that indexes are measured on.
pub(super) fn scratch(table: &Table) -> Table {
    Table { name: format!("{}_scratch", table.name), dimensions: table.dimensions }
}

/// An index of vectors, and whether it is whole.
pub(super) async fn indexes(
    db: &mut PgConnection,
    table: &str,
) -> Result<Vec<(String, bool, i64)>, Fault> {
    Ok(sqlx::query_as(
        "SELECT c.relname::text, i.indisvalid, pg_relation_size(c.oid) FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam \
         WHERE i.indrelid = to_regclass($1) AND a.amname IN ('hnsw', 'ivfflat') \
         ORDER BY c.relname",
    )
    .bind(table)
    .fetch_all(db)
    .await?)
}

impl Work<'_> {
    /// Removes every index of vectors but the one that searches use, and what was measured on.
    /// Nobody else can be at work on them.
    pub(super) async fn remove_leftovers(&mut self) -> Result<(), Fault> {
        let built = State::load(&mut self.session.db, self.model).await?.built;
        for (name, _, _) in indexes(&mut self.session.db, &self.table.name).await? {
            if built.as_ref().is_none_or(|built| built.name != name) {
                // Waits for searches and lets new ones go on meanwhile.
                let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
                sqlx::query(AssertSqlSafe(drop)).execute(&mut self.session.db).await?;
            }
        }
        self.execute(format!("DROP TABLE IF EXISTS {}", scratch(self.table).name)).await
    }
}
