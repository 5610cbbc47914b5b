//! `index`: the index of the vectors in the database.

use std::io::{self, Write};
use std::sync::Arc;

use goldenset_core::ports::{Embedder, VectorSearch};
use goldenset_core::{Code, Error, ModelId, Result};
use goldenset_store::PgVector;
use goldenset_store::vector_index::{Advice, IndexPlan, IndexStatus, Measured, Step};

use super::args::{BuildIndex, Index, IndexMethod};
use super::listing::columns;
use super::output::{Bar, print_json, unwritable};
use crate::config::Config;
use crate::wire;

/// Does what the command says.
pub(super) async fn run(config: &Config, index: Index) -> Result<()> {
    let search = wire::pgvector(config).await?;
    match index {
        Index::Status(output) => {
            let all = search.status().await?;
            if output.json { print_json(&all) } else { show_all(&all).map_err(unwritable) }
        }
        Index::Advise(output) => {
            let filled = Filled::of(config, &search).await?;
            let (model, dimensions) = (filled.model(), filled.dimensions());
            let bar = Bar::new("measuring");
            let told = |step: &Step| tell(&bar, step);
            let advice = search.advise(model, dimensions, &told).await?;
            drop(bar);
            if output.json { print_json(&advice) } else { show_advice(&advice).map_err(unwritable) }
        }
        Index::Build(build) => {
            let filled = Filled::of(config, &search).await?;
            let plan = plan(&build, &search, &filled).await?;
            let (model, dimensions) = (filled.model(), filled.dimensions());
            let bar = Bar::new("building");
            let told = |step: &Step| tell(&bar, step);
            let status = search.build(model, dimensions, plan, &told).await?;
            drop(bar);
            show(&status, build.output.json)
        }
        Index::Rebuild(output) => {
            let filled = Filled::of(config, &search).await?;
            let (model, dimensions) = (filled.model(), filled.dimensions());
            let bar = Bar::new("building");
            let told = |step: &Step| tell(&bar, step);
            let status = search.rebuild(model, dimensions, &told).await?;
            drop(bar);
            show(&status, output.json)
        }
    }
}

fn tell(bar: &Bar, step: &Step) {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    bar.say(&step.what);
    bar.show(number(step.done), number(step.all));
}

/// The configured model, with the vectors of all tenants in the database.
struct Filled(Arc<dyn Embedder>);

impl Filled {
    async fn of(config: &Config, search: &PgVector) -> Result<Self> {
        let store = wire::store_to_read(config).await?;
        let embedder = wire::model_in_use(config, &*store).await?.embedder;
        let filled = Self(embedder);
        let bar = Bar::new("filling");
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let progress = |done, all| bar.show(number(done), number(all));
        let mut missing = 0;
        for (tenant, _) in store.tenants().await? {
            let sync = search.sync(&tenant, filled.model(), filled.dimensions(), &progress);
            missing += sync.await?.missing;
        }
        if missing > 0 {
            let model = filled.model();
            tracing::warn!(
                missing, %model,
                "some published entries have no vectors of this model yet: a server makes them when \
                 it starts"
            );
        }
        Ok(filled)
    }

    fn model(&self) -> &ModelId {
        self.0.model()
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }
}

/// What is to be built; none where that is for the program to say.
async fn plan(build: &BuildIndex, search: &PgVector, filled: &Filled) -> Result<Option<IndexPlan>> {
    let BuildIndex { method, m, ef_construction, ef_search, lists, probes, .. } = *build;
    let of_graph = [("--m", m), ("--ef-construction", ef_construction), ("--ef-search", ef_search)];
    let of_clusters = [("--lists", lists), ("--probes", probes)];
    let refused = match method {
        IndexMethod::Hnsw => of_clusters.iter().find(|(_, given)| given.is_some()),
        IndexMethod::Ivfflat => of_graph.iter().find(|(_, given)| given.is_some()),
        _ => of_graph.iter().chain(&of_clusters).find(|(_, given)| given.is_some()),
    };
    if let Some((flag, _)) = refused {
        return Err(Error::new(Code::InvalidField, format!("{flag} is of another kind of index"))
            .field(*flag)
            .fix("leave it out, or name the kind with --method hnsw or --method ivfflat"));
    }
    Ok(match method {
        IndexMethod::Auto => None,
        IndexMethod::None => Some(IndexPlan::None),
        IndexMethod::Hnsw => {
            let m = m.unwrap_or(16);
            Some(IndexPlan::Hnsw {
                m,
                ef_construction: ef_construction.unwrap_or(64.max(m.saturating_mul(2))),
                ef_search: ef_search.unwrap_or(100),
            })
        }
        IndexMethod::Ivfflat => {
            let all = search.status().await?;
            let rows = all.iter().find(|status| status.model == *filled.model());
            let usual = IndexPlan::ivfflat(rows.map_or(0, |status| status.rows));
            Some(match (usual, lists) {
                (IndexPlan::IvfFlat { probes: usual, lists }, None) => {
                    IndexPlan::IvfFlat { lists, probes: probes.unwrap_or(usual) }
                }
                (_, lists) => {
                    let lists = lists.unwrap_or(1);
                    let probes = probes.unwrap_or(lists.isqrt().max(1));
                    IndexPlan::IvfFlat { lists, probes }
                }
            })
        }
    })
}

fn show(status: &IndexStatus, json: bool) -> Result<()> {
    if json {
        return print_json(status);
    }
    show_one(&mut io::stdout().lock(), status).map_err(unwritable)
}

fn show_all(all: &[IndexStatus]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if all.is_empty() {
        return writeln!(out, "nothing is searched in this database yet");
    }
    all.iter().try_for_each(|status| show_one(&mut out, status))
}

fn show_one(out: &mut impl Write, status: &IndexStatus) -> io::Result<()> {
    let IndexStatus { model, rows, dimensions, bytes, .. } = status;
    writeln!(out, "{model}: {rows} vectors of {dimensions} numbers, {} MiB", mib(*bytes))?;
    match &status.built {
        None => writeln!(out, "  index    none: every vector is compared")?,
        Some(built) => {
            let size = status.index_bytes.map(mib).unwrap_or_default();
            let state = if status.valid { "" } else { ", NOT WHOLE" };
            writeln!(out, "  index    {}, {size} MiB{state}", built.plan)?;
            writeln!(
                out,
                "  built    {} on {} vectors, in {:.1} s",
                built.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                built.rows,
                built.seconds
            )?;
        }
    }
    if let Some(sample) = &status.sampled {
        let at = sample.at.strftime("%Y-%m-%dT%H:%M:%SZ");
        writeln!(out, "  recall   {:.3} of the ten nearest, sampled {at}", sample.recall)?;
    }
    let decided = match &status.chosen {
        None => "by itself, as the set grows".to_owned(),
        Some(plan) => format!("as was decided: {plan}"),
    };
    writeln!(out, "  kept     {decided}")?;
    match &status.due {
        None => writeln!(out, "  upkeep   nothing is due")?,
        Some(why) => writeln!(out, "  upkeep   due: {why}")?,
    }
    for leftover in &status.leftovers {
        writeln!(out, "  unused   {leftover}: being built, or left by a run that ended early")?;
    }
    for tenant in &status.tenants {
        let state = match (tenant.filled, tenant.missing) {
            (None, _) => "not filled".to_owned(),
            (Some(filled), 0) if filled == tenant.epoch => "filled".to_owned(),
            (Some(filled), 0) => format!("filled up to epoch {filled}"),
            (Some(_), missing) => format!("{missing} entries have no vectors yet"),
        };
        writeln!(out, "  tenant   {} at epoch {}: {state}", tenant.tenant, tenant.epoch)?;
    }
    Ok(())
}

fn show_advice(advice: &Advice) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Advice { rows, dimensions, questions, memory, .. } = advice;
    writeln!(
        out,
        "{rows} vectors of {dimensions} numbers, asked with {questions} of them; the server gives a \
         build {} MiB\n",
        mib(*memory)
    )?;
    let head = ["", "INDEX", "RECALL@10", "P50 MS", "P99 MS", "SIZE MIB", "BUILD S", "BUILD MIB"];
    let row = |one: &Measured| {
        let size = |bytes: u64| if bytes == 0 { "-".to_owned() } else { mib(bytes) };
        vec![
            if one.plan == advice.recommended { "*" } else { "" }.to_owned(),
            one.plan.to_string(),
            format!("{:.3}", one.recall),
            format!("{:.2}", one.p50_ms),
            format!("{:.2}", one.p99_ms),
            size(one.bytes),
            format!("{:.1}", one.build_seconds),
            size(one.build_bytes),
        ]
    };
    let rows: Vec<_> = advice.measured.iter().map(row).collect();
    columns(&mut out, &head, &rows)?;
    writeln!(out, "\n* {}: {}", advice.recommended, advice.why)?;
    writeln!(out, "  goldenset index build {}", flags(advice.recommended))
}

/// What builds it.
fn flags(plan: IndexPlan) -> String {
    match plan {
        IndexPlan::None => "--method none".to_owned(),
        IndexPlan::Hnsw { m, ef_construction, ef_search } => format!(
            "--method hnsw --m {m} --ef-construction {ef_construction} --ef-search {ef_search}"
        ),
        IndexPlan::IvfFlat { lists, probes } => {
            format!("--method ivfflat --lists {lists} --probes {probes}")
        }
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}
