//! Many entries at once, as a store would hold them: for sets that are too large to publish one
//! by one.

use sqlx::PgConnection;

/// Rows that are written at a time.
const CHUNK: usize = 500;

/// A set to make. Vectors lie around some centres, as those of texts do.
#[derive(Debug, Clone)]
pub(crate) struct Bulk {
    pub(crate) tenant: &'static str,
    pub(crate) model: String,
    pub(crate) rows: usize,
    pub(crate) dimensions: usize,
    /// How many entries there are with each vector's neighbourhood, on average.
    pub(crate) around: usize,
    pub(crate) seed: u64,
}

impl Default for Bulk {
    fn default() -> Self {
        let model = "model".to_owned();
        Self { tenant: "default", model, rows: 1_000, dimensions: 16, around: 20, seed: 1 }
    }
}

/// Publishes the set as the tenant's next epoch: entries `e0`, `e1`, ... with one phrasing. One in
/// a hundred has the category `rare`, the others one of four; one in fifty the tag `seldom`.
pub(crate) async fn fill(db: &mut PgConnection, bulk: &Bulk) -> Result<(), sqlx::Error> {
    let mut draw = fastrand::Rng::with_seed(bulk.seed);
    let mut vector = |around: Option<&[f32]>| -> Vec<f32> {
        let numbers: Vec<f32> = (0..bulk.dimensions)
            .map(|place| {
                let own = draw.f32() + draw.f32() - 1.0;
                around.map_or(own, |around| {
                    around[place] + 0.6 * own / (bulk.dimensions as f32).sqrt() * 2.5
                })
            })
            .collect();
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        numbers.iter().map(|number| number / length).collect()
    };
    let centres: Vec<_> = (0..bulk.rows.div_ceil(bulk.around)).map(|_| vector(None)).collect();
    let epoch: i64 = sqlx::query_scalar(
        "INSERT INTO tenants AS t VALUES ($1, 1) \
         ON CONFLICT (tenant) DO UPDATE SET epoch = t.epoch + 1 RETURNING epoch",
    )
    .bind(bulk.tenant)
    .fetch_one(&mut *db)
    .await?;
    let first: i64 = sqlx::query_scalar("SELECT count(*) FROM entries WHERE tenant = $1")
        .bind(bulk.tenant)
        .fetch_one(&mut *db)
        .await?;
    let numbers: Vec<i64> = (first..).take(bulk.rows).collect();
    for (chunk, numbers) in numbers.chunks(CHUNK).enumerate() {
        let vectors = (0..numbers.len()).map(|place| {
            let centre = &centres[(chunk * CHUNK + place) % centres.len()];
            vector(Some(centre)).iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()
        });
        let vectors: Vec<_> = vectors.collect();
        sqlx::query(
            "WITH new AS (SELECT 'e' || u.n AS id, u.n, u.vector \
                 FROM unnest($2::bigint[], $3::bytea[]) u (n, vector)), \
             entry AS (INSERT INTO entries (tenant, id, status, head_version, published_version) \
                 SELECT $1, id, 'published', 1, 1 FROM new), \
             version AS (INSERT INTO versions (tenant, id, version, question, answer, category, \
                     author, created_at, published_at, content_hash) \
                 SELECT $1, id, 1, id || '?', id, \
                     CASE WHEN n % 100 = 0 THEN 'rare' ELSE 'c' || n % 4 END, 'x', 1, 1, \
                     sha256(id::bytea) FROM new), \
             tag AS (INSERT INTO tags SELECT $1, id, 1, 0, 'seldom' FROM new WHERE n % 50 = 7), \
             line AS (INSERT INTO journal \
                 SELECT $1, $4, n - $7, 'published', id, 1, $8 FROM new) \
             INSERT INTO embeddings (tenant, model, id, version, position, dimensions, vector) \
                 SELECT $1, $5, id, 1, 0, $6, vector FROM new",
        )
        .bind(bulk.tenant)
        .bind(numbers)
        .bind(&vectors)
        .bind(epoch)
        .bind(&bulk.model)
        .bind(bulk.dimensions as i64)
        .bind(first)
        .bind(jiff::Timestamp::now().as_microsecond())
        .execute(&mut *db)
        .await?;
    }
    sqlx::raw_sql("ANALYZE entries, versions, embeddings, journal, tags").execute(db).await?;
    Ok(())
}
