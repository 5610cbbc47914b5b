//! The bundled model, as it is shipped.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use futures::future::join_all;
use goldenset_core::canonical::Canonical;
use goldenset_core::embedding::MOST_WORDS;
use goldenset_core::ports::Embedder;
use goldenset_core::{Embedding, WordVectors};
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

async fn one(text: &str) -> Embedding {
    embedder().embed(&[text.into()]).await.unwrap().remove(0)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
    dot / (norm(a) * norm(b))
}

/// The bits of the vector, and the words as they are stored.
fn bits(embedding: &Embedding) -> (Vec<u32>, Vec<u8>) {
    (embedding.vector.iter().map(|x| x.to_bits()).collect(), embedding.words.encode())
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
        let ours = embedder.embed(&[Arc::clone(&text)]).await.unwrap().remove(0).vector;
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
    let check = |embeddings: Vec<Embedding>| {
        let embeddings: Vec<_> = embeddings.iter().map(bits).collect();
        assert!(embeddings == alone);
    };
    check(embedder().embed(&texts).await.unwrap());
    for embeddings in join_all((0..8).map(|_| embedder().embed(&texts))).await {
        check(embeddings.unwrap());
    }
}

#[tokio::test]
async fn long_texts_are_cut_by_tokens() {
    let long = "detrazione fiscale ".repeat(600);
    let before = embedder().model().clone();
    let [a, b] = [one(&format!("{long} casa")).await, one(&format!("{long} lavoro")).await];
    assert!(bits(&a) == bits(&b));
    assert!(bits(&a) != bits(&one("detrazione fiscale").await));
    assert_eq!(a.words.len(), MOST_WORDS);
    assert_eq!(&before, embedder().model());
}

#[tokio::test]
async fn odd_texts_have_vectors_too() {
    for text in ["", " ", "\u{0}", "🦀", "漢字", "a\u{301}\r\n\t", &"🦀".repeat(2000)] {
        let embedding = one(text).await;
        assert!(embedding.vector.len() == 384 && embedding.has_dimensions(384), "{text:?}");
        let blank = text.trim().is_empty();
        assert_eq!(embedding.words.is_empty(), blank, "{text:?}");
    }
}

/// Places of the canonical text, as it is what is embedded.
#[tokio::test]
async fn words_are_those_of_the_text() {
    let check = async |text: &str, expected: &[&str]| {
        let canonical = Canonical::of(text);
        let text = canonical.as_str();
        let words = one(text).await.words;
        let found: Vec<_> =
            words.iter().map(|word| &text[word.start as usize..word.end as usize]).collect();
        assert_eq!(found, expected);
        assert!(words.iter().all(|word| word.surprisal > 0.0 && word.scale > 0.0), "{text}");
        assert!(words.iter().all(|word| word.codes.iter().any(|code| code.abs() == 127)), "{text}");
    };
    check("Qual è l'aliquota IVA?", &["qual", "è", "l'aliquota", "iva"]).await;
    check("perché NON si può? città", &["perché", "non", "si", "può", "città"]).await;
    check("il 22 % di 1.000 €", &["il", "22%", "di", "1000", "eur"]).await;
    check("query: che cos'è 🦀crab👩‍🚀 漢字", &["query", "che", "cos'è", "🦀crab👩‍🚀", "漢字"]).await;
    check("don't re-open c++", &["don't", "re-open", "c++"]).await;
    check("x", &["x"]).await;
}

#[tokio::test]
async fn surprisal_is_that_of_the_pieces() {
    let file = include_str!("../../../models/e5-small-en-it/tokenizer.json");
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let vocabulary = file["model"]["vocab"].as_array().unwrap();
    let score = |piece: &str| {
        let found = vocabulary.iter().find(|known| known[0] == piece).unwrap();
        found[1].as_f64().unwrap() as f32
    };
    let words = one("di casa 🦀").await.words;
    let surprisals: Vec<f32> = words.iter().map(|word| word.surprisal).collect();
    let rarest = vocabulary.iter().map(|known| known[1].as_f64().unwrap()).fold(0.0, f64::min);
    let unknown = 10.0 - rarest as f32 - score("▁");
    assert_eq!(surprisals, [-score("▁di"), -score("▁casa"), unknown]);
    assert!(surprisals[0] < surprisals[1], "{surprisals:?}");
}

/// A word's vector depends on its text, and for the same word in like texts it is alike.
#[tokio::test]
async fn words_are_read_in_their_text() {
    let [account, river, money] = [
        one("how do i open a bank account").await,
        one("we sat on the river bank and fished").await,
        one("which bank has the best account").await,
    ]
    .map(|embedding| embedding.words);
    let vector = |words: &WordVectors, place: usize| -> Vec<f32> {
        let word = words.get(place).unwrap();
        word.codes.iter().map(|code| f32::from(*code) * word.scale).collect()
    };
    let bank = vector(&account, 5);
    let (near, far) = (cosine(&bank, &vector(&money, 1)), cosine(&bank, &vector(&river, 5)));
    let other = cosine(&bank, &vector(&account, 0));
    assert!(near > far && far > other, "{near} {far} {other}");
}

#[tokio::test]
async fn paraphrases_are_nearer_than_strangers() {
    let question = one("How do I reset my password?").await.vector;
    let near =
        cosine(&question, &one("I forgot my password, how can I get a new one?").await.vector);
    let far = cosine(&question, &one("When is the VAT return due?").await.vector);
    assert!(near > far + 0.05, "{near} {far}");
}
