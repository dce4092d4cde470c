//! Random posts and random queries of one small vocabulary, so that they meet often: several scripts, accents, words that are put together,
//! tags, handles, links, mentions that the network put there, reposts.

use backtweet_domain::query::{Atom, Expr, Feature, Term};
use backtweet_domain::text::{fold, is_word};
use backtweet_domain::{
    AccountId, Author, Engagement, Entities, Hashtag, Link, Mention, Network, Post, PostId, Reference, ReferenceKind,
    Span, Timestamp,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

const WORDS: &[&str] = &[
    "acme",
    "ACME",
    "acmes",
    "Acme’s",
    "acme-cloud",
    "cloud",
    "Cloudy",
    "refund",
    "refunds",
    "Refunding",
    "café",
    "CAFE\u{301}",
    "cafe",
    "東京",
    "東京都",
    "東",
    "で",
    "が",
    "か\u{3099}",
    "c",
    "c++",
    "C#",
    "at&t",
    "AT & T",
    "doesn’t",
    "doesn't",
    "हिन्दी",
    "हि",
    "ไทย",
    "한국",
    "한국어",
    "Straße",
    "strasse",
    "Ёлка",
    "елка",
    "ｆｕｌｌ",
    "?",
    "？",
    "؟",
    "\u{37e}",
    "1",
    "10",
];
const SEPARATORS: &[&str] = &[" ", " ", " ", " ", "  \n", ", ", "-", ". ", "'", "/", "", "🙂"];
const HANDLES: &[&str] = &["acme", "acme.example", "acme@a.example", "zeta"];
const NATIVES: &[&str] = &["1", "did:plc:acme", "https://a.example/@Acme", "9"];
const TAGS: &[&str] = &["acme", "Acme", "Café", "cafe", "東京", "refund"];
const PAGES: &[&str] = &[
    "https://acme.example",
    "https://acme.example/shop",
    "https://acme.example/shop/1",
    "https://acme.example/shop?a=1",
    "https://acme.example/shopping",
    "https://shop.acme.example/a",
    "https://notacme.example/shop",
    "https://zeta.example:8443/acme",
];
const DOMAINS: &[&str] = &[
    "acme.example",
    "shop.acme.example",
    "zeta.example",
    "example",
    "cme.example",
];
const LANGUAGES: &[&str] = &["pt", "pt-BR", "en", "EN-gb", "ptx"];
const FOLLOWERS: &[u64] = &[0, 9, 10, 11, 1_000];
const KINDS: &[ReferenceKind] = &[ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply];

/// A plain post of X that says so.
pub fn post_saying(text: &str) -> Post {
    Post {
        id: PostId::new(Network::X, "100").unwrap(),
        revision: 0,
        author: author(Network::X, "42", None, None),
        text: text.to_owned(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::from_seconds(1_793_491_200),
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Engagement::default(),
        url: None,
        has_media: false,
    }
}

fn author(network: Network, native: &str, handle: Option<&str>, followers: Option<u64>) -> Author {
    Author {
        id: AccountId::new(network, native).unwrap(),
        handle: handle.map(str::to_owned),
        name: None,
        followers,
        bot: false,
        created_at: None,
    }
}

/// What a text is put together of.
#[derive(Debug, Clone)]
enum Piece {
    Word(&'static str),
    Mention(Option<&'static str>, &'static str, bool),
    Hashtag(&'static str),
    Cashtag(&'static str),
    Link(&'static str),
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        12 => select(WORDS).prop_map(Piece::Word),
        2 => (weighted(0.5, select(NATIVES)), select(HANDLES), any::<bool>())
            .prop_map(|(native, handle, automatic)| Piece::Mention(native, handle, automatic)),
        1 => select(TAGS).prop_map(Piece::Hashtag),
        1 => select(TAGS).prop_map(Piece::Cashtag),
        1 => select(PAGES).prop_map(Piece::Link),
    ]
}

/// Puts a piece behind the text of the post, with its entity.
fn append(post: &mut Post, piece: Piece) {
    let start = post.text.len();
    let account = |native| AccountId::new(post.id.network(), native).unwrap();
    match &piece {
        Piece::Word(word) => post.text.push_str(word),
        Piece::Mention(_, handle, _) => post.text.push_str(&format!("@{handle}")),
        Piece::Hashtag(tag) => post.text.push_str(&format!("#{tag}")),
        Piece::Cashtag(tag) => post.text.push_str(&format!("${tag}")),
        Piece::Link(page) => post.text.push_str(page),
    }
    let offset = |at: usize| u32::try_from(at).unwrap();
    let span = Some(Span {
        start: offset(start),
        end: offset(post.text.len()),
    });
    let hashtag = |tag: &str| Hashtag {
        tag: tag.to_owned(),
        span,
    };
    match piece {
        Piece::Word(_) => {}
        Piece::Mention(native, handle, automatic) => post.entities.mentions.push(Mention {
            account: native.map(account),
            handle: (native.is_none() || handle.len() < 5).then(|| handle.to_owned()),
            span,
            automatic,
        }),
        Piece::Hashtag(tag) => post.entities.hashtags.push(hashtag(tag)),
        Piece::Cashtag(tag) => post.entities.cashtags.push(hashtag(tag)),
        Piece::Link(page) => post.entities.links.push(Link::new(page, span)),
    }
}

fn references(network: Network) -> impl Strategy<Value = Vec<Reference>> {
    let account = (weighted(0.5, select(NATIVES)), weighted(0.5, select(HANDLES)));
    let kind = prop_oneof![1 => Just(KINDS[0]), 3 => Just(KINDS[1]), 6 => Just(KINDS[2])];
    let reference = (kind, account).prop_map(move |(kind, (native, handle))| Reference {
        kind,
        target: PostId::new(network, "50").ok(),
        author: native.and_then(|native| AccountId::new(network, native).ok()),
        author_handle: handle.map(str::to_owned),
        included: false,
    });
    prop_oneof![2 => Just(Vec::new()), 3 => vec(reference, 1..3)]
}

/// A post; a few of them are reposts that carry words and entities all the same, which do not count.
pub fn posts() -> impl Strategy<Value = Post> {
    let about = (weighted(0.7, select(LANGUAGES)), any::<bool>());
    let by = (
        select(NATIVES),
        weighted(0.6, select(HANDLES)),
        weighted(0.8, select(FOLLOWERS)),
    );
    let text = vec((piece(), select(SEPARATORS)), 0..14);
    let network = select(&Network::ALL[..]);
    let network = network.prop_flat_map(|network| (Just(network), references(network)));
    (network, about, by, text).prop_map(|((network, references), (language, has_media), by, text)| {
        let mut post = Post {
            id: PostId::new(network, "100").unwrap(),
            author: author(network, by.0, by.1, by.2),
            language: language.map(str::to_owned),
            references,
            has_media,
            ..post_saying("")
        };
        for (piece, separator) in text {
            append(&mut post, piece);
            post.text.push_str(separator);
        }
        post
    })
}

/// A word, a phrase, or the beginning of one.
pub fn terms() -> impl Strategy<Value = Term> {
    let words = prop_oneof![6 => vec(select(WORDS), 1..2), 1 => vec(select(WORDS), 2..4)];
    (words, weighted(0.25, 1usize..8)).prop_map(|(words, cut)| {
        let whole = fold(&words.join(" "));
        let kept = cut.map(|cut| fold(&whole.chars().take(cut).collect::<String>()));
        let open = |text: &String| text.ends_with(is_word);
        match kept.filter(open) {
            Some(text) => Term { text, open: true },
            None => Term {
                text: whole,
                open: false,
            },
        }
    })
}

/// Something that a post can be looked up by.
fn anchors() -> impl Strategy<Value = Expr> {
    let names = || prop_oneof![select(HANDLES), select(NATIVES)].prop_map(str::to_owned);
    let tags = || select(TAGS).prop_map(fold);
    let atom = prop_oneof![
        8 => terms().prop_map(Atom::Text),
        1 => names().prop_map(Atom::Mention),
        1 => tags().prop_map(Atom::Hashtag),
        1 => tags().prop_map(Atom::Cashtag),
        1 => names().prop_map(Atom::From),
        1 => names().prop_map(Atom::To),
        1 => select(PAGES).prop_map(|page| Atom::Url(page.to_owned())),
        1 => select(DOMAINS).prop_map(|domain| Atom::Domain(domain.to_owned())),
    ];
    let near = (terms(), terms(), 0u16..6).prop_map(|(left, right, words)| Expr::Near { left, right, words });
    prop_oneof![6 => atom.prop_map(Expr::Is), 1 => near]
}

/// Something that a post has, and that it cannot be looked up by.
fn features() -> impl Strategy<Value = Expr> {
    let atom = prop_oneof![
        select(LANGUAGES).prop_map(|language| Atom::Language(fold(language))),
        select(&Network::ALL[..]).prop_map(Atom::Network),
        select(KINDS).prop_map(Atom::Refers),
        select(&[Feature::Link, Feature::Media, Feature::Question][..]).prop_map(Atom::Has),
        select(FOLLOWERS).prop_map(Atom::MinFollowers),
    ];
    atom.prop_map(Expr::Is)
}

/// Any query, such as a context or an exclusion may be.
pub fn queries() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![3 => anchors(), 2 => features()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            2 => vec(inner.clone(), 2..4).prop_map(Expr::All),
            3 => vec(inner.clone(), 2..4).prop_map(Expr::Any),
            1 => inner.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    })
}

/// A query that a subject may have: whatever it matches can be looked up.
pub fn covered_queries() -> impl Strategy<Value = Expr> {
    anchors().prop_recursive(3, 12, 3, |inner| {
        let narrowed = (inner.clone(), queries()).prop_map(|(anchor, rest)| Expr::All(vec![rest, anchor]));
        prop_oneof![
            1 => narrowed,
            4 => vec(inner, 2..5).prop_map(Expr::Any),
        ]
    })
}

#[test]
fn random_queries_and_posts_meet_often_enough_to_show_a_difference() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let posts: Vec<Post> = (0..100)
        .map(|_| posts().new_tree(&mut runner).unwrap().current())
        .collect();
    let any: Vec<Expr> = (0..100)
        .map(|_| queries().new_tree(&mut runner).unwrap().current())
        .collect();
    let covered = (0..100).map(|_| covered_queries().new_tree(&mut runner).unwrap().current());
    for (queries, most) in [(any, 0.5), (covered.collect(), 0.35)] {
        let pairs = queries
            .iter()
            .flat_map(|query| posts.iter().map(move |post| (query, post)));
        let met = pairs.filter(|(query, post)| crate::naive::holds(query, post)).count();
        let share = met as f64 / (queries.len() * posts.len()) as f64;
        assert!((0.05..=most).contains(&share), "{share} of the pairs match");
    }
}
