//! The transformer.

pub mod tokens;
