//! The table of events: every event of the log that the filter lets pass, by time.

use egui::{Align2, Color32, Key, Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::ReplayWorkspace;
use super::open::Open;
use crate::app::context::Cx;
use crate::app::icons;
use crate::app::long_list::{BAR, LongList};
use crate::app::theme::Theme;
use crate::app::widgets::{self, spoken_number};
use crate::pattern::Pattern;
use crate::replay::again::Again;
use crate::replay::search::Rows;

/// The height of a row in points.
const ROW: f32 = 24.0;

/// The columns, each with its share of the width.
const COLUMNS: [(&str, f32); 5] =
    [("Time", 0.17), ("Type", 0.27), ("Source", 0.19), ("Subject", 0.15), ("Correlation", 0.22)];

/// How the table stands.
#[derive(Default)]
pub(super) struct Table {
    list: LongList,
    /// The latest events come first.
    latest_first: bool,
    /// It does not run along with the playhead.
    still: bool,
    /// The event it was last brought to.
    shown: Option<usize>,
    /// What was typed into the filter.
    query: String,
    /// What is wrong with it.
    problem: Option<String>,
}

impl Table {
    fn place(&self, rows: &Rows, at: usize) -> usize {
        if self.latest_first { rows.len() - 1 - at } else { at }
    }

    /// The table runs along with the playhead again.
    pub(super) fn run_along(&mut self) {
        self.still = false;
        self.shown = None;
    }

    /// Another log: nothing of the one before is left.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl ReplayWorkspace {
    /// The field of the filter: plain text, or a pattern.
    pub(super) fn filter_field(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        let Some(open) = &mut self.open else { return };
        let table = &mut self.table;
        // What stands behind it: how many pass, the way back, and whether the table runs along.
        let beside = if open.filter.is_open() && table.problem.is_none() { 80.0 } else { 280.0 };
        // A name of its own: what comes and goes before it must not take the keyboard from it.
        let field = egui::TextEdit::singleline(&mut table.query)
            .id(egui::Id::new("filter events"))
            .hint_text(r#"Text, or a pattern such as {"type": [{"prefix": "Order"}]}"#)
            .desired_width((ui.available_width() - beside).clamp(120.0, 440.0));
        let response = ui.add(field);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Filter events"));
        if response.changed() {
            table.problem = set_query(open, &table.query);
        }
        if let Some(problem) = &table.problem {
            let icon = egui::RichText::new(icons::glyph("warning")).font(Theme::icon(14.0));
            ui.label(icon.color(cx.theme.warning)).on_hover_text(problem);
            ui.add(egui::Label::new(egui::RichText::new(problem).color(cx.theme.warning)).truncate());
        } else if !open.filter.is_open() {
            let searched =
                open.search_share().map_or_else(String::new, |s| format!(" · {:.0} % searched", s * 100.0));
            ui.label(cx.theme.secondary(format!(
                "{} of {}{searched}",
                spoken_number(open.rows.len() as u64),
                spoken_number(open.log.len() as u64)
            )));
            if widgets::chip(ui, cx.theme, "Show all", false).clicked() {
                table.query.clear();
                open.filter = crate::replay::player::Filter::default();
                open.filter_changed();
            }
        }
        let follows = !table.still;
        if widgets::chip(ui, cx.theme, "Follow", follows)
            .on_hover_text("The table runs along with the playhead")
            .clicked()
        {
            table.still = follows;
            table.shown = None;
        }
    }

    pub(super) fn events_table(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let table = &mut self.table;
        header(ui, theme, table);
        if open.rows.is_empty() {
            let text = match (open.log.is_empty(), open.log.is_complete()) {
                (true, true) => "There is no event in this log.",
                (true, false) => "The first events are being read…",
                (false, _) if open.search_share().is_some() => "Nothing found yet…",
                _ => "No event passes the filter.",
            };
            ui.add_space(10.0);
            ui.label(theme.secondary(text));
            return;
        }
        let current = open.player.current(&open.log);
        if !table.still && current != table.shown {
            table.shown = current;
            if let Some(row) = current {
                let at = open.rows.place_of(row).min(open.rows.len() - 1);
                table.list.reveal(table.place(&open.rows, at));
            }
        }
        let mut chosen: Option<usize> = None;
        let mut marked: Option<usize> = None;
        let Table { list, latest_first, .. } = table;
        let turned = |rows: &Rows, at: usize| if *latest_first { rows.len() - 1 - at } else { at };
        let rows = open.rows.clone();
        let compared = self.compare_with;
        let shown = list.show(ui, theme, "Events", rows.len(), ROW, |ui, at, area| {
            let Some(row) = rows.get(turned(&rows, at)) else { return };
            let response = event_row(ui, theme, open, row, area, current == Some(row), compared == Some(row));
            if response.secondary_clicked() || response.clicked() && ui.input(|input| input.modifiers.command)
            {
                marked = Some(row);
            } else if response.clicked() {
                chosen = Some(row);
            }
        });
        if shown.scrolled {
            table.still = true;
        }
        if let Some(row) = marked {
            self.compare_with = if self.compare_with == Some(row) { None } else { Some(row) };
        }
        if let Some(row) = chosen.or_else(|| self.by_key(ui)) {
            self.choose(row);
        }
    }

    /// The event that the arrow keys lead to.
    fn by_key(&mut self, ui: &Ui) -> Option<usize> {
        let open = self.open.as_ref()?;
        if ui.ctx().egui_wants_keyboard_input() || open.rows.is_empty() {
            return None;
        }
        let page = self.table.list.page();
        let step = ui.input(|input| {
            let pressed = |key| input.key_pressed(key);
            let steps = [
                (Key::ArrowDown, 1),
                (Key::ArrowUp, -1),
                (Key::PageDown, page as i64),
                (Key::PageUp, -(page as i64)),
            ];
            steps.into_iter().find(|(key, _)| pressed(*key)).map(|(_, step)| step)
        })?;
        let step = if self.table.latest_first { -step } else { step };
        let at = open.player.current(&open.log).map_or(-1, |row| open.rows.place_of(row) as i64);
        let last = open.rows.len() as i64 - 1;
        open.rows.get((at + step).clamp(0, last) as usize)
    }

    /// Puts the playhead on an event and the table along with it.
    pub(super) fn choose(&mut self, row: usize) {
        if let Some(open) = &mut self.open {
            open.go_to(row);
            self.table.still = false;
        }
    }
}

/// Takes in what was typed; what is wrong with it.
fn set_query(open: &mut Open, query: &str) -> Option<String> {
    let query = query.trim();
    let (text, pattern) = if query.starts_with('{') {
        match Pattern::parse(query) {
            Ok(pattern) => ("", Some(pattern)),
            Err(error) => return Some(crate::app::context::sentence(&error.to_string())),
        }
    } else {
        (query, None)
    };
    open.filter.set_text(text);
    open.filter.set_pattern(pattern);
    open.filter_changed();
    None
}

fn header(ui: &mut Ui, theme: &Theme, table: &mut Table) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::click());
    let order = if table.latest_first { "Latest first" } else { "Earliest first" };
    response
        .widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Sorted by time: {order}")));
    let mut x = rect.left() + 10.0;
    for (at, (name, share)) in COLUMNS.iter().enumerate() {
        let font = Theme::strong(theme.sizes.small);
        let place = pos2(x, rect.center().y);
        let drawn = ui.painter().text(place, Align2::LEFT_CENTER, name, font, theme.secondary);
        if at == 0 {
            let arrow = icons::glyph(if table.latest_first { "down" } else { "up" });
            let beside = drawn.right_center() + vec2(4.0, 0.0);
            ui.painter().text(beside, Align2::LEFT_CENTER, arrow, Theme::icon(11.0), theme.secondary);
        }
        x += (rect.width() - BAR) * share;
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), theme.line());
    if response.on_hover_text(order).clicked() {
        table.latest_first = !table.latest_first;
        table.shown = None;
        table.still = false;
    }
}

fn event_row(
    ui: &mut Ui,
    theme: &Theme,
    open: &mut Open,
    row: usize,
    area: Rect,
    current: bool,
    compared: bool,
) -> egui::Response {
    let response = ui.interact(area, ui.id().with(("event", row)), Sense::click());
    let Some(event) = open.log.event(row) else { return response };
    let cells = open.picked.cells(&open.log, row);
    let time = super::spoken_time(event.time());
    let source = event.source_text();
    let known = open.tracks.matched().message(event.type_number()).is_some();
    let again = open.repeats.of(row);
    response.widget_info(|| {
        let off = if known { "" } else { ", not on the board" };
        let again = again.map_or_else(String::new, |again| format!(", {}", again.words()));
        let label = format!("{} from {} at {time}{off}{again}", event.name(), event.source_text());
        WidgetInfo::selected(WidgetType::SelectableLabel, true, current, label)
    });
    let painter = ui.painter();
    if current {
        painter.rect_filled(area, 0.0, theme.selection);
    } else if response.hovered() || response.has_focus() {
        painter.rect_filled(area, 0.0, theme.hover);
    }
    if compared {
        painter.rect_filled(area.with_max_x(area.left() + 3.0), 0.0, theme.warning);
    }
    let ink = if known { theme.text } else { theme.warning };
    let texts: [(&str, Color32); 5] = [
        (&time, if event.is_late() { theme.warning } else { theme.secondary }),
        (event.name(), ink),
        (&source, theme.text),
        (&cells.subject, theme.secondary),
        (&cells.correlation, theme.secondary),
    ];
    let mut x = area.left() + 10.0;
    for (at, ((text, color), (_, share))) in texts.into_iter().zip(COLUMNS).enumerate() {
        let width = area.width() * share;
        let cell = Rect::from_min_max(pos2(x, area.top()), pos2(x + width - 10.0, area.bottom()));
        let mut left = cell.left_center();
        if at == 1 {
            let dot = left + vec2(4.0, 0.0);
            painter.circle_filled(dot, 4.0, open.chart.color(theme, event.type_number()));
            left.x += 14.0;
        }
        let clipped = painter.with_clip_rect(cell.intersect(ui.clip_rect()));
        let font = Theme::plain(theme.sizes.secondary);
        let drawn = widgets::cut_line(&clipped, cell.with_min_x(left.x), text, font, color);
        if let Some(again) = again.filter(|_| at == 1) {
            super::again::paint(&clipped, theme, left + vec2(drawn + 8.0, 0.0), again);
        }
        x += width;
    }
    let hints = [
        (!known).then_some("No message of this name is on the board"),
        event.is_late().then_some("It stands later in the file than events after it"),
        again.map(Again::sentence),
    ];
    let hints: Vec<&str> = hints.into_iter().flatten().collect();
    if hints.is_empty() { response } else { response.on_hover_text(hints.join("\n")) }
}
