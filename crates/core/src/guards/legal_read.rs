//! Reads legal references off the items of a canonical text.

use super::act::{self, Act, Family};
use super::count;
use super::legal::LegalRef;
use crate::canonical::{Item, Unit, Value, expand_year};

/// Words between the parts of one reference.
const LINKS: &[&str] =
    &["d'", "degli", "dei", "del", "dell'", "della", "delle", "dello", "di", "ex", "of", "the"];

/// Words between the type of an act and its number: who issued it, and `n`.
const ISSUERS: &[&str] = &[
    "ade",
    "agenzia",
    "anac",
    "ce",
    "cee",
    "consob",
    "del",
    "dell'",
    "delle",
    "entrate",
    "eu",
    "garante",
    "inail",
    "inl",
    "inps",
    "irs",
    "lavoro",
    "mef",
    "mimit",
    "ministero",
    "n",
    "number",
    "numero",
    "ue",
];

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
    if text(items, at + 1) == "usc" {
        // "26 U.S.C. § 61": title, code, section.
        let (title, _) = article(items, at)?;
        found.act = Some((act::US_CODE, Some(title), None));
        end = at + 2;
        let section = end + usize::from(text(items, end) == "§");
        if let Some(next) = found.read_article(items, section) {
            end = next;
        }
    } else if let Some((article, next)) = number_before_code(items, at) {
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

#[derive(Default)]
struct Parts {
    act: Option<(Act, Option<Box<str>>, Option<u16>)>,
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
            "comma" | "commi" | "paragraph" | "paragrafo" if self.commas.is_empty() => {
                self.read_commas(items, at)
            }
            "c" | "co" | "par" if inside && self.commas.is_empty() => self.read_commas(items, at),
            "lettera" | "lett" | "let" | "letter" if inside && self.letter.is_none() => {
                let letter = text(items, at + 1);
                let first = letter.split('-').next().unwrap_or("");
                if first.len() != 1 || !first.bytes().all(|b| b.is_ascii_lowercase()) {
                    return None;
                }
                self.letter = Some(letter.into());
                Some(at + 2)
            }
            _ if self.act.is_none() => {
                let (act, number, year, next) = read_act(items, at, inside)?;
                self.act = Some((act, number, year));
                Some(next)
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
            match if list { self.read_article(items, more) } else { None } {
                Some(after) => next = after,
                None => return Some(next),
            }
        }
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
        let (name, next) = article(items, at + 1)?;
        self.commas.push(name);
        Some(next)
    }

    fn references(self) -> Vec<LegalRef> {
        let (act, number, year) = match self.act {
            Some((act, None, None)) => match act.alias() {
                Some((act, number, year)) => (Some(act), Some(number.into()), Some(year)),
                None => (Some(act), None, None),
            },
            Some((act, number, year)) => (Some(act), number, year),
            None => (None, None, None),
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

fn text<'t>(items: &'t [Item<'_>], at: usize) -> &'t str {
    items.get(at).map_or("", Item::text)
}

fn words<'t>(items: &'t [Item<'_>], at: usize) -> impl Iterator<Item = &'t str> + Clone {
    items.iter().skip(at).map(Item::text)
}

/// The number of an article or comma at `at`: `18`, `7-ter`, `7 ter`, `14.1`, `6(1)(f)`.
fn article(items: &[Item<'_>], at: usize) -> Option<(Box<str>, usize)> {
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
fn range(items: &[Item<'_>], at: usize) -> Option<Vec<Box<str>>> {
    match &items.get(at)?.value {
        Value::Joined(text, '-', Unit::None) => Some(text.split('-').map(Into::into).collect()),
        _ => None,
    }
}

/// An article that stands before the short name of its code without `art`: `2119 cc`.
fn number_before_code(items: &[Item<'_>], at: usize) -> Option<(Box<str>, usize)> {
    let (number, next) = article(items, at)?;
    let (act, used) = act::named(words(items, next))?;
    (used == 1 && act.follows_number()).then_some((number, next))
}

/// An act at `at`: its type, number, year, and the index after it.
type ReadAct = (Act, Option<Box<str>>, Option<u16>, usize);

fn read_act(items: &[Item<'_>], at: usize, inside: bool) -> Option<ReadAct> {
    let (act, used) = act::named(words(items, at))?;
    let named = at + used;
    if !act.numbered {
        // The name of a code alone is a word; a reference has an article.
        let article_follows = text(items, named) == "art" || text(items, named) == "artt";
        return (inside || article_follows).then_some((act, None, None, named));
    }
    let mut next = named;
    let mut year = None;
    while let Some(item) = items.get(next).filter(|_| next < named + 6) {
        match &item.value {
            Value::Date(date, _) if date.day.is_some() && year.is_none() => year = date.year,
            Value::Text(word) if ISSUERS.contains(&word.as_ref()) => {}
            _ => break,
        }
        next += 1;
    }
    let Some((number, own_year, after)) = number(&act, items, next) else {
        // "legge del 2004", "sentenza del 31/12/2024"
        let dated = year.or_else(|| {
            let linked = matches!(text(items, next.wrapping_sub(1)), "del" | "of" | "dell'");
            let year = count::year(items.get(next)?).filter(|_| linked && next > named)?;
            next += 1;
            Some(year)
        })?;
        let fits = matches!(act.family, Family::Law | Family::Practice | Family::Court);
        return fits.then_some((act, None, Some(dated), next));
    };
    let (year, next) = match year.or(own_year) {
        Some(year) => (Some(year), after),
        None => year_after(&act, items, after),
    };
    Some((act, Some(number), year, next))
}

/// The year that follows a number: `197 del 2022`, `104 del 5 febbraio 1992`.
fn year_after(act: &Act, items: &[Item<'_>], at: usize) -> (Option<u16>, usize) {
    let linked = matches!(text(items, at), "del" | "of" | "dell'") && act.family != Family::Form;
    let from = at + usize::from(linked);
    let year = items.get(from).and_then(|item| match &item.value {
        Value::Date(date, _) => date.year,
        _ => count::year(item).filter(|_| linked),
    });
    if year.is_some() && linked { (year, from + 1) } else { (None, at) }
}

/// The number of an act, with its year where both are joined: `81/2008`, `81/08`, `2016/679`,
/// `2006/112/ce`, `12/e`, `w-2`, `rw`.
fn number(act: &Act, items: &[Item<'_>], at: usize) -> Option<(Box<str>, Option<u16>, usize)> {
    let item = items.get(at)?;
    let joined = match &item.value {
        Value::Number(value, false) if value.is_integer() => {
            // A counted thing or a year is no number of an act.
            let counted = count::is_noun(text(items, at + 1)) || count::year(item).is_some();
            return (!counted).then(|| (value.to_string().into(), None, at + 1));
        }
        Value::Joined(text, '/', Unit::None) => text.as_str(),
        Value::Joined(text, '-', Unit::None) if act.family == Family::Law => {
            return Some((text.as_str().into(), None, at + 1));
        }
        Value::Text(text) if text.bytes().any(|b| b.is_ascii_digit()) => text.as_ref(),
        Value::Text(text) if act.family == Family::FormPart => {
            let coded =
                (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
            let word = matches!(text.as_ref(), "a" | "i" | "di" | "in" | "of" | "to" | "my" | "e");
            return (coded && !word).then(|| (text.as_ref().into(), None, at + 1));
        }
        _ => return None,
    };
    let bare = || Some((Box::from(joined), None, at + 1));
    let mut parts = joined.split('/');
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
        return bare();
    };
    if second == "e" {
        // The suffix of the revenue agency's documents is often left out.
        return Some((first.into(), parts.next().and_then(full_year), at + 1));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(first) || !digits(second) {
        return bare();
    }
    let european = act.is_european() || parts.next().is_some();
    match (full_year(first).filter(|_| first.len() == 4), full_year(second)) {
        (Some(year), None) => Some((second.into(), Some(year), at + 1)),
        (Some(year), Some(_)) if european => Some((second.into(), Some(year), at + 1)),
        (_, Some(year)) => Some((first.into(), Some(year), at + 1)),
        _ => bare(),
    }
}

/// A year of two or four digits.
fn full_year(text: &str) -> Option<u16> {
    match (text.len(), text.parse().ok()?) {
        (2, year) => Some(expand_year(year)),
        (4, year) => (1850..2200).contains(&year).then_some(year),
        _ => None,
    }
}
