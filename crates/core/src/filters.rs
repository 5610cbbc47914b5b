//! Which entries a lookup may find at all.

use serde::{Deserialize, Serialize};

use crate::entry::EntryContent;

/// Restricts a lookup to entries that carry one of the values of every list that is not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    /// Categories.
    pub category: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Languages.
    pub lang: Vec<String>,
}

impl Filters {
    /// Whether an entry passes.
    #[must_use]
    pub fn allow(&self, content: &EntryContent) -> bool {
        let one_of = |wanted: &[String], value: &Option<String>| {
            wanted.is_empty() || value.as_ref().is_some_and(|value| wanted.contains(value))
        };
        one_of(&self.category, &content.category)
            && one_of(&self.lang, &content.lang)
            && (self.tags.is_empty() || content.tags.iter().any(|tag| self.tags.contains(tag)))
    }

    /// The same filters in one order, so that equal filters have equal keys.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        for values in [&mut self.category, &mut self.tags, &mut self.lang] {
            values.sort_unstable();
            values.dedup();
        }
        self
    }
}
