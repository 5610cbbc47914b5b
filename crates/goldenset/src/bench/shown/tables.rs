//! The figures of a report as tables.

use std::iter::once;

use crate::bench::figures::{Day, Report};
use crate::bench::target::Bound;
use crate::report::table::Table;

/// Those that there are figures for, the targets first.
pub(super) fn tables(report: &Report) -> Vec<Table> {
    let some = [
        in_process(report),
        scans(report),
        http(report),
        ratios(report),
        remote(report),
        stream(report),
        day(report),
        remote_day(report),
        batch(report),
        start(report),
        growth(report),
    ];
    once(targets(report)).chain(some.into_iter().flatten()).collect()
}

fn targets(report: &Report) -> Table {
    let mut table = Table::new("Targets", &["", "value", "limit", ""], "");
    for target in &report.targets {
        let sign = match target.bound {
            Bound::AtMost => "≤",
            Bound::AtLeast => "≥",
        };
        let verdict = match target.pass {
            Some(true) => "pass",
            Some(false) => "FAIL",
            None => "not measured",
        };
        let value = target.value.map_or_else(|| "-".into(), written);
        let limit = format!("{sign} {} {}", target.limit, target.unit);
        table.row(&target.name, [value, limit, verdict.into()]);
    }
    table
}

fn in_process(report: &Report) -> Option<Table> {
    let head = ["", "n", "p50", "p95", "p99", "max"];
    let note = "through the public call, but for guards_verifier, scan and stream, which are parts \
                of it; the unit is in the name; one reading of the clock included";
    let mut table = Table::new("In process", &head, note);
    for (name, of) in &report.in_process {
        let times = [of.p50, of.p95, of.p99, of.max].map(written);
        table.row(name, once(of.n.to_string()).chain(times));
    }
    (!report.in_process.is_empty()).then_some(table)
}

fn scans(report: &Report) -> Option<Table> {
    let head = ["", "index", "bytes", "recall@10", "time to a plain sum"];
    let note = "bytes: what a search reads at least; sum: over as many bytes, on the same thread by \
                turns, medians over rounds";
    let mut table = Table::new("Searches over vectors alone", &head, note);
    for (name, of) in &report.scans {
        let indexed = if of.indexed { "yes" } else { "no" };
        let ratio = report.ratios.scan_to_stream.get(name);
        let ratio = ratio.map_or_else(|| "-".into(), |ratio| written(*ratio));
        let recall = format!("{:.4}", of.recall_at_10);
        table.row(name, [indexed.into(), of.bytes.to_string(), recall, ratio]);
    }
    (!report.scans.is_empty()).then_some(table)
}

fn http(report: &Report) -> Option<Table> {
    let head = ["", "connections", "requests/s", "p50 µs", "p95 µs", "p99 µs", "CPU µs"];
    let note = "from sending to the whole answer; CPU: of the server's threads a request, where it \
                is in this process";
    let note = match report.shared {
        None => note.to_owned(),
        Some(shared) => format!(
            "{note}; shared: another node, out of Redis, with {} calls of the model for {} lookups",
            shared.embedding_calls, shared.lookups
        ),
    };
    let mut table = Table::new("Over HTTP", &head, &note);
    for (name, of) in &report.http {
        let latency = [of.latency_us.p50, of.latency_us.p95, of.latency_us.p99].map(written);
        let cpu = of.cpu_us.map_or_else(|| "-".into(), written);
        let first = [of.connections.to_string(), format!("{:.0}", of.per_second)];
        table.row(name, first.into_iter().chain(latency).chain([cpu]));
    }
    (!report.http.is_empty()).then_some(table)
}

fn ratios(report: &Report) -> Option<Table> {
    let ratios = &report.ratios;
    let mut table = Table::new("Ratios within this run", &["", "ratio"], "medians over rounds");
    for (name, ratio) in &ratios.http_hot {
        table.row(format!("requests/s to a bare server, {name}"), [written(*ratio)]);
    }
    for (name, ratio) in &ratios.http_hot_cpu {
        table.row(format!("CPU a request to a bare server, {name}"), [written(*ratio)]);
    }
    if let Some(ratio) = ratios.cold_local {
        table.row("nothing cached, to one bare run of the model", [written(ratio)]);
    }
    (!table.rows.is_empty()).then_some(table)
}

fn remote(report: &Report) -> Option<Table> {
    let remote = report.remote.as_ref()?;
    let head = ["", "n", "p50 ms", "p99 ms", "above it p50", "above it p99", "above it max"];
    let note = format!(
        "above it: what is not between the request that the provider got and its reply, ms; at \
         most {} requests at once at the provider. {} who ask the same at once: {} call.",
        remote.requests_at_once, remote.equal.questions, remote.equal.calls
    );
    let title =
        format!("Nothing cached, a remote provider that takes {} ms", written(remote.latency_ms));
    let mut table = Table::new(&title, &head, &note);
    for (name, at) in &remote.by_connections {
        let (all, above) = (&at.latency_ms, &at.above_ms);
        let times = [all.p50, all.p99, above.p50, above.p99, above.max].map(written);
        table.row(name, once(all.n.to_string()).chain(times));
        if let Some(bare) = &at.bare_above_ms {
            let none = || String::new();
            let times = [bare.p50, bare.p99, bare.max].map(written);
            let row = [bare.n.to_string(), none(), none()].into_iter().chain(times);
            table.row(format!("{name}, a bare server that asks it too"), row);
        }
    }
    Some(table)
}

fn stream(report: &Report) -> Option<Table> {
    let stream = report.percentiles.as_ref()?;
    let head = ["", "n", "p50 ms", "p95 ms", "p99 ms", "max ms", "embedding calls"];
    let title = match stream.from_empty_caches {
        true => "A Zipf stream from empty caches on",
        false => "A Zipf stream",
    };
    let mut table = Table::new(title, &head, "");
    let of = &stream.latency_ms;
    let times = [of.p50, of.p95, of.p99, of.max].map(written);
    let name = format!("{} questions, {} connections", stream.questions, stream.connections);
    let cells = once(of.n.to_string()).chain(times);
    let calls = stream.embedding_calls.map_or_else(|| "-".into(), |calls| calls.to_string());
    table.row(name, cells.chain([calls]));
    Some(table)
}

fn day(report: &Report) -> Option<Table> {
    let days = report.day.as_ref()?;
    let head = [
        "",
        "lookups",
        "publishes",
        "result hits",
        "embedding hits",
        "model calls",
        "hit rate",
        "calls saved",
        "second half",
        "bodies that differ",
    ];
    let note = "second half: calls saved over the second half of the lookups; bodies are compared \
                with an engine without caches at the same moment";
    let mut table = Table::new("The demo day", &head, note);
    let mut row = |name: &str, day: &Day| {
        table.row(
            name,
            [
                day.lookups.to_string(),
                day.publishes.to_string(),
                (day.signature_hits + day.result_hits).to_string(),
                day.embedding_hits.to_string(),
                day.embedding_calls.to_string(),
                percent(day.hit_rate),
                percent(day.embedding_calls_saved),
                percent(day.embedding_calls_saved_second_half),
                day.differing.to_string(),
            ],
        );
    };
    row("as it was", &days.plain);
    row("a publish a minute", &days.publishing);
    row("with a remote provider", &days.remote.day);
    Some(table)
}

fn remote_day(report: &Report) -> Option<Table> {
    let cost = &report.day.as_ref()?.remote;
    let head = ["", "calls", "tokens", "waited s"];
    let note = "tokens: four bytes each, the provider's own count differs; waited: calls times the \
                latency of the provider, not measured";
    let mut table = Table::new("The demo day with a remote provider: its cost", &head, note);
    for (name, cost) in [("with caches", &cost.cost), ("a call a lookup", &cost.without_caches)] {
        let cells = [cost.calls.to_string(), cost.tokens.to_string(), written(cost.waited_seconds)];
        table.row(name, cells);
    }
    Some(table)
}

fn batch(report: &Report) -> Option<Table> {
    let batch = report.batch.as_ref()?;
    let head = ["", "cold ms each", "embedding calls", "hot µs each"];
    let mut table = Table::new("Batches", &head, "");
    let cells = [batch.cold_ms_each, batch.embedding_calls, batch.hot_us_each].map(written);
    table.row(format!("{} questions", batch.size), cells);
    Some(table)
}

fn start(report: &Report) -> Option<Table> {
    let start = report.start.as_ref()?;
    let head = ["", "start s", "resident MiB"];
    let note = "of a process of its own, from its start to the first right answer, the middle of \
                the rounds";
    let mut table = Table::new("Start", &head, note);
    table.row("the demo set", [written(start.demo.seconds), memory(start.demo.resident_mib)]);
    Some(table)
}

fn growth(report: &Report) -> Option<Table> {
    let head = [
        "entries",
        "import s",
        "publish ms",
        "start s",
        "resident MiB",
        "peak MiB",
        "KiB an entry",
    ];
    let note = "of one phrasing; publish: of one entry more, the middle of some; start: of a \
                process of its own to the first right answer; KiB: resident above that of the \
                demo set";
    let mut table = Table::new("Growth", &head, note);
    let base = report.start.as_ref().and_then(|start| start.demo.resident_mib);
    for of in &report.growth {
        let each = of.started.resident_mib.zip(base);
        let each = each.map(|(with, base)| (with - base) * 1024.0 / of.entries.max(1) as f64);
        table.row(
            of.entries.to_string(),
            [
                written(of.import_seconds),
                written(of.publish_ms),
                written(of.started.seconds),
                memory(of.started.resident_mib),
                memory(of.started.peak_mib),
                each.map_or_else(|| "-".into(), written),
            ],
        );
    }
    (!report.growth.is_empty()).then_some(table)
}

fn memory(mib: Option<f64>) -> String {
    mib.map_or_else(|| "-".into(), |mib| format!("{mib:.0}"))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Three digits that mean something.
fn written(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
