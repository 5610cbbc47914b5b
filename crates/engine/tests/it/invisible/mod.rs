//! Caches are invisible, and nothing is shown that may not be: after any interleaving of lookups,
//! changes and time, a lookup gives the body that an engine without caches gives, the body that a
//! restarted engine gives, and nothing that a plain model of the golden set does not allow.

mod model;
mod scoring;
mod steps;
mod tally;

use std::cell::RefCell;
use std::sync::Arc;

use goldenset_core::Result;
use goldenset_core::ports::{Clock, Store};
use goldenset_engine::calibrate::CalibrationChanged;
use goldenset_engine::scope::Scope;
use goldenset_engine::{Changed, Engine, ImportMode, Imported, Looked};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::civil::Time;
use proptest::test_runner::{Config, TestRunner};

use crate::parts::{Rig, author, entry_id, settings, start, without_caches};
use model::Model;
use steps::{Ask, QUESTIONS, Step, Wait};
use tally::Tally;

#[test]
fn a_lookup_with_caches_gives_the_body_that_it_gives_without() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let tally = RefCell::new(Tally::default());
    // A failure prints its shortest run; there is no file of seeds to keep.
    let config = Config { cases: 800, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    runner
        .run(&steps::run(), |steps| {
            runtime.block_on(run(&steps, &mut tally.borrow_mut()));
            Ok(())
        })
        .unwrap();
    tally.into_inner().assert_nothing_is_missing(20);
}

/// So many of the last lookups are asked of a restarted engine too.
const LAST_ASKED: usize = 12;

/// The same golden set twice, on one clock.
struct Twins {
    cached: Rig,
    plain: Arc<Engine>,
    model: Model,
    asked: Vec<(usize, Ask)>,
}

async fn run(steps: &[Step], tally: &mut Tally) {
    let cached = Rig::new().await;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let plain = start(&store, &cached.embedder, &cached.clock, without_caches()).await.unwrap();
    let model = Model::new(Arc::clone(&cached.embedder));
    let mut twins = Twins { cached, plain, model, asked: vec![] };
    for step in steps {
        twins.step(step, tally).await;
    }
    let restarted = twins.cached.restarted().await;
    assert_eq!(restarted.tenants(), twins.cached.engine.tenants());
    for (question, ask) in twins.asked.iter().rev().take(LAST_ASKED) {
        let cached = twins.cached.engine.lookup(QUESTIONS[*question], ask.options()).await;
        let restarted = restarted.lookup(QUESTIONS[*question], ask.options()).await;
        twins.check(*question, ask, &cached, &restarted, tally);
    }
}

impl Twins {
    async fn step(&mut self, step: &Step, tally: &mut Tally) {
        match step {
            Step::Lookup(question, ask) => {
                self.asked.push((*question, ask.clone()));
                self.lookup(*question, ask, tally).await;
            }
            Step::Again(back) => {
                if let Some((question, ask)) = self.asked_before(*back) {
                    self.lookup(question, &ask, tally).await;
                }
            }
            Step::Otherwise(back, ask) => {
                if let Some((question, _)) = self.asked_before(*back) {
                    self.asked.push((question, ask.clone()));
                    self.lookup(question, ask, tally).await;
                }
            }
            Step::Batch(questions, ask) => {
                let texts: Vec<_> = questions.iter().map(|it| QUESTIONS[*it].to_owned()).collect();
                let cached = self.cached.engine.lookup_batch(&texts, ask.options()).await;
                for (place, question) in questions.iter().enumerate() {
                    let plain = self.plain.lookup(&texts[place], ask.options()).await;
                    match &cached {
                        Ok(cached) => self.check(*question, ask, &cached[place], &plain, tally),
                        Err(error) => assert_eq!(error.code, plain.unwrap_err().code),
                    }
                }
            }
            Step::Wait(wait) => self.wait(*wait),
            Step::Save { .. }
            | Step::Import { .. }
            | Step::Publish { .. }
            | Step::Retire { .. }
            | Step::Calibrate { .. }
            | Step::UndoCalibration { .. } => {
                let at = self.cached.clock.now();
                let cached = change(&self.cached.engine, step).await;
                let plain = change(&self.plain, step).await;
                match (cached, plain) {
                    (Ok(cached), Ok(plain)) => {
                        assert_eq!(cached, plain);
                        tally.changes += usize::from(self.cached.engine.cached().0 > 0);
                    }
                    (Err(cached), Err(plain)) => {
                        assert_eq!(cached.code, plain.code);
                        tally.refused(&cached);
                    }
                    (cached, plain) => panic!("{cached:?} with caches, {plain:?} without"),
                }
                self.model.apply(step, at);
            }
        }
        assert_eq!(self.cached.engine.tenants(), self.plain.tenants());
    }

    fn asked_before(&self, back: usize) -> Option<(usize, Ask)> {
        self.asked.iter().rev().nth(back).cloned()
    }

    async fn lookup(&self, question: usize, ask: &Ask, tally: &mut Tally) {
        let cached = self.cached.engine.lookup(QUESTIONS[question], ask.options()).await;
        let plain = self.plain.lookup(QUESTIONS[question], ask.options()).await;
        self.check(question, ask, &cached, &plain, tally);
    }

    /// The body is the other engine's, and the model allows what it shows.
    fn check(
        &self,
        question: usize,
        ask: &Ask,
        cached: &Result<Looked>,
        other: &Result<Looked>,
        tally: &mut Tally,
    ) {
        match (cached, other) {
            (Ok(cached), Ok(other)) => {
                assert_eq!(cached.answer.body(), other.answer.body(), "{question}");
                assert_eq!(cached.facts.epoch, other.facts.epoch);
                let settings = settings();
                let today = settings.time_zone.to_datetime(self.cached.clock.now()).date();
                let scope = Scope::resolve(ask.options(), &settings.defaults, today).unwrap();
                self.model.check(QUESTIONS[question], &scope, cached.answer.result());
                tally.answered(cached);
            }
            (Err(cached), Err(other)) => {
                assert_eq!((cached.code, &cached.detail), (other.code, &other.detail));
                tally.refused(cached);
            }
            (cached, other) => panic!("{cached:?} with caches, {other:?} without"),
        }
    }

    fn wait(&self, wait: Wait) {
        let clock = &self.cached.clock;
        clock.advance(match wait {
            Wait::Seconds(seconds) => SignedDuration::from_secs(seconds),
            Wait::Midnight => {
                let now = clock.now().to_zoned(settings().time_zone);
                let midnight = now.date().tomorrow().unwrap().to_datetime(Time::midnight());
                let midnight = midnight.to_zoned(settings().time_zone).unwrap();
                midnight.timestamp().duration_since(now.timestamp()) + SignedDuration::from_secs(1)
            }
        });
    }
}

/// What a change came to.
#[derive(Debug, PartialEq)]
enum Done {
    One(Changed),
    Many(Imported),
    Calibrated(CalibrationChanged),
}

async fn change(engine: &Arc<Engine>, step: &Step) -> Result<Done> {
    let one = match step.clone() {
        Step::Save { tenant, id, content, publish } => {
            engine.save(author(tenant), entry_id(id), content, publish).await
        }
        Step::Publish { tenant, id, version } => {
            engine.publish(author(tenant), entry_id(id), version).await
        }
        Step::Retire { tenant, id } => engine.retire(author(tenant), entry_id(id)).await,
        Step::Import { tenant, rows, publish } => {
            let rows = rows.into_iter().map(|(id, content)| (entry_id(id), content));
            // Whoever reads a file checks its rows.
            let rows = rows.filter(|(_, content)| content.faults().is_empty()).collect();
            let mode = ImportMode { publish, dry_run: false };
            return engine.import(author(tenant), rows, mode, &|_, _| ()).await.map(Done::Many);
        }
        Step::Calibrate { tenant, scoring } => {
            let author = author(tenant);
            let calibration = scoring.calibration(engine.judged_by(&author.tenant));
            return engine.store_calibration(author, calibration).await.map(Done::Calibrated);
        }
        Step::UndoCalibration { tenant } => {
            return engine.undo_calibration(author(tenant)).await.map(Done::Calibrated);
        }
        other => unreachable!("{other:?} changes nothing"),
    };
    one.map(Done::One)
}
