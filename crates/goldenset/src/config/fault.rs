//! What is wrong with a layer, and the one error that says all of it.

use std::borrow::Cow;

use goldenset_core::{Code, Error};

use super::keys::{Key, closest};
use super::show::Source;

/// One thing that is wrong with one setting.
#[derive(Debug)]
pub(super) struct Fault {
    /// The key as the layer names it.
    pub(super) key: String,
    /// Where it stands.
    pub(super) source: Source,
    /// What is wrong with it.
    pub(super) detail: String,
    /// How to mend it, where the detail does not say it.
    pub(super) fix: Option<Cow<'static, str>>,
}

impl Fault {
    pub(super) fn new(key: impl Into<String>, source: Source, detail: impl Into<String>) -> Self {
        Self { key: key.into(), source, detail: detail.into(), fix: None }
    }

    pub(super) fn fix(self, fix: impl Into<Cow<'static, str>>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// The fault of a key that there is not. `say` writes the name that was probably meant as the
    /// layer would write it.
    pub(super) fn unknown(key: &str, source: Source, say: impl Fn(&Key) -> String) -> Self {
        let detail = match closest(key) {
            Some(meant) => format!("is not a setting; did you mean `{}`?", say(meant)),
            None => "is not a setting".into(),
        };
        Self::new(key, source, detail)
    }

    fn sentence(&self) -> String {
        let fix = self.fix.as_ref().map(|fix| format!(": {fix}")).unwrap_or_default();
        format!("`{}` ({}) {}{fix}", self.key, self.source, self.detail)
    }
}

/// One error for all faults, none when there are none.
pub(super) fn refuse(faults: &[Fault]) -> Result<(), Error> {
    let error = match faults {
        [] => return Ok(()),
        [fault] => Error::new(Code::ConfigInvalid, fault.sentence()).field(fault.key.clone()),
        faults => {
            let mut detail = format!("{} settings are wrong:", faults.len());
            for fault in faults {
                detail.push_str("\n  ");
                detail.push_str(&fault.sentence());
            }
            Error::new(Code::ConfigInvalid, detail)
        }
    };
    Err(error.fix("correct what is named; docs/configuration.md lists every setting"))
}
