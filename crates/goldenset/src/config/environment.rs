//! The layer that is the environment: every key by its own name, some by a common one too.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::fault::Fault;
use super::keys::{KEYS, Key, PREFIX, alike};
use super::show::{Notice, Source};

/// What common names begin with that only goldenset reads.
const FAQ: &str = "FAQ_";

/// A value of a known key, and the name that it was found under.
pub(super) struct Entry {
    pub(super) key: &'static Key,
    pub(super) value: String,
    pub(super) name: String,
}

/// Reads the settings out of the environment.
pub(super) fn parse(
    environment: &BTreeMap<OsString, OsString>,
    faults: &mut Vec<Fault>,
    notices: &mut Vec<Notice>,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for key in KEYS {
        let own_name = key.own_name();
        let own = environment.get(OsStr::new(&own_name));
        // Set and empty is how shells and containers leave out a name that many programs read;
        // our own name is written for us and means what it says.
        let common = key.common_name.and_then(|name| {
            Some((name, environment.get(OsStr::new(name))?)).filter(|(_, value)| !value.is_empty())
        });
        let (name, value) = match (own, common) {
            (Some(own), Some((name, common))) => {
                if own != common {
                    let detail = format!("{own_name} is used and {name} is not: both set it");
                    notices.push(Notice::new(key.name, detail, "set one of the two"));
                }
                (own_name, own)
            }
            (Some(own), None) => (own_name, own),
            (None, Some((name, common))) => (name.to_owned(), common),
            (None, None) => continue,
        };
        match value.to_str() {
            Some(value) => entries.push(Entry { key, value: value.to_owned(), name }),
            None => {
                faults.push(Fault::new(key.name, Source::Environment(name), "is not UTF-8"));
            }
        }
    }
    for name in environment.keys() {
        let name = name.to_string_lossy();
        if let Some(rest) = name.strip_prefix(PREFIX) {
            if !KEYS.iter().any(|key| key.own_name() == name) {
                let key = rest.to_lowercase().replace("__", ".");
                let source = Source::Environment(name.into_owned());
                faults.push(Fault::unknown(&key, source, Key::own_name));
            }
        } else if let Some(meant) = look_alike(&name) {
            let fix = format!("did you mean {meant}?");
            let detail = format!("the environment has {name}, which is not read");
            notices.push(Notice::new("environment", detail, fix));
        }
    }
    entries
}

/// The name that was probably meant by one that is not read. Other programs may have names that
/// begin alike, so only a near miss counts.
fn look_alike(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("GOLDENSET_") {
        let letters = |text: &str| text.to_lowercase().replace(['_', '.'], "");
        let meant = KEYS.iter().find(|key| letters(key.name) == letters(rest));
        return meant.map(Key::own_name);
    }
    if !name.starts_with(FAQ) || KEYS.iter().any(|key| key.common_name == Some(name)) {
        return None;
    }
    let common = KEYS.iter().filter_map(|key| key.common_name);
    common.filter(|known| alike(known, name) >= 0.85).map(str::to_owned).next()
}
