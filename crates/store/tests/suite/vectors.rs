//! Embeddings: bits kept, models apart, added later.

use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::EntryChange;
use goldenset_core::{Code, Embedding, EntryContent, Epoch, Vector};

use super::kit::{Golden, content, draft, embeddings, id, serve};

pub(crate) async fn bits_survive(golden: Golden) {
    let content = EntryContent { alternatives: vec!["other".into()], ..content("one") };
    let odd = [f32::NAN, -0.0, f32::MIN_POSITIVE / 3.0, f32::INFINITY, 0.1, 1.0, f32::MIN];
    let mut words = WordVectorsBuilder::new(7);
    for (place, size) in (0..).zip([1.0, 0.0, f32::MIN_POSITIVE, f32::MAX]) {
        let vector = [1.0, -1.0, 0.5, -0.1, 0.0, -0.0, 0.004].map(|number: f32| number * size);
        words.push(place * 9..u32::MAX - place, 0.1 + place as f32, &vector);
    }
    let one = Embedding { vector: odd.as_slice().into(), words: words.build() };
    let embeddings = vec![one, Vector::from([0.25; 7]).into()];
    let publish = Some(embeddings.clone());
    golden.one(EntryChange::Save { id: id("a"), content, publish }).await;
    let found = golden.served().await.entries.remove(0).embeddings.unwrap();
    let bits = |embeddings: &[Embedding]| -> Vec<(Vec<u32>, Vec<u8>)> {
        let vector = |one: &Embedding| one.vector.iter().map(|value| value.to_bits()).collect();
        embeddings.iter().map(|one| (vector(one), one.words.encode())).collect()
    };
    assert_eq!(bits(&found), bits(&embeddings));
    assert!(found[1].words.is_empty() && found[0].words.len() == 4);
}

pub(crate) async fn models_are_apart(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("b", &content("two"))).await;
    let other = golden.with_model("model-b");
    let set = other.served().await;
    assert_eq!(set.entries.len(), 2);
    assert!(set.entries.iter().all(|entry| entry.embeddings.is_none()));
    let added = embeddings(&other.model, &content("two"));
    let new = vec![(id("b"), 1, added.clone())];
    golden.store().add_embeddings(&golden.tenant, &other.model, new).await.unwrap();
    let set = other.served().await;
    let found: Vec<_> = set.entries.into_iter().map(|entry| entry.embeddings).collect();
    assert_eq!((set.stamp.epoch, found), (Epoch(2), vec![None, Some(added)]));
    let own = golden.served().await.entries.remove(1).embeddings;
    assert_eq!(own, Some(embeddings(&golden.model, &content("two"))));
}

pub(crate) async fn added_vectors_keep_what_is_there(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(draft("a", &content("two"))).await;
    let (one, two) =
        (embeddings(&golden.model, &content("one")), embeddings(&golden.model, &content("two")));
    let new = vec![(id("a"), 1, two.clone()), (id("a"), 2, two.clone())];
    golden.store().add_embeddings(&golden.tenant, &golden.model, new).await.unwrap();
    assert_eq!(golden.served().await.entries[0].embeddings.as_ref(), Some(&one));
    golden.one(serve("a", &content("two"))).await;
    assert_eq!(golden.served().await.entries[0].embeddings.as_ref(), Some(&two));
}

pub(crate) async fn publishing_brings_its_own_vectors(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("a", &content("two"))).await;
    let other = embeddings(&golden.model, &content("other"));
    let (entry, embeddings) = (id("a"), other.clone());
    let back = EntryChange::Publish {
        id: entry,
        version: 1,
        embeddings,
        reapprove: false,
        rolls_back: false,
    };
    golden.one(back).await;
    assert_eq!(golden.served().await.entries[0].embeddings.as_ref(), Some(&other));
}

pub(crate) async fn adding_is_all_or_nothing(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    let other = golden.with_model("model-b");
    let embeddings = embeddings(&other.model, &content("one"));
    for (bad, version) in [("a", 2), ("b", 1)] {
        let new = vec![(id("a"), 1, embeddings.clone()), (id(bad), version, embeddings.clone())];
        let refused = golden.store().add_embeddings(&golden.tenant, &other.model, new).await;
        assert_eq!(refused.unwrap_err().code, Code::UnknownVersion);
    }
    let elsewhere = golden.of_tenant("other");
    let new = vec![(id("a"), 1, embeddings.clone())];
    let refused = golden.store().add_embeddings(&elsewhere.tenant, &other.model, new).await;
    assert_eq!(refused.unwrap_err().code, Code::UnknownVersion);
    assert_eq!(other.served().await.entries[0].embeddings, None);
}
