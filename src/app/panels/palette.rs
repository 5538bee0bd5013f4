//! The command palette: runs every action and jumps to any sticky; find and replace of names beside it.

use std::sync::Arc;

use egui::{Align2, Area, Frame, Id, Key, Margin, Order, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::{App, icons};
use crate::board::{Board, StickyId};
use crate::view::action::{ACTIONS, ActionRow, match_score};
use crate::view::{Item, replace};

/// How many hits are listed.
const LISTED: usize = 60;

/// What the palette looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Closed.
    #[default]
    Closed,
    /// Actions and stickies.
    Everything,
    /// Names on the board, with a field to replace them.
    Names,
}

/// The palette.
#[derive(Default)]
pub(in crate::app) struct Palette {
    mode: Mode,
    query: String,
    replacement: String,
    chosen: usize,
    fresh: bool,
    /// What was found for a query on a revision of the board.
    found: Option<(String, u64, Arc<Vec<Hit>>)>,
}

/// Something the palette found.
#[derive(Clone)]
enum Hit {
    Action(&'static ActionRow),
    Sticky(StickyId),
}

impl Palette {
    fn start(&mut self, mode: Mode) {
        *self = Self { mode, fresh: true, ..Self::default() };
    }

    /// True while it is open.
    pub(in crate::app) fn is_open(&self) -> bool {
        self.mode != Mode::Closed
    }

    /// Opens it on everything.
    pub(in crate::app) fn open(&mut self) {
        self.start(Mode::Everything);
    }

    /// Opens it on names.
    pub(in crate::app) fn open_find(&mut self) {
        self.start(Mode::Names);
    }
}

/// The list of hits is no higher than this, in points.
const LIST: f32 = 420.0;

/// The hits for a query, best first.
fn hits(board: &Board, query: &str, mode: Mode) -> Vec<Hit> {
    let mut scored: Vec<(i32, Hit)> = Vec::new();
    if mode == Mode::Everything {
        scored.extend(
            ACTIONS.iter().filter_map(|row| Some((match_score(query, row.text)? + 1, Hit::Action(row)))),
        );
    }
    if !query.is_empty() {
        let stickies = board.stickies.iter().filter_map(|(id, sticky)| {
            let words = crate::board::notation::words(&sticky.name);
            let score = match_score(query, &words).max(match_score(query, &sticky.name))?;
            let contains = words.to_lowercase().contains(&query.to_lowercase());
            (mode == Mode::Everything || contains).then_some((score, Hit::Sticky(*id)))
        });
        scored.extend(stickies);
    }
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, hit)| hit).collect()
}

impl App {
    /// Draws the palette while it is open.
    pub(in crate::app) fn show_palette(&mut self, ui: &Ui) {
        if !self.palette.is_open() {
            return;
        }
        let ctx = ui.ctx().clone();
        if ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape)) {
            self.palette.mode = Mode::Closed;
            return;
        }
        let found = self.palette_hits();
        let last = found.len().min(LISTED).saturating_sub(1);
        let (down, up, enter) = ctx.input_mut(|input| {
            let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
            (pressed(Key::ArrowDown), pressed(Key::ArrowUp), pressed(Key::Enter))
        });
        self.palette.chosen = match (down, up) {
            (true, _) => (self.palette.chosen + 1).min(last),
            (_, true) => self.palette.chosen.saturating_sub(1),
            _ => self.palette.chosen.min(last),
        };
        let moved = down || up;
        let mut run = enter.then(|| found.get(self.palette.chosen).cloned()).flatten();
        let area = Area::new(Id::new("palette"))
            .anchor(Align2::CENTER_TOP, vec2(0.0, 70.0))
            .order(Order::Foreground);
        let shown = area.show(&ctx, |ui| {
            let frame = Frame::window(ui.style()).inner_margin(Margin::same(10));
            frame.show(ui, |ui| {
                ui.set_width(520.0);
                self.palette_fields(ui);
                ui.add_space(4.0);
                // What lists more than before grows; it does not scroll within its old height.
                let list = ScrollArea::vertical().max_height(LIST).min_scrolled_height(LIST);
                list.show(ui, |ui| {
                    for (i, hit) in found.iter().take(LISTED).enumerate() {
                        let chosen = i == self.palette.chosen;
                        let Some(row) = self.palette_row(ui, hit, chosen) else { continue };
                        if chosen && moved {
                            row.scroll_to_me(None);
                        }
                        if row.clicked() {
                            run = Some(hit.clone());
                        }
                    }
                    if found.is_empty() && !self.palette.query.is_empty() {
                        ui.label(self.theme.secondary("Nothing of that name"));
                    }
                });
            });
        });
        let outside = ctx.input(|input| input.pointer.any_pressed())
            && ctx.pointer_interact_pos().is_some_and(|at| !shown.response.rect.contains(at))
            && !self.palette.fresh;
        self.palette.fresh = false;
        if outside {
            self.palette.mode = Mode::Closed;
        }
        if let Some(hit) = run {
            if self.palette.mode == Mode::Everything {
                self.palette.mode = Mode::Closed;
            }
            self.commands.push(match hit {
                Hit::Action(row) => Command::Run(row.action),
                Hit::Sticky(id) => Command::Show(vec![Item::Sticky(id)]),
            });
        }
    }

    /// The hits for the query; searched only when it or the board has changed.
    fn palette_hits(&mut self) -> Arc<Vec<Hit>> {
        let revision = self.document.revision();
        match &self.palette.found {
            Some((query, at, found)) if *query == self.palette.query && *at == revision => Arc::clone(found),
            _ => {
                let query = self.palette.query.clone();
                let found = Arc::new(hits(self.document.board(), &query, self.palette.mode));
                self.palette.found = Some((query, revision, Arc::clone(&found)));
                found
            }
        }
    }

    fn palette_fields(&mut self, ui: &mut Ui) {
        let names = self.palette.mode == Mode::Names;
        let hint = if names { "Find on the board" } else { "Search or run…" };
        if self.palette.fresh {
            // What was typed before the field has the keyboard begins the query.
            self.palette.query.push_str(&crate::app::keys::taken_text(ui.ctx(), 0));
        }
        let edit = TextEdit::singleline(&mut self.palette.query).hint_text(hint).desired_width(f32::INFINITY);
        let response = ui.add(edit.font(Theme::plain(15.0)).margin(Margin::symmetric(8, 7)));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(hint));
        if self.palette.fresh {
            response.request_focus();
        }
        if response.changed() {
            self.palette.chosen = 0;
        }
        if !names {
            return;
        }
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.palette.replacement)
                .hint_text("Replace with")
                .desired_width(380.0);
            let response = ui.add(edit);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Replace with"));
            if ui.add_enabled(!self.palette.query.is_empty(), egui::Button::new("Replace all")).clicked() {
                self.replace_all();
            }
        });
    }

    /// Replaces the query in every name on the board, wherever the names are used, as one step.
    fn replace_all(&mut self) {
        let (query, with) = (self.palette.query.clone(), self.palette.replacement.clone());
        let intents = replace::plan(self.document.board(), &query, &with);
        self.document.begin(format!("Replace {query} by {with}"));
        let failed = intents.iter().find_map(|intent| self.document.include(intent).err());
        let message = match failed {
            Some(error) => {
                self.document.cancel();
                (crate::app::canvas::Tone::Error, crate::app::context::sentence(&error.to_string()))
            }
            None => {
                self.document.end();
                let n = intents.len();
                let names = if n == 1 { "1 name".to_owned() } else { format!("{n} names") };
                (crate::app::canvas::Tone::Fine, format!("{names} replaced"))
            }
        };
        self.commands.push(Command::Say(message.0, message.1));
    }

    fn palette_row(&self, ui: &mut Ui, hit: &Hit, chosen: bool) -> Option<egui::Response> {
        let theme = &self.theme;
        let (icon, color, text, right) = match hit {
            Hit::Action(row) => {
                (icons::glyph(row.icon), theme.secondary, row.text.to_owned(), row.keys.to_owned())
            }
            Hit::Sticky(id) => {
                let sticky = self.document.board().stickies.get(id)?;
                let row = sticky.kind.row();
                let frame =
                    self.document.board().frame_of(sticky).map_or("", |(_, frame)| frame.name.as_str());
                let color =
                    if theme.dark { theme.paper(row.token).fill } else { theme.paper(row.token).text };
                (
                    icons::of_kind(sticky.kind),
                    color,
                    crate::board::notation::words(&sticky.name),
                    frame.to_owned(),
                )
            }
        };
        let button = egui::Button::new((
            RichText::new(icon).font(Theme::icon(15.0)).color(color),
            RichText::new(text),
        ))
        .right_text(RichText::new(right).color(theme.secondary).size(theme.sizes.secondary))
        .frame_when_inactive(chosen)
        .selected(chosen)
        .min_size(vec2(ui.available_width(), 28.0));
        Some(ui.add(button))
    }
}
