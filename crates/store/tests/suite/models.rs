//! Embedding models: which one lookups use, what is kept of each.

use goldenset_core::ports::{KeptModel, ModelSwitch};
use goldenset_core::{Code, ModelId};

use super::kit::{Golden, content, draft, embeddings, id, serve};

fn model(name: &str) -> ModelId {
    ModelId::new(name).unwrap()
}

fn switch(golden: &Golden, from: &str, to: &str) -> ModelSwitch {
    ModelSwitch { model: model(to), former: model(from), by: golden.actor.clone(), at: golden.at }
}

pub(crate) async fn switches_rest_on_what_is_in_use(golden: Golden) {
    let store = golden.store();
    assert_eq!(store.model_switch().await.unwrap(), None);
    let first = switch(&golden, "model-a", "model-b");
    store.switch_model(&first).await.unwrap();
    assert_eq!(store.model_switch().await.unwrap(), Some(first.clone()));
    // Two at once: the second has not seen the first.
    let blind = store.switch_model(&switch(&golden, "model-a", "model-c")).await.unwrap_err();
    assert_eq!((blind.code, blind.field.as_deref()), (Code::VersionConflict, Some("model")));
    assert_eq!(store.model_switch().await.unwrap(), Some(first));
    let back = switch(&golden, "model-b", "model-a");
    store.switch_model(&back).await.unwrap();
    assert_eq!(store.model_switch().await.unwrap(), Some(back));
    if let Some(log) = golden.backend.log().await {
        let told = log.audit.iter().filter(|line| line.contains("model_switched"));
        assert_eq!(told.count(), 2, "{:?}", log.audit);
    }
}

pub(crate) async fn what_is_served_without_vectors_is_listed(golden: Golden) {
    let store = golden.store();
    let elsewhere = golden.of_tenant("other");
    golden.one(serve("b", &content("two"))).await;
    golden.one(serve("a", &content("one"))).await;
    // A later version that is no more than a draft.
    golden.one(draft("a", &content("later"))).await;
    golden.one(draft("c", &content("never"))).await;
    elsewhere.one(serve("a", &content("there"))).await;
    let listed = async |name: &str, most: usize| -> Vec<String> {
        let bare = store.bare_versions(&model(name), most).await.unwrap();
        bare.iter().map(|one| format!("{} {} {}", one.tenant, one.id, one.version)).collect()
    };
    assert_eq!(listed("model-a", 10).await, [""; 0]);
    assert_eq!(listed("model-b", 10).await, ["default a 1", "default b 1", "other a 1"]);
    assert_eq!(listed("model-b", 2).await, ["default a 1", "default b 1"]);
    let bare = store.bare_versions(&model("model-b"), 1).await.unwrap().remove(0);
    let said = content("one");
    assert_eq!(bare.phrasings, said.phrasings().collect::<Vec<_>>());
    let made = vec![(id("a"), 1, embeddings(&model("model-b"), &said))];
    store.add_embeddings(&golden.tenant, &model("model-b"), made).await.unwrap();
    assert_eq!(listed("model-b", 10).await, ["default b 1", "other a 1"]);
    assert_eq!(store.served_entries().await.unwrap(), 3);
    let kept = |name, entries| KeptModel { model: model(name), entries };
    assert_eq!(store.kept_models().await.unwrap(), [kept("model-a", 3), kept("model-b", 1)]);
}

pub(crate) async fn a_model_that_is_dropped_leaves_the_others(golden: Golden) {
    let store = golden.store();
    golden.one(serve("a", &content("one"))).await;
    let made = vec![(id("a"), 1, embeddings(&model("model-b"), &content("one")))];
    store.add_embeddings(&golden.tenant, &model("model-b"), made).await.unwrap();
    store.switch_model(&switch(&golden, "model-a", "model-b")).await.unwrap();
    let used = store.drop_model(&model("model-b"), "anna", golden.at).await.unwrap_err();
    assert_eq!(used.code, Code::VersionConflict);
    assert_eq!(
        golden.with_model("model-b").served().await.entries[0].embeddings.as_ref().unwrap().len(),
        3
    );
    assert_eq!(store.drop_model(&model("model-a"), "anna", golden.at).await.unwrap(), 3);
    assert_eq!(golden.served().await.entries[0].embeddings, None);
    assert!(golden.with_model("model-b").served().await.entries[0].embeddings.is_some());
    assert_eq!(store.drop_model(&model("model-a"), "anna", golden.at).await.unwrap(), 0);
    if let Some(log) = golden.backend.log().await {
        let told: Vec<_> = log.audit.iter().filter(|line| line.contains("model_dropped")).collect();
        assert!(told.len() == 1 && told[0].contains("model-a"), "{:?}", log.audit);
    }
}
