//! Reads legal references off the items of a canonical text.

use super::act::{self, Act};
use super::items::{number, text, words};
use super::legal::LegalRef;
use super::{act_read, numerals};
use crate::canonical::{Item, Unit, Value};

/// Words between the parts of one reference.
const LINKS: &[&str] =
    &["d'", "degli", "dei", "del", "dell'", "della", "delle", "dello", "di", "ex", "of", "the"];

/// Latin numerals that make an article of their own.
const LATIN: &[&str] = &[
    "bis",
    "decies",
    "nonies",
    "novies",
    "octies",
    "quater",
    "quinquies",
    "sexies",
    "septies",
    "ter",
    "undecies",
];

/// Most articles, and most commas of each, that one reference names; the rest of a longer list is
/// left alone.
const MOST_LISTED: usize = 16;

/// Whether `word` is one of those numerals or two of them in one: `septiesdecies`.
fn is_latin(word: &str) -> bool {
    LATIN.iter().any(|first| {
        word.strip_prefix(first).is_some_and(|rest| rest.is_empty() || LATIN.contains(&rest))
    })
}

/// The references that begin at `at`, one for each article or comma named, and the index after
/// them.
pub(super) fn read(items: &[Item<'_>], at: usize) -> Option<(Vec<LegalRef>, usize)> {
    let mut found = Parts::default();
    let mut end = at;
    let federal = match text(items, at + 1) {
        "usc" => Some(act::US_CODE),
        "cfr" => Some(act::FEDERAL_REGULATIONS),
        _ => None,
    };
    if let Some(code) = federal.filter(|_| number(items, at).is_some()) {
        // "26 U.S.C. § 61": title, code, section.
        let (title, _) = article(items, at)?;
        found.act = Some((code, Some(title), None));
        end = at + 2;
        let section = end + usize::from(text(items, end) == "§");
        if let Some(next) = found.read_article(items, section) {
            end = next;
        }
    } else if let Some((article, next)) = bare_article(items, at) {
        found.articles.push(article);
        end = next;
    }
    loop {
        let mut from = end;
        if end > at {
            while LINKS.contains(&text(items, from)) && from < end + 3 {
                from += 1;
            }
        }
        match found.read(items, from, end > at) {
            Some(next) => end = next,
            None => break,
        }
    }
    // The name of a code alone is a word.
    let named = found.act.as_ref().is_none_or(|(act, ..)| act.numbered);
    let counts = named || !found.articles.is_empty() || !found.commas.is_empty();
    (end > at && counts).then(|| (found.references(), end))
}

/// Whether an article or comma stands at `at` or after one link: `lettera b) del comma 1`.
fn leads_on(items: &[Item<'_>], at: usize) -> bool {
    let at = at + usize::from(LINKS.contains(&text(items, at)));
    matches!(text(items, at), "art" | "comma")
}

#[derive(Default)]
struct Parts {
    act: Option<(Act, Option<Box<str>>, Option<u16>)>,
    /// Number and year of an act whose type is left out: `l'art. 7 del 261/2004`.
    unnamed: Option<(Box<str>, u16)>,
    articles: Vec<Box<str>>,
    commas: Vec<Box<str>>,
    letter: Option<Box<str>>,
}

impl Parts {
    /// Reads one more part at `at`; `inside` says that the reference has begun.
    fn read(&mut self, items: &[Item<'_>], at: usize, inside: bool) -> Option<usize> {
        let word = text(items, at);
        match word {
            "art" | "artt" if self.articles.is_empty() => self.read_articles(items, at, word),
            "articolo" | "articoli" | "article" | "articles" if self.articles.is_empty() => {
                self.read_articles_in_words(items, at)
            }
            "comma" | "commi" | "paragraph" | "paragrafo" if self.commas.is_empty() => {
                self.read_commas(items, at)
            }
            "c" | "co" | "par" if inside && self.commas.is_empty() => self.read_commas(items, at),
            "lettera" | "lett" | "let" | "letter"
                if self.letter.is_none() && (inside || leads_on(items, at + 2)) =>
            {
                let letter = text(items, at + 1);
                let first = letter.split('-').next().unwrap_or("");
                // "let a company" is no letter.
                let verb = word == "let" && first == "a";
                if verb || first.len() != 1 || !first.bytes().all(|b| b.is_ascii_lowercase()) {
                    return None;
                }
                self.letter = Some(letter.into());
                Some(at + 2)
            }
            _ if self.act.is_none() && self.unnamed.is_none() => {
                if let Some(found) = act_read::unnamed(items, at).filter(|_| inside) {
                    self.unnamed = Some(found);
                    return Some(at + 1);
                }
                let (act, number, year, next) = act_read::read(items, at, inside)?;
                self.act = Some((act, number, year));
                // "IRC 401(k)"
                let section =
                    !act.numbered && self.articles.is_empty() && act_read::is_section(items, next);
                if section { self.read_article(items, next) } else { Some(next) }
            }
            _ => None,
        }
    }

    fn read_articles(&mut self, items: &[Item<'_>], at: usize, word: &str) -> Option<usize> {
        let mut next = self.read_article(items, at + 1)?;
        loop {
            let and = matches!(text(items, next), "e" | "ed" | "and" | "o" | "or");
            let more = next + usize::from(and);
            let list = word == "artt"
                || and && {
                    // "art 19 e 21 dlgs": only when the act of both follows.
                    let (_, after) = article(items, more)?;
                    act::named(words(items, after)).is_some()
                };
            let list = list && self.articles.len() < MOST_LISTED;
            match if list { self.read_article(items, more) } else { None } {
                Some(after) => next = after,
                None => return Some(next),
            }
        }
    }

    /// `articolo quattro`, `articoli da 3 a 5`: no number follows the word at once.
    fn read_articles_in_words(&mut self, items: &[Item<'_>], at: usize) -> Option<usize> {
        if matches!(text(items, at + 1), "da" | "dal" | "from") {
            let next = self.read_article(items, at + 2)?;
            let ends = matches!(text(items, next), "a" | "al" | "to");
            return if ends { self.read_article(items, next + 1) } else { Some(next) };
        }
        let number = numerals::cardinal(text(items, at + 1))?;
        self.articles.push(number.to_string().into());
        Some(at + 2)
    }

    fn read_article(&mut self, items: &[Item<'_>], at: usize) -> Option<usize> {
        if let Some(range) = range(items, at) {
            self.articles.extend(range);
            return Some(at + 1);
        }
        let (name, next) = article(items, at)?;
        // "6(1)(f)": article, paragraph, letter.
        let mut parts = name.split(['(', ')']).filter(|part| !part.is_empty());
        self.articles.push(parts.next()?.into());
        for part in parts {
            if part.starts_with(|c: char| c.is_ascii_digit()) {
                self.commas.push(part.into());
            } else {
                self.letter = Some(part.into());
            }
        }
        Some(next)
    }

    fn read_commas(&mut self, items: &[Item<'_>], at: usize) -> Option<usize> {
        if let Some(range) = range(items, at + 1) {
            self.commas.extend(range);
            return Some(at + 2);
        }
        let (name, mut next) = article(items, at + 1)?;
        self.commas.push(name);
        if text(items, at) == "commi" {
            while let Some((name, after)) =
                article(items, next + usize::from(matches!(text(items, next), "e" | "ed")))
            {
                if self.commas.len() == MOST_LISTED {
                    break;
                }
                self.commas.push(name);
                next = after;
            }
        }
        Some(next)
    }

    fn references(self) -> Vec<LegalRef> {
        let (act, number, year) = match self.act {
            Some((act, None, None)) => match act.alias() {
                Some((act, number, year)) => (Some(act), Some(number.into()), Some(year)),
                None => (Some(act), None, None),
            },
            Some((act, number, year)) => (Some(act), number, year),
            None => match self.unnamed {
                Some((number, year)) => (None, Some(number), Some(year)),
                None => (None, None, None),
            },
        };
        let open = |parts: Vec<Box<str>>| -> Vec<Option<Box<str>>> {
            if parts.is_empty() { vec![None] } else { parts.into_iter().map(Some).collect() }
        };
        let commas = open(self.commas);
        let mut references = Vec::new();
        for article in open(self.articles) {
            for comma in &commas {
                references.push(LegalRef {
                    act,
                    number: number.clone(),
                    year,
                    article: article.clone(),
                    comma: comma.clone(),
                    letter: self.letter.clone(),
                });
            }
        }
        references
    }
}

/// The number of an article or comma at `at`: `18`, `7-ter`, `7 ter`, `14.1`, `6(1)(f)`.
pub(super) fn article(items: &[Item<'_>], at: usize) -> Option<(Box<str>, usize)> {
    let mut next = at + 1;
    let number = match &items.get(at)?.value {
        Value::Number(value, _) if value.is_integer() => value.to_string(),
        Value::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            if text.contains('/') {
                return None;
            }
            match LATIN.iter().find_map(|latin| text.strip_suffix(latin).zip(Some(latin))) {
                Some((digits, latin)) => format!("{}-{latin}", digits.trim_end_matches('-')),
                None => text.to_string(),
            }
        }
        _ => return None,
    };
    let mut number = number;
    while is_latin(text(items, next)) {
        // "98 septies decies" has one numeral, of two words.
        if !number.contains('-') {
            number.push('-');
        }
        number.push_str(text(items, next));
        next += 1;
    }
    Some((number.into(), next))
}

/// The ends of a range at `at`: `39-41`.
fn range(items: &[Item<'_>], at: usize) -> Option<[Box<str>; 2]> {
    match &items.get(at)?.value {
        Value::Joined(text, '-', Unit::None) => {
            let (first, _) = text.split_once('-')?;
            let (_, last) = text.rsplit_once('-')?;
            Some([first.into(), last.into()])
        }
        _ => None,
    }
}

/// An article without `art`: before the name of its code (`2119 cc`, `il 128 del codice del
/// consumo`) or with a Latin numeral (`2482 bis`).
fn bare_article(items: &[Item<'_>], at: usize) -> Option<(Box<str>, usize)> {
    let (number, next) = article(items, at)?;
    let latin = number.split_once('-').is_some_and(|(digits, latin)| {
        digits.bytes().all(|b| b.is_ascii_digit()) && is_latin(latin)
    });
    let linked = next + usize::from(LINKS.contains(&text(items, next)));
    let code = || {
        let (act, used) = act::named(words(items, linked))?;
        // "fino al 100 del codice sconto": what links must name a code in full.
        (!act.numbered && (act.follows_number() && used == 1 || used > 1 || linked > next))
            .then_some(())
    };
    (latin || code().is_some()).then_some((number, next))
}
