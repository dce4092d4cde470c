//! Who is still to be looked up: the newest first, and where there are too many the oldest are forgotten. How they are looked up is not
//! known here.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use backtweet_domain::AccountId;

#[derive(Default)]
struct Lists {
    /// The oldest first.
    waiting: VecDeque<AccountId>,
    /// Everybody who waits.
    queued: HashSet<AccountId>,
    /// Everybody who is being looked up.
    asked: HashSet<AccountId>,
    /// Those of them of whom the answer may be out of date already.
    doubted: HashSet<AccountId>,
}

/// A bounded list of accounts, each at most once.
pub(super) struct Wanted {
    most: usize,
    lists: Mutex<Lists>,
    more: Notify,
}

impl Wanted {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            lists: Mutex::default(),
            more: Notify::new(),
        }
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds accounts. Returns how many had to be forgotten for them.
    pub(super) fn add(&self, accounts: Vec<AccountId>) -> usize {
        let mut forgotten = 0;
        let mut lists = self.lists();
        for account in accounts {
            if lists.asked.contains(&account) || !lists.queued.insert(account.clone()) {
                continue;
            }
            lists.waiting.push_back(account);
            if lists.waiting.len() > self.most
                && let Some(oldest) = lists.waiting.pop_front()
            {
                lists.queued.remove(&oldest);
                forgotten += 1;
            }
        }
        drop(lists);
        self.more.notify_one();
        forgotten
    }

    /// The newest accounts, at most so many; waits until there are any. Each is to be handed to [`Wanted::done`].
    pub(super) async fn next(&self, limit: usize) -> Vec<AccountId> {
        loop {
            let batch = self.take(limit);
            if !batch.is_empty() {
                return batch;
            }
            self.more.notified().await;
        }
    }

    pub(super) fn take(&self, limit: usize) -> Vec<AccountId> {
        let mut lists = self.lists();
        let first = lists.waiting.len().saturating_sub(limit);
        let batch: Vec<_> = lists.waiting.drain(first..).rev().collect();
        for account in &batch {
            lists.queued.remove(account);
            lists.asked.insert(account.clone());
        }
        batch
    }

    /// Whatever is being found out about these accounts may be out of date.
    pub(super) fn doubt(&self, accounts: &[AccountId]) {
        let mut lists = self.lists();
        for account in accounts {
            if lists.asked.contains(account) {
                lists.doubted.insert(account.clone());
            }
        }
    }

    /// These accounts are being looked up no more. Returns those of whom the answer still holds.
    pub(super) fn done(&self, accounts: &[AccountId]) -> Vec<AccountId> {
        let mut lists = self.lists();
        let mut sure = Vec::new();
        for account in accounts {
            lists.asked.remove(account);
            if !lists.doubted.remove(account) {
                sure.push(account.clone());
            }
        }
        sure
    }
}
