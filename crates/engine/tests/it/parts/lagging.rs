//! A search elsewhere, as lookups meet it: filled at any moment, by anyone, mostly before the last
//! changes; what it finds comes in no order, and more of it than was wanted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use goldenset_core::embedding::Vector;
use goldenset_core::ports::{
    Filled, Near, NearEntry, Nearest, NearestQuery, PublishedSet, Store, VectorSearch,
};
use goldenset_core::{ModelId, Result, TenantId};

pub(crate) struct LaggingSearch {
    store: Arc<dyn Store>,
    state: Mutex<State>,
}

struct State {
    sets: BTreeMap<TenantId, PublishedSet>,
    dice: fastrand::Rng,
    asked: Searches,
}

/// What happened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Searches {
    /// Questions that were searched for.
    pub(crate) questions: u64,
    /// Those in a set as it had been before.
    pub(crate) lagging: u64,
    /// Times that it was filled.
    pub(crate) fills: u64,
}

impl LaggingSearch {
    pub(crate) fn new(store: Arc<dyn Store>, seed: u64) -> Self {
        let (sets, dice) = (BTreeMap::new(), fastrand::Rng::with_seed(seed));
        Self { store, state: Mutex::new(State { sets, dice, asked: Searches::default() }) }
    }

    pub(crate) fn searches(&self) -> Searches {
        self.state.lock().unwrap().asked
    }
}

impl State {
    fn near(&mut self, query: &NearestQuery, vector: &Vector) -> Near {
        let Some(set) = self.sets.get(&query.tenant) else { return Near::default() };
        let allowed = set.entries.iter().filter(|entry| {
            let content = &entry.content;
            query.filters.allow(content) && content.validity.overlaps(&query.in_force)
        });
        let similarity = |other: &Vector| goldenset_vectors::dot(vector, other);
        let mut hidden = None;
        let mut near: Vec<_> = allowed
            .map(|entry| {
                let embeddings = entry.embeddings.iter().flatten();
                let mut vectors: Vec<_> = embeddings.map(|one| Arc::clone(&one.vector)).collect();
                vectors.sort_by(|a, b| similarity(b).total_cmp(&similarity(a)));
                // Only those that came near.
                let far = vectors.split_off(self.dice.usize(1..3).min(vectors.len()));
                hidden = hidden.into_iter().chain(far.first().map(similarity)).reduce(f32::max);
                NearEntry { id: entry.id.clone(), version: entry.version, vectors }
            })
            .collect();
        let best = |entry: &NearEntry| entry.vectors.first().map_or(f32::MIN, similarity);
        near.sort_by(|a, b| best(b).total_cmp(&best(a)).then_with(|| a.id.cmp(&b.id)));
        let left_out = near.split_off((query.k + self.dice.usize(..3)).min(near.len()));
        // Of those that are here some vectors are missing, too.
        let reach = hidden.into_iter().chain(left_out.iter().map(best)).reduce(f32::max);
        self.dice.shuffle(&mut near);
        Near { entries: near, reach: reach.map(f64::from) }
    }
}

#[async_trait]
impl VectorSearch for LaggingSearch {
    async fn sync(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        _: usize,
        _: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Filled> {
        let set = self.store.published(tenant, model).await?;
        let missing = set.entries.iter().filter(|entry| entry.embeddings.is_none()).count() as u64;
        let filled = Filled { epoch: set.stamp.epoch, missing };
        let mut state = self.state.lock().unwrap();
        state.asked.fills += 1;
        state.sets.insert(tenant.clone(), set);
        Ok(filled)
    }

    async fn nearest(&self, query: &NearestQuery) -> Result<Nearest> {
        // Another node may have filled it.
        let is_filled = self.state.lock().unwrap().dice.u8(..6) == 0;
        if is_filled {
            self.sync(&query.tenant, &query.model, 0, &|_, _| ()).await?;
        }
        let tenants = self.store.tenants().await?;
        let present = tenants.into_iter().find(|(tenant, _)| *tenant == query.tenant);
        let mut state = self.state.lock().unwrap();
        let found = query.vectors.iter().map(|vector| state.near(query, vector)).collect();
        let stamp = state.sets.get(&query.tenant).map(|set| set.stamp);
        state.asked.questions += query.vectors.len() as u64;
        state.asked.lagging += u64::from(stamp != present.map(|(_, stamp)| stamp));
        Ok(Nearest { stamp, found })
    }

    async fn upkeep(&self, _: &ModelId, _: usize) -> Result<()> {
        Ok(())
    }
}
