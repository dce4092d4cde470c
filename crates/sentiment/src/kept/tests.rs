//! How long texts are kept, and that they go.

use std::path::Path;

use backtweet_domain::{ManualClock, Timestamp};
use backtweet_store::{FjallStore, RedisConfig, RedisStore};
use backtweet_wire::v1::SentimentText;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_500);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The stores that are at hand: the embedded one, and Redis where there is one.
async fn stores(folder: &Path) -> Vec<Arc<dyn Store>> {
    let mut stores: Vec<Arc<dyn Store>> = vec![Arc::new(FjallStore::open_at(folder).unwrap())];
    match std::env::var("BACKTWEET_TEST_REDIS") {
        Ok(url) => {
            let config = RedisConfig {
                prefix: format!("sentiment-{}{}", std::process::id(), folder.display()),
                ..RedisConfig::single(url)
            };
            stores.push(Arc::new(RedisStore::connect(config).await.unwrap()));
        }
        Err(_) => eprintln!("not tested on Redis: BACKTWEET_TEST_REDIS is not set"),
    }
    stores
}

fn texts(numbers: std::ops::Range<usize>) -> Vec<(TextId, ScoredText)> {
    let text = |number| {
        let text = SentimentText {
            text: format!("text {number}"),
            ..SentimentText::default()
        };
        let id = TextId::of(&text);
        (
            id,
            ScoredText {
                text: Some(text),
                sentiment: None,
            },
        )
    };
    numbers.map(text).collect()
}

#[tokio::test]
async fn a_text_is_kept_for_thirty_days_from_when_it_was_last_scored_and_then_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let clock = Arc::new(ManualClock::at(NOW));
        let kept = Kept {
            store: Arc::clone(&store),
            clock: clock.clone(),
        };
        let texts = texts(0..1_200);
        let (once, again) = (&texts[0].0, &texts[700].0);
        kept.keep(texts.iter()).await.unwrap();
        clock.set(NOW.plus(DAY * 20));
        kept.keep(texts[600..].iter()).await.unwrap();

        clock.set(NOW.plus(DAY * 30));
        assert_eq!(kept.sweep().await.unwrap(), 0);
        assert_eq!(kept.get(once).await.unwrap().as_ref(), Some(&texts[0].1));
        clock.set(NOW.plus(DAY * 31));
        // It is gone on its day, swept or not.
        assert_eq!(kept.get(once).await.unwrap(), None);
        assert_eq!(kept.sweep().await.unwrap(), 600);
        assert_eq!(kept.get(again).await.unwrap().as_ref(), Some(&texts[700].1));

        clock.set(NOW.plus(DAY * 51));
        assert_eq!(kept.sweep().await.unwrap(), 600);
        for slot in SHARDS.chars().map(shard) {
            let feed = LookUp::Feed {
                key: Key::new(&slot, DUE),
                after: None,
                direction: Direction::Ascending,
                limit: 1,
            };
            assert_eq!(store.read(&[feed]).await.unwrap(), [Found::Feed(Vec::new())]);
        }
    }
}

#[tokio::test]
async fn a_text_that_is_forgotten_early_does_not_stop_the_others_from_going() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let clock = Arc::new(ManualClock::at(NOW));
        let kept = Kept {
            store,
            clock: clock.clone(),
        };
        let texts = texts(0..10);
        kept.keep(texts.iter()).await.unwrap();
        kept.forget(&texts[3].0).await.unwrap();
        assert_eq!(kept.get(&texts[3].0).await.unwrap(), None);
        clock.set(NOW.plus(DAY * 31));
        assert_eq!(kept.sweep().await.unwrap(), 9);
        assert_eq!(kept.sweep().await.unwrap(), 0);
    }
}
