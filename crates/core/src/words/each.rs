//! A text taken apart into its words.

use std::borrow::Cow;
use std::ops::Range;

use crate::canonical::{Item, Unit, Value};

/// Calls `each` for every word of a text in order, stop words included, with its place: bytes of
/// the canonical text. Contractions are taken apart: `don't` is `do` and `not`, `dell'inps` is
/// `dell` and `inps`.
pub(crate) fn each_word<'t>(
    mut items: &'t [Item<'_>],
    mut each: impl FnMut(Cow<'t, str>, Range<usize>),
) {
    while let Some(first) = items.first() {
        let following = items.windows(2).take_while(|pair| matches!(pair, [a, b] if joins(a, b)));
        let (written, rest) = items.split_at(1 + following.count());
        let place = first.start..written.last().map_or(first.end, |last| last.end);
        match spelling(written) {
            Cow::Borrowed(word) => {
                split(word, |part| each(Cow::Borrowed(part), place.clone()));
            }
            Cow::Owned(word) => {
                split(&word, |part| each(Cow::Owned(part.to_owned()), place.clone()));
            }
        }
        items = rest;
    }
}

/// Whether a sign belongs to the word that it is glued to: c#, c++.
fn joins(before: &Item<'_>, sign: &Item<'_>) -> bool {
    sign.glued
        && !before.text().ends_with('\'')
        && !sign.text().chars().any(|c| c.is_alphanumeric())
}

/// Items that are written as one word.
fn spelling<'t>(items: &'t [Item<'_>]) -> Cow<'t, str> {
    match items {
        [Item { value: Value::Text(text), .. }] => Cow::Borrowed(text),
        _ => items.iter().map(spelled).collect::<String>().into(),
    }
}

fn spelled<'t>(item: &'t Item<'_>) -> Cow<'t, str> {
    match &item.value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Joined(text, ..) => Cow::Borrowed(text),
        Value::Measured(value, Unit::Percent) => format!("{value}%").into(),
        Value::Number(value, _) | Value::Measured(value, _) => value.to_string().into(),
        Value::Date(date, _) => date.to_string().into(),
    }
}

fn split<'w>(word: &'w str, mut each: impl FnMut(&'w str)) {
    match word {
        "" => {}
        "cannot" | "can't" => {
            each("can");
            each("not");
        }
        "won't" => {
            each("will");
            each("not");
        }
        "arent" | "cant" | "couldnt" | "didnt" | "doesnt" | "dont" | "hasnt" | "havent"
        | "isnt" | "shouldnt" | "wasnt" | "wont" | "wouldnt" => each("not"),
        _ => match word.split_once('\'') {
            Some((base, "t")) => {
                each(base.strip_suffix('n').unwrap_or(base));
                each("not");
            }
            Some((base, _)) => each(base),
            None => each(word),
        },
    }
}
