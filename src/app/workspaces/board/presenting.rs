//! Presenting: the whole board, then frame by frame, with nothing around it but the canvas.

use egui::{Area, Frame, Key, Margin, Modifiers, Order, RichText, Ui, ViewportCommand, vec2};

use super::BoardWorkspace;
use crate::app::canvas::{Tone, pos};
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::{Point, Rect};
use crate::view::Camera;
use crate::view::slides::{self, Slide};

/// The room of the bar at the foot of a slide, and around what a slide shows, in points.
const BAR: f32 = 56.0;
const MARGIN: f32 = 32.0;
/// How close a slide comes at most.
const ZOOM_MAX: f32 = 2.0;

/// A presentation under way.
pub(super) struct Presentation {
    slides: Vec<Slide>,
    at: usize,
    /// The size of the window the slide was fitted to.
    fitted: Rect,
    /// It filled the screen when it began.
    fullscreen: bool,
}

impl Presentation {
    /// What the rest of the board fades around; none on the slide of everything.
    pub(super) fn spotlight(&self) -> Option<Rect> {
        if self.at == 0 { None } else { Some(self.slides.get(self.at)?.area) }
    }
}

impl BoardWorkspace {
    /// Begins to present, or goes on to the next slide.
    pub(super) fn present(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if self.presenting.is_some() {
            self.turn(ctx, cx, 1);
            return;
        }
        let slides = slides::of(cx.document.board());
        match slides.len() {
            0 => cx.say(Tone::Plain, "There is nothing on the board to present yet"),
            n => {
                if n == 1 {
                    cx.say(Tone::Plain, "Draw frames around what belongs together (F) to walk through them");
                }
                cx.selection.clear();
                cx.options.presenting = true;
                let fullscreen = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                self.presenting = Some(Presentation { slides, at: 0, fitted: Rect::default(), fullscreen });
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
            }
        }
    }

    /// Ends the presentation.
    pub(super) fn stop_presenting(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some(presentation) = self.presenting.take() {
            cx.options.presenting = false;
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(presentation.fullscreen));
            self.canvas.fit_next();
            ctx.request_repaint();
        }
    }

    /// Turns by so many slides; past the last one the presentation ends.
    fn turn(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>, by: isize) {
        let Some(presentation) = &mut self.presenting else { return };
        match presentation.at.checked_add_signed(by) {
            Some(at) if at < presentation.slides.len() => {
                presentation.at = at;
                self.fly_to_slide(ctx);
            }
            Some(_) => self.stop_presenting(ctx, cx),
            None => {}
        }
    }

    fn fly_to_slide(&mut self, ctx: &egui::Context) {
        let Some(presentation) = &mut self.presenting else { return };
        presentation.fitted = self.canvas.viewport();
        if let Some(slide) = presentation.slides.get(presentation.at) {
            // The bar at the foot covers nothing of the slide.
            let mut size = self.canvas.viewport().size();
            size.h -= BAR;
            let mut camera = Camera::fitted(slide.area, size, MARGIN, ZOOM_MAX);
            camera.center.y += 0.5 * BAR / camera.zoom;
            self.canvas.fly(ctx, camera);
        }
    }

    /// The keys of a presentation, and the bar that says where it is.
    pub(super) fn show_presentation(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(presentation) = &self.presenting else { return };
        let ctx = ui.ctx().clone();
        if presentation.fitted != self.canvas.viewport() {
            self.fly_to_slide(&ctx);
        }
        let (next, back, first, end) = ctx.input_mut(|input| {
            let mut any = |keys: &[Key]| keys.iter().any(|key| input.consume_key(Modifiers::NONE, *key));
            (
                any(&[Key::ArrowRight, Key::ArrowDown, Key::Space, Key::Enter, Key::PageDown]),
                any(&[Key::ArrowLeft, Key::ArrowUp, Key::Backspace, Key::PageUp]),
                any(&[Key::Home]),
                any(&[Key::Escape]),
            )
        });
        let mut by = isize::from(next) - isize::from(back);
        let Some(presentation) = &mut self.presenting else { return };
        if first {
            presentation.at = 0;
            self.fly_to_slide(&ctx);
        }
        let mut ends = end;
        if let Some(pressed) = self.presentation_bar(ui, cx) {
            match pressed {
                Pressed::Turn(slides) => by += slides,
                Pressed::End => ends = true,
            }
        }
        if ends {
            self.stop_presenting(&ctx, cx);
        } else if by != 0 {
            self.turn(&ctx, cx, by);
        }
    }

    fn presentation_bar(&self, ui: &Ui, cx: &Cx<'_>) -> Option<Pressed> {
        let presentation = self.presenting.as_ref()?;
        let slide = presentation.slides.get(presentation.at)?;
        let viewport = self.canvas.viewport();
        let foot = pos(Point::new(viewport.center().x, viewport.max.y)) + vec2(0.0, -16.0);
        let place =
            Area::new(ui.id().with("presentation")).fixed_pos(foot).pivot(egui::Align2::CENTER_BOTTOM);
        let theme = cx.theme;
        let mut pressed = None;
        place.order(Order::Foreground).show(ui.ctx(), |ui| {
            let frame = Frame::popup(ui.style()).corner_radius(22.0).inner_margin(Margin::symmetric(12, 5));
            frame.show(ui, |ui| {
                ui.horizontal(|ui| {
                    if widgets::icon_button(ui, theme, "left", "Slide before", "←", false).clicked() {
                        pressed = Some(Pressed::Turn(-1));
                    }
                    let title = RichText::new(&slide.title).font(Theme::strong(15.0)).color(theme.text);
                    ui.add(egui::Label::new(title).selectable(false));
                    let count = format!("{} of {}", presentation.at + 1, presentation.slides.len());
                    ui.add(egui::Label::new(theme.secondary(count)).selectable(false));
                    if widgets::icon_button(ui, theme, "right", "Next slide", "→", false).clicked() {
                        pressed = Some(Pressed::Turn(1));
                    }
                    if widgets::icon_button(ui, theme, "close", "End the presentation", "Esc", false)
                        .clicked()
                    {
                        pressed = Some(Pressed::End);
                    }
                });
            });
        });
        pressed
    }
}

enum Pressed {
    Turn(isize),
    End,
}
