//! The timer of a workshop: a countdown in the top bar, and an alert that is seen across the room and not heard.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, RichText, Ui, vec2};

use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::{App, icons};
use crate::view::Action;

/// The lengths offered, in minutes.
const LENGTHS: [u32; 7] = [1, 2, 3, 5, 10, 15, 25];
/// How long the edge of the window pulses when time is up, in seconds.
const PULSES: f64 = 6.0;

/// The timer.
pub(in crate::app) struct Timer {
    /// How long it runs, in minutes.
    pub(in crate::app) minutes: u32,
    /// When it ends; none while it does not run.
    ends: Option<f64>,
    /// The window system was told that time is up.
    alerted: bool,
}

impl Default for Timer {
    fn default() -> Self {
        Self { minutes: 5, ends: None, alerted: false }
    }
}

impl Timer {
    /// Starts it, or stops it when it runs.
    pub(in crate::app) fn toggle(&mut self, ctx: &Context) {
        if self.ends.take().is_none() {
            self.start(ctx, self.minutes);
        }
        ctx.request_repaint();
    }

    fn start(&mut self, ctx: &Context, minutes: u32) {
        self.minutes = minutes;
        self.ends = Some(ctx.input(|input| input.time) + 60.0 * f64::from(minutes));
        self.alerted = false;
    }

    /// Seconds left; negative once time is up.
    fn left(&self, ctx: &Context) -> Option<f64> {
        Some(self.ends? - ctx.input(|input| input.time))
    }
}

/// `4:59`: a second counts until it is over.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).ceil();
    format!("{:.0}:{:02.0}", (whole / 60.0).floor(), whole % 60.0)
}

/// Shows the countdown, as a menu, while the timer runs.
pub(super) fn show(app: &mut App, ui: &mut Ui) {
    let Some(left) = app.timer.left(ui.ctx()) else { return };
    let color = match left {
        left if left <= 0.0 => app.theme.error,
        left if left < 60.0 => app.theme.warning,
        _ => app.theme.text,
    };
    let words = if left > 0.0 { clock(left) } else { "Time is up".to_owned() };
    let text = RichText::new(&words).font(Theme::strong(app.theme.sizes.body)).color(color);
    let button = egui::Button::new((icons::text("timer", 15.0).color(color), text));
    let mut chosen = None;
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(150.0);
        if ui.button("Add a minute").clicked() {
            chosen = Some(Chosen::More);
        }
        for minutes in LENGTHS {
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            if ui.selectable_label(minutes == app.timer.minutes, format!("{minutes} {unit}")).clicked() {
                chosen = Some(Chosen::Start(minutes));
            }
        }
        if ui.button("Stop").clicked() {
            chosen = Some(Chosen::Stop);
        }
        if chosen.is_some() {
            ui.close();
        }
    });
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(format!("Timer, {words}")));
    match chosen {
        Some(Chosen::Start(minutes)) => app.timer.start(ui.ctx(), minutes),
        Some(Chosen::More) => {
            let now = ui.input(|input| input.time);
            app.timer.ends = app.timer.ends.map(|ends| ends.max(now) + 60.0);
            app.timer.alerted = false;
        }
        Some(Chosen::Stop) => app.timer.ends = None,
        None => {}
    }
    if left > 0.0 {
        // The next frame is due when the figure changes.
        ui.ctx().request_repaint_after_secs((left.fract() as f32).max(0.02));
    }
}

/// The countdown over a presentation, which hides the bar it stands in otherwise.
pub(in crate::app) fn over_presentation(app: &mut App, ctx: &Context) {
    if app.timer.left(ctx).is_none_or(|left| left <= 0.0) {
        return;
    }
    let corner = Area::new(Id::new("timer over presentation")).anchor(Align2::RIGHT_TOP, vec2(-16.0, 16.0));
    corner.order(Order::Foreground).show(ctx, |ui| {
        let frame = Frame::popup(ui.style()).corner_radius(22.0).inner_margin(Margin::symmetric(12, 5));
        frame.show(ui, |ui| show(app, ui));
    });
}

enum Chosen {
    Start(u32),
    More,
    Stop,
}

/// Once time is up: words over everything and a pulsing edge, until somebody waves them away.
pub(in crate::app) fn alert(app: &mut App, ctx: &Context) {
    let Some(over) = app.timer.left(ctx).filter(|left| *left <= 0.0).map(f64::abs) else { return };
    if !app.timer.alerted {
        app.timer.alerted = true;
        let attention = egui::ViewportCommand::RequestUserAttention(egui::UserAttentionType::Informational);
        ctx.send_viewport_cmd(attention);
    }
    let theme = &app.theme;
    if over < PULSES {
        let strength = (0.5 - 0.5 * (over * std::f64::consts::TAU * 0.75).cos()) as f32;
        let edge = egui::Stroke::new(10.0, theme.error.gamma_multiply(strength * 0.9));
        let layer = egui::LayerId::new(Order::Foreground, Id::new("timer edge"));
        ctx.layer_painter(layer).rect_stroke(ctx.content_rect(), 0.0, edge, egui::StrokeKind::Inside);
        ctx.request_repaint();
    }
    let mut answer = None;
    Area::new(Id::new("timer alert"))
        .anchor(Align2::CENTER_TOP, vec2(0.0, 64.0))
        .order(Order::Foreground)
        .show(ctx, |ui| {
            let frame = Frame::popup(ui.style()).fill(theme.error).inner_margin(Margin::symmetric(20, 12));
            frame.show(ui, |ui| {
                ui.horizontal(|ui| {
                    let ink = theme.on_accent;
                    ui.label(icons::text("timer", 22.0).color(ink));
                    ui.label(RichText::new("Time is up").font(Theme::strong(20.0)).color(ink));
                    ui.add_space(12.0);
                    if ui.button("One more minute").clicked() {
                        answer = Some(true);
                    }
                    if ui.button("Done").clicked() {
                        answer = Some(false);
                    }
                });
            });
        });
    match answer {
        Some(true) => app.timer.start(ctx, 1),
        Some(false) => app.commands.push(Command::Run(Action::Timer)),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_down_to_nothing() {
        assert_eq!(clock(300.0), "5:00");
        assert_eq!(clock(299.2), "5:00");
        assert_eq!(clock(61.0), "1:01");
        assert_eq!(clock(0.4), "0:01");
        assert_eq!(clock(-3.0), "0:00");
    }
}
