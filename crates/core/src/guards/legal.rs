//! A reference to a legal source, compared part by part.

use std::fmt;

use super::act::Act;
use super::slots::bare_code;

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
                return Relation::Contrary;
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

    /// Whether `text` alone is its number or article: `la 104`, `2119`.
    pub(super) fn is_named_by(&self, text: &str) -> bool {
        let is = |part: &Option<Box<str>>| {
            part.as_deref().is_some_and(|part| bare_code(part).eq(bare_code(text)))
        };
        is(&self.number) || is(&self.article)
    }
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
