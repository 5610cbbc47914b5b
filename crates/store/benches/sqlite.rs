//! Seconds for the two large calls of a store: one commit that publishes 10,000 entries, and
//! reading 100,000 published ones, each with one vector of 384 floats and ten words of as many
//! bytes. `cargo bench -p goldenset-store`.

use std::time::Instant;

use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::{ChangeSet, EntryChange, Store};
use goldenset_core::{
    Embedding, EntryContent, EntryId, ModelId, Result, TenantId, Validity, Vector,
};
use goldenset_store::SqliteStore;
use jiff::Timestamp;

const IMPORT: usize = 10_000;
const IMPORTS: usize = 10;
const DIMENSIONS: usize = 384;
const WORDS: u32 = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let dir = tempfile::tempdir()?;
    Ok(runtime.block_on(run(dir.path()))?)
}

async fn run(dir: &std::path::Path) -> Result<()> {
    let store = SqliteStore::open(dir).await?;
    let (tenant, model) = (TenantId::default(), ModelId::new("model")?);
    for import in 0..IMPORTS {
        let changes: Result<Vec<_>> =
            (import * IMPORT..(import + 1) * IMPORT).map(change).collect();
        let set = ChangeSet {
            changes: changes?,
            ..ChangeSet::new(tenant.clone(), "bench", model.clone(), Timestamp::UNIX_EPOCH)
        };
        let again = set.clone();
        let started = Instant::now();
        store.commit(set).await?;
        println!("publish {IMPORT} entries in one commit: {:.2?}", started.elapsed());
        if import == 0 {
            let started = Instant::now();
            store.commit(again).await?;
            println!("the same once more, nothing to write: {:.2?}", started.elapsed());
        }
    }
    for _ in 0..3 {
        let started = Instant::now();
        let set = store.published(&tenant, &model).await?;
        println!("read {} published entries: {:.2?}", set.entries.len(), started.elapsed());
    }
    let started = Instant::now();
    let page = store.entries(&tenant, Some(&EntryId::new("entry 050000")?), 100).await?;
    println!("read a page of {} entries: {:.2?}", page.len(), started.elapsed());
    Ok(())
}

fn change(number: usize) -> Result<EntryChange> {
    let content = EntryContent {
        question: format!("How many days of leave does case {number} give?"),
        alternatives: vec![],
        answer: format!("Case {number} gives **26 days**. {}", "See the agreement. ".repeat(15)),
        references: vec!["art. 10 D.Lgs. 66/2003".into()],
        category: Some("leave".into()),
        tags: vec!["leave".into(), "days".into()],
        lang: Some("en".into()),
        validity: Validity::default(),
        review_by: None,
    };
    let vector: Vector = (0..DIMENSIONS).map(|at| (number + at) as f32).collect();
    let mut words = WordVectorsBuilder::new(DIMENSIONS);
    (0..WORDS).for_each(|word| words.push(word * 5..word * 5 + 4, 9.0, &vector));
    let embedding = Embedding { vector, words: words.build() };
    let id = EntryId::new(format!("entry {number:06}"))?;
    Ok(EntryChange::Save { id, content, publish: Some(vec![embedding]) })
}
