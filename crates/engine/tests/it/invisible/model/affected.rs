//! Holds what a change of a document told against what is approved.

use goldenset_core::decision::Decision;
use goldenset_engine::Affected;

use super::super::Done;
use super::super::steps::Step;
use super::{Model, meant, rests};

impl Model {
    /// What a change of a document concerns, before it is applied.
    fn check_affected(&self, step: &Step, affected: &[Affected]) {
        let Step::Suspend { tenant, document, version } = step else { return };
        let document = meant(document);
        let unchanged = self.said_already(tenant, document, version);
        let expected = self.entries.iter().filter(|((owner, _), entry)| {
            owner == tenant
                && !unchanged
                && entry.content().is_some_and(|content| rests(content, document, version))
        });
        let expected: Vec<_> = expected.map(|((_, id), _)| id).collect();
        assert_eq!(affected.iter().map(|one| &one.id).collect::<Vec<_>>(), expected, "{step:?}");
        for one in affected {
            let held = &self.entries[&(*tenant, one.id.clone())].held;
            let decision = one.decision.unwrap();
            assert_eq!(decision.after, Decision::Context);
            assert!(held.is_empty() || decision.before == Decision::Context);
        }
    }

    pub(in super::super) fn check_change(&self, step: &Step, done: &Done) {
        if let Done::Referenced(referenced) = done {
            self.check_affected(step, &referenced.affected);
        }
    }
}
