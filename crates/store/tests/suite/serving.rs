//! What is served after publishing, retiring and publishing again.

use goldenset_core::{EntryStatus, Epoch};

use super::kit::{Golden, content, draft, embeddings, id, publish, retire, serve, served};

pub(crate) async fn publish_serves_the_version(golden: Golden) {
    golden.one(draft("a", &content("one"))).await;
    golden.one(draft("a", &content("two"))).await;
    let later = golden.at("2026-02-02T02:02:02.000002Z");
    let applied = later.one(publish("a", 1, &content("one"))).await;
    assert_eq!((applied.version, applied.published_version), (2, Some(1)));
    assert_eq!((applied.changed, applied.status), (true, EntryStatus::Published));
    let set = golden.served().await;
    let entry = &set.entries[0];
    assert_eq!((set.stamp.epoch, entry.version, &entry.content), (Epoch(1), 1, &content("one")));
    assert_eq!(entry.published_at, later.at);
    assert_eq!(entry.embeddings, Some(embeddings(&golden.model, &content("one"))));
    let written = golden.store().versions(&golden.tenant, &id("a")).await.unwrap();
    assert_eq!(written[1].created_at, golden.at);
}

pub(crate) async fn publishing_what_is_served_writes_nothing(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    let later = golden.at("2027-01-01T00:00:00Z");
    let commit = later.commit(vec![publish("a", 1, &content("one"))]).await.unwrap();
    assert_eq!((commit.epoch, commit.applied[0].changed), (Epoch(1), false));
    assert_eq!(commit.applied[0].published_version, Some(1));
    assert_eq!(golden.served().await.entries[0].published_at, golden.at);
}

pub(crate) async fn unchanged_head_can_be_published(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(draft("a", &content("two"))).await;
    let commit = golden.commit(vec![serve("a", &content("two"))]).await.unwrap();
    assert_eq!((commit.epoch, commit.applied[0].version), (Epoch(2), 2));
    assert!(commit.applied[0].changed);
    assert_eq!(golden.serves().await, served(&[("a", 2)]));
    assert_eq!(golden.store().versions(&golden.tenant, &id("a")).await.unwrap().len(), 2);
}

pub(crate) async fn older_version_comes_back(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("a", &content("two"))).await;
    let later = golden.at("2026-03-03T03:03:03Z");
    let applied = later.one(publish("a", 1, &content("one"))).await;
    assert_eq!((applied.version, applied.published_version), (2, Some(1)));
    let set = golden.served().await;
    assert_eq!((set.stamp.epoch, set.entries[0].version), (Epoch(3), 1));
    assert_eq!((&set.entries[0].content, set.entries[0].published_at), (&content("one"), later.at));
    // The newest version is another, so saying the same as the served one is a new version.
    let saved = golden.one(serve("a", &content("one"))).await;
    assert_eq!((saved.version, saved.published_version), (3, Some(3)));
}

pub(crate) async fn retired_is_not_served_and_can_return(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("b", &content("two"))).await;
    let applied = golden.one(retire("a")).await;
    assert_eq!((applied.version, applied.changed), (1, true));
    assert_eq!((applied.status, applied.published_version), (EntryStatus::Retired, None));
    assert_eq!((golden.serves().await, golden.epoch().await), (served(&[("b", 1)]), Epoch(3)));
    let record = golden.store().entry(&golden.tenant, &id("a")).await.unwrap();
    assert_eq!((record.status, record.published_version), (EntryStatus::Retired, None));
    assert_eq!((record.content, record.published_at), (content("one"), Some(golden.at)));

    let unchanged = golden.one(draft("a", &content("one"))).await;
    assert_eq!((unchanged.changed, unchanged.status), (false, EntryStatus::Retired));
    let drafted = golden.one(draft("a", &content("new"))).await;
    assert_eq!((drafted.version, drafted.status), (2, EntryStatus::Retired));
    assert_eq!(golden.serves().await, served(&[("b", 1)]));

    golden.one(publish("a", 1, &content("one"))).await;
    assert_eq!(golden.serves().await, served(&[("a", 1), ("b", 1)]));
    golden.one(retire("a")).await;
    let saved = golden.one(serve("a", &content("new"))).await;
    assert_eq!((saved.version, saved.status), (2, EntryStatus::Published));
    assert_eq!(golden.serves().await, served(&[("a", 2), ("b", 1)]));
    assert_eq!(golden.epoch().await, Epoch(6));
}

pub(crate) async fn served_are_in_order_of_ids(golden: Golden) {
    let ids = ["b", "a", "A", "é", "z", "10", "9", "ab", "a b", "ﬁ", "😀", "\u{e000}"];
    golden.commit(ids.iter().map(|id| serve(id, &content(id))).collect()).await.unwrap();
    let mut sorted = ids;
    sorted.sort_unstable();
    let set = golden.served().await;
    assert!(set.entries.iter().map(|entry| entry.id.as_str()).eq(sorted));
    assert!(set.entries.iter().all(|entry| entry.content == content(entry.id.as_str())));
}
