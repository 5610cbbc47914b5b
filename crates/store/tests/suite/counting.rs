//! The counts of days.

use std::collections::BTreeMap;

use goldenset_core::VersionNumber;
use goldenset_core::decision::Decision;
use goldenset_core::guards::GuardKind;
use goldenset_core::watch::{Counter, DayCounts, Flush, Tally};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::kit::Golden;

const SERVED: Counter = Counter::Verified(Decision::Serve);
const REFUSED: Counter = Counter::Refused(GuardKind::Year);

/// A flush of a writer with nothing in it.
pub(crate) fn flush(golden: &Golden, writer: &str, number: u64) -> Flush {
    let (counts, drawn) = (vec![], vec![]);
    Flush { writer: writer.into(), number, at: golden.at, counts, drawn, most_open: 10 }
}

impl Golden {
    fn counts(
        &self,
        day: Date,
        calibration: Option<VersionNumber>,
        counts: &[(Counter, u64)],
    ) -> DayCounts {
        let tally = counts.iter().copied().collect();
        DayCounts { tenant: self.tenant.clone(), day, calibration, tally }
    }

    async fn days(&self, from: Date, to: Date) -> Vec<(Date, Option<VersionNumber>, Tally)> {
        let days = self.store().day_counts(&self.tenant, from, to).await.unwrap();
        assert!(days.iter().all(|day| day.tenant == self.tenant));
        days.into_iter().map(|day| (day.day, day.calibration, day.tally)).collect()
    }
}

const JUNE: Date = date(2026, 6, 30);
const JULY: Date = date(2026, 7, 1);

pub(crate) async fn counts_add_up_by_day_and_calibration(golden: Golden) {
    let other = golden.of_tenant("other");
    let part = |counts: &[(Counter, u64)]| counts.iter().copied().collect::<Tally>();
    let first = Flush {
        counts: vec![
            golden.counts(JUNE, None, &[(SERVED, 2), (REFUSED, 1)]),
            golden.counts(JULY, None, &[(SERVED, 4)]),
            golden.counts(JULY, Some(3), &[(SERVED, 5)]),
            other.counts(JULY, None, &[(SERVED, 90)]),
        ],
        ..flush(&golden, "one", 1)
    };
    golden.store().record(&first).await.unwrap();
    let more = vec![golden.counts(JULY, Some(3), &[(SERVED, 1), (Counter::Score(19), 7)])];
    golden.store().record(&Flush { counts: more, ..flush(&golden, "two", 1) }).await.unwrap();
    let july = [
        (JULY, None, part(&[(SERVED, 4)])),
        (JULY, Some(3), part(&[(SERVED, 6), (Counter::Score(19), 7)])),
    ];
    assert_eq!(golden.days(JULY, JULY).await, july);
    let june = (JUNE, None, part(&[(SERVED, 2), (REFUSED, 1)]));
    assert_eq!(golden.days(JUNE, JULY).await, [std::slice::from_ref(&june), &july].concat());
    assert_eq!(golden.days(date(2026, 1, 1), JUNE).await, [june]);
    assert_eq!(golden.days(date(2026, 7, 2), date(2027, 1, 1)).await, []);
    assert_eq!(other.days(JUNE, JULY).await, [(JULY, None, part(&[(SERVED, 90)]))]);
    assert_eq!(golden.epoch().await.0, 0, "counts change no answer");
}

pub(crate) async fn a_flush_that_comes_again_adds_nothing(golden: Golden) {
    let with = |writer: &str, number| Flush {
        counts: vec![golden.counts(JULY, None, &[(SERVED, 1)])],
        ..flush(&golden, writer, number)
    };
    for (writer, number, total) in
        [("one", 1, 1), ("one", 1, 1), ("one", 2, 2), ("one", 1, 2), ("two", 1, 3), ("one", 2, 3)]
    {
        golden.store().record(&with(writer, number)).await.unwrap();
        let days = golden.days(JULY, JULY).await;
        assert_eq!(days[0].2.get(SERVED), total, "{writer} {number}");
    }
}

pub(crate) async fn none_is_lost_among_writers(golden: Golden) {
    let writers = (0..8).map(|writer| {
        let golden = golden.clone();
        tokio::spawn(async move {
            for number in 1..=10 {
                let counts = vec![golden.counts(JULY, None, &[(SERVED, number)])];
                let flush = Flush { counts, ..flush(&golden, &writer.to_string(), number) };
                golden.store().record(&flush).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(golden.days(JULY, JULY).await[0].2.get(SERVED), 8 * 55);
}

pub(crate) async fn every_counter_is_kept(golden: Golden) {
    let all: Vec<_> = Counter::all().zip(1..).collect();
    let counts = vec![golden.counts(JULY, Some(u32::MAX), &all)];
    golden.store().record(&Flush { counts, ..flush(&golden, "one", 1) }).await.unwrap();
    let kept = golden.days(JULY, JULY).await.remove(0).2;
    assert_eq!(kept, all.into_iter().collect());
}

pub(crate) async fn old_days_are_forgotten(golden: Golden) {
    let other = golden.of_tenant("other");
    let days = [date(2025, 1, 1), JUNE, JULY];
    let of = |golden: &Golden| days.map(|day| golden.counts(day, None, &[(SERVED, 1)])).to_vec();
    let counts = [of(&golden), of(&other)].concat();
    golden.store().record(&Flush { counts, ..flush(&golden, "one", 1) }).await.unwrap();
    golden.store().forget(JUNE, Timestamp::UNIX_EPOCH).await.unwrap();
    for golden in [golden, other] {
        let left: BTreeMap<_, _> = golden
            .days(date(1, 1, 1), JULY)
            .await
            .into_iter()
            .map(|(day, _, tally)| (day, tally.lookups()))
            .collect();
        assert_eq!(left, BTreeMap::from([(JUNE, 1), (JULY, 1)]));
    }
}
