//! What stands in the address, with errors that name the field.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use goldenset_core::{Code, Document, EntryId, Error, Handle};
use serde::de::DeserializeOwned;

use super::json::wrong_data;
use super::problem::Failure;

/// The `{id}` of a path.
pub(crate) struct EntryPath(pub(crate) EntryId);

impl<S: Send + Sync> FromRequestParts<S> for EntryPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let id = id(parts, state).await?;
        Ok(Self(EntryId::new(id).map_err(|error| error.field("id"))?))
    }
}

/// The `{id}` of a path to what has a number.
pub(crate) struct NumberPath<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr<Err = Error>> FromRequestParts<S> for NumberPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(id(parts, state).await?.parse()?))
    }
}

/// The `{handle}` of a path to an expert.
pub(crate) struct HandlePath(pub(crate) Handle);

impl<S: Send + Sync> FromRequestParts<S> for HandlePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let handle = id(parts, state).await.map_err(|error| error.field("handle"))?;
        Ok(Self(Handle::new(handle).map_err(|error| error.field("handle"))?))
    }
}

/// The `{document}` of a path.
pub(crate) struct DocumentPath(pub(crate) Document);

impl<S: Send + Sync> FromRequestParts<S> for DocumentPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let name = id(parts, state).await.map_err(|error| error.field("document"))?;
        Ok(Self(Document::new(&name)?))
    }
}

async fn id<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String, Error> {
    let wrong = || {
        Error::new(Code::InvalidField, "the name in the address is not percent-encoded UTF-8")
            .field("id")
            .fix("percent-encode the name as UTF-8: `%25` for a percent sign")
    };
    if !well_escaped(parts.uri.path()) {
        return Err(wrong());
    }
    let Path(id) = Path::from_request_parts(parts, state).await.map_err(|_| wrong())?;
    Ok(id)
}

/// The parameters after the `?`.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        if !well_escaped(parts.uri.query().unwrap_or_default()) {
            return Err(Error::new(
                Code::InvalidField,
                "the parameters in the address are not percent-encoded UTF-8",
            )
            .field("address")
            .fix("percent-encode the parameters as UTF-8: `%25` for a percent sign")
            .into());
        }
        let Query(parameters) = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let text = rejection.body_text();
            // "Failed to deserialize query string: limit: invalid digit found in string"
            let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
            match detail.split_once(": ") {
                Some((name, detail)) if !name.contains(' ') => wrong_data(detail, name),
                _ => wrong_data(detail, "."),
            }
        })?;
        Ok(Self(parameters))
    }
}

/// Whether every percent sign begins the two digits of a byte.
fn well_escaped(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    parts.all(|part| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_escaped() {
        for good in ["", "/v1/entries/a", "%25", "a%c3%A8b"] {
            assert!(well_escaped(good), "{good}");
        }
        for bad in ["%", "a%", "%2", "%zz", "%2g", "%%25", "%25%"] {
            assert!(!well_escaped(bad), "{bad}");
        }
    }
}
