//! Requests to a server, and replies that are held against the description.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::description::DESCRIPTION;
use crate::process::PATIENCE;
use crate::server::Server;

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    // The client wants one also where it never speaks TLS. An error means that there is one.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
});

/// For requests that nobody holds against the description.
pub(crate) fn client() -> Client {
    CLIENT.clone()
}

const JSON: &str = "application/json";

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.to_str().unwrap()
    }

    /// The tier that answered.
    pub(crate) fn cache(&self) -> &str {
        self.header("x-goldenset-cache")
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.header("x-goldenset-epoch").parse().unwrap()
    }

    /// The body of a reply with this status.
    #[track_caller]
    pub(crate) fn with(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// That it is this problem; an empty field stands for none.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, field: &str) {
        let problem = self.with(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["field"].as_str().unwrap_or_default(), field, "{problem}");
        assert_eq!(problem["type"], format!("urn:goldenset:error:{code}"));
        assert_eq!(problem["status"], status);
        assert_eq!(self.header("content-type"), "application/problem+json");
    }
}

fn answer(request: RequestBuilder) -> Reply {
    RUNTIME.block_on(async {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, bytes: response.bytes().await.unwrap().into() }
    })
}

impl Server {
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, Vec::new())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(JSON), body.to_string().into())
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(JSON), body.to_string().into())
    }

    /// A body that is not what it should be.
    pub(crate) fn post_raw(&self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.send(Method::POST, path, Some(JSON), body.into())
    }

    /// Sends a request, and holds it and the reply against the description.
    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Reply {
        self.send_with(method, path, content_type, body, None)
    }

    /// The same with headers of its own.
    fn send_with<'a>(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Reply {
        let mut request = CLIENT.request(method.clone(), self.url(path));
        if let Some(kind) = content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let reply = answer(request.body(body.clone()));
        DESCRIPTION.check(method.as_str(), path, &body, &reply);
        reply
    }

    /// A request with headers of its own; a body goes with every method but GET.
    pub(crate) fn ask<'a>(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Reply {
        let sent = Method::from_bytes(method.as_bytes()).unwrap();
        match method {
            "GET" => self.send_with(sent, path, None, Vec::new(), headers),
            _ => self.send_with(sent, path, Some(JSON), body.to_string().into(), headers),
        }
    }

    /// A write with a key, to a server that may go away: none when it does not answer.
    pub(crate) fn attempt(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        key: &str,
    ) -> Option<Reply> {
        let request = CLIENT.request(method.clone(), self.url(path)).header(CONTENT_TYPE, JSON);
        let request = request.header("idempotency-key", key).body(body.to_string());
        let reply = RUNTIME.block_on(async {
            let response = request.send().await.ok()?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Some(Reply { status, headers, bytes: response.bytes().await.ok()?.into() })
        })?;
        DESCRIPTION.check(method.as_str(), path, body.to_string().as_bytes(), &reply);
        Some(reply)
    }

    /// A GET with a header of its own.
    pub(crate) fn get_with(&self, path: &str, (name, value): (&str, &str)) -> Reply {
        let reply = answer(CLIENT.get(self.url(path)).header(name, value));
        DESCRIPTION.check("GET", path, b"", &reply);
        reply
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request whose handler runs and waits for the body.
    pub(crate) fn hold(&self, path: &str, body: &Value) -> Held {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let body = body.to_string();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: {JSON}\r\ncontent-length: {}\r\n\
             expect: 100-continue\r\nconnection: close\r\n\r\n",
            self.address,
            body.len()
        )
        .unwrap();
        let mut stream = BufReader::new(stream);
        // The server sends this when the handler begins to read.
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
        stream.read_line(&mut line).unwrap();
        Held { stream, body }
    }
}

/// See [`Server::hold`].
pub(crate) struct Held {
    stream: BufReader<TcpStream>,
    body: String,
}

impl Held {
    /// Sends the body; returns the whole reply.
    pub(crate) fn finish(mut self) -> String {
        self.stream.get_mut().write_all(self.body.as_bytes()).unwrap();
        self.reply()
    }

    /// Waits for the reply without sending the body.
    pub(crate) fn reply(mut self) -> String {
        let mut reply = String::new();
        self.stream.read_to_string(&mut reply).unwrap();
        reply
    }
}
