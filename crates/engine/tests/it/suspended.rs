//! Entries that rest on a changed document, where a change meets imports, faults and waiting.

use std::sync::Arc;

use goldenset_core::decision::Decision;
use goldenset_core::{Code, Document, EntryContent, Result};
use goldenset_engine::scope::Options;
use goldenset_engine::{ChangeToUndo, ImportMode, Referenced, ReportedChange};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;

use crate::parts::{Fails, Rig, TroubledStore, author, content, entry_id, settings};

const QUESTION: &str = "Quanto dura il preavviso di dimissioni?";
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";
const LAW: &str = "L. 1/2020";

fn resting() -> EntryContent {
    EntryContent { references: vec!["art. 1 L. 1/2020".into()], ..content(QUESTION, "a") }
}

async fn change(rig: &Rig, version: &str) -> Result<Referenced> {
    let document = Document::new(LAW).unwrap();
    let report = ReportedChange { document, version: version.into(), reason: None };
    rig.engine.change_reference(author("default"), report, false).await
}

async fn decisions(rig: &Rig) -> [Decision; 2] {
    let decision = async |query| rig.ask(query).await.answer.result().decision;
    [decision(QUESTION).await, decision(PARAPHRASE).await]
}

const SERVED: [Decision; 2] = [Decision::Serve; 2];
const CONTEXT: [Decision; 2] = [Decision::Context; 2];

#[tokio::test]
async fn a_file_that_is_imported_again_approves_only_what_it_changes() {
    let rig = Rig::new().await;
    let import = async |content: EntryContent| {
        let mode = ImportMode { publish: true, dry_run: false };
        let rows = vec![(entry_id("a"), content)];
        rig.engine.import(author("default"), rows, mode, &|_, _| ()).await.unwrap()
    };
    import(resting()).await;
    change(&rig, "2").await.unwrap();
    assert_eq!(import(resting()).await.unchanged, 1);
    assert_eq!(decisions(&rig).await, CONTEXT);
    // Who publishes after the change knows of it, and may go on citing what was cited before.
    let changed = EntryContent { answer: "b".into(), ..resting() };
    assert_eq!(import(changed).await.updated, 1);
    assert_eq!(decisions(&rig).await, SERVED);
    rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
}

#[tokio::test]
async fn a_change_whose_fate_was_not_heard_holds_back_all_the_same() {
    let store = Arc::new(TroubledStore::new(Arc::new(SqliteStore::in_memory().await.unwrap())));
    let rig = Rig::over(Arc::clone(&store) as _, settings()).await.unwrap();
    rig.save("a", resting(), true).await.unwrap();
    assert_eq!(decisions(&rig).await, SERVED);
    store.fail_commit(Fails::Before);
    assert_eq!(change(&rig, "2").await.unwrap_err().code, Code::StoreUnavailable);
    assert_eq!(decisions(&rig).await, SERVED);
    store.fail_commit(Fails::After);
    assert_eq!(change(&rig, "2").await.unwrap_err().code, Code::StoreUnavailable);
    assert_eq!(decisions(&rig).await, CONTEXT);
    store.fail_commit(Fails::After);
    let document = Document::new(LAW).unwrap();
    let undo = ChangeToUndo { document, version: None, reason: None };
    let undone = rig.engine.undo_reference_change(author("default"), undo, false).await;
    assert_eq!(undone.unwrap_err().code, Code::StoreUnavailable);
    assert_eq!(decisions(&rig).await, SERVED);
    rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
}

#[tokio::test]
async fn a_change_of_a_document_comes_before_any_entry() {
    let rig = Rig::new().await;
    let done = change(&rig, "2").await.unwrap();
    assert_eq!((done.number, done.affected.len()), (Some(1), 0));
    rig.save("a", resting(), true).await.unwrap();
    assert_eq!(decisions(&rig).await, SERVED, "approved after the change");
    let newer = change(&rig, "3").await.unwrap();
    assert_eq!((newer.affected.len(), newer.earlier.len()), (1, 1));
    assert_eq!(decisions(&rig).await, CONTEXT);
}

#[tokio::test]
async fn a_change_that_is_said_again_changes_nothing_while_it_is_in_force() {
    let rig = Rig::new().await;
    rig.save("a", resting(), true).await.unwrap();
    let first = change(&rig, "2").await.unwrap();
    assert_eq!((first.changed, first.affected.len()), (true, 1));
    let again = change(&rig, "2").await.unwrap();
    let told = (again.changed, again.number, again.epoch, again.affected.len());
    assert_eq!(told, (false, first.number, first.epoch, 0));
    // Who approves it knows of the change, however often that is said.
    rig.engine.reapprove(author("default"), entry_id("a"), None).await.unwrap();
    assert!(!change(&rig, "2").await.unwrap().changed);
    assert_eq!(decisions(&rig).await, SERVED);
    // The document has another version since, and then goes back to this one.
    for version in ["3", "2"] {
        assert_eq!(change(&rig, version).await.unwrap().affected.len(), 1, "{version}");
    }
    let document = Document::new(LAW).unwrap();
    for left in [CONTEXT, SERVED] {
        let undo = ChangeToUndo { document: document.clone(), version: None, reason: None };
        rig.engine.undo_reference_change(author("default"), undo, false).await.unwrap();
        assert_eq!(decisions(&rig).await, left);
    }
    // What was undone is not in force.
    assert!(!change(&rig, "2").await.unwrap().changed, "the first one still is");
    let undo = ChangeToUndo { document, version: None, reason: None };
    rig.engine.undo_reference_change(author("default"), undo, false).await.unwrap();
    assert!(change(&rig, "2").await.unwrap().changed);
    assert_eq!(decisions(&rig).await, CONTEXT);
    rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
}

#[tokio::test]
async fn a_review_falls_due_with_the_night_and_for_every_cache() {
    let rig = Rig::new().await;
    let due = "2024-03-30".parse().ok();
    rig.save("a", EntryContent { review_by: due, ..resting() }, true).await.unwrap();
    assert_eq!((decisions(&rig).await, decisions(&rig).await), (SERVED, SERVED));
    // Half an hour to midnight.
    rig.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(decisions(&rig).await, CONTEXT);
    let as_of = "2024-03-01".parse().ok();
    let looked = rig.ask_with(QUESTION, Options { as_of, ..Options::default() }).await;
    assert_eq!(looked.answer.result().decision, Decision::Context);
    rig.assert_agrees(&[QUESTION, PARAPHRASE]).await;
}
