//! The connection: sends calls and brings their answers, to one server or to a cluster. What the calls mean is not its business.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures::{StreamExt, TryStreamExt, stream};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster_async::ClusterConnection;
use redis::{Arg, AsyncConnectionConfig, Client, Cmd, Pipeline, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::sync::Mutex;

use crate::port::StoreError;

use super::error::failed;

/// How many calls go to one server in one write.
const PIPELINED: usize = 512;
/// How many calls are under way in a cluster at once.
const CONCURRENT: usize = 256;

/// A script and the hash by which servers remember it.
pub(super) struct Lua {
    source: String,
    hash: String,
}

impl Lua {
    /// A script of one of our files. The `shebang` line makes the server refuse it whole, not half-way, where it has no memory left.
    pub fn new(shebang: &str, source: &str) -> Self {
        let source = format!("{shebang}\n{source}");
        Self {
            hash: redis::Script::new(&source).get_hash().to_owned(),
            source,
        }
    }
}

/// One command.
pub(super) struct Call {
    /// The key that decides the node, the first of several. Calls of one key run in their order.
    pub key: String,
    pub cmd: Cmd,
    script: Option<&'static LazyLock<Lua>>,
}

impl Call {
    /// The command `name` on `key`; its other arguments are added to [`Call::cmd`].
    pub fn command(name: &str, key: String) -> Self {
        let mut cmd = redis::cmd(name);
        cmd.arg(&key);
        Self { key, cmd, script: None }
    }

    /// The script on `keys`, no more than [`Link::slots_at_once`]; its arguments are added to [`Call::cmd`].
    pub fn script(script: &'static LazyLock<Lua>, keys: Vec<String>) -> Self {
        let mut cmd = redis::cmd("EVALSHA");
        cmd.arg(&script.hash).arg(keys.len()).arg(&keys);
        Self {
            key: keys.into_iter().next().unwrap_or_default(),
            cmd,
            script: Some(script),
        }
    }

    /// The same with the script's text, for a server that does not know it yet.
    fn spelt_out(&self) -> Option<Cmd> {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(&self.script?.source);
        for arg in self.cmd.args_iter().skip(2) {
            if let Arg::Simple(bytes) = arg {
                cmd.arg(bytes);
            }
        }
        Some(cmd)
    }
}

/// The way to the servers.
pub(super) enum Link {
    Single(Box<Single>),
    Cluster(ClusterConnection),
}

impl Link {
    /// How many slots one script may be given: on one server several, which saves most of what a call costs, and still so few that others
    /// get their turn soon. In a cluster they lie on different nodes.
    pub fn slots_at_once(&self) -> usize {
        match self {
            Link::Single(_) => 64,
            Link::Cluster(_) => 1,
        }
    }

    /// Sends all calls, `first` before `then`, and brings the answers to `then`.
    ///
    /// # Errors
    /// The first that any call met; the others may have run or not.
    pub async fn run(&self, mut first: Vec<Call>, then: Vec<Call>) -> Result<Vec<Value>, StoreError> {
        match self {
            Link::Single(single) => {
                let skipped = first.len();
                first.extend(then);
                Ok(single.run(&first).await?.split_off(skipped))
            }
            Link::Cluster(cluster) => {
                run_clustered(cluster, &first).await?;
                run_clustered(cluster, &then).await
            }
        }
    }
}

/// One server, connected to anew after every failure. Not the driver's own manager, which keeps a connection that only times out, as
/// one to a host that vanished does.
pub(super) struct Single {
    client: Client,
    config: AsyncConnectionConfig,
    state: Mutex<State>,
    reconnects: AtomicU64,
}

#[derive(Default)]
struct State {
    /// How many connections there have been.
    generation: u64,
    current: Option<MultiplexedConnection>,
    failure: Option<(Instant, RedisError)>,
}

impl Single {
    pub fn new(client: Client, config: AsyncConnectionConfig) -> Self {
        Self {
            client,
            config,
            state: Mutex::default(),
            reconnects: AtomicU64::new(0),
        }
    }

    /// How often the connection was made anew.
    pub fn reconnects(&self) -> u64 {
        self.reconnects.load(Ordering::Acquire)
    }

    /// Runs one command for its bare result.
    pub async fn query(&self, cmd: &Cmd) -> RedisResult<Value> {
        let (_, mut connection) = self.connection().await?;
        connection.req_packed_command(cmd).await?.extract_error()
    }

    async fn run(&self, calls: &[Call]) -> Result<Vec<Value>, StoreError> {
        let mut answers = Vec::with_capacity(calls.len());
        for calls in calls.chunks(PIPELINED) {
            let replies = self
                .send(calls.iter().map(|call| call.cmd.clone()))
                .await
                .map_err(|e| failed("", &e))?;
            let unknown: Vec<_> = (0..calls.len()).filter(|&i| is_unknown_script(&replies[i])).collect();
            let offset = answers.len();
            answers.extend(replies);
            let again = unknown.iter().filter_map(|&i| calls[i].spelt_out());
            let replies = self.send(again).await.map_err(|e| failed("", &e))?;
            for (i, reply) in unknown.iter().zip(replies) {
                answers[offset + i] = reply;
            }
        }
        let answer = |(value, call): (Value, &Call)| value.extract_error().map_err(|error| failed(&call.key, &error));
        answers.into_iter().zip(calls).map(answer).collect()
    }

    async fn send(&self, cmds: impl Iterator<Item = Cmd>) -> RedisResult<Vec<Value>> {
        let mut pipeline = Pipeline::new();
        for cmd in cmds {
            pipeline.add_command(cmd);
        }
        if pipeline.is_empty() {
            return Ok(Vec::new());
        }
        let (generation, mut connection) = self.connection().await?;
        let replies = connection.req_packed_commands(&pipeline, 0, pipeline.len()).await;
        if replies
            .as_ref()
            .map_or(true, |replies| replies.iter().any(is_wrong_server))
        {
            let mut state = self.state.lock().await;
            if state.generation == generation {
                state.current = None;
            }
        }
        replies
    }

    async fn connection(&self) -> RedisResult<(u64, MultiplexedConnection)> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.current {
            return Ok((state.generation, connection.clone()));
        }
        // Whoever queued behind a failed attempt shares its failure: attempts one after the other would add up their timeouts.
        if let Some((at, error)) = &state.failure
            && *at > asked
        {
            return Err(error.clone());
        }
        match self
            .client
            .get_multiplexed_async_connection_with_config(&self.config)
            .await
        {
            Ok(connection) => {
                state.generation += 1;
                if state.generation > 1 {
                    self.reconnects.fetch_add(1, Ordering::AcqRel);
                    metrics::counter!("backtweet_store_reconnects_total").increment(1);
                    tracing::info!("connected to the store again");
                }
                state.current = Some(connection.clone());
                Ok((state.generation, connection))
            }
            Err(error) => {
                state.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}

fn is_unknown_script(reply: &Value) -> bool {
    matches!(reply, Value::ServerError(error) if error.kind() == Some(ServerErrorKind::NoScript))
}

/// A server that was demoted: the address may lead to its successor by now.
fn is_wrong_server(reply: &Value) -> bool {
    let kinds = [Some(ServerErrorKind::ReadOnly), Some(ServerErrorKind::MasterDown)];
    matches!(reply, Value::ServerError(error) if kinds.contains(&error.kind()))
}

/// Runs calls of different keys at once, those of one key in order. Redirections are the driver's.
async fn run_clustered(cluster: &ClusterConnection, calls: &[Call]) -> Result<Vec<Value>, StoreError> {
    let mut order: Vec<usize> = (0..calls.len()).collect();
    order.sort_by_key(|&i| &calls[i].key);
    let groups = order.chunk_by(|&a, &b| calls[a].key == calls[b].key);
    let answer_group = async |group: &[usize]| {
        let mut answers = Vec::with_capacity(group.len());
        for &i in group {
            answers.push((i, run_one(cluster.clone(), &calls[i]).await?));
        }
        Ok::<_, StoreError>(answers)
    };
    let groups: Vec<_> = groups.map(answer_group).collect();
    let answered: Vec<_> = stream::iter(groups).buffer_unordered(CONCURRENT).try_collect().await?;
    let mut answers = vec![Value::Nil; calls.len()];
    for (i, answer) in answered.into_iter().flatten() {
        answers[i] = answer;
    }
    Ok(answers)
}

async fn run_one(mut cluster: ClusterConnection, call: &Call) -> Result<Value, StoreError> {
    let answered = cluster
        .req_packed_command(&call.cmd)
        .await
        .and_then(Value::extract_error);
    let unknown = |error: &RedisError| error.kind() == redis::ErrorKind::Server(ServerErrorKind::NoScript);
    let answered = match (answered, call.spelt_out()) {
        (Err(error), Some(cmd)) if unknown(&error) => {
            cluster.req_packed_command(&cmd).await.and_then(Value::extract_error)
        }
        (answered, _) => answered,
    };
    answered.map_err(|error| failed(&call.key, &error))
}
