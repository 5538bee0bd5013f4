//! Short messages in the corner of the window. They go by themselves; errors stay longer, or until they are closed.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, Sense, vec2};

use crate::app::canvas::Tone;
use crate::app::icons;
use crate::app::theme::Theme;

/// How long a message stays, in seconds.
const STAY: f64 = 4.0;
/// How long an error stays: it is to be read and acted upon, not to lie over what is done about it.
const STAY_ERROR: f64 = 30.0;

struct Toast {
    tone: Tone,
    message: String,
    until: f64,
}

/// The messages shown.
#[derive(Default)]
pub(in crate::app) struct Toasts {
    toasts: Vec<Toast>,
}

impl Toasts {
    /// Shows a message.
    pub(in crate::app) fn add(&mut self, ctx: &Context, tone: Tone, message: String) {
        let now = ctx.input(|input| input.time);
        let until = now + if tone == Tone::Error { STAY_ERROR } else { STAY };
        self.toasts.retain(|toast| toast.message != message);
        self.toasts.push(Toast { tone, message, until });
        if self.toasts.len() > 5 {
            self.toasts.remove(0);
        }
        ctx.request_repaint();
    }

    /// Draws the messages.
    pub(in crate::app) fn show(&mut self, ctx: &Context, theme: &Theme) {
        let now = ctx.input(|input| input.time);
        self.toasts.retain(|toast| toast.until > now);
        let next = self.toasts.iter().map(|toast| toast.until).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.01)));
        }
        let mut closed = None;
        Area::new(Id::new("toasts"))
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -40.0))
            .order(Order::Tooltip)
            .show(ctx, |ui| {
                for (i, toast) in self.toasts.iter().enumerate() {
                    if one(ui, theme, toast) {
                        closed = Some(i);
                    }
                }
            });
        if let Some(i) = closed {
            self.toasts.remove(i);
            ctx.request_repaint();
        }
    }
}

/// Draws one message; true when it is closed.
fn one(ui: &mut egui::Ui, theme: &Theme, toast: &Toast) -> bool {
    let (icon, color) = match toast.tone {
        Tone::Error => ("error", theme.error),
        Tone::Warning => ("warning", theme.warning),
        Tone::Fine => ("check", theme.fine),
        Tone::Plain | Tone::Note => ("info", theme.accent),
    };
    let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(12, 8));
    frame
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_max_width(560.0);
                ui.label(icons::text(icon, 16.0).color(color));
                ui.add(egui::Label::new(&toast.message).wrap());
                let close = egui::Button::new(icons::text("close", 13.0)).frame_when_inactive(false);
                let response = ui.add(close.sense(Sense::click()));
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Close message"));
                response.clicked()
            })
            .inner
        })
        .inner
}
