//! How figures and posts look, in text and in JSON. Nothing is computed here that a service did not say.

pub mod as_of;
pub mod author;
pub mod bars;
pub mod cascade;
pub mod comparison;
pub mod figures;
pub mod heat;
pub mod item;
pub mod kept;
pub mod manifest;
pub mod permission;
pub mod reach;
pub mod zone;
