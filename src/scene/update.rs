//! Following small changes: what is different is drawn anew, with the links that depend on it, and the rest stays.

use std::collections::{BTreeMap, BTreeSet};

use super::{Curve, LinkLook, LinkShape, Scene, bounds, route, shape};
use crate::board::{Board, DefinitionKind, Key, Link, LinkId, Outcome, Point, Rect, Sticky, StickyId};

/// When more than one record in so many was touched, a new list is as cheap.
const FEW: usize = 4;

/// What is drawn anew of a list.
#[derive(Default)]
struct Again {
    /// Places of stickies.
    stickies: BTreeSet<u32>,
    /// Places of stickies whose links take other courses.
    rerouted: BTreeSet<u32>,
    /// Stickies of which the links that start there look or are labelled another way.
    relabelled: BTreeSet<StickyId>,
    frames: bool,
    lines: bool,
}

impl Scene {
    /// Follows the board after these records were touched: what moved or was renamed, what came on top of the rest, and
    /// what lay there and went. `false` when a list has to be made anew: something changed its kind or its place from
    /// back to front, or too much is different. This list is of no use then.
    pub fn follow(&mut self, board: &Board, touched: &BTreeSet<&Key>) -> bool {
        touched.len() * FEW <= self.stickies.len() + 64 && self.try_follow(board, touched).is_some()
    }

    fn try_follow(&mut self, board: &Board, touched: &BTreeSet<&Key>) -> Option<()> {
        let mut again = Again::default();
        self.follow_coming_and_going(board, touched, &mut again)?;
        let mut named: BTreeSet<(DefinitionKind, &str)> = BTreeSet::new();
        for key in touched {
            match key {
                Key::Sticky(id) => {
                    let (Some(after), Some(at)) = (board.stickies.get(id), self.sticky_at.get(id)) else {
                        continue;
                    };
                    if after.kind != self.stickies[*at as usize].kind {
                        return None;
                    }
                    again.stickies.insert(*at);
                    again.relabelled.insert(*id);
                }
                Key::Link(id) => {
                    let (Some(after), Some(before)) = (board.links.get(id), self.link(*id)) else { continue };
                    if (after.from, after.to) != (before.from, before.to) {
                        return None;
                    }
                    again.relabelled.insert(after.from);
                }
                Key::Service(name) => drop(named.insert((DefinitionKind::Service, name))),
                Key::Event(name) => drop(named.insert((DefinitionKind::Event, name))),
                Key::Command(name) => drop(named.insert((DefinitionKind::Command, name))),
                Key::Channel(name) => drop(named.insert((DefinitionKind::Channel, name))),
                Key::Frame(_) => again.frames = true,
                Key::Line(_) => again.lines = true,
                Key::Settings | Key::Scenario(_) | Key::Query(_) => {}
            }
        }
        if !named.is_empty() {
            let shows = |sticky: &Sticky| {
                sticky.kind.row().definition.is_some_and(|kind| named.contains(&(kind, sticky.name.as_str())))
            };
            for (id, _) in board.stickies.iter().filter(|(_, sticky)| shows(sticky)) {
                again.stickies.extend(self.sticky_at.get(id));
                again.relabelled.insert(*id);
            }
        }
        self.keeps_order(board, &again.stickies).then(|| self.draw_again(board, again))
    }

    /// Takes from the end of the list what went, and puts there what came; `None` where that is not its place.
    fn follow_coming_and_going(
        &mut self,
        board: &Board,
        touched: &BTreeSet<&Key>,
        again: &mut Again,
    ) -> Option<()> {
        let stickies =
            || touched.iter().filter_map(|key| if let Key::Sticky(id) = key { Some(*id) } else { None });
        let links =
            || touched.iter().filter_map(|key| if let Key::Link(id) = key { Some(*id) } else { None });
        for id in links().filter(|id| !board.links.contains_key(id)).collect::<Vec<_>>().into_iter().rev() {
            again.relabelled.insert(self.take_link(id, &mut again.rerouted)?);
        }
        let mut gone: Vec<u32> = stickies()
            .filter(|id| !board.stickies.contains_key(id))
            .filter_map(|id| self.sticky_at.get(&id).copied())
            .collect();
        gone.sort_unstable();
        for at in gone.into_iter().rev() {
            self.take_sticky(at)?;
            again.rerouted.remove(&at);
        }
        let mut new: Vec<(&str, StickyId, &Sticky)> = stickies()
            .filter(|id| !self.sticky_at.contains_key(id))
            .filter_map(|id| board.stickies.get(&id).map(|sticky| (sticky.layer.as_str(), id, sticky)))
            .filter(|(.., sticky)| sticky.kind.is_at(self.level))
            .collect();
        new.sort_unstable_by_key(|(layer, id, _)| (*layer, *id));
        for (_, id, sticky) in new {
            self.put_sticky(board, id, sticky)?;
        }
        let new: Vec<LinkId> = links().filter(|id| !self.link_at.contains_key(id)).collect();
        for id in new {
            let Some(link) = board.links.get(&id) else { continue };
            again.relabelled.insert(link.from);
            self.put_link(id, link, &mut again.rerouted)?;
        }
        Some(())
    }

    /// Puts a sticky at the end; `None` where it belongs before another.
    fn put_sticky(&mut self, board: &Board, id: StickyId, sticky: &Sticky) -> Option<()> {
        if let Some(last) = self.stickies.last() {
            let before = board.stickies.get(&last.id)?;
            ((before.layer.as_str(), last.id) < (sticky.layer.as_str(), id)).then_some(())?;
        }
        let shape = shape::sticky(board, id, sticky);
        self.sticky_at.insert(id, u32::try_from(self.stickies.len()).ok()?);
        self.sticky_index.push(shape.rect);
        self.links_at.push(Vec::new());
        self.stickies.push(shape);
        Some(())
    }

    /// Takes the last sticky, without links, out; `None` where it is not that.
    fn take_sticky(&mut self, at: u32) -> Option<()> {
        let last = at as usize + 1 == self.stickies.len() && self.links_at[at as usize].is_empty();
        let gone = last.then(|| self.stickies.pop())??;
        self.sticky_at.remove(&gone.id);
        self.sticky_index.pop();
        self.links_at.pop();
        Some(())
    }

    /// Puts a link at the end, if it is shown; `None` where it belongs before another.
    fn put_link(&mut self, id: LinkId, link: &Link, rerouted: &mut BTreeSet<u32>) -> Option<()> {
        let ends = (self.sticky_at.get(&link.from), self.sticky_at.get(&link.to));
        let (Some(from), Some(to)) = ends else { return Some(()) };
        let (from, to) = (*from, *to);
        if from == to {
            return Some(());
        }
        self.links.last().is_none_or(|last| last.id < id).then_some(())?;
        let at = u32::try_from(self.links.len()).ok()?;
        let curve = Curve::straight(Point::default(), Point::default());
        let (look, meaning, label) = (LinkLook::Meaningless, None, String::new());
        self.link_at.insert(id, at);
        self.links.push(LinkShape { id, from: link.from, to: link.to, curve, look, meaning, label });
        self.ends.push((from, to));
        self.link_index.push(Rect::default());
        for end in [from, to] {
            self.links_at[end as usize].push(at);
            rerouted.insert(end);
        }
        Some(())
    }

    /// Takes the last link out, and tells where it started; `None` where it is not the last.
    fn take_link(&mut self, id: LinkId, rerouted: &mut BTreeSet<u32>) -> Option<StickyId> {
        let at = *self.link_at.get(&id)?;
        let gone = (at as usize + 1 == self.links.len()).then(|| self.links.pop())??;
        let (from, to) = self.ends.pop()?;
        self.link_at.remove(&id);
        self.link_index.pop();
        for end in [from, to] {
            self.links_at[end as usize].pop();
            rerouted.insert(end);
        }
        Some(gone.from)
    }

    /// Draws anew what is different, now that everything has its place.
    fn draw_again(&mut self, board: &Board, mut again: Again) {
        if again.frames {
            self.frames = shape::frames(board);
        }
        if again.lines {
            self.lines = shape::lines(board);
        }
        for at in again.stickies {
            let before = &self.stickies[at as usize];
            let after = shape::sticky(board, before.id, &board.stickies[&before.id]);
            if after.rect != before.rect {
                self.sticky_index.put(at, after.rect);
                again.rerouted.insert(at);
            }
            self.stickies[at as usize] = after;
        }
        self.reroute(&again.rerouted);
        self.relabel(board, &again.relabelled);
        self.hidden = board.stickies.len() - self.stickies.len();
        self.bounds = bounds(&self.stickies, &self.frames);
    }

    /// Gives the links that start at these stickies their looks and labels anew.
    fn relabel(&mut self, board: &Board, stickies: &BTreeSet<StickyId>) {
        let starts = stickies.iter().filter_map(|id| self.place_of_sticky(*id));
        let links: Vec<usize> = starts.flat_map(|at| self.links_from(at)).collect();
        if links.is_empty() {
            return;
        }
        // Alternatives to what the level leaves out count as well.
        let mut weights: BTreeMap<StickyId, f64> = BTreeMap::new();
        for link in board.links.values().filter(|link| stickies.contains(&link.from)) {
            if let Outcome::OneOf(weight) = link.outcome {
                *weights.entry(link.from).or_default() += weight;
            }
        }
        for at in links {
            let shape = &mut self.links[at];
            let Some(link) = board.links.get(&shape.id) else { continue };
            let kinds = self.ends[at];
            let (from, to) = (&self.stickies[kinds.0 as usize], &self.stickies[kinds.1 as usize]);
            let weights = weights.get(&link.from).copied().unwrap_or(0.0);
            (shape.meaning, shape.look, shape.label) =
                shape::said(board, link, (from.kind, to.kind), weights);
        }
    }

    /// True when each of these stickies still lies between its neighbours, back to front.
    fn keeps_order(&self, board: &Board, moved: &BTreeSet<u32>) -> bool {
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
    fn reroute(&mut self, moved: &BTreeSet<u32>) {
        let links_of = |stickies: &BTreeSet<u32>| -> BTreeSet<u32> {
            stickies.iter().flat_map(|at| &self.links_at[*at as usize]).copied().collect()
        };
        let ends_of = |links: &BTreeSet<u32>| -> BTreeSet<u32> {
            let ends = links.iter().map(|link| self.ends[*link as usize]);
            ends.flat_map(|(from, to)| [from, to]).collect()
        };
        // A link's end moves along an edge when another link at that edge turns elsewhere.
        let mut neighbours = ends_of(&links_of(moved));
        neighbours.extend(moved);
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
