//! Owned pages, every backtweet looked at for each of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Kind, Role, Scored};
use backtweet_wire::v1::{self, PageKind};

use super::{at, effective, is_within, sighting};
use crate::tests::world::{LINKS, MINUTE_US, NOW_US};

const DAY_US: i64 = 24 * 60 * MINUTE_US;
/// The profile that [`super::super::pages`] tracks, by id or by handle.
pub(crate) const PROFILE: &str = "@Acme";

/// The owned pages that a backtweet points at: all links of the world are owned.
fn pages(post: &Scored) -> BTreeSet<(i32, String)> {
    let sighting = sighting(post);
    let mut pages = BTreeSet::new();
    if sighting.kinds.contains(Kind::Link) {
        let counted = |written: &str| LINKS.iter().find(|(name, _)| *name == written).unwrap().1;
        let links = sighting.post.entities.links.iter();
        pages.extend(links.map(|link| (PageKind::Link.into(), counted(&link.url).to_owned())));
    }
    if sighting.kinds.contains(Kind::Mention) && !sighting.automatic.contains(Kind::Mention) {
        let is_ours = |mention: &&backtweet_domain::Mention| {
            let by_id = mention.account.as_ref().is_some_and(|it| it.native() == "owner");
            !mention.automatic && (by_id || mention.handle.as_deref() == Some("acme"))
        };
        let ours = sighting.post.entities.mentions.iter().find(is_ours);
        pages.extend(ours.map(|_| (PageKind::Profile.into(), PROFILE.to_owned())));
    }
    pages
}

/// The best `limit` within the days of a window, and those days.
pub(crate) fn figures(
    events: &[Scored],
    window: Option<v1::Window>,
    limit: usize,
) -> (v1::Window, Vec<v1::PageFigures>) {
    let window = window.unwrap_or_default();
    let days = v1::Window {
        from_us: window.from_us.map(|from| from - from.rem_euclid(DAY_US)),
        to_us: window.to_us.map(|to| to + (-to).rem_euclid(DAY_US)),
    };
    let posts = effective(events);
    let mut found: BTreeMap<(i32, String), Vec<&Scored>> = BTreeMap::new();
    let counts = |post: &&Scored| sighting(post).role == Role::Backtweet && is_within(Some(days), post);
    for post in posts.values().filter(counts) {
        for page in pages(post) {
            found.entry(page).or_default().push(post);
        }
    }
    let end = days.to_us.map_or(NOW_US, |to| (to - 1).min(NOW_US));
    let age = |post: &Scored| end.div_euclid(DAY_US) - at(post).div_euclid(DAY_US);
    let figures = |((kind, page), posts): ((i32, String), Vec<&Scored>)| {
        let mut ages: Vec<i64> = posts.iter().map(|post| age(post)).collect();
        ages.sort_unstable();
        let authors: BTreeSet<_> = posts.iter().map(|post| &sighting(post).post.author.id).collect();
        let followers = || posts.iter().map(|post| sighting(post).post.author.followers);
        let authority = |followers: u64| (((followers + 1) as f64).log10() * 1_000.0).floor() as u64;
        v1::PageFigures {
            references: posts.len() as u64,
            authors: authors.len() as u64,
            authority_milli: followers().flatten().map(authority).sum(),
            followers_unknown: followers().filter(Option::is_none).count() as u64,
            fresh_share: ages.iter().filter(|age| (0..30).contains(*age)).count() as f64 / posts.len() as f64,
            median_age_days: ages[(ages.len() - 1) / 2].max(0) as u32,
            last_day_us: posts
                .iter()
                .map(|post| at(post).div_euclid(DAY_US) * DAY_US)
                .max()
                .unwrap(),
            visits: None,
            kind,
            page,
        }
    };
    let mut found: Vec<_> = found.into_iter().map(figures).collect();
    found.sort_by_key(|it| (Reverse(it.references), it.page.clone()));
    found.truncate(limit);
    (days, found)
}
