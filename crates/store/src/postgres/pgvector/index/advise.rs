//! Measuring what index would serve a set best, on a copy of the set itself.

use std::time::{Duration, Instant};

use goldenset_core::{ModelId, Result};
use serde::Serialize;

use super::super::super::sql::Fault;
use super::super::PgVector;
use super::super::connect::set_for_search;
use super::super::statement::Way;
use super::super::table::Table;
use super::leftovers::scratch;
use super::plan::{IndexPlan, MOST_OVER, is_large};
use super::progress::{Step, Told};
use super::recall::{Lists, Questions, draw, recall};
use super::room::Room;
use super::session::Work;
use super::upkeep::LEAST;

/// Vectors of the set that are asked with.
const QUESTIONS: u32 = 200;

/// How long the questions to one index are asked at most, where they are slow; a few always are.
const PATIENCE: Duration = Duration::from_secs(20);
const FEWEST: usize = 30;

/// Recall of what is recommended, where something has it.
const WANTED: f64 = 0.99;

/// How much of what comparing every row takes an index may take, to be worth its upkeep.
const WORTH: f64 = 0.5;

/// How much slower than the quickest a graph may be that is built with less.
const AS_QUICK: f64 = 1.25;

/// One way to search, as measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Which.
    #[serde(flatten)]
    pub plan: IndexPlan,
    /// Share of the ten nearest entries that it finds, 0 to 1.
    pub recall: f64,
    /// Time of a search, of every second one, milliseconds: with the round trip and the vectors of
    /// all candidates.
    pub p50_ms: f64,
    /// The same, of 99 in 100.
    pub p99_ms: f64,
    /// Size of the index, bytes.
    pub bytes: u64,
    /// How long it took to build, seconds.
    pub build_seconds: f64,
    /// About how much memory a quick build takes, bytes.
    pub build_bytes: u64,
}

/// What was measured, and what comes of it.
#[derive(Debug, Clone, Serialize)]
pub struct Advice {
    /// Vectors in the set.
    pub rows: u64,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// Vectors that were asked with.
    pub questions: usize,
    /// Memory that the server gives to a build, bytes.
    pub memory: u64,
    /// Every way that was measured, comparing every row first.
    pub measured: Vec<Measured>,
    /// Which to take.
    pub recommended: IndexPlan,
    /// Why.
    pub why: String,
}

impl PgVector {
    /// Builds indexes of both kinds on a copy of a model's vectors, asks each with vectors of the
    /// set, and says which to take. Takes the time of all these builds; the index that is in use
    /// stays as it is.
    ///
    /// # Errors
    /// As [`PgVector::build`].
    pub async fn advise(
        &self,
        model: &ModelId,
        dimensions: usize,
        told: Told<'_>,
    ) -> Result<Advice> {
        let outcome = async {
            let table = self.table(model, dimensions).await?;
            let (connector, beside) = self.parts();
            let work = Work::begin(connector, beside, (&table, model)).await?;
            let mut work = work.ok_or_else(|| self.busy())?;
            let advice = work.advise(told).await?;
            work.end().await?;
            Ok(advice)
        };
        let outcome = outcome.await;
        self.explained(outcome)
    }
}

/// Every way worth measuring on so many rows, those with the same index beside each other.
fn plans(rows: u64) -> Vec<IndexPlan> {
    let mut plans = vec![IndexPlan::None];
    for (m, ef_construction) in [(16, 64), (24, 128)] {
        for ef_search in [40, 100, 200] {
            plans.push(IndexPlan::Hnsw { m, ef_construction, ef_search });
        }
    }
    let IndexPlan::IvfFlat { lists: few, .. } = IndexPlan::ivfflat(rows) else { return plans };
    let many = u32::try_from(rows.isqrt()).unwrap_or(few);
    for lists in if many >= 2 * few { vec![few, many] } else { vec![few] } {
        for times in [1, 2, 4] {
            let probes = (lists.isqrt() * times).min(lists);
            plans.push(IndexPlan::IvfFlat { lists, probes });
        }
    }
    plans
}

impl Work<'_> {
    async fn advise(&mut self, told: Told<'_>) -> Result<Advice, Fault> {
        let copy = scratch(self.table);
        told(&Step { what: "copying the set".into(), done: 0, all: 0 });
        self.execute(copy.definition("UNLOGGED TABLE")).await?;
        self.execute(format!("INSERT INTO {} SELECT * FROM {}", copy.name, self.table.name))
            .await?;
        copy.create_keys(&mut self.session.db).await?;
        self.execute(format!("ANALYZE {}", copy.name)).await?;
        let rows = self.rows().await?;
        let questions = draw(&mut self.session.db, &copy, self.model, QUESTIONS).await?;
        set_for_search(&mut self.session.db).await?;
        told(&Step { what: "finding what is nearest".into(), done: 0, all: 0 });
        let mut exact = Vec::new();
        for questions in &questions {
            exact.push(questions.ask(&mut self.session.db, &copy, (Way::Exact, None)).await?);
        }
        let measured = self.measure(&copy, rows, (&questions, &exact), told).await?;
        let room = Room::of(&mut self.session.db).await?;
        self.execute(format!("DROP TABLE {}", copy.name)).await?;
        let (recommended, why) = recommend((rows, self.table.dimensions), room.most(), &measured);
        Ok(Advice {
            rows,
            dimensions: self.table.dimensions,
            questions: questions.iter().map(Questions::len).sum(),
            memory: room.most(),
            measured,
            recommended,
            why,
        })
    }

    async fn measure(
        &mut self,
        copy: &Table,
        rows: u64,
        (questions, exact): (&[Questions], &[Lists]),
        told: Told<'_>,
    ) -> Result<Vec<Measured>, Fault> {
        let room = Room::of(&mut self.session.db).await?;
        let plans: Vec<_> = plans(rows)
            .into_iter()
            .filter(|plan| plan.fault(self.table.dimensions).is_none())
            .collect();
        let mut measured = Vec::new();
        let (mut there, mut bytes, mut seconds) = (None, 0, 0.0);
        for (place, plan) in plans.iter().enumerate() {
            let using = plan.using();
            if using != there {
                self.execute(format!("DROP INDEX IF EXISTS {}_index", copy.name)).await?;
                (bytes, seconds) = (0, 0.0);
                if let Some(using) = &using {
                    room.give(&mut self.session.db, plan, (rows, copy.dimensions)).await?;
                    let begun = Instant::now();
                    let create = format!("CREATE INDEX {0}_index ON {0} USING {using}", copy.name);
                    let what = format!("{} of {}, building", place + 1, plans.len());
                    self.watched(create, &what, told).await?;
                    seconds = begun.elapsed().as_secs_f64();
                    bytes = self.bytes(&format!("{}_index", copy.name)).await?;
                }
                there = using;
            }
            let what = format!("{} of {}, asking {plan}", place + 1, plans.len());
            let (recall, mut times) =
                self.ask((copy, *plan), (questions, exact), &what, told).await?;
            times.sort_unstable();
            measured.push(Measured {
                plan: *plan,
                recall,
                p50_ms: quantile(&times, 0.5),
                p99_ms: quantile(&times, 0.99),
                bytes,
                build_seconds: seconds,
                build_bytes: plan.build_bytes(rows, copy.dimensions),
            });
        }
        Ok(measured)
    }

    /// Asks one by one, as lookups do: the recall, and the time of each question.
    async fn ask(
        &mut self,
        (copy, plan): (&Table, IndexPlan),
        (questions, exact): (&[Questions], &[Lists]),
        what: &str,
        told: Told<'_>,
    ) -> Result<(f64, Vec<Duration>), Fault> {
        let all: usize = questions.iter().map(Questions::len).sum();
        let (mut wanted, mut found, mut times) = (Vec::new(), Vec::new(), Vec::new());
        let begun = Instant::now();
        for (questions, exact) in questions.iter().zip(exact) {
            for (place, exact) in exact.iter().enumerate() {
                if begun.elapsed() > PATIENCE && times.len() >= FEWEST {
                    break;
                }
                let Some(question) = questions.only(place) else { continue };
                let asked = Instant::now();
                let lists =
                    question.ask(&mut self.session.db, copy, (Way::Planned, Some(plan))).await?;
                times.push(asked.elapsed());
                found.extend(lists);
                wanted.push(exact.clone());
                let done = u64::try_from(times.len()).unwrap_or_default();
                told(&Step { what: what.to_owned(), done, all: all as u64 });
            }
        }
        Ok((recall(&wanted, &found), times))
    }

    async fn bytes(&mut self, relation: &str) -> Result<u64, Fault> {
        let bytes: i64 = sqlx::query_scalar("SELECT pg_relation_size(to_regclass($1))")
            .bind(relation)
            .fetch_one(&mut self.session.db)
            .await?;
        Ok(u64::try_from(bytes).unwrap_or_default())
    }
}

/// Milliseconds that a share of the times does not exceed; of times in order.
fn quantile(times: &[Duration], share: f64) -> f64 {
    let last = times.len().saturating_sub(1);
    let place = (share * last as f64).round() as usize;
    times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// The quickest, or one as quick that is built with less; of one index the search that finds most.
fn quickest<'a>(good: impl Iterator<Item = &'a Measured> + Clone) -> Option<&'a Measured> {
    let least = good.clone().map(|one| one.p50_ms).fold(f64::INFINITY, f64::min);
    good.filter(|one| one.p50_ms <= AS_QUICK * least).min_by(|a, b| {
        a.build_bytes
            .cmp(&b.build_bytes)
            .then_with(|| b.recall.total_cmp(&a.recall))
            .then_with(|| a.p50_ms.total_cmp(&b.p50_ms))
    })
}

/// What to take of what was measured, and why. A build may have `memory` bytes.
fn recommend(
    (rows, dimensions): (u64, usize),
    memory: u64,
    measured: &[Measured],
) -> (IndexPlan, String) {
    let none = |why: String| (IndexPlan::None, why);
    let Some(exact) = measured.iter().find(|one| one.plan == IndexPlan::None) else {
        return none("nothing was measured".into());
    };
    if !is_large(rows, dimensions) {
        let took = exact.p50_ms;
        return none(format!("comparing all of {rows} rows takes {took:.1} ms and finds all"));
    }
    let best = |least: f64| {
        let good = |graph: bool| {
            let is = move |one: &&Measured| match one.plan {
                IndexPlan::None => false,
                IndexPlan::Hnsw { .. } => graph && one.build_bytes / MOST_OVER <= memory,
                IndexPlan::IvfFlat { .. } => !graph,
            };
            measured.iter().filter(move |one| one.recall >= least).filter(is)
        };
        // Clusters only where no graph will do: they are found once, what is published later lies
        // worse in them, and with filters they find less than was measured.
        quickest(good(true)).or_else(|| quickest(good(false)))
    };
    let Some(best) = best(WANTED).or_else(|| best(LEAST)) else {
        return none(format!("no index finds {LEAST} of the nearest"));
    };
    if best.p50_ms > WORTH * exact.p50_ms {
        return none(format!(
            "the best index takes {:.1} ms and comparing every row {:.1} ms",
            best.p50_ms, exact.p50_ms
        ));
    }
    let why = format!(
        "it finds {:.3} of the nearest in {:.1} ms, comparing every row takes {:.1} ms",
        best.recall, best.p50_ms, exact.p50_ms
    );
    (best.plan, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(plan: IndexPlan, recall: f64, p50_ms: f64) -> Measured {
        let build_bytes = plan.build_bytes(100_000, 384);
        let (p99_ms, bytes, build_seconds) = (2.0 * p50_ms, 0, 0.0);
        Measured { plan, recall, p50_ms, p99_ms, bytes, build_seconds, build_bytes }
    }

    #[test]
    fn recommends_what_finds_enough_and_is_worth_it() {
        let graph = |m, ef_search| IndexPlan::Hnsw { m, ef_construction: 64, ef_search };
        let clusters = IndexPlan::ivfflat(100_000);
        let of = |rest: &[Measured], rows, memory| {
            let mut all = vec![measured(IndexPlan::None, 1.0, 70.0)];
            all.extend_from_slice(rest);
            recommend((rows, 384), memory, &all).0
        };
        let graphs = [
            measured(graph(16, 40), 0.97, 1.0),
            measured(graph(16, 100), 0.995, 1.5),
            measured(graph(16, 200), 0.999, 1.55),
            measured(graph(24, 100), 1.0, 1.45),
        ];
        // As quick as the quickest, with the smaller graph, and finding the most.
        assert_eq!(of(&graphs, 100_000, 1 << 30), graph(16, 200));
        assert_eq!(of(&graphs, 5_000, 1 << 30), IndexPlan::None);
        assert_eq!(of(&graphs[..1], 100_000, 1 << 30), IndexPlan::None);
        // 0.98 where nothing has more.
        let nearly = [measured(graph(16, 40), 0.985, 1.0)];
        assert_eq!(of(&nearly, 100_000, 1 << 30), graph(16, 40));
        // Clusters where no graph finds enough, or can be built.
        let both = [graphs[1].clone(), measured(clusters, 0.999, 0.5)];
        assert_eq!(of(&both, 100_000, 1 << 30), graph(16, 100));
        assert_eq!(of(&both, 100_000, 8 << 20), clusters);
        assert_eq!(of(&[graphs[0].clone(), both[1].clone()], 100_000, 1 << 30), clusters);
        assert_eq!(of(&[measured(graph(16, 200), 1.0, 40.0)], 100_000, 1 << 30), IndexPlan::None);
        assert_eq!(recommend((100_000, 384), 1 << 30, &[]).0, IndexPlan::None);
    }

    #[test]
    fn quantiles_are_of_the_times() {
        let times: Vec<_> = (1..=101).map(Duration::from_millis).collect();
        assert_eq!((quantile(&times, 0.5), quantile(&times, 0.99)), (51.0, 100.0));
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
