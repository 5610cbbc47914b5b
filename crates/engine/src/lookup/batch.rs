//! Many lookups, with one call of the provider for all of them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use futures::StreamExt;
use goldenset_core::{Code, Error, Result};

use super::{Looked, Step};
use crate::embedding::Arrived;
use crate::engine::Engine;
use crate::scope::{Options, Scope};
use crate::search::Many;
use crate::verify::Among;

/// Questions of one batch that wait for a second opinion at a time.
const BATCH_WAITS: usize = 8;

impl Engine {
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
        self.be_fresh().await;
        let now = self.clock.now();
        let scope = &self.scope_at(options.clone(), now)?;
        let steps: Vec<_> = queries
            .iter()
            .map(|query| self.without_vector(self.spellings.question(query)?, scope.clone(), now))
            .collect();
        let open = steps.iter().filter_map(|step| match step {
            Ok(Step::Open(open)) => Some(self.wanted(open)),
            _ => None,
        });
        let open: Vec<_> = open.collect();
        let asked = Instant::now();
        let arrived = self.embeddings.many(&scope.tenant, &open).await;
        let waited = asked.elapsed();
        let mut arrived = self.with_searches(scope, arrived).await.into_iter();
        let late = &AtomicBool::new(false);
        let options = &options;
        let each = steps.into_iter().enumerate().map(|(place, step)| {
            let step = step.map(|step| match step {
                Step::Done(looked) => (Step::Done(looked), None),
                Step::Open(open) => (Step::Open(open), arrived.next()),
            });
            async move {
                match step? {
                    (Step::Done(looked), _) if self.is_current(scope, looked.facts.epoch)? => {
                        Ok(looked)
                    }
                    // Something changed while vectors for the others were awaited.
                    (Step::Done(_), _) => {
                        let now = self.clock.now();
                        let scope = self.scope_at(options.clone(), now)?;
                        let question = self.spellings.question(&queries[place])?;
                        self.lookup_within(question, scope, now, late).await
                    }
                    (Step::Open(open), arrived) => {
                        // A long batch must not hold the thread against everyone else.
                        tokio::task::yield_now().await;
                        let arrived = arrived.unwrap_or_else(|| {
                            let detail = "a question of the batch got no vector";
                            Err(Error::new(Code::Internal, detail))
                        });
                        self.with_vector(open, arrived?, waited, late).await
                    }
                }
            }
        });
        // Side by side only where they wait for a second opinion.
        Ok(futures::stream::iter(each).buffered(BATCH_WAITS).collect().await)
    }

    /// Each question with its place in a search for all of them, where it is searched elsewhere.
    async fn with_searches(
        &self,
        scope: &Scope,
        arrived: Vec<Result<Arrived>>,
    ) -> Vec<Result<(Arrived, Option<(Many, usize)>)>> {
        // Where nodes share a result, it is likely to do.
        let is_searched = |one: &Arrived| one.result.is_none();
        let vectors = arrived.iter().flatten().filter(|one| is_searched(one));
        let vectors = vectors.map(|one| Arc::clone(&one.embedding.vector)).collect();
        let many = self.search_elsewhere(&Among::of(scope), vectors).await;
        let mut places = 0..;
        let mut with = |one: Arrived| {
            let place = if is_searched(&one) { places.next() } else { None };
            let made = many.clone().zip(place);
            (one, made)
        };
        arrived.into_iter().map(|one| one.map(&mut with)).collect()
    }
}
