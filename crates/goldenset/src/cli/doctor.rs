//! `doctor`: what a support engineer asks first.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::keys::KeyRecord;
use goldenset_core::ports::{Embedder, Pair, SharedCache, Store};
use goldenset_core::{Code, EpochStamp, Error, Result, TenantId};
use goldenset_store::SqliteStore;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::output::{print_json, unwritable};
use crate::config::Config;
use crate::http::server::listen;
use crate::wire::InUse;
use crate::{lexicons, wire};

/// Longest wait for whoever holds the address.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
    fix: Option<String>,
}

impl Check {
    fn of(name: &'static str, result: Result<String>) -> Self {
        match result {
            Ok(detail) => Self { name, ok: true, detail, fix: None },
            Err(error) => Self {
                name,
                ok: false,
                detail: format!("[{}] {error}", error.code.as_str()),
                fix: error.fix.map(Into::into),
            },
        }
    }
}

/// Checks everything; `false` when something is to mend.
pub(super) async fn run(config: &Config, json: bool) -> Result<bool> {
    // A configuration with a fault does not get this far.
    let mut checks = vec![Check::of("configuration", Ok("every key is known and in range".into()))];
    let model = model(config).await;
    checks.push(match &model {
        Ok(model) => Check::of("embedding", embeds(&model.embedder).await),
        Err(error) => Check::of("embedding", Err(error.share())),
    });
    if let Ok(model) = &model {
        checks.push(Check::of("verification", verifies(model)));
    }
    if let Some(judged) = judges(config).await.transpose() {
        checks.push(Check::of("judge", judged));
    }
    checks.push(match config.store.database_url.expose() {
        None => Check::of("data folder", folder(config).await),
        Some(_) => Check::of("database", database(config).await),
    });
    if let Some(answers) = redis(config).await.transpose() {
        checks.push(Check::of("redis", answers));
    }
    let keys = keys(config).await;
    let keyed = keys.as_ref().is_ok_and(|keys| keys.iter().any(KeyRecord::is_active));
    checks.push(Check::of("keys", keys.map(|keys| in_words(&keys))));
    checks.push(Check::of("address", address(config, keyed).await));
    let ok = checks.iter().all(|check| check.ok);
    if json {
        print_json(&checks)?;
    } else {
        print(&checks).map_err(unwritable)?;
    }
    Ok(ok)
}

/// The model that lookups use; the configured one where no store says otherwise.
async fn model(config: &Config) -> Result<InUse> {
    if wire::has_store(config)
        && let Ok(store) = wire::store_to_read(config).await
    {
        return wire::model_in_use(config, &*store).await;
    }
    // Whether the store could be read is a check of its own.
    let config = config.clone();
    Ok(InUse { embedder: wire::embedder(&config)?, config })
}

async fn embeds(embedder: &Arc<dyn Embedder>) -> Result<String> {
    let started = std::time::Instant::now();
    embedder.embed(&["quanto costa?".into()]).await?;
    let millis = started.elapsed().as_secs_f64() * 1e3;
    Ok(format!("{} answers in {millis:.0} ms", embedder.model()))
}

fn verifies(InUse { config, embedder }: &InUse) -> Result<String> {
    let verifier = wire::verifier(config, embedder.model())?;
    if !verifier.is_fitted() {
        return Err(Error::new(
            Code::ModelUnusable,
            "no score has been fitted for this model: only approved phrasings are served",
        )
        .fix("make weights with `goldenset fit` and set verifier.weights"));
    }
    let own = config.verifier.lexicons.as_deref().map_or(Ok(Vec::new()), lexicons::load)?;
    Ok(format!("score and guards {}, {} lexicons of tenants", verifier.id(), own.len()))
}

/// Asks the judge of pairs about one pair; none where none is configured.
async fn judges(config: &Config) -> Result<Option<String>> {
    let Some(judge) = wire::judge(config)? else { return Ok(None) };
    let pair = Pair { question: "quanto costa?".into(), entry: "qual è il prezzo?".into() };
    let started = std::time::Instant::now();
    judge.model.judge(&[pair]).await?;
    let (millis, budget) = (started.elapsed().as_secs_f64() * 1e3, judge.budget.as_millis());
    let name = judge.model.model();
    Ok(Some(format!("{name} answers in {millis:.0} ms, {budget} ms are the most it may take")))
}

async fn folder(config: &Config) -> Result<String> {
    let folder = &config.store.data_dir;
    let store = SqliteStore::open_read_only(folder).await?;
    if let Some(fault) = store.check().await?.first() {
        return Err(Error::new(Code::DatabaseDamaged, fault.clone())
            .field(folder.display().to_string())
            .fix("restore the folder from a back-up"));
    }
    Ok(format!("{} is sound: {}", folder.display(), states(&store.tenants().await?)))
}

async fn database(config: &Config) -> Result<String> {
    let asked = std::time::Instant::now();
    let store = wire::store_to_read(config).await?;
    let tenants = store.tenants().await?;
    let millis = asked.elapsed().as_millis();
    Ok(format!("it answers, after {millis} ms with connecting: {}", states(&tenants)))
}

/// Connects to Redis, writes and reads; none where none is configured.
async fn redis(config: &Config) -> Result<Option<String>> {
    let Some(redis) = wire::redis(config)? else { return Ok(None) };
    let asked = std::time::Instant::now();
    redis.tried().await;
    let (millis, health) = (asked.elapsed().as_millis(), redis.health());
    match health.fault {
        None => Ok(Some(format!("it answers, after {millis} ms with connecting and a trial"))),
        Some(fault) => Err(Error::new(Code::CacheUnavailable, format!("Redis {fault}"))
            .field("cache.redis_url")
            .fix("see to Redis, or to its address, user and password; without it lookups are slower and right")),
    }
}

fn states(tenants: &[(TenantId, EpochStamp)]) -> String {
    if tenants.is_empty() {
        return "no golden set yet".into();
    }
    let states =
        tenants.iter().map(|(tenant, stamp)| format!("{tenant} at epoch {}", stamp.epoch.0));
    states.collect::<Vec<_>>().join(", ")
}

/// All keys; none where there is no folder yet.
async fn keys(config: &Config) -> Result<Vec<KeyRecord>> {
    if !wire::has_store(config) {
        return Ok(Vec::new());
    }
    let keys = wire::store_to_read(config).await?.keys().await?;
    Ok(keys.into_iter().map(|key| key.record).collect())
}

fn in_words(keys: &[KeyRecord]) -> String {
    let active = keys.iter().filter(|key| key.is_active()).count();
    match (keys.len(), active) {
        (0, _) => "none: whoever reaches the server may do everything, so it listens on loopback \
                   alone"
            .into(),
        (all, 0) => format!("all {all} are revoked: nobody can call the server"),
        (all, active) => format!("{active} active, {} revoked", all - active),
    }
}

async fn address(config: &Config, keyed: bool) -> Result<String> {
    let address = config.server.listen;
    match listen(address, keyed).await {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if is_goldenset(address).await => {
            tracing::debug!(%error, "the address is taken by a server of ours");
            Ok(format!("a goldenset server answers on {address}"))
        }
        Err(error) => Err(error),
    }
}

/// Whether the server at an address describes itself as goldenset. Whatever goes wrong on the way
/// means that it does not.
async fn is_goldenset(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(b"GET /openapi.json HTTP/1.0\r\n\r\n").await.ok()?;
        let mut answer = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut answer).await.ok()?;
        Some(String::from_utf8_lossy(&answer).contains("\"title\": \"goldenset\""))
    };
    tokio::time::timeout(PATIENCE, ask).await.ok().flatten().unwrap_or(false)
}

fn print(checks: &[Check]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for check in checks {
        let word = if check.ok { "ok  " } else { "FAIL" };
        writeln!(out, "{word}  {}: {}", check.name, check.detail)?;
        if let Some(fix) = &check.fix {
            writeln!(out, "      fix: {fix}")?;
        }
    }
    Ok(())
}
