//! The exact match with an approved phrasing.

use goldenset_core::decision::{Decision, MatchType};
use goldenset_core::{EntryContent, Validity};
use goldenset_engine::CacheStatus;
use goldenset_engine::scope::{Filters, Options};
use jiff::civil::{Date, date};

use crate::parts::{Rig, content};

const QUESTION: &str = "Quanto dura il preavviso di dimissioni?";

fn valid(from: Option<Date>, until: Option<Date>, answer: &str) -> EntryContent {
    let validity = Validity { valid_from: from, valid_until: until };
    EntryContent { validity, ..content(QUESTION, answer) }
}

fn in_category(category: &str, question: &str, answer: &str) -> EntryContent {
    EntryContent { category: Some(category.into()), ..content(question, answer) }
}

fn of_category(category: &str) -> Options {
    let filters = Filters { category: vec![category.into()], ..Filters::default() };
    Options { filters, ..Options::default() }
}

/// Asks and checks which answer is served, if any.
async fn check(rig: &Rig, options: Options, tier: CacheStatus, answer: Option<&str>) {
    let looked = rig.ask_with(QUESTION, options).await;
    let served = looked.answer.result().answer.as_ref();
    let served = served.map(|served| served.entry.content.answer.as_str());
    assert_eq!((looked.facts.cache, served), (tier, answer), "{:?}", looked.answer);
}

#[tokio::test]
async fn every_spelling_of_a_phrasing_is_served_without_the_provider() {
    let rig = Rig::new().await;
    let alternatives = vec!["L'aliquota è il 22 %?".into()];
    let entry = EntryContent { alternatives, ..content(QUESTION, "a") };
    rig.save("e", entry, true).await.unwrap();
    rig.embedder.take_calls();
    for spelling in ["quanto dura il PREAVVISO\tdi dimissioni", "l’aliquota è il 22 per cento"] {
        let looked = rig.ask(spelling).await;
        let result = looked.answer.result();
        assert_eq!(result.match_type, Some(MatchType::Signature), "{spelling}");
        assert_eq!(result.decision, Decision::Serve);
        let answer = result.answer.as_ref().unwrap();
        assert_eq!((answer.score, answer.similarity), (1.0, 1.0));
    }
    assert!(rig.embedder.take_calls().is_empty());
}

#[tokio::test]
async fn one_phrasing_of_two_entries_is_not_served_by_signature() {
    let rig = Rig::new().await;
    rig.publish("a", QUESTION, "one").await;
    check(&rig, Options::default(), CacheStatus::SignatureHit, Some("one")).await;
    rig.publish("b", QUESTION, "two").await;
    let looked = rig.ask(QUESTION).await;
    let result = looked.answer.result();
    assert_eq!(looked.facts.cache, CacheStatus::Miss);
    assert_ne!(result.match_type, Some(MatchType::Signature));
    let ids: Vec<_> = result.matches.iter().map(|matched| matched.entry.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    rig.retire("a").await.unwrap();
    check(&rig, Options::default(), CacheStatus::SignatureHit, Some("two")).await;
}

#[tokio::test]
async fn the_entry_in_force_on_the_day_is_served() {
    let rig = Rig::new().await;
    let (last, first) = (date(2023, 12, 31), date(2024, 1, 1));
    rig.save("old", valid(None, Some(last), "old rule"), true).await.unwrap();
    rig.save("new", valid(Some(first), Some(date(2024, 12, 31)), "new rule"), true).await.unwrap();
    let on = |day| Options { as_of: Some(day), ..Options::default() };
    let hit = CacheStatus::SignatureHit;
    check(&rig, Options::default(), hit, Some("new rule")).await;
    check(&rig, on(last), hit, Some("old rule")).await;
    check(&rig, on(first), hit, Some("new rule")).await;
    check(&rig, on(date(2025, 1, 1)), CacheStatus::Miss, None).await;
}

#[tokio::test]
async fn a_filter_that_excludes_the_holder_leads_to_the_search() {
    let rig = Rig::new().await;
    rig.save("a", in_category("lavoro", QUESTION, "a"), true).await.unwrap();
    let near = "Quanto dura il periodo di preavviso di dimissioni?";
    rig.save("b", in_category("fisco", near, "b"), true).await.unwrap();
    check(&rig, of_category("lavoro"), CacheStatus::SignatureHit, Some("a")).await;
    check(&rig, of_category("fisco"), CacheStatus::Miss, Some("b")).await;
    check(&rig, of_category("fisco"), CacheStatus::ResultHit, Some("b")).await;
    check(&rig, of_category("altro"), CacheStatus::EmbeddingHit, None).await;
}

#[tokio::test]
async fn filters_that_tell_two_holders_apart_serve_each() {
    let rig = Rig::new().await;
    rig.save("a", in_category("lavoro", QUESTION, "a"), true).await.unwrap();
    rig.save("b", in_category("fisco", QUESTION, "b"), true).await.unwrap();
    check(&rig, of_category("lavoro"), CacheStatus::SignatureHit, Some("a")).await;
    check(&rig, of_category("fisco"), CacheStatus::SignatureHit, Some("b")).await;
}

#[tokio::test]
async fn a_newer_knowledge_base_gets_context_and_no_answer() {
    let rig = Rig::new().await;
    rig.publish("a", QUESTION, "a").await;
    let newer = r#""2024-03-31""#;
    let older = r#""2024-03-30""#;
    for (kb_epoch, decision) in [(newer, Decision::Context), (older, Decision::Serve)] {
        let kb_epoch = Some(serde_json::from_str(kb_epoch).unwrap());
        let looked = rig.ask_with(QUESTION, Options { kb_epoch, ..Options::default() }).await;
        let result = looked.answer.result();
        assert_eq!((result.decision, result.matches.len()), (decision, 1));
        assert_eq!(result.answer.is_some(), decision == Decision::Serve);
    }
}
