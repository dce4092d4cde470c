//! Which posts wait for which links, and what a post becomes when its links are known. How links are followed is not known here.

use std::collections::HashMap;

use backtweet_domain::{Post, link, revision};

use super::shorteners::is_shortened;

/// How many shortened links of one post are followed: nobody's reader follows more.
const MOST_LINKS: usize = 8;

/// Whether a link is to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Now,
    /// Too many links of its host wait already.
    Never,
}

/// A post, with what is known of its links.
struct Open {
    post: Post,
    /// How many of its links are not known yet.
    left: usize,
    /// Shortened links and the pages that they lead to.
    found: Vec<(String, String)>,
}

/// The posts that wait, and for what.
pub(super) struct Waiting {
    per_host: usize,
    posts: HashMap<u64, Open>,
    /// The posts that wait for each link.
    links: HashMap<String, Vec<u64>>,
    /// How many links of each shortener are being followed.
    hosts: HashMap<String, usize>,
    next: u64,
}

impl Waiting {
    pub(super) fn new(per_host: usize) -> Self {
        Self {
            per_host,
            posts: HashMap::new(),
            links: HashMap::new(),
            hosts: HashMap::new(),
            next: 0,
        }
    }

    /// How many posts wait.
    pub(super) fn posts(&self) -> usize {
        self.posts.len()
    }

    /// Takes posts in. Returns the links that nobody waited for before.
    pub(super) fn admit(&mut self, posts: Vec<Post>) -> Vec<String> {
        let mut fresh = Vec::new();
        for post in posts {
            let links = shortened(&post);
            let number = self.next;
            self.next += 1;
            for link in &links {
                let waiters = self.links.entry(link.clone()).or_default();
                if waiters.is_empty() {
                    fresh.push(link.clone());
                }
                waiters.push(number);
            }
            let open = Open {
                post,
                left: links.len(),
                found: Vec::new(),
            };
            if open.left > 0 {
                self.posts.insert(number, open);
            }
        }
        fresh
    }

    /// Makes room for one more link of its host.
    pub(super) fn ask(&mut self, link: &str) -> Ask {
        let asked = self.hosts.entry(host(link)).or_default();
        if *asked >= self.per_host {
            return Ask::Never;
        }
        *asked += 1;
        Ask::Now
    }

    /// Gives the room of a link that was asked for back.
    pub(super) fn answered(&mut self, link: &str) {
        let host = host(link);
        if let Some(asked) = self.hosts.get_mut(&host) {
            *asked -= 1;
            if *asked == 0 {
                self.hosts.remove(&host);
            }
        }
    }

    /// Takes note of where a link leads, or that it is not known. Returns the posts that this completes: those that nothing is open of any
    /// more, and of which at least one link leads elsewhere.
    pub(super) fn settle(&mut self, link: &str, page: Option<&str>) -> Vec<Post> {
        let mut complete = Vec::new();
        for number in self.links.remove(link).unwrap_or_default() {
            let Some(open) = self.posts.get_mut(&number) else {
                continue;
            };
            open.left -= 1;
            if let Some(page) = page.filter(|page| *page != link) {
                open.found.push((link.to_owned(), page.to_owned()));
            }
            if open.left == 0
                && let Some(open) = self.posts.remove(&number)
                && !open.found.is_empty()
            {
                complete.push(completed(open.post, &open.found));
            }
        }
        complete
    }
}

fn host(link: &str) -> String {
    link::host(link).unwrap_or_default().to_owned()
}

/// The shortened links of a post, each once.
fn shortened(post: &Post) -> Vec<String> {
    let mut links = Vec::new();
    for link in &post.entities.links {
        if links.len() < MOST_LINKS && is_shortened(&link.canonical) && !links.contains(&link.canonical) {
            links.push(link.canonical.clone());
        }
    }
    links
}

/// The post with the pages that its links lead to. What the network gave stays beside them.
fn completed(mut post: Post, found: &[(String, String)]) -> Post {
    let links = &mut post.entities.links;
    for link in links.iter_mut() {
        if let Some((_, page)) = found.iter().find(|(short, _)| *short == link.canonical) {
            link.canonical.clone_from(page);
        }
    }
    // A card of the page that the text links to is no link of its own, as when the text says it in full.
    let in_text: Vec<_> = links
        .iter()
        .filter(|link| link.span.is_some())
        .map(|link| link.canonical.clone())
        .collect();
    links.retain(|link| link.span.is_some() || !in_text.contains(&link.canonical));
    post.revision = revision::with_links(post.revision);
    post
}
