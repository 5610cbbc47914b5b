//! Bounded edit distance.

/// Longest word that is compared letter by letter; longer ones are no words of a language.
const MAX_LETTERS: usize = 40;

/// Whether at most `edits` insertions, deletions, substitutions or swaps of neighbours turn one
/// word into the other (restricted Damerau-Levenshtein distance).
pub(super) fn within(a: &str, b: &str, edits: usize) -> bool {
    let (mut left, mut right) = (['\0'; MAX_LETTERS], ['\0'; MAX_LETTERS]);
    let (Some(left), Some(right)) = (letters(a, &mut left), letters(b, &mut right)) else {
        return false;
    };
    if left.len().abs_diff(right.len()) > edits {
        return false;
    }
    let mut before = [0_usize; MAX_LETTERS + 1];
    let mut last = [0_usize; MAX_LETTERS + 1];
    let mut least_of_last = 0;
    for (column, cell) in last.iter_mut().enumerate() {
        *cell = column;
    }
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(MAX_LETTERS);
    for (i, x) in left.iter().enumerate() {
        let mut row = [0_usize; MAX_LETTERS + 1];
        let mut left_cell = i + 1;
        let mut least = left_cell;
        if let Some(first) = row.first_mut() {
            *first = left_cell;
        }
        for (j, y) in right.iter().enumerate() {
            let mut best = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1);
            best = best.min(left_cell + 1);
            let swapped =
                i > 0 && j > 0 && left.get(i - 1) == Some(y) && right.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
            left_cell = best;
            least = least.min(best);
        }
        // A cell comes from one of the last row, or by a swap from one before it with an edit more.
        if least > edits && least_of_last >= edits {
            return false;
        }
        (before, last, least_of_last) = (last, row, least);
    }
    at(&last, right.len()) <= edits
}

/// Whether at most one edit turns one word into the other: what [`within`] says of one edit, in
/// one pass. What is left between the letters that both begin and end with is one edit or more.
pub(super) fn within_one(a: &str, b: &str) -> bool {
    let same = |(x, y): &(char, char)| x == y;
    let bytes = |(letter, _): (char, char)| letter.len_utf8();
    let begin: usize = a.chars().zip(b.chars()).take_while(same).map(bytes).sum();
    let (a, b) = (a.get(begin..).unwrap_or(""), b.get(begin..).unwrap_or(""));
    let end: usize = a.chars().rev().zip(b.chars().rev()).take_while(same).map(bytes).sum();
    let mut left = [a, b].map(|rest| rest.get(..rest.len() - end).unwrap_or("").chars());
    match left.each_mut().map(|letters| [letters.next(), letters.next(), letters.next()]) {
        [[_, None, _], [_, None, _]] => true,
        [[first, second, None], [other, another, None]] => first == another && second == other,
        _ => false,
    }
}

fn letters<'b>(word: &str, buffer: &'b mut [char; MAX_LETTERS]) -> Option<&'b [char]> {
    let mut count = 0;
    for c in word.chars() {
        *buffer.get_mut(count)? = c;
        count += 1;
    }
    buffer.get(..count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_edit_is_the_same_in_one_pass(a in "[abè]{0,7}", b in "[abè]{0,7}") {
            prop_assert_eq!(within_one(&a, &b), within(&a, &b, 1), "{} {}", a, b);
        }
    }

    proptest! {
        #[test]
        fn giving_up_early_gives_up_nothing(a in "[abc]{0,9}", b in "[abc]{0,9}") {
            let distance = whole(&a, &b);
            for edits in 0..10 {
                prop_assert_eq!(within(&a, &b, edits), distance <= edits, "{} {} {}", a, b, edits);
            }
        }
    }

    /// The distance by its definition.
    fn whole(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                let mut best = if i.min(j) == 0 { i.max(j) } else { usize::MAX };
                if i > 0 && j > 0 {
                    best = best.min(rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
                    best = best.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                }
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                rows[i][j] = best;
            }
        }
        rows[a.len()][b.len()]
    }

    #[test]
    fn counts_edits() {
        let cases = [
            ("abcde", "abcde", 0),
            ("abcde", "abcd", 1),
            ("abcde", "abdce", 1),
            ("abcde", "xbcde", 1),
            ("abcde", "badce", 2),
            ("kitten", "sitting", 3),
            ("perché", "perche", 1),
        ];
        for (a, b, edits) in cases {
            assert!(within(a, b, edits), "{a} {b}");
            assert!(edits == 0 || !within(a, b, edits - 1), "{a} {b}");
        }
        assert!(!within(&"a".repeat(50), &"a".repeat(50), 2));
    }
}
