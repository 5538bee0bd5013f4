//! The start screen: a new board, a board from disk, boards a crash left unsaved, recent boards, templates and samples
//! with small pictures of themselves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::SystemTime;

use egui::{Align2, CentralPanel, Frame, Rect, RichText, ScrollArea, Sense, Ui, vec2};

use crate::app::canvas::thumbnail;
use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::{App, icons, recent, widgets};
use crate::board::Board;
use crate::board::notation::words;
use crate::io::keeper::Keeper;
use crate::samples::{SAMPLES, Sample};
use crate::scene::Scene;
use crate::view::Action;
use crate::view::templates::{TEMPLATES, Template};

/// The size of a card in points.
const CARD: egui::Vec2 = vec2(208.0, 158.0);
/// How many recent boards are shown.
const RECENT: usize = 5;
/// How many unsaved boards are shown: the newest.
const UNSAVED: usize = 10;
/// The side of the button that throws an unsaved board away.
const BIN: f32 = 26.0;
/// How much of it is picture.
const PICTURE: f32 = 112.0;

/// Where a board to choose comes from.
#[derive(Clone)]
enum Origin {
    File(PathBuf),
    /// Opens as a board of its own that has no file yet.
    Sample(&'static Sample),
    /// The same, made from a few lines.
    Template(&'static Template),
    /// A board without a file, from the journal a crash left.
    Unsaved(PathBuf),
}

impl Origin {
    fn board(&self) -> Option<Board> {
        match self {
            Self::File(path) => crate::io::load(path).ok().map(|loaded| loaded.board),
            Self::Sample(sample) => sample.board().ok(),
            Self::Template(template) => Some(template.board()),
            Self::Unsaved(journal) => Keeper::peek_untitled(journal),
        }
    }

    fn open(&self) -> Option<Command> {
        Some(match self {
            Self::File(path) => Command::Open(path.clone()),
            Self::Unsaved(journal) => Command::Restore(journal.clone()),
            Self::Sample(_) | Self::Template(_) => Command::OpenBoard(Box::new(self.board()?)),
        })
    }

    fn hover(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Sample(_) => "Opens a copy of this sample".to_owned(),
            Self::Template(template) => format!("Starts a board from this template. {}", template.about),
            Self::Unsaved(_) => "Brings this board back: Isobar ended before it was saved".to_owned(),
        }
    }
}

/// A board to choose.
struct Card {
    origin: Origin,
    name: String,
    /// The folder it is in, or what it is for.
    about: String,
    picture: Option<Arc<Scene>>,
}

impl Card {
    /// What it is called for the ear.
    fn label(&self) -> String {
        match self.origin {
            Origin::Template(_) => format!("Start from {}", self.name),
            Origin::Unsaved(_) => format!("Bring back {}, {}", self.name, self.about),
            _ => format!("Open {} {}", self.about, self.name),
        }
    }
}

/// What the start screen shows, read on another thread.
#[derive(Default)]
pub(in crate::app) struct Gallery {
    unsaved: Vec<Card>,
    /// The unsaved board that is about to be thrown away, once that is confirmed.
    doomed: Option<usize>,
    recent: Vec<Card>,
    templates: Vec<Card>,
    samples: Vec<Card>,
    reading: Option<Receiver<(Shelf, usize, Read)>>,
    listed: bool,
}

/// A row of cards whose pictures are read from elsewhere.
#[derive(Clone, Copy)]
enum Shelf {
    Unsaved,
    Recent,
    Samples,
}

/// What was read of a board.
struct Read {
    title: String,
    stickies: usize,
    picture: Scene,
}

impl Gallery {
    /// Lists boards once, and reads their pictures on another thread.
    fn list(&mut self, ctx: &egui::Context, store: Option<&Path>, data: Option<&Path>) {
        if !self.listed {
            self.listed = true;
            let left = data.map(Keeper::left_untitled).unwrap_or_default();
            self.unsaved = left.into_iter().take(UNSAVED).map(unsaved_card).collect();
            self.recent = recent::list(store).into_iter().take(RECENT).map(recent_card).collect();
            self.templates = TEMPLATES.iter().map(template_card).collect();
            self.samples = SAMPLES.iter().map(sample_card).collect();
            let (sender, receiver) = channel();
            self.reading = Some(receiver);
            let shelves = [
                (Shelf::Unsaved, &self.unsaved),
                (Shelf::Recent, &self.recent),
                (Shelf::Samples, &self.samples),
            ];
            let cards = shelves.into_iter().flat_map(|(shelf, cards)| {
                cards.iter().enumerate().map(move |(i, card)| (shelf, i, card.origin.clone()))
            });
            let all: Vec<(Shelf, usize, Origin)> = cards.collect();
            let ctx = ctx.clone();
            std::thread::spawn(move || {
                for (shelf, i, origin) in all {
                    // A board that cannot be read has no picture; opening it says why.
                    let Some(board) = origin.board() else { continue };
                    let read = Read {
                        title: called(&board),
                        stickies: board.stickies.len(),
                        picture: Scene::of(&board),
                    };
                    if sender.send((shelf, i, read)).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            });
        }
        while let Some((shelf, i, read)) = self.reading.as_ref().and_then(|receiver| receiver.try_recv().ok())
        {
            let cards = match shelf {
                Shelf::Unsaved => &mut self.unsaved,
                Shelf::Recent => &mut self.recent,
                Shelf::Samples => &mut self.samples,
            };
            if let Some(card) = cards.get_mut(i) {
                if matches!(shelf, Shelf::Unsaved) {
                    card.name = read.title;
                    let stickies = match read.stickies {
                        1 => "1 sticky".to_owned(),
                        n => format!("{n} stickies"),
                    };
                    card.about = format!("{stickies}, {}", card.about);
                }
                card.picture = Some(Arc::new(read.picture));
            }
        }
    }
}

/// What to call a board that has no file: its title, or else the first name on it.
fn called(board: &Board) -> String {
    let named = board.stickies.values().map(|sticky| words(&sticky.name)).find(|name| !name.is_empty());
    match named {
        Some(name) if board.settings.title.is_empty() => name,
        _ => board.title().to_owned(),
    }
}

fn unsaved_card((written, journal): (SystemTime, PathBuf)) -> Card {
    let about = format!("left {}", ago(written.elapsed().unwrap_or_default().as_secs()));
    Card { name: "Unsaved board".to_owned(), about, origin: Origin::Unsaved(journal), picture: None }
}

/// How long ago something was, in words.
fn ago(seconds: u64) -> String {
    let (n, unit) = match seconds {
        0..=89 => return "just now".to_owned(),
        90..=5_399 => (seconds.div_ceil(60), "minute"),
        5_400..=129_599 => (seconds.div_ceil(3_600), "hour"),
        _ => (seconds.div_ceil(86_400), "day"),
    };
    format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" })
}

fn recent_card(path: PathBuf) -> Card {
    let folder = path.parent().and_then(Path::file_name);
    let folder = folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Card { name: recent::name(&path), about: folder, origin: Origin::File(path), picture: None }
}

fn sample_card(sample: &'static Sample) -> Card {
    Card {
        name: words(sample.variant()),
        about: words(sample.system()),
        origin: Origin::Sample(sample),
        picture: None,
    }
}

fn template_card(template: &'static Template) -> Card {
    Card {
        name: template.name.to_owned(),
        about: template.about.to_owned(),
        origin: Origin::Template(template),
        picture: Some(Arc::new(Scene::of(&template.board()))),
    }
}

/// Shows the screen.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    app.gallery.list(ui.ctx(), app.recent.as_deref(), app.data.as_deref());
    let mut asked = None;
    let mut doomed = app.gallery.doomed;
    let frame = Frame::new().fill(app.theme.canvas);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let columns = ((ui.available_width() - 80.0) / (CARD.x + 16.0)).floor().clamp(1.0, 5.0);
            let width = columns * (CARD.x + 16.0) - 16.0;
            let left = ((ui.available_width() - width) * 0.5).max(16.0);
            ui.horizontal(|ui| {
                ui.add_space(left);
                ui.vertical(|ui| {
                    ui.set_width(width);
                    head(ui, app, &mut asked);
                    for (title, cards) in [
                        ("Unsaved boards", &app.gallery.unsaved),
                        ("Recent boards", &app.gallery.recent),
                        ("Templates", &app.gallery.templates),
                        ("Sample boards", &app.gallery.samples),
                    ] {
                        if cards.is_empty() {
                            continue;
                        }
                        ui.add_space(22.0);
                        ui.label(app.theme.heading(title));
                        ui.add_space(6.0);
                        ui.horizontal_wrapped(|ui| {
                            ui.spacing_mut().item_spacing = vec2(16.0, 16.0);
                            for (i, card) in cards.iter().enumerate() {
                                let response = picture_card(ui, &app.theme, card);
                                let place = response.rect;
                                if response.clicked() {
                                    asked = card.origin.open();
                                }
                                if matches!(card.origin, Origin::Unsaved(_))
                                    && bin(ui, &app.theme, (i, card), place)
                                {
                                    doomed = Some(i);
                                }
                            }
                        });
                    }
                    ui.add_space(40.0);
                });
            });
        });
    });
    app.gallery.doomed = doomed;
    confirm(app, ui);
    app.commands.extend(asked);
}

/// The button in the corner of an unsaved board's card that throws it away.
fn bin(ui: &Ui, theme: &Theme, (i, card): (usize, &Card), of: Rect) -> bool {
    let place = Rect::from_min_size(of.right_top() + vec2(-BIN - 6.0, 6.0), vec2(BIN, BIN));
    let response = ui.interact(place, ui.id().with(("bin", i)), Sense::click());
    let name = format!("Throw {} away", card.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &name));
    let lively = response.hovered() || response.has_focus();
    ui.painter().rect_filled(place, 5.0, if lively { theme.hover } else { theme.chrome });
    let ink = if lively { theme.error } else { theme.secondary };
    ui.painter().text(place.center(), Align2::CENTER_CENTER, icons::glyph("trash"), Theme::icon(15.0), ink);
    response.on_hover_text("Throw this board away").clicked()
}

/// Asks before an unsaved board is thrown away for good.
fn confirm(app: &mut App, ui: &Ui) {
    let Some(card) = app.gallery.doomed.and_then(|i| app.gallery.unsaved.get(i)) else { return };
    let Origin::Unsaved(journal) = card.origin.clone() else { return };
    let theme = &app.theme;
    let mut answer = None;
    let modal = widgets::question(ui.ctx(), "throw away", 360.0, |ui| {
        ui.label(theme.title(format!("Throw {} away?", card.name)));
        ui.add_space(4.0);
        ui.label(theme.secondary(format!("{}. It cannot be brought back afterwards.", card.about)));
        ui.add_space(12.0);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let away =
                RichText::new("Throw away").font(Theme::strong(theme.sizes.body)).color(theme.on_accent);
            if ui.add(egui::Button::new(away).fill(theme.error)).clicked() {
                answer = Some(true);
            }
            if ui.button("Keep").clicked() {
                answer = Some(false);
            }
        });
    });
    if modal.should_close() {
        answer = Some(false);
    }
    if answer == Some(true) {
        Keeper::discard_untitled(&journal);
        app.gallery = Gallery::default();
    } else if answer.is_some() {
        app.gallery.doomed = None;
    }
}

fn head(ui: &mut Ui, app: &App, asked: &mut Option<Command>) {
    let theme = &app.theme;
    ui.add_space(44.0);
    ui.label(RichText::new("Isobar").font(Theme::strong(30.0)).color(theme.text));
    ui.label(theme.secondary("Design event-driven systems together, on a board that means something."));
    ui.add_space(16.0);
    let ways = [
        (Action::New, "New board"),
        (Action::Open, "Open board…"),
        (Action::ImportDrawing, "Import contracts…"),
        (Action::OpenLog, "Open a captured log…"),
    ];
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(16.0, 8.0);
        for (action, text) in ways {
            let row = action.row();
            let glyph = icons::text(row.icon, 16.0).color(theme.accent);
            let title = RichText::new(text).font(Theme::strong(theme.sizes.body));
            let keys = RichText::new(row.keys).size(theme.sizes.secondary).color(theme.secondary);
            let response = ui
                .add(egui::Button::new((glyph, title, keys)).fill(theme.chrome).min_size(vec2(CARD.x, 38.0)));
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(text));
            if response.clicked() {
                *asked = Some(Command::Run(action));
            }
        }
    });
}

fn picture_card(ui: &mut Ui, theme: &Theme, card: &Card) -> egui::Response {
    // What a template is for takes two lines.
    let rows = if matches!(card.origin, Origin::Template(_)) { 2 } else { 1 };
    let size = CARD + vec2(0.0, if rows > 1 { 15.0 } else { 0.0 });
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, card.label()));
    let lively = response.hovered() || response.has_focus();
    let edge = if lively { egui::Stroke::new(1.5, theme.accent) } else { theme.line() };
    ui.painter().rect(rect, 8.0, theme.chrome, edge, egui::StrokeKind::Inside);
    let picture = Rect::from_min_size(rect.min, vec2(CARD.x, PICTURE)).shrink(8.0);
    if let Some(scene) = &card.picture {
        thumbnail(&ui.painter_at(picture), scene, theme, picture);
    }
    let at = rect.left_top() + vec2(12.0, PICTURE + 4.0);
    let fonts = [Theme::strong(theme.sizes.body), Theme::plain(theme.sizes.secondary)];
    let texts = [(&card.name, theme.text), (&card.about, theme.secondary)];
    for (row, ((text, ink), font)) in texts.into_iter().zip(fonts).enumerate() {
        let mut job = egui::text::LayoutJob::simple(text.clone(), font, ink, CARD.x - 24.0);
        job.wrap.max_rows = if row == 0 { 1 } else { rows };
        job.wrap.break_anywhere = job.wrap.max_rows == 1;
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(at + vec2(0.0, if row == 0 { 0.0 } else { 18.0 }), galley, ink);
    }
    response.on_hover_text(card.origin.hover())
}
