//! The reports that each interleaving is asked one or two of, by its seed: what its events have to look like for them, and by what each is
//! checked.

use backtweet_domain::{Scored, SubjectId};
use backtweet_store::Store;
use backtweet_wire::v1;
use proptest::prelude::*;

use crate::report::{campaign, cascade, community, crowd};
use crate::tests::world::mix;
use crate::tests::{campaign as campaigns, cascade as cascades, community as communities};
use crate::tests::{erasure, export, pages, people, praise};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Newer {
    Campaign,
    Community,
    Pages,
    People,
    Praise,
    Reach,
    Export,
    Propagation,
    Receipt,
}

/// Those that have something to tell of certain events only.
const OF_CERTAIN_EVENTS: [Newer; 6] = [
    Newer::Campaign,
    Newer::Community,
    Newer::Pages,
    Newer::People,
    Newer::Praise,
    Newer::Reach,
];
const OF_ANY_EVENTS: [Newer; 3] = [Newer::Export, Newer::Propagation, Newer::Receipt];

/// Which of them a case is asked: one of either sort.
pub(super) fn chosen(seed: u64) -> [Newer; 2] {
    let one_of = |newer: &[Newer], salt: u64| newer[mix(&[seed, salt]) as usize % newer.len()];
    [one_of(&OF_CERTAIN_EVENTS, 1), one_of(&OF_ANY_EVENTS, 2)]
}

/// What is kept in memory from one question to the next.
#[derive(Default)]
pub(super) struct Memory {
    campaigns: campaign::Cache,
    cascades: cascade::Cache,
    communities: community::Cache,
    crowds: crowd::Cache,
}

/// What a report is asked about, and all that was heard of it so far.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) memory: &'a Memory,
    pub(super) subject: &'a SubjectId,
    /// A subject of which the same was heard in order, all at once.
    pub(super) in_order: &'a SubjectId,
    pub(super) events: &'a [Scored],
    pub(super) window: Option<v1::Window>,
}

impl Newer {
    /// The same events, with much among them that the report is about.
    pub(super) fn dress(self, events: Vec<Scored>) -> Vec<Scored> {
        match self {
            Self::Campaign => campaigns::by_few(events),
            Self::Community | Self::Pages => pages::pointing(events),
            Self::People | Self::Reach => events.into_iter().map(people::with_few_followers).collect(),
            Self::Praise => praise::full_of_praise(events),
            Self::Export | Self::Propagation | Self::Receipt => events,
        }
    }

    /// Whether something is kept in memory for it.
    pub(super) fn is_kept(self) -> bool {
        !matches!(self, Self::Export | Self::Pages | Self::Praise | Self::Receipt)
    }

    /// Compares it with a count of what remains; whether it had anything to tell.
    pub(super) async fn is_as_counted(self, about: About<'_>) -> Result<bool, TestCaseError> {
        let About {
            store,
            memory,
            subject,
            in_order,
            events,
            window,
        } = about;
        let (name, windows) = (format!("{self:?}"), [window]);
        let name = name.as_str();
        match self {
            Self::Campaign => {
                campaigns::are_as_counted(store, &[(name, &memory.campaigns)], subject, events, &windows).await
            }
            Self::Community => {
                communities::is_as_counted(store, &[(name, &memory.communities)], subject, events, &windows).await
            }
            Self::Pages => pages::are_as_counted(store, subject, events, &windows).await,
            Self::People => people::are_as_counted(store, &[(name, &memory.crowds)], subject, events, &windows).await,
            Self::Praise => praise::is_as_counted(store, subject.as_str(), events, &windows).await,
            Self::Reach => {
                people::reach_is_as_counted(store, &[(name, &memory.crowds)], subject, events, &windows).await
            }
            Self::Export => {
                let format = export::FORMATS[events.len() % export::FORMATS.len()];
                export::is_what_remains(store, subject, events, window, format).await
            }
            Self::Propagation => {
                let caches = [(name, &memory.cascades)];
                cascades::propagation::is_as_counted(store, &caches, subject, events, &windows).await
            }
            Self::Receipt => erasure::is_told(store, [subject, in_order], events).await,
        }
    }
}
