//! Words of tiny models, where every number can be told beforehand.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::fs;

use goldenset_core::ports::Embedder;
use goldenset_embed::{LocalEmbedder, LocalOptions};

#[path = "support/tiny.rs"]
mod tiny;

use tiny::{SETTINGS, Shape};

const UNIGRAM: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
"normalizer":null,"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always",
"split":true},"post_processor":null,"decoder":null,"model":{"type":"Unigram","unk_id":0,
"vocab":[["<unk>",0.0],["▁a",-1.0],["b",-2.0],["▁",-3.0]]}}"#;

const WORD_PIECE: &str = r###"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
"normalizer":null,"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":
"TemplateProcessing","single":[{"SpecialToken":{"id":"c","type_id":0}},{"Sequence":{"id":"A",
"type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
"special_tokens":{"c":{"id":"c","ids":[3],"tokens":["c"]}}},"decoder":null,"model":{"type":
"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
"vocab":{"[UNK]":0,"a":1,"##b":2,"c":3}}}"###;

/// A word: its text, its surprisal, its vector.
type Word = (String, f32, [f32; 3]);

async fn words(settings: &str, shape: Shape, tokenizer: &str, text: &str) -> Vec<Word> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write(folder.path(), settings, shape);
    fs::write(folder.path().join("tokenizer.json"), tokenizer).unwrap();
    let embedder = LocalEmbedder::open(folder.path(), LocalOptions::default()).unwrap();
    let embedding = embedder.embed(&[text.into()]).await.unwrap().remove(0);
    let word = |word: goldenset_core::embedding::WordVector<'_>| {
        let place = word.start as usize..word.end as usize;
        let number = |at: usize| f32::from(word.codes[at]) * word.scale;
        (text[place].to_owned(), word.surprisal, [number(0), number(1), number(2)])
    };
    embedding.words.iter().map(word).collect()
}

async fn check(settings: &str, tokenizer: &str, text: &str, expected: &[(&str, f32, [f32; 3])]) {
    let found = words(settings, Shape::default(), tokenizer, text).await;
    assert_eq!(found.len(), expected.len(), "{text:?}: {found:?}");
    for ((word, surprisal, vector), expected) in found.iter().zip(expected) {
        assert_eq!((word.as_str(), *surprisal), (expected.0, expected.1), "{text:?}");
        let close = vector.iter().zip(expected.2).all(|(a, b)| (a - b).abs() < 0.02);
        assert!(close, "{text:?} {word}: {vector:?} is not {:?}", expected.2);
    }
}

// Token 0 is (0, 0, 1), 1 is (1, 0, 0), 2 is (0, 2, 0), 3 is (3, 0, 4).

#[tokio::test]
async fn pieces_of_a_unigram_model_become_words() {
    let ab = ("ab", 3.0, [0.5, 1.0, 0.0]);
    check(SETTINGS, UNIGRAM, "ab", &[ab]).await;
    check(SETTINGS, UNIGRAM, "  ab  a ", &[ab, ("a", 1.0, [1.0, 0.0, 0.0])]).await;
    check(SETTINGS, UNIGRAM, "b", &[("b", 5.0, [1.5, 1.0, 2.0])]).await;
    // What has no piece is one unknown piece, 10 nats rarer than the rarest.
    check(
        SETTINGS,
        UNIGRAM,
        "è🦀 a",
        &[("è🦀", 16.0, [1.5, 0.0, 2.5]), ("a", 1.0, [1.0, 0.0, 0.0])],
    )
    .await;
    // Cut by max_tokens, the word that is cut through keeps the pieces that were read.
    let long = format!("{}bb", "a ".repeat(14));
    let found = words(SETTINGS, Shape::default(), UNIGRAM, &long).await;
    assert_eq!((found.len(), found[14].0.as_str(), found[14].1), (15, "b", 5.0));
}

#[tokio::test]
async fn a_prefix_is_no_word() {
    let with = |prefix: &str| format!("{SETTINGS}prefix = '{prefix}'\n");
    let ab = ("ab", 3.0, [0.5, 1.0, 0.0]);
    check(&with("a b: "), UNIGRAM, "ab", &[ab]).await;
    check(&with("è "), UNIGRAM, "b ab", &[("b", 5.0, [1.5, 1.0, 2.0]), ab]).await;
    check(&with("a"), UNIGRAM, "b ab", &[("b", 2.0, [0.0, 2.0, 0.0]), ab]).await;
    check(&with("a "), UNIGRAM, "", &[]).await;
}

#[tokio::test]
async fn pieces_of_a_word_piece_model_become_words() {
    let ab = ("ab", 0.0, [0.5, 1.0, 0.0]);
    let c = ("c", 0.0, [3.0, 0.0, 4.0]);
    check(SETTINGS, WORD_PIECE, "ab c abb", &[ab, c, ("abb", 0.0, [0.33, 1.33, 0.0])]).await;
    check(SETTINGS, tiny::TOKENIZER, "c a", &[c, ("a", 0.0, [1.0, 0.0, 0.0])]).await;
}

#[tokio::test]
async fn models_without_vectors_of_tokens_give_no_words() {
    let pooled = Shape { pooled: true, ..Shape::default() };
    let none = SETTINGS.replace("mean", "none");
    assert!(words(&none, pooled, tiny::TOKENIZER, "a b").await.is_empty());
    let cls = SETTINGS.replace("mean", "cls");
    assert_eq!(words(&cls, pooled, tiny::TOKENIZER, "a b").await.len(), 2);
}
