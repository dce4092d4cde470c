//! Labelled tweets, which of them say nearly the same, and the parts that they are divided into. Nothing is learned here.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What keeps a file from being read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be opened.
    #[error("{}: {cause}: name the folder that holds complaints/train.tsv and sentiment/en/train.tsv", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// One of its lines is not in the format.
    #[error("{} line {line}: `{text}` is not {expected}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What stands there.
        text: String,
        /// What should.
        expected: &'static str,
    },
}

/// A tweet to or about a brand, or a random one.
pub struct Tweet {
    pub complaint: bool,
    /// What the brand sells; `random_tweet` and `random_reply` for random ones.
    pub domain: String,
    pub text: String,
}

impl Tweet {
    /// 0 for a random tweet, 1 for one to or about a brand, 2 for a complaint.
    pub fn class(&self) -> usize {
        match (self.complaint, self.domain.starts_with("random")) {
            (true, _) => 2,
            (false, false) => 1,
            (false, true) => 0,
        }
    }
}

/// Reads lines of id, 1 for a complaint and else 0, domain, and text, divided by tabs.
pub fn complaints(path: &Path) -> Result<Vec<Tweet>, DataError> {
    read(path, "id, 1 or 0, domain and text, divided by tabs", |line| {
        let mut fields = line.splitn(4, '\t').skip(1);
        let complaint = match fields.next()? {
            "1" => true,
            "0" => false,
            _ => return None,
        };
        Some(Tweet {
            complaint,
            domain: fields.next()?.to_owned(),
            text: fields.next()?.to_owned(),
        })
    })
}

/// Reads lines of id, negative, neutral or positive, and text, divided by tabs: -1, 0 or 1, and the text.
pub fn sentiments(path: &Path) -> Result<Vec<(i8, String)>, DataError> {
    read(
        path,
        "id, negative, neutral or positive, and text, divided by tabs",
        |line| {
            let mut fields = line.splitn(3, '\t').skip(1);
            let label = match fields.next()? {
                "negative" => -1,
                "neutral" => 0,
                "positive" => 1,
                _ => return None,
            };
            // The collection was handed out with these two escaped.
            let text = fields.next()?.replace("\\u002c", ",").replace("\\u2019", "'");
            Some((label, text))
        },
    )
}

fn read<T>(path: &Path, expected: &'static str, item: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, DataError> {
    let content = std::fs::read_to_string(path).map_err(|cause| DataError::Read {
        path: path.to_owned(),
        cause,
    })?;
    let lines = content.split('\n').map(|line| line.trim_end_matches('\r')).enumerate();
    let items = lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| {
        item(line).ok_or_else(|| DataError::Line {
            path: path.to_owned(),
            line: at + 1,
            text: line.chars().take(80).collect(),
            expected,
        })
    });
    items.collect()
}

/// Puts texts that share two fifths of their runs of three words into one group, and says which group each is in. Links and handles do not
/// count.
pub fn groups(tweets: &[Tweet]) -> Vec<usize> {
    let mut leaders: Vec<usize> = (0..tweets.len()).collect();
    let mut holders: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    let mut sizes = Vec::new();
    for (at, tweet) in tweets.iter().enumerate() {
        let shingles = shingles(&tweet.text);
        sizes.push(shingles.len());
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for shingle in shingles {
            let others = holders.entry(shingle).or_default();
            others.iter().for_each(|other| *shared.entry(*other).or_default() += 1);
            others.push(at);
        }
        for (other, both) in shared {
            if both * 5 >= (sizes[at] + sizes[other] - both) * 2 {
                let (one, two) = (leader(&leaders, at), leader(&leaders, other));
                leaders[one.max(two)] = one.min(two);
            }
        }
    }
    (0..tweets.len()).map(|at| leader(&leaders, at)).collect()
}

fn leader(leaders: &[usize], mut at: usize) -> usize {
    while leaders[at] != at {
        at = leaders[at];
    }
    at
}

fn shingles(text: &str) -> HashSet<Vec<String>> {
    let plain = text.to_lowercase().replace("&amp;", "&");
    let words = plain
        .split_whitespace()
        .filter(|word| !word.contains("://") && !word.starts_with('@'));
    let words: Vec<String> = words
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() < 3 {
        return HashSet::from([words]);
    }
    words.windows(3).map(<[String]>::to_vec).collect()
}

/// Divides the tweets that `members` counts into `parts`, with as many complaints in each and no group in two. The same seed divides them
/// alike. The part of each member.
pub fn parts(members: &[usize], tweets: &[Tweet], groups: &[usize], parts: usize, seed: u64) -> Vec<usize> {
    let mut by_group: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, &member) in members.iter().enumerate() {
        by_group.entry(groups[member]).or_default().push(place);
    }
    let mut order: Vec<_> = by_group.into_iter().collect();
    order.sort_by_key(|(group, places)| (std::cmp::Reverse(places.len()), shuffle(seed, *group)));
    let mut counts = vec![[0; 3]; parts];
    let mut part_of = vec![0; members.len()];
    for (_, places) in order {
        let class = tweets[members[places[0]]].class();
        let size = |counts: &[usize; 3]| counts.iter().sum::<usize>();
        let part = (0..parts)
            .min_by_key(|&part| (counts[part][class], size(&counts[part])))
            .unwrap_or(0);
        for place in places {
            counts[part][tweets[members[place]].class()] += 1;
            part_of[place] = part;
        }
    }
    part_of
}

/// A number that looks drawn by chance (SplitMix64).
fn shuffle(seed: u64, item: usize) -> u64 {
    let mut mixed = (seed << 32 ^ item as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
