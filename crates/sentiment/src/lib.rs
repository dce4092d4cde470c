//! Scores what a post feels.
