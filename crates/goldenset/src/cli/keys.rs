//! `keys`: who may do what.

use std::io::{self, Write};

use goldenset_core::Result;
use goldenset_core::keys::Role;
use serde_json::Value;

use super::args::{CreateKey, Keys, ListKeys, RevokeKey};
use super::client::{self, Request};
use super::listing::{cell, columns, rows};
use crate::config::Config;

/// Does what the command says.
pub(super) async fn run(config: &Config, keys: Keys) -> Result<()> {
    match keys {
        Keys::Create(CreateKey { name, role, for_tenant, expert, remote }) => {
            let request = Request::post("/v1/keys").field("name", name);
            let request = request.field("role", Role::from(role)).field("tenant", for_tenant);
            let request = request.field("expert", expert);
            client::call(config, &remote, request).await?.show(&remote, show_created)
        }
        Keys::List(ListKeys { remote }) => {
            let reply = client::call(config, &remote, Request::get("/v1/keys")).await?;
            reply.show(&remote, show_all)
        }
        Keys::Revoke(RevokeKey { id, remote }) => {
            let request = Request::post("/v1/keys").segment(&id.to_string()).segment("revoke");
            let reply = client::call(config, &remote, request).await?;
            reply.show(&remote, |key, out| {
                let (id, name) = (cell(&key["id"]), cell(&key["name"]));
                let (at, by) = (cell(&key["revoked_at"]), cell(&key["revoked_by"]));
                writeln!(out, "key {id} ({name}) opens nothing since {at}, revoked by {by}")
            })
        }
    }
}

fn show_created(key: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [id, name, role] = ["id", "name", "role"].map(|field| cell(&key[field]));
    let whose = match &key["tenant"] {
        Value::Null => "all tenants".into(),
        tenant => format!("tenant {}", cell(tenant)),
    };
    writeln!(out, "key {id} ({name}): {role} of {whose}\n\n    {}\n", cell(&key["key"]))?;
    writeln!(
        out,
        "It is not shown again: keep it now. It is sent as `authorization: Bearer ...`,"
    )?;
    writeln!(out, "and the commands of goldenset read it from GOLDENSET_API_KEY.")
}

fn show_all(keys: &Value, out: &mut dyn Write) -> io::Result<()> {
    let fields = [
        "/id",
        "/name",
        "/role",
        "/tenant",
        "/expert",
        "/created_at",
        "/created_by",
        "/revoked_at",
    ];
    let head = ["ID", "NAME", "ROLE", "TENANT", "EXPERT", "CREATED", "BY", "REVOKED"];
    match rows(&keys["keys"], &fields) {
        none if none.is_empty() => writeln!(out, "no key was ever made"),
        rows => columns(out, &head, &rows),
    }
}
