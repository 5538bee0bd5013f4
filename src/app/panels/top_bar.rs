//! The top bar: title and saved dot, workspaces, search, advice count, theme.

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Sense, Ui, WidgetInfo, WidgetType, vec2};

use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::{App, icons, widgets};
use crate::view::Action;
use crate::view::action::{ACTIONS, Group};

/// Its height in points.
const HEIGHT: f32 = 43.0;

/// Shows the bar.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    let frame = Frame::new().fill(app.theme.chrome).inner_margin(Margin::symmetric(14, 0));
    Panel::top("top bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        let area = ui.max_rect();
        ui.scope_builder(
            egui::UiBuilder::new().max_rect(area).layout(Layout::left_to_right(Align::Center)),
            |ui| {
                title(app, ui);
            },
        );
        tabs(app, ui, area);
        ui.scope_builder(
            egui::UiBuilder::new().max_rect(area).layout(Layout::right_to_left(Align::Center)),
            |ui| {
                right(app, ui);
            },
        );
    });
}

fn title(app: &mut App, ui: &mut Ui) {
    let name = RichText::new("Isobar").font(Theme::strong(app.theme.sizes.title)).color(app.theme.text);
    let more = icons::text("down", 11.0).color(app.theme.secondary);
    let button = egui::Button::new((name, more)).frame_when_inactive(false);
    let menu =
        egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| menus(&mut app.commands, ui));
    ui.ctx().accesskit_node_builder(menu.0.id, |node| node.set_label("Main menu"));
    ui.add_space(4.0);
    let (folder, file) = place(app);
    if area_is_narrow(ui) {
        return;
    }
    ui.spacing_mut().item_spacing.x = 0.0;
    if !folder.is_empty() {
        ui.label(RichText::new(format!("{folder} / ")).color(app.theme.secondary));
    }
    ui.label(RichText::new(file).color(app.theme.text));
    ui.add_space(10.0);
    let (rect, response) = ui.allocate_exact_size(vec2(10.0, 16.0), Sense::hover());
    let empty = app.document.board().stickies.is_empty();
    let (color, words) = if app.document.is_dirty() {
        (app.theme.warning, "Not saved yet")
    } else if app.document.path().is_none() && !empty {
        (app.theme.secondary, "This board has no file yet")
    } else {
        (app.theme.fine, "Saved")
    };
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, words));
    ui.painter().circle_filled(rect.center(), 3.5, color);
    let kept = app.document.is_dirty() && app.keeper.is_on_disk();
    let more = if kept {
        ". Every change so far is on the disk, in a journal, and comes back after a crash"
    } else {
        ""
    };
    response.on_hover_text(format!("{words}{more}"));
}

fn area_is_narrow(ui: &Ui) -> bool {
    ui.max_rect().width() < 900.0
}

/// The folder and the file name of the board, or its title.
fn place(app: &App) -> (String, String) {
    let Some(path) = app.document.path() else {
        return (String::new(), app.document.board().title().to_owned());
    };
    let name = |part: Option<&std::ffi::OsStr>| {
        part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
    };
    (name(path.parent().and_then(std::path::Path::file_name)), name(path.file_name()))
}

fn tabs(app: &mut App, ui: &mut Ui, area: egui::Rect) {
    let names: Vec<&'static str> = app.workspaces.iter().map(|workspace| workspace.name()).collect();
    let font = Theme::plain(app.theme.sizes.body);
    let width = |name: &str| {
        ui.painter().layout_no_wrap(name.to_owned(), font.clone(), app.theme.text).size().x + 24.0
    };
    let total: f32 = names.iter().map(|name| width(name)).sum();
    let left =
        (area.center().x - total * 0.5).max(area.left() + if area.width() < 900.0 { 90.0 } else { 300.0 });
    let place = egui::Rect::from_min_max(egui::pos2(left, area.top()), area.right_bottom());
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center)),
        |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (i, name) in names.into_iter().enumerate() {
                if widgets::tab(ui, &app.theme, name, i == app.current && !app.starting).clicked() {
                    app.commands.push(Command::SwitchTo(name));
                }
            }
        },
    );
}

fn right(app: &mut App, ui: &mut Ui) {
    let icon = if app.theme.dark { "sun" } else { "moon" };
    if widgets::icon_button(ui, &app.theme, icon, "Light or dark", "Ctrl+Shift+T", false).clicked() {
        app.commands.push(Command::Run(Action::ToggleTheme));
    }
    super::timer::show(app, ui);
    advice(app, ui);
    if ui.max_rect().width() > 1000.0 && search(app, ui) {
        app.commands.push(Command::Run(Action::Palette));
    }
}

fn advice(app: &mut App, ui: &mut Ui) {
    let findings = app.derived.findings(ui.ctx(), &app.document);
    let Some(worst) = findings.iter().map(|finding| finding.severity).max() else { return };
    let count = findings.len();
    let (icon, color) = super::drawer::severity_look(&app.theme, worst);
    let number = RichText::new(count.to_string()).font(Theme::strong(12.0)).color(color);
    let button = egui::Button::new((icons::text(icon, 13.0).color(color), number))
        .corner_radius(12.0)
        .fill(app.theme.hover)
        .stroke(egui::Stroke::NONE);
    let response = ui.add(button).on_hover_text("Advice on this board   Ctrl+J");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(format!("Advice, {count}")));
    if response.clicked() {
        app.commands.push(Command::Run(Action::ToggleDrawer));
    }
}

/// The search box, which opens the palette.
fn search(app: &App, ui: &mut Ui) -> bool {
    let theme = &app.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(190.0, 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Search or run…"));
    let fill = if response.hovered() { theme.hover } else { theme.field };
    ui.painter().rect(rect, 5.0, fill, theme.line(), egui::StrokeKind::Inside);
    let font = Theme::plain(theme.sizes.body);
    let at = rect.left_center() + vec2(10.0, 0.0);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, "Search or run…", font.clone(), theme.secondary);
    ui.painter().text(
        rect.right_center() - vec2(10.0, 0.0),
        egui::Align2::RIGHT_CENTER,
        "Ctrl K",
        font,
        theme.secondary,
    );
    response.clicked()
}

/// Every action, in menus by group.
fn menus(commands: &mut Vec<Command>, ui: &mut Ui) {
    ui.set_min_width(190.0);
    for group in Group::ALL {
        ui.menu_button(group.title(), |ui| {
            ui.set_min_width(250.0);
            for row in ACTIONS.iter().filter(|row| row.group == group) {
                let text = (icons::text(row.icon, 15.0), row.text);
                if ui.add(egui::Button::new(text).shortcut_text(row.keys)).clicked() {
                    commands.push(Command::Run(row.action));
                    ui.close();
                }
            }
        });
    }
}
