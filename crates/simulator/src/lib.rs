//! A synthetic social network with its oracle: a day of three brands whose true figures are known ([`Day`]), and an endless stream for
//! measuring ([`Load`]). Nothing here is needed by a service at run time.

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

pub use day::Day;
pub use oracle::{Intended, Truth};
pub use stream::Load;
