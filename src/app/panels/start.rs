//! The start screen: a new board, a board from disk, recent boards, templates and samples with small pictures of
//! themselves.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use egui::{Align2, CentralPanel, Frame, Rect, RichText, ScrollArea, Sense, Ui, vec2};

use crate::app::canvas::thumbnail;
use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::{App, icons, recent};
use crate::board::Board;
use crate::board::notation::words;
use crate::samples::{SAMPLES, Sample};
use crate::scene::Scene;
use crate::view::Action;
use crate::view::templates::{TEMPLATES, Template};

/// The size of a card in points.
const CARD: egui::Vec2 = vec2(208.0, 158.0);
/// How many recent boards are shown.
const RECENT: usize = 5;
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
}

impl Origin {
    fn board(&self) -> Option<Board> {
        match self {
            Self::File(path) => crate::io::load(path).ok().map(|loaded| loaded.board),
            Self::Sample(sample) => sample.board().ok(),
            Self::Template(template) => Some(template.board()),
        }
    }

    fn open(&self) -> Option<Command> {
        Some(match self {
            Self::File(path) => Command::Open(path.clone()),
            Self::Sample(_) | Self::Template(_) => Command::OpenBoard(Box::new(self.board()?)),
        })
    }

    fn hover(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Sample(_) => "Opens a copy of this sample".to_owned(),
            Self::Template(_) => "Starts a board from this template".to_owned(),
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
            _ => format!("Open {} {}", self.about, self.name),
        }
    }
}

/// What the start screen shows, read on another thread.
#[derive(Default)]
pub(in crate::app) struct Gallery {
    recent: Vec<Card>,
    templates: Vec<Card>,
    samples: Vec<Card>,
    reading: Option<Receiver<(usize, bool, Scene)>>,
    listed: bool,
}

impl Gallery {
    /// Lists boards once, and reads their pictures on another thread.
    fn list(&mut self, ctx: &egui::Context, store: Option<&std::path::Path>) {
        if !self.listed {
            self.listed = true;
            self.recent = recent::list(store).into_iter().take(RECENT).map(recent_card).collect();
            self.templates = TEMPLATES.iter().map(template_card).collect();
            self.samples = SAMPLES.iter().map(sample_card).collect();
            let (sender, receiver) = channel();
            self.reading = Some(receiver);
            let origins = |cards: &[Card], old| {
                cards.iter().enumerate().map(|(i, card)| (i, old, card.origin.clone())).collect::<Vec<_>>()
            };
            let all = [origins(&self.recent, true), origins(&self.samples, false)].concat();
            let ctx = ctx.clone();
            std::thread::spawn(move || {
                for (i, old, origin) in all {
                    // A board that cannot be read has no picture; opening it says why.
                    let Some(board) = origin.board() else { continue };
                    if sender.send((i, old, Scene::of(&board))).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            });
        }
        while let Some((i, old, scene)) = self.reading.as_ref().and_then(|receiver| receiver.try_recv().ok())
        {
            let cards = if old { &mut self.recent } else { &mut self.samples };
            if let Some(card) = cards.get_mut(i) {
                card.picture = Some(Arc::new(scene));
            }
        }
    }
}

fn recent_card(path: PathBuf) -> Card {
    let folder = path.parent().and_then(std::path::Path::file_name);
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
    app.gallery.list(ui.ctx(), app.recent.as_deref());
    let mut asked = None;
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
                            for card in cards {
                                if picture_card(ui, &app.theme, card) {
                                    asked = card.origin.open();
                                }
                            }
                        });
                    }
                    ui.add_space(40.0);
                });
            });
        });
    });
    app.commands.extend(asked);
}

fn head(ui: &mut Ui, app: &App, asked: &mut Option<Command>) {
    let theme = &app.theme;
    ui.add_space(44.0);
    ui.label(RichText::new("Isobar").font(Theme::strong(30.0)).color(theme.text));
    ui.label(theme.secondary("Design event-driven systems together, on a board that means something."));
    ui.add_space(16.0);
    ui.horizontal(|ui| {
        for (action, text) in [(Action::New, "New board"), (Action::Open, "Open board…")] {
            let row = action.row();
            let glyph = icons::text(row.icon, 16.0).color(theme.accent);
            let title = RichText::new(text).font(Theme::strong(theme.sizes.body));
            let keys = RichText::new(row.keys).size(theme.sizes.secondary).color(theme.secondary);
            let response = ui
                .add(egui::Button::new((glyph, title, keys)).fill(theme.chrome).min_size(vec2(200.0, 38.0)));
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(text));
            if response.clicked() {
                *asked = Some(Command::Run(action));
            }
        }
    });
}

fn picture_card(ui: &mut Ui, theme: &Theme, card: &Card) -> bool {
    let (rect, response) = ui.allocate_exact_size(CARD, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, card.label()));
    let lively = response.hovered() || response.has_focus();
    let edge = if lively { egui::Stroke::new(1.5, theme.accent) } else { theme.line() };
    ui.painter().rect(rect, 8.0, theme.chrome, edge, egui::StrokeKind::Inside);
    let picture = Rect::from_min_size(rect.min, vec2(CARD.x, PICTURE)).shrink(8.0);
    if let Some(scene) = &card.picture {
        thumbnail(&ui.painter_at(picture), scene, theme, picture);
    }
    let painter = ui.painter_at(rect.shrink(8.0));
    let at = rect.left_top() + vec2(12.0, PICTURE + 4.0);
    painter.text(at, Align2::LEFT_TOP, &card.name, Theme::strong(theme.sizes.body), theme.text);
    painter.text(
        at + vec2(0.0, 18.0),
        Align2::LEFT_TOP,
        &card.about,
        Theme::plain(theme.sizes.secondary),
        theme.secondary,
    );
    response.on_hover_text(card.origin.hover()).clicked()
}
