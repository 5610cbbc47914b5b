//! Embeddings: bits kept, models apart, added later.

use async_trait::async_trait;
use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::{EntryChange, PublishedParts, PublishedVersion};
use goldenset_core::{Code, Embedding, EntryContent, Epoch, Error, Result, Vector, VersionNumber};

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

/// More than is handed over or written at a time.
pub(crate) async fn large_sets_come_in_parts(golden: Golden) {
    const ENTRIES: usize = 1300;
    let name = |number: usize| format!("e{number:04}");
    let said = |number: usize| EntryContent {
        alternatives: vec![format!("other {number}"); number % 3],
        tags: vec!["x".into(); number % 2],
        ..content(&format!("question {number}"))
    };
    let changes = (0..ENTRIES).map(|number| serve(&name(number), &said(number)));
    let commit = golden.commit(changes.collect()).await.unwrap();
    assert_eq!((commit.applied.len(), commit.created.len()), (ENTRIES, ENTRIES));
    let mut parts = Parts::default();
    let read = golden.store().hand_published(&golden.tenant, &golden.model, &mut parts).await;
    assert_eq!(read.unwrap().stamp.epoch, Epoch(1));
    assert!(parts.0.len() > 2 && parts.0.iter().all(|part| !part.is_empty()));
    let handed = parts.0.concat();
    assert_eq!(handed.len(), ENTRIES);
    let whole = golden.served().await.entries;
    for (number, (handed, whole)) in handed.into_iter().zip(whole).enumerate() {
        assert_eq!((handed.id.as_str(), &handed.content), (&*name(number), &said(number)));
        let (vectors, all) = (handed.embeddings.unwrap(), embeddings(&golden.model, &said(number)));
        assert!(vectors.iter().zip(&all).all(|(one, other)| one.vector == other.vector));
        assert!(vectors.len() == all.len() && vectors.iter().all(|one| one.words.is_empty()));
        assert_eq!(whole.embeddings, Some(all));
    }
    // Whoever takes them may end it.
    let mut full = Full;
    let read = golden.store().hand_published(&golden.tenant, &golden.model, &mut full).await;
    assert_eq!(read.unwrap_err().code, Code::Overloaded);
}

#[derive(Default)]
struct Parts(Vec<Vec<PublishedVersion>>);

#[async_trait]
impl PublishedParts for Parts {
    async fn take(&mut self, part: Vec<PublishedVersion>) -> Result<()> {
        self.0.push(part);
        Ok(())
    }
}

struct Full;

#[async_trait]
impl PublishedParts for Full {
    async fn take(&mut self, _: Vec<PublishedVersion>) -> Result<()> {
        Err(Error::new(Code::Overloaded, "full"))
    }
}

pub(crate) async fn words_come_by_version(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("a", &content("two words"))).await;
    let longer = EntryContent { alternatives: vec!["b c".into()], ..content("three") };
    golden.one(serve("b", &longer)).await;
    let store = golden.store();
    let words = async |model, versions: &[(&str, VersionNumber)]| {
        let versions: Vec<_> = versions.iter().map(|(name, number)| (id(name), *number)).collect();
        store.words(&golden.tenant, model, &versions).await.unwrap()
    };
    let of = |content: &EntryContent| {
        let embeddings = embeddings(&golden.model, content).into_iter();
        Some(embeddings.map(|one| one.words).collect::<Vec<_>>())
    };
    let asked = [("b", 1), ("a", 2), ("none", 1), ("a", 1), ("a", 3)];
    let expected = [of(&longer), of(&content("two words")), None, of(&content("one")), None];
    assert_eq!(words(&golden.model, &asked).await, expected);
    assert!(words(&golden.model, &[]).await.is_empty());
    assert_eq!(words(&golden.with_model("model-b").model, &asked[..1]).await, vec![None]);
    let other = golden.of_tenant("other");
    assert_eq!(
        store.words(&other.tenant, &golden.model, &[(id("a"), 1)]).await.unwrap(),
        vec![None]
    );
}
