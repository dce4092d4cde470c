//! What `backtweet schedule` takes.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Schedule {
    /// Show each schedule: what is due next, what was delivered last, and what went wrong
    List,
    /// Deliver what is due from a running suite, until Ctrl-C; `backtweet up` does so by itself
    Run,
    /// Deliver a schedule's last report now, to try it out
    Send {
        /// The schedule
        name: String,
    },
}
