//! Between a client and a server, to hurt what passes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of what the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It passes.
    Fine,
    /// It passes, so much later.
    Slow(Duration),
    /// It never comes.
    Silent,
    /// Something else comes in its place.
    Babbling,
    /// The connection breaks, and no other is taken.
    Away,
}

/// A proxy on a port of its own; it ends with the value.
pub(crate) struct Proxy {
    address: SocketAddr,
    mood: Arc<watch::Sender<Mood>>,
    listening: JoinHandle<()>,
}

impl Proxy {
    /// Before the server at `port` of this machine.
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mood = Arc::new(watch::Sender::new(Mood::Fine));
        let moods = Arc::clone(&mood);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *moods.borrow() != Mood::Away {
                    tokio::spawn(pass(client, port, moods.subscribe()));
                }
            }
        });
        Self { address, mood, listening }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// For a task that changes its mood again and again.
    pub(crate) fn moods(&self) -> Arc<watch::Sender<Mood>> {
        Arc::clone(&self.mood)
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.is(Mood::Away);
    }
}

/// Until one side ends, or the proxy is away.
async fn pass(client: TcpStream, port: u16, moods: watch::Receiver<Mood>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut ends = moods.clone();
    let up = async { tokio::io::copy(&mut from_client, &mut to_server).await.map(|_| ()) };
    let down = async {
        let mut said = vec![0; 64 * 1024];
        loop {
            let length = from_server.read(&mut said).await?;
            let mood = *moods.borrow();
            match mood {
                _ if length == 0 => return Ok::<_, std::io::Error>(()),
                Mood::Slow(delay) => tokio::time::sleep(delay).await,
                Mood::Silent => continue,
                Mood::Babbling => {
                    to_client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await?;
                    continue;
                }
                Mood::Fine | Mood::Away => {}
            }
            to_client.write_all(&said[..length]).await?;
        }
    };
    tokio::select! {
        _ = up => {}
        _ = down => {}
        _ = ends.wait_for(|mood| *mood == Mood::Away) => {}
    }
}
