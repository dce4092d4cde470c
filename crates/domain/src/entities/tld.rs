//! Top-level domains that make a text without a scheme a link. Modest on purpose: what people post, not what can be registered.

/// Every country code in use, in Latin letters.
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz \
    ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr \
    ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp \
    ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz \
    na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw \
    sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz \
    ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Other domains in Latin letters, sorted.
#[rustfmt::skip]
const GENERIC: &[&str] = &[
    "academy", "aero", "agency", "app", "art", "asia", "audio", "band", "bank", "bar", "bayern", "beer", "berlin",
    "best", "bike", "bio", "biz", "blog", "blue", "build", "business", "buzz", "cab", "cafe", "camera", "camp",
    "capital", "care", "careers", "casa", "cash", "cat", "center", "chat", "church", "city", "cloud", "club", "codes",
    "coffee", "com", "community", "company", "consulting", "cool", "coop", "courses", "credit", "cyou", "dance",
    "date", "deals", "design", "dev", "digital", "direct", "directory", "dog", "earth", "edu", "education", "email",
    "energy", "engineer", "engineering", "estate", "events", "exchange", "expert", "faith", "family", "fan", "fans",
    "farm", "fashion", "film", "finance", "fit", "football", "forum", "foundation", "fun", "fund", "fyi", "gallery",
    "game", "games", "garden", "gay", "global", "gmbh", "gold", "gov", "green", "group", "guide", "guru", "hamburg",
    "health", "help", "hiphop", "holdings", "horse", "host", "house", "icu", "info", "ink", "institute", "int",
    "international", "jetzt", "jobs", "kim", "kitchen", "koeln", "land", "law", "legal", "lgbt", "life", "limited",
    "link", "live", "llc", "lol", "london", "love", "ltd", "management", "market", "marketing", "media", "men", "mil",
    "mobi", "moda", "moe", "mom", "money", "monster", "museum", "name", "net", "network", "news", "ngo", "ninja",
    "nyc", "observer", "one", "ong", "online", "org", "page", "paris", "partners", "parts", "party", "photo",
    "photography", "photos", "pics", "pictures", "pink", "pizza", "place", "plus", "poker", "press", "pro",
    "productions", "pub", "quest", "radio", "realty", "recipes", "red", "report", "rest", "review", "reviews", "rip",
    "rocks", "ruhr", "run", "sale", "school", "science", "services", "sexy", "shop", "show", "site", "ski", "social",
    "software", "solutions", "space", "sport", "store", "stream", "studio", "style", "support", "surf", "swiss",
    "systems", "tax", "team", "tech", "technology", "tel", "theater", "tips", "tirol", "today", "tokyo", "tools",
    "top", "tours", "town", "toys", "trade", "training", "travel", "tube", "university", "uno", "vegas", "video",
    "vip", "vote", "wales", "watch", "website", "wien", "wiki", "win", "wine", "work", "works", "world", "wtf", "xxx",
    "xyz", "yoga", "zone",
];

/// Domains in other letters.
#[rustfmt::skip]
const OTHER_LETTERS: &[&str] = &[
    "бг", "бел", "дети", "ею", "қаз", "мкд", "мон", "москва", "онлайн", "орг", "рус", "рф", "сайт", "срб", "укр", "ελ", "ευ", "გე", "հայ", "ישראל",
    "الاردن", "الجزائر", "السعودية", "المغرب", "امارات", "ایران", "پاکستان", "تونس", "سورية", "شبكة", "عراق", "عمان", "فلسطين", "قطر", "مصر", "موقع",
    "भारत", "ভারত", "বাংলা", "ਭਾਰਤ", "ભારત", "இந்தியா", "இலங்கை", "సింగపూర్", "భారత్", "ලංකා", "ไทย", "中国", "中國", "中文网", "公司", "台湾", "台灣", "新加坡",
    "澳門", "网络", "網路", "香港", "みんな", "コム", "닷넷", "닷컴", "한국",
];

/// For each first letter the second letters that make a country code, as bits.
const COUNTRY_BITS: [u32; 26] = country_bits();

const fn country_bits() -> [u32; 26] {
    let codes = COUNTRIES.as_bytes();
    let mut bits = [0; 26];
    let mut at = 0;
    while at + 1 < codes.len() {
        if codes[at] == b' ' {
            at += 1;
        } else {
            bits[(codes[at] - b'a') as usize] |= 1 << (codes[at + 1] - b'a');
            at += 2;
        }
    }
    bits
}

/// Whether `label` is a known top-level domain, without regard to the case of Latin letters.
pub(super) fn is_known(label: &str) -> bool {
    if !label.is_ascii() {
        return OTHER_LETTERS.contains(&label);
    }
    match label.to_ascii_lowercase().as_bytes() {
        [first @ b'a'..=b'z', second @ b'a'..=b'z'] => {
            COUNTRY_BITS[usize::from(first - b'a')] & (1 << (second - b'a')) != 0
        }
        [b'x', b'n', b'-', b'-', rest @ ..] => !rest.is_empty(),
        label => GENERIC.binary_search_by(|known| known.as_bytes().cmp(label)).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_domain_is_found() {
        assert!(GENERIC.is_sorted(), "a search by halves misses what is out of order");
        for label in COUNTRIES
            .split_whitespace()
            .chain(GENERIC.iter().copied())
            .chain(OTHER_LETTERS.iter().copied())
        {
            assert!(is_known(label), "{label}");
        }
        for label in ["", "a", "zz", "baz", "comm", "bz2", "zip", "é"] {
            assert!(!is_known(label), "{label}");
        }
    }
}
