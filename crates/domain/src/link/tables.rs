//! Which hosts are variants of which, and which query parameters only track. A rule for one host never applies to another.

use super::is_within;

/// Mobile and AMP hosts, and the plain host that serves the same pages. Hosts below a variant go with it, as `en.m.wikipedia.org` does.
const HOST_VARIANTS: &[(&str, &str)] = &[
    ("amp.abc.net.au", "abc.net.au"),
    ("amp.cnn.com", "cnn.com"),
    ("amp.france24.com", "france24.com"),
    ("amp.reddit.com", "reddit.com"),
    ("amp.scmp.com", "scmp.com"),
    ("amp.theatlantic.com", "theatlantic.com"),
    ("amp.theguardian.com", "theguardian.com"),
    ("amp.usatoday.com", "usatoday.com"),
    ("m.aliexpress.com", "aliexpress.com"),
    ("m.bbc.co.uk", "bbc.co.uk"),
    ("m.bilibili.com", "bilibili.com"),
    ("m.dw.com", "dw.com"),
    ("m.ebay.com", "ebay.com"),
    ("m.facebook.com", "facebook.com"),
    ("m.faz.net", "faz.net"),
    ("m.imdb.com", "imdb.com"),
    ("m.imgur.com", "imgur.com"),
    ("m.reddit.com", "reddit.com"),
    ("m.soundcloud.com", "soundcloud.com"),
    ("m.spiegel.de", "spiegel.de"),
    ("m.tiktok.com", "tiktok.com"),
    ("m.twitch.tv", "twitch.tv"),
    ("m.twitter.com", "twitter.com"),
    ("m.vk.com", "vk.com"),
    ("m.weibo.com", "weibo.com"),
    ("m.wikidata.org", "wikidata.org"),
    ("m.wikipedia.org", "wikipedia.org"),
    ("m.wiktionary.org", "wiktionary.org"),
    ("m.yelp.com", "yelp.com"),
    ("m.youtube.com", "youtube.com"),
    ("mbasic.facebook.com", "facebook.com"),
    ("mobile.facebook.com", "facebook.com"),
    ("mobile.nytimes.com", "nytimes.com"),
    ("mobile.twitter.com", "twitter.com"),
    ("mobile.x.com", "x.com"),
    ("touch.facebook.com", "facebook.com"),
];

/// The end of `host` that makes it a known variant, and what stands there in the plain host.
pub(super) fn plain_suffix(host: &str) -> Option<(&'static str, &'static str)> {
    HOST_VARIANTS
        .iter()
        .copied()
        .find(|(variant, _)| is_within(host, variant))
}

/// Parameters that track on every host, by their whole name.
const TRACKING_NAMES: &[&str] = &[
    "_ga",
    "_gl",
    "_hsenc",
    "__twitter_impression",
    "cmpid",
    "dclid",
    "fb_ref",
    "fb_source",
    "fbclid",
    "gclid",
    "hsctatracking",
    "mc_cid",
    "mc_eid",
    "mc_tc",
    "mkt_tok",
    "msclkid",
    "s_cid",
    "spm",
    "srsltid",
    "twclid",
    "wickedid",
    "yclid",
];

/// Parameters that track on every host, by how their name starts.
const TRACKING_PREFIXES: &[&str] = &[
    "__hs",
    "fb_action_",
    "ga_",
    "igsh",
    "itm_",
    "mtm_",
    "otm_",
    "utm_",
    "vero_",
];

/// Parameters that track on some hosts only.
const TRACKING_ON_HOSTS: &[(&[&str], &[&str])] = &[
    (
        &["x.com", "twitter.com"],
        &["s", "t", "src", "ref_src", "ref_url", "cn"],
    ),
    (&["youtube.com", "youtu.be"], &["si", "feature", "pp", "kw"]),
];

/// Whether a parameter of a link to `host` says nothing about the page. Names count without regard to case.
pub(super) fn is_tracking(host: &str, name: &str) -> bool {
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    let starts = |prefix: &&str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let ends = |suffix: &str| name.len() >= suffix.len() && is_suffix(name, suffix);
    TRACKING_NAMES.iter().any(is)
        || TRACKING_PREFIXES.iter().any(starts)
        || (name.len() > "oly__id".len() && starts(&"oly_") && ends("_id"))
        || TRACKING_ON_HOSTS
            .iter()
            .any(|(hosts, names)| hosts.iter().any(|domain| is_within(host, domain)) && names.iter().any(is))
}

fn is_suffix(name: &str, suffix: &str) -> bool {
    name.as_bytes()[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
}
