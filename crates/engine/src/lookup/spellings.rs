//! Questions as they were spelled: checked, in canonical form, with their signature.

use goldenset_core::canonical::Canonical;
use goldenset_core::entry::MAX_QUESTION_BYTES;
use goldenset_core::{Code, Error, Result, Signature};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// Memory for spellings, in bytes: some ten thousand questions. The canonical form follows from the
/// spelling alone, so nothing has to be dropped but for room.
const BYTES: u64 = 4 << 20;
/// What one costs beside its two texts.
const OVERHEAD_BYTES: u64 = 160;
/// What one costs in all, for the first size of the table.
const USUAL_BYTES: u64 = 320;

/// A question that may be asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) canonical: Canonical,
    /// Of the canonical form.
    pub(crate) signature: Signature,
}

impl Question {
    /// Refuses a question that is empty, too long, or not text.
    ///
    /// # Errors
    /// `empty_query`, `query_too_long`, `invalid_field`.
    pub(crate) fn of(query: &str) -> Result<Self> {
        if query.len() > MAX_QUESTION_BYTES {
            let detail = format!("the question is {} bytes long", query.len());
            return Err(Error::new(Code::QueryTooLong, detail)
                .field("query")
                .fix("shorten it to 8192 bytes of UTF-8"));
        }
        if query.contains('\0') {
            // Not every database can hold it, and no person types it.
            return Err(Error::new(Code::InvalidField, "the question has a NUL character")
                .field("query")
                .fix("send the user's question as text"));
        }
        let canonical = Canonical::of(query);
        if canonical.as_str().is_empty() {
            return Err(Error::new(Code::EmptyQuery, "the question has no letter and no digit")
                .field("query")
                .fix("send the user's question"));
        }
        let signature = canonical.signature();
        Ok(Self { canonical, signature })
    }
}

/// Questions by their spelling: finding one takes a twentieth of the time of making it.
pub(crate) struct Spellings(Cache<Box<str>, Question, Bytes>);

#[derive(Clone)]
struct Bytes;

impl Weighter<Box<str>, Question> for Bytes {
    fn weight(&self, spelling: &Box<str>, question: &Question) -> u64 {
        OVERHEAD_BYTES + (spelling.len() + question.canonical.as_str().len()) as u64
    }
}

impl Spellings {
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter((BYTES / USUAL_BYTES) as usize, BYTES, Bytes))
    }

    /// The question that is spelled so.
    ///
    /// # Errors
    /// See [`Question::of`].
    pub(crate) fn question(&self, query: &str) -> Result<Question> {
        if let Some(known) = self.0.get(query) {
            return Ok(known);
        }
        let question = Question::of(query)?;
        self.0.insert(query.into(), question.clone());
        Ok(question)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_spelling_is_the_same_question() {
        let spellings = Spellings::new();
        for query in ["Quanto costa?", "quanto  costa", "Quanto costa nel 2024?", "Quanto costa?"] {
            let (known, made) = (spellings.question(query).unwrap(), Question::of(query).unwrap());
            assert_eq!(known.canonical, made.canonical);
            assert_eq!(known.signature, made.canonical.signature());
        }
        assert_eq!(spellings.0.len(), 3);
        assert_eq!(spellings.question(" ?").unwrap_err().code, Code::EmptyQuery);
        assert_eq!(spellings.question("a\0").unwrap_err().code, Code::InvalidField);
        let long = "a ".repeat(MAX_QUESTION_BYTES);
        assert_eq!(spellings.question(&long).unwrap_err().code, Code::QueryTooLong);
        assert_eq!(spellings.0.len(), 3, "what may not be asked is not kept");
    }

    #[test]
    fn memory_has_a_limit() {
        let spellings = Spellings::new();
        let long = "parola ".repeat(500);
        for number in 0..2_000 {
            spellings.question(&format!("{long}{number}")).unwrap();
        }
        assert!(spellings.0.weight() <= BYTES && spellings.0.len() > 100);
    }
}
