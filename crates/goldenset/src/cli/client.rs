//! A thin client, so that a command is written once and works against a running server and without
//! one.
//!
//! With `--url` (or `GOLDENSET_URL`) a request goes to that server, with the key in
//! `GOLDENSET_API_KEY`. Without, the same request goes to the same router over the data folder, in
//! this process and without a socket; whoever holds the folder may do everything and needs no key,
//! and the audit log names [`actor`].
//!
//! A command takes [`At`](super::args::At) among its arguments (or
//! [`Remote`](super::args::Remote), where no golden set is concerned), adds it in `flags` of
//! `cli/mod.rs`, and is then a request and a way to show the reply:
//!
//! ```text
//! let request = Request::get("/v1/candidates").param("status", args.status).tenant(&args.at);
//! let reply = client::call(config, &args.at.remote, request).await?;
//! reply.show(&args.at.remote, |body, out| {
//!     columns(out, &["ID", "STATUS"], &rows(&body["candidates"], &["/id", "/status"]))
//! })
//! ```
//!
//! Names out of the command line go into a path by [`Request::segment`] alone. Several requests
//! in one go: [`with`]. An error of the server comes back as the [`Error`] that it was there, so
//! the report and the exit code are the same on both ways.

mod reply;
mod request;
mod server;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use goldenset_core::{Code, Error, Result};
use tower::ServiceExt;

use super::args::Remote;
use super::output::actor;
use super::serve::app;
use crate::config::Config;
use crate::http::{App, Caller, router};
use crate::wire;
pub(super) use reply::Reply;
pub(super) use request::Request;
use server::Server;
pub(super) use server::place;

/// Where requests go.
pub(super) struct Client(Via);

enum Via {
    Server(Server),
    Here { app: Arc<App>, router: Router },
}

/// Sends one request.
///
/// # Errors
/// Those of the request; `server_unreachable`, `timed_out`, `unexpected_reply` of a server;
/// `data_dir_busy` and what else can be wrong with a data folder without one.
pub(super) async fn call(config: &Config, remote: &Remote, request: Request) -> Result<Reply> {
    with(config, remote, async |client| client.send(request).await).await
}

/// Does work of several requests, and leaves the data folder whole also when it fails.
///
/// # Errors
/// See [`call`].
pub(super) async fn with<T>(
    config: &Config,
    remote: &Remote,
    work: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    let client = Client::open(config, remote).await?;
    let done = work(&client).await;
    client.close().await;
    done
}

impl Client {
    async fn open(config: &Config, remote: &Remote) -> Result<Self> {
        // Set and empty is how shells leave out a variable.
        if let Some(url) = remote.url.as_deref().filter(|url| !url.is_empty()) {
            return Ok(Self(Via::Server(Server::new(url)?)));
        }
        let store = wire::store(config).await.map_err(|error| match error.code {
            Code::DataDirBusy => error.fix(
                "ask the server that has it open: --url http://HOST:PORT, with its key in \
                 GOLDENSET_API_KEY",
            ),
            _ => error,
        })?;
        let app = app(config, store).await?;
        let router = router(Arc::clone(&app));
        Ok(Self(Via::Here { app, router }))
    }

    /// Sends a request; a refusal is the error that it names.
    ///
    /// # Errors
    /// See [`call`].
    pub(super) async fn send(&self, request: Request) -> Result<Reply> {
        match &self.0 {
            Via::Server(server) => server.send(request).await,
            Via::Here { router, .. } => here(router, request).await,
        }
    }

    async fn close(self) {
        if let Via::Here { app, .. } = self.0 {
            app.watch().flush_or_log().await;
            app.engine().close().await;
        }
    }
}

/// Sends a request to the router itself.
async fn here(router: &Router, request: Request) -> Result<Reply> {
    let (head, body) = request.into_http(None)?.into_parts();
    let mut request = axum::http::Request::from_parts(head, Body::from(body));
    request.extensions_mut().insert(Caller::operator(&actor()));
    let response = match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|cause| Error::new(Code::Internal, "the reply could not be read").cause(cause))?;
    Reply::read(head.status, &head.headers, body.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Flag, Layers, load};

    #[tokio::test]
    async fn without_a_server_the_router_answers_in_this_process() {
        let folder = tempfile::tempdir().unwrap();
        let data = Flag {
            key: "store.data_dir",
            value: folder.path().join("data").display().to_string(),
            name: "--data",
        };
        let layers = Layers {
            file: None,
            environment: &BTreeMap::new(),
            flags: &[data],
            folder: folder.path(),
        };
        let config = load(&layers).unwrap().config;
        let remote = Remote { url: Some(String::new()), data: None, json: false };
        let read = || Request::get("/v1/entries").segment("a/b");
        let save = Request::put("/v1/entries").segment("a/b");
        let save = save.field("question", "Chi?").field("answer", "Io.").field("publish", false);
        let saved = with(&config, &remote, async |client| {
            let missing = client.send(read()).await.unwrap_err();
            assert_eq!((missing.code, missing.field.as_deref()), (Code::UnknownEntry, Some("id")));
            client.send(save).await?;
            // The folder is taken as long as this one has it.
            let busy = call(&config, &remote, read()).await.unwrap_err();
            assert_eq!(busy.code, Code::DataDirBusy);
            assert!(busy.fix.unwrap().contains("--url"));
            client.send(read()).await
        });
        assert_eq!(saved.await.unwrap().body()["author"], actor());
        assert_eq!(call(&config, &remote, read()).await.unwrap().body()["version"], 1);
    }
}
