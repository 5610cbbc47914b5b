//! The bundled model, as it is shipped.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use futures::future::join_all;
use goldenset_core::ports::{Embedder, Vector};
use goldenset_embed::{LocalEmbedder, LocalOptions};
use serde::Deserialize;

/// One load for all tests.
fn embedder() -> &'static LocalEmbedder {
    static EMBEDDER: OnceLock<LocalEmbedder> = OnceLock::new();
    EMBEDDER.get_or_init(|| {
        let workers = NonZeroUsize::new(3).unwrap();
        let options = LocalOptions { workers, ..LocalOptions::default() };
        LocalEmbedder::bundled(options).unwrap()
    })
}

async fn one(text: &str) -> Vector {
    embedder().embed(&[text.into()]).await.unwrap().remove(0)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
    dot / (norm(a) * norm(b))
}

fn bits(vector: &[f32]) -> Vec<u32> {
    vector.iter().map(|x| x.to_bits()).collect()
}

#[tokio::test]
async fn says_what_it_is() {
    let id = embedder().model().as_str();
    let parts: Vec<&str> = id.split('/').collect();
    assert_eq!((parts[0], parts[1].len(), parts[2]), ("e5-small-en-it", 8, "384"), "{id}");
    assert_eq!(embedder().dimensions(), 384);
    assert!(embedder().embed(&[]).await.unwrap().is_empty());
}

/// `tests/data/reference.json` comes from onnxruntime 1.32 and the Python tokenizers on the same
/// files: another implementation of every step. The tokens must be the same; quantised kernels
/// round differently, which leaves the vectors within 0.998 of each other.
#[tokio::test]
async fn agrees_with_another_runtime() {
    #[derive(Deserialize)]
    struct Reference {
        text: Arc<str>,
        tokens: u64,
        vector: Vec<f32>,
    }
    let references: Vec<Reference> =
        serde_json::from_str(include_str!("data/reference.json")).unwrap();
    let embedder = LocalEmbedder::bundled(LocalOptions::default()).unwrap();
    let mut tokens_before = 0;
    for Reference { text, tokens, vector } in references {
        let ours = embedder.embed(&[Arc::clone(&text)]).await.unwrap().remove(0);
        let norm = ours.iter().map(|x| x * x).sum::<f32>();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
        let cosine = cosine(&ours, &vector);
        assert!(cosine > 0.995, "{text}: {cosine}");
        let stats = embedder.stats().snapshot();
        assert_eq!(stats.tokens - tokens_before, tokens, "{text}");
        tokens_before = stats.tokens;
    }
    let stats = embedder.stats().snapshot();
    assert_eq!((stats.calls, stats.texts, stats.retries, stats.failures), (2, 2, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_text_gives_the_same_bits_alone_in_a_batch_and_under_load() {
    let texts: Vec<Arc<str>> = [
        "How do I reset my password?",
        "IVA",
        "Qual è il termine per la presentazione della dichiarazione dei redditi nel 2024?",
        "x",
        "How do I reset my password?",
    ]
    .map(Arc::from)
    .to_vec();
    let mut alone = Vec::new();
    for text in &texts {
        alone.push(bits(&one(text).await));
    }
    assert_eq!(alone[0], alone[4]);
    let check = |vectors: Vec<Vector>| {
        let vectors: Vec<_> = vectors.iter().map(|vector| bits(vector)).collect();
        assert_eq!(vectors, alone);
    };
    check(embedder().embed(&texts).await.unwrap());
    for vectors in join_all((0..8).map(|_| embedder().embed(&texts))).await {
        check(vectors.unwrap());
    }
}

#[tokio::test]
async fn long_texts_are_cut_by_tokens() {
    let long = "detrazione fiscale ".repeat(600);
    let before = embedder().model().clone();
    let [a, b] = [one(&format!("{long} casa")).await, one(&format!("{long} lavoro")).await];
    assert_eq!(bits(&a), bits(&b));
    assert_ne!(bits(&a), bits(&one("detrazione fiscale").await));
    assert_eq!(&before, embedder().model());
}

#[tokio::test]
async fn odd_texts_have_vectors_too() {
    for text in ["", " ", "\u{0}", "🦀", "漢字", "a\u{301}\r\n\t", &"🦀".repeat(2000)] {
        assert_eq!(one(text).await.len(), 384, "{text:?}");
    }
}

#[tokio::test]
async fn paraphrases_are_nearer_than_strangers() {
    let question = one("How do I reset my password?").await;
    let near = cosine(&question, &one("I forgot my password, how can I get a new one?").await);
    let far = cosine(&question, &one("When is the VAT return due?").await);
    assert!(near > far + 0.05, "{near} {far}");
}
