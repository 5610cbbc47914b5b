//! A reference to a legal source, compared part by part.

use std::fmt;

use super::act::{Act, Family};
use super::relation::{bare_code, shape};

/// A legal reference; what it leaves open is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LegalRef {
    /// Type of the act.
    pub act: Option<Act>,
    /// Its number or code.
    pub number: Option<Box<str>>,
    /// Its year.
    pub year: Option<u16>,
    /// Article, with `-bis` and the like.
    pub article: Option<Box<str>>,
    /// Comma or paragraph of the article.
    pub comma: Option<Box<str>>,
    /// Letter of the comma.
    pub letter: Option<Box<str>>,
}

/// How a value of a question and one of an entry stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The same value.
    Same,
    /// Comparable and different.
    Contrary,
    /// They say nothing about each other.
    Apart,
}

impl LegalRef {
    /// Parts that both name must be equal, and at least one part must be named by both.
    pub(super) fn relation(&self, other: &Self) -> Relation {
        let mut same_act = false;
        if let (Some(mine), Some(its)) = (&self.act, &other.act) {
            if mine.family != its.family {
                return Relation::Apart;
            }
            if !mine.agrees(its) {
                // A part may lie within the other: the title of a clause, the box of a form.
                let nested = matches!(mine.family, Family::Division | Family::FormPart);
                return if nested { Relation::Apart } else { Relation::Contrary };
            }
            same_act = true;
        }
        let mut shared = false;
        for (mine, its) in [
            (&self.number, &other.number),
            (&self.article, &other.article),
            (&self.comma, &other.comma),
            (&self.letter, &other.letter),
        ] {
            match (mine, its) {
                (Some(mine), Some(its)) if bare_code(mine).eq(bare_code(its)) => shared = true,
                (Some(_), Some(_)) => return Relation::Contrary,
                _ => {}
            }
        }
        match (self.year, other.year) {
            (Some(mine), Some(its)) if mine == its => shared |= same_act,
            (Some(_), Some(_)) => return Relation::Contrary,
            _ => {}
        }
        if shared { Relation::Same } else { Relation::Apart }
    }

    /// Whether `other` gives every part that this gives, and the same; it may give more: a law
    /// includes its articles.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let equal = |mine: &Option<Box<str>>, its: &Option<Box<str>>| match (mine, its) {
            (None, _) => true,
            (Some(mine), Some(its)) => bare_code(mine).eq(bare_code(its)),
            (Some(_), None) => false,
        };
        self.act.is_none_or(|act| other.act == Some(act))
            && self.year.is_none_or(|year| other.year == Some(year))
            && equal(&self.number, &other.number)
            && equal(&self.article, &other.article)
            && equal(&self.comma, &other.comma)
            && equal(&self.letter, &other.letter)
    }

    /// How a code or number without more stands to it: `la 104`, `2119`, `w2`. Another code of
    /// the same kind of form or section speaks against it.
    pub(super) fn named_by(&self, text: &str) -> Relation {
        let parts = [&self.number, &self.article].into_iter().flatten();
        let family = self.act.map(|act| act.family);
        let text = match text.strip_prefix('s') {
            Some(section) if family == Some(Family::Section) => section,
            _ => text,
        };
        let mut relation = Relation::Apart;
        for part in parts {
            if bare_code(part).eq(bare_code(text)) {
                return Relation::Same;
            }
            let coded = matches!(family, Some(Family::Form | Family::Section));
            let document = family == Some(Family::Form) && is_document(text);
            if document || (coded || self.article.is_some()) && is_rival(part, text) {
                relation = Relation::Contrary;
            }
        }
        relation
    }
}

/// Whether a code looks like the name of a form: letters and two digits or more (`n400`,
/// `ub-04`), or three digits or more with letters after a dash (`1099-nec`).
fn is_document(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase();
    let digits =
        |text: &str, least: usize| text.len() >= least && text.bytes().all(|b| b.is_ascii_digit());
    let (head, rest) = text.split_at(text.find(|c| !letter(c)).unwrap_or(text.len()));
    if !head.is_empty() {
        return digits(rest.strip_prefix('-').unwrap_or(rest), 2);
    }
    text.split_once('-').is_some_and(|(number, tail)| digits(number, 3) && tail.chars().all(letter))
}

/// Whether two codes are of one series: numbers of three digits or more and of equal length that
/// are not round, equal letters at the beginning, or one the other with a suffix.
fn is_rival(part: &str, text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if digits(part) && digits(text) {
        return part.len() == text.len() && part.len() > 2 && !text.ends_with("00");
    }
    let letters = |text: &str| text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    let series = part.get(..letters(part)).filter(|series| !series.is_empty());
    let suffixed = text.strip_prefix(part).is_some_and(|rest| rest.starts_with('-'));
    suffixed
        || series.is_some() && series == text.get(..letters(text))
        || shape(part).eq(shape(text))
}

impl fmt::Display for LegalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = "";
        let mut part = |f: &mut fmt::Formatter<'_>, label: &str, value: &str| {
            let gap = if label.is_empty() { "" } else { " " };
            let written = write!(f, "{space}{label}{gap}{value}");
            space = " ";
            written
        };
        for (label, value) in
            [("art", &self.article), ("comma", &self.comma), ("lett", &self.letter)]
        {
            if let Some(value) = value {
                part(f, label, value)?;
            }
        }
        if let Some(act) = &self.act {
            part(f, "", act.name)?;
        }
        match (&self.number, self.year) {
            (Some(number), Some(year)) => part(f, "", &format!("{number}/{year}")),
            (Some(number), None) => part(f, "", number),
            (None, Some(year)) => part(f, "", &year.to_string()),
            (None, None) => Ok(()),
        }
    }
}
