//! Scores what a post feels. The models are behind one trait; the stage asks one of them about every finding that has words, and the gRPC
//! service about any text. What people say where a model is wrong is kept here too.

mod api;
pub mod auto;
pub mod corpus;
mod corrections;
pub mod deep;
pub mod fast;
pub mod figures;
mod hash;
mod id;
mod kept;
pub mod labelled;
pub mod language;
pub mod measure;
pub mod model;
pub mod models;
mod polarity;
pub mod prepare;
mod service;
pub mod stage;
pub mod target;
pub mod vader;

pub use api::SentimentApi;
pub use auto::Auto;
pub use deep::Deep;
pub use fast::Fast;
pub use model::{Model, Text};
pub use models::{Choice, Folders, LoadError};
pub use service::{Config, Error, Scoring};
pub use stage::ScoreStage;
pub use vader::Vader;
