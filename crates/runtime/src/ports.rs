//! The ports that a service is handed. Which adapters stand behind them is decided here and nowhere else.

use std::sync::Arc;

use backtweet_domain::Clock;
use backtweet_store::Store;
use backtweet_stream::Log;

/// Everything a service reaches the world through.
#[derive(Clone)]
pub struct Ports {
    /// Topics.
    pub log: Arc<dyn Log>,
    /// Collections.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}
