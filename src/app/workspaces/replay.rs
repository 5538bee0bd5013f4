//! The Replay workspace: a captured log on the board.

mod sidebar;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Workspace;
use crate::app::canvas::{BoardCanvas, Dot, DotLook, Overlays, Tone};
use crate::app::context::{Command, Cx};
use crate::app::pick::{self, Kind, Question};
use crate::app::timeline::{Ask, Flag, Timeline, Transport};
use crate::io::logs::LogFile;
use crate::replay::index::{Causes, Log};
use crate::replay::load::Loading;
use crate::replay::mapping::Mapping;
use crate::replay::player::{Filter, Player, SPEEDS, StepTo};
use crate::replay::tracks::Tracks;
use crate::topology::MessageKind;
use crate::view::{Action, Item};

/// Bars of the histogram.
const BUCKETS: usize = 240;

/// A log on the screen.
struct Open {
    path: PathBuf,
    loading: Arc<Loading>,
    /// Why the log could not be read to its end.
    failure: std::sync::mpsc::Receiver<String>,
    log: Log,
    player: Player,
    filter: Filter,
    causes: Causes,
    tracks: Tracks,
    /// The revision of the board the tracks were made for, and the length of the log then.
    made_for: (u64, usize),
    buckets: Vec<f32>,
}

/// The Replay workspace.
#[derive(Default)]
pub(super) struct ReplayWorkspace {
    canvas: BoardCanvas,
    overlays: Overlays,
    open: Option<Open>,
    picking: Option<std::sync::mpsc::Receiver<Option<PathBuf>>>,
    search: String,
}

impl ReplayWorkspace {
    fn open(&mut self, ctx: &egui::Context, path: &Path, cx: &mut Cx<'_>) {
        let file = match LogFile::open(path) {
            Ok(file) => file,
            Err(error) => {
                cx.say(Tone::Error, crate::app::context::sentence(&error.to_string()));
                return;
            }
        };
        if let Some(warning) = file.warning() {
            cx.say(Tone::Warning, warning.to_owned());
        }
        let loading = Arc::new(Loading::new(file.shared(), Mapping::default()));
        let (worker, ctx) = (Arc::clone(&loading), ctx.clone());
        let (send, failure) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if let Err(error) = worker.run() {
                let _ = send.send(error.to_string());
            }
            ctx.request_repaint();
        });
        let log = loading.snapshot();
        let topology = cx.topology();
        let tracks = Tracks::new(cx.document.board(), &topology, &log);
        self.open = Some(Open {
            path: path.to_owned(),
            loading,
            failure,
            player: Player::new(&log),
            filter: Filter::default(),
            causes: log.causes(),
            tracks,
            made_for: (cx.document.revision(), 0),
            buckets: Vec::new(),
            log,
        });
    }

    /// Takes in what was read since, and follows changes of the board.
    fn refresh(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        if let Ok(message) = open.failure.try_recv() {
            cx.say(Tone::Error, crate::app::context::sentence(&message));
        }
        if !open.log.is_complete() {
            let first = open.log.is_empty();
            open.log = open.loading.snapshot();
            if first && !open.log.is_empty() {
                open.player = Player::new(&open.log);
            }
            open.player.extend(&open.log);
            if open.log.is_complete() {
                let speed = Player::new(&open.log).speed();
                open.player.set_speed(speed);
            } else {
                ctx.request_repaint_after(std::time::Duration::from_millis(50));
            }
        }
        let made_for = (cx.document.revision(), open.log.len());
        if open.made_for != made_for && !cx.document.in_gesture() {
            let topology = cx.topology();
            open.tracks = Tracks::new(cx.document.board(), &topology, &open.log);
            open.causes = open.log.causes();
            let histogram = open.log.histogram(open.player.range.clone(), BUCKETS);
            open.buckets = (0..histogram.n_buckets()).map(|at| histogram.total(at) as f32).collect();
            open.made_for = made_for;
        }
    }

    fn pick(&mut self, ctx: &egui::Context) {
        self.picking = Some(pick::ask(ctx, Question::new(Kind::Open, "Open a captured log")));
    }

    fn empty(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        ui.label(cx.theme.title("Replay"));
        ui.add_space(8.0);
        ui.label(cx.theme.secondary("Open a captured event log to see it travel over this board: CloudEvents, EventBridge, Kafka, OpenTelemetry, OCEL, XES, CSV and more, also compressed."));
        ui.add_space(8.0);
        if ui.button("Open a captured log…").clicked() {
            self.pick(ui.ctx());
        }
        ui.add_space(8.0);
        ui.label(cx.theme.secondary("A simulation writes one: isobar simulate BOARD --log run.jsonl"));
    }

    fn transport(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        let clock = spoken_time(open.player.now());
        let under_way = open.player.frame(&open.log, &open.tracks, &open.causes, &open.filter).n_under_way;
        let remark = if open.log.is_complete() {
            format!("{under_way} under way")
        } else {
            let progress = open.loading.progress();
            format!("reading, {:.0} %", 100.0 * progress.bytes as f64 / progress.total_bytes.max(1) as f64)
        };
        let transport = Transport {
            playing: open.player.playing,
            speed: open.player.speed(),
            speeds: SPEEDS.start..=SPEEDS.end,
            clock: &clock,
            remark: &remark,
        };
        let ask = transport.ui(ui, cx.theme);
        let length = (open.player.range.end - open.player.range.start).max(1) as f64;
        let share = |time: i64| ((time - open.player.range.start) as f64 / length) as f32;
        let flags = open.player.bookmarks().iter().map(|mark| Flag {
            at: share(mark.time),
            name: mark.name.clone(),
            wrong: false,
        });
        let timeline = Timeline {
            buckets: &open.buckets,
            known: 1.0,
            now: share(open.player.now()),
            bands: Vec::new(),
            flags: flags.collect(),
        };
        if let Some(at) = timeline.ui(ui, cx.theme).map(|seek| seek.at) {
            let time = open.player.range.start + (f64::from(at) * length) as i64;
            open.player.seek(time);
            ui.request_repaint();
        }
        if let Some(ask) = ask {
            self.ask(ask, ui.ctx());
        }
    }

    fn ask(&mut self, ask: Ask, ctx: &egui::Context) {
        let Some(open) = &mut self.open else { return };
        match ask {
            Ask::Rewind => open.player.seek(open.player.range.start),
            Ask::Toggle => {
                if !open.player.playing && open.player.now() >= open.player.range.end {
                    open.player.seek(open.player.range.start);
                }
                open.player.playing = !open.player.playing;
            }
            Ask::Step => {
                open.player.playing = false;
                open.player.step(&open.log, StepTo::Next);
            }
            Ask::Speed(speed) => open.player.set_speed(speed),
        }
        ctx.request_repaint();
    }

    /// The dots of this moment over the board.
    fn overlay(&mut self, cx: &mut Cx<'_>) {
        self.overlays = Overlays::default();
        let Some(open) = &self.open else { return };
        let topology = cx.topology();
        let frame = open.player.frame(&open.log, &open.tracks, &open.causes, &open.filter);
        let followed =
            open.player.at_row.and_then(|row| open.log.event(row)).map(|event| event.correlation_key());
        self.overlays.dots = frame
            .dots
            .iter()
            .map(|dot| {
                let kind =
                    open.tracks.matched().message(dot.type_number).map(|message| topology[message].kind);
                let token = match kind {
                    Some(MessageKind::Command) => "command",
                    Some(MessageKind::Query) => "query",
                    _ => "event",
                };
                let row = open.log.event(dot.row);
                let followed = followed.is_some() && row.map(|event| event.correlation_key()) == followed;
                Dot { link: dot.link, at: dot.along, token, look: DotLook::Plain, followed }
            })
            .collect();
    }
}

/// A moment of a log: "2026-01-01 00:41:07.250".
pub(super) fn spoken_time(nanos: i64) -> String {
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
        let picked = self.picking.as_ref().and_then(|receive| receive.try_recv().ok());
        if let Some(picked) = picked {
            self.picking = None;
            if let Some(path) = picked {
                cx.send(Command::Replay(path));
            }
        }
        self.refresh(ui.ctx(), cx);
        let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(12.0);
        egui::Panel::right("replay-side")
            .frame(frame)
            .default_size(300.0)
            .show(ui, |ui| if self.open.is_some() { self.sidebar(ui, cx) } else { self.empty(ui, cx) });
        if self.open.is_some() {
            let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
            egui::Panel::bottom("replay-transport").frame(frame).show(ui, |ui| self.transport(ui, cx));
        }
        self.overlay(cx);
        let scene = cx.scene();
        let shown = self.canvas.show(ui, &scene, cx.theme, cx.selection, &self.overlays);
        if let Some(clicked) = shown.clicked {
            *cx.selection = clicked.into_iter().collect();
        }
        let typing = ui.ctx().egui_wants_keyboard_input();
        for (key, ask) in
            [(egui::Key::Space, Ask::Toggle), (egui::Key::Period, Ask::Step), (egui::Key::Home, Ask::Rewind)]
        {
            if !typing && ui.input(|input| input.key_pressed(key)) {
                self.ask(ask, ui.ctx());
            }
        }
    }

    fn logic(&mut self, ctx: &egui::Context, _cx: &mut Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        let secs = f64::from(ctx.input(|input| input.stable_dt).min(0.1));
        if open.player.tick(&open.log, secs) {
            ctx.request_repaint();
        }
    }

    fn action(&mut self, ctx: &egui::Context, action: Action, cx: &mut Cx<'_>) -> bool {
        match action {
            Action::Fit => self.canvas.fit(ctx, &cx.scene()),
            Action::ZoomIn => self.canvas.zoom_by(ctx, 1.25),
            Action::ZoomOut => self.canvas.zoom_by(ctx, 0.8),
            _ => return false,
        }
        true
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        self.canvas.fit_next();
        self.overlays = Overlays::default();
    }

    fn show(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        let rects = items.iter().filter_map(|item| item.rect(cx.document.board()));
        if let Some(bounds) = rects.reduce(crate::board::Rect::union) {
            self.canvas.reveal(ctx, bounds);
        }
    }

    fn open_log(&mut self, ctx: &egui::Context, log: &Path, cx: &mut Cx<'_>) {
        self.open(ctx, log, cx);
    }

    fn hint(&self) -> String {
        "Space plays and pauses · . steps to the next event · drag the timeline to scrub".to_owned()
    }

    fn zoom(&self) -> Option<f32> {
        Some(self.canvas.camera.zoom)
    }
}
