//! Named tasks that live and die together: the first to end stops the rest, under a grace period. What the tasks do is their affair.

use std::any::Any;
use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Why a group of tasks did not end well.
#[derive(Debug, thiserror::Error)]
pub enum SuperviseError {
    /// A task ended with an error.
    #[error("{task} failed: {source}")]
    Failed {
        /// Its name.
        task: String,
        /// What it said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A task panicked.
    #[error("{task} panicked: {message}; this is a defect, please report it")]
    Panicked {
        /// Its name.
        task: String,
        /// What the panic said.
        message: String,
    },
    /// Tasks did not end within the grace period and were dropped.
    #[error(
        "still at work after a grace period of {grace:?}, and dropped: {tasks}; raise `grace_seconds` if that is too short"
    )]
    Stuck {
        /// Their names.
        tasks: String,
        /// How long they had.
        grace: Duration,
    },
}

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// The tasks of one program.
pub struct Supervisor {
    tasks: JoinSet<Outcome>,
    names: HashMap<Id, String>,
    shutdown: CancellationToken,
    grace: Duration,
}

impl Supervisor {
    /// Asks its tasks to stop through `shutdown`, and gives them `grace` to do so.
    pub fn new(shutdown: CancellationToken, grace: Duration) -> Self {
        Self {
            tasks: JoinSet::new(),
            names: HashMap::new(),
            shutdown,
            grace,
        }
    }

    /// Starts a task. It should end soon after `shutdown`.
    pub fn spawn<E>(&mut self, name: impl Into<String>, task: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let handle = self.tasks.spawn(async move { task.await.map_err(Into::into) });
        self.names.insert(handle.id(), name.into());
    }

    /// Waits until the first task ends, asks the rest to stop, and waits for them under the grace period.
    ///
    /// # Errors
    /// The first failure. Later ones are logged.
    pub async fn wait(mut self) -> Result<(), SuperviseError> {
        let (grace, mut failure) = (self.grace, None);
        if let Some(ended) = self.tasks.join_next_with_id().await {
            self.note(ended, &mut failure);
        }
        self.shutdown.cancel();
        let rest = async {
            while let Some(ended) = self.tasks.join_next_with_id().await {
                self.note(ended, &mut failure);
            }
        };
        if tokio::time::timeout(grace, rest).await.is_err() {
            let mut tasks: Vec<_> = self.names.into_values().collect();
            tasks.sort();
            keep(
                SuperviseError::Stuck {
                    tasks: tasks.join(", "),
                    grace,
                },
                &mut failure,
            );
            self.tasks.shutdown().await;
        }
        failure.map_or(Ok(()), Err)
    }

    fn note(&mut self, ended: Result<(Id, Outcome), JoinError>, failure: &mut Option<SuperviseError>) {
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, Ok(outcome)),
            Err(error) => (error.id(), Err(error)),
        };
        let task = self.names.remove(&id).unwrap_or_default();
        match outcome {
            Ok(Ok(())) => tracing::debug!(task, "ended"),
            Ok(Err(source)) => keep(SuperviseError::Failed { task, source }, failure),
            Err(error) => keep(
                SuperviseError::Panicked {
                    task,
                    message: message(error),
                },
                failure,
            ),
        }
    }
}

fn keep(error: SuperviseError, failure: &mut Option<SuperviseError>) {
    if failure.is_none() {
        *failure = Some(error);
    } else {
        tracing::error!(%error, "another failure on the way out");
    }
}

fn message(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "it was cancelled".to_owned();
    };
    let panic: &(dyn Any + Send) = &*panic;
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::pending;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn the_first_to_fail_stops_the_rest_in_order_and_is_named() {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone(), LONG);
        let tidied = Arc::new(AtomicBool::new(false));
        let tidy = Arc::clone(&tidied);
        supervisor.spawn("reader", async move {
            shutdown.cancelled().await;
            tidy.store(true, Ordering::Release);
            Ok::<_, Infallible>(())
        });
        supervisor.spawn("writer", async { Err("the disk is full") });
        let error = supervisor.wait().await.unwrap_err();
        assert_eq!(error.to_string(), "writer failed: the disk is full");
        assert!(tidied.load(Ordering::Acquire), "the reader was not waited for");
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_and_stops_the_rest() {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone(), LONG);
        supervisor.spawn("reader", async move {
            shutdown.cancelled().await;
            Ok::<_, Infallible>(())
        });
        supervisor.spawn("writer", async {
            assert_eq!(1, 2, "one is not {}", 2);
            Ok::<_, Infallible>(())
        });
        let error = supervisor.wait().await.unwrap_err().to_string();
        assert!(
            error.starts_with("writer panicked: ") && error.contains("one is not 2"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_task_that_does_not_stop_is_dropped_after_the_grace_and_named() {
        let mut supervisor = Supervisor::new(CancellationToken::new(), Duration::from_millis(1));
        supervisor.spawn("deaf", pending::<Result<(), Infallible>>());
        supervisor.spawn("signals", async { Ok::<_, Infallible>(()) });
        let error = supervisor.wait().await.unwrap_err();
        assert!(
            matches!(&error, SuperviseError::Stuck { tasks, .. } if tasks == "deaf"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn an_end_in_order_is_no_failure() {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone(), LONG);
        supervisor.spawn("signals", async { Ok::<_, Infallible>(()) });
        supervisor.spawn("reader", async move {
            shutdown.cancelled().await;
            Ok::<_, Infallible>(())
        });
        supervisor.wait().await.unwrap();
    }
}
