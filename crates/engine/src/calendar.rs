//! Which day it is, found out once a minute.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day by a time zone. Asking the zone takes a tenth of a microsecond, a good part of a lookup
/// that is answered from a cache; since 1972 every zone changes its day at a whole minute.
pub(crate) struct Calendar {
    time_zone: TimeZone,
    /// A minute since 1970 and the day in it, in one word so that both are of one writing; 0 while
    /// nobody has asked.
    known: AtomicU64,
}

impl Calendar {
    pub(crate) fn new(time_zone: TimeZone) -> Self {
        Self { time_zone, known: AtomicU64::new(0) }
    }

    /// The day at a moment.
    pub(crate) fn day(&self, now: Timestamp) -> Date {
        // Nothing else is read because of it.
        let known = self.known.load(Ordering::Relaxed);
        let minute = u32::try_from(now.as_second().div_euclid(60)).ok().filter(|at| *at > 0);
        if let Some(minute) = minute
            && known >> 32 == u64::from(minute)
            && let Some(day) = unpacked(known as u32)
        {
            return day;
        }
        let day = self.time_zone.to_datetime(now).date();
        if let Some(minute) = minute {
            let packed = u64::from(minute) << 32 | u64::from(packed(day));
            self.known.store(packed, Ordering::Relaxed);
        }
        day
    }
}

fn packed(day: Date) -> u32 {
    let [month, date] = [day.month(), day.day()].map(|number| u32::from(number.unsigned_abs()));
    u32::from(day.year() as u16) << 16 | month << 8 | date
}

fn unpacked(packed: u32) -> Option<Date> {
    let [_, _, month, day] = packed.to_be_bytes();
    Date::new((packed >> 16) as i16, month.cast_signed(), day.cast_signed()).ok()
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, ToSpan};

    use super::*;

    #[test]
    fn days_are_those_of_the_zone() {
        for name in ["Europe/Rome", "UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"] {
            let zone = TimeZone::get(name).unwrap();
            let calendar = Calendar::new(zone.clone());
            let mut dice = fastrand::Rng::with_seed(3);
            // Forth and back over midnights, summer time, and a day that was left out (Apia, 2011).
            for start in ["2011-12-29T00:00:00Z", "2024-03-30T21:00:00Z", "1969-12-31T22:00:00Z"] {
                let mut now: Timestamp = start.parse().unwrap();
                for _ in 0..20_000 {
                    assert_eq!(calendar.day(now), zone.to_datetime(now).date(), "{name} {now}");
                    now += SignedDuration::from_millis(dice.i64(-40_000..60_000));
                }
            }
        }
    }

    #[test]
    fn any_day_fits() {
        let mut day = Date::new(-9999, 1, 1).unwrap();
        while let Ok(next) = day.checked_add(97.days()) {
            assert_eq!(unpacked(packed(day)), Some(day));
            day = next;
        }
    }
}
