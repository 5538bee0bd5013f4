//! Following small changes: what moves is placed anew, with the links that depend on it, and the rest stays.

use std::collections::BTreeSet;

use super::{Scene, bounds, route, shape};
use crate::board::{Board, Key, StickyId};

/// When more than one sticky in so many has changed, a new list is as cheap.
const FEW: usize = 4;

impl Scene {
    /// Follows the board after these records were touched. `false` when a list has to be made anew: something came or
    /// went, changed its name or kind, or too much has changed. The list is then as it was.
    pub fn follow(&mut self, board: &Board, touched: &BTreeSet<&Key>) -> bool {
        let mut moved = Vec::new();
        let (mut frames, mut lines) = (false, false);
        for key in touched {
            match key {
                Key::Sticky(id) => match self.changed(board, *id) {
                    Some(at) => moved.push(at),
                    None => return false,
                },
                Key::Frame(_) => frames = true,
                Key::Line(_) => lines = true,
                Key::Settings | Key::Scenario(_) => {}
                Key::Service(_)
                | Key::Event(_)
                | Key::Command(_)
                | Key::Query(_)
                | Key::Channel(_)
                | Key::Link(_) => return false,
            }
        }
        if moved.len() * FEW > self.stickies.len() + 64 || !self.keeps_order(board, &moved) {
            return false;
        }
        if frames {
            self.frames = shape::frames(board);
        }
        if lines {
            self.lines = shape::lines(board);
        }
        for at in &moved {
            let id = self.stickies[*at as usize].id;
            let after = shape::sticky(board, id, &board.stickies[&id]);
            self.sticky_index.put(*at, after.rect);
            self.stickies[*at as usize] = after;
        }
        self.reroute(&moved);
        if frames || !moved.is_empty() {
            self.bounds = bounds(&self.stickies, &self.frames);
        }
        true
    }

    /// The position of a sticky that is still the same thing, though it may stand elsewhere.
    fn changed(&self, board: &Board, id: StickyId) -> Option<u32> {
        let (after, at) = (board.stickies.get(&id)?, *self.sticky_at.get(&id)?);
        let before = &self.stickies[at as usize];
        (after.kind == before.kind && crate::board::notation::words(&after.name) == before.text).then_some(at)
    }

    /// True when each of these stickies still lies between its neighbours, back to front.
    fn keeps_order(&self, board: &Board, moved: &[u32]) -> bool {
        let place = |at: usize| {
            let id = self.stickies[at].id;
            board.stickies.get(&id).map(|sticky| (sticky.layer.as_str(), id))
        };
        moved.iter().all(|at| {
            let at = *at as usize;
            let next = at + 1;
            (at == 0 || place(at - 1) < place(at)) && (next == self.stickies.len() || place(at) < place(next))
        })
    }

    /// Gives the links at these stickies, and those that share an edge with them, their courses anew.
    fn reroute(&mut self, moved: &[u32]) {
        let links_of = |stickies: &BTreeSet<u32>| -> BTreeSet<u32> {
            stickies.iter().flat_map(|at| &self.links_at[*at as usize]).copied().collect()
        };
        let ends_of = |links: &BTreeSet<u32>| -> BTreeSet<u32> {
            let ends = links.iter().map(|link| self.ends[*link as usize]);
            ends.flat_map(|(from, to)| [from, to]).collect()
        };
        // A link's end moves along an edge when another link at that edge turns elsewhere.
        let neighbours = ends_of(&links_of(&moved.iter().copied().collect()));
        let affected = links_of(&neighbours);
        let together: Vec<u32> = links_of(&ends_of(&affected)).into_iter().collect();
        let ends: Vec<(u32, u32)> = together.iter().map(|link| self.ends[*link as usize]).collect();
        let curves = route::curves(&ends, |i| self.stickies[i as usize].rect);
        for (link, curve) in together.into_iter().zip(curves).filter(|(link, _)| affected.contains(link)) {
            self.links[link as usize].curve = curve;
            self.link_index.put(link, curve.bounds());
        }
    }
}
