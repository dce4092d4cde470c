//! The `backtweet` program.
fn main() {}
