//! Sending all rows to another store, and taking them in.

use std::fmt::Write;

use async_trait::async_trait;
use futures::TryStreamExt;
use goldenset_core::{Code, Error, Result};
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::mpsc::{Receiver, Sender};

use super::driver::{Backend, Connection, DbRow, after_copy, before_copy};
use super::fault::{Fault, damaged};
use crate::copy::{
    CopyStore, Digest, Kind, Piece, Row, TABLES, Table, TableDigest, Value, interrupted,
};

/// Rows that are sent and written at a time. With the widest table some 2,300 parameters; a
/// statement may have 32,766.
const PAGE: usize = 128;
/// Bytes after which a page is sent before it is full.
const PAGE_BYTES: usize = 1 << 20;

#[async_trait]
impl CopyStore for Backend {
    async fn send(&self, pieces: Sender<Piece>) -> Result<()> {
        self.read(async |db| send(db, &pieces).await).await
    }

    async fn receive(
        &self,
        mut pieces: Receiver<Piece>,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Vec<TableDigest>> {
        self.write(async |db| receive(db, &mut pieces, progress).await).await
    }
}

async fn send(db: &mut Connection, pieces: &Sender<Piece>) -> Result<(), Fault> {
    before_copy(db).await?;
    let mut rows = 0;
    for table in TABLES {
        rows += count(db, table).await?;
    }
    pass(pieces, Piece::Rows(rows)).await?;
    let mut digests = Vec::with_capacity(TABLES.len());
    for (place, table) in TABLES.iter().enumerate() {
        let mut digest = Digest::default();
        let (mut page, mut bytes) = (Vec::with_capacity(PAGE), 0);
        let mut found = sqlx::query(AssertSqlSafe(select(table))).fetch(&mut *db);
        while let Some(row) = found.try_next().await? {
            let values = values(&row, table)?;
            digest.row(&values);
            bytes += values.iter().map(size).sum::<usize>();
            page.push(Row(values));
            if page.len() == PAGE || bytes >= PAGE_BYTES {
                pass(pieces, Piece::Page(place, std::mem::take(&mut page))).await?;
                bytes = 0;
            }
        }
        if !page.is_empty() {
            pass(pieces, Piece::Page(place, page)).await?;
        }
        digests.push(digest.end(table.name));
    }
    pass(pieces, Piece::End(digests)).await
}

async fn pass(pieces: &Sender<Piece>, piece: Piece) -> Result<(), Fault> {
    pieces.send(piece).await.map_err(|_| interrupted().into())
}

async fn receive(
    db: &mut Connection,
    pieces: &mut Receiver<Piece>,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Vec<TableDigest>, Fault> {
    before_copy(db).await?;
    for table in TABLES {
        if count(db, table).await? > 0 {
            let detail = format!("the table `{}` of the target has rows already", table.name);
            return Err(Error::new(Code::StoreNotEmpty, detail)
                .field("to")
                .fix("name an empty database or a new folder")
                .into());
        }
    }
    let (mut all, mut written) = (0, 0);
    loop {
        match pieces.recv().await.ok_or_else(interrupted)? {
            Piece::Rows(rows) => all = rows,
            Piece::Page(place, rows) => {
                let table = TABLES.get(place).ok_or_else(interrupted)?;
                insert(db, table, &rows).await?;
                written += rows.len() as u64;
                progress(written, all);
            }
            Piece::End(sent) => {
                after_copy(db).await?;
                return verify(db, sent).await;
            }
        }
    }
}

/// Reads everything back.
async fn verify(db: &mut Connection, sent: Vec<TableDigest>) -> Result<Vec<TableDigest>, Fault> {
    for (table, sent) in TABLES.iter().zip(&sent) {
        let mut digest = Digest::default();
        let mut found = sqlx::query(AssertSqlSafe(select(table))).fetch(&mut *db);
        while let Some(row) = found.try_next().await? {
            digest.row(&values(&row, table)?);
        }
        let kept = digest.end(table.name);
        if kept != *sent {
            let detail = format!(
                "of the table `{}` {} rows were sent and {} kept, or they differ",
                table.name, sent.rows, kept.rows
            );
            return Err(Error::new(Code::Internal, detail).into());
        }
    }
    Ok(sent)
}

async fn count(db: &mut Connection, table: &Table) -> Result<u64, Fault> {
    let count: i64 =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {}", table.name)))
            .fetch_one(db)
            .await?;
    Ok(u64::try_from(count).map_err(damaged)?)
}

fn names(table: &Table, first: usize) -> String {
    let names: Vec<_> = table.columns.iter().take(first).map(|(name, _)| *name).collect();
    names.join(", ")
}

/// All rows in the order of their keys.
fn select(table: &Table) -> String {
    let (all, key) = (names(table, table.columns.len()), names(table, table.key));
    format!("SELECT {all} FROM {} ORDER BY {key}", table.name)
}

async fn insert(db: &mut Connection, table: &Table, rows: &[Row]) -> Result<(), Fault> {
    let width = table.columns.len();
    let mut statement = format!("INSERT INTO {} ({}) VALUES ", table.name, names(table, width));
    for row in 0..rows.len() {
        let parameters: Vec<_> =
            (1..=width).map(|column| format!("${}", row * width + column)).collect();
        let comma = if row > 0 { ", " } else { "" };
        // Writing to a string does not fail.
        write!(statement, "{comma}({})", parameters.join(", ")).ok();
    }
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for (value, (_, kind)) in rows.iter().flat_map(|Row(values)| values.iter().zip(table.columns)) {
        query = match (value, kind) {
            (Value::Whole(whole), _) => query.bind(*whole),
            (Value::Real(real), _) => query.bind(*real),
            (Value::Text(text), _) => query.bind(text.as_str()),
            (Value::Bytes(bytes), _) => query.bind(bytes.as_slice()),
            (Value::Switch(switch), _) => query.bind(*switch),
            (Value::Null, Kind::Whole) => query.bind(None::<i64>),
            (Value::Null, Kind::Real) => query.bind(None::<f64>),
            (Value::Null, Kind::Text) => query.bind(None::<&str>),
            (Value::Null, Kind::Bytes) => query.bind(None::<&[u8]>),
            (Value::Null, Kind::Switch) => query.bind(None::<bool>),
        };
    }
    query.execute(db).await?;
    Ok(())
}

fn values(row: &DbRow, table: &Table) -> Result<Vec<Value>, Fault> {
    let value = |(place, (_, kind)): (usize, &(&str, Kind))| {
        let value = match kind {
            Kind::Whole => row.try_get::<Option<i64>, _>(place)?.map(Value::Whole),
            Kind::Real => row.try_get::<Option<f64>, _>(place)?.map(Value::Real),
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map(Value::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Value::Bytes),
            Kind::Switch => row.try_get::<Option<bool>, _>(place)?.map(Value::Switch),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}

/// Bytes of a value, about.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 8,
    }
}
