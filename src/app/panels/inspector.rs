//! The inspector: what is selected, its definition (shared by all its stickies), then this sticky, then its links.

mod channel;
mod event;
mod filter;
mod link;
mod message;
mod schema;
mod service;
mod tester;

use egui::{Frame, Margin, Panel, RichText, ScrollArea, Ui};

use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::{icons, widgets};
use crate::board::notation::words;
use crate::board::{
    Board, DefinitionKind, Frame as BoardFrame, FrameId, FrameKind, Key, LineId, Record, Sticky, StickyId,
    StickyKind,
};
use crate::edit::Intent;
use crate::view::{Action, Item};

/// Shows the inspector.
pub(in crate::app) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    place(cx.theme).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let frame = Frame::new().inner_margin(Margin { left: 0, right: 8, top: 0, bottom: 16 });
            frame.show(ui, |ui| match cx.selection.only() {
                Some(Item::Sticky(id)) => sticky(ui, cx, id),
                Some(Item::Link(id)) => link::show(ui, cx, id),
                Some(Item::Frame(id)) => frame_fields(ui, cx, id),
                Some(Item::Line(id)) => line_fields(ui, cx, id),
                None if cx.selection.is_empty() => board_fields(ui, cx),
                None => several(ui, cx),
            });
        });
    });
}

/// Its place at the right edge.
pub(in crate::app) fn place(theme: &Theme) -> Panel {
    let frame =
        Frame::new().fill(theme.chrome).inner_margin(Margin { left: 16, right: 8, top: 14, bottom: 8 });
    Panel::right("inspector").default_size(300.0).size_range(240.0..=520.0).frame(frame)
}

/// The title row: a patch of colour, the name, and a line below it.
fn title(ui: &mut Ui, theme: &Theme, token: Option<&str>, name: &str, below: &str) {
    ui.horizontal(|ui| {
        if let Some(token) = token {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
            ui.painter().rect_filled(rect, 2.0, theme.paper(token).fill);
        }
        ui.add(egui::Label::new(theme.title(name)).wrap());
    });
    ui.add(egui::Label::new(theme.secondary(below)).wrap());
}

/// Puts changed records in place as one step.
fn change(cx: &mut Cx<'_>, label: impl Into<String>, record: Record) {
    cx.perform(&Intent::Change { label: label.into(), records: vec![record] });
}

fn sticky(ui: &mut Ui, cx: &mut Cx<'_>, id: StickyId) {
    let Some(sticky) = cx.document.board().stickies.get(&id).cloned() else { return };
    let row = sticky.kind.row();
    let shown = cx.document.board().same_definition(&sticky).count();
    let mut lines = sticky.name.lines();
    let name = match lines.next() {
        Some(first) if lines.next().is_some() => format!("{} …", words(first.trim())),
        Some(only) => words(only),
        None => "No name yet".to_owned(),
    };
    let on = if row.definition.is_none() {
        row.label.to_owned()
    } else {
        format!("{} · on {shown} {}", row.label, if shown == 1 { "sticky" } else { "stickies" })
    };
    title(ui, cx.theme, Some(row.token), &name, &on);
    let written = if sticky.kind == StickyKind::Text {
        widgets::section(ui, cx.theme, "Text");
        widgets::text_area(ui, id, "Text", &sticky.name, "What it says")
    } else {
        widgets::section(ui, cx.theme, "Name");
        widgets::text_field(ui, id, "Name", &sticky.name, "What it is called")
    };
    if let Some(to) = written {
        rename(cx, id, &sticky, &to);
    }
    match row.definition {
        Some(DefinitionKind::Service) => service::show(ui, cx, &sticky.name),
        Some(DefinitionKind::Event) => event::show(ui, cx, &sticky.name),
        Some(DefinitionKind::Command) => message::command(ui, cx, &sticky.name),
        Some(DefinitionKind::Query) => message::query(ui, cx, &sticky.name),
        Some(DefinitionKind::Channel) => channel::show(ui, cx, &sticky.name),
        None => {}
    }
    this_sticky(ui, cx, id, &sticky);
    link::list(ui, cx, id);
}

/// Renames everywhere when the name is a definition shown on several stickies; just this sticky otherwise.
fn rename(cx: &mut Cx<'_>, id: StickyId, sticky: &Sticky, to: &str) {
    let to = to.trim().to_owned();
    let shared = cx.document.board().same_definition(sticky).count() > 1
        || Board::definition_key(sticky).is_some_and(|key| cx.document.board().has(&key));
    let intent = match sticky.kind.row().definition {
        Some(kind) if shared && !sticky.name.is_empty() && !to.is_empty() => {
            Intent::RenameDefinition { kind, from: sticky.name.clone(), to }
        }
        _ => Intent::NameSticky { sticky: id, name: to },
    };
    cx.perform(&intent);
}

fn this_sticky(ui: &mut Ui, cx: &mut Cx<'_>, id: StickyId, sticky: &Sticky) {
    widgets::section(ui, cx.theme, "This sticky");
    let mut after = sticky.clone();
    if let Some(note) = widgets::text_area(ui, id, "Note", &sticky.note, "A remark for the others") {
        after.note = note;
    }
    if let Some(locked) = widgets::switch_row(ui, cx.theme, "Locked in place", sticky.locked) {
        after.locked = locked;
    }
    let size = sticky.size();
    let text = format!("{:.0} × {:.0}", size.w, size.h);
    let own = sticky.size.is_some();
    let reset = widgets::row(ui, cx.theme, "Size", |ui| {
        ui.label(text);
        own && ui.small_button("Reset").clicked()
    });
    if reset {
        after.size = None;
    }
    for allowed in &sticky.allow {
        ui.label(cx.theme.secondary(format!("Ignores {}: {}", allowed.rule, allowed.reason)));
    }
    if after != *sticky {
        change(cx, "Change sticky", Record::Sticky(id, Box::new(after)));
    }
}

fn frame_fields(ui: &mut Ui, cx: &mut Cx<'_>, id: FrameId) {
    let Some(frame) = cx.document.board().frames.get(&id).cloned() else { return };
    title(ui, cx.theme, None, if frame.name.is_empty() { "No name yet" } else { &frame.name }, "Frame");
    let mut after: BoardFrame = frame.clone();
    widgets::section(ui, cx.theme, "Name");
    if let Some(name) = widgets::text_field(ui, id, "Name", &frame.name, "What it holds") {
        after.name = name;
    }
    widgets::section(ui, cx.theme, "What it stands for");
    let kinds = [
        (FrameKind::Context, "Bounded context"),
        (FrameKind::Team, "Team"),
        (FrameKind::Swimlane, "Swimlane"),
    ];
    if let Some(kind) = widgets::choice_row(ui, cx.theme, "Kind", frame.kind, &kinds) {
        after.kind = kind;
    }
    if let Some(service) = widgets::text_row(ui, cx.theme, id, "Host service", &frame.service, "none") {
        after.service = service;
    }
    ui.label(cx.theme.secondary("Policies, aggregates and read models inside run on the host service."));
    if after != frame {
        change(cx, "Change frame", Record::Frame(id, Box::new(after)));
    }
}

fn line_fields(ui: &mut Ui, cx: &mut Cx<'_>, id: LineId) {
    let Some(line) = cx.document.board().lines.get(&id).cloned() else { return };
    title(
        ui,
        cx.theme,
        None,
        if line.name.is_empty() { "Pivotal event" } else { &line.name },
        "Pivotal-event line",
    );
    widgets::section(ui, cx.theme, "Name");
    if let Some(name) = widgets::text_field(ui, id, "Name", &line.name, "The pivotal event") {
        let after = crate::board::PivotalLine { name, ..line };
        change(cx, "Name line", Record::Line(id, Box::new(after)));
    }
}

/// The board itself, when nothing is selected.
fn board_fields(ui: &mut Ui, cx: &mut Cx<'_>) {
    let settings = cx.document.board().settings.clone();
    title(ui, cx.theme, None, cx.document.board().title(), "Nothing is selected: this is the board");
    let mut after = settings.clone();
    widgets::section(ui, cx.theme, "Title");
    if let Some(title) = widgets::text_field(ui, "board", "Title", &settings.title, "Untitled board") {
        after.title = title;
    }
    widgets::section(ui, cx.theme, "Description");
    if let Some(text) =
        widgets::text_area(ui, "board", "Description", &settings.description, "What it shows, and why")
    {
        after.description = text;
    }
    widgets::section(ui, cx.theme, "Messages");
    use crate::board::Envelope;
    let envelopes = [
        (Envelope::None, "Not agreed"),
        (Envelope::CloudEvents, "CloudEvents"),
        (Envelope::MetadataData, "metadata / data"),
    ];
    if let Some(envelope) = widgets::choice_row(ui, cx.theme, "Envelope", settings.envelope, &envelopes) {
        after.envelope = envelope;
    }
    if let Some(name) =
        widgets::text_row(ui, cx.theme, "board", "Default channel", &settings.default_channel, "direct")
    {
        after.default_channel = name;
    }
    if let Some(name) =
        widgets::text_row(ui, cx.theme, "board", "Namespace", &settings.namespace, "com.example.shop")
    {
        after.namespace = name;
    }
    if let Some(registry) = widgets::switch_row(ui, cx.theme, "Schema registry", settings.registry) {
        after.registry = registry;
    }
    if after != settings {
        change(cx, "Change board", Record::Settings(Box::new(after)));
    }
    if cx.document.board().stickies.is_empty() {
        widgets::section(ui, cx.theme, "To begin");
        ui.label(cx.theme.secondary("Press E for an event, C for a command, S for a service. Tab opens the next one; Ctrl+Enter predicts its kind and links it."));
    }
}

/// Several things: what can be done with them together.
fn several(ui: &mut Ui, cx: &mut Cx<'_>) {
    let n = cx.selection.len();
    title(ui, cx.theme, None, &format!("{n} selected"), "Drag to move them together");
    widgets::section(ui, cx.theme, "Align and distribute");
    let actions = [
        Action::AlignLeft,
        Action::AlignCenter,
        Action::AlignRight,
        Action::AlignTop,
        Action::AlignMiddle,
        Action::AlignBottom,
        Action::DistributeAcross,
        Action::DistributeDown,
    ];
    ui.horizontal_wrapped(|ui| {
        for action in actions {
            let row = action.row();
            if widgets::icon_button(ui, cx.theme, row.icon, row.text, row.keys, false).clicked() {
                cx.send(Command::Run(action));
            }
        }
    });
    widgets::section(ui, cx.theme, "Do");
    for action in [Action::ConnectSelected, Action::Duplicate, Action::Lock, Action::Vote, Action::Delete] {
        let row = action.row();
        let text = (icons::text(row.icon, 15.0).color(cx.theme.secondary), RichText::new(row.text));
        if ui
            .add(
                egui::Button::new(text)
                    .shortcut_text(row.keys)
                    .min_size(egui::vec2(ui.available_width(), 26.0)),
            )
            .clicked()
        {
            cx.send(Command::Run(action));
        }
    }
}

/// A link to other stickies: `Process manager · default bus`.
fn go_row(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, about: &str, items: Vec<Item>) {
    let theme = cx.theme;
    let response = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let response =
                ui.add(egui::Label::new(RichText::new(name).color(theme.text)).sense(egui::Sense::click()));
            if !about.is_empty() {
                ui.add(egui::Label::new(theme.secondary(format!("· {about}"))).truncate());
            }
            response
        })
        .inner;
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        cx.send(Command::Show(items));
    }
}

/// The key of a definition when the board states it.
fn stated(cx: &Cx<'_>, key: &Key) -> Option<Record> {
    cx.document.board().record(key)
}

/// An optional number typed as text: empty is none, anything else has to read as one.
fn optional<T: std::str::FromStr>(cx: &mut Cx<'_>, text: &str, what: &str) -> Option<Option<T>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    match text.parse() {
        Ok(value) => Some(Some(value)),
        Err(_) => {
            let message = format!("`{text}` is not {what}; nothing was changed");
            cx.say(crate::app::canvas::Tone::Error, message);
            None
        }
    }
}
