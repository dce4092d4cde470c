//! Places to test in, and small stages and stores to test with.

pub mod logs;
pub mod members;
pub mod place;
pub mod stages;
pub mod stores;
