//! A store and its search in a schema of their own, and what must be found, computed plainly.

use std::time::Duration;

use goldenset_core::ports::{
    ChangeSet, EntryChange, Filled, Nearest, NearestQuery, PublishedVersion, Store, VectorSearch,
};
use goldenset_core::{
    EntryContent, EntryId, Epoch, Filters, ModelId, TenantId, Validity, Vector, VersionNumber,
};
use goldenset_store::{PgVector, PgVectorOptions, PostgresStore};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::schema::Schema;

pub(super) const TODAY: Date = date(2026, 5, 1);

/// A place of its own for a test. The schema goes last.
pub(super) struct Place {
    pub(super) search: PgVector,
    pub(super) store: PostgresStore,
    pub(super) schema: Schema,
}

impl Place {
    pub(super) async fn new() -> Self {
        let schema = Schema::new().await;
        let store = PostgresStore::open(&schema.options()).await.unwrap();
        Self { search: open(&schema).await, store, schema }
    }

    pub(super) async fn node(&self) -> PgVector {
        open(&self.schema).await
    }

    pub(super) async fn sync(&self, tenant: &str) -> Filled {
        sync(&self.search, tenant).await
    }

    /// Publishes entries of a tenant; the epoch after it.
    pub(super) async fn publish(&self, tenant: &str, entries: &[Entry]) -> Epoch {
        publish(&self.store, tenant, entries).await
    }

    pub(super) async fn retire(&self, tenant: &str, entry: &str) -> Epoch {
        self.commit(tenant, vec![EntryChange::Retire { id: id(entry) }]).await
    }

    pub(super) async fn commit(&self, tenant: &str, changes: Vec<EntryChange>) -> Epoch {
        commit(&self.store, tenant, changes).await
    }

    /// What is found, by id with version, when it is sorted as a caller does.
    pub(super) async fn found(&self, query: &NearestQuery) -> Vec<Vec<(String, VersionNumber)>> {
        let nearest = self.search.nearest(query).await.unwrap();
        assert!(nearest.stamp.is_some(), "the search is not filled");
        ranked(query, &nearest)
    }

    /// What must be found, of what the store serves.
    pub(super) async fn wanted(&self, query: &NearestQuery) -> Vec<Vec<(String, VersionNumber)>> {
        let set = self.store.published(&query.tenant, &query.model).await.unwrap();
        let allows = |entry: &&PublishedVersion| {
            query.filters.allow(&entry.content) && entry.content.validity.overlaps(&query.in_force)
        };
        let entries: Vec<_> = set.entries.iter().filter(allows).collect();
        let each = query.vectors.iter().map(|asked| {
            let near = entries.iter().map(|entry| {
                let vectors = entry.embeddings.as_deref().unwrap();
                let vectors = vectors.iter().map(|embedding| &embedding.vector);
                (entry.id.to_string(), entry.version, best(asked, vectors))
            });
            sorted(near.collect(), query.k)
        });
        each.collect()
    }

    /// Asserts that what is found is what must be found.
    pub(super) async fn is_exact(&self, query: &NearestQuery) {
        assert_eq!(self.found(query).await, self.wanted(query).await, "{query:?}");
    }
}

pub(super) async fn publish(store: &PostgresStore, tenant: &str, entries: &[Entry]) -> Epoch {
    let changes = entries.iter().map(|entry| EntryChange::Save {
        id: id(&entry.id),
        content: entry.content.clone(),
        publish: Some(entry.vectors.iter().cloned().map(Into::into).collect()),
    });
    commit(store, tenant, changes.collect()).await
}

async fn commit(store: &PostgresStore, tenant: &str, changes: Vec<EntryChange>) -> Epoch {
    // Each at a time of its own, as clocks give it.
    let set = ChangeSet::new(of_tenant(tenant), "anna", model(), Timestamp::now());
    store.commit(ChangeSet { changes, ..set }).await.unwrap().epoch
}

pub(super) async fn open(schema: &Schema) -> PgVector {
    let options =
        PgVectorOptions { postgres: schema.options(), search_timeout: Duration::from_secs(20) };
    PgVector::open(&options).await.unwrap()
}

pub(super) async fn sync(search: &PgVector, tenant: &str) -> Filled {
    search.sync(&of_tenant(tenant), &model(), DIMENSIONS, &|_, _| ()).await.unwrap()
}

pub(super) fn ranked(query: &NearestQuery, nearest: &Nearest) -> Vec<Vec<(String, VersionNumber)>> {
    let each = query.vectors.iter().zip(&nearest.found).map(|(asked, found)| {
        let near = found
            .entries
            .iter()
            .map(|near| (near.id.to_string(), near.version, best(asked, &near.vectors)));
        sorted(near.collect(), query.k)
    });
    each.collect()
}

fn best<'a>(asked: &Vector, vectors: impl IntoIterator<Item = &'a Vector>) -> f32 {
    let dot = |vector: &Vector| asked.iter().zip(&**vector).map(|(a, b)| a * b).sum::<f32>();
    vectors.into_iter().map(dot).fold(f32::NEG_INFINITY, f32::max)
}

fn sorted(mut near: Vec<(String, VersionNumber, f32)>, k: usize) -> Vec<(String, VersionNumber)> {
    near.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    near.into_iter().take(k).map(|(id, version, _)| (id, version)).collect()
}

/// An entry to publish.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) content: EntryContent,
    pub(super) vectors: Vec<Vector>,
}

/// An entry with one phrasing a vector.
pub(super) fn entry(id: &str, vectors: &[Vector]) -> Entry {
    let content = EntryContent {
        question: format!("{id}?"),
        alternatives: (1..vectors.len()).map(|number| format!("{id} {number}?")).collect(),
        answer: format!("{id}."),
        references: vec![],
        category: None,
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    };
    Entry { id: id.into(), content, vectors: vectors.to_vec() }
}

/// Numbers of a vector of these tests.
pub(super) const DIMENSIONS: usize = 16;

/// A vector of unit length in some direction.
pub(super) fn random(draw: &mut fastrand::Rng) -> Vector {
    unit((0..DIMENSIONS).map(|_| draw.f32() - 0.5).collect())
}

pub(super) fn unit(numbers: Vec<f32>) -> Vector {
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.iter().map(|number| number / length).collect()
}

/// A question without filters.
pub(super) fn asking(tenant: &str, k: usize, vectors: &[Vector]) -> NearestQuery {
    NearestQuery {
        tenant: of_tenant(tenant),
        model: model(),
        filters: Filters::default(),
        in_force: Validity::on(TODAY),
        k,
        vectors: vectors.to_vec(),
    }
}

pub(super) fn model() -> ModelId {
    ModelId::new("model").unwrap()
}

pub(super) fn of_tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

pub(super) fn id(id: &str) -> EntryId {
    EntryId::new(id).unwrap()
}
