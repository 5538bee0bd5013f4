//! The order in which the keyboard walks a board: each sticky and then the links that start there; then the frames,
//! then the pivotal lines.
//!
//! What is in view has a stop each, and so have the neighbours of the one that is at hand, in view or not: Tab goes
//! round the whole board, whatever is in view, and a crowded view costs no more than an empty one.

use super::Item;
use crate::board::Rect;
use crate::scene::Scene;

/// With more than this in view, only the neighbourhood of the one at hand has stops.
const IN_VIEW_MAX: usize = 400;
/// So many stops before and after the one at hand.
const NEIGHBOURS: usize = 6;

/// A place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    Sticky(usize),
    Frame(usize),
    Line(usize),
}

/// A stop, and for a link one more than its place in the list, after its sticky at 0.
type Place = (Stop, usize);

/// The items that have stops now, in order: those in view unless they are too many, and those around the one at hand,
/// or around the first in view when there is none.
#[must_use]
pub fn stops(scene: &Scene, view: Rect, at_hand: Option<Item>) -> Vec<Item> {
    let mut places: Vec<Place> = Vec::new();
    let frames = scene.frames.iter().enumerate().filter(|(_, frame)| frame.rect.intersects(view));
    let frames: Vec<Place> = frames.map(|(i, _)| (Stop::Frame(i), 0)).collect();
    let crowded = frames.len() > IN_VIEW_MAX || scene.is_crowded(view.expanded(24.0), IN_VIEW_MAX);
    if !crowded {
        places.extend(scene.stickies_in(view).filter_map(|shape| place(scene, Item::Sticky(shape.id))));
        places.extend(scene.links_in(view).filter_map(|link| place(scene, Item::Link(link.id))));
        places.extend(frames);
        places.extend((0..scene.lines.len().min(IN_VIEW_MAX)).map(|i| (Stop::Line(i), 0)));
    }
    let at_hand = at_hand.and_then(|item| place(scene, item));
    if let Some(at_hand) = at_hand {
        let back = std::iter::successors(Some(at_hand), |place| previous(scene, *place));
        places.extend(back.take(NEIGHBOURS + 1));
    }
    let seen = || scene.stickies.iter().position(|shape| shape.rect.intersects(view));
    let start = at_hand.or_else(|| places.iter().min().copied());
    let start = start.or_else(|| seen().map(|i| (Stop::Sticky(i), 0))).or_else(|| first(scene));
    places.extend(std::iter::successors(start, |place| next(scene, *place)).take(NEIGHBOURS + 1));
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter_map(|place| item(scene, place)).collect()
}

fn place(scene: &Scene, item: Item) -> Option<Place> {
    Some(match item {
        Item::Sticky(id) => (Stop::Sticky(scene.place_of_sticky(id)?), 0),
        Item::Link(id) => {
            let link = scene.place_of_link(id)?;
            (Stop::Sticky(scene.place_of_sticky(scene.links[link].from)?), link + 1)
        }
        Item::Frame(id) => (Stop::Frame(scene.frames.iter().position(|frame| frame.id == id)?), 0),
        Item::Line(id) => (Stop::Line(scene.lines.iter().position(|line| line.id == id)?), 0),
    })
}

fn item(scene: &Scene, place: Place) -> Option<Item> {
    Some(match place {
        (Stop::Sticky(i), 0) => Item::Sticky(scene.stickies.get(i)?.id),
        (Stop::Sticky(_), link) => Item::Link(scene.links.get(link - 1)?.id),
        (Stop::Frame(i), _) => Item::Frame(scene.frames.get(i)?.id),
        (Stop::Line(i), _) => Item::Line(scene.lines.get(i)?.id),
    })
}

/// The first of these stops that are there.
fn first_of(scene: &Scene, stops: &[Stop]) -> Option<Place> {
    stops.iter().map(|stop| (*stop, 0)).find(|place| item(scene, *place).is_some())
}

fn first(scene: &Scene) -> Option<Place> {
    first_of(scene, &[Stop::Sticky(0), Stop::Frame(0), Stop::Line(0)])
}

fn next(scene: &Scene, (stop, link): Place) -> Option<Place> {
    match stop {
        Stop::Sticky(i) => match scene.links_from(i).find(|at| at + 1 > link) {
            Some(at) => Some((stop, at + 1)),
            None => first_of(scene, &[Stop::Sticky(i + 1), Stop::Frame(0), Stop::Line(0)]),
        },
        Stop::Frame(i) => first_of(scene, &[Stop::Frame(i + 1), Stop::Line(0)]),
        Stop::Line(i) => first_of(scene, &[Stop::Line(i + 1)]),
    }
}

fn previous(scene: &Scene, (stop, link): Place) -> Option<Place> {
    let last_sticky =
        |i: usize| Some((Stop::Sticky(i), scene.links_from(i).next_back().map_or(0, |at| at + 1)));
    let after_stickies = || scene.stickies.len().checked_sub(1).and_then(last_sticky);
    let after_frames =
        || scene.frames.len().checked_sub(1).map(|i| (Stop::Frame(i), 0)).or_else(after_stickies);
    match stop {
        Stop::Sticky(i) if link > 0 => {
            let before = scene.links_from(i).rev().find(|at| at + 1 < link);
            Some((stop, before.map_or(0, |at| at + 1)))
        }
        Stop::Sticky(0) => None,
        Stop::Sticky(i) => last_sticky(i - 1),
        Stop::Frame(0) => after_stickies(),
        Stop::Frame(i) => Some((Stop::Frame(i - 1), 0)),
        Stop::Line(0) => after_frames(),
        Stop::Line(i) => Some((Stop::Line(i - 1), 0)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::board::{
        Board, Frame, FrameId, Id, LineId, Link, LinkId, PivotalLine, Point, Size, Sticky, StickyId,
    };

    fn board(stickies: u32, links: &[(u32, u32)], frames: u32, lines: u32) -> Board {
        let mut board = Board::default();
        for n in 0..stickies {
            let at = Point::new(150.0 * (n % 40) as f32, 120.0 * (n / 40) as f32);
            board.stickies.insert(StickyId(Id::new(0, n)), Sticky { at, ..Sticky::default() });
        }
        for (n, (from, to)) in links.iter().enumerate() {
            let [from, to] = [from, to].map(|end| StickyId(Id::new(0, end % stickies.max(1))));
            let id = LinkId(Id::new(1, u32::try_from(n).unwrap()));
            board.links.insert(id, Link { from, to, ..Link::default() });
        }
        for n in 0..frames {
            board.frames.insert(FrameId(Id::new(2, n)), Frame::default());
        }
        for n in 0..lines {
            board.lines.insert(LineId(Id::new(3, n)), PivotalLine::default());
        }
        board
    }

    /// Every item that walking on from the first stop comes to.
    fn walked(scene: &Scene, view: Rect) -> Vec<Item> {
        let mut walked: Vec<Item> = Vec::new();
        loop {
            let stops = stops(scene, view, walked.last().copied());
            let after = walked.last().and_then(|last| stops.iter().position(|stop| stop == last));
            let next = after.map_or(0, |at| at + 1);
            match stops.get(next) {
                Some(item) if walked.is_empty() || after.is_some() => walked.push(*item),
                _ => return walked,
            }
        }
    }

    fn view() -> Rect {
        Rect::at(Point::new(-20.0, -20.0), Size::new(900.0, 500.0))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn every_item_is_walked_to_once_in_one_order(
            stickies in 0u32..60,
            links in prop::collection::vec((0u32..60, 0u32..60), 0..50),
            frames in 0u32..4,
            lines in 0u32..4,
        ) {
            let scene = Scene::of(&board(stickies, &links, frames, lines));
            let walked = walked(&scene, view());
            let all: BTreeSet<Item> = scene.stickies.iter().map(|shape| Item::Sticky(shape.id))
                .chain(scene.links.iter().map(|link| Item::Link(link.id)))
                .chain(scene.frames.iter().map(|frame| Item::Frame(frame.id)))
                .chain(scene.lines.iter().map(|line| Item::Line(line.id)))
                .collect();
            prop_assert_eq!(walked.len(), all.len());
            prop_assert_eq!(walked.iter().copied().collect::<BTreeSet<_>>(), all);
            let back = std::iter::successors(walked.last().and_then(|item| place(&scene, *item)), |at| previous(&scene, *at));
            let back: Vec<Item> = back.filter_map(|at| item(&scene, at)).collect();
            prop_assert_eq!(back, walked.into_iter().rev().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_crowded_view_has_few_stops_and_every_item_is_walked_to() {
        let links: Vec<(u32, u32)> = (0..900).map(|n| (n, n * 7 + 1)).collect();
        let scene = Scene::of(&board(900, &links, 2, 1));
        let view = Rect::at(Point::new(-1e4, -1e4), Size::new(3e4, 3e4));
        assert!(stops(&scene, view, None).len() <= 2 * NEIGHBOURS + 1);
        let walked = walked(&scene, view);
        let n = scene.stickies.len() + scene.links.len() + scene.frames.len() + scene.lines.len();
        assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), n);
    }

    #[test]
    fn the_walk_begins_with_what_is_in_view() {
        let scene = Scene::of(&board(900, &[], 0, 0));
        let seen = scene.stickies[500].rect;
        assert_eq!(stops(&scene, seen.expanded(-4.0), None)[0], Item::Sticky(scene.stickies[500].id));
        let nothing = Rect::at(Point::new(-9e3, -9e3), Size::new(10.0, 10.0));
        assert_eq!(
            stops(&scene, nothing, None)[0],
            Item::Sticky(scene.stickies[0].id),
            "Tab leads back to the board"
        );
    }
}
