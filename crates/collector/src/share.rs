//! Who collects what: replicas share the assignments by rendezvous hashing, and hold each through a lease in the store. A new replica takes
//! its share, a dead one's share moves on once its leases have not been renewed for a while. How an assignment is read is not known here.

mod assignment;
mod lease;
mod members;
mod registry;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use backtweet_runtime::{Ports, coverage};
use backtweet_store::StoreError;
use backtweet_wire::v1;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

pub use self::assignment::Assignment;
pub(crate) use self::assignment::{check, of as parts};
pub(crate) use self::lease::Lease;
pub use self::registry::Registry;
use self::watch::Watch;

/// How often a replica looks at the world, and says that it lives.
pub(crate) const BEAT: Duration = Duration::from_secs(1);
/// How long what is stopped may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Reads an assignment that is held, until its token is cancelled or the lease is lost.
pub(crate) trait Worker: Send + Sync + 'static {
    /// Starts; the task ends soon after `stop`, and has given the lease back by then.
    fn start(&self, assignment: Assignment, lease: Lease, stop: CancellationToken) -> JoinHandle<()>;
}

/// One replica's part in the sharing.
pub(crate) struct Share<W> {
    ports: Ports,
    registry: Registry,
    name: String,
    /// How long a lease holds that nobody renews.
    lease: Duration,
    worker: W,
    running: BTreeMap<String, Running>,
    members: Watch,
    leases: Watch,
}

struct Running {
    source: v1::Source,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl<W: Worker> Share<W> {
    /// A replica called `name`, which no other is called.
    pub(crate) fn new(ports: Ports, name: String, lease: Duration, worker: W) -> Self {
        Self {
            registry: Registry::new(Arc::clone(&ports.store)),
            ports,
            name,
            lease,
            worker,
            running: BTreeMap::new(),
            members: Watch::default(),
            leases: Watch::default(),
        }
    }

    /// Takes part until `shutdown`, then gives back what it holds. A store that does not answer is asked again: what is held meanwhile is
    /// given up by its keeper once its lease may have passed on.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let mut beats = interval(BEAT.min(self.lease / 4));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                _ = beats.tick() => {}
            }
            if let Err(error) = self.beat().await {
                tracing::warn!(%error, "what there is to collect cannot be looked up; what is held is read on");
            }
        }
        let running: Vec<_> = std::mem::take(&mut self.running).into_values().collect();
        for one in &running {
            one.stop.cancel();
        }
        let all = futures::future::join_all(running.into_iter().map(|one| one.task));
        if timeout(GRACE, all).await.is_err() {
            tracing::warn!("some sources did not stop in time; their leases run out by themselves");
        }
        if let Err(error) = members::leave(self.ports.store.as_ref(), &self.name).await {
            tracing::warn!(%error, "the other collectors were not told that this one stops; they notice by themselves");
        }
    }

    async fn beat(&mut self) -> Result<(), StoreError> {
        let store = Arc::clone(&self.ports.store);
        let members = members::beat(store.as_ref(), &self.name).await?;
        let live = self.members.living(members, self.lease, Instant::now());
        let sources = self.registry.list().await?;
        let assignments: BTreeMap<String, Assignment> = sources
            .iter()
            .filter(|source| !source.paused)
            .flat_map(assignment::of)
            .map(|assignment| (assignment.id.clone(), assignment))
            .collect();
        let wanted: BTreeSet<&String> = assignments
            .keys()
            .filter(|id| assignment::owner(id, &live) == Some(self.name.as_str()))
            .collect();
        self.running.retain(|id, running| {
            let same = assignments
                .get(id)
                .is_some_and(|assignment| assignment.source == running.source);
            if !wanted.contains(id) || !same {
                running.stop.cancel();
            }
            !running.task.is_finished()
        });
        let missing: Vec<String> = wanted
            .into_iter()
            .filter(|id| !self.running.contains_key(*id))
            .cloned()
            .collect();
        let ids: Vec<String> = assignments.keys().cloned().collect();
        let leases = coverage::leases(store.as_ref(), &ids).await?;
        let versions = ids.iter().zip(&leases).filter_map(|(id, lease)| {
            let (version, _) = lease.as_ref()?;
            Some((id.clone(), *version))
        });
        let renewed = self.leases.living(versions.collect(), self.lease, Instant::now());
        for id in missing {
            let found = ids
                .iter()
                .position(|other| *other == id)
                .and_then(|at| leases[at].clone());
            let held = |lease: &v1::Lease| lease.assignment.as_ref().is_some_and(|it| !it.collector.is_empty());
            let free = found.as_ref().is_none_or(|(_, lease)| !held(lease)) || !renewed.contains(&id);
            if let (true, Some(assignment)) = (free, assignments.get(&id)) {
                self.take(assignment.clone(), found).await?;
            }
        }
        Ok(())
    }

    async fn take(&mut self, assignment: Assignment, found: Option<(u64, v1::Lease)>) -> Result<(), StoreError> {
        let Some(lease) = Lease::take(&self.ports, &assignment, &self.name, found).await? else {
            return Ok(());
        };
        tracing::info!(assignment = assignment.id, "collecting");
        let stop = CancellationToken::new();
        let (id, source) = (assignment.id.clone(), assignment.source.clone());
        let task = self.worker.start(assignment, lease, stop.clone());
        self.running.insert(id, Running { source, stop, task });
        Ok(())
    }
}
