//! A bar on a terminal for long work: how much of the whole is done, and what is being done. Nothing elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How long work may take before a bar appears.
const PATIENCE: Duration = Duration::from_millis(400);
/// The characters of the bar.
const WIDTH: usize = 30;

/// One piece of long work.
pub(super) struct Progress {
    started: Option<Instant>,
    shown: String,
}

impl Progress {
    /// Work begins; nothing is shown yet.
    pub(super) fn new() -> Self {
        Self { started: std::io::stderr().is_terminal().then(Instant::now), shown: String::new() }
    }

    /// The share of the whole that is done, between 0 and 1, and what is being done.
    pub(super) fn show(&mut self, share: f32, doing: &str) {
        if self.started.is_none_or(|started| started.elapsed() < PATIENCE) {
            return;
        }
        let text = line(share, doing);
        if text != self.shown {
            let _ = write!(std::io::stderr(), "\r{text}\x1b[K");
            self.shown = text;
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        if !std::mem::take(&mut self.shown).is_empty() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// A bar with its percentage.
fn line(share: f32, doing: &str) -> String {
    let share = share.clamp(0.0, 1.0);
    let filled = (share * WIDTH as f32) as usize;
    let (bar, rest) = ("█".repeat(filled), "░".repeat(WIDTH - filled));
    format!("{bar}{rest} {:3.0} %  {doing}", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_with_the_share() {
        assert!(line(0.0, "x").starts_with('░'));
        assert_eq!(line(0.5, "reading").matches('█').count(), WIDTH / 2);
        assert!(line(2.0, "done").ends_with("100 %  done"));
    }
}
