//! What changed between two versions of an entry: words of texts, items of lists, values.

use std::time::Duration;

use goldenset_core::{
    Code, EntryContent, EntryId, Error, Reference, Result, TenantId, VersionNumber,
};
use jiff::civil::Date;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::engine::Engine;

/// After this long the rest of a text counts as replaced: two long texts that have nothing in
/// common are not worth more.
const PATIENCE: Duration = Duration::from_millis(200);

/// The version that an entry begins with.
const FIRST: VersionNumber = 1;

/// What became of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    /// In both versions.
    Kept,
    /// Only in the older one.
    Removed,
    /// Only in the newer one.
    Added,
}

/// Words of a text, with the white space between them, that have one fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// Their fate.
    pub kind: PieceKind,
    /// The words.
    pub text: String,
}

/// A list in both versions. The order of items makes no difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Items<T> {
    /// Only in the newer version, in its order.
    pub added: Vec<T>,
    /// Only in the older version, in its order.
    pub removed: Vec<T>,
    /// In both, in the order of the newer one.
    pub kept: Vec<T>,
}

/// A value in both versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Values<T> {
    /// In the older version.
    pub old: T,
    /// In the newer version.
    pub new: T,
}

/// Every field of two contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// The question: kept and removed pieces make the older one, kept and added the newer one.
    pub question: Vec<Piece>,
    /// The answer, in the same way.
    pub answer: Vec<Piece>,
    /// Other phrasings.
    pub alternatives: Items<String>,
    /// What the answer rests on.
    pub references: Items<Reference>,
    /// Labels.
    pub tags: Items<String>,
    /// Topic.
    pub category: Values<Option<String>>,
    /// Language.
    pub lang: Values<Option<String>>,
    /// First day in force.
    pub valid_from: Values<Option<Date>>,
    /// Last day in force.
    pub valid_until: Values<Option<Date>>,
    /// Last day without a review.
    pub review_by: Values<Option<Date>>,
}

/// What changed between two versions of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionDiff {
    /// The entry.
    pub id: EntryId,
    /// The version that the difference starts from.
    pub from: VersionNumber,
    /// The version that it leads to.
    pub to: VersionNumber,
    /// The difference.
    #[serde(flatten)]
    pub changes: Changes,
}

impl Changes {
    /// What leads from `old` to `new`.
    #[must_use]
    pub fn between(old: &EntryContent, new: &EntryContent) -> Self {
        let values = |old: &Option<String>, new: &Option<String>| Values {
            old: old.clone(),
            new: new.clone(),
        };
        let days = |old, new| Values { old, new };
        Self {
            question: words(&old.question, &new.question),
            answer: words(&old.answer, &new.answer),
            alternatives: items(&old.alternatives, &new.alternatives),
            references: items(&old.references, &new.references),
            tags: items(&old.tags, &new.tags),
            category: values(&old.category, &new.category),
            lang: values(&old.lang, &new.lang),
            valid_from: days(old.validity.valid_from, new.validity.valid_from),
            valid_until: days(old.validity.valid_until, new.validity.valid_until),
            review_by: days(old.review_by, new.review_by),
        }
    }
}

impl Engine {
    /// What changed between two versions of an entry: `to` is the newest one when it is not named,
    /// `from` the one before `to`.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version` naming `from` or `to`, also where `from` is not named and
    /// `to` is the first; faults of the store.
    pub async fn diff(
        &self,
        tenant: &TenantId,
        id: &EntryId,
        from: Option<VersionNumber>,
        to: Option<VersionNumber>,
    ) -> Result<VersionDiff> {
        let versions = self.store.versions(tenant, id).await?;
        let find = |field: &'static str, version: VersionNumber| {
            let found = versions.iter().find(|record| record.version == version);
            found.ok_or_else(|| {
                Error::new(Code::UnknownVersion, format!("entry `{id}` has no version {version}"))
                    .field(field)
                    .fix("list the versions with GET /v1/entries/{id}/versions")
            })
        };
        let newest = versions.iter().map(|record| record.version).max().unwrap_or_default();
        let new = find("to", to.unwrap_or(newest))?;
        let old = match from {
            Some(from) => find("from", from)?,
            None if new.version == FIRST => {
                let detail = format!("there is nothing before version {FIRST} of entry `{id}`");
                return Err(Error::new(Code::UnknownVersion, detail).field("from").fix(
                    "read the version itself with GET /v1/entries/{id}, or name two versions",
                ));
            }
            None => find("from", new.version - 1)?,
        };
        let changes = Changes::between(&old.content, &new.content);
        Ok(VersionDiff { id: id.clone(), from: old.version, to: new.version, changes })
    }
}

/// The words that lead from one text to another. White space counts as words do, so nothing is
/// lost.
fn words(old: &str, new: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_words(old, new);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => PieceKind::Kept,
            ChangeTag::Delete => PieceKind::Removed,
            ChangeTag::Insert => PieceKind::Added,
        };
        match pieces.last_mut().filter(|last| last.kind == kind) {
            Some(last) => last.text.push_str(change.value()),
            None => pieces.push(Piece { kind, text: change.value().to_owned() }),
        }
    }
    pieces
}

/// Which items came and went, each as often as it occurs.
fn items<T: Clone + PartialEq>(old: &[T], new: &[T]) -> Items<T> {
    let mut removed = old.to_vec();
    let (mut added, mut kept) = (Vec::new(), Vec::new());
    for item in new {
        match removed.iter().position(|other| other == item) {
            Some(place) => kept.push(removed.remove(place)),
            None => added.push(item.clone()),
        }
    }
    Items { added, removed, kept }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn only(pieces: &[Piece], kinds: [PieceKind; 2]) -> String {
        let kept = pieces.iter().filter(|piece| kinds.contains(&piece.kind));
        kept.map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn words_are_whole_and_white_space_stays() {
        let shown: Vec<_> = words("Il termine è di 30 giorni.\n", "Il termine è di 60  giorni.\n")
            .into_iter()
            .map(|piece| (piece.kind, piece.text))
            .collect();
        let pieces = [
            (PieceKind::Kept, "Il termine è di "),
            (PieceKind::Removed, "30 "),
            (PieceKind::Added, "60  "),
            (PieceKind::Kept, "giorni.\n"),
        ];
        assert_eq!(shown, pieces.map(|(kind, text)| (kind, text.to_owned())));
        assert_eq!(words("", ""), []);
        assert_eq!(words("a b", "a b").len(), 1);
    }

    #[test]
    fn items_count_as_often_as_they_occur() {
        let found = items(&["a", "b", "a"], &["c", "a", "b", "b"]);
        let expected = Items { added: vec!["c", "b"], removed: vec!["a"], kept: vec!["a", "b"] };
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn pieces_give_both_texts(
            old in "[ab \n\t\u{a0}è€-]{0,40}",
            new in "[ab \n\t\u{a0}è€-]{0,40}",
            any in any::<(String, String)>(),
        ) {
            for (old, new) in [(&old, &new), (&any.0, &any.1), (&old, &any.0), (&old, &old)] {
                let pieces = words(old, new);
                prop_assert_eq!(&only(&pieces, [PieceKind::Kept, PieceKind::Removed]), old);
                prop_assert_eq!(&only(&pieces, [PieceKind::Kept, PieceKind::Added]), new);
                prop_assert!(old != new || pieces.iter().all(|it| it.kind == PieceKind::Kept));
                prop_assert!(pieces.is_sorted_by(|a, b| a.kind != b.kind || a == b));
            }
        }

        #[test]
        fn items_give_both_lists(
            old in prop::collection::vec(0u8..4, 0..8),
            new in prop::collection::vec(0u8..4, 0..8),
        ) {
            let Items { added, removed, kept } = items(&old, &new);
            let sorted = |parts: [&[u8]; 2]| {
                let mut all = parts.concat();
                all.sort_unstable();
                all
            };
            prop_assert_eq!(sorted([&kept, &removed]), sorted([&old, &[]]));
            prop_assert_eq!(sorted([&kept, &added]), sorted([&new, &[]]));
            prop_assert!(added.iter().all(|item| !removed.contains(item)));
        }
    }
}
