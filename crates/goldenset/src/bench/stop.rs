//! Ending a benchmark early without leaving anything behind.

use tokio::sync::watch;

/// Says whether a benchmark is to end. Clones say the same.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Ends a benchmark; it goes on where this is dropped.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// A pair of the two.
#[must_use]
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// What is under way is given up, and what was made for it goes.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it was said.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is said.
    pub(super) async fn asked(mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody is left who could say it.
            std::future::pending().await
        }
    }
}
