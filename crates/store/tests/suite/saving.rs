//! Saves: numbering, equal saves, drafts, and that what is written is what was given.

use goldenset_core::{EntryContent, EntryStatus, Epoch, Reference, Validity};
use jiff::civil::date;

use super::kit::{Golden, content, draft, embeddings, id, serve, served};

pub(crate) async fn versions_count_from_one(golden: Golden) {
    for (version, text) in (1..).zip(["one", "two", "three", "two"]) {
        let applied = golden.one(draft("a", &content(text))).await;
        assert_eq!((applied.version, applied.changed), (version, true));
    }
    assert_eq!(golden.one(draft("b", &content("one"))).await.version, 1);
}

pub(crate) async fn equal_save_writes_nothing(golden: Golden) {
    golden.one(draft("a", &content("one"))).await;
    let again = golden.one(draft("a", &content("one"))).await;
    assert_eq!((again.version, again.changed, again.status), (1, false, EntryStatus::Draft));
    golden.one(serve("a", &content("one"))).await;
    let log = golden.backend.log().await;
    let later = golden.at("2027-01-01T00:00:00Z");
    for change in [draft("a", &content("one")), serve("a", &content("one"))] {
        let commit = later.commit(vec![change]).await.unwrap();
        let applied = &commit.applied[0];
        assert_eq!((commit.epoch, applied.version, applied.changed), (Epoch(1), 1, false));
        assert_eq!((applied.status, applied.published_version), (EntryStatus::Published, Some(1)));
    }
    assert_eq!(golden.store().versions(&golden.tenant, &id("a")).await.unwrap().len(), 1);
    assert_eq!(golden.served().await.entries[0].published_at, golden.at);
    if let (Some(before), Some(after)) = (log, golden.backend.log().await) {
        assert_eq!((before.journal, before.audit), (after.journal, after.audit));
    }
}

pub(crate) async fn every_field_makes_a_version(golden: Golden) {
    let edits: [fn(&mut EntryContent); 15] = [
        |c| c.question.push(' '),
        |c| c.answer.push('\n'),
        |c| c.alternatives.reverse(),
        |c| c.alternatives.truncate(1),
        |c| c.references.reverse(),
        |c| c.tags.reverse(),
        |c| c.tags.clear(),
        |c| c.category = None,
        |c| c.lang = Some("EN".into()),
        |c| c.validity.valid_from = None,
        |c| c.validity.valid_until = Some(date(2025, 1, 1)),
        |c| c.review_by = None,
        |c| c.references[0].document = Some("d".into()),
        |c| c.references[0].version = Some("d".into()),
        |c| c.references[0].document = None,
    ];
    let mut content = content("one");
    golden.one(draft("a", &content)).await;
    for (version, edit) in (2..).zip(edits) {
        edit(&mut content);
        let applied = golden.one(draft("a", &content)).await;
        assert_eq!((applied.version, applied.changed), (version, true));
    }
}

/// References of every form.
fn of(number: u32, odd: &str) -> Reference {
    let some = |wanted: u32| (number & wanted > 0).then(|| format!("{odd} {wanted}"));
    Reference { text: format!("art. {number} {odd}"), document: some(1), version: some(2) }
}

pub(crate) async fn content_survives_byte_for_byte(golden: Golden) {
    let odd = "e\u{301} é ﬁ ½ \u{202e}abc\u{202c} 👩‍👩‍👧 \u{feff}x\u{2028}y\u{a0} ß İ ı ' \" \\ % _ ? $1 ; -- \r\n\t\u{1}\u{7f}\u{10ffff}";
    let contents = [
        EntryContent {
            question: odd.into(),
            alternatives: vec![odd.into(), "same".into(), "same".into(), String::new(), " ".into()],
            answer: format!("# {odd}\n\n```sql\nDROP TABLE entries;\n```\n{}", "à".repeat(100_000)),
            references: (0..200).map(|number| of(number, odd)).collect(),
            category: Some(odd.into()),
            tags: vec!["b".into(), "a".into(), "b".into()],
            lang: Some(String::new()),
            validity: Validity {
                valid_from: Some(date(1, 1, 1)),
                valid_until: Some(date(9999, 12, 31)),
            },
            review_by: Some(date(9999, 12, 31)),
        },
        EntryContent {
            question: "q".into(),
            alternatives: vec![],
            answer: "a".into(),
            references: vec![],
            category: None,
            tags: vec![],
            lang: None,
            validity: Validity::default(),
            review_by: None,
        },
        content("plain"),
    ];
    for (number, content) in contents.iter().enumerate() {
        let entry = format!("{odd}{number}").replace(char::is_control, "");
        golden.one(serve(&entry, content)).await;
        let record = golden.store().entry(&golden.tenant, &id(&entry)).await.unwrap();
        assert_eq!((record.id.as_str(), &record.content), (entry.as_str(), content));
        let set = golden.served().await;
        let found = set.entries.iter().find(|published| published.id == record.id).unwrap();
        assert_eq!(&found.content, content);
        assert_eq!(found.embeddings.as_ref(), Some(&embeddings(&golden.model, content)));
    }
    let records = golden.store().entries(&golden.tenant, None, 10).await.unwrap();
    assert!(records.iter().map(|record| &record.content).eq(&contents));
}

pub(crate) async fn draft_is_not_served(golden: Golden) {
    let commit = golden.commit(vec![draft("a", &content("one"))]).await.unwrap();
    assert_eq!((commit.epoch, commit.applied[0].status), (Epoch(0), EntryStatus::Draft));
    assert_eq!(commit.applied[0].published_version, None);
    assert_eq!(golden.serves().await, served(&[]));
    let record = golden.store().entry(&golden.tenant, &id("a")).await.unwrap();
    assert_eq!((record.status, record.published_version), (EntryStatus::Draft, None));
    assert_eq!((record.author, record.created_at), (golden.actor.clone(), golden.at));
    assert_eq!(record.published_at, None);
}

pub(crate) async fn draft_leaves_the_served_version(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    let applied = golden.one(draft("a", &content("two"))).await;
    assert_eq!((applied.version, applied.status), (2, EntryStatus::Published));
    assert_eq!(applied.published_version, Some(1));
    let set = golden.served().await;
    assert_eq!((set.stamp.epoch, set.entries[0].version), (Epoch(1), 1));
    assert_eq!(set.entries[0].content, content("one"));
    let head = golden.store().entry(&golden.tenant, &id("a")).await.unwrap();
    assert_eq!((head.version, head.published_version, head.published_at), (2, Some(1), None));
}
