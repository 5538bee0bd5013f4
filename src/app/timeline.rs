//! What Simulate and Replay share below the board: the transport, and a timeline with a histogram to scrub on.

use std::ops::RangeInclusive;

use egui::{Color32, Rect, Response, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::theme::{Theme, mix};
use super::widgets;

/// Where a row is narrower, what is behind the clock goes below it.
const NARROW: f32 = 860.0;

/// What the transport was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ask {
    /// Back to the start.
    Rewind,
    /// Play, or pause.
    Toggle,
    /// On to the next event.
    Step,
    /// Another speed.
    Speed(f64),
}

/// The state of the transport.
pub(super) struct Transport<'a> {
    /// Time goes on.
    pub playing: bool,
    /// Seconds a second.
    pub speed: f64,
    /// The slowest and fastest.
    pub speeds: RangeInclusive<f64>,
    /// The moment, as text.
    pub clock: &'a str,
    /// A remark at the right end.
    pub remark: &'a str,
}

/// "×60", "×0.5".
pub(super) fn spoken_speed(speed: f64) -> String {
    if speed < 1.0 { format!("×{speed:.1}") } else { format!("×{speed:.0}") }
}

/// The next speed up or down in steps of 1, 2, 5.
fn next_speed(speed: f64, up: bool) -> f64 {
    let steps = [1.0, 2.0, 5.0];
    let all = (-1..=6).flat_map(|power| steps.map(|step| step * 10f64.powi(power)));
    let mut all: Vec<f64> = all.collect();
    if !up {
        all.reverse();
    }
    let beyond = |s: &f64| if up { *s > speed * 1.001 } else { *s < speed * 0.999 };
    all.into_iter().find(beyond).unwrap_or(speed)
}

impl Transport<'_> {
    /// Draws it in a row.
    pub(super) fn ui(&self, ui: &mut Ui, theme: &Theme) -> Option<Ask> {
        self.ui_with(ui, theme, |_| {})
    }

    /// Draws it in a row, with more to press behind the clock.
    pub(super) fn ui_with(&self, ui: &mut Ui, theme: &Theme, more: impl FnOnce(&mut Ui)) -> Option<Ask> {
        let mut ask = None;
        let mut more = Some(more);
        let narrow = ui.available_width() < NARROW;
        ui.horizontal(|ui| {
            if widgets::icon_button(ui, theme, "rewind", "Back to the start", "Home", false).clicked() {
                ask = Some(Ask::Rewind);
            }
            let (icon, name) = if self.playing { ("pause", "Pause") } else { ("play", "Play") };
            if play_button(ui, theme, icon, name).clicked() {
                ask = Some(Ask::Toggle);
            }
            if widgets::icon_button(ui, theme, "step", "Step to the next event", ".", false).clicked() {
                ask = Some(Ask::Step);
            }
            ui.add_space(8.0);
            for (text, name, up) in [("−", "Slower", false), ("+", "Faster", true)] {
                if up {
                    let label = egui::Label::new(theme.secondary(spoken_speed(self.speed))).selectable(false);
                    ui.add_sized(vec2(64.0, 20.0), label);
                }
                let button = ui.add(egui::Button::new(text).small());
                ui.ctx().accesskit_node_builder(button.id, |node| node.set_label(name));
                if button.on_hover_text(name).clicked() {
                    let speed = next_speed(self.speed, up).clamp(*self.speeds.start(), *self.speeds.end());
                    ask = Some(Ask::Speed(speed));
                }
            }
            ui.add_space(8.0);
            ui.label(egui::RichText::new(self.clock).font(Theme::strong(theme.sizes.body)).color(theme.text));
            if let Some(more) = more.take_if(|_| !narrow) {
                more(ui);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(theme.secondary(self.remark)).truncate());
            });
        });
        if let Some(more) = more {
            ui.horizontal_wrapped(more);
        }
        ask
    }
}

fn play_button(ui: &mut Ui, theme: &Theme, icon: &str, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 32.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    let fill = if response.hovered() { mix(theme.accent, theme.text, 0.15) } else { theme.accent };
    ui.painter().circle_filled(rect.center(), 14.0, fill);
    if response.has_focus() {
        ui.painter().circle_stroke(rect.center(), 16.0, egui::Stroke::new(1.5, theme.accent));
    }
    let glyph = super::icons::glyph(icon);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, glyph, Theme::icon(15.0), theme.on_accent);
    response.on_hover_text(format!("{name}   Space"))
}

/// A stretch of the timeline in another colour: a fault in force.
pub(super) struct Band {
    /// From and until, 0 to 1.
    pub span: (f32, f32),
    /// What it is.
    pub name: String,
}

/// A flag on the timeline: something to jump to.
pub(super) struct Flag {
    /// Where, 0 to 1.
    pub at: f32,
    /// What it is.
    pub name: String,
    /// A broken promise, rather than a bookmark.
    pub wrong: bool,
}

/// Where the pointer or a key went on a timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seek {
    /// The place, 0 to 1.
    pub at: f32,
    /// The flag that was clicked, by its place among the flags.
    pub flag: Option<usize>,
}

/// One colour of a histogram's bars, from the bottom up.
pub(super) struct Layer {
    /// Its colour.
    pub color: Color32,
    /// Its share of each bar.
    pub buckets: Vec<f32>,
}

/// What a timeline shows; places are shares of its length.
#[derive(Default)]
pub(super) struct Timeline<'a> {
    /// The histogram.
    pub buckets: &'a [f32],
    /// The same by colour; where there is none, what has passed is told from what has not.
    pub layers: &'a [Layer],
    /// How far it is known, 0 to 1.
    pub known: f32,
    /// The playhead, 0 to 1; beyond them it is not in sight.
    pub now: f32,
    /// Faults.
    pub bands: Vec<Band>,
    /// Flags.
    pub flags: Vec<Flag>,
    /// Moments to name below it.
    pub ticks: Vec<(f32, String)>,
}

/// What was done to a timeline.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Touched {
    /// Scrubbed to here.
    pub seek: Option<Seek>,
    /// Zoomed about a place by a factor.
    pub zoom: Option<(f32, f32)>,
    /// Moved by a share of what is shown.
    pub pan: Option<f32>,
    /// Asked to show all.
    pub reset: bool,
}

impl Timeline<'_> {
    /// Draws it across `ui`; answers where the pointer scrubbed to.
    pub(super) fn ui(&self, ui: &mut Ui, theme: &Theme) -> Option<Seek> {
        let size = vec2(ui.available_width(), 64.0);
        let (area, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        self.draw(ui, theme, area, &response)
    }

    /// The same for a timeline that can be zoomed with the wheel, moved with shift and wheel, and put back by a double
    /// click.
    pub(super) fn ui_zoomable(&self, ui: &mut Ui, theme: &Theme) -> Touched {
        let size = vec2(ui.available_width(), 78.0);
        let (whole, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let area = whole.with_max_y(whole.bottom() - 14.0);
        let inner = inner(area);
        for (at, text) in self.ticks.iter().filter(|(at, _)| (0.0..=1.0).contains(at)) {
            let x = inner.left() + inner.width() * at;
            ui.painter().vline(x, inner.bottom()..=inner.bottom() + 4.0, theme.line());
            let font = Theme::plain(theme.sizes.small);
            let galley = ui.painter().layout_no_wrap(text.clone(), font, theme.secondary);
            let half = galley.size().x * 0.5;
            let middle = x.clamp(whole.left() + half, (whole.right() - half).max(whole.left() + half));
            ui.painter().galley(pos2(middle - half, area.bottom()), galley, theme.secondary);
        }
        let mut touched = Touched { seek: self.draw(ui, theme, area, &response), ..Touched::default() };
        if let Some(at) = response.hover_pos().filter(|_| response.contains_pointer()) {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
            let share = ((at.x - inner.left()) / inner.width().max(1.0)).clamp(0.0, 1.0);
            if (pinch - 1.0).abs() > 1e-4 {
                touched.zoom = Some((share, pinch));
            } else if scroll.y.abs() > 0.01 {
                touched.zoom = Some((share, (scroll.y * 0.006).exp()));
            }
            if scroll.x.abs() > 0.01 {
                touched.pan = Some(-scroll.x / inner.width().max(1.0));
            }
        }
        if response.double_clicked() {
            touched = Touched { reset: true, ..Touched::default() };
        }
        touched
    }

    fn draw(&self, ui: &Ui, theme: &Theme, area: Rect, response: &Response) -> Option<Seek> {
        response.widget_info(|| WidgetInfo::slider(true, f64::from(self.now), "Timeline"));
        let inner = inner(area);
        let x = |share: f32| inner.left() + inner.width() * share.clamp(0.0, 1.0);
        let painter = ui.painter().with_clip_rect(area.expand(6.0));
        for band in &self.bands {
            let rect = Rect::from_x_y_ranges(
                x(band.span.0)..=x(band.span.1).max(x(band.span.0) + 2.0),
                inner.y_range(),
            );
            painter.rect_filled(rect, 0.0, theme.error.gamma_multiply(0.18));
        }
        self.paint_bars(&painter, theme, inner);
        painter.hline(inner.x_range(), inner.bottom(), theme.line());
        if self.known < 1.0 {
            let rest = Rect::from_x_y_ranges(x(self.known)..=inner.right(), inner.y_range());
            painter.rect_filled(rect_or_nothing(rest), 0.0, theme.field.gamma_multiply(0.6));
        }
        let pointer = response.hover_pos();
        let mut flagged = None;
        let in_sight = self.flags.iter().enumerate().filter(|(_, flag)| (0.0..=1.0).contains(&flag.at));
        let mut placed: Vec<egui::Pos2> = Vec::new();
        for (number, flag) in in_sight {
            let (at, color) = (x(flag.at), if flag.wrong { theme.error } else { theme.accent });
            // Flags close to each other hang one under the other, so that each can be clicked.
            let mut top = inner.top() - 4.0;
            while top + 24.0 < inner.bottom()
                && placed.iter().any(|other| (other.x - at).abs() < 18.0 && (other.y - top).abs() < 12.0)
            {
                top += 12.0;
            }
            placed.push(pos2(at, top));
            let points = vec![pos2(at, top), pos2(at + 9.0, top + 4.0), pos2(at, top + 8.0)];
            painter.add(egui::Shape::convex_polygon(points, color, egui::Stroke::NONE));
            painter.vline(at, top..=inner.bottom(), egui::Stroke::new(1.0, color.gamma_multiply(0.5)));
            let touched = Rect::from_min_max(pos2(at - 6.0, top - 2.0), pos2(at + 12.0, top + 10.0));
            let button = ui.interact(touched, response.id.with(("flag", number)), Sense::click());
            button.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &flag.name));
            if button.has_focus() || button.hovered() {
                painter.circle_stroke(pos2(at + 3.0, top + 4.0), 8.0, egui::Stroke::new(1.5, color));
            }
            if button.on_hover_text(&flag.name).clicked() {
                flagged = Some(Seek { at: flag.at, flag: Some(number) });
            }
        }
        if (0.0..=1.0).contains(&self.now) {
            let now = x(self.now);
            painter.vline(
                now,
                inner.top() - 4.0..=inner.bottom() + 2.0,
                egui::Stroke::new(1.5, theme.accent),
            );
            painter.circle_filled(pos2(now, inner.bottom() + 4.0), 4.5, theme.accent);
        }
        let share = |at: egui::Pos2| ((at.x - inner.left()) / inner.width().max(1.0)).clamp(0.0, 1.0);
        let over =
            pointer.map(share).and_then(|at| self.bands.iter().find(|b| b.span.0 <= at && at <= b.span.1));
        let scrubbed = (response.dragged() || response.clicked())
            .then(|| response.interact_pointer_pos().map(share))
            .flatten();
        if let Some(band) = over {
            response.clone().on_hover_text(&band.name);
        }
        let keys = ui.input(|input| {
            (input.key_pressed(egui::Key::ArrowLeft), input.key_pressed(egui::Key::ArrowRight))
        });
        let nudge = if response.has_focus() {
            f32::from(u8::from(keys.1)) - f32::from(u8::from(keys.0))
        } else {
            0.0
        };
        let nudged = (self.now + nudge * 0.01).clamp(0.0, 1.0);
        let scrubbed = scrubbed.or((nudge != 0.0).then_some(nudged));
        flagged.or(scrubbed.map(|at| Seek { at, flag: None }))
    }

    fn paint_layers(&self, painter: &egui::Painter, inner: Rect, n_buckets: usize) {
        let total = |at: usize| -> f32 {
            self.layers.iter().map(|layer| layer.buckets.get(at).copied().unwrap_or(0.0)).sum()
        };
        let most = (0..n_buckets).map(total).fold(0.0f32, f32::max);
        if most <= 0.0 {
            return;
        }
        let step = inner.width() / n_buckets as f32;
        for at in (0..n_buckets).filter(|at| total(*at) > 0.0) {
            // Whole pixels: bars of uneven widths with gaps between some of them make stripes.
            let pixel = painter.ctx().pixels_per_point();
            let edge = |at: usize| ((inner.left() + step * at as f32) * pixel).round() / pixel;
            let gap = if step * pixel >= 6.0 { 1.0 / pixel } else { 0.0 };
            let x = edge(at)..=(edge(at + 1) - gap).max(edge(at) + 1.0 / pixel);
            // What is there at all can be seen.
            let scale = inner.height() * (total(at) / most).max(1.0 / inner.height()) / total(at);
            let mut bottom = inner.bottom();
            for layer in self.layers {
                let height = layer.buckets.get(at).copied().unwrap_or(0.0) * scale;
                if height > 0.0 {
                    let bar = Rect::from_x_y_ranges(x.clone(), bottom - height..=bottom);
                    painter.rect_filled(bar, 0.0, layer.color);
                    bottom -= height;
                }
            }
        }
    }

    fn paint_bars(&self, painter: &egui::Painter, theme: &Theme, inner: Rect) {
        if let Some(layer) = self.layers.first() {
            return self.paint_layers(painter, inner, layer.buckets.len());
        }
        let most = self.buckets.iter().copied().fold(0.0f32, f32::max);
        if most <= 0.0 {
            return;
        }
        let step = inner.width() / self.buckets.len() as f32;
        for (at, value) in self.buckets.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            let left = inner.left() + step * at as f32;
            let height = (inner.height() * value / most).max(1.0);
            let bar = Rect::from_min_max(
                pos2(left, inner.bottom() - height),
                pos2(left + (step - 1.0).max(1.0), inner.bottom()),
            );
            let passed = (at as f32 + 0.5) / self.buckets.len() as f32 <= self.now;
            let color = if passed {
                mix(theme.accent, theme.chrome, 0.35)
            } else {
                mix(theme.secondary, theme.chrome, 0.5)
            };
            painter.rect_filled(bar, 1.0, color);
        }
    }
}

/// Where the bars stand within the timeline.
fn inner(area: Rect) -> Rect {
    Rect::from_min_max(area.min + vec2(6.0, 8.0), area.max - vec2(6.0, 12.0))
}

fn rect_or_nothing(rect: Rect) -> Rect {
    if rect.is_positive() { rect } else { Rect::NOTHING }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_go_in_steps_people_expect() {
        assert_eq!(next_speed(1.0, true), 2.0);
        assert_eq!(next_speed(2.0, true), 5.0);
        assert_eq!(next_speed(5.0, true), 10.0);
        assert_eq!(next_speed(1.0, false), 0.5);
        assert_eq!(spoken_speed(0.5), "×0.5");
        assert_eq!(spoken_speed(60.0), "×60");
    }
}
