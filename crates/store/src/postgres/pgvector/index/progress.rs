//! How far work on an index is.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Executor, PgPool};
use tokio::time::{MissedTickBehavior, interval};

use super::super::super::sql::Fault;
use super::session::Work;

/// How often a build is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// A step of some work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done, for people.
    pub what: String,
    /// How much of it.
    pub done: u64,
    /// Of how much; 0 while that is not known.
    pub all: u64,
}

/// Whoever hears of steps.
pub type Told<'a> = &'a (dyn Fn(&Step) + Send + Sync);

/// What the server says of a build: the phase, and how much of it.
const LOOK: &str = "SELECT phase, \
    CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END, \
    CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END \
    FROM pg_stat_progress_create_index WHERE pid = $1";

impl Work<'_> {
    /// Runs a statement that builds an index, and tells how far it is.
    pub(super) async fn watched(
        &mut self,
        statement: String,
        what: &str,
        told: Told<'_>,
    ) -> Result<(), Fault> {
        let (pid, beside) = (self.session.pid, self.beside);
        let mut build = self.session.db.execute(AssertSqlSafe(statement));
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                built = &mut build => return Ok(built.map(|_| ())?),
                _ = tick.tick() => {
                    // It goes on also where nobody can look.
                    if let Ok(Some(step)) = look(beside, pid, what).await {
                        told(&step);
                    }
                }
            }
        }
    }
}

async fn look(beside: &PgPool, pid: i32, what: &str) -> Result<Option<Step>, sqlx::Error> {
    let row: Option<(String, i64, i64)> =
        sqlx::query_as(LOOK).bind(pid).fetch_optional(beside).await?;
    Ok(row.map(|(phase, done, all)| {
        let number = |value: i64| u64::try_from(value).unwrap_or_default();
        Step { what: format!("{what}: {phase}"), done: number(done), all: number(all) }
    }))
}
