//! What crosses services, driven through the real program as its users drive it.

/// A subject and its posts, for what goes wrong in the middle of a push.
mod acme;
/// Bad command lines, bad lines, bad files: named, counted, and nothing else lost.
mod bad_input;
/// Campaigns, praise, owned pages and the people around a subject.
mod campaigns;
/// How far a post travelled, whatever came first and what is taken back.
mod cascades;
/// The four services as processes of their own over Kafka and Redis, some of them killed.
mod cluster;
/// People say where the model is wrong, and measure a model on that; the model is chosen by configuration.
mod corrections;
/// Killed in the middle of a push and started again: the figures are those of an undisturbed run.
mod crash;
/// The demo's figures are those of the synthetic network's own oracle.
mod demo;
/// What a user finds in the folder after an export.
mod export;
/// A Redis that falls and comes back without its last writes.
mod faults;
/// The filters on standard input.
mod filters;
/// Collectors as processes of their own that share what there is to collect, some of them killed.
mod fleet;
/// Every call of the report service, asked by a client that knows it by reflection alone.
mod grpcurl;
/// A subject put in the middle of everything, with what was retained read for it.
mod history;
/// The report as one page, in a real browser.
mod html;
/// Bluesky live, from a fake Jetstream: who points back, what was seen, and what was missed.
mod live;
/// The sentiment models on texts of one's own.
mod models;
/// Mastodon, X and files, live and all at once.
mod networks;
/// Who speaks for a brand, whom they reach, and what of that is known.
mod people;
/// Real posts of three networks: the figures are those counted from the raw files by other means, on both kinds of adapters.
mod real_data;
/// Reports that are delivered by themselves, also where the program is killed before it could note that.
mod schedules;
/// Counts from raw files, sharing no code with the suite.
mod truth;
