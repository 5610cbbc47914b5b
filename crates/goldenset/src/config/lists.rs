//! Settings that are lists, written as one text so that they fit into the environment.

use std::collections::BTreeMap;

use goldenset_core::curation::Thresholds;
use goldenset_core::entry::MAX_ITEM_BYTES;

/// Names separated by commas; none where one is empty, too long or there twice, or there is none.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    let good = |name: &String| {
        !name.is_empty() && name.len() <= MAX_ITEM_BYTES && !name.contains(char::is_control)
    };
    let apart = (1..names.len()).all(|place| !names[..place].contains(&names[place]));
    (names.iter().all(good) && apart).then_some(names)
}

/// `name approve_from reject_below`, separated by commas; empty: none.
pub(super) fn thresholds(text: &str) -> Option<BTreeMap<String, Thresholds>> {
    let mut found = BTreeMap::new();
    if text.trim().is_empty() {
        return Some(found);
    }
    for item in text.split(',') {
        let mut parts = item.split_whitespace().rev();
        let mut share = || {
            let share: f64 = parts.next()?.parse().ok()?;
            (0.0..=1.0).contains(&share).then_some(share)
        };
        let (reject_below, approve_from) = (share()?, share()?);
        let name: Vec<_> = parts.rev().collect();
        let thresholds = Thresholds { approve_from, reject_below };
        let new = found.insert(name.join(" "), thresholds).is_none();
        if name.is_empty() || !new || reject_below > approve_from {
            return None;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_separated_by_commas() {
        assert_eq!(names("a, b c ,d").unwrap(), ["a", "b c", "d"]);
        for bad in ["", "a,", ",a", "a, a", "a,\u{1b}"] {
            assert_eq!(names(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn thresholds_have_two_numbers_after_the_name() {
        let found = thresholds("outdated 1 0.9, too generic 0.98 0.85").unwrap();
        assert_eq!(found["outdated"], Thresholds { approve_from: 1.0, reject_below: 0.9 });
        assert_eq!(found["too generic"], Thresholds { approve_from: 0.98, reject_below: 0.85 });
        assert!(thresholds(" ").unwrap().is_empty());
        for bad in ["a", "a 1", "1 0.9", "a 0.9 1", "a 1.1 0", "a 1 0.9,", "a 1 0, a 1 0", "a x 0"]
        {
            assert_eq!(thresholds(bad), None, "{bad}");
        }
    }
}
