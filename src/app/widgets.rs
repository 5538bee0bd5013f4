//! Small widgets the panels share: fields that commit when left, choices, tabs, chips.

use egui::{Response, RichText, Sense, Ui, WidgetInfo, WidgetType, vec2};

use super::icons;
use super::theme::Theme;

/// Words on one line from the left edge of an area, cut with a sign where they do not fit; how wide they are.
pub fn cut_line(
    painter: &egui::Painter,
    area: egui::Rect,
    words: &str,
    font: egui::FontId,
    color: egui::Color32,
) -> f32 {
    if !area.is_positive() {
        return 0.0;
    }
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(area.width());
    let galley = painter.layout_job(job);
    let width = galley.size().x;
    painter.galley(egui::pos2(area.left(), area.center().y - galley.size().y * 0.5), galley, color);
    width
}

/// A heading over a section, with room above it.
pub fn section(ui: &mut Ui, theme: &Theme, title: &str) {
    ui.add_space(theme.spacing * 2.5);
    ui.label(theme.heading(title));
    ui.add_space(theme.spacing * 0.5);
}

/// A hairline across.
pub fn hairline(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, theme.line());
}

/// A question over the window, with room around its words.
pub fn question<R>(
    ctx: &egui::Context,
    id: &str,
    width: f32,
    add: impl FnOnce(&mut Ui) -> R,
) -> egui::ModalResponse<R> {
    let frame = egui::Frame::window(&ctx.global_style()).inner_margin(egui::Margin::symmetric(20, 16));
    egui::Modal::new(egui::Id::new(id)).frame(frame).show(ctx, |ui| {
        ui.set_width(width);
        add(ui)
    })
}

/// Draws into what room there is. What is wider is cut off at the edge, and does not push a panel wider frame by frame.
pub fn within<R>(ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> R) -> R {
    let area = ui.available_rect_before_wrap();
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(area));
    let drawn = draw(&mut inside);
    ui.allocate_rect(area, Sense::hover());
    drawn
}

/// A button of one icon with a name for the ear and the hover text.
pub fn icon_button(
    ui: &mut Ui,
    theme: &Theme,
    icon: &str,
    name: &str,
    keys: &str,
    selected: bool,
) -> Response {
    let size = vec2(32.0, 32.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, ui.is_enabled(), selected, name));
    if selected {
        ui.painter().rect_filled(rect, 6.0, theme.selection);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 6.0, theme.hover);
    }
    let color = if selected { theme.accent } else { theme.secondary };
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        icons::glyph(icon),
        Theme::icon(17.0),
        color,
    );
    let tip = if keys.is_empty() { name.to_owned() } else { format!("{name}   {keys}") };
    response.on_hover_text(tip)
}

/// A tab.
pub fn tab(ui: &mut Ui, theme: &Theme, name: &str, selected: bool) -> Response {
    sized_tab(ui, theme, name, selected, (theme.sizes.body, vec2(22.0, 11.0)))
}

/// A tab of a switch that lies over the canvas.
pub fn small_tab(ui: &mut Ui, theme: &Theme, name: &str, selected: bool) -> Response {
    sized_tab(ui, theme, name, selected, (theme.sizes.secondary, vec2(16.0, 7.0)))
}

fn sized_tab(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    selected: bool,
    (size, room): (f32, egui::Vec2),
) -> Response {
    let font = if selected { Theme::strong(size) } else { Theme::plain(size) };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, theme.text);
    let (rect, response) = ui.allocate_exact_size(galley.size() + room, Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, selected, name));
    let color = if selected {
        ui.painter().rect_filled(rect, 5.0, theme.selection);
        theme.accent
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, theme.hover);
        theme.text
    } else {
        theme.secondary
    };
    ui.painter().galley_with_override_text_color(rect.center() - galley.size() * 0.5, galley, color);
    response
}

/// A little label in a pill; answers clicks.
pub fn chip(ui: &mut Ui, theme: &Theme, text: &str, selected: bool) -> Response {
    let font = Theme::strong(theme.sizes.small);
    let color = if selected { theme.accent } else { theme.secondary };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(14.0, 7.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, selected, text));
    let fill = if selected { theme.selection } else { theme.hover };
    ui.painter().rect_filled(rect, rect.height() * 0.5, fill);
    ui.painter().galley(rect.center() - galley.size() * 0.5, galley, color);
    response
}

/// A one-line text field that commits when it is left or Enter is pressed; Escape puts the old text back. Answers the
/// new text when it changed.
pub fn text_field(
    ui: &mut Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    name: &str,
    value: &str,
    hint: &str,
) -> Option<String> {
    edit_field(ui, salt, name, value, hint, false)
}

/// A text field of several lines that commits when it is left.
pub fn text_area(
    ui: &mut Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    name: &str,
    value: &str,
    hint: &str,
) -> Option<String> {
    edit_field(ui, salt, name, value, hint, true)
}

fn edit_field(
    ui: &mut Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    name: &str,
    value: &str,
    hint: &str,
    lines: bool,
) -> Option<String> {
    let id = ui.id().with((name, egui::Id::new(salt)));
    // What is being typed lives in egui's memory until it is committed.
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| value.to_owned());
    let edit = if lines {
        egui::TextEdit::multiline(&mut text).desired_rows(2)
    } else {
        egui::TextEdit::singleline(&mut text)
    };
    let edit = edit
        .id(id)
        .hint_text(RichText::new(hint))
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(7, 5));
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        if !left_by_escape(ui, &response) && text != value {
            return Some(text);
        }
    }
    None
}

/// True when a text field has just been left by Escape. The key is used up by that: it does nothing else any more.
pub fn left_by_escape(ui: &Ui, response: &Response) -> bool {
    response.lost_focus() && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
}

/// A row of a name and a field beside it.
pub fn row<R>(ui: &mut Ui, theme: &Theme, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let width = ui.available_width() * 0.42;
    row_at(ui, theme, name, width, add)
}

/// A row whose field begins so far from the left.
fn row_at<R>(ui: &mut Ui, theme: &Theme, name: &str, width: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        ui.set_min_height(26.0);
        ui.allocate_ui_with_layout(
            vec2(width, 26.0),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(width);
                ui.add(egui::Label::new(theme.secondary(name)).truncate());
            },
        );
        add(ui)
    })
    .inner
}

/// A text field in a row; answers the new text when it changed.
pub fn text_row(
    ui: &mut Ui,
    theme: &Theme,
    salt: impl std::hash::Hash + std::fmt::Debug,
    name: &str,
    value: &str,
    hint: &str,
) -> Option<String> {
    row(ui, theme, name, |ui| text_field(ui, salt, name, value, hint))
}

/// A switch in a row; answers the new state when it changed.
pub fn switch_row(ui: &mut Ui, theme: &Theme, name: &str, value: bool) -> Option<bool> {
    // A switch needs little room: its name may take more than its column.
    let font = Theme::plain(theme.sizes.body);
    let needs = ui.painter().layout_no_wrap(name.to_owned(), font, theme.text).size().x + 4.0;
    let width = needs.clamp(ui.available_width() * 0.42, (ui.available_width() - 40.0).max(60.0));
    row_at(ui, theme, name, width, |ui| {
        let mut on = value;
        let response = ui.checkbox(&mut on, "");
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
        (on != value).then_some(on)
    })
}

/// A choice in a row; answers what was chosen when it changed.
pub fn choice_row<T: Copy + PartialEq>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: T,
    choices: &[(T, &str)],
) -> Option<T> {
    row(ui, theme, name, |ui| {
        let shown = choices.iter().find(|(choice, _)| *choice == value).map_or("", |(_, text)| *text);
        let mut chosen = None;
        // A long choice must not widen the panel it stands in.
        let combo =
            egui::ComboBox::from_id_salt(name).selected_text(shown).width(ui.available_width()).truncate();
        let response = combo.show_ui(ui, |ui| {
            size_list(ui, choices.iter().map(|(_, text)| *text));
            for (choice, text) in choices {
                if ui.selectable_label(*choice == value, *text).clicked() && *choice != value {
                    chosen = Some(*choice);
                }
            }
        });
        ui.ctx().accesskit_node_builder(response.response.id, |node| node.set_label(name));
        chosen
    })
}

/// An open list of choices is as wide as its longest one, up to a width at which a choice takes several lines: a long
/// name does not lead out of the window.
pub fn size_list<'a>(ui: &mut Ui, choices: impl IntoIterator<Item = &'a str>) {
    const MOST: f32 = 420.0;
    let font = egui::TextStyle::Button.resolve(ui.style());
    let color = ui.visuals().text_color();
    let wide = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color).size().x;
    if choices.into_iter().any(|text| wide(text) > MOST - 2.0 * ui.spacing().button_padding.x) {
        ui.set_width(MOST);
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Wrap);
    }
}

/// A number with thousands apart: "29,604".
#[must_use]
pub fn spoken_number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7, 999, 29_604, 10_000_000].map(spoken_number), ["7", "999", "29,604", "10,000,000"]);
    }
}
