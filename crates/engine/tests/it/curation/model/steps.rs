//! What may happen.

use goldenset_core::curation::FeedbackKind;
use proptest::prelude::*;
use proptest::sample::select;

/// Everyone of the team.
const EXPERTS: [&str; 6] = ["esther", "emil", "anna", "aldo", "dora", "nino"];
/// So many entries with a question each.
pub(super) const PLACES: usize = 2;

#[derive(Debug, Clone)]
pub(super) enum Step {
    Feedback {
        who: &'static str,
        place: usize,
        kind: FeedbackKind,
        confidence: f64,
        /// An answer: of one's own, or the one that was proposed last.
        answer: Option<bool>,
    },
    Approve {
        who: &'static str,
        pick: usize,
        sees: bool,
        overrides: bool,
    },
    Reject {
        who: &'static str,
        pick: usize,
    },
    Revise {
        who: &'static str,
        pick: usize,
    },
    Amend {
        who: &'static str,
        pick: usize,
    },
    Put {
        place: usize,
        publish: bool,
        dates: usize,
    },
    Publish {
        place: usize,
        back: usize,
        reapprove: bool,
    },
    RollBack {
        who: &'static str,
        place: usize,
        back: usize,
    },
    Retire {
        place: usize,
    },
    Suspend {
        place: usize,
    },
    Undo {
        place: usize,
    },
    Sweep,
    /// The provider goes away, or comes back.
    Trouble(bool),
    WaitDays(i64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let who = || select(&EXPERTS[..]);
    let approver = || select(&["anna", "aldo", "anna", "aldo", "emil", "nino"][..]);
    let place = || 0..PLACES;
    let pick = || 0..4usize;
    let kind = select(&[
        FeedbackKind::Incorrect,
        FeedbackKind::Incorrect,
        FeedbackKind::Incomplete,
        FeedbackKind::Correct,
    ]);
    let confidence = select(&[0.5, 0.8, 0.9, 0.9, 0.95, 1.0, 1.0]);
    let answer = select(&[None, Some(true), Some(true), Some(false)]);
    prop_oneof![
        9 => (who(), place(), kind, confidence, answer).prop_map(
            |(who, place, kind, confidence, answer)| Step::Feedback { who, place, kind, confidence, answer }
        ),
        6 => (approver(), pick(), any::<bool>(), proptest::bool::weighted(0.2)).prop_map(
            |(who, pick, sees, overrides)| Step::Approve { who, pick, sees, overrides }
        ),
        1 => (approver(), pick()).prop_map(|(who, pick)| Step::Reject { who, pick }),
        1 => (approver(), pick()).prop_map(|(who, pick)| Step::Revise { who, pick }),
        1 => (who(), pick()).prop_map(|(who, pick)| Step::Amend { who, pick }),
        5 => (place(), proptest::bool::weighted(0.7), 0..4usize).prop_map(
            |(place, publish, dates)| Step::Put { place, publish, dates }
        ),
        1 => (place(), 0..3usize, any::<bool>()).prop_map(
            |(place, back, reapprove)| Step::Publish { place, back, reapprove }
        ),
        2 => (approver(), place(), 0..3usize).prop_map(
            |(who, place, back)| Step::RollBack { who, place, back }
        ),
        2 => place().prop_map(|place| Step::Retire { place }),
        1 => place().prop_map(|place| Step::Suspend { place }),
        1 => place().prop_map(|place| Step::Undo { place }),
        2 => Just(Step::Sweep),
        1 => prop_oneof![1 => Just(true), 3 => Just(false)].prop_map(Step::Trouble),
        1 => select(&[1i64, 8]).prop_map(Step::WaitDays),
        1 => Just(Step::Restart),
    ]
}

/// Steps, one after the other.
pub(super) fn run() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 30..80)
}
