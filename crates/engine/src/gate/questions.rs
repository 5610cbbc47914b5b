//! The questions of which it is known what answers them.

use std::collections::HashSet;

use goldenset_core::canonical::Canonical;
use goldenset_core::{Code, Embedding, EntryId, Error, Result, TenantId};

use super::{Before, neighbours};
use crate::engine::Engine;

/// A question that is asked again.
pub(super) struct Asked {
    pub(super) tenant: TenantId,
    pub(super) text: String,
    pub(super) question: Canonical,
    pub(super) embedding: Embedding,
    /// The entry that answers it; none: nothing may.
    pub(super) owner: Option<EntryId>,
    /// Whether it is a phrasing of its owner, who is served for it in any case.
    pub(super) is_phrasing: bool,
}

/// The phrasings of the entries nearby, and every recorded question of the tenant.
pub(super) async fn gather(
    engine: &Engine,
    tenant: &TenantId,
    before: &Before<'_>,
) -> Result<Vec<Asked>> {
    let mut known = HashSet::new();
    let mut wanted = Vec::new();
    for entry in neighbours(before) {
        for phrasing in entry.content.phrasings() {
            let question = Canonical::of(phrasing);
            if known.insert((question.signature(), true)) {
                wanted.push((phrasing.to_owned(), question, Some(entry.id.clone()), true));
            }
        }
    }
    for recorded in engine.store.questions(tenant).await? {
        let question = Canonical::of(&recorded.query);
        // What nobody serves any more is nobody's question.
        let gone = recorded
            .entry_id
            .as_ref()
            .is_some_and(|owner| before.set.entry(owner).is_none() && owner != before.live.id);
        if !gone && known.insert((question.signature(), false)) {
            wanted.push((recorded.query, question, recorded.entry_id, false));
        }
    }
    let questions: Vec<_> = wanted.iter().map(|(_, question, ..)| question.clone()).collect();
    let mut embeddings = engine.embeddings.many(tenant, &questions).await.into_iter();
    let lost = || Err(Error::new(Code::Internal, "a question of the gate got no vector"));
    wanted
        .into_iter()
        .map(|(text, question, owner, is_phrasing)| {
            let (embedding, _) = embeddings.next().unwrap_or_else(lost)?;
            let tenant = tenant.clone();
            Ok(Asked { tenant, text, question, embedding, owner, is_phrasing })
        })
        .collect()
}
