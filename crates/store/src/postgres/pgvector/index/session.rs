//! Who works on an index works on it alone.

use goldenset_core::{Code, Error, ModelId};
use sqlx::{Executor, PgPool};

use super::super::super::sql::Fault;
use super::super::PgVector;
use super::super::connect::{Connector, Session};
use super::super::table::Table;

/// Held as long as the connection lives.
const TAKE: &str = "SELECT pg_try_advisory_lock(hashtextextended( \
    'goldenset:pgvector:' || current_schema() || ':' || $1 || ':index', 0))";

/// The index of one model, for whoever holds its lock.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) session: Session,
    pub(super) table: &'a Table,
    pub(super) model: &'a ModelId,
    /// Connections beside the one that works, to look at how far it is.
    pub(super) beside: &'a PgPool,
}

impl<'a> Work<'a> {
    /// None where somebody else is at it.
    pub(super) async fn begin(
        connector: &Connector,
        beside: &'a PgPool,
        (table, model): (&'a Table, &'a ModelId),
    ) -> Result<Option<Self>, Fault> {
        let mut session = connector.session().await?;
        let taken: bool =
            sqlx::query_scalar(TAKE).bind(&table.name).fetch_one(&mut session.db).await?;
        if !taken {
            return Ok(None);
        }
        let mut work = Self { session, table, model, beside };
        work.remove_leftovers().await?;
        Ok(Some(work))
    }

    /// How many rows there are now.
    pub(super) async fn rows(&mut self) -> Result<u64, Fault> {
        let count = format!("SELECT count(*) FROM {}", self.table.name);
        let rows: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut self.session.db).await?;
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    pub(super) async fn execute(&mut self, statement: String) -> Result<(), Fault> {
        self.session.db.execute(sqlx::AssertSqlSafe(statement)).await?;
        Ok(())
    }

    /// Lets the next one work.
    pub(super) async fn end(self) -> Result<(), Fault> {
        sqlx::Connection::close(self.session.db).await?;
        Ok(())
    }
}

impl PgVector {
    /// The error of somebody who is asked to work while another does.
    pub(super) fn busy(&self) -> Fault {
        Error::new(Code::IndexBusy, "another process is at work on the index of this model")
            .fix("wait until it has ended: goldenset index status says what is there")
            .into()
    }

    /// Where everything is looked up: the connector and the connections beside it.
    pub(super) fn parts(&self) -> (&Connector, &PgPool) {
        (&self.connector, &self.work)
    }
}
