//! One writer a data folder. SQLite would let two in, but each keeps what it serves in memory and
//! would not see what the other publishes.

use std::fs::{File, TryLockError};
use std::path::Path;

use goldenset_core::{Code, Error, Result};

use super::error::unusable;

/// File whose lock says that the folder is taken. It is left behind; only the lock counts.
const LOCK_FILE: &str = "goldenset.lock";

/// Takes the folder for as long as the file lives. The system frees it with the process, however
/// that ends.
pub(super) fn take(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|cause| unusable(dir, "cannot be written to").cause(cause))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::new(
            Code::DataDirBusy,
            format!("the data folder {} is in use by another goldenset process", dir.display()),
        )
        .field(dir.display().to_string())
        .fix("stop the other process, send the change to its HTTP interface, or choose another data folder")),
        Err(TryLockError::Error(cause)) => {
            Err(unusable(dir, "does not support file locks; choose a folder on a local disk")
                .cause(cause))
        }
    }
}
