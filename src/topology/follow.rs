//! Whether a topology still holds after an edit: most edits move a sticky or describe a definition, and imply the same
//! graph as before.

use std::collections::BTreeSet;

use super::derive::{FramesByArea, host_name, message_kind};
use super::{Place, Topology};
use crate::board::{Board, Key, Sticky, StickyId, StickyKind};

impl Topology {
    /// True when the topology of `board` is this one, given that nothing but the records under these keys is different
    /// from the board it was derived from. False when that would take as much work to tell as to derive it anew.
    #[must_use]
    pub fn holds(&self, board: &Board, touched: &BTreeSet<&Key>) -> bool {
        let frames = FramesByArea::new(board);
        touched.iter().all(|key| match key {
            Key::Sticky(id) => {
                board.stickies.get(id).is_some_and(|sticky| self.holds_for(*id, sticky, &frames))
            }
            // What a service, event or channel says of itself changes no way of a message.
            Key::Service(_) | Key::Event(_) | Key::Channel(_) | Key::Scenario(_) | Key::Line(_) => true,
            Key::Settings | Key::Command(_) | Key::Query(_) | Key::Frame(_) | Key::Link(_) => false,
        })
    }

    fn holds_for(&self, id: StickyId, sticky: &Sticky, frames: &FramesByArea<'_>) -> bool {
        if self.notes.iter().any(|note| note.place == Place::Sticky(id)) {
            return false;
        }
        if let Some(at) = self.reaction(id) {
            let (frame, service) = frames.around(sticky.rect().center());
            let host = self[at].host.map(|host| self[host].name.as_str());
            return self[at].kind == sticky.kind
                && self[at].frame == frame
                && host == host_name(sticky, service)
                && (host.is_some() || sticky.kind == StickyKind::Policy);
        }
        let shows_message =
            message_kind(sticky.kind).and_then(|kind| self.message(kind, &sticky.name)).map(|at| &self[at]);
        if let Some(message) = shows_message {
            return message.stickies.contains(&id);
        }
        if sticky.kind == StickyKind::Channel {
            return self.channel(&sticky.name).is_some_and(|at| self[at].stickies.contains(&id));
        }
        // A remark, actor or screen is only what it was when the topology knows it as nothing else.
        let message = self.messages.iter().any(|m| m.stickies.contains(&id));
        let issuer = self.messages.iter().any(|m| m.issuers.contains(&id));
        let channel = self.channels.iter().any(|channel| channel.stickies.contains(&id));
        let issues = matches!(sticky.kind, StickyKind::Actor | StickyKind::Ui);
        message_kind(sticky.kind).is_none()
            && !sticky.kind.is_reaction()
            && !message
            && !channel
            && (issues || !issuer)
            // Links of what issues nothing yet may come to mean something.
            && issues == issuer
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::derive;
    use super::super::tests::any_board;
    use super::*;
    use crate::board::{Point, notation};

    proptest! {
        #[test]
        fn what_is_said_to_hold_is_what_would_be_derived(
            board in any_board(), at in 0usize..24, kind in 0usize..16, name in 0usize..6,
            x in -200f32..1200.0, sort in 0usize..4,
        ) {
            let before = derive(&board);
            let mut after = board.clone();
            let Some((id, sticky)) = after.stickies.iter_mut().nth(at) else { return Ok(()) };
            let id = *id;
            match sort {
                0 => sticky.at = Point::new(x, sticky.at.y),
                1 => sticky.kind = notation::NOTATION[kind].kind,
                2 => sticky.name = ["", "A", "B", "OrderPlaced", "Pay", "é ✓"][name].into(),
                _ => sticky.note = "said".into(),
            }
            let key = Key::Sticky(id);
            if before.holds(&after, &BTreeSet::from([&key])) {
                prop_assert_eq!(format!("{:?}", derive(&after)), format!("{before:?}"));
            }
        }
    }

    #[test]
    fn moving_and_describing_changes_no_topology() {
        let mut board = super::super::tests::board(
            "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Channel:bus -> Service:Mail",
        );
        let topology = derive(&board);
        let keys: Vec<Key> = board.stickies.keys().map(|id| Key::Sticky(*id)).collect();
        for sticky in board.stickies.values_mut() {
            sticky.at = sticky.at.moved(40.0, 9.0);
        }
        assert!(topology.holds(&board, &keys.iter().collect()));
        assert!(topology.holds(&board, &BTreeSet::from([&Key::Event("Bought".into())])));
        assert!(!topology.holds(&board, &BTreeSet::from([&Key::Command("Buy".into())])));
    }
}
