//! Which references rest on a document.

use super::Reference;
use crate::canonical::Canonical;
use crate::entry::MAX_ITEM_BYTES;
use crate::error::{Code, Error, Result};
use crate::guards::{Family, LegalRef, SlotValue, Slots};

/// A document as someone names it who says that it has changed: an identifier of the team's
/// library, or an act as it is cited.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    canonical: Canonical,
    /// The acts and articles that the name cites; empty where it cites none.
    legal: Vec<LegalRef>,
}

impl Document {
    /// A document by its name: 1 to 1024 bytes with a letter or digit, no control characters.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn new(name: &str) -> Result<Self> {
        let name = name.trim();
        let canonical = Canonical::of(name);
        if name.len() > MAX_ITEM_BYTES
            || name.chars().any(char::is_control)
            || canonical.as_str().is_empty()
        {
            return Err(Error::new(Code::InvalidField, "this is no name of a document")
                .field("document")
                .fix("give 1 to 1024 bytes with a letter or a digit, without control characters"));
        }
        Ok(Self { legal: cited(name), name: name.into(), canonical })
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether both names are of one document: the same acts and articles, else the same words.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let cites_all = |all: &Self, of: &Self| {
            let same = |a: &LegalRef, b: &LegalRef| a.includes(b) && b.includes(a);
            of.legal.iter().all(|wanted| all.legal.iter().any(|found| same(found, wanted)))
        };
        match self.legal.is_empty() || other.legal.is_empty() {
            true => self.canonical == other.canonical,
            false => cites_all(self, other) && cites_all(other, self),
        }
    }

    /// The first of `references` that rests on this document and does not name `version` already.
    /// An identifier counts alone: beside it the text is only shown. A text rests on the document
    /// when it is its name, or when it cites all that the name cites; it may cite more.
    #[must_use]
    pub fn rested_on_by<'a>(
        &self,
        references: &'a [Reference],
        version: &str,
    ) -> Option<&'a Reference> {
        references.iter().find(|reference| {
            let is_new =
                reference.version.as_deref().is_some_and(|known| same_version(known, version));
            !is_new && self.is_named_by(reference)
        })
    }

    fn is_named_by(&self, reference: &Reference) -> bool {
        let Reference { text, document, .. } = reference;
        if let Some(document) = document {
            return Canonical::of(document) == self.canonical;
        }
        let text = Canonical::of(text);
        if text == self.canonical {
            return true;
        }
        if self.legal.is_empty() {
            return false;
        }
        self.legal.iter().all(|wanted| {
            let cites = |text: &Canonical| {
                let slots = Slots::of(text);
                let mut cited = slots.values().iter().filter_map(|slot| legal(&slot.value));
                cited.any(|found| wanted.includes(found))
            };
            cites(&text) || narrowed(text.as_str(), wanted).any(|text| cites(&Canonical::of(&text)))
        })
    }
}

/// A text with each range of numbers (`artt. 39-41`, `c. 6-8`) that the wanted article or comma
/// lies within replaced by its number: of a range only the ends are read.
fn narrowed<'a>(text: &'a str, wanted: &'a LegalRef) -> impl Iterator<Item = String> + 'a {
    let parts = [&wanted.article, &wanted.comma].into_iter().flatten();
    let numbers: Vec<u32> = parts.filter_map(|part| part.parse().ok()).collect();
    let digit = |c: char| c.is_ascii_digit();
    text.match_indices('-').flat_map(move |(dash, _)| {
        let first = text[..dash].trim_end_matches(digit).len();
        let rest = &text[dash + 1..];
        let last = dash + 1 + rest.len() - rest.trim_start_matches(digit).len();
        let ends = text[first..dash].parse::<u32>().ok().zip(text[dash + 1..last].parse().ok());
        let within = |number: &&u32| ends.is_some_and(|(from, to)| (from..=to).contains(*number));
        let inside = numbers.iter().filter(within).copied();
        let narrow = |number| format!("{}{number}{}", &text[..first], &text[last..]);
        inside.map(narrow).collect::<Vec<_>>()
    })
}

/// Checks the name of a document's version.
///
/// # Errors
/// `invalid_field`.
pub fn check_version(version: &str) -> Result<()> {
    let blank = version.trim().is_empty() || version.chars().any(char::is_control);
    if !blank && version.len() <= MAX_ITEM_BYTES {
        return Ok(());
    }
    Err(Error::new(Code::InvalidField, "this is no name of a version")
        .field("version")
        .fix("give 1 to 1024 bytes without control characters"))
}

/// Whether two names of versions are one.
#[must_use]
pub fn same_version(known: &str, version: &str) -> bool {
    let [a, b] = [known, version].map(Canonical::of);
    known == version || a == b && !a.as_str().is_empty()
}

/// The acts and articles that a name cites, none when it cites one that could be of any document.
fn cited(name: &str) -> Vec<LegalRef> {
    let slots = Slots::extract(name);
    let found: Vec<_> =
        slots.values().iter().filter_map(|slot| legal(&slot.value)).cloned().collect();
    match found.iter().all(is_of_its_own) {
        true if found.is_empty() => code(name).into_iter().collect(),
        true => found,
        false => Vec::new(),
    }
}

/// A code that is named as a whole (`TUIR`, `codice civile`). In a sentence such a name is a word
/// like others, so it is only read as an act behind an article.
fn code(name: &str) -> Option<LegalRef> {
    let text = format!("art. 1 {name}");
    let [(slot, span)] = &Slots::locate(&text)[..] else { return None };
    let whole = Canonical::of(&text[span.end..]).as_str().is_empty();
    let found = legal(&slot.value).filter(|found| whole && found.act.is_some())?;
    Some(LegalRef { article: None, ..found.clone() })
}

fn legal(value: &SlotValue) -> Option<&LegalRef> {
    match value {
        SlotValue::Legal(reference) => Some(reference),
        _ => None,
    }
}

/// Whether a reference says of which act it is. `section 3` and `art. 5` are of any.
fn is_of_its_own(reference: &LegalRef) -> bool {
    let part = [Family::Section, Family::Division, Family::FormPart];
    reference.act.is_some_and(|act| !part.contains(&act.family))
        || reference.number.is_some() && reference.year.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `document` is rested on by `reference`, a text or `text | document | version`.
    fn check(document: &str, reference: &str, expected: bool) {
        let mut parts = reference.split(" | ");
        let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let reference = Reference { text: next().unwrap(), document: next(), version: next() };
        let found = Document::new(document).unwrap();
        let found = found.rested_on_by(std::slice::from_ref(&reference), "2025").is_some();
        assert_eq!(found, expected, "{document} / {reference:?}");
    }

    #[test]
    fn the_table() {
        for (document, reference, expected) in [
            // An act, as it is cited.
            ("L. 104/1992", "art. 33, c. 3, L. 104/1992", true),
            ("Legge 5 febbraio 1992, n. 104", "art. 33, c. 3, L. 104/1992", true),
            ("legge n. 104 del 1992", "L. 104/1992", true),
            ("L. 104/1993", "art. 33, c. 3, L. 104/1992", false),
            ("D.Lgs. 104/1992", "art. 33, c. 3, L. 104/1992", false),
            ("D.Lgs. 66/2003", "art. 10 D.Lgs. 66/2003", true),
            ("D.Lgs. 66/2003", "D.Lgs. 8 aprile 2003, n. 66", true),
            ("D.Lgs. 66/2003", "art. 10 D.Lgs. 166/2003", false),
            // A part of it.
            ("art. 33 L. 104/1992", "art. 33, c. 3, L. 104/1992", true),
            ("art. 33, c. 3, L. 104/1992", "art. 33, c. 3, L. 104/1992", true),
            ("art. 33 L. 104/1992", "art. 34 L. 104/1992", false),
            ("art. 33, c. 3, L. 104/1992", "art. 33, c. 6, L. 104/1992", false),
            // Which comma is meant is not said, so it is not said that it is this one.
            ("art. 33, c. 3, L. 104/1992", "art. 33 L. 104/1992", false),
            ("art. 2120 c.c.", "art. 2120 c.c.", true),
            ("art. 2120 c.c.", "art. 2120, c. 6, codice civile", true),
            ("art. 2120 c.c.", "art. 2119 c.c.", false),
            ("art. 4-bis D.L. 1/2020", "art. 4 D.L. 1/2020", false),
            // More than one.
            ("artt. 2118 e 2119 c.c.", "artt. 2118 e 2119 c.c.", true),
            ("artt. 2118 e 2119 c.c.", "art. 2118 c.c.", false),
            ("L. 104/1992", "D.Lgs. 151/2001; L. 104/1992", true),
            // A range holds all between its ends.
            ("art. 40 D.Lgs. 151/2001", "artt. 39-41 D.Lgs. 151/2001", true),
            ("art. 41 D.Lgs. 151/2001", "artt. 39-41 D.Lgs. 151/2001", true),
            ("art. 42 D.Lgs. 151/2001", "artt. 39-41 D.Lgs. 151/2001", false),
            ("art. 40 D.Lgs. 152/2001", "artt. 39-41 D.Lgs. 151/2001", false),
            ("art. 2120, c. 7, c.c.", "art. 2120, c. 6-8, c.c.", true),
            ("art. 2120, c. 9, c.c.", "art. 2120, c. 6-8, c.c.", false),
            ("art. 7 c.c.", "art. 2120, c. 6-8, c.c.", false),
            // Other names of one act.
            ("D.P.R. 917/1986", "art. 51 TUIR", true),
            ("TUIR", "art. 51 D.P.R. 917/1986", true),
            ("codice civile", "art. 2120 c.c.", true),
            ("Cost.", "art. 36 Cost.", true),
            ("codice penale", "art. 2120 c.c.", false),
            ("Statuto dei lavoratori", "art. 18 L. 300/1970", true),
            // Words around it do not make it another act.
            ("Legge 104/1992 (handicap)", "art. 33, c. 3, L. 104/1992", true),
            ("circolare INPS 45/2024", "Circolare INPS n. 45 del 2024", true),
            ("circolare 45/2024", "risoluzione 45/2024", false),
            // Any other document, by its whole name.
            ("Help Center: Plans / Pause", "help center: plans / pause", true),
            ("Help Center: Plans / Pause", "Help Center: Plans", false),
            ("Help Center: Plans", "Help Center: Plans / Pause", false),
            ("Terms, section 3", "Terms, section 3", true),
            ("Terms, section 3", "Handbook, section 3", false),
            ("art. 5 del contratto", "art. 5 L. 104/1992", false),
            // Identifiers count alone.
            ("DOC-7", "art. 1 L. 104/1992 | doc-7", true),
            ("L. 104/1992", "art. 1 L. 104/1992 | doc-7", false),
            ("doc-8", "art. 1 L. 104/1992 | doc-7", false),
            ("L. 104/1992", "anything | l. 104/1992", true),
            // What was read in the new version is not concerned.
            ("doc-7", "text | doc-7 | 2025", false),
            ("doc-7", "text | doc-7 | 2024", true),
            ("L. 104/1992", "L. 104/1992 |  | 2025", false),
            ("L. 104/1992", "L. 104/1992 |  | 2024", true),
        ] {
            check(document, reference, expected);
        }
    }

    #[test]
    fn one_reference_is_enough() {
        let document = Document::new("doc-7").unwrap();
        let of = |version: &str| Reference {
            text: format!("page {version}"),
            document: Some("doc-7".into()),
            version: Some(version.into()),
        };
        let references = ["art. 1 c.c.".into(), of("2"), of("1")];
        let found = document.rested_on_by(&references, "2");
        assert_eq!(found.map(|found| found.text.as_str()), Some("page 1"));
        assert_eq!(document.rested_on_by(&references[..2], "2"), None);
        assert_eq!(document.rested_on_by(&[], "2"), None);
    }

    #[test]
    fn one_document_has_many_names() {
        for (a, b, expected) in [
            ("L. 104/1992", "Legge 5 febbraio 1992, n. 104", true),
            ("L. 104/1992", "Legge 104/1992 (handicap)", true),
            ("TUIR", "D.P.R. 917/1986", true),
            ("artt. 2118 e 2119 c.c.", "art. 2119 c.c., art. 2118 c.c.", true),
            ("L. 104/1992", "art. 33 L. 104/1992", false),
            ("L. 104/1992", "D.Lgs. 104/1992", false),
            ("L. 104/1992", "L. 104/1992, L. 53/2000", false),
            ("Help Center: Plans", "help  center: plans", true),
            ("Help Center: Plans", "Help Center: Plans / Pause", false),
            ("L. 104/1992", "doc-7", false),
        ] {
            let [one, other] = [a, b].map(|name| Document::new(name).unwrap());
            assert_eq!((one.is(&other), other.is(&one)), (expected, expected), "{a} / {b}");
        }
    }

    #[test]
    fn names_are_checked() {
        for bad in ["", " ", "?!", "a\nb", &"x".repeat(1025)] {
            assert_eq!(Document::new(bad).unwrap_err().code, Code::InvalidField, "{bad:?}");
        }
        assert_eq!(Document::new(" DOC 7 ").unwrap().name(), "DOC 7");
        assert!(check_version("v 2").is_ok());
        assert!(check_version(" ").is_err() && check_version(&"x".repeat(1025)).is_err());
    }
}
