//! How much of what is nearest a search finds, asked with vectors of the set itself.

use std::collections::BTreeMap;

use goldenset_core::ports::{NearEntry, Nearest, NearestQuery};
use goldenset_core::{Code, EntryId, Error, Filters, ModelId, TenantId, Validity, Vector};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection};

use super::super::super::sql::{Fault, blob, fault::damaged};
use super::super::nearest::attempt;
use super::super::proof::inner;
use super::super::statement::Way;
use super::super::table::Table;
use super::plan::IndexPlan;

/// Of how many nearest entries the share is taken that is found.
pub(in super::super) const NEAREST: usize = 10;

/// What a sample found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Share of the ten nearest entries that searches find, 0 to 1.
    pub recall: f64,
    /// Vectors of the set that were asked with.
    pub questions: usize,
    /// When.
    pub at: Timestamp,
}

/// Questions of one tenant, each with the entry that it is a phrasing of.
#[derive(Debug)]
pub(super) struct Questions {
    pub(super) query: NearestQuery,
    own: Vec<EntryId>,
}

/// Draws about so many vectors of the set, by tenant.
pub(super) async fn draw(
    db: &mut PgConnection,
    table: &Table,
    model: &ModelId,
    count: u32,
) -> Result<Vec<Questions>, Fault> {
    let text = format!(
        "SELECT t.tenant, t.id, e.vector FROM \
             (SELECT * FROM {} ORDER BY random() LIMIT {count}) t \
         JOIN embeddings e ON e.tenant = t.tenant AND e.model = $1 AND e.id = t.id \
             AND e.version = t.version AND e.position = t.position",
        table.name
    );
    let rows: Vec<(String, String, Vec<u8>)> =
        sqlx::query_as(AssertSqlSafe(text)).bind(model.as_str()).fetch_all(db).await?;
    let mut tenants: BTreeMap<String, (Vec<EntryId>, Vec<Vector>)> = BTreeMap::new();
    for (tenant, id, vector) in rows {
        let (own, vectors) = tenants.entry(tenant).or_default();
        own.push(EntryId::new(id).map_err(damaged)?);
        vectors.push(blob::decode(&vector)?);
    }
    let questions = |(tenant, (own, vectors)): (String, (Vec<EntryId>, Vec<Vector>))| {
        let query = NearestQuery {
            tenant: TenantId::new(tenant).map_err(damaged)?,
            model: model.clone(),
            filters: Filters::default(),
            in_force: Validity::on(Timestamp::now().to_zoned(TimeZone::UTC).date()),
            // The entry itself is nearest, and counts for nothing.
            k: NEAREST + 1,
            vectors,
        };
        Ok(Questions { query, own })
    };
    tenants.into_iter().map(questions).collect()
}

/// The ten nearest of each question of one tenant, in full precision, without its own entry.
pub(super) type Lists = Vec<Vec<f64>>;

impl Questions {
    pub(super) fn len(&self) -> usize {
        self.own.len()
    }

    /// The question at a place alone.
    pub(super) fn only(&self, place: usize) -> Option<Self> {
        let vectors = vec![self.query.vectors.get(place)?.clone()];
        let query = NearestQuery { vectors, ..self.query.clone() };
        Some(Self { query, own: vec![self.own.get(place)?.clone()] })
    }

    /// Asks all of them.
    pub(super) async fn ask(
        &self,
        db: &mut PgConnection,
        table: &Table,
        way: (Way, Option<IndexPlan>),
    ) -> Result<Lists, Fault> {
        let nearest = attempt(db, table, &self.query, way).await?;
        let Nearest { found, .. } = nearest.ok_or_else(|| {
            Error::new(Code::StoreUnavailable, "the set changed while it was measured")
                .fix("try again")
        })?;
        let each = found.into_iter().zip(&self.query.vectors).zip(&self.own);
        Ok(each.map(|((found, asked), own)| similarities(asked, found.entries, own)).collect())
    }
}

fn similarities(asked: &Vector, found: Vec<NearEntry>, own: &EntryId) -> Vec<f64> {
    let others = found.into_iter().filter(|near| near.id != *own);
    let best = |near: NearEntry| near.vectors.first().map(|vector| inner(asked, vector));
    let mut similarities: Vec<f64> = others.filter_map(best).collect();
    similarities.sort_by(|a, b| b.total_cmp(a));
    similarities.truncate(NEAREST);
    similarities
}

/// The share of what is nearest that was found. Entries that are equally near are as good.
pub(super) fn recall(exact: &[Vec<f64>], found: &[Vec<f64>]) -> f64 {
    let (mut wanted, mut hit) = (0, 0);
    for (exact, found) in exact.iter().zip(found) {
        let Some(last) = exact.last() else { continue };
        wanted += exact.len();
        hit +=
            found.iter().filter(|similarity| **similarity >= last - 1e-9).count().min(exact.len());
    }
    if wanted == 0 { 1.0 } else { hit as f64 / wanted as f64 }
}

/// Measures a table on a connection that is set for searches, against comparing every row; by an
/// index of this plan, or as searches use it.
pub(super) async fn sample(
    db: &mut PgConnection,
    table: &Table,
    (model, count): (&ModelId, u32),
    plan: Option<IndexPlan>,
) -> Result<Sample, Fault> {
    let (mut exact, mut found) = (Vec::new(), Vec::new());
    for questions in draw(db, table, model, count).await? {
        found.extend(questions.ask(db, table, (Way::Planned, plan)).await?);
        exact.extend(questions.ask(db, table, (Way::Exact, None)).await?);
    }
    let recall = recall(&exact, &found);
    Ok(Sample { recall, questions: exact.len(), at: Timestamp::now() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_counts_what_is_as_near() {
        let exact = [vec![0.9, 0.8, 0.8], vec![0.5]];
        assert_eq!(recall(&exact, &exact), 1.0);
        assert_eq!(recall(&exact, &[vec![0.9, 0.8, 0.8, 0.8], vec![0.5]]), 1.0);
        assert_eq!(recall(&exact, &[vec![0.9, 0.7, 0.7], vec![0.5]]), 0.5);
        assert_eq!(recall(&exact, &[vec![], vec![]]), 0.0);
        assert_eq!(recall(&[], &[]), 1.0);
    }
}
