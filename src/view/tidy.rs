//! Arranging a board: causes left of effects, frames around what belongs to them, no overlaps, little movement.

use std::collections::BTreeSet;

use crate::board::{Board, FrameId, Point, Record, Rect, Size, Sticky, StickyId};
use crate::edit::{Op, diff};
use crate::topology::layered::{Graph, Node};
use crate::topology::timeline;

/// Room between a sticky that means nothing to the flow and what was arranged, in world units.
const ASIDE: f32 = 24.0;

/// New places for stickies and frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    /// The new top left corners.
    pub stickies: Vec<(StickyId, Point)>,
    /// The new rectangles.
    pub frames: Vec<(FrameId, Rect)>,
}

/// Arranges a board. Locked stickies and notes outside all frames stay, unless something now lies on a note.
#[must_use]
pub fn arrange(board: &Board) -> Arrangement {
    let linked: BTreeSet<StickyId> = board.links.values().flat_map(|link| [link.from, link.to]).collect();
    let frames: Vec<FrameId> = board.frames.keys().copied().collect();
    let frame_at = |sticky: &Sticky| {
        let (id, _) = board.frame_of(sticky)?;
        frames.binary_search(&id).ok()
    };
    let moves = |id: &StickyId, sticky: &Sticky| {
        !sticky.locked && (linked.contains(id) || frame_at(sticky).is_some())
    };
    let chosen: Vec<(StickyId, &Sticky)> = board
        .stickies
        .iter()
        .filter(|(id, sticky)| moves(id, sticky))
        .map(|(id, sticky)| (*id, sticky))
        .collect();
    let nodes = chosen.iter().map(|(_, sticky)| {
        let (size, middle) = (sticky.size(), sticky.rect().center());
        Node { width: size.w, height: size.h, cluster: frame_at(sticky), hint: Some((middle.x, middle.y)) }
    });
    let at = |id: StickyId| chosen.binary_search_by(|(other, _)| other.cmp(&id)).ok();
    let edges = board.links.values().filter_map(|link| Some((at(link.from)?, at(link.to)?)));
    let graph = Graph { nodes: nodes.collect(), edges: edges.collect() };
    let layout = timeline::layout(&graph, &timeline::board_options());
    let stickies = chosen.iter().zip(&layout.positions).map(|((id, sticky), middle)| {
        let size = sticky.size();
        (*id, Point::new((middle.x - size.w * 0.5).round(), (middle.y - size.h * 0.5).round()))
    });
    let mut stickies: Vec<(StickyId, Point)> = stickies.collect();
    let frames = layout.clusters.iter().filter_map(|(cluster, rect)| {
        let corner = |p: crate::topology::layered::Point| Point::new(p.x.round(), p.y.round());
        Some((*frames.get(*cluster)?, Rect { min: corner(rect.min), max: corner(rect.max) }))
    });
    let frames: Vec<(FrameId, Rect)> = frames.collect();
    step_aside(board, &mut stickies, &frames, &linked);
    Arrangement { stickies, frames }
}

/// Moves notes that something now lies on below the drawing.
fn step_aside(
    board: &Board,
    stickies: &mut Vec<(StickyId, Point)>,
    frames: &[(FrameId, Rect)],
    linked: &BTreeSet<StickyId>,
) {
    let taken: BTreeSet<StickyId> = stickies.iter().map(|(id, _)| *id).collect();
    let mut rects: Vec<Rect> = stickies
        .iter()
        .filter_map(|(id, at)| Some(Rect::at(*at, board.stickies.get(id)?.size())))
        .chain(frames.iter().map(|(_, rect)| *rect))
        .collect();
    let notes = board
        .stickies
        .iter()
        .filter(|(id, sticky)| !taken.contains(id) && !linked.contains(id) && !sticky.locked);
    for (id, sticky) in notes {
        let mut at = sticky.at;
        while let Some(under) = rects.iter().find(|rect| rect.intersects(Rect::at(at, sticky.size()))) {
            at.y = under.max.y + ASIDE;
        }
        rects.push(Rect::at(at, sticky.size()));
        if at != sticky.at {
            stickies.push((*id, at));
        }
    }
}

/// The operations that put the frames of an arrangement in place.
#[must_use]
pub fn frame_ops(board: &Board, arrangement: &Arrangement) -> Vec<Op> {
    let ops = arrangement.frames.iter().filter_map(|(id, rect)| {
        let before = board.frames.get(id)?;
        let mut after = before.clone();
        after.at = rect.min;
        after.size = Size::new(rect.width(), rect.height());
        let record = |frame: &crate::board::Frame| Record::Frame(*id, Box::new(frame.clone()));
        Some(diff(&record(before), &record(&after)))
    });
    ops.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{IdGen, StickyKind};
    use crate::view::outline;

    #[test]
    fn an_arranged_board_has_causes_left_of_effects_and_no_overlaps() {
        let mut board = Board::default();
        let text = "Order -> Shop -> Ordered -> Kitchen -> Cooked\nPay -> Bank -> Paid";
        let edit = outline::plan(&board, &mut IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        for sticky in board.stickies.values_mut() {
            sticky.at = Point::default();
        }
        for (id, at) in arrange(&board).stickies {
            board.stickies.get_mut(&id).unwrap().at = at;
        }
        for link in board.links.values() {
            assert!(board.stickies[&link.from].at.x < board.stickies[&link.to].at.x);
        }
        let rects: Vec<Rect> = board.stickies.values().map(Sticky::rect).collect();
        for (i, a) in rects.iter().enumerate() {
            assert!(rects[..i].iter().all(|b| !a.intersects(*b)));
        }
    }
}
