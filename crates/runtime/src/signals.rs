//! SIGINT and SIGTERM as one future. The first asks to stop; the second does not ask.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Exit code after a second signal: the shell's for SIGINT.
const IMPATIENT: i32 = 130;

/// Both signals, caught from the moment this exists.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Catches the signals from now on. Needs a tokio runtime.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the first signal and returns its name. From then on a second one ends the process at once.
    pub async fn first(mut self) -> &'static str {
        let name = self.next().await;
        tokio::spawn(async move {
            let name = self.next().await;
            tracing::warn!("{name} again: exiting at once");
            std::process::exit(IMPATIENT);
        });
        name
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_signal_ends_the_wait_and_not_the_process() {
        let signals = Signals::catch().unwrap();
        let sent = Command::new("kill")
            .args(["-TERM", &std::process::id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let name = tokio::time::timeout(Duration::from_secs(20), signals.first())
            .await
            .unwrap();
        assert_eq!(name, "SIGTERM");
    }
}
