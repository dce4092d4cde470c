//! One partition's lane: a task that works on its batches in order, and what the runner's loop knows about it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::job::{Halt, Job, said};
use super::options::RunnerError;
use crate::port::Delivered;
use crate::stage::Stage;

/// What a lane tells the loop.
pub(super) struct Report {
    pub(super) partition: u32,
    /// Which of the partition's lanes speaks: one that was given up may still have something to say.
    pub(super) epoch: u64,
    pub(super) news: News,
}

/// What happened on a lane.
pub(super) enum News {
    /// Everything before this offset is done.
    Done(u64),
    /// It works no more: it was closed and came to its end, or it broke down.
    Ended(Result<(), Halt>),
}

/// One partition at work. Dropping it stops the work at its next await.
pub(super) struct Lane {
    pub(super) epoch: u64,
    /// Offsets below are stored already: while a margin is read again, the stored offset stays.
    pub(super) stored: u64,
    pub(super) paused: bool,
    /// Batches handed in and not reported done.
    pub(super) in_hand: usize,
    batches: Option<mpsc::UnboundedSender<Vec<Delivered>>>,
    task: AbortOnDropHandle<()>,
}

impl Lane {
    /// Starts work on a partition.
    pub(super) fn open<S: Stage>(
        job: Arc<Job<S>>,
        partition: u32,
        epoch: u64,
        stored: u64,
        reports: mpsc::UnboundedSender<Report>,
    ) -> Self {
        let (batches, inbox) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let tell = |news| {
                // Nobody listens once the loop is gone, and then nothing matters.
                let _ = reports.send(Report { partition, epoch, news });
            };
            let stage = job.stage.name();
            let work = AssertUnwindSafe(work(&job, inbox, &tell)).catch_unwind();
            let ended = work.await.unwrap_or_else(|panic| {
                Err(Halt::Fatal(RunnerError::Panicked {
                    stage,
                    partition,
                    reason: said(&*panic),
                }))
            });
            tell(News::Ended(ended));
        });
        let task = AbortOnDropHandle::new(task);
        Self {
            epoch,
            stored,
            paused: false,
            in_hand: 0,
            batches: Some(batches),
            task,
        }
    }

    /// Hands a batch in. The channel has no bound of its own: the loop pauses the partition by [`Lane::in_hand`].
    pub(super) fn hand_in(&mut self, records: Vec<Delivered>) {
        if let Some(batches) = &self.batches
            && batches.send(records).is_ok()
        {
            self.in_hand += 1;
        }
    }

    /// Lets it finish what it has, and no more.
    pub(super) fn close(&mut self) {
        self.batches = None;
    }

    /// Stops the work, and waits until it has stopped.
    pub(super) async fn abandon(self) {
        self.task.abort();
        // The only error is that it was aborted.
        let _ = self.task.await;
    }
}

async fn work<S: Stage>(
    job: &Job<S>,
    mut inbox: mpsc::UnboundedReceiver<Vec<Delivered>>,
    tell: impl Fn(News),
) -> Result<(), Halt> {
    while let Some(records) = inbox.recv().await {
        job.run(&records).await?;
        if let Some(last) = records.last() {
            tell(News::Done(last.position.offset + 1));
        }
    }
    Ok(())
}
