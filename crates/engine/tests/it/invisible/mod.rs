//! Caches are invisible, and nothing is shown that may not be: after any interleaving of lookups,
//! changes and time, a lookup gives the body that an engine without caches gives, the body that a
//! restarted engine gives, and nothing that a plain model of the golden set does not allow.

mod model;
mod scoring;
mod steps;
mod tally;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::{Clock, Store};
use goldenset_core::{Code, Document, Epoch, Result, TenantId};
use goldenset_engine::calibrate::CalibrationChanged;
use goldenset_engine::scope::Scope;
use goldenset_engine::{
    Affected, CacheLimits, CacheStatus, ChangeToUndo, Changed, EarlierChange, Engine, ImportMode,
    Imported, Looked, Referenced, ReportedChange, Selection, Settings,
};
use goldenset_store::SqliteStore;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use proptest::test_runner::{Config, TestRunner};

use crate::parts::{
    Fails, FickleCache, LaggingSearch, Outside, Rig, TroubledStore, author, entry_id, settings,
    sharing, start, without_caches,
};
use model::Model;
use steps::{Ask, QUESTIONS, Run, Step, Wait, Which};
use tally::Tally;

#[test]
fn a_lookup_with_caches_gives_the_body_that_it_gives_without() {
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..PARTS).map(|_| scope.spawn(cases)).collect();
        for part in parts {
            tally.add(part.join().unwrap());
        }
    });
    tally.assert_nothing_is_missing(40);
}

/// Threads, each with cases of its own.
const PARTS: u32 = 2;
/// Cases of each.
const CASES: u32 = 1500;

fn cases() -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let tally = RefCell::new(Tally::default());
    // A failure prints its shortest run; there is no file of seeds to keep.
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    runner
        .run(&steps::run(), |steps| {
            runtime.block_on(run(&steps, &mut tally.borrow_mut()));
            Ok(())
        })
        .unwrap();
    tally.into_inner()
}

/// So many of the last lookups are asked of a restarted engine too.
const LAST_ASKED: usize = 12;

/// The same golden set twice, on one clock.
struct Twins {
    cached: Rig,
    /// The store of that engine.
    troubled: Arc<TroubledStore>,
    tiny_caches: bool,
    /// When and at which epoch each question was answered last, since the caches were emptied by
    /// hand.
    answered: HashMap<String, (Timestamp, Epoch)>,
    plain: Arc<Engine>,
    /// Another node on the store of the first.
    other: Arc<Engine>,
    /// Whether the other node changed what the first has not seen.
    behind: bool,
    model: Model,
    asked: Vec<(usize, Ask)>,
}

/// Room for few results and embeddings.
fn tiny_caches() -> Settings {
    let with = |limits: CacheLimits, bytes| CacheLimits { bytes, ..limits };
    let usual = settings();
    Settings {
        results: with(usual.results, 8 << 10),
        embeddings: with(usual.embeddings, 4 << 10),
        profile_bytes: 8 << 10,
        ..usual
    }
}

async fn run(run: &Run, tally: &mut Tally) {
    let inner = Arc::new(SqliteStore::in_memory().await.unwrap());
    let search = |seed| Arc::new(LaggingSearch::new(Arc::clone(&inner) as _, seed));
    let search = run.elsewhere.map(search);
    let troubled = Arc::new(TroubledStore::new(inner));
    let limits = if run.tiny_caches { tiny_caches() } else { settings() };
    let cache = run.shared.map(|seed| Arc::new(FickleCache::new(seed)));
    let outside = Outside { cache, search };
    let both = Arc::clone(&troubled) as Arc<dyn Store>;
    let cached = Rig::sharing(Arc::clone(&both), limits, &outside).await.unwrap();
    let parts = (&cached.embedder, &cached.clock);
    let other = sharing(&both, parts, settings(), &outside).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let plain = start(&store, &cached.embedder, &cached.clock, without_caches()).await.unwrap();
    let model = Model::new(Arc::clone(&cached.embedder));
    let mut twins = Twins {
        cached,
        troubled,
        tiny_caches: run.tiny_caches,
        answered: HashMap::new(),
        plain,
        other,
        behind: false,
        model,
        asked: vec![],
    };
    for step in &run.steps {
        twins.step(step, tally).await;
    }
    twins.catch_up(tally).await;
    let restarted = twins.cached.restarted().await;
    assert_eq!(restarted.tenants(), twins.cached.engine.tenants());
    for (question, ask) in twins.asked.iter().rev().take(LAST_ASKED) {
        let cached = twins.cached.engine.lookup(QUESTIONS[*question], ask.options()).await;
        let restarted = restarted.lookup(QUESTIONS[*question], ask.options()).await;
        twins.check(*question, ask, &cached, &restarted, tally);
    }
    for node in [&twins.cached.engine, &twins.other] {
        tally.ended(&node.caches());
    }
    tally.searched(outside.search.map(|search| search.searches()));
}

impl Twins {
    /// Shows the first node what the other changed.
    async fn catch_up(&mut self, tally: &mut Tally) {
        if std::mem::take(&mut self.behind) {
            let before = self.cached.engine.tenants();
            self.cached.engine.catch_up().await.unwrap();
            tally.followed += usize::from(before != self.cached.engine.tenants());
        }
    }

    async fn step(&mut self, step: &Step, tally: &mut Tally) {
        // A change on a node that is behind shows what it missed, too; what is told beside it is
        // of what the node knows.
        if !matches!(
            step,
            Step::Elsewhere(_)
                | Step::Save { .. }
                | Step::Publish { .. }
                | Step::Retire { .. }
                | Step::Unheard(_)
        ) {
            self.catch_up(tally).await;
        }
        match step {
            Step::Lookup(..) | Step::Again(_) | Step::Otherwise(..) => {
                if let Some((question, ask)) = self.asked(step) {
                    self.lookup(question, &ask, tally).await;
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
            Step::Invalidate { which, dry_run } => self.invalidate(*which, *dry_run, tally).await,
            Step::Unheard(step) => {
                let at = self.cached.clock.now();
                self.troubled.fail_commit(Fails::After);
                let unheard = change(&self.cached.engine, step).await;
                assert_eq!(unheard.unwrap_err().code, Code::StoreUnavailable);
                change(&self.plain, step).await.unwrap();
                self.model.apply(step, at);
            }
            Step::Elsewhere(step) if step.is_lookup() => {
                if let Some((question, ask)) = self.asked(step) {
                    self.other.catch_up().await.unwrap();
                    let there = self.other.lookup(QUESTIONS[question], ask.options()).await;
                    let plain = self.plain.lookup(QUESTIONS[question], ask.options()).await;
                    self.check(question, &ask, &there, &plain, tally);
                    written().await;
                }
            }
            Step::Elsewhere(step) => {
                self.other.catch_up().await.unwrap();
                self.changes(&Arc::clone(&self.other), step, tally).await;
                self.behind = true;
            }
            step => self.changes(&Arc::clone(&self.cached.engine), step, tally).await,
        }
        if !self.behind {
            assert_eq!(self.cached.engine.tenants(), self.plain.tenants());
        }
    }

    /// Makes a change on a node and on the engine without caches: it comes to the same.
    async fn changes(&mut self, node: &Arc<Engine>, step: &Step, tally: &mut Tally) {
        let at = self.cached.clock.now();
        let dry = self.rehearse(step).await;
        let cached = change(node, step).await;
        let plain = change(&self.plain, step).await;
        if let Some(dry) = dry {
            assert_eq!(dry, told(&plain), "{step:?}");
        }
        match (cached, plain) {
            (Ok(cached), Ok(plain)) => {
                assert_eq!(cached, plain);
                tally.changed(step, &cached);
                self.model.check_change(step, &cached);
                tally.changes += usize::from(self.cached.cached().0 > 0);
            }
            (Err(cached), Err(plain)) => {
                assert_eq!(cached.code, plain.code);
                tally.refused(&cached);
            }
            (cached, plain) => panic!("{cached:?} with caches, {plain:?} without"),
        }
        self.model.apply(step, at);
    }

    /// What a change of a document, or its undoing, would do in a dry run. It is what it then does.
    async fn rehearse(&self, step: &Step) -> Option<Told> {
        let before = self.plain.tenants();
        let dry = match step {
            Step::Suspend { tenant, document, version } => {
                let document = Document::new(document).unwrap();
                let version = (*version).to_owned();
                let report = ReportedChange { document, version, reason: None };
                self.plain.change_reference(author(tenant), report, true).await
            }
            Step::Undo { tenant, document, version } => {
                let document = Document::new(document).unwrap();
                let version = version.map(str::to_owned);
                let undo = ChangeToUndo { document, version, reason: None };
                self.plain.undo_reference_change(author(tenant), undo, true).await
            }
            _ => return None,
        };
        assert_eq!(self.plain.tenants(), before);
        Some(told(&dry.map(Done::Referenced)))
    }

    /// What a lookup asks; none where it would repeat one that there was not.
    fn asked(&mut self, step: &Step) -> Option<(usize, Ask)> {
        let before = |back: usize| self.asked.iter().rev().nth(back).cloned();
        let asked = match step {
            Step::Lookup(question, ask) => (*question, ask.clone()),
            Step::Again(back) => return before(*back),
            Step::Otherwise(back, ask) => (before(*back)?.0, ask.clone()),
            other => unreachable!("{other:?} asks nothing"),
        };
        self.asked.push(asked.clone());
        Some(asked)
    }

    async fn lookup(&mut self, question: usize, ask: &Ask, tally: &mut Tally) {
        let cached = self.cached.engine.lookup(QUESTIONS[question], ask.options()).await;
        let plain = self.plain.lookup(QUESTIONS[question], ask.options()).await;
        self.check(question, ask, &cached, &plain, tally);
        if let Ok(looked) = cached {
            self.check_tier(question, ask, &looked, tally);
            let tenant = ask.options().tenant.unwrap_or_default();
            for matched in &looked.answer.result().matches {
                for engine in [&self.cached.engine, &self.plain] {
                    let profile = engine.profile(&tenant, &matched.entry).await.unwrap();
                    self.model.check_profile(matched, &profile);
                }
            }
        }
        written().await;
    }

    /// What was answered a moment ago is cached, unless there was no room for it.
    fn check_tier(&mut self, question: usize, ask: &Ask, looked: &Looked, tally: &mut Tally) {
        let state = (self.cached.clock.now(), looked.facts.epoch);
        let before = self.answered.insert(format!("{question} {ask:?}"), state);
        let cached = [CacheStatus::SignatureHit, CacheStatus::ResultHit];
        if before == Some(state) && !cached.contains(&looked.facts.cache) {
            assert!(self.tiny_caches, "{question} {ask:?} was not cached");
            tally.evicted += 1;
        }
    }

    async fn invalidate(&mut self, which: Which, dry_run: bool, tally: &mut Tally) {
        let tenant = |name| TenantId::new(name).unwrap();
        let selection = match which {
            Which::Entry(name, id) => Selection::Entry(tenant(name), entry_id(id)),
            Which::Question(name, question) => {
                let signature = Canonical::of(QUESTIONS[question]).signature();
                Selection::Question(tenant(name), signature)
            }
            Which::Tenant(name) => Selection::Tenant(tenant(name)),
            Which::Everything => Selection::Everything,
        };
        let engine = &self.cached.engine;
        let before = engine.caches();
        let counted = match engine.invalidate(&selection, dry_run).await {
            Ok(counted) => counted,
            Err(error) => return tally.refused(&error),
        };
        if dry_run {
            let after = engine.caches();
            assert_eq!((after.results, after.embeddings), (before.results, before.embeddings));
        }
        self.answered.clear();
        let left = engine.invalidate(&selection, dry_run).await.unwrap();
        let expected = if dry_run { (counted.results, counted.embeddings) } else { (0, 0) };
        assert_eq!((left.results, left.embeddings), expected);
        if let (false, Some(left)) = (dry_run, &left.shared) {
            // Results that could not be read were not chosen, and may be read now.
            let chosen_by_key = !matches!(which, Which::Entry(..));
            assert!(!chosen_by_key || (left.results, left.embeddings) == (0, 0), "{left:?}");
        }
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

/// Lets what is to be shared be written.
async fn written() {
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
}

/// What a change came to.
#[derive(Debug, PartialEq)]
enum Done {
    One(Changed),
    Many(Imported),
    Calibrated(CalibrationChanged),
    Referenced(Referenced),
}

/// What a dry run tells as the change itself does: what it concerns, whether anything changes, and
/// what was before it; or why it is refused.
type Told = std::result::Result<(String, bool, Vec<Affected>, Vec<EarlierChange>), Code>;

fn told(done: &Result<Done>) -> Told {
    match done {
        Ok(Done::Referenced(it)) => {
            let version = it.version.clone();
            Ok((version, it.changed, it.affected.clone(), it.earlier.clone()))
        }
        Ok(_) => unreachable!("only changes of documents are rehearsed"),
        Err(error) => Err(error.code),
    }
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
        Step::Reapprove { tenant, id, version } => {
            engine.reapprove(author(tenant), entry_id(id), version).await
        }
        Step::Suspend { tenant, document, version } => {
            let document = Document::new(document).unwrap();
            let report = ReportedChange { document, version: version.into(), reason: None };
            let done = engine.change_reference(author(tenant), report, false).await;
            return done.map(Done::Referenced);
        }
        Step::Undo { tenant, document, version } => {
            let document = Document::new(document).unwrap();
            let undo = ChangeToUndo { document, version: version.map(str::to_owned), reason: None };
            let done = engine.undo_reference_change(author(tenant), undo, false).await;
            return done.map(Done::Referenced);
        }
        other => unreachable!("{other:?} changes nothing"),
    };
    one.map(Done::One)
}
