//! The canonical form of links, so that one page is one page however it was shared; and the posts that links
//! lead to. Resolving shortened links is the collector's.

mod page;
mod posts;
mod tables;

#[cfg(test)]
mod tests;

pub use page::page;
pub use posts::{PostLink, address, post};

use url::{Host, Url};

/// The canonical form of a link to a web page; `None` for what is no such link.
///
/// - Scheme and host are lower case, the host in ASCII (punycode); a link without a scheme gets `https`.
/// - User names and passwords, default ports, fragments, the final dot of a host, and a leading `www.` are dropped; the mobile and AMP hosts of
///   well-known sites become their plain host, by an explicit list, since `m.` alone may be a site of its own.
/// - Percent-encoding is normalised in path and query: letters, digits and `-._~` stand as they are, every other escape has upper-case digits, and a stray
///   `%` is escaped.
/// - Tracking parameters are stripped, some of them on their own network only; the rest are sorted by name, those of the same name keep their order.
///
/// The canonical form of a canonical form is itself.
pub fn canonical(url: &str) -> Option<String> {
    let url = url.trim();
    if is_plainly_canonical(url) {
        return Some(url.to_owned());
    }
    let url = parse(url)?;
    let host = match url.host()? {
        // What is left once final dots are gone may read as an address.
        Host::Domain(domain) => Host::parse(&plain_host(domain)).ok()?.to_string(),
        Host::Ipv4(_) | Host::Ipv6(_) => url.host_str()?.to_owned(),
    };
    let mut text = format!("{}://{host}", url.scheme());
    if let Some(port) = url.port() {
        text.push_str(&format!(":{port}"));
    }
    push_normalised(&mut text, url.path());
    push_query(&mut text, &host, url.query().unwrap_or_default());
    Some(text)
}

/// The host of a link, as it is written there: lower case in a canonical link.
pub fn host(url: &str) -> Option<&str> {
    let rest = web_scheme(url).map_or(url, |scheme| &url[scheme..]);
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let end = if host.starts_with('[') {
        host.find(']').map(|at| at + 1)
    } else {
        host.find(':')
    };
    Some(&host[..end.unwrap_or(host.len())]).filter(|host| !host.is_empty())
}

/// Whether `host` is `domain` or a host below it, without regard to case: `shop.acme.com` is within `acme.com`, `notacme.com` is not.
pub fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.as_bytes(), domain.as_bytes());
    let Some(above) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    !domain.is_empty()
        && host[above..].eq_ignore_ascii_case(domain)
        && (above == 0 || (above > 1 && host[above - 1] == b'.'))
}

/// Length of `http://` or `https://` in front of a link.
fn web_scheme(url: &str) -> Option<usize> {
    ["https://", "http://"]
        .into_iter()
        .find(|scheme| {
            url.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
        .map(str::len)
}

/// Whether a link is canonical at first glance: plain host, plain path, nothing behind it. Most links that are looked at twice are, and this is
/// many times quicker than taking them apart.
fn is_plainly_canonical(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return false;
    };
    let Some(slash) = rest.find('/') else { return false };
    let (host, path) = rest.split_at(slash);
    is_plain_name(host) && is_plain_path(path) && !host.starts_with("www.") && tables::plain_suffix(host).is_none()
}

/// A host of at least two labels that no rule can change: no hyphen at an edge or doubled (punycode), and nothing that reads as an address.
fn is_plain_name(host: &str) -> bool {
    let plain_label = |label: &str| {
        label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.is_empty()
            && label.len() < 64
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.contains("--")
    };
    host.rsplit_once('.')
        .is_some_and(|(_, last)| last.bytes().all(|b| b.is_ascii_lowercase()))
        && host.len() < 254
        && host.split('.').all(plain_label)
}

/// A path of unreserved characters without a segment that starts with a dot.
fn is_plain_path(path: &str) -> bool {
    path.bytes().all(|b| b == b'/' || is_unreserved(b)) && !path.contains("/.")
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn parse(url: &str) -> Option<Url> {
    if web_scheme(url).is_some() {
        return Url::parse(url).ok();
    }
    let host = &url[..url.find(['/', '?', '#', ':']).unwrap_or(url.len())];
    let bare =
        host.contains('.') && host.starts_with(char::is_alphanumeric) && !host.contains('@') && !url.contains("://");
    bare.then(|| Url::parse(&format!("https://{url}")).ok())?
}

/// The host without its final dot, without `www.`, and in its plain form where it is a known variant; again, until nothing changes.
fn plain_host(host: &str) -> String {
    let mut host = host.trim_end_matches('.').to_owned();
    loop {
        if let Some(rest) = host.strip_prefix("www.").filter(|rest| rest.contains('.')) {
            host = rest.to_owned();
        } else if let Some((variant, plain)) = tables::plain_suffix(&host) {
            host.truncate(host.len() - variant.len());
            host.push_str(plain);
        } else {
            return host;
        }
    }
}

fn push_query(text: &mut String, host: &str, query: &str) {
    let mut kept: Vec<String> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let mut normal = String::with_capacity(parameter.len());
            push_normalised(&mut normal, parameter);
            normal
        })
        .filter(|parameter| !tables::is_tracking(host, name(parameter)))
        .collect();
    kept.sort_by(|one, other| name(one).cmp(name(other)));
    for (index, parameter) in kept.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(parameter);
    }
}

fn name(parameter: &str) -> &str {
    parameter.split_once('=').map_or(parameter, |(name, _)| name)
}

/// Appends `part` with its percent-encoding normalised (RFC 3986, 6.2.2). A stray `%` is escaped, or it could join what an escape behind it turns into.
fn push_normalised(text: &mut String, part: &str) {
    let mut rest = part;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        rest = behind;
        match escaped(behind.as_bytes()) {
            Some(byte) => {
                rest = &behind[2..];
                if is_unreserved(byte) {
                    text.push(char::from(byte));
                } else {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
            None => text.push_str("%25"),
        }
    }
    text.push_str(rest);
}

/// The byte that two hexadecimal digits stand for.
fn escaped(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}
