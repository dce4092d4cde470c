//! Hashtags of a window in which more were used than are read.

use backtweet_domain::{Entities, Finding, Hashtag, Role, Scored, SubjectId, Version};
use backtweet_store::FjallStore;

use super::world::{MINUTE_US, START_US, fold, mix, new_subject, seen};
use crate::FoldStage;
use crate::report::reads::Reads;
use crate::report::used_together::most_frequent;
use crate::slot;
use crate::window::{Bucket, Cover};

const VERSION: Version = Version {
    generation: 1,
    revision: 1,
    lineage: 0,
};

/// A backtweet with one hashtag, of which some are far more frequent than others.
fn tagged(subject: &SubjectId, post: u64) -> Scored {
    let mut event = seen(subject, 8, post, VERSION);
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        sighting.role = Role::Backtweet;
        sighting.post.entities = Entities {
            hashtags: vec![Hashtag {
                tag: format!("tag{}", mix(&[post]) % 40 * (mix(&[post, 1]) % 40) / 40),
                span: None,
            }],
            ..Entities::default()
        };
    }
    event
}

#[tokio::test]
async fn a_count_lacks_no_more_than_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let posts: Vec<_> = (0..3_000).map(|post| tagged(&subject, post)).collect();
    fold(&store, &FoldStage::default(), &posts).await;
    let reads = Reads {
        store: &store,
        subject: subject.as_str(),
    };
    let start = START_US / MINUTE_US;
    let days: Vec<_> = (start / 1_440 - 20..start / 1_440 + 20).collect();
    let buckets: Vec<Bucket> = Cover::of(start - 12_000..start + 6_000).buckets(&days);
    let of = async |budget| most_frequent(reads, &buckets, slot::hashtags, 5, budget).await.unwrap();

    let (all, missed) = most_frequent(reads, &buckets, slot::hashtags, 40, 100_000)
        .await
        .unwrap();
    assert_eq!((all.iter().map(|count| count.count).sum::<u64>(), missed), (3_000, 0));
    for budget in [0, 200, 400] {
        let (found, missed) = of(budget).await;
        assert!(missed > 0);
        for count in found {
            let true_count = all.iter().find(|other| other.name == count.name).unwrap().count;
            assert!(
                (count.count..=count.count + missed).contains(&true_count),
                "{count:?} of {true_count}"
            );
        }
    }
}
