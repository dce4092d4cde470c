//! Made-up subjects and posts that read like a day of the networks: several scripts, words as frequent as words are, names that few posts
//! say. Measuring is not here.

use backtweet_domain::{
    AccountId, Author, Entities, Hashtag, Link, Mention, Network, OwnedAccount, Post, PostId, Retention, Subject,
    SubjectId, Timestamp,
};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// How many words people use.
const VOCABULARY: usize = 20_000;
/// One post of so many says what a subject looks for.
pub const MATCHING: usize = 20;

/// Word `number` of a made-up language; the first few are the most frequent.
fn word(number: usize) -> String {
    const COMMON: [&str; 24] = [
        "the", "to", "and", "of", "a", "in", "is", "it", "for", "you", "that", "on", "this", "i", "with", "my", "so",
        "are", "was", "be", "not", "have", "at", "just",
    ];
    const SYLLABLES: [&str; 16] = [
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va",
    ];
    match COMMON.get(number) {
        Some(common) => (*common).to_owned(),
        None => {
            let syllable = |at: u32| SYLLABLES[number.wrapping_mul(2_654_435_761) >> (4 * at) & 15];
            (2..6).map(syllable).take(2 + number % 3).collect()
        }
    }
}

/// The name of what subject `number` is about, which nobody says by chance.
fn name(number: usize) -> String {
    format!("{}x{number}", word(number % 1_000 + 100))
}

fn kanji(number: usize) -> String {
    let char = |at: usize| char::from_u32(0x4e00 + ((number * 7_919 + at * 104_729) % 3_000) as u32).unwrap_or('東');
    (0..4).map(char).collect()
}

/// A subject of ten terms: two handles, four keywords, two hashtags, a page, a domain; one of five also has a query, one of ten a context.
pub fn subject(number: usize) -> Subject {
    let name = name(number);
    let any = |at: usize| word((number * 31 + at * 7_919) % VOCABULARY);
    let page = format!("https://{name}.example/start");
    let query = format!("{name} ({} OR \"{} {}\") -{}", any(1), any(2), any(3), any(4));
    let context = format!("{} OR {} OR {name}", any(5), any(6));
    Subject {
        id: SubjectId::new(format!("s{number}")).expect("an id"),
        name: name.clone(),
        generation: 1,
        accounts: vec![OwnedAccount {
            network: None,
            native: None,
            handles: vec![format!("{name}.example"), format!("{name}@social.example")],
        }],
        keywords: vec![
            name.clone(),
            format!("{name} {}", any(7)),
            format!("{} {} {}", any(8), any(9), any(10)),
            kanji(number),
        ],
        hashtags: vec![name.clone(), format!("{}{}", any(11), any(12))],
        links: vec![page],
        domains: vec![format!("{name}.example")],
        query: if number.is_multiple_of(5) { query } else { String::new() },
        context: if number.is_multiple_of(10) {
            context
        } else {
            String::new()
        },
        exclude: String::new(),
        retention: Retention::default(),
    }
}

/// Posts of 10 to 40 words, every twentieth about one of the subjects: six of ten in plain letters, two with accents, one in Cyrillic, one in
/// Japanese; half with a mention, a third with a link, a third with a hashtag.
pub fn posts(number: usize, subjects: usize) -> Vec<Post> {
    let mut rng = SmallRng::seed_from_u64(7);
    (0..number).map(|number| post(number, subjects, &mut rng)).collect()
}

fn post(number: usize, subjects: usize, rng: &mut SmallRng) -> Post {
    let mut text = text(number % 10, rng);
    if number.is_multiple_of(MATCHING) {
        text.push_str(&name(rng.random_range(0..subjects)));
    }
    let mut entities = Entities::default();
    if number.is_multiple_of(2) {
        entities.mentions.push(Mention {
            account: AccountId::new(Network::Bluesky, format!("did:plc:{:024x}", rng.random::<u64>())).ok(),
            handle: None,
            span: None,
            automatic: false,
        });
    }
    if number % 3 == 1 {
        let url = format!("https://news{}.example.org/2026/{}", number % 500, word(number));
        entities.links.push(Link::new(url, None));
    }
    if number % 3 == 2 {
        let tag = word(spoken(rng));
        entities.hashtags.push(Hashtag { tag, span: None });
    }
    Post {
        id: PostId::new(Network::Bluesky, number.to_string()).expect("an id"),
        revision: 0,
        author: Author {
            id: AccountId::new(Network::Bluesky, format!("did:plc:{number:024x}")).expect("an id"),
            handle: None,
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text,
        language: None,
        created_at: None,
        witnessed_at: Timestamp::EPOCH,
        references: Vec::new(),
        entities,
        engagement: Default::default(),
        url: None,
        has_media: false,
    }
}

/// A word as often as words are said (Zipf's law).
fn spoken(rng: &mut SmallRng) -> usize {
    ((VOCABULARY as f64).powf(rng.random::<f64>()) as usize - 1).min(VOCABULARY - 1)
}

fn text(language: usize, rng: &mut SmallRng) -> String {
    let mut text = String::new();
    for at in 0..rng.random_range(10..40) {
        let word = word(spoken(rng));
        match language {
            0..6 => text.push_str(&word),
            6..8 => text.extend(word.chars().map(|c| if c == 'a' && at % 3 == 0 { 'ä' } else { c })),
            8 => text.extend(
                word.chars()
                    .filter_map(|c| char::from_u32(c as u32 - 'a' as u32 + 0x430)),
            ),
            _ => text.extend((0..2).filter_map(|_| {
                let kana = rng.random_bool(0.6);
                char::from_u32(if kana {
                    0x3042 + rng.random_range(0..80)
                } else {
                    0x4e00 + rng.random_range(0..3_000)
                })
            })),
        }
        let end = match (language, at % 8) {
            (9, 7) => "。",
            (9, _) => "",
            (_, 7) => ". ",
            (_, 5) => ", ",
            _ => " ",
        };
        text.push_str(end);
    }
    if text.len().is_multiple_of(4) {
        text.push_str("✨ ");
    }
    text
}
