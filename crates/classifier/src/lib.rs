//! Finds which posts point back at a subject, how, what their authors want, and where in which cascade they stand.

pub mod index;
mod text;
