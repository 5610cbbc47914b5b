//! Questions that found no answer: kept by choice alone, grouped by meaning, each counted once.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::curation::MissedGroup;
use goldenset_core::ports::Store;
use goldenset_core::{Code, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{Engine, MissedSettings, Watch, WatchSettings};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;

use super::{PARAPHRASE, PHRASING};
use crate::parts::{Fails, Rig, Trouble, TroubledStore, settings, without_caches};

const IVA: &str = "come si applica la aliquota iva 22 % sulle vendite di libri usati";
const IVA_SAME: &str = "come si applica la aliquota iva 22 % alle vendite di libri usati";
const IVA_OTHER: &str = "come si applica la aliquota iva 10 % sulle vendite di libri usati";
const BOLLO: &str = "quanto costa il bollo dell'automobile";

fn keeping(engine: &Arc<Engine>, most: u64) -> Watch {
    let questions = Some(MissedSettings { most, examples: 2, keep_days: 90 });
    watching(engine, questions)
}

fn watching(engine: &Arc<Engine>, questions: Option<MissedSettings>) -> Watch {
    let flush_every = Duration::from_secs(3600);
    let settings =
        WatchSettings { flush_every, keep_days: 400, audit_share: 0.0, most_open: 10, questions };
    Watch::new(Arc::clone(engine), settings).unwrap()
}

async fn ask(watch: &Watch, questions: &[&str]) {
    for question in questions {
        watch.lookup(question, Options::default()).await.unwrap();
    }
}

async fn groups(store: &Arc<dyn Store>, tenant: &str) -> Vec<MissedGroup> {
    store.missed(&TenantId::new(tenant).unwrap(), 0, 5000).await.unwrap()
}

/// Questions and counts of the default tenant's groups.
async fn counts(rig: &Rig) -> Vec<(String, u64)> {
    let all = groups(&rig.store, "default").await;
    all.into_iter().map(|group| (group.question, group.count)).collect()
}

fn expected(groups: &[(&str, u64)]) -> Vec<(String, u64)> {
    groups.iter().map(|(question, count)| ((*question).to_owned(), *count)).collect()
}

#[tokio::test]
async fn what_misses_is_grouped_by_meaning_and_guards_keep_values_apart() {
    let rig = Rig::new().await;
    rig.publish("preavviso", PHRASING, "Un mese.").await;
    let watch = keeping(&rig.engine, 100);
    ask(&watch, &[IVA, IVA_SAME, PHRASING, PARAPHRASE, IVA_OTHER, BOLLO]).await;
    watch.flush().await.unwrap();
    assert_eq!(counts(&rig).await, expected(&[(IVA, 2), (IVA_OTHER, 1), (BOLLO, 1)]));
    // A later flush finds the groups of an earlier one; another spelling is no other phrasing.
    rig.clock.advance(SignedDuration::from_secs(1));
    let batch = [IVA_SAME, "Come si applica la aliquota IVA 22% sulle vendite di libri usati?"];
    let batch: Vec<_> = batch.map(str::to_owned).into();
    watch.lookup_batch(&batch, Options::default()).await.unwrap();
    watch.flush().await.unwrap();
    let group = groups(&rig.store, "default").await.remove(0);
    assert_eq!((group.question.as_str(), group.count, group.more_examples), (IVA, 4, false));
    let times: Vec<_> = group.examples.iter().map(|example| example.times).collect();
    assert_eq!(times, [2, 2]);
    assert!(group.examples.iter().any(|example| example.question == batch[1]));
    assert_eq!(group.nearest[0].entry_id.as_str(), "preavviso");
    assert_eq!(watch.state().missed_dropped, 0);
}

#[tokio::test]
async fn tenants_are_apart_and_a_restart_goes_on() {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let rig = Rig::over(Arc::clone(&store), settings()).await.unwrap();
    let other = crate::parts::content(BOLLO, "Cento euro.");
    let id = crate::parts::entry_id("bollo");
    rig.engine.save(crate::parts::author("acme"), id, other, true).await.unwrap();
    let acme = || Options { tenant: Some(TenantId::new("acme").unwrap()), ..Options::default() };
    let watch = keeping(&rig.engine, 100);
    ask(&watch, &[IVA]).await;
    watch.lookup(IVA_SAME, acme()).await.unwrap();
    watch.flush().await.unwrap();
    let after = keeping(&rig.restarted().await, 100);
    ask(&after, &[IVA_SAME]).await;
    after.lookup(IVA, acme()).await.unwrap();
    after.flush().await.unwrap();
    assert_eq!(counts(&rig).await, expected(&[(IVA, 2)]));
    let acme = groups(&store, "acme").await;
    assert_eq!((acme.len(), acme[0].question.as_str(), acme[0].count), (1, IVA_SAME, 2));
    assert_eq!(acme[0].nearest[0].entry_id.as_str(), "bollo");
}

#[tokio::test]
async fn there_are_no_more_groups_and_no_more_waiting_than_allowed() {
    let rig = Rig::new().await;
    let watch = keeping(&rig.engine, 2);
    ask(&watch, &[BOLLO, BOLLO, IVA]).await;
    watch.flush().await.unwrap();
    rig.clock.advance(SignedDuration::from_secs(1));
    ask(&watch, &[IVA_OTHER]).await;
    watch.flush().await.unwrap();
    assert_eq!(counts(&rig).await, expected(&[(BOLLO, 2), (IVA_OTHER, 1)]));
    // The group that went comes back as a new one.
    rig.clock.advance(SignedDuration::from_secs(1));
    ask(&watch, &[IVA_SAME]).await;
    watch.flush().await.unwrap();
    assert_eq!(counts(&rig).await, expected(&[(BOLLO, 2), (IVA_SAME, 1)]));
    for _ in 0..1030 {
        ask(&watch, &[BOLLO]).await;
    }
    assert_eq!(watch.state().missed_dropped, 6);
    watch.flush().await.unwrap();
    assert_eq!(counts(&rig).await[0], (BOLLO.to_owned(), 1026));
    rig.clock.advance(SignedDuration::from_hours(24 * 91));
    watch.flush().await.unwrap();
    assert_eq!(counts(&rig).await, []);
}

#[tokio::test]
async fn a_flush_that_fails_counts_nothing_twice_and_loses_nothing() {
    let inner: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let store = Arc::new(TroubledStore::new(inner));
    let rig = Rig::over(Arc::clone(&store) as _, settings()).await.unwrap();
    let watch = keeping(&rig.engine, 100);
    for (round, fails) in
        [Fails::Before, Fails::After, Fails::After, Fails::Before].into_iter().enumerate()
    {
        ask(&watch, &[IVA, BOLLO, IVA_SAME]).await;
        store.fail_missed(fails);
        assert_eq!(watch.flush().await.unwrap_err().code, Code::StoreUnavailable);
        assert_eq!(watch.state().failed_flushes, round as u64 + 1);
        ask(&watch, &[BOLLO]).await;
        watch.flush().await.unwrap();
        let times = round as u64 + 1;
        assert_eq!(counts(&rig).await, expected(&[(IVA, 2 * times), (BOLLO, 2 * times)]));
    }
}

#[tokio::test]
async fn while_the_provider_is_away_questions_wait_and_what_is_too_much_is_counted() {
    let rig = Rig::with(without_caches()).await;
    let watch = keeping(&rig.engine, 100);
    ask(&watch, &[IVA, BOLLO]).await;
    rig.embedder.set_trouble(Some(Trouble::Away));
    for _ in 0..2 {
        assert_eq!(watch.flush().await.unwrap_err().code, Code::EmbeddingUnavailable);
    }
    assert_eq!(counts(&rig).await, []);
    rig.embedder.set_trouble(None);
    for _ in 0..1100 {
        ask(&watch, &[BOLLO]).await;
    }
    let dropped = watch.state().missed_dropped;
    assert_eq!(dropped, 1100 - 1024);
    for _ in 0..2 {
        watch.flush().await.unwrap();
    }
    assert_eq!(counts(&rig).await, expected(&[(BOLLO, 1 + 1024), (IVA, 1)]));
    assert_eq!(watch.state().missed_dropped, dropped);
}

/// Whether any file of a folder has these bytes.
fn is_in(folder: &std::path::Path, text: &str) -> bool {
    let has = |bytes: Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let files = std::fs::read_dir(folder).unwrap();
    files.into_iter().any(|file| has(std::fs::read(file.unwrap().path()).unwrap()))
}

#[tokio::test]
async fn nothing_is_kept_unless_it_is_wanted_and_turning_it_off_deletes_it() {
    let folder = tempfile::tempdir().unwrap();
    for (on, kept) in [(false, false), (true, true), (false, false)] {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
        let rig = Rig::over(Arc::clone(&store), settings()).await.unwrap();
        let settings = MissedSettings { most: 100, examples: 2, keep_days: 90 };
        let watch = watching(&rig.engine, on.then_some(settings));
        ask(&watch, &[BOLLO]).await;
        watch.flush().await.unwrap();
        assert_eq!(groups(&store, "default").await.len(), usize::from(kept));
        rig.engine.close().await;
        assert_eq!(is_in(folder.path(), "bollo"), kept, "{on}");
    }
}

/// The same questions with storage on, flushed now and then, and with storage off.
#[tokio::test]
async fn keeping_questions_changes_no_answer() {
    let questions = [PHRASING, PARAPHRASE, IVA, IVA_SAME, IVA_OTHER, BOLLO];
    for seed in 0..40 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let (with, without) = (Rig::new().await, Rig::new().await);
        let (keeps, plain) = (keeping(&with.engine, 2), watching(&without.engine, None));
        for _ in 0..60 {
            let question = questions[chance.usize(..questions.len())];
            match chance.u32(..8) {
                0 => {
                    let id = format!("e{}", chance.u32(..3));
                    for rig in [&with, &without] {
                        rig.publish(&id, question, "Così.").await;
                    }
                }
                1 => {
                    keeps.flush().await.unwrap();
                    with.engine.sweep(&TenantId::default()).await.unwrap();
                }
                2 => {
                    for rig in [&with, &without] {
                        rig.clock.advance(SignedDuration::from_mins(3));
                    }
                }
                _ => {
                    let kept = keeps.lookup(question, Options::default()).await.unwrap();
                    let off = plain.lookup(question, Options::default()).await.unwrap();
                    assert_eq!(kept.answer.body(), off.answer.body(), "{seed} {question}");
                }
            }
        }
        assert!(groups(&with.store, "default").await.len() <= 2);
    }
}
