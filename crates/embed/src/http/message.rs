//! What a server says about a refusal.

use std::borrow::Cow;

use serde_json::Value;

use super::ApiKey;

/// Longest part of a server's message that goes into an error, in characters.
const MAX_MESSAGE: usize = 200;

/// Texts shorter than this are not searched for in messages: they say nothing about the question
/// and would tear holes into the message.
const MIN_REDACTED: usize = 8;

/// The server's own words about a refusal, short and clean: no key, no question, one line.
pub(super) fn message(body: &[u8], key: Option<&ApiKey>, texts: &[Cow<'_, str>]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|json| {
        let error = json.get("error");
        [
            error.and_then(|error| error.get("message")),
            error,
            json.get("message"),
            json.get("detail"),
        ]
        .into_iter()
        .flatten()
        .find_map(Value::as_str)
    });
    let mut message =
        said.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    for text in texts.iter().filter(|text| text.len() >= MIN_REDACTED) {
        message = message.replace(text.as_ref(), "[text]");
    }
    if let Some(key) = key {
        message = key.redact(&message);
    }
    let words: Vec<&str> = message
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_short_and_hold_no_secret() {
        let key = ApiKey::new("sk-secret").unwrap();
        let texts = [Cow::Borrowed("my private question"), Cow::Borrowed("key")];
        let check = |body: &str, expected: &str| {
            assert_eq!(message(body.as_bytes(), Some(&key), &texts), expected);
        };
        check(r#"{"error":{"message":"wrong key: sk-secret\n"}}"#, "wrong key: [key]");
        check(r#"{"error":"model \"x\" not found"}"#, "model \"x\" not found");
        check(r#"{"message":"no","detail":"d"}"#, "no");
        check(r#"{"detail":"cannot embed 'my private question'"}"#, "cannot embed '[text]'");
        check("<html>\n<b>gone</b>\u{7}", "<html> <b>gone</b>");
        check("", "");
        let long = "è".repeat(300);
        assert_eq!(message(long.as_bytes(), None, &[]), format!("{}…", "è".repeat(200)));
    }
}
