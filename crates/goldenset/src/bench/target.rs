//! What a benchmark is held against.

use std::fs;
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const PROMISED: &str = include_str!("targets.toml");

/// A figure with its limit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What it is called.
    pub name: String,
    /// Where the figure stands in the report, as a JSON pointer.
    pub figure: String,
    /// What it may be at most.
    pub at_most: Option<f64>,
    /// What it must be at least.
    pub at_least: Option<f64>,
    /// What it is counted in.
    pub unit: String,
}

/// A figure that was held against its limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// What it is called.
    pub name: String,
    /// The figure; none where its suite was left out.
    pub value: Option<f64>,
    /// The limit.
    pub limit: f64,
    /// Whether the limit is the most or the least that it may be.
    pub bound: Bound,
    /// What it is counted in.
    pub unit: String,
    /// Whether it is within the limit; none where its suite was left out.
    pub pass: Option<bool>,
}

/// Which side of a limit is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Below.
    AtMost,
    /// Above.
    AtLeast,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    targets: Vec<Target>,
}

impl Target {
    /// The promised ones, or those of a file.
    ///
    /// # Errors
    /// `file_unreadable`, `config_invalid`.
    pub fn read(path: Option<&Path>) -> Result<Vec<Self>> {
        let Some(path) = path else { return Self::parse(PROMISED, "the promised targets") };
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|cause| {
            Error::new(Code::FileUnreadable, format!("cannot read {name}: {cause}"))
                .field("--targets")
                .fix("check the path and the permissions")
                .cause(cause)
        })?;
        Self::parse(&text, &name)
    }

    fn parse(text: &str, name: &str) -> Result<Vec<Self>> {
        let wrong = |detail: String| {
            Error::new(Code::ConfigInvalid, detail)
                .field(name)
                .fix("[[targets]] with name, figure (\"/percentiles/latency_ms/p95\"), at_most or at_least, unit")
        };
        let File { targets } = toml::from_str(text).map_err(|cause| wrong(cause.to_string()))?;
        for target in &targets {
            if target.at_most.is_some() == target.at_least.is_some() {
                return Err(wrong(format!(
                    "target `{}` needs one of at_most and at_least",
                    target.name
                )));
            }
        }
        Ok(targets)
    }

    /// Checks that a report has the part that the figure is to stand in.
    ///
    /// # Errors
    /// `config_invalid`.
    pub(super) fn check(&self, report: &Value) -> Result<()> {
        let Self { name, figure, .. } = self;
        match figure.split('/').nth(1).and_then(|part| report.get(part)) {
            Some(_) => Ok(()),
            None => Err(Error::new(
                Code::ConfigInvalid,
                format!("target `{name}` is about {figure}, which no report has"),
            )
            .field("--targets")
            .fix("write the JSON report with --json and take the path of the figure from it")),
        }
    }

    /// Holds the figure of a report against the limit.
    pub(super) fn judge(&self, report: &Value) -> Judged {
        let Self { name, figure, at_most, at_least, unit } = self;
        let value = report.pointer(figure).and_then(Value::as_f64);
        let (limit, bound) = match (at_most, at_least) {
            (Some(limit), _) => (*limit, Bound::AtMost),
            (None, limit) => (limit.unwrap_or_default(), Bound::AtLeast),
        };
        let pass = value.map(|value| match bound {
            Bound::AtMost => value <= limit,
            Bound::AtLeast => value >= limit,
        });
        Judged { name: name.clone(), value, limit, bound, unit: unit.clone(), pass }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(text: &str, report: &Value) -> Judged {
        Target::parse(text, "t").unwrap()[0].judge(report)
    }

    #[test]
    fn a_limit_is_the_most_or_the_least() {
        let most = "[[targets]]\nname='p'\nfigure='/a/b'\nat_most=2\nunit='ms'";
        let least = most.replace("at_most", "at_least");
        for (value, below, above) in [(1.0, true, false), (2.0, true, true), (3.0, false, true)] {
            let report = json!({ "a": { "b": value } });
            assert_eq!(judged(most, &report).pass, Some(below));
            assert_eq!(judged(&least, &report).pass, Some(above));
        }
    }

    #[test]
    fn what_was_not_measured_is_no_pass() {
        let text = "[[targets]]\nname='p'\nfigure='/a/b'\nat_most=2\nunit='ms'";
        for report in
            [json!({ "a": null }), json!({ "a": { "c": 1 } }), json!({ "a": { "b": "x" } })]
        {
            assert_eq!(judged(text, &report).pass, None);
        }
        let target = &Target::parse(text, "t").unwrap()[0];
        target.check(&json!({ "a": null })).unwrap();
        assert_eq!(target.check(&json!({ "b": 1 })).unwrap_err().code, Code::ConfigInvalid);
    }

    #[test]
    fn a_target_has_one_limit() {
        for limits in ["", "at_most=1\nat_least=2"] {
            let text = format!("[[targets]]\nname='p'\nfigure='/a'\nunit='ms'\n{limits}");
            assert_eq!(Target::parse(&text, "t").unwrap_err().code, Code::ConfigInvalid);
        }
        assert!(Target::read(None).unwrap().len() >= 5);
        let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wanted.toml");
        assert!(Target::read(Some(&wanted)).unwrap().len() >= 10);
    }
}
