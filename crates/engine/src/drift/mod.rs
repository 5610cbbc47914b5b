//! Whether lookups are still like those that a calibration was made on.

mod compared;
mod psi;

use std::collections::BTreeMap;

use goldenset_core::decision::Decision;
use goldenset_core::guards::GuardKind;
use goldenset_core::ports::{Calibrations, Store};
use goldenset_core::watch::{BINS, Counter, DayCounts, Tally};
use goldenset_core::{Code, Error, Result, TenantId, VersionNumber};
use jiff::Span;
use jiff::civil::Date;
use serde::Serialize;

pub use compared::{Against, Comparison, DriftVerdict, Share};

/// Most days that one report goes back.
pub const MAX_DAYS: u32 = 400;
/// Where there is no calibration, so many days before the reported ones are compared with.
const DAYS_BEFORE: i64 = 28;

/// The lookups of the last days, and whether they have drifted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Whose lookups.
    pub tenant: TenantId,
    /// The first day.
    pub from: Date,
    /// The last one: today.
    pub to: Date,
    /// All lookups of these days under what is in force now.
    pub overall: Lookups,
    /// What to do; none where nothing has shifted.
    pub advice: Option<String>,
    /// Each day with lookups. A day on which another calibration came into force has a part for
    /// each.
    pub days: Vec<Day>,
}

/// The lookups of a day under one calibration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Its lookups.
    #[serde(flatten)]
    pub lookups: Lookups,
}

/// Counted lookups, and how they lie to what was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lookups {
    /// The calibration that was in force, if any.
    pub calibration: Option<VersionNumber>,
    /// How many.
    pub lookups: u64,
    /// Share served of all of them.
    pub served: Share,
    /// Of the served ones, those that were asked in an approved phrasing.
    pub served_by_phrasing: u64,
    /// How often each decision was made.
    pub decisions: BTreeMap<&'static str, u64>,
    /// How often a guard of each kind refused the best candidate.
    pub refused: BTreeMap<&'static str, u64>,
    /// How often one let it at most be suggested.
    pub suggest_only: BTreeMap<&'static str, u64>,
    /// Raw scores of best candidates in equal parts of 0 to 1; of lookups that verification
    /// decided and that list a candidate.
    pub scores: [u64; BINS],
    /// How they lie to what was expected.
    #[serde(flatten)]
    pub comparison: Comparison,
}

impl Lookups {
    fn new(
        calibration: Option<VersionNumber>,
        tally: &Tally,
        reference: Option<(Against, &Tally)>,
    ) -> Self {
        let decisions = [
            Decision::Serve,
            Decision::Context,
            Decision::Clarify,
            Decision::Suggest,
            Decision::Miss,
        ];
        let guards = |counter: fn(GuardKind) -> Counter| {
            let kinds = GuardKind::ALL.into_iter();
            let kinds = kinds.map(|kind| (kind.as_str(), tally.get(counter(kind))));
            kinds.filter(|(_, count)| *count > 0).collect()
        };
        Self {
            calibration,
            lookups: tally.lookups(),
            served: Share::new(tally.decided(Decision::Serve), tally.lookups()),
            served_by_phrasing: tally.get(Counter::Phrasing(Decision::Serve)),
            decisions: decisions.map(|one| (one.as_str(), tally.decided(one))).into(),
            refused: guards(Counter::Refused),
            suggest_only: guards(Counter::SuggestOnly),
            scores: tally.scores(),
            comparison: Comparison::new(tally, reference),
        }
    }
}

/// What the lookups of a tenant on the last `days` days up to `today` were like, as far as it is
/// written in the store.
///
/// # Errors
/// `unknown_tenant`; `invalid_field` for days that are none or more than [`MAX_DAYS`]; faults of
/// the store.
pub async fn drift(store: &dyn Store, tenant: &TenantId, today: Date, days: u32) -> Result<Drift> {
    check_days(days)?;
    check_tenant(store, tenant).await?;
    let back = |days: i64| today.saturating_sub(Span::new().days(days));
    let from = back(i64::from(days) - 1);
    let before = (back(i64::from(days) - 1 + DAYS_BEFORE), back(i64::from(days)));
    let counts = store.day_counts(tenant, before.0, today).await?;
    let calibrations = store.calibrations(tenant).await?;
    let (earlier, counts): (Vec<_>, Vec<_>) = counts.into_iter().partition(|one| one.day < from);
    let earlier = sum(&earlier);
    let reference = |calibration: Option<VersionNumber>| {
        let labelled = calibration.and_then(|version| {
            let record = calibrations.calibrations.iter().find(|one| one.version == version)?;
            Some((Against::Calibration { version }, record.calibration.reference.as_ref()?))
        });
        let days = Against::DaysBefore { from: before.0, to: before.1 };
        labelled.or_else(|| (earlier.lookups() > 0).then_some((days, &earlier)))
    };
    let of_day = |one: &DayCounts| Day {
        day: one.day,
        lookups: Lookups::new(one.calibration, &one.tally, reference(one.calibration)),
    };
    let in_force = in_force(&counts, &calibrations);
    let under_it = counts.iter().filter(|one| one.calibration == in_force);
    let overall = Lookups::new(in_force, &sum(under_it), reference(in_force));
    let advice = advice(&overall.comparison);
    let days = counts.iter().map(of_day).collect();
    Ok(Drift { tenant: tenant.clone(), from, to: today, overall, advice, days })
}

fn sum<'a>(counts: impl IntoIterator<Item = &'a DayCounts>) -> Tally {
    let mut sum = Tally::default();
    counts.into_iter().for_each(|one| sum.add_all(&one.tally));
    sum
}

/// What was in force when the last lookups were counted; where that changed on the last day, the
/// active calibration. (One that is active and stale is in force nowhere.)
fn in_force(counts: &[DayCounts], calibrations: &Calibrations) -> Option<VersionNumber> {
    let last = counts.last()?;
    let mut of_last_day = counts.iter().filter(|one| one.day == last.day);
    match of_last_day.any(|one| one.calibration == calibrations.active) {
        true => calibrations.active,
        false => last.calibration,
    }
}

fn advice(comparison: &Comparison) -> Option<String> {
    let advice = match (comparison.verdict, comparison.against) {
        (DriftVerdict::Steady | DriftVerdict::TooFewLookups, _) => return None,
        (DriftVerdict::Shifted, Some(Against::Calibration { .. })) => {
            "what is certified holds for questions like the labelled ones: label a sample of what \
             is asked now, then recalibrate: goldenset calibrate --queries labels.jsonl"
        }
        (DriftVerdict::Shifted, _) => {
            "see what is asked now and what changed; a threshold that is certified for it comes \
             from: goldenset calibrate --queries labels.jsonl"
        }
    };
    Some(advice.into())
}

/// # Errors
/// `invalid_field`.
pub(crate) fn check_days(days: u32) -> Result<()> {
    if (1..=MAX_DAYS).contains(&days) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidField, format!("days is {days}"))
        .field("days")
        .fix("give a whole number from 1 to 400"))
}

/// # Errors
/// `unknown_tenant`.
pub(crate) async fn check_tenant(store: &dyn Store, tenant: &TenantId) -> Result<()> {
    // The default tenant exists before it has entries.
    let known = *tenant == TenantId::default()
        || store.tenants().await?.iter().any(|(known, _)| known == tenant);
    if known {
        return Ok(());
    }
    Err(Error::new(Code::UnknownTenant, format!("there is no tenant `{tenant}`"))
        .field("tenant")
        .fix("name a tenant that has entries, or leave it out for `default`"))
}
