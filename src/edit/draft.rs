//! A draft: operations gathered against a board that stays as it is, with what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edit, Op, diff, squash};
use crate::board::{
    Board, FrameId, IdGen, Key, LineId, Link, LinkId, Outcome, Point, Record, Rect, Size, Sticky, StickyId,
    StickyKind, order,
};

/// Gathers the operations of one edit. It keeps the records it changes beside the board, so that later steps see
/// earlier ones and a change costs what it changes, however large the board.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    base: &'a Board,
    /// Records as they would be; none for those that would be gone.
    changed: BTreeMap<Key, Option<Record>>,
    ops: Vec<Op>,
}

impl<'a> Draft<'a> {
    /// A draft on top of a board.
    #[must_use]
    pub const fn new(board: &'a Board) -> Self {
        Self { base: board, changed: BTreeMap::new(), ops: Vec::new() }
    }

    /// A record as it would be.
    #[must_use]
    pub fn record(&self, key: &Key) -> Option<Record> {
        self.changed.get(key).map_or_else(|| self.base.record(key), Clone::clone)
    }

    /// True when there would be a record with this key.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.changed.get(key).map_or_else(|| self.base.has(key), Option::is_some)
    }

    /// The stickies as they would be, in no order to rely on.
    pub fn stickies(&self) -> impl Iterator<Item = (StickyId, &Sticky)> {
        let kept = self.base.stickies.iter().map(|(id, sticky)| (*id, sticky));
        let kept = kept.filter(|(id, _)| !self.changed.contains_key(&Key::Sticky(*id)));
        kept.chain(self.changed.values().filter_map(|record| match record {
            Some(Record::Sticky(id, sticky)) => Some((*id, &**sticky)),
            _ => None,
        }))
    }

    /// The links as they would be, in no order to rely on.
    pub fn links(&self) -> impl Iterator<Item = (LinkId, &Link)> {
        let kept = self.base.links.iter().map(|(id, link)| (*id, link));
        let kept = kept.filter(|(id, _)| !self.changed.contains_key(&Key::Link(*id)));
        kept.chain(self.changed.values().filter_map(|record| match record {
            Some(Record::Link(id, link)) => Some((*id, &**link)),
            _ => None,
        }))
    }

    /// A sticky as it would be.
    #[must_use]
    pub fn sticky(&self, id: StickyId) -> Option<&Sticky> {
        match self.changed.get(&Key::Sticky(id)) {
            Some(Some(Record::Sticky(_, sticky))) => Some(sticky),
            Some(_) => None,
            None => self.base.stickies.get(&id),
        }
    }

    /// A link as it would be.
    #[must_use]
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        match self.changed.get(&Key::Link(id)) {
            Some(Some(Record::Link(_, link))) => Some(link),
            Some(_) => None,
            None => self.base.links.get(&id),
        }
    }

    /// A generator of ids for `peer`, above every id of that peer in use here or on the board.
    #[must_use]
    pub fn id_gen(&self, peer: u32) -> IdGen {
        let ids = self.changed.keys().filter_map(|key| match key {
            Key::Sticky(StickyId(id)) | Key::Link(LinkId(id)) => Some(*id),
            Key::Frame(FrameId(id)) | Key::Line(LineId(id)) => Some(*id),
            _ => None,
        });
        ids.fold(self.base.id_gen(peer), IdGen::above)
    }

    fn note(&mut self, key: Key, record: Option<Record>) {
        self.changed.insert(key, record);
    }

    /// Puts a record in, or changes the one of the same key into it.
    pub fn put(&mut self, record: Record) {
        match self.record(&record.key()) {
            None => self.ops.push(Op::Insert(record.clone())),
            Some(before) => self.ops.extend(diff(&before, &record)),
        }
        self.note(record.key(), Some(record));
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
        if !self.has(key)
            && let Some(record) = Record::empty(key)
        {
            self.put(record);
        }
    }

    /// Takes a record out; with a sticky go its links, and with a link the outcomes that rest on it.
    pub fn remove(&mut self, key: &Key) {
        self.remove_all(std::slice::from_ref(key));
    }

    /// Takes records out, with what cannot stand without them.
    pub fn remove_all(&mut self, keys: &[Key]) {
        let stickies: BTreeSet<StickyId> =
            keys.iter().filter_map(|key| if let Key::Sticky(id) = key { Some(*id) } else { None }).collect();
        let chosen: BTreeSet<LinkId> =
            keys.iter().filter_map(|key| if let Key::Link(id) = key { Some(*id) } else { None }).collect();
        let mut links: BTreeSet<LinkId> = BTreeSet::new();
        if !stickies.is_empty() || !chosen.is_empty() {
            let goes = |id: &LinkId, link: &Link| {
                chosen.contains(id) || stickies.contains(&link.from) || stickies.contains(&link.to)
            };
            links = self.links().filter(|(id, link)| goes(id, link)).map(|(id, _)| id).collect();
            let rests = |link: &Link| matches!(link.outcome, Outcome::OnFailureOf(on) if links.contains(&on));
            let resting = self.links().filter(|(id, link)| !links.contains(id) && rests(link));
            let resting: Vec<(LinkId, Link)> = resting.map(|(id, link)| (id, link.clone())).collect();
            for (id, link) in resting {
                self.put(Record::Link(id, Box::new(Link { outcome: Outcome::Always, ..link })));
            }
        }
        let others = keys.iter().filter(|key| !matches!(key, Key::Link(_))).cloned();
        for key in links.iter().map(|id| Key::Link(*id)).chain(others) {
            if let Some(record) = self.record(&key) {
                self.ops.push(Op::Remove(record));
                self.note(key, None);
            }
        }
    }

    /// Puts a channel sticky of this name on a link, near its middle where nothing else stands. What the receiving end
    /// says about the message stays on the link that reaches it. None when the link or one of its ends is not there.
    pub fn interpose(&mut self, id: LinkId, channel: &str, peer: u32) -> Option<StickyId> {
        let mut ids = self.id_gen(peer);
        let link = self.link(id)?.clone();
        let (from, to) = (self.sticky(link.from)?, self.sticky(link.to)?);
        let at = self.free_spot(from.rect(), to.rect(), StickyKind::Channel.row().size);
        let layer = self.top_layer();
        let name = channel.to_owned();
        let sticky = StickyId(ids.mint());
        self.put_sticky(sticky, Sticky { kind: StickyKind::Channel, name, at, layer, ..Sticky::default() });
        let enters = Link { from: link.from, to: sticky, order: link.order.clone(), ..Link::default() };
        self.put(Record::Link(LinkId(ids.mint()), Box::new(enters)));
        let leaves = Link { from: sticky, order: String::new(), mode: None, ..link };
        self.put(Record::Link(id, Box::new(leaves)));
        Some(sticky)
    }

    /// The layer above all stickies.
    #[must_use]
    pub fn top_layer(&self) -> String {
        let top = self.stickies().map(|(_, sticky)| sticky.layer.as_str()).max();
        order::between(top.unwrap_or(""), "")
    }

    /// Where a note of this size between two others covers no third: in the middle, at a corner where one goes straight
    /// down and the other straight across, else as near to the middle as there is room.
    fn free_spot(&self, from: Rect, to: Rect, size: Size) -> Point {
        let (a, b) = (from.center(), to.center());
        let at = |x: f32, y: f32| Point::new(x - size.w / 2.0, y - size.h / 2.0);
        let middle = at((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
        let reach = |steps: i16, ends: f32| STEP * f32::from(steps) + ends.abs() / 2.0 + APART;
        let (wide, high) = (reach(COLUMNS, a.x - b.x), reach(ROWS, a.y - b.y));
        let area = Rect::at(middle.moved(-wide, -high), Size::new(2.0 * wide + size.w, 2.0 * high + size.h));
        let near: Vec<Rect> =
            self.stickies().map(|(_, s)| s.rect()).filter(|rect| rect.intersects(area)).collect();
        let is_free = |at: &Point| {
            let room = Size::new(size.w + 2.0 * APART, size.h + 2.0 * APART);
            let room = Rect::at(at.moved(-APART, -APART), room);
            !near.iter().any(|rect| rect.intersects(room))
        };
        let around = || {
            let mut steps: Vec<(i16, i16)> =
                (-COLUMNS..=COLUMNS).flat_map(|x| (-ROWS..=ROWS).map(move |y| (x, y))).collect();
            steps.sort_unstable_by_key(|(x, y)| (i32::from(*x).pow(2) + i32::from(*y).pow(2), *x, -*y));
            steps.into_iter().map(|(x, y)| middle.moved(STEP * f32::from(x), STEP * f32::from(y)))
        };
        let aligned = [middle, at(a.x, b.y), at(b.x, a.y)].into_iter().find(is_free);
        aligned.or_else(|| around().find(is_free)).unwrap_or(middle)
    }

    /// The finished edit, squashed.
    #[must_use]
    pub fn finish(self, label: impl Into<String>) -> Edit {
        Edit::new(label, squash(&self.ops))
    }
}

/// A free place is looked for in steps of so much, so many to either side and up or down.
const STEP: f32 = 20.0;
const COLUMNS: i16 = 12;
const ROWS: i16 = 64;
/// A note that is put on a link stays so far from the others.
const APART: f32 = 8.0;
