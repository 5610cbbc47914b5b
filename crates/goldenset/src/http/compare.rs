//! `/v1/compare`: why, or why not.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::{Code, EntryId, Error, TenantId};
use goldenset_engine::Comparison;
use goldenset_engine::scope::Options;
use serde::Deserialize;

use super::json::JsonBody;
use super::problem::Failure;
use super::{App, Caller};

/// Two questions, or a question and an entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareBody {
    a: Option<String>,
    b: Option<String>,
    query: Option<String>,
    entry_id: Option<EntryId>,
    tenant: Option<TenantId>,
}

pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<CompareBody>,
) -> Result<Json<Comparison>, Failure> {
    let comparison = match body {
        CompareBody { a: Some(a), b: Some(b), query: None, entry_id: None, tenant: None } => {
            app.engine().compare(&a, &b).await?
        }
        CompareBody { a: None, b: None, query: Some(query), entry_id: Some(id), tenant } => {
            let tenant = Some(caller.tenant(tenant)?);
            let options = Options { tenant, ..Options::default() };
            let compared = app.engine().compare_entry(&query, &id, options).await;
            compared.map_err(|error| match error.code {
                Code::UnknownEntry => error.field("entry_id"),
                _ => error,
            })?
        }
        _ => {
            let detail = "the body names neither two questions nor a question and an entry";
            return Err(Error::new(Code::MissingField, detail)
                .field("a, b or query, entry_id")
                .fix("send either {\"a\", \"b\"} or {\"query\", \"entry_id\", \"tenant\"?}")
                .into());
        }
    };
    Ok(Json(comparison))
}
