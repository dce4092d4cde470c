//! How far a post travelled: a cascade as a tree, and the figures of its shape, its speed and its audience. Pure; which posts stand in
//! which cascade is found by the classifier, and kept by reporting.
//!
//! [`Tree`] is kept live, post by post, and can take a post out again. [`View`] is the same tree at one point in time, laid out in the
//! order of time: growth, speed, reproduction and every export are read from it.

pub mod export;
pub mod forecast;
mod growth;
mod propagation;
mod reproduction;
mod shape;
mod tree;
mod view;

pub use forecast::{Forecast, INTERVAL, NoForecast};
pub use growth::{Bucket, Growth};
pub use propagation::{Propagation, nearest_rank};
pub use reproduction::{HORIZON, Reproduction};
pub use shape::Shape;
pub use tree::{Node, Passing, Tree};
pub use view::{Entry, Totals, View};

#[cfg(test)]
pub(crate) mod tests;
