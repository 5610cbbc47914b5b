//! Journal and audit log.

use super::kit::{Golden, content, draft, publish, retire, serve};

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
