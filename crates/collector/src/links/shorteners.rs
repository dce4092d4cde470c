//! Which hosts only pass on to other pages: an explicit list, since a short name alone may be a site of its own (`youtu.be` is one, its
//! links name their video).

use backtweet_domain::link;

/// Public shorteners, and those of publishing tools and publishers, in order.
const HOSTS: &[&str] = &[
    "adobe.ly",
    "aje.io",
    "amzn.eu",
    "amzn.to",
    "apple.co",
    "bbc.in",
    "bddy.me",
    "bit.ly",
    "bitly.com",
    "bloom.bg",
    "buff.ly",
    "cnb.cx",
    "cnn.it",
    "cutt.ly",
    "dld.bz",
    "dlsh.it",
    "dlvr.it",
    "econ.st",
    "fb.me",
    "fxn.ws",
    "geni.us",
    "gofund.me",
    "goo.gl",
    "hubs.la",
    "hubs.li",
    "hubs.ly",
    "ift.tt",
    "is.gd",
    "j.mp",
    "lnkd.in",
    "msft.it",
    "mzl.la",
    "nbcnews.to",
    "nyti.ms",
    "on.ft.com",
    "on.wsj.com",
    "ow.ly",
    "pca.st",
    "po.st",
    "rb.gy",
    "rebrand.ly",
    "reut.rs",
    "s.id",
    "share.google",
    "shorturl.at",
    "shrtm.nu",
    "skfb.ly",
    "smarturl.it",
    "snip.ly",
    "spoti.fi",
    "spr.ly",
    "t.co",
    "t.ly",
    "tcrn.ch",
    "tiny.cc",
    "tinyurl.com",
    "trib.al",
    "u.to",
    "v.gd",
    "wapo.st",
    "wp.me",
    "zurl.co",
];

/// Whether a link in its canonical form only passes on to another: it names a host of the list, and something there.
pub(super) fn is_shortened(canonical: &str) -> bool {
    let Some(host) = link::host(canonical).filter(|host| is_shortener(host)) else {
        return false;
    };
    let behind = canonical.split_once(host).map_or("", |(_, behind)| behind);
    behind
        .trim_start_matches(':')
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .len()
        > 1
}

/// Whether a host, in lower case, is one of the list.
pub(super) fn is_shortener(host: &str) -> bool {
    HOSTS.binary_search(&host).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_canonical_so_that_every_host_of_it_is_found() {
        assert!(HOSTS.is_sorted_by(|one, next| one < next));
        for host in HOSTS {
            let link = format!("https://{host}/a");
            assert_eq!(link::canonical(&link).as_deref(), Some(&*link));
            assert!(is_shortened(&link), "{host}");
        }
    }

    #[test]
    fn only_links_behind_a_shortener_are_asked_for() {
        for link in [
            "https://youtu.be/dQw4w9WgXcQ",
            "https://t.me/x",
            "https://bit.ly",
            "https://bit.ly/",
            "https://notbit.ly/x",
            "https://bit.ly.example.org/x",
            "https://example.org/bit.ly/x",
            "mailto:a@bit.ly",
        ] {
            let canonical = link::canonical(link).unwrap_or_else(|| link.to_owned());
            assert!(!is_shortened(&canonical), "{link}");
        }
        for link in ["http://WWW.Bit.ly/x", "bit.ly/x?utm_source=a", "https://t.co/AbC#top"] {
            assert!(is_shortened(&link::canonical(link).unwrap()), "{link}");
        }
    }
}
