//! What the words of a text say beside the values that it names. All that can be known of one
//! text alone is found here, once, so that holding a question against an entry is comparing.

use std::borrow::Cow;
use std::ops::Range;

use super::aspect::{self, Aspect};
use super::direction::{self, Ways};
use super::lexicon::{Lexicon, SetKind};
use super::{negation, opposite};
use crate::canonical::{Canonical, Item};
use crate::words::{each_word, is_mistyped, is_stop_word, stem_hashes};

/// The words of one text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wording {
    /// The content words, negations not among them.
    pub(super) content: Vec<Content>,
    /// Those that say what it is about, by which its nearness to other texts is told; apart, since
    /// every question is held against every phrasing of ten entries.
    pub(super) about: Box<[About]>,
    /// Places of the words that deny.
    pub(super) denials: Vec<Range<usize>>,
    /// The content words that they deny: the first one after each.
    pub(super) denied: Vec<usize>,
    /// Whether the number of negations is odd.
    pub(super) denies: bool,
    /// Words of the lexicon, but those of an aspect.
    pub(super) terms: Vec<Term>,
    pub(super) asks: Option<Asks>,
    pub(super) ways: Ways,
}

/// What a text asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asks {
    pub(super) aspect: Aspect,
    /// Only a noun says so.
    pub(super) by_noun: bool,
    pub(super) span: Range<usize>,
}

/// What tells one content word from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct About {
    /// As in [`Content::stems`].
    pub(super) stems: [u32; 2],
    letters: u32,
    /// Its place among the content words.
    pub(super) word: u32,
}

/// A content word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) text: Box<str>,
    /// Hashes of the Italian and the English stem.
    pub(super) stems: [u32; 2],
    /// The letters in it, by bits.
    letters: u32,
    pub(super) span: Range<usize>,
    /// It says how the question is meant, not what it is about.
    pub(super) cue: bool,
}

/// A term of the lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) kind: SetKind,
    /// Number of its set in the lexicon.
    pub(super) set: u16,
    pub(super) side: u8,
    /// Counts only where the other words are nearly the same.
    pub(super) weak: bool,
    /// It narrows what is asked.
    pub(super) narrows: bool,
    pub(super) text: Box<str>,
    pub(super) span: Range<usize>,
    /// Indexes of its words in the text.
    pub(super) place: Range<usize>,
    pub(super) part: Part,
}

/// What a term is in its sentence, as far as the word before it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It acts or is acted on.
    Bare,
    /// After `da`, `by`: who acts in a passive.
    Agent,
    /// After `a`, `to`: who receives.
    Recipient,
    /// After another preposition.
    Other,
}

/// A word of a text, function words included.
struct Token<'t> {
    text: Cow<'t, str>,
    span: Range<usize>,
}

/// Words after a negation among which it denies one.
const REACH: usize = 5;

impl Wording {
    /// What the words of a text say, given the text and its items.
    pub(super) fn of(text: &Canonical, items: &[Item<'_>], lexicon: &Lexicon) -> Self {
        let mut tokens: Vec<Token<'_>> = Vec::with_capacity(items.len());
        each_word(items, |text, span| tokens.push(Token { text, span }));
        let words: Vec<&str> = tokens.iter().map(|token| &*token.text).collect();
        // The `all` of "all'estero" is not that of "all doors".
        let spelled: Vec<&str> = tokens.iter().map(|token| token.spelled(text.as_str())).collect();
        let hits = lexicon.find(&spelled);
        let denying = negation::read(&words);
        let asks = aspect::of(&spelled, &hits, lexicon);
        let meant = hits.iter().filter(|hit| match hit.kind {
            SetKind::Modality | SetKind::Scope => true,
            SetKind::Aspect => hit.side == aspect::ASKING,
            SetKind::Exclusive | SetKind::Name | SetKind::Role | SetKind::Person => false,
        });
        let cues: Vec<Range<usize>> = meant
            .map(|hit| hit.first..hit.end)
            .chain(asks.iter().map(|(_, _, words)| words.clone()))
            .collect();
        let is_cue = |at: usize| cues.iter().any(|cue| cue.contains(&at));
        let mut content = Vec::new();
        let mut place_of = vec![None; tokens.len()];
        for (at, token) in tokens.iter().enumerate() {
            if !denying.is_denial(at) && !is_stop_word(&token.text) {
                place_of[at] = Some(content.len());
                content.push(Content::of(token, is_cue(at)));
            }
        }
        let span = |first: usize, end: usize| tokens[first].span.start..tokens[end - 1].span.end;
        let terms = hits.iter().filter(|hit| hit.kind != SetKind::Aspect).map(|hit| Term {
            kind: hit.kind,
            set: hit.set,
            side: hit.side,
            weak: hit.weak,
            narrows: lexicon.set(hit.set) == Some((SetKind::Scope, "only")),
            text: words[hit.first..hit.end].join(" ").into(),
            span: span(hit.first, hit.end),
            place: hit.first..hit.end,
            part: part(&words[..hit.first]),
        });
        let denied = denying.places().filter_map(|at| {
            let after = place_of.iter().skip(at + 1).take(REACH).flatten();
            after.copied().find(|place| content.get(*place).is_some_and(|word: &Content| !word.cue))
        });
        Self {
            denied: denied.collect(),
            terms: terms.collect(),
            asks: asks.map(|(aspect, by_noun, words)| Asks {
                aspect,
                by_noun,
                span: span(words.start, words.end),
            }),
            ways: direction::read(&words, &place_of),
            denials: denying.places().map(|at| tokens[at].span.clone()).collect(),
            denies: denying.odd,
            about: about(&content),
            content,
        }
    }
}

impl Wording {
    /// About how much memory it takes beside the value itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.content.iter().map(|word| word.text.len()).sum::<usize>()
            + self.terms.iter().map(|term| term.text.len()).sum::<usize>();
        texts + size_of_val(&*self.content) + size_of_val(&*self.about) + size_of_val(&*self.terms)
    }
}

impl Token<'_> {
    /// The word, with its apostrophe where it ends in one.
    fn spelled<'t>(&'t self, text: &'t str) -> &'t str {
        let written = text.get(self.span.clone()).unwrap_or("");
        if written.ends_with('\'') { written } else { &self.text }
    }
}

impl Content {
    fn of(token: &Token<'_>, cue: bool) -> Self {
        Self {
            stems: stem_hashes(&token.text),
            letters: letters(&token.text),
            text: token.text.as_ref().into(),
            span: token.span.clone(),
            cue,
        }
    }

    /// Whether both are one word but for a typing error.
    pub(super) fn is_mistyped(&self, other: &Self) -> bool {
        may_be_one(self.letters, other.letters)
            && is_mistyped(&self.text, &other.text)
            && !opposite::are(&self.text, &other.text)
    }

    /// Whether both are one word, as [`Word::matches`] says, typing errors aside.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.stems[0] == other.stems[0] || self.stems[1] == other.stems[1]
    }
}

impl About {
    /// Whether both are one word, typing errors aside.
    #[inline(always)]
    pub(super) fn is(&self, other: &Self) -> bool {
        self.stems[0] == other.stems[0] || self.stems[1] == other.stems[1]
    }

    /// Whether their letters allow that both are one word but for a typing error.
    #[inline(always)]
    pub(super) fn may_be(&self, other: &Self) -> bool {
        may_be_one(self.letters, other.letters)
    }
}

/// Each of two edits changes two letters at most: this spares most comparisons.
#[inline(always)]
fn may_be_one(letters: u32, others: u32) -> bool {
    (letters ^ others).count_ones() <= 4
}

/// Words of one text that are compared: bits of a mask. Longer ones are far from any question.
const MOST_ABOUT: usize = 128;

/// Those of the first content words that are no cues.
fn about(content: &[Content]) -> Box<[About]> {
    let words = (0..).zip(content).take(MOST_ABOUT).filter(|(_, word)| !word.cue);
    let about =
        |(word, &Content { stems, letters, .. }): (u32, &Content)| About { stems, letters, word };
    words.map(about).collect()
}

/// The letters of a word, each as one bit; other characters share the bits.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

/// What the words before a term make of it.
fn part(before: &[&str]) -> Part {
    let mut back = before.iter().rev().take(3);
    let preposition = back.find(|word| {
        !matches!(
            **word,
            "il" | "lo"
                | "la"
                | "l"
                | "i"
                | "gli"
                | "le"
                | "un"
                | "uno"
                | "una"
                | "the"
                | "a"
                | "an"
                | "mio"
                | "mia"
                | "miei"
                | "suo"
                | "sua"
                | "my"
                | "our"
                | "his"
                | "her"
                | "their"
                | "your"
                | "nostro"
                | "nuovo"
                | "new"
        ) || **word == "a"
    });
    match preposition.copied().unwrap_or("") {
        "da" | "dal" | "dall" | "dallo" | "dalla" | "dai" | "dagli" | "dalle" | "by" => Part::Agent,
        "a" | "al" | "all" | "allo" | "alla" | "ai" | "agli" | "alle" | "to" => Part::Recipient,
        "di" | "del" | "dell" | "dello" | "della" | "dei" | "degli" | "delle" | "con" | "col"
        | "per" | "su" | "sul" | "sulla" | "nel" | "nella" | "in" | "of" | "with" | "for"
        | "from" | "on" | "at" | "as" | "come" | "tra" | "senza" | "without" => Part::Other,
        _ => Part::Bare,
    }
}
