//! Abbreviations with more than one spelling: `art.` and `articolo`, `n.` and `n°`, `D. Lgs.`.

use super::lex::Token;

/// The short form of a word that a number follows. `marked` says that a full stop or `°` stands
/// after the word, which tells `no. 5` from `no 5`.
pub(super) fn before_number(word: &str, marked: bool) -> Option<&'static str> {
    Some(match word {
        "art" | "articolo" | "article" => "art",
        "artt" | "articoli" | "articles" => "artt",
        "n" | "nr" => "n",
        "no" | "num" if marked => "n",
        _ => return None,
    })
}

/// Abbreviations whose parts are often written apart: parts and joined form, longest first.
const SPACED: &[(&[&str], &str)] = &[
    (&["d", "p", "c", "m"], "dpcm"),
    (&["d", "p", "r"], "dpr"),
    (&["c", "p", "c"], "cpc"),
    (&["c", "p", "p"], "cpp"),
    (&["r", "d", "l"], "rdl"),
    (&["s", "r", "l"], "srl"),
    (&["s", "p", "a"], "spa"),
    (&["d", "lgs"], "dlgs"),
    (&["d", "l"], "dl"),
    (&["d", "m"], "dm"),
    (&["r", "d"], "rd"),
    (&["c", "c"], "cc"),
    (&["c", "p"], "cp"),
    (&["u", "s"], "us"),
    (&["u", "e"], "ue"),
    (&["u", "k"], "uk"),
];

/// The joined form of an abbreviation that begins here, and how many tokens it takes. Each part
/// but the last must have its full stop; `lgs` occurs nowhere else.
pub(super) fn spaced(tokens: &[Token<'_>]) -> Option<(&'static str, usize)> {
    if tokens.first()?.text.len() > 1 {
        return None;
    }
    SPACED.iter().find_map(|(parts, joined)| {
        let mut found = tokens.iter();
        let all = parts.iter().enumerate().all(|(index, part)| {
            found.next().is_some_and(|token| {
                let stop = token.dotted || index + 1 == parts.len() || *joined == "dlgs";
                token.text == *part && stop
            })
        });
        all.then_some((*joined, parts.len()))
    })
}
