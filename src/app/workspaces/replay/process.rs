//! The process at the playhead: as a waterfall of what took how long, and as a sequence of who told whom.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::ReplayWorkspace;
use super::picked::STORY_MAX;
use crate::app::context::Cx;
use crate::app::sequence::Sequence;
use crate::app::theme::{Theme, mix};
use crate::replay::player::Step;
use crate::replay::time::duration_text;
use crate::view::logged::paper;

/// The height of a row of the waterfall in points.
const ROW: f32 = 22.0;

/// Said where there is no event at the playhead yet.
const NOTHING_CHOSEN: &str = "Choose an event to see the process it belongs to.";

/// How far an effect stands to the right of its cause.
const INDENT: f32 = 12.0;

impl ReplayWorkspace {
    pub(super) fn sequence(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let (topology, revision, theme) = (cx.topology(), cx.document.revision(), cx.theme);
        let Some(open) = &mut self.open else { return };
        let Some(current) = open.player.current(&open.log) else {
            ui.add_space(10.0);
            ui.label(theme.secondary(NOTHING_CHOSEN));
            return;
        };
        let now = open.player.now();
        let playing = open.player.playing.then_some(now);
        let process = open.picked.process(&open.log, &topology, &open.tracks, current, revision, playing);
        let current = process.step_at(current, now);
        let begins = process.steps.iter().map(|step| step.time).min().unwrap_or(0);
        let sequence = Sequence {
            lifelines: &process.sequence.lifelines,
            steps: &process.sequence.steps,
            marked: &[current.map_or(u64::MAX, |row| row as u64)],
            now: u64::try_from(now.saturating_sub(begins)).ok(),
            spoken: &|nanos| duration_text(i64::try_from(nanos).unwrap_or(i64::MAX)),
        };
        if let Some(row) = sequence.ui(ui, theme) {
            self.choose(row as usize);
        }
    }

    pub(super) fn waterfall(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let (topology, revision, theme) = (cx.topology(), cx.document.revision(), cx.theme);
        let Some(open) = &mut self.open else { return };
        let Some(current) = open.player.current(&open.log) else {
            ui.add_space(10.0);
            ui.label(theme.secondary(NOTHING_CHOSEN));
            return;
        };
        let now = open.player.now();
        let playing = open.player.playing.then_some(now);
        let process = open.picked.process(&open.log, &topology, &open.tracks, current, revision, playing);
        let current = process.step_at(current, now);
        let (steps, order) = (&process.steps, &process.waterfall);
        let first = steps.iter().map(|step| step.time).min().unwrap_or(0);
        let last = steps.iter().map(|step| step.end).max().unwrap_or(0);
        ui.add_space(4.0);
        ui.label(theme.secondary(summary(steps, last.saturating_sub(first))));
        let mut chosen = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, order.len(), |ui, range| {
            // The step at the playhead is kept in sight; whoever scrolls away while it stays is left alone.
            let place = order.iter().position(|at| Some(steps[*at].row) == current);
            let seen = ui.id().with("step in sight");
            let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(seen), current));
            if let Some(place) = place.filter(|_| before != current) {
                let top = ui.max_rect().top() + (place as f32 - range.start as f32) * ROW;
                let row = Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(1.0, ROW));
                ui.scroll_to_rect(row.expand2(vec2(0.0, ROW)), None);
            }
            for at in &order[range] {
                if bar(ui, theme, steps, *at, (first, last), Some(steps[*at].row) == current).clicked() {
                    chosen = Some(steps[*at].row);
                }
            }
        });
        if let Some(row) = chosen {
            self.choose(row);
        }
    }
}

/// "12 messages in 340 ms, 3 of them without a known cause".
fn summary(steps: &[Step], length: i64) -> String {
    let more = if steps.len() >= STORY_MAX { " (the first of them)" } else { "" };
    let roots = steps.iter().filter(|step| step.cause.is_none()).count();
    let causes = match roots {
        0 | 1 => String::new(),
        n if n == steps.len() => " · the log names no causes".to_owned(),
        n => format!(" · {n} without a cause in the log"),
    };
    let messages =
        if steps.len() == 1 { "1 message".to_owned() } else { format!("{} messages", steps.len()) };
    format!("{messages}{more} in {}{causes}", duration_text(length))
}

/// One step: its name, how long after its cause it came, and a bar until the last of what it set off.
fn bar(
    ui: &mut Ui,
    theme: &Theme,
    steps: &[Step],
    at: usize,
    span: (i64, i64),
    current: bool,
) -> egui::Response {
    let step = &steps[at];
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let took = step.cause.map(|cause| step.time.saturating_sub(steps[cause].time));
    response.widget_info(|| {
        let took = took.map_or_else(String::new, |took| format!(", {} after its cause", duration_text(took)));
        let again = step.again.map_or_else(String::new, |again| format!(", {}", again.words()));
        let label = format!("Step {} from {}{took}{again}", step.name, step.from);
        WidgetInfo::selected(WidgetType::SelectableLabel, true, current, label)
    });
    let painter = ui.painter_at(rect);
    if current {
        painter.rect_filled(rect, 0.0, theme.selection);
    } else if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 0.0, theme.hover);
    }
    let names = Rect::from_min_max(rect.min, pos2(rect.left() + rect.width() * 0.34, rect.bottom()));
    let left = names.left_center() + vec2(6.0 + INDENT * step.depth.min(14) as f32, 0.0);
    let clipped = painter.with_clip_rect(names.intersect(rect));
    let name = clipped.text(
        left,
        Align2::LEFT_CENTER,
        &step.name,
        Theme::strong(theme.sizes.secondary),
        if current { theme.accent } else { theme.text },
    );
    let from = clipped.text(
        name.right_center() + vec2(8.0, 0.0),
        Align2::LEFT_CENTER,
        &step.from,
        Theme::plain(theme.sizes.small),
        theme.secondary,
    );
    if let Some(again) = step.again {
        super::again::paint(&clipped, theme, from.right_center() + vec2(8.0, 0.0), again);
    }
    let chart =
        Rect::from_min_max(pos2(names.right() + 8.0, rect.top()), pos2(rect.right() - 84.0, rect.bottom()));
    let length = span.1.saturating_sub(span.0).max(1) as f64;
    let x = |time: i64| chart.left() + chart.width() * (time.saturating_sub(span.0) as f64 / length) as f32;
    let middle = rect.center().y;
    if let Some(cause) = step.cause {
        // What led up to it: from its cause on.
        painter.hline(
            x(steps[cause].time)..=x(step.time),
            middle,
            (1.5, mix(theme.secondary, theme.chrome, 0.4)),
        );
    }
    let token = paper(step.kind).row().token;
    let body = Rect::from_x_y_ranges(
        x(step.time)..=x(step.end).max(x(step.time) + 3.0),
        middle - 5.0..=middle + 5.0,
    );
    painter.rect_filled(body, 2.0, theme.paper(token).fill);
    let text = match took {
        Some(took) => format!("+{}", duration_text(took)),
        None if step.time == span.0 => "start".to_owned(),
        None => duration_text(step.time.saturating_sub(span.0)),
    };
    let right = rect.right_center() - vec2(6.0, 0.0);
    painter.text(right, Align2::RIGHT_CENTER, text, Theme::plain(theme.sizes.small), theme.secondary);
    let to = if step.to.is_empty() { String::new() } else { format!(" → {}", step.to.join(", ")) };
    response.on_hover_text(format!("{}: {}{to}\n{}", step.name, step.from, super::spoken_time(step.time)))
}
