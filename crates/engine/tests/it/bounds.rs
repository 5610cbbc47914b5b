//! What bounds the caches: time and bytes.

use goldenset_engine::{CacheLimits, CacheStatus, Settings};
use jiff::SignedDuration;

use crate::parts::{Rig, settings};

use CacheStatus::{EmbeddingHit, Miss, ResultHit};

const QUERY: &str = "Quanto dura il periodo di preavviso di dimissioni?";

async fn rig(results: CacheLimits, embeddings: CacheLimits) -> Rig {
    let rig = Rig::with(Settings { results, embeddings, ..settings() }).await;
    rig.publish("e", "Quanto dura il preavviso di dimissioni?", "a").await;
    rig
}

fn minutes(minutes: i64) -> CacheLimits {
    CacheLimits { ttl: SignedDuration::from_mins(minutes), ..settings().results }
}

fn bytes(bytes: u64) -> CacheLimits {
    CacheLimits { bytes, ..settings().results }
}

#[tokio::test]
async fn what_is_cached_expires() {
    let rig = rig(minutes(5), minutes(60)).await;
    assert_eq!(rig.tier(QUERY).await, Miss);
    // Time to live is shortened by a tenth at most, so that not all goes at once.
    rig.clock.advance(SignedDuration::from_secs(4 * 60 + 29));
    assert_eq!(rig.tier(QUERY).await, ResultHit);
    rig.clock.advance(SignedDuration::from_secs(31));
    assert_eq!(rig.tier(QUERY).await, EmbeddingHit);
    rig.clock.advance(SignedDuration::from_mins(55));
    assert_eq!(rig.tier(QUERY).await, Miss);
}

#[tokio::test]
async fn a_hit_does_not_renew() {
    let rig = rig(minutes(5), minutes(60)).await;
    assert_eq!(rig.tier(QUERY).await, Miss);
    for _ in 0..4 {
        rig.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(rig.tier(QUERY).await, ResultHit);
    }
    rig.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(rig.tier(QUERY).await, EmbeddingHit);
    for _ in 0..10 {
        rig.clock.advance(SignedDuration::from_secs(5 * 60 + 1));
        assert_eq!(rig.tier(QUERY).await, EmbeddingHit);
    }
    rig.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(rig.tier(QUERY).await, Miss);
}

#[tokio::test]
async fn zero_turns_a_cache_off() {
    for (results, embeddings, second) in [
        (minutes(0), minutes(60), EmbeddingHit),
        (minutes(5), minutes(0), ResultHit),
        (minutes(0), minutes(0), Miss),
        (bytes(0), bytes(0), Miss),
    ] {
        let rig = rig(results, embeddings).await;
        assert_eq!(rig.tier(QUERY).await, Miss);
        assert_eq!(rig.tier(QUERY).await, second, "{results:?} {embeddings:?}");
    }
}

#[tokio::test]
async fn the_longest_time_to_live_is_no_fault() {
    let longest = CacheLimits { ttl: SignedDuration::MAX, ..settings().results };
    let rig = rig(longest, longest).await;
    assert_eq!(rig.tier(QUERY).await, Miss);
    rig.clock.advance(SignedDuration::from_hours(1_000_000));
    // The day is another, so the result is.
    assert_eq!(rig.tier(QUERY).await, EmbeddingHit);
}

#[tokio::test]
async fn the_caches_keep_to_their_size() {
    const LIMIT: u64 = 64 << 10;
    /// A vector of the test embedder.
    const VECTOR_BYTES: usize = 64 * size_of::<f32>();
    let rig = rig(bytes(LIMIT), bytes(LIMIT)).await;
    let mut smallest = usize::MAX;
    for number in 0..2_000 {
        let looked = rig.ask(&format!("{QUERY} caso{number}")).await;
        smallest = smallest.min(looked.answer.body().len());
        let (results, embeddings) = rig.cached();
        assert!(results * smallest <= LIMIT as usize, "{results} results");
        assert!(embeddings * VECTOR_BYTES <= LIMIT as usize, "{embeddings} embeddings");
    }
    let (results, embeddings) = rig.cached();
    assert!(results > 10 && embeddings > 10, "{results} results, {embeddings} embeddings");
    assert_eq!(rig.tier(QUERY).await, Miss, "the oldest went first");
}

#[tokio::test]
async fn a_change_makes_results_unseen_and_leaves_embeddings() {
    let rig = rig(minutes(5), minutes(60)).await;
    assert_eq!(rig.tier(QUERY).await, Miss);
    rig.publish("other", "How do I close my account?", "a").await;
    assert_eq!(rig.tier(QUERY).await, EmbeddingHit);
    assert_eq!(rig.tier(QUERY).await, ResultHit);
}
