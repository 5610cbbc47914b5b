//! From the configured address to that of the requests.

use goldenset_core::Result;
use reqwest::Url;

use super::{Service, invalid};

/// The address of the requests: `base_url` and the service's path. A query in it is kept.
///
/// # Errors
/// `config_invalid` that names the fault and not the address, which may hold a password.
pub(crate) fn address(service: &Service, base_url: &str) -> Result<Url> {
    let Service { name, path, example, .. } = service;
    let wrong = |what: &str| {
        invalid("base_url", &format!("the address of the {name} {what}"))
            .fix(format!("give an address such as {example}"))
    };
    let mut url = Url::parse(base_url).map_err(|error| wrong(&format!("is wrong: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("is not http or https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            wrong("holds a user or password").fix("take it out and give the key as API key")
        );
    }
    url.set_fragment(None);
    url.path_segments_mut().map_err(|()| wrong("has no path"))?.pop_if_empty().push(path);
    Ok(url)
}
