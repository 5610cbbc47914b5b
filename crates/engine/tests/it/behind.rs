//! A node that is behind the search: others have published, and the search knows it already.

use std::sync::Arc;

use goldenset_core::TenantId;
use goldenset_core::ports::{Embedder, Store, VectorSearch};
use goldenset_engine::scope::Options;
use goldenset_store::SqliteStore;

use crate::parts::{LaggingSearch, Outside, Rig, entry_id, without_caches};

const QUERY: &str = "Quanto dura il periodo di preavviso di dimissioni?";

/// Two nodes; the search knows everything.
struct Nodes {
    first: Rig,
    second: Rig,
    search: Arc<LaggingSearch>,
}

impl Nodes {
    async fn start() -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
        let search = Arc::new(LaggingSearch::new(Arc::clone(&store), 1));
        let outside = Outside { search: Some(Arc::clone(&search)), ..Outside::default() };
        let node = || Rig::sharing(Arc::clone(&store), without_caches(), &outside);
        Self { first: node().await.unwrap(), second: node().await.unwrap(), search }
    }

    /// What the second node does not know yet.
    async fn publish(&self, number: usize) {
        let id = format!("p{number}");
        let question = format!("Quanto dura il preavviso di dimissioni numero {number}?");
        self.first.publish(&id, &question, "Un mese.").await;
        let model = self.first.embedder.model().clone();
        self.search.sync(&TenantId::default(), &model, 0, &|_, _| ()).await.unwrap();
    }
}

#[tokio::test]
async fn it_catches_up_and_goes_on_whatever_it_was_asked() {
    let nodes = Nodes::start().await;
    let Nodes { first, second, .. } = &nodes;
    second.publish("preavviso", "Quanto dura il preavviso?", "Un mese.").await;
    // Its set has an entry, so that there is something to search.
    let options = || Options { min_similarity: Some(0.0), ..Options::default() };
    assert_eq!(second.ask_with(QUERY, options()).await.answer.result().matches.len(), 1);

    nodes.publish(1).await;
    let listed = second.ask_with(QUERY, options()).await.answer;
    let plain = first.restarted().await.lookup(QUERY, options()).await.unwrap();
    assert_eq!(listed.body(), plain.answer.body());
    assert_eq!(listed.result().matches.len(), 2);

    nodes.publish(2).await;
    assert_eq!(second.engine.explain(QUERY, options(), 10).await.unwrap().len(), 3);

    nodes.publish(3).await;
    let id = entry_id("preavviso");
    second.engine.compare_entry(QUERY, &id, options()).await.unwrap();

    nodes.publish(4).await;
    // The gate of a publish searches too.
    let question = "Quanto dura il preavviso di un dirigente?";
    second.publish("dirigente", question, "Sei mesi.").await;
    assert_eq!(second.engine.tenants()[&TenantId::default()].entries, 6);
}
