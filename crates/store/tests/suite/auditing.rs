//! The audit sample.

use goldenset_core::decision::MatchType;
use goldenset_core::ports::{LogFilter, Once};
use goldenset_core::watch::{
    AuditId, AuditItem, AuditStatus, Drawn, Flush, JudgedCount, Judgement, Verdict,
};
use goldenset_core::{Code, VersionNumber};
use jiff::civil::date;

use super::counting::flush;
use super::kit::{Golden, content, id, serve};

impl Golden {
    fn drawn(&self, question: &str, version: VersionNumber) -> Drawn {
        Drawn {
            tenant: self.tenant.clone(),
            question: question.into(),
            entry: id("a"),
            version,
            match_type: MatchType::Semantic,
            score: 0.1 + 0.2,
            certified_by: Some(4),
            at: self.at,
        }
    }

    /// Queues under a number of its own; returns how many were left out.
    async fn queue(&self, number: u64, drawn: Vec<Drawn>, most_open: u64) -> u64 {
        let flush = Flush { drawn, most_open, ..flush(self, "one", number) };
        self.store().record(&flush).await.unwrap()
    }

    async fn items(&self, status: AuditStatus) -> Vec<AuditItem> {
        self.store().audit_items(&self.tenant, status, None, 100).await.unwrap()
    }

    fn says(&self, verdict: Verdict) -> Judgement {
        let (by, at) = (self.actor.clone(), self.at);
        Judgement { verdict, entry: None, unanswerable: false, by, comment: None, at }
    }

    async fn judge(&self, id: AuditId, judgement: &Judgement) -> AuditItem {
        self.store().judge(&self.tenant, id, judgement, None).await.unwrap()
    }
}

pub(crate) async fn drawn_answers_wait_once(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.one(serve("a", &content("two"))).await;
    let later = golden.at("2026-03-01T00:00:00.000001Z");
    let drawn = vec![golden.drawn("who?", 1), golden.drawn("who?", 2), golden.drawn("what?", 2)];
    assert_eq!(golden.queue(1, drawn, 10).await, 0);
    let newer = Drawn { certified_by: Some(5), ..later.drawn("who?", 2) };
    let again = vec![newer, Drawn { certified_by: None, ..golden.drawn("who?", 2) }];
    assert_eq!(later.queue(2, again.clone(), 10).await, 0);
    assert_eq!(later.queue(2, again, 10).await, 0, "the same flush once more");
    let open = golden.items(AuditStatus::Open).await;
    let shown: Vec<_> =
        open.iter().map(|item| (item.question.as_str(), item.version, item.times)).collect();
    assert_eq!(shown, [("who?", 1, 1), ("who?", 2, 3), ("what?", 2, 1)]);
    assert_eq!((open[1].first_at, open[1].last_at), (golden.at, later.at));
    assert_eq!(
        (open[0].entry_question.as_str(), open[1].entry_question.as_str()),
        ("one?", "two?")
    );
    assert_eq!(open[1].entry_answer, "**two**, by law.");
    assert_eq!((open[0].entry_id.as_str(), open[0].match_type), ("a", MatchType::Semantic));
    assert_eq!((open[0].score, open[0].certified_by), (0.1 + 0.2, Some(4)));
    assert_eq!(open[1].certified_by, Some(5), "the last that has one");
    assert!(open.iter().all(|item| item.judgement.is_none()));
    assert_eq!(golden.items(AuditStatus::Judged).await, []);
    // What was judged may be drawn again, and waits then as a new item.
    golden.judge(open[0].id, &golden.says(Verdict::Right)).await;
    assert_eq!(golden.queue(3, vec![golden.drawn("who?", 1)], 10).await, 0);
    let open = golden.items(AuditStatus::Open).await;
    assert_eq!((open.len(), open[2].times, open[2].version), (3, 1, 1));
}

pub(crate) async fn the_queue_is_bounded_by_tenant(golden: Golden) {
    let other = golden.of_tenant("other");
    golden.one(serve("a", &content("one"))).await;
    other.one(serve("a", &content("one"))).await;
    let drawn = |golden: &Golden| {
        let questions = ["a", "b", "c", "a", "d"];
        questions.map(|question| golden.drawn(question, 1)).to_vec()
    };
    assert_eq!(golden.queue(1, drawn(&golden), 2).await, 2);
    let open = golden.items(AuditStatus::Open).await;
    assert_eq!(open.iter().map(|item| item.times).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(golden.queue(2, drawn(&other), 3).await, 1);
    assert_eq!(golden.items(AuditStatus::Open).await.len(), 2);
    let tenants: Vec<_> = golden.store().open_items().await.unwrap();
    assert_eq!(tenants, [(golden.tenant.clone(), 2), (other.tenant.clone(), 3)]);
    // A judgement makes room.
    golden.judge(open[0].id, &golden.says(Verdict::Right)).await;
    assert_eq!(golden.queue(3, vec![golden.drawn("c", 1)], 2).await, 0);
    assert_eq!(golden.items(AuditStatus::Open).await.len(), 2);
    // Of tenants that are drawn in turns, each has its own room.
    let turns = ["x", "y", "z"].map(|one| [golden.drawn(one, 1), other.drawn(one, 1)]).concat();
    assert_eq!(golden.queue(4, turns, 4).await, 1 + 2);
    let tenants: Vec<_> = golden.store().open_items().await.unwrap();
    assert_eq!(tenants, [(golden.tenant.clone(), 4), (other.tenant.clone(), 4)]);
}

pub(crate) async fn items_come_in_pages(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    let drawn = (0..5).map(|number| golden.drawn(&number.to_string(), 1)).collect();
    golden.queue(1, drawn, 10).await;
    let page = async |after| {
        let page = golden.store().audit_items(&golden.tenant, AuditStatus::Open, after, 2).await;
        page.unwrap().into_iter().map(|item| (item.id, item.question)).collect::<Vec<_>>()
    };
    let mut seen = Vec::new();
    while let found @ [_, ..] = &page(seen.last().map(|(id, _)| *id)).await[..] {
        assert!(found.len() <= 2);
        seen.extend(found.to_vec());
    }
    assert!(seen.is_sorted_by_key(|(id, _)| *id));
    assert_eq!(seen.iter().map(|(_, text)| text.as_str()).collect::<String>(), "01234");
}

pub(crate) async fn judgements_are_kept_and_can_change(golden: Golden) {
    let golden = golden.at("1970-01-01T00:00:00.000007Z");
    golden.one(serve("a", &content("one"))).await;
    golden.queue(1, vec![golden.drawn("who?", 1)], 10).await;
    let item = golden.items(AuditStatus::Open).await.remove(0);
    let wrong = Judgement {
        entry: Some(id("b")),
        comment: Some("the other year".into()),
        ..golden.says(Verdict::Wrong)
    };
    let judged = golden.judge(item.id, &wrong).await;
    assert_eq!(judged, AuditItem { judgement: Some(wrong), ..item.clone() });
    assert_eq!(golden.items(AuditStatus::Judged).await, [judged]);
    assert_eq!(golden.items(AuditStatus::Open).await, []);
    let bruno = Golden { actor: "bruno".into(), ..golden.at("1970-01-01T00:00:01Z") };
    let none = Judgement { unanswerable: true, ..bruno.says(Verdict::Wrong) };
    assert_eq!(bruno.judge(item.id, &none).await.judgement, Some(none));
    let right = bruno.says(Verdict::Right);
    assert_eq!(bruno.judge(item.id, &right).await.judgement, Some(right.clone()));
    for (tenant, id) in [(&golden.of_tenant("other"), item.id), (&golden, AuditId(99))] {
        let error = tenant.store().judge(&tenant.tenant, id, &right, None).await.unwrap_err();
        assert_eq!(error.code, Code::UnknownAuditItem);
    }
    let Some(log) = golden.backend.log().await else { return };
    let said = |verdict: &str, entry: &str, rest: &str, by: &str, comment: &str| {
        format!(
            r#"{{"by":"{by}","comment":{comment},"entry":{entry},"unanswerable":{rest},"verdict":"{verdict}"}}"#
        )
    };
    let first = said("wrong", r#""b""#, "false", "anna", r#""the other year""#);
    let second = said("wrong", "null", "true", "bruno", "null");
    let third = said("right", "null", "false", "bruno", "null");
    let number = item.id;
    assert_eq!(
        log.audit[1..],
        [
            format!(
                r#"7 anna judged default a 1 {{"before":null,"item":{number},"judgement":{first}}}"#
            ),
            format!(
                r#"1000000 bruno judged default a 1 {{"before":{first},"item":{number},"judgement":{second}}}"#
            ),
            format!(
                r#"1000000 bruno judged default a 1 {{"before":{second},"item":{number},"judgement":{third}}}"#
            ),
        ]
    );
    assert_eq!(log.journal.len(), 1, "a judgement changes nothing that is served");
}

pub(crate) async fn judgements_are_counted_by_kind(golden: Golden) {
    let later = golden.at("2026-06-01T00:00:00Z");
    golden.one(serve("a", &content("one"))).await;
    let mut drawn: Vec<_> = (0..6).map(|n| later.drawn(&n.to_string(), 1)).collect();
    drawn[1].certified_by = None;
    drawn[2] = Drawn { match_type: MatchType::Signature, certified_by: None, ..drawn[2].clone() };
    drawn[3].at = golden.at;
    golden.queue(1, drawn, 10).await;
    for (place, item) in golden.items(AuditStatus::Open).await.into_iter().enumerate().take(5) {
        let verdict = if place % 2 == 0 { Verdict::Right } else { Verdict::Wrong };
        golden.judge(item.id, &golden.says(verdict)).await;
    }
    let count = |match_type, certified_by, right, wrong| JudgedCount {
        match_type,
        certified_by,
        right,
        wrong,
    };
    let (signature, semantic) = (MatchType::Signature, MatchType::Semantic);
    let recent = golden.store().judged(&golden.tenant, later.at).await.unwrap();
    let others = [count(semantic, None, 0, 1), count(signature, None, 1, 0)];
    assert_eq!(recent.len(), 3);
    assert!(others.iter().all(|one| recent.contains(one)), "{recent:?}");
    assert!(recent.contains(&count(semantic, Some(4), 2, 0)), "{recent:?}");
    let all = golden.store().judged(&golden.tenant, golden.at).await.unwrap();
    assert!(all.contains(&count(semantic, Some(4), 2, 1)), "{all:?}");
    assert_eq!(
        golden.store().judged(&golden.of_tenant("other").tenant, golden.at).await.unwrap(),
        []
    );
    // What was drawn last long ago is forgotten, judged or not; ids are not given again.
    let last = golden.items(AuditStatus::Open).await.remove(0).id;
    golden.store().forget(date(2020, 1, 1), later.at).await.unwrap();
    assert_eq!(golden.store().judged(&golden.tenant, golden.at).await.unwrap(), recent);
    let far = golden.at("2027-01-01T00:00:00Z").at;
    golden.store().forget(date(2020, 1, 1), far).await.unwrap();
    assert_eq!(golden.items(AuditStatus::Open).await, []);
    golden.queue(2, vec![golden.drawn("new", 1)], 10).await;
    assert!(golden.items(AuditStatus::Open).await[0].id > last);
}

pub(crate) async fn a_judgement_with_a_key_is_made_once(golden: Golden) {
    golden.one(serve("a", &content("one"))).await;
    golden.queue(1, vec![golden.drawn("who?", 1)], 10).await;
    let item = golden.items(AuditStatus::Open).await[0].id;
    let (right, wrong) = (golden.says(Verdict::Right), golden.says(Verdict::Wrong));
    let judge = async |judgement: &Judgement, byte| {
        let once = Once::new("anna/1".into(), [byte; 32]);
        golden.store().judge(&golden.tenant, item, judgement, Some(&once)).await
    };
    let logged = async || {
        let lines = golden.store().log(&golden.tenant, &LogFilter::default(), 100).await;
        lines.unwrap().len()
    };
    let first = judge(&right, 1).await.unwrap();
    golden.judge(item, &wrong).await;
    let before = logged().await;
    assert_eq!(judge(&right, 1).await.unwrap(), first);
    assert_eq!(judge(&right, 2).await.unwrap_err().code, Code::IdempotencyReused);
    // What was said in between stands.
    assert_eq!(golden.items(AuditStatus::Judged).await[0].judgement, Some(wrong));
    assert_eq!(logged().await, before);
}
