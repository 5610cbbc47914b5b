//! The questions of which it is known what answers them.

use std::collections::HashSet;

use goldenset_core::canonical::Canonical;
use goldenset_core::{Code, Embedding, EntryId, Error, Result, TenantId};

use super::{Before, neighbours};
use crate::embedding::Wanted;
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
    for entry in neighbours(before, tenant).await? {
        for phrasing in entry.content.phrasings() {
            let question = Canonical::of(phrasing);
            if known.insert(question.signature()) {
                wanted.push((phrasing.to_owned(), question, Some(entry.id.clone()), true));
            }
        }
    }
    let gone = |owner: &EntryId| before.set.entry(owner).is_none() && owner != before.live.id;
    let mut asked = with_embeddings(engine, tenant, wanted).await?;
    asked.extend(recorded(engine, tenant, |owner| !gone(owner)).await?);
    Ok(asked)
}

/// Every recorded question whose owner is one of those that `counts`, or that nothing may answer.
pub(super) async fn recorded(
    engine: &Engine,
    tenant: &TenantId,
    counts: impl Fn(&EntryId) -> bool,
) -> Result<Vec<Asked>> {
    let mut wanted = Vec::new();
    for recorded in engine.store.questions(tenant).await? {
        // What nobody serves any more is nobody's question.
        if recorded.entry_id.as_ref().is_none_or(&counts) {
            let question = Canonical::of(&recorded.query);
            wanted.push((recorded.query, question, recorded.entry_id, false));
        }
    }
    with_embeddings(engine, tenant, wanted).await
}

async fn with_embeddings(
    engine: &Engine,
    tenant: &TenantId,
    wanted: Vec<(String, Canonical, Option<EntryId>, bool)>,
) -> Result<Vec<Asked>> {
    let questions: Vec<_> = wanted.iter().map(|(_, question, ..)| question.clone()).collect();
    let mut embeddings = engine.embeddings.many(tenant, &Wanted::all(&questions)).await.into_iter();
    let lost = || Err(Error::new(Code::Internal, "a question of the gate got no vector"));
    wanted
        .into_iter()
        .map(|(text, question, owner, is_phrasing)| {
            let embedding = embeddings.next().unwrap_or_else(lost)?.embedding;
            let tenant = tenant.clone();
            Ok(Asked { tenant, text, question, embedding, owner, is_phrasing })
        })
        .collect()
}
