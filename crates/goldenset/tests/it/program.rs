//! The program on the command line, in a folder of its own.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;

/// The program with nothing of this machine around it: no environment, another working folder.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_goldenset"));
    command.env_clear().current_dir(folder);
    command
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// One value a line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// That the run failed with this exit code and error code, and says this.
    pub(crate) fn failed(&self, code: i32, error: &str, says: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(&format!("error[{error}]")), "{self:?}");
        assert!(self.err.contains("  fix: "), "no fix: {self:?}");
        for part in says {
            assert!(self.err.contains(part), "{part:?} is missing: {self:?}");
        }
    }
}

/// A folder with files and a data folder, in which the program runs.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A place with these entries in its data folder.
    pub(crate) fn with_entries(lines: &str) -> Self {
        let place = Self::new();
        place.write("entries.jsonl", lines);
        assert_eq!(place.run(&["import", "entries.jsonl", "--data", "data"]).code, 0);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The files that hold the golden set, with their bytes.
    pub(crate) fn database(&self) -> [Vec<u8>; 2] {
        // What was not yet moved into the first file is in the second.
        ["goldenset.db", "goldenset.db-wal"]
            .map(|name| fs::read(self.path().join("data").join(name)).unwrap_or_default())
    }

    /// Puts into the place of the database what is none.
    pub(crate) fn break_database(&self) {
        for name in ["data/goldenset.db-wal", "data/goldenset.db-shm"] {
            // Gone already is as good.
            fs::remove_file(self.path().join(name)).ok();
        }
        self.write("data/goldenset.db", "rubbish ".repeat(1000));
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, b"", &[])
    }

    pub(crate) fn run_with(
        &self,
        args: &[&str],
        input: &[u8],
        environment: &[(&str, &str)],
    ) -> Ran {
        // Into files and not into pipes, which a run could fill and wait for.
        let streams = tempfile::tempdir().unwrap();
        let create = |name| File::create(streams.path().join(name)).unwrap();
        let mut stdin = create("in");
        stdin.write_all(input).unwrap();
        let mut command = command(self.path());
        command
            .args(args)
            .envs(environment.iter().copied())
            .stdin(Stdio::from(File::open(streams.path().join("in")).unwrap()))
            .stdout(create("out"))
            .stderr(create("err"));
        let status = Process::start(&mut command, None).wait();
        let read = |name| fs::read_to_string(streams.path().join(name)).unwrap();
        let code = status.code().unwrap_or_else(|| panic!("{args:?} ended by {status}"));
        Ran { code, out: read("out"), err: read("err") }
    }
}

/// One line of a file of entries.
pub(crate) fn entry_line(id: &str, question: &str, answer: &str) -> String {
    format!("{}\n", serde_json::json!({ "id": id, "question": question, "answer": answer }))
}
