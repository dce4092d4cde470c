//! Profiles over real sockets, from a fake AppView that knows what it was asked.

mod stuck;

use backtweet_domain::{Engagement, Entities, ManualClock, Post, PostId, Timestamp};
use backtweet_simulator::servers::appview::{AppView as Server, Failure, Profile as Shown};
use backtweet_store::FjallStore;

use super::*;
use crate::testing::{MemoryLog, received};
use stuck::Stuck;

const DEADLINE: Duration = Duration::from_secs(60);

struct Suite {
    server: Server,
    clock: Arc<ManualClock>,
    ports: Ports,
    profiles: Profiles,
    worker: Worker,
    _folder: tempfile::TempDir,
}

impl Suite {
    async fn start() -> Self {
        Self::with(ProfilesConfig::default()).await
    }

    async fn with(config: ProfilesConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(received()));
        let ports = Ports {
            log: Arc::new(MemoryLog::default()),
            store: Arc::new(FjallStore::open_at(folder.path()).unwrap()),
            clock: clock.clone(),
        };
        let server = Server::start().await.unwrap();
        let moment = Duration::from_millis(1);
        let config = ProfilesConfig {
            address: server.url(),
            pauses: Backoff {
                least: moment,
                most: moment,
            },
            ..config
        };
        let (profiles, worker) = Profiles::new(ports.clone(), config).unwrap();
        Self {
            server,
            clock,
            ports,
            profiles,
            worker,
            _folder: folder,
        }
    }

    fn show(&self, number: usize, followers: u64) {
        self.server.put(Shown {
            did: did(number),
            handle: format!("user{number}.example"),
            followers,
        });
    }

    /// The authors of these posts once they went by.
    async fn pass(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<Author> {
        let mut events: Vec<_> = numbers.into_iter().map(post).collect();
        self.profiles.fill(&mut events).await;
        events.iter_mut().map(|event| author_of(event).clone()).collect()
    }

    /// Looks up everybody who waits.
    async fn look_up(&mut self) {
        let worker = &mut self.worker;
        let working = async {
            loop {
                let batch = worker.profiles.wanted.take(AT_ONCE);
                if batch.is_empty() {
                    return;
                }
                worker.look_up(batch).await.unwrap();
            }
        };
        tokio::time::timeout(DEADLINE, working).await.expect("the look-ups end");
    }

    fn later(&self, hours: u32) {
        self.clock.set(self.ports.clock.now().plus(hours * HOUR));
    }
}

fn did(number: usize) -> String {
    format!("did:plc:{number:024}")
}

fn account(number: usize) -> AccountId {
    AccountId::new(Network::Bluesky, did(number)).unwrap()
}

fn post(number: usize) -> PostEvent {
    let author = Author {
        id: account(number),
        handle: None,
        name: None,
        followers: None,
        bot: false,
        created_at: None,
    };
    let post = Post {
        id: PostId::new(Network::Bluesky, format!("at://{}/app.bsky.feed.post/a", did(number))).unwrap(),
        revision: 0,
        author,
        text: String::new(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::from_seconds(1_780_000_000),
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Engagement::default(),
        url: None,
        has_media: false,
    };
    PostEvent::Created { post: Box::new(post) }
}

fn author_of(event: &mut PostEvent) -> &mut Author {
    match event {
        PostEvent::Created { post } => &mut post.author,
        other => panic!("{other:?}"),
    }
}

fn told(author: &Author) -> (Option<&str>, Option<u64>) {
    (author.handle.as_deref(), author.followers)
}

#[tokio::test]
async fn posts_behind_the_first_carry_their_authors_handle_and_followers() {
    let mut suite = Suite::start().await;
    suite.show(1, 70);
    suite.show(2, 0);
    let first = suite.pass([1, 2, 1]).await;
    assert!(
        first.iter().all(|author| told(author) == (None, None)),
        "the first goes out at once"
    );
    suite.look_up().await;
    let next = suite.pass([1, 2]).await;
    assert_eq!(told(&next[0]), (Some("user1.example"), Some(70)));
    assert_eq!(told(&next[1]), (Some("user2.example"), Some(0)));
    assert_eq!(suite.server.asked().len(), 1, "both in one request");
}

#[tokio::test]
async fn what_a_post_says_of_its_author_stays_and_other_networks_are_left_alone() {
    let mut suite = Suite::start().await;
    suite.show(1, 70);
    suite.pass([1]).await;
    suite.look_up().await;
    let mut events = [post(1), post(2)];
    author_of(&mut events[0]).followers = Some(5);
    author_of(&mut events[1]).id = AccountId::new(Network::X, "12").unwrap();
    suite.profiles.fill(&mut events).await;
    assert_eq!(told(author_of(&mut events[0])), (Some("user1.example"), Some(5)));
    assert_eq!(told(author_of(&mut events[1])), (None, None));
    assert_eq!(suite.worker.profiles.wanted.take(9), []);
}

#[tokio::test]
async fn accounts_are_asked_for_in_batches_and_each_once() {
    let mut suite = Suite::start().await;
    (0..60).for_each(|number| suite.show(number, 1));
    for _ in 0..3 {
        suite.pass(0..60).await;
    }
    suite.look_up().await;
    let sizes: Vec<_> = suite.server.asked().iter().map(Vec::len).collect();
    assert_eq!(sizes, [25, 25, 10]);
    let asked: HashSet<_> = suite.server.asked().into_iter().flatten().collect();
    assert_eq!(asked.len(), 60);
    assert!(suite.pass(0..60).await.iter().all(|author| author.followers == Some(1)));
}

#[tokio::test]
async fn a_profile_is_renewed_while_it_holds_and_dropped_when_it_is_old() {
    let mut suite = Suite::start().await;
    suite.show(1, 70);
    suite.pass([1]).await;
    suite.look_up().await;
    suite.show(1, 90);
    suite.later(5);
    assert_eq!(suite.pass([1]).await[0].followers, Some(70), "it still holds");
    suite.look_up().await;
    assert_eq!(
        suite.pass([1]).await[0].followers,
        Some(90),
        "and was renewed meanwhile"
    );
    suite.later(7);
    assert_eq!(suite.pass([1]).await[0].followers, None, "nobody knows it any more");
    assert_eq!(suite.server.asked().len(), 2);
}

#[tokio::test]
async fn accounts_that_the_network_does_not_know_are_left_alone_for_a_while() {
    let mut suite = Suite::start().await;
    for _ in 0..3 {
        suite.pass([1]).await;
        suite.look_up().await;
    }
    assert_eq!(suite.server.asked().len(), 1);
    suite.later(7);
    suite.pass([1]).await;
    suite.look_up().await;
    assert_eq!(suite.server.asked().len(), 2);
}

#[tokio::test]
async fn a_limit_and_a_breakdown_are_waited_out_and_cost_no_profile() {
    let mut suite = Suite::start().await;
    (0..30).for_each(|number| suite.show(number, 3));
    let reset = received().micros() / 1_000_000;
    for failures in [
        vec![Failure::Status(503), Failure::Garbled],
        vec![Failure::RetryAfter(0), Failure::Limited(reset)],
    ] {
        suite.server.fail(failures);
        suite.pass(0..30).await;
        suite.look_up().await;
        assert!(suite.pass(0..30).await.iter().all(|author| author.followers == Some(3)));
        suite.later(7);
    }
    assert_eq!(suite.server.asked().len(), 2 * (2 + 2));
}

#[tokio::test]
async fn no_request_is_made_before_the_limit_is_lifted() {
    let suite = Suite::start().await;
    (0..50).for_each(|number| suite.show(number, 3));
    // One request is left, and then none for good: the worker must stand still instead of being refused.
    suite.server.limit(1, received().micros() / 1_000_000 + 3600);
    suite.pass(0..50).await;
    let Suite {
        server,
        profiles,
        mut worker,
        ..
    } = suite;
    let told = async {
        let mut events: Vec<_> = (0..50).map(post).collect();
        // What was told before the pause is known without waiting for its end.
        while events.iter_mut().filter_map(|event| author_of(event).followers).count() < 25 {
            profiles.fill(&mut events).await;
            tokio::task::yield_now().await;
        }
        // Enough turns for a worker that does not wait to ask again.
        for _ in 0..2000 {
            tokio::task::yield_now().await;
        }
    };
    let waits = async {
        tokio::select! {
            _ = worker.work() => panic!("it never ends"),
            () = told => server.asked().len(),
        }
    };
    assert_eq!(tokio::time::timeout(DEADLINE, waits).await.unwrap(), 1);
}

#[tokio::test]
async fn one_account_that_is_refused_costs_the_others_nothing() {
    let mut suite = Suite::start().await;
    (0..24).for_each(|number| suite.show(number, 3));
    let odd = AccountId::new(Network::Bluesky, "odd").unwrap();
    let mut events: Vec<_> = (0..24).map(post).collect();
    author_of(&mut events[7]).id = odd.clone();
    suite.profiles.fill(&mut events).await;
    suite.look_up().await;
    let known = suite.pass(0..24).await;
    assert_eq!(known.iter().filter(|author| author.followers == Some(3)).count(), 23);
    suite.look_up().await;
    let asked = suite.server.asked().len();
    suite.profiles.fill(&mut [events.swap_remove(7)]).await;
    suite.look_up().await;
    assert_eq!(suite.server.asked().len(), asked, "it is left alone from then on");
}

#[tokio::test]
async fn an_appview_that_is_down_is_given_up_and_asked_again_by_the_next_post() {
    let mut suite = Suite::start().await;
    suite.show(1, 70);
    suite.server.fail((0..MOST_TRIES).map(|_| Failure::Status(502)));
    suite.pass([1]).await;
    suite.look_up().await;
    assert_eq!(suite.pass([1]).await[0].followers, None);
    suite.look_up().await;
    assert_eq!(suite.pass([1]).await[0].followers, Some(70));
}

#[tokio::test]
async fn where_too_many_wait_the_newest_are_looked_up() {
    let mut suite = Suite::with(ProfilesConfig {
        queue: 10,
        ..ProfilesConfig::default()
    })
    .await;
    (0..1000).for_each(|number| suite.show(number, 3));
    for number in 0..1000 {
        suite.pass([number]).await;
    }
    suite.look_up().await;
    let asked: HashSet<_> = suite.server.asked().into_iter().flatten().collect();
    assert_eq!(asked, (990..1000).map(did).collect());
    let all_known = suite.pass(985..1000).await;
    assert_eq!(all_known.iter().filter(|author| author.followers.is_some()).count(), 10);
}

#[tokio::test]
async fn a_handle_that_changed_is_not_put_on_posts_any_more() {
    let mut suite = Suite::start().await;
    suite.show(1, 70);
    suite.pass([1]).await;
    suite.look_up().await;
    suite.profiles.forget(&[account(1)]).await.unwrap();
    assert_eq!(told(&suite.pass([1]).await[0]), (None, None));
    let batch = suite.worker.profiles.wanted.take(AT_ONCE);
    // The change comes while the old handle is on its way.
    suite.profiles.forget(&[account(1)]).await.unwrap();
    suite.worker.look_up(batch).await.unwrap();
    assert_eq!(told(&suite.pass([1]).await[0]), (None, None));
    suite.server.put(Shown {
        did: did(1),
        handle: "New.Example".to_owned(),
        followers: 71,
    });
    suite.look_up().await;
    assert_eq!(told(&suite.pass([1]).await[0]), (Some("new.example"), Some(71)));
}

#[tokio::test]
async fn a_store_that_does_not_answer_holds_up_no_post() {
    let ports = Ports {
        log: Arc::new(MemoryLog::default()),
        store: Arc::new(Stuck),
        clock: Arc::new(ManualClock::at(received())),
    };
    let config = ProfilesConfig {
        store_patience: Duration::from_millis(1),
        ..ProfilesConfig::default()
    };
    let (profiles, _worker) = Profiles::new(ports, config).unwrap();
    let mut events = [post(1)];
    tokio::time::timeout(DEADLINE, profiles.fill(&mut events))
        .await
        .expect("it goes on");
    assert_eq!(told(author_of(&mut events[0])), (None, None));
}

#[tokio::test]
async fn the_worker_looks_up_whoever_comes_until_it_is_told_to_stop() {
    let suite = Suite::start().await;
    suite.show(1, 70);
    let shutdown = CancellationToken::new();
    let working = tokio::spawn(suite.worker.run(shutdown.clone()));
    let (profiles, server) = (suite.profiles, suite.server);
    let filled = async {
        loop {
            let mut events = [post(1)];
            profiles.fill(&mut events).await;
            if author_of(&mut events[0]).followers.is_some() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, filled).await.expect("it is looked up");
    assert_eq!(server.asked(), [[did(1)]]);
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, working).await.unwrap().unwrap().unwrap();
}
