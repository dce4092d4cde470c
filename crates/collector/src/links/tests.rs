//! Links over real sockets, against a fake web whose names are resolved as the tests say.

mod posts;
mod ways;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Mutex;

use backtweet_domain::{
    AccountId, Author, Engagement, Entities, Link, ManualClock, Network, PostId, Span, Timestamp, revision,
};
use backtweet_simulator::servers::web::{Page, Web};
use backtweet_store::FjallStore;
use reqwest::dns::{Addrs, Name, Resolving};

use super::*;
use crate::testing::{MemoryLog, received};

/// Long enough for everything, short enough to be told apart from a hang.
const DEADLINE: Duration = Duration::from_secs(60);

/// Names as the test says; any other name leads to the fake web.
struct Names {
    web: SocketAddr,
    /// Of several answers the first is given and put away, the last one stays.
    scripted: Mutex<HashMap<String, VecDeque<Vec<SocketAddr>>>>,
}

impl Names {
    fn of(web: &Web) -> Arc<Self> {
        Arc::new(Self {
            web: web.address(),
            scripted: Mutex::default(),
        })
    }

    fn say(&self, host: &str, answers: &[&[SocketAddr]]) {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        self.scripted.lock().unwrap().insert(host.to_owned(), answers);
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let mut scripted = self.scripted.lock().unwrap();
        let found = match scripted.get_mut(name.as_str()) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap(),
            Some(answers) => answers[0].clone(),
            None => vec![self.web],
        };
        Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
    }
}

/// A server that must never be spoken to: it tells whether it was.
struct Private {
    listener: tokio::net::TcpListener,
}

impl Private {
    async fn start() -> Self {
        Self {
            listener: tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap(),
        }
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// A connection that was made stands in the listener's backlog, whether or not it was closed again.
    fn assert_untouched(&self) {
        assert!(
            self.listener.accept().now_or_never().is_none(),
            "a private server was connected to"
        );
    }
}

/// Sends `follower`-sized bounds that suit a machine of its own.
fn config(web: &Web) -> LinksConfig {
    let moment = Duration::from_millis(1);
    LinksConfig {
        patience: Duration::from_secs(20),
        allowed: vec![web.address()],
        backoff: Backoff {
            least: moment,
            most: moment,
        },
        ..LinksConfig::default()
    }
}
