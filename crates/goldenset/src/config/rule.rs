//! What a value may be, and how it is read from text or TOML.

use std::net::SocketAddr;

use jiff::tz::TimeZone;
use toml::Value;

use super::lists;

/// A value as a layer gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    /// From the environment or the command line: the rule says what it is.
    Untyped(String),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Integer(i64),
    /// A TOML float.
    Float(f64),
    /// A TOML boolean.
    Boolean(bool),
    /// Another TOML value, by the name of its type.
    Other(&'static str),
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// An IP address with a port.
    Address,
    /// A whole number within these limits, both included.
    Whole(i64, i64),
    /// A number from 0 to 1.
    Share,
    /// `true` or `false`.
    Switch,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any text, also none.
    Text,
    /// Text that must not be empty.
    Filled,
    /// An `http` address without a user.
    HttpUrl,
    /// The name of a time zone.
    TimeZone,
    /// Names, separated by commas.
    Names,
    /// Names with two thresholds each, separated by commas.
    Thresholds,
    /// An address that may hold a password.
    PrivateUrl,
    /// A secret that must not stand where others read it.
    Key,
}

impl Rule {
    /// What is wanted, as it follows "must be".
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Address => "an IP address with a port, like 127.0.0.1:8420".into(),
            Self::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Self::Share => "a number from 0 to 1".into(),
            Self::Switch => "true or false".into(),
            Self::OneOf(words) => words.join(" or "),
            Self::Text | Self::PrivateUrl | Self::Key => "text".into(),
            Self::Filled => "text that is not empty".into(),
            Self::HttpUrl => "an http:// or https:// address without user and password".into(),
            Self::TimeZone => "the name of a time zone, like Europe/Rome".into(),
            Self::Names => "different names, separated by commas".into(),
            Self::Thresholds => {
                "a list of `category approve_from reject_below`, separated by commas, the numbers \
                 from 0 to 1 and the first not below the second"
                    .into()
            }
        }
    }

    /// Whether a value must not be shown as it is, also not in a message about a fault. An `http`
    /// address belongs here too: the one that is refused may hold a password.
    fn private(self) -> bool {
        matches!(self, Self::PrivateUrl | Self::Key | Self::HttpUrl)
    }

    /// The value, or what is wrong with it.
    pub(super) fn read(self, given: Given) -> Result<Value, String> {
        let shown = match &given {
            Given::Untyped(text) | Given::Text(text) if !self.private() => {
                let start: String = text.chars().take(60).collect();
                format!(", is `{start}`")
            }
            Given::Untyped(_) | Given::Text(_) => String::new(),
            Given::Integer(number) => format!(", is {number}"),
            Given::Float(number) => format!(", is {number}"),
            Given::Boolean(value) => format!(", is {value}"),
            Given::Other(kind) => format!(", is a TOML {kind}"),
        };
        self.parse(given).ok_or_else(|| format!("must be {}{shown}", self.wanted()))
    }

    fn parse(self, given: Given) -> Option<Value> {
        match self {
            Self::Whole(least, most) => {
                let number = match given {
                    Given::Untyped(text) => text.trim().parse().ok()?,
                    Given::Integer(number) => number,
                    _ => return None,
                };
                (least..=most).contains(&number).then_some(Value::Integer(number))
            }
            Self::Share => {
                let number = match given {
                    Given::Untyped(text) => text.trim().parse().ok()?,
                    Given::Integer(0) => 0.0,
                    Given::Integer(1) => 1.0,
                    Given::Float(number) => number,
                    _ => return None,
                };
                // NaN is in no range.
                (0.0..=1.0).contains(&number).then_some(Value::Float(number))
            }
            Self::Switch => match given {
                Given::Untyped(text) => text.trim().parse().ok().map(Value::Boolean),
                Given::Boolean(value) => Some(Value::Boolean(value)),
                _ => None,
            },
            _ => match given {
                Given::Untyped(text) | Given::Text(text) => self.parse_text(text),
                _ => None,
            },
        }
        .map(positive_zero)
    }

    fn parse_text(self, text: String) -> Option<Value> {
        let trimmed = text.trim();
        let good = match self {
            Self::Address => trimmed.parse::<SocketAddr>().is_ok(),
            Self::OneOf(words) => words.contains(&trimmed),
            Self::Filled => !trimmed.is_empty(),
            Self::HttpUrl => is_plain_http(trimmed),
            Self::TimeZone => TimeZone::get(trimmed).is_ok(),
            Self::Names => lists::names(trimmed).is_some(),
            Self::Thresholds => lists::thresholds(trimmed).is_some(),
            _ => true,
        };
        // Paths may end in a space; nothing else means something by it.
        let keeps = matches!(self, Self::Text | Self::Filled);
        good.then(|| Value::String(if keeps { &text } else { trimmed }.to_owned()))
    }
}

/// `-0.0` is in the range and would be another cache key than `0.0`.
fn positive_zero(value: Value) -> Value {
    match value {
        Value::Float(number) => Value::Float(number + 0.0),
        other => other,
    }
}

fn is_plain_http(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !rest.contains(['@', ' ']) && !rest.contains(char::is_control)
    })
}

/// An address of which only the parts are left that are no secret.
pub(super) fn redacted_url(url: &str) -> String {
    const HIDDEN: &str = "***";
    if url.is_empty() {
        return String::new();
    }
    let Some((scheme, rest)) = url.split_once("://") else { return HIDDEN.into() };
    // The last `@`: a password that is not escaped may hold one itself, and a slash.
    let (user, rest) = match rest.rsplit_once('@') {
        None => (String::new(), rest),
        Some((user, rest)) => match user.split_once(':') {
            Some((name, _)) => (format!("{name}:{HIDDEN}@"), rest),
            None => (format!("{HIDDEN}@"), rest),
        },
    };
    match rest.split_once(['?', '#']) {
        None => format!("{scheme}://{user}{rest}"),
        Some((place, _)) => format!("{scheme}://{user}{place}?{HIDDEN}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_rule() {
        let text = |text: &str| Given::Untyped(text.into());
        let check = |rule: Rule, given: Given, expected: Option<Value>| {
            assert_eq!(rule.read(given.clone()).ok(), expected, "{rule:?} {given:?}");
        };
        let share = |number: f64| Some(Value::Float(number));
        check(Rule::Share, text("0"), share(0.0));
        check(Rule::Share, text(" 0.85 "), share(0.85));
        check(Rule::Share, Given::Integer(1), share(1.0));
        check(Rule::Share, Given::Float(0.0), share(0.0));
        for bad in ["", "nan", "NaN", "inf", "-0.1", "1.0000001", "0,9", "90%", "high"] {
            check(Rule::Share, text(bad), None);
        }
        for bad in [Given::Float(f64::NAN), Given::Integer(2), Given::Text("0.9".into())] {
            assert!(Rule::Share.read(bad).is_err());
        }
        let Ok(Value::Float(zero)) = Rule::Share.read(text("-0")) else { panic!() };
        assert_eq!(zero.to_bits(), 0);
        let whole = Rule::Whole(1, 100);
        check(whole, text("100"), Some(Value::Integer(100)));
        check(whole, Given::Integer(1), Some(Value::Integer(1)));
        for bad in ["0", "101", "", "10.0", "-1", "1e1", "99999999999999999999", "10s"] {
            check(whole, text(bad), None);
        }
        check(whole, Given::Float(10.0), None);
        check(Rule::Switch, text("true"), Some(Value::Boolean(true)));
        check(Rule::Switch, text("yes"), None);
        check(Rule::Switch, Given::Integer(1), None);
        check(Rule::Address, text("[::1]:0"), Some(Value::String("[::1]:0".into())));
        for bad in ["localhost:8420", "127.0.0.1", ":8420", "127.0.0.1:65536", ""] {
            check(Rule::Address, text(bad), None);
        }
        check(Rule::OneOf(&["a", "b"]), text("b"), Some(Value::String("b".into())));
        check(Rule::OneOf(&["a", "b"]), text("B"), None);
        check(Rule::Text, Given::Other("array"), None);
        check(Rule::Filled, text(" "), None);
        for good in ["http://localhost:11434/v1", "https://h/v1"] {
            check(Rule::HttpUrl, text(good), Some(Value::String(good.into())));
        }
        for bad in ["", "h/v1", "ftp://h", "https://", "https:///v1", "https://u:p@h", "http://a b"]
        {
            check(Rule::HttpUrl, text(bad), None);
        }
        check(Rule::TimeZone, text("Europe/Rome"), Some(Value::String("Europe/Rome".into())));
        for bad in ["", "Europe/Milano", "+01:00"] {
            check(Rule::TimeZone, text(bad), None);
        }
        check(Rule::Key, text(" sk-1\n"), Some(Value::String("sk-1".into())));
    }

    #[test]
    fn no_message_holds_a_secret() {
        for given in [Given::Untyped("https://u:geheim@h".into()), Given::Text("u:geheim@h".into())]
        {
            let fault = Rule::HttpUrl.read(given).unwrap_err();
            assert!(!fault.contains("geheim"), "{fault}");
        }
    }

    #[test]
    fn addresses_keep_only_what_is_no_secret() {
        let check = |url: &str, expected: &str| assert_eq!(redacted_url(url), expected, "{url}");
        check("", "");
        check("redis://cache:6379/0", "redis://cache:6379/0");
        check("redis://:geheim@cache:6379/0", "redis://:***@cache:6379/0");
        check("postgres://app:ge:h/e@im@db/x", "postgres://app:***@db/x");
        check("postgres://token@db/x", "postgres://***@db/x");
        check("postgres://db/x?user=a&password=geheim", "postgres://db/x?***");
        check("redis://a:b@c?x=d@e", "redis://a:***@e");
        check("host=db password=geheim", "***");
    }
}
