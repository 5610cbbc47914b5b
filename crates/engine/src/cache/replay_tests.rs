//! Which change drops which result, and which lets it live on.

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::Decision;
use goldenset_core::embedding::Vector;
use goldenset_core::ports::PublishedVersion;
use goldenset_core::verifier::Verifier;
use goldenset_core::{
    Embedding, EntryContent, EntryId, Epoch, EpochStamp, ModelId, TenantId, Validity,
};
use goldenset_vectors::dot;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::{
    Basis, CacheLimits, DropReason, Dropped, Grounds, HeldKey, JudgeId, Reach, ResultCache,
    ResultKey,
};
use crate::answer::{Answer, LookupResult};
use crate::judge::{Judge, Judges};
use crate::scope::{Filters, KnownUntil, Scope};
use crate::snapshot::{Filling, SetChange, TenantSet};

const QUESTION: &str = "quanto costa il servizio";
/// How near the farthest candidate is, when the list is full.
const LEAST: f32 = 0.75;
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn stamp(epoch: u64) -> EpochStamp {
    EpochStamp { epoch: Epoch(epoch), committed: NOW }
}

fn scope() -> Scope {
    Scope {
        tenant: TenantId::default(),
        min_similarity: 0.5,
        max_results: 10,
        filters: Filters { category: vec!["prezzi".into()], ..Filters::default() },
        day: date(2024, 5, 1),
        follows_today: true,
        today: date(2024, 5, 1),
        kb_epoch: KnownUntil::default(),
        superseded_tags: vec![],
    }
}

/// Three numbers that are exact in binary, so that similarities are as well.
fn vector(similarity: f32) -> Vector {
    Vector::from([similarity, 1.0, 0.0])
}

fn id(name: &str) -> EntryId {
    EntryId::new(name).unwrap()
}

fn grounds(reach: Reach) -> Grounds {
    Grounds {
        signature: Canonical::of(QUESTION).signature(),
        vector: Vector::from([1.0, 0.0, 0.0]),
        scope: scope(),
        considered: vec![id("listed"), id("unlisted")],
        reach,
    }
}

fn full() -> Grounds {
    grounds(Reach::From(LEAST))
}

fn answer() -> Answer {
    Answer::new(LookupResult {
        decision: Decision::Miss,
        match_type: None,
        answer: None,
        matches: vec![],
        clarify: None,
        reason: "none".into(),
        calibration: None,
    })
    .unwrap()
}

fn content(question: &str) -> EntryContent {
    EntryContent {
        question: question.into(),
        alternatives: vec![],
        answer: "a".into(),
        references: vec![],
        category: Some("prezzi".into()),
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    }
}

fn put(name: &str, content: EntryContent, similarities: &[f32]) -> SetChange {
    let published = PublishedVersion {
        id: id(name),
        version: 1,
        content,
        published_at: NOW,
        suspensions: vec![],
        embeddings: None,
    };
    let embeddings = similarities.iter().map(|similarity| Embedding::from(vector(*similarity)));
    SetChange::Put(Box::new(published), embeddings.collect())
}

fn judge() -> Arc<Judge> {
    let model = ModelId::new("three").unwrap();
    let judges = Judges::new(Verifier::without_weights(), vec![], &model, 0.9);
    Arc::clone(judges.unwrap().of(&TenantId::default()))
}

/// A set at epoch 5 with entries that are in the result, near it, and far from it.
fn set() -> TenantSet {
    let other = |question: &str| content(question);
    let changes = vec![
        put("listed", other("listed?"), &[0.9]),
        put("unlisted", other("unlisted?"), &[LEAST]),
        put("far", other("far?"), &[0.25]),
        put("same-question", EntryContent { category: None, ..other(QUESTION) }, &[0.25]),
    ];
    let mut filling = Filling::of(TenantSet::new(3, judge(), true));
    for change in changes {
        if let SetChange::Put(published, embeddings) = change {
            filling.add(*published, &embeddings);
        }
    }
    filling.finish(stamp(5))
}

struct Rig {
    cache: ResultCache,
    key: HeldKey,
}

impl Rig {
    /// With one result, found in `set`.
    fn new(grounds: Grounds, set: &TenantSet) -> Self {
        let limits = CacheLimits { ttl: SignedDuration::from_mins(5), bytes: 1 << 20 };
        let judge = JudgeId::new(&ModelId::new("three").unwrap(), "v", 0.9);
        let (signature, scope) = (grounds.signature, &grounds.scope);
        let key = ResultKey { signature, judge: &judge, calibration: None, scope }.held();
        let rig = Self { cache: ResultCache::new(limits), key };
        rig.put(grounds, set, NOW);
        rig
    }

    fn put(&self, grounds: Grounds, set: &TenantSet, now: Timestamp) -> Arc<Answer> {
        self.cache.put(&self.key, now, answer(), Basis::new(grounds, &set.journal, now))
    }

    fn get(&self, set: &TenantSet) -> Option<Arc<Answer>> {
        self.cache.get(self.key.key(), &set.journal, NOW)
    }

    fn dropped(&self) -> Dropped {
        self.cache.state().dropped
    }
}

/// What becomes of a result of epoch 5 that is asked for after `changes`.
fn check(grounds: Grounds, changes: Vec<SetChange>, expected: Option<DropReason>) {
    let set = set();
    let rig = Rig::new(grounds, &set);
    let set = set.changed(stamp(6), changes);
    assert_eq!(rig.get(&set).is_some(), expected.is_none(), "{expected:?}");
    let state = rig.cache.state();
    assert_eq!(state.kept, u64::from(expected.is_none()));
    for reason in DropReason::ALL {
        assert_eq!(state.dropped.of(reason), u64::from(expected == Some(reason)), "{reason:?}");
    }
    assert_eq!(state.items, usize::from(expected.is_none()));
}

#[test]
fn an_entry_that_was_considered_drops_it() {
    for name in ["listed", "unlisted"] {
        let changed = vec![put(name, content("far now?"), &[0.0])];
        check(full(), changed, Some(DropReason::EntryChanged));
        check(full(), vec![SetChange::Remove(id(name))], Some(DropReason::EntryChanged));
    }
    check(full(), vec![SetChange::Remove(id("far"))], None);
    // Also where it is one of many changes, and the first or the last of them.
    for place in 0..3 {
        let mut changes: Vec<_> = ["x", "y"].map(|name| put(name, content("far?"), &[0.0])).into();
        changes.insert(place, SetChange::Remove(id("unlisted")));
        check(full(), changes, Some(DropReason::EntryChanged));
    }
}

#[test]
fn an_equal_signature_drops_it_whether_it_comes_or_goes() {
    let comes = EntryContent {
        alternatives: vec!["Quanto costa il servizio?".into()],
        category: None,
        ..content("else?")
    };
    check(full(), vec![put("far", comes, &[0.0, 0.0])], Some(DropReason::Signature));
    let goes = EntryContent { category: None, ..content("else?") };
    check(full(), vec![put("same-question", goes, &[0.0])], Some(DropReason::Signature));
    let removed = SetChange::Remove(id("same-question"));
    check(full(), vec![removed], Some(DropReason::Signature));
}

#[test]
fn what_is_near_enough_drops_it() {
    let with = |similarities: &[f32]| vec![put("new", content("new?"), similarities)];
    check(full(), with(&[0.9]), Some(DropReason::Entered));
    // As near as the last one: the smaller id comes first.
    check(full(), with(&[LEAST]), Some(DropReason::Entered));
    check(full(), with(&[LEAST.next_down()]), None);
    // Any of its phrasings.
    check(full(), with(&[0.0, 0.0, LEAST]), Some(DropReason::Entered));
    check(full(), with(&[0.0, 0.0, 0.5]), None);
    // A new version of what was not considered.
    check(full(), vec![put("far", content("near now?"), &[0.9])], Some(DropReason::Entered));
    // There was room for it, however far.
    check(grounds(Reach::All), with(&[-1.0]), Some(DropReason::Entered));
}

#[test]
fn what_is_out_of_scope_lets_it_live_on() {
    let with = |content| vec![put("new", content, &[1.0])];
    let until = |valid_until| Validity { valid_from: None, valid_until: Some(valid_until) };
    for reach in [Reach::All, Reach::From(LEAST)] {
        let other = EntryContent { category: Some("altro".into()), ..content("new?") };
        check(grounds(reach), with(other), None);
        let over = EntryContent { validity: until(date(2024, 4, 30)), ..content("new?") };
        check(grounds(reach), with(over), None);
        let last_day = EntryContent { validity: until(date(2024, 5, 1)), ..content("new?") };
        check(grounds(reach), with(last_day), Some(DropReason::Entered));
    }
}

#[test]
fn only_what_came_after_it_counts() {
    let changed = |set: &TenantSet, epoch, name| {
        set.changed(stamp(epoch), vec![put(name, content("far?"), &[0.0])])
    };
    let first = changed(&set(), 6, "listed");
    // Found at 6, with what 6 brought; 7 brings nothing to it; 8 does.
    let rig = Rig::new(full(), &first);
    assert!(rig.get(&first).is_some());
    assert_eq!(rig.cache.state().kept, 0, "nothing to replay");
    let second = changed(&first, 7, "far");
    assert!(rig.get(&second).is_some());
    assert!(rig.get(&second).is_some());
    assert_eq!(rig.cache.state().kept, 1, "the replay is not repeated");
    assert!(rig.get(&changed(&second, 8, "unlisted")).is_none());
    assert_eq!(rig.dropped().entry_changed, 1);
    assert_eq!(rig.cache.state().hits, 3);
}

#[test]
fn a_change_of_calibration_is_no_change_of_an_entry() {
    let set = set();
    let rig = Rig::new(full(), &set);
    let model = ModelId::new("three").unwrap();
    let judge = goldenset_core::calibration::JudgedBy { model, verifier: "v".into() };
    let other = set.calibrated(stamp(6), None, &judge).calibrated(stamp(7), None, &judge);
    assert!(rig.get(&other).is_some());
    let far = other.changed(stamp(8), vec![SetChange::Remove(id("far"))]);
    assert!(rig.get(&far).is_some());
    let near = far.calibrated(stamp(9), None, &judge);
    let near = near.changed(stamp(10), vec![SetChange::Remove(id("listed"))]);
    assert!(rig.get(&near.calibrated(stamp(11), None, &judge)).is_none());
}

#[test]
fn a_gap_drops_it() {
    let mut set = set();
    let rig = Rig::new(full(), &set);
    for epoch in 7..7 + 257 {
        set = set.changed(stamp(epoch), vec![SetChange::Remove(id("far"))]);
        set = set.changed(stamp(epoch), vec![put("far", content("far?"), &[0.0])]);
    }
    assert!(rig.get(&set).is_none());
    assert_eq!(rig.dropped().journal_gap, 1);
}

#[test]
fn a_set_that_was_read_anew_may_be_another_one() {
    let (first, again) = (set(), set());
    let rig = Rig::new(full(), &first);
    assert!(rig.get(&again).is_none(), "also at the same epoch");
    assert_eq!(rig.dropped().journal_gap, 1);
    // Who reads the former one leaves what was found in the later one alone, and does not replace it.
    let found = rig.put(full(), &again, NOW);
    assert!(rig.get(&first).is_none());
    rig.put(full(), &first.changed(stamp(7), vec![]), NOW);
    assert!(Arc::ptr_eq(&rig.get(&again).unwrap(), &found));
}

#[test]
fn readers_of_older_sets_get_what_is_known_to_hold_for_them() {
    let first = set();
    let second = first.changed(stamp(6), vec![SetChange::Remove(id("far"))]);
    let sets = [first, second];
    // Found at 6: whether it held at 5 is not known, and it stays for those at 6.
    let rig = Rig::new(full(), &sets[1]);
    assert!(rig.get(&sets[0]).is_none());
    assert!(rig.get(&sets[1]).is_some());
    // Found at 5 and known to hold at 6: it holds for both.
    let rig = Rig::new(full(), &sets[0]);
    assert!(rig.get(&sets[1]).is_some());
    assert!(rig.get(&sets[0]).is_some());
    assert_eq!(rig.dropped(), Dropped::default());
}

#[test]
fn a_late_result_does_not_replace_a_newer_one() {
    let at_5 = set();
    let at_6 = at_5.changed(stamp(6), vec![]);
    let at_7 = at_6.changed(stamp(7), vec![]);
    let rig = Rig::new(full(), &at_6);
    let newer = rig.put(full(), &at_7, NOW);
    let late = rig.put(full(), &at_5, NOW);
    assert!(Arc::ptr_eq(&rig.get(&at_7).unwrap(), &newer));
    assert!(!Arc::ptr_eq(&late, &newer), "whoever found it gets it all the same");
    // Also not one that was found earlier and is known to hold later.
    let rig = Rig::new(full(), &at_5);
    let held = rig.get(&at_7.changed(stamp(8), vec![])).unwrap();
    rig.put(full(), &at_6, NOW);
    assert!(Arc::ptr_eq(&rig.get(&at_7).unwrap(), &held));
    // What is over gives way.
    let later = NOW + SignedDuration::from_mins(5);
    let put = rig.put(full(), &at_6, later);
    let got = rig.cache.get(rig.key.key(), &at_7.journal, later);
    assert!(Arc::ptr_eq(&got.unwrap(), &put));
}

#[test]
fn living_on_does_not_renew_the_time_to_live() {
    let first = set();
    let rig = Rig::new(full(), &first);
    let next = first.changed(stamp(6), vec![SetChange::Remove(id("far"))]);
    let at = |minutes| {
        let now = NOW + SignedDuration::from_mins(minutes);
        rig.cache.get(rig.key.key(), &next.journal, now)
    };
    assert!(at(4).is_some());
    assert!(at(5).is_none());
    assert_eq!((rig.dropped().expired, rig.cache.state().items), (1, 0));
}

#[test]
fn similarities_are_those_of_the_search() {
    let set = set();
    let question = Vector::from([0.3, -0.7, 0.648_074]);
    let changed = set.changed(stamp(6), vec![put("new", content("new?"), &[0.123_456_7])]);
    let hits = changed.vectors.search(&question, 10, |_| true);
    let new = changed.group(&id("new")).unwrap();
    let hit = hits.iter().find(|hit| hit.group == new).unwrap();
    assert_eq!(dot(&question, &vector(0.123_456_7)).to_bits(), hit.similarity.to_bits());
    let grounds = Grounds { vector: question, ..grounds(Reach::From(hit.similarity)) };
    let rig = Rig::new(grounds, &set);
    assert!(rig.get(&changed).is_none(), "a tie to the bit");
}
