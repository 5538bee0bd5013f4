//! A draft: operations gathered against a board that stays as it is, with what follows from them.

use super::{Edit, Op, diff, squash};
use crate::board::{
    Board, Key, Link, LinkId, Point, Record, Rect, Size, Sticky, StickyId, StickyKind, order,
};

/// Gathers the operations of one edit. It works on its own copy of the records it changes, so later steps see
/// earlier ones.
#[derive(Clone, Debug)]
pub struct Draft {
    board: Board,
    ops: Vec<Op>,
}

impl Draft {
    /// A draft on top of a board.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        Self { board: board.clone(), ops: Vec::new() }
    }

    /// The board as it would be.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    fn push(&mut self, op: Op) {
        // Operations are made from the draft's own board, so they fit it.
        super::apply(&mut self.board, std::slice::from_ref(&op)).expect("made to fit");
        self.ops.push(op);
    }

    /// Puts a record in, or changes the one of the same key into it.
    pub fn put(&mut self, record: Record) {
        match self.board.record(&record.key()) {
            None => self.push(Op::Insert(record)),
            Some(before) => diff(&before, &record).into_iter().for_each(|op| self.push(op)),
        }
    }

    /// Puts a sticky in, and the definition its name stands for where the board does not state it yet.
    pub fn put_sticky(&mut self, id: StickyId, sticky: Sticky) {
        let definition = Board::definition_key(&sticky);
        self.put(Record::Sticky(id, Box::new(sticky)));
        if let Some(key) = definition {
            self.define(&key);
        }
    }

    /// States an empty definition where there is none.
    pub fn define(&mut self, key: &Key) {
        if !self.board.has(key)
            && let Some(record) = empty_definition(key)
        {
            self.push(Op::Insert(record));
        }
    }

    /// Takes a record out; with a sticky go its links, and with a link the outcomes that rest on it.
    pub fn remove(&mut self, key: &Key) {
        match key {
            Key::Sticky(id) => {
                let of_sticky = |link: &Link| link.from == *id || link.to == *id;
                let links: Vec<LinkId> =
                    self.board.links.iter().filter(|(_, link)| of_sticky(link)).map(|(id, _)| *id).collect();
                links.into_iter().for_each(|link| self.remove(&Key::Link(link)));
            }
            Key::Link(id) => {
                let resting: Vec<_> = self
                    .board
                    .links
                    .iter()
                    .filter(|(_, link)| link.outcome == crate::board::Outcome::OnFailureOf(*id))
                    .map(|(id, link)| (*id, link.clone()))
                    .collect();
                for (id, mut link) in resting {
                    link.outcome = crate::board::Outcome::Always;
                    self.put(Record::Link(id, Box::new(link)));
                }
            }
            _ => {}
        }
        if let Some(record) = self.board.record(key) {
            self.push(Op::Remove(record));
        }
    }

    /// Puts a channel sticky of this name on a link, near its middle where nothing else stands. What the receiving end
    /// says about the message stays on the link that reaches it. None when the link or one of its ends is not there.
    pub fn interpose(&mut self, id: LinkId, channel: &str, peer: u32) -> Option<StickyId> {
        let mut ids = self.board.id_gen(peer);
        let link = self.board.links.get(&id)?.clone();
        let (from, to) = (self.board.stickies.get(&link.from)?, self.board.stickies.get(&link.to)?);
        let (a, b) = (from.rect().center(), to.rect().center());
        let size = StickyKind::Channel.row().size;
        let wanted = Point::new((a.x + b.x - size.w) / 2.0, (a.y + b.y - size.h) / 2.0);
        let at = free_spot(&self.board, wanted, size);
        let top = self.board.stickies.values().map(|sticky| sticky.layer.as_str()).max().unwrap_or("");
        let layer = order::between(top, "");
        let name = channel.to_owned();
        let sticky = StickyId(ids.mint());
        self.put_sticky(sticky, Sticky { kind: StickyKind::Channel, name, at, layer, ..Sticky::default() });
        let enters = Link { from: link.from, to: sticky, order: link.order.clone(), ..Link::default() };
        self.put(Record::Link(LinkId(ids.mint()), Box::new(enters)));
        let leaves = Link { from: sticky, order: String::new(), mode: None, ..link };
        self.put(Record::Link(id, Box::new(leaves)));
        Some(sticky)
    }

    /// The finished edit, squashed.
    #[must_use]
    pub fn finish(self, label: impl Into<String>) -> Edit {
        Edit::new(label, squash(&self.ops))
    }
}

/// The nearest place to `wanted`, downwards, where a note of this size covers no other.
fn free_spot(board: &Board, wanted: Point, size: Size) -> Point {
    let covered =
        |at: Point| board.stickies.values().any(|sticky| sticky.rect().intersects(Rect::at(at, size)));
    (0u8..64).map(|step| wanted.moved(0.0, 20.0 * f32::from(step))).find(|at| !covered(*at)).unwrap_or(wanted)
}

/// An empty definition under a key; `None` for keys that are not definitions.
fn empty_definition(key: &Key) -> Option<Record> {
    Some(match key.clone() {
        Key::Service(name) => Record::Service(name, Box::default()),
        Key::Event(name) => Record::Event(name, Box::default()),
        Key::Command(name) => Record::Command(name, Box::default()),
        Key::Query(name) => Record::Query(name, Box::default()),
        Key::Channel(name) => Record::Channel(name, Box::default()),
        _ => return None,
    })
}
