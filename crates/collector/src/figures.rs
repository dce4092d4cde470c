//! What the collector counts, by wire. Events that clients hand in ready-made count as wire `event`.

use metrics::counter;

/// The wire of events that came ready-made.
pub(crate) const EVENTS: &str = "event";

/// What some lines of one wire came to.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) lines: u64,
    pub(crate) events: u64,
    pub(crate) ignored: u64,
    pub(crate) repaired: u64,
    pub(crate) refused: u64,
}

impl Figures {
    pub(crate) fn count(self, wire: &'static str) {
        counter!("backtweet_collector_lines_total", "wire" => wire).increment(self.lines);
        counter!("backtweet_collector_events_total", "wire" => wire).increment(self.events);
        counter!("backtweet_collector_ignored_total", "wire" => wire).increment(self.ignored);
        counter!("backtweet_collector_repaired_total", "wire" => wire).increment(self.repaired);
        counter!("backtweet_collector_refused_total", "wire" => wire).increment(self.refused);
    }
}
