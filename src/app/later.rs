//! Something that another thread works out, taken in when it is there.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// A value to come; none is under way by default.
pub(super) struct Later<T> {
    receiver: Option<Receiver<T>>,
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self { receiver: None }
    }
}

impl<T: Send + 'static> Later<T> {
    /// Works something out on another thread, instead of what was under way; a frame is drawn when it is there.
    pub(super) fn start(&mut self, ctx: &egui::Context, work: impl FnOnce() -> T + Send + 'static) {
        let (sender, receiver) = channel();
        let ctx = ctx.clone();
        std::thread::spawn(move || {
            // Nobody may wait for it any more.
            let _ = sender.send(work());
            ctx.request_repaint();
        });
        self.receiver = Some(receiver);
    }

    /// True while nothing has come of it yet.
    pub(super) const fn is_under_way(&self) -> bool {
        self.receiver.is_some()
    }

    /// The value, once.
    pub(super) fn take(&mut self) -> Option<T> {
        match self.receiver.as_ref()?.try_recv() {
            Ok(value) => {
                self.receiver = None;
                Some(value)
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.receiver = None;
                None
            }
        }
    }
}
