//! Where a guard saw what it saw, in the texts as they were given.

use std::ops::Range;

use goldenset_core::canonical::Located;
use goldenset_core::guards::EntrySpan;
use serde::Serialize;

/// A place in the question as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// First byte, on the boundary of a character.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// What stands there.
    pub text: String,
}

impl Span {
    fn of(text: &str, Range { start, end }: Range<usize>) -> Option<Self> {
        let named = text.get(start..end).filter(|named| !named.is_empty())?;
        Some(Self { start, end, text: named.into() })
    }
}

/// A place in a phrasing of an entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PhrasingSpan {
    /// Which phrasing: 0 for the question, then the alternatives in order.
    pub phrasing: usize,
    /// The place in it.
    #[serde(flatten)]
    pub span: Span,
}

/// The question and the phrasings of an entry, as they were given.
pub(crate) struct Texts<'t> {
    question: (&'t str, Located<'t>),
    phrasings: Vec<&'t str>,
}

impl<'t> Texts<'t> {
    pub(crate) fn new(question: &'t str, phrasings: impl IntoIterator<Item = &'t str>) -> Self {
        let question = (question, Located::of(question));
        Self { question, phrasings: phrasings.into_iter().collect() }
    }

    /// For what names nothing.
    pub(crate) fn none() -> Self {
        Self::new("", [])
    }

    pub(crate) fn in_question(&self, canonical: &[Range<usize>]) -> Vec<Span> {
        let (text, located) = &self.question;
        let spans =
            canonical.iter().filter_map(|range| Span::of(text, located.span(range.clone())));
        in_order(spans.collect())
    }

    pub(crate) fn in_phrasings(&self, canonical: &[EntrySpan]) -> Vec<PhrasingSpan> {
        let spans = canonical.iter().filter_map(|EntrySpan { phrasing, bytes }| {
            let text = self.phrasings.get(*phrasing)?;
            let span = Span::of(text, Located::of(text).span(bytes.clone()))?;
            Some(PhrasingSpan { phrasing: *phrasing, span })
        });
        in_order(spans.collect())
    }
}

/// Two values of one word have one place.
fn in_order<T: Ord>(mut spans: Vec<T>) -> Vec<T> {
    spans.sort_unstable();
    spans.dedup();
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenset_core::guards::{EntrySlots, GuardOutcome, Slots, check};

    #[track_caller]
    fn found(question: &str, phrasing: &str, query: &[&str], entry: &[&str]) {
        let slots = EntrySlots::new([phrasing], []);
        let texts = Texts::new(question, [phrasing]);
        let mut results = check(&Slots::extract(question), &slots);
        results.retain(|guard| guard.result == GuardOutcome::Conflict);
        let spans: Vec<_> =
            results.iter().flat_map(|guard| texts.in_question(&guard.query_spans)).collect();
        for span in &spans {
            assert_eq!(question[span.start..span.end], span.text);
        }
        let named: Vec<_> = spans.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(named, query, "{question:?} {results:?}");
        let spans: Vec<_> =
            results.iter().flat_map(|guard| texts.in_phrasings(&guard.entry_spans)).collect();
        for span in &spans {
            assert_eq!(phrasing[span.span.start..span.span.end], span.span.text);
        }
        let named: Vec<_> = spans.iter().map(|span| span.span.text.as_str()).collect();
        assert_eq!(named, entry, "{phrasing:?} {results:?}");
    }

    #[test]
    fn values_are_found_where_they_stand() {
        found("Aliquote 2023?", "Aliquote del 2024", &["2023"], &["2024"]);
        found("È l’IVA al 22\u{a0}%?", "IVA al 10 %", &["22\u{a0}%"], &["10 %"]);
        found("Aliquote ２０２３", "Aliquote 𝟐𝟎𝟐𝟒", &["２０２３"], &["𝟐𝟎𝟐𝟒"]);
        found("👍🏽 perche\u{300} 2023", "🇮🇹 PERCHÉ 2024", &["2023"], &["2024"]);
        found(
            "entro il 31 dicembre 2024",
            "entro il\n1° marzo 2024",
            &["31 dicembre 2024"],
            &["1° marzo 2024"],
        );
    }

    #[test]
    fn every_phrasing_is_told_apart() {
        let phrasings = ["Aliquote 2024", "🙂 IRPEF 2025"];
        let results = check(&Slots::extract("Aliquote 2023"), &EntrySlots::new(phrasings, []));
        let spans = Texts::new("Aliquote 2023", phrasings).in_phrasings(&results[0].entry_spans);
        let named: Vec<_> = spans
            .iter()
            .map(|one| (one.phrasing, one.span.start, one.span.text.as_str()))
            .collect();
        assert_eq!(named, [(0, 9, "2024"), (1, 11, "2025")]);
    }
}
