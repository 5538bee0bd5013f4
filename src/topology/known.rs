//! What a topology remembers of the board it was derived from: enough to tell what an edit changes, in tables so dense
//! that looking through one takes a fraction of a millisecond.

use super::{ChannelIx, MessageIx};
use crate::board::{LinkId, StickyId, StickyKind};

/// The tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// By id.
    pub stickies: Vec<KnownSticky>,
    /// By id.
    pub links: Vec<KnownLink>,
    /// The channel of what passes through no channel sticky.
    pub default_channel: Option<ChannelIx>,
}

/// What a sticky stood for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownSticky {
    pub id: StickyId,
    pub kind: StickyKind,
    /// The message it shows; none for a nameless one.
    pub message: Option<MessageIx>,
    /// The channel it shows.
    pub channel: Option<ChannelIx>,
}

/// What a link joined, whether that is on the board or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownLink {
    pub id: LinkId,
    pub from: StickyId,
    pub to: StickyId,
}

impl Known {
    pub(super) fn sticky(&self, id: StickyId) -> Option<&KnownSticky> {
        self.stickies.binary_search_by_key(&id, |known| known.id).ok().map(|at| &self.stickies[at])
    }

    pub(super) fn kind(&self, id: StickyId) -> Option<StickyKind> {
        self.sticky(id).map(|known| known.kind)
    }

    pub(super) fn link(&self, id: LinkId) -> Option<&KnownLink> {
        self.links.binary_search_by_key(&id, |known| known.id).ok().map(|at| &self.links[at])
    }

    /// Puts a sticky in its place, instead of the one that was known, or takes it out.
    pub(super) fn set_sticky(&mut self, id: StickyId, now: Option<KnownSticky>) {
        set(&mut self.stickies, |known| known.id.cmp(&id), now);
    }

    /// Puts a link in its place, instead of the one that was known, or takes it out.
    pub(super) fn set_link(&mut self, id: LinkId, now: Option<KnownLink>) {
        set(&mut self.links, |known| known.id.cmp(&id), now);
    }
}

fn set<T>(table: &mut Vec<T>, order: impl Fn(&T) -> std::cmp::Ordering, now: Option<T>) {
    match (table.binary_search_by(order), now) {
        (Ok(at), Some(now)) => table[at] = now,
        (Ok(at), None) => drop(table.remove(at)),
        (Err(at), Some(now)) => table.insert(at, now),
        (Err(_), None) => {}
    }
}
