//! A synthetic social network with its oracle: a day of three brands whose true figures are known ([`Day`]), and an endless stream for
//! measuring ([`Load`]), and an archive of scored events for measuring reports ([`Archive`]). Nothing here is needed by a service at run time.

mod archive;
mod brand;
pub mod day;
mod ids;
pub mod oracle;
mod render;
mod rng;
pub mod servers;
pub mod stream;
mod text;
mod world;

pub use archive::{Archive, Events, Fact, Truth as ArchiveTruth};
pub use day::Day;
pub use oracle::{Intended, Truth};
pub use stream::Load;
