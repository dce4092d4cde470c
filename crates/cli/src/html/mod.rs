//! The report as one HTML file that can be read, printed and forwarded without anything else: no script, no request, no font to fetch.
//! `gather` asks a suite for the figures, `page` says in which order they are told, the others draw one picture each.

mod axis;
mod cascade;
mod facts;
mod gather;
mod heat;
mod page;
mod people;
mod posts;
mod tables;
mod timeline;

pub use gather::gather;
pub use page::page;
