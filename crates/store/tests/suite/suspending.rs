//! Changes of documents, and the entries that they hold back until they are approved again.

use goldenset_core::ports::{
    EntryChange, NewChange, Once, ReferenceChange, ReferenceChanged, Resting, UndoChange,
};
use goldenset_core::{Code, Document, EntryContent, Epoch, Reference, Result, Suspension};

use super::kit::{Golden, content, draft, embeddings, id, publish, retire, serve};

const LAW: &str = "D.Lgs. 66/2003";

/// An entry that rests on the law, and on a document in its first version.
fn resting(text: &str) -> EntryContent {
    let guide = Reference {
        text: "The guide, page 7".into(),
        document: Some("guide".into()),
        version: Some("1".into()),
    };
    EntryContent { references: vec!["art. 10 D.Lgs. 66/2003".into(), guide], ..content(text) }
}

fn bare(text: &str) -> EntryContent {
    EntryContent { references: vec!["art. 36 Cost.".into()], ..content(text) }
}

async fn change(golden: &Golden, document: &str, version: &str) -> ReferenceChanged {
    let change = NewChange {
        tenant: golden.tenant.clone(),
        document: Document::new(document).unwrap(),
        version: version.into(),
        by: golden.actor.clone(),
        reason: Some("why".into()),
        at: golden.at,
        once: None,
    };
    golden.store().change_reference(&change).await.unwrap()
}

async fn undo(golden: &Golden, document: &str, version: Option<&str>) -> Result<ReferenceChanged> {
    let undo = UndoChange {
        tenant: golden.tenant.clone(),
        document: Document::new(document).unwrap(),
        version: version.map(str::to_owned),
        by: golden.actor.clone(),
        reason: None,
        at: golden.at,
        once: None,
    };
    golden.store().undo_reference_change(&undo).await
}

/// `id: versions that hold it back` of what is served.
async fn held(golden: &Golden) -> Vec<String> {
    let told =
        |of: &[Suspension]| of.iter().map(|one| one.version.clone()).collect::<Vec<_>>().join(" ");
    let entries = golden.served().await.entries;
    entries.iter().map(|entry| format!("{}: {}", entry.id, told(&entry.suspensions))).collect()
}

async fn changes(golden: &Golden) -> Vec<ReferenceChange> {
    golden.store().reference_changes(&golden.tenant, None, None, 100).await.unwrap()
}

fn again(entry: &str, content: &EntryContent) -> EntryChange {
    let embeddings = embeddings(&goldenset_core::ModelId::new("model-a").unwrap(), content);
    EntryChange::Publish {
        id: id(entry),
        version: 1,
        embeddings,
        reapprove: true,
        rolls_back: false,
    }
}

pub(crate) async fn what_rests_is_suspended_until_it_is_approved(golden: Golden) {
    let set = vec![
        serve("a", &resting("a")),
        serve("b", &resting("b")),
        serve("c", &bare("c")),
        draft("d", &resting("d")),
    ];
    golden.commit(set).await.unwrap();
    let law = Document::new(LAW).unwrap();
    let would = golden.store().resting_on(&golden.tenant, &law, "2025").await.unwrap();
    let reference = "art. 10 D.Lgs. 66/2003".to_owned();
    let entry = |name: &str, suspended| Resting {
        id: id(name),
        version: 1,
        reference: reference.clone(),
        suspended,
    };
    assert_eq!(would, [entry("a", false), entry("b", false)]);
    assert_eq!((golden.epoch().await, changes(&golden).await.len()), (Epoch(1), 0));

    let later = golden.at("2026-02-03T04:05:06.000007Z");
    let done = change(&later, LAW, "2025").await;
    assert_eq!((done.epoch, golden.epoch().await), (Epoch(2), Epoch(2)));
    assert_eq!(done.change.entries, [entry("a", true), entry("b", true)]);
    let suspension = Suspension { document: LAW.into(), version: "2025".into(), since: later.at };
    let expected = vec![suspension];
    assert_eq!(done.suspensions, [(id("a"), expected.clone()), (id("b"), expected.clone())]);
    assert_eq!(golden.served().await.entries[0].suspensions, expected);
    assert_eq!(held(&golden).await, ["a: 2025", "b: 2025", "c: "]);
    assert_eq!(changes(&golden).await, [done.change]);

    // What changes nothing ends nothing.
    golden.one(serve("a", &resting("a"))).await;
    golden.one(publish("a", 1, &resting("a"))).await;
    golden.one(draft("a", &bare("a"))).await;
    assert_eq!(held(&golden).await, ["a: 2025", "b: 2025", "c: "]);
    // The same version once more, on purpose; another version; a draft of before.
    let approved = golden.at("2026-03-03T04:05:06.000007Z");
    let applied = approved.one(again("a", &resting("a"))).await;
    assert_eq!((applied.changed, applied.published_version), (true, Some(1)));
    assert_eq!(golden.served().await.entries[0].published_at, approved.at);
    assert_eq!((golden.epoch().await, held(&golden).await.remove(0)), (Epoch(3), "a: ".into()));
    golden.one(serve("b", &resting("b, new"))).await;
    golden.one(publish("d", 1, &resting("d"))).await;
    assert_eq!(held(&golden).await, ["a: ", "b: ", "c: ", "d: "]);
    let kept = changes(&golden).await.remove(0);
    assert!(kept.entries.iter().all(|entry| !entry.suspended) && kept.entries.len() == 2);
}

pub(crate) async fn changes_add_up_and_are_undone_one_by_one(golden: Golden) {
    golden.commit(vec![serve("a", &resting("a")), serve("b", &bare("b"))]).await.unwrap();
    change(&golden, LAW, "2025").await;
    change(&golden, "Guide", "2").await;
    assert_eq!(change(&golden, "d.lgs. 66/2003", "2026").await.change.number, 3);
    assert_eq!(held(&golden).await, ["a: 2025 2 2026", "b: "]);
    assert_eq!(golden.epoch().await, Epoch(4));
    // What is read in that version already does not rest on another.
    assert_eq!(change(&golden, "guide", "1").await.change.entries, []);
    assert_eq!(golden.epoch().await, Epoch(4), "nothing that is served changed");

    let undone = undo(&golden, LAW, None).await.unwrap();
    assert_eq!((undone.epoch, undone.change.version.as_str()), (Epoch(5), "2026"));
    assert_eq!(undone.change.undone_by.as_deref(), Some("anna"));
    assert!(!undone.change.entries[0].suspended);
    let left: Vec<_> = undone.suspensions[0].1.iter().map(|one| one.version.as_str()).collect();
    assert_eq!(left, ["2025", "2"]);
    assert_eq!(undo(&golden, LAW, Some("2026")).await.unwrap_err().code, Code::NothingToUndo);
    assert_eq!(undo(&golden, "guide", Some("2")).await.unwrap().change.number, 2);
    assert_eq!(held(&golden).await, ["a: 2025", "b: "]);
    // Undoing what nothing is left of is undoing all the same.
    golden.one(again("a", &resting("a"))).await;
    let before = golden.epoch().await;
    let undone = undo(&golden, LAW, None).await.unwrap();
    assert_eq!((undone.epoch, undone.suspensions.len()), (before, 0));
    assert_eq!(undo(&golden, LAW, None).await.unwrap_err().code, Code::NothingToUndo);
    assert_eq!(undo(&golden, "other", None).await.unwrap_err().code, Code::NothingToUndo);
    assert_eq!(golden.epoch().await, before);
    let told = changes(&golden).await;
    let told: Vec<_> = told.iter().map(|one| (one.number, one.undone_at.is_some())).collect();
    assert_eq!(told, [(4, false), (3, true), (2, true), (1, true)]);
}

pub(crate) async fn a_change_in_force_is_not_made_twice(golden: Golden) {
    golden.one(serve("a", &resting("a"))).await;
    let first = change(&golden, LAW, "2025").await;
    let later = golden.at("2026-02-03T04:05:06.000007Z");
    for (document, version) in [(LAW, "2025"), ("d.lgs. 66/2003", " 2025 ")] {
        let again = change(&later, document, version).await;
        let expected = ReferenceChanged { unchanged: true, suspensions: vec![], ..first.clone() };
        assert_eq!(again, expected);
    }
    assert_eq!((golden.epoch().await, changes(&golden).await.len()), (Epoch(2), 1));
    golden.one(again("a", &resting("a"))).await;
    assert!(change(&golden, LAW, "2025").await.unchanged, "it was approved knowing of it");
    assert_eq!(held(&golden).await, ["a: "]);
    change(&golden, LAW, "2026").await;
    assert!(!change(&golden, LAW, "2025").await.unchanged, "back to what it was");
    assert_eq!(held(&golden).await, ["a: 2026 2025"]);
    undo(&golden, LAW, None).await.unwrap();
    undo(&golden, LAW, None).await.unwrap();
    assert!(change(&golden, LAW, "2025").await.unchanged, "the first one is in force");
    undo(&golden, LAW, None).await.unwrap();
    assert_eq!(change(&golden, LAW, "2025").await.change.number, 4);
}

pub(crate) async fn retiring_ends_a_suspension(golden: Golden) {
    golden.one(serve("a", &resting("a"))).await;
    golden.one(serve("b", &resting("b"))).await;
    change(&golden, LAW, "2025").await;
    golden.one(retire("a")).await;
    let suspended = async || -> Vec<_> {
        changes(&golden).await[0].entries.iter().map(|entry| entry.suspended).collect()
    };
    assert_eq!(suspended().await, [false, true]);
    golden.one(retire("b")).await;
    assert_eq!(suspended().await, [false, false]);
    // Nothing that is served changes by undoing it then.
    let before = golden.epoch().await;
    let undone = undo(&golden, LAW, None).await.unwrap();
    assert_eq!((undone.epoch, undone.suspensions.len()), (before, 0));
    golden.one(publish("a", 1, &resting("a"))).await;
    assert_eq!(held(&golden).await, ["a: "]);
}

pub(crate) async fn changes_are_per_tenant_and_come_in_pages(golden: Golden) {
    let other = golden.of_tenant("other");
    golden.one(serve("a", &resting("a"))).await;
    other.one(serve("a", &resting("a"))).await;
    change(&golden, LAW, "2025").await;
    assert_eq!(
        (held(&golden).await, held(&other).await),
        (vec!["a: 2025".into()], vec!["a: ".into()])
    );
    assert_eq!((golden.epoch().await, other.epoch().await), (Epoch(2), Epoch(1)));
    assert_eq!(undo(&other, LAW, None).await.unwrap_err().code, Code::NothingToUndo);
    assert_eq!(change(&other, LAW, "2025").await.change.number, 1);
    // Nothing rests on it, and nobody has heard of the tenant: it is kept all the same.
    let empty = golden.of_tenant("empty");
    assert_eq!(changes(&empty).await, []);
    let law = Document::new(LAW).unwrap();
    assert_eq!(empty.store().resting_on(&empty.tenant, &law, "2025").await.unwrap(), []);
    let done = change(&empty, "Help Center: Plans / Pause", "v2").await;
    assert_eq!((done.epoch, done.change.entries.len()), (Epoch(0), 0));
    assert_eq!(changes(&empty).await, [done.change]);
    for version in 2..6 {
        change(&empty, if version % 2 == 0 { "even" } else { "odd" }, &version.to_string()).await;
    }
    let page = async |document: Option<&str>, before, limit| {
        let document = document.map(|name| Document::new(name).unwrap());
        let store = empty.store();
        let page = store.reference_changes(&empty.tenant, document.as_ref(), before, limit);
        page.await.unwrap().iter().map(|one| one.number).collect::<Vec<_>>()
    };
    assert_eq!(page(None, None, 2).await, [5, 4]);
    assert_eq!(page(None, Some(4), 2).await, [3, 2]);
    assert_eq!(page(Some("EVEN"), None, 9).await, [4, 2]);
    assert_eq!(page(Some("even"), Some(4), 9).await, [2]);
}

pub(crate) async fn suspensions_are_journalled(golden: Golden) {
    let golden = golden.at("1970-01-01T00:00:00.000007Z");
    golden.commit(vec![serve("a", &resting("a")), serve("b", &resting("b"))]).await.unwrap();
    change(&golden, LAW, "2025").await;
    change(&golden, "unknown", "2").await;
    golden.one(again("a", &resting("a"))).await;
    undo(&golden, LAW, None).await.unwrap();
    let Some(log) = golden.backend.log().await else { return };
    assert_eq!(
        log.journal[2..],
        [
            "default 2 0 suspended a 1 7",
            "default 2 1 suspended b 1 7",
            "default 3 0 published a 1 7",
            "default 4 0 resumed b 1 7",
        ]
    );
    assert_eq!(
        log.audit[2..],
        [
            r#"7 anna reference_changed default {"change":1,"document":"D.Lgs. 66/2003","entries":2,"reason":"why","to":"2025"}"#,
            r#"7 anna suspended default a 1 {"change":1,"reference":"art. 10 D.Lgs. 66/2003"}"#,
            r#"7 anna suspended default b 1 {"change":1,"reference":"art. 10 D.Lgs. 66/2003"}"#,
            r#"7 anna reference_changed default {"change":2,"document":"unknown","entries":0,"reason":"why","to":"2"}"#,
            r#"7 anna published default a 1 {"lifted":[1],"model":"model-a","replaces":1,"written":false}"#,
            r#"7 anna reference_change_undone default {"change":1,"document":"D.Lgs. 66/2003","entries":1,"reason":null}"#,
            r#"7 anna resumed default b 1 {"change":1}"#,
        ]
    );
}

pub(crate) async fn a_change_with_a_key_is_made_once(golden: Golden) {
    golden.one(serve("a", &resting("a"))).await;
    let once = |key: &str, byte| Once::new(format!("anna/{key}"), [byte; 32]);
    let new = |once| NewChange {
        tenant: golden.tenant.clone(),
        document: Document::new("guide").unwrap(),
        version: "2".into(),
        by: golden.actor.clone(),
        reason: None,
        at: golden.at,
        once: Some(once),
    };
    let back = |once| UndoChange {
        tenant: golden.tenant.clone(),
        document: Document::new("guide").unwrap(),
        version: None,
        by: golden.actor.clone(),
        reason: None,
        at: golden.at,
        once: Some(once),
    };
    let store = golden.store();
    let first = once("c", 1);
    let heard = first.clone();
    let first = store.change_reference(&new(first)).await.unwrap();
    assert!(!heard.is_replayed());
    let again = store.change_reference(&new(heard.clone())).await.unwrap();
    assert!(again.replayed && !first.replayed && heard.is_replayed());
    assert_eq!(ReferenceChanged { replayed: false, ..again }, first);
    assert_eq!((changes(&golden).await.len(), held(&golden).await), (1, vec!["a: 2".to_owned()]));
    let undone = store.undo_reference_change(&back(once("u", 1))).await.unwrap();
    // Without the key there would be nothing to undo.
    let again = store.undo_reference_change(&back(once("u", 1))).await.unwrap();
    assert_eq!(ReferenceChanged { replayed: false, ..again }, undone);
    // Nor does the first one come back.
    assert!(store.change_reference(&new(once("c", 1))).await.unwrap().replayed);
    assert_eq!(held(&golden).await, ["a: "]);
    let refused = store.change_reference(&new(once("c", 2))).await;
    assert_eq!(refused.unwrap_err().code, Code::IdempotencyReused);
    let refused = store.undo_reference_change(&back(once("u", 2))).await;
    assert_eq!(refused.unwrap_err().code, Code::IdempotencyReused);
    assert_eq!(golden.epoch().await, undone.epoch);
}

/// A set of which not all is read at a time.
pub(crate) async fn what_rests_is_found_in_a_large_set(golden: Golden) {
    const ENTRIES: usize = 1100;
    let name = |number: usize| format!("e{number:04}");
    let rests = |number: &usize| number % 2 == 1;
    let set = (0..ENTRIES).map(|number| match rests(&number) {
        true => serve(&name(number), &resting("a")),
        false => serve(&name(number), &bare("a")),
    });
    golden.commit(set.collect()).await.unwrap();
    let done = change(&golden, LAW, "2025").await;
    let expected: Vec<_> = (0..ENTRIES).filter(rests).map(|number| id(&name(number))).collect();
    let found: Vec<_> = done.suspensions.into_iter().map(|(id, _)| id).collect();
    assert_eq!(found, expected);
    let held = golden.served().await.entries.into_iter().filter(|it| !it.suspensions.is_empty());
    assert_eq!(held.map(|entry| entry.id).collect::<Vec<_>>(), expected);
}
