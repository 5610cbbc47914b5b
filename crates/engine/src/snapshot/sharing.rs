//! Maps and lists that share most of their memory with their successor: a publish copies what it
//! touches, however large the set is.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Parts of a map: a change copies one of them.
const SHARDS: usize = 256;
/// Places of a part of a list.
const PART: usize = 1024;

/// A map in parts.
#[derive(Debug)]
pub(super) struct SharedMap<K, V> {
    shards: Box<[Arc<HashMap<K, V>>]>,
    /// The part that a key is in.
    shard: fn(&K) -> u8,
    len: usize,
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        Self { shards: self.shards.clone(), ..*self }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> SharedMap<K, V> {
    /// An empty one; `shard` should spread keys evenly.
    pub(super) fn new(shard: fn(&K) -> u8) -> Self {
        Self { shards: (0..SHARDS).map(|_| Arc::default()).collect(), shard, len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.shards[usize::from((self.shard)(key))].get(key)
    }

    fn of(&mut self, key: &K) -> &mut HashMap<K, V> {
        Arc::make_mut(&mut self.shards[usize::from((self.shard)(key))])
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        let former = self.of(&key).insert(key, value);
        self.len += usize::from(former.is_none());
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        // What is not there is no reason to copy.
        self.get(key)?;
        let former = self.of(key).remove(key);
        self.len -= usize::from(former.is_some());
        former
    }
}

/// A list in parts, which only grows.
#[derive(Debug, Clone)]
pub(super) struct SharedList<T> {
    parts: Vec<Arc<Vec<T>>>,
}

impl<T: Clone> SharedList<T> {
    pub(super) fn new() -> Self {
        Self { parts: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        let last = self.parts.last().map_or(0, |part| part.len());
        self.parts.len().saturating_sub(1) * PART + last
    }

    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.parts.get(place / PART)?.get(place % PART)
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        // What is not there is no reason to copy.
        self.get(place)?;
        Arc::make_mut(self.parts.get_mut(place / PART)?).get_mut(place % PART)
    }

    pub(super) fn push(&mut self, value: T) {
        match self.parts.last_mut().filter(|part| part.len() < PART) {
            Some(part) => Arc::make_mut(part).push(value),
            None => self.parts.push(Arc::new(vec![value])),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.parts.iter().flat_map(|part| part.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_as_any_and_its_former_state_stays() {
        let mut map = SharedMap::new(|key: &u32| key.to_le_bytes()[0]);
        let mut plain = HashMap::new();
        let mut dice = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let (key, value) = (dice.u32(..2000), dice.u32(..));
            if dice.bool() {
                map.insert(key, value);
                plain.insert(key, value);
            } else {
                assert_eq!(map.remove(&key), plain.remove(&key));
            }
            assert_eq!(map.len(), plain.len());
        }
        let before = map.clone();
        for key in 0..2000 {
            map.insert(key, 0);
            assert_eq!(before.get(&key), plain.get(&key));
        }
        assert_eq!((map.len(), before.len()), (2000, plain.len()));
    }

    #[test]
    fn a_change_copies_one_part() {
        let mut map = SharedMap::new(|key: &u32| key.to_le_bytes()[0]);
        (0..1000).for_each(|key| map.insert(key, key));
        let before = map.clone();
        map.insert(5, 6);
        map.remove(&1001);
        let same = |(one, other): &(&Arc<_>, &Arc<_>)| Arc::ptr_eq(one, other);
        assert_eq!(map.shards.iter().zip(&before.shards).filter(same).count(), SHARDS - 1);
    }

    #[test]
    fn a_list_is_as_any_and_its_former_state_stays() {
        let mut list = SharedList::new();
        for number in 0..3 * PART + 7 {
            assert_eq!(list.len(), number);
            list.push(number);
        }
        let before = list.clone();
        *list.get_mut(PART).unwrap() = 0;
        assert_eq!((list.get(PART), before.get(PART)), (Some(&0), Some(&PART)));
        assert!(before.iter().copied().eq(0..3 * PART + 7));
        assert_eq!(list.get(3 * PART + 7), None);
        assert_eq!(list.get_mut(3 * PART + 7), None);
        let same = |(one, other): &(&Arc<_>, &Arc<_>)| Arc::ptr_eq(one, other);
        assert_eq!(list.parts.iter().zip(&before.parts).filter(same).count(), 3);
    }
}
