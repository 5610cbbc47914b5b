//! Journal and audit log.

use goldenset_core::ports::{EntryChange, LogFilter};

use super::kit::{Golden, content, draft, id, publish, retire, serve};

pub(crate) async fn tells_what_changed_and_who_did_it(golden: Golden) {
    let bruno = Golden { actor: "bruno".into(), ..golden.at("1970-01-01T00:00:01Z") };
    let anna = golden.at("1970-01-01T00:00:00.000007Z");
    anna.one(draft("a", &content("one"))).await;
    anna.commit(vec![
        serve("b", &content("b")),
        draft("a", &content("two")),
        serve("c", &content("c")),
    ])
    .await
    .unwrap();
    bruno.one(publish("a", 1, &content("one"))).await;
    bruno.commit(vec![serve("a", &content("two")), retire("c")]).await.unwrap();
    bruno.of_tenant("other").one(serve("a", &content("other"))).await;
    let Some(log) = golden.backend.log().await else {
        return;
    };
    assert_eq!(
        log.journal,
        [
            "default 1 0 published b 1 7",
            "default 1 1 published c 1 7",
            "default 2 0 published a 1 1000000",
            "default 3 0 published a 2 1000000",
            "default 3 1 retired c 1 1000000",
            "other 1 0 published a 1 1000000",
        ]
    );
    assert_eq!(
        log.audit,
        [
            r#"7 anna saved default a 1 {}"#,
            r#"7 anna published default b 1 {"model":"model-a","replaces":null,"written":true}"#,
            r#"7 anna saved default a 2 {}"#,
            r#"7 anna published default c 1 {"model":"model-a","replaces":null,"written":true}"#,
            r#"1000000 bruno published default a 1 {"model":"model-a","replaces":null,"written":false}"#,
            r#"1000000 bruno published default a 2 {"model":"model-a","replaces":1,"written":false}"#,
            r#"1000000 bruno retired default c 1 {}"#,
            r#"1000000 bruno published other a 1 {"model":"model-a","replaces":null,"written":true}"#,
        ]
    );
}

pub(crate) async fn the_log_is_read_backwards(golden: Golden) {
    let store = golden.store();
    for text in ["a", "b", "c"] {
        golden.one(serve("a", &content(text))).await;
    }
    golden.one(serve("b", &content("b"))).await;
    let list = async |filter: LogFilter, limit| {
        let lines = store.log(&golden.tenant, &filter, limit).await.unwrap();
        lines.into_iter().map(|line| (line.id, line.version)).collect::<Vec<_>>()
    };
    let of_a = LogFilter { entry: Some(id("a")), ..LogFilter::default() };
    let newest = list(of_a.clone(), 2).await;
    assert_eq!(newest.iter().map(|line| line.1).collect::<Vec<_>>(), [Some(3), Some(2)]);
    let before = LogFilter { before: Some(newest[1].0), ..of_a };
    assert_eq!(list(before, 10).await.len(), 1);
    let nothing = LogFilter { action: Some("retired".into()), ..LogFilter::default() };
    assert!(list(nothing, 10).await.is_empty());
    let other = golden.of_tenant("other").tenant;
    assert!(store.log(&other, &LogFilter::default(), 10).await.unwrap().is_empty());
}

pub(crate) async fn a_roll_back_is_called_so_and_served_as_any_publish(golden: Golden) {
    let golden = golden.at("1970-01-01T00:00:00.000007Z");
    golden.one(serve("a", &content("old"))).await;
    golden.one(serve("a", &content("new"))).await;
    let mut back = publish("a", 1, &content("old"));
    if let EntryChange::Publish { rolls_back, .. } = &mut back {
        *rolls_back = true;
    }
    assert_eq!(golden.one(back).await.published_version, Some(1));
    let log = golden.store().log(&golden.tenant, &LogFilter::default(), 9).await.unwrap();
    let told: Vec<_> = log.iter().map(|line| (line.action.as_str(), line.version)).collect();
    assert_eq!(told, [("rolled_back", Some(1)), ("published", Some(2)), ("published", Some(1))]);
    // Whoever follows the journal serves it as it serves any version.
    let Some(log) = golden.backend.log().await else { return };
    assert_eq!(log.journal.last().unwrap(), "default 3 0 published a 1 7");
}
