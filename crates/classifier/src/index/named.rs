//! By which words a post names a subject that it is known to point at. Whether it does is decided beside.

use backtweet_domain::{Network, Post, Span, text};

use super::postings::{Entry, Sort, key};
use super::{SubjectIndex, hosts, pages, terms};
use crate::query::push_own_text;

impl SubjectIndex {
    /// The words by which the post names the subject at `place`: handles, hashtags and links as it writes them, terms as they are looked for.
    pub(crate) fn named(&self, place: u32, post: &Post) -> Vec<String> {
        let mut names = Vec::new();
        if post.is_repost() {
            return names;
        }
        let network = post.id.network();
        let is = |sort, text: &str| self.is_of(sort, text, place, network);
        let written = |span: Option<Span>, otherwise: String| {
            let part = span.and_then(|span| span.part_of(&post.text));
            part.map_or(otherwise, str::to_owned)
        };
        for mention in &post.entities.mentions {
            let account = mention.account.as_ref().is_some_and(|it| is(Sort::Native, it.native()));
            let handle = mention.handle.as_deref();
            if account || handle.is_some_and(|handle| is(Sort::Handle, handle)) {
                names.push(written(mention.span, format!("@{}", handle.unwrap_or_default())));
            }
        }
        let entities = &post.entities;
        for (sort, sign, tags) in [
            (Sort::Hashtag, '#', &entities.hashtags),
            (Sort::Cashtag, '$', &entities.cashtags),
        ] {
            let own = tags.iter().filter(|it| is(sort, &text::fold(&it.tag)));
            names.extend(own.map(|it| written(it.span, format!("{sign}{}", it.tag))));
        }
        for link in &entities.links {
            let page = link.canonical.as_str();
            let below =
                || pages(page).any(|page| is(Sort::Below, page)) || hosts(page).any(|host| is(Sort::Host, host));
            if is(Sort::Page, page) || below() {
                names.push(written(link.span, link.url.clone()));
            }
        }
        let mut own_text = String::new();
        push_own_text(post, &mut own_text);
        terms::find(&self.postings, self.sorts, self.stems, &own_text, |entry| {
            if owns(entry, place, network) {
                names.push(entry.needle.text.to_string());
            }
        });
        names.sort_unstable();
        names.dedup();
        names
    }

    fn is_of(&self, sort: Sort, text: &str, place: u32, network: Network) -> bool {
        let entries = self.postings.get(key(sort, text.as_bytes()));
        let same = |entry: &&std::sync::Arc<Entry>| entry.needle.sort == sort && *entry.needle.text == *text;
        entries.iter().filter(same).any(|entry| owns(entry, place, network))
    }
}

fn owns(entry: &Entry, place: u32, network: Network) -> bool {
    let here = |on: Option<Network>| on.is_none_or(|on| on == network);
    entry
        .owners()
        .iter()
        .any(|owner| owner.place == place && here(owner.network))
}
