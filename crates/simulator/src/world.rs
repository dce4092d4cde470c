//! The simulator's own books: who is who, who posted what about whom, and what became of it. The oracle reads these books and
//! nothing else; how posts look on the wire is in `render`.

use backtweet_domain::{AccountId, AccountState, Network, OwnedAccount, ReferenceKind, Subject, Timestamp};

use crate::brand::{Brand, NETWORKS};
use crate::ids;
use crate::rng::mix;
use crate::text::{Language, Theme, spoken};

/// Somebody with an account on one network.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: AccountId,
    /// As people write it after the `@`; with its host on Mastodon.
    pub(crate) handle: String,
    pub(crate) name: String,
    pub(crate) followers: u64,
    /// Whether the collector learns the follower count: Bluesky's stream does not carry it.
    pub(crate) told: bool,
    pub(crate) bot: bool,
    pub(crate) language: Language,
    pub(crate) born: Timestamp,
    /// Whose account it is.
    pub(crate) owner: Option<Brand>,
}

/// How the text of a post names a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    /// By a tracked word.
    Word,
    /// By mentioning its main account.
    Account,
    /// By mentioning the account that answers.
    Support,
}

/// What a text points at, besides what the network adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Naming {
    /// Whose word, account, tag or page it is; none of the fields below holds without it, except the last.
    pub(crate) brand: Option<Brand>,
    pub(crate) voice: Option<Voice>,
    pub(crate) tag: bool,
    pub(crate) link: bool,
    /// Another brand, named by its word.
    pub(crate) rival: Option<Brand>,
}

impl Naming {
    /// Names `brand` in the given voice.
    pub(crate) fn of(brand: Brand, voice: Voice) -> Self {
        Self {
            brand: Some(brand),
            voice: Some(voice),
            ..Self::default()
        }
    }

    /// Carries the tag of `brand`.
    pub(crate) fn tagged(brand: Brand) -> Self {
        Self {
            brand: Some(brand),
            tag: true,
            ..Self::default()
        }
    }

    /// Carries a link to `brand`.
    pub(crate) fn linked(brand: Brand) -> Self {
        Self {
            brand: Some(brand),
            link: true,
            ..Self::default()
        }
    }

    /// This and the tag.
    pub(crate) fn with_tag(self, tag: bool) -> Self {
        Self { tag, ..self }
    }

    /// This and a link.
    pub(crate) fn with_link(self, link: bool) -> Self {
        Self { link, ..self }
    }
}

/// One wording of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Says {
    pub(crate) theme: Theme,
    pub(crate) language: Language,
    /// Chooses the sentence and what fills it.
    pub(crate) seed: u64,
    pub(crate) naming: Naming,
}

/// A post or repost.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) author: u32,
    pub(crate) at: Timestamp,
    /// How it points at which other acts.
    pub(crate) refs: Vec<(ReferenceKind, u32)>,
    /// `None` for a repost.
    pub(crate) says: Option<Says>,
    /// Whom the network mentions in front of a reply by itself.
    pub(crate) automatic: Vec<u32>,
    /// Whether the stream carries it: posts from before the day are referred to but never seen.
    pub(crate) seen: bool,
    /// Later wordings, in order.
    pub(crate) edits: Vec<(Timestamp, Says)>,
    pub(crate) deleted: Option<Timestamp>,
    /// How many acts refer to it.
    pub(crate) children: u32,
}

impl Act {
    pub(crate) fn is_repost(&self) -> bool {
        self.says.is_none()
    }

    /// What it says in the end.
    pub(crate) fn finally(&self) -> Option<Says> {
        self.edits.last().map(|&(_, says)| says).or(self.says)
    }
}

/// An account's change of state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) person: u32,
    pub(crate) state: AccountState,
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
}

/// The books.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    /// Whatever an act refers to stands before it.
    pub(crate) acts: Vec<Act>,
    pub(crate) turns: Vec<Turn>,
}

impl World {
    /// A world in which nobody lives but the brands: `2 * i` and `2 * i + 1` are main and support account of a brand on a network.
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = Self::default();
        for brand in Brand::ALL {
            for network in NETWORKS {
                for handle in [brand.facts().handle, brand.facts().support] {
                    world.brand_account(seed, brand, network, handle);
                }
            }
        }
        world
    }

    fn brand_account(&mut self, seed: u64, brand: Brand, network: Network, handle: &str) {
        let facts = brand.facts();
        let (id, handle) = address(
            network,
            "toot.example",
            handle,
            mix(seed, handle.len() as u64 ^ mix(7, brand as u64)),
        );
        self.people.push(Person {
            id,
            handle,
            name: facts.words[0].to_owned(),
            followers: facts.followers,
            told: true,
            bot: false,
            language: Language::English,
            born: Timestamp::from_seconds(1_400_000_000),
            owner: Some(brand),
        });
    }

    /// The account of `brand` that `voice` mentions on `network`.
    pub(crate) fn account(brand: Brand, voice: Voice, network: Network) -> u32 {
        let support = voice == Voice::Support && brand.facts().support != brand.facts().handle;
        (brand as u32 * 3 + crate::brand::slot(network) as u32) * 2 + u32::from(support)
    }

    /// What the brands want tracked.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let owned = |brand| {
            let accounts = NETWORKS.into_iter().flat_map(move |network| {
                let mut pair = vec![
                    Self::account(brand, Voice::Account, network),
                    Self::account(brand, Voice::Support, network),
                ];
                pair.dedup();
                pair
            });
            accounts.map(|account| self.owned_account(account)).collect()
        };
        Brand::ALL
            .into_iter()
            .map(|brand| brand.subject(owned(brand)))
            .collect()
    }

    fn owned_account(&self, person: u32) -> OwnedAccount {
        let person = &self.people[person as usize];
        OwnedAccount {
            network: Some(person.id.network()),
            native: Some(person.id.native().to_owned()),
            handles: vec![person.handle.clone()],
        }
    }

    pub(crate) fn person(&self, act: u32) -> &Person {
        &self.people[self.acts[act as usize].author as usize]
    }

    pub(crate) fn network(&self, act: u32) -> Network {
        self.person(act).id.network()
    }

    /// Writes down a post.
    pub(crate) fn post(&mut self, author: u32, at: Timestamp, theme: Theme, naming: Naming) -> u32 {
        self.refer(author, at, &[], Some((theme, naming)))
    }

    /// Writes down a post, or a repost where it says nothing, that refers to earlier acts of the same network.
    pub(crate) fn refer(
        &mut self,
        author: u32,
        at: Timestamp,
        refs: &[(ReferenceKind, u32)],
        says: Option<(Theme, Naming)>,
    ) -> u32 {
        let index = self.acts.len() as u32;
        let language = self.people[author as usize].language;
        let seed = mix(at.micros() as u64, u64::from(index));
        let says = says.map(|(theme, naming)| Says {
            theme,
            language: spoken(theme, language),
            seed,
            naming,
        });
        let automatic = refs.iter().find(|(kind, _)| *kind == ReferenceKind::Reply);
        let automatic = automatic
            .map(|&(_, parent)| self.prefix(author, parent))
            .unwrap_or_default();
        debug_assert!(
            says.is_none_or(|says| says.theme.names() == says.naming.voice.is_some()),
            "{says:?}"
        );
        for &(_, target) in refs {
            debug_assert!(
                !self.acts[target as usize].is_repost(),
                "networks let nobody refer to a repost"
            );
            self.acts[target as usize].children += 1;
        }
        let act = Act {
            author,
            at,
            refs: refs.to_vec(),
            says,
            automatic,
            seen: true,
            edits: vec![],
            deleted: None,
            children: 0,
        };
        self.acts.push(act);
        index
    }

    /// Whom X and Mastodon put in front of a reply: the author of what it answers, and whoever is mentioned there.
    fn prefix(&self, author: u32, parent: u32) -> Vec<u32> {
        let network = self.network(parent);
        if network == Network::Bluesky {
            return vec![];
        }
        let parent = &self.acts[parent as usize];
        let explicit = parent
            .says
            .and_then(|says| match (says.naming.brand, says.naming.voice) {
                (Some(brand), Some(voice @ (Voice::Account | Voice::Support))) => {
                    Some(Self::account(brand, voice, network))
                }
                _ => None,
            });
        let mut people: Vec<u32> = vec![];
        for person in std::iter::once(parent.author)
            .chain(parent.automatic.iter().copied())
            .chain(explicit)
        {
            if person != author && people.len() < 4 && !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// Event time of an act: Bluesky witnesses a commit a moment later, the others say when the post was made.
    pub(crate) fn witnessed(&self, act: u32) -> Timestamp {
        let at = self.acts[act as usize].at;
        match self.network(act) {
            Network::Bluesky => {
                Timestamp::from_micros(at.micros() + 150_000 + (mix(u64::from(act), 5) % 1_200_000) as i64)
            }
            _ => Timestamp::from_millis(at.millis()),
        }
    }

    /// How an account stands in the end.
    pub(crate) fn state(&self, person: u32) -> AccountState {
        let turns = self.turns.iter().filter(|turn| turn.person == person);
        turns
            .max_by_key(|turn| turn.seq)
            .map_or(AccountState::Active, |turn| turn.state)
    }
}

/// The id and the handle of an account called `name`.
pub(crate) fn address(network: Network, host: &str, name: &str, seed: u64) -> (AccountId, String) {
    match network {
        Network::Bluesky => {
            let mut did = String::new();
            ids::push_did(&mut did, seed);
            (ids::account_id(network, did), format!("{name}.bsky.social"))
        }
        Network::Mastodon => (
            ids::account_id(network, format!("https://{host}/@{name}")),
            format!("{name}@{host}"),
        ),
        Network::X | Network::Other => (
            ids::account_id(network, (1_000_000_000 + seed % 1_700_000_000_000_000_000).to_string()),
            name.to_owned(),
        ),
    }
}
