//! Stop words of Italian and English. Words that deny, restrict or order are not among them.

use super::head::head;

/// Sorted by bytes for the search.
const STOP_WORDS: &[&str] = &[
    "a", "abbiamo", "about", "ad", "agli", "ai", "al", "all", "alla", "alle", "allo", "allora",
    "am", "an", "anche", "and", "are", "as", "at", "avere", "avete", "aveva", "avevo", "be",
    "been", "being", "but", "by", "c", "can", "che", "chi", "ci", "cioè", "coi", "col", "come",
    "con", "cosa", "così", "could", "cui", "d", "da", "dagli", "dai", "dal", "dall", "dalla",
    "dalle", "dallo", "degli", "dei", "del", "dell", "della", "delle", "dello", "di", "did", "do",
    "does", "doing", "done", "dove", "dunque", "e", "ecco", "ed", "era", "erano", "essere", "fa",
    "fare", "for", "fra", "from", "gli", "ha", "had", "hai", "hanno", "has", "have", "having",
    "he", "her", "here", "him", "his", "ho", "how", "i", "if", "il", "in", "into", "io", "is",
    "it", "its", "l", "la", "le", "lei", "let", "ll", "lo", "loro", "lui", "là", "lì", "m", "ma",
    "me", "mentre", "mi", "mia", "mie", "miei", "mio", "molto", "my", "ne", "negli", "nei", "nel",
    "nell", "nella", "nelle", "nello", "noi", "nostra", "nostre", "nostri", "nostro", "o", "od",
    "of", "on", "oppure", "or", "our", "per", "perché", "però", "please", "poi", "proprio", "qua",
    "qual", "quale", "quali", "quando", "quanta", "quante", "quanti", "quanto", "quegli", "quei",
    "quel", "quell", "quella", "quelle", "quelli", "quello", "quest", "questa", "queste", "questi",
    "questo", "qui", "quindi", "re", "s", "se", "sei", "shall", "she", "si", "sia", "siamo",
    "siano", "siete", "so", "sono", "stata", "state", "stati", "stato", "su", "sua", "sue",
    "sugli", "sui", "sul", "sull", "sulla", "sulle", "sullo", "suo", "suoi", "t", "te", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "ti", "to",
    "tra", "tu", "tua", "tue", "tuo", "tuoi", "un", "una", "uno", "us", "v", "ve", "vi", "voi",
    "vostra", "vostre", "vostri", "vostro", "was", "we", "were", "what", "when", "where", "which",
    "who", "whom", "whose", "why", "will", "with", "would", "you", "your", "è",
];

/// Their heads, of which each is the whole word.
const HEADS: [u64; STOP_WORDS.len()] = {
    let mut heads = [0; STOP_WORDS.len()];
    let mut index = 0;
    while index < heads.len() {
        assert!(STOP_WORDS[index].len() <= 8, "its head would be that of other words too");
        heads[index] = head(STOP_WORDS[index].as_bytes());
        index += 1;
    }
    heads
};

/// Whether a lower-case word carries no content of its own.
pub(crate) fn is_stop_word(word: &str) -> bool {
    word.len() <= 8 && HEADS.binary_search(&head(word.as_bytes())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_sorted_and_keeps_what_denies() {
        assert!(STOP_WORDS.is_sorted() && HEADS.is_sorted());
        assert!(!is_stop_word("") && !is_stop_word("perchépoi"));
        for word in ["non", "not", "no", "senza", "without", "only", "solo", "mai", "never"] {
            assert!(!is_stop_word(word), "{word}");
        }
        assert!(is_stop_word("il") && is_stop_word("the") && is_stop_word("è"));
    }
}
