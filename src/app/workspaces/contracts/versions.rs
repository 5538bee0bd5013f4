//! Versions of every contract side by side: the day each may go, how far neighbours go together, and what differs.

use egui::{Frame, RichText, Ui, vec2};

use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::notation::words;
use crate::board::schema::compatibility::{Compatibility, compare, compatibility};
use crate::board::{StickyKind, Version};
use crate::topology::MessageKind;
use crate::view::Item;

/// The width of one version.
const COLUMN: f32 = 250.0;

/// One contract with its versions.
struct Contract {
    kind: MessageKind,
    name: String,
    columns: Vec<Column>,
}

/// One version beside the one before it.
struct Column {
    version: String,
    deprecated: String,
    fields: usize,
    notes: String,
    /// How far it goes together with the one before, and what differs; none for the first.
    against: Option<(Compatibility, Vec<String>)>,
}

/// The versions of a board, worked out when it has changed.
#[derive(Default)]
pub(super) struct Versions {
    at: Option<u64>,
    contracts: Vec<Contract>,
    /// Contracts of one version only show too.
    all: bool,
}

fn columns(versions: &[Version]) -> Vec<Column> {
    let mut out = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &versions[before]);
        let against = before.map(|before| {
            let changes = compare(&before.schema, &version.schema);
            (compatibility(&changes), changes.iter().map(|change| change.message.clone()).collect())
        });
        out.push(Column {
            version: version.version.clone(),
            deprecated: version.deprecated.clone(),
            fields: version.schema.leaf_count(),
            notes: version.notes.clone(),
            against,
        });
    }
    out
}

impl Versions {
    fn refresh(&mut self, cx: &Cx<'_>) {
        let revision = cx.document.revision();
        if self.at == Some(revision) || cx.document.in_gesture() {
            return;
        }
        let board = cx.document.board();
        let events = board.events.iter().map(|(name, event)| (MessageKind::Event, name, &event.versions));
        let commands =
            board.commands.iter().map(|(name, command)| (MessageKind::Command, name, &command.versions));
        self.contracts = events
            .chain(commands)
            .filter(|(_, _, versions)| !versions.is_empty())
            .map(|(kind, name, versions)| Contract { kind, name: name.clone(), columns: columns(versions) })
            .collect();
        self.at = Some(revision);
    }

    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.refresh(cx);
        let theme = cx.theme;
        let paper = Frame::new().fill(theme.field).inner_margin(16.0);
        egui::CentralPanel::default().frame(paper).show(ui, |ui| {
            if self.contracts.is_empty() {
                ui.label(theme.secondary(
                    "No contracts yet. An event or command has one as soon as the inspector knows a version of it.",
                ));
                return;
            }
            let told = |contract: &&Contract| {
                contract.columns.len() > 1 || contract.columns.iter().any(|column| !column.deprecated.is_empty())
            };
            let several = self.contracts.iter().filter(told).count();
            ui.horizontal(|ui| {
                let text = format!("{several} of {} contracts have several versions or a date to go", self.contracts.len());
                ui.label(theme.secondary(text));
                if widgets::chip(ui, theme, "Show all", self.all).clicked() {
                    self.all = !self.all;
                }
            });
            ui.add_space(10.0);
            let shown: Vec<&Contract> = self.contracts.iter().filter(|one| self.all || told(one)).collect();
            if shown.is_empty() {
                ui.label(theme.secondary(
                    "A change that breaks somebody gets a version of its own beside the old one: + version in the inspector.",
                ));
            }
            let mut go = None;
            egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
                for contract in shown {
                    if self::contract(ui, theme, contract) {
                        go = Some((contract.kind, contract.name.clone()));
                    }
                }
            });
            if let Some((kind, name)) = go {
                find(cx, kind, &name);
            }
        });
    }
}

/// Shows a message on the board.
fn find(cx: &mut Cx<'_>, kind: MessageKind, name: &str) {
    let sticky_kind = if kind == MessageKind::Event { StickyKind::Event } else { StickyKind::Command };
    let found = cx.document.board().stickies.iter().find(|(_, s)| s.kind == sticky_kind && s.name == name);
    if let Some((id, _)) = found {
        let id = *id;
        cx.commands.push(Command::Show(vec![Item::Sticky(id)]));
    }
}

/// One contract; true when it is to be shown on the board.
fn contract(ui: &mut Ui, theme: &Theme, contract: &Contract) -> bool {
    let mut clicked = false;
    ui.horizontal(|ui| {
        let token = if contract.kind == MessageKind::Event { "event" } else { "command" };
        let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, theme.paper(token).fill);
        ui.label(theme.title(words(&contract.name)));
        clicked = ui.small_button("Show on the board").clicked();
    });
    ui.add_space(4.0);
    ui.horizontal_top(|ui| {
        let newest = contract.columns.len() - 1;
        for (at, column) in contract.columns.iter().enumerate() {
            let frame =
                Frame::new().fill(theme.chrome).stroke(theme.line()).corner_radius(6.0).inner_margin(10.0);
            frame.show(ui, |ui| {
                ui.set_width(COLUMN);
                ui.vertical(|ui| self::column(ui, theme, column, at == newest));
            });
        }
    });
    ui.add_space(18.0);
    clicked
}

fn column(ui: &mut Ui, theme: &Theme, column: &Column, newest: bool) {
    ui.horizontal(|ui| {
        let name = format!("Version {}", column.version);
        ui.label(RichText::new(name).font(Theme::strong(theme.sizes.body)).color(theme.text));
        let (text, color) = match (column.deprecated.as_str(), newest) {
            ("", true) => ("current".to_owned(), theme.fine),
            ("", false) => ("in force, no date".to_owned(), theme.warning),
            (date, _) => (format!("until {date}"), theme.warning),
        };
        ui.label(RichText::new(text).size(theme.sizes.secondary).color(color));
    });
    let fields = if column.fields == 1 { "1 field".to_owned() } else { format!("{} fields", column.fields) };
    ui.label(theme.secondary(fields));
    if !column.notes.is_empty() {
        ui.add(egui::Label::new(column.notes.as_str()).wrap());
    }
    let Some((verdict, changes)) = &column.against else { return };
    ui.add_space(4.0);
    let (text, color) = match verdict {
        Compatibility::Full => ("Goes with the one before both ways", theme.fine),
        Compatibility::Backward => ("Reads what the one before wrote", theme.fine),
        Compatibility::Forward => ("Can be read by readers of the one before", theme.fine),
        Compatibility::None => ("Breaks readers of the one before", theme.error),
    };
    ui.add(egui::Label::new(RichText::new(text).size(theme.sizes.secondary).color(color)).wrap());
    for change in changes {
        ui.add(egui::Label::new(theme.secondary(change.as_str())).wrap());
    }
}
