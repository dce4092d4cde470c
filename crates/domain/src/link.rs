//! The canonical form of links, so that one page is one page however it was shared.
