//! Tokens put together to what they mean: amounts, percentages, dates, numbers, words. The one
//! definition of each, for canonical text and for guards.

use std::borrow::Cow;
use std::fmt::Write;

use rust_decimal::Decimal;

use super::abbreviation;
use super::date::{self, MonthLanguage, PartialDate};
use super::lex::{Kind, Token};
use super::number::{self, Written};
use super::units::{self, Currency};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    None,
    Percent,
    Money(Currency),
}

/// Meaning of an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// A word, code or sign as it stands.
    Text(Cow<'a, str>),
    /// A number; `true` with an ordinal sign.
    Number(Decimal, bool),
    /// A number with what it counts.
    Measured(Decimal, Unit),
    /// Several numbers joined by one of `/`, `-`, `:`, in canonical spelling.
    Joined(String, char, Unit),
    /// A date, with the language of its month.
    Date(PartialDate, MonthLanguage),
}

/// One item of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item<'a> {
    pub(crate) value: Value<'a>,
    /// Byte offsets in the folded text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Written without a space before it.
    pub(crate) glued: bool,
}

impl Item<'_> {
    /// The text of a word or code, empty for anything with a value.
    pub(crate) fn text(&self) -> &str {
        match &self.value {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// Writes the canonical spelling.
    pub(super) fn write(&self, out: &mut String) {
        if !self.glued && !out.is_empty() {
            out.push(' ');
        }
        let unit = match &self.value {
            Value::Text(text) => {
                out.push_str(text);
                Unit::None
            }
            Value::Number(value, ordinal) => {
                write_decimal(*value, out);
                if *ordinal {
                    out.push('°');
                }
                Unit::None
            }
            Value::Measured(value, unit) => {
                write_decimal(*value, out);
                *unit
            }
            Value::Joined(text, _, unit) => {
                out.push_str(text);
                *unit
            }
            Value::Date(date, language) => {
                date.write(*language, out);
                Unit::None
            }
        };
        match unit {
            Unit::None => {}
            Unit::Percent => out.push('%'),
            Unit::Money(currency) => {
                let written = write!(out, " {currency}");
                debug_assert!(written.is_ok());
            }
        }
    }
}

fn write_decimal(value: Decimal, out: &mut String) {
    // Writing to a String cannot fail.
    let written = write!(out, "{value}");
    debug_assert!(written.is_ok());
}

/// Reads items off tokens, calling `each` for every one in order.
pub(super) fn read<'a>(tokens: &[Token<'a>], mut each: impl FnMut(Item<'a>)) {
    let mut rest = tokens;
    let mut in_parts = false;
    let mut after_elision = false;
    let mut after_apart = false;
    while let Some(first) = rest.first() {
        let (value, used) = next(rest, in_parts);
        let used = used.max(1);
        let last = rest.get(used - 1).unwrap_or(first);
        // What has another spelling or a word at its end stands apart from what it touched.
        let apart = match &value {
            Value::Text(text) => {
                used > 1 || *text != first.text || first.glued && units::is_unit(text)
            }
            Value::Date(..) => true,
            Value::Measured(_, unit) | Value::Joined(_, _, unit) => matches!(unit, Unit::Money(_)),
            Value::Number(..) => first.kind == Kind::ShortYear,
        };
        let glued = first.glued && (after_elision || !(apart || after_apart));
        in_parts = matches!(&value, Value::Text(text) if units::numbers_parts(text));
        after_elision = matches!(&value, Value::Text(text) if text.ends_with('\''));
        after_apart = apart;
        each(Item { value, start: first.start, end: last.end, glued });
        rest = rest.get(used..).unwrap_or(&[]);
    }
}

/// The next item and how many tokens it takes.
fn next<'a>(tokens: &[Token<'a>], in_parts: bool) -> (Value<'a>, usize) {
    let Some(first) = tokens.first() else {
        return (Value::Text(Cow::Borrowed("")), 0);
    };
    let plain = || Value::Text(first.text.clone());
    match first.kind {
        Kind::Word if first.text.len() <= 9 => word(tokens)
            .or_else(|| month_first(tokens))
            .or_else(|| leading_currency(tokens))
            .unwrap_or_else(|| (plain(), 1)),
        Kind::Word => (plain(), 1),
        Kind::ShortYear => {
            let year = first.text.parse().map_or(0, date::expand_year);
            (Value::Number(Decimal::from(year), false), 1)
        }
        Kind::Sign => match leading_currency(tokens) {
            Some(found) => found,
            None if first.text == "€" => (Value::Text(Cow::Borrowed("euro")), 1),
            None => (plain(), 1),
        },
        Kind::Digits => digits(tokens, in_parts),
    }
}

fn text_at<'t>(tokens: &'t [Token<'_>], index: usize) -> &'t str {
    tokens.get(index).map_or("", |token| token.text.as_ref())
}

fn kind_at(tokens: &[Token<'_>], index: usize) -> Option<Kind> {
    tokens.get(index).map(|token| token.kind)
}

/// Abbreviations with one spelling, and `primo gennaio`.
fn word<'a>(tokens: &[Token<'a>]) -> Option<(Value<'a>, usize)> {
    let first = tokens.first()?;
    // "31st december", "primo gennaio"
    let day = if first.text == "primo" { Some(1) } else { whole(first) };
    if let Some(date) = day.and_then(|day| day_first(tokens, day, 1)) {
        return Some(date);
    }
    if let Some((short, used)) = abbreviation::spaced(tokens) {
        return Some((Value::Text(Cow::Borrowed(short)), used));
    }
    let mut after = 1;
    while text_at(tokens, after) == "°" {
        after += 1;
    }
    let number_follows = match kind_at(tokens, after)? {
        Kind::Digits => true,
        Kind::Word => text_at(tokens, after).starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    };
    if number_follows {
        let short = abbreviation::before_number(&first.text, first.dotted || after > 1)?;
        return Some((Value::Text(Cow::Borrowed(short)), after));
    }
    None
}

/// The whole number that a token is, with an English ordinal ending or not.
fn whole(token: &Token<'_>) -> Option<u16> {
    let text = token.text.as_ref();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = match token.kind {
        Kind::Digits => text,
        Kind::Word => ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end))?,
        _ => return None,
    };
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// The year in full that a token is.
fn year_at(tokens: &[Token<'_>], index: usize) -> Option<u16> {
    let token = tokens.get(index)?;
    match token.kind {
        Kind::ShortYear => token.text.parse().ok().map(date::expand_year),
        Kind::Digits if token.text.len() == 4 => {
            whole(token).filter(|year| (1000..3000).contains(year))
        }
        _ => None,
    }
}

/// A date that begins with `day`, whose month stands at `index`.
fn day_first<'a>(tokens: &[Token<'a>], day: u16, index: usize) -> Option<(Value<'a>, usize)> {
    let day = u8::try_from(day).ok()?;
    let index = index + usize::from(text_at(tokens, index) == "of");
    let name = text_at(tokens, index);
    let (month, mut language) = date::month(name)?;
    if let Some(year) = year_at(tokens, index + 1) {
        let date = PartialDate::new(Some(year), month, Some(day))?;
        language = MonthLanguage::Italian;
        return Some((Value::Date(date, language), index + 2));
    }
    if name == "set" {
        return None;
    }
    Some((Value::Date(PartialDate::new(None, month, Some(day))?, language), index + 1))
}

/// A date that begins with its month: `december 31, 2024`, `march 5th`, `dicembre 2024`.
fn month_first<'a>(tokens: &[Token<'a>]) -> Option<(Value<'a>, usize)> {
    let next = tokens.get(1)?;
    if next.kind == Kind::Sign || next.kind == Kind::Word && whole(next).is_none() {
        return None;
    }
    let name = text_at(tokens, 0);
    let (month, language) = date::month(name)?;
    if let Some(year) = year_at(tokens, 1) {
        return Some((Value::Date(PartialDate::new(Some(year), month, None)?, language), 2));
    }
    if !date::may_lead(name, language) || text_at(tokens, 2) == "%" {
        return None;
    }
    let day = u8::try_from(whole(next)?).ok()?;
    // "march 5 april": the number is the day of the month that follows it.
    let taken = date::month(text_at(tokens, 2)).is_some();
    if taken {
        return None;
    }
    if let Some(year) = year_at(tokens, 2) {
        let date = PartialDate::new(Some(year), month, Some(day))?;
        return Some((Value::Date(date, language), 3));
    }
    let language = MonthLanguage::English;
    Some((Value::Date(PartialDate::new(None, month, Some(day))?, language), 2))
}

/// An amount that begins with its currency: `€ 1.000`, `$5 million`, `euro 250`.
fn leading_currency<'a>(tokens: &[Token<'a>]) -> Option<(Value<'a>, usize)> {
    let sign = tokens.first()?;
    let currency = Currency::leading(&sign.text)?;
    let number = tokens.get(1).filter(|token| token.kind == Kind::Digits)?;
    // "bonus in euro 2024" names a year.
    if sign.text == "euro" && year_at(tokens, 1).is_some_and(|year| year >= 1900) {
        return None;
    }
    let Written::Number(value) = read_digits(number)? else {
        let (text, sep) = joined(&number.text)?;
        return Some((Value::Joined(text, sep, Unit::Money(currency)), 2));
    };
    let (value, used) = scaled(tokens, value, 2, true);
    let repeated = Currency::named(text_at(tokens, used)) == Some(currency);
    Some((Value::Measured(value, Unit::Money(currency)), used + usize::from(repeated)))
}

fn read_digits(token: &Token<'_>) -> Option<Written> {
    let inner = token.text.strip_prefix('-').unwrap_or(&token.text);
    (!inner.contains(['/', '-', ':'])).then(|| number::read(&token.text))
}

/// Applies the scale words from `index` on. `k` counts only where money or a fraction shows that
/// thousands are meant.
fn scaled(tokens: &[Token<'_>], value: Decimal, index: usize, money: bool) -> (Decimal, usize) {
    let name = text_at(tokens, index);
    let thousands = name == "k"
        && tokens.get(index).is_some_and(|token| token.glued)
        && (money || !value.is_integer() || Currency::named(text_at(tokens, index + 1)).is_some());
    let factor = if thousands { Some(Decimal::ONE_THOUSAND) } else { units::scale(name) };
    match factor.and_then(|factor| value.checked_mul(factor)) {
        Some(product) => (product.normalize(), index + 1),
        None => (value, index),
    }
}

/// Anything that begins with digits.
fn digits<'a>(tokens: &[Token<'a>], in_parts: bool) -> (Value<'a>, usize) {
    let Some(first) = tokens.first() else {
        return (Value::Text(Cow::Borrowed("")), 0);
    };
    let plain = || (Value::Text(first.text.clone()), 1);
    if in_parts && first.text.contains('.') && !first.text.contains([',', '\'', '/', '-', ':']) {
        return plain();
    }
    if let Some(date) = written_date(&first.text) {
        return (Value::Date(date, MonthLanguage::Italian), 1);
    }
    let value = match read_digits(first) {
        Some(Written::Number(value)) => value,
        Some(Written::Code | Written::List) => {
            // "05 march": a day may have a leading zero.
            return whole(first).and_then(|day| day_first(tokens, day, 1)).unwrap_or_else(plain);
        }
        None => {
            return match joined(&first.text) {
                Some((text, sep)) => {
                    let (unit, used) = unit_at(tokens, 1);
                    (Value::Joined(text, sep, unit), used)
                }
                None => plain(),
            };
        }
    };
    let ordinal = text_at(tokens, 1) == "°";
    let after = 1 + usize::from(ordinal);
    if let Some(date) = whole(first).and_then(|day| day_first(tokens, day, after)) {
        return date;
    }
    if ordinal {
        return (Value::Number(value, true), after);
    }
    let (value, used) = scaled(tokens, value, 1, false);
    let of = usize::from(used > 1 && text_at(tokens, used) == "di");
    match unit_at(tokens, used + of) {
        (Unit::None, _) => (Value::Number(value, false), used),
        (unit, used) => (Value::Measured(value, unit), used),
    }
}

/// The percent sign or currency at `index`, and the index after it.
fn unit_at(tokens: &[Token<'_>], index: usize) -> (Unit, usize) {
    let name = text_at(tokens, index);
    match name {
        "%" | "percent" | "percento" | "pct" => (Unit::Percent, index + 1),
        "per" if matches!(text_at(tokens, index + 1), "cento" | "cent") => {
            (Unit::Percent, index + 2)
        }
        _ => match Currency::named(name) {
            // "5 € 6": a sign that touches the next number leads it.
            Some(currency) if !leads_next(tokens, index) => (Unit::Money(currency), index + 1),
            _ => (Unit::None, index),
        },
    }
}

/// Whether the currency sign at `index` is glued to a following number and not to the one
/// before: `2024 $5`.
fn leads_next(tokens: &[Token<'_>], index: usize) -> bool {
    let sign = tokens.get(index).is_some_and(|token| token.kind == Kind::Sign && !token.glued);
    sign && tokens.get(index + 1).is_some_and(|next| next.kind == Kind::Digits && next.glued)
}

fn written_date(text: &str) -> Option<PartialDate> {
    if !(6..=10).contains(&text.len()) {
        return None;
    }
    let sep = text.chars().find(|c| !c.is_ascii_digit())?;
    let mut parts = text.split(sep);
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    PartialDate::from_parts(parts, sep)
}

/// Numbers joined by one separator, each in canonical spelling.
fn joined(text: &str) -> Option<(String, char)> {
    let (sign, inner) = match text.strip_prefix('-') {
        Some(inner) => ("-", inner),
        None => ("", text),
    };
    let sep = inner.chars().find(|c| matches!(c, '/' | '-' | ':'))?;
    if inner.chars().any(|c| c != sep && matches!(c, '/' | '-' | ':')) {
        return None;
    }
    let mut out = String::from(sign);
    for (index, part) in inner.split(sep).enumerate() {
        if index > 0 {
            out.push(sep);
        }
        match number::read(part) {
            Written::Number(value) => write_decimal(value, &mut out),
            _ => out.push_str(part),
        }
    }
    Some((out, sep))
}
