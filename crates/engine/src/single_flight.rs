//! Equal work that is wanted at the same time is done once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use goldenset_core::{Code, Error, Result};
use tokio::sync::watch;

/// What a flight brings, once it has landed.
type Landing<V> = Option<std::result::Result<V, LandedError>>;

/// An error that many callers get; each gets a copy of its own.
type LandedError = std::sync::Arc<Error>;

/// Work under way, by key.
#[derive(Debug)]
pub(crate) struct Flights<K, V> {
    open: Mutex<HashMap<K, watch::Receiver<Landing<V>>>>,
}

/// Waits for one flight.
pub(crate) struct Seat<V>(watch::Receiver<Landing<V>>);

/// The duty to land one flight. Dropped without landing, it fails everyone who waits.
pub(crate) struct Pilot<K, V> {
    pub(crate) key: K,
    sender: watch::Sender<Landing<V>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Flights<K, V> {
    pub(crate) fn new() -> Self {
        Self { open: Mutex::new(HashMap::new()) }
    }

    /// A seat on the flight of `key`, and the duty to fly it when nobody else has it.
    pub(crate) fn board(&self, key: &K) -> (Seat<V>, Option<Pilot<K, V>>) {
        let mut open = self.lock();
        // A flight whose pilot is gone and that never landed is no flight.
        if let Some(flight) = open.get(key)
            && flight.has_changed().is_ok()
        {
            return (Seat(flight.clone()), None);
        }
        let (sender, receiver) = watch::channel(None);
        open.insert(key.clone(), receiver.clone());
        (Seat(receiver), Some(Pilot { key: key.clone(), sender }))
    }

    /// Gives everyone on the flight its result. What the result is kept in must hold it already,
    /// so that nobody finds neither the flight nor the result.
    pub(crate) fn land(&self, pilot: Pilot<K, V>, result: Result<V>) {
        self.lock().remove(&pilot.key);
        pilot.sender.send_replace(Some(result.map_err(LandedError::new)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, watch::Receiver<Landing<V>>>> {
        // No code panics while it holds the lock, and each step leaves the map whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Clone> Seat<V> {
    /// The flight's result.
    pub(crate) async fn arrive(mut self) -> Result<V> {
        let landing = self.0.wait_for(Option::is_some).await.map(|landing| landing.clone());
        match landing {
            Ok(Some(Ok(value))) => Ok(value),
            Ok(Some(Err(error))) => Err(error.share()),
            Ok(None) | Err(_) => {
                Err(Error::new(Code::Internal, "the work for this question was abandoned")
                    .fix("ask again; if it happens again, report it with the server's log"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_pilot_many_seats() {
        let flights = Flights::<u8, u32>::new();
        let (first, pilot) = flights.board(&1);
        let (second, none) = flights.board(&1);
        assert!(none.is_none());
        flights.land(pilot.unwrap(), Ok(7));
        assert_eq!((first.arrive().await.unwrap(), second.arrive().await.unwrap()), (7, 7));
        assert!(flights.board(&1).1.is_some(), "a landed flight is over");
    }

    #[tokio::test]
    async fn an_error_reaches_everyone_and_is_not_kept() {
        let flights = Flights::<u8, u32>::new();
        let (first, pilot) = flights.board(&1);
        let (second, _) = flights.board(&1);
        flights.land(pilot.unwrap(), Err(Error::new(Code::EmbeddingUnavailable, "away")));
        for seat in [first, second] {
            assert_eq!(seat.arrive().await.unwrap_err().code, Code::EmbeddingUnavailable);
        }
        assert!(flights.board(&1).1.is_some());
    }

    #[tokio::test]
    async fn an_abandoned_flight_fails_those_aboard_and_frees_the_key() {
        let flights = Flights::<u8, u32>::new();
        let (seat, pilot) = flights.board(&1);
        drop(pilot);
        assert_eq!(seat.arrive().await.unwrap_err().code, Code::Internal);
        assert!(flights.board(&1).1.is_some());
    }
}
