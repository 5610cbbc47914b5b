//! A database that is put back from a back-up while nodes run: what they remember of the states that
//! were lost is of no use any more, also where the new history counts as far as the old one.

use std::path::Path;
use std::process::{Command, Stdio};

use super::kit::{Nodes, own_prefix, redis};
use crate::process::eventually;
use crate::schema::{named, server};

const QUESTION: &str = "Quanto dura la prova?";
const NEAR: &str = "vorrei sapere quanto dura la prova";

/// The back-up and the restoring of docs/operations.md, of one schema.
fn run(program: &str, arguments: &[&str]) {
    let program = Path::new(&named("GOLDENSET_TEST_POSTGRES_BIN")).join(program);
    let ran = Command::new(program)
        .args(arguments)
        .args(["--dbname", &server()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn nodes_notice_that_history_is_another_one() {
    let (url, prefix) = (named("GOLDENSET_TEST_REDIS"), own_prefix());
    let nodes = Nodes::configured(2, &redis(&url, &prefix));
    let (one, two) = (nodes.node(0), nodes.node(1));
    one.publishes("a", QUESTION, "Un mese.").with(201);
    one.publishes("b", "Chi paga la mensa?", "Il datore.").with(201);
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.sql");
    let (dump, schema) = (dump.to_str().unwrap(), nodes.schema.name());
    run("pg_dump", &["--schema", schema, "--clean", "--if-exists", "--file", dump]);
    for lost in ["Due mesi.", "Tre mesi."] {
        one.publishes("a", QUESTION, lost).with(200);
    }
    // Both remember what is lost now, and so does Redis.
    for node in &nodes.all {
        eventually("it follows", || node.asks(QUESTION).epoch() == 4);
        for query in [QUESTION, NEAR] {
            eventually("it is cached", || node.asks(query).cache().ends_with("_hit"));
            assert!(node.asks(query).text().contains("Tre mesi."));
        }
    }
    run("psql", &["--quiet", "--single-transaction", "--file", dump]);
    for node in &nodes.all {
        eventually("it is back", || node.asks(QUESTION).epoch() == 2);
        for query in [QUESTION, NEAR] {
            assert!(node.asks(query).text().contains("Un mese."), "{}", node.asks(query).text());
        }
    }
    // As many changes as were lost, of something else.
    for answer in ["Lo Stato.", "Nessuno."] {
        two.publishes("b", "Chi paga la mensa?", answer).with(200);
    }
    for node in &nodes.all {
        eventually("it follows", || node.asks(QUESTION).epoch() == 4);
        for query in [QUESTION, NEAR] {
            let reply = node.asks(query);
            assert!(reply.text().contains("Un mese.") && !reply.text().contains("Tre mesi."));
        }
        assert_eq!(node.answers("Chi paga la mensa?").as_deref(), Some("Nessuno."));
    }
}

/// Nobody asked between the loss and the new changes: the nodes see another history at the very
/// epoch that they were at.
#[test]
fn nodes_notice_also_where_the_count_is_the_same() {
    let mut nodes = Nodes::start(1);
    let one = nodes.node(0);
    one.publishes("a", QUESTION, "Un mese.").with(201);
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.sql");
    let (dump, schema) = (dump.to_str().unwrap().to_owned(), nodes.schema.name().to_owned());
    run("pg_dump", &["--schema", &schema, "--clean", "--if-exists", "--file", &dump]);
    one.publishes("a", QUESTION, "Due mesi.").with(200);
    assert_eq!(one.answers(QUESTION).as_deref(), Some("Due mesi."));
    assert!(one.asks(NEAR).text().contains("Due mesi."));
    one.signal("STOP");
    run("psql", &["--quiet", "--single-transaction", "--file", &dump]);
    nodes.add(&[]);
    nodes.node(1).publishes("b", "Chi paga la mensa?", "Il datore.").with(201);
    let one = nodes.node(0);
    one.signal("CONT");
    eventually("it notices", || one.answers(QUESTION).as_deref() == Some("Un mese."));
    assert!(one.asks(NEAR).text().contains("Un mese."));
    assert_eq!(one.answers("Chi paga la mensa?").as_deref(), Some("Il datore."));
}
