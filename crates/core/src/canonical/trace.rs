//! Where each byte of a canonical text comes from, for those who show a value in the text that
//! was given.

use std::ops::Range;

use super::Canonical;

/// Told of every step from a text to its canonical form. The form itself is made without one
/// (`()`), at no cost, by the same code.
pub(super) trait Trace {
    /// Whether anybody listens.
    const ON: bool;

    /// A new text begins, made from the one before.
    fn stage(&mut self);

    /// The text that began last is made anew.
    fn restart(&mut self);

    /// The bytes `made` of the new text come from the bytes `from` of the one before; `alike`
    /// when they do so one by one.
    fn piece(&mut self, made: Range<usize>, from: Range<usize>, alike: bool);
}

impl Trace for () {
    const ON: bool = false;

    fn stage(&mut self) {}

    fn restart(&mut self) {}

    fn piece(&mut self, _: Range<usize>, _: Range<usize>, _: bool) {}
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    made: Range<usize>,
    from: Range<usize>,
    alike: bool,
}

/// The steps from a text to its canonical form, each as pieces in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Steps(Vec<Vec<Piece>>);

impl Trace for Steps {
    const ON: bool = true;

    fn stage(&mut self) {
        self.0.push(Vec::new());
    }

    fn restart(&mut self) {
        if let Some(last) = self.0.last_mut() {
            last.clear();
        }
    }

    fn piece(&mut self, made: Range<usize>, from: Range<usize>, alike: bool) {
        let Some(pieces) = self.0.last_mut() else { return };
        if alike && let Some(last) = pieces.last_mut().filter(|last| last.alike) {
            // Neighbours that are alike are one piece.
            if last.made.end == made.start && last.from.end == from.start {
                last.made.end = made.end;
                last.from.end = from.end;
                return;
            }
        }
        pieces.push(Piece { made, from, alike });
    }
}

/// The bytes that `range` comes from in one step.
fn back(pieces: &[Piece], range: &Range<usize>) -> Range<usize> {
    let first = pieces.partition_point(|piece| piece.made.end <= range.start);
    let after = pieces.partition_point(|piece| piece.made.start < range.end);
    let touched = pieces.get(first..after).unwrap_or(&[]);
    let (Some(first), Some(last)) = (touched.first(), touched.last()) else {
        // Between two pieces, as the space between two words is.
        let before = first.checked_sub(1).and_then(|index| pieces.get(index));
        let at = before.map_or(0, |piece| piece.from.end);
        return at..at;
    };
    let start = if first.alike { range.start.saturating_sub(first.made.start) } else { 0 };
    let end = if last.alike { last.made.end.saturating_sub(range.end) } else { 0 };
    first.from.start + start..last.from.end - end
}

/// A text with its canonical form and the way back from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'t> {
    text: &'t str,
    canonical: Canonical,
    steps: Steps,
}

impl<'t> Located<'t> {
    /// The canonical form of `text`, the same as [`Canonical::of`] makes, with its origin. Costs
    /// more than the form alone: for replies that show it, not for every lookup.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let mut steps = Steps::default();
        let canonical = Canonical(super::settle(text, &mut steps).into());
        Self { text, canonical, steps }
    }

    /// The canonical form.
    #[must_use]
    pub fn canonical(&self) -> &Canonical {
        &self.canonical
    }

    /// The bytes of the text that a range of bytes of the canonical form comes from: within the
    /// text, on the boundaries of characters, the whole of what has only one meaning (`31
    /// dicembre 2024`). Empty for a range between two words.
    #[must_use]
    pub fn span(&self, canonical: Range<usize>) -> Range<usize> {
        let length = self.canonical.as_str().len();
        let end = canonical.end.min(length);
        let mut range = canonical.start.min(end)..end;
        for pieces in self.steps.0.iter().rev() {
            range = back(pieces, &range);
        }
        // A range that cuts a character of the canonical form takes the whole of it.
        let end = self.text.ceil_char_boundary(range.end);
        self.text.floor_char_boundary(range.start).min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts with a part of their canonical form and what it comes from.
    const ORIGINS: &[(&str, &str, &str)] = &[
        ("Quanto SPETTA?", "spetta", "SPETTA"),
        ("perche' non", "perché", "perche'"),
        ("il 31 dicembre 2024!", "2024-12-31", "31 dicembre 2024"),
        ("soglia di € 1.000,00.", "1000 eur", "€ 1.000,00"),
        ("«D. Lgs.» n° 81", "dlgs n 81", "D. Lgs.» n° 81"),
        ("la STRAßE blu", "strasse", "STRAßE"),
        ("citta\u{300} e te\u{300}", "città", "citta\u{300}"),
        ("dell’INPS – sì", "dell'inps", "dell’INPS"),
        ("a\u{200b}b ﬁne", "fine", "ﬁne"),
        ("각 \u{1100}\u{1161}\u{11a8}", "각 각", "각 \u{1100}\u{1161}\u{11a8}"),
        ("ok 👍🏽 no", "👍🏽", "👍🏽"),
    ];

    #[test]
    fn parts_come_from_where_they_stood() {
        for (text, part, origin) in ORIGINS {
            let located = Located::of(text);
            let at = located.canonical().as_str().find(part).unwrap();
            assert_eq!(&text[located.span(at..at + part.len())], *origin, "{text:?}");
        }
    }

    #[test]
    fn ranges_that_name_nothing_stay_within_the_text() {
        let located = Located::of("due  parole");
        assert_eq!(located.canonical().as_str(), "due parole");
        assert!(located.span(3..4).is_empty());
        assert_eq!(located.span(0..usize::MAX), 0..11);
        assert!(Located::of("").span(0..9).is_empty());
    }

    proptest! {
        #[test]
        fn the_form_is_the_same_with_its_origin(text in any::<String>()) {
            let located = Located::of(&text);
            prop_assert_eq!(located.canonical(), &Canonical::of(&text));
        }

        #[test]
        fn words_of_ascii_come_from_themselves(words in prop::collection::vec("[a-z]{3,9}", 1..9)) {
            let text = words.join(" - ");
            let located = Located::of(&text);
            prop_assert_eq!(located.span(0..usize::MAX), 0..text.len());
        }
    }
}
