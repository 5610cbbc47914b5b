//! A served entry with what a lookup needs of it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use goldenset_core::ports::PublishedVersion;
use goldenset_core::verifier::{EntryProfile, Verifier};
use goldenset_core::{EntryContent, EntryId, Suspension, VersionNumber, WordVectors};
use jiff::Timestamp;

use crate::answer::{Answer, Texts};

/// The served version of an entry.
#[derive(Clone)]
pub struct PublishedEntry {
    /// The entry.
    pub id: EntryId,
    /// The version that is served.
    pub version: VersionNumber,
    /// What it says.
    pub content: EntryContent,
    /// When it was approved last.
    pub published_at: Timestamp,
    /// What holds it back since, the oldest first.
    pub suspensions: Vec<Suspension>,
    /// Of what is only supposed to be served: no store has its words.
    supposed: Option<Box<Supposed>>,
    /// Its texts as replies show them, made by the first reply that does.
    texts: OnceLock<Option<Texts>>,
}

/// The words of each phrasing, and what verification makes of them.
#[derive(Clone)]
struct Supposed {
    words: Vec<WordVectors>,
    profile: OnceLock<Arc<EntryProfile>>,
}

impl PublishedEntry {
    /// With the words of each phrasing, where it is only supposed.
    fn new(published: PublishedVersion, words: Option<Vec<WordVectors>>) -> Self {
        let supposed = |words| Box::new(Supposed { words, profile: OnceLock::new() });
        Self {
            supposed: words.map(supposed),
            id: published.id,
            version: published.version,
            content: published.content,
            published_at: published.published_at,
            suspensions: published.suspensions,
            texts: OnceLock::new(),
        }
    }

    /// Its texts as replies show them; none where they cannot be written.
    pub(crate) fn texts(&self) -> Option<&Texts> {
        self.texts.get_or_init(|| Texts::of(&self.content)).as_ref()
    }

    /// What verification needs of it, where it is only supposed.
    pub(crate) fn supposed(&self, verifier: &Verifier) -> Option<Arc<EntryProfile>> {
        let Supposed { words, profile } = self.supposed.as_deref()?;
        let make = || Arc::new(verifier.entry(&self.content, words));
        Some(Arc::clone(profile.get_or_init(make)))
    }
}

impl fmt::Debug for PublishedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedEntry")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// An entry and the answer to whoever asks one of its phrasings.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) entry: Arc<PublishedEntry>,
    /// Made by the first lookup that needs it. It holds the entry, so it stands beside the entry
    /// and not inside it, where the two would keep each other alive.
    pub(crate) by_signature: OnceLock<Arc<Answer>>,
}

impl Served {
    /// With the words of each phrasing, where it is only supposed to be served.
    pub(crate) fn new(published: PublishedVersion, words: Option<Vec<WordVectors>>) -> Self {
        let entry = Arc::new(PublishedEntry::new(published, words));
        Self { entry, by_signature: OnceLock::new() }
    }

    /// The same entry, held back by `suspensions` and no others. The answer that was ready is of
    /// the entry as it was, so it stays behind.
    pub(crate) fn suspended(&self, suspensions: Vec<Suspension>) -> Self {
        let entry = PublishedEntry { suspensions, ..PublishedEntry::clone(&self.entry) };
        Self { entry: Arc::new(entry), by_signature: OnceLock::new() }
    }
}
