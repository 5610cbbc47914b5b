//! Folders of a benchmark, which go with it; also those of one that was killed.

use std::fs::{self, File};
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use tempfile::TempDir;

/// What their names begin with.
const PREFIX: &str = "goldenset-bench-";
/// File in each that is locked as long as its owner lives: the system frees it, however that ends.
const OWNER: &str = "owner";

/// A folder in the temporary one of the system.
#[derive(Debug)]
pub(super) struct Folder {
    // Before the lock, so that nobody else removes what is being removed.
    folder: TempDir,
    _owner: File,
}

impl Folder {
    pub(super) fn new() -> Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(place: &Path) -> Result<Self> {
        let unusable = |cause: std::io::Error| {
            Error::new(Code::DataDirUnusable, "no folder can be made for the benchmark")
                .fix("set TMPDIR to a folder with some room that you may write to")
                .cause(cause)
        };
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place).map_err(unusable)?;
        // Locked before it has its name: a folder whose owner is not locked has none.
        let new = folder.path().join("owner.new");
        let owner = File::create_new(&new).map_err(unusable)?;
        owner.lock().map_err(unusable)?;
        fs::rename(&new, folder.path().join(OWNER)).map_err(unusable)?;
        Ok(Self { folder, _owner: owner })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what killed benchmarks left in the temporary folder of the system.
pub(super) fn remove_leftovers() {
    remove_leftovers_in(&std::env::temp_dir());
}

fn remove_leftovers_in(place: &Path) {
    // What cannot be read or removed belongs to somebody else.
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // A link is no folder of ours.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !named || !is_folder {
            continue;
        }
        let owner = File::open(entry.path().join(OWNER));
        if owner.is_ok_and(|owner| owner.try_lock().is_ok()) {
            match fs::remove_dir_all(entry.path()) {
                Ok(()) => {
                    tracing::info!(folder = %entry.path().display(), "a killed benchmark left it: removed")
                }
                Err(error) => {
                    tracing::warn!(folder = %entry.path().display(), %error, "a killed benchmark left it")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_owns_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let names = || {
            let entries = fs::read_dir(place.path()).unwrap();
            entries.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
        };
        let own = Folder::within(place.path()).unwrap();
        fs::write(own.path().join("data"), "x").unwrap();
        // As `kill -9` leaves it: the folder is there, the lock is not.
        let Folder { folder, _owner } = Folder::within(place.path()).unwrap();
        let left = folder.keep();
        drop(_owner);
        fs::write(left.join("data"), "x").unwrap();
        // Being made, or somebody else's.
        let unnamed = place.path().join(format!("{PREFIX}new"));
        let other = place.path().join("other");
        for folder in [&unnamed, &other] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(other.join(OWNER), "").unwrap();
        std::os::unix::fs::symlink(&other, place.path().join(format!("{PREFIX}link"))).unwrap();

        assert_eq!(names().len(), 5);
        remove_leftovers_in(place.path());
        assert!(!left.exists() && own.path().join("data").exists());
        assert!(unnamed.exists() && other.join(OWNER).exists());
        assert_eq!(names().len(), 4);
        drop(own);
        assert_eq!(names().len(), 3);
    }
}
