//! What all remote models share: one endpoint that takes JSON, its key, its faults, and when it is
//! asked again.

mod endpoint;
mod key;
mod message;
mod retry;
mod url;

use goldenset_core::{Code, Error};

pub(crate) use self::endpoint::{Endpoint, Request};
pub use self::key::ApiKey;
pub(crate) use self::retry::{Fault, Patience, with_retries};
pub(crate) use self::url::address;

/// What a remote model is there for: how messages call it, and what its faults are.
#[derive(Debug)]
pub(crate) struct Service {
    /// Follows "the" in messages.
    pub(crate) name: &'static str,
    /// Last part of the address.
    pub(crate) path: &'static str,
    /// An address as it may be configured.
    pub(crate) example: &'static str,
    /// Code when it does not answer.
    pub(crate) unavailable: Code,
    /// Code when it refuses the request.
    pub(crate) rejected: Code,
    /// What to check when it refuses for no other known reason.
    pub(crate) check: &'static str,
}

pub(crate) fn invalid(field: &str, what: &str) -> Error {
    Error::new(Code::ConfigInvalid, what).field(field)
}
