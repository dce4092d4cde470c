//! Single cases of retention, each told by what a user would see.
