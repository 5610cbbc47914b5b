//! Listening, and stopping without dropping anyone.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{App, router};

/// Takes the address. One that other machines can reach is taken only where callers are told apart,
/// which is where there is a key that opens something.
///
/// # Errors
/// `listen_failed` naming the address and the fix.
pub async fn listen(address: SocketAddr, keyed: bool) -> Result<TcpListener> {
    let failed = |detail: String, fix: &'static str| {
        Error::new(Code::ListenFailed, detail).field("server.listen").fix(fix)
    };
    if !address.ip().is_loopback() && !keyed {
        let detail = format!(
            "{address} can be reached from other machines, and there are no keys to tell callers apart"
        );
        return Err(failed(
            detail,
            "make one with `goldenset keys create --name NAME --role admin`, or listen on 127.0.0.1 or [::1]",
        ));
    }
    TcpListener::bind(address).await.map_err(|cause| {
        let fix = match cause.kind() {
            std::io::ErrorKind::AddrInUse => {
                "stop the other process, or choose another port with --listen 127.0.0.1:PORT"
            }
            std::io::ErrorKind::PermissionDenied => {
                "choose a port above 1023 with --listen 127.0.0.1:PORT"
            }
            _ => "choose another address with --listen",
        };
        failed(format!("cannot listen on {address}: {cause}"), fix).cause(cause)
    })
}

/// Serves until `stop` resolves, then lets requests under way end within `grace`.
///
/// # Errors
/// `internal` when the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> Result<()> {
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, router(app)).with_graceful_shutdown(async move {
        stop.await;
        stopping.send_replace(true);
    });
    let overdue = async move {
        if stopped.wait_for(|stopping| *stopping).await.is_err() {
            // The server ended by itself; its own result says how.
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        result = server => result.map_err(|cause| {
            Error::new(Code::Internal, "the server stopped by a fault").cause(cause)
        }),
        () = overdue => {
            tracing::warn!(?grace, "requests were still under way when the grace period ended");
            Ok(())
        }
    }
}

/// Resolves when the process is asked to end: Ctrl-C or SIGTERM. It listens from the call on, not
/// only once somebody waits: a process that is asked in between must not be ended by the signal.
pub fn asked_to_stop() -> impl Future<Output = ()> + Send {
    let listen = |kind, name| {
        signal(kind).inspect_err(|error| tracing::warn!(%error, "{name} cannot be caught")).ok()
    };
    let signals =
        [listen(SignalKind::interrupt(), "Ctrl-C"), listen(SignalKind::terminate(), "SIGTERM")];
    async move {
        let [mut interrupt, mut terminate] = signals;
        let came = async |signal: &mut Option<Signal>| match signal {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        };
        tokio::select! {
            () = came(&mut interrupt) => {}
            () = came(&mut terminate) => {}
        }
    }
}
