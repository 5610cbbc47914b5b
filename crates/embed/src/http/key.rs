//! The key of a remote model.

use std::fmt;

use goldenset_core::Result;
use reqwest::header::HeaderValue;

use super::invalid;

/// An API key. Neither `Debug` nor any message shows it.
#[derive(Clone)]
pub struct ApiKey {
    key: String,
    header: HeaderValue,
}

impl ApiKey {
    /// A key as the provider gave it.
    ///
    /// # Errors
    /// `config_invalid` when it is empty or holds what no HTTP header can carry.
    pub fn new(key: &str) -> Result<Self> {
        let wrong = || {
            invalid(
                "api_key",
                "the API key is empty or holds characters that no HTTP header can carry",
            )
            .fix("check the environment variable that holds the key for quotes and line breaks")
        };
        let visible = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        let mut header = HeaderValue::from_str(&format!("Bearer {key}"))
            .ok()
            .filter(|_| visible)
            .ok_or_else(wrong)?;
        header.set_sensitive(true);
        Ok(Self { key: key.to_owned(), header })
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text with every occurrence of the key taken out.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(&self.key, "[key]")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use goldenset_core::Code;

    use super::*;

    #[test]
    fn a_key_is_checked_and_hidden() {
        assert!(!format!("{:?}", ApiKey::new("sk-secret").unwrap()).contains("secret"));
        for bad in ["", "a\nsecret", "secret ", "sécret"] {
            let error = ApiKey::new(bad).unwrap_err();
            assert_eq!(error.code, Code::ConfigInvalid);
            assert!(!format!("{error:?}").contains("secret"));
        }
    }
}
