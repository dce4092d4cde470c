//! What a hashtag campaign came to. Its posts are kept live by `posts`; who takes part is ranked by `participants`.

mod participants;
mod posts;
mod uptake;

use backtweet_domain::{Label, Role, text};
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use self::participants::Participants;
use self::posts::Posts;
use super::following::{Following, Rows};
use super::reads::Reads;
use super::{ReportError, cache, coverage, feed_item, summary};
use crate::calendar::{Calendar, Unit};
use crate::figures::Sums;
use crate::fold::{Head, Impact};
use crate::invalid::{Invalid, Violations};
use crate::window::Window;

/// The campaigns that were asked for lately.
pub(crate) type Cache = cache::Cache<(String, String), Following<Posts>>;

const MOST_HASHTAGS: usize = 8;
const DEFAULT: u32 = 20;
const MOST: u32 = 100;
/// How many of the hashtags used together are named.
const MOST_TOGETHER: usize = 20;

/// A post of a campaign, by its id.
type Member<'a> = (&'a str, &'a Impact);

/// Answers `ReportService.Campaign`.
pub(crate) async fn campaign(
    store: &dyn Store,
    cache: &Cache,
    request: v1::CampaignRequest,
) -> Result<v1::CampaignResponse, ReportError> {
    let asked = Asked::read(&request)?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let key = (request.subject.clone(), asked.hashtags.join(" "));
    let live = cache.get(key.clone(), |_| Following::new(Posts::new(asked.hashtags.clone())));
    let mut live = live.lock().await;
    let head = live.catch_up(reads).await?;
    cache.settle(&key, live.rows().size());

    live.rows_mut().look_up_firsts(reads, asked.window).await?;

    let posts = live.rows();
    let backtweets = posts.within(asked.window, Role::Backtweet);
    let uptake = uptake::uptake(posts, &backtweets, &asked)?;
    let participants = Participants::of(&backtweets);
    let mut sums = Sums::default();
    backtweets.iter().for_each(|(_, impact)| sums.add(impact, 1));
    let figures = sums.to_wire(participants.total());
    let baseline = baseline(reads, &head, asked.window, &sums).await?;
    let first_time = participants.first_time(posts);
    let (top, micro_influencers) = participants.listed(reads, posts, asked.limit).await?;
    let origins = posts.within(asked.window, Role::Origin);
    let origins_total = origins.len() as u64;
    let origins = sightings(reads, origins.iter().rev().take(asked.limit)).await?;
    let used_together = used_together(&backtweets, &asked.hashtags);
    drop(live);

    let (mood, baseline) = (mood(&figures), mood(&baseline));
    Ok(v1::CampaignResponse {
        hashtags: asked.hashtags,
        window: Some(asked.window.to_wire()),
        figures: Some(figures),
        first_time,
        bucket: uptake.bucket.into(),
        time_zone: asked.calendar.name().to_owned(),
        uptake: uptake.buckets,
        top,
        micro_influencers,
        mood_difference: mood
            .net_sentiment
            .zip(baseline.net_sentiment)
            .map(|(with, without)| with - without),
        mood: Some(mood),
        baseline: Some(baseline),
        used_together,
        origins_total,
        origins,
        subject: request.subject,
        coverage: Some(coverage(&head)),
    })
}

/// A request that can be answered.
struct Asked {
    /// Folded, sorted, each once.
    hashtags: Vec<String>,
    window: Window,
    calendar: Calendar,
    bucket: Option<Unit>,
    limit: usize,
}

impl Asked {
    fn read(request: &v1::CampaignRequest) -> Result<Self, Invalid> {
        let mut violations = Violations::default();
        let asked = Self {
            hashtags: hashtags(&request.hashtags, &mut violations),
            window: Window::read(request.window, &mut violations),
            calendar: Calendar::read(&request.time_zone, &mut violations),
            bucket: super::timeline::unit(request.bucket, &mut violations),
            limit: limit(request.limit, &mut violations),
        };
        violations.check("campaign request")?;
        Ok(asked)
    }
}

fn hashtags(written: &[String], violations: &mut Violations) -> Vec<String> {
    if written.is_empty() || written.len() > MOST_HASHTAGS {
        let reason = format!("{} are given: give 1 to {MOST_HASHTAGS}", written.len());
        violations.add("hashtags", reason);
    }
    let mut hashtags = Vec::with_capacity(written.len());
    for (place, written) in written.iter().enumerate() {
        let hashtag = text::fold(written.trim().trim_start_matches(['#', '＃']));
        if hashtag.is_empty() || hashtag.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
            let written: String = written.chars().take(80).collect();
            let reason = format!("`{written}` is no hashtag: write one word, such as AcmeLaunch");
            violations.add(format!("hashtags[{place}]"), reason);
        }
        hashtags.push(hashtag);
    }
    hashtags.sort_unstable();
    hashtags.dedup();
    hashtags
}

fn limit(limit: u32, violations: &mut Violations) -> usize {
    if limit > MOST {
        violations.add("limit", format!("{limit} is too many: ask for at most {MOST}"));
    }
    if limit == 0 { DEFAULT as usize } else { limit as usize }
}

/// Other hashtags, the most frequent first, ties by name.
fn used_together(backtweets: &[Member<'_>], hashtags: &[String]) -> Vec<v1::Count> {
    let mut counts: FxHashMap<&str, u64> = FxHashMap::default();
    for hashtag in backtweets.iter().flat_map(|(_, impact)| &impact.hashtags) {
        if !hashtags.contains(hashtag) {
            *counts.entry(hashtag).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    counts.truncate(MOST_TOGETHER);
    let count = |(name, count): (&str, u64)| v1::Count {
        name: name.to_owned(),
        count,
    };
    counts.into_iter().map(count).collect()
}

/// The figures of the window without the campaign's.
async fn baseline(reads: Reads<'_>, head: &Head, window: Window, campaign: &Sums) -> Result<v1::Figures, StoreError> {
    let buckets = summary::buckets(reads, head, window).await?;
    let mut sums = summary::sums(reads, &[buckets]).await?.pop().unwrap_or_default();
    sums.add_fields(campaign.fields().map(|(name, sum)| (name, -sum)));
    Ok(sums.to_wire(0))
}

fn mood(figures: &v1::Figures) -> v1::Mood {
    let of = |label: Label| {
        let count = figures.sentiments.iter().find(|count| count.name == label.name());
        count.map_or(0, |count| count.count)
    };
    v1::Mood {
        positive: of(Label::Positive),
        neutral: of(Label::Neutral),
        negative: of(Label::Negative),
        unknown: of(Label::Unknown),
        net_sentiment: figures.net_sentiment,
    }
}

/// These posts as they are shown.
async fn sightings<'a>(
    reads: Reads<'_>,
    posts: impl Iterator<Item = &'a Member<'a>>,
) -> Result<Vec<v1::Sighting>, StoreError> {
    let ids: Vec<_> = posts.map(|(post, _)| *post).collect();
    let stored = reads.posts_by_id(&ids).await?;
    let mut sightings = Vec::with_capacity(ids.len());
    for (id, post) in ids.iter().zip(&stored) {
        sightings.extend(feed_item(reads.subject, id, post)?.and_then(|item| item.sighting));
    }
    Ok(sightings)
}
