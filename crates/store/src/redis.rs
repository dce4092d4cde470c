//! The adapter for Redis 7 and Valkey, one server or a cluster. All that changes a slot is one Lua script on its node; how keys look
//! is in `keys`, how servers are reached in `link`.
//!
//! The server should run with `appendonly yes` and `maxmemory-policy noeviction`. It may still lose its last acknowledged second when
//! it falls: after every reconnect [`Store::losses`] moves, and callers write the last margin of their log again.

mod config;
mod error;
mod expire;
mod keys;
mod link;
mod read;
mod server;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
use redis::{AsyncConnectionConfig, Client, RedisError};
use tokio::task::AbortHandle;

use backtweet_domain::Timestamp;

use crate::port::{Batch, Found, LookUp, Outcome, Store, StoreError};

pub use config::RedisConfig;
use keys::{Due, Keys};
use link::{Call, Link, Single};

/// How often the masters of a cluster are asked whether they are still the same. Far below the margin that callers go back.
const WATCH: Duration = Duration::from_secs(1);

/// The store on Redis. See the module for what it asks of the server.
pub struct RedisStore {
    keys: Keys,
    link: Link,
    /// How often a cluster's masters were found to be others than before.
    changes: Arc<AtomicU64>,
    watch: Option<AbortHandle>,
}

impl RedisStore {
    /// Connects, and checks that the server can do what is asked of it.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] for a configuration or a server that cannot work, [`StoreError::Unavailable`] for one that does not
    /// answer (yet).
    pub async fn connect(config: RedisConfig) -> Result<Self, StoreError> {
        config.check()?;
        let address = config.addresses();
        let not_connected = |error: RedisError| error::not_connected(&address, &error);
        let (info, settings) = (redis::cmd("INFO"), settings_command());
        let changes = Arc::new(AtomicU64::new(0));
        let keys = Keys::new(&config.prefix);
        if config.cluster {
            let mut connection = connect_cluster(&config).await.map_err(not_connected)?;
            let one = |cmd| {
                (
                    cmd,
                    RoutingInfo::SingleNode(redis::cluster_routing::SingleNodeRoutingInfo::RandomPrimary),
                )
            };
            let (cmd, route) = one(info);
            let answer = connection.route_command(cmd, route).await.map_err(not_connected)?;
            server::check(&address, answer, true)?;
            let (cmd, route) = one(settings);
            server::advise(&address, connection.route_command(cmd, route).await.ok());
            let watch = tokio::spawn(watch(connection.clone(), changes.clone())).abort_handle();
            return Ok(Self {
                keys,
                link: Link::Cluster(connection),
                changes,
                watch: Some(watch),
            });
        }
        let single = connect_single(&config).map_err(not_connected)?;
        server::check(&address, single.query(&info).await.map_err(not_connected)?, false)?;
        server::advise(&address, single.query(&settings).await.ok());
        Ok(Self {
            keys,
            link: Link::Single(Box::new(single)),
            changes,
            watch: None,
        })
    }

    /// The calls that write entries into the expiry index. They run before what they point at is written, so that nothing is ever
    /// left without an entry.
    fn index(&self, due: impl Iterator<Item = Due>) -> Vec<Call> {
        let mut shards: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for due in due {
            shards.entry(due.shard()).or_default().push(due.encode());
        }
        let add = |(shard, members): (u32, Vec<String>)| {
            let mut call = Call::command("ZADD", self.keys.shard(shard));
            for member in members {
                call.cmd.arg(0).arg(member);
            }
            call
        };
        shards.into_iter().map(add).collect()
    }
}

impl Drop for RedisStore {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        read::read(self, look_ups).await
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        write::apply(self, batches).await
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        expire::expire(self, before, limit).await
    }

    fn losses(&self) -> u64 {
        let reconnects = match &self.link {
            Link::Single(single) => single.reconnects(),
            Link::Cluster(_) => 0,
        };
        reconnects + self.changes.load(Ordering::Acquire)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // A key of its own makes a cluster route it like everything else.
        let call = Call::command("EXISTS", self.keys.shard(0));
        self.link.run(Vec::new(), vec![call]).await.map(drop)
    }
}

fn settings_command() -> redis::Cmd {
    let mut cmd = redis::cmd("CONFIG");
    cmd.arg("GET").arg("maxmemory-policy").arg("appendonly");
    cmd
}

fn connect_single(config: &RedisConfig) -> Result<Single, RedisError> {
    let client = Client::open(config.urls.first().map(String::as_str).unwrap_or_default())?;
    let timeouts = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(config.response_timeout))
        .set_response_timeout(Some(config.response_timeout));
    Ok(Single::new(client, timeouts))
}

async fn connect_cluster(config: &RedisConfig) -> Result<ClusterConnection, RedisError> {
    let client = ClusterClient::builder(config.urls.iter().map(String::as_str))
        .connection_timeout(config.response_timeout)
        .response_timeout(config.response_timeout)
        // Covers the driver's own retries, redirections and all.
        .overall_response_timeout(Some(config.response_timeout * 2))
        .build()?;
    client.get_async_connection().await
}

/// Counts when a master is one that was not there before: restarted, or risen from a replica. The driver reconnects without a word.
async fn watch(mut connection: ClusterConnection, changes: Arc<AtomicU64>) {
    let mut known = None;
    loop {
        let mut info = redis::cmd("INFO");
        info.arg("server");
        let route = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
        if let Ok(infos) = connection.route_command(info, route).await {
            let now = server::run_ids(infos);
            if known.as_ref().is_some_and(|known| !now.is_subset(known)) {
                changes.fetch_add(1, Ordering::AcqRel);
                metrics::counter!("backtweet_store_reconnects_total").increment(1);
                tracing::info!("the masters of the store's cluster changed");
            }
            known = Some(now);
        }
        tokio::time::sleep(WATCH).await;
    }
}
