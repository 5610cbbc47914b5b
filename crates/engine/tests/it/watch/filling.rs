//! Drawn answers are written before their queue is full, however many lookups draw at a time.

use std::sync::Arc;
use std::time::Duration;

use goldenset_engine::Watch;
use goldenset_engine::scope::Options;

use super::{PHRASING, watch};
use crate::parts::Rig;

/// More than half of what may wait, so that the writer must be told, and less than all.
const BURST: usize = 700;
const TASKS: usize = 4;

async fn burst(watch: &Arc<Watch>) {
    let asking = (0..TASKS).map(|_| {
        let watch = Arc::clone(watch);
        tokio::spawn(async move {
            for _ in 0..BURST / TASKS {
                watch.lookup(PHRASING, Options::default()).await.unwrap();
            }
        })
    });
    for task in asking.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_writer_is_told_of_every_burst() {
    let rig = Rig::new().await;
    rig.publish("a", PHRASING, "Un mese.").await;
    let watch = Arc::new(watch(&rig.engine, 1.0));
    let writer = tokio::spawn({
        let watch = Arc::clone(&watch);
        async move { watch.run().await }
    });
    let written = async || rig.open("default").await.first().map_or(0, |item| item.times);
    for round in 0..10 {
        let before = written().await;
        burst(&watch).await;
        let mut waited = 0;
        while written().await == before {
            waited += 1;
            assert!(waited < 1000, "nobody told the writer in round {round}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        watch.flush().await.unwrap();
    }
    assert_eq!((written().await, watch.state().dropped), (10 * BURST as u64, 0));
    writer.abort();
}
