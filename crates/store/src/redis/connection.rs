//! One connection to one Redis or to a cluster, and what it is asked.

use std::time::Duration;

use futures::future::join_all;
use goldenset_core::ports::{SharedItem, SharedKeys};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::{ClusterClient, ClusterConfig};
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo, SingleNodeRoutingInfo};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisFuture, Value, cmd};
use tokio::time::timeout;

use super::fault::Fault;

/// Keys that one step of a scan looks at, about.
const SCAN_STEP: usize = 500;

/// Whom to connect to.
pub(super) enum Target {
    Single(Box<Client>),
    Cluster(Box<ClusterClient>),
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) answer: Duration,
}

/// A connection that many ask at a time. Cheap to clone.
#[derive(Clone)]
enum Kind {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

#[derive(Clone)]
pub(super) struct Connection {
    kind: Kind,
    answer: Duration,
}

impl Target {
    pub(super) async fn connect(&self, limits: Limits) -> Result<Connection, Fault> {
        let Limits { connect, answer } = limits;
        let connecting = async {
            Ok::<_, Fault>(match self {
                Self::Single(client) => {
                    let config = AsyncConnectionConfig::new()
                        .set_connection_timeout(Some(connect))
                        .set_response_timeout(Some(answer));
                    Kind::Single(
                        client.get_multiplexed_async_connection_with_config(&config).await?,
                    )
                }
                Self::Cluster(client) => {
                    let config = ClusterConfig::new()
                        .set_connection_timeout(connect)
                        .set_response_timeout(answer);
                    Kind::Cluster(client.get_async_connection_with_config(config).await?)
                }
            })
        };
        let kind = timeout(connect, connecting).await.map_err(|_| Fault::Timeout)??;
        Ok(Connection { kind, answer })
    }
}

impl Connection {
    /// The values of `keys`, in one round trip (to each node of a cluster that has some).
    pub(super) async fn get(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let values: Vec<Option<Vec<u8>>> = self.ask(cmd("MGET").arg(keys)).await?;
        if values.len() != keys.len() {
            let said = format!("{} values for {} keys", values.len(), keys.len());
            return Err(Fault::Garbage(said));
        }
        Ok(values)
    }

    /// Sends all at once. How many were kept, and the first fault.
    pub(super) async fn set(&self, items: &[SharedItem]) -> (usize, Option<Fault>) {
        let each = join_all(items.iter().map(async |SharedItem { key, value, ttl }| {
            let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
            self.ask::<()>(cmd("SET").arg(key).arg(value).arg("PX").arg(millis)).await
        }));
        let results = each.await;
        let kept = results.iter().filter(|result| result.is_ok()).count();
        (kept, results.into_iter().find_map(Result::err))
    }

    pub(super) async fn remove(&self, keys: &[String]) -> Result<u64, Fault> {
        self.ask(cmd("UNLINK").arg(keys)).await
    }

    /// One step through the keys that match: of the only node, or of one node of a cluster after
    /// the other. Where to go on is `node:port cursor`, without the node where there is only one.
    pub(super) async fn scan(
        &self,
        pattern: &str,
        from: Option<String>,
    ) -> Result<SharedKeys, Fault> {
        let nodes = self.primaries().await?;
        let (node, cursor) = match &from {
            None => (nodes.first().cloned(), "0"),
            Some(from) => match from.split_once(' ') {
                Some((node, cursor)) => (Some(node.to_owned()), cursor),
                None => (None, from.as_str()),
            },
        };
        let mut scan = cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(SCAN_STEP);
        let (cursor, keys): (String, Vec<String>) = match &node {
            Some(node) => self.ask_node(scan, node).await?,
            None => self.ask(&scan).await?,
        };
        let place = |node: Option<&String>, cursor: &str| match node {
            Some(node) => format!("{node} {cursor}"),
            None => cursor.to_owned(),
        };
        let next = if cursor != "0" {
            Some(place(node.as_ref(), &cursor))
        } else {
            let seen = nodes.iter().position(|known| Some(known) == node.as_ref());
            // A node that left the cluster meanwhile left its keys to the others.
            seen.and_then(|seen| nodes.get(seen + 1)).map(|node| place(Some(node), "0"))
        };
        Ok((keys, next))
    }

    /// The nodes of a cluster that hold keys, in one order; none of a single server.
    async fn primaries(&self) -> Result<Vec<String>, Fault> {
        let Kind::Cluster(cluster) = &self.kind else { return Ok(Vec::new()) };
        let all = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
        let mut cluster = cluster.clone();
        let asking = cluster.route_command(cmd("PING"), all);
        let told = timeout(self.answer, asking).await.map_err(|_| Fault::Timeout)??;
        let told: Vec<(String, Value)> = read(told)?;
        let mut nodes: Vec<_> = told.into_iter().map(|(node, _)| node).collect();
        nodes.sort_unstable();
        Ok(nodes)
    }

    async fn ask_node<T: FromRedisValue>(&self, command: Cmd, node: &str) -> Result<T, Fault> {
        let (Kind::Cluster(cluster), Some((host, port))) = (&self.kind, node.rsplit_once(':'))
        else {
            return self.ask(&command).await;
        };
        let port = port.parse().map_err(|_| Fault::Garbage(format!("the node `{node}`")))?;
        let place = SingleNodeRoutingInfo::ByAddress { host: host.to_owned(), port };
        let mut cluster = cluster.clone();
        let asking = cluster.route_command(command, RoutingInfo::SingleNode(place));
        read(timeout(self.answer, asking).await.map_err(|_| Fault::Timeout)??)
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Fault> {
        let mut kind = self.kind.clone();
        let asking: RedisFuture<'_, Value> = match &mut kind {
            Kind::Single(connection) => connection.req_packed_command(command),
            Kind::Cluster(connection) => connection.req_packed_command(command),
        };
        read(timeout(self.answer, asking).await.map_err(|_| Fault::Timeout)??)
    }
}

fn read<T: FromRedisValue>(value: Value) -> Result<T, Fault> {
    let value = value.extract_error()?;
    T::from_redis_value(value).map_err(|error| Fault::Garbage(error.to_string()))
}
