//! Holds what a step changed against who may have changed it.

use std::collections::{BTreeMap, BTreeSet};

use goldenset_core::Error;
use goldenset_core::curation::{
    Action, BY_POLICY, Candidate, CandidateKind, CandidateStatus, Outcome,
};
use jiff::SignedDuration;

use super::Tally;
use super::steps::{PLACES, Step};
use super::world::{Set, World, id};
use crate::curation::kit::team;

pub(super) async fn run(steps: &[Step], tally: &mut Tally) {
    let mut world = World {
        rig: team().await,
        next: 0,
        last_answer: Default::default(),
        written: BTreeMap::new(),
        said: BTreeMap::new(),
        amended: BTreeMap::new(),
        anew: BTreeSet::new(),
        outcomes: BTreeMap::new(),
        decided: BTreeSet::new(),
    };
    for place in 0..PLACES {
        world.put(place, true, 0).await.unwrap();
    }
    for step in steps {
        *tally.entry("step".into()).or_default() += 1;
        world.step(step, tally).await;
    }
}

impl World {
    async fn step(&mut self, step: &Step, tally: &mut Tally) {
        self.rig.clock.advance(SignedDuration::from_secs(1));
        let (candidates, (before, epoch)) = (self.candidates().await, self.set().await);
        let mut heads = Vec::new();
        for place in 0..PLACES {
            heads.push(self.answers(&id(place)).await);
        }
        let done = self.act(step, tally).await;
        if let Err(Error { code, .. }) = &done {
            *tally.entry(code.as_str().into()).or_default() += 1;
        }
        let direct = done.ok().flatten();
        let (after, now) = self.set().await;
        let mut may = BTreeMap::from_iter(direct);
        for (id, candidate) in self.candidates().await {
            // What its quality turned down, a person may turn down for good.
            let was = candidates.get(&id).map(|one| (one.status, one.decided_by.clone()));
            if Some((candidate.status, candidate.decided_by.clone())) != was {
                self.decision(&candidate, &before, &mut may, tally);
            }
        }
        // Whatever came into force, or went, was somebody's decision.
        for name in before.keys().chain(after.keys()) {
            let what = |set: &Set| {
                set.get(name).map(|it| (it.version, it.answer.clone(), it.published_at))
            };
            if what(&before) != what(&after) {
                let now = after.get(name).map(|it| it.answer.clone());
                assert_eq!(
                    may.get(name),
                    Some(&now),
                    "{step:?}: {name} was {:?}",
                    before.get(name)
                );
            }
        }
        let served = |set: &Set| -> Vec<_> {
            set.iter()
                .map(|(id, it)| (id.clone(), it.version, it.published_at, it.suspended))
                .collect()
        };
        assert_eq!(
            served(&before) != served(&after),
            epoch != now,
            "{step:?}: {before:?} {after:?}"
        );
        // A sweep may approve more than one candidate.
        assert!(
            now.0 == epoch.0 || now.0 == epoch.0 + 1 || matches!(step, Step::Sweep),
            "{step:?}"
        );
        for (place, head) in heads.iter().enumerate() {
            assert!(self.answers(&id(place)).await.starts_with(head), "{step:?}: versions stay");
        }
        self.trust(step).await;
        self.lookups(step, &after, tally).await;
    }

    /// A candidate has another status: who decided, and what that may have put in force.
    fn decision(
        &mut self,
        candidate: &Candidate,
        before: &Set,
        may: &mut BTreeMap<String, Option<String>>,
        tally: &mut Tally,
    ) {
        let by_policy = candidate.decided_by.as_deref() == Some(BY_POLICY);
        let outcome = match candidate.status {
            CandidateStatus::Approved => Outcome::Right,
            CandidateStatus::Rejected if !by_policy => Outcome::Wrong,
            _ => return,
        };
        assert!(self.decided.insert(candidate.id), "decided twice: {candidate:?}");
        let authors: Vec<_> = candidate.authors().map(ToString::to_string).collect();
        let keys = authors.into_iter().map(|who| (candidate.id, who));
        self.outcomes.extend(keys.map(|key| (key, outcome)));
        if outcome == Outcome::Wrong {
            return;
        }
        if by_policy {
            *tally.entry("approved by policy".into()).or_default() += 1;
            assert_eq!(candidate.kind, CandidateKind::Feedback);
            let all = self.said.iter().filter(|((id, _), _)| *id == candidate.id);
            // A person decides between two answers, and on what was written anew.
            let text = candidate.proposal.as_ref().map(|it| it.answer.as_str());
            let contested =
                all.clone().any(|(_, (said, _, _))| said.is_some() && said.as_deref() != text);
            let anew = self.anew.iter().any(|answer| Some(answer.as_str()) == text);
            assert!(!contested && !anew, "{candidate:?}");
            let all: Vec<_> = all.map(|(_, (_, sure, trust))| (sure + trust) / 2.0).collect();
            let quality = all.iter().sum::<f64>() / all.len() as f64;
            // The step's own feedback is not in the account yet where it decided at once.
            assert!(quality >= 0.95 - 1e-9 || candidate.quality >= Some(0.95), "{candidate:?}");
        }
        let entry = candidate.entry_id.as_ref().unwrap().to_string();
        let proposed = candidate.proposal.as_ref().map(|it| it.answer.clone());
        let content = match candidate.action {
            Action::Create | Action::Update => {
                let written = self.written.get(&candidate.id);
                let proposed = proposed.unwrap();
                assert!(written.is_some_and(|all| all.contains(&proposed)), "{candidate:?}");
                Some(proposed)
            }
            Action::AddPhrasing | Action::Reapprove => Some(before[&entry].answer.clone()),
            Action::Retire => None,
        };
        may.insert(entry, content);
    }

    async fn trust(&self, step: &Step) {
        for who in ["esther", "emil", "anna", "aldo"] {
            let mine = self.outcomes.iter().filter(|((_, name), _)| name == who);
            let right = mine.clone().filter(|(_, outcome)| **outcome == Outcome::Right).count();
            let trust = self.rig.expert(who).await.trust;
            let expected = (right as u32, (mine.count() - right) as u32);
            assert_eq!((trust.right, trust.wrong), expected, "{who} after {step:?}");
        }
    }
}
