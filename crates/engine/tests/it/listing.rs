//! What a caller lists has no say in what is served.

use goldenset_core::decision::ELIGIBLE;
use goldenset_core::{EntryContent, EntryId};
use goldenset_engine::scope::Options;
use goldenset_engine::{ImportMode, LookupResult};
use proptest::prelude::*;

use crate::parts::{Rig, author, content, entry_id};

const WORDS: [&str; 10] = [
    "contratto",
    "malattia",
    "ferie",
    "stipendio",
    "orario",
    "recesso",
    "azienda",
    "figlio",
    "permesso",
    "turno",
];

fn question(words: &[&str]) -> String {
    format!("{}?", words.join(" "))
}

/// Different questions of few words, so that a caller's question has many that are near.
fn rows() -> impl Strategy<Value = Vec<(EntryId, EntryContent)>> {
    let questions =
        prop::collection::btree_set(prop::sample::subsequence(&WORDS[..], 2..6), 11..40);
    questions.prop_map(|questions| {
        let row = |(place, words): (usize, Vec<&str>)| {
            (entry_id(&format!("e{place}")), content(&question(&words), &format!("a{place}")))
        };
        questions.into_iter().enumerate().map(row).collect()
    })
}

fn queries() -> impl Strategy<Value = Vec<String>> {
    let one = prop::collection::vec(prop::sample::select(&WORDS[..]), 1..6);
    prop::collection::vec(one.prop_map(|words| question(&words)), 8)
}

async fn list(rig: &Rig, query: &str, most: usize) -> LookupResult {
    let options =
        Options { max_results: Some(most), min_similarity: Some(0.3), ..Options::default() };
    rig.ask_with(query, options).await.answer.result().clone()
}

fn ids(result: &LookupResult) -> Vec<&str> {
    result.matches.iter().map(|matched| matched.entry.id.as_str()).collect()
}

async fn check(rows: Vec<(EntryId, EntryContent)>, queries: &[String]) {
    let rig = Rig::new().await;
    let publish = ImportMode { publish: true, dry_run: false };
    rig.engine.import(author("default"), rows, publish, &|_, _| ()).await.unwrap();
    for query in queries {
        let usual = list(&rig, query, ELIGIBLE).await;
        let best = usual.answer.as_ref().map(|best| (&best.entry.id, best.score.to_bits()));
        for most in [1, 3, ELIGIBLE + 1, 100] {
            let other = list(&rig, query, most).await;
            assert_eq!(other.decision, usual.decision, "{query} {most}");
            let other_best =
                other.answer.as_ref().map(|best| (&best.entry.id, best.score.to_bits()));
            assert_eq!(other_best, best, "{query} {most}");
            let both = usual.matches.len().min(other.matches.len());
            assert_eq!(ids(&other)[..both], ids(&usual)[..both], "{query} {most}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn listing_more_or_fewer_decides_the_same(rows in rows(), queries in queries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(check(rows, &queries));
    }
}
