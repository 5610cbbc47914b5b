//! What an answer rests on: a text for readers, and where it is known the document and its
//! version.

mod document;

use std::fmt;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use document::{Document, check_version, same_version};

/// One thing that an answer rests on. In JSON a plain text when that is all there is to it, else
/// an object with the three fields; both are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// As shown to readers: `art. 10 D.Lgs. 66/2003`.
    pub text: String,
    /// Identifier of the document in the team's library; none: the text names it.
    pub document: Option<String>,
    /// The version of the document that was read when the answer was written.
    pub version: Option<String>,
}

impl Reference {
    /// Whether there is nothing to it but the text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.document.is_none() && self.version.is_none()
    }
}

impl From<&str> for Reference {
    fn from(text: &str) -> Self {
        Self { text: text.into(), document: None, version: None }
    }
}

impl From<String> for Reference {
    fn from(text: String) -> Self {
        Self { text, document: None, version: None }
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_plain() {
            return serializer.serialize_str(&self.text);
        }
        let mut out = serializer.serialize_struct("Reference", 3)?;
        out.serialize_field("text", &self.text)?;
        out.serialize_field("document", &self.document)?;
        out.serialize_field("version", &self.version)?;
        out.end()
    }
}

// By hand, because serde's untagged enums lose the field that is wrong.
impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    text: String,
    document: Option<String>,
    version: Option<String>,
}

struct ReferenceVisitor;

impl<'de> Visitor<'de> for ReferenceVisitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or an object with `text`, `document` and `version`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Reference, E> {
        Ok(text.into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Reference, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reference, A::Error> {
        let Fields { text, document, version } =
            Fields::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Reference { text, document, version })
    }
}

/// Why a published entry is held back: a document that it rests on has a new version, and nobody
/// has approved the entry since.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Suspension {
    /// The document, as whoever recorded the change named it.
    pub document: String,
    /// The document's new version.
    pub version: String,
    /// When the change was recorded.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_references_are_texts_in_json() {
        let check = |json: &str, again: &str| {
            let read: Reference = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), again);
        };
        check("\"art. 1\"", "\"art. 1\"");
        check(r#"{"text": "art. 1"}"#, "\"art. 1\"");
        check(r#"{"text": "art. 1", "document": null}"#, "\"art. 1\"");
        let whole = r#"{"text":"art. 1","document":"doc-7","version":"3"}"#;
        check(whole, whole);
        check(r#"{"version": "3", "text": "x"}"#, r#"{"text":"x","document":null,"version":"3"}"#);
        for bad in ["1", "[]", "{}", r#"{"text": 1}"#, r#"{"text": "a", "url": "b"}"#] {
            assert!(serde_json::from_str::<Reference>(bad).is_err(), "{bad}");
        }
    }
}
