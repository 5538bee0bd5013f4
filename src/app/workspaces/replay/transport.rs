//! Below everything: play, pause, step, speed, and the timeline that is zoomed and scrubbed.

use egui::{Key, Ui};

use super::ReplayWorkspace;
use crate::advice::Severity;
use crate::app::context::Cx;
use crate::app::timeline::{Ask, Flag, Timeline, Transport};
use crate::app::widgets::{self, spoken_number};
use crate::replay::player::{SPEEDS, StepTo, ticks};

/// Findings flagged on the timeline.
const FLAGS_MAX: usize = 60;

impl ReplayWorkspace {
    pub(super) fn transport(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let clock = super::spoken_time(open.player.now());
        let remark = match open.loading.as_ref().map(|loading| loading.progress()) {
            None => format!("{} under way", spoken_number(open.frame.n_under_way as u64)),
            Some(progress) => {
                let share = progress.bytes as f64 / progress.total_bytes.max(1) as f64;
                format!("reading, {:.0} %", 100.0 * share)
            }
        };
        let transport = Transport {
            playing: open.player.playing,
            speed: open.player.speed(),
            speeds: SPEEDS.start..=SPEEDS.end,
            clock: &clock,
            remark: &remark,
        };
        let (mut bookmark, mut whole) = (false, false);
        let ask = transport.ui_with(ui, theme, |ui| {
            ui.add_space(8.0);
            let skip = widgets::chip(ui, theme, "Skip quiet parts", open.player.skip_quiet);
            if skip.on_hover_text("Stretches without events are jumped over").clicked() {
                open.player.skip_quiet = !open.player.skip_quiet;
            }
            let heat = widgets::chip(ui, theme, "Heat", open.heat.on);
            if heat.on_hover_text("How much passed each link and sticky in what the timeline shows").clicked()
            {
                open.heat.on = !open.heat.on;
            }
            let topology = widgets::chip(ui, theme, "On the topology", self.picture.topology);
            if topology.on_hover_text("Each service and message once, laid out by cause and effect").clicked()
            {
                self.picture.topology = !self.picture.topology;
            }
            bookmark =
                widgets::chip(ui, theme, "Bookmark", false).on_hover_text("Mark this moment   B").clicked();
            if !open.window.is_whole() {
                whole = widgets::chip(ui, theme, "Whole log", false)
                    .on_hover_text("Show all of the timeline")
                    .clicked();
            }
        });
        if whole {
            open.window.reset();
        }
        self.timeline(ui, cx);
        if bookmark {
            self.bookmark(cx);
        }
        if let Some(ask) = ask {
            self.ask(ask, ui.ctx());
        }
    }

    fn timeline(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        let window = &open.window;
        let share = |time: i64| window.share_of(time) as f32;
        let bookmarks = open.player.bookmarks().iter().map(|mark| Flag {
            at: share(mark.time),
            name: mark.name.clone(),
            wrong: false,
        });
        let findings = open.findings.iter().flatten();
        let findings = findings.filter(|f| f.check.severity >= Severity::Warning).take(FLAGS_MAX);
        open.flagged = findings.clone().map(|finding| finding.first.row).collect();
        let breaches = findings.map(|finding| Flag {
            at: share(finding.first.time),
            name: format!("{}: {}", finding.check.title, finding.message.replace('`', "")),
            wrong: true,
        });
        let named = ticks(&window.shown(), (ui.available_width() / 130.0) as usize);
        let timeline = Timeline {
            layers: &open.chart.layers,
            known: 1.0,
            now: share(open.player.now()),
            flags: breaches.chain(bookmarks).collect(),
            ticks: named.into_iter().map(|(time, text)| (share(time), text)).collect(),
            ..Timeline::default()
        };
        let touched = timeline.ui_zoomable(ui, cx.theme);
        if let Some((at, factor)) = touched.zoom {
            open.window.zoom(f64::from(at), f64::from(factor));
            ui.request_repaint();
        }
        if let Some(by) = touched.pan {
            open.window.pan(f64::from(by));
            ui.request_repaint();
        }
        if touched.reset {
            open.window.reset();
            ui.request_repaint();
        }
        if let Some(seek) = touched.seek {
            let flagged = seek.flag.and_then(|flag| open.flagged.get(flag).copied());
            match flagged {
                // A flag stands for an event, not for the bar that it is in.
                Some(row) => open.go_to(row),
                None => open.player.seek(open.window.time_at(f64::from(seek.at))),
            }
            ui.request_repaint();
        }
    }

    /// Marks the moment at the playhead, called by the event that stands there.
    pub(super) fn bookmark(&mut self, cx: &mut Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        let event = open.player.current(&open.log).and_then(|row| open.log.event(row));
        let name = event.map_or_else(|| "Start".to_owned(), |event| event.name().to_owned());
        open.player.add_bookmark(open.player.now(), name);
        open.remember(cx);
    }

    pub(super) fn ask(&mut self, ask: Ask, ctx: &egui::Context) {
        let Some(open) = &mut self.open else { return };
        match ask {
            Ask::Rewind => {
                open.player.seek(open.player.range.start);
                open.window.follow(open.player.now());
            }
            Ask::Toggle => {
                if !open.player.playing && open.player.now() >= open.player.range.end {
                    open.player.seek(open.player.range.start);
                    open.window.follow(open.player.now());
                }
                open.player.playing = !open.player.playing;
                self.table.run_along();
            }
            Ask::Step => open.step_shown(true),
            Ask::Speed(speed) => open.player.set_speed(speed),
        }
        ctx.request_repaint();
    }

    /// The keys that only a log understands.
    pub(super) fn step_keys(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if ui.ctx().egui_wants_keyboard_input() || self.open.is_none() {
            return;
        }
        let (pressed, shift) = ui.input(|input| {
            let keys = [Key::Comma, Key::T, Key::P, Key::C, Key::B, Key::R];
            let free = !input.modifiers.command && !input.modifiers.alt;
            (keys.into_iter().find(|key| free && input.key_pressed(*key)), input.modifiers.shift)
        });
        match (pressed, shift) {
            (Some(Key::Comma), _) => {
                if let Some(open) = &mut self.open {
                    open.step_shown(false);
                }
            }
            (Some(Key::T), false) => self.step(StepTo::NextOfType),
            (Some(Key::T), true) => self.step(StepTo::PreviousOfType),
            (Some(Key::P), false) => self.step(StepTo::NextOfCorrelation),
            (Some(Key::P), true) => self.step(StepTo::PreviousOfCorrelation),
            (Some(Key::C), _) => self.step(StepTo::Cause),
            (Some(Key::B), _) => self.bookmark(cx),
            (Some(Key::R), _) => self.copy_report(ui.ctx(), true, cx),
            _ => {}
        }
    }
}
