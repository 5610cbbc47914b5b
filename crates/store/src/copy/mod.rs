//! Copying all that a store holds into another, history included, verified by count and hash.

mod digest;
mod tables;

use async_trait::async_trait;
use goldenset_core::{Code, Error, Result};
use tokio::sync::mpsc;

pub use digest::TableDigest;
pub(crate) use digest::{Digest, Value};
pub(crate) use tables::{Kind, TABLES, Table};

/// Pages under way between the two: enough that neither waits for the other at each.
const PAGES: usize = 8;

/// What one store sends another.
#[derive(Debug)]
pub enum Piece {
    /// How many rows will come.
    Rows(u64),
    /// Some of them, of the table with this place in the list of tables.
    Page(usize, Vec<Row>),
    /// The last piece: what was sent, by table.
    End(Vec<TableDigest>),
}

/// The values of one row.
#[derive(Debug)]
pub struct Row(pub(crate) Vec<Value>);

/// A store that can be copied from and to.
#[async_trait]
pub trait CopyStore: Send + Sync {
    /// Sends all rows as of one moment.
    ///
    /// # Errors
    /// Faults of the store.
    async fn send(&self, pieces: mpsc::Sender<Piece>) -> Result<()>;

    /// Writes all rows that come, in one transaction, and reads them back; what was read is what
    /// was sent, or nothing is written.
    ///
    /// # Errors
    /// `store_not_empty`; `internal` where what was written is not what was sent; faults of the
    /// store.
    async fn receive(
        &self,
        pieces: mpsc::Receiver<Piece>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Vec<TableDigest>>;
}

/// Copies everything. `progress` is told how many of how many rows are written. What was copied,
/// by table.
///
/// # Errors
/// See [`CopyStore`]; then the target is as it was.
pub async fn copy(
    from: &dyn CopyStore,
    to: &dyn CopyStore,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Vec<TableDigest>> {
    let (sender, receiver) = mpsc::channel(PAGES);
    let (sent, received) = futures::join!(from.send(sender), to.receive(receiver, progress));
    match (sent, received) {
        // What ended the target's work ends the source's, too: its own fault is the one to tell.
        (Err(sent), Err(received)) if received.code == Code::CopyInterrupted => Err(sent),
        (_, Err(received)) => Err(received),
        (Err(sent), Ok(_)) => Err(sent),
        (Ok(()), Ok(copied)) => Ok(copied),
    }
}

/// One side is gone before the end.
pub(crate) fn interrupted() -> Error {
    Error::new(Code::CopyInterrupted, "the copy ended before everything was copied")
        .fix("mend what the other error says, and copy again")
}
