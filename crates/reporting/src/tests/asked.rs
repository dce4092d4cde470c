//! Asks for every report there is.

use std::collections::BTreeMap;

use prost::Message;

use backtweet_domain::{SubjectId, Timestamp};
use backtweet_store::Store;
use backtweet_wire::v1;

use super::world::{MINUTE_US, NOW_US, START_US};
use crate::report::{authors, compare, content, feed, heatmap, summary, timeline};

/// Everything that can be asked about a subject.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Answers {
    pub(crate) summaries: Vec<v1::SummaryResponse>,
    pub(crate) timelines: Vec<v1::TimelineResponse>,
    pub(crate) heat_maps: Vec<v1::HeatMapResponse>,
    pub(crate) authors: Vec<v1::TopAuthorsResponse>,
    pub(crate) contents: Vec<v1::TopContentResponse>,
    pub(crate) feed: Vec<v1::FeedItem>,
}

impl Answers {
    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        let summaries = self.summaries.iter().map(Message::encode_to_vec);
        let timelines = self.timelines.iter().map(Message::encode_to_vec);
        let heat_maps = self.heat_maps.iter().map(Message::encode_to_vec);
        let authors = self.authors.iter().map(Message::encode_to_vec);
        let contents = self.contents.iter().map(Message::encode_to_vec);
        summaries
            .chain(timelines)
            .chain(heat_maps)
            .chain(authors)
            .chain(contents)
            .chain(self.feed.iter().map(Message::encode_to_vec))
            .collect()
    }
}

/// Windows of every sort: everything, both ends, one end, within a day, whole days, and none of it.
pub(crate) fn windows() -> Vec<Option<v1::Window>> {
    let at = |minute: i64| Some(START_US + minute * MINUTE_US);
    let window = |from_us, to_us| Some(v1::Window { from_us, to_us });
    vec![
        None,
        window(at(17), at(4_711)),
        window(at(1_000), None),
        window(None, at(2_950)),
        window(at(1_450), at(1_800)),
        window(at(1_440), at(4_320)),
        window(at(9_000), at(9_900)),
    ]
}

/// The buckets and zones that a window's timeline is asked for in; minutes where there are not too many of them.
pub(crate) fn calendars(window: Option<v1::Window>) -> Vec<(v1::Bucket, &'static str)> {
    let length = window.and_then(|window| Some(window.to_us? - window.from_us?));
    let is_short = length.is_some_and(|length| length < 1_000 * MINUTE_US);
    let minutes = is_short.then_some((v1::Bucket::Minute, "Asia/Kathmandu"));
    let others = [
        (v1::Bucket::Hour, "UTC"),
        (v1::Bucket::QuarterHour, "America/St_Johns"),
        (v1::Bucket::Hour, "Asia/Kolkata"),
        (v1::Bucket::Day, "Atlantic/Azores"),
        (v1::Bucket::Week, "Asia/Kolkata"),
        (v1::Bucket::Month, "America/New_York"),
    ];
    minutes.into_iter().chain(others).collect()
}

/// What the subject's own posts are ranked by.
pub(crate) const CONTENT_ORDERS: [v1::ContentOrder; 4] = [
    v1::ContentOrder::Unspecified,
    v1::ContentOrder::Signal,
    v1::ContentOrder::Negative,
    v1::ContentOrder::Authors,
];

/// The zone in which weekdays are asked for.
pub(crate) const ZONE: &str = "America/St_Johns";

/// Asks about all of [`windows`].
pub(crate) async fn ask(store: &dyn Store, subject: &SubjectId) -> Answers {
    ask_about(store, subject, &windows()).await
}

pub(crate) async fn ask_about(store: &dyn Store, subject: &SubjectId, windows: &[Option<v1::Window>]) -> Answers {
    let subject = subject.to_string();
    let mut answers = Answers::default();
    for &window in windows {
        let subject = subject.clone();
        let request = v1::SummaryRequest {
            subject: subject.clone(),
            window,
            compare: true,
            time_zone: ZONE.to_owned(),
            top: 2,
            ..Default::default()
        };
        let summary = summary::summary(store, request, Timestamp::from_micros(NOW_US)).await;
        answers.summaries.push(summary.unwrap());
        for (bucket, time_zone) in calendars(window) {
            let request = v1::TimelineRequest {
                subject: subject.clone(),
                window,
                bucket: bucket.into(),
                time_zone: time_zone.to_owned(),
                ..Default::default()
            };
            answers
                .timelines
                .push(timeline::timeline(store, request).await.unwrap());
        }
        let request = v1::HeatMapRequest {
            subject: subject.clone(),
            window,
            time_zone: ZONE.to_owned(),
            ..Default::default()
        };
        answers.heat_maps.push(heatmap::heat_map(store, request).await.unwrap());
        for order in CONTENT_ORDERS {
            let request = v1::TopContentRequest {
                subject: subject.clone(),
                window,
                limit: 2,
                order: order.into(),
                ..Default::default()
            };
            answers
                .contents
                .push(content::top_content(store, request).await.unwrap());
        }
        let request = v1::TopAuthorsRequest {
            subject,
            window,
            limit: 2,
            ..Default::default()
        };
        answers
            .authors
            .push(authors::top_authors(store, request).await.unwrap());
    }
    answers.feed = whole_feed(store, feed_request(&subject)).await;
    answers
}

/// The feed that is asked for.
pub(crate) fn feed_request(subject: &str) -> v1::FeedRequest {
    v1::FeedRequest {
        subject: subject.to_owned(),
        window: windows()[2],
        roles: vec![v1::Role::Backtweet.into(), v1::Role::Indirect.into()],
        ..Default::default()
    }
}

/// Subjects side by side.
pub(crate) async fn compared(
    store: &dyn Store,
    subjects: &[SubjectId],
    window: Option<v1::Window>,
) -> v1::CompareResponse {
    let request = v1::CompareRequest {
        subjects: subjects.iter().map(ToString::to_string).collect(),
        window,
        ..Default::default()
    };
    compare::compare(store, request).await.unwrap()
}

/// All pages of a feed, small ones.
pub(crate) async fn whole_feed(store: &dyn Store, mut request: v1::FeedRequest) -> Vec<v1::FeedItem> {
    request.page_size = 2;
    let mut items = Vec::new();
    loop {
        let page = feed::feed(store, request.clone()).await.unwrap();
        items.extend(page.items);
        if page.next_page_token.is_empty() {
            return items;
        }
        request.page_token = page.next_page_token;
    }
}

/// Every post that counts, of whatever role, by id.
pub(crate) async fn whole_feed_of(store: &dyn Store, subject: &str) -> BTreeMap<String, v1::FeedItem> {
    let roles = [
        v1::Role::Backtweet,
        v1::Role::Indirect,
        v1::Role::Origin,
        v1::Role::Answer,
    ];
    let roles = roles.map(Into::into).to_vec();
    let request = v1::FeedRequest {
        subject: subject.to_owned(),
        page_size: 500,
        roles,
        ..Default::default()
    };
    let page = feed::feed(store, request).await.unwrap();
    assert_eq!(page.next_page_token, "");
    let id = |item: &v1::FeedItem| item.sighting.as_ref().unwrap().post.as_ref().unwrap().id.clone();
    page.items.into_iter().map(|item| (id(&item), item)).collect()
}
