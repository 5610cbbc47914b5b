//! A lookup, from top to bottom.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{Cause, Decision, Judged, MatchType, decide};
use goldenset_core::entry::MAX_QUESTION_BYTES;
use goldenset_core::guards::Effect;
use goldenset_core::{Code, Embedding, EntryId, Epoch, Error, Result, Signature};

use crate::answer::{Answer, LookupResult, Match};
use crate::cache::{Basis, Grounds, ResultKey};
use crate::calibrate::InForce;
use crate::causes::causes;
use crate::clarify::{self, clarify};
use crate::embedding::EmbeddingSource;
use crate::engine::Engine;
use crate::opinion::Opinion;
use crate::scope::{Options, Scope};
use crate::snapshot::{Served, TenantSet};
use crate::verify::{reach, search, search_without, verify};

/// Which tier answered, in the words of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheStatus {
    /// The question is an approved phrasing.
    SignatureHit,
    /// The result was cached.
    ResultHit,
    /// The embedding was cached; the search ran.
    EmbeddingHit,
    /// The provider was asked.
    Miss,
}

impl CacheStatus {
    /// The status as it is written in headers and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignatureHit => "signature_hit",
            Self::ResultHit => "result_hit",
            Self::EmbeddingHit => "embedding_hit",
            Self::Miss => "miss",
        }
    }
}

/// What holds for one request only and must not be in its body.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Which tier answered.
    pub cache: CacheStatus,
    /// State of the golden set that was read.
    pub epoch: Epoch,
    /// Waiting for the vector, when one was needed.
    pub embedding: Option<Duration>,
    /// Search, guards, score and decision, when they ran; the wait for a second opinion included.
    pub verification: Option<Duration>,
    /// What became of the second opinion.
    pub opinion: Opinion,
}

/// An answer and how it came about.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The answer.
    pub answer: Arc<Answer>,
    /// How it came about.
    pub facts: Facts,
}

/// Questions of one batch that wait for a second opinion at a time.
const BATCH_WAITS: usize = 8;

/// A lookup that the caches could not answer.
struct Open {
    set: Arc<TenantSet>,
    scope: Scope,
    question: Canonical,
    key: ResultKey,
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
        let scope = self.scope(options)?;
        self.lookup_within(check_query(query)?, scope, &AtomicBool::new(false)).await
    }

    /// `late`: see [`Engine::with_vector`].
    async fn lookup_within(
        &self,
        question: Canonical,
        scope: Scope,
        late: &AtomicBool,
    ) -> Result<Looked> {
        let open = match self.without_vector(question, scope)? {
            Step::Done(looked) => return Ok(looked),
            Step::Open(open) => open,
        };
        let asked = Instant::now();
        let embedding = self.embeddings.one(&open.scope.tenant, &open.question).await?;
        self.with_vector(open, embedding, asked.elapsed(), late).await
    }

    /// Looks many questions up, with one call of the provider for all vectors that are missing.
    /// One result a question, in order, each as [`Engine::lookup`] would give it.
    ///
    /// # Errors
    /// Only for options that are wrong for all of them.
    pub async fn lookup_batch(
        &self,
        queries: &[String],
        options: Options,
    ) -> Result<Vec<Result<Looked>>> {
        let scope = &self.scope(options.clone())?;
        let steps: Vec<_> = queries
            .iter()
            .map(|query| self.without_vector(check_query(query)?, scope.clone()))
            .collect();
        let open = steps.iter().filter_map(|step| match step {
            Ok(Step::Open(open)) => Some(open.question.clone()),
            _ => None,
        });
        let open: Vec<_> = open.collect();
        let asked = Instant::now();
        let mut embeddings = self.embeddings.many(&scope.tenant, &open).await.into_iter();
        let waited = asked.elapsed();
        let late = &AtomicBool::new(false);
        let options = &options;
        let each = steps.into_iter().enumerate().map(|(place, step)| {
            let step = step.map(|step| match step {
                Step::Done(looked) => (Step::Done(looked), None),
                Step::Open(open) => (Step::Open(open), embeddings.next()),
            });
            async move {
                match step? {
                    (Step::Done(looked), _) if self.is_current(scope, looked.facts.epoch)? => {
                        Ok(looked)
                    }
                    // Something changed while vectors for the others were awaited.
                    (Step::Done(_), _) => {
                        let scope = self.scope(options.clone())?;
                        self.lookup_within(check_query(&queries[place])?, scope, late).await
                    }
                    (Step::Open(open), embedding) => {
                        // A long batch must not hold the thread against everyone else.
                        tokio::task::yield_now().await;
                        let embedding = embedding.unwrap_or_else(|| {
                            let detail = "a question of the batch got no vector";
                            Err(Error::new(Code::Internal, detail))
                        });
                        self.with_vector(open, embedding?, waited, late).await
                    }
                }
            }
        });
        // Side by side only where they wait for a second opinion.
        Ok(futures::stream::iter(each).buffered(BATCH_WAITS).collect().await)
    }

    /// Steps 2 and 3: signature, cached result.
    fn without_vector(&self, question: Canonical, scope: Scope) -> Result<Step> {
        let set = self.published(&scope.tenant)?;
        let done = |answer, cache| {
            let facts = Facts {
                cache,
                epoch: set.epoch,
                embedding: None,
                verification: None,
                opinion: Opinion::NotAsked,
            };
            Ok(Step::Done(Looked { answer, facts }))
        };
        let signature = question.signature();
        if let Some(served) = signature_match(&set, &signature, &scope) {
            return done(answer_by_signature(served, &scope)?, CacheStatus::SignatureHit);
        }
        let calibration = set.calibration.as_ref().map(|in_force| in_force.version());
        let key = ResultKey::new(signature, &scope, &set.judge.id, calibration);
        if let Some(answer) = self.results.get(&key, set.epoch, &set.journal, self.clock.now()) {
            return done(answer, CacheStatus::ResultHit);
        }
        Ok(Step::Open(Open { set, scope, question, key }))
    }

    /// Whether what was found at `epoch` within `scope` would be found now: no change came, and no
    /// midnight passed.
    fn is_current(&self, scope: &Scope, epoch: Epoch) -> Result<bool> {
        // Also of a question about another day: reviews are due by the day that it is.
        Ok(scope.today == self.today() && self.published(&scope.tenant)?.epoch == epoch)
    }

    /// The lookup as of now: a change may have come while the vector was awaited, and who asks
    /// after it was acknowledged must not get what was before; or midnight, and nothing may be
    /// served past its end.
    fn renewed(&self, mut open: Open) -> Result<Step> {
        if self.is_current(&open.scope, open.set.epoch)? {
            return Ok(Step::Open(open));
        }
        open.scope.today = self.today();
        if open.scope.follows_today {
            open.scope.day = open.scope.today;
        }
        self.without_vector(open.question, open.scope)
    }

    /// Steps 6 to 8: search, verification, decision; and the result into the cache. `late`: whether
    /// a second opinion was late for another question of the batch. Then none is waited for, or a
    /// judge that hangs would hold up the batch until the whole request is given up.
    async fn with_vector(
        &self,
        mut open: Open,
        (Embedding { vector, words }, source): (Embedding, EmbeddingSource),
        waited: Duration,
        late: &AtomicBool,
    ) -> Result<Looked> {
        let started = Instant::now();
        let hurried = late.load(Ordering::Relaxed);
        let deadline = self.opinions.as_ref().map(|opinions| opinions.deadline(hurried));
        let (Open { set, scope, question, key }, considered, judged, opinion) = loop {
            open = match self.renewed(open)? {
                Step::Done(looked) => return Ok(looked),
                Step::Open(open) => open,
            };
            let Open { set, scope, question, .. } = &open;
            let verifier = &set.judge.verifier;
            let profile = verifier.question(question, &words);
            let found = search(set, &vector, scope);
            let reach = reach(&found, scope);
            let ids: Vec<_> = found.iter().map(|found| found.entry.id.clone()).collect();
            let mut judged = verify(verifier, &profile, found, scope);
            let opinion = match (&self.opinions, deadline) {
                (Some(opinions), Some(deadline)) => {
                    let least = scope.min_similarity;
                    opinions.hear(verifier, question, least, &mut judged, deadline).await
                }
                _ => Opinion::NotAsked,
            };
            // Where the wait took so long that the set or the day changed, all is looked at again;
            // there is no waiting beyond the deadline, so this ends.
            if opinion == Opinion::NotAsked || self.is_current(scope, set.epoch)? {
                break (open, (ids, reach), judged, opinion);
            }
        };
        late.fetch_or(opinion == Opinion::Late, Ordering::Relaxed);
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
            let signature = question.signature();
            let grounds = Grounds { signature, vector, scope, considered, reach };
            let now = self.clock.now();
            self.results.put(key, now, answer, Basis::new(grounds, set.epoch, now))
        } else {
            Arc::new(answer)
        };
        let cache = match source {
            EmbeddingSource::Cache => CacheStatus::EmbeddingHit,
            EmbeddingSource::Joined | EmbeddingSource::Provider => CacheStatus::Miss,
        };
        let facts = Facts {
            cache,
            epoch: set.epoch,
            embedding: Some(waited),
            verification: Some(started.elapsed()),
            opinion,
        };
        Ok(Looked { answer, facts })
    }
}

impl Engine {
    /// Steps 6 to 8 over any set: what it would serve, without a second opinion. `but` is left out.
    pub(crate) fn decide_over(
        &self,
        set: &TenantSet,
        scope: &Scope,
        (question, Embedding { vector, words }): (&Canonical, &Embedding),
        but: Option<&EntryId>,
    ) -> LookupResult {
        let verifier = &set.judge.verifier;
        let profile = verifier.question(question, words);
        let found = search_without(set, vector, scope, but);
        let mut judged = verify(verifier, &profile, found, scope);
        let in_force = set.calibration.as_deref();
        if let Some(in_force) = in_force {
            in_force.calibrate(&mut judged);
        }
        conclude(judged, scope, in_force, (self.settings.serve_threshold, true))
    }
}

/// The canonical form of a question that may be looked up.
///
/// # Errors
/// `empty_query`, `query_too_long`.
pub(crate) fn check_query(query: &str) -> Result<Canonical> {
    if query.len() > MAX_QUESTION_BYTES {
        let detail = format!("the question is {} bytes long", query.len());
        return Err(Error::new(Code::QueryTooLong, detail)
            .field("query")
            .fix("shorten it to 8192 bytes of UTF-8"));
    }
    let question = Canonical::of(query);
    if question.as_str().is_empty() {
        return Err(Error::new(Code::EmptyQuery, "the question has no letter and no digit")
            .field("query")
            .fix("send the user's question"));
    }
    Ok(question)
}

/// The one entry in scope that has the question as a phrasing. Where several have, nothing says
/// which is meant, and the verification has to decide.
pub(crate) fn signature_match<'a>(
    set: &'a TenantSet,
    signature: &Signature,
    scope: &Scope,
) -> Option<&'a Served> {
    let mut allowed =
        set.by_signature(signature).filter(|served| scope.allows(&served.entry.content));
    let first = allowed.next()?;
    allowed.next().is_none().then_some(first)
}

fn answer_by_signature(served: &Served, scope: &Scope) -> Result<Arc<Answer>> {
    // What is ready is the answer of an entry that nothing makes out of date.
    let causes = causes(&served.entry, scope);
    if causes.is_empty()
        && let Some(made) = served.by_signature.get()
    {
        return Ok(Arc::clone(made));
    }
    let matched = Match {
        entry: Arc::clone(&served.entry),
        similarity: 1.0,
        score: 1.0,
        raw_score: 1.0,
        guards: Vec::new(),
        reason: "the question is one of the entry's approved phrasings".into(),
        phrasing: 0,
        heard: None,
        open: None,
    };
    let fresh = causes.is_empty();
    let judged = Judged { score: 1.0, effect: Effect::Explain, causes };
    let decision = decide(std::slice::from_ref(&judged), false, 1.0);
    let found = (matched.clone(), &judged.causes[..]);
    let result = chosen(decision, MatchType::Signature, found, vec![matched]);
    let answer = Arc::new(Answer::new(result)?);
    Ok(if fresh { Arc::clone(served.by_signature.get_or_init(|| answer)) } else { answer })
}

/// Step 8 over all candidates; `whole`: no second opinion is missing.
fn conclude(
    judged: Vec<(Match, Judged)>,
    scope: &Scope,
    in_force: Option<&InForce>,
    (serve_threshold, whole): (f64, bool),
) -> LookupResult {
    let similar = |matched: &Match| matched.similarity >= scope.min_similarity;
    let nearest = judged.first().map(|(matched, _)| matched.reason.clone());
    let (mut matches, judged): (Vec<_>, Vec<_>) =
        judged.into_iter().filter(|(matched, _)| similar(matched)).unzip();
    let calibration = in_force.map(|in_force| {
        let category = matches.first().and_then(|best| best.entry.content.category.as_deref());
        in_force.apply(category, scope.min_similarity, whole, serve_threshold)
    });
    let threshold = calibration.map_or(serve_threshold, |applied| applied.threshold);
    let clarify = clarify(&matches, &judged, threshold);
    matches.truncate(scope.max_results);
    match (decide(&judged, clarify.is_some(), threshold), matches.first().cloned()) {
        (decision @ (Decision::Serve | Decision::Context), Some(best)) => {
            let causes = judged.first().map_or(&[][..], |judged| &judged.causes);
            let result = chosen(decision, MatchType::Semantic, (best, causes), matches);
            LookupResult { calibration, ..result }
        }
        (decision, best) => {
            let reason = match (&clarify, best, nearest) {
                (Some(clarify), ..) => clarify::in_words(clarify),
                (None, Some(best), _) => format!("not verified: {}", best.reason),
                (None, None, Some(nearest)) => {
                    format!("no entry is similar enough; the nearest: {nearest}")
                }
                (None, None, None) => "no entry is in scope".into(),
            };
            LookupResult {
                decision,
                match_type: None,
                answer: None,
                matches,
                clarify,
                reason,
                calibration,
            }
        }
    }
}

fn chosen(
    decision: Decision,
    how: MatchType,
    (best, causes): (Match, &[Cause]),
    matches: Vec<Match>,
) -> LookupResult {
    let mut reason = best.reason.clone();
    for (place, cause) in causes.iter().enumerate() {
        let link = if place == 0 { "; but " } else { "; and " };
        reason = reason + link + &cause.to_string();
    }
    let answer = (decision == Decision::Serve).then_some(best);
    let match_type = Some(how);
    LookupResult { decision, match_type, answer, matches, clarify: None, reason, calibration: None }
}
