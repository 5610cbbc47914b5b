//! Epochs: raised once by each commit that changes what is served, and by nothing else.

use std::collections::HashSet;

use futures::future::try_join_all;
use goldenset_core::{Epoch, EpochStamp};
use jiff::{SignedDuration, Timestamp};

use super::kit::{Golden, content, draft, retire, serve};

pub(crate) async fn rise_once_a_commit_that_serves(golden: Golden) {
    let (one, two) = (content("one"), content("two"));
    let steps = [
        (vec![], 0),
        (vec![draft("a", &one)], 0),
        (vec![serve("a", &one), serve("b", &one), draft("c", &one)], 1),
        (vec![serve("a", &one), serve("b", &one)], 1),
        (vec![serve("a", &one), serve("b", &two)], 2),
        (vec![draft("a", &two)], 2),
        (vec![retire("a"), retire("b")], 3),
        (vec![draft("b", &one)], 3),
        (vec![], 3),
    ];
    for (changes, epoch) in steps {
        let commit = golden.commit(changes).await.unwrap();
        assert_eq!((commit.epoch, golden.epoch().await), (Epoch(epoch), Epoch(epoch)));
    }
}

pub(crate) async fn are_per_tenant(golden: Golden) {
    let (b, a) = (golden.of_tenant("b"), golden.of_tenant("a"));
    assert_eq!((a.epoch().await, a.tenants().await.len()), (Epoch(0), 0));
    a.commit(vec![]).await.unwrap();
    assert_eq!(a.tenants().await, []);
    b.one(serve("x", &content("one"))).await;
    b.one(serve("x", &content("two"))).await;
    a.one(draft("x", &content("one"))).await;
    let tenants = golden.tenants().await;
    assert_eq!(tenants, [(a.tenant.clone(), Epoch(0)), (b.tenant.clone(), Epoch(2))]);
    a.one(serve("x", &content("one"))).await;
    assert_eq!((a.epoch().await, b.epoch().await), (Epoch(1), Epoch(2)));
}

pub(crate) async fn none_is_lost_among_concurrent_commits(golden: Golden) {
    const TASKS: u64 = 8;
    const COMMITS: u64 = 12;
    let task = |task: u64| {
        let golden = golden.clone();
        tokio::spawn(async move {
            let mut epochs = Vec::new();
            for number in 0..COMMITS {
                // All tasks write one entry together, and each one of its own.
                let text = content(&format!("{task} {number}"));
                let changes = vec![serve("shared", &text), serve(&format!("own {task}"), &text)];
                epochs.push(golden.commit(changes).await.unwrap().epoch);
            }
            epochs
        })
    };
    let epochs = try_join_all((0..TASKS).map(task)).await.unwrap();
    assert!(epochs.iter().all(|own| own.is_sorted()));
    let distinct: HashSet<_> = epochs.into_iter().flatten().collect();
    assert_eq!(distinct, (1..=TASKS * COMMITS).map(Epoch).collect());
    assert_eq!(golden.epoch().await, Epoch(TASKS * COMMITS));
    let newest = golden.serves().await.into_iter().find(|(id, _)| id == "shared");
    assert_eq!(newest.map(|(_, version)| u64::from(version)), Some(TASKS * COMMITS));
}

pub(crate) async fn reads_see_whole_commits(golden: Golden) {
    let writer = golden.clone();
    let writing = tokio::spawn(async move {
        for number in 1..=40 {
            let text = content(&format!("text {number}"));
            writer.commit(vec![serve("a", &text), serve("b", &text)]).await.unwrap();
        }
    });
    let mut last = Epoch(0);
    loop {
        let finished = writing.is_finished();
        let set = golden.served().await;
        assert!(set.stamp.epoch >= last);
        last = set.stamp.epoch;
        if last > Epoch(0) {
            let text = content(&format!("text {}", last.0));
            assert_eq!(set.entries.len(), 2);
            assert!(
                set.entries.iter().all(|entry| entry.content == text && entry.embeddings.is_some())
            );
        }
        if finished {
            break;
        }
    }
    writing.await.unwrap();
    assert_eq!(last, Epoch(40));
}

/// The golden set, `seconds` later.
fn later(golden: &Golden, seconds: i64) -> Golden {
    Golden { at: golden.at + SignedDuration::from_secs(seconds), ..golden.clone() }
}

pub(crate) async fn say_when_they_came(golden: Golden) {
    assert_eq!(golden.served().await.stamp, EpochStamp::default());
    golden.one(draft("a", &content("one"))).await;
    let before_all = EpochStamp { epoch: Epoch(0), committed: Timestamp::UNIX_EPOCH };
    assert_eq!(golden.served().await.stamp, before_all);
    for number in 1..=3 {
        let golden = later(&golden, i64::try_from(number).unwrap());
        golden.one(serve("a", &content(&format!("text {number}")))).await;
        let stamp = EpochStamp { epoch: Epoch(number), committed: golden.at };
        assert_eq!(golden.served().await.stamp, stamp);
        assert_eq!(golden.store().tenants().await.unwrap(), [(golden.tenant.clone(), stamp)]);
    }
}

pub(crate) async fn changes_are_told_to_who_was_there(golden: Golden) {
    let mut stamps = vec![EpochStamp::default()];
    for (number, change) in [serve("a", &content("one")), serve("b", &content("two")), retire("a")]
        .into_iter()
        .enumerate()
    {
        later(&golden, i64::try_from(number).unwrap()).one(change).await;
        stamps.push(golden.served().await.stamp);
    }
    let since = async |stamp: EpochStamp, most: usize| {
        let store = golden.store();
        let changes = store.published_since(&golden.tenant, &golden.model, stamp, most);
        let changes = changes.await.unwrap()?;
        assert_eq!(changes.stamp, stamps[3]);
        let entries = changes.entries.into_iter().map(|(id, version)| {
            let version = version.map(|published| published.version);
            (id.to_string(), version)
        });
        Some(entries.collect::<Vec<_>>())
    };
    let (a, b) = (("a".to_owned(), None), ("b".to_owned(), Some(1)));
    assert_eq!(since(stamps[0], 2).await, Some(vec![a.clone(), b.clone()]));
    assert_eq!(since(stamps[0], 1).await, None, "more than that");
    assert_eq!(since(stamps[1], 2).await, Some(vec![a.clone(), b]));
    assert_eq!(since(stamps[2], 2).await, Some(vec![a]));
    assert_eq!(since(stamps[3], 2).await, Some(vec![]));
    // Of another history: as many changes, at another time.
    for &stamp in &stamps {
        let committed = stamp.committed + SignedDuration::from_micros(1);
        assert_eq!(since(EpochStamp { committed, ..stamp }, 2).await, None);
    }
    assert_eq!(since(EpochStamp { epoch: Epoch(4), committed: golden.at }, 2).await, None);
}
