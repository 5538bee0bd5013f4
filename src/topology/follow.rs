//! A topology that follows the board: after an edit, only what the edit touches is derived again.
//!
//! A [`Plan`] says which stickies stand for something else than before and which links join something else; most edits
//! move things or describe them, and plan nothing. What is planned is patched in: the ways of the messages concerned,
//! what the reactions concerned do, and the numbers by which the rest refers to them.

mod patch;
mod splice;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::derive::{FramesByArea, derive, host_name, message_kind};
use super::{MessageIx, MessageKind, Topology};
use crate::board::{Board, Key, LinkId, Sticky, StickyId};

/// Edits that change more stickies and links than this are derived anew: each costs a look through dense tables.
const FOLLOWED_MAX: usize = 200;

impl Topology {
    /// Makes this the topology of `board`, given that nothing but the records under these keys is different from the
    /// board it was derived from. What others hold on to stays as it is.
    pub fn follow(this: &mut Arc<Self>, board: &Board, touched: &BTreeSet<&Key>) {
        match Plan::of(this, board, touched) {
            Some(plan) if plan.is_empty() => {}
            Some(plan) => patch::patch(Arc::make_mut(this), &plan),
            None => *this = Arc::new(derive(board)),
        }
    }
}

/// What an edit changes of a topology.
struct Plan<'b> {
    /// The board as it is now.
    board: &'b Board,
    /// Stickies that came, went, or show something else now.
    changed: Vec<StickyId>,
    /// Stickies of reactions that only moved to another host or frame.
    rehosted: Vec<StickyId>,
    /// Links that came, went or were changed, and all that begin or end at a changed sticky.
    links: BTreeSet<LinkId>,
    /// Commands and queries whose definition says something else now.
    redefined: Vec<MessageIx>,
}

impl<'b> Plan<'b> {
    /// `None` where it is as much work to follow as to derive anew.
    fn of(topology: &Topology, board: &'b Board, touched: &BTreeSet<&Key>) -> Option<Self> {
        let mut plan =
            Self { board, changed: vec![], rehosted: vec![], links: BTreeSet::new(), redefined: vec![] };
        let frames = FramesByArea::new(board);
        for key in touched {
            match key {
                Key::Sticky(id) => plan.look_at(topology, &frames, *id),
                Key::Link(id) => drop(plan.links.insert(*id)),
                Key::Command(name) => plan.redefined.extend(topology.message(MessageKind::Command, name)),
                Key::Query(name) => plan.redefined.extend(topology.message(MessageKind::Query, name)),
                Key::Settings => {
                    let known = topology.known.default_channel;
                    let before = known.map_or("", |at| topology[at].name.as_str());
                    if before != board.settings.default_channel {
                        return None;
                    }
                }
                // What a service, event or channel says of itself changes no way of a message.
                Key::Service(_) | Key::Event(_) | Key::Channel(_) | Key::Scenario(_) | Key::Line(_) => {}
                Key::Frame(_) => {}
            }
        }
        if touched.iter().any(|key| matches!(key, Key::Frame(_))) {
            let seen: BTreeSet<StickyId> = plan.changed.iter().chain(&plan.rehosted).copied().collect();
            let reactions = topology.reactions.iter().map(|reaction| reaction.sticky);
            reactions.filter(|id| !seen.contains(id)).for_each(|id| plan.look_at(topology, &frames, id));
        }
        if plan.changed.len() + plan.links.len() > FOLLOWED_MAX {
            return None;
        }
        if !plan.changed.is_empty() {
            let changed: BTreeSet<StickyId> = plan.changed.iter().copied().collect();
            let at_changed =
                topology.known.links.iter().filter(|l| changed.contains(&l.from) || changed.contains(&l.to));
            plan.links.extend(at_changed.map(|link| link.id));
        }
        Some(plan)
    }

    fn is_empty(&self) -> bool {
        self.changed.is_empty()
            && self.rehosted.is_empty()
            && self.links.is_empty()
            && self.redefined.is_empty()
    }

    fn look_at(&mut self, topology: &Topology, frames: &FramesByArea<'_>, id: StickyId) {
        let (known, now) = (topology.known.sticky(id), self.board.stickies.get(&id));
        let (Some(known), Some(now)) = (known, now) else {
            self.changed.extend((known.is_some() || now.is_some()).then_some(id));
            return;
        };
        if known.kind != now.kind {
            self.changed.push(id);
        } else if let Some(at) = topology.reaction(id) {
            let (frame, service) = frames.around(now.rect().center());
            let host = topology[at].host.map(|host| topology[host].name.as_str());
            if topology[at].frame != frame || host != host_name(now, service) {
                self.rehosted.push(id);
            }
        } else {
            let named = known.message.map(|at| topology[at].name.as_str());
            let named = named.or_else(|| known.channel.map(|at| topology[at].name.as_str()));
            if shown_name(now) != named {
                self.changed.push(id);
            }
        }
    }
}

/// The name of the message or channel a sticky shows, if it shows one.
fn shown_name(sticky: &Sticky) -> Option<&str> {
    let name = sticky.name.as_str();
    let message = message_kind(sticky.kind).is_some() && !name.is_empty();
    (message || sticky.kind == crate::board::StickyKind::Channel).then_some(name)
}

#[cfg(test)]
mod tests;
