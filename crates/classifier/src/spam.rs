//! Signs of spam and of programs that write, read off one post and off how many others posted the same text. Posts are flagged and never dropped;
//! what an author wants is [`crate::intent`]'s. How a text's record is kept is in [`twins`].
//!
//! The bounds are choices of this project, made so that a person who posts as people do bears no flag.

pub mod twins;

use backtweet_domain::{Flag, Flags, Post};

use crate::text::{is_whole, normalise};

/// So many other accounts with the same text make it a campaign: two may share a headline, or quote one song.
const MANY_TWINS: usize = 3;
/// An account younger than this is new, in days. Of the accounts that Twitter suspended for spam, 77 % were gone a day after their first post,
/// and 92 % within three (Thomas, Grier, Song and Paxson, Suspended Accounts in Retrospect, IMC 2011).
const NEW_DAYS: i64 = 7;
/// A post with so many links is made of them. A second link is common where one goes to a picture.
const MANY_LINKS: usize = 4;
/// A post with two links or more and fewer words than this for each is made of links as well.
const WORDS_A_LINK: usize = 3;
/// So many hashtags are made to be found by; networks advise one or two.
const MANY_TAGS: usize = 6;
/// So many hashtags are too many where they are most of the words.
const TAGS_AMONG_FEW: usize = 4;

/// Phrases that beg for an audience.
const BAITS: &[&str] = &[
    "follow back",
    "followback",
    "follow for follow",
    "f4f",
    "l4l",
    "like for like",
    "follow me back",
    "i follow back",
    "retweet to win",
    "rt to win",
    "rt to enter",
    "boost to win",
    "repost to win",
    "retweet and follow",
    "follow and retweet",
    "follow & rt",
    "follow + rt",
    "rt & follow",
    "rt + follow",
    "like and retweet to",
    "follow us to win",
    "follow to win",
    "tag a friend to win",
    "gain followers",
    "get more followers",
    "free followers",
];
/// Phrases by which a program says that it is one.
const ROBOTS: &[&str] = &[
    "automatically checked by",
    "automatically posted",
    "automated post",
    "automated tweet",
    "automated message",
    "i am a bot",
    "i'm a bot",
    "this is a bot",
    "beep boop",
    "posted by a bot",
    "this bot",
];

/// The flags that a post bears, where `twins` other accounts posted the same text lately (see [`twins::remember`]).
pub fn flags(post: &Post, twins: usize) -> Flags {
    let text = normalise(&post.text);
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| holds(&text, phrase));
    let holds = |flag: Flag| match flag {
        Flag::DuplicateText => twins >= MANY_TWINS,
        Flag::NewAccount => is_new(post),
        Flag::LinkFarm => is_link_farm(post),
        Flag::TagStuffing => is_stuffed(post),
        Flag::FollowBait => says(BAITS),
        Flag::Automated => post.author.bot || is_robot(post) || says(ROBOTS),
    };
    Flag::ALL.into_iter().filter(|&flag| holds(flag)).collect()
}

/// Whether flags are reason enough to call a post spam: two that speak for it. A program that says so is no spammer, and a new account alone is
/// a newcomer's.
pub fn is_spam(flags: Flags) -> bool {
    flags.iter().filter(|&flag| flag != Flag::Automated).count() >= 2
}

fn holds(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase)
        .any(|(start, _)| is_whole(text, start, start + phrase.len()))
}

/// Accounts say of themselves when they were made; one made after its post says nothing.
fn is_new(post: &Post) -> bool {
    let age = |made: backtweet_domain::Timestamp| post.witnessed_at.micros().saturating_sub(made.micros());
    let new = 0..NEW_DAYS * 24 * 3_600 * 1_000_000;
    post.author.created_at.is_some_and(|made| new.contains(&age(made)))
}

/// Words that are neither links nor names nor hashtags.
fn words(post: &Post) -> usize {
    let words = post.text.split_whitespace();
    words
        .filter(|word| !word.contains("://") && !word.starts_with(['@', '#']) && word.contains(char::is_alphanumeric))
        .count()
}

fn is_link_farm(post: &Post) -> bool {
    let links = post.entities.links.len();
    links >= MANY_LINKS || links >= 2 && words(post) < links * WORDS_A_LINK
}

fn is_stuffed(post: &Post) -> bool {
    let tags = post.entities.hashtags.len() + post.entities.cashtags.len();
    tags >= MANY_TAGS || tags >= TAGS_AMONG_FEW && words(post) < tags
}

/// Whether the account calls itself a robot: as a word of its name, or as a part of its handle that is set off.
fn is_robot(post: &Post) -> bool {
    let named = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains('🤖')
            || lower
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| matches!(word, "bot" | "robot"))
    };
    // What follows `@` on Mastodon is the server's name.
    let handle = post
        .author
        .handle
        .as_deref()
        .map(|handle| handle.split('@').next().unwrap_or(handle));
    handle.is_some_and(named) || post.author.name.as_deref().is_some_and(named)
}

#[cfg(test)]
mod tests;
