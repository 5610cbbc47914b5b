//! Italian accents that are typed as an apostrophe at the end of a word: `perche'`, `e'`, `citta'`.

/// Words whose accent is not told by their ending.
const WORDS: &[(&str, &str)] = &[
    ("e", "è"),
    ("c'e", "c'è"),
    ("cioe", "cioè"),
    ("caffe", "caffè"),
    ("te", "tè"),
    ("ne", "né"),
    ("se", "sé"),
    ("piu", "più"),
    ("giu", "giù"),
    ("puo", "può"),
    ("cio", "ciò"),
    ("pero", "però"),
    ("gia", "già"),
    ("la", "là"),
    ("li", "lì"),
    ("si", "sì"),
    ("cosi", "così"),
    ("papa", "papà"),
    ("da", "dà"),
];

/// Endings that carry an accent in every Italian word of at least the given letters: nouns in
/// `-tà` and `-tù`, futures in `-rò` and `-rà`, conjunctions in `-ché`, days in `-dì`, numbers
/// in `-tré`.
const ENDINGS: &[(&str, &str, usize)] = &[
    ("ta", "tà", 3),
    ("tu", "tù", 4),
    ("ro", "rò", 4),
    ("ra", "rà", 4),
    ("che", "ché", 5),
    ("edi", "edì", 6),
    ("erdi", "erdì", 7),
    ("tre", "tré", 6),
];

/// The accented spelling of a lower-case word that was written with a final apostrophe, none
/// when the apostrophe is not an accent (`po'`, a closing quote, a possessive).
pub(super) fn from_apostrophe(word: &str) -> Option<String> {
    if let Some((_, accented)) = WORDS.iter().find(|(plain, _)| *plain == word) {
        return Some((*accented).to_owned());
    }
    ENDINGS.iter().find_map(|(plain, accented, least)| {
        let stem = word.strip_suffix(plain)?;
        let letters = word.len() >= *least && word.bytes().all(|b| b.is_ascii_lowercase());
        letters.then(|| format!("{stem}{accented}"))
    })
}

/// The usual accent of a word that ends in the other one: `perchè`, `piú`, `cosí`, a lone `é`.
pub(super) fn usual(word: &str) -> Option<String> {
    let (stem, accented) = match word {
        "é" => ("", "è"),
        _ => [("chè", "ché"), ("trè", "tré"), ("í", "ì"), ("ú", "ù")]
            .iter()
            .find_map(|(wrong, right)| Some((word.strip_suffix(wrong)?, *right)))?,
    };
    Some(format!("{stem}{accented}"))
}
