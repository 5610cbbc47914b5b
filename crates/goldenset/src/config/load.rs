//! Puts the layers over one another and checks all of them before anything is used.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use goldenset_core::{Code, Error, Result};
use toml::{Table, Value};

use super::fault::{Fault, refuse};
use super::keys::{KEYS, Key, find};
use super::rule::{Given, Rule};
use super::show::{Notice, Setting, Source};
use super::{Config, JudgeKind, JudgeStyle, Provider, Search, environment, file};

/// The lowest layer: every key with its default and what it means, as TOML with comments.
pub const DEFAULT: &str = include_str!("default.toml");

/// The file that is read when none is named.
pub const FILE: &str = "./goldenset.toml";
/// The name in the environment that names the file.
const FILE_NAME: &str = "GOLDENSET_CONFIG";

/// Where settings come from.
#[derive(Debug)]
pub struct Layers<'a> {
    /// The file that the command line names.
    pub file: Option<PathBuf>,
    /// The environment: `std::env::vars_os().collect()`.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// What else the command line sets.
    pub flags: &'a [Flag],
    /// The folder that relative paths of files start at: the working directory.
    pub folder: &'a Path,
}

/// A setting on the command line.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The key: `server.listen`.
    pub key: &'static str,
    /// Its value, as text.
    pub value: String,
    /// The flag: `--listen`.
    pub name: &'static str,
}

/// Checked settings, and where each came from.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What should be told to the operator, none of it an error.
    pub notices: Vec<Notice>,
    /// Every key in the order of `default.toml`.
    pub(super) settings: Vec<Setting>,
}

/// Reads all layers: default, file (the one named on the command line, else by `GOLDENSET_CONFIG`,
/// else `./goldenset.toml` where there is one), environment, command line.
///
/// # Errors
/// `config_invalid` that names every fault of every layer, also of values that a later layer
/// replaces; `file_unreadable` for a file that is named and cannot be read.
pub fn load(layers: &Layers<'_>) -> Result<Loaded> {
    let mut faults = Vec::new();
    let mut notices = Vec::new();
    let mut settings = defaults()?;
    let mut set = |key: &'static Key, given, source: Source, faults: &mut Vec<Fault>| {
        if let Some(fault) = misplaced_secret(key, &given, &source) {
            faults.push(fault);
            return;
        }
        match key.rule.read(given) {
            Ok(value) => {
                if let Some(setting) = settings.iter_mut().find(|old| old.key.name == key.name) {
                    *setting = Setting { key, value, source };
                }
            }
            Err(detail) => faults.push(Fault::new(key.name, source, detail)),
        }
    };
    if let Some((path, text)) = read_file(layers)? {
        for entry in file::parse(&text, &path, &mut faults) {
            let source = Source::File { path: path.clone(), line: entry.line };
            set(entry.key, entry.given, source, &mut faults);
        }
    }
    for entry in environment::parse(layers.environment, &mut faults, &mut notices) {
        let source = Source::Environment(entry.name);
        set(entry.key, Given::Untyped(entry.value), source, &mut faults);
    }
    for flag in layers.flags {
        let source = Source::Flag(flag.name);
        match find(flag.key) {
            Some(key) => set(key, Given::Untyped(flag.value.clone()), source, &mut faults),
            None => faults.push(Fault::unknown(flag.key, source, |key| key.name.to_owned())),
        }
    }
    refuse(&faults)?;
    let config = typed(&settings)?;
    refuse(&contradictions(&config, &settings))?;
    Ok(Loaded { config, notices, settings })
}

fn defaults() -> Result<Vec<Setting>> {
    let mut faults = Vec::new();
    let mut settings = Vec::new();
    for entry in file::parse(DEFAULT, Path::new("default.toml"), &mut faults) {
        match entry.key.rule.read(entry.given) {
            Ok(value) => {
                settings.push(Setting { key: entry.key, value, source: Source::Default });
            }
            Err(detail) => faults.push(Fault::new(entry.key.name, Source::Default, detail)),
        }
    }
    if faults.is_empty() && settings.len() == KEYS.len() {
        return Ok(settings);
    }
    Err(Error::new(Code::Internal, format!("the compiled settings are wrong: {faults:?}")))
}

/// The file's name as it is shown, and its text.
fn read_file(layers: &Layers<'_>) -> Result<Option<(PathBuf, String)>> {
    let from_environment = layers
        .environment
        .get(OsStr::new(FILE_NAME))
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    let named = layers.file.clone().or(from_environment);
    let path = match named {
        Some(path) => path,
        None if layers.folder.join(FILE).symlink_metadata().is_ok() => PathBuf::from(FILE),
        None => return Ok(None),
    };
    let shown = path.display().to_string();
    let unreadable = |cause: std::io::Error| {
        Error::new(Code::FileUnreadable, format!("the configuration file {shown}: {cause}"))
            .field(shown.clone())
            .fix("name a file that can be read, with --config or GOLDENSET_CONFIG, or none")
            .cause(cause)
    };
    let bytes = std::fs::read(layers.folder.join(&path)).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = error.as_bytes().iter().take(at);
            let line = 1 + before.filter(|byte| **byte == b'\n').count();
            let detail = format!("the configuration file {shown} is not UTF-8 on line {line}");
            Err(Error::new(Code::ConfigInvalid, detail).field(shown).fix("save it as UTF-8"))
        }
    }
}

/// A key in a file or on the command line is read by more people than the one who wrote it.
fn misplaced_secret(key: &'static Key, given: &Given, source: &Source) -> Option<Fault> {
    let place = match source {
        Source::File { .. } => "a file",
        Source::Flag(_) => "a command line",
        Source::Default | Source::Environment(_) => return None,
    };
    let empty = match given {
        Given::Untyped(text) | Given::Text(text) => text.is_empty(),
        _ => false,
    };
    (matches!(key.rule, Rule::Key) && !empty).then(|| {
        let detail = format!("must not stand in {place}");
        let name = key.common_name.map_or_else(|| key.own_name(), str::to_owned);
        Fault::new(key.name, source.clone(), detail)
            .fix(format!("take it out, replace the key, and set {name} in the environment"))
    })
}

fn typed(settings: &[Setting]) -> Result<Config> {
    let mut sections = Table::new();
    for setting in settings {
        let (section, name) = setting.key.name.split_once('.').unwrap_or_default();
        let section = sections.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(keys) = section {
            keys.insert(name.to_owned(), setting.value.clone());
        }
    }
    // The rules have let only values through that have the types of the struct.
    sections.try_into().map_err(|cause| {
        let detail = format!("checked settings do not fit: {}", cause.message());
        Error::new(Code::Internal, detail)
    })
}

/// Settings that are good alone and wrong together.
fn contradictions(config: &Config, settings: &[Setting]) -> Vec<Fault> {
    let Config { embedding, judge, server, curation, store, .. } = config;
    let no_key = embedding.provider == Provider::OpenAi
        && embedding.base_url.starts_with("https://api.openai.com/")
        && embedding.api_key.expose().is_none();
    let no_folder = judge.kind == JudgeKind::Local && judge.path.is_none();
    let no_model = judge.kind == JudgeKind::Rerank
        && judge.style == JudgeStyle::Cohere
        && judge.model.trim().is_empty();
    // The last question of a batch begins to wait when another was late, and then waits as long.
    let no_patience = judge.kind != JudgeKind::None
        && judge.budget_ms.saturating_mul(2) >= server.request_timeout_ms;
    let no_unsure = judge.unsure_from > judge.unsure_to;
    let no_middle = curation.reject_below > curation.approve_from;
    let no_category = curation.thresholds.keys().any(|name| !curation.categories.contains(name));
    let no_database = store.search == Search::PgVector && store.database_url.expose().is_none();
    let faults = [
        (
            no_database,
            "store.search",
            "is pgvector, and golden sets in a data folder are searched in memory",
            "set DATABASE_URL to a Postgres database, or store.search to memory",
        ),
        (
            no_middle,
            "curation.reject_below",
            "is greater than curation.approve_from, so qualities between are both",
            "give a number that is not greater",
        ),
        (
            no_category,
            "curation.thresholds",
            "names a category that is not among curation.categories",
            "correct the name, or add the category",
        ),
        (
            no_unsure,
            "judge.unsure_from",
            "is greater than judge.unsure_to, so no score is unsure",
            "give a number that is not greater, or set judge.kind to none",
        ),
        (
            no_patience,
            "judge.budget_ms",
            "is half of server.request_timeout_ms or more, so requests would be given up while \
             they wait for the judge",
            "give less, or raise server.request_timeout_ms",
        ),
        (
            no_key,
            "embedding.api_key",
            "is empty, and api.openai.com answers to no one without a key",
            "set OPENAI_API_KEY in the environment, or another base_url",
        ),
        (
            no_folder,
            "judge.path",
            "is empty, and there is no bundled model that judges",
            "give the folder with judge.toml, the ONNX file and tokenizer.json, or set judge.kind \
             to none",
        ),
        (
            no_model,
            "judge.model",
            "is empty, and servers of this style have many models",
            "give the model's name as the server knows it",
        ),
    ];
    let found = faults.into_iter().filter(|(wrong, ..)| *wrong);
    found
        .filter_map(|(_, name, detail, fix)| {
            let setting = settings.iter().find(|setting| setting.key.name == name)?;
            Some(Fault::new(name, setting.source.clone(), detail).fix(fix))
        })
        .collect()
}
