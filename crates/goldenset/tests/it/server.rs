//! The server as a process, on a free port of loopback.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;

use crate::process::{PATIENCE, Process};
use crate::program::command;

/// What the server says when it takes requests.
const READY: &str = "listening on http://";

/// A running server.
pub(crate) struct Server {
    pub(crate) address: String,
    process: Process,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

static SHARED: LazyLock<Server> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap().keep();
    // Nobody drops a static: the watch of this server removes the folder too.
    Server::spawn("serve", &folder, &[], Some(&folder))
});

impl Server {
    /// The server of all tests that are at peace with others; each has tenants of its own.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    pub(crate) fn start(folder: &Path) -> Self {
        Self::spawn("serve", folder, &[], None)
    }

    pub(crate) fn configured(folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn("serve", folder, environment, None)
    }

    /// A server at an address of its own choice; requests go to loopback.
    pub(crate) fn at(folder: &Path, listen: &str) -> Self {
        let mut server = Self::spawn_at("serve", folder, &[], None, listen);
        let port = server.address.rsplit(':').next().unwrap();
        server.address = format!("127.0.0.1:{port}");
        server
    }

    /// The server that `demo` ends in.
    pub(crate) fn demo(folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn("demo", folder, environment, None)
    }

    fn spawn(
        program: &str,
        folder: &Path,
        environment: &[(&str, &str)],
        remove: Option<&Path>,
    ) -> Self {
        Self::spawn_at(program, folder, environment, remove, "127.0.0.1:0")
    }

    fn spawn_at(
        program: &str,
        folder: &Path,
        environment: &[(&str, &str)],
        remove: Option<&Path>,
        listen: &str,
    ) -> Self {
        let mut command = command(folder);
        command
            .args([program, "--listen", listen, "--data"])
            .arg(folder.join("data"))
            // No test fails because the machine is busy.
            .env("GOLDENSET__SERVER__REQUEST_TIMEOUT_MS", PATIENCE.as_millis().to_string())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("out")).unwrap())
            .stderr(Stdio::piped());
        let mut process = Process::start(&mut command, remove);
        let lines = BufReader::new(process.child.stderr.take().unwrap()).lines();
        let log = Arc::<Mutex<String>>::default();
        let (ready, waiting) = mpsc::channel();
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once(READY) {
                    let address = rest.split_whitespace().next().unwrap_or_default();
                    // After the first time nobody listens any more.
                    ready.send(address.to_owned()).ok();
                }
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut server = Self { address: String::new(), process, log, reader: Some(reader) };
        match waiting.recv_timeout(PATIENCE) {
            Ok(address) => server.address = address,
            Err(RecvTimeoutError::Disconnected) => panic!("no server: {}", server.log()),
            Err(RecvTimeoutError::Timeout) => panic!("no server in time: {}", server.log()),
        }
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.child.id()
    }

    /// What it has written to standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Asks it to stop, as service managers do.
    pub(crate) fn terminate(&self) {
        let status = Command::new("sh")
            .args(["-c", "kill -TERM \"$1\"", "kill", &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// `kill -9`, as seen by whoever still speaks to it.
    pub(crate) fn crash(&self) {
        let status = Command::new("sh")
            .args(["-c", "kill -KILL \"$1\"", "kill", &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits until it ended by itself; returns how, and all that it wrote.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.process.wait();
        self.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.process.child.kill().unwrap();
        self.process.child.wait().unwrap();
    }
}
