//! Actions of the table that are about the canvas.

use egui::Context;

use super::BoardWorkspace;
use super::effects::is_free;
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::board::notation::Level;
use crate::board::{Point, Record, Rect, Sticky, StickyId};
use crate::edit::Intent;
use crate::view::align::{self, Align};
use crate::view::tool::Tool;
use crate::view::{Action, Camera, Item, clipboard, stack};

impl BoardWorkspace {
    /// Carries out an action; `false` when it is not about the canvas.
    pub(super) fn run(&mut self, ctx: &Context, action: Action, cx: &mut Cx<'_>) -> bool {
        match action {
            Action::Fit => self.canvas.fit(ctx, &cx.scene_at_level()),
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
                let scene = cx.scene_at_level();
                let frames = scene.frames.iter().map(|frame| Item::Frame(frame.id));
                *cx.selection =
                    scene.stickies.iter().map(|shape| Item::Sticky(shape.id)).chain(frames).collect();
            }
            Action::Rename => {
                if let Some(item) = cx.selection.only() {
                    self.rename(cx, item);
                }
            }
            Action::RenameEverywhere => {
                if let Some(id) = cx.selection.only_sticky() {
                    self.edit_name(cx, Item::Sticky(id), true);
                }
            }
            Action::MergeNames => self.merge_names(cx),
            Action::FrameSelection => self.frame_selection(cx),
            Action::PivotalLine => {
                let beside = cx.selection.bounds(cx.document.board()).map(|bounds| bounds.max.x + 20.0);
                let x = self.pointer.map(|at| at.x).or(beside).unwrap_or_else(|| self.drop_point().x);
                self.place_line(cx, x);
            }
            Action::LevelBigPicture => self.show_level(cx, Level::BigPicture),
            Action::LevelProcess => self.show_level(cx, Level::Process),
            Action::LevelDesign => self.show_level(cx, Level::Design),
            Action::Voting => self.toggle_voting(ctx, cx),
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
            Action::Lock => self.lock(cx),
            Action::Vote => self.vote_for_selected(cx),
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
            Action::IgnoreProposals => self.ignore_proposals(cx),
            Action::ProposeAgain => self.propose_again(cx),
            Action::ToggleNumbers => cx.options.numbers = !cx.options.numbers,
            Action::Present => self.present(ctx, cx),
            _ => return false,
        }
        ctx.request_repaint();
        true
    }

    fn delete(&mut self, cx: &mut Cx<'_>) {
        if self.ignore_focused_proposal(cx) {
            return;
        }
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

    /// Puts the selected stickies above or below all others.
    fn restack(&mut self, cx: &mut Cx<'_>, front: bool) {
        let records = stack::restacked(cx.document.board(), &cx.selection.stickies().collect(), front);
        let label = if front { "Bring to front" } else { "Send to back" };
        if !records.is_empty() {
            cx.perform(&Intent::Change { label: label.to_owned(), records });
        }
    }

    /// Locks the selection in place, or lets all of it go when all of it is locked.
    fn lock(&mut self, cx: &mut Cx<'_>) {
        let board = cx.document.board();
        let selected: Vec<Record> = cx.selection.keys().iter().filter_map(|key| board.record(key)).collect();
        let is_locked = |record: &Record| match record {
            Record::Sticky(_, sticky) => sticky.locked,
            Record::Frame(_, frame) => frame.locked,
            Record::Line(_, line) => line.locked,
            _ => true,
        };
        let lock = !selected.iter().all(is_locked);
        let mut records = selected;
        for record in &mut records {
            match record {
                Record::Sticky(_, sticky) => sticky.locked = lock,
                Record::Frame(_, frame) => frame.locked = lock,
                Record::Line(_, line) => line.locked = lock,
                _ => {}
            }
        }
        if !records.is_empty() {
            cx.perform(&Intent::Change { label: if lock { "Lock" } else { "Unlock" }.to_owned(), records });
        }
    }

    /// One vote for each selected sticky.
    fn vote_for_selected(&mut self, cx: &mut Cx<'_>) {
        let board = cx.document.board();
        let records: Vec<Record> = cx
            .selection
            .stickies()
            .filter_map(|id| board.stickies.get(&id).map(|sticky| (id, sticky.clone())))
            .map(|(id, sticky)| {
                let votes = sticky.votes.saturating_add(1);
                Record::Sticky(id, Box::new(Sticky { votes, ..sticky }))
            })
            .collect();
        if records.is_empty() {
            cx.say(Tone::Plain, "Select what to vote for");
        } else {
            cx.perform(&Intent::Change { label: "Vote".to_owned(), records });
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
