//! The beginnings of words as numbers, for lists in which almost every word of a text is looked
//! up: comparing two numbers is much less than comparing two words.

/// The first 8 bytes of a word, or all where it has fewer, in the order of the words.
pub(crate) const fn head(word: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let mut index = 0;
    while index < word.len() && index < bytes.len() {
        bytes[index] = word[index];
        index += 1;
    }
    u64::from_be_bytes(bytes)
}
