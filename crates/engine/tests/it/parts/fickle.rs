//! A shared cache that nobody should trust: it loses, mixes up and damages what it is given, and
//! gives again what was replaced long ago. It forgets nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use goldenset_core::Result;
use goldenset_core::ports::{SharedCache, SharedCacheHealth, SharedItem, SharedKeys};

pub(crate) struct FickleCache(Mutex<State>);

struct State {
    /// All that was ever written under a key, the newest last.
    values: BTreeMap<String, Vec<Vec<u8>>>,
    dice: fastrand::Rng,
}

impl FickleCache {
    pub(crate) fn new(seed: u64) -> Self {
        let (values, dice) = (BTreeMap::new(), fastrand::Rng::with_seed(seed));
        Self(Mutex::new(State { values, dice }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn read(&mut self, key: &str) -> Option<Vec<u8>> {
        let values = self.values.get(key)?;
        let newest = values.last()?.clone();
        match self.dice.u8(..24) {
            0 => None,
            1 => Some(values[self.dice.usize(..values.len())].clone()),
            2 => {
                let others: Vec<_> = self.values.values().flatten().collect();
                Some(others[self.dice.usize(..others.len())].clone())
            }
            3 => {
                let mut damaged = newest;
                let place = self.dice.usize(..damaged.len());
                damaged[place] ^= 1 << self.dice.u8(..8);
                Some(damaged)
            }
            4 => Some(newest[..self.dice.usize(..newest.len())].to_vec()),
            _ => Some(newest),
        }
    }
}

#[async_trait]
impl SharedCache for FickleCache {
    async fn get(&self, keys: &[String]) -> Vec<Option<Vec<u8>>> {
        let mut state = self.state();
        keys.iter().map(|key| state.read(key)).collect()
    }

    async fn put(&self, items: Vec<SharedItem>) -> usize {
        let mut state = self.state();
        let kept = items.len();
        for SharedItem { key, value, .. } in items {
            state.values.entry(key).or_default().push(value);
        }
        kept
    }

    async fn keys(&self, beginning: &str, _: Option<String>) -> Result<SharedKeys> {
        let state = self.state();
        let keys = state.values.keys().filter(|key| key.starts_with(beginning));
        Ok((keys.cloned().collect(), None))
    }

    async fn remove(&self, keys: &[String]) -> Result<u64> {
        let mut state = self.state();
        Ok(keys.iter().filter(|key| state.values.remove(*key).is_some()).count() as u64)
    }

    fn answers(&self) -> bool {
        true
    }

    fn health(&self) -> SharedCacheHealth {
        SharedCacheHealth { reads: true, writes: true, ..SharedCacheHealth::default() }
    }
}
