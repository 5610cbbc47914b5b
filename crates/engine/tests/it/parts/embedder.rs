//! An embedder whose vectors are sums of one fixed random vector a word: texts that share words
//! are near, equal texts have equal vectors and words.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Embedding, Error, ModelId, Result};
use tokio::sync::RwLock;

/// What the embedder does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It does not answer.
    Away,
    /// One vector fewer than texts.
    TooFew,
    /// Vectors that are one number short.
    TooShort,
    /// Words that are one number short.
    ShortWords,
    /// A bug of its own.
    Panics,
}

pub(crate) struct WordEmbedder {
    model: ModelId,
    dimensions: usize,
    calls: Mutex<Vec<Vec<Arc<str>>>>,
    /// Made once: in long runs most of the time would go into it.
    made: Mutex<HashMap<String, Embedding>>,
    trouble: Mutex<Option<Trouble>>,
    /// Calls wait here while a test holds it for writing.
    pub(crate) door: RwLock<()>,
}

impl WordEmbedder {
    pub(crate) fn new(dimensions: usize) -> Self {
        Self::of_model("words", dimensions)
    }

    pub(crate) fn of_model(model: &str, dimensions: usize) -> Self {
        Self {
            model: ModelId::new(model).unwrap(),
            dimensions,
            calls: Mutex::default(),
            made: Mutex::default(),
            trouble: Mutex::default(),
            door: RwLock::default(),
        }
    }

    /// The texts of every call since the last time that this was asked.
    pub(crate) fn take_calls(&self) -> Vec<Vec<Arc<str>>> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    pub(crate) fn set_trouble(&self, trouble: Option<Trouble>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    pub(crate) fn embedding(&self, text: &str) -> Embedding {
        if let Some(made) = self.made.lock().unwrap().get(text) {
            return made.clone();
        }
        let embedding = self.make(text);
        self.made.lock().unwrap().insert(text.to_owned(), embedding.clone());
        embedding
    }

    fn make(&self, text: &str) -> Embedding {
        let mut sum = vec![0f32; self.dimensions];
        let mut words = WordVectorsBuilder::new(self.dimensions);
        let mut end = 0;
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let start = end;
            end += word.len() as u32;
            let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            if !word.is_empty() {
                let vector = self.word(word);
                sum.iter_mut().zip(&vector).for_each(|(sum, number)| *sum += number);
                words.push(start..start + word.len() as u32, word.len() as f32, &vector);
            }
        }
        let norm = sum.iter().map(|number| number * number).sum::<f32>().sqrt().max(1e-6);
        Embedding { vector: sum.iter().map(|number| number / norm).collect(), words: words.build() }
    }

    fn word(&self, word: &str) -> Vec<f32> {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        let mut state = hasher.finish();
        let number = |_| {
            state = split_mix(state);
            if state >> 63 == 0 { 1.0 } else { -1.0 }
        };
        (0..self.dimensions).map(number).collect()
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn split_mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[async_trait]
impl Embedder for WordEmbedder {
    fn model(&self) -> &ModelId {
        &self.model
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        self.calls.lock().unwrap().push(texts.to_vec());
        let _open = self.door.read().await;
        let trouble = *self.trouble.lock().unwrap();
        let mut embeddings: Vec<_> = texts.iter().map(|text| self.embedding(text)).collect();
        match trouble {
            None => {}
            Some(Trouble::Away) => {
                return Err(Error::new(Code::EmbeddingUnavailable, "the provider is away"));
            }
            Some(Trouble::TooFew) => drop(embeddings.pop()),
            Some(Trouble::TooShort) => {
                embeddings.iter_mut().for_each(|one| one.vector = one.vector[1..].into());
            }
            Some(Trouble::ShortWords) => {
                let short = Self::new(self.dimensions - 1);
                embeddings
                    .iter_mut()
                    .zip(texts)
                    .for_each(|(one, text)| one.words = short.embedding(text).words);
            }
            Some(Trouble::Panics) => panic!("the provider has a bug"),
        }
        Ok(embeddings)
    }
}
