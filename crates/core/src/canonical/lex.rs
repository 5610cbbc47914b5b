//! Folded text cut into words, numbers and signs. Sentence punctuation ends here.

use std::borrow::Cow;

use super::accent;
use super::number::{self, Written};
use super::units;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, possibly with digits and inner signs: `dell'`, `part-time`, `7-ter`, `v2.10`.
    Word,
    /// An optional `-` and digits with inner separators: `1.000,50`, `63/2024`, `12:30`.
    Digits,
    /// A year that was written as an apostrophe and two digits; the text is the digits.
    ShortYear,
    /// A sign that means something: `%`, `€`, `+`, `#`, an emoji.
    Sign,
}

/// One token of folded text.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: Cow<'a, str>,
    /// Byte offset of the token in the folded text.
    pub(super) start: usize,
    /// Byte offset of its end.
    pub(super) end: usize,
    /// Nothing stands between the token before and this one.
    pub(super) glued: bool,
    /// A full stop follows at once.
    pub(super) dotted: bool,
}

/// Cuts folded text into tokens.
pub(super) fn lex(text: &str) -> Vec<Token<'_>> {
    let mut lexer =
        Lexer { text, at: 0, tokens: Vec::with_capacity(text.len() / 4 + 1), quoted: false };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
    /// A single quote was opened and not closed yet.
    quoted: bool,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        while let Some(c) = self.char(self.at) {
            match c {
                ' ' => self.at += 1,
                '0'..='9' => self.digits(self.at),
                '-' if self.starts_number() => self.digits(self.at),
                '\'' => self.apostrophe(),
                _ if is_word(c) => self.word(self.at),
                _ if is_sign(c) => self.sign(c),
                _ => self.at += c.len_utf8(),
            }
        }
    }

    /// The character at a byte offset.
    fn char(&self, at: usize) -> Option<char> {
        match self.text.as_bytes().get(at)? {
            b if b.is_ascii() => Some(char::from(*b)),
            _ => self.text.get(at..)?.chars().next(),
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    fn word_at(&self, at: usize) -> bool {
        self.char(at).is_some_and(is_word)
    }

    /// The end of the run of letters, digits and marks at `at`.
    fn run_end(&self, mut at: usize) -> usize {
        while let Some(c) = self.char(at).filter(|c| is_word(*c)) {
            at += c.len_utf8();
        }
        at
    }

    fn push(&mut self, kind: Kind, text: Cow<'a, str>, start: usize, end: usize) {
        let glued = self.tokens.last().is_some_and(|last| last.end == start);
        let dotted = self.byte(end) == b'.';
        self.tokens.push(Token { kind, text, start, end, glued, dotted });
        self.at = end;
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Whether the `-` here is a minus: a digit follows and no word, bracket or `%` precedes.
    fn starts_number(&self) -> bool {
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        self.byte(self.at + 1).is_ascii_digit()
            && !before.is_some_and(|c| is_word(c) || matches!(c, ')' | ']' | '%' | '°' | '\''))
    }

    fn apostrophe(&mut self) {
        let start = self.at;
        let digits = self.run_end(start + 1);
        let before = self.text.get(..start).and_then(|text| text.chars().next_back());
        let opens = !before.is_some_and(is_word) && digits > start + 1;
        let two = digits == start + 3
            && self.slice(start + 1, digits).bytes().all(|b| b.is_ascii_digit())
            && !matches!(self.byte(digits), b'\'' | b'/' | b'%')
            && !(matches!(self.byte(digits), b'.' | b',' | b':')
                && self.byte(digits + 1).is_ascii_digit());
        if opens && two && !self.quoted {
            let text = Cow::Borrowed(self.slice(start + 1, digits));
            return self.push(Kind::ShortYear, text, start, digits);
        }
        self.quoted = opens;
        self.at += 1;
    }

    fn sign(&mut self, c: char) {
        let start = self.at;
        let mut end = start + c.len_utf8();
        if !c.is_ascii() && !matches!(c, '€' | '£' | '°' | '§') {
            // An emoji is several characters.
            while let Some(next) = self.char(end) {
                if next.is_ascii() || is_word(next) || !is_sign(next) {
                    break;
                }
                end += next.len_utf8();
            }
        }
        self.push(Kind::Sign, Cow::Borrowed(self.slice(start, end)), start, end);
    }

    fn digits(&mut self, start: usize) {
        let mut end = start + usize::from(self.byte(start) == b'-');
        loop {
            while self.byte(end).is_ascii_digit() {
                end += 1;
            }
            let inner = match self.byte(end) {
                b'.' | b',' | b'/' | b'-' | b':' => self.byte(end + 1).is_ascii_digit(),
                b'\'' => self.groups(start, end),
                _ => false,
            };
            if !inner {
                break;
            }
            end += 1;
        }
        let next = self.byte(end);
        if next == b'(' && self.bracket(end).is_some() {
            return self.word(start);
        }
        let letters = end + usize::from(matches!(next, b'-' | b'/'));
        let suffix = self.slice(letters, self.run_end(letters));
        let joined = if suffix.is_empty() {
            false
        } else if letters == end {
            !(units::is_unit(suffix)
                || units::scale(suffix).is_some()
                || units::Currency::named(suffix).is_some()
                || matches!(suffix, "k"))
        } else {
            let counts = units::is_unit(suffix) || units::Currency::named(suffix).is_some();
            next == b'-' && !counts && suffix.chars().count() <= 6
                || matches!(suffix, "ce" | "cee" | "eu" | "ue" | "ec" | "eec" | "bis" | "ter")
                || suffix.chars().count() == 1
        };
        if joined {
            return self.word(start);
        }
        self.pieces(start, end);
    }

    /// Pushes a run of digits and separators, cut at its commas when they only list.
    fn pieces(&mut self, start: usize, end: usize) {
        let run = self.slice(start, end);
        let parts = run.trim_start_matches('-').split(['/', '-', ':']);
        let lists =
            run.contains(',') && parts.clone().any(|part| number::read(part) == Written::List);
        if !lists {
            return self.push(Kind::Digits, Cow::Borrowed(run), start, end);
        }
        let mut at = start;
        for piece in run.split(',') {
            self.push(Kind::Digits, Cow::Borrowed(piece), at, at + piece.len());
            at += piece.len() + 1;
        }
        self.at = end;
    }

    /// Whether the apostrophe at `at` separates thousands of the number that began at `start`.
    fn groups(&self, start: usize, at: usize) -> bool {
        let head = self.slice(start, at).trim_start_matches('-');
        let first = head.split('\'').next().unwrap_or("");
        let tail = self.run_end(at + 1) - (at + 1);
        tail == 3
            && self.slice(at + 1, at + 4).bytes().all(|b| b.is_ascii_digit())
            && (1..=3).contains(&first.len())
            && !first.starts_with('0')
            && first.bytes().all(|b| b.is_ascii_digit())
    }

    /// The end of a `(x)` of one to three letters or digits at `at`, as in `401(k)`, `6(1)(f)`.
    fn bracket(&self, at: usize) -> Option<usize> {
        let close = self.run_end(at + 1);
        let inner = self.slice(at + 1, close);
        let fits = (1..=3).contains(&inner.len()) && inner.is_ascii();
        (fits && self.byte(close) == b')').then_some(close + 1)
    }

    fn word(&mut self, start: usize) {
        let mut end = start + usize::from(self.byte(start) == b'-');
        let mut segment = end;
        let mut dots = false;
        loop {
            end = self.run_end(end);
            let next = end + 1;
            let last = self.slice(segment, end);
            let joins = match self.byte(end) {
                b'\'' => return self.elision(start, end),
                b'.' => {
                    let apart = self.byte(next).is_ascii_digit()
                        && !last.bytes().any(|b| b.is_ascii_digit());
                    dots |= !apart && self.word_at(next);
                    !apart && self.word_at(next)
                }
                b'-' | b'&' | b'@' => self.word_at(next),
                b'/' => self.word_at(next) && self.joins_slash(last, next),
                b',' | b':' => {
                    // Only inside a number that has a suffix: `1,5x`.
                    self.byte(next).is_ascii_digit()
                        && last.bytes().all(|b| b.is_ascii_digit())
                        && !last.is_empty()
                }
                b'(' if self.byte(start).is_ascii_digit() => match self.bracket(end) {
                    Some(close) => {
                        end = close;
                        segment = close;
                        continue;
                    }
                    None => false,
                },
                _ => false,
            };
            if !joins {
                break;
            }
            end = next;
            segment = next;
        }
        let text = self.slice(start, end);
        let text = if dots && is_abbreviation(text) {
            Cow::Owned(text.replace('.', ""))
        } else if text.is_ascii() {
            Cow::Borrowed(text)
        } else {
            accent::usual(text).map_or(Cow::Borrowed(text), Cow::Owned)
        };
        self.push(Kind::Word, text, start, end);
    }

    /// A slash joins what is a code or a short formula (`12/e`, `e/o`, `w/o`), not two words.
    fn joins_slash(&self, last: &str, next: usize) -> bool {
        let following = self.slice(next, self.run_end(next));
        let coded = |text: &str| text.chars().any(|c| c.is_ascii_digit());
        last.len() <= 1 || following.len() <= 1 || coded(last) || coded(following)
    }

    /// A word that an apostrophe follows: an Italian elision, an English contraction, an accent
    /// or the end of a quotation.
    fn elision(&mut self, start: usize, end: usize) {
        let after = self.run_end(end + 1);
        let text = self.slice(start, end);
        match self.slice(end + 1, after) {
            "" => {
                let accented = if self.quoted { None } else { accent::from_apostrophe(text) };
                let closed = end + usize::from(accented.is_some());
                let text = accented
                    .or_else(|| accent::usual(text))
                    .map_or(Cow::Borrowed(text), Cow::Owned);
                self.push(Kind::Word, text, start, closed);
                if closed == end {
                    self.at = end + 1;
                    self.quoted = false;
                }
            }
            "s" | "t" | "d" | "m" | "ll" | "re" | "ve" => {
                self.push(Kind::Word, Cow::Borrowed(self.slice(start, after)), start, after);
            }
            "e" if text == "c" && self.byte(after) == b'\'' => {
                self.push(Kind::Word, Cow::Borrowed("c'è"), start, after + 1);
            }
            _ => {
                let text = self.slice(start, end + 1);
                self.push(Kind::Word, Cow::Borrowed(text), start, end + 1);
            }
        }
    }
}

/// Whether `c` makes part of a word or number. Marks belong to the letter before them.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// Whether a character that is no part of a word keeps a place of its own. Brackets, quotes and
/// the marks of sentences, lists and Markdown do not.
fn is_sign(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, '%' | '$' | '+' | '#' | '&' | '@' | '=' | '<' | '>' | '^');
    }
    !(c.is_whitespace() || c.is_control() || matches!(c, '¿' | '¡' | '·' | '•' | '…' | '¶' | '†'))
}

/// Whether dots stand between the letters of an abbreviation: `d.lgs`, `c.c`, `co.co.co`.
fn is_abbreviation(text: &str) -> bool {
    let first = text.split('.').next().unwrap_or("").len();
    first <= 2
        && text.split('.').all(|part| {
            (1..=4).contains(&part.len())
                && (first == 1 || part.len() <= 2)
                && part.bytes().all(|b| b.is_ascii_lowercase())
        })
}
