//! How long the program takes from its start to its first answer, and what it needs, as sets grow.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Error, Result};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::bench::child::Child;
use crate::bench::client::Connection;
use crate::bench::figures::{Growth, Start, Started};
use crate::bench::folder::Folder;
use crate::bench::ground::{Rows, author, publish};
use crate::bench::latency::median;
use crate::bench::load::LOOKUP;
use crate::bench::synthetic::{self, Synthetic};
use crate::config::{Config, Layers, load};
use crate::wire;

/// Entries that are published one by one on top of a set.
const PUBLISHES: usize = 9;

/// Seconds of an import, and the middle one of those of publishes.
struct Filled {
    import: f64,
    publish: Option<f64>,
}

impl Bench<'_> {
    /// The demo set, and sets of growing size where they are wanted. As the program is delivered:
    /// default settings, the bundled model.
    pub(in crate::bench) fn start(&mut self) -> Result<()> {
        let folder = Folder::new()?;
        let config = defaults(folder.path())?;
        let model = wire::embedder(&config)?;
        let rows = self.prepared.rows.clone();
        self.fill(&config, Arc::clone(&model), rows.clone(), 0)?;
        let mut all = Vec::new();
        for _ in 0..self.plan.rounds {
            all.push(self.started(&config, &rows)?);
        }
        self.report.start = middle(all).map(|demo| Start { demo });
        for entries in self.plan.growth.clone() {
            self.say(&format!("growth to {entries} entries"));
            let synthetic = Arc::new(Synthetic::like(&*model));
            let growth = self.grown(entries, synthetic)?;
            self.report.growth.extend(growth);
        }
        Ok(())
    }

    fn grown(&mut self, entries: usize, model: Arc<Synthetic>) -> Result<Option<Growth>> {
        let folder = Folder::new()?;
        let config = defaults(folder.path())?;
        let rows = synthetic::rows(entries + PUBLISHES);
        let filled = self.fill(&config, model, rows.clone(), PUBLISHES)?;
        let mut all = Vec::new();
        for _ in 0..self.plan.rounds.min(3) {
            all.push(self.started(&config, &rows)?);
        }
        Ok(middle(all).zip(filled.publish).map(|(started, publish)| Growth {
            entries,
            import_seconds: filled.import,
            publish_ms: publish * 1e3,
            started,
        }))
    }

    /// Publishes all rows but the last ones in one import, then those one by one.
    fn fill(
        &self,
        config: &Config,
        model: Arc<dyn Embedder>,
        mut rows: Rows,
        one_by_one: usize,
    ) -> Result<Filled> {
        let config = config.clone();
        self.clients.run(async move {
            let last = rows.split_off(rows.len().saturating_sub(one_by_one));
            let store = wire::store(&config).await?;
            let engine = wire::engine(&config, store, model, None, &|_, _| ()).await?;
            let started = Instant::now();
            publish(&engine, rows).await?;
            let import = started.elapsed().as_secs_f64();
            let mut publishes = Vec::new();
            for (id, content) in last {
                let started = Instant::now();
                engine.save(author(), id, content, true).await?;
                publishes.push(started.elapsed().as_secs_f64());
            }
            engine.close().await;
            Ok(Filled { import, publish: median(publishes) })
        })
    }

    /// A process over the folder, until it has given the right answer to an approved phrasing.
    fn started(&mut self, config: &Config, rows: &Rows) -> Result<Started> {
        let none = || Error::new(Code::Internal, "a set without entries was to be started");
        let (_, asked) = rows.last().ok_or_else(none)?;
        let request = json!({ "query": asked.question }).to_string();
        let started = Instant::now();
        let child = Child::serve(&config.store.data_dir)?;
        let server = child.address.into();
        let reply = self.clients.run(async move {
            Connection::open(&server).await?.post(LOOKUP, request.into()).await
        })?;
        let seconds = started.elapsed().as_secs_f64();
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        self.compare(body["answer"]["answer"] == asked.answer.as_str());
        let (resident_mib, peak_mib) = child.memory_mib();
        Ok(Started { seconds, resident_mib, peak_mib })
    }
}

/// The default settings, over a data folder below this one.
fn defaults(folder: &Path) -> Result<Config> {
    let nothing = BTreeMap::new();
    let layers = Layers { file: None, environment: &nothing, flags: &[], folder };
    let mut config = load(&layers)?.config;
    config.store.data_dir = folder.join("data");
    Ok(config)
}

/// The one that took neither longest nor shortest.
fn middle(mut all: Vec<Started>) -> Option<Started> {
    all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let middle = all.len() / 2;
    all.into_iter().nth(middle)
}
