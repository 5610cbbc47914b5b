//! The one error of the project: a stable code, what happened, where, and how to mend it.
//!
//! Every code stands in the table below with its kind; the HTTP status and the exit code follow
//! from the kind alone, so an error means the same on every interface.

use std::borrow::Cow;
use std::fmt;

/// Result with the project's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who has to act on an error, and so how an interface reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The caller sent something wrong: mend the request.
    Invalid,
    /// What was named does not exist.
    NotFound,
    /// The state does not allow it now: read again and decide.
    Conflict,
    /// Who asks may not do it: bring a key that opens it.
    Forbidden,
    /// A part that answers depend on is away or overloaded: try again later.
    Unavailable,
    /// The operator's configuration, files or environment are wrong.
    Setup,
    /// A fault of goldenset itself.
    Internal,
}

macro_rules! codes {
    ($($variant:ident = $code:literal, $kind:ident, $title:literal;)*) => {
        /// Stable code of an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code as it is written in replies, logs and scripts.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The code that is written so; none where this version has no such code.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// Who has to act.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Code::$variant => Kind::$kind,)* }
            }

            /// A short sentence that is the same for every error with this code.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }
        }
    };
}

codes! {
    EmptyQuery = "empty_query", Invalid, "the question is empty";
    QueryTooLong = "query_too_long", Invalid, "the question is longer than 8 KiB";
    InvalidUtf8 = "invalid_utf8", Invalid, "the input is not valid UTF-8";
    InvalidJson = "invalid_json", Invalid, "the body is not valid JSON";
    InvalidField = "invalid_field", Invalid, "a field has a wrong type or value";
    UnknownField = "unknown_field", Invalid, "a field is not known";
    MissingField = "missing_field", Invalid, "a required field is missing";
    ThresholdOutOfRange = "threshold_out_of_range", Invalid, "a threshold is not a number from 0 to 1";
    TooMany = "too_many", Invalid, "a list has too many items";
    BodyTooLarge = "body_too_large", Invalid, "the body is too large";
    UnsupportedMediaType = "unsupported_media_type", Invalid, "the content type is not supported";
    MethodNotAllowed = "method_not_allowed", Invalid, "the method is not allowed here";
    BadRows = "bad_rows", Invalid, "some rows of the file are wrong";
    UnknownTenant = "unknown_tenant", NotFound, "the tenant does not exist";
    UnknownEntry = "unknown_entry", NotFound, "the entry does not exist";
    UnknownVersion = "unknown_version", NotFound, "the entry has no such version";
    UnknownAuditItem = "unknown_audit_item", NotFound, "the audit sample has no such item";
    UnknownExpert = "unknown_expert", NotFound, "the expert does not exist";
    UnknownCandidate = "unknown_candidate", NotFound, "the candidate does not exist";
    UnknownKey = "unknown_key", NotFound, "there is no such key";
    UnknownRoute = "unknown_route", NotFound, "there is nothing at this address";
    NotPublished = "not_published", Conflict, "the entry is not published";
    NothingToUndo = "nothing_to_undo", Conflict, "the document has no change that could be undone";
    NotCalibrated = "not_calibrated", Conflict, "no calibration is active";
    VersionConflict = "version_conflict", Conflict, "it has changed meanwhile";
    EpochMoved = "epoch_moved", Conflict, "the golden set has changed meanwhile";
    PublishConflict = "publish_conflict", Conflict, "it would take something from other entries";
    CandidateDecided = "candidate_decided", Conflict, "the candidate is decided already";
    NothingToPublish = "nothing_to_publish", Conflict, "the candidate has no answer to publish";
    NotAnApprover = "not_an_approver", Forbidden, "only approvers may do this";
    FourEyes = "four_eyes", Forbidden, "who proposed may not approve";
    IdempotencyReused = "idempotency_reused", Conflict, "the idempotency key was used for something else";
    KeyAlreadyMade = "key_already_made", Conflict, "the key was made already, and its text is shown once";
    KeyMissing = "key_missing", Forbidden, "a key is needed";
    KeyInvalid = "key_invalid", Forbidden, "the key opens nothing";
    RoleTooLow = "role_too_low", Forbidden, "the role of the key does not allow it";
    TenantForbidden = "tenant_forbidden", Forbidden, "the key is not for this tenant";
    EmbeddingUnavailable = "embedding_unavailable", Unavailable, "the embedding provider does not answer";
    EmbeddingRejected = "embedding_rejected", Setup, "the embedding provider refused the request";
    EmbeddingMismatch = "embedding_mismatch", Setup, "the embedding provider answered with something else than was asked";
    JudgeUnavailable = "judge_unavailable", Unavailable, "the judge of pairs does not answer";
    JudgeRejected = "judge_rejected", Setup, "the judge of pairs refused the request";
    JudgeMismatch = "judge_mismatch", Setup, "the judge of pairs answered with something else than was asked";
    StoreNotEmpty = "store_not_empty", Conflict, "the store holds something already";
    CopyInterrupted = "copy_interrupted", Unavailable, "a copy ended early";
    StoreUnavailable = "store_unavailable", Unavailable, "the store does not answer";
    CacheUnavailable = "cache_unavailable", Unavailable, "the cache that nodes share does not answer";
    Overloaded = "overloaded", Unavailable, "too much work is waiting";
    TimedOut = "timed_out", Unavailable, "the request took too long";
    ConfigInvalid = "config_invalid", Setup, "the configuration is wrong";
    BadLexicon = "bad_lexicon", Setup, "the lexicon is wrong";
    FileUnreadable = "file_unreadable", Setup, "a file cannot be read";
    FileUnwritable = "file_unwritable", Setup, "a file cannot be written";
    ModelUnusable = "model_unusable", Setup, "a model cannot be used";
    DataDirUnusable = "data_dir_unusable", Setup, "the data folder cannot be used";
    DataDirBusy = "data_dir_busy", Setup, "the data folder is in use by another process";
    DatabaseNewer = "database_newer", Setup, "the database was written by a newer version";
    DatabaseDamaged = "database_damaged", Setup, "the database is damaged";
    ListenFailed = "listen_failed", Setup, "the server cannot listen on this address";
    ServerUnreachable = "server_unreachable", Setup, "the server does not answer";
    UnexpectedReply = "unexpected_reply", Setup, "the server answered with something unknown";
    PgvectorUnusable = "pgvector_unusable", Setup, "pgvector cannot be used in the database";
    IndexMissing = "index_missing", Conflict, "there is no index";
    IndexBusy = "index_busy", Conflict, "somebody else is at work on the index";
    Internal = "internal", Internal, "a fault inside goldenset";
}

/// What went wrong, where, and how to mend it. The `cause` is for logs only: interfaces never
/// send it to a caller.
#[derive(Debug)]
pub struct Error {
    /// Stable code.
    pub code: Code,
    /// What happened, in one sentence.
    pub detail: String,
    /// The field, file or row concerned.
    pub field: Option<String>,
    /// How to mend it.
    pub fix: Option<Cow<'static, str>>,
    /// What else a caller can use: members of the reply, by name.
    pub members: Vec<(&'static str, serde_json::Value)>,
    /// The underlying fault.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a code and one sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, fix: None, members: vec![], cause: None }
    }

    /// Names the field, file or row concerned.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Cow<'static, str>>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds a member to the reply.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: serde_json::Value) -> Self {
        self.members.push((name, value));
        self
    }

    /// Keeps the underlying fault for the log.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same error once more, for every caller that waited for one piece of work. The cause is
    /// kept as text.
    #[must_use]
    pub fn share(&self) -> Self {
        Self {
            code: self.code,
            detail: self.detail.clone(),
            field: self.field.clone(),
            fix: self.fix.clone(),
            members: self.members.clone(),
            cause: self.cause.as_ref().map(|cause| cause.to_string().into()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.detail)?;
        if let Some(field) = &self.field {
            write!(f, " (at {field})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_snake_case() {
        let all: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(all.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| Code::from_name(code.as_str()) == Some(*code)));
        assert_eq!(Code::from_name("no_such_code"), None);
        assert!(all.iter().all(|code| {
            code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
        }));
    }
}
