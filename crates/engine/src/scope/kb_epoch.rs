//! How new the caller's knowledge base is, on each topic.

use std::collections::BTreeMap;
use std::fmt;

use goldenset_core::entry::MAX_ITEM_BYTES;
use goldenset_core::{Code, EntryContent, Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::value::{I64Deserializer, StrDeserializer, U64Deserializer};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Most topics that a caller may name.
pub const MAX_TOPICS: usize = 100;
/// Stands for every topic that is not named.
pub const ANY_TOPIC: &str = "*";

const FIX: &str = "give seconds since 1970, an RFC 3339 timestamp or an ISO date";

/// A moment: seconds since 1970, a timestamp, or a day (its start in UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected seconds since 1970, an RFC 3339 timestamp or an ISO date")]
pub enum KbEpoch {
    /// Seconds since 1970-01-01T00:00:00Z.
    Seconds(i64),
    /// RFC 3339.
    Moment(Timestamp),
    /// ISO date.
    Day(#[serde(deserialize_with = "day_alone")] Date),
}

/// A date and nothing more: of a time without an offset nobody knows when it was.
fn day_alone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == text);
    day.ok_or_else(|| de::Error::custom("not a day"))
}

impl KbEpoch {
    fn timestamp(self, field: impl FnOnce() -> String) -> Result<Timestamp> {
        let moment = match self {
            Self::Seconds(seconds) => Timestamp::from_second(seconds),
            Self::Moment(moment) => Ok(moment),
            Self::Day(day) => day.in_tz("UTC").map(|start| start.timestamp()),
        };
        moment.map_err(|cause| {
            Error::new(Code::InvalidField, "kb_epoch lies outside the calendar")
                .field(field())
                .fix(FIX)
                .cause(cause)
        })
    }
}

/// What a caller says of its knowledge base: one moment for all of it, or one for each topic. A
/// topic is a category or a tag; [`ANY_TOPIC`] stands for entries that no other topic is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KbEpochs {
    /// For every topic.
    All(KbEpoch),
    /// By topic.
    Topics(BTreeMap<String, KbEpoch>),
}

impl From<KbEpoch> for KbEpochs {
    fn from(epoch: KbEpoch) -> Self {
        Self::All(epoch)
    }
}

// By hand, because serde's untagged enums lose the topic that is wrong.
impl<'de> Deserialize<'de> for KbEpochs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EpochsVisitor)
    }
}

struct EpochsVisitor;

impl<'de> Visitor<'de> for EpochsVisitor {
    type Value = KbEpochs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "seconds since 1970, an RFC 3339 timestamp or an ISO date, or an object from topics to \
             such",
        )
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<KbEpochs, E> {
        KbEpoch::deserialize(U64Deserializer::new(seconds)).map(KbEpochs::All)
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<KbEpochs, E> {
        KbEpoch::deserialize(I64Deserializer::new(seconds)).map(KbEpochs::All)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<KbEpochs, E> {
        KbEpoch::deserialize(StrDeserializer::new(text)).map(KbEpochs::All)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KbEpochs, A::Error> {
        let mut topics = BTreeMap::new();
        while let Some((topic, epoch)) = map.next_entry::<String, KbEpoch>()? {
            if topics.contains_key(&topic) {
                return Err(de::Error::custom(format_args!("duplicate field `{topic}`")));
            }
            topics.insert(topic, epoch);
        }
        Ok(KbEpochs::Topics(topics))
    }
}

/// The same, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownUntil {
    /// Of entries that none of the topics is of.
    pub otherwise: Option<Timestamp>,
    /// By topic.
    pub topics: BTreeMap<String, Timestamp>,
}

impl KnownUntil {
    pub(super) fn resolve(epochs: Option<KbEpochs>) -> Result<Self> {
        let named = match epochs {
            None => return Ok(Self::default()),
            Some(KbEpochs::All(epoch)) => {
                let otherwise = Some(epoch.timestamp(|| "kb_epoch".into())?);
                return Ok(Self { otherwise, topics: BTreeMap::new() });
            }
            Some(KbEpochs::Topics(named)) => named,
        };
        if named.len() > MAX_TOPICS {
            return Err(Error::new(Code::TooMany, format!("kb_epoch has {} topics", named.len()))
                .field("kb_epoch")
                .fix("give at most 100 topics"));
        }
        let mut known = Self::default();
        for (topic, epoch) in named {
            if topic.is_empty() || topic.len() > MAX_ITEM_BYTES {
                let shown: String = topic.chars().take(40).collect();
                return Err(Error::new(Code::InvalidField, "a topic is empty or too long")
                    .field(format!("kb_epoch.{shown}"))
                    .fix("name a category or a tag: 1 to 1024 bytes; `*` stands for all others"));
            }
            let moment = epoch.timestamp(|| format!("kb_epoch.{topic}"))?;
            if topic == ANY_TOPIC {
                known.otherwise = Some(moment);
            } else {
                known.topics.insert(topic, moment);
            }
        }
        Ok(known)
    }

    /// Whether the caller knows more than was known at `approved`, and on which topic: none is all
    /// that is not named. The first topic in the order of names.
    pub(crate) fn since(
        &self,
        content: &EntryContent,
        approved: Timestamp,
    ) -> Option<Option<&str>> {
        let category = content.category.iter();
        let mut named = category
            .chain(&content.tags)
            .filter_map(|topic| self.topics.get_key_value(topic.as_str()))
            .peekable();
        if named.peek().is_none() {
            return self.otherwise.is_some_and(|moment| moment > approved).then_some(None);
        }
        named.filter(|(_, moment)| **moment > approved).map(|(topic, _)| Some(topic.as_str())).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(json: &str) -> Result<KnownUntil> {
        KnownUntil::resolve(Some(serde_json::from_str(json).unwrap()))
    }

    #[test]
    fn moments_come_in_three_forms() {
        for (json, seconds) in [
            ("1704067200", 1_704_067_200),
            ("\"2024-01-01\"", 1_704_067_200),
            ("\"2024-01-01T00:00:01Z\"", 1_704_067_201),
            ("-1", -1),
        ] {
            for (json, topic) in
                [(json.to_owned(), None), (format!("{{\"a\": {json}}}"), Some("a"))]
            {
                let known = resolve(&json).unwrap();
                let found = topic.map_or(known.otherwise, |topic| known.topics.get(topic).copied());
                assert_eq!(found.unwrap().as_second(), seconds, "{json}");
            }
        }
        for bad in ["\"2024-01-01T10:00:00\"", "\"20240101\"", "\"now\"", "1.5", "true", "[1]"] {
            assert!(serde_json::from_str::<KbEpochs>(bad).is_err(), "{bad}");
            assert!(
                serde_json::from_str::<KbEpochs>(&format!("{{\"a\": {bad}}}")).is_err(),
                "{bad}"
            );
        }
        assert!(serde_json::from_str::<KbEpochs>(r#"{"a": 1, "a": 2}"#).is_err());
    }

    #[test]
    fn faults_name_the_topic() {
        let check = |json: &str, code: Code, field: &str| {
            let error = resolve(json).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (code, Some(field)), "{json}");
        };
        check("99999999999999", Code::InvalidField, "kb_epoch");
        check(r#"{"a": 1, "fisco": 99999999999999}"#, Code::InvalidField, "kb_epoch.fisco");
        check(r#"{"": 1}"#, Code::InvalidField, "kb_epoch.");
        let many: BTreeMap<_, _> = (0..101).map(|topic| (topic.to_string(), 1)).collect();
        check(&serde_json::to_string(&many).unwrap(), Code::TooMany, "kb_epoch");
    }

    #[test]
    fn one_moment_is_the_star_alone() {
        assert_eq!(resolve("7").unwrap(), resolve(r#"{"*": 7}"#).unwrap());
        assert_eq!(resolve("{}").unwrap(), KnownUntil::default());
    }

    #[test]
    fn the_table() {
        let check = |json: &str,
                     category: Option<&str>,
                     tags: &[&str],
                     expected: Option<Option<&str>>| {
            let content = EntryContent {
                question: "q".into(),
                alternatives: vec![],
                answer: "a".into(),
                references: vec![],
                category: category.map(str::to_owned),
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                lang: None,
                validity: goldenset_core::Validity::default(),
                review_by: None,
            };
            let known = resolve(json).unwrap();
            let approved = Timestamp::from_second(100).unwrap();
            assert_eq!(known.since(&content, approved), expected, "{json} {category:?} {tags:?}");
        };
        let topics = r#"{"fisco": 101, "lavoro": 99, "*": 101}"#;
        check("101", None, &[], Some(None));
        check("100", None, &[], None);
        check(topics, None, &[], Some(None));
        check(topics, Some("altro"), &["x"], Some(None));
        check(topics, Some("fisco"), &[], Some(Some("fisco")));
        check(topics, Some("lavoro"), &[], None);
        // Any one of its topics is enough, and the star is not asked where one is named.
        check(topics, Some("lavoro"), &["fisco"], Some(Some("fisco")));
        check(topics, None, &["lavoro", "x"], None);
        check(r#"{"b": 101, "a": 101}"#, Some("b"), &["a"], Some(Some("a")));
        check(r#"{"fisco": 101}"#, Some("lavoro"), &[], None);
    }
}
