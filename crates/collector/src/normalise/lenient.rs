//! Reading JSON that is almost as documented: a value of an unexpected type costs that value, never the post around it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use super::{Refused, clip};

/// A value that is read when it is wanted. Absent and `null` are the same.
#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Raw<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Raw<'a> {
    pub(super) fn is_present(self) -> bool {
        self.0.is_some()
    }

    /// The value; `None` where it is absent or of another type, which counts as a repair.
    pub(super) fn read<T: Deserialize<'a>>(self, repaired: &mut u64) -> Option<T> {
        let value = serde_json::from_str(self.0?.get());
        *repaired += u64::from(value.is_err());
        value.ok()
    }

    /// The value, or why the line cannot be taken without it; `what` says what it should be.
    pub(super) fn need<T: Deserialize<'a>>(self, field: &str, what: &str) -> Result<T, Refused> {
        let Some(raw) = self.0 else {
            return Err(Refused::new(field, format!("is missing: send {what}")));
        };
        serde_json::from_str(raw.get())
            .map_err(|_| Refused::new(field, format!("is `{}`: send {what}", clip(raw.get()))))
    }

    /// The items of a list that are as they should be. An empty object stands for an empty list, as some proxies have it.
    pub(super) fn list<T: Deserialize<'a>>(self, repaired: &mut u64) -> Vec<T> {
        let Some(raw) = self.0 else { return Vec::new() };
        let text = raw.get();
        if let Ok(all) = serde_json::from_str(text) {
            return all;
        }
        match serde_json::from_str::<Vec<&'a RawValue>>(text) {
            Ok(items) => items
                .into_iter()
                .filter_map(|item| Raw(Some(item)).read(repaired))
                .collect(),
            Err(_) => {
                let empty = text.strip_prefix('{').is_some_and(|rest| rest.trim() == "}");
                *repaired += u64::from(!empty);
                Vec::new()
            }
        }
    }
}

/// A string, borrowed where it holds no escapes. A number stands for its digits, since ids come as either; `null` for no text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn into_string(self) -> String {
        self.0.into_owned()
    }

    /// The text, where there is any.
    pub(super) fn filled(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.into_string())
    }
}

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text)))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Line<'a> {
        #[serde(borrow, default)]
        value: Raw<'a>,
    }

    fn value(json: &str) -> Raw<'_> {
        serde_json::from_str::<Line<'_>>(json).unwrap().value
    }

    #[test]
    fn one_bad_item_costs_itself_and_not_the_list() {
        let mut repaired = 0;
        assert_eq!(value(r#"{"value":[1,"x",3]}"#).list::<u64>(&mut repaired), [1, 3]);
        assert_eq!(repaired, 1);
    }

    #[test]
    fn an_empty_object_is_an_empty_list_and_no_fault() {
        let mut repaired = 0;
        for json in [r#"{"value":{}}"#, r#"{"value":{ }}"#, r#"{"value":null}"#, "{}"] {
            assert!(value(json).list::<u64>(&mut repaired).is_empty());
        }
        assert_eq!(repaired, 0);
        assert!(value(r#"{"value":{"a":1}}"#).list::<u64>(&mut repaired).is_empty());
        assert_eq!(repaired, 1);
    }

    #[test]
    fn ids_may_be_numbers_and_plain_strings_are_not_copied() {
        let mut repaired = 0;
        assert_eq!(
            &*value(r#"{"value":29443}"#).read::<Text<'_>>(&mut repaired).unwrap(),
            "29443"
        );
        let text = value(r#"{"value":"plain"}"#).read::<Text<'_>>(&mut repaired).unwrap();
        assert!(matches!(text.0, Cow::Borrowed("plain")));
        assert_eq!(
            value(r#"{"value":"a\nb"}"#)
                .read::<Text<'_>>(&mut repaired)
                .unwrap()
                .into_string(),
            "a\nb"
        );
    }

    #[test]
    fn what_cannot_be_done_without_is_asked_for_by_name() {
        let missing = value("{}").need::<Text<'_>>("did", "the account's DID").unwrap_err();
        assert_eq!(missing.to_string(), "did: is missing: send the account's DID");
        let wrong = value(r#"{"value":[1]}"#)
            .need::<Text<'_>>("did", "the account's DID")
            .unwrap_err();
        assert_eq!(wrong.to_string(), "did: is `[1]`: send the account's DID");
    }
}
