//! Cross-encoders in folders, where every score can be told beforehand.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::collections::HashSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use futures::future::join_all;
use futures::poll;
use goldenset_core::ports::{Pair, PairModel};
use goldenset_core::{Code, Error};
use goldenset_embed::{LocalJudge, LocalOptions};
use tempfile::TempDir;

#[path = "support/cross.rs"]
mod cross;

use cross::{Head, PLAIN, SETTINGS, Shape};

fn open(folder: &Path) -> Result<LocalJudge, Error> {
    let workers = NonZeroUsize::new(3).unwrap();
    LocalJudge::open(folder, LocalOptions { workers, ..LocalOptions::default() })
}

fn folder(settings: &str, shape: Shape) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    cross::write(folder.path(), settings, shape);
    folder
}

fn pair(question: &str, entry: &str) -> Pair {
    Pair { question: question.into(), entry: entry.into() }
}

async fn check(settings: &str, shape: Shape, question: &str, entry: &str, expected: f32) {
    let folder = folder(settings, shape);
    let judge = open(folder.path()).unwrap();
    let score = judge.judge(&[pair(question, entry)]).await.unwrap()[0];
    let close = (score - expected).abs() < 1e-4;
    assert!(close, "{settings} {question:?} {entry:?}: {score} is not {expected}");
}

// An unknown token is worth 3, a is worth 1, b 2, c 15, all ten times as much in the entry. Three
// tokens of the template are worth nothing and count in the mean.

#[tokio::test]
async fn every_kind_of_output_becomes_log_odds() {
    let head = |head| Shape { head, ..PLAIN };
    let two = SETTINGS.replace("logit", "two_logits");
    let share = SETTINGS.replace("logit", "probability");
    check(SETTINGS, PLAIN, "a", "b", 21.0 / 5.0).await;
    check(SETTINGS, PLAIN, "b", "a", 12.0 / 5.0).await;
    check(SETTINGS, PLAIN, "a b", "c", 153.0 / 6.0).await;
    // Of the two logits, no is what b is worth.
    check(&two, head(Head::TwoLogits), "a", "b", 21.0 / 5.0 - 20.0 / 5.0).await;
    check(&share, head(Head::Probability), "a", "b", 21.0 / 5.0).await;
    // A probability that is 1 in 32 bits is not certainty.
    check(&share, head(Head::Probability), "a", "c c c c", 16.118_095).await;
}

#[tokio::test]
async fn pairs_are_put_together_as_the_tokenizer_says() {
    let prefixed = format!("{SETTINGS}question_prefix = 'c '\nentry_prefix = 'b '\n");
    check(&prefixed, PLAIN, "a", "b", (16.0 + 40.0) / 7.0).await;
    // All ones: the mask says that everything is to be read.
    let masked = Shape { second_input: "attention_mask", ..PLAIN };
    check(SETTINGS, masked, "a", "b", 30.0 / 5.0).await;
    // A token of the template that somebody writes into a question is text like any other.
    check(SETTINGS, PLAIN, "a [SEP] b", "a", (1.0 + 9.0 + 2.0 + 10.0) / 9.0).await;
    check(SETTINGS, PLAIN, "", "a", 10.0 / 4.0).await;
}

#[tokio::test]
async fn the_longer_text_is_cut_first() {
    let (a, b) = (|n| "a ".repeat(n), |n| "b ".repeat(n));
    // 13 tokens are left of 16.
    check(SETTINGS, PLAIN, &a(4), &b(9), (4.0 + 180.0) / 16.0).await;
    check(SETTINGS, PLAIN, &a(4), &b(40), (4.0 + 180.0) / 16.0).await;
    check(SETTINGS, PLAIN, &a(40), &b(4), (9.0 + 80.0) / 16.0).await;
    check(SETTINGS, PLAIN, &a(20), &b(30), (6.0 + 140.0) / 16.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_pairs_get_the_same_bits_alone_among_others_and_under_load() {
    let folder = folder(SETTINGS, PLAIN);
    let judge = open(folder.path()).unwrap();
    let pairs = [pair("a b c", "b"), pair("b", "a b c"), pair("x", "c c"), pair("a b c", "b")];
    let mut alone = Vec::new();
    for one in &pairs {
        alone.push(judge.judge(std::slice::from_ref(one)).await.unwrap()[0].to_bits());
    }
    assert_eq!(alone[0], alone[3]);
    assert_eq!(alone.iter().collect::<HashSet<_>>().len(), 3);
    let bits = |scores: Vec<f32>| scores.into_iter().map(f32::to_bits).collect::<Vec<_>>();
    for scores in join_all((0..16).map(|_| judge.judge(&pairs))).await {
        assert_eq!(bits(scores.unwrap()), alone);
    }
    assert!(judge.judge(&[]).await.unwrap().is_empty());
    let stats = judge.stats().snapshot();
    assert_eq!((stats.calls, stats.pairs, stats.failures), (21, 68, 0));
    assert!(stats.time.as_nanos() > 0);
}

#[tokio::test]
async fn what_waits_is_bounded_and_what_nobody_waits_for_is_not_run() {
    let folder = folder(SETTINGS, PLAIN);
    let one = NonZeroUsize::MIN;
    let options = LocalOptions { workers: one, max_waiting: one };
    let judge = LocalJudge::open(folder.path(), options).unwrap();
    // So many that they wait as long as this test looks.
    let many = vec![pair("a", "b"); 1_000_000];
    let mut long = Box::pin(judge.judge(&many));
    assert!(poll!(&mut long).is_pending());
    let refused = judge.judge(&[pair("a", "b")]).await.unwrap_err();
    assert_eq!(refused.code, Code::Overloaded);
    assert!(refused.detail.contains("judge"), "{refused}");
    // Who gives up makes room at once.
    drop(long);
    assert!(judge.judge(&[pair("a", "b")]).await.is_ok());
    let stats = judge.stats().snapshot();
    assert_eq!((stats.calls, stats.failures, stats.abandoned), (3, 1, 1));
}

#[test]
fn the_id_changes_with_everything_that_changes_scores() {
    let id = |settings: &str, shape: Shape, tokenizer: &str| {
        let folder = folder(settings, shape);
        fs::write(folder.path().join("tokenizer.json"), tokenizer).unwrap();
        open(folder.path()).unwrap().model().to_string()
    };
    let tokenizer = cross::TOKENIZER;
    let share = Shape { head: Head::Probability, ..PLAIN };
    let ids = [
        id(SETTINGS, PLAIN, tokenizer),
        id(&SETTINGS.replace("tiny", "other"), PLAIN, tokenizer),
        id(&SETTINGS.replace("16", "17"), PLAIN, tokenizer),
        id(&format!("{SETTINGS}question_prefix = 'a '"), PLAIN, tokenizer),
        id(&format!("{SETTINGS}entry_prefix = 'a '"), PLAIN, tokenizer),
        id(SETTINGS, share, tokenizer),
        id(&SETTINGS.replace("logit", "probability"), share, tokenizer),
        id(SETTINGS, PLAIN, &tokenizer.replace("\"a\"", "\"d\"")),
    ];
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
    assert_eq!(ids[0], id(&format!("{SETTINGS}model = 'model.onnx'"), PLAIN, tokenizer));
    assert!(ids[0].starts_with("tiny/"), "{}", ids[0]);
}

#[test]
fn faults_name_the_file_and_the_fix() {
    let check = |spoil: &dyn Fn(&Path), file: &str, what: &str| {
        let folder = folder(SETTINGS, PLAIN);
        spoil(folder.path());
        let error = open(folder.path()).err().unwrap();
        assert_eq!(error.code, Code::ModelUnusable, "{error:?}");
        let place = folder.path().join(file).display().to_string();
        let place = place.trim_end_matches('/');
        assert!(error.field.as_deref().unwrap().starts_with(place), "{error:?}");
        assert!(error.detail.contains(what), "{error:?}");
        assert!(error.fix.is_some(), "{error:?}");
        assert!(!format!("{error:?}").contains("embedding"), "{error:?}");
    };
    let put = |folder: &Path, file: &str, text: &str| fs::write(folder.join(file), text).unwrap();
    let settings = |text: &'static str| {
        move |folder: &Path| put(folder, "judge.toml", &format!("{SETTINGS}{text}\n"))
    };
    let gives = |output: &'static str, head: Head| {
        move |folder: &Path| {
            let settings = SETTINGS.replace("logit", output);
            cross::write(folder, &settings, Shape { head, ..PLAIN });
        }
    };

    check(&|folder| fs::remove_dir_all(folder).unwrap(), "", "folder");
    for file in ["judge.toml", "model.onnx", "tokenizer.json"] {
        check(&|folder| fs::remove_file(folder.join(file)).unwrap(), file, "is not there");
    }
    check(&settings("layers = 3"), "judge.toml: layers", "unknown field");
    check(&settings("model = 'graph.onnx'"), "graph.onnx", "is not there");
    let of = |from: &'static str, to: &'static str| {
        move |folder: &Path| put(folder, "judge.toml", &SETTINGS.replace(from, to))
    };
    check(&of("logit", "softmax"), "judge.toml: output", "`softmax`");
    check(&of("output = 'logit'\n", ""), "judge.toml", "`output`");
    check(&of("16", "3"), "judge.toml: max_tokens", "16");
    check(&of("tiny", " "), "judge.toml: name", "empty");
    check(&|folder| put(folder, "model.onnx", "not a model"), "model.onnx", "not an ONNX model");
    check(&|folder| put(folder, "tokenizer.json", "{}"), "tokenizer.json", "tokenizer");
    let start = cross::TOKENIZER.find(r#""post_processor":"#).unwrap();
    let end = cross::TOKENIZER.find(r#""decoder""#).unwrap();
    let run_together =
        cross::TOKENIZER.replace(&cross::TOKENIZER[start..end], r#""post_processor":null,"#);
    check(&|folder| put(folder, "tokenizer.json", &run_together), "tokenizer.json", "parts");
    // The output is looked at when the model is loaded, not when somebody asks.
    check(&gives("two_logits", Head::Logit), "model.onnx", "[1, 1]");
    check(&gives("logit", Head::TwoLogits), "model.onnx", "[1, 2]");
    check(&gives("logit", Head::Three), "model.onnx", "[1, 3]");
    check(&gives("probability", Head::Hidden), "model.onnx", "[1, 5, 3]");
    check(&gives("probability", Head::Logit), "model.onnx", "6.6");
    check(
        &|folder| {
            let shape = Shape { second_input: "position_ids", ..PLAIN };
            cross::write(folder, SETTINGS, shape);
        },
        "model.onnx",
        "position_ids",
    );
    let long_name = SETTINGS.replace("tiny", &"n".repeat(200));
    check(&|folder| put(folder, "judge.toml", &long_name), "judge.toml", "200 bytes");
}
