//! What a scored text is called: a digest of the request, so that nobody has to remember which ids were given out.

use std::fmt;

use sha2::{Digest, Sha256};

use backtweet_wire::v1::SentimentText;

/// How many hexadecimal digits an id has: 128 bits, so that no two texts ever share one.
pub(crate) const DIGITS: usize = 32;

/// Names a text to score: the same for the same text, declared language and names, on every machine and for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TextId(String);

impl TextId {
    /// The id of `text`.
    pub(crate) fn of(text: &SentimentText) -> Self {
        let mut digest = Sha256::new();
        let mut part = |part: &str| {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        };
        part(&text.text);
        // No declared language and an empty one are read alike.
        part(text.language.as_deref().unwrap_or_default());
        text.about.iter().for_each(|name| part(name));
        let digits = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        Self(digits[..DIGITS].to_owned())
    }

    /// Reads an id that was given out; `None` where it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == DIGITS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// As it is given out.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TextId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, language: Option<&str>, about: &[&str]) -> SentimentText {
        SentimentText {
            text: text.to_owned(),
            language: language.map(str::to_owned),
            about: about.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn an_id_given_out_today_still_names_its_text_in_years() {
        let id = TextId::of(&text("I love it", Some("en"), &["acme"]));
        assert_eq!(id.as_str(), "7900594399d578bf08249806fcc06905");
        assert_eq!(TextId::parse(id.as_str()), Some(id));
    }

    #[test]
    fn whatever_is_read_differently_has_an_id_of_its_own() {
        let texts = [
            text("gift", None, &[]),
            text("gift", Some("de"), &[]),
            text("gift", Some("en"), &[]),
            text("gift", None, &["de"]),
            text("gift", None, &["d", "e"]),
            text("giftde", None, &[]),
            text("", None, &[]),
        ];
        let ids: std::collections::BTreeSet<_> = texts.iter().map(TextId::of).collect();
        assert_eq!(ids.len(), texts.len());
    }

    #[test]
    fn what_was_never_given_out_is_no_id() {
        for wrong in [
            "",
            "1",
            "x:1",
            &"A".repeat(DIGITS),
            &"a".repeat(DIGITS + 1),
            &"ä".repeat(DIGITS / 2),
        ] {
            assert_eq!(TextId::parse(wrong), None, "{wrong}");
        }
    }
}
