//! What changed between two contents, with the words marked.

use std::io::{self, IsTerminal, Write};

use goldenset_core::Result;
use serde_json::Value;

use super::listing::{cell, one_line};

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const PLAIN: &str = "\u{1b}[0m";

/// Writes every field that differs; colours when a person watches.
pub(super) fn write_changes(out: &mut dyn Write, changes: &Value) -> io::Result<()> {
    let coloured = io::stdout().is_terminal();
    let mut differs = false;
    for name in ["question", "answer"] {
        if let Some(marked) = marked(&changes[name], coloured) {
            differs = true;
            writeln!(out, "{name}:")?;
            marked.lines().try_for_each(|line| writeln!(out, "    {line}"))?;
        }
    }
    for name in ["alternatives", "references", "tags"] {
        for (list, (open, close), colour) in
            [("removed", ("[-", "-]"), RED), ("added", ("{+", "+}"), GREEN)]
        {
            for item in changes[name][list].as_array().into_iter().flatten() {
                differs = true;
                let item = item.get("text").unwrap_or(item);
                let text = paint(&format!("{open}{}{close}", cell(item)), colour, coloured);
                writeln!(out, "{name}: {text}")?;
            }
        }
    }
    for name in ["category", "lang", "valid_from", "valid_until", "review_by"] {
        let [old, new] = ["old", "new"].map(|side| &changes[name][side]);
        if old != new {
            differs = true;
            let old = paint(&format!("[-{}-]", cell(old)), RED, coloured);
            let new = paint(&format!("{{+{}+}}", cell(new)), GREEN, coloured);
            writeln!(out, "{name}: {old} {new}")?;
        }
    }
    if differs { Ok(()) } else { writeln!(out, "nothing differs") }
}

/// What a proposal makes of an entry as it is served.
///
/// # Errors
/// `unexpected_reply` of a server whose entry this version cannot read.
pub(super) fn proposed(served: &Value, proposal: &Value) -> Result<Value> {
    use goldenset_core::{Code, EntryContent, Error};
    let strange = |cause: serde_json::Error| {
        Error::new(Code::UnexpectedReply, "the entry cannot be read")
            .fix("use a goldenset of the server's version")
            .cause(cause)
    };
    let old: EntryContent = serde_json::from_value(served.clone()).map_err(strange)?;
    let mut new = old.clone();
    new.answer = serde_json::from_value(proposal["answer"].clone()).map_err(strange)?;
    new.references = serde_json::from_value(proposal["references"].clone()).map_err(strange)?;
    serde_json::to_value(goldenset_engine::Changes::between(&old, &new)).map_err(strange)
}

/// The pieces of a text in one, those that came and went marked; none where none did.
fn marked(pieces: &Value, coloured: bool) -> Option<String> {
    let pieces = pieces.as_array()?;
    if pieces.iter().all(|piece| piece["kind"] == "kept") {
        return None;
    }
    let (mut text, mut run) = (String::new(), Run::default());
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        let lines: Vec<_> = piece["text"].as_str()?.split('\n').map(one_line).collect();
        let words = lines.join("\n");
        match piece["kind"].as_str()? {
            "removed" => run.removed.push_str(&words),
            "added" => run.added.push_str(&words),
            _ => {
                // Words that went one after the other are one mark, with the white space between.
                let goes_on = pieces.peek().is_some_and(|next| next["kind"] != "kept");
                if goes_on && words.trim().is_empty() && !run.is_empty() {
                    run.removed.push_str(&words);
                    run.added.push_str(&words);
                } else {
                    run.end(&mut text, coloured);
                    text.push_str(&words);
                }
            }
        }
    }
    run.end(&mut text, coloured);
    Some(text)
}

/// Words that went and words that came in their place.
#[derive(Default)]
struct Run {
    removed: String,
    added: String,
}

impl Run {
    fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// Writes what there is. The white space around is no part of what is marked.
    fn end(&mut self, text: &mut String, coloured: bool) {
        let Self { removed, added } = std::mem::take(self);
        let (removed, added) = (removed.as_str(), added.as_str());
        let first = if removed.trim().is_empty() { added } else { removed };
        text.push_str(&first[..first.len() - first.trim_start().len()]);
        let (removed, added) = (removed.trim_start(), added.trim_start());
        let (went, came) = (removed.trim_end(), added.trim_end());
        if !went.is_empty() {
            text.push_str(&paint(&format!("[-{went}-]"), RED, coloured));
        }
        if !went.is_empty() && !came.is_empty() {
            text.push(' ');
        }
        if !came.is_empty() {
            text.push_str(&paint(&format!("{{+{came}+}}"), GREEN, coloured));
        }
        let last = if came.is_empty() { &removed[went.len()..] } else { &added[came.len()..] };
        text.push_str(last);
    }
}

fn paint(text: &str, colour: &str, coloured: bool) -> String {
    match coloured {
        true => format!("{colour}{text}{PLAIN}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_marked() {
        let pieces = json!([
            { "kind": "kept", "text": "Sono " },
            { "kind": "removed", "text": "30 " },
            { "kind": "added", "text": "60\u{1b}[31m " },
            { "kind": "kept", "text": "giorni.\n" },
        ]);
        let marked = |coloured| marked(&pieces, coloured).unwrap();
        assert_eq!(marked(false), "Sono [-30-] {+60 [31m+} giorni.\n");
        assert_eq!(
            marked(true),
            format!("Sono {RED}[-30-]{PLAIN} {GREEN}{{+60 [31m+}}{PLAIN} giorni.\n")
        );
        let run = json!([
            { "kind": "removed", "text": "a" },
            { "kind": "added", "text": "x" },
            { "kind": "kept", "text": " " },
            { "kind": "removed", "text": "b " },
            { "kind": "added", "text": "y " },
            { "kind": "kept", "text": "c" },
        ]);
        assert_eq!(super::marked(&run, false).unwrap(), "[-a b-] {+x y+} c");
        let gone = json!([
            { "kind": "kept", "text": "a" },
            { "kind": "removed", "text": " b" },
            { "kind": "kept", "text": " c" },
            { "kind": "added", "text": " d" },
        ]);
        assert_eq!(super::marked(&gone, false).unwrap(), "a [-b-] c {+d+}");
        assert_eq!(super::marked(&json!([{ "kind": "kept", "text": "a" }]), true), None);
    }

    #[test]
    fn a_proposal_changes_answer_and_references() {
        let served =
            json!({ "question": "Chi?", "answer": "Io vado.", "references": ["a"], "author": "x" });
        let proposal = json!({ "answer": "Lui vado.", "references": ["b"], "author": "y" });
        let mut out = Vec::new();
        write_changes(&mut out, &proposed(&served, &proposal).unwrap()).unwrap();
        let expected = "answer:\n    [-Io-] {+Lui+} vado.\nreferences: [-a-]\nreferences: {+b+}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
