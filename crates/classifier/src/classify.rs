//! Reading one text by itself, without subjects: what `backtweet classify` prints.

use backtweet_domain::{Entities, Intent, entities};

use crate::intent;

/// What a text says by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct TextClass {
    /// Mentions, hashtags and links, with their places in the text.
    pub entities: Entities,
    /// What the author wants.
    pub intent: Intent,
    /// How sure that is, in [0, 1].
    pub confidence: f64,
}

/// Reads a text.
pub fn classify_text(text: &str) -> TextClass {
    let (intent, confidence) = intent::read(text);
    TextClass {
        entities: entities::extract(text),
        intent,
        confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_without_any_subject() {
        let class = classify_text("@acme please help, #checkout is not working https://acme.com/x");
        assert_eq!(class.intent, Intent::HelpRequest);
        assert!(class.confidence > 0.5);
        let span = class.entities.mentions[0].span.unwrap();
        assert_eq!((span.start, span.end), (0, 5));
        assert_eq!((class.entities.hashtags.len(), class.entities.links.len()), (1, 1));
    }
}
