//! The Redis adapter on a cluster of three masters, started by the test itself, or the one of `BACKTWEET_TEST_REDIS_CLUSTER`.

use std::sync::Arc;

use backtweet_store::{RedisConfig, RedisStore, StoreError};

use crate::server::{Server, prefix};
use crate::single::count_through;
use crate::support::*;

const SLOTS: u32 = 16_384;

/// Three masters that share all slots, once each of them says so.
async fn masters() -> Option<Vec<Server>> {
    let start = || {
        let cluster = [
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            "BUS",
            "--cluster-node-timeout",
            "2000",
        ];
        Server::start(&[&cluster[..], &["--appendonly", "yes", "--appendfsync", "always"]].concat())
    };
    let servers = [start()?, start()?, start()?];
    for (i, server) in (0..).zip(&servers) {
        let (first, last) = (SLOTS * i / 3, SLOTS * (i + 1) / 3 - 1);
        server.tell::<()>(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]);
        server.tell::<()>(&["CLUSTER", "SET-CONFIG-EPOCH", &(i + 1).to_string()]);
    }
    for other in &servers[1..] {
        servers[0].tell::<()>(&[
            "CLUSTER",
            "MEET",
            "127.0.0.1",
            &other.port.to_string(),
            &other.bus.to_string(),
        ]);
    }
    for server in &servers {
        eventually("the cluster stands", async || stands(server)).await;
    }
    Some(servers.into())
}

fn stands(server: &Server) -> bool {
    let info: String = server.tell(&["CLUSTER", "INFO"]);
    info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
}

fn config(servers: &[Server]) -> RedisConfig {
    RedisConfig {
        prefix: prefix(),
        ..RedisConfig::cluster(vec![servers[0].url()])
    }
}

async fn connect(config: RedisConfig) -> Shared {
    Arc::new(RedisStore::connect(config).await.unwrap())
}

macro_rules! on_cluster {
    ($($module:ident: $check:ident;)*) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_cluster_keeps_every_promise() {
            let named = std::env::var("BACKTWEET_TEST_REDIS_CLUSTER").ok();
            let servers = match &named {
                Some(_) => vec![],
                None => match masters().await {
                    Some(servers) => servers,
                    None => return,
                },
            };
            let config = || match &named {
                Some(url) => RedisConfig { prefix: prefix(), ..RedisConfig::cluster(vec![url.clone()]) },
                None => config(&servers),
            };
            $(
                eprintln!("on a cluster: {}", stringify!($check));
                crate::$module::$check(&connect(config()).await).await;
            )*
            for server in &servers {
                assert!(server.tell::<u64>(&["DBSIZE"]) > 0, "a master was left without keys");
            }
        }
    };
}
crate::every_check!(on_cluster);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_falls_is_waited_for_and_counts_as_a_loss() {
    let Some(mut servers) = masters().await else { return };
    let store = connect(config(&servers)).await;
    for slot in ["a", "b", "c", "d"] {
        count_through(store.clone(), slot.to_owned(), 5).await;
    }
    assert_eq!(store.losses(), 0);
    let writers: Vec<_> = (0..6)
        .map(|slot| tokio::spawn(count_through(store.clone(), format!("s{slot}"), 300)))
        .collect();
    servers[1].kill();
    servers[1].run();
    for writer in writers {
        writer.await.unwrap();
    }
    for slot in 0..6 {
        assert_counters(&store, &format!("s{slot}"), "c", &[("n", 300)]).await;
    }
    eventually("the restart is noticed", async || store.losses() > 0).await;
}

#[tokio::test]
async fn a_cluster_configured_as_one_server_is_refused_with_the_remedy() {
    let Some(server) = Server::start(&["--cluster-enabled", "yes", "--cluster-port", "BUS"]) else {
        return;
    };
    let refused = RedisStore::connect(server.config()).await.map(drop);
    assert!(
        matches!(&refused, Err(StoreError::Unusable { reason }) if reason.contains("cluster = true")),
        "{refused:?}"
    );
}
