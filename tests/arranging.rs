//! Arranging the sample boards: no overlaps, frames respected, and a small change moves little.

use std::collections::BTreeMap;

use isobar::board::{Board, FrameId, Link, LinkId, Point, Rect, Sticky, StickyId, StickyKind};
use isobar::view::tidy;

use super::proposals::samples;

/// The board with everything where the arrangement puts it.
fn arranged(board: &Board) -> Board {
    let arrangement = tidy::arrange(board);
    let mut board = board.clone();
    for (id, at) in &arrangement.stickies {
        board.stickies.get_mut(id).unwrap().at = *at;
    }
    let ops = tidy::frame_ops(&board, &arrangement);
    isobar::edit::apply(&mut board, &ops).unwrap();
    board
}

fn frames(board: &Board) -> BTreeMap<StickyId, FrameId> {
    let framed = board.stickies.iter().filter_map(|(id, sticky)| Some((*id, board.frame_of(sticky)?.0)));
    framed.collect()
}

/// How far the stickies two boards share stand apart, on average.
fn moved(before: &Board, after: &Board) -> f32 {
    let ways: Vec<f32> = before
        .stickies
        .iter()
        .filter_map(|(id, sticky)| Some(sticky.at.distance(after.stickies.get(id)?.at)))
        .collect();
    ways.iter().sum::<f32>() / ways.len().max(1) as f32
}

#[test]
fn nothing_overlaps_and_everything_stays_in_its_frame() {
    for (name, board) in samples() {
        let after = arranged(&board);
        let rects: Vec<(StickyId, Rect)> = after.stickies.iter().map(|(id, s)| (*id, s.rect())).collect();
        for (i, (id, rect)) in rects.iter().enumerate() {
            let under =
                rects[..i].iter().find(|(_, other)| other.expanded(-0.5).intersects(rect.expanded(-0.5)));
            assert!(under.is_none(), "{name}: {id} lies on {under:?}");
        }
        assert_eq!(frames(&after), frames(&board), "{name}");
    }
}

#[test]
fn an_arranged_board_stays_as_it_is() {
    for (name, board) in samples() {
        let once = arranged(&board);
        let twice = arranged(&once);
        let by = moved(&once, &twice);
        assert!(by < 1.0, "{name}: arranged twice, things moved by {by} on average");
    }
}

#[test]
fn a_small_change_moves_little() {
    for (name, board) in samples() {
        let before = arranged(&board);
        let mut changed = before.clone();
        let event = before.stickies.iter().find(|(_, sticky)| sticky.kind == StickyKind::Event);
        let (id, event) = event.map(|(id, sticky)| (*id, sticky.clone())).unwrap();
        let mut ids = before.id_gen(9);
        let new = StickyId(ids.mint());
        let beside = Point::new(event.rect().max.x + 40.0, event.at.y);
        let policy = Sticky {
            kind: StickyKind::Policy,
            name: "One more thing".to_owned(),
            at: beside,
            ..Sticky::default()
        };
        changed.stickies.insert(new, policy);
        changed.links.insert(LinkId(ids.mint()), Link { from: id, to: new, ..Link::default() });
        let by = moved(&before, &arranged(&changed));
        println!("{name}: one sticky more moved the others by {by:.0} on average");
        assert!(by < 60.0, "{name}: one sticky more moved the others by {by} on average");
    }
}
