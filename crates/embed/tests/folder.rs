//! Models in folders: every shape that is supported, and every fault that is named.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::fs;
use std::path::Path;

use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Error};
use goldenset_embed::{LocalEmbedder, LocalOptions};

#[path = "support/tiny.rs"]
mod tiny;

use tiny::{SETTINGS, Shape};

fn open(folder: &Path) -> Result<LocalEmbedder, Error> {
    LocalEmbedder::open(folder, LocalOptions::default())
}

/// The vector of `text` from a tiny model with these settings.
async fn vector(settings: &str, shape: Shape, text: &str) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write(folder.path(), settings, shape);
    let embedder = open(folder.path()).unwrap();
    assert_eq!(embedder.dimensions(), 3);
    embedder.embed(&[text.into()]).await.unwrap()[0].vector.to_vec()
}

fn unit(v: [f32; 3]) -> Vec<f32> {
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    v.iter().map(|x| x / norm).collect()
}

#[tokio::test]
async fn every_kind_of_model_is_read_as_it_is_meant() {
    let plain = Shape::default();
    let cls = SETTINGS.replace("mean", "cls");
    let none = SETTINGS.replace("mean", "none");
    let prefixed = format!("{SETTINGS}prefix = 'b '\n");
    let types = Shape { second_input: Some("token_type_ids"), ..plain };
    let pooled = Shape { pooled: true, ..plain };
    // token a is (1, 0, 0), b is (0, 2, 0), c is (3, 0, 4)
    let cases = [
        (SETTINGS, plain, "a", [1.0, 0.0, 0.0]),
        (SETTINGS, plain, "a b", [0.5, 1.0, 0.0]),
        (SETTINGS, plain, "c", [0.6, 0.0, 0.8]),
        (&cls, plain, "a b", [1.0, 0.0, 0.0]),
        (&none, pooled, "a b", [0.5, 1.0, 0.0]),
        (SETTINGS, pooled, "a b", [0.5, 1.0, 0.0]),
        (&prefixed, plain, "a", [0.5, 1.0, 0.0]),
        (SETTINGS, types, "a", [1.0, 0.0, 10.0]),
        (SETTINGS, Shape { second_input: Some("attention_mask"), ..plain }, "a", [10.0, 9.0, 9.0]),
        (SETTINGS, Shape { external: true, ..plain }, "c", [3.0, 0.0, 4.0]),
    ];
    for (settings, shape, text, expected) in cases {
        let got = vector(settings, shape, text).await;
        let close = got.iter().zip(unit(expected)).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close, "{settings} {text}: {got:?} is not {expected:?}");
    }
}

#[tokio::test]
async fn cuts_to_max_tokens() {
    let long = format!("{}b b b b", "a ".repeat(16));
    assert_eq!(vector(SETTINGS, Shape::default(), &long).await, [1.0, 0.0, 0.0]);
}

#[tokio::test]
async fn a_text_without_tokens_is_refused_and_the_next_is_not() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write(folder.path(), SETTINGS, Shape::default());
    let embedder = open(folder.path()).unwrap();
    let error = embedder.embed(&["a".into(), " ".into()]).await.unwrap_err();
    assert_eq!(error.code, Code::EmbeddingMismatch);
    assert!(embedder.embed(&["a".into()]).await.is_ok());
    let stats = embedder.stats().snapshot();
    assert_eq!((stats.calls, stats.texts, stats.failures), (2, 3, 1));
}

#[test]
fn the_id_changes_with_everything_that_changes_vectors() {
    let id = |settings: &str, shape: Shape, tokenizer: &str| {
        let folder = tempfile::tempdir().unwrap();
        tiny::write(folder.path(), settings, shape);
        fs::write(folder.path().join("tokenizer.json"), tokenizer).unwrap();
        open(folder.path()).unwrap().model().to_string()
    };
    let plain = Shape::default();
    let ids = [
        id(SETTINGS, plain, tiny::TOKENIZER),
        id(&SETTINGS.replace("tiny", "other"), plain, tiny::TOKENIZER),
        id(&SETTINGS.replace("mean", "cls"), plain, tiny::TOKENIZER),
        id(&SETTINGS.replace("16", "17"), plain, tiny::TOKENIZER),
        id(&format!("{SETTINGS}prefix = 'a '"), plain, tiny::TOKENIZER),
        id(SETTINGS, Shape { pooled: true, ..plain }, tiny::TOKENIZER),
        id(SETTINGS, Shape { external: true, ..plain }, tiny::TOKENIZER),
        id(SETTINGS, plain, &tiny::TOKENIZER.replace("\"a\"", "\"d\"")),
    ];
    let distinct: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    assert_eq!(id(&format!("{SETTINGS}dimensions = 3"), plain, tiny::TOKENIZER), ids[0]);
}

#[test]
fn faults_name_the_file_and_the_fix() {
    let check = |spoil: &dyn Fn(&Path), file: &str, what: &str| {
        let folder = tempfile::tempdir().unwrap();
        tiny::write(folder.path(), SETTINGS, Shape::default());
        spoil(folder.path());
        let error = open(folder.path()).err().unwrap();
        assert_eq!(error.code, Code::ModelUnusable, "{error:?}");
        let place = folder.path().join(file).display().to_string();
        let place = place.trim_end_matches('/');
        assert!(error.field.as_deref().unwrap().starts_with(place), "{error:?}");
        assert!(error.detail.contains(what), "{error:?}");
        assert!(error.fix.is_some(), "{error:?}");
    };
    let put = |folder: &Path, file: &str, text: &str| fs::write(folder.join(file), text).unwrap();
    let settings = |text: &'static str| {
        move |folder: &Path| put(folder, "embedding.toml", &format!("{SETTINGS}{text}\n"))
    };

    check(&|folder| fs::remove_dir_all(folder).unwrap(), "", "folder");
    for file in ["embedding.toml", "model.onnx", "tokenizer.json"] {
        check(&|folder| fs::remove_file(folder.join(file)).unwrap(), file, "is not there");
    }
    check(
        &|folder| fs::write(folder.join("embedding.toml"), [0xff]).unwrap(),
        "embedding.toml",
        "UTF-8",
    );
    check(&settings("layers = 3"), "embedding.toml: layers", "unknown field");
    check(&settings("model = 'graph.onnx'"), "graph.onnx", "is not there");
    check(&settings("dimensions = 384"), "model.onnx", "3 dimensions, not of 384");
    check(
        &|folder| put(folder, "embedding.toml", &SETTINGS.replace("mean", "none")),
        "model.onnx",
        "pooling",
    );
    check(&|folder| put(folder, "model.onnx", "not a model"), "model.onnx", "not an ONNX model");
    check(&|folder| put(folder, "model.onnx", ""), "model.onnx", "not an ONNX model");
    check(&|folder| put(folder, "tokenizer.json", "{}"), "tokenizer.json", "tokenizer");
    check(
        &|folder| {
            let shape = Shape { second_input: Some("position_ids"), ..Shape::default() };
            tiny::write(folder, SETTINGS, shape);
        },
        "model.onnx",
        "position_ids",
    );
    check(
        &|folder| {
            tiny::write(folder, SETTINGS, Shape { external: true, ..Shape::default() });
            fs::remove_file(folder.join("model.onnx_data")).unwrap();
        },
        "model.onnx",
        "not an ONNX model",
    );
    let long_name = format!("name = '{}'\npooling = 'mean'\nmax_tokens = 16\n", "n".repeat(200));
    check(&|folder| put(folder, "embedding.toml", &long_name), "model.onnx", "200 bytes");
}
