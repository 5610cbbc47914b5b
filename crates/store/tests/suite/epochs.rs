//! Epochs: raised once by each commit that changes what is served, and by nothing else.

use std::collections::HashSet;

use futures::future::try_join_all;
use goldenset_core::Epoch;

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
    assert_eq!((a.epoch().await, a.store().tenants().await.unwrap().len()), (Epoch(0), 0));
    a.commit(vec![]).await.unwrap();
    assert_eq!(a.store().tenants().await.unwrap(), []);
    b.one(serve("x", &content("one"))).await;
    b.one(serve("x", &content("two"))).await;
    a.one(draft("x", &content("one"))).await;
    let tenants = golden.store().tenants().await.unwrap();
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
        assert!(set.epoch >= last);
        last = set.epoch;
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
