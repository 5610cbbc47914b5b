//! An approved question is served, also in other spellings and other words; all else is refused.

use serde_json::{Value, json};

use crate::tenant::Tenant;

const QUESTION: &str = "Qual è l'aliquota IVA del 22 % sui libri usati?";
const ANSWER: &str = "**Nessuna**: i libri usati hanno un'altra aliquota.";

#[test]
fn approved_question_gets_the_whole_entry() {
    let tenant = Tenant::shared("whole-entry");
    let entry = json!({
        "question": QUESTION,
        "alternatives": ["IVA libri usati"],
        "answer": ANSWER,
        "references": ["art. 36 D.L. 41/1995", "circolare 12/E"],
        "category": "iva",
        "tags": ["libri", "margine"],
        "lang": "it",
        "publish": true,
    });
    tenant.put("iva%2F1", entry).with(201);
    let reason = "the question is one of the entry's approved phrasings";
    let served = json!({
        "entry_id": "iva/1",
        "version": 1,
        "question": QUESTION,
        "answer": ANSWER,
        "references": ["art. 36 D.L. 41/1995", "circolare 12/E"],
        "category": "iva",
        "tags": ["libri", "margine"],
        "lang": "it",
        "similarity": 1.0,
        "score": 1.0,
        "guards": [],
        "reason": reason,
    });
    let expected = json!({
        "decision": "serve",
        "match_type": "signature",
        "answer": served,
        "matches": [served],
        "reason": reason,
        "clarify": null,
        "calibration": null,
    });
    for phrasing in [QUESTION, "IVA libri usati"] {
        let reply = tenant.lookup(phrasing);
        assert_eq!(reply.with(200), expected, "{phrasing}");
        assert_eq!((reply.cache(), reply.epoch()), ("signature_hit", 1));
        assert!(reply.header("server-timing").starts_with("total;dur="));
    }
}

#[test]
fn spelling_does_not_matter() {
    let tenant = Tenant::shared("spelling");
    tenant.approve("iva", QUESTION, ANSWER);
    tenant.approve("bonus", "Entro il 31/12/2024 spettano 1.000,00 €?", "Sì.");
    let check = |query: &str, id: &str| {
        tenant.decides(query, json!({}), &format!("serve {id}"));
        assert_eq!(tenant.lookup(query).cache(), "signature_hit", "{query}");
    };
    check("qual è l'aliquota iva del 22% sui libri usati", "iva");
    check("QUAL È L’ALIQUOTA IVA DEL 22 PER CENTO SUI LIBRI USATI ???", "iva");
    check("  Qual  è l\u{2019}aliquota\u{a0}IVA del 22\u{a0}% sui libri\nusati?  ", "iva");
    check("Qual e\u{300} l'aliquota IVA del 22,0% sui libri usati?", "iva");
    check("entro il 31 dicembre 2024 spettano 1000 euro", "bonus");
    check("Entro il 31.12.2024 spettano € 1000?", "bonus");
}

#[test]
fn meaning_counts_and_not_only_words() {
    let tenant = Tenant::shared("meaning");
    tenant.approve(
        "reset",
        "How do I reset the password of my account?",
        "Use **Forgot password** on the sign-in page.",
    );
    tenant.approve("delete", "How do I delete my account?", "Under Settings, Close account.");
    tenant.approve("export", "Can I export a project as CSV?", "Yes, in the project's menu.");
    let few = tenant.lookup("how can the account password be reset").with(200);
    assert_eq!(few["decision"], "suggest", "three entries are too few for margins: {few}");
    assert_eq!(few["matches"][0]["entry_id"], "reset");
    for (id, question) in [
        ("invoice", "Where do I find my invoices?"),
        ("vat", "How do I add a VAT number?"),
        ("seats", "How many seats does the team plan have?"),
        ("sso", "Which identity providers does single sign-on support?"),
        ("api", "What is the rate limit of the API?"),
        ("trial", "How long does the free trial last?"),
        ("backup", "How often are backups made?"),
    ] {
        tenant.approve(id, question, "See the manual.");
    }
    let result = tenant.lookup("how can the account password be reset").with(200);
    assert_eq!(result["decision"], "serve", "{result}");
    assert_eq!(result["match_type"], "semantic");
    assert_eq!(result["answer"]["entry_id"], "reset");
    assert_eq!(result["answer"], result["matches"][0]);
    let score = result["answer"]["score"].as_f64().unwrap();
    assert!((0.9..1.0).contains(&score), "{score}");
}

#[test]
fn a_lone_entry_is_not_served_for_want_of_rivals() {
    let tenant = Tenant::shared("lone");
    tenant.approve("password", "How do I reset my password?", "On the sign-in page.");
    tenant.decides("How do I reset my router?", json!({}), "suggest (password)");
    let any = json!({ "min_similarity": 0 });
    tenant.decides("Qual è la ricetta della pizza?", any, "suggest (password)");
    tenant.decides("how do i reset my PASSWORD", json!({}), "serve password");
}

#[test]
fn what_the_entry_does_not_name_is_refused() {
    let tenant = Tenant::shared("refusal");
    tenant.approve("2024", "Quali sono le aliquote IRPEF nel 2024?", "23, 35 e 43 %.");
    tenant.approve("soglia", "Il bonus spetta con un reddito di 8.000 euro?", "Sì.");
    tenant.approve("ferie", "Posso rifiutare le ferie?", "No.");
    let check = |query: &str, id: &str, kind: &str, asked: &[&str], named: &[&str]| {
        let result = tenant.lookup_with(query, json!({ "min_similarity": 0 })).with(200);
        assert_eq!(result["decision"], "suggest", "{query}: {result}");
        assert_eq!((&result["match_type"], &result["answer"]), (&Value::Null, &Value::Null));
        let matches = result["matches"].as_array().unwrap();
        let candidate = matches.iter().find(|candidate| candidate["entry_id"] == id).unwrap();
        let guards = candidate["guards"].as_array().unwrap();
        let guard = guards.iter().find(|guard| guard["kind"] == kind).unwrap();
        assert_eq!(guard["query_values"], json!(asked), "{query}: {result}");
        assert_eq!(guard["entry_values"], json!(named), "{query}: {result}");
        assert_ne!(guard["effect"], "explain", "{query}: {result}");
        assert!(result["reason"].as_str().unwrap().starts_with("not verified: "));
    };
    check("Quali sono le aliquote IRPEF nel 2022?", "2024", "year", &["2022"], &["2024"]);
    check(
        "Il bonus spetta con un reddito di 9.000 euro?",
        "soglia",
        "amount",
        &["9000 eur"],
        &["8000 eur"],
    );
    check(
        "Quali sono le aliquote IRPEF nel 2024 per la circolare 12/E?",
        "2024",
        "legal_reference",
        &["circolare 12"],
        &[],
    );
}

#[test]
fn far_questions_are_missed() {
    let tenant = Tenant::shared("far");
    tenant.approve("ferie", "Posso rifiutare le ferie?", "No.");
    tenant.decides("How long should I boil an egg?", json!({}), "miss");
    tenant.decides("Posso rifiutare le ferie?", json!({}), "serve ferie");
}

#[test]
fn caches_are_seen_in_headers_only() {
    let tenant = Tenant::shared("caches");
    tenant.approve("a", "Quanto dura il periodo di prova?", "Sei mesi.");
    tenant.approve("b", "Quanto dura il preavviso?", "Un mese.");
    let query = "durata della prova per un impiegato";
    let all = json!({ "min_similarity": 0.0 });
    let ask = |body: &Value| tenant.lookup_with(query, body.clone());
    let first = ask(&all);
    assert_eq!((first.cache(), first.epoch()), ("miss", 2));
    assert!(first.header("server-timing").starts_with("embedding;dur="));
    let second = ask(&all);
    assert_eq!((second.cache(), second.epoch()), ("result_hit", 2));
    assert!(second.header("server-timing").starts_with("total;dur="));
    assert_eq!(first.bytes, second.bytes);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let other = ask(&json!({ "min_similarity": 0, "max_results": 1 }));
    assert_eq!(other.cache(), "embedding_hit");
    // A draft changes nothing that is served; a publish ends what was computed before it.
    tenant.put("c", json!({ "question": "Prova?", "answer": "x", "publish": false })).with(201);
    assert_eq!(ask(&all).cache(), "result_hit");
    tenant.approve("d", "Che cos'è la prova?", "Un patto.");
    let after = ask(&all);
    assert_eq!((after.cache(), after.epoch()), ("embedding_hit", 3));
    assert_eq!(after.json()["matches"].as_array().unwrap().len(), 3);
    // Another spelling is the same question.
    let spelled = tenant.lookup_with("DURATA della prova, per un impiegato!", all);
    assert_eq!((spelled.cache(), &spelled.bytes), ("result_hit", &after.bytes));
}
