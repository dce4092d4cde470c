//! Top-level domains at the beginning of a text. What stands before them is not known here.

mod list;

use list::{ASCII, OTHER};

/// Bytes of the longest one in ASCII.
const LONGEST: usize = 18;

/// Where in the list those in ASCII start that begin with each letter.
const STARTS: [usize; 27] = starts();

const fn starts() -> [usize; 27] {
    let mut starts = [ASCII.len(); 27];
    let mut at = ASCII.len();
    while at > 0 {
        at -= 1;
        starts[(ASCII[at].as_bytes()[0] - b'a') as usize] = at;
    }
    // Letters that nothing begins with; there are none today.
    let mut letter = 26;
    while letter > 0 {
        letter -= 1;
        if starts[letter] > starts[letter + 1] {
            starts[letter] = starts[letter + 1];
        }
    }
    starts
}

/// Where the top-level domain ends that `text` starts with: the longest that no letter, digit or sign follows which would make it part of a longer
/// word or an address. Case does not matter. Text of another script may follow at once, as in `example.comです`.
pub(super) fn end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    match bytes.get(ascii) {
        Some(b'-') => return punycode_end(bytes),
        Some(b'@' | b'+') => return None,
        Some(next) if !next.is_ascii() => {}
        _ => return is_listed(&bytes[..ascii]).then_some(ascii),
    }
    let listed = is_listed(&bytes[..ascii]).then_some(ascii);
    listed.or_else(|| other_end(text))
}

/// `xn--` and what follows, whichever domain it stands for.
fn punycode_end(text: &[u8]) -> Option<usize> {
    const PREFIX: &[u8] = b"xn--";
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
    let is_code = text.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX);
    let end = text.iter().take_while(is_part).count();
    (is_code && end > PREFIX.len()).then_some(end)
}

fn is_listed(label: &[u8]) -> bool {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..label.len()) else {
        return false;
    };
    lower.copy_from_slice(label);
    lower.make_ascii_lowercase();
    let Some(letter @ b'a'..=b'z') = lower.first().copied() else {
        return false;
    };
    let letter = usize::from(letter - b'a');
    let (from, to) = (STARTS[letter], STARTS[letter + 1]);
    ASCII[from..to]
        .binary_search_by(|known| known.as_bytes().cmp(lower))
        .is_ok()
}

fn other_end(text: &str) -> Option<usize> {
    let first = text.chars().next()?.to_lowercase().next()?;
    let from = OTHER.partition_point(|known| known.chars().next() < Some(first));
    let likely = OTHER[from..].iter().take_while(|known| known.starts_with(first));
    let ends = likely.filter_map(|known| {
        let end = folded_prefix(text, known)?;
        let next = text.as_bytes().get(end);
        next.is_none_or(|next| !(next.is_ascii_alphanumeric() || b"@+-".contains(next)))
            .then_some(end)
    });
    ends.max()
}

/// How many bytes of `text` spell `known`, which is in lower case.
fn folded_prefix(text: &str, known: &str) -> Option<usize> {
    let mut written = text.char_indices();
    for letter in known.chars() {
        let (_, c) = written.next()?;
        if c != letter && !c.to_lowercase().eq([letter]) {
            return None;
        }
    }
    Some(written.offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_domain_is_found_whatever_its_case_and_what_follows_in_another_script() {
        assert!(
            ASCII.is_sorted() && OTHER.is_sorted(),
            "a search by halves misses what is out of order"
        );
        assert_eq!(ASCII.iter().map(|label| label.len()).max(), Some(LONGEST));
        for label in ASCII.iter().chain(OTHER) {
            assert_eq!(end(label), Some(label.len()), "{label}");
            let upper = label.to_uppercase();
            assert_eq!(end(&upper), Some(upper.len()), "{upper}");
            assert_eq!(end(&format!("{label}/")), Some(label.len()), "{label}");
            for next in ["x", "1", "@", "+", "-"] {
                let longer = format!("{label}{next}");
                assert!(end(&longer) != Some(label.len()), "{longer}");
            }
        }
        for (text, length) in [
            ("comです", 3),
            ("みんなの", 9),
            ("भारतम्", 18),
            ("com_x", 3),
            ("xn--p1ai", 8),
        ] {
            assert_eq!(end(text), Some(length), "{text}");
        }
        for label in [
            "",
            "a",
            "zz",
            "baz",
            "comm",
            "bz2",
            "com2",
            "é",
            "-com",
            "xn--",
            "com-xn--a",
            "vermögensberate",
        ] {
            assert_eq!(end(label), None, "{label}");
        }
    }
}
