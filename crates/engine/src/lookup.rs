//! A lookup, from top to bottom.

mod batch;
mod conclude;
mod facts;
mod signature;
mod spellings;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use goldenset_core::embedding::Vector;
use goldenset_core::{Code, Epoch, Result, Signature};
use jiff::Timestamp;

use crate::answer::Answer;
use crate::cache::{Basis, Grounds, Outcome, ResultKey, ResultName, StoredResult};
use crate::embedding::{Arrived, EmbeddingSource, Wanted};
use crate::engine::Engine;
use crate::opinion::Opinion;
use crate::scope::{Options, Scope};
use crate::search::Many;
use crate::snapshot::TenantSet;
use crate::verify::{Among, reach, verify};

pub use facts::{CacheStatus, Facts, Looked};
pub(crate) use signature::signature_match;
pub(crate) use spellings::{Question, Spellings};

use conclude::conclude;
use signature::answer_by_signature;

/// How often a lookup catches up with a search that knows later changes.
const CATCH_UPS: usize = 4;

/// A lookup that the caches could not answer.
struct Open {
    set: Arc<TenantSet>,
    scope: Scope,
    question: Question,
}

impl Open {
    /// What its result is kept under.
    fn key(&self) -> ResultKey<'_> {
        result_key(&self.set, self.question.signature, &self.scope)
    }
}

fn result_key<'a>(set: &'a TenantSet, signature: Signature, scope: &'a Scope) -> ResultKey<'a> {
    let calibration = set.calibration.as_ref().map(|in_force| in_force.version());
    ResultKey { signature, judge: &set.judge.id, calibration, scope }
}

/// A lookup after the steps that need no vector.
enum Step {
    Done(Looked),
    Open(Open),
}

impl Engine {
    /// Looks one question up.
    ///
    /// # Errors
    /// Bad input by its own code, `unknown_tenant`, and every fault of the embedding provider. A
    /// fault is never an empty result, and never cached.
    pub async fn lookup(&self, query: &str, options: Options) -> Result<Looked> {
        self.be_fresh().await;
        let now = self.clock.now();
        let scope = self.scope_at(options, now)?;
        let question = self.spellings.question(query)?;
        self.lookup_within(question, scope, now, &AtomicBool::new(false)).await
    }

    /// `late`: see [`Engine::with_vector`].
    async fn lookup_within(
        &self,
        question: Question,
        scope: Scope,
        now: Timestamp,
        late: &AtomicBool,
    ) -> Result<Looked> {
        match self.without_vector(question, scope, now)? {
            Step::Done(looked) => Ok(looked),
            // In a box: whoever is answered from a cache need not carry what a search needs.
            Step::Open(open) => Box::pin(self.without_result(open, late)).await,
        }
    }

    /// Steps 4 to 8.
    async fn without_result(&self, open: Open, late: &AtomicBool) -> Result<Looked> {
        let asked = Instant::now();
        let arrived = self.embeddings.one(&open.scope.tenant, self.wanted(&open)).await?;
        self.with_vector(open, (arrived, None), asked.elapsed(), late).await
    }

    /// Steps 2 and 3: signature, cached result.
    fn without_vector(&self, question: Question, scope: Scope, now: Timestamp) -> Result<Step> {
        let set = self.published(&scope.tenant)?;
        let done = |answer, cache| {
            Ok(Step::Done(Looked { answer, facts: Facts::new(cache, set.epoch()) }))
        };
        let signature = question.signature;
        if let Some(served) = signature_match(&set, &signature, &scope) {
            return done(answer_by_signature(served, &scope)?, CacheStatus::SignatureHit);
        }
        let key = result_key(&set, signature, &scope);
        if let Some(answer) = self.results.get(key, &set.journal, now) {
            return done(answer, CacheStatus::ResultHit);
        }
        Ok(Step::Open(Open { set, scope, question }))
    }

    /// The embedding of an open lookup, or its result where nodes share one.
    fn wanted<'a>(&self, open: &'a Open) -> Wanted<'a> {
        let result = self.shared.is_some().then(|| open.key().name());
        Wanted { question: &open.question.canonical, result }
    }

    /// Whether what was found at `epoch` within `scope` would be found now: no change came, and no
    /// midnight passed.
    fn is_current(&self, scope: &Scope, epoch: Epoch) -> Result<bool> {
        // Also of a question about another day: reviews are due by the day that it is.
        Ok(scope.today == self.today() && self.published(&scope.tenant)?.epoch() == epoch)
    }

    /// The lookup as of now: a change may have come while the vector was awaited, and who asks
    /// after it was acknowledged must not get what was before; or midnight, and nothing may be
    /// served past its end.
    fn renewed(&self, mut open: Open) -> Result<Step> {
        if self.is_current(&open.scope, open.set.epoch())? {
            return Ok(Step::Open(open));
        }
        open.scope.today = self.today();
        if open.scope.follows_today {
            open.scope.day = open.scope.today;
        }
        self.without_vector(open.question, open.scope, self.clock.now())
    }

    /// A result that nodes share, where it is known to be the one that would be found here.
    fn revived(
        &self,
        open: &Open,
        vector: &Vector,
        shared: Arc<(ResultName, StoredResult)>,
    ) -> Option<Arc<Answer>> {
        let Open { set, scope, question } = open;
        let (of, stored) = Arc::unwrap_or_clone(shared);
        // Others asked the same question on the same flight, under other options.
        if of != open.key().name() {
            return None;
        }
        let now = self.clock.now();
        let revived = stored.revived(set, (&question.canonical, vector, scope), now);
        if let Some(shared) = &self.shared {
            shared.used(if revived.is_some() { Outcome::Hit } else { Outcome::Stale });
        }
        let (answer, basis) = revived?;
        Some(self.results.put(&open.key().held(), now, answer, basis))
    }

    /// Steps 6 to 8: search, verification, decision; and the result into the cache. `late`: whether
    /// a second opinion was late for another question of the batch. Then none is waited for, or a
    /// judge that hangs would hold up the batch until the whole request is given up. `made`: a
    /// search of the batch, and the place of this question in it.
    async fn with_vector(
        &self,
        mut open: Open,
        (mut arrived, mut made): (Arrived, Option<(Many, usize)>),
        waited: Duration,
        late: &AtomicBool,
    ) -> Result<Looked> {
        let (vector, mut result) = (Arc::clone(&arrived.embedding.vector), arrived.result.take());
        let started = Instant::now();
        let mut behind = 0;
        let hurried = late.load(Ordering::Relaxed);
        let deadline = self.opinions.as_ref().map(|opinions| opinions.deadline(hurried));
        let (open, (considered, reused), judged, opinion) = loop {
            self.be_fresh().await;
            open = match self.renewed(open)? {
                Step::Done(looked) => return Ok(looked),
                Step::Open(open) => open,
            };
            if let Some(answer) = result.take().and_then(|one| self.revived(&open, &vector, one)) {
                let cache = CacheStatus::ResultHit;
                let facts =
                    Facts { embedding: Some(waited), ..Facts::new(cache, open.set.epoch()) };
                return Ok(Looked { answer, facts });
            }
            let Open { set, scope, question, .. } = &open;
            let verifier = &set.judge.verifier;
            let asked = (&scope.tenant, &question.canonical);
            let read = self.embeddings.read(asked, &arrived, &set.judge);
            let (found, reused) = match self
                .search_or_reuse(made.take().as_ref(), set, &vector, &Among::of(scope))
                .await
            {
                Err(error) if error.code == Code::EpochMoved && behind < CATCH_UPS => {
                    behind += 1;
                    continue;
                }
                found => found?,
            };
            let reach = reach(&found, scope);
            let ids: Vec<_> = found.iter().map(|found| found.entry.id.clone()).collect();
            let entries = found.iter().map(|found| &found.entry);
            let profiles = self.profiles(set, &scope.tenant, entries).await?;
            let mut judged = verify(verifier, &read.profile, (found, &profiles), scope);
            let opinion = match (&self.opinions, deadline) {
                (Some(opinions), Some(deadline)) => {
                    let least = scope.min_similarity;
                    opinions.hear(verifier, &question.canonical, least, &mut judged, deadline).await
                }
                _ => Opinion::NotAsked,
            };
            // Where the wait took so long that the set or the day changed, all is looked at again;
            // there is no waiting beyond the deadline, so this ends.
            if opinion == Opinion::NotAsked || self.is_current(scope, set.epoch())? {
                break (open, ((ids, reach), reused), judged, opinion);
            }
        };
        late.fetch_or(opinion == Opinion::Late, Ordering::Relaxed);
        let key = open.key().held();
        let Open { set, scope, question } = open;
        let mut judged = judged;
        let in_force = set.calibration.as_deref();
        if let Some(in_force) = in_force {
            in_force.calibrate(&mut judged);
        }
        let thresholds = (self.settings.serve_threshold, opinion.is_whole());
        let result = conclude(judged, &scope, in_force, thresholds);
        let answer = Answer::new(result)?;
        let answer = if opinion.is_whole() {
            let (considered, reach) = considered;
            let signature = question.signature;
            let grounds = Grounds { signature, vector, scope, considered, reach };
            let now = self.clock.now();
            let basis = Basis::new(grounds, &set.journal, now);
            let answer = self.results.put(&key, now, answer, basis);
            if let Some(shared) = &self.shared {
                shared.keep_result(key.key().name(), &answer);
            }
            answer
        } else {
            Arc::new(answer)
        };
        let embedding_cached = arrived.source == EmbeddingSource::Cache;
        let cache = match (reused, embedding_cached) {
            (Some(true), _) => CacheStatus::NearMiss,
            (_, true) => CacheStatus::EmbeddingHit,
            (_, false) => CacheStatus::Miss,
        };
        let facts = Facts {
            cache,
            epoch: set.epoch(),
            embedding: Some(waited),
            verification: Some(started.elapsed()),
            embedding_cached: Some(embedding_cached),
            reused,
            opinion,
        };
        Ok(Looked { answer, facts })
    }
}
