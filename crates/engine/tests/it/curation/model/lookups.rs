//! Holds what lookups show against what is in force.

use goldenset_engine::scope::Options;

use super::Tally;
use super::steps::Step;
use super::world::{QUESTIONS, Set, World};

impl World {
    /// What is served is what is in force, with caches as without.
    pub(super) async fn lookups(&self, step: &Step, set: &Set, tally: &mut Tally) {
        let plain = self.rig.restarted().await;
        let mut count = |what: &str| *tally.entry(what.into()).or_default() += 1;
        let near = QUESTIONS.map(|question| format!("{question} oggi"));
        let asked = QUESTIONS.into_iter().chain(near.iter().map(String::as_str));
        for query in asked {
            let here = self.rig.engine.lookup(query, Options::default()).await;
            let there = plain.lookup(query, Options::default()).await;
            let (Ok(here), there) = (here, there) else { continue };
            if let Ok(there) = there {
                assert_eq!(here.answer.body(), there.answer.body(), "{query} after {step:?}");
            }
            let holders: Vec<_> = set.values().filter(|it| it.question == query).collect();
            let Some(answer) = &here.answer.result().answer else {
                if let [only] = holders[..] {
                    assert!(only.suspended > 0 || !only.fresh, "{query} after {step:?}");
                    count(if only.suspended > 0 { "held back" } else { "overdue or over" });
                }
                continue;
            };
            count("served");
            let entry = &set[answer.entry.id.as_str()];
            assert_eq!(
                (entry.version, &entry.answer),
                (answer.entry.version, &answer.entry.content.answer),
                "{step:?}"
            );
            assert!(entry.suspended == 0 && entry.fresh, "{query} after {step:?}: {entry:?}");
        }
    }
}
