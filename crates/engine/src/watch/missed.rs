//! Questions that found no answer: offered by lookups without waiting, grouped by meaning and
//! written by the flush. Nothing of it happens unless the operator turned it on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use goldenset_core::canonical::Canonical;
use goldenset_core::curation::{MissedExample, MissedFlush, MissedGroup, MissedMore, NearEntry};
use goldenset_core::decision::Decision;
use goldenset_core::{Code, Embedding, Error, Result, Signature, TenantId};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, mpsc};

use super::filling::Filling;
use super::leaders::{Leader, Leaders, leader_of};
use super::{MOST_DRAWN, Watch};
use crate::answer::rounded;
use crate::changes::in_micros;
use crate::embedding::Wanted;
use crate::lookup::Looked;
use crate::scope::Options;
use crate::verify::Among;

/// Entries that are named as the nearest.
const NEAREST: usize = 3;

/// How questions that miss are kept.
#[derive(Debug, Clone, Copy)]
pub struct MissedSettings {
    /// Most groups of a tenant.
    pub most: u64,
    /// Most phrasings that are kept of a group.
    pub examples: usize,
    /// Days that a group is kept after it was asked last.
    pub keep_days: u32,
}

/// A question that found no answer.
#[derive(Debug)]
struct Offered {
    tenant: TenantId,
    question: String,
    at: Timestamp,
}

/// Between the lookups that miss and the one task that writes.
pub(super) struct Offers {
    settings: Option<MissedSettings>,
    sender: mpsc::Sender<Offered>,
    pub(super) filling: Filling,
    pub(super) dropped: AtomicU64,
    gathering: Mutex<Gathering>,
}

/// Who groups and writes.
struct Gathering {
    writer: String,
    number: u64,
    waiting: mpsc::Receiver<Offered>,
    /// What was taken out and could not be grouped yet.
    held: Vec<Asked>,
    /// What is not known to be written; see [`super::recorder`].
    pending: Option<MissedFlush>,
    leaders: Leaders,
    forgot_on: Option<Date>,
}

/// An offered question with what it is grouped by.
struct Asked {
    offered: Offered,
    canonical: Canonical,
    signature: Signature,
}

/// What a look at all that is held came to.
#[derive(Default)]
struct Grouped {
    more: Vec<MissedMore>,
    leaders: Vec<(TenantId, Vec<Leader>)>,
    /// Questions that have to wait for the next flush, and why.
    kept: HashSet<(TenantId, Signature)>,
    fault: Option<Error>,
    /// Questions that the provider will never take.
    rejected: HashSet<(TenantId, Signature)>,
}

impl Grouped {
    /// What a fault concerns is tried again, unless that is in vain.
    fn fails(&mut self, key: (TenantId, Signature), error: Error) {
        if error.code == Code::EmbeddingRejected {
            self.rejected.insert(key);
        } else {
            self.kept.insert(key);
            self.fault = Some(error);
        }
    }
}

impl Offers {
    pub(super) fn new(settings: Option<MissedSettings>, writer: &str) -> Self {
        let (sender, waiting) = mpsc::channel(MOST_DRAWN);
        let gathering = Gathering {
            writer: format!("{writer}-missed"),
            number: 0,
            waiting,
            held: Vec::new(),
            pending: None,
            leaders: Leaders::default(),
            forgot_on: None,
        };
        Self {
            settings,
            sender,
            filling: Filling::default(),
            dropped: AtomicU64::new(0),
            gathering: Mutex::new(gathering),
        }
    }

    /// Takes a question that found no answer, if such are kept.
    pub(super) fn offer(&self, tenant: &TenantId, query: &str, looked: &Looked, at: Timestamp) {
        let missed = matches!(looked.answer.result().decision, Decision::Miss | Decision::Suggest);
        if self.settings.is_none() || !missed {
            return;
        }
        let (tenant, question, at) = (tenant.clone(), query.to_owned(), in_micros(at));
        if self.sender.try_send(Offered { tenant, question, at }).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            self.filling.queued(self.sender.capacity());
        }
    }
}

impl Watch {
    /// Groups and writes what missed so far.
    pub(super) async fn flush_missed(&self) -> Result<()> {
        let mut gathering = self.offers.gathering.lock().await;
        self.write_missed(&mut gathering).await?;
        let gathered = match self.offers.settings {
            Some(settings) => self.gather_missed(&mut gathering, settings).await,
            None => Ok(()),
        };
        self.write_missed(&mut gathering).await?;
        self.forget_missed(&mut gathering).await?;
        gathered
    }

    async fn write_missed(&self, gathering: &mut Gathering) -> Result<()> {
        if let Some(flush) = &gathering.pending {
            let gone = self.engine.store.record_missed(flush).await?;
            gathering.leaders.remove(&gone);
            gathering.pending = None;
        }
        Ok(())
    }

    /// What cannot be grouped now stays; it is the error that is given back.
    async fn gather_missed(
        &self,
        gathering: &mut Gathering,
        settings: MissedSettings,
    ) -> Result<()> {
        while gathering.held.len() < MOST_DRAWN
            && let Ok(offered) = gathering.waiting.try_recv()
        {
            let canonical = Canonical::of(&offered.question);
            let signature = canonical.signature();
            gathering.held.push(Asked { offered, canonical, signature });
        }
        let mut grouped = Grouped::default();
        let mut tenants = BTreeMap::<&TenantId, Vec<&Asked>>::new();
        for asked in &gathering.held {
            tenants.entry(&asked.offered.tenant).or_default().push(asked);
        }
        for (tenant, asked) in tenants {
            let grouping =
                self.group(&mut gathering.leaders, tenant, &asked, &mut grouped, settings);
            if let Err(error) = grouping.await {
                let keys = asked.iter().map(|asked| (tenant.clone(), asked.signature));
                grouped.kept.extend(keys);
                grouped.fault = Some(error);
            }
        }
        // From here on without a point at which anything could be lost.
        let key = |asked: &Asked| (asked.offered.tenant.clone(), asked.signature);
        let rejected = gathering.held.iter().filter(|asked| grouped.rejected.contains(&key(asked)));
        self.offers.dropped.fetch_add(rejected.count() as u64, Ordering::Relaxed);
        gathering.held.retain(|asked| grouped.kept.contains(&key(asked)));
        for (tenant, leaders) in grouped.leaders {
            gathering.leaders.add(&tenant, leaders);
        }
        if !grouped.more.is_empty() {
            gathering.number += 1;
            gathering.pending = Some(MissedFlush {
                writer: gathering.writer.clone(),
                number: gathering.number,
                at: in_micros(self.engine.clock.now()),
                more: grouped.more,
                most: settings.most,
                examples: settings.examples,
            });
        }
        match grouped.fault {
            Some(fault) => Err(fault),
            None => {
                self.offers.filling.emptied();
                Ok(())
            }
        }
    }

    /// Groups the questions of one tenant.
    ///
    /// # Errors
    /// Where nothing of it could be grouped.
    async fn group(
        &self,
        leaders: &mut Leaders,
        tenant: &TenantId,
        asked: &[&Asked],
        grouped: &mut Grouped,
        settings: MissedSettings,
    ) -> Result<()> {
        self.read_leaders(leaders, tenant, settings.most).await?;
        let known = leaders.of(tenant).unwrap_or_default();
        let mut places = HashMap::<Signature, usize>::new();
        let mut distinct: Vec<Vec<&Asked>> = Vec::new();
        for one in asked {
            let place = *places.entry(one.signature).or_insert_with(|| {
                distinct.push(Vec::new());
                distinct.len() - 1
            });
            distinct[place].push(one);
        }
        let texts: Vec<_> = distinct.iter().map(|same| same[0].canonical.clone()).collect();
        let embeddings = self.engine.embeddings.many(tenant, &Wanted::all(&texts)).await;
        let verifier = &self.engine.judges.of(tenant).verifier;
        let mut fresh: Vec<Leader> = Vec::new();
        let mut more = BTreeMap::<usize, (MissedMore, Embedding)>::new();
        for (same, embedding) in distinct.iter().zip(embeddings) {
            // Many questions must not hold the thread against everyone else.
            tokio::task::yield_now().await;
            let first = same[0];
            let embedding = match embedding {
                Ok(arrived) => arrived.embedding,
                Err(error) => {
                    grouped.fails((tenant.clone(), first.signature), error);
                    continue;
                }
            };
            let all: Vec<_> = known.iter().chain(&fresh).collect();
            let place = leader_of(verifier, &all, &first.canonical, &embedding);
            let place = place.unwrap_or_else(|| {
                fresh.push(Leader {
                    question: first.offered.question.clone(),
                    canonical: first.canonical.clone(),
                    embedding: embedding.clone(),
                });
                known.len() + fresh.len() - 1
            });
            let leader = known.iter().chain(&fresh).nth(place);
            let leader = leader.map_or("", |leader| leader.question.as_str());
            let (one, nearest_to) = more.entry(place).or_insert_with(|| {
                (nothing_of(tenant, leader, first.offered.at), embedding.clone())
            });
            if add(one, same) {
                *nearest_to = embedding;
            }
        }
        for (mut one, embedding) in more.into_values() {
            one.nearest = self.nearest(tenant, &embedding).await?;
            grouped.more.push(one);
        }
        grouped.leaders.push((tenant.clone(), fresh));
        Ok(())
    }

    /// What the groups in the store are known by, after a restart.
    async fn read_leaders(
        &self,
        leaders: &mut Leaders,
        tenant: &TenantId,
        most: u64,
    ) -> Result<()> {
        if leaders.of(tenant).is_some() {
            return Ok(());
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let groups = self.engine.store.missed(tenant, 0, most).await?;
        let texts: Vec<_> = groups.iter().map(|group| Canonical::of(&group.question)).collect();
        let embeddings = self.engine.embeddings.nobodys(&texts).await;
        let mut known = Vec::with_capacity(groups.len());
        for ((group, canonical), embedding) in groups.into_iter().zip(texts).zip(embeddings) {
            match embedding {
                Ok(embedding) => {
                    known.push(Leader { question: group.question, canonical, embedding });
                }
                // The store still finds it by its words.
                Err(error) if error.code == Code::EmbeddingRejected => {}
                Err(error) => return Err(error),
            }
        }
        leaders.add(tenant, known);
        Ok(())
    }

    /// The entries nearest to a question that are in force today.
    async fn nearest(&self, tenant: &TenantId, embedding: &Embedding) -> Result<Vec<NearEntry>> {
        let options = Options { tenant: Some(tenant.clone()), ..Options::default() };
        let scope = self.engine.scope(options)?;
        let set = self.engine.published(tenant)?;
        let found = self.engine.search(&set, &embedding.vector, &Among::of(&scope)).await?;
        let near = found.into_iter().take(NEAREST).map(|found| NearEntry {
            entry_id: found.entry.id.clone(),
            similarity: rounded(f64::from(found.similarity)),
        });
        Ok(near.collect())
    }

    /// Once a day; all of it where nothing is to be kept.
    async fn forget_missed(&self, gathering: &mut Gathering) -> Result<()> {
        let now = self.engine.clock.now();
        let today = self.days.day(now);
        if gathering.forgot_on == Some(today) {
            return Ok(());
        }
        let before = match self.offers.settings {
            Some(MissedSettings { keep_days, .. }) => {
                let kept = SignedDuration::from_hours(24 * i64::from(keep_days));
                now.saturating_sub(kept).unwrap_or(Timestamp::MIN)
            }
            None => Timestamp::MAX,
        };
        let gone = self.engine.store.forget_missed(before).await?;
        gathering.leaders.remove(&gone);
        gathering.forgot_on = Some(today);
        Ok(())
    }

    /// A tenant's questions that missed, the most asked group first, at most `limit`.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn missed(&self, tenant: &TenantId, limit: usize) -> Result<Vec<MissedGroup>> {
        self.flush_or_log().await;
        self.engine.store.missed(tenant, 0, limit).await
    }
}

/// Nothing yet of the group that a question leads.
fn nothing_of(tenant: &TenantId, leader: &str, at: Timestamp) -> MissedMore {
    MissedMore {
        tenant: tenant.clone(),
        question: leader.to_owned(),
        count: 0,
        first_at: at,
        last_at: at,
        examples: Vec::new(),
        nearest: Vec::new(),
    }
}

/// Adds one phrasing, asked once or more; whether it is the newest.
fn add(more: &mut MissedMore, same: &[&Asked]) -> bool {
    let mut newest = false;
    if let Some(last) = same.iter().max_by_key(|asked| asked.offered.at) {
        let (at, times) = (last.offered.at, same.len() as u64);
        newest = at >= more.last_at;
        more.count += times;
        more.last_at = more.last_at.max(at);
        let question = last.offered.question.clone();
        more.examples.push(MissedExample { question, times, last_at: at });
    }
    if let Some(first) = same.iter().map(|asked| asked.offered.at).min() {
        more.first_at = more.first_at.min(first);
    }
    newest
}
