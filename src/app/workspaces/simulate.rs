//! The Simulate workspace: the board while it runs.

mod breaking;
mod lens;
mod recording;
mod scenario;
mod sidebar;
mod sprites;

use std::ops::RangeInclusive;
use std::sync::Arc;

use breaking::is_background;
use lens::{Followed, Kept, Lens};
use recording::Recording;
use scenario::{Judged, Side};
use sprites::{Sprites, Tokens};

use super::{Workspace, watching};
use crate::app::canvas::{Badge, BoardCanvas, Corner, Overlays, Tone};
use crate::app::context::Cx;
use crate::app::timeline::{Ask, Band, Flag, Timeline, Transport};
use crate::board::{StickyId, StickyKind};
use crate::simulation::Simulation;
use crate::view::{Action, Item};

/// The time a frame may spend on working the run out, in seconds.
const BUDGET_SECS: f64 = 0.012;
/// The part of it that is worked out before the time is looked at again, in virtual nanoseconds.
const SLICE: u64 = 50_000_000;
/// The slowest and the fastest: seconds of the run a second.
const SPEEDS: RangeInclusive<f64> = 0.1..=1_000_000.0;
/// The speed a run is played at when it is not longer than some minutes.
const SLOWEST_PACE: f64 = 10.0;

/// A run on the screen.
struct Run {
    revision: u64,
    simulation: Simulation,
    recording: Recording,
    tokens: Tokens,
    sprites: Sprites,
}

/// The Simulate workspace.
pub(super) struct SimulateWorkspace {
    canvas: BoardCanvas,
    overlays: Overlays,
    scenario: Option<String>,
    seed: u64,
    speed: f64,
    /// The speed suits the length of the scenario's run, or was chosen.
    paced: bool,
    playing: bool,
    /// The moment asked for, in nanoseconds, ahead of the simulation's own while it catches up.
    clock: f64,
    run: Option<Run>,
    /// Why there is no run.
    problem: Option<(u64, String)>,
    /// What the open menu is about.
    menu_for: Option<Item>,
    /// The scenario whose own seed and moment have been taken up.
    taken_up: Option<String>,
    /// The moment to go to once the run has been worked out.
    moment: Option<u64>,
    /// What is shown below the board.
    lens: Option<Lens>,
    followed: Followed,
    /// The run others are compared with.
    kept: Option<Kept>,
    /// The comparison leaves out what is the same in both runs.
    only_differing: bool,
    /// What is shown beside the board.
    side: Side,
    judged: Option<Arc<Judged>>,
}

impl Default for SimulateWorkspace {
    fn default() -> Self {
        Self {
            canvas: BoardCanvas::default(),
            overlays: Overlays::default(),
            scenario: None,
            seed: 7,
            speed: SLOWEST_PACE,
            paced: false,
            playing: false,
            clock: 0.0,
            run: None,
            problem: None,
            menu_for: None,
            taken_up: None,
            moment: None,
            lens: None,
            followed: Followed::default(),
            kept: None,
            only_differing: false,
            side: Side::default(),
            judged: None,
        }
    }
}

impl SimulateWorkspace {
    /// Makes a run of the board as it is now, where there is none yet.
    fn refresh(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some(name) = cx.options.scenario.take() {
            self.scenario = Some(name);
            self.restart();
        }
        let revision = cx.document.revision();
        let known = self.run.as_ref().map(|run| run.revision).or(self.problem.as_ref().map(|(at, _)| *at));
        if known == Some(revision) || cx.document.in_gesture() {
            return;
        }
        let board = cx.document.board();
        if self.scenario.as_ref().is_none_or(|name| !board.scenarios.contains_key(name)) {
            // One that names a moment to look at, such as a counterexample, is what the board was opened for.
            let pointed = board.scenarios.iter().find(|(_, scenario)| scenario.moment.is_some());
            let chosen = pointed.or_else(|| board.scenarios.iter().next());
            self.scenario = chosen.map(|(name, _)| name.clone());
        }
        if self.taken_up != self.scenario {
            let chosen = self.scenario.as_ref().and_then(|name| board.scenarios.get(name));
            self.seed = chosen.and_then(|scenario| scenario.seed).unwrap_or(self.seed);
            self.moment = chosen.and_then(|scenario| scenario.moment).map(|moment| moment.0);
            self.taken_up.clone_from(&self.scenario);
            self.paced = false;
        }
        (self.run, self.problem) = (None, None);
        (self.clock, self.playing) = (0.0, false);
        self.followed = Followed::default();
        if board.scenarios.is_empty() {
            self.problem = Some((revision, "This board has no scenario yet. A scenario says what arrives, what goes wrong, and what must hold.".to_owned()));
            return;
        }
        match Simulation::new(board, self.scenario.as_deref(), self.seed) {
            Ok(simulation) => {
                let topology = cx.topology();
                let recording = Recording::start(&simulation, ctx);
                let tokens = Tokens::new(&simulation, &topology);
                self.run = Some(Run { revision, simulation, recording, tokens, sprites: Sprites::default() });
            }
            Err(error) => self.problem = Some((revision, crate::app::context::sentence(&error.to_string()))),
        }
    }

    /// Begins again: another seed or scenario.
    fn restart(&mut self) {
        (self.run, self.problem) = (None, None);
    }

    fn seek(&mut self, share: f32) {
        let Some(run) = &self.run else { return };
        self.seek_to((f64::from(share) * run.recording.length as f64) as u64);
    }

    fn seek_to(&mut self, time: u64) {
        let Some(run) = &mut self.run else { return };
        run.simulation = run.recording.at(time);
        run.sprites.clear(&run.simulation);
        self.clock = run.simulation.now() as f64;
    }

    /// Goes to the moment the scenario names, with the promise that broke there, once the run is known.
    fn go_to_moment(&mut self) {
        let Some(whole) = self.run.as_ref().and_then(|run| run.recording.end()) else { return };
        let Some(moment) = self.moment.take() else { return };
        let breaches: Vec<_> = whole.verdicts().iter().map(|verdict| verdict.first).collect();
        let there = breaches.iter().position(|breach| breach.is_some_and(|breach| breach.since == moment));
        let broken = there.or_else(|| breaches.iter().position(Option::is_some));
        self.seek_to(moment);
        if let Some(at) = broken {
            self.follow_breach(at);
        }
    }

    fn ask(&mut self, ask: Ask, ctx: &egui::Context) {
        match ask {
            Ask::Rewind => self.seek(0.0),
            Ask::Toggle => {
                let over = self.run.as_ref().is_some_and(|run| run.simulation.stopped().is_some());
                if over && !self.playing {
                    self.seek(0.0);
                }
                self.playing = !self.playing;
            }
            Ask::Step => {
                self.playing = false;
                if let Some(run) = &mut self.run {
                    // A step people can see: up to the next message that arrives somewhere.
                    let seen = run.simulation.trace().map_or(0, |trace| trace.len());
                    while run.simulation.step() {
                        let moved = run
                            .simulation
                            .trace()
                            .is_some_and(|trace| trace.since(seen).any(|event| event.hop.is_some()));
                        if moved || run.simulation.trace().is_none() {
                            break;
                        }
                    }
                    self.clock = run.simulation.now() as f64;
                }
            }
            Ask::Speed(speed) => (self.speed, self.paced) = (speed, true),
        }
        ctx.request_repaint();
    }

    fn transport(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let Some(run) = &self.run else { return };
        let clock =
            format!("{} of {}", spoken_clock(run.simulation.now()), spoken_clock(run.recording.length));
        let now = run.simulation.now();
        let in_force: Vec<String> = run
            .simulation
            .faults()
            .filter(|(fault, active)| *active && !is_background(fault))
            .map(|(fault, _)| sidebar::spoken_fault(fault, now))
            .collect();
        let state = match run.simulation.stopped() {
            Some(crate::simulation::Stop::Drained) => {
                "Everything that arrived has been dealt with".to_owned()
            }
            Some(crate::simulation::Stop::TimeOver) => "The time is over; some work is still open".to_owned(),
            Some(crate::simulation::Stop::OutOfRoom) => {
                "Stopped: more messages in flight than a run may hold".to_owned()
            }
            None => in_force.join(" · "),
        };
        let transport = Transport {
            playing: self.playing,
            speed: self.speed,
            speeds: SPEEDS,
            clock: &clock,
            remark: &state,
        };
        let row = egui::vec2(ui.available_width(), 36.0);
        let right = egui::Layout::right_to_left(egui::Align::Center);
        let ask = ui
            .allocate_ui_with_layout(row, right, |ui| {
                lens::tabs(ui, cx.theme, &mut self.lens);
                let left = egui::Layout::left_to_right(egui::Align::Center);
                ui.with_layout(left, |ui| transport.ui(ui, cx.theme)).inner
            })
            .inner;
        let length = run.recording.length as f64;
        let share = |time: u64| (time as f64 / length) as f32;
        let struck = run.simulation.faults().filter(|(fault, _)| !is_background(fault));
        let bands = struck.map(|(fault, _)| Band {
            span: (share(fault.from), share(fault.until.min(run.recording.length))),
            name: sidebar::spoken_fault(fault, now),
        });
        let verdicts = run.recording.end().unwrap_or(&run.simulation).verdicts();
        let flags = verdicts.iter().filter_map(|verdict| {
            let breach = verdict.first?;
            Some(Flag {
                // Where it began to go wrong: a clock that ran out may have done so after the run was over.
                at: share(breach.since.min(run.recording.length)),
                name: format!("First broken here: {}", verdict.name),
                wrong: true,
            })
        });
        let padding = recording::SNAPSHOTS as usize - run.recording.buckets.len();
        let buckets: Vec<f32> =
            run.recording.buckets.iter().copied().chain(std::iter::repeat_n(0.0, padding)).collect();
        let timeline = Timeline {
            buckets: &buckets,
            known: run.recording.known(),
            now: share(now),
            bands: bands.collect(),
            flags: flags.collect(),
            ..Timeline::default()
        };
        let seek = timeline.ui(ui, cx.theme);
        if let Some(ask) = ask {
            self.ask(ask, ui.ctx());
        }
        let flagged = verdicts.iter().enumerate().filter(|(_, verdict)| verdict.first.is_some());
        let flagged: Vec<usize> = flagged.map(|(at, _)| at).collect();
        if let Some(seek) = seek {
            self.seek(seek.at);
            if let Some(flag) = seek.flag {
                self.follow_breach(flagged[flag]);
            }
            ui.request_repaint();
        }
    }

    /// Queue depths, busy and down services over the board.
    fn overlay(&mut self, cx: &Cx<'_>) {
        self.overlays = Overlays::default();
        let Some(run) = &self.run else { return };
        let board = cx.document.board();
        let stickies = |kinds: &'static [StickyKind], name: &str| {
            let name = name.to_owned();
            board
                .stickies
                .iter()
                .filter(move |(_, s)| kinds.contains(&s.kind) && s.name == name)
                .map(|(id, _)| *id)
        };
        const HOSTS: &[StickyKind] =
            &[StickyKind::Service, StickyKind::Aggregate, StickyKind::External, StickyKind::ReadModel];
        for service in run.simulation.services() {
            for sticky in stickies(HOSTS, service.name) {
                if !service.up {
                    self.overlays.down.insert(sticky);
                    self.overlays.badges.push(badge(sticky, "down", Tone::Error));
                    continue;
                }
                if let Some(workers) = service.workers.filter(|_| service.busy > 0 || service.waiting > 0) {
                    self.overlays.heat.insert(sticky, service.busy as f32 / workers.max(1) as f32);
                    let text = match service.waiting {
                        0 => format!("{}/{workers}", service.busy),
                        waiting => format!("{}/{workers} · {waiting} wait", service.busy),
                    };
                    self.overlays.badges.push(badge(
                        sticky,
                        &text,
                        if service.waiting > 0 { Tone::Warning } else { Tone::Plain },
                    ));
                }
            }
        }
        for channel in run.simulation.channels() {
            for sticky in stickies(&[StickyKind::Channel], channel.name) {
                if !channel.up {
                    self.overlays.down.insert(sticky);
                }
                if channel.depth > 0 {
                    self.overlays.badges.push(badge(sticky, &channel.depth.to_string(), Tone::Plain));
                }
                if channel.dead_letters > 0 {
                    let text = format!("{} dead", channel.dead_letters);
                    let badge = Badge { sticky, corner: Corner::BottomRight, text, tone: Tone::Error };
                    self.overlays.badges.push(badge);
                }
            }
        }
        self.overlays.dots = run.sprites.dots();
    }
}

fn badge(sticky: StickyId, text: &str, tone: Tone) -> Badge {
    Badge { sticky, corner: Corner::TopRight, text: text.to_owned(), tone }
}

/// "00:41:07".
/// A power of ten at which a run of this length plays in a few minutes at most.
fn pace(nanos: u64) -> f64 {
    let minutes = nanos as f64 / 60e9;
    10_f64.powf(minutes.max(1.0).log10().round()).clamp(SLOWEST_PACE, *SPEEDS.end())
}

fn spoken_clock(nanos: u64) -> String {
    let secs = nanos / 1_000_000_000;
    if secs >= 100 * 3_600 {
        return format!("{} d {}", secs / 86_400, spoken_clock(nanos % 86_400_000_000_000));
    }
    format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60)
}

impl Workspace for SimulateWorkspace {
    fn name(&self) -> &'static str {
        "Simulate"
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        self.refresh(ui.ctx(), cx);
        let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(12.0);
        egui::Panel::right("simulate-side").frame(frame).default_size(300.0).show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.sidebar(ui, cx));
        });
        if self.run.is_some() {
            let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
            egui::Panel::bottom("simulate-transport").frame(frame).show(ui, |ui| self.transport(ui, cx));
            self.lens(ui, cx);
        }
        self.overlay(cx);
        let scene = cx.scene();
        self.canvas.keep_whole(&scene);
        let shown = self.canvas.show(ui, &scene, cx.theme, cx.selection, &self.overlays);
        if let Some(clicked) = shown.clicked {
            *cx.selection = clicked.into_iter().collect();
        }
        self.break_something(&shown, cx);
        if let Some(ask) = watching::keys(ui) {
            self.ask(ask, ui.ctx());
        }
    }

    fn logic(&mut self, ctx: &egui::Context, _cx: &mut Cx<'_>) {
        let Some(run) = &mut self.run else { return };
        run.recording.receive();
        if run.recording.measured && !self.paced {
            (self.speed, self.paced) = (pace(run.recording.length), true);
        }
        self.go_to_moment();
        let Some(run) = &mut self.run else { return };
        let secs = ctx.input(|input| input.stable_dt).min(0.1);
        if self.playing {
            self.clock += f64::from(secs) * self.speed * 1e9;
            let goal = self.clock as u64;
            let start = std::time::Instant::now();
            while run.simulation.now() < goal && run.simulation.stopped().is_none() {
                run.simulation.run_until(
                    (run.simulation.now() + SLICE.max((goal - run.simulation.now()) / 16)).min(goal),
                );
                if start.elapsed().as_secs_f64() > BUDGET_SECS {
                    // Too fast for this machine: time goes only as far as it was worked out.
                    self.clock = run.simulation.now() as f64;
                    break;
                }
            }
            if run.simulation.stopped().is_some() {
                self.playing = false;
            }
        }
        let followed = self.followed.correlation();
        run.sprites.advance(&run.simulation, &run.tokens, secs, self.speed, followed);
        if self.playing || run.sprites.is_moving() {
            ctx.request_repaint();
        }
    }

    fn action(&mut self, ctx: &egui::Context, action: Action, cx: &mut Cx<'_>) -> bool {
        let scene = cx.scene();
        watching::action(&mut self.canvas, ctx, action, &scene, cx)
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        self.canvas.fit_next();
        (self.scenario, self.taken_up) = (None, None);
        self.overlays = Overlays::default();
        self.restart();
    }

    fn show(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        watching::reveal(&mut self.canvas, ctx, items, &cx.scene());
    }

    fn hint(&self) -> String {
        "Space plays and pauses · . steps · right click breaks something".to_owned()
    }

    fn zoom(&self) -> Option<f32> {
        Some(self.canvas.camera.zoom)
    }
}
