//! What a query means, the slow way: each part is looked for on its own, character by character, as `backtweet_domain::query` describes it.
//! The truth that the index is held against; it shares nothing with it.

use backtweet_domain::query::{Atom, Expr, Feature, Term};
use backtweet_domain::text::{fold, is_word, stands_alone};
use backtweet_domain::{AccountId, Post, ReferenceKind};

/// Whether the query holds for the post.
pub fn holds(expr: &Expr, post: &Post) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().all(|part| holds(part, post)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, post)),
        Expr::Not(part) => !holds(part, post),
        Expr::Near { left, right, words } => near(&own_text(post), left, right, usize::from(*words)),
        Expr::Is(atom) => is(atom, post),
    }
}

fn is(atom: &Atom, post: &Post) -> bool {
    let own = !post.is_repost();
    match atom {
        Atom::Text(term) => !places(&own_text(post), term).is_empty(),
        Atom::Mention(account) => {
            let mentions = &post.entities.mentions;
            own && mentions
                .iter()
                .any(|it| is_account(account, it.account.as_ref(), it.handle.as_deref()))
        }
        Atom::Hashtag(tag) => own && post.entities.hashtags.iter().any(|it| fold(&it.tag) == *tag),
        Atom::Cashtag(tag) => own && post.entities.cashtags.iter().any(|it| fold(&it.tag) == *tag),
        Atom::From(account) => is_account(account, Some(&post.author.id), post.author.handle.as_deref()),
        Atom::To(account) => {
            let replies = post.references.iter().filter(|it| it.kind == ReferenceKind::Reply);
            own && replies
                .into_iter()
                .any(|it| is_account(account, it.author.as_ref(), it.author_handle.as_deref()))
        }
        Atom::Url(page) => own && post.entities.links.iter().any(|it| is_below(&it.canonical, page)),
        Atom::Domain(domain) => own && post.entities.links.iter().any(|it| is_on(&it.canonical, domain)),
        Atom::Language(language) => {
            let declared = post.language.as_deref().map(fold);
            declared.is_some_and(|it| it == *language || it.starts_with(&format!("{language}-")))
        }
        Atom::Network(network) => post.id.network() == *network,
        Atom::Refers(ReferenceKind::Repost) => !own,
        Atom::Refers(kind) => own && post.references.iter().any(|it| it.kind == *kind),
        Atom::Has(Feature::Link) => own && !post.entities.links.is_empty(),
        Atom::Has(Feature::Media) => post.has_media,
        // Folding makes a semicolon of the Greek mark.
        Atom::Has(Feature::Question) => written(post).contains(['?', '？', '؟', '\u{37e}']),
        Atom::MinFollowers(least) => post.author.followers.is_some_and(|it| it >= *least),
    }
}

fn is_account(name: &str, account: Option<&AccountId>, handle: Option<&str>) -> bool {
    account.is_some_and(|account| account.native() == name) || handle == Some(name)
}

fn is_below(link: &str, page: &str) -> bool {
    let behind = link.strip_prefix(page).map(|rest| rest.chars().next());
    behind.is_some_and(|next| matches!(next, None | Some('/' | '?' | '#')))
}

fn is_on(link: &str, domain: &str) -> bool {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host == domain || host.ends_with(&format!(".{domain}"))
}

/// The own text as it is written, with a space for each mention that the network put there.
fn written(post: &Post) -> String {
    if post.is_repost() {
        return String::new();
    }
    let spans = post.entities.mentions.iter().filter(|it| it.automatic);
    let spans: Vec<_> = spans.filter_map(|it| it.span).collect();
    let mut own = String::new();
    for (at, c) in post.text.char_indices() {
        let hidden = spans
            .iter()
            .any(|it| (it.start as usize..it.end as usize).contains(&at));
        own.push(if hidden { ' ' } else { c });
    }
    own
}

fn own_text(post: &Post) -> Vec<char> {
    fold(&written(post)).chars().collect()
}

/// Whether one word goes on over `at`.
fn goes_on(text: &[char], at: usize) -> bool {
    let joins = |c: &char| is_word(*c) && !stands_alone(*c);
    at > 0 && joins(&text[at - 1]) && text.get(at).is_some_and(joins)
}

/// Where the term stands: start and end, in characters.
fn places(text: &[char], term: &Term) -> Vec<(usize, usize)> {
    let wanted: Vec<char> = term.text.chars().collect();
    let ends = (0..text.len()).map(|start| (start, start + wanted.len()));
    ends.filter(|&(start, end)| {
        text.get(start..end) == Some(wanted.as_slice()) && !goes_on(text, start) && (term.open || !goes_on(text, end))
    })
    .collect()
}

fn near(text: &[char], left: &Term, right: &Term, most: usize) -> bool {
    let begins = |at: usize| is_word(text[at]) && !goes_on(text, at);
    let close = |end: usize, start: usize| end <= start && (end..start).filter(|&at| begins(at)).count() <= most;
    let rights = places(text, right);
    places(text, left)
        .into_iter()
        .any(|l| rights.iter().any(|r| close(l.1, r.0) || close(r.1, l.0)))
}

#[test]
fn what_a_query_means_is_what_its_description_says() {
    use crate::vocabulary::post_saying;
    let term = |text: &str, open| Term {
        text: text.into(),
        open,
    };
    let says = |said: &str, text: &str, open| holds(&Expr::Is(Atom::Text(term(text, open))), &post_saying(said));
    assert!(says("I ♥ Acme's Café!", "acme", false) && says("cafe\u{301}", "cafe", false));
    assert!(!says("acmes", "acme", false) && says("acmes", "acme", true) && !says("macme", "acme", true));
    assert!(says("東京都で", "京都", false) && says("c++, at&t", "c++", false) && says("c++, at&t", "at&t", false));
    assert!(!says("हिन्दी", "हिन", false) && !says("at&tx", "at&t", false) && !says("", "acme", false));
    let close = |said: &str, words| {
        let (left, right) = (term("acme", false), term("refund", true));
        holds(&Expr::Near { left, right, words }, &post_saying(said))
    };
    assert!(close("acme-refunds", 0) && close("refunding, acme", 0) && !close("acme is refunded", 0));
    assert!(close("acme 東京 refund", 2) && !close("acme 東京 refund", 1) && !close("acme", 9));
    let twice = |said: &str| {
        let (left, right) = (term("acme", false), term("acme acme", false));
        holds(&Expr::Near { left, right, words: 9 }, &post_saying(said))
    };
    assert!(
        !twice("acme acme") && twice("acme acme acme"),
        "a term may not stand on the other"
    );
}

#[test]
fn what_a_post_carries_is_no_part_of_a_repost_and_a_repost_is_nothing_else() {
    use crate::vocabulary::post_saying;
    use backtweet_domain::{AccountId, Hashtag, Link, Mention, Network, PostId, Reference, Span};
    let mut post = post_saying("@acme why? #Café $ACME https://shop.acme.example/a?b=1");
    let refers = |kind| Reference {
        kind,
        target: PostId::new(Network::X, "1").ok(),
        author: AccountId::new(Network::X, "7").ok(),
        author_handle: Some("zeta".into()),
        included: false,
    };
    post.language = Some("pt-BR".into());
    post.author.followers = Some(10);
    post.references = vec![refers(ReferenceKind::Reply)];
    let hashtag = |tag: &str| Hashtag {
        tag: tag.into(),
        span: None,
    };
    post.entities.hashtags = vec![hashtag("Café")];
    post.entities.cashtags = vec![hashtag("ACME")];
    post.entities.links = vec![Link::new("https://shop.acme.example/a?b=1", None)];
    post.entities.mentions = vec![Mention {
        account: None,
        handle: Some("acme".into()),
        span: Some(Span { start: 0, end: 5 }),
        automatic: true,
    }];
    let word = Atom::Text(Term {
        text: "why".into(),
        open: false,
    });
    let everywhere = [
        Atom::From(post.author.id.native().into()),
        Atom::Language("pt".into()),
        Atom::Network(post.id.network()),
        Atom::MinFollowers(10),
    ];
    let own = [
        word,
        Atom::Mention("acme".into()),
        Atom::Hashtag("cafe".into()),
        Atom::Cashtag("acme".into()),
        Atom::To("7".into()),
        Atom::To("zeta".into()),
        Atom::Url("https://shop.acme.example/a".into()),
        Atom::Url("https://shop.acme.example".into()),
        Atom::Domain("acme.example".into()),
        Atom::Refers(ReferenceKind::Reply),
        Atom::Has(Feature::Link),
        Atom::Has(Feature::Question),
    ];
    let never = [
        Atom::Text(Term {
            text: "@acme".into(),
            open: false,
        }),
        Atom::Url("https://shop.acme.example/a?b".into()),
        Atom::Domain("hop.acme.example".into()),
        Atom::Language("p".into()),
        Atom::MinFollowers(11),
        Atom::Has(Feature::Media),
        Atom::Refers(ReferenceKind::Quote),
    ];
    assert!(everywhere.iter().chain(&own).all(|atom| is(atom, &post)));
    assert!(!never.iter().any(|atom| is(atom, &post)));
    post.references.push(refers(ReferenceKind::Repost));
    assert!(everywhere.iter().all(|atom| is(atom, &post)) && is(&Atom::Refers(ReferenceKind::Repost), &post));
    assert!(!own.iter().chain(&never).any(|atom| is(atom, &post)));
}
