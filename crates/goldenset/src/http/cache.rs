//! `/v1/cache`: what the caches hold, and having it dropped.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::{Code, EntryId, Error, Signature, TenantId};
use goldenset_engine::{CacheState, Invalidated, Selection};
use serde::Deserialize;

use super::json::JsonBody;
use super::problem::Failure;
use super::{App, Caller};

/// The fields that say what goes; one of them has to.
const SELECTORS: &str = "entry_id, signature, query or all";

/// What is to go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvalidateBody {
    tenant: Option<TenantId>,
    entry_id: Option<EntryId>,
    signature: Option<Signature>,
    query: Option<String>,
    all: Option<All>,
    dry_run: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
enum All {
    Tenant,
    Everything,
}

// serde by itself calls a value of another type a mistake of JSON.
impl TryFrom<String> for All {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "tenant" => Ok(Self::Tenant),
            "everything" => Ok(Self::Everything),
            _ => Err("expected `tenant` or `everything`"),
        }
    }
}

/// The figures are of all tenants.
pub(crate) async fn state(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<CacheState>, Failure> {
    caller.unscoped()?;
    Ok(Json(app.engine().caches()))
}

pub(crate) async fn invalidate(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<InvalidateBody>,
) -> Result<Json<Invalidated>, Failure> {
    let dry_run = body.dry_run.unwrap_or_default();
    Ok(Json(app.engine().invalidate(&selection(&caller, body)?, dry_run).await?))
}

/// # Errors
/// `missing_field` for a body that names nothing, `invalid_field` for one that contradicts itself,
/// those of a question, and `tenant_forbidden`.
fn selection(caller: &Caller, body: InvalidateBody) -> Result<Selection, Error> {
    let given = [
        ("entry_id", body.entry_id.is_some()),
        ("signature", body.signature.is_some()),
        ("query", body.query.is_some()),
        ("all", body.all.is_some()),
    ];
    let mut given = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name);
    if let (Some(first), Some(second)) = (given.next(), given.next()) {
        return Err(Error::new(Code::InvalidField, format!("{second} is given beside {first}"))
            .field(second)
            .fix(format!("give one of {SELECTORS}")));
    }
    let tenant_given = body.tenant.is_some();
    let tenant = caller.tenant(body.tenant)?;
    match (body.entry_id, body.signature, body.query, body.all) {
        (Some(id), ..) => Ok(Selection::Entry(tenant, id)),
        (_, Some(signature), ..) => Ok(Selection::Question(tenant, signature)),
        (_, _, Some(query), _) => Selection::of_query(tenant, &query),
        (.., Some(All::Tenant)) => Ok(Selection::Tenant(tenant)),
        (.., Some(All::Everything)) if tenant_given => {
            Err(Error::new(Code::InvalidField, "a tenant is given, and everything is to go")
                .field("tenant")
                .fix("leave the tenant out, or give `tenant` for all"))
        }
        (.., Some(All::Everything)) => {
            caller.unscoped()?;
            Ok(Selection::Everything)
        }
        (None, None, None, None) => {
            Err(Error::new(Code::MissingField, "the body does not say what is to go")
                .field(SELECTORS)
                .fix(format!("give one of {SELECTORS}")))
        }
    }
}
