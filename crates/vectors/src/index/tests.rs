use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::clustered::{Clustered, clustered};

fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn no_group() -> HashSet<u32> {
    HashSet::new()
}

fn numbered(rows: &[Vec<f32>], first: u32) -> impl Iterator<Item = (u32, &[f32])> {
    rows.iter().zip(first..).map(|(row, group)| (group, &row[..]))
}

/// Parts that are added, each with some groups that are removed; after which of them an index is
/// built, and after which one it is put in its place.
#[derive(Debug)]
struct History {
    parts: Vec<(usize, u32)>,
    built: usize,
    placed: usize,
}

fn history() -> impl Strategy<Value = History> {
    (prop::collection::vec((1usize..900, 0u32..40), 2..6), 0usize..5, 0usize..3).prop_map(
        |(parts, built, later)| History {
            built: built % parts.len(),
            placed: built + later,
            parts,
        },
    )
}

/// The set after all that, with the index where it still fits.
fn after(history: &History, care: f64, rows: &[Vec<f32>]) -> VectorSet {
    let mut set = VectorSet::new(rows[0].len());
    let (mut first, mut index) = (0, None);
    for (part, (count, gone)) in history.parts.iter().enumerate() {
        let added: Vec<_> = rows.iter().cycle().skip(first).take(*count).cloned().collect();
        // Two rows a group. Of the rows that were there, every so many go.
        let added = numbered(&added, first as u32).map(|(group, row)| (group / 2, row));
        let removed = (0..first as u32 / 2).filter(|group| *gone > 0 && group % (gone + 1) == 0);
        set = set.changed(&removed.collect(), added);
        first += count;
        if part == history.built {
            index = Index::careful(&set, care, go_on).map(Arc::new);
        }
        if let Some(index) = index.take_if(|_| part >= history.placed) {
            set = set.with_index(index);
        }
    }
    if let Some(index) = index { set.with_index(index) } else { set }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn with_all_care_a_search_finds_what_a_scan_finds(
        data in clustered(),
        history in history(),
        k in prop::sample::select(vec![1usize, 10, 40]),
        one_of in prop::sample::select(vec![1u32, 10, 100]),
    ) {
        let Clustered { mut rows, queries } = data;
        // Not of numbers, and too long for a code and yet to be found.
        for (at, value) in [(3, f32::NAN), (5, f32::INFINITY), (8, 1e20)] {
            if let Some(row) = rows.get_mut(at) {
                row[0] = value;
            }
        }
        let set = after(&history, f64::INFINITY, &rows);
        for query in &queries {
            let allow = |group: u32| group.is_multiple_of(one_of);
            prop_assert_eq!(set.search(query, k, allow), set.scan(query, k, allow));
            prop_assert_eq!(set.search_exact(query, k, allow), set.scan(query, k, allow));
        }
    }
}

#[test]
fn what_is_found_is_there_and_allowed_and_as_similar_as_it_says() {
    // Over all cases: what one query misses is chance, and rows that are alike are missed together.
    let (found, wanted) = (Cell::new(0), Cell::new(0));
    let cases = (
        clustered(),
        history(),
        prop::sample::select(vec![1usize, 10, 40]),
        prop::sample::select(vec![1u32, 10, 100]),
    );
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) };
    let ran = TestRunner::new(config).run(&cases, |(data, history, k, one_of)| {
        let set = after(&history, 1.0, &data.rows);
        for query in &data.queries {
            let allow = |group: u32| group.is_multiple_of(one_of);
            let all = set.scan(query, usize::MAX, allow);
            let all: BTreeMap<u32, f32> =
                all.iter().map(|hit| (hit.group, hit.similarity)).collect();
            let hits = set.search(query, k, allow);
            prop_assert!(hits.len() >= k.min(all.len()), "{} of {}", hits.len(), all.len());
            prop_assert!(hits.is_sorted_by(|a, b| a.similarity >= b.similarity));
            let groups: HashSet<u32> = hits.iter().map(|hit| hit.group).collect();
            prop_assert_eq!(groups.len(), hits.len());
            for hit in &hits {
                // A row of the group may be missed, never made up.
                let most = all.get(&hit.group);
                prop_assert!(most.is_some_and(|similarity| *similarity >= hit.similarity));
            }
            let best = set.scan(query, k, allow);
            found.set(found.get() + best.iter().filter(|hit| hits.contains(hit)).count());
            wanted.set(wanted.get() + best.len());
        }
        Ok(())
    });
    ran.unwrap();
    let (found, wanted) = (found.get(), wanted.get());
    assert!(wanted > 1_000 && found * 100 >= wanted * 99, "{found} of {wanted}");
}

#[test]
fn nearly_all_is_found_among_many() {
    let Clustered { rows, .. } = Clustered::new(5, 384, 6_000, 0.7);
    let (queries, rows) = rows.split_at(100);
    let set = VectorSet::new(384).changed(&no_group(), numbered(rows, 0));
    let index = Index::build(&set, go_on).map(Arc::new).expect("not broken off");
    assert_eq!(index.rows(), 5_900 / CHUNK_ROWS * CHUNK_ROWS);
    let set = set.with_index(index);
    let found = queries.iter().flat_map(|query| {
        let hits = set.search(query, 10, |_| true);
        set.scan(query, 10, |_| true).into_iter().map(move |hit| hits.contains(&hit))
    });
    let (found, all) = found.fold((0, 0), |(found, all), one| (found + u32::from(one), all + 1));
    assert!(f64::from(found) >= 0.995 * f64::from(all), "{found} of {all}");
}

#[test]
fn an_index_is_taken_by_what_comes_of_its_set_and_by_nothing_else() {
    let rows: Vec<Vec<f32>> =
        (0..900).map(|at| vec![(at as f32).sin(), (at as f32).cos()]).collect();
    let older = VectorSet::new(2).changed(&no_group(), numbered(&rows[..300], 0));
    let set = older.changed(&no_group(), numbered(&rows[..300], 300));
    let other = older.changed(&no_group(), numbered(&rows[300..], 300));
    let index = Index::build(&set, go_on).map(Arc::new).expect("not broken off");
    assert!(older.with_index(Arc::clone(&index)).index().is_none(), "has not all rows yet");
    assert!(other.with_index(Arc::clone(&index)).index().is_none(), "has other rows");
    let later = set.changed(&HashSet::from([1, 2]), numbered(&rows, 1_000));
    let later = later.with_index(Arc::clone(&index));
    assert!(later.index().is_some());
    assert!(later.changed(&HashSet::from([7]), []).index().is_some());
    let most_groups: HashSet<u32> = (0..1_800).collect();
    let compacted = later.changed(&most_groups, []);
    assert!(compacted.index().is_none());
    assert!(compacted.with_index(index).index().is_none(), "rows have other places");
}

#[test]
fn an_index_is_needed_from_many_rows_on_and_again_after_many_more() {
    let rows = vec![vec![1.0, 0.0]; 40_000];
    let set = VectorSet::new(2).changed(&no_group(), numbered(&rows[..32_767], 0));
    assert!(!set.needs_index());
    let set = set.changed(&no_group(), numbered(&rows[..1], 32_767));
    assert!(set.needs_index());
    let index = Index::build(&set, go_on).map(Arc::new).expect("not broken off");
    let set = set.with_index(Arc::clone(&index));
    assert!(!set.needs_index());
    let set = set.changed(&no_group(), numbered(&rows[..16_384], 40_000));
    assert!(set.needs_index());
    let mut steps = 0;
    let again = Index::build(&set, |_| {
        steps += 1;
        ControlFlow::Continue(())
    });
    let again = again.expect("not broken off");
    assert_eq!(steps, 16_384 / CHUNK_ROWS / CHUNKS, "what is known is not made again");
    let shared = index.sketches.iter().zip(&again.sketches).all(|(a, b)| Arc::ptr_eq(a, b));
    assert!(shared);
    assert!(!set.with_index(Arc::new(again)).needs_index());
}

#[test]
fn building_says_how_far_it_is_and_can_be_broken_off() {
    let rows = vec![vec![0.6, 0.8]; 5 * CHUNKS * CHUNK_ROWS - 9];
    let set = VectorSet::new(2).changed(&no_group(), numbered(&rows, 0));
    let mut shares = Vec::new();
    let index = Index::build(&set, |share| {
        shares.push(share);
        ControlFlow::Continue(())
    });
    assert!(index.is_some());
    assert_eq!(shares, [0.2, 0.4, 0.6, 0.8, 1.0]);
    let mut steps = 0;
    let index = Index::build(&set, |_| {
        steps += 1;
        if steps == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(index.is_none());
    assert_eq!(steps, 3);
}
