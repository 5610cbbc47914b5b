//! Runs one hot function a fixed number of times under callgrind: see `scripts/instructions`, which
//! counts what happens inside the functions whose names begin with `measured_`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot start should stop there, loudly"
)]

mod rig;

use std::hint::black_box;

use goldenset_core::ModelId;
use goldenset_core::canonical::Canonical;
use goldenset_core::verifier::{Candidate, EntryProfile, Verifier, Weights};
use goldenset_engine::transfer::{Format, Reading, read_rows};
use goldenset_engine::{CacheStatus, Engine};
use tokio::runtime::Runtime;

use rig::{DIMENSIONS, PARAPHRASE, WordEmbedder, engine, lookup, phrasing};

/// Times that each is run; the script divides by it.
const CALLS: usize = 200;
const ENTRIES: usize = 1_000;
const DEMO: &[u8] = include_bytes!("../../../demo/entries.jsonl");
const WEIGHTS: &str = include_str!("../../../models/e5-small-en-it/score.json");
/// Near to many entries of the demo, a phrasing of none, with values of four kinds.
const QUESTION: &str = "Quanti giorni di preavviso deve dare un impiegato di IV livello con 6 anni \
                        di anzianità, se si dimette il 15 marzo 2024?";
const CANDIDATES: usize = 10;

fn main() {
    // From cargo alone comes another word, and nothing to do.
    match std::env::args().nth(1).as_deref() {
        Some("signature_hit") => {
            let (engine, phrasing) = (set(), phrasing(8));
            lookup(&engine, &phrasing, CacheStatus::SignatureHit);
            measured_signature_hit(&engine, &phrasing);
        }
        Some("result_hit") => {
            let engine = set();
            lookup(&engine, PARAPHRASE, CacheStatus::ResultHit);
            measured_result_hit(&engine);
        }
        Some("guards_verifier") => guards_verifier(),
        _ => println!("calls {CALLS}"),
    }
}

fn set() -> std::sync::Arc<Engine> {
    engine(&Runtime::new().unwrap(), ENTRIES, true)
}

#[inline(never)]
fn measured_signature_hit(engine: &Engine, phrasing: &str) {
    for _ in 0..CALLS {
        black_box(lookup(engine, black_box(phrasing), CacheStatus::SignatureHit));
    }
}

#[inline(never)]
fn measured_result_hit(engine: &Engine) {
    for _ in 0..CALLS {
        black_box(lookup(engine, black_box(PARAPHRASE), CacheStatus::ResultHit));
    }
}

/// The question prepared and held against its ten nearest entries of the demo, with the weights that
/// are shipped and vectors that are made.
fn guards_verifier() {
    let weights = Weights::parse(WEIGHTS).unwrap();
    let model = ModelId::new(weights.model.clone()).unwrap();
    let embedder = WordEmbedder::of_model(model.as_str(), DIMENSIONS);
    let verifier = Verifier::new(weights, &model).unwrap();
    let canonical = Canonical::of(QUESTION);
    let question = embedder.embedding(canonical.as_str());
    let mut entries: Vec<(f32, EntryProfile)> = Vec::new();
    for (_, content) in &read_rows(Format::Jsonl, Reading::default(), DEMO).unwrap().rows {
        let phrasings = content.phrasings().map(Canonical::of);
        let made: Vec<_> = phrasings.map(|text| embedder.embedding(text.as_str())).collect();
        let dot = |a: &[f32]| a.iter().zip(&*question.vector).map(|(a, b)| a * b).sum::<f32>();
        let similarity = made.iter().map(|one| dot(&one.vector)).fold(-1.0, f32::max);
        entries.push((similarity, verifier.entry(content, made.iter().map(|one| &one.words))));
    }
    entries.sort_by(|a, b| b.0.total_cmp(&a.0));
    let candidate = |(similarity, profile)| Candidate { profile, similarity };
    let nearest = entries.iter().map(|(similarity, profile)| (*similarity, profile));
    let candidates: Vec<_> = nearest.take(CANDIDATES).map(candidate).collect();
    // Words are stemmed once a thread.
    let profile = verifier.question(&canonical, &question.words);
    black_box(verifier.judge(&profile, &candidates, CANDIDATES));
    measured_guards_verifier(&verifier, &canonical, &question.words, &candidates);
}

#[inline(never)]
fn measured_guards_verifier(
    verifier: &Verifier,
    canonical: &Canonical,
    words: &goldenset_core::embedding::WordVectors,
    candidates: &[Candidate<'_>],
) {
    for _ in 0..CALLS {
        let question = verifier.question(black_box(canonical), black_box(words));
        assert_eq!(
            black_box(verifier.judge(&question, black_box(candidates), CANDIDATES)).len(),
            CANDIDATES
        );
    }
}
