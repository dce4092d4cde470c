//! The cascade: the fast model answers where it is sure, the transformer the rest. Both are elsewhere.

use backtweet_domain::{Label, Sentiment};

use crate::Deep;
use crate::model::{Model, Text};

/// The cascade's name and version.
const NAME: &str = "auto/1";

/// The cascade. A sentiment has the name of the model that answered.
pub struct Auto {
    deep: Deep,
}

impl Auto {
    /// A cascade that ends with `deep`, which also says how sure the fast model has to be.
    pub fn new(deep: Deep) -> Self {
        Self { deep }
    }

    /// Whether the transformer is not asked: the fast model is sure, or cannot read the text, which the transformer cannot either.
    fn is_settled(&self, quick: &Sentiment) -> bool {
        quick.label == Label::Unknown || quick.confidence >= self.deep.sure()
    }
}

impl Model for Auto {
    fn name(&self) -> &str {
        NAME
    }

    fn score(&self, texts: &[Text<'_>]) -> Vec<Sentiment> {
        let mut answers = self.deep.fast().score(texts);
        let open = |(_, answer): &(&Text<'_>, &mut Sentiment)| !self.is_settled(answer);
        let (rest, unsure): (Vec<_>, Vec<_>) = texts.iter().zip(&mut answers).filter(open).unzip();
        let rest: Vec<_> = rest.into_iter().copied().collect();
        let better = self.deep.score(&rest);
        unsure
            .into_iter()
            .zip(better)
            .for_each(|(answer, better)| *answer = better);
        answers
    }
}
