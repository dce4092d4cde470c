//! Findings: what the classifier says about a post, and how it feels.

use backtweet_domain::{
    Classified, Finding, Flag, Flags, Kind, KindSet, Lineage, ReferenceKind, Scored, Sentiment, Sighting, SubjectId,
    Version,
};

use super::{WireEnum, each, optional, post_id, post_text, required, share, time};
use crate::{WireError, v1};

impl From<&Classified> for v1::ClassifiedEvent {
    fn from(classified: &Classified) -> Self {
        Self {
            subject: classified.subject.to_string(),
            post: post_text(&classified.post),
            at_us: classified.at.micros(),
            finding: Some((&classified.finding).into()),
        }
    }
}

impl TryFrom<v1::ClassifiedEvent> for Classified {
    type Error = WireError;

    fn try_from(wire: v1::ClassifiedEvent) -> Result<Self, WireError> {
        Ok(Self {
            subject: SubjectId::new(wire.subject).map_err(|error| WireError::new("subject", error.to_string()))?,
            post: post_id(wire.post).map_err(|error| error.within("post"))?,
            at: time(wire.at_us).map_err(|error| error.within("at_us"))?,
            finding: wire.finding.ok_or_else(|| WireError::missing("finding"))?.try_into()?,
        })
    }
}

impl From<&Finding> for v1::classified_event::Finding {
    fn from(finding: &Finding) -> Self {
        match finding {
            Finding::Seen { version, sighting } => Self::Seen(v1::Seen {
                version: Some((*version).into()),
                sighting: Some(sighting.as_ref().into()),
            }),
            Finding::Retracted { version } => Self::Retracted(v1::Retracted {
                version: Some((*version).into()),
            }),
            Finding::Account { state, seq } => Self::Author(v1::AuthorChanged {
                state: v1::AccountState::from(*state).into(),
                seq: *seq,
            }),
        }
    }
}

impl TryFrom<v1::classified_event::Finding> for Finding {
    type Error = WireError;

    fn try_from(wire: v1::classified_event::Finding) -> Result<Self, WireError> {
        use v1::classified_event::Finding as Wire;
        Ok(match wire {
            Wire::Seen(wire) => Finding::Seen {
                version: version(wire.version, "seen.version")?,
                sighting: required("sighting", wire.sighting)
                    .map(Box::new)
                    .map_err(|error| error.within("seen"))?,
            },
            Wire::Retracted(wire) => Finding::Retracted {
                version: version(wire.version, "retracted.version")?,
            },
            Wire::Author(wire) => Finding::Account {
                state: WireEnum::from_number(wire.state).map_err(|error| error.within("author.state"))?,
                seq: wire.seq,
            },
        })
    }
}

fn version(wire: Option<v1::Version>, field: &str) -> Result<Version, WireError> {
    wire.map(Into::into).ok_or_else(|| WireError::missing(field))
}

impl From<Version> for v1::Version {
    fn from(version: Version) -> Self {
        let Version {
            generation,
            revision,
            lineage,
        } = version;
        Self {
            generation,
            revision,
            lineage,
        }
    }
}

impl From<v1::Version> for Version {
    fn from(wire: v1::Version) -> Self {
        let v1::Version {
            generation,
            revision,
            lineage,
        } = wire;
        Self {
            generation,
            revision,
            lineage,
        }
    }
}

impl From<&Sighting> for v1::Sighting {
    fn from(sighting: &Sighting) -> Self {
        Self {
            post: Some((&sighting.post).into()),
            role: v1::Role::from(sighting.role).into(),
            kinds: kind_numbers(sighting.kinds),
            automatic: kind_numbers(sighting.automatic),
            lineage: Some((&sighting.lineage).into()),
            intent: v1::Intent::from(sighting.intent).into(),
            intent_confidence: sighting.intent_confidence,
            flags: flag_numbers(sighting.flags),
            named: sighting.named.clone(),
        }
    }
}

impl TryFrom<v1::Sighting> for Sighting {
    type Error = WireError;

    fn try_from(wire: v1::Sighting) -> Result<Self, WireError> {
        Ok(Self {
            post: required("post", wire.post)?,
            role: WireEnum::from_number(wire.role).map_err(|error| error.within("role"))?,
            kinds: kinds("kinds", wire.kinds)?,
            automatic: kinds("automatic", wire.automatic)?,
            lineage: required("lineage", wire.lineage)?,
            intent: WireEnum::from_number(wire.intent).map_err(|error| error.within("intent"))?,
            intent_confidence: share("intent_confidence", wire.intent_confidence, 0.0)?,
            flags: flags(wire.flags)?,
            named: wire.named,
        })
    }
}

fn kind_numbers(kinds: KindSet) -> Vec<i32> {
    kinds.iter().map(|kind| v1::Kind::from(kind).into()).collect()
}

fn kinds(name: &str, numbers: Vec<i32>) -> Result<KindSet, WireError> {
    Ok(each(name, numbers, Kind::from_number)?.into_iter().collect())
}

fn flag_numbers(flags: Flags) -> Vec<i32> {
    flags.iter().map(|flag| v1::Flag::from(flag).into()).collect()
}

fn flags(numbers: Vec<i32>) -> Result<Flags, WireError> {
    Ok(each("flags", numbers, Flag::from_number)?.into_iter().collect())
}

impl From<&Lineage> for v1::Lineage {
    fn from(lineage: &Lineage) -> Self {
        Self {
            root: post_text(&lineage.root),
            parent: lineage.parent.as_ref().map(post_text),
            depth: lineage.depth,
            edge: v1::Edge::from(lineage.edge).into(),
            by: lineage.by.map(|by| v1::ReferenceKind::from(by).into()),
        }
    }
}

impl TryFrom<v1::Lineage> for Lineage {
    type Error = WireError;

    fn try_from(wire: v1::Lineage) -> Result<Self, WireError> {
        Ok(Self {
            root: post_id(wire.root).map_err(|error| error.within("root"))?,
            parent: optional("parent", wire.parent, post_id)?,
            depth: wire.depth,
            edge: WireEnum::from_number(wire.edge).map_err(|error| error.within("edge"))?,
            by: optional("by", wire.by, ReferenceKind::from_number)?,
        })
    }
}

impl From<&Scored> for v1::ScoredEvent {
    fn from(scored: &Scored) -> Self {
        Self {
            classified: Some((&scored.classified).into()),
            sentiment: scored.sentiment.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<v1::ScoredEvent> for Scored {
    type Error = WireError;

    fn try_from(wire: v1::ScoredEvent) -> Result<Self, WireError> {
        Ok(Self {
            classified: required("classified", wire.classified)?,
            sentiment: optional("sentiment", wire.sentiment, Sentiment::try_from)?,
        })
    }
}

impl From<&Sentiment> for v1::Sentiment {
    fn from(sentiment: &Sentiment) -> Self {
        Self {
            label: v1::Label::from(sentiment.label).into(),
            score: sentiment.score,
            confidence: sentiment.confidence,
            language: sentiment.language.clone(),
            model: sentiment.model.clone(),
        }
    }
}

impl TryFrom<v1::Sentiment> for Sentiment {
    type Error = WireError;

    fn try_from(wire: v1::Sentiment) -> Result<Self, WireError> {
        Ok(Self {
            label: WireEnum::from_number(wire.label).map_err(|error| error.within("label"))?,
            score: share("score", wire.score, -1.0)?,
            confidence: share("confidence", wire.confidence, 0.0)?,
            language: wire.language,
            model: wire.model,
        })
    }
}
