//! What a question costs before any entry is looked at: its canonical form and its values; what an
//! entry costs when it is published, and what it costs to hold a question against five.
//! `cargo bench -p goldenset-core --bench guards`.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop there, loudly")]

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

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

/// Question, alternative, answer and reference of entries that are near one another.
const ENTRIES: [[&str; 4]; 5] = [
    [
        "Quanto preavviso deve dare un impiegato di IV livello del commercio?",
        "Dimissioni CCNL Commercio, 4° livello: giorni di preavviso fino a 5 anni di anzianità",
        "Fino a 5 anni di anzianità il preavviso è di **15 giorni** di calendario, da 5 a 10 anni \
         di 20 giorni, oltre di 30 giorni.",
        "art. 241 CCNL Terziario 2024",
    ],
    [
        "Quanti giorni di preavviso spettano al 3° livello del commercio in caso di licenziamento?",
        "Licenziamento, III livello Commercio: preavviso oltre i 10 anni di anzianità",
        "Fino a 5 anni di anzianità 30 giorni, da 5 a 10 anni 45 giorni, oltre 60 giorni.",
        "art. 247 CCNL Terziario 2024",
    ],
    [
        "Come viene pagata la malattia dopo il terzo giorno nel commercio?",
        "Indennità di malattia CCNL Commercio dal 4° al 20° giorno",
        "L'INPS paga il 50 % dal 4° al 20° giorno e il 66,66 % dal 21°; il datore integra al 75 %.",
        "art. 2110 c.c.; D.L. 663/1979",
    ],
    [
        "How many unused leave days may I carry over from 2024 into 2025?",
        "Carrying annual leave over to the next year under section 4.2 of the handbook",
        "Up to 5 days, to be taken by 31 March 2025; the rest is lost unless you were ill.",
        "Employee handbook, section 4.2",
    ],
    [
        "What compensation is due for a flight that lands more than three hours late?",
        "Delay of 3 hours or more: how much under EU Regulation 261/2004?",
        "€250 up to 1,500 km, €400 up to 3,500 km, €600 beyond; vouchers only if you agree.",
        "Article 7 of Regulation (EC) No 261/2004",
    ],
];

fn questions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("question");
    for (name, question) in QUESTIONS {
        let canonical = Canonical::of(question);
        group.bench_function(format!("canonical/{name}"), |bench| {
            bench.iter(|| Canonical::of(black_box(question)));
        });
        group.bench_function(format!("signature/{name}"), |bench| {
            bench.iter(|| Canonical::of(black_box(question)).signature());
        });
        group.bench_function(format!("slots/{name}"), |bench| {
            bench.iter(|| Slots::of(black_box(&canonical)));
        });
        // With words that this thread has not stemmed before.
        group.bench_function(format!("slots_of_new_words/{name}"), |bench| {
            bench.iter_custom(|times| (0..times).map(|_| in_new_thread(&canonical)).sum());
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

fn in_new_thread(canonical: &Canonical) -> Duration {
    let measured = thread::scope(|scope| {
        let slots = || {
            let start = Instant::now();
            black_box(Slots::of(black_box(canonical)));
            start.elapsed()
        };
        scope.spawn(slots).join()
    });
    measured.unwrap()
}

fn entries(criterion: &mut Criterion) {
    let slots = |[question, alternative, answer, reference]: [&str; 4]| {
        EntrySlots::new([question, alternative], [answer, reference])
    };
    let five = ENTRIES.map(slots);
    let mut group = criterion.benchmark_group("entry");
    group.bench_function("slots", |bench| bench.iter(|| slots(black_box(ENTRIES[0]))));
    for (name, question) in QUESTIONS {
        let question = Slots::extract(question);
        group.bench_function(format!("check_five/{name}"), |bench| {
            bench.iter(|| {
                for entry in &five {
                    black_box(check(black_box(&question), entry));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, questions, entries);
criterion_main!(benches);
