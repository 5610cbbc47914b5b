//! Many entries at once.

use goldenset_core::{Code, EntryContent, EntryId, Epoch, TenantId};
use goldenset_engine::{ImportMode, Imported};

use crate::parts::{Rig, Trouble, author, content, entry_id};

const PUBLISH: ImportMode = ImportMode { publish: true, dry_run: false };

fn rows(count: usize) -> Vec<(EntryId, EntryContent)> {
    let row = |number| {
        let question = format!("What is rule number{number} of section{}?", number % 7);
        (entry_id(&format!("e{number}")), content(&question, &format!("rule {number}")))
    };
    (0..count).map(row).collect()
}

async fn import(rig: &Rig, rows: Vec<(EntryId, EntryContent)>, mode: ImportMode) -> Imported {
    rig.engine.import(author("default"), rows, mode, &|_, _| ()).await.unwrap()
}

fn counts(created: usize, updated: usize, unchanged: usize, epoch: Option<u64>) -> Imported {
    Imported { created, updated, unchanged, epoch: epoch.map(Epoch) }
}

#[tokio::test]
async fn two_thousand_rows_are_one_epoch_and_what_is_so_costs_nothing() {
    let rig = Rig::new().await;
    assert_eq!(import(&rig, rows(2_000), PUBLISH).await, counts(2_000, 0, 0, Some(1)));
    let state = &rig.engine.tenants()[&TenantId::default()];
    assert_eq!((state.entries, state.vectors), (2_000, 2_000));
    let calls = rig.embedder.take_calls();
    assert_eq!(calls.iter().map(Vec::len).sum::<usize>(), 2_000);
    assert!(calls.iter().all(|texts| texts.len() <= 50), "more texts in a call than configured");

    assert_eq!(import(&rig, rows(2_000), PUBLISH).await, counts(0, 0, 2_000, Some(1)));
    assert!(rig.embedder.take_calls().is_empty());

    let mut changed = rows(2_001);
    changed[7].1.answer = "another".into();
    assert_eq!(import(&rig, changed, PUBLISH).await, counts(1, 1, 1_999, Some(2)));
    assert_eq!(rig.embedder.take_calls().concat().len(), 2);
    rig.assert_agrees(&["What is rule number7 of section0?", "rule number8 section1"]).await;
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_says_what_would_be() {
    let rig = Rig::new().await;
    let dry_run = ImportMode { publish: true, dry_run: true };
    assert_eq!(import(&rig, rows(10), dry_run).await, counts(10, 0, 0, None));
    assert_eq!(rig.store.tenants().await.unwrap(), []);
    assert!(rig.embedder.take_calls().is_empty());
    import(&rig, rows(5), PUBLISH).await;
    assert_eq!(import(&rig, rows(10), dry_run).await, counts(5, 0, 5, None));
    assert_eq!(rig.store.entries(&TenantId::default(), None, 100).await.unwrap().len(), 5);
}

#[tokio::test]
async fn drafts_are_not_served_until_they_are_imported_for_good() {
    let rig = Rig::new().await;
    let drafts = ImportMode { publish: false, dry_run: false };
    assert_eq!(import(&rig, rows(3), drafts).await, counts(3, 0, 0, Some(0)));
    assert!(rig.embedder.take_calls().is_empty());
    assert!(rig.ask("What is rule number1 of section1?").await.answer.result().matches.is_empty());
    assert_eq!(import(&rig, rows(3), PUBLISH).await, counts(0, 3, 0, Some(1)));
    assert!(rig.ask("What is rule number1 of section1?").await.answer.result().answer.is_some());
}

#[tokio::test]
async fn a_fault_of_the_provider_leaves_nothing_written() {
    let rig = Rig::new().await;
    for (trouble, code) in [
        (Trouble::Away, Code::EmbeddingUnavailable),
        (Trouble::TooFew, Code::EmbeddingMismatch),
        (Trouble::TooShort, Code::EmbeddingMismatch),
    ] {
        rig.embedder.set_trouble(Some(trouble));
        let refused = rig.engine.import(author("default"), rows(60), PUBLISH, &|_, _| ()).await;
        assert_eq!(refused.unwrap_err().code, code, "{trouble:?}");
        assert_eq!(rig.store.tenants().await.unwrap(), []);
    }
    rig.embedder.set_trouble(None);
    assert_eq!(import(&rig, rows(60), PUBLISH).await, counts(60, 0, 0, Some(1)));
}

#[tokio::test]
async fn progress_reaches_the_end() {
    let rig = Rig::new().await;
    let seen = std::sync::Mutex::new(Vec::new());
    let progress = |done, all| seen.lock().unwrap().push((done, all));
    rig.engine.import(author("default"), rows(120), PUBLISH, &progress).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [(50, 120), (100, 120), (120, 120)]);
}

#[tokio::test]
async fn an_import_asks_the_gate_about_phrasings_and_known_questions() {
    use goldenset_engine::{ConflictKind, Override};

    let rig = Rig::new().await;
    import(&rig, rows(12), PUBLISH).await;
    let before = rig.engine.tenants();
    let twins = vec![
        (entry_id("x"), rows(1).remove(0).1),
        (entry_id("y"), content("Who pays?", "Nobody.")),
    ];
    let live = async |rows, over, dry_run| {
        let mode = ImportMode { publish: true, dry_run };
        rig.engine.import_live(author("default"), rows, mode, over, &|_, _| ()).await
    };
    let (would, conflicts) = live(twins.clone(), None, true).await.unwrap();
    assert_eq!((would.created, would.epoch), (2, None));
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0].kind, ConflictKind::DuplicateQuestion);
    assert!(conflicts[0].blocking && conflicts[0].detail.contains("both x and e0"));
    let error = live(twins.clone(), None, false).await.unwrap_err();
    assert_eq!(error.code, Code::PublishConflict);
    assert_eq!(rig.engine.tenants(), before);
    let over = Override::of(true, Some("for the migration")).unwrap();
    let (imported, _) = live(twins.clone(), over, false).await.unwrap();
    assert_eq!(imported.created, 2);
    // What is so already is no conflict of a later import.
    let mut again = twins;
    again[0].1.answer = "another".into();
    let (imported, conflicts) = live(again, None, false).await.unwrap();
    assert_eq!((imported.updated, imported.unchanged), (1, 1));
    assert!(conflicts.iter().all(|conflict| !conflict.blocking), "{conflicts:?}");
}
