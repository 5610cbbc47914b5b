//! The table of one model's vectors.

use goldenset_core::{Code, Error, ModelId};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::super::sql::Fault;

/// Another layout, or another meaning of what is in it, gets another number, and so tables of its
/// own: programs of both may run beside each other.
const FORMAT: u32 = 1;

/// Longest vector that the type can hold.
const MOST_DIMENSIONS: usize = 16_000;

/// Numbers (rows × dimensions) up to which every row is compared: that takes some 3 ms, finds all,
/// and needs no upkeep.
pub(super) const FEW_NUMBERS: usize = 2_000_000;

/// A table with the vectors of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Safe to stand in a statement: letters, digits, `_`.
    pub(super) name: String,
    pub(super) dimensions: usize,
}

impl Table {
    /// The table of a model.
    ///
    /// # Errors
    /// `pgvector_unusable` for vectors that are too long.
    pub(super) fn of(model: &ModelId, dimensions: usize) -> Result<Self, Error> {
        if dimensions > MOST_DIMENSIONS {
            let detail = format!("pgvector holds vectors of {MOST_DIMENSIONS} numbers at most");
            return Err(Error::new(Code::PgvectorUnusable, detail)
                .field("store.search")
                .fix("set store.search to \"memory\", or take a model with shorter vectors"));
        }
        let hash = blake3::hash(format!("{FORMAT} {model}").as_bytes()).to_hex();
        Ok(Self { name: format!("pgvector_{}", &hash[..16]), dimensions })
    }

    /// How many rows are few enough to be compared one by one.
    pub(super) fn few(&self) -> usize {
        FEW_NUMBERS / self.dimensions.max(1)
    }

    /// # Errors
    /// `embedding_mismatch` for vectors of another length.
    pub(super) fn check(&self, dimensions: usize) -> Result<(), Error> {
        if dimensions == self.dimensions {
            return Ok(());
        }
        let detail = format!(
            "a vector of {dimensions} numbers came for a model with vectors of {}",
            self.dimensions
        );
        Err(Error::new(Code::EmbeddingMismatch, detail)
            .fix("vectors of another length are of another model: give it another name"))
    }

    /// Makes the table, which must be missing.
    pub(super) async fn create(&self, db: &mut PgConnection) -> Result<(), Fault> {
        db.execute(AssertSqlSafe(self.definition("TABLE"))).await?;
        self.create_keys(db).await
    }

    /// Vectors lie in the row where a page holds it: elsewhere they cost a look-up each, which the
    /// planner does not see. Days are numbers that order as days do.
    pub(super) fn definition(&self, kind: &str) -> String {
        let Self { name, dimensions } = self;
        format!(
            "CREATE {kind} {name} (
                tenant      TEXT COLLATE \"C\" NOT NULL,
                id          TEXT COLLATE \"C\" NOT NULL,
                version     BIGINT NOT NULL,
                position    BIGINT NOT NULL,
                category    TEXT COLLATE \"C\",
                lang        TEXT COLLATE \"C\",
                tags        TEXT[] COLLATE \"C\" NOT NULL,
                valid_from  INTEGER,
                valid_until INTEGER,
                vec         HALFVEC({dimensions}) NOT NULL
            ) WITH (toast_tuple_target = 8160)"
        )
    }

    /// What finds the rows of a tenant and of the filters that leave few of them.
    pub(super) async fn create_keys(&self, db: &mut PgConnection) -> Result<(), Fault> {
        let name = &self.name;
        for key in [
            format!("UNIQUE INDEX {name}_key ON {name} (tenant, id, position)"),
            format!("INDEX {name}_category ON {name} (tenant, category)"),
            format!("INDEX {name}_tags ON {name} USING gin (tags)"),
        ] {
            db.execute(AssertSqlSafe(format!("CREATE {key}"))).await?;
        }
        Ok(())
    }
}
