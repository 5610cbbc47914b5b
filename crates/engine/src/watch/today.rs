//! The counters of the day that it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use goldenset_core::TenantId;
use goldenset_core::watch::Tally;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Seen;
use super::counters::Counters;

/// A day with the counters of the tenants that were asked on it.
#[derive(Debug)]
struct Today {
    day: Date,
    /// The first second that no longer belongs to it.
    ends: i64,
    counters: HashMap<TenantId, Arc<Counters>>,
}

/// The counters of today, and of days that are over and not yet written.
#[derive(Debug)]
pub(super) struct Days {
    time_zone: TimeZone,
    today: ArcSwap<Today>,
    /// All counters that may hold anything. Held for the first lookup of a tenant on a day and to
    /// take the counts out, never for any other lookup.
    all: Mutex<Vec<(Date, TenantId, Arc<Counters>)>>,
}

impl Days {
    pub(super) fn new(time_zone: TimeZone, now: Timestamp) -> Self {
        let today = Today::at(&time_zone, now);
        Self { time_zone, today: ArcSwap::from_pointee(today), all: Mutex::default() }
    }

    /// Counts a lookup of now. A clock that is set back over midnight counts to the later day.
    pub(super) fn add(&self, tenant: &TenantId, seen: Seen, now: Timestamp) {
        let today = self.today.load();
        match today.counters.get(tenant) {
            Some(counters) if now.as_second() < today.ends => counters.add(seen),
            _ => {
                drop(today);
                self.counters(tenant, now).add(seen);
            }
        }
    }

    /// The day that it is.
    pub(super) fn day(&self, now: Timestamp) -> Date {
        self.time_zone.to_datetime(now).date()
    }

    fn counters(&self, tenant: &TenantId, now: Timestamp) -> Arc<Counters> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock: someone else may have been first.
        let today = self.today.load_full();
        let over = now.as_second() >= today.ends;
        if let Some(counters) = today.counters.get(tenant).filter(|_| !over) {
            return Arc::clone(counters);
        }
        let mut next = match over {
            true => Today::at(&self.time_zone, now),
            false => Today { counters: today.counters.clone(), ..*today },
        };
        let counters = Arc::<Counters>::default();
        next.counters.insert(tenant.clone(), Arc::clone(&counters));
        all.push((next.day, tenant.clone(), Arc::clone(&counters)));
        self.today.store(Arc::new(next));
        counters
    }

    /// Takes out all that was counted.
    pub(super) fn take(&self) -> Vec<(Date, TenantId, Tally)> {
        let mut taken = Vec::new();
        self.all.lock().unwrap_or_else(PoisonError::into_inner).retain_mut(|(day, tenant, all)| {
            // Of a day that is over, and no lookup that began on it is still counting.
            let last = Arc::get_mut(all).is_some();
            let tally = all.take();
            if tally.lookups() > 0 {
                taken.push((*day, tenant.clone(), tally));
            }
            !last
        });
        taken
    }
}

impl Today {
    fn at(time_zone: &TimeZone, now: Timestamp) -> Self {
        let day = time_zone.to_datetime(now).date();
        let midnight = day
            .tomorrow()
            .and_then(|next| time_zone.to_timestamp(next.to_datetime(Time::midnight())));
        // The last day that can be written has no end.
        let ends = midnight.map_or(i64::MAX, |midnight| midnight.as_second());
        Self { day, ends, counters: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_at_midnight_where_the_team_is() {
        let rome = TimeZone::get("Europe/Rome").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let days = Days::new(rome, at("2024-03-30T22:30:00Z"));
        let tenant = TenantId::default();
        // The night in which clocks go forward, and the day of 23 hours after it.
        for moment in [
            "2024-03-30T22:59:59.9Z",
            "2024-03-30T23:00:00Z",
            "2024-03-31T21:59:59Z",
            "2024-03-31T22:00:00Z",
            "2024-04-02T10:00:00Z",
        ] {
            days.add(&tenant, Seen::miss(), at(moment));
        }
        let taken: Vec<_> = days
            .take()
            .into_iter()
            .map(|(day, _, tally)| (day.to_string(), tally.lookups()))
            .collect();
        let expected = [("2024-03-30", 1), ("2024-03-31", 2), ("2024-04-01", 1), ("2024-04-02", 1)];
        assert_eq!(taken, expected.map(|(day, count)| (day.to_owned(), count)));
        assert_eq!(days.take(), []);
        assert_eq!(days.all.lock().unwrap().len(), 1, "only today is kept");
    }

    #[test]
    fn none_is_lost_among_threads_and_over_midnight() {
        let days = Days::new(TimeZone::UTC, Timestamp::UNIX_EPOCH);
        let tenants = ["a", "b", "c"].map(|name| TenantId::new(name).unwrap());
        let mut counted = 0;
        std::thread::scope(|scope| {
            let adders: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        for step in 0..20_000 {
                            let now = Timestamp::from_second(step * 20).unwrap();
                            days.add(&tenants[step as usize % 3], Seen::miss(), now);
                        }
                    })
                })
                .collect();
            while adders.iter().any(|adder| !adder.is_finished()) {
                counted += days.take().iter().map(|(_, _, tally)| tally.lookups()).sum::<u64>();
            }
        });
        counted += days.take().iter().map(|(_, _, tally)| tally.lookups()).sum::<u64>();
        assert_eq!(counted, 80_000);
    }
}
