//! The Replay workspace: a captured log on the board.

mod again;
mod chart;
mod drawer;
mod event;
mod file;
mod findings;
mod fit;
mod found;
mod heat;
mod open;
mod picked;
mod picture;
mod process;
mod report;
mod sidebar;
mod table;
mod transport;
mod trial;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::drawer::Tab;
use self::event::Against;
use self::fit::Fitted;
use self::open::Open;
use self::picture::Picture;
use self::sidebar::Side;
use self::table::Table;
use super::{Workspace, watching};
use crate::app::canvas::{BoardCanvas, Dot, DotLook, Overlays, Tone};
use crate::app::context::{Command, Cx};
use crate::app::later::Later;
use crate::board::LinkId;
use crate::replay::discovery::Discovered;
use crate::replay::moment::Place;
use crate::topology::MessageKind;
use crate::view::{Action, Item};

/// The Replay workspace.
#[derive(Default)]
pub(super) struct ReplayWorkspace {
    canvas: BoardCanvas,
    overlays: Overlays,
    picture: Picture,
    open: Option<Open>,
    discovering: Later<Discovered>,
    tab: Tab,
    /// The drawer shows its tabs only.
    folded: bool,
    side: Side,
    table: Table,
    against: Against,
    /// The event whose payload others of its type are compared with.
    compare_with: Option<usize>,
    fitting: Later<Fitted>,
    /// A run of the board that is to be replayed.
    trying: Later<Result<PathBuf, String>>,
    fitted: Option<Fitted>,
    /// The service asked about.
    what_if: Option<String>,
}

impl ReplayWorkspace {
    /// Another log: what belonged to the one before is gone.
    fn forget(&mut self) {
        self.table.clear();
        self.compare_with = None;
        (self.fitting, self.fitted) = (Later::default(), None);
    }

    /// Brings items into view on the picture that is shown.
    fn reveal(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        let scene = self.picture.scene(cx);
        watching::reveal(self.picture.canvas(&mut self.canvas), ctx, items, &scene);
    }

    fn empty(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        ui.label(theme.title("Replay"));
        ui.add_space(8.0);
        ui.label(theme.secondary(
            "Open a captured event log to see it travel over this board, and where it departs from it.",
        ));
        ui.add_space(12.0);
        let keys = Action::OpenLog.row().keys;
        if ui.add(egui::Button::new("Open a captured log…").shortcut_text(keys)).clicked() {
            cx.send(Command::Run(Action::OpenLog));
        }
        self.trial(ui, cx);
        crate::app::widgets::section(ui, theme, "Formats");
        for reader in crate::replay::readers::ALL {
            ui.label(theme.secondary(reader.label));
        }
        ui.label(theme.secondary("each also as gzip or zstd; a file may mix them"));
    }

    /// The dots of this moment over the board, or, where they are too many, how much flows where.
    fn overlay(&mut self, cx: &mut Cx<'_>) {
        self.overlays = Overlays::default();
        let Some(open) = &self.open else { return };
        let topology = cx.topology();
        let followed =
            open.player.at_row.and_then(|row| open.log.event(row)).map(|event| event.correlation_key());
        let dots = open.frame.dots.iter().map(|dot| {
            let kind = open.tracks.matched().message(dot.type_number).map(|message| topology[message].kind);
            let token = match kind {
                Some(MessageKind::Command) => "command",
                Some(MessageKind::Query) => "query",
                _ => "event",
            };
            let row = open.log.event(dot.row);
            let followed =
                followed.is_some_and(|key| key != 0) && row.map(|event| event.correlation_key()) == followed;
            let look = open.repeats.of(dot.row).map_or(DotLook::Plain, |again| again::dot_look(again.how));
            Dot { link: dot.link, at: dot.along, token, look, followed }
        });
        self.overlays.dots = dots.collect();
        if !open.frame.flow.is_empty() {
            thin_out(&mut self.overlays.dots);
        }
        self.picture.move_dots(&mut self.overlays.dots);
        self.overlays.flow = heat::strengths(&self.picture.counts(&open.frame.flow));
        open.heat.overlay(&mut self.overlays, &self.picture, cx.document.board());
    }

    /// What happens now but stands nowhere on the board, in a line above it. The line is there for as long as the log has
    /// such types: the board must not move while it plays.
    fn off_board(&self, ui: &mut egui::Ui, cx: &Cx<'_>) {
        let Some(open) = self.open.as_ref().filter(|_| !cx.document.board().stickies.is_empty()) else {
            return;
        };
        let (types, unknown) = (open.log.types(), open.tracks.matched().n_unknown());
        if unknown == 0 {
            return;
        }
        let now = &open.frame.off_board;
        let first = now.first().map(|number| types.title(*number));
        let foreign = open.log.is_complete() && unknown == types.len();
        let text = match (first, now.len()) {
            _ if foreign => {
                "Nothing of this log is on this board. “Make a board of it” under Log draws one".to_owned()
            }
            (None, _) => format!("{unknown} of the {} types of this log are not on the board", types.len()),
            (Some(first), 1) => format!("Under way, but not on the board: {first}"),
            (Some(first), 2) => format!("Under way, but not on the board: {first} and one type more"),
            (Some(first), n) => format!("Under way, but not on the board: {first} and {} types more", n - 1),
        };
        let theme = cx.theme;
        let ink = if foreign || !now.is_empty() { theme.warning } else { theme.secondary };
        let frame = egui::Frame::new().fill(theme.chrome).inner_margin(egui::Margin::symmetric(12, 5));
        egui::Panel::top("replay-off-board").frame(frame).show(ui, |ui| {
            let font = crate::app::theme::Theme::plain(theme.sizes.secondary);
            ui.add(egui::Label::new(egui::RichText::new(text).font(font).color(ink)).truncate());
        });
    }
}

/// Dots left on a link of which a band already tells how much flows.
const DOTS_IN_FLOW: usize = 12;

/// Picks evenly from the dots of each link, so that the band under them can be seen.
fn thin_out(dots: &mut Vec<Dot>) {
    let mut counts: BTreeMap<LinkId, usize> = BTreeMap::new();
    dots.iter().for_each(|dot| *counts.entry(dot.link).or_default() += 1);
    let mut seen: BTreeMap<LinkId, usize> = BTreeMap::new();
    dots.retain(|dot| {
        let stride = counts[&dot.link].div_ceil(DOTS_IN_FLOW);
        let at = seen.entry(dot.link).or_default();
        *at += 1;
        at.is_multiple_of(stride)
    });
}

/// A moment of a log: "2026-01-01 00:41:07.250".
fn spoken_time(nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(nanos)).map_or_else(
        |_beyond| "before the calendar".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
    )
}

impl Workspace for ReplayWorkspace {
    fn name(&self) -> &'static str {
        "Replay"
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        if let Some(open) = &mut self.open {
            open.refresh(ui.ctx(), cx);
        }
        let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(12.0);
        egui::Panel::right("replay-side").frame(frame).default_size(320.0).size_range(260.0..=560.0).show(
            ui,
            |ui| {
                crate::app::widgets::within(ui, |ui| {
                    if self.open.is_some() { self.sidebar(ui, cx) } else { self.empty(ui, cx) }
                });
            },
        );
        if self.open.is_some() {
            let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
            egui::Panel::bottom("replay-transport").frame(frame).show(ui, |ui| self.transport(ui, cx));
            self.drawer(ui, cx);
            self.off_board(ui, cx);
        }
        let scene = self.picture.scene(cx);
        self.overlay(cx);
        let canvas = self.picture.canvas(&mut self.canvas);
        canvas.keep_whole(&scene);
        let shown = canvas.show(ui, &scene, cx.theme, cx.selection, &self.overlays);
        if let Some(clicked) = shown.clicked {
            *cx.selection = clicked.into_iter().collect();
        }
        self.offer_board(ui, cx);
        self.take_discovered(cx);
        if let Some(ask) = watching::keys(ui) {
            self.ask(ask, ui.ctx());
        }
        self.step_keys(ui, cx);
        cx.derived.log = self.open.as_ref().map(|open| {
            let at = open.player.current(&open.log).unwrap_or_default();
            (open.log.clone(), at)
        });
    }

    fn logic(&mut self, ctx: &egui::Context, _cx: &mut Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        let secs = f64::from(ctx.input(|input| input.stable_dt).min(0.1));
        if open.player.tick(&open.log, secs) {
            ctx.request_repaint();
        }
    }

    fn action(&mut self, ctx: &egui::Context, action: Action, cx: &mut Cx<'_>) -> bool {
        let scene = self.picture.scene(cx);
        watching::action(self.picture.canvas(&mut self.canvas), ctx, action, &scene, cx)
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        self.canvas.fit_next();
        self.picture.canvas.fit_next();
        self.overlays = Overlays::default();
    }

    fn show(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        self.reveal(ctx, items, cx);
    }

    fn open_log(&mut self, ctx: &egui::Context, log: &Path, at: Option<Place>, cx: &mut Cx<'_>) {
        match Open::begin(ctx, log, cx) {
            Ok(mut open) => {
                open.wanted = at;
                self.open = Some(open);
                self.forget();
            }
            Err(message) => cx.say(Tone::Error, message),
        }
    }

    fn hint(&self) -> String {
        "Space plays · . and , step · T and P step by type and process · B marks · R copies a bug report · wheel zooms the timeline"
            .to_owned()
    }

    fn zoom(&self) -> Option<f32> {
        Some(if self.picture.topology { self.picture.canvas.camera.zoom } else { self.canvas.camera.zoom })
    }
}
