//! The publish gate: what would this entry take from others?
//!
//! Before anything goes live it is put into a copy of the set, and the questions of which it is
//! known what answers them are asked again. What was so before the change is told, and blocks
//! nothing: a correction must not wait for an old quarrel.

mod conflict;
mod many;
mod questions;

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::guards::{self, Effect, EntrySlots, Slots};
use goldenset_core::ports::PublishedVersion;
use goldenset_core::said::check_reason;
use goldenset_core::{Code, Embedding, EntryContent, EntryId, Error, Result, TenantId, Validity};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use conflict::{Conflict, ConflictKind, Neighbour};

use crate::changes::in_micros;
use crate::engine::Engine;
use crate::scope::{Filters, KnownUntil, Scope};
use crate::snapshot::{PublishedEntry, TenantSet};
use crate::verify::Among;
use questions::Asked;

/// Entries next to a phrasing whose own phrasings are asked again.
const NEAR: usize = 10;
/// Entries shown as nearest.
const SHOWN: usize = 5;

/// What the gate found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    /// The entry that is to go live.
    pub entry_id: EntryId,
    /// Whether it may not, unless an approver overrides.
    pub blocked: bool,
    /// What speaks against it, what blocks first.
    pub conflicts: Vec<Conflict>,
    /// The entries nearest to its question.
    pub nearest: Vec<Neighbour>,
    /// How many questions were asked again.
    pub questions_checked: usize,
}

impl GateReport {
    /// What a person should see before it goes live, where nobody has looked at it.
    pub(crate) fn doubt(&self) -> Option<&Conflict> {
        let doubtful = |one: &&Conflict| {
            one.blocking
                || matches!(
                    one.kind,
                    ConflictKind::AlreadyAnswered
                        | ConflictKind::LooksAlike
                        | ConflictKind::LosesQuestion
                        | ConflictKind::PhrasingDiffers
                )
        };
        self.conflicts.iter().find(doubtful)
    }

    /// Refuses what blocks, unless it is overridden.
    ///
    /// # Errors
    /// `publish_conflict` with the conflicts.
    pub(crate) fn refuse(&self, over: Option<&Override>) -> Result<()> {
        refuse(&self.conflicts, over)
    }
}

/// Refuses what blocks, unless it is overridden.
///
/// # Errors
/// `publish_conflict` with the conflicts.
pub(crate) fn refuse(conflicts: &[Conflict], over: Option<&Override>) -> Result<()> {
    let blocking: Vec<_> = conflicts.iter().filter(|one| one.blocking).collect();
    let Some(first) = blocking.first().filter(|_| over.is_none()) else { return Ok(()) };
    let more = match blocking.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Err(Error::new(Code::PublishConflict, format!("{}{more}", first.detail))
        .field("conflicts")
        .fix(
            "change the entry or the ones it conflicts with; an approver may publish it in spite \
             of them with `override` and a reason",
        )
        .with("conflicts", json!(conflicts)))
}

/// An approver's word against the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Why.
    pub(crate) reason: String,
}

impl Override {
    /// The override that was asked for, if one was.
    ///
    /// # Errors
    /// `missing_field` where no reason is given; `invalid_field`.
    pub fn of(wanted: bool, reason: Option<&str>) -> Result<Option<Self>> {
        match (wanted, reason) {
            (false, _) => Ok(None),
            (true, Some(reason)) => {
                check_reason("reason", reason)?;
                Ok(Some(Self { reason: reason.into() }))
            }
            (true, None) => Err(Error::new(Code::MissingField, "an override needs a reason")
                .field("reason")
                .fix("say why it is right to publish it in spite of the conflicts")),
        }
    }
}

/// What is to go live.
pub(crate) struct Live<'a> {
    pub(crate) id: &'a EntryId,
    pub(crate) content: &'a EntryContent,
    /// One a phrasing.
    pub(crate) embeddings: &'a [Embedding],
}

/// The set as it is and as it would be.
struct Before<'a> {
    engine: &'a Engine,
    set: &'a TenantSet,
    after: TenantSet,
    live: &'a Live<'a>,
    today: Date,
}

impl Engine {
    /// What publishing this would take from others.
    ///
    /// # Errors
    /// Faults of store and provider.
    pub(crate) async fn gate(
        &self,
        tenant: &TenantId,
        set: &TenantSet,
        live: &Live<'_>,
    ) -> Result<GateReport> {
        let now = in_micros(self.clock.now());
        let published = PublishedVersion {
            id: live.id.clone(),
            version: set.entry(live.id).map_or(1, |entry| entry.version + 1),
            content: live.content.clone(),
            published_at: now,
            suspensions: Vec::new(),
            embeddings: None,
        };
        let before = Before {
            engine: self,
            set,
            after: set.supposing(vec![(published, live.embeddings.to_vec())]),
            live,
            today: self.settings.time_zone.to_datetime(now).date(),
        };
        let mut conflicts = before.of_its_own();
        conflicts.extend(before.duplicates());
        conflicts.extend(before.answered(tenant).await?);
        let asked = questions::gather(self, tenant, &before).await?;
        let checked = asked.len();
        for asked in &asked {
            // A large set has many questions, and others want the thread, too.
            tokio::task::yield_now().await;
            conflicts.extend(before.ask(asked).await?);
        }
        conflicts.sort_by_key(|conflict| !conflict.blocking);
        Ok(GateReport {
            entry_id: live.id.clone(),
            blocked: conflicts.iter().any(|conflict| conflict.blocking),
            conflicts,
            nearest: before.nearest(tenant).await?,
            questions_checked: checked,
        })
    }
}

impl Before<'_> {
    /// What contradicts itself.
    fn of_its_own(&self) -> Vec<Conflict> {
        let EntryContent { question, alternatives, answer, references, validity, .. } =
            self.live.content;
        let mut found = Vec::new();
        let lexicon = self.set.judge.verifier.lexicon();
        let texts = references.iter().map(|reference| &reference.text);
        let support = std::iter::once(answer).chain(texts).map(String::as_str);
        let slots = EntrySlots::with([question.as_str()], support, lexicon);
        for alternative in alternatives {
            let asked = Slots::with(&Canonical::of(alternative), lexicon);
            let against = guards::check(&asked, &slots);
            let against = against.iter().find(|guard| guard.effect == Effect::Refuse);
            if let Some(guard) = against {
                found.push(Conflict {
                    kind: ConflictKind::PhrasingDiffers,
                    blocking: false,
                    entry_id: Some(self.live.id.clone()),
                    question: alternative.clone(),
                    detail: format!(
                        "the phrasing \"{alternative}\" differs from the question in its {} \
                         ({} / {})",
                        guard.kind.as_str(),
                        guard.query_values.join(", "),
                        guard.entry_values.join(", ")
                    ),
                });
            }
        }
        let out = match validity {
            Validity { valid_until: Some(until), .. } if *until < self.today => {
                Some(format!("it was valid until {until}, so it is served for that time only"))
            }
            Validity { valid_from: Some(from), .. } if *from > self.today => {
                Some(format!("it is valid from {from} on, so it is not served before"))
            }
            _ => None,
        };
        found.extend(out.map(|detail| Conflict {
            kind: ConflictKind::NotInForce,
            blocking: false,
            entry_id: Some(self.live.id.clone()),
            question: question.clone(),
            detail,
        }));
        found
    }

    /// Phrasings that another entry has word for word, for a time that both are in force.
    fn duplicates(&self) -> Vec<Conflict> {
        let mut found = Vec::new();
        for phrasing in self.live.content.phrasings() {
            let signature = Canonical::of(phrasing).signature();
            for other in self.set.by_signature(&signature) {
                let (other, validity) = (&other.entry, &self.live.content.validity);
                if other.id == *self.live.id || !other.content.validity.overlaps(validity) {
                    continue;
                }
                let known = self.set.by_signature(&signature);
                let known = known.into_iter().any(|holder| holder.entry.id == *self.live.id);
                found.push(Conflict {
                    kind: ConflictKind::DuplicateQuestion,
                    blocking: !known,
                    entry_id: Some(other.id.clone()),
                    question: phrasing.to_owned(),
                    detail: format!(
                        "\"{phrasing}\" is a phrasing of {} already: neither would be served for it",
                        other.id
                    ),
                });
            }
        }
        found
    }

    /// Phrasings that another entry is served for by meaning: two answers to one question.
    async fn answered(&self, tenant: &TenantId) -> Result<Vec<Conflict>> {
        let mut found = Vec::new();
        let known = self.set.entry(self.live.id);
        let day = self.live.content.validity.nearest_day(self.today);
        let scope = everything(tenant, day);
        for (phrasing, embedding) in self.live.content.phrasings().zip(self.live.embeddings) {
            let question = Canonical::of(phrasing);
            let mut own = known.iter().flat_map(|entry| entry.content.phrasings());
            let is_old = own.any(|own| Canonical::of(own).signature() == question.signature());
            let is_duplicate = self.set.by_signature(&question.signature()).next().is_some();
            if is_old || is_duplicate {
                continue;
            }
            let but = Some(self.live.id);
            let asked = (&question, embedding);
            let result = self.engine.decide_over(self.set, &scope, asked, but).await?;
            found.extend(result.chosen().map(|chosen| Conflict {
                kind: ConflictKind::AlreadyAnswered,
                // It may be the wrong answer, which publishing mends: a person has to know.
                blocking: false,
                entry_id: Some(chosen.entry.id.clone()),
                question: phrasing.to_owned(),
                detail: format!(
                    "\"{phrasing}\" is answered by {} already: {}",
                    chosen.entry.id, chosen.reason
                ),
            }));
        }
        Ok(found)
    }

    /// The entries nearest to the question, as a lookup judges them now.
    async fn nearest(&self, tenant: &TenantId) -> Result<Vec<Neighbour>> {
        let day = self.live.content.validity.nearest_day(self.today);
        let scope = everything(tenant, day);
        let question = Canonical::of(&self.live.content.question);
        let Some(embedding) = self.live.embeddings.first() else { return Ok(Vec::new()) };
        let but = Some(self.live.id);
        let asked = (&question, embedding);
        let result = self.engine.decide_over(self.set, &scope, asked, but).await?;
        let mut nearest: Vec<_> = result.matches.iter().map(Neighbour::from).collect();
        nearest.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        nearest.truncate(SHOWN);
        Ok(nearest)
    }

    /// Asks one question of the set as it would be.
    async fn ask(&self, asked: &Asked) -> Result<Option<Conflict>> {
        let mine = &self.live.content.validity;
        let day = match &asked.owner {
            Some(owner) if owner != self.live.id => {
                let its = self.set.entry(owner).map(|entry| &entry.content.validity);
                its.and_then(|its| mine.common_day(its, self.today))
            }
            _ => Some(mine.nearest_day(self.today)),
        };
        let Some(day) = day else { return Ok(None) };
        let scope = everything(&asked.tenant, day);
        let (now, then) = (
            self.chosen(self.set, asked, &scope).await?,
            self.chosen(&self.after, asked, &scope).await?,
        );
        if now == then {
            return Ok(None);
        }
        Ok(conflict::of(asked, self.live.id, now.as_ref(), then.as_ref()))
    }

    /// The entry that a set answers a question with.
    async fn chosen(
        &self,
        set: &TenantSet,
        asked: &Asked,
        scope: &Scope,
    ) -> Result<Option<EntryId>> {
        let question = (&asked.question, &asked.embedding);
        if asked.is_phrasing {
            let result =
                self.engine.decide_over(set, scope, question, asked.owner.as_ref()).await?;
            return Ok(result.chosen().map(|chosen| chosen.entry.id.clone()));
        }
        self.engine.chosen_over(set, scope, question).await
    }
}

/// All entries in force on a day.
fn everything(tenant: &TenantId, day: Date) -> Scope {
    Scope {
        tenant: tenant.clone(),
        min_similarity: 0.0,
        max_results: NEAR,
        filters: Filters::default(),
        day,
        follows_today: false,
        // A review that is due holds an entry back, and takes nothing from others.
        today: day,
        kb_epoch: KnownUntil::default(),
        superseded_tags: Vec::new(),
    }
}

/// Entries whose phrasings are asked again: those next to a phrasing of what is to go live, and in
/// force on a day that it is.
async fn neighbours(before: &Before<'_>, tenant: &TenantId) -> Result<Vec<Arc<PublishedEntry>>> {
    let mut near: Vec<Arc<PublishedEntry>> = Vec::new();
    let among = Among {
        tenant,
        filters: &Filters::default(),
        in_force: before.live.content.validity,
        but: Some(before.live.id),
        depth: NEAR,
    };
    for embedding in before.live.embeddings {
        let found = before.engine.search(before.set, &embedding.vector, &among).await?;
        for found in found {
            if near.iter().all(|known| known.id != found.entry.id) {
                near.push(found.entry);
            }
        }
    }
    Ok(near)
}
