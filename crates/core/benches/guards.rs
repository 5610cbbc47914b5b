//! What a question costs before any entry is looked at: its canonical form and its values; and
//! what one entry costs then. `cargo bench -p goldenset-core`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use goldenset_core::canonical::Canonical;
use goldenset_core::guards::{EntrySlots, Slots, check};

/// Questions by length and language: few words, a sentence of the usual 85 bytes, a story.
const QUESTIONS: &[(&str, &str)] = &[
    ("it_terse", "preavviso IV livello commercio"),
    (
        "it_usual",
        "Quanti giorni di preavviso spettano al 4° livello CCNL Commercio con 3 anni e 6 mesi?",
    ),
    (
        "it_long",
        "Buongiorno, lavoro da 6 anni in un'azienda con più di 50 dipendenti, il CCNL è quello del \
         commercio e sono al quarto livello. Il 15 marzo 2024 ho avuto un'influenza di nove giorni \
         e sul cedolino vedo il 50 per cento per i primi giorni e il 66,66% per gli altri: chi \
         paga, l'INPS o l'azienda, secondo l'art. 2110 c.c. e il D.L. 663/1979?",
    ),
    ("en_terse", "Pro plan rate limit 2025"),
    (
        "en_usual",
        "How many days of annual leave can I carry over from 2024 into 2025 under section 4.2?",
    ),
    (
        "en_long",
        "My flight from Rome landed more than three hours late on July 8 and cost me an extra \
         hotel night of €140. The airline offers a voucher of 25 percent that is valid for 12 \
         months, and I would rather have the money. Does Article 7 of EU Regulation 261/2004 let \
         me claim $600, and by when must I write to them after the second reminder?",
    ),
];

fn questions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("question");
    for (name, question) in QUESTIONS {
        let canonical = Canonical::of(question);
        group.bench_function(format!("canonical/{name}"), |bench| {
            bench.iter(|| Canonical::of(black_box(question)));
        });
        group.bench_function(format!("slots/{name}"), |bench| {
            bench.iter(|| Slots::of(black_box(&canonical)));
        });
        group.bench_function(format!("extract/{name}"), |bench| {
            bench.iter(|| Slots::extract(black_box(question)));
        });
        group.bench_function(format!("locate/{name}"), |bench| {
            bench.iter(|| Slots::locate(black_box(question)));
        });
    }
    group.finish();
}

fn entries(criterion: &mut Criterion) {
    let phrasings = [
        "Quanto preavviso deve dare un impiegato di IV livello del commercio?",
        "Dimissioni CCNL Commercio, 4° livello: giorni di preavviso fino a 5 anni di anzianità",
    ];
    let support = [
        "Fino a 5 anni di anzianità il preavviso è di **15 giorni** di calendario, da 5 a 10 anni \
         di 20 giorni, oltre di 30 giorni.",
        "art. 241 CCNL Terziario 2024",
    ];
    let entry = EntrySlots::new(phrasings, support);
    let mut group = criterion.benchmark_group("entry");
    for (name, question) in QUESTIONS {
        let question = Slots::extract(question);
        group.bench_function(format!("check/{name}"), |bench| {
            bench.iter(|| check(black_box(&question), black_box(&entry)));
        });
    }
    group.finish();
}

criterion_group!(benches, questions, entries);
criterion_main!(benches);
