//! A process of a test, which never outlives it.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Far beyond what anything here takes, also on a busy machine: only a hang gets that far.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A process that is killed when this is dropped, and when the test process ends, however that
/// happens.
pub(crate) struct Process {
    pub(crate) child: Child,
    watch: Child,
}

impl Process {
    /// Starts it. The folder, where one is given, goes when the test process ends.
    pub(crate) fn start(command: &mut Command, remove: Option<&Path>) -> Self {
        let child = command.spawn().unwrap();
        let watch = watch(child.id(), remove);
        Self { child, watch }
    }

    /// Waits until it ended by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the process ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The watch first, so that it never kills another process that gets the number.
        for child in [&mut self.watch, &mut self.child] {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// A process that reads from this one until it ends, and then kills the other: also a test run
/// that is killed itself leaves nothing behind.
fn watch(other: u32, remove: Option<&Path>) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill -9 \"$1\"; rm -rf -- \"$2\"", "watch", &other.to_string()])
        .arg(remove.unwrap_or(Path::new("")))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Polls until `done`.
pub(crate) fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
