//! How the board came to be: its steps to scrub and play, in place of the workspace, and the way back to now.

use std::sync::Arc;

use egui::{Align, Frame, Key, Layout, Panel, RichText, Slider, Ui};

use crate::app::App;
use crate::app::canvas::{BoardCanvas, Overlays};
use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::edit::Story;
use crate::scene::Scene;
use crate::view::{Action, Item, Selection};

/// A step is shown so long, in seconds, unless the whole takes longer than [`LONGEST`].
const STEP: f64 = 0.25;
/// A whole story takes no longer than this to play, in seconds.
const LONGEST: f64 = 60.0;

/// The story while it is shown.
pub(in crate::app) struct Telling {
    story: Story,
    canvas: BoardCanvas,
    scene: (usize, Arc<Scene>),
    /// Playing: when the next step is due, by the clock of the window.
    next: Option<f64>,
}

impl Telling {
    /// A story at its end, which is now.
    pub(in crate::app) fn new(story: Story) -> Self {
        let scene = (story.place(), Arc::new(Scene::of(story.board())));
        let mut canvas = BoardCanvas::default();
        canvas.fit_next();
        Self { story, canvas, scene, next: None }
    }

    fn go_to(&mut self, place: usize) {
        self.story.go_to(place);
        if self.scene.0 != self.story.place() {
            self.scene = (self.story.place(), Arc::new(Scene::of(self.story.board())));
        }
    }

    /// How long a step shows, and how many steps are taken at once where the story is long.
    fn pace(&self) -> (f64, usize) {
        #[expect(clippy::cast_precision_loss, reason = "a story has no billions of steps")]
        let steps = self.story.steps().len().max(1) as f64;
        let each = STEP.min(LONGEST / steps);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number above 0")]
        let at_once = (1.0 / 30.0 / each).ceil().max(1.0) as usize;
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        (each * at_once as f64, at_once)
    }

    fn toggle(&mut self, now: f64) {
        if self.next.take().is_none() {
            if self.story.place() == self.story.steps().len() {
                self.go_to(0);
            }
            self.next = Some(now + self.pace().0);
        }
    }

    /// Goes on playing, and asks for the frame of the next step.
    fn play(&mut self, ui: &Ui) {
        let Some(next) = self.next else { return };
        let now = ui.input(|input| input.time);
        let (pause, at_once) = self.pace();
        if now >= next {
            self.go_to(self.story.place() + at_once);
            self.next = (self.story.place() < self.story.steps().len()).then_some(now + pause);
        }
        if let Some(next) = self.next {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.001)));
        }
    }
}

/// Shows the story.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    let Some(mut telling) = app.telling.take() else { return };
    telling.play(ui);
    let frame = Frame::new().fill(app.theme.chrome).inner_margin(10.0);
    let mut stays = true;
    Panel::bottom("story").frame(frame).show(ui, |ui| stays = transport(app, ui, &mut telling));
    let touched = telling.story.step().map(crate::edit::Step::touched).unwrap_or_default();
    let mut selection: Selection = touched.iter().filter_map(Item::of).collect();
    selection.keep_existing(telling.story.board());
    telling.canvas.show(ui, &telling.scene.1, &app.theme, &selection, &Overlays::default());
    if stays {
        app.telling = Some(telling);
    }
}

/// The bar below; false when the story is over.
fn transport(app: &mut App, ui: &mut Ui, telling: &mut Telling) -> bool {
    let last = telling.story.steps().len();
    let now = ui.input(|input| input.time);
    let mut stays = true;
    ui.horizontal(|ui| {
        let text = if telling.next.is_some() { "Pause" } else { "Play" };
        let strong = RichText::new(text).font(Theme::strong(app.theme.sizes.body)).color(app.theme.on_accent);
        let button = egui::Button::new(strong).fill(app.theme.accent).min_size(egui::vec2(64.0, 0.0));
        if ui.add(button).on_hover_text("Space").clicked() {
            telling.toggle(now);
        }
        let mut place = telling.story.place();
        ui.spacing_mut().slider_width = (ui.available_width() - 560.0).max(160.0);
        let slider = ui.add(Slider::new(&mut place, 0..=last).show_value(false));
        ui.ctx().accesskit_node_builder(slider.id, |node| node.set_label("Step of the story"));
        if slider.changed() {
            telling.next = None;
            telling.go_to(place);
        }
        ui.label(RichText::new(format!("{place} of {last}")).color(app.theme.secondary));
        ui.add(egui::Label::new(RichText::new(told(telling)).color(app.theme.text)).truncate());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Return to now").on_hover_text("Esc").clicked() {
                stays = false;
            }
            if place < last && ui.button("Open as a new board").clicked() {
                app.commands.push(Command::OpenBoard(Box::new(telling.story.board().clone())));
                stays = false;
            }
        });
    });
    if !ui.ctx().egui_wants_keyboard_input() || ui.memory(|memory| memory.focused().is_none()) {
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        if pressed(Key::Space) {
            telling.toggle(now);
        }
        let place = telling.story.place();
        for (key, to) in [
            (Key::ArrowLeft, place.saturating_sub(1)),
            (Key::ArrowRight, place + 1),
            (Key::Home, 0),
            (Key::End, last),
        ] {
            if pressed(key) {
                telling.next = None;
                telling.go_to(to);
            }
        }
        stays &= !pressed(Key::Escape);
    }
    stays
}

/// The step in words: when, and what.
fn told(telling: &Telling) -> String {
    let Some(step) = telling.story.step() else { return "As it was when it was first opened".to_owned() };
    let time = jiff::Timestamp::from_second(step.at).ok().map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
    let time = time.map_or_else(String::new, |time| time.strftime("%Y-%m-%d %H:%M  ").to_string());
    format!("{time}{}", step.label)
}

impl App {
    /// Begins to tell how the board came to be.
    pub(in crate::app) fn tell_story(&mut self, ctx: &egui::Context) {
        self.document.end();
        self.write_journal(ctx);
        let story = self.keeper.story(&self.document);
        if story.steps().is_empty() {
            let message = "Nothing has been done to this board yet, as far as is known here".to_owned();
            self.toasts.add(ctx, crate::app::canvas::Tone::Plain, message);
        } else {
            self.telling = Some(Telling::new(story));
        }
    }

    /// True for what may be asked for while the story shows; anything else returns to now first.
    pub(in crate::app) const fn goes_with_story(action: Action) -> bool {
        matches!(
            action,
            Action::ToggleTheme | Action::InterfaceLarger | Action::InterfaceSmaller | Action::Shortcuts
        )
    }
}
