//! One connection over HTTP/1.1, as cheap as it can be.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use goldenset_core::{Code, Error, Result};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::plan::Running;

/// A server, and how it is spoken to.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// As it is named in requests.
    pub(super) host: Arc<str>,
    /// What stands before every path: empty, or `/behind/a/proxy`.
    pub(super) base: Arc<str>,
    /// Sent with each request.
    pub(super) authorization: Option<HeaderValue>,
}

impl From<SocketAddr> for Server {
    fn from(address: SocketAddr) -> Self {
        Self { address, host: "localhost".into(), base: "".into(), authorization: None }
    }
}

/// A connection to a server.
pub(super) struct Connection {
    server: Server,
    sender: SendRequest<Full<Bytes>>,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Connection {
    /// # Errors
    /// `server_unreachable`.
    pub(super) async fn open(server: &Server) -> Result<Self> {
        let refused = |cause: std::io::Error| server.broke().cause(cause);
        let stream = TcpStream::connect(server.address).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        let shaken = handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(|cause| server.broke().cause(cause))?;
        tokio::spawn(async move {
            // Whoever sends on it is told.
            connection.await.ok();
        });
        Ok(Self { server: server.clone(), sender })
    }

    /// Posts JSON to a path below the server's.
    ///
    /// # Errors
    /// `server_unreachable` where the connection ends before the whole answer.
    pub(super) async fn post(&mut self, path: &str, body: Bytes) -> Result<Reply> {
        let Server { host, base, authorization, .. } = &self.server;
        let mut request = match base.is_empty() {
            true => Request::post(path),
            false => Request::post(format!("{base}{path}")),
        };
        request =
            request.header(header::HOST, &**host).header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = authorization {
            request = request.header(header::AUTHORIZATION, key);
        }
        let request = request.body(Full::new(body)).map_err(|cause| {
            Error::new(Code::Internal, "a request could not be made").cause(cause)
        })?;
        let broke = |cause: hyper::Error| self.server.broke().cause(cause);
        self.sender.ready().await.map_err(broke)?;
        let answer = self.sender.send_request(request).await.map_err(broke)?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(broke)?.to_bytes();
        Ok(Reply { status: head.status, headers: head.headers, body })
    }
}

impl Server {
    /// A running one.
    pub(super) fn of(running: &Running) -> Self {
        Self {
            address: running.address,
            host: running.host.as_str().into(),
            base: running.base.as_str().into(),
            authorization: running.authorization.clone(),
        }
    }

    fn broke(&self) -> Error {
        let address = self.address;
        Error::new(
            Code::ServerUnreachable,
            format!("the server at {address} broke a connection off"),
        )
        .fix("see its log; is the address right, and does it take so many connections?")
    }
}
