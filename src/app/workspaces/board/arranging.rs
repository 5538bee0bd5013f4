//! Arranging the board by cause and effect: worked out on another thread, shown as one movement, one step to undo.

use std::sync::mpsc::{Receiver, channel};

use egui::Context;

use super::BoardWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::board::Point;
use crate::view::{Item, tidy};

/// How long things take to their new places, in seconds.
const LASTS: f64 = 0.35;

/// An arrangement on its way.
pub(super) enum Moving {
    /// It is being worked out for this revision.
    Planning(u64, Receiver<tidy::Arrangement>),
    /// Things move from where they were to where they go.
    Underway { places: Vec<(Item, Point, Point)>, frames: tidy::Arrangement, start: f64 },
}

impl BoardWorkspace {
    /// Begins to arrange the board.
    pub(super) fn arrange(&mut self, ctx: &Context, cx: &mut Cx<'_>) {
        if self.moving.is_some() || cx.document.board().stickies.is_empty() {
            return;
        }
        let (sender, receiver) = channel();
        let (board, ctx) = (cx.document.shared(), ctx.clone());
        self.moving = Some(Moving::Planning(cx.document.revision(), receiver));
        std::thread::spawn(move || {
            // The window may be gone by now; then nobody waits for this.
            let _ = sender.send(tidy::arrange(&board));
            ctx.request_repaint();
        });
    }

    /// Moves things along while the board is being arranged.
    pub(super) fn step_arranging(&mut self, ctx: &Context, cx: &mut Cx<'_>) {
        let now = ctx.input(|input| input.time);
        match self.moving.take() {
            None => {}
            Some(Moving::Planning(revision, receiver)) => match receiver.try_recv() {
                Ok(_) if revision != cx.document.revision() => {
                    cx.say(Tone::Plain, "The board changed while it was being arranged; nothing was moved");
                }
                Ok(arrangement) => self.set_off(ctx, cx, arrangement, now),
                Err(std::sync::mpsc::TryRecvError::Empty) => {
                    self.moving = Some(Moving::Planning(revision, receiver));
                }
                Err(std::sync::mpsc::TryRecvError::Disconnected) => {}
            },
            Some(Moving::Underway { places, frames, start }) => {
                #[expect(clippy::cast_possible_truncation, reason = "a fraction between 0 and 1")]
                let t = ((now - start) / LASTS).clamp(0.0, 1.0) as f32;
                if !cx.document.in_gesture() {
                    return;
                }
                let eased = 1.0 - (1.0 - t).powi(3);
                let mix =
                    |a: Point, b: Point| Point::new(a.x + (b.x - a.x) * eased, a.y + (b.y - a.y) * eased);
                let at: Vec<(Item, Point)> = if t < 1.0 {
                    places.iter().map(|(item, from, to)| (*item, mix(*from, *to))).collect()
                } else {
                    places.iter().map(|(item, _, to)| (*item, *to)).collect()
                };
                self.put(cx, &at);
                if t < 1.0 {
                    self.moving = Some(Moving::Underway { places, frames, start });
                } else {
                    if let Err(error) = cx.document.extend(tidy::frame_ops(cx.document.board(), &frames)) {
                        cx.say(Tone::Error, error.to_string());
                    }
                    cx.document.end();
                    self.canvas.fit(ctx, &cx.scene_at_level());
                }
                ctx.request_repaint();
            }
        }
    }

    fn set_off(&mut self, ctx: &Context, cx: &mut Cx<'_>, arrangement: tidy::Arrangement, now: f64) {
        let board = cx.document.board();
        let places: Vec<(Item, Point, Point)> = arrangement
            .stickies
            .iter()
            .filter_map(|(id, to)| Some((Item::Sticky(*id), board.stickies.get(id)?.at, *to)))
            .filter(|(_, from, to)| from != to)
            .collect();
        if places.is_empty() {
            cx.say(Tone::Plain, "The board is arranged already");
            return;
        }
        cx.document.begin("Arrange the board");
        self.moving = Some(Moving::Underway { places, frames: arrangement, start: now });
        ctx.request_repaint();
    }
}
