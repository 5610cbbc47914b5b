//! The engine under test, and the account of who wrote, said and decided what.

use std::collections::{BTreeMap, BTreeSet};

use goldenset_core::curation::{Candidate, CandidateId, Outcome};
use goldenset_core::ports::Clock;
use goldenset_core::{Result, TenantId, VersionNumber};
use jiff::{Timestamp, ToSpan};

use super::steps::PLACES;
use crate::parts::{Rig, content, entry_id, settings};

pub(super) const QUESTIONS: [&str; PLACES] =
    ["quante settimane di ferie spettano per legge", "come si disdice un abbonamento annuale"];

/// What is in force of an entry, as the store has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InForce {
    pub(super) version: VersionNumber,
    pub(super) question: String,
    pub(super) answer: String,
    pub(super) published_at: Timestamp,
    pub(super) suspended: usize,
    pub(super) fresh: bool,
}

pub(super) type Set = BTreeMap<String, InForce>;

pub(super) struct World {
    pub(super) rig: Rig,
    /// Number of the next answer: no two are equal by chance.
    pub(super) next: usize,
    pub(super) last_answer: [String; PLACES],
    /// What experts whose word counted wrote, by candidate.
    pub(super) written: BTreeMap<CandidateId, BTreeSet<String>>,
    /// What each expert said last for a candidate: answer, confidence and trust.
    pub(super) said: BTreeMap<(CandidateId, String), (Option<String>, f64, f64)>,
    /// Who wrote a candidate anew last, and what.
    pub(super) amended: BTreeMap<CandidateId, (String, String)>,
    /// What they wrote.
    pub(super) anew: BTreeSet<String>,
    /// What each proposal turned out as, for each who stood behind it.
    pub(super) outcomes: BTreeMap<(CandidateId, String), Outcome>,
    pub(super) decided: BTreeSet<CandidateId>,
}

pub(super) fn id(place: usize) -> String {
    if place == 0 { "ferie".into() } else { format!("place-{place}") }
}

impl World {
    fn today(&self) -> jiff::civil::Date {
        settings().time_zone.to_datetime(self.rig.clock.now()).date()
    }

    pub(super) async fn set(&self) -> (Set, goldenset_core::Epoch) {
        let model = goldenset_core::ports::Embedder::model(&*self.rig.embedder).clone();
        let set = self.rig.store.published(&TenantId::default(), &model).await.unwrap();
        let today = self.today();
        let told = set.entries.into_iter().map(|entry| {
            let validity = &entry.content.validity;
            let fresh = validity.valid_until.is_none_or(|day| day >= today)
                && validity.valid_from.is_none_or(|day| day <= today)
                && entry.content.review_by.is_none_or(|day| day >= today);
            let in_force = InForce {
                version: entry.version,
                question: entry.content.question,
                answer: entry.content.answer,
                published_at: entry.published_at,
                suspended: entry.suspensions.len(),
                fresh,
            };
            (entry.id.to_string(), in_force)
        });
        (told.collect(), set.stamp.epoch)
    }

    pub(super) async fn candidates(&self) -> BTreeMap<CandidateId, Candidate> {
        self.rig.candidates().await.into_iter().map(|one| (one.id, one)).collect()
    }

    pub(super) async fn answers(&self, id: &str) -> Vec<String> {
        let versions = self.rig.store.versions(&TenantId::default(), &entry_id(id)).await;
        let mut versions = versions.unwrap_or_default();
        versions.reverse();
        assert!(versions.iter().zip(1..).all(|(one, number)| one.version == number), "{id}");
        versions.into_iter().map(|one| one.content.answer).collect()
    }

    pub(super) fn fresh_answer(&mut self) -> String {
        self.next += 1;
        format!("Risposta numero {}.", self.next)
    }

    pub(super) async fn put(
        &mut self,
        place: usize,
        publish: bool,
        dates: usize,
    ) -> Result<String> {
        let mut entry = content(QUESTIONS[place], &self.fresh_answer());
        entry.references = vec![format!("art. {place} L. 10{place}/1992").as_str().into()];
        let today = self.today();
        match dates {
            1 => entry.review_by = Some(today.saturating_add(3.days())),
            2 => entry.validity.valid_until = Some(today.saturating_add(3.days())),
            _ => {}
        }
        let answer = entry.answer.clone();
        self.rig.save(&id(place), entry, publish).await.map(|_| answer)
    }
}
