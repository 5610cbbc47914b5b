//! Search in the database, with pgvector.
//!
//! A table for each embedding model holds what is published of all tenants: made from the store's
//! own tables, filled up to an epoch that stands beside it, and good for nothing else. It can be
//! dropped at any time and comes back with the next [`VectorSearch::sync`]. Nobody who does not ask
//! for this search needs the extension.

mod connect;
mod extension;
mod filling;
mod index;
mod nearest;
mod proof;
mod registry;
mod statement;
mod sync;
mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use goldenset_core::ports::{Filled, Nearest, NearestQuery, VectorSearch};
use goldenset_core::{ModelId, Result, TenantId};
use sqlx::PgPool;

use super::PostgresOptions;
use super::sql::Fault;
use connect::Connector;
pub use index::{
    Advice, Built, IndexPlan, IndexStatus, Measured, Sample, Step, Tenant, Told, Upkept,
};
use table::Table;

/// How the database is searched.
#[derive(Debug, Clone)]
pub struct PgVectorOptions {
    /// The database. So many connections search; two more fill.
    pub postgres: PostgresOptions,
    /// How long one search may take, many questions at once included.
    pub search_timeout: Duration,
}

/// Search with pgvector. See [`PgVector::open`]; what looks after its indexes is in `index`.
#[derive(Debug)]
pub struct PgVector {
    connector: Connector,
    /// For filling, and for looking after indexes: statements may take long.
    work: PgPool,
    /// For searching.
    searches: PgPool,
    tables: Mutex<HashMap<ModelId, Arc<Table>>>,
}

impl PgVector {
    /// Connects to a database that a [`super::PostgresStore`] has opened before, and makes the
    /// extension and the tables where they are missing. Several nodes may do so at once.
    ///
    /// # Errors
    /// `pgvector_unusable` where the extension is missing, too old, or may not be made;
    /// `config_invalid`, `store_unavailable`.
    pub async fn open(options: &PgVectorOptions) -> Result<Self> {
        let connector = Connector::new(options).await?;
        let work = connector.work_pool();
        let created = async {
            let mut transaction = work.begin().await?;
            registry::create(&mut transaction, connector.own_schema()).await?;
            transaction.commit().await?;
            Ok(())
        };
        created.await.map_err(|fault: Fault| fault.at(connector.place()))?;
        let searches = connector.search_pool();
        Ok(Self { connector, work, searches, tables: Mutex::default() })
    }

    /// Gives the connections back. Calls after it fail.
    pub async fn close(&self) {
        self.work.close().await;
        self.searches.close().await;
    }

    /// The table of a model, which is made when it is missing.
    async fn table(&self, model: &ModelId, dimensions: usize) -> Result<Arc<Table>, Fault> {
        let known = self.tables().get(model).cloned();
        if let Some(table) = known {
            table.check(dimensions)?;
            return Ok(table);
        }
        let mut db = self.work.acquire().await?;
        let table = Arc::new(
            registry::ensure(&mut db, self.connector.own_schema(), (model, dimensions)).await?,
        );
        self.tables().insert(model.clone(), Arc::clone(&table));
        Ok(table)
    }

    fn tables(&self) -> MutexGuard<'_, HashMap<ModelId, Arc<Table>>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it failed because somebody has dropped the table. Then it is forgotten, and is made
    /// anew by the next attempt.
    fn has_lost<T>(&self, model: &ModelId, outcome: &Result<T, Fault>) -> bool {
        let lost = matches!(outcome, Err(Fault::Sql(fault)) if is_gone(fault));
        if lost {
            self.tables().remove(model);
        }
        lost
    }

    fn explained<T>(&self, outcome: Result<T, Fault>) -> Result<T> {
        outcome.map_err(|fault| fault.at(self.connector.place()))
    }

    async fn sync_once(
        &self,
        (tenant, model): (&TenantId, &ModelId),
        dimensions: usize,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Filled, Fault> {
        let table = self.table(model, dimensions).await?;
        sync::sync(&self.work, &table, (tenant, model), progress).await
    }

    async fn nearest_once(&self, query: &NearestQuery) -> Result<Nearest, Fault> {
        let Some(first) = query.vectors.first() else {
            return Ok(Nearest { stamp: None, found: Vec::new() });
        };
        let table = self.table(&query.model, first.len()).await?;
        nearest::nearest(&self.searches, &table, query).await
    }
}

/// Whether a table was not there.
fn is_gone(fault: &sqlx::Error) -> bool {
    fault.as_database_error().and_then(|fault| fault.code()).is_some_and(|code| code == "42P01")
}

#[async_trait]
impl VectorSearch for PgVector {
    async fn sync(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        dimensions: usize,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Filled> {
        let of = (tenant, model);
        let mut outcome = self.sync_once(of, dimensions, progress).await;
        if self.has_lost(model, &outcome) {
            outcome = self.sync_once(of, dimensions, progress).await;
        }
        self.explained(outcome)
    }

    async fn nearest(&self, query: &NearestQuery) -> Result<Nearest> {
        let mut outcome = self.nearest_once(query).await;
        if self.has_lost(&query.model, &outcome) {
            outcome = self.nearest_once(query).await;
        }
        self.explained(outcome)
    }

    async fn upkeep(&self, model: &ModelId, dimensions: usize) -> Result<()> {
        match self.keep(model, dimensions, &|_| ()).await? {
            Upkept::Nothing | Upkept::Busy => {}
            Upkept::Sampled(sample) => tracing::debug!(recall = sample.recall, "index sampled"),
            Upkept::Built { why, status } => {
                let seconds = status.built.map(|built| built.seconds);
                tracing::info!(why, seconds, "index built");
            }
        }
        Ok(())
    }
}
