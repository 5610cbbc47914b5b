//! What a commit refuses, and that it then leaves no trace.

use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::EntryChange;
use goldenset_core::{Code, Epoch};

use super::kit::{Golden, content, draft, embeddings, id, publish, retire, serve, served};

pub(crate) async fn names_what_is_missing(golden: Golden) {
    let one = content("one");
    assert_eq!(golden.refused(retire("a")).await, Code::UnknownEntry);
    assert_eq!(golden.refused(publish("a", 1, &one)).await, Code::UnknownEntry);
    golden.one(draft("a", &one)).await;
    assert_eq!(golden.refused(retire("a")).await, Code::NotPublished);
    for version in [0, 2, u32::MAX] {
        assert_eq!(golden.refused(publish("a", version, &one)).await, Code::UnknownVersion);
    }
    golden.one(publish("a", 1, &one)).await;
    golden.one(retire("a")).await;
    assert_eq!(golden.refused(retire("a")).await, Code::NotPublished);
    let (store, unknown) = (golden.store(), id("b"));
    let entry = store.entry(&golden.tenant, &unknown).await;
    assert_eq!(entry.unwrap_err().code, Code::UnknownEntry);
    let versions = store.versions(&golden.tenant, &unknown).await;
    assert_eq!(versions.unwrap_err().code, Code::UnknownEntry);
}

pub(crate) async fn failing_change_undoes_the_commit(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("b", &content("one"))).await;
    let log = golden.backend.log().await;
    let bad = [retire("missing"), publish("b", 7, &content("one"))];
    for bad in bad {
        let changes = vec![
            serve("a", &content("two")),
            draft("new", &content("x")),
            bad,
            serve("z", &content("z")),
        ];
        golden.commit(changes.clone()).await.unwrap_err();
        assert_eq!(golden.serves().await, served(&[("a", 1), ("b", 1)]));
        assert_eq!(golden.epoch().await, Epoch(2));
        let page = golden.store().entries(&golden.tenant, None, 10).await.unwrap();
        assert!(
            page.iter().map(|record| (record.id.as_str(), record.version)).eq([("a", 1), ("b", 1)])
        );
        golden.of_tenant("other").commit(changes).await.unwrap_err();
    }
    let tenants = golden.tenants().await;
    assert_eq!(tenants, [(golden.tenant.clone(), Epoch(2))]);
    if let (Some(before), Some(after)) = (log, golden.backend.log().await) {
        assert_eq!((before.journal, before.audit), (after.journal, after.audit));
    }
    golden.one(serve("a", &content("two"))).await;
    assert_eq!(golden.serves().await, served(&[("a", 2), ("b", 1)]));
}

pub(crate) async fn vectors_must_match_phrasings(golden: Golden) {
    let content = content("one");
    let full = embeddings(&golden.model, &content);
    golden.one(draft("a", &content)).await;
    let mut uneven = full.clone();
    uneven[1].vector = vec![1.0; 7].into();
    let mut other_words = full.clone();
    let mut word = WordVectorsBuilder::new(7);
    word.push(0..1, 1.0, &[1.0; 7]);
    other_words[2].words = word.build();
    let twice = [full.clone(), full.clone()].concat();
    for wrong in [vec![], full[1..].to_vec(), twice, uneven, other_words] {
        let (id, embeddings) = (id("a"), wrong.clone());
        let change = EntryChange::Publish {
            id: id.clone(),
            version: 1,
            embeddings,
            reapprove: false,
            rolls_back: false,
        };
        assert_eq!(golden.refused(change).await, Code::Internal);
        let change = EntryChange::Save {
            id: id.clone(),
            content: content.clone(),
            publish: Some(wrong.clone()),
        };
        assert_eq!(golden.refused(change).await, Code::Internal);
        let added = golden
            .store()
            .add_embeddings(&golden.tenant, &golden.model, vec![(id, 1, wrong)])
            .await;
        assert_eq!(added.unwrap_err().code, Code::Internal);
    }
    assert_eq!(golden.serves().await, served(&[]));
}

pub(crate) async fn entry_occurs_once(golden: Golden) {
    let changes = vec![draft("a", &content("one")), serve("a", &content("two"))];
    assert_eq!(golden.commit(changes).await.unwrap_err().code, Code::Internal);
    assert_eq!(golden.tenants().await, []);
}
