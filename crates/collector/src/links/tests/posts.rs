//! What becomes of posts: completed once, outranked by edits, taken back by deletions, never held up.

use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::{Intake, Wire};

struct Suite {
    web: Web,
    ports: Ports,
    log: Arc<MemoryLog>,
    clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

impl Suite {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(MemoryLog::default());
        let clock = Arc::new(ManualClock::at(received()));
        let ports = Ports {
            log: log.clone(),
            store: Arc::new(FjallStore::open_at(folder.path()).unwrap()),
            clock: clock.clone(),
        };
        Self {
            web: Web::start().await.unwrap(),
            ports,
            log,
            clock,
            _folder: folder,
        }
    }

    /// Puts `http://bit.ly/PATH` in front of `http://example.org/PATH`.
    fn shorten(&self, path: &str) {
        self.web.put(
            "bit.ly",
            path,
            Page::to(format!("http://example.org{path}?utm_source=bitly")),
        );
        self.web
            .put("example.org", &format!("{path}?utm_source=bitly"), Page::Plain(200));
    }

    fn links(&self, config: LinksConfig) -> (Links, Worker) {
        Links::with_names(self.ports.clone(), config, Names::of(&self.web)).unwrap()
    }

    /// Lets a collector of its own, on the same store, work through these events.
    async fn work(&self, events: &[PostEvent]) {
        self.work_with(config(&self.web), events).await;
    }

    async fn work_with(&self, config: LinksConfig, events: &[PostEvent]) {
        let (links, worker) = self.links(config);
        events.iter().for_each(|event| links.offer(event));
        drop(links);
        let working = worker.run(CancellationToken::new());
        tokio::time::timeout(DEADLINE, working)
            .await
            .expect("the work ends")
            .unwrap();
    }

    fn published(&self) -> Vec<Post> {
        let posts = self.log.events().into_iter().map(|event| match event {
            PostEvent::Edited { post } => *post,
            other => panic!("{other:?}"),
        });
        posts.collect()
    }
}

fn post(number: u32, links: &[&str]) -> Post {
    let id = PostId::new(Network::Other, number.to_string()).unwrap();
    let span = Some(Span { start: 0, end: 1 });
    let author = Author {
        id: AccountId::new(Network::Other, "ann").unwrap(),
        handle: None,
        name: None,
        followers: None,
        bot: false,
        created_at: None,
    };
    Post {
        id,
        revision: revision::of(7),
        author,
        text: "see".to_owned(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::from_seconds(1_780_000_000),
        references: Vec::new(),
        entities: Entities {
            links: links.iter().map(|link| Link::new(*link, span)).collect(),
            ..Entities::default()
        },
        engagement: Engagement::default(),
        url: None,
        has_media: false,
    }
}

fn created(number: u32, links: &[&str]) -> PostEvent {
    PostEvent::Created {
        post: Box::new(post(number, links)),
    }
}

#[tokio::test]
async fn a_post_behind_a_shortener_is_published_again_with_the_page_that_it_leads_to() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let plain = "http://example.com/plain";
    suite
        .work(&[created(1, &["http://bit.ly/a?utm_medium=x", plain])])
        .await;
    let mut expected = post(1, &["http://bit.ly/a?utm_medium=x", plain]);
    expected.entities.links[0].canonical = "http://example.org/a".to_owned();
    expected.revision = revision::with_links(revision::of(7));
    assert_eq!(
        suite.published(),
        [expected],
        "the same post, with both forms of its link"
    );
}

#[tokio::test]
async fn a_post_whose_links_are_known_already_is_left_alone() {
    let suite = Suite::start().await;
    let deleted = PostEvent::Deleted {
        id: post(1, &[]).id,
        revision: u64::MAX,
        at: received(),
    };
    suite
        .work(&[
            created(1, &["https://youtu.be/x", "https://example.org/"]),
            created(2, &[]),
            deleted,
        ])
        .await;
    assert_eq!(suite.published(), []);
    assert_eq!(suite.web.asked(), []);
}

#[tokio::test]
async fn a_card_of_the_page_that_the_text_shortens_is_not_counted_as_a_second_link() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let mut shared = post(1, &["http://bit.ly/a"]);
    shared.entities.links.push(Link::new("http://example.org/a", None));
    suite.work(&[PostEvent::Created { post: Box::new(shared) }]).await;
    let links = &suite.published()[0].entities.links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].url, "http://bit.ly/a");
}

#[tokio::test]
async fn a_link_is_asked_for_once_however_many_posts_and_collectors_see_it() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let many: Vec<_> = (0..300)
        .map(|number| created(number, &["http://bit.ly/a", "http://bit.ly/a"]))
        .collect();
    suite.work(&many).await;
    suite.work(&[created(1000, &["http://bit.ly/a"])]).await;
    assert_eq!(suite.published().len(), 301);
    assert!(
        suite
            .published()
            .iter()
            .all(|post| post.entities.links[0].canonical == "http://example.org/a")
    );
    assert_eq!((suite.web.times("bit.ly", "/a"), suite.web.asked().len()), (1, 2));
}

#[tokio::test]
async fn a_link_that_could_not_be_followed_is_left_alone_for_longer_each_time() {
    let suite = Suite::start().await;
    let mut asked = 0;
    for hours in [0, 1, 4] {
        suite.clock.set(suite.ports.clock.now().plus(hours * HOUR));
        for number in 0..3 {
            suite.work(&[created(number, &["http://bit.ly/gone"])]).await;
        }
        assert_eq!(
            suite.web.times("bit.ly", "/gone"),
            asked + 2,
            "HEAD and GET, after {hours} h"
        );
        asked += 2;
    }
    suite.clock.set(suite.ports.clock.now().plus(15 * HOUR));
    suite.work(&[created(1, &["http://bit.ly/gone"])]).await;
    assert_eq!(
        suite.web.times("bit.ly", "/gone"),
        asked,
        "the third failure holds for 16 h"
    );
    assert_eq!(suite.published(), []);
    suite.clock.set(suite.ports.clock.now().plus(HOUR));
    suite.web.put("bit.ly", "/gone", Page::to("http://example.org/back"));
    suite.work(&[created(1, &["http://bit.ly/gone"])]).await;
    assert_eq!(
        suite.published()[0].entities.links[0].canonical,
        "http://example.org/back"
    );
}

#[tokio::test]
async fn an_answer_is_asked_for_anew_once_it_is_old() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    for days in [0, 29, 2] {
        suite.clock.set(suite.ports.clock.now().plus(days * 24 * HOUR));
        suite.work(&[created(1, &["http://bit.ly/a"])]).await;
    }
    assert_eq!((suite.published().len(), suite.web.times("bit.ly", "/a")), (3, 2));
}

#[tokio::test]
async fn of_several_links_those_that_lead_somewhere_complete_the_post_once() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    suite.shorten("/b");
    suite
        .work(&[created(
            1,
            &["http://bit.ly/a", "http://bit.ly/gone", "http://bit.ly/b"],
        )])
        .await;
    let published = suite.published();
    assert_eq!(published.len(), 1);
    let pages: Vec<_> = published[0]
        .entities
        .links
        .iter()
        .map(|link| link.canonical.as_str())
        .collect();
    assert_eq!(
        pages,
        ["http://example.org/a", "http://bit.ly/gone", "http://example.org/b"]
    );
}

#[tokio::test]
async fn posts_are_never_held_up_by_links_that_nobody_follows_yet() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let (links, worker) = suite.links(LinksConfig {
        queue: 3,
        ..config(&suite.web)
    });
    for number in 0..1000 {
        links.offer(&created(number, &["http://bit.ly/a"]));
    }
    drop(links);
    worker.run(CancellationToken::new()).await.unwrap();
    let kept: Vec<_> = suite
        .published()
        .iter()
        .map(|post| post.id.native().to_owned())
        .collect();
    assert_eq!(kept, ["0", "1", "2"], "what finds no room stays as it came");
}

#[tokio::test]
async fn a_shortener_that_does_not_answer_holds_up_no_other() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let mut events = Vec::new();
    for number in 0..50 {
        suite.web.put("ow.ly", &format!("/{number}"), Page::Silent);
        events.push(created(number, &[&format!("http://ow.ly/{number}")]));
    }
    events.push(created(1000, &["http://bit.ly/a"]));
    let bounds = LinksConfig {
        waiting: 10,
        waiting_per_host: 4,
        patience: Duration::from_millis(200),
        ..config(&suite.web)
    };
    suite.work_with(bounds, &events).await;
    assert_eq!(suite.published().len(), 1);
    let asked: HashSet<_> = suite.web.asked().into_iter().filter(|it| it.host == "ow.ly").collect();
    assert!(asked.len() < 50, "most were left as they came");
}

#[tokio::test]
async fn the_work_ends_when_the_collector_does_even_while_servers_are_silent() {
    let suite = Suite::start().await;
    suite.web.put("bit.ly", "/a", Page::Silent);
    let (links, worker) = suite.links(config(&suite.web));
    links.offer(&created(1, &["http://bit.ly/a"]));
    let shutdown = CancellationToken::new();
    let working = tokio::spawn(worker.run(shutdown.clone()));
    let asked = async {
        while suite.web.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, asked).await.unwrap();
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, working).await.unwrap().unwrap().unwrap();
    assert_eq!(suite.published(), []);
}

/// A Bluesky commit of one post that links to `uri`.
fn commit(operation: &str, rev: &str, uri: &str) -> Bytes {
    let record = json!({
        "text": "see", "createdAt": "2026-07-01T12:00:00Z",
        "facets": [{"index": {"byteStart": 0, "byteEnd": 3}, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]}],
    });
    let mut commit =
        json!({"rev": rev, "operation": operation, "collection": "app.bsky.feed.post", "rkey": "3lqxy2bkc2k2a"});
    if operation != "delete" {
        commit["record"] = record;
    }
    let line = json!({"did": "did:plc:a", "time_us": 1_782_907_200_000_000_i64, "kind": "commit", "commit": commit});
    line.to_string().into()
}

/// What stands of the only post there is: its highest revision, unless that is taken back.
fn standing(events: &[PostEvent]) -> Option<Post> {
    let posts = events.iter().filter_map(|event| match event {
        PostEvent::Created { post } | PostEvent::Edited { post } => Some(&**post),
        _ => None,
    });
    // Of equal revisions the first stays: the second changes nothing.
    let highest = posts.reduce(|best, post| if post.revision > best.revision { post } else { best })?;
    let is_taken_back =
        |event: &PostEvent| matches!(event, PostEvent::Deleted { revision, .. } if *revision >= highest.revision);
    (!events.iter().any(is_taken_back)).then(|| highest.clone())
}

#[tokio::test]
async fn a_completed_post_is_outranked_by_its_edit_and_taken_back_by_its_deletion() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let intake = Intake::new(suite.ports.clone());
    let take = async |line: Bytes| {
        let before = suite.log.events().len();
        intake.take_lines(Wire::Jetstream, None, 1, &[line]).await.unwrap();
        let taken = suite.log.events()[before..].to_vec();
        // Two collectors may well complete the same post.
        suite.work(&taken).await;
        suite.work(&taken).await;
        standing(&suite.log.events())
    };
    let page = |post: Option<Post>| post.map(|post| post.entities.links[0].canonical.clone());
    let made = take(commit("create", "3lqxy2bkc2k2c", "http://bit.ly/a")).await;
    assert_eq!(page(made).as_deref(), Some("http://example.org/a"));
    // The edit's revision is the very next one that there can be.
    let edited = take(commit("update", "3lqxy2bkc2k2d", "http://example.org/edited")).await;
    assert_eq!(page(edited).as_deref(), Some("http://example.org/edited"));
    let edited = take(commit("update", "3lqxy2bkc2k2e", "http://bit.ly/a")).await;
    assert_eq!(page(edited).as_deref(), Some("http://example.org/a"));
    let deleted = take(commit("delete", "3lqxy2bkc2k2e", "")).await;
    assert_eq!(page(deleted), None);
}

#[tokio::test]
async fn a_reply_whose_parent_turns_up_late_keeps_both_its_parent_and_its_page() {
    let suite = Suite::start().await;
    suite.shorten("/a");
    let intake = Intake::new(suite.ports.clone());
    let status = |id: &str, more: serde_json::Value| {
        let mut status = json!({
            "id": id, "uri": format!("https://home.example/s/{id}"), "visibility": "public", "created_at": "2026-07-01T12:00:00.000Z",
            "content": "<a href=\"http://bit.ly/a\">see</a>", "account": {"id": id, "acct": id, "url": format!("https://home.example/@{id}")},
        });
        status["in_reply_to_id"] = more;
        Bytes::from(status.to_string())
    };
    for line in [status("2", json!("1")), status("1", json!(null))] {
        let before = suite.log.events().len();
        intake
            .take_lines(Wire::Mastodon, Some("home.example"), 1, &[line])
            .await
            .unwrap();
        let taken = suite.log.events()[before..].to_vec();
        suite.work(&taken).await;
    }
    let events = suite.log.events();
    let reply: Vec<_> = events.into_iter().filter(|event| event.key().ends_with("/2")).collect();
    let reply = standing(&reply).unwrap();
    assert_eq!(reply.entities.links[0].canonical, "http://example.org/a");
    assert_eq!(
        reply.references[0].target.as_ref().unwrap().native(),
        "https://home.example/s/1"
    );
}
