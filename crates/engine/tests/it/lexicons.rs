//! Words that one tenant adds to those that guards know.

use std::sync::Arc;

use goldenset_core::TenantId;
use goldenset_core::decision::Decision;
use goldenset_core::guards::{Effect, GuardKind, Lexicon};
use goldenset_engine::scope::Options;
use goldenset_engine::{Engine, Parts};
use goldenset_store::SqliteStore;

use crate::parts::{TestClock, WordEmbedder, author, content, entry_id, settings, verifier};

const WORDS: &str = r#"
[[exclusive]]
name = "flavour"
en = [["vanilla"], ["pistachio"]]
"#;

#[tokio::test]
async fn hold_for_that_tenant_alone() {
    let embedder = Arc::new(WordEmbedder::of_model("words", 64));
    let tenant = TenantId::new("parlour").unwrap();
    let parts = Parts {
        store: Arc::new(SqliteStore::in_memory().await.unwrap()),
        verifier: verifier(&*embedder),
        embedder,
        lexicons: vec![(tenant.clone(), Lexicon::parse(WORDS).unwrap())],
        pair_judge: None,
        search: None,
        shared: None,
        clock: Arc::new(TestClock::new()),
    };
    let engine = Engine::start(parts, settings(), &|_, _| ()).await.unwrap();
    let engine = Arc::new(engine);
    let question = "how long does a tub of vanilla ice cream keep in the freezer";
    for tenant in ["default", "parlour"] {
        let said = content(question, "Two months.");
        engine.save(author(tenant), entry_id("vanilla"), said, true).await.unwrap();
    }
    let other = "how long does a tub of pistachio ice cream keep in the freezer";
    let refused = async |tenant: &TenantId| {
        let options = Options { tenant: Some(tenant.clone()), ..Options::default() };
        let looked = engine.lookup(other, options).await.unwrap();
        let result = looked.answer.result();
        assert_eq!(result.decision, Decision::Suggest);
        let mut guards = result.matches[0].guards.iter();
        guards.any(|one| one.kind == GuardKind::Exclusive && one.effect == Effect::Refuse)
    };
    assert!(refused(&tenant).await);
    assert!(!refused(&TenantId::default()).await);
    assert_ne!(engine.verifier_id(&tenant), engine.verifier_id(&TenantId::default()));
}
