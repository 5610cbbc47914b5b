//! Which role every route of `/v1` needs. The routes themselves are in `mod.rs`; one that is not
//! in this table is open to nobody.

use axum::http::Method;
use goldenset_core::keys::Role;

/// Method, path as in the router, and the least role that it needs. What a body may ask for beyond
/// that is told by the handler: to publish with `PUT /v1/entries/{id}` needs an approver. Keys are
/// of all tenants, so a key of one tenant opens none of their routes whatever its role.
pub const ROLES: [(&str, &str, Role); 41] = [
    ("POST", "/v1/lookup", Role::Reader),
    ("POST", "/v1/lookup/batch", Role::Reader),
    ("POST", "/v1/compare", Role::Reader),
    ("GET", "/v1/entries", Role::Reader),
    ("GET", "/v1/entries/{id}", Role::Reader),
    ("GET", "/v1/entries/{id}/versions", Role::Reader),
    ("GET", "/v1/entries/{id}/diff", Role::Reader),
    ("PUT", "/v1/entries/{id}", Role::Expert),
    ("GET", "/v1/references", Role::Expert),
    ("POST", "/v1/feedback", Role::Expert),
    ("GET", "/v1/feedback", Role::Expert),
    ("GET", "/v1/experts", Role::Expert),
    ("GET", "/v1/experts/{handle}", Role::Expert),
    ("GET", "/v1/candidates", Role::Expert),
    ("GET", "/v1/candidates/{id}", Role::Expert),
    ("PUT", "/v1/candidates/{id}", Role::Expert),
    ("GET", "/v1/questions", Role::Expert),
    ("POST", "/v1/questions", Role::Expert),
    ("GET", "/v1/questions/missed", Role::Expert),
    ("GET", "/v1/calibration", Role::Expert),
    ("GET", "/v1/drift", Role::Expert),
    ("GET", "/v1/audit", Role::Expert),
    ("GET", "/v1/audit/report", Role::Expert),
    ("POST", "/v1/audit/{id}/judgement", Role::Expert),
    ("POST", "/v1/entries/{id}/publish", Role::Approver),
    ("POST", "/v1/entries/{id}/retire", Role::Approver),
    ("POST", "/v1/entries/{id}/rollback", Role::Approver),
    ("POST", "/v1/candidates/{id}/approve", Role::Approver),
    ("POST", "/v1/candidates/{id}/reject", Role::Approver),
    ("POST", "/v1/candidates/{id}/revise", Role::Approver),
    ("POST", "/v1/references/{document}/changed", Role::Approver),
    ("POST", "/v1/references/{document}/undo", Role::Approver),
    ("POST", "/v1/calibration", Role::Approver),
    ("POST", "/v1/calibration/undo", Role::Approver),
    ("GET", "/v1/log", Role::Approver),
    ("PUT", "/v1/experts/{handle}", Role::Admin),
    ("GET", "/v1/cache", Role::Admin),
    ("POST", "/v1/cache/invalidate", Role::Admin),
    ("GET", "/v1/keys", Role::Admin),
    ("POST", "/v1/keys", Role::Admin),
    ("POST", "/v1/keys/{id}/revoke", Role::Admin),
];

/// The least role for a route of the router.
pub(super) fn needed(method: &Method, path: &str) -> Option<Role> {
    // The router answers HEAD as it answers GET.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let fits = |(known, at, _): &&(&str, &str, Role)| *at == path && *known == method.as_str();
    ROLES.iter().find(fits).map(|(_, _, role)| *role)
}
