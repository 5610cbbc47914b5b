//! Dropping parts of the caches by hand: what goes, what stays, and that no answer changes.

use goldenset_core::canonical::Canonical;
use goldenset_core::{Code, Signature, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Invalidated, MAX_LISTED, Selection};
use jiff::SignedDuration;

use crate::parts::{Rig, author, content, entry_id, two_years};

use CacheStatus::{EmbeddingHit, Miss, ResultHit};

const IVA: &str = "come si apre una nuova partita iva";
const TRAIN: &str = "cosa succede se perdo un treno";

fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

fn signature(query: &str) -> Signature {
    Canonical::of(query).signature()
}

fn of(name: &str) -> Options {
    Options { tenant: Some(tenant(name)), ..Options::default() }
}

/// Two tenants that were asked the same two questions.
async fn rig() -> Rig {
    let rig = two_years().await;
    let acme = content("come si apre una partita iva", "Acme.");
    rig.engine.save(author("acme"), entry_id("other-0"), acme, true).await.unwrap();
    for query in [IVA, TRAIN] {
        rig.ask(query).await;
        rig.ask_with(query, of("acme")).await;
    }
    rig
}

/// How many would go and how many went are the same.
async fn invalidate(rig: &Rig, selection: &Selection) -> Invalidated {
    let before = rig.engine.caches();
    let dry = rig.engine.invalidate(selection, true).await.unwrap();
    assert_eq!(rig.engine.caches(), before, "a dry run changes nothing");
    assert_eq!(dry.listed.as_ref().unwrap().len() as u64, dry.results);
    let done = rig.engine.invalidate(selection, false).await.unwrap();
    assert_eq!((done.results, done.embeddings), (dry.results, dry.embeddings));
    assert!(dry.dry_run && !done.dry_run && done.listed.is_none());
    let after = rig.engine.caches();
    assert_eq!(after.results.items as u64, before.results.items as u64 - done.results);
    assert_eq!(after.embeddings.items as u64, before.embeddings.items as u64 - done.embeddings);
    assert_eq!(
        after.results.dropped.invalidated,
        before.results.dropped.invalidated + done.results
    );
    dry
}

async fn check(rig: &Rig, name: &str, query: &str, tier: CacheStatus) {
    let looked = rig.ask_with(query, of(name)).await;
    assert_eq!(looked.facts.cache, tier, "{name}: {query}");
    let restarted = rig.restarted().await.lookup(query, of(name)).await.unwrap();
    assert_eq!(looked.answer.body(), restarted.answer.body());
}

#[tokio::test]
async fn an_entry_takes_the_results_that_it_was_considered_for() {
    let rig = rig().await;
    // Considered for the one question, and among the two that are too far for the other.
    let looked = |query: &'static str| {
        let options = Options { min_similarity: Some(0.0), ..Options::default() };
        rig.engine.lookup(query, options)
    };
    let matches = looked(TRAIN).await.unwrap().answer.result().matches.clone();
    let considered = |id: &str| matches.iter().any(|one| one.entry.id.as_str() == id);
    let ids = (0..10).map(|number| format!("other-{number}"));
    let out = ids.into_iter().find(|id| !considered(id)).unwrap();
    let dry = invalidate(&rig, &Selection::Entry(tenant("default"), entry_id("other-8"))).await;
    assert_eq!(dry.embeddings, 0);
    for one in dry.listed.unwrap() {
        assert!(one.entry_ids.contains(&entry_id("other-8")) && one.reason.contains("other-8"));
        assert_eq!(one.tenant, TenantId::default());
    }
    check(&rig, "default", TRAIN, EmbeddingHit).await;
    check(&rig, "acme", TRAIN, ResultHit).await;
    let gone = invalidate(&rig, &Selection::Entry(tenant("default"), entry_id(&out))).await;
    assert!(gone.listed.unwrap().iter().all(|one| one.signature != signature(TRAIN)));
    check(&rig, "default", TRAIN, ResultHit).await;
}

#[tokio::test]
async fn a_question_goes_with_all_its_results_and_its_embedding() {
    let rig = rig().await;
    rig.ask_with(IVA, Options { max_results: Some(3), ..Options::default() }).await;
    rig.clock.advance(SignedDuration::from_secs(42));
    let dry = invalidate(&rig, &Selection::Question(tenant("default"), signature(IVA))).await;
    assert_eq!((dry.results, dry.embeddings), (2, 1));
    for one in dry.listed.unwrap() {
        assert_eq!((one.signature, one.age_seconds), (signature(IVA), 42));
        assert_eq!(one.decision.as_str(), "serve");
    }
    check(&rig, "default", IVA, Miss).await;
    check(&rig, "default", TRAIN, ResultHit).await;
    check(&rig, "acme", IVA, ResultHit).await;
}

#[tokio::test]
async fn a_tenant_goes_alone_and_everything_goes_whole() {
    let rig = rig().await;
    let dry = invalidate(&rig, &Selection::Tenant(tenant("acme"))).await;
    assert_eq!((dry.results, dry.embeddings), (2, 2));
    check(&rig, "acme", IVA, Miss).await;
    check(&rig, "default", IVA, ResultHit).await;
    let dry = invalidate(&rig, &Selection::Everything).await;
    assert_eq!((dry.results, dry.embeddings), (3, 3));
    assert_eq!(rig.cached(), (0, 0));
    for name in ["default", "acme"] {
        check(&rig, name, IVA, Miss).await;
    }
}

#[tokio::test]
async fn the_list_of_a_dry_run_is_bounded_and_its_total_is_not() {
    let rig = two_years().await;
    for number in 0..MAX_LISTED + 20 {
        rig.ask(&format!("{IVA} caso{number}")).await;
    }
    let dry = rig.engine.invalidate(&Selection::Everything, true).await.unwrap();
    assert_eq!(dry.results as usize, MAX_LISTED + 20);
    assert_eq!(dry.listed.unwrap().len(), MAX_LISTED);
    let ghost = Selection::Tenant(tenant("ghost"));
    for dry_run in [true, false] {
        let error = rig.engine.invalidate(&ghost, dry_run).await.unwrap_err();
        assert_eq!(error.code, Code::UnknownTenant);
    }
}

#[tokio::test]
async fn what_one_tenant_asks_makes_nothing_faster_for_another() {
    let rig = rig().await;
    let question = "dove si ritira la nuova tessera sanitaria";
    rig.embedder.take_calls();
    check(&rig, "acme", question, Miss).await;
    check(&rig, "default", question, Miss).await;
    // One for each tenant, and one for each restarted engine.
    assert_eq!(rig.embedder.take_calls().len(), 4);
    // Nor does a comparison, which is no tenant's, or a lookup after one.
    let other = "quali documenti servono per un passaporto";
    rig.engine.compare(question, other).await.unwrap();
    assert_eq!(rig.embedder.take_calls().concat().len(), 2);
    check(&rig, "default", other, Miss).await;
}

#[tokio::test]
async fn tenants_do_not_wait_for_one_call() {
    let rig = rig().await;
    let question = "dove si ritira la nuova tessera sanitaria";
    rig.embedder.take_calls();
    let closed = rig.embedder.door.write().await;
    let ask = |name: &'static str| {
        let engine = std::sync::Arc::clone(&rig.engine);
        tokio::spawn(async move { engine.lookup(question, of(name)).await.unwrap() })
    };
    let waiting = ["acme", "default", "acme"].map(ask);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(closed);
    for one in waiting {
        assert_eq!(one.await.unwrap().facts.cache, Miss);
    }
    assert_eq!(rig.embedder.take_calls().len(), 2, "one a tenant");
}
