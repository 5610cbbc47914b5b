//! Questions that found no answer.

use goldenset_core::curation::{MissedExample, MissedFlush, MissedGroup, MissedMore, NearEntry};
use goldenset_core::{Canonical, EntryId, Signature, TenantId};
use jiff::{SignedDuration, Timestamp};

use super::kit::Golden;

impl Golden {
    fn missed_at(&self, second: i64) -> Timestamp {
        self.at + SignedDuration::from_secs(second)
    }

    /// `question` was asked so often, the last time at this second, in the group of `leader`.
    fn more(&self, leader: &str, question: &str, times: u64, second: i64) -> MissedMore {
        let at = self.missed_at(second);
        MissedMore {
            tenant: self.tenant.clone(),
            question: leader.into(),
            count: times,
            first_at: at,
            last_at: at,
            examples: vec![MissedExample { question: question.into(), times, last_at: at }],
            nearest: vec![NearEntry { entry_id: EntryId::new("a").unwrap(), similarity: 0.5 }],
        }
    }

    async fn flush_missed(&self, number: u64, more: Vec<MissedMore>) -> Vec<(TenantId, Signature)> {
        let writer = "one".into();
        let flush = MissedFlush { writer, number, at: self.at, more, most: 3, examples: 2 };
        self.store().record_missed(&flush).await.unwrap()
    }

    async fn missed(&self, least: u64) -> Vec<MissedGroup> {
        self.store().missed(&self.tenant, least, 10).await.unwrap()
    }

    fn found_by(&self, question: &str) -> (TenantId, Signature) {
        (self.tenant.clone(), Canonical::of(question).signature())
    }
}

pub(crate) async fn misses_add_up_once(golden: Golden) {
    let other = golden.of_tenant("other");
    let first = || vec![golden.more("Chi?", "Chi?", 2, 5), other.more("Chi?", "Chi?", 9, 1)];
    for number in [1, 1] {
        assert_eq!(golden.flush_missed(number, first()).await, []);
    }
    let more = vec![golden.more("chi", "E chi?", 1, 9), golden.more("Dove?", "Dove?", 1, 2)];
    golden.flush_missed(2, more).await;
    golden.flush_missed(1, first()).await;
    let groups = golden.missed(0).await;
    let counts: Vec<_> =
        groups.iter().map(|group| (group.question.as_str(), group.count)).collect();
    assert_eq!(counts, [("Chi?", 3), ("Dove?", 1)]);
    let texts: Vec<_> =
        groups[0].examples.iter().map(|one| (one.question.as_str(), one.times)).collect();
    assert_eq!(texts, [("E chi?", 1), ("Chi?", 2)]);
    assert_eq!(groups[0].first_at, golden.missed_at(5));
    assert_eq!(groups[0].last_at, golden.missed_at(9));
    assert_eq!(groups[0].nearest[0].entry_id.as_str(), "a");
    assert_eq!((groups[0].candidate, groups[0].told, groups[0].more_examples), (None, 0, false));
    assert_eq!(golden.missed(2).await, groups[..1]);
    assert_eq!(other.missed(0).await[0].count, 9);
    assert_eq!(golden.epoch().await.0, 0, "what missed changes no answer");
}

pub(crate) async fn the_least_asked_and_oldest_go(golden: Golden) {
    let other = golden.of_tenant("other");
    let first = vec![
        golden.more("uno", "uno", 1, 1),
        golden.more("due", "due", 5, 0),
        golden.more("tre", "tre", 1, 2),
        other.more("uno", "uno", 1, 0),
    ];
    assert_eq!(golden.flush_missed(1, first).await, []);
    let gone = golden.flush_missed(2, vec![golden.more("quattro", "quattro", 1, 3)]).await;
    assert_eq!(gone, [golden.found_by("uno")]);
    let kept: Vec<_> = golden.missed(0).await.into_iter().map(|group| group.question).collect();
    assert_eq!(kept.len(), 3);
    assert!(!kept.contains(&"uno".to_owned()));
    assert_eq!(other.missed(0).await.len(), 1);

    let mut gone = golden.store().forget_missed(golden.missed_at(3)).await.unwrap();
    gone.sort();
    let mut expected = vec![golden.found_by("due"), golden.found_by("tre"), other.found_by("uno")];
    expected.sort();
    assert_eq!(gone, expected);
    assert_eq!(golden.missed(0).await[0].question, "quattro");
}
