//! Short words for the checks.

use std::sync::Arc;

use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::{Applied, ChangeSet, Commit, EntryChange, PublishedSet, Store};
use goldenset_core::{
    Code, Embedding, EntryContent, EntryId, Epoch, ModelId, Result, TenantId, Validity, Vector,
    VersionNumber,
};
use jiff::Timestamp;

use super::Backend;

/// One tenant's golden set in a fresh store.
#[derive(Clone)]
pub(crate) struct Golden {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) tenant: TenantId,
    pub(crate) model: ModelId,
    pub(crate) actor: String,
    pub(crate) at: Timestamp,
}

impl Golden {
    pub(crate) fn new(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            tenant: TenantId::default(),
            model: ModelId::new("model-a").unwrap(),
            actor: "anna".into(),
            at: "2026-01-02T03:04:05.678901Z".parse().unwrap(),
        }
    }

    pub(crate) fn of_tenant(&self, tenant: &str) -> Self {
        Self { tenant: TenantId::new(tenant).unwrap(), ..self.clone() }
    }

    pub(crate) fn with_model(&self, model: &str) -> Self {
        Self { model: ModelId::new(model).unwrap(), ..self.clone() }
    }

    pub(crate) fn at(&self, at: &str) -> Self {
        Self { at: at.parse().unwrap(), ..self.clone() }
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.backend.store()
    }

    pub(crate) async fn commit(&self, changes: Vec<EntryChange>) -> Result<Commit> {
        self.store().commit(ChangeSet { changes, ..self.change_set() }).await
    }

    /// No change yet.
    pub(crate) fn change_set(&self) -> ChangeSet {
        ChangeSet::new(self.tenant.clone(), self.actor.clone(), self.model.clone(), self.at)
    }

    /// Commits one change that must succeed.
    pub(crate) async fn one(&self, change: EntryChange) -> Applied {
        self.commit(vec![change]).await.unwrap().applied.remove(0)
    }

    /// The code of one change that must fail.
    pub(crate) async fn refused(&self, change: EntryChange) -> Code {
        self.commit(vec![change]).await.unwrap_err().code
    }

    pub(crate) async fn served(&self) -> PublishedSet {
        self.store().published(&self.tenant, &self.model).await.unwrap()
    }

    /// Ids and versions of what is served.
    pub(crate) async fn serves(&self) -> Vec<(String, VersionNumber)> {
        let entries = self.served().await.entries;
        entries.iter().map(|entry| (entry.id.to_string(), entry.version)).collect()
    }

    /// Every tenant with its epoch.
    pub(crate) async fn tenants(&self) -> Vec<(TenantId, Epoch)> {
        let tenants = self.store().tenants().await.unwrap();
        tenants.into_iter().map(|(tenant, stamp)| (tenant, stamp.epoch)).collect()
    }

    pub(crate) async fn epoch(&self) -> Epoch {
        self.served().await.stamp.epoch
    }
}

pub(crate) fn id(id: &str) -> EntryId {
    EntryId::new(id).unwrap()
}

/// A content with every field filled.
pub(crate) fn content(text: &str) -> EntryContent {
    EntryContent {
        question: format!("{text}?"),
        alternatives: vec![format!("what about {text}?"), format!("tell me of {text}")],
        answer: format!("**{text}**, by law."),
        references: vec!["art. 10 D.Lgs. 66/2003".into(), "art. 36 Cost.".into()],
        category: Some("leave".into()),
        tags: vec!["z".into(), "a".into()],
        lang: Some("en".into()),
        validity: Validity {
            valid_from: Some(jiff::civil::date(2024, 1, 1)),
            valid_until: Some(jiff::civil::date(2024, 12, 31)),
        },
        review_by: Some(jiff::civil::date(2025, 6, 30)),
    }
}

/// Embeddings that tell texts and models apart, with a word for every blank of the text: so some
/// texts have none.
pub(crate) fn embeddings(model: &ModelId, content: &EntryContent) -> Vec<Embedding> {
    let embedding = |text: &str| {
        let sum = text.bytes().chain(model.as_str().bytes()).enumerate();
        let sum = sum.fold(0.0, |sum, (at, byte)| sum + (at + 1) as f32 * f32::from(byte));
        let vector = Vector::from([sum, 1.0 / (1.0 + sum), -sum]);
        let mut words = WordVectorsBuilder::new(vector.len());
        for (place, blank) in (0_u32..).zip(text.matches(' ')) {
            words.push(place..place + blank.len() as u32, sum / 7.0, &[sum, place as f32, -1.0]);
        }
        Embedding { vector, words: words.build() }
    };
    content.phrasings().map(embedding).collect()
}

pub(crate) fn draft(entry: &str, content: &EntryContent) -> EntryChange {
    EntryChange::Save { id: id(entry), content: content.clone(), publish: None }
}

/// Saves and publishes, under the model of [`Golden::new`].
pub(crate) fn serve(entry: &str, content: &EntryContent) -> EntryChange {
    let publish = Some(embeddings(&ModelId::new("model-a").unwrap(), content));
    EntryChange::Save { id: id(entry), content: content.clone(), publish }
}

/// Publishes a version that says `content`, under the model of [`Golden::new`].
pub(crate) fn publish(entry: &str, version: VersionNumber, content: &EntryContent) -> EntryChange {
    let embeddings = embeddings(&ModelId::new("model-a").unwrap(), content);
    EntryChange::Publish { id: id(entry), version, embeddings, reapprove: false, rolls_back: false }
}

pub(crate) fn retire(entry: &str) -> EntryChange {
    EntryChange::Retire { id: id(entry) }
}

pub(crate) fn served(pairs: &[(&str, VersionNumber)]) -> Vec<(String, VersionNumber)> {
    pairs.iter().map(|(id, version)| ((*id).to_owned(), *version)).collect()
}
