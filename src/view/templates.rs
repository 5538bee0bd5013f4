//! Templates: small boards to start a workshop from, each a few lines of text.

use super::outline;
use crate::board::{Board, Frame, FrameId, IdGen, LineId, PivotalLine, Point, Rect, Size, StickyKind};

/// A board to start from.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// What it is called.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Its stickies, a row a line.
    lines: &'static str,
    /// The title of a frame around them; empty for none.
    frame: &'static str,
    /// Pivotal lines: after which column, and the title.
    pivots: &'static [(u8, &'static str)],
}

/// Every template, from the widest view to the closest.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "Big picture",
        about: "What happens, who is there, where it hurts",
        lines: "event: Concert announced -> event: Sale opened -> event: Seat reserved -> event: Ticket paid -> event: Ticket sent -> event: Guest admitted\n\
                actor: Promoter -> external: Ticket shop -> actor: Guest -> external: Payment service -> hotspot: What if the hall is full? -> opportunity: Resale among guests",
        frame: "",
        pivots: &[(2, "On sale"), (5, "Show day")],
    },
    Template {
        name: "Process",
        about: "Who decides, what happens, and what follows",
        lines: "actor: Guest -> command: Reserve seat -> external: Seat plan -> event: Seat reserved -> policy: Ask for payment -> command: Pay ticket -> external: Payment service -> event: Ticket paid\n\
                actor: Guest -> query: Find free seats -> read model: Free seats",
        frame: "Reserve and pay",
        pivots: &[],
    },
    Template {
        name: "Publish and subscribe",
        about: "One fact, many who react, each at its own pace",
        lines: "actor: Guest -> command: Place order -> service: Shop -> event: Order placed -> channel: Kitchen queue -> service: Kitchen -> event: Order cooked\n\
                event: Order placed -> channel: Billing queue -> service: Billing -> event: Invoice sent\n\
                event: Order placed -> channel: Insight queue -> service: Insight",
        frame: "Orders",
        pivots: &[],
    },
    Template {
        name: "Process manager",
        about: "Several steps, one who keeps track, and a way back",
        lines: "actor: Traveller -> command: Book trip -> service: Trips -> event: Trip requested -> service: Trip manager -> command: Book flight -> service: Flights -> event: Flight booked\n\
                event: Flight booked -> service: Trip manager -> command: Book hotel -> service: Hotels -> event: Hotel refused\n\
                event: Hotel refused -> service: Trip manager -> command: Cancel flight -> service: Flights -> event: Flight cancelled",
        frame: "Trip",
        pivots: &[],
    },
];

/// Room between the stickies and their frame, in world units.
const ROOM: f32 = 28.0;
/// Room for the frame's title.
const TITLE: f32 = 20.0;

impl Template {
    /// The board.
    #[must_use]
    pub fn board(&self) -> Board {
        let mut board = Board::default();
        let mut ids = IdGen::new(0, 0);
        let edit = outline::plan(&board, &mut ids, self.lines, Point::new(80.0, 80.0), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).expect("a plan for an empty board fits it");
        board.settings.title = self.name.to_owned();
        let mut columns: Vec<Rect> = board.stickies.values().map(crate::board::Sticky::rect).collect();
        columns.sort_by(|a, b| a.min.y.total_cmp(&b.min.y).then(a.min.x.total_cmp(&b.min.x)));
        for (after, name) in self.pivots {
            if let Some(column) = usize::from(*after).checked_sub(1).and_then(|at| columns.get(at)) {
                let line = PivotalLine {
                    name: (*name).to_owned(),
                    x: column.max.x + outline::GAP * 0.5,
                    ..PivotalLine::default()
                };
                board.lines.insert(LineId(ids.mint()), line);
            }
        }
        if let Some(bounds) = board.bounds().filter(|_| !self.frame.is_empty()) {
            let around = bounds.expanded(ROOM);
            let frame = Frame {
                name: self.frame.to_owned(),
                at: around.min.moved(0.0, -TITLE),
                size: Size::new(around.width(), around.height() + TITLE),
                ..Frame::default()
            };
            board.frames.insert(FrameId(ids.mint()), frame);
        }
        board
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_a_board_that_means_something() {
        for template in TEMPLATES {
            let board = template.board();
            assert_eq!(board.title(), template.name);
            assert!(board.stickies.len() >= 10, "{}", template.name);
            assert!(board.links.values().all(|link| board.link_meaning(link).is_some()), "{}", template.name);
            let rects: Vec<Rect> = board.stickies.values().map(crate::board::Sticky::rect).collect();
            for (i, a) in rects.iter().enumerate() {
                assert!(rects[..i].iter().all(|b| !a.intersects(*b)), "{}", template.name);
            }
            let text = crate::board::format::write(&board, crate::board::format::Syntax::Ron);
            assert_eq!(crate::board::format::read(&text, crate::board::format::Syntax::Ron).unwrap(), board);
        }
    }
}
