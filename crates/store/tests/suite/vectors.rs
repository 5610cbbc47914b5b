//! Vectors: bits kept, models apart, added later.

use goldenset_core::ports::EntryChange;
use goldenset_core::{Code, EntryContent, Epoch};

use super::kit::{Golden, content, draft, id, serve, vectors};

pub(crate) async fn bits_survive(golden: Golden) {
    let content = EntryContent { alternatives: vec!["other".into()], ..content("one") };
    let odd = [f32::NAN, -0.0, f32::MIN_POSITIVE / 3.0, f32::INFINITY, 0.1, 1.0, f32::MIN];
    let vectors = vec![odd.as_slice().into(), [0.25; 7].as_slice().into()];
    golden.one(EntryChange::Save { id: id("a"), content, publish: Some(vectors.clone()) }).await;
    let found = golden.served().await.entries.remove(0).vectors.unwrap();
    let bits = |vectors: &[goldenset_core::ports::Vector]| -> Vec<Vec<u32>> {
        vectors.iter().map(|vector| vector.iter().map(|value| value.to_bits()).collect()).collect()
    };
    assert_eq!(bits(&found), bits(&vectors));
}

pub(crate) async fn models_are_apart(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("b", &content("two"))).await;
    let other = golden.with_model("model-b");
    let set = other.served().await;
    assert_eq!(set.entries.len(), 2);
    assert!(set.entries.iter().all(|entry| entry.vectors.is_none()));
    let added = vectors(&other.model, &content("two"));
    let new = vec![(id("b"), 1, added.clone())];
    golden.store().add_vectors(&golden.tenant, &other.model, new).await.unwrap();
    let set = other.served().await;
    let found: Vec<_> = set.entries.into_iter().map(|entry| entry.vectors).collect();
    assert_eq!((set.epoch, found), (Epoch(2), vec![None, Some(added)]));
    let own = golden.served().await.entries.remove(1).vectors;
    assert_eq!(own, Some(vectors(&golden.model, &content("two"))));
}

pub(crate) async fn added_vectors_keep_what_is_there(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(draft("a", &content("two"))).await;
    let (one, two) =
        (vectors(&golden.model, &content("one")), vectors(&golden.model, &content("two")));
    let new = vec![(id("a"), 1, two.clone()), (id("a"), 2, two.clone())];
    golden.store().add_vectors(&golden.tenant, &golden.model, new).await.unwrap();
    assert_eq!(golden.served().await.entries[0].vectors.as_ref(), Some(&one));
    golden.one(serve("a", &content("two"))).await;
    assert_eq!(golden.served().await.entries[0].vectors.as_ref(), Some(&two));
}

pub(crate) async fn publishing_brings_its_own_vectors(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("a", &content("two"))).await;
    let other = vectors(&golden.model, &content("other"));
    let back = EntryChange::Publish { id: id("a"), version: 1, vectors: other.clone() };
    golden.one(back).await;
    assert_eq!(golden.served().await.entries[0].vectors.as_ref(), Some(&other));
}

pub(crate) async fn adding_is_all_or_nothing(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    let other = golden.with_model("model-b");
    let vectors = vectors(&other.model, &content("one"));
    for (bad, version) in [("a", 2), ("b", 1)] {
        let new = vec![(id("a"), 1, vectors.clone()), (id(bad), version, vectors.clone())];
        let refused = golden.store().add_vectors(&golden.tenant, &other.model, new).await;
        assert_eq!(refused.unwrap_err().code, Code::UnknownVersion);
    }
    let elsewhere = golden.of_tenant("other");
    let new = vec![(id("a"), 1, vectors.clone())];
    let refused = golden.store().add_vectors(&elsewhere.tenant, &other.model, new).await;
    assert_eq!(refused.unwrap_err().code, Code::UnknownVersion);
    assert_eq!(other.served().await.entries[0].vectors, None);
}
