//! A Postgres of a test's own, which it may stop and kill.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::schema::named;

/// A cluster in a folder, run by the user who runs the servers of the tests.
pub(super) struct Postgres {
    folder: TempDir,
    port: u16,
}

impl Postgres {
    pub(super) fn start() -> Self {
        // Postgres does not run as root, and its user must be able to enter the folder.
        let folder =
            tempfile::Builder::new().prefix("goldenset-pg").tempdir_in("/var/tmp").unwrap();
        let (user, group) = (number("GOLDENSET_TEST_UID"), number("GOLDENSET_TEST_GID"));
        std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let postgres = Self { folder, port };
        let data = postgres.data();
        let data = data.to_str().unwrap();
        postgres.run(
            "initdb",
            &["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        );
        postgres.begin();
        postgres
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Starts the server; returns when it answers.
    pub(super) fn begin(&self) {
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=", self.port);
        let (data, log) = (self.data(), self.folder.path().join("log"));
        let (data, log) = (data.to_str().unwrap(), log.to_str().unwrap());
        self.run("pg_ctl", &["-D", data, "-w", "-t", "60", "-l", log, "-o", &options, "start"]);
    }

    /// Ends it as a power cut does; what it acknowledged is in its log.
    pub(super) fn crash(&self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", data.to_str().unwrap(), "-m", "immediate", "stop"]);
    }

    /// Stops (`STOP`) and resumes (`CONT`) every process of it.
    pub(super) fn signal(&self, name: &str) {
        for pid in self.pids() {
            Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        }
    }

    /// The server and its children.
    fn pids(&self) -> Vec<String> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let parent = file.lines().next().unwrap().to_owned();
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &parent]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let children = children.split_whitespace().map(ToOwned::to_owned);
        std::iter::once(parent.clone()).chain(children).collect()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = Path::new(&named("GOLDENSET_TEST_POSTGRES_BIN")).join(program);
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if number("GOLDENSET_TEST_UID") != own_uid() {
            command.uid(number("GOLDENSET_TEST_UID")).gid(number("GOLDENSET_TEST_GID"));
        }
        assert!(command.status().unwrap().success(), "{arguments:?}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            self.signal("CONT");
            self.crash();
        }
    }
}

fn number(variable: &str) -> u32 {
    named(variable).parse().unwrap()
}

/// The user who runs the tests.
fn own_uid() -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid()
}
