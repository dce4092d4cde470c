//! The three brands that the day is about, as facts. What happens to them is told in `day`.

use backtweet_domain::{Network, OwnedAccount, Subject, SubjectId};

/// One of the three brands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Brand {
    /// A coffee roaster with a campaign.
    Brewlark,
    /// A repair shop that a stranger praises.
    Fixwell,
    /// A ticket app with an outage.
    Tramlo,
}

/// What is fixed about a brand. Handles, hashtag and domains never hold the name as a whole word: each way of naming it is one kind.
pub(crate) struct Facts {
    pub(crate) id: &'static str,
    /// The first is its proper name; all of them are tracked words.
    pub(crate) words: &'static [&'static str],
    pub(crate) handle: &'static str,
    /// Where it answers; its only account where it has no other.
    pub(crate) support: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) domain: &'static str,
    /// Pages people link to, canonical. All lie below the domain, or are tracked one by one.
    pub(crate) pages: &'static [&'static str],
    pub(crate) followers: u64,
}

const BREWLARK: Facts = Facts {
    id: "brewlark",
    words: &["Brewlark", "Brew Lark"],
    handle: "BrewlarkCoffee",
    support: "BrewlarkCoffee",
    tag: "FirstSip",
    domain: "brewlarkcoffee.example",
    pages: &[
        "https://brewlarkcoffee.example/first-sip",
        "https://brewlarkcoffee.example/beans/ethiopia-guji",
        "https://shop.brewlarkcoffee.example/filters",
    ],
    followers: 48_200,
};

const FIXWELL: Facts = Facts {
    id: "fixwell",
    words: &["Fixwell"],
    handle: "FixwellRepairs",
    support: "FixwellRepairs",
    tag: "MendItAgain",
    domain: "fixwellrepairs.example",
    pages: &[
        "https://fixwellrepairs.example/radios",
        "https://goodnewspaper.example/stories/old-radio",
    ],
    followers: 3_150,
};

const TRAMLO: Facts = Facts {
    id: "tramlo",
    words: &["Tramlo"],
    handle: "TramloApp",
    support: "TramloHelp",
    tag: "TramloDown",
    domain: "tramloapp.example",
    pages: &[
        "https://status.tramloapp.example/incidents/4711",
        "https://tramloapp.example/refunds",
    ],
    followers: 126_700,
};

impl Brand {
    pub(crate) const ALL: [Brand; 3] = [Brand::Brewlark, Brand::Fixwell, Brand::Tramlo];

    pub(crate) const fn facts(self) -> &'static Facts {
        match self {
            Brand::Brewlark => &BREWLARK,
            Brand::Fixwell => &FIXWELL,
            Brand::Tramlo => &TRAMLO,
        }
    }

    pub(crate) fn subject_id(self) -> SubjectId {
        SubjectId::new(self.facts().id).expect("the brands' ids are plain words")
    }

    /// The subject that tracks this brand, with its `accounts`.
    pub(crate) fn subject(self, accounts: Vec<OwnedAccount>) -> Subject {
        let facts = self.facts();
        let outside = |page: &&&str| !page.contains(facts.domain);
        Subject {
            name: facts.words[0].to_owned(),
            generation: 1,
            accounts,
            keywords: facts.words.iter().map(|&word| word.to_owned()).collect(),
            hashtags: vec![facts.tag.to_owned()],
            links: facts
                .pages
                .iter()
                .filter(outside)
                .map(|&page| page.to_owned())
                .collect(),
            domains: vec![facts.domain.to_owned()],
            ..Subject::new(self.subject_id())
        }
    }
}

/// The networks that the day happens on, in the order of [`slot`].
pub(crate) const NETWORKS: [Network; 3] = [Network::Bluesky, Network::Mastodon, Network::X];

/// A network's place in a list of three.
pub(crate) const fn slot(network: Network) -> usize {
    match network {
        Network::Bluesky => 0,
        Network::Mastodon => 1,
        Network::X | Network::Other => 2,
    }
}
