//! What can happen: lookups, changes, faults, time, and caches that lose what they hold.

use std::ops::RangeInclusive;

use std::collections::BTreeMap;

use goldenset_core::{EntryContent, Reference, TenantId, Validity};
use goldenset_engine::scope::{Filters, KbEpoch, KbEpochs, Options};
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
/// Many more than the ten candidates of a lookup.
const ENTRIES: [&str; 18] = [
    "e01", "e02", "e03", "e04", "e05", "e06", "e07", "e08", "e09", "e10", "e11", "e12", "e13",
    "e14", "e15", "e16", "e17", "e18",
];
const TENANTS: [&str; 2] = ["default", "acme"];
/// What entries rest on, and other names of the first of them.
pub(super) const LAW: &str = "L. 1/2020";
pub(super) const GUIDE: &str = "guide";
const DOCUMENTS: [&str; 4] = [LAW, "legge 1 del 2020", GUIDE, "Guide"];
const VERSIONS: [&str; 2] = ["2", "3"];
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
    /// Approves once more what may be served already.
    Reapprove {
        tenant: &'static str,
        id: &'static str,
        version: Option<u32>,
    },
    /// A document has a new version.
    Suspend {
        tenant: &'static str,
        document: &'static str,
        version: &'static str,
    },
    /// Undoes the newest change of a document.
    Undo {
        tenant: &'static str,
        document: &'static str,
        version: Option<&'static str>,
    },
    Calibrate {
        tenant: &'static str,
        scoring: Scoring,
    },
    UndoCalibration {
        tenant: &'static str,
    },
    /// A save that is written without the engine hearing of it.
    Unheard(Box<Step>),
    /// A change that another node makes, and this one learns of before its next lookup; or a lookup
    /// there.
    Elsewhere(Box<Step>),
    Invalidate {
        which: Which,
        dry_run: bool,
    },
    Wait(Wait),
}

/// What is dropped from the caches by hand.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    Entry(&'static str, &'static str),
    Question(&'static str, usize),
    Tenant(&'static str),
    Everything,
}

/// A golden set, and what then happens to it.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Caches that are always full.
    pub(super) tiny_caches: bool,
    /// Whether the nodes share a cache, and what its moods come from.
    pub(super) shared: Option<u64>,
    /// Whether the nodes search elsewhere, and what its moods come from.
    pub(super) elsewhere: Option<u64>,
    pub(super) steps: Vec<Step>,
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
    pub(super) kb_epoch: Option<KbEpochs>,
    pub(super) superseded_tags: Vec<String>,
}

impl Ask {
    pub(super) fn options(&self) -> Options {
        Options {
            tenant: self.tenant.map(|name| TenantId::new(name).unwrap()),
            min_similarity: self.min_similarity,
            max_results: self.max_results,
            filters: self.filters.clone(),
            as_of: self.as_of,
            kb_epoch: self.kb_epoch.clone(),
            superseded_tags: self.superseded_tags.clone(),
        }
    }
}

/// Some sets are smaller than the list of candidates, some larger: into the one every entry in
/// scope comes, into the other what is near enough.
pub(super) fn run() -> impl Strategy<Value = Run> {
    let small = prop::collection::vec(save(), 2..5);
    let large = rows(13..=ENTRIES.len())
        .prop_map(|rows| vec![Step::Import { tenant: TENANTS[0], rows, publish: true }]);
    let set = prop_oneof![1 => small, 3 => large];
    let shared = prop::option::of(any::<u64>());
    let elsewhere = prop::option::weighted(0.3, any::<u64>());
    let steps = prop::collection::vec(step(), 1..50);
    (prop::bool::weighted(0.2), shared, elsewhere, set, steps).prop_map(
        |(tiny_caches, shared, elsewhere, set, steps)| Run {
            tiny_caches,
            shared,
            elsewhere,
            steps: set.into_iter().chain(steps).collect(),
        },
    )
}

impl Step {
    /// Whether it changes the golden set.
    fn is_change(&self) -> bool {
        matches!(
            self,
            Self::Save { .. }
                | Self::Import { .. }
                | Self::Publish { .. }
                | Self::Retire { .. }
                | Self::Reapprove { .. }
                | Self::Suspend { .. }
                | Self::Undo { .. }
                | Self::Calibrate { .. }
                | Self::UndoCalibration { .. }
        )
    }

    /// Whether it asks one question.
    pub(super) fn is_lookup(&self) -> bool {
        matches!(self, Self::Lookup(..) | Self::Again(_) | Self::Otherwise(..))
    }
}

fn step() -> impl Strategy<Value = Step> {
    (here(), prop::bool::weighted(0.3)).prop_map(|(step, elsewhere)| match elsewhere {
        true if step.is_change() || step.is_lookup() => Step::Elsewhere(Box::new(step)),
        _ => step,
    })
}

/// Lookups are the most frequent, above all repeated ones: only they can come out of a cache.
fn here() -> impl Strategy<Value = Step> {
    let question = 0..QUESTIONS.len();
    prop_oneof![
        6 => (question.clone(), ask()).prop_map(|(question, ask)| Step::Lookup(question, ask)),
        12 => (0usize..4).prop_map(Step::Again),
        4 => (0usize..4, ask()).prop_map(|(back, ask)| Step::Otherwise(back, ask)),
        2 => (prop::collection::vec(question, 0..6), ask())
            .prop_map(|(questions, ask)| Step::Batch(questions, ask)),
        4 => save(),
        1 => (tenant(), rows(0..=3), prop::bool::weighted(0.8))
            .prop_map(|(tenant, rows, publish)| Step::Import { tenant, rows, publish }),
        2 => (tenant(), id(), prop::option::of(1u32..4))
            .prop_map(|(tenant, id, version)| Step::Publish { tenant, id, version }),
        1 => (tenant(), id()).prop_map(|(tenant, id)| Step::Retire { tenant, id }),
        1 => (tenant(), id(), mostly(None, (1u32..4).prop_map(Some)))
            .prop_map(|(tenant, id, version)| Step::Reapprove { tenant, id, version }),
        2 => (tenant(), prop::sample::select(&DOCUMENTS[..]), prop::sample::select(&VERSIONS[..]))
            .prop_map(|(tenant, document, version)| Step::Suspend { tenant, document, version }),
        1 => (
            tenant(),
            prop::sample::select(&DOCUMENTS[..]),
            mostly(None, prop::sample::select(&VERSIONS[..]).prop_map(Some)),
        )
            .prop_map(|(tenant, document, version)| Step::Undo { tenant, document, version }),
        2 => (tenant(), scoring(&CATEGORIES))
            .prop_map(|(tenant, scoring)| Step::Calibrate { tenant, scoring }),
        1 => tenant().prop_map(|tenant| Step::UndoCalibration { tenant }),
        1 => unheard(),
        1 => (which(), any::<bool>())
            .prop_map(|(which, dry_run)| Step::Invalidate { which, dry_run }),
        2 => wait().prop_map(Step::Wait),
    ]
}

fn save() -> impl Strategy<Value = Step> {
    (tenant(), id(), entry_content(), prop::bool::weighted(0.8))
        .prop_map(|(tenant, id, content, publish)| Step::Save { tenant, id, content, publish })
}

fn unheard() -> impl Strategy<Value = Step> {
    // Nothing that is refused before it is written.
    (tenant(), id(), entry_content()).prop_map(|(tenant, id, content)| {
        let content = EntryContent { validity: Validity::default(), ..content };
        Step::Unheard(Box::new(Step::Save { tenant, id, content, publish: true }))
    })
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![
        4 => (tenant(), id()).prop_map(|(tenant, id)| Which::Entry(tenant, id)),
        4 => (tenant(), 0..ENTRY_QUESTIONS)
            .prop_map(|(tenant, question)| Which::Question(tenant, question)),
        1 => tenant().prop_map(Which::Tenant),
        1 => Just(Which::Everything),
    ]
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
fn rows(many: RangeInclusive<usize>) -> impl Strategy<Value = Vec<(&'static str, EntryContent)>> {
    let ids = prop::sample::subsequence(&ENTRIES[..], many);
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
        prop_oneof![Just(None), kb_epochs().prop_map(Some)],
        prop_oneof![3 => Just(vec![]), 1 => some_of(&TAGS)],
    )
        .prop_map(|(tenant, min_similarity, max_results, filters, as_of, kb_epoch, tags)| {
            Ask {
                tenant,
                min_similarity,
                max_results,
                filters,
                as_of,
                kb_epoch,
                superseded_tags: tags,
            }
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

/// One a topic twice as often as one for all: it concerns fewer entries.
fn kb_epochs() -> impl Strategy<Value = KbEpochs> {
    let topics = prop::sample::subsequence(vec!["*", "fisco", "lavoro", "new", "old"], 1..4);
    let topics = topics.prop_flat_map(|topics| {
        topics.into_iter().map(|topic| (Just(topic.to_owned()), kb_epoch())).collect::<Vec<_>>()
    });
    prop_oneof![
        1 => kb_epoch().prop_map(KbEpochs::All),
        2 => topics.prop_map(|topics| KbEpochs::Topics(BTreeMap::from_iter(topics))),
    ]
}

/// The law by its citation, the guide by its identifier with the version that was read.
fn reference() -> impl Strategy<Value = Reference> {
    let guide = |version: Option<&str>| Reference {
        text: "The guide, page 3".into(),
        document: Some("GUIDE".into()),
        version: version.map(str::to_owned),
    };
    prop_oneof![
        2 => Just("art. 1, c. 2, L. 1/2020".into()),
        1 => Just("art. 1 L. 2/2020".into()),
        1 => Just(guide(None)),
        1 => Just(guide(Some("1"))),
        1 => Just(guide(Some("2"))),
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
        prop::collection::vec(reference(), 0..3),
        prop_oneof![3 => Just(None), 1 => day().prop_map(Some)],
    )
        .prop_map(
            |(question, alternatives, answer, category, tags, lang, validity, on, due)| {
                EntryContent {
                    question: question.into(),
                    alternatives,
                    answer: format!("answer {answer}"),
                    references: on,
                    category,
                    tags,
                    lang,
                    validity,
                    review_by: due,
                }
            },
        )
}

fn validity() -> impl Strategy<Value = Validity> {
    (prop::option::of(day()), prop::option::of(day()))
        .prop_map(|(valid_from, valid_until)| Validity { valid_from, valid_until })
}
