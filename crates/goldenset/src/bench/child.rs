//! The program as a process of its own, as an operator starts it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child as Process, ChildStderr, Command, Stdio};

use goldenset_core::{Code, Error, Result};

/// What a server says when it takes requests.
const READY: &str = "listening on http://";
/// Of the environment only this, so that it starts with the default settings.
const KEPT: [&str; 4] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"];

/// A server that ends with this.
pub(super) struct Child {
    process: Process,
    pub(super) address: SocketAddr,
    /// Open, so that the server can go on writing; it writes little.
    _log: BufReader<ChildStderr>,
}

impl Child {
    /// Starts `serve` over a data folder, with default settings, and waits until it listens.
    pub(super) fn serve(data: &Path) -> Result<Self> {
        let failed = |detail: &str| {
            Error::new(Code::Internal, format!("the program as a process of its own {detail}"))
        };
        let program =
            std::env::current_exe().map_err(|cause| failed("cannot be found").cause(cause))?;
        let environment =
            KEPT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value)));
        let mut process = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            // Where no configuration lies.
            .current_dir(data)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|cause| failed("cannot be started").cause(cause))?;
        let log = process.stderr.take();
        // From here on it ends whatever happens.
        let mut ending = Ending(Some(process));
        let mut log = BufReader::new(log.ok_or_else(|| failed("says nothing"))?);
        let (mut line, mut said) = (String::new(), String::new());
        let address = loop {
            line.clear();
            match log.read_line(&mut line) {
                Ok(0) | Err(_) => return Err(failed(&format!("ended: {said}"))),
                Ok(_) => said += &line,
            }
            if let Some((_, rest)) = line.split_once(READY) {
                break rest.split_whitespace().next().and_then(|address| address.parse().ok());
            }
        };
        let address = address.ok_or_else(|| failed("does not say where it listens"))?;
        let process = ending.0.take().ok_or_else(|| failed("ended"))?;
        Ok(Self { process, address, _log: log })
    }

    /// Resident memory now and at its peak, in MiB; none where the system does not tell.
    pub(super) fn memory_mib(&self) -> (Option<f64>, Option<f64>) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap_or_default();
        let mib = |key: &str| {
            let line = status.lines().find(|line| line.starts_with(key))?;
            let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kib / 1024.0)
        };
        (mib("VmRSS:"), mib("VmHWM:"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// A process that ends with this, unless it is taken out.
struct Ending(Option<Process>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(end);
    }
}

fn end(process: &mut Process) {
    // One that has ended already is as good.
    process.kill().ok();
    process.wait().ok();
}
