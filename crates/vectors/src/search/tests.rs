use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::clustered::{Clustered, clustered};

/// What a search must find, by sorting everything.
fn sorted(rows: &[(u32, Vec<f32>)], query: &[f32], allow: &HashSet<u32>) -> Vec<(u32, f32)> {
    let mut groups = BTreeMap::<u32, f32>::new();
    for (group, row) in rows.iter().filter(|(group, _)| allow.contains(group)) {
        let similarity = dot(query, row);
        groups.entry(*group).and_modify(|s| *s = s.max(similarity)).or_insert(similarity);
    }
    let mut all: Vec<_> = groups.into_iter().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

fn row() -> impl Strategy<Value = Vec<f32>> {
    // Few distinct values, so that ties are common.
    prop::collection::vec((-2i8..=2).prop_map(f32::from), 4)
}

proptest! {
    #[test]
    fn finds_exactly_the_best_allowed_groups(
        rows in prop::collection::vec((0u32..12, row()), 0..60),
        late in prop::collection::vec((12u32..16, row()), 0..10),
        removed in prop::collection::hash_set(0u32..12, 0..6),
        allow in prop::collection::hash_set(0u32..16, 0..16),
        query in row(),
        k in 1usize..8,
    ) {
        let set = VectorSet::new(4)
            .changed(&HashSet::new(), rows.iter().map(|(g, r)| (*g, r.as_slice())))
            .changed(&removed, late.iter().map(|(g, r)| (*g, r.as_slice())));
        let kept: Vec<_> = rows.into_iter().filter(|(g, _)| !removed.contains(g)).chain(late).collect();
        prop_assert_eq!(set.len(), kept.len());
        let expected = sorted(&kept, &query, &allow);
        let found = set.search(&query, k, |group| allow.contains(&group));
        prop_assert_eq!(&found, &set.scan(&query, k, |group| allow.contains(&group)));
        prop_assert!(found.len() >= k.min(expected.len()));
        let reach = expected.get(k - 1).map_or(f32::NEG_INFINITY, |last| last.1);
        let wanted: BTreeMap<_, _> = expected.into_iter().filter(|hit| hit.1 >= reach).collect();
        let got: BTreeMap<_, _> = found.iter().map(|hit| (hit.group, hit.similarity)).collect();
        prop_assert_eq!(got, wanted);
        prop_assert!(found.is_sorted_by(|a, b| a.similarity >= b.similarity));
    }
}

#[test]
fn many_changes_do_not_grow_the_set() {
    let mut set = VectorSet::new(2);
    for round in 0..5_000u32 {
        let row = [round as f32, 1.0];
        set = set.changed(&HashSet::from([7]), [(7, row.as_slice())]);
    }
    assert_eq!(set.len(), 1);
    assert_eq!(set.search(&[1.0, 0.0], 3, |_| true)[0].similarity, 4_999.0);
    assert!(set.rows() <= 3, "{} rows kept for one live row", set.rows());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_search_finds_what_a_scan_finds(
        data in clustered(),
        k in prop::sample::select(vec![1usize, 5, 10, 40]),
        one_of in prop::sample::select(vec![1u32, 2, 10, 100]),
        removed in 0u32..4,
    ) {
        let Clustered { rows, queries } = data;
        // In parts, so that centres move and chunks are shared; with removed and replaced groups.
        let mut set = VectorSet::new(rows[0].len());
        for (part, rows) in rows.chunks(rows.len() / 3 + 1).enumerate() {
            let first = part * 1_000;
            let added = rows.iter().enumerate().map(|(at, row)| ((first + at / 2) as u32, &row[..]));
            set = set.changed(&HashSet::new(), added);
            let gone = (0..4_000).filter(|group| removed > 0 && group % (removed + 2) == 0);
            set = set.changed(&gone.collect(), [(5_000, &rows[0][..])]);
        }
        for query in &queries {
            let allow = |group: u32| group.is_multiple_of(one_of);
            prop_assert_eq!(set.search(query, k, allow), set.scan(query, k, allow));
        }
    }

    #[test]
    fn what_led_to_a_set_does_not_show(data in clustered(), seed in any::<u64>()) {
        let Clustered { rows, queries } = data;
        let rows: Vec<(u32, &[f32])> =
            rows.iter().enumerate().map(|(at, row)| (at as u32 / 2, &row[..])).collect();
        let at_once = VectorSet::new(rows[0].1.len()).changed(&HashSet::new(), rows.clone());
        let mut shuffled = rows.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        let mut one_by_one = VectorSet::new(rows[0].1.len());
        for (at, (group, row)) in shuffled.iter().enumerate().take(400) {
            // Each comes, goes and comes back.
            one_by_one = one_by_one.changed(&HashSet::new(), [(90_000 + at as u32, *row)]);
            let gone = HashSet::from([90_000 + at as u32]);
            one_by_one = one_by_one.changed(&gone, [(*group, *row)]);
        }
        one_by_one = one_by_one.changed(&HashSet::new(), shuffled.into_iter().skip(400));
        for query in &queries {
            let (a, b) = (at_once.search(query, 10, |_| true), one_by_one.search(query, 10, |_| true));
            prop_assert_eq!(a, b);
        }
    }
}

#[test]
fn a_row_that_is_not_of_numbers_is_never_found() {
    let rows = [[f32::NAN, 1.0], [1.0, f32::INFINITY], [0.5, 0.5], [f32::MAX, f32::MAX]];
    let rows = rows.iter().enumerate().map(|(group, row)| (group as u32, &row[..]));
    let set = VectorSet::new(2).changed(&HashSet::new(), rows);
    for k in [1, 4] {
        let found = set.search(&[2.0, 2.0], k, |_| true);
        assert_eq!(found, [Hit { group: 2, similarity: 2.0 }]);
    }
    assert_eq!(set.search(&[f32::NAN, 1.0], 3, |_| true), []);
    // Longer than any code is for, and yet of a finite similarity.
    let found = set.search(&[1e20, 0.0], 1, |group| group == 2);
    assert_eq!(found, [Hit { group: 2, similarity: 5e19 }]);
}
