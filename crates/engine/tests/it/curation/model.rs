//! No path through the loop leads to an answer being served that nobody approved: random steps of
//! experts, approvers, rules, time and faults, beside a plain account of who may have put what in
//! force.

mod act;
mod check;
mod lookups;
mod steps;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::thread;

use proptest::test_runner::{Config, TestRunner};

/// Threads, each with cases of its own.
const PARTS: u32 = 2;
/// Cases of each.
const CASES: u32 = 70;
/// Each of these happened at least so often.
const LEAST: usize = 1;

/// How often what happened.
pub(super) type Tally = BTreeMap<String, usize>;

fn cases() -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let tally = RefCell::new(Tally::default());
    // A failure prints its shortest run; there is no file of seeds to keep.
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let ran = TestRunner::new(config).run(&steps::run(), |steps| {
        runtime.block_on(check::run(&steps, &mut tally.borrow_mut()));
        Ok(())
    });
    ran.unwrap();
    tally.into_inner()
}

#[test]
fn nothing_is_served_that_nobody_approved() {
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..PARTS).map(|_| scope.spawn(cases)).collect();
        for part in parts {
            for (what, count) in part.join().unwrap() {
                *tally.entry(what).or_default() += count;
            }
        }
    });
    assert!(tally["step"] >= 2000, "{tally:#?}");
    for what in [
        "uncounted",
        "counted",
        "approved by anna",
        "approved by aldo",
        "approved by policy",
        "rejected",
        "sent back",
        "amended",
        "four_eyes",
        "not_an_approver",
        "candidate_decided",
        "version_conflict",
        "nothing_to_publish",
        "put",
        "draft",
        "published",
        "retired",
        "rolled back",
        "suspended",
        "resumed",
        "made by rules",
        "embedding_unavailable",
        "served",
        "held back",
        "overdue or over",
        "restarted",
    ] {
        let count = tally.get(what).copied().unwrap_or_default();
        assert!(count >= LEAST, "{count} times {what}: {tally:#?}");
    }
}
