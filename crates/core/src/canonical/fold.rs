//! Characters folded to one spelling each: compatibility forms, case, quotes, dashes, spaces.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;

/// The text in lower case with typographic variants folded. White space and punctuation stay.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    if let Some(folded) = western(text) {
        return folded;
    }
    let mut plain = String::with_capacity(text.len() + 8);
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A space that does not break is the thousands separator of SI and of French type.
            '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' => {
                let inside =
                    previous.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
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
    }
    plain.nfkc().flat_map(char::to_lowercase).flat_map(Folded::of).nfkc().collect()
}

/// The folded form of a text of ASCII, the letters of Western Europe and the usual quotes and
/// dashes, which need no tables; none of any other text.
fn western(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
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
