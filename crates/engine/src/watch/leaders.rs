//! The questions that groups of missed questions are known by, with their vectors.

use std::collections::HashMap;

use goldenset_core::canonical::Canonical;
use goldenset_core::verifier::Verifier;
use goldenset_core::{Embedding, Signature, TenantId};
use goldenset_vectors::dot;

/// Leaders in memory, of all tenants together; those of one tenant always fit.
const MOST_LEADERS: usize = 4000;
/// Nearest leaders that a question is held against.
const HELD_AGAINST: usize = 8;
/// Least score at which two questions are one group, where no guard keeps them apart. Far below
/// what serving needs, as nothing is served by it: a person reads the group. On the demo data 0.15
/// is the least figure at which no two questions that nobody answers fall together, and all but one
/// of the groups of answered ones are of one entry; see docs/verification.md.
const LEAST_SCORE: f64 = 0.15;

/// A group as it is in memory.
#[derive(Debug, Clone)]
pub(super) struct Leader {
    /// As it came.
    pub(super) question: String,
    pub(super) canonical: Canonical,
    pub(super) embedding: Embedding,
}

/// The leaders of the tenants that questions came from last.
#[derive(Debug, Default)]
pub(super) struct Leaders {
    tenants: HashMap<TenantId, Known>,
    /// Counts the times that leaders were asked for.
    turn: u64,
}

#[derive(Debug)]
struct Known {
    leaders: Vec<Leader>,
    used: u64,
}

impl Leaders {
    /// The leaders of a tenant; none when they have to be read first.
    pub(super) fn of(&mut self, tenant: &TenantId) -> Option<&[Leader]> {
        self.turn += 1;
        let known = self.tenants.get_mut(tenant)?;
        known.used = self.turn;
        Some(&known.leaders)
    }

    /// Adds leaders of a tenant. Where there are too many, tenants that sent nothing for the
    /// longest time are read again when they next do.
    pub(super) fn add(&mut self, tenant: &TenantId, leaders: Vec<Leader>) {
        self.turn += 1;
        let known = Known { leaders: Vec::new(), used: self.turn };
        let known = self.tenants.entry(tenant.clone()).or_insert(known);
        known.used = self.turn;
        known.leaders.extend(leaders);
        while self.tenants.len() > 1
            && self.tenants.values().map(|known| known.leaders.len()).sum::<usize>() > MOST_LEADERS
            && let Some(oldest) = self.tenants.iter().min_by_key(|(_, known)| known.used)
        {
            let oldest = oldest.0.clone();
            self.tenants.remove(&oldest);
        }
    }

    /// Takes groups out that are no longer there.
    pub(super) fn remove(&mut self, gone: &[(TenantId, Signature)]) {
        for (tenant, signature) in gone {
            if let Some(known) = self.tenants.get_mut(tenant) {
                known.leaders.retain(|leader| leader.canonical.signature() != *signature);
            }
        }
    }
}

/// The place of the leader that has the meaning of a question, if one has: the same words, or the
/// best of the nearest ones that the verifier takes it for.
pub(super) fn leader_of(
    verifier: &Verifier,
    leaders: &[&Leader],
    question: &Canonical,
    embedding: &Embedding,
) -> Option<usize> {
    if let Some(same) = leaders.iter().position(|leader| leader.canonical == *question) {
        return Some(same);
    }
    let similarity = |leader: &&Leader| dot(&embedding.vector, &leader.embedding.vector);
    let mut nearest: Vec<_> = leaders.iter().map(similarity).enumerate().collect();
    nearest.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    nearest.truncate(HELD_AGAINST);
    let asked = verifier.question(question, &embedding.words);
    let judged = nearest.into_iter().filter_map(|(place, similarity)| {
        let leader = leaders[place];
        let known = verifier.question(&leader.canonical, &leader.embedding.words);
        let verdict = verifier.judge_pair(&asked, &known, similarity);
        let same = verdict.effect.may_be_served() && verdict.score >= LEAST_SCORE;
        same.then_some((place, verdict.score))
    });
    judged.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaders(count: usize) -> Vec<Leader> {
        let leader = |number: usize| Leader {
            question: number.to_string(),
            canonical: Canonical::of(&number.to_string()),
            embedding: goldenset_core::Vector::from([1.0]).into(),
        };
        (0..count).map(leader).collect()
    }

    #[test]
    fn the_tenant_that_was_quiet_longest_goes_first() {
        let [a, b, c] = ["a", "b", "c"].map(|name| TenantId::new(name).unwrap());
        let mut all = Leaders::default();
        all.add(&a, leaders(MOST_LEADERS / 2));
        all.add(&b, leaders(MOST_LEADERS / 2));
        assert!(all.of(&a).is_some());
        all.add(&c, leaders(1));
        assert!(all.of(&b).is_none());
        assert_eq!(all.of(&a).map(<[_]>::len), Some(MOST_LEADERS / 2));
        all.add(&c, leaders(MOST_LEADERS + 1));
        assert!(all.of(&a).is_none());
        assert_eq!(all.of(&c).map(<[_]>::len), Some(MOST_LEADERS + 2));
        let gone = Canonical::of("7").signature();
        all.remove(&[(c.clone(), gone), (a, gone)]);
        assert_eq!(all.of(&c).map(<[_]>::len), Some(MOST_LEADERS + 1));
    }
}
