//! What ways to search cost and find, side by side.
//!
//! `cargo bench -p goldenset-vectors --bench search -- [ROWS]... [--spread NAME] [--vectors FILE] \
//!  [--no-changes]`
//!
//! Prints Markdown. Rounds of all methods alternate, so what else the machine does falls on all
//! of them alike.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop there, loudly")]

mod data;
mod methods;

use std::collections::HashSet;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use goldenset_vectors::{Hit, Index, VectorSet};

use data::{DIMENSIONS, Data, SPREADS};
use methods::{Bytes, Method, Set, Signs, Way, Wide, set};

const K: usize = 10;
/// Rows up to which all methods take part.
const MANY: usize = 200_000;
/// Rows from which an index does.
const INDEXED: usize = 20_000;
/// Queries in a row for one method: more would hide that the first finds a cold cache, fewer would
/// let the methods that read everything empty it for the others.
const ROUND: usize = 20;
/// Each query is asked so often and its best time counts, or the 99th percentile would be what
/// else the machine does.
const PASSES: usize = 3;
/// Of so many groups a filter lets one pass.
const FILTERS: [u32; 4] = [1, 10, 100, 1000];

fn main() {
    let mut sizes = Vec::new();
    let (mut spread, mut file, mut changing) = (None, None, true);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--spread" => spread = words.next(),
            "--vectors" => file = words.next(),
            "--no-changes" => changing = false,
            // From cargo.
            "--bench" => {}
            rows => sizes.push(rows.parse::<usize>().unwrap()),
        }
    }
    if let Some(file) = file {
        return report(&file, &Data::read(&file, 400), changing);
    }
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000];
    }
    for kind in SPREADS.into_iter().filter(|kind| spread.as_ref().is_none_or(|s| s == kind.name)) {
        for rows in &sizes {
            let queries = (20_000_000 / rows).clamp(200, 1_000);
            report(kind.name, &Data::generated(kind, *rows, queries), changing);
        }
    }
}

fn report(name: &str, data: &Data, changing: bool) {
    println!("\n### {} rows, {name}\n", data.groups.len());
    let start = Instant::now();
    let set = set(data);
    let build = start.elapsed().as_secs_f64();
    println!("Set built in {build:.3} s.\n");
    let own = |set: &VectorSet, way| -> Box<dyn Method> { Box::new(Set { set: set.clone(), way }) };
    let mut methods: Vec<Box<dyn Method + '_>> = vec![own(&set, Way::Exact)];
    if data.groups.len() <= MANY {
        methods.push(own(&set, Way::Scan));
        methods.push(Box::new(Wide(data)));
        methods.push(Box::new(Bytes::new(data, 40)));
        methods.push(Box::new(Signs::new(data, 400)));
    }
    if data.groups.len() >= INDEXED {
        let start = Instant::now();
        let index = Index::build(&set, |_| ControlFlow::Continue(())).unwrap();
        println!(
            "Index built in {:.2} s: {} bytes a vector.\n",
            start.elapsed().as_secs_f64(),
            index.bytes() / set.len()
        );
        methods.push(own(&set.with_index(Arc::new(index)), Way::Indexed));
    }
    println!("| method | bytes a vector | recall@{K} | p50 µs | p99 µs | 10 % | 1 % | 0.1 % |");
    println!("|---|---|---|---|---|---|---|---|");
    let exact: Vec<Vec<Hit>> =
        data.queries.iter().map(|query| set.search_exact(query, K, |_| true)).collect();
    // By method and filter.
    let mut times = vec![vec![Vec::new(); FILTERS.len()]; methods.len()];
    let mut found = vec![0; methods.len()];
    for (queries, exact) in data.queries.chunks(ROUND).zip(exact.chunks(ROUND)) {
        for (method, (times, found)) in methods.iter().zip(times.iter_mut().zip(&mut found)) {
            for (filter, times) in FILTERS.iter().zip(times) {
                let mut best = vec![f64::INFINITY; queries.len()];
                for pass in 0..PASSES {
                    for ((query, exact), best) in queries.iter().zip(exact).zip(&mut best) {
                        let start = Instant::now();
                        let hits = black_box(method.search(query, K, &|group| group % filter == 0));
                        *best = best.min(start.elapsed().as_secs_f64() * 1e6);
                        if *filter == 1 && pass == 0 {
                            *found += hits.iter().filter(|hit| exact.contains(hit)).count();
                        }
                    }
                }
                times.extend(best);
            }
        }
    }
    for (method, (mut times, found)) in methods.iter().zip(times.into_iter().zip(found)) {
        for times in &mut times {
            times.sort_by(f64::total_cmp);
        }
        let at = |times: &[f64], share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!(
            "| {} | {} | {:.4} | {:.1} | {:.1} | {:.0} / {:.0} | {:.0} / {:.0} | {:.0} / {:.0} |",
            method.name(),
            method.bytes(),
            found as f64 / (K * data.queries.len()) as f64,
            at(&times[0], 0.5),
            at(&times[0], 0.99),
            at(&times[1], 0.5),
            at(&times[1], 0.99),
            at(&times[2], 0.5),
            at(&times[2], 0.99),
            at(&times[3], 0.5),
            at(&times[3], 0.99),
        );
    }
    if changing {
        changes(data, &set);
    }
}

/// What it costs to change the set.
fn changes(data: &Data, set: &VectorSet) {
    println!("\n| change | p50 µs | most µs |");
    println!("|---|---|---|");
    let row = |at: usize| &data.rows[at * DIMENSIONS..(at + 1) * DIMENSIONS];
    for count in [1, 1000.min(data.groups.len() / 4)] {
        let (mut adding, mut removing) = (Vec::new(), Vec::new());
        let mut set = set.clone();
        let rounds = if count == 1 { 600 } else { 20 };
        for round in 0..rounds {
            let ids: Vec<u32> =
                (0..count).map(|at| 1 << 30 | (round * count + at) as u32).collect();
            let rows = ids.iter().map(|id| (*id, row(*id as usize % data.groups.len())));
            let start = Instant::now();
            let next = set.changed(&HashSet::new(), rows);
            adding.push(start.elapsed().as_secs_f64() * 1e6);
            // Those that were there first.
            let first = data.groups[(round * count) % data.groups.len()];
            let gone: HashSet<u32> = (0..count as u32).map(|at| first + at).collect();
            let start = Instant::now();
            let last = next.changed(&gone, []);
            removing.push(start.elapsed().as_secs_f64() * 1e6);
            set = if round % 2 == 0 { last } else { next };
        }
        for (name, mut times) in [("add", adding), ("remove", removing)] {
            times.sort_by(f64::total_cmp);
            println!(
                "| {name} {count} | {:.0} | {:.0} |",
                times[times.len() / 2],
                times[times.len() - 1]
            );
        }
    }
}
