//! Which Redis, and how it is spoken to.

use std::path::PathBuf;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use redis::cluster::ClusterClient;
use redis::{Client, IntoConnectionInfo, TlsCertificates};

use super::connection::{Limits, Target};

/// Which Redis, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct RedisOptions {
    /// `redis://` or `rediss://` (TLS) with user, password, host, port and number of the database;
    /// of a cluster one or more of its nodes, separated by commas.
    pub url: String,
    /// Whether it is a cluster.
    pub cluster: bool,
    /// Certificates in PEM that are trusted in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Before all keys: letters, digits and `-_.:`.
    pub prefix: String,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for an answer.
    pub timeout: Duration,
}

impl RedisOptions {
    pub(super) fn limits(&self) -> Limits {
        Limits { connect: self.connect_timeout, answer: self.timeout }
    }

    /// # Errors
    /// `config_invalid`, `file_unreadable`.
    pub(super) fn target(&self) -> Result<Target> {
        let certificates = match &self.ca_file {
            None => None,
            Some(path) => Some(std::fs::read(path).map_err(|cause| {
                Error::new(Code::FileUnreadable, format!("cannot read {}: {cause}", path.display()))
                    .field("cache.redis_ca_file")
                    .fix("check the path and the permissions")
                    .cause(cause)
            })?),
        };
        let certificates = TlsCertificates { client_tls: None, root_cert: certificates };
        // What the library says of a URL may repeat it, with the password.
        let wrong = |_| {
            Error::new(Code::ConfigInvalid, "this is not the address of a Redis")
                .field("cache.redis_url")
                .fix("write redis://user:password@host:port/0, or rediss:// for TLS; the nodes of a cluster separated by commas")
        };
        let nodes: Vec<_> = self.url.split(',').map(str::trim).collect();
        if self.cluster {
            let mut client = ClusterClient::builder(nodes);
            if certificates.root_cert.is_some() {
                client = client.certs(certificates);
            }
            return Ok(Target::Cluster(Box::new(client.build().map_err(wrong)?)));
        }
        if nodes.len() > 1 {
            return Err(Error::new(Code::ConfigInvalid, "there is more than one address")
                .field("cache.redis_url")
                .fix("set cache.redis_cluster if they are nodes of a cluster, or leave one"));
        }
        let info = self.url.trim().into_connection_info().map_err(wrong)?;
        let client = match certificates.root_cert {
            Some(_) => Client::build_with_tls(info, certificates),
            None => Client::open(info),
        };
        Ok(Target::Single(Box::new(client.map_err(wrong)?)))
    }
}
