//! A model server on loopback that behaves as a test says.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Barrier, mpsc};

/// What the server does with request number `n` (from 0).
pub(crate) type Behaviour = dyn Fn(usize, Value) -> BoxFuture<'static, Response> + Send + Sync;

/// One request as it came in.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

pub(crate) struct Provider {
    pub(crate) base_url: String,
    shared: Arc<Shared>,
}

struct Shared {
    behaviour: Box<Behaviour>,
    seen: Mutex<Vec<Seen>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl Provider {
    pub(crate) async fn start<F>(behaviour: F) -> Self
    where
        F: Fn(usize, Value) -> BoxFuture<'static, Response> + Send + Sync + 'static,
    {
        let shared = Arc::new(Shared {
            behaviour: Box::new(behaviour),
            seen: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base_url, shared }
    }

    /// A server that gives these replies in turn, and the last one ever after.
    pub(crate) async fn replies(replies: Vec<crate::Reply>) -> Self {
        Self::start(move |n, body| {
            let reply = replies[n.min(replies.len() - 1)](&body);
            Box::pin(async move { reply })
        })
        .await
    }

    /// A server that answers requests two by two: with fewer at once it never does.
    pub(crate) async fn in_pairs(reply: crate::Reply) -> Self {
        let pair = Arc::new(Barrier::new(2));
        Self::start(move |_, body| {
            let pair = Arc::clone(&pair);
            Box::pin(async move {
                pair.wait().await;
                reply(&body)
            })
        })
        .await
    }

    /// A server that never answers its first request, and what tells of that one: `begun`, then
    /// `gone` when its caller no longer waits.
    pub(crate) async fn first_hangs(
        reply: crate::Reply,
    ) -> (Self, mpsc::UnboundedReceiver<&'static str>) {
        /// Tells when the request it belongs to is over.
        struct Gone(mpsc::UnboundedSender<&'static str>);
        impl Drop for Gone {
            fn drop(&mut self) {
                self.0.send("gone").ok();
            }
        }

        let (tell, told) = mpsc::unbounded_channel();
        let provider = Self::start(move |n, body| {
            let tell = tell.clone();
            Box::pin(async move {
                if n > 0 {
                    return reply(&body);
                }
                tell.send("begun").unwrap();
                let _gone = Gone(tell);
                pending().await
            })
        })
        .await;
        (provider, told)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen().len()
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(SeqCst)
    }
}

/// The base URL of a server that is not there.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/v1", listener.local_addr().unwrap())
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let number = {
        let mut seen = shared.seen.lock().unwrap();
        seen.push(Seen { uri, headers, body: body.clone() });
        seen.len() - 1
    };
    let now = shared.in_flight.fetch_add(1, SeqCst) + 1;
    shared.most_in_flight.fetch_max(now, SeqCst);
    let response = (shared.behaviour)(number, body).await;
    shared.in_flight.fetch_sub(1, SeqCst);
    response
}

pub(crate) fn reply(status: StatusCode, body: &Value) -> Response {
    (status, body.to_string()).into_response()
}
