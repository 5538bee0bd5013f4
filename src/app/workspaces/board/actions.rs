//! Actions of the table that are about the canvas.

use egui::Context;

use super::BoardWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::board::{Board, Key, Point, Record, Rect, Sticky, StickyId, order};
use crate::edit::Intent;
use crate::view::align::{self, Align};
use crate::view::tool::Tool;
use crate::view::{Action, Camera, Item, clipboard};

impl BoardWorkspace {
    /// Carries out an action; `false` when it is not about the canvas.
    pub(super) fn run(&mut self, ctx: &Context, action: Action, cx: &mut Cx<'_>) -> bool {
        match action {
            Action::Fit => self.canvas.fit(ctx, &cx.scene()),
            Action::FitSelection => {
                if let Some(bounds) = cx.selection.bounds(cx.document.board()) {
                    self.canvas.fly_to(ctx, bounds, 2.0);
                }
            }
            Action::ActualSize => {
                let center = self.canvas.camera.center;
                self.canvas.fly(ctx, Camera { center, zoom: 1.0 });
            }
            Action::ZoomIn => self.canvas.zoom_by(ctx, 1.25),
            Action::ZoomOut => self.canvas.zoom_by(ctx, 0.8),
            Action::SelectTool => self.take(ctx, cx, Tool::Select),
            Action::PanTool => self.take(ctx, cx, Tool::Pan),
            Action::ConnectTool => self.take(ctx, cx, Tool::Connect),
            Action::FrameTool => self.take(ctx, cx, Tool::Frame),
            Action::SelectAll => {
                let board = cx.document.board();
                let frames = board.frames.keys().map(|id| Item::Frame(*id));
                *cx.selection = board.stickies.keys().map(|id| Item::Sticky(*id)).chain(frames).collect();
            }
            Action::Rename => {
                if let Some(item) = cx.selection.only() {
                    self.rename(cx, item);
                }
            }
            Action::Delete => self.delete(cx),
            Action::Copy => self.copy(ctx, cx),
            Action::Cut => {
                self.copy(ctx, cx);
                self.delete(cx);
            }
            Action::Duplicate => self.duplicate(cx, 24.0),
            Action::ConnectSelected => self.connect_selected(cx),
            Action::BringToFront => self.restack(cx, true),
            Action::SendToBack => self.restack(cx, false),
            Action::Lock => {
                self.change_stickies(cx, "Lock or unlock", |sticky, all| sticky.locked = !all(&|s| s.locked));
            }
            Action::Vote => self.change_stickies(cx, "Vote", |sticky, _| sticky.votes += 1),
            Action::ClearVotes => self.clear_votes(cx),
            Action::AlignLeft => self.align(cx, action, Align::Left),
            Action::AlignCenter => self.align(cx, action, Align::Center),
            Action::AlignRight => self.align(cx, action, Align::Right),
            Action::AlignTop => self.align(cx, action, Align::Top),
            Action::AlignMiddle => self.align(cx, action, Align::Middle),
            Action::AlignBottom => self.align(cx, action, Align::Bottom),
            Action::DistributeAcross => {
                self.arrange_selected(cx, action, |rects| align::distribute(rects, true));
            }
            Action::DistributeDown => {
                self.arrange_selected(cx, action, |rects| align::distribute(rects, false));
            }
            Action::Arrange => self.arrange(ctx, cx),
            Action::ToggleProposals => cx.options.proposals = !cx.options.proposals,
            Action::AcceptProposals => self.accept_proposals(cx),
            Action::ToggleNumbers => cx.options.numbers = !cx.options.numbers,
            Action::Present => self.present(ctx, cx),
            _ => return false,
        }
        ctx.request_repaint();
        true
    }

    /// Draws every proposed link, as one step.
    fn accept_proposals(&mut self, cx: &mut Cx<'_>) {
        let proposals = crate::view::propose::proposals(cx.document.board());
        if proposals.is_empty() {
            cx.say(Tone::Plain, "The layout proposes no links that are not there yet");
            return;
        }
        cx.document.begin(format!("Accept {} proposed links", proposals.len()));
        for proposal in &proposals {
            // What was linked meanwhile stays as it is.
            let _ = cx.document.include(&Intent::Connect { from: proposal.from, to: proposal.to });
        }
        cx.document.end();
        cx.say(Tone::Fine, format!("{} links drawn", proposals.len()));
    }

    /// Shows the next frame of the board, from left to right; after the last, the whole board.
    fn present(&mut self, ctx: &Context, cx: &mut Cx<'_>) {
        let scene = cx.scene();
        let mut frames: Vec<Rect> = scene.frames.iter().map(|frame| frame.rect).collect();
        frames.sort_by(|a, b| a.min.x.total_cmp(&b.min.x).then(a.min.y.total_cmp(&b.min.y)));
        let next = self.presenting.map_or(0, |at| at + 1);
        match frames.get(next) {
            Some(frame) => {
                self.presenting = Some(next);
                self.canvas.fly_to(ctx, *frame, 2.0);
            }
            None => {
                self.presenting = None;
                self.canvas.fit(ctx, &scene);
            }
        }
    }

    fn delete(&mut self, cx: &mut Cx<'_>) {
        let keys = cx.selection.keys();
        if !keys.is_empty() {
            cx.perform(&Intent::Remove { keys });
            cx.selection.clear();
        }
    }

    fn copy(&mut self, ctx: &Context, cx: &Cx<'_>) {
        if !cx.selection.is_empty() {
            self.clipboard = clipboard::copy(cx.document.board(), cx.selection);
            ctx.copy_text(self.clipboard.clone());
        }
    }

    /// Links the selected stickies in reading order, as one step.
    fn connect_selected(&mut self, cx: &mut Cx<'_>) {
        let board = cx.document.board();
        let mut ids: Vec<StickyId> = cx.selection.stickies().collect();
        let place = |id: &StickyId| board.stickies.get(id).map_or(Point::default(), |sticky| sticky.at);
        ids.sort_by(|a, b| place(a).x.total_cmp(&place(b).x).then(place(a).y.total_cmp(&place(b).y)));
        cx.document.begin("Link selected stickies");
        let mut failed = 0;
        for pair in ids.windows(2) {
            if cx.document.include(&Intent::Connect { from: pair[0], to: pair[1] }).is_err() {
                failed += 1;
            }
        }
        cx.document.end();
        if failed > 0 {
            cx.say(Tone::Plain, "Some of them were linked already");
        }
    }

    fn restack(&mut self, cx: &mut Cx<'_>, front: bool) {
        let board = cx.document.board();
        let layers = board.stickies.values().map(|sticky| sticky.layer.as_str());
        let edge = if front { layers.max() } else { layers.filter(|layer| !layer.is_empty()).min() };
        let edge = edge.unwrap_or("").to_owned();
        let layer = if front { order::between(&edge, "") } else { String::new() };
        let label = if front { "Bring to front" } else { "Send to back" };
        self.change_stickies(cx, label, |sticky, _| sticky.layer.clone_from(&layer));
    }

    /// Changes the selected stickies as one step. The second argument asks whether something holds for all of them.
    fn change_stickies(
        &mut self,
        cx: &mut Cx<'_>,
        label: &str,
        change: impl Fn(&mut Sticky, &dyn Fn(&dyn Fn(&Sticky) -> bool) -> bool),
    ) {
        let board = cx.document.board();
        let selected: Vec<(StickyId, &Sticky)> =
            cx.selection.stickies().filter_map(|id| Some((id, board.stickies.get(&id)?))).collect();
        let all = |test: &dyn Fn(&Sticky) -> bool| selected.iter().all(|(_, sticky)| test(sticky));
        let records: Vec<Record> = selected
            .iter()
            .map(|(id, sticky)| {
                let mut sticky = (*sticky).clone();
                change(&mut sticky, &all);
                Record::Sticky(*id, Box::new(sticky))
            })
            .collect();
        if !records.is_empty() {
            cx.perform(&Intent::Change { label: label.to_owned(), records });
        }
    }

    fn clear_votes(&mut self, cx: &mut Cx<'_>) {
        let voted = cx.document.board().stickies.iter().filter(|(_, sticky)| sticky.votes > 0);
        let records = voted
            .map(|(id, sticky)| Record::Sticky(*id, Box::new(Sticky { votes: 0, ..sticky.clone() })))
            .collect();
        cx.perform(&Intent::Change { label: "Clear votes".to_owned(), records });
    }

    fn align(&mut self, cx: &mut Cx<'_>, action: Action, how: Align) {
        self.arrange_selected(cx, action, |rects| align::align(rects, how));
    }

    fn arrange_selected(&mut self, cx: &mut Cx<'_>, action: Action, places: impl Fn(&[Rect]) -> Vec<Point>) {
        let board = cx.document.board();
        let items: Vec<(Item, Rect)> = cx
            .selection
            .iter()
            .filter(|item| is_free(board, *item))
            .filter_map(|item| Some((item, item.rect(board)?)))
            .collect();
        let rects: Vec<Rect> = items.iter().map(|(_, rect)| *rect).collect();
        let moved: Vec<(Item, Point)> = items.iter().map(|(item, _)| *item).zip(places(&rects)).collect();
        self.put_as(cx, action.row().text, &moved);
    }
}

/// True for what can be moved by hand.
fn is_free(board: &Board, item: Item) -> bool {
    match item.key() {
        Key::Sticky(id) => board.stickies.get(&id).is_some_and(|sticky| !sticky.locked),
        Key::Frame(_) => true,
        _ => false,
    }
}
