//! Whether an order tells right from wrong.

/// Area under the ROC curve: the probability that a random yes stands above a random no, ties
/// counted half (Mann and Whitney, Annals of Mathematical Statistics 18, 1947). Each item is its
/// key, its label, and how often it counts; the greatest key comes first. `None` without both
/// labels.
pub(crate) fn auc(sorted: impl IntoIterator<Item = (f64, bool, u32)>) -> Option<f64> {
    let (mut yes, mut no) = (0.0, 0.0);
    let (mut tied_yes, mut tied_no) = (0.0, 0.0);
    let (mut wins, mut tied) = (0.0, None);
    for (key, label, times) in sorted {
        if tied != Some(key) {
            wins += tied_no * (yes + tied_yes / 2.0);
            yes += tied_yes;
            no += tied_no;
            (tied_yes, tied_no, tied) = (0.0, 0.0, Some(key));
        }
        *(if label { &mut tied_yes } else { &mut tied_no }) += f64::from(times);
    }
    wins += tied_no * (yes + tied_yes / 2.0);
    yes += tied_yes;
    no += tied_no;
    (yes > 0.0 && no > 0.0).then(|| wins / (yes * no))
}

/// The greatest threshold at which at least `share` of `of` items reach it, when the items that
/// can be accepted at all have these keys; `None` where they are too few.
pub(super) fn threshold_for(share: f64, of: usize, mut keys: Vec<f64>) -> Option<f64> {
    keys.sort_by(|a, b| b.total_cmp(a));
    let wanted = (share * of as f64).ceil() as usize;
    keys.get(wanted.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_by_counting() {
        let check = |items: &[(f64, bool, u32)], expected: Option<f64>| {
            assert_eq!(auc(items.iter().copied()), expected, "{items:?}");
        };
        check(&[(0.9, true, 1), (0.8, false, 1)], Some(1.0));
        check(&[(0.9, false, 1), (0.8, true, 1)], Some(0.0));
        check(&[(0.9, true, 1), (0.9, false, 1)], Some(0.5));
        // One yes above both no, one tied with one of them and below the other: (2 + 0.5) of 4.
        check(&[(0.9, true, 1), (0.5, false, 1), (0.2, true, 1), (0.2, false, 1)], Some(0.625));
        // A weight is the item so many times; of weight 0 there is none.
        check(&[(0.9, true, 2), (0.5, false, 1), (0.2, true, 1)], Some(2.0 / 3.0));
        check(&[(0.9, true, 1), (0.5, false, 0)], None);
        let low = f64::NEG_INFINITY;
        check(&[(0.9, true, 1), (low, true, 1), (low, false, 1)], Some(0.75));
        check(&[(0.9, true, 1)], None);
        check(&[], None);
    }

    #[test]
    fn thresholds_accept_at_least_the_share() {
        let check = |share, of, keys: &[f64], expected: Option<f64>| {
            assert_eq!(threshold_for(share, of, keys.to_vec()), expected, "{share} of {of}");
        };
        let keys = [0.2, 0.9, 0.5, 0.7];
        check(0.5, 4, &keys, Some(0.7));
        check(0.7, 4, &keys, Some(0.5));
        check(0.5, 5, &keys, Some(0.5));
        check(0.7, 6, &keys, None);
        check(0.7, 5, &keys, Some(0.2));
        check(0.5, 0, &[], None);
    }
}
