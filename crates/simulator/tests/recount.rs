//! Counts a day again from its events alone, the way a careful outsider would, and holds the result against the oracle. What is
//! counted here is read from ids, entities and texts, never from the simulator's books.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use backtweet_domain::{AccountId, AccountState, Kind, KindSet, Post, PostEvent, PostId, ReferenceKind, Role, Subject};
use backtweet_simulator::{Day, Truth};
use backtweet_wire::v1::{Count, Figures};

static DAY: LazyLock<Day> = LazyLock::new(|| Day::new(11));

/// The network as it stands after all events: the highest revision of each post, unless a deletion outranks it.
#[derive(Default)]
struct Final {
    posts: HashMap<PostId, Post>,
    deleted: HashMap<PostId, u64>,
    accounts: HashMap<AccountId, (u64, AccountState)>,
}

impl Final {
    fn after(events: impl IntoIterator<Item = PostEvent>) -> Self {
        let mut end = Self::default();
        for event in events {
            match event {
                PostEvent::Created { post } | PostEvent::Edited { post } => {
                    let newer = end
                        .posts
                        .get(&post.id)
                        .is_none_or(|known| known.revision < post.revision);
                    if newer {
                        end.posts.insert(post.id.clone(), *post);
                    }
                }
                PostEvent::Deleted { id, revision, .. } => {
                    let highest = end.deleted.entry(id).or_default();
                    *highest = revision.max(*highest);
                }
                PostEvent::Account(change) => {
                    let state = end.accounts.entry(change.account).or_insert((change.seq, change.state));
                    *state = (*state).max((change.seq, change.state));
                }
                PostEvent::Engagement { .. } | PostEvent::Follow(_) => {}
            }
        }
        end
    }

    fn counts(&self, post: &Post) -> bool {
        let active = self
            .accounts
            .get(&post.author.id)
            .is_none_or(|(_, state)| *state == AccountState::Active);
        active
            && self
                .deleted
                .get(&post.id)
                .is_none_or(|&revision| revision < post.revision)
    }
}

/// What a post is to a subject.
struct Seen {
    role: Role,
    kinds: KindSet,
    automatic: bool,
    depth: u32,
}

struct Outsider<'a> {
    end: &'a Final,
    subject: &'a Subject,
    ids: BTreeSet<(&'a str, &'a str)>,
    handles: BTreeSet<(&'a str, String)>,
    seen: HashMap<PostId, Option<Seen>>,
}

impl<'a> Outsider<'a> {
    fn new(end: &'a Final, subject: &'a Subject) -> Self {
        let network =
            |account: &'a backtweet_domain::OwnedAccount| account.network.expect("brands say which network").name();
        Self {
            end,
            subject,
            ids: subject
                .accounts
                .iter()
                .map(|account| {
                    (
                        network(account),
                        account.native.as_deref().expect("brands say which id"),
                    )
                })
                .collect(),
            handles: subject
                .accounts
                .iter()
                .map(|account| (network(account), account.handles[0].to_lowercase()))
                .collect(),
            seen: HashMap::new(),
        }
    }

    fn owns(&self, account: &AccountId) -> bool {
        self.ids.contains(&(account.network().name(), account.native()))
    }

    /// Works out a post after everything that it refers to.
    fn place(&mut self, id: &PostId) {
        if self.seen.contains_key(id) {
            return;
        }
        let found = self.end.posts.get(id).and_then(|post| {
            post.references
                .iter()
                .filter_map(|to| to.target.as_ref())
                .for_each(|target| self.place(target));
            self.judge(post)
        });
        self.seen.insert(id.clone(), found);
    }

    fn parent(&self, post: &Post) -> Option<&Seen> {
        [ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply]
            .into_iter()
            .filter_map(|kind| post.reference(kind)?.target.as_ref())
            .find_map(|target| self.seen[target].as_ref())
    }

    fn judge(&self, post: &Post) -> Option<Seen> {
        let parent = self.parent(post).map(|parent| parent.depth + 1);
        let depth = parent.unwrap_or(0);
        let seen = |role, kinds, automatic, depth| {
            Some(Seen {
                role,
                kinds,
                automatic,
                depth,
            })
        };
        if self.owns(&post.author.id) {
            return match post.references.first() {
                Some(_) if post.is_repost() => None,
                Some(_) if post.reference(ReferenceKind::Reply).is_some() => {
                    seen(Role::Answer, KindSet::EMPTY, false, depth)
                }
                _ => seen(Role::Origin, KindSet::EMPTY, false, 0),
            };
        }
        let (kinds, automatic) = self.kinds(post);
        match parent {
            _ if !kinds.is_empty() => seen(Role::Backtweet, kinds, automatic, depth),
            Some(depth) => seen(Role::Indirect, kinds, false, depth),
            None => None,
        }
    }

    fn kinds(&self, post: &Post) -> (KindSet, bool) {
        let mut kinds = KindSet::EMPTY;
        for to in &post.references {
            let named = to.author.as_ref().is_some_and(|author| self.owns(author));
            let found = to
                .target
                .as_ref()
                .and_then(|target| self.end.posts.get(target))
                .is_some_and(|there| self.owns(&there.author.id));
            if named || found {
                kinds = kinds.with(match to.kind {
                    ReferenceKind::Repost => Kind::Repost,
                    ReferenceKind::Quote => Kind::Quote,
                    ReferenceKind::Reply => Kind::Reply,
                });
            }
        }
        let network = post.id.network().name();
        let ours = |mention: &&backtweet_domain::Mention| {
            let by_handle = mention
                .handle
                .clone()
                .is_some_and(|handle| self.handles.contains(&(network, handle)));
            by_handle || mention.account.as_ref().is_some_and(|account| self.owns(account))
        };
        let mentions: Vec<_> = post.entities.mentions.iter().filter(ours).collect();
        if !mentions.is_empty() {
            kinds = kinds.with(Kind::Mention);
        }
        let automatic = kinds == KindSet::EMPTY.with(Kind::Mention) && mentions.iter().all(|mention| mention.automatic);
        let tagged = |tag: &backtweet_domain::Hashtag| {
            self.subject
                .hashtags
                .iter()
                .any(|ours| ours.eq_ignore_ascii_case(&tag.tag))
        };
        let own = [
            (
                post.entities.links.iter().any(|link| self.links(&link.canonical)),
                Kind::Link,
            ),
            (post.entities.hashtags.iter().any(tagged), Kind::Hashtag),
            (
                self.subject.keywords.iter().any(|word| says(&post.text, word)),
                Kind::Keyword,
            ),
        ];
        let kinds_of_text: KindSet = own
            .into_iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, kind)| kind)
            .collect();
        (kinds.union(kinds_of_text), automatic && kinds_of_text.is_empty())
    }

    fn links(&self, page: &str) -> bool {
        let host = page
            .trim_start_matches("https://")
            .split('/')
            .next()
            .unwrap_or_default();
        let below = |domain: &String| host == domain || host.ends_with(&format!(".{domain}"));
        self.subject.domains.iter().any(below) || self.subject.links.iter().any(|link| link == page)
    }

    /// Figures of the counting posts for which `wanted` holds, and the greatest depth among them.
    fn figures(&self, wanted: impl Fn(&Post) -> bool) -> (Figures, u32) {
        let mut figures = Figures::default();
        let (mut authors, mut deepest) = (BTreeSet::new(), 0);
        let [mut kinds, mut networks, mut languages] = [(); 3].map(|()| BTreeMap::<String, u64>::new());
        for (id, seen) in &self.seen {
            let (Some(seen), Some(post)) = (seen, self.end.posts.get(id)) else {
                continue;
            };
            if !self.end.counts(post) || !wanted(post) {
                continue;
            }
            deepest = deepest.max(seen.depth);
            match seen.role {
                Role::Origin => figures.origins += 1,
                Role::Answer => figures.answers += 1,
                Role::Indirect => figures.indirect += 1,
                Role::Backtweet => {
                    figures.backtweets += 1;
                    let repost = seen.kinds.contains(Kind::Repost);
                    *(if repost {
                        &mut figures.reposts
                    } else {
                        &mut figures.citations
                    }) += 1;
                    figures.automatic += u64::from(seen.automatic);
                    figures.impressions += post.author.followers.unwrap_or(0);
                    figures.impressions_unknown += u64::from(post.author.followers.is_none());
                    authors.insert(&post.author.id);
                    seen.kinds
                        .iter()
                        .for_each(|kind| *kinds.entry(kind.name().to_owned()).or_default() += 1);
                    *networks.entry(id.network().name().to_owned()).or_default() += 1;
                    *languages
                        .entry(post.language.clone().unwrap_or("und".to_owned()))
                        .or_default() += 1;
                }
            }
        }
        figures.authors = authors.len() as u64;
        let rows =
            |counts: BTreeMap<String, u64>| counts.into_iter().map(|(name, count)| Count { name, count }).collect();
        (figures.kinds, figures.networks, figures.languages) = (rows(kinds), rows(networks), rows(languages));
        (figures, deepest)
    }
}

/// Whether `word` stands in `text` whole, whatever its case.
fn says(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next())
    })
}

fn agrees(end: &Final, subject: &Subject, truth: &Truth) {
    let mut count = Outsider::new(end, subject);
    end.posts.keys().for_each(|id| count.place(id));
    count.seen.retain(|_, seen| seen.is_some());
    let (figures, deepest) = count.figures(|_| true);
    let tidy = backtweet_simulator::oracle::comparable;
    assert_eq!(tidy(&figures), tidy(&truth.figures), "{}", subject.id);
    assert_eq!(deepest, truth.deepest, "{}", subject.id);
    for (start, hour) in &truth.hours {
        let within = |post: &Post| (*start..start + 3_600_000_000).contains(&post.witnessed_at.micros());
        assert_eq!(tidy(&count.figures(within).0), tidy(hour), "{} at {start}", subject.id);
    }
}

#[test]
fn the_truth_is_what_the_events_say() {
    let end = Final::after(DAY.events());
    for (subject, truth) in DAY.subjects().iter().zip(DAY.oracle()) {
        assert_eq!(subject.id, truth.subject);
        agrees(&end, subject, &truth);
    }
}

#[test]
fn the_truth_is_the_same_in_whatever_order_the_events_come() {
    let mut events: Vec<PostEvent> = DAY.events().collect();
    let mut state = 1u64;
    for place in (1..events.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        events.swap(place, (state >> 33) as usize % (place + 1));
    }
    let end = Final::after(events);
    for (subject, truth) in DAY.subjects().iter().zip(DAY.oracle()) {
        agrees(&end, subject, &truth);
    }
}

#[test]
fn nothing_but_what_is_meant_names_a_brand() {
    let words: Vec<String> = DAY
        .subjects()
        .into_iter()
        .flat_map(|subject| subject.keywords)
        .collect();
    let named = DAY.events().filter(|event| match event {
        PostEvent::Created { post } => words.iter().any(|word| says(&post.text, word)),
        _ => false,
    });
    let share = named.count() * 100 / DAY.len();
    assert!((2..30).contains(&share), "{share} of 100 texts hold a tracked word");
}
