//! Opaque tokens: where a client goes on. A token carries what it belongs to and a checksum, so that one from elsewhere is refused
//! instead of giving a page of something else.

use prost::Message;

use crate::invalid::Invalid;

/// A place to go on from.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Token {
    /// A digest of the call and of everything in the request but the page: [`digest`].
    #[prost(fixed64, tag = "1")]
    pub request: u64,
    /// Which life of the subject, where that matters.
    #[prost(uint64, optional, tag = "2")]
    pub life: Option<u64>,
    /// A feed's order.
    #[prost(int64, tag = "3")]
    pub order: i64,
    /// An id within that order.
    #[prost(string, tag = "4")]
    pub id: String,
}

impl Token {
    /// As a client is handed it.
    pub(crate) fn write(&self) -> String {
        let mut bytes = self.encode_to_vec();
        bytes.extend_from_slice(&hash(&bytes).to_be_bytes()[..CHECKSUM]);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what a client hands in; `None` where it is empty.
    pub(crate) fn read(text: &str, field: &str, request: u64) -> Result<Option<Self>, Invalid> {
        if text.is_empty() {
            return Ok(None);
        }
        let token = decode(text).filter(|token| token.request == request).ok_or_else(|| {
            let reason = "it is not from an earlier response to this same request: hand it in unchanged, or leave it out to start anew";
            Invalid::one("token", field, reason)
        })?;
        Ok(Some(token))
    }
}

const CHECKSUM: usize = 4;

fn decode(text: &str) -> Option<Token> {
    let digits = text.as_bytes().as_chunks::<2>();
    let hex = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = digits
        .0
        .iter()
        .map(hex)
        .collect::<Option<Vec<u8>>>()
        .filter(|_| digits.1.is_empty())?;
    let (token, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if hash(token).to_be_bytes()[..CHECKSUM] != *checksum {
        return None;
    }
    Token::decode(token).ok()
}

/// What a token is bound to: the call's name and the request without its page.
pub(crate) fn digest(call: &str, request: &impl Message) -> u64 {
    let mut bytes = call.as_bytes().to_vec();
    bytes.push(0);
    bytes.extend(request.encode_to_vec());
    hash(&bytes)
}

/// FNV-1a: against mistakes, not against forgers, who could read nothing more than with a request of their own.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_leads_back_to_its_place_and_no_other_text_does(
            (request, life, order) in any::<(u64, Option<u64>, i64)>(),
            id in "\\PC{0,40}",
            broken in any::<prop::sample::Index>(),
        ) {
            let token = Token { request, life, order, id };
            let text = token.write();
            prop_assert_eq!(Token::read(&text, "page_token", request), Ok(Some(token)));
            prop_assert!(Token::read(&text, "page_token", request ^ 1).is_err());
            let at = broken.index(text.len());
            let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            let other = [&text[..at], digit, &text[at + 1..]].concat();
            prop_assert!(Token::read(&other, "page_token", request).is_err());
        }

        #[test]
        fn no_text_makes_reading_a_token_panic(text in "\\PC{0,40}") {
            let _ = Token::read(&text, "page_token", 0);
        }
    }
}
