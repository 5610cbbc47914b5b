//! What lookups look like that are like the labelled questions: what drift is measured against.

use goldenset_core::calibration::Calibration;
use goldenset_core::decision::Decision;
use goldenset_core::watch::Tally;

use super::rows::Row;
use crate::watch::Seen;

/// The labelled questions as a day of lookups under `calibration`, each asked once. Each comes with
/// what it was counted under when it was asked, and with its row before calibration unless it is an
/// approved phrasing. `otherwise` is the threshold where none is certified. What was asked back then
/// is asked back now: that hangs on scores among which the threshold lies seldom.
pub(super) fn reference(
    asked: &[(Seen, Option<Row>)],
    calibration: &Calibration,
    otherwise: f64,
) -> Tally {
    let mut tally = Tally::default();
    for (seen, row) in asked {
        let seen = match (row, seen.verified()) {
            (Some(row), Some(before)) if before != Decision::Miss => {
                seen.with_decision(decision(row, before, calibration, otherwise))
            }
            _ => *seen,
        };
        seen.counters().for_each(|counter| tally.add(counter, 1));
    }
    tally
}

fn decision(row: &Row, before: Decision, calibration: &Calibration, otherwise: f64) -> Decision {
    let certificate = calibration.outcome(row.category.as_deref()).certificate();
    let threshold = certificate.map_or(otherwise, |certificate| certificate.threshold);
    let row = Row { score: calibration.map.apply(row.score), ..row.clone() };
    match before {
        _ if row.served_at(threshold) => Decision::Serve,
        Decision::Clarify => Decision::Clarify,
        _ => Decision::Suggest,
    }
}
