//! What verification costs after the search: a question and an entry prepared, and a question held
//! against five and ten candidates. `cargo bench -p goldenset-core --bench verifier`.
//!
//! Word vectors are made, not a model's, in their real size: 384 numbers a word, one direction a
//! word with some of its neighbours mixed in, so that equal words of two texts are alike at about
//! 0.8 and other ones hardly. The weights are those that are shipped.

#![allow(clippy::unwrap_used, reason = "a bench that cannot start should stop there, loudly")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use goldenset_core::canonical::Canonical;
use goldenset_core::embedding::{WordVectors, WordVectorsBuilder};
use goldenset_core::verifier::{Candidate, EntryProfile, Verifier, Weights};
use goldenset_core::{EntryContent, ModelId, Validity};

const WEIGHTS: &str = include_str!("../../../models/e5-small-en-it/score.json");

/// Leaves open which year is meant.
const OPEN: &str = "Quali sono le aliquote IRPEF per gli scaglioni di reddito da lavoro dipendente \
                    dei residenti in Italia con figli a carico?";
/// Names it.
const NAMED: &str = "Quali aliquote IRPEF si applicano nel 2024 agli scaglioni di reddito da lavoro \
                     dipendente per i residenti in Italia con figli a carico?";

/// Entries of ten to sixteen content words, the nearest first. The first two differ in one year.
const ENTRIES: [&str; 10] = [
    "Quali sono nel 2024 le aliquote IRPEF per gli scaglioni di reddito da lavoro dipendente dei \
     residenti in Italia con figli a carico?",
    "Quali sono nel 2023 le aliquote IRPEF per gli scaglioni di reddito da lavoro dipendente dei \
     residenti in Italia con figli a carico?",
    "Quali detrazioni IRPEF spettano sul reddito da lavoro dipendente ai residenti in Italia con \
     coniuge e figli a carico?",
    "Quali aliquote IRPEF si applicano al reddito da pensione dei residenti all'estero senza altri \
     redditi in Italia?",
    "Come si calcola l'addizionale regionale IRPEF sul reddito da lavoro dipendente per chi cambia \
     residenza durante l'anno?",
    "Quale aliquota sostitutiva si applica ai premi di risultato dei lavoratori dipendenti con \
     reddito fino a 80.000 euro?",
    "Quali scaglioni di reddito danno diritto all'assegno unico per i figli a carico fino a 21 anni?",
    "Come funziona la tassazione separata del trattamento di fine rapporto per i lavoratori \
     dipendenti residenti in Italia?",
    "Quando il sostituto d'imposta effettua il conguaglio IRPEF sul reddito da lavoro dipendente \
     dell'anno precedente?",
    "Quali redditi da lavoro autonomo occasionale sono esenti dai contributi previdenziali fino a \
     5.000 euro l'anno?",
];

/// Numbers from −1 to 1 that depend on the word alone (splitmix64).
fn direction(word: &str, dimensions: usize) -> impl Iterator<Item = f32> {
    let mut state = word.bytes().fold(1_u64, |state, b| state.wrapping_mul(31) + u64::from(b));
    (0..dimensions).map(move |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    })
}

/// Vectors of the words of a canonical text around `mean`.
fn words(text: &Canonical, mean: &[f32]) -> WordVectors {
    let text = text.as_str();
    let all: Vec<&str> = text.split(' ').collect();
    let mut builder = WordVectorsBuilder::new(mean.len());
    let mut start = 0;
    for (place, word) in all.iter().enumerate() {
        let mut vector: Vec<f32> = mean.to_vec();
        let near = all[place.saturating_sub(1)..(place + 2).min(all.len())].iter();
        for (word, share) in near.map(|near| (near, 0.25)).chain([(word, 0.5)]) {
            for (number, step) in vector.iter_mut().zip(direction(word, mean.len())) {
                *number += share * step;
            }
        }
        let end = start + word.len() as u32;
        builder.push(start..end, 2.0 + word.len() as f32, &vector);
        start = end + 1;
    }
    builder.build()
}

fn content(question: &str) -> EntryContent {
    EntryContent {
        question: question.into(),
        alternatives: vec![question.replace("Quali sono", "Mi dite")],
        answer: "Le aliquote sono del 23, 35 e 43 per cento; gli scaglioni arrivano a 28.000 e a \
                 50.000 euro. Le detrazioni per i figli da 21 a 30 anni restano a parte."
            .into(),
        references: vec!["art. 11 DPR 917/1986".into()],
        category: None,
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    }
}

fn verification(criterion: &mut Criterion) {
    let weights = Weights::parse(WEIGHTS).unwrap();
    let mean = weights.word_mean.clone();
    let model = ModelId::new(weights.model.clone()).unwrap();
    let verifier = Verifier::new(weights, &model).unwrap();
    let vectors = |text: &str| words(&Canonical::of(text), &mean);
    let entry = |question: &str| {
        let content = content(question);
        let words: Vec<_> = content.phrasings().map(vectors).collect();
        (content, words)
    };
    let profiles: Vec<EntryProfile> = ENTRIES
        .iter()
        .map(|question| {
            let (content, words) = entry(question);
            verifier.entry(&content, &words)
        })
        .collect();
    let candidates: Vec<_> = profiles
        .iter()
        .zip(0_u8..)
        .map(|(profile, place)| Candidate {
            profile,
            similarity: 0.95 - 0.01 * f32::from(place / 2),
        })
        .collect();

    let mut group = criterion.benchmark_group("prepare");
    for (name, text) in [("open", OPEN), ("named", NAMED)] {
        let (canonical, words) = (Canonical::of(text), vectors(text));
        group.bench_function(format!("question/{name}"), |bench| {
            bench.iter(|| verifier.question(black_box(&canonical), black_box(&words)));
        });
    }
    let (content, words) = entry(ENTRIES[0]);
    group.bench_function("entry", |bench| {
        bench.iter(|| verifier.entry(black_box(&content), black_box(&words)));
    });
    group.finish();

    let mut group = criterion.benchmark_group("judge");
    for (name, text) in [("open", OPEN), ("named", NAMED)] {
        let question = verifier.question(&Canonical::of(text), &vectors(text));
        for count in [5, 10] {
            let candidates = &candidates[..count];
            // The one question leaves the year open between two entries, the other does not.
            let open = verifier.judge(&question, candidates, candidates.len());
            let open = open.iter().filter(|verdict| verdict.open.is_some()).count();
            assert_eq!(open, if name == "open" { 2 } else { 0 }, "{name}");
            group.bench_function(format!("{count}/{name}"), |bench| {
                bench.iter(|| {
                    verifier.judge(black_box(&question), black_box(candidates), candidates.len())
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, verification);
criterion_main!(benches);
