//! Where links lie in a plain text, by the published rules of twitter-text. A link is found by a dot of its host: back to where the host starts, on
//! to where the top-level domain ends. What comes behind a host is read in `tail`.
//!
//! A host that follows `https://` may hold any letters. Without a scheme only its ASCII part is a link (`見てexample.com` holds `example.com`),
//! since such texts are written without spaces.

use super::chars::{is_domain, is_host, is_plain_host, may_precede_link};
use super::{Rules, tail, tld};

/// The links in a text as byte ranges, in order. Nothing is read more than a few times, whatever the text.
pub(super) struct Links<'t> {
    text: &'t str,
    rules: Rules,
    /// Nothing of the next link, nor what stands before it, lies before this.
    done: usize,
    /// Where to look for the next dot.
    seek: usize,
    chain: Chain,
    /// A host without a scheme, whose parts are being handed out.
    plain: Plain,
}

/// Labels that a host may lead through, and the last place in them where it may end.
#[derive(Default)]
struct Chain {
    /// The first dot.
    start: usize,
    /// The last dot: what follows is no label that a host leads through.
    end: usize,
    /// Behind the first dot: the dot before the last top-level domain, and where that ends.
    best: Option<(usize, usize)>,
}

/// A host without a scheme from `at` on.
#[derive(Default)]
struct Plain {
    at: usize,
    host_end: usize,
    /// Where port, path and query behind it end.
    end: usize,
}

/// A run of host characters up to a dot, the text's end, or anything else.
struct Label {
    end: usize,
    /// Whether a dot follows.
    dotted: bool,
    /// Behind its last underscore; its start where there is none.
    bare: usize,
    /// Whether it starts with neither `-` nor `_`.
    opens: bool,
    /// Whether it ends in neither.
    closes: bool,
}

impl<'t> Links<'t> {
    pub(super) fn new(text: &'t str, rules: Rules) -> Self {
        Self {
            text,
            rules,
            done: 0,
            seek: 0,
            chain: Chain::default(),
            plain: Plain::default(),
        }
    }

    /// Where the host ends that starts at `start` behind a scheme.
    fn scheme_host_end(&mut self, start: usize) -> Option<usize> {
        let label = label(self.text, start);
        if !label.opens {
            return None;
        }
        let unlisted = match self.rules {
            Rules::Open => unlisted_end(self.text, start),
            Rules::X => None,
        };
        let listed = || {
            self.host_end(&label)
                .filter(|_| label.bare == start || self.is_long(&label))
        };
        unlisted.or_else(listed)
    }

    /// The link behind the scheme that starts at `scheme`, whose host is at `host..host_end`. All of it is read then, a link or not.
    fn with_scheme(&mut self, scheme: usize, host: usize, host_end: usize) -> Option<(usize, usize)> {
        let end = tail::end(self.text, host_end);
        (self.done, self.seek) = (end, end);
        let link_end = tail::shortened_end(self.text, host, host_end, end)?;
        tail::is_sound(&self.text[scheme..link_end], &self.text[host..host_end]).then_some((scheme, link_end))
    }

    /// Where the host ends that leads through `label`: at the last top-level domain that can be reached.
    fn host_end(&mut self, label: &Label) -> Option<usize> {
        if !label.dotted || !label.closes {
            return None;
        }
        if !(self.chain.start..=self.chain.end).contains(&label.end) {
            self.chain = chain(self.text, label.end);
        }
        match self.chain.best {
            Some((dot, end)) if dot > label.end => Some(end),
            _ => tld::end(&self.text[label.end + 1..]).map(|length| label.end + 1 + length),
        }
    }

    /// Whether a host that leads through `label` leads through another before its top-level domain. Such labels may hold underscores.
    fn is_long(&self, label: &Label) -> bool {
        self.chain.best.is_some_and(|(dot, _)| dot > label.end)
    }

    /// Reads on from `start`, where labels start, to the first host without a scheme, or behind the labels.
    fn without_scheme(&mut self, mut start: usize) {
        loop {
            let label = label(self.text, start);
            if let Some(host_end) = self.host_end(&label) {
                let from = if self.is_long(&label) { start } else { label.bare };
                if let Some(host) = self.host_start(from, label.end) {
                    let end = tail::end(self.text, host_end);
                    (self.done, self.seek) = (end, end);
                    let before = self.text[..host].chars().next_back();
                    if !before.is_some_and(|c| "-_./".contains(c)) {
                        self.plain = Plain {
                            at: host,
                            host_end,
                            end,
                        };
                    }
                    return;
                }
            }
            if !label.dotted {
                self.seek = label.end;
                return;
            }
            start = label.end + 1;
        }
    }

    /// The first place in `from..to` at which a host may start.
    fn host_start(&self, from: usize, to: usize) -> Option<usize> {
        let mut places = self.text[from..to].char_indices();
        places.find_map(|(at, c)| (is_domain(c) && self.is_free(from + at)).then_some(from + at))
    }

    /// Whether a link may start at `at`.
    fn is_free(&self, at: usize) -> bool {
        let before = self.text[..at].char_indices().next_back();
        before.is_none_or(|(before, c)| before >= self.done && may_precede_link(c))
    }

    /// The next ASCII part of the host without a scheme that was found last.
    fn next_plain(&mut self) -> Option<(usize, usize)> {
        loop {
            let host = &self.text[..self.plain.host_end];
            let start = self.plain.at + host[self.plain.at..].find(is_plain_host)?;
            let (end, next) = plain_end(host, start, self.rules);
            self.plain.at = next;
            let Some(end) = end else { continue };
            let link_end = if end == host.len() { self.plain.end } else { end };
            if tail::is_sound(&self.text[start..link_end], &self.text[start..end]) {
                return Some((start, link_end));
            }
        }
    }
}

impl Iterator for Links<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        loop {
            if let Some(link) = self.next_plain() {
                return Some(link);
            }
            let dot = self.seek + self.text[self.seek..].find('.')?;
            if !self.text[dot + 1..].starts_with(|c| c == '.' || is_host(c)) {
                self.seek = dot + 1;
                continue;
            }
            let start = self.seek + self.text[self.seek..dot].trim_end_matches(is_host).len();
            let scheme = scheme_start(&self.text[self.done..start])
                .map(|scheme| self.done + scheme)
                .filter(|&scheme| self.is_free(scheme));
            match scheme.and_then(|scheme| Some((scheme, self.scheme_host_end(start)?))) {
                None => self.without_scheme(start),
                Some((scheme, host_end)) => {
                    if let Some(link) = self.with_scheme(scheme, start, host_end) {
                        return Some(link);
                    }
                }
            }
        }
    }
}

/// Where `http://` or `https://` starts at the end of `text`.
fn scheme_start(text: &str) -> Option<usize> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let start = text.len().checked_sub(scheme.len())?;
        text.get(start..)?.eq_ignore_ascii_case(scheme).then_some(start)
    })
}

fn label(text: &str, start: usize) -> Label {
    let mut label = Label {
        end: text.len(),
        dotted: false,
        bare: start,
        opens: true,
        closes: false,
    };
    for (at, c) in text[start..].char_indices() {
        if !is_host(c) {
            (label.end, label.dotted) = (start + at, c == '.');
            break;
        }
        label.closes = !matches!(c, '-' | '_');
        label.opens &= at > 0 || label.closes;
        if c == '_' {
            label.bare = start + at + 1;
        }
    }
    label
}

/// The labels behind the dot at `start`.
fn chain(text: &str, start: usize) -> Chain {
    let mut chain = Chain {
        start,
        end: start,
        best: None,
    };
    loop {
        let from = chain.end + 1;
        let label = label(text, from);
        if !(label.dotted && label.opens && label.closes) {
            return chain;
        }
        chain.end = label.end;
        if let Some(length) = tld::end(&text[label.end + 1..]).filter(|_| label.bare == from) {
            chain.best = Some((label.end, label.end + 1 + length));
        }
    }
}

/// Where the host ends that starts at `host`, where its top-level domain is one that no registry has (RFC 2606, RFC 6762): nobody writes a scheme in
/// front of such a host without meaning a link.
fn unlisted_end(text: &str, host: usize) -> Option<usize> {
    const UNLISTED: [&str; 5] = ["example", "home", "internal", "local", "test"];
    let bytes = text[host..].bytes();
    let run = bytes
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(byte))
        .count();
    let name = text[host..host + run].trim_end_matches(['.', '-']);
    let (labels, top) = name.rsplit_once('.')?;
    let sound = labels
        .split('.')
        .all(|label| !(label.is_empty() || label.starts_with('-') || label.ends_with('-')));
    let known = UNLISTED.iter().any(|known| top.eq_ignore_ascii_case(known));
    (sound && known).then_some(host + name.len())
}

/// Where the link ends that starts at `start` and consists of ASCII labels and a top-level domain, if it is one, and where to look on.
fn plain_end(host: &str, start: usize, rules: Rules) -> (Option<usize>, usize) {
    let mut best = None;
    let mut label = start;
    loop {
        let end = host[label..]
            .find(|c| !is_plain_host(c))
            .map_or(host.len(), |length| label + length);
        if end == label || !host[end..].starts_with('.') {
            return (best, best.unwrap_or(end));
        }
        label = end + 1;
        best = tld::end(&host[label..])
            .filter(|&length| rules.trusts(&host[label..label + length]))
            .map(|length| label + length)
            .or(best);
    }
}
