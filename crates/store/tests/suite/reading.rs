//! Reading: tenants apart, pages, histories.

use goldenset_core::{Code, Epoch};

use super::kit::{Golden, content, draft, id, retire, serve, served};

pub(crate) async fn tenants_are_apart(golden: Golden) {
    let (a, b) = (golden.of_tenant("a"), golden.of_tenant("b"));
    a.one(serve("x", &content("of a"))).await;
    b.one(serve("x", &content("of b"))).await;
    b.one(serve("y", &content("only b"))).await;
    for (own, text) in [(&a, "of a"), (&b, "of b")] {
        assert_eq!(own.served().await.entries[0].content, content(text));
        let record = own.store().entry(&own.tenant, &id("x")).await.unwrap();
        assert_eq!((record.tenant, record.content), (own.tenant.clone(), content(text)));
        assert_eq!(own.store().versions(&own.tenant, &id("x")).await.unwrap().len(), 1);
    }
    assert_eq!(a.store().entries(&a.tenant, None, 10).await.unwrap().len(), 1);
    assert_eq!(a.refused(retire("y")).await, Code::UnknownEntry);
    let missing = a.store().entry(&a.tenant, &id("y")).await.unwrap_err();
    assert_eq!(missing.code, Code::UnknownEntry);
    a.one(retire("x")).await;
    assert_eq!((a.serves().await, b.serves().await), (served(&[]), served(&[("x", 1), ("y", 1)])));
    let nobody = golden.of_tenant("nobody");
    assert_eq!((nobody.epoch().await, nobody.serves().await), (Epoch(0), served(&[])));
    assert_eq!(nobody.store().entries(&nobody.tenant, None, 10).await.unwrap(), []);
}

pub(crate) async fn pages_follow_each_other(golden: Golden) {
    let ids: Vec<_> = (0..23).map(|number| format!("e{number:02}")).collect();
    for text in ["old", "new"] {
        let changes = ids.iter().map(|id| draft(id, &content(&format!("{text} {id}"))));
        golden.commit(changes.collect()).await.unwrap();
    }
    golden.one(serve("e05", &content("new e05"))).await;
    golden.of_tenant("other").one(draft("e99", &content("other"))).await;
    for limit in [1, 5, 22, 23, 24, usize::MAX] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = golden.store().entries(&golden.tenant, after.as_ref(), limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            seen.extend(page);
        }
        assert!(seen.iter().map(|record| record.id.as_str()).eq(&ids), "limit {limit}");
        assert!(seen.iter().all(|record| {
            record.version == 2 && record.content == content(&format!("new {}", record.id))
        }));
    }
    let between = golden.store().entries(&golden.tenant, Some(&id("e05x")), 1).await.unwrap();
    assert_eq!(between[0].id, id("e06"));
    assert_eq!(golden.store().entries(&golden.tenant, None, 0).await.unwrap(), []);
}

pub(crate) async fn history_is_newest_first(golden: Golden) {
    let bruno = Golden { actor: "bruno".into(), ..golden.at("2026-05-05T05:05:05Z") };
    golden.one(serve("a", &content("one"))).await;
    bruno.one(draft("a", &content("two"))).await;
    golden.one(serve("a", &content("three"))).await;
    golden.one(draft("b", &content("other"))).await;
    let records = golden.store().versions(&golden.tenant, &id("a")).await.unwrap();
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            (record.version, record.author.as_str(), record.created_at, record.published_at)
        })
        .collect();
    assert_eq!(
        told,
        [
            (3, "anna", golden.at, Some(golden.at)),
            (2, "bruno", bruno.at, None),
            (1, "anna", golden.at, Some(golden.at)),
        ]
    );
    let texts = ["three", "two", "one"].map(content);
    assert!(records.iter().map(|record| &record.content).eq(&texts));
    assert!(records.iter().all(|record| record.published_version == Some(3)));
}
