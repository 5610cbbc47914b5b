//! Who calls.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use goldenset_core::keys::{KeyRecord, Role};
use goldenset_core::ports::Once;
use goldenset_core::{Code, Error, Handle, TenantId};
use goldenset_engine::Author;

use super::problem::Failure;

/// Who calls, and what they may do. Every handler of `/v1` takes one, and its tenant from
/// [`Caller::tenant`].
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Who it is, for the audit log.
    pub(crate) actor: Arc<str>,
    /// What they may do.
    pub(crate) role: Role,
    /// The one tenant that they may see; all where there is none.
    pub(crate) scope: Option<TenantId>,
    /// The handle of the expert who calls, where it is one.
    pub(crate) expert: Option<Arc<str>>,
    /// So that this request may be sent again.
    pub(crate) once: Option<Once>,
}

impl Caller {
    /// Who may do everything: whoever holds the data folder, and everybody on this machine as long
    /// as nobody has a key.
    #[must_use]
    pub(crate) fn operator(actor: &str) -> Self {
        Self { actor: actor.into(), role: Role::Admin, scope: None, expert: None, once: None }
    }

    /// Whom a key lets in. An expert is named by the handle, any other by the name of the key.
    pub(super) fn of_key(key: &KeyRecord) -> Self {
        let expert = key.expert.as_deref().map(Arc::<str>::from);
        let actor = expert.clone().unwrap_or_else(|| format!("key:{}", key.name).into());
        Self { actor, role: key.role, scope: key.tenant.clone(), expert, once: None }
    }

    /// The tenant of a request that asked for this one, or for none: then the caller's own, and
    /// `default` where the caller may see all.
    ///
    /// # Errors
    /// `tenant_forbidden`, whether there is such a tenant or not.
    pub(crate) fn tenant(&self, asked: Option<TenantId>) -> Result<TenantId, Error> {
        match (&self.scope, asked) {
            (Some(scope), Some(asked)) if *scope != asked => Err(forbidden("tenant", scope)),
            (Some(scope), _) => Ok(scope.clone()),
            (None, asked) => Ok(asked.unwrap_or_default()),
        }
    }

    /// That the caller may see all tenants.
    ///
    /// # Errors
    /// `tenant_forbidden`.
    pub(crate) fn unscoped(&self) -> Result<(), Error> {
        match &self.scope {
            Some(scope) => Err(forbidden("authorization", scope)),
            None => Ok(()),
        }
    }

    /// That the caller has this role or a higher one.
    ///
    /// # Errors
    /// `role_too_low` naming the role.
    pub(crate) fn needs(&self, role: Role) -> Result<(), Error> {
        if self.role >= role {
            return Ok(());
        }
        let (role, own) = (role.as_str(), self.role.as_str());
        Err(Error::new(Code::RoleTooLow, format!("this needs the role {role}; the key has {own}"))
            .field("authorization")
            .fix(format!("use a key with the role {role} or a higher one")))
    }

    /// Who changes the golden set of the tenant that was asked for.
    ///
    /// # Errors
    /// See [`Caller::tenant`].
    pub(crate) fn author(&self, asked: Option<TenantId>) -> Result<Author, Error> {
        let author = Author::new(self.tenant(asked)?, self.actor.as_ref());
        Ok(Author { once: self.once.clone(), ..author })
    }

    /// The same, in the name of whom the body names.
    ///
    /// # Errors
    /// See [`Caller::tenant`] and [`Caller::by`].
    pub(crate) fn author_for(
        &self,
        asked: Option<TenantId>,
        by: Option<String>,
    ) -> Result<Author, Error> {
        Ok(Author { actor: self.by(by)?, ..self.author(asked)? })
    }

    /// In whose name it is done, where a body may say so: an expert's key speaks for that expert
    /// alone, any other for whoever it names.
    ///
    /// # Errors
    /// `invalid_field` naming `by`.
    pub(crate) fn by(&self, asked: Option<String>) -> Result<String, Error> {
        match (&self.expert, asked) {
            (Some(expert), Some(asked)) if **expert != *asked => {
                Err(Error::new(Code::InvalidField, format!("this key speaks for {expert} alone"))
                    .field("by")
                    .fix("leave the field out, or use the key of whom you name"))
            }
            (_, Some(asked)) => Ok(asked),
            (_, None) => Ok(self.actor.as_ref().to_owned()),
        }
    }
}

impl Caller {
    /// The expert in whose name it is done: the one whose key it is, else the one that the body
    /// names in `field`.
    ///
    /// # Errors
    /// `missing_field`, `invalid_field`.
    pub(crate) fn handle(
        &self,
        field: &'static str,
        asked: Option<Handle>,
    ) -> Result<Handle, Error> {
        match (&self.expert, asked) {
            (Some(expert), Some(asked)) if **expert != *asked.as_str() => {
                Err(Error::new(Code::InvalidField, format!("this key speaks for {expert} alone"))
                    .field(field)
                    .fix("leave the field out, or use the key of whom you name"))
            }
            (_, Some(asked)) => Ok(asked),
            (Some(expert), None) => Handle::new(expert),
            (None, None) => Err(Error::new(Code::MissingField, format!("missing field `{field}`"))
                .field(field)
                .fix("name the expert who says so")),
        }
    }
}

fn forbidden(field: &str, scope: &TenantId) -> Error {
    Error::new(Code::TenantForbidden, format!("the key is for the tenant `{scope}` alone"))
        .field(field)
        .fix("leave the tenant out to mean the key's own, or use a key for all tenants")
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get().cloned().ok_or_else(|| {
            // Every route that takes a caller stands behind what finds out who calls.
            Failure(Error::new(Code::Internal, "nobody has found out who calls"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(scope: Option<&str>, expert: Option<&str>) -> Caller {
        Caller {
            scope: scope.map(|scope| TenantId::new(scope).unwrap()),
            expert: expert.map(Into::into),
            role: Role::Expert,
            ..Caller::operator("key:app")
        }
    }

    #[test]
    fn a_scope_is_the_tenant_of_every_request() {
        let tenant = |scope, asked: Option<&str>| {
            let asked = asked.map(|asked| TenantId::new(asked).unwrap());
            caller(scope, None).tenant(asked).map_err(|error| error.code)
        };
        let named = |name| Ok(TenantId::new(name).unwrap());
        assert_eq!(tenant(None, None), named("default"));
        assert_eq!(tenant(None, Some("b")), named("b"));
        assert_eq!(tenant(Some("a"), None), named("a"));
        assert_eq!(tenant(Some("a"), Some("a")), named("a"));
        for other in ["b", "default", "A"] {
            assert_eq!(tenant(Some("a"), Some(other)), Err(Code::TenantForbidden), "{other}");
        }
        assert!(caller(None, None).unscoped().is_ok());
        assert_eq!(caller(Some("a"), None).unscoped().unwrap_err().code, Code::TenantForbidden);
    }

    #[test]
    fn roles_are_in_order() {
        assert!(caller(None, None).needs(Role::Expert).is_ok());
        let error = caller(None, None).needs(Role::Approver).unwrap_err();
        assert_eq!(error.code, Code::RoleTooLow);
        assert!(error.detail.contains("approver") && error.detail.contains("expert"), "{error}");
    }

    #[test]
    fn an_expert_speaks_for_nobody_else() {
        let by = |expert, asked: Option<&str>| {
            let said = caller(None, expert).by(asked.map(Into::into));
            said.map_err(|error| (error.code, error.field.unwrap()))
        };
        assert_eq!(by(Some("anna"), Some("anna")), Ok("anna".into()));
        assert_eq!(by(Some("anna"), Some("bruno")), Err((Code::InvalidField, "by".into())));
        assert_eq!(by(None, Some("bruno")), Ok("bruno".into()));
        assert_eq!(by(None, None), Ok("key:app".into()));
    }
}
