//! Searches of the past, where vectors are searched elsewhere: they answer for nearly the same
//! question when they must give what a search would, and never past verification.

use std::sync::Arc;

use goldenset_core::TenantId;
use goldenset_core::ports::Store;
use goldenset_engine::{
    CacheLimits, CacheStatus, NearMissRule, NearMissSettings, NearMissState, Selection, Settings,
};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;

use crate::parts::{LaggingSearch, Outside, Rig, settings};

use CacheStatus::{Miss, NearMiss};

const QUERY: &str = "Quanto dura il periodo di preavviso di dimissioni?";
const LIKE: &str = "Quanto dura il periodo di preavviso di dimissioni nel commercio?";
const FAR: &str = "Chi paga la mensa aziendale?";

/// Without results and embeddings of before.
async fn rig(entries: usize, near_misses: NearMissSettings) -> Rig {
    let off = CacheLimits { ttl: SignedDuration::ZERO, bytes: 0 };
    let settings =
        Settings { results: off, embeddings: off, near_misses: Some(near_misses), ..settings() };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let search = Some(Arc::new(LaggingSearch::new(Arc::clone(&store), 1)));
    let outside = Outside { search, ..Outside::default() };
    let rig = Rig::sharing(store, settings, &outside).await.unwrap();
    rig.publish("preavviso", "Quanto dura il preavviso di dimissioni?", "Un mese.").await;
    for number in 1..entries {
        let question = format!("Che cosa dice la pagina {number} del contratto?");
        rig.publish(&format!("p{number}"), &question, "Niente.").await;
    }
    rig
}

fn proven() -> NearMissSettings {
    NearMissSettings {
        rule: NearMissRule::Proven,
        similarity: 0.8,
        ttl: SignedDuration::from_mins(30),
        bytes: 1 << 20,
    }
}

fn state(rig: &Rig) -> NearMissState {
    rig.engine.caches().near_misses.unwrap()
}

#[tokio::test]
async fn they_answer_where_all_that_there_is_was_found() {
    let rig = rig(3, proven()).await;
    assert_eq!(rig.tier(QUERY).await, Miss);
    assert_eq!(rig.tier(FAR).await, Miss);
    let near = rig.ask(LIKE).await;
    assert_eq!(near.facts.cache, NearMiss);
    let plain = rig.restarted().await.lookup(LIKE, Default::default()).await.unwrap();
    assert_eq!(near.answer.body(), plain.answer.body());
    let state = state(&rig);
    assert_eq!((state.items, state.hits, state.unproven, state.alone), (2, 1, 0, 2));
    assert!(state.bytes > 0 && state.bytes <= state.limit_bytes);
}

#[tokio::test]
async fn what_was_published_since_is_looked_at() {
    let rig = rig(3, proven()).await;
    rig.tier(QUERY).await;
    rig.publish("commercio", LIKE, "Nel commercio dipende.").await;
    let like = "Quanto dura il periodo di preavviso di dimissioni qui nel commercio?";
    let near = rig.ask(like).await;
    assert_eq!(near.facts.cache, NearMiss);
    assert_eq!(near.answer.result().matches[0].entry.id.as_str(), "commercio");
    rig.retire("commercio").await.unwrap();
    let near = rig.ask(like).await;
    assert_eq!(near.facts.cache, NearMiss);
    assert_eq!(near.answer.result().matches[0].entry.id.as_str(), "preavviso");
}

#[tokio::test]
async fn where_something_else_may_be_nearer_it_is_searched() {
    let rig = rig(80, proven()).await;
    assert_eq!(rig.tier(QUERY).await, Miss);
    assert_eq!(rig.tier(LIKE).await, Miss);
    assert_eq!(state(&rig).unproven, 1);
    // The same question in other words of the same letters is no way off.
    assert_eq!(rig.tier(QUERY).await, NearMiss);
}

#[tokio::test]
async fn the_plain_rule_does_without_the_proof_and_not_without_verification() {
    let rig = rig(80, NearMissSettings { rule: NearMissRule::Plain, ..proven() }).await;
    rig.publish("anno", "Quanto dura il periodo di prova nel 2024?", "Nel 2024 un mese.").await;
    rig.tier("Quanto dura il periodo di prova nel 2024 da noi?").await;
    let other = rig.ask("Quanto dura il periodo di prova nel 2023 da noi?").await;
    assert_eq!(other.facts.cache, NearMiss);
    let matches = &other.answer.result().matches;
    assert!(matches.iter().any(|found| found.entry.id.as_str() == "anno"), "{matches:?}");
    assert!(other.answer.result().answer.is_none(), "{:?}", other.answer.result());
}

#[tokio::test]
async fn they_are_bounded_and_dropped_with_the_rest() {
    let rig = rig(3, NearMissSettings { bytes: 6_000, ..proven() }).await;
    for number in 0..20 {
        rig.tier(&format!("Domanda {number} di prova {}?", number * 7)).await;
        assert!(state(&rig).bytes <= 6_000);
    }
    assert!((1..20).contains(&state(&rig).items));
    let tenant = TenantId::default();
    for gone in [
        Selection::Tenant(tenant.clone()),
        Selection::Everything,
        Selection::of_query(tenant.clone(), QUERY).unwrap(),
        Selection::Entry(tenant.clone(), crate::parts::entry_id("preavviso")),
    ] {
        rig.tier(QUERY).await;
        assert_eq!(rig.tier(LIKE).await, NearMiss);
        rig.engine.invalidate(&gone, true).await.unwrap();
        assert_eq!(rig.tier(LIKE).await, NearMiss, "a dry run drops nothing");
        rig.engine.invalidate(&gone, false).await.unwrap();
        assert_eq!(state(&rig).items, 0, "{gone:?}");
        assert_eq!(rig.tier(LIKE).await, Miss);
    }
    rig.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(rig.tier(LIKE).await, Miss, "it is too old");
}

#[tokio::test]
async fn tenants_and_filters_keep_to_themselves() {
    let rig = rig(3, proven()).await;
    rig.engine
        .save(
            crate::parts::author("other"),
            crate::parts::entry_id("o"),
            crate::parts::content("Quanto dura la prova?", "Tre mesi."),
            true,
        )
        .await
        .unwrap();
    rig.tier(QUERY).await;
    let options = |tenant: Option<&str>, category: Option<&str>| goldenset_engine::scope::Options {
        tenant: tenant.map(|name| TenantId::new(name).unwrap()),
        filters: goldenset_core::Filters {
            category: category.into_iter().map(str::to_owned).collect(),
            ..Default::default()
        },
        ..Default::default()
    };
    for (tenant, category) in [(Some("other"), None), (None, Some("ferie"))] {
        let looked = rig.ask_with(LIKE, options(tenant, category)).await;
        assert_eq!(looked.facts.cache, Miss, "{tenant:?} {category:?}");
    }
    assert_eq!(rig.tier(LIKE).await, NearMiss);
}
