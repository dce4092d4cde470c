//! Members of a consumer group that keep account of who owned and did what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use backtweet_stream::Polled;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::place::{Place, value, within};

/// What all members of a group did.
#[derive(Debug, Default)]
pub struct Members(Mutex<Account>);

#[derive(Debug, Default)]
struct Account {
    owners: BTreeMap<u32, u32>,
    done: BTreeSet<String>,
    faults: Vec<String>,
}

impl Members {
    pub fn owned(&self, member: u32) -> usize {
        self.0
            .lock()
            .unwrap()
            .owners
            .values()
            .filter(|owner| **owner == member)
            .count()
    }

    pub fn done(&self) -> usize {
        self.0.lock().unwrap().done.len()
    }

    pub fn faults(&self) -> Vec<String> {
        self.0.lock().unwrap().faults.clone()
    }

    fn note(&self, member: u32, polled: &Polled) {
        let Account { owners, done, faults } = &mut *self.0.lock().unwrap();
        match polled {
            Polled::Assigned(partitions) => {
                for partition in partitions {
                    if let Some(owner) = owners.insert(*partition, member) {
                        faults.push(format!("{partition} went to {member} while {owner} had it"));
                    }
                }
            }
            Polled::Revoked(partitions) => {
                for partition in partitions {
                    if owners.remove(partition) != Some(member) {
                        faults.push(format!("{partition} was taken from {member}, who never had it"));
                    }
                }
            }
            Polled::Records { partition, records } => {
                if owners.get(partition) != Some(&member) {
                    faults.push(format!("{member} got records of {partition}"));
                }
                done.extend(records.iter().map(value));
            }
        }
    }
}

/// One member at work.
pub struct Part {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Part {
    pub async fn leave(self) {
        self.stop.cancel();
        within(self.task).await.unwrap();
    }
}

/// Joins the group, does what it is given and stores what it did, until it leaves.
pub async fn take_part(place: &Place, group: &str, topic: &str, members: &Arc<Members>, member: u32) -> Part {
    let mut consumer = place.log.join(group, topic).await.unwrap();
    let (stop, members) = (CancellationToken::new(), Arc::clone(members));
    let stopped = stop.clone();
    let task = tokio::spawn(async move {
        loop {
            let polled = tokio::select! {
                () = stopped.cancelled() => break,
                polled = consumer.poll(20) => polled.unwrap(),
            };
            members.note(member, &polled);
            if let Polled::Records { partition, records } = &polled {
                consumer
                    .store(*partition, records.last().unwrap().position.offset + 1)
                    .unwrap();
            }
        }
        members.0.lock().unwrap().owners.retain(|_, owner| *owner != member);
        consumer.close().await.unwrap();
    });
    Part { stop, task }
}
