//! Numbers as people write them: thousands and decimal separators of both languages.

use rust_decimal::Decimal;

/// What a run of digits with `.`, `,` and `'` inside is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// A number, without trailing zeros.
    Number(Decimal),
    /// Something that only looks like one and keeps its digits: `2.3.1`, `007`, 40 digits.
    Code,
    /// Several numbers with commas between: `1,2,3`.
    List,
}

/// Reads `text`, an optional `-` and digits with single separators `.`, `,` or `'` inside.
pub(crate) fn read(text: &str) -> Written {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let count = |sep: u8| digits.bytes().filter(|b| *b == sep).count();
    let (dots, commas) = (count(b'.'), count(b','));
    let (decimal, group) = match (dots, commas) {
        (0, 0) => (None, None),
        // Both: the last one is the decimal separator.
        (1.., 1..) if digits.rfind('.') > digits.rfind(',') => (Some('.'), Some(',')),
        (1.., 1..) => (Some(','), Some('.')),
        (1, 0) if !is_grouped(digits, '.') => (Some('.'), None),
        (0, 1) if !is_grouped(digits, ',') => (Some(','), None),
        (_, 0) => (None, Some('.')),
        (0, _) => (None, Some(',')),
    };
    let (whole, fraction) = match decimal.and_then(|sep| digits.rsplit_once(sep)) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let fits = match group {
        Some(sep) => is_grouped(whole, sep),
        None => !whole.contains(['.', ',']) && (whole.len() == 1 || !whole.starts_with('0')),
    };
    if !fits {
        return if commas > 0 { Written::List } else { Written::Code };
    }
    let mut plain: String = text.chars().take_while(|c| *c == '-').collect();
    plain.extend(whole.chars().filter(char::is_ascii_digit));
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    match Decimal::from_str_exact(&plain) {
        Ok(value) => Written::Number(value.normalize()),
        Err(_) => Written::Code,
    }
}

/// Whether `digits` are 1 to 3 digits, not a leading 0, and then groups of exactly 3.
fn is_grouped(digits: &str, sep: char) -> bool {
    let mut groups = digits.split([sep, '\'']);
    let first = groups.next().unwrap_or("");
    let mut rest = 0;
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| {
            rest += 1;
            group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit())
        })
        && first.bytes().all(|b| b.is_ascii_digit())
        && rest > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_both_languages() {
        let cases = [
            ("1000", "1000"),
            ("1.000", "1000"),
            ("1,000", "1000"),
            ("1'000", "1000"),
            ("1.000,00", "1000"),
            ("1,000.00", "1000"),
            ("1.000.000", "1000000"),
            ("1'000.50", "1000.5"),
            ("13,5", "13.5"),
            ("13.50", "13.5"),
            ("0,500", "0.5"),
            ("0.125", "0.125"),
            ("1234,567", "1234.567"),
            ("12.30", "12.3"),
            ("-3,0", "-3"),
            ("1.234.567,89", "1234567.89"),
        ];
        for (written, value) in cases {
            let expected = Written::Number(value.parse().unwrap());
            assert_eq!(read(written), expected, "{written}");
        }
        for code in ["2.3.1", "007", "10.0.0.1", &"9".repeat(40), "00.5"] {
            assert_eq!(read(code), Written::Code, "{code}");
        }
        for list in ["1,2,3", "1,2.3,4", "12,13,14"] {
            assert_eq!(read(list), Written::List, "{list}");
        }
    }
}
