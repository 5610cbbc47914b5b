//! What can happen: lookups, changes, time.

use goldenset_core::{EntryContent, TenantId, Validity};
use goldenset_engine::scope::{Filters, KbEpoch, Options};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::scoring::{Scoring, scoring};

/// Questions of callers and of entries. Some are spellings of one question, some paraphrases,
/// some look-alikes that must not be served, some no questions at all.
pub(super) const QUESTIONS: [&str; 20] = [
    "Quanto dura il preavviso di dimissioni?",
    "quanto dura  il PREAVVISO di dimissioni",
    "Quanto dura il periodo di preavviso di dimissioni?",
    "Quanto dura il preavviso di licenziamento?",
    "L'aliquota IVA ordinaria è il 22 %?",
    "l'aliquota iva ordinaria è il 22 per cento",
    "L'aliquota IVA ordinaria è il 10 %?",
    "È il 22% l'aliquota IVA ordinaria?",
    "How do I reset my account password?",
    "how do i reset my account password",
    "How can I reset my account password?",
    "How do I not reset my account password?",
    "How do I close my account?",
    "Quando scade il modello F24 nel 2024?",
    "Quando scade il modello F24 nel 2025?",
    "Quando si versa con il modello F24?",
    "Where do migrating birds sleep?",
    "password",
    "?!",
    "",
];

/// The first so many are questions that an entry can have.
const ENTRY_QUESTIONS: usize = 17;
const CATEGORIES: [&str; 2] = ["lavoro", "fisco"];
const TAGS: [&str; 2] = ["new", "old"];
const LANGS: [&str; 2] = ["it", "en"];
const ENTRIES: [&str; 6] = ["e1", "e2", "e3", "e4", "e5", "e6"];
const TENANTS: [&str; 2] = ["default", "acme"];
/// Never changed, so it does not exist.
const NOBODY: &str = "nobody";

/// The clock starts on the evening of this day.
const TODAY: Date = date(2024, 3, 30);

/// One step of a run.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Lookup(usize, Ask),
    /// The lookup so many before the last one once more.
    Again(usize),
    /// The question of the lookup so many before the last one, with other options.
    Otherwise(usize, Ask),
    Batch(Vec<usize>, Ask),
    Save {
        tenant: &'static str,
        id: &'static str,
        content: EntryContent,
        publish: bool,
    },
    Import {
        tenant: &'static str,
        rows: Vec<(&'static str, EntryContent)>,
        publish: bool,
    },
    Publish {
        tenant: &'static str,
        id: &'static str,
        version: Option<u32>,
    },
    Retire {
        tenant: &'static str,
        id: &'static str,
    },
    Calibrate {
        tenant: &'static str,
        scoring: Scoring,
    },
    UndoCalibration {
        tenant: &'static str,
    },
    Wait(Wait),
}

/// How the time goes on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wait {
    Seconds(i64),
    /// To one second after the next midnight in Rome.
    Midnight,
}

/// Options of a lookup, as many callers would send them.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) tenant: Option<&'static str>,
    pub(super) min_similarity: Option<f64>,
    pub(super) max_results: Option<usize>,
    pub(super) filters: Filters,
    pub(super) as_of: Option<Date>,
    pub(super) kb_epoch: Option<KbEpoch>,
}

impl Ask {
    pub(super) fn options(&self) -> Options {
        Options {
            tenant: self.tenant.map(|name| TenantId::new(name).unwrap()),
            min_similarity: self.min_similarity,
            max_results: self.max_results,
            filters: self.filters.clone(),
            as_of: self.as_of,
            kb_epoch: self.kb_epoch,
        }
    }
}

/// A golden set, and what then happens to it.
pub(super) fn run() -> impl Strategy<Value = Vec<Step>> {
    let set = prop::collection::vec(save(), 2..5);
    (set, prop::collection::vec(step(), 1..60))
        .prop_map(|(set, steps)| set.into_iter().chain(steps).collect())
}

/// Lookups are the most frequent, above all repeated ones: only they can come out of a cache.
fn step() -> impl Strategy<Value = Step> {
    let question = 0..QUESTIONS.len();
    prop_oneof![
        6 => (question.clone(), ask()).prop_map(|(question, ask)| Step::Lookup(question, ask)),
        8 => (0usize..6).prop_map(Step::Again),
        4 => (0usize..4, ask()).prop_map(|(back, ask)| Step::Otherwise(back, ask)),
        2 => (prop::collection::vec(question, 0..6), ask())
            .prop_map(|(questions, ask)| Step::Batch(questions, ask)),
        4 => save(),
        1 => (tenant(), rows(), prop::bool::weighted(0.8))
            .prop_map(|(tenant, rows, publish)| Step::Import { tenant, rows, publish }),
        2 => (tenant(), id(), prop::option::of(1u32..4))
            .prop_map(|(tenant, id, version)| Step::Publish { tenant, id, version }),
        1 => (tenant(), id()).prop_map(|(tenant, id)| Step::Retire { tenant, id }),
        2 => (tenant(), scoring(&CATEGORIES))
            .prop_map(|(tenant, scoring)| Step::Calibrate { tenant, scoring }),
        1 => tenant().prop_map(|tenant| Step::UndoCalibration { tenant }),
        2 => wait().prop_map(Step::Wait),
    ]
}

fn save() -> impl Strategy<Value = Step> {
    (tenant(), id(), entry_content(), prop::bool::weighted(0.8))
        .prop_map(|(tenant, id, content, publish)| Step::Save { tenant, id, content, publish })
}

fn wait() -> impl Strategy<Value = Wait> {
    prop_oneof![
        Just(Wait::Seconds(1)),
        Just(Wait::Seconds(100)),
        Just(Wait::Seconds(299)),
        Just(Wait::Seconds(301)),
        Just(Wait::Seconds(3601)),
        Just(Wait::Midnight),
    ]
}

fn tenant() -> impl Strategy<Value = &'static str> {
    prop_oneof![5 => Just(TENANTS[0]), 1 => Just(TENANTS[1])]
}

fn id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&ENTRIES[..])
}

/// Each entry once, as a file that was read has them.
fn rows() -> impl Strategy<Value = Vec<(&'static str, EntryContent)>> {
    let ids = prop::sample::subsequence(&ENTRIES[..], 0..4);
    ids.prop_flat_map(|ids| {
        ids.into_iter().map(|id| (Just(id), entry_content())).collect::<Vec<_>>()
    })
}

/// A usual value for most callers, so that lookups repeat.
fn mostly<T: Clone + std::fmt::Debug + 'static>(
    usual: T,
    other: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = T> {
    prop_oneof![6 => Just(usual), 1 => other]
}

fn ask() -> impl Strategy<Value = Ask> {
    let tenants = [TENANTS[0], TENANTS[1], TENANTS[1], TENANTS[1], NOBODY];
    (
        mostly(None, prop::sample::select(tenants.to_vec()).prop_map(Some)),
        mostly(None, prop::sample::select(vec![Some(0.0), Some(0.9), Some(1.0), Some(f64::NAN)])),
        mostly(None, prop::sample::select(vec![Some(1), Some(2), Some(100), Some(0)])),
        prop_oneof![Just(Filters::default()), filters()],
        mostly(None, day().prop_map(Some)),
        prop_oneof![Just(None), kb_epoch().prop_map(Some)],
    )
        .prop_map(|(tenant, min_similarity, max_results, filters, as_of, kb_epoch)| Ask {
            tenant,
            min_similarity,
            max_results,
            filters,
            as_of,
            kb_epoch,
        })
}

fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    // With repetitions and in any order, which must make no difference.
    prop::collection::vec(prop::sample::select(values).prop_map(str::to_owned), 0..3)
}

fn filters() -> impl Strategy<Value = Filters> {
    let rarely = |values| mostly(vec![], some_of(values));
    (some_of(&CATEGORIES), rarely(&TAGS), rarely(&LANGS))
        .prop_map(|(category, tags, lang)| Filters { category, tags, lang })
}

fn day() -> impl Strategy<Value = Date> {
    (-3i32..=3).prop_map(|days| TODAY + jiff::Span::new().days(days))
}

fn kb_epoch() -> impl Strategy<Value = KbEpoch> {
    prop_oneof![
        3 => Just(KbEpoch::Day(date(2024, 1, 1))),
        1 => Just(KbEpoch::Moment("2024-03-30T22:30:00.123457Z".parse().unwrap())),
        1 => Just(KbEpoch::Moment("2024-03-30T23:00:00Z".parse().unwrap())),
        6 => Just(KbEpoch::Seconds(4_000_000_000)),
    ]
}

fn entry_content() -> impl Strategy<Value = EntryContent> {
    let questions = || prop::sample::select(&QUESTIONS[..ENTRY_QUESTIONS]);
    let owned = |value: &'static str| value.to_owned();
    (
        questions(),
        mostly(vec![], prop::collection::vec(questions().prop_map(owned), 0..3)),
        0..4u8,
        prop::option::of(prop::sample::select(&CATEGORIES[..]).prop_map(owned)),
        some_of(&TAGS),
        prop::option::of(prop::sample::select(&LANGS[..]).prop_map(owned)),
        mostly(Validity::default(), validity()),
    )
        .prop_map(|(question, alternatives, answer, category, tags, lang, validity)| {
            EntryContent {
                question: question.into(),
                alternatives,
                answer: format!("answer {answer}"),
                references: vec![],
                category,
                tags,
                lang,
                validity,
            }
        })
}

fn validity() -> impl Strategy<Value = Validity> {
    (prop::option::of(day()), prop::option::of(day()))
        .prop_map(|(valid_from, valid_until)| Validity { valid_from, valid_until })
}
