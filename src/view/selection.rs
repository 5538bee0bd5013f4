//! The selection: what the next action is about. It is not part of the document.

use std::collections::BTreeSet;

use crate::board::{Board, FrameId, Key, LineId, LinkId, Rect, StickyId};

/// Something placed on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A sticky.
    Sticky(StickyId),
    /// A link.
    Link(LinkId),
    /// A frame.
    Frame(FrameId),
    /// A pivotal-event line.
    Line(LineId),
}

impl Item {
    /// The key of its record.
    #[must_use]
    pub const fn key(self) -> Key {
        match self {
            Self::Sticky(id) => Key::Sticky(id),
            Self::Link(id) => Key::Link(id),
            Self::Frame(id) => Key::Frame(id),
            Self::Line(id) => Key::Line(id),
        }
    }

    /// The item of a record's key; none for definitions and scenarios.
    #[must_use]
    pub const fn of(key: &Key) -> Option<Self> {
        Some(match key {
            Key::Sticky(id) => Self::Sticky(*id),
            Key::Link(id) => Self::Link(*id),
            Key::Frame(id) => Self::Frame(*id),
            Key::Line(id) => Self::Line(*id),
            _ => return None,
        })
    }

    /// Its place on the canvas; for a link, around both its ends.
    #[must_use]
    pub fn rect(self, board: &Board) -> Option<Rect> {
        match self {
            Self::Sticky(id) => board.stickies.get(&id).map(crate::board::Sticky::rect),
            Self::Frame(id) => board.frames.get(&id).map(crate::board::Frame::rect),
            Self::Link(id) => {
                let link = board.links.get(&id)?;
                Some(board.stickies.get(&link.from)?.rect().union(board.stickies.get(&link.to)?.rect()))
            }
            Self::Line(_) => None,
        }
    }
}

/// A set of items, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    items: BTreeSet<Item>,
}

impl FromIterator<Item> for Selection {
    fn from_iter<T: IntoIterator<Item = Item>>(items: T) -> Self {
        Self { items: items.into_iter().collect() }
    }
}

impl Selection {
    /// One item.
    #[must_use]
    pub fn one(item: Item) -> Self {
        Self::from_iter([item])
    }

    /// The items.
    pub fn iter(&self) -> impl Iterator<Item = Item> + '_ {
        self.items.iter().copied()
    }

    /// The stickies among them.
    pub fn stickies(&self) -> impl Iterator<Item = StickyId> + '_ {
        self.iter().filter_map(|item| match item {
            Item::Sticky(id) => Some(id),
            _ => None,
        })
    }

    /// The only item, when there is just one.
    #[must_use]
    pub fn only(&self) -> Option<Item> {
        if self.items.len() == 1 { self.items.first().copied() } else { None }
    }

    /// The only sticky, when just one item is selected and it is a sticky.
    #[must_use]
    pub fn only_sticky(&self) -> Option<StickyId> {
        match self.only() {
            Some(Item::Sticky(id)) => Some(id),
            _ => None,
        }
    }

    /// How many items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True when nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// True when this item is selected.
    #[must_use]
    pub fn contains(&self, item: Item) -> bool {
        self.items.contains(&item)
    }

    /// Adds an item, or takes it out when it is there.
    pub fn toggle(&mut self, item: Item) {
        if !self.items.remove(&item) {
            self.items.insert(item);
        }
    }

    /// Adds items.
    pub fn extend(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        self.items.clear();
    }

    /// Forgets items that are no longer on the board.
    pub fn keep_existing(&mut self, board: &Board) {
        self.items.retain(|item| board.has(&item.key()));
    }

    /// The smallest rectangle around the selected items.
    #[must_use]
    pub fn bounds(&self, board: &Board) -> Option<Rect> {
        self.iter().filter_map(|item| item.rect(board)).reduce(Rect::union)
    }

    /// The keys of the selected records.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.iter().map(Item::key).collect()
    }
}
