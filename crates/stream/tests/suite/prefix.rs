//! Suites that share one broker: each sees its own topics and groups, under the names that it uses itself.

use std::time::Duration;

use backtweet_stream::{Cleanup, Log, Topic};

use crate::support::place::{Place, fresh, record, take, value};

#[tokio::test(flavor = "multi_thread")]
async fn suites_that_share_a_broker_do_not_meet() {
    let Some(_turn) = Place::kafka("suites_that_share_a_broker_do_not_meet").await else {
        return;
    };
    let (topic, group) = (fresh("shared"), "readers");
    let retention = Duration::from_secs(86_400);
    let shared = Topic {
        name: topic.to_owned(),
        partitions: 1,
        cleanup: Cleanup::Delete { retention },
    };
    let suites = ["one.", "two."].map(|prefix| (prefix, Place::kafka_of(prefix)));
    for (prefix, log) in &suites {
        log.create(std::slice::from_ref(&shared)).await.unwrap();
        log.append(topic, vec![record("key", *prefix)]).await.unwrap();
    }
    for (prefix, log) in &suites {
        assert_eq!(log.ends(topic).await.unwrap(), [1]);
        assert_eq!(log.stored(group, topic).await.unwrap(), [None]);
        let mut consumer = log.join(group, topic).await.unwrap();
        assert_eq!(value(&take(consumer.as_mut(), 1).await[0]), *prefix);
        consumer.store(0, 1).unwrap();
        consumer.close().await.unwrap();
        assert_eq!(log.stored(group, topic).await.unwrap(), [Some(1)]);
    }
}
