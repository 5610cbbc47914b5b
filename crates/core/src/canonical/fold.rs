//! Characters folded to one spelling each: compatibility forms, case, quotes, dashes, spaces.

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::trace::Trace;

/// The text in lower case with typographic variants folded. White space and punctuation stay.
pub(super) fn fold<T: Trace>(text: &str, trace: &mut T) -> String {
    trace.stage();
    if text.is_ascii() {
        trace.piece(0..text.len(), 0..text.len(), true);
        return text.to_ascii_lowercase();
    }
    if let Some(folded) = western(text, trace) {
        return folded;
    }
    trace.restart();
    let plain = plain(text, trace);
    let folded = normal(&plain);
    if T::ON {
        trace.stage();
        align(&plain, &folded, trace);
    }
    folded
}

/// The text with typographic variants folded, each character for itself.
fn plain<T: Trace>(text: &str, trace: &mut T) -> String {
    let mut plain = String::with_capacity(text.len() + 8);
    let mut previous = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let made = plain.len();
        match c {
            // A space that does not break is the thousands separator of SI and of French type.
            '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' => {
                let inside = previous.is_ascii_digit()
                    && chars.peek().is_some_and(|(_, c)| c.is_ascii_digit());
                plain.push(if inside { '\'' } else { ' ' });
            }
            '‘' | '’' | '‚' | '‛' | '′' | '´' | 'ʹ' | 'ʼ' | 'ˈ' => plain.push('\''),
            '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '‹' | '›' => plain.push('"'),
            '‐' | '‑' | '‒' | '–' | '−' => plain.push('-'),
            '—' | '―' => plain.push(' '),
            // Normalisation would turn the ordinal signs into letters.
            'º' | 'ª' => plain.push('°'),
            '№' => plain.push_str("n. "),
            '⁄' => plain.push('/'),
            // Invisible: break opportunities and the byte order mark.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => continue,
            _ => {
                if previous.is_ascii_digit() && hides_a_digit(c) {
                    plain.push(' ');
                }
                plain.push(c);
            }
        }
        previous = c;
        let end = at + c.len_utf8();
        trace.piece(made..plain.len(), at..end, plain.get(made..) == text.get(at..end));
    }
    plain
}

/// Compatibility forms and case folded.
fn normal(plain: &str) -> String {
    plain.nfkc().flat_map(char::to_lowercase).flat_map(Folded::of).nfkc().collect()
}

/// Tells which characters of `plain` became which of `folded`: those that normalisation may
/// combine together, as one. Should the parts not make up the whole, the whole is one.
fn align(plain: &str, folded: &str, trace: &mut impl Trace) {
    let starts = plain.char_indices().filter(|(_, c)| begins(*c)).map(|(at, _)| at);
    let (mut from, mut made) = (0, 0);
    for next in starts.chain([plain.len()]) {
        let part = plain.get(from..next).unwrap_or("");
        let folds = normal(part);
        if !folded.get(made..).is_some_and(|rest| rest.starts_with(&folds)) {
            made = usize::MAX;
            break;
        }
        let end = made + folds.len();
        trace.piece(made..end, from..next, part.is_ascii());
        (from, made) = (next, end);
    }
    if made != folded.len() {
        trace.restart();
        trace.piece(0..folded.len(), 0..plain.len(), false);
    }
}

/// Whether normalisation never combines `c` with what stands before it: it is or decomposes to
/// something that begins with a starter that does not compose backwards.
fn begins(c: char) -> bool {
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    first.is_some_and(|first| {
        canonical_combining_class(first) == 0
            && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
    })
}

/// The folded form of a text of ASCII, the letters of Western Europe and the usual quotes and
/// dashes, which need no tables; none of any other text.
fn western<T: Trace>(text: &str, trace: &mut T) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    let mut at = 0;
    for c in text.chars() {
        let made = folded.len();
        folded.push(match c {
            _ if c.is_ascii() => c.to_ascii_lowercase(),
            '×' | '÷' | 'ß' => return None,
            'à'..='ÿ' | '€' | '£' | '°' => c,
            'À'..='Þ' => c.to_lowercase().next()?,
            '‘' | '’' => '\'',
            '“' | '”' | '«' | '»' => '"',
            '–' => '-',
            _ => return None,
        });
        if T::ON {
            let (width, end) = (folded.len() - made, at + c.len_utf8());
            trace.piece(made..folded.len(), at..end, width == c.len_utf8());
            at = end;
        }
    }
    Some(folded)
}

/// Whether `c` normalises to something that begins with a digit without being a digit of the
/// same number: `10²` is not `102`, `2½` is not `21/2`.
fn hides_a_digit(c: char) -> bool {
    if c.is_ascii() || matches!(c, '０'..='９' | '\u{1d7ce}'..='\u{1d7ff}') {
        return false;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    first.is_some_and(|part| part.is_ascii_digit())
}

/// The letters that full case folding changes beyond lower case, as one or two characters.
struct Folded(char, Option<char>);

impl Folded {
    fn of(c: char) -> Self {
        match c {
            'ß' => Self('s', Some('s')),
            'ς' => Self('σ', None),
            other => Self(other, None),
        }
    }
}

impl IntoIterator for Folded {
    type Item = char;
    type IntoIter = std::iter::Chain<std::iter::Once<char>, std::option::IntoIter<char>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.0).chain(self.1)
    }
}
