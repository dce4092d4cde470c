//! Finds which posts point back at a subject, how, what their authors want, and where in which cascade they stand.

mod account;
mod api;
mod attribution;
mod classify;
pub mod config;
mod expiry;
mod hash;
mod history;
pub mod index;
pub mod intent;
mod lineage;
pub mod query;
mod service;
pub mod spam;
pub mod stage;
pub mod subjects;
mod text;

pub use api::{ClassifierApi, explained, plain_post, validate, with_entities};
pub use classify::{TextClass, classify_text};
pub use config::{Bounds, Config};
pub use expiry::Watermark;
pub use index::{Match, SubjectIndex};
pub use service::{Classifier, Error};
pub use stage::ClassifyStage;
pub use subjects::Subjects;
