//! The audit sample: judging it, what it says of the error among served answers, and its labels.

use std::collections::BTreeMap;

use goldenset_core::decision::MatchType;
use goldenset_core::ports::{Once, Store};
use goldenset_core::watch::{AuditId, AuditItem, AuditStatus, JudgedCount, Judgement, Verdict};
use goldenset_core::{EntryId, Result, TenantId, VersionNumber};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::calibrate::fewest;
use crate::changes::in_micros;
use crate::drift::{Share, check_days, check_tenant};

/// Items read at a time.
const PAGE: usize = 500;
/// What either end of an interval leaves out.
const TAIL: f64 = 0.025;

/// How the served answers that were drawn on the last days were judged. Each judged item counts
/// once, however often it was drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditReport {
    /// Whose answers.
    pub tenant: TenantId,
    /// How many days it goes back.
    pub days: u32,
    /// Items that wait for judgement, of whatever day.
    pub open: u64,
    /// Wrong among judged, of all.
    pub wrong: Share,
    /// Wrong among approved phrasings.
    pub wrong_by_phrasing: Share,
    /// Wrong among what was served by meaning.
    pub wrong_by_meaning: Share,
    /// What the active calibration promises; none without one.
    pub promise: Option<Promise>,
}

/// What a calibration promises, held against what was served at its certified thresholds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Promise {
    /// The calibration.
    pub calibration: VersionNumber,
    /// The largest share of wrong answers that it promises.
    pub max_served_error: f64,
    /// How sure it was of that.
    pub confidence: f64,
    /// Wrong among judged of what was served at its certified thresholds.
    pub wrong: Share,
    /// Whether it is kept.
    pub verdict: PromiseVerdict,
    /// The verdict in words.
    pub reason: String,
}

/// Whether a promise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseVerdict {
    /// The whole interval is within it.
    Holds,
    /// The whole interval is beyond it.
    Broken,
    /// Neither.
    NotEnoughJudged,
}

/// What judged items are as labelled questions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Labels {
    /// One a question.
    pub labels: Vec<Label>,
    /// Questions of wrong answers whose judge did not say what is right.
    pub left_out: usize,
}

/// A labelled question as `calibrate` and `eval` read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The question, in canonical form.
    pub query: String,
    /// The entry that answers it, or none.
    pub gold: Vec<EntryId>,
}

/// A tenant's items with this status and an id greater than `after`, by id, at most `limit`.
///
/// # Errors
/// `unknown_tenant`; faults of the store.
pub async fn items(
    store: &dyn Store,
    tenant: &TenantId,
    status: AuditStatus,
    after: Option<AuditId>,
    limit: usize,
) -> Result<Vec<AuditItem>> {
    check_tenant(store, tenant).await?;
    store.audit_items(tenant, status, after, limit).await
}

/// Writes what an expert says of an item; saying something else later replaces it.
///
/// # Errors
/// `unknown_tenant`, `unknown_audit_item`, `unknown_entry` for a better entry that does not exist;
/// `invalid_field` for what contradicts itself; `idempotency_reused`; faults of the store.
pub async fn judge(
    store: &dyn Store,
    tenant: &TenantId,
    id: AuditId,
    judgement: Judgement,
    once: Option<&Once>,
) -> Result<AuditItem> {
    judgement.check()?;
    check_tenant(store, tenant).await?;
    if let Some(entry) = &judgement.entry {
        store.entry(tenant, entry).await.map_err(|error| error.field("entry"))?;
    }
    let judgement = Judgement { at: in_micros(judgement.at), ..judgement };
    store.judge(tenant, id, &judgement, once).await
}

/// How answers that were drawn in the `days` days before `now` were judged.
///
/// # Errors
/// `unknown_tenant`, `invalid_field`; faults of the store.
pub async fn report(
    store: &dyn Store,
    tenant: &TenantId,
    now: Timestamp,
    days: u32,
) -> Result<AuditReport> {
    check_days(days)?;
    check_tenant(store, tenant).await?;
    let since = now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days)));
    let judged = store.judged(tenant, since.unwrap_or(Timestamp::MIN)).await?;
    let open = store.open_items().await?.into_iter().find(|(name, _)| name == tenant);
    let calibrations = store.calibrations(tenant).await?;
    let active =
        calibrations.calibrations.iter().find(|one| Some(one.version) == calibrations.active);
    let promise = active.map(|record| {
        let certified = |one: &JudgedCount| one.certified_by == Some(record.version);
        let calibration = &record.calibration;
        let promised = (calibration.max_served_error, calibration.confidence);
        promise(record.version, promised, wrong(&judged, certified))
    });
    Ok(AuditReport {
        tenant: tenant.clone(),
        days,
        open: open.map_or(0, |(_, open)| open),
        wrong: wrong(&judged, |_| true),
        wrong_by_phrasing: wrong(&judged, |one| one.match_type == MatchType::Signature),
        wrong_by_meaning: wrong(&judged, |one| one.match_type == MatchType::Semantic),
        promise,
    })
}

fn wrong(judged: &[JudgedCount], which: impl Fn(&JudgedCount) -> bool) -> Share {
    let counted = judged.iter().filter(|one| which(one));
    let (wrong, all) =
        counted.fold((0, 0), |(wrong, all), one| (wrong + one.wrong, all + one.wrong + one.right));
    Share::new(wrong, all)
}

fn promise(
    calibration: VersionNumber,
    (max_served_error, confidence): (f64, f64),
    wrong: Share,
) -> Promise {
    let (verdict, end) = match wrong.interval {
        Some([lower, _]) if lower > max_served_error => {
            (PromiseVerdict::Broken, "the promise is broken".into())
        }
        Some([_, upper]) if upper <= max_served_error => {
            (PromiseVerdict::Holds, "the promise holds".into())
        }
        _ => {
            let fewest = fewest(max_served_error, TAIL);
            let end = format!("not enough judged to say ({fewest} without a wrong one would do)");
            (PromiseVerdict::NotEnoughJudged, end)
        }
    };
    let reason = format!(
        "certified at most {:.1} % wrong; of {} judged {} were wrong: {end}",
        max_served_error * 100.0,
        wrong.rate.whole,
        wrong.rate.part
    );
    Promise { calibration, max_served_error, confidence, wrong, verdict, reason }
}

/// The judged items as labelled questions: the served entry where it was right, the better one
/// where a judge named it, none where nothing answers. Of several judgements on one question the
/// last counts.
///
/// # Errors
/// `unknown_tenant`; faults of the store.
pub async fn labels(store: &dyn Store, tenant: &TenantId) -> Result<Labels> {
    check_tenant(store, tenant).await?;
    let mut newest: BTreeMap<String, (Timestamp, Option<Vec<EntryId>>)> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.audit_items(tenant, AuditStatus::Judged, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for AuditItem { question, entry_id, judgement, .. } in page {
            let Some(judgement) = judgement else { continue };
            let known = newest.get(&question).is_some_and(|(at, _)| *at > judgement.at);
            if !known {
                newest.insert(question, (judgement.at, gold(entry_id, judgement)));
            }
        }
    }
    let all = newest.len();
    let labels: Vec<_> = newest
        .into_iter()
        .filter_map(|(query, (_, gold))| Some(Label { query, gold: gold? }))
        .collect();
    Ok(Labels { left_out: all - labels.len(), labels })
}

fn gold(served: EntryId, judgement: Judgement) -> Option<Vec<EntryId>> {
    match judgement {
        Judgement { verdict: Verdict::Right, .. } => Some(vec![served]),
        Judgement { entry: Some(entry), .. } => Some(vec![entry]),
        Judgement { unanswerable: true, .. } => Some(vec![]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_kept_broken_or_open() {
        let check = |wrong, judged, verdict, says: &str| {
            let found = promise(3, (0.02, 0.9), Share::new(wrong, judged));
            assert_eq!(found.verdict, verdict, "{found:?}");
            assert!(found.reason.contains(says), "{found:?}");
        };
        check(
            10,
            140,
            PromiseVerdict::Broken,
            "of 140 judged 10 were wrong: the promise is broken",
        );
        check(6, 140, PromiseVerdict::NotEnoughJudged, "not enough judged");
        check(0, 182, PromiseVerdict::NotEnoughJudged, "(183 without a wrong one would do)");
        check(0, 183, PromiseVerdict::Holds, "the promise holds");
        check(0, 0, PromiseVerdict::NotEnoughJudged, "of 0 judged 0 were wrong");
    }
}
