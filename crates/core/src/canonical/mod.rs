//! The canonical form of a question and its signature: equal for every spelling of the same
//! words and values, different as soon as a word, a value or their order differs.
//!
//! Folded: Unicode compatibility forms, case, white space, quotes, dashes, accents typed as
//! apostrophes, abbreviations, sentence punctuation; numbers, amounts, percentages and dates get
//! one spelling. The result is readable text, it is what embedding models and guards read.

mod abbreviation;
mod accent;
mod date;
mod fold;
mod item;
mod lex;
mod number;
mod trace;
mod units;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};
use trace::Trace;

pub use date::PartialDate;
pub(crate) use date::{MonthLanguage, expand_year, month};
pub(crate) use item::{Item, Unit, Value};
pub use trace::Located;
pub use units::Currency;

/// Passes after which a text counts as settled. One pass settles almost every text, a second one
/// shows it; what has not settled by then has more passes than any text known.
const MAX_PASSES: usize = 16;

/// A text in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canonical(Arc<str>);

impl Canonical {
    /// The canonical form of `text`; empty when it has nothing but punctuation. Of a canonical
    /// text it is that text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(settle(text, &mut ()).into())
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The canonical text, shared.
    #[must_use]
    pub fn text(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The signature, computed on each call.
    #[must_use]
    pub fn signature(&self) -> Signature {
        let mut bytes = [0; 16];
        let hash = blake3::hash(self.0.as_bytes());
        for (to, from) in bytes.iter_mut().zip(hash.as_bytes()) {
            *to = *from;
        }
        Signature(bytes)
    }

    /// The items of the text in order, with offsets into [`Canonical::as_str`]. The text is cut
    /// anew on each call: who reads several things off it shares them.
    pub(crate) fn items(&self) -> Vec<Item<'_>> {
        let tokens = lex::lex(&self.0);
        let mut items = Vec::with_capacity(tokens.len());
        item::read(&tokens, |item| items.push(item));
        items
    }
}

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The canonical spelling of `text`.
fn settle<T: Trace>(text: &str, trace: &mut T) -> String {
    let (mut settled, mut plain) = pass(text, trace);
    for _ in 0..MAX_PASSES {
        if plain {
            break;
        }
        let (again, _) = pass(&settled, trace);
        plain = again == settled;
        settled = again;
    }
    settled
}

/// One pass, and whether nothing is left that a second pass could change: there are only words
/// of the letters of Western Europe.
fn pass<T: Trace>(text: &str, trace: &mut T) -> (String, bool) {
    let folded = fold::fold(text, trace);
    let tokens = lex::lex(&folded);
    let mut out = String::with_capacity(folded.len() + 8);
    let mut plain = true;
    trace.stage();
    item::read(&tokens, |item| {
        plain &= match &item.value {
            Value::Text(text) => {
                text.chars().all(|c| matches!(c, 'a'..='z' | 'à'..='ÿ' | '\'' | '-'))
            }
            _ => false,
        };
        let before = out.len();
        item.write(&mut out);
        if T::ON {
            let start = before + usize::from(!item.glued && before > 0);
            let from = item.start..item.end;
            let alike = folded.get(from.clone()) == out.get(start..);
            trace.piece(start..out.len(), from, alike);
        }
    });
    (out, plain)
}

/// The first 16 bytes of the BLAKE3 hash of a canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature(pub [u8; 16]);

impl Signature {
    /// Its bytes, for keys of caches and tables.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Signature {
    /// 32 hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Signature {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::new(Code::InvalidField, "the signature is not 32 hexadecimal digits")
                .fix("give the signature as a lookup reports it")
        };
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        u128::from_str_radix(text, 16).map(|value| Self(value.to_be_bytes())).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Signature {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        signature.to_string()
    }
}

#[cfg(test)]
mod tests;
