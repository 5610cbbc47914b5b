//! Numbers that name: versions, products, levels, classes. `livello 4`, `4° livello` and `IV
//! livello` are one, and so are `v2.3` and `versione 2.3`.

use super::items::{number, ordinal, text};
use super::ordinals;
use crate::canonical::{Item, Value};

/// A name in its one spelling and the index after it.
type Read = Option<(Box<str>, usize)>;

/// The name that begins with the word at `at`.
pub(super) fn word(items: &[Item<'_>], at: usize, word: &str) -> Read {
    if let Some(label) = after_place(text(items, at + 1)) {
        let number = ordinals::roman(word).or_else(|| ordinals::ordinal(word));
        if let Some(number) = number {
            return Some((format!("{label} {number}").into(), at + 2));
        }
    }
    let (label, next) = match label(word) {
        // "iOS v14", "Windows version 11"
        Some(product) if label(text(items, at + 1)) == Some(VERSION) => (product, at + 2),
        Some(label) => (label, at + 1),
        None => return None,
    };
    let named = numbered(items, next).or_else(|| {
        let word = text(items, next);
        let roman = ordinals::roman(word).filter(|_| takes_roman(label) && word != "i");
        let letter = (label == VERSION && matches!(word, "b" | "c" | "d")).then(|| word.into());
        roman.map(|number| number.to_string()).or(letter)
    })?;
    Some((format!("{label} {named}").into(), next + 1))
}

/// The name whose number stands at `at` before its noun: `4° livello`, `3.4 release`.
pub(super) fn number_first(items: &[Item<'_>], at: usize) -> Read {
    let noun = text(items, at + 1);
    if let Some(label) = after_place(noun) {
        let place = ordinal(items, at)?;
        return Some((format!("{label} {place}").into(), at + 2));
    }
    let dotted = number(items, at).filter(|value| !value.is_integer())?;
    (label(noun) == Some(VERSION)).then(|| (format!("{VERSION} {dotted}").into(), at + 2))
}

/// A name in one word: `v2.3`, `win11`.
pub(super) fn code(code: &str) -> Option<Box<str>> {
    let end = code.find(|c: char| c.is_ascii_digit())?;
    let (name, number) = code.split_at_checked(end)?;
    let release = number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'x'));
    if !release {
        return None;
    }
    let label = match name {
        "v" => VERSION,
        "win" => "windows",
        "tlsv" => "tls",
        "ios" | "android" | "php" | "tls" => label(name)?,
        _ => return None,
    };
    Some(format!("{label} {number}").into())
}

const VERSION: &str = "version";

/// The name that a word before a number begins.
fn label(word: &str) -> Option<&'static str> {
    Some(match word {
        "v" | "ver" | "version" | "versione" | "release" | "rel" | "firmware" => VERSION,
        "android" => "android",
        "bluetooth" => "bluetooth",
        "class" | "classe" => "classe",
        "fascia" => "fascia",
        "industria" | "industry" => "industria",
        "ios" => "ios",
        "iphone" => "iphone",
        "java" => "java",
        "kubernetes" | "k8s" => "kubernetes",
        "level" | "livello" | "liv" => "livello",
        "macos" => "macos",
        "mysql" => "mysql",
        "office" => "office",
        "php" => "php",
        "postgres" | "postgresql" => "postgresql",
        "python" => "python",
        "quota" => "quota",
        "scaglione" => "scaglione",
        "tls" => "tls",
        "transizione" => "transizione",
        "type" | "tipo" => "tipo",
        "usb" => "usb",
        "wi-fi" | "wifi" => "wi-fi",
        "windows" => "windows",
        "zona" | "zone" => "zona",
        _ => return None,
    })
}

/// The name of things that come in order, whose place is no number of them: `4° livello`,
/// `secondo anno`, `third child`.
fn after_place(noun: &str) -> Option<&'static str> {
    Some(match noun {
        "livello" | "level" | "scaglione" | "fascia" | "classe" => label(noun)?,
        "acconto" => "acconto",
        "anno" | "year" => "anno",
        "attempt" | "tentativo" => "tentativo",
        "child" | "figlia" | "figlio" => "figlio",
        "day" | "giorno" => "giorno",
        "driver" => "driver",
        "edition" | "edizione" => "edizione",
        "generation" | "generazione" => "generazione",
        "installment" | "instalment" | "rata" => "rata",
        "mese" | "month" => "mese",
        "semester" => "semester",
        "settimana" | "week" => "settimana",
        _ => return None,
    })
}

fn takes_roman(label: &str) -> bool {
    matches!(label, "livello" | "scaglione" | "fascia" | "classe" | "tipo")
}

/// The number, release or place at `at`.
fn numbered(items: &[Item<'_>], at: usize) -> Option<String> {
    match &items.get(at)?.value {
        Value::Number(value, _) => Some(value.to_string()),
        Value::Text(text) => {
            let release = text.strip_prefix('v').unwrap_or(text);
            let digits = release.starts_with(|c: char| c.is_ascii_digit());
            let plain = release.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'x');
            if digits && plain {
                return Some(release.trim_end_matches('.').to_owned());
            }
            ordinal(items, at).filter(|_| !text.is_empty()).map(|place| place.to_string())
        }
        _ => None,
    }
}
