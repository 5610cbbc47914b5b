//! The entries nearest to some questions, however much has to be asked for them.

use std::collections::VecDeque;

use goldenset_core::ports::{Near, Nearest, NearestQuery};
use goldenset_core::{Code, Error};
use sqlx::{PgConnection, PgPool};

use super::super::sql::Fault;
use super::index::IndexPlan;
use super::proof::{Came, Verdict, judge};
use super::statement::{Asked, Way, wanted_rows};
use super::table::Table;

/// How much more is asked for where it was not enough.
const GROWTH: usize = 4;

/// Most rows that are asked for only because some that did not come may be as near. So many rows
/// within a thousandth of each other are equal texts.
const MOST_ROWS: usize = 4_096;

/// How often a search that needs more than one statement begins anew when the table changes between
/// them.
const ATTEMPTS: usize = 8;

/// See [`goldenset_core::ports::VectorSearch::nearest`].
pub(super) async fn nearest(
    pool: &PgPool,
    table: &Table,
    query: &NearestQuery,
) -> Result<Nearest, Fault> {
    for vector in &query.vectors {
        table.check(vector.len())?;
    }
    let mut db = pool.acquire().await?;
    for _ in 0..ATTEMPTS {
        if let Some(nearest) = attempt(&mut db, table, query, (Way::Planned, None)).await? {
            return Ok(nearest);
        }
    }
    Err(Error::new(Code::StoreUnavailable, "the golden set changes faster than it can be searched")
        .fix("try again; import many entries in one file")
        .into())
}

/// One search; none where the table changed before it was over.
pub(super) async fn attempt(
    db: &mut PgConnection,
    table: &Table,
    query: &NearestQuery,
    (way, plan): (Way, Option<IndexPlan>),
) -> Result<Option<Nearest>, Fault> {
    let mut found = vec![Near::default(); query.vectors.len()];
    let rows = wanted_rows(query.k);
    let mut open = VecDeque::from([((0..query.vectors.len()).collect::<Vec<_>>(), rows, way)]);
    let mut stamp = None;
    while let Some((places, rows, way)) = open.pop_front() {
        let answer = Asked { query, places: &places, rows, way, plan }.run(&mut *db, table).await?;
        let of = answer.stamp()?;
        if *stamp.get_or_insert(of) != of {
            return Ok(None);
        }
        let came = Came { k: query.k, rows, allowed: answer.allowed, content: rows >= MOST_ROWS };
        let (mut short, mut crowded) = (Vec::new(), Vec::new());
        for (place, rows) in places.into_iter().zip(answer.found) {
            let (Some(asked), Some(here)) = (query.vectors.get(place), found.get_mut(place)) else {
                continue;
            };
            match judge(asked, rows, came) {
                Verdict::Enough(near) => *here = near,
                Verdict::Short => short.push(place),
                Verdict::Crowded => crowded.push(place),
            }
        }
        if !short.is_empty() {
            if way == Way::Exact {
                return Err(Error::new(Code::Internal, "an exact search left rows out").into());
            }
            open.push_back((short, rows, Way::Exact));
        }
        if !crowded.is_empty() {
            open.push_back((crowded, rows.saturating_mul(GROWTH), way));
        }
    }
    Ok(Some(Nearest { stamp: stamp.flatten(), found }))
}
