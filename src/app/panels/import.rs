//! What a board of another tool becomes, before it becomes one: its colours and icons with the kinds they stand for.
//! Contracts have a window of their own.

mod contracts;

use std::path::PathBuf;

use egui::{Color32, ComboBox, Context, Grid, Key, Modifiers, RichText, ScrollArea, Sense, Ui, vec2};

use crate::app::App;
use crate::app::canvas::Tone;
use crate::app::context::Command;
use crate::app::files::Contracts;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::StickyKind;
use crate::board::notation::NOTATION;
use crate::interchange::{self, Drawing, Imported, Legend};
use crate::view::clipboard;

/// A drawing that was read and waits for its legend.
pub(in crate::app) struct Importing {
    path: PathBuf,
    drawing: Drawing,
    marks: Vec<(String, usize)>,
    legend: Legend,
    imported: Imported,
}

/// What was read and waits to be taken in.
pub(in crate::app) enum Incoming {
    Drawing(Box<Importing>),
    Contracts(Box<contracts::Reading>),
}

impl Incoming {
    /// A board of another tool with the usual legend.
    pub(in crate::app) fn drawing(path: PathBuf, drawing: Drawing) -> Self {
        Self::Drawing(Box::new(Importing::new(path, drawing)))
    }

    /// The board that contracts make.
    pub(in crate::app) fn contracts(read: Contracts) -> Self {
        Self::Contracts(Box::new(contracts::Reading::new(read)))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Open,
    Add,
    Cancel,
}

impl Importing {
    /// A drawing with the usual legend.
    fn new(path: PathBuf, drawing: Drawing) -> Self {
        let legend = Legend::default();
        let imported = drawing.board(&legend);
        Self { path, marks: drawing.marks(), drawing, legend, imported }
    }
}

/// Shows the window while a drawing waits.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    match app.importing.take() {
        Some(Incoming::Drawing(importing)) => show_drawing(app, ui, importing),
        Some(Incoming::Contracts(reading)) => contracts::show(app, ui, reading),
        None => {}
    }
}

fn show_drawing(app: &mut App, ui: &Ui, mut importing: Box<Importing>) {
    let ctx = ui.ctx().clone();
    let answer = window(app, &ctx, &mut importing);
    match answer {
        Some(Answer::Open) => app.commands.push(Command::OpenBoard(Box::new(importing.imported.board))),
        Some(Answer::Add) => {
            if let Some((edit, selection)) =
                clipboard::put_beside(&mut app.document, &importing.imported.board)
            {
                match app.document.commit(edit) {
                    Ok(_) => app.commands.push(Command::Show(selection.iter().collect())),
                    Err(error) => app.commands.push(Command::Say(Tone::Error, error.to_string())),
                }
            }
        }
        Some(Answer::Cancel) => {}
        None => app.importing = Some(Incoming::Drawing(importing)),
    }
}

/// A window over everything that is answered before anything else happens; Escape is `cancel`. A click beside it is no
/// answer: what was read would be gone.
fn asked<A>(ctx: &Context, width: f32, cancel: A, add: impl FnOnce(&mut Ui) -> Option<A>) -> Option<A> {
    let modal = widgets::question(ctx, "import", width, add);
    let escape = modal.is_top_modal
        && !modal.any_popup_open
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if escape { Some(cancel) } else { modal.inner }
}

fn window(app: &App, ctx: &Context, importing: &mut Importing) -> Option<Answer> {
    let theme = &app.theme;
    let name =
        importing.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    asked(ctx, 440.0, Answer::Cancel, |ui| {
        let mut answer = None;
        ui.label(theme.title(format!("Import {name}")));
        ui.add_space(4.0);
        let board = &importing.imported.board;
        let many = |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        let stickies = many(board.stickies.len(), "sticky", "stickies");
        let links = many(board.links.len(), "link", "links");
        ui.label(theme.secondary(format!("From {}: {stickies}, {links}", importing.drawing.tool)));
        ui.add_space(8.0);
        if !importing.marks.is_empty() {
            ui.label(theme.heading("What stands for what"));
            ui.add_space(4.0);
            ScrollArea::vertical()
                .id_salt("legend")
                .max_height(240.0)
                .min_scrolled_height(240.0)
                .show(ui, |ui| legend(theme, ui, importing));
            ui.add_space(8.0);
        }
        let remarks = &importing.imported.remarks;
        if !remarks.is_empty() {
            ui.label(theme.heading("What is not as it was"));
            ui.add_space(4.0);
            let list = ScrollArea::vertical().id_salt("remarks").max_height(140.0);
            list.min_scrolled_height(140.0).show(ui, |ui| {
                for remark in remarks {
                    // Here the legend stands above.
                    let words = remark.split(interchange::OPTION).next().unwrap_or_default();
                    ui.label(theme.secondary(words));
                }
            });
            ui.add_space(8.0);
        }
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let strong = RichText::new("Open as a new board")
                .font(Theme::strong(theme.sizes.body))
                .color(theme.on_accent);
            let first = ui.add(egui::Button::new(strong).fill(theme.accent));
            if ui.memory(|memory| memory.focused().is_none()) {
                first.request_focus();
            }
            if first.clicked() {
                answer = Some(Answer::Open);
            }
            let open = !app.starting && !app.document.board().stickies.is_empty();
            if open && ui.button("Add to this board").clicked() {
                answer = Some(Answer::Add);
            }
            if ui.button("Cancel").clicked() {
                answer = Some(Answer::Cancel);
            }
        });
        answer
    })
}

fn legend(theme: &Theme, ui: &mut Ui, importing: &mut Importing) {
    let mut changed = false;
    Grid::new("legend").num_columns(3).spacing([16.0, 6.0]).show(ui, |ui| {
        for (mark, n) in &importing.marks {
            ui.horizontal(|ui| {
                let colour = interchange::colour(mark).and_then(|colour| Color32::from_hex(&colour).ok());
                if let Some(colour) = colour {
                    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
                    ui.painter().rect_filled(rect, 3.0, colour);
                }
                ui.label(mark);
            });
            ui.label(theme.secondary(if *n == 1 { "1 note".to_owned() } else { format!("{n} notes") }));
            let mut kind = importing.legend.kind(mark).unwrap_or(StickyKind::Text);
            let before = kind;
            let response = ComboBox::from_id_salt(("legend", mark))
                .width(140.0)
                .selected_text(kind.row().label)
                .show_ui(ui, |ui| {
                    for row in &NOTATION {
                        ui.selectable_value(&mut kind, row.kind, row.label);
                    }
                })
                .response;
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(format!("Kind of {mark}")));
            if kind != before {
                importing.legend.set(mark, kind);
                changed = true;
            }
            ui.end_row();
        }
    });
    if changed {
        importing.imported = importing.drawing.board(&importing.legend);
    }
}
