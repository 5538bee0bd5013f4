//! How a consumer asks a queue for messages: one receive after the other, each waiting a while for something to come.
//!
//! Nothing happens while a consumer asks in vain: how often it did is worked out when a message comes.

/// How consumers of a queue ask. Times in nanoseconds; `wait` and `pause` are not both 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// How long one receive waits for a message (long polling); 0 for a look that comes back at once.
    pub wait: u64,
    /// How long the consumer pauses after a receive that brought nothing.
    pub pause: u64,
}

impl Polling {
    /// From one receive in vain to the next.
    fn round(self) -> u64 {
        self.wait.saturating_add(self.pause).max(1)
    }
}

/// A consumer that asks a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Poller {
    /// When it began to ask, if it does.
    since: Option<u64>,
    /// It has been told when to come for a message.
    called: bool,
}

impl Poller {
    /// The consumer found nothing: it goes on asking from now on.
    pub fn begin(&mut self, now: u64) {
        self.since.get_or_insert(now);
    }

    /// When a consumer gets a message that has just come: at once while a receive waits, or with its next receive.
    /// None when it has been told of that one already.
    pub fn call(&mut self, now: u64, polling: Polling) -> Option<u64> {
        if self.is_asking(now, polling) {
            return Some(now);
        }
        if std::mem::replace(&mut self.called, true) {
            return None;
        }
        let round = polling.round();
        Some(now.saturating_add(round - (now - self.since?) % round))
    }

    /// True unless the consumer pauses after a receive that brought nothing.
    #[must_use]
    pub fn is_asking(&self, now: u64, polling: Polling) -> bool {
        let Some(since) = self.since else { return true };
        let into = (now - since) % polling.round();
        into == 0 || into <= polling.wait
    }

    /// The consumer comes with the receive it was told of.
    pub fn come(&mut self) {
        self.called = false;
    }

    /// The consumer asks no more, because it has a message or cannot work. Answers how many receives brought nothing.
    pub fn end(&mut self, now: u64, polling: Polling) -> u64 {
        let empty = self.empty(now, polling);
        *self = Self::default();
        empty
    }

    /// How many receives have brought nothing since it began to ask.
    #[must_use]
    pub fn empty(&self, now: u64, polling: Polling) -> u64 {
        let Some(since) = self.since else { return 0 };
        let (rounds, into) = ((now - since) / polling.round(), (now - since) % polling.round());
        // The first look of all brought nothing: that is why it asks again.
        rounds + u64::from(into > polling.wait || polling.wait == 0 && into > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    #[test]
    fn a_long_poll_gets_a_message_at_once_and_a_short_one_with_its_next_look() {
        let long = Polling { wait: 20 * S, pause: 0 };
        let mut poller = Poller::default();
        poller.begin(0);
        assert_eq!(poller.empty(65 * S, long), 3, "three receives of 20 s each");
        assert_eq!(poller.call(65 * S, long), Some(65 * S));
        assert_eq!(poller.end(65 * S, long), 3);
        assert_eq!(poller.call(70 * S, long), Some(70 * S), "one that does not ask looks at once");

        let short = Polling { wait: 0, pause: S };
        let mut poller = Poller::default();
        poller.begin(10 * S);
        assert_eq!(poller.call(12 * S + 1, short), Some(13 * S));
        assert_eq!(poller.call(12 * S + 2, short), None, "once is enough");
        assert_eq!(poller.end(13 * S, short), 3, "at 10, 11 and 12");

        let mixed = Polling { wait: 2 * S, pause: S };
        let mut poller = Poller::default();
        poller.begin(0);
        assert_eq!(poller.call(S, mixed), Some(S));
        assert_eq!(poller.end(S, mixed), 0);
        poller.begin(S);
        assert_eq!(poller.call(3 * S + S / 2, mixed), Some(4 * S), "in the pause");
        assert_eq!(poller.end(4 * S, mixed), 1);
    }
}
