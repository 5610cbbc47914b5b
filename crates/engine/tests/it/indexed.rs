//! A set so large that its vectors are indexed: beside lookups, without a gap, and never to find
//! what is not served.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::{EntryContent, EntryId, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{Engine, ImportMode};

use crate::parts::{Rig, author, content, entry_id};

/// More than are searched exactly.
const ENTRIES: usize = 33_000;
/// Words that there are, and words in a question.
const WORDS: usize = 1_500;
const LENGTH: usize = 6;

/// The question of an entry: numbers that look random, words that differ between entries.
fn question(entry: usize) -> String {
    let mut state = entry as u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        format!("word{}", (state >> 33) as usize % WORDS)
    };
    (0..LENGTH).map(|_| word()).collect::<Vec<_>>().join(" ")
}

fn name(entry: usize) -> EntryId {
    entry_id(&format!("e{entry}"))
}

fn row(entry: usize) -> (EntryId, EntryContent) {
    (name(entry), content(&question(entry), &format!("answer {entry}")))
}

/// Entries that a lookup lists, the best first.
async fn listed(engine: &Arc<Engine>, query: &str) -> Vec<EntryId> {
    let options = Options { min_similarity: Some(0.0), ..Options::default() };
    let looked = engine.lookup(query, options).await.unwrap();
    let matches = &looked.answer.result().matches;
    matches.iter().map(|one| one.entry.id.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_set_is_indexed_beside_lookups() {
    let rig = Rig::new().await;
    let publish = ImportMode { publish: true, dry_run: false };
    let rows = (0..ENTRIES).map(row).collect();
    rig.engine.import(author("default"), rows, publish, &|_, _| ()).await.unwrap();
    // Compares every vector, as nobody builds an index for it.
    let exact = rig.restarted().await;
    let indexed = || rig.engine.tenants()[&TenantId::default()].indexed;
    // Nearly the questions of entries: another word than one of theirs.
    let asked = |entry: usize| format!("{} word{}", question(entry), (entry * 7) % WORDS);

    assert_eq!(indexed(), 0);
    let engine = Arc::clone(&rig.engine);
    let upkeep = tokio::spawn(async move { engine.keep_search().await });
    let built = async {
        while indexed() == 0 {
            // Lookups and changes go on meanwhile.
            assert_eq!(listed(&rig.engine, &asked(0)).await[0], name(0));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), built).await.expect("no index within a minute");
    assert!(indexed() > ENTRIES - 256, "{}", indexed());

    let (mut found, mut all) = (0, 0);
    for entry in (0..ENTRIES).step_by(331) {
        let query = asked(entry);
        let here = listed(&rig.engine, &query).await;
        let there = listed(&exact, &query).await;
        assert_eq!((&here[0], here.len()), (&there[0], 10), "{query}");
        let there: BTreeSet<_> = there.iter().collect();
        found += here.iter().filter(|id| there.contains(id)).count();
        all += there.len();
    }
    assert!(found * 1000 >= all * 990, "{found} of {all}");

    // What comes and goes after the index was built is found, and is not.
    rig.retire("e331").await.unwrap();
    rig.publish("new", "a question about something else entirely", "new answer").await;
    assert!(!listed(&rig.engine, &asked(331)).await.contains(&name(331)));
    let listed = listed(&rig.engine, "a question about something else, entirely please").await;
    assert_eq!(listed[0], entry_id("new"));
    assert!(indexed() > 0);
    upkeep.abort();
}
