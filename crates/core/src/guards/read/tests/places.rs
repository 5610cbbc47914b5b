//! Where values stand in the text that was given.

use proptest::prelude::*;

use super::{fragments, values};
use crate::canonical::{Canonical, Located};
use crate::guards::{SlotValue, Slots};

/// Texts with what a reader would underline.
const PLACES: &[(&str, &[&str])] = &[
    ("Quanto spetta nel 2024 (art. 7-ter) su € 1.000?", &["2024", "art. 7-ter", "€ 1.000"]),
    ("È nel D.Lgs. 81/08 («art.\u{a0}5»)", &["D.Lgs. 81/08 («art.\u{a0}5"]),
    ("Perché l’IVA è al 22 per cento?", &["22 per cento"]),
    ("entro il 31 dicembre 2024 – o dopo", &["31 dicembre 2024"]),
    ("PIÙ DI ２０ GIORNI", &["２０ GIORNI"]),
    ("perche' 3 mesi?", &["3 mesi"]),
    ("nel ’24, 👍🏽 10²", &["’24", "10", "²"]),
    ("ﬁno a 15 ﬁgli, №\u{2009}7", &["15", "7"]),
    ("un anno e mezzo", &["un anno e mezzo"]),
    ("legge 29 dicembre 2022, n. 197", &["legge 29 dicembre 2022, n. 197"]),
];

#[test]
fn places_in_the_text_that_was_given() {
    for (text, expected) in PLACES {
        let places: Vec<&str> =
            Slots::locate(text).into_iter().map(|(_, place)| &text[place]).collect();
        assert_eq!(places, *expected, "{text}");
    }
}

#[track_caller]
fn check_places(text: &str) {
    let located = Located::of(text);
    let canonical = Canonical::of(text);
    assert_eq!(located.canonical(), &canonical, "{text:?}");
    let mut last = 0;
    for (slot, place) in Slots::locate(text) {
        assert!(canonical.as_str().get(slot.span.clone()).is_some_and(|named| !named.is_empty()));
        assert!(slot.span.start >= last, "{text:?} {slot:?}");
        last = slot.span.start;
        let named = text.get(place.clone());
        assert!(named.is_some_and(|named| !named.is_empty()), "{text:?} {slot:?} {place:?}");
    }
    let length = canonical.as_str().len();
    for start in (0..=length).step_by(3) {
        for end in [start, start + 1, start + 7, length] {
            let place = located.span(start..end);
            assert!(text.get(place.clone()).is_some(), "{text:?} {start}..{end} {place:?}");
        }
    }
}

/// Words that are no part of any value, to stand around one.
fn neutral() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["gatto", "mela", "però", "lampada", "table", "river"]);
    prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn values_of_any_text_have_places(text in any::<String>()) {
        check_places(&text);
    }

    #[test]
    fn values_of_fragments_have_places(text in fragments::texts()) {
        check_places(&text);
    }

    #[test]
    fn a_value_is_found_where_it_stands_among_words(
        value in values(), before in neutral(), after in neutral(),
    ) {
        // What makes a value a limit stands before its place.
        let plain = match &value {
            SlotValue::Limit(_, limit) => limit.as_ref(),
            plain => plain,
        };
        let text = format!("{before} {value} {after}");
        let found = Slots::locate(&text);
        let [(slot, place)] = found.as_slice() else {
            return Err(TestCaseError::fail(format!("{text:?} {found:?}")));
        };
        prop_assert_eq!(&slot.value, &value, "{}", text);
        let named = &text[place.clone()];
        prop_assert_eq!(named, plain.to_string(), "{}", text);
        let again = Slots::extract(named);
        prop_assert_eq!(again.values().iter().map(|slot| &slot.value).collect::<Vec<_>>(), [plain]);
    }
}
