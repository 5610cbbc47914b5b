//! The configuration as it is read from its layers, and what is said of it.

mod default;
mod faults;
mod layers;
mod notices;
mod secrets;
mod show;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use goldenset_core::{Code, Error};

use super::keys::{KEYS, find};
use super::load::{DEFAULT, Flag, Layers, Loaded, load};
use super::rule::Rule;
use super::show::Source;
use super::*;

/// What the layers over the default say.
#[derive(Default)]
struct Given<'a> {
    file: &'a str,
    environment: &'a [(&'a str, &'a str)],
    flags: &'a [(&'static str, &'a str, &'static str)],
}

impl Given<'_> {
    fn load(&self) -> Result<Loaded, Error> {
        let folder = tempfile::tempdir().unwrap();
        if !self.file.is_empty() {
            std::fs::write(folder.path().join("goldenset.toml"), self.file).unwrap();
        }
        self.load_in(folder.path(), None)
    }

    fn load_in(&self, folder: &Path, file: Option<&str>) -> Result<Loaded, Error> {
        let environment: BTreeMap<OsString, OsString> =
            self.environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let flags: Vec<_> = self
            .flags
            .iter()
            .map(|(key, value, name)| Flag { key, value: (*value).to_owned(), name })
            .collect();
        let file = file.map(PathBuf::from);
        load(&Layers { file, environment: &environment, flags: &flags, folder })
    }
}

fn in_file(file: &str) -> Given<'_> {
    Given { file, ..Given::default() }
}

fn in_environment<'a>(environment: &'a [(&'a str, &'a str)]) -> Given<'a> {
    Given { environment, ..Given::default() }
}

fn setting<'a>(loaded: &'a Loaded, name: &str) -> (String, &'a Source) {
    let setting = loaded.settings.iter().find(|setting| setting.key.name == name).unwrap();
    (setting.value.to_string(), &setting.source)
}
