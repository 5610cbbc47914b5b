//! The reference of the settings, written from the comments of the compiled default.

use super::keys::{KEYS, find};
use super::load::DEFAULT;
use super::rule::Rule;

const HEAD: &str = "\
# Configuration

<!-- Written from crates/goldenset/src/config/default.toml: change that file, then run
     GOLDENSET_UPDATE_DOCS=1 cargo test -p goldenset config -->

Settings come from four layers. Each one replaces what the one before it says:

1. the defaults below, compiled in;
2. a TOML file: the one named by `--config`, else by `GOLDENSET_CONFIG`, else `./goldenset.toml` where
   there is one;
3. the environment: every key as `GOLDENSET__SECTION__KEY`, in capitals, and some by a common name too;
4. the command line.

`goldenset config show` lists every setting with its value and where it came from; keys and passwords
are not shown. A key that does not exist, a value of the wrong type and one outside its limits are
errors, in every layer, and all of them are reported at once.

A file needs only the keys that differ:

```toml
[server]
listen = \"127.0.0.1:9000\"

[lookup]
time_zone = \"Europe/Rome\"
```
";

const COMMON: &str = "
## Common names

These names of the environment set a key too. Set and empty counts as not set, because other programs
may share them; where the `GOLDENSET__` name of the same key is set, that one is used, and a notice
says so. A `GOLDENSET__` name that is empty means the empty text.

| name | key |
|---|---|
";

/// The page `docs/configuration.md`.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut section = "";
    let mut comment: Vec<&str> = Vec::new();
    for line in DEFAULT.lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment.push(words);
            continue;
        }
        let comment = std::mem::take(&mut comment).join(" ");
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
            page += &format!("\n## `[{section}]`\n\n{comment}\n\n");
            page += "| key | default | may be | meaning |\n|---|---|---|---|\n";
        } else if let Some((name, default)) = line.split_once(" = ")
            && let Some(key) = find(&format!("{section}.{name}"))
        {
            let rule = allowed(key.rule);
            page += &format!("| `{name}` | `{default}` | {rule} | {comment} |\n");
        }
    }
    page += COMMON;
    for key in KEYS {
        if let Some(name) = key.common_name {
            page += &format!("| `{name}` | `{}` |\n", key.name);
        }
    }
    page
}

fn allowed(rule: Rule) -> String {
    match rule {
        Rule::OneOf(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        Rule::Whole(least, most) => format!("{least} to {most}"),
        Rule::PrivateUrl => "address".into(),
        Rule::Key => "text, only from the environment".into(),
        other => other.wanted(),
    }
}
