//! `drift`: whether lookups are still like those that a calibration was made on.

use std::collections::BTreeMap;
use std::io::{self, Write};

use goldenset_core::ports::Clock;
use goldenset_core::{Result, TenantId};
use goldenset_engine::drift::{self, Against, DriftVerdict, Lookups, Share};

use super::args::Drift;
use super::output::{print_json, unwritable};
use crate::config::Config;
use crate::wire::{self, SystemClock};

/// Guards that are named in a line.
const NAMED: usize = 4;

/// Shows the last days; `false` when lookups have shifted.
pub(super) async fn run(config: &Config, args: Drift) -> Result<bool> {
    let store = wire::store_to_read(config).await?;
    let today = config.lookup.time_zone.to_datetime(SystemClock.now()).date();
    let tenant = TenantId::new(&args.set.tenant)?;
    let drift = drift::drift(&*store, &tenant, today, args.days).await?;
    match args.json {
        true => print_json(&drift)?,
        false => show(&drift).map_err(unwritable)?,
    }
    Ok(drift.overall.comparison.verdict != DriftVerdict::Shifted)
}

fn show(drift: &drift::Drift) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if drift.days.is_empty() {
        return writeln!(
            out,
            "no lookup of tenant {} is counted from {} to {}; a server counts those that it answers",
            drift.tenant, drift.from, drift.to
        );
    }
    for day in &drift.days {
        show_lookups(&mut out, &day.day.to_string(), &day.lookups)?;
    }
    let all = format!("{} to {}", drift.from, drift.to);
    show_lookups(&mut out, &all, &drift.overall)?;
    match &drift.advice {
        Some(advice) => writeln!(out, "what to do: {advice}"),
        None => Ok(()),
    }
}

fn show_lookups(out: &mut impl Write, when: &str, lookups: &Lookups) -> io::Result<()> {
    let comparison = &lookups.comparison;
    let verdict = comparison.verdict.in_words();
    let calibration = match lookups.calibration {
        Some(version) => format!("calibration {version}"),
        None => "no calibration".into(),
    };
    writeln!(out, "{when}, {calibration}: {verdict}: {}", comparison.reason)?;
    writeln!(
        out,
        "    {} lookups, {} served, {} of them asked in an approved phrasing; {}",
        lookups.lookups,
        in_words(&lookups.served),
        lookups.served_by_phrasing,
        named(&lookups.decisions, lookups.decisions.len())
    )?;
    let against = match comparison.against {
        Some(Against::Calibration { version }) => format!("the labels of calibration {version}"),
        Some(Against::DaysBefore { from, to }) => format!("the days from {from} to {to}"),
        None => "nothing".into(),
    };
    let expected = comparison.expected.as_ref().map_or("none".into(), in_words);
    writeln!(
        out,
        "    served by meaning {}; against {against}: {expected}",
        in_words(&comparison.served_by_meaning)
    )?;
    if !lookups.refused.is_empty() || !lookups.suggest_only.is_empty() {
        writeln!(
            out,
            "    guards on the best candidate: refused {}; at most suggested {}",
            named(&lookups.refused, NAMED),
            named(&lookups.suggest_only, NAMED)
        )?;
    }
    Ok(())
}

/// `29.1 % (22.5 to 36.5)`.
pub(super) fn in_words(share: &Share) -> String {
    match (share.rate.share(), share.interval) {
        (Some(share), Some([lower, upper])) => {
            format!("{:.1} % ({:.1} to {:.1})", share * 100.0, lower * 100.0, upper * 100.0)
        }
        _ => "none".into(),
    }
}

/// The most frequent, the most frequent first.
fn named(counts: &BTreeMap<&'static str, u64>, most: usize) -> String {
    let mut sorted: Vec<_> = counts.iter().filter(|(_, count)| **count > 0).collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1));
    let named = sorted.iter().take(most).map(|(name, count)| format!("{name} {count}"));
    let named = named.collect::<Vec<_>>().join(", ");
    if named.is_empty() { "none".into() } else { named }
}
