//! The board on the screen: camera, pointer, painting. Board, Simulate and Replay all draw on it.
//!
//! A workspace keeps a [`BoardCanvas`] of its own. Those that only look call [`BoardCanvas::show`] with a scene and
//! [`Overlays`]; the Board workspace calls [`BoardCanvas::interact`], feeds what it answers to its tools, and then
//! [`BoardCanvas::paint`], so that a drag shows in the same frame.

mod clear;
mod fit;
mod links;
mod mesher;
mod minimap;
mod nodes;
mod overlay;
mod paint;
mod picture;
mod text;

use std::collections::BTreeSet;

use egui::{Event, PointerButton, Pos2, Response, Sense, Ui, Vec2};

pub(in crate::app) use links::facing;
pub(in crate::app) use nodes::{seen, verb};
pub use overlay::{Badge, Corner, Dot, DotLook, Overlays, Tone};
pub use picture::thumbnail;

use super::theme::Theme;
use crate::board::{Point, Rect, StickyId};
use crate::scene::Scene;
use crate::view::propose::Proposal;
use crate::view::tool::{self, Activity, Held, Hit, Input};
use crate::view::{Camera, Item, Selection, View};

/// Room kept around a fitted board, in points.
const FIT_MARGIN: f32 = 48.0;
/// A board is never fitted larger than this.
const FIT_ZOOM_MAX: f32 = 1.25;
/// How long the camera takes to fly to its goal, in seconds.
const FLIGHT: f64 = 0.18;
/// How far outside a sticky its link handles sit, in points.
pub const HANDLE_OUT: f32 = 10.0;
/// How near the pointer has to come to a handle, link or border, in points.
const REACH: f32 = 7.0;

/// egui's point for one of ours.
#[must_use]
pub const fn pos(point: Point) -> Pos2 {
    Pos2::new(point.x, point.y)
}

/// Our point for one of egui's.
#[must_use]
pub const fn point(pos: Pos2) -> Point {
    Point::new(pos.x, pos.y)
}

/// egui's rectangle for one of ours.
#[must_use]
pub const fn rect(rect: Rect) -> egui::Rect {
    egui::Rect { min: pos(rect.min), max: pos(rect.max) }
}

/// Our rectangle for one of egui's.
#[must_use]
pub const fn world_rect(rect: egui::Rect) -> Rect {
    Rect { min: point(rect.min), max: point(rect.max) }
}

/// What is special about the picture besides the board itself.
pub struct Look<'a> {
    /// What is selected.
    pub selection: &'a Selection,
    /// The stickies that stay clear while the rest fades; none fades nothing.
    pub lifted: Option<&'a BTreeSet<StickyId>>,
    /// What the tool is in the middle of.
    pub activity: &'a Activity,
    /// The sticky whose name is being edited: its text is not painted.
    pub editing: Option<StickyId>,
    /// What lies under the pointer.
    pub hover: Hit,
    /// Links proposed from the layout.
    pub proposals: &'a [Proposal],
    /// The one among them that is looked at.
    pub proposal_at_hand: Option<usize>,
    /// Guides that what moves has snapped to, in world units: `true` is a vertical line at x, `false` a level at y.
    pub guides: &'a [(bool, f32)],
    /// What is selected or hovered can be linked and sized: its handles show.
    pub handles: bool,
    /// The part of the board that stays clear while everything around it fades.
    pub spotlight: Option<Rect>,
}

/// What came of showing a canvas for looking only.
pub struct Shown {
    /// The canvas as an egui response, for context menus and hover texts.
    pub response: Response,
    /// The mapping between world and screen.
    pub view: View,
    /// What lies under the pointer.
    pub hover: Option<Item>,
    /// What was clicked, if anything was clicked: `Some(None)` is empty canvas.
    pub clicked: Option<Option<Item>>,
}

/// What the pointer did on a canvas.
pub struct Interaction {
    /// The canvas as an egui response, for context menus and hover texts.
    pub response: Response,
    /// The mapping between world and screen.
    pub view: View,
    /// What lies under the pointer.
    pub hover: Hit,
    /// Inputs for the tool in hand, in order.
    pub inputs: Vec<Input>,
    /// What has the keyboard focus.
    pub focused: Option<Item>,
    /// What got the keyboard focus just now.
    pub newly_focused: Option<Item>,
}

struct Flight {
    from: Camera,
    to: Camera,
    start: f64,
}

/// A view of a board.
#[derive(Default)]
pub struct BoardCanvas {
    /// Where it looks.
    pub camera: Camera,
    /// Panning is on for as long as the space bar or the middle button is down, or the panning tool in hand.
    pub hand: bool,
    flight: Option<Flight>,
    fitted: bool,
    /// The extent of the board it was fitted to.
    fitted_to: Option<Rect>,
    viewport: Rect,
    wheel_by_lines: bool,
    panning: bool,
    last_click: Option<(f64, Point)>,
    last_zoom: (f32, f64),
    /// What had the keyboard focus in the last frame.
    focused: Option<Item>,
    /// What gets the keyboard focus in the next frame.
    to_focus: Option<Item>,
    paint: paint::Cache,
    /// Where the small map lies, while it shows.
    map: Option<egui::Rect>,
    /// What lies over the lower left corner: a fitted board keeps clear of it.
    corner: Option<egui::Rect>,
}

impl BoardCanvas {
    /// Fits the board to the window the next time it is shown.
    pub const fn fit_next(&mut self) {
        self.fitted = false;
    }

    /// Gives something the keyboard focus: the walk goes on from there.
    pub const fn focus(&mut self, item: Item) {
        self.to_focus = Some(item);
    }

    /// The part of the screen it filled last.
    #[must_use]
    pub const fn viewport(&self) -> Rect {
        self.viewport
    }

    /// The mapping of the last frame.
    #[must_use]
    pub const fn view(&self) -> View {
        self.camera.view(self.viewport)
    }

    /// Flies to a part of the world.
    pub fn fly_to(&mut self, ctx: &egui::Context, world: Rect, zoom_max: f32) {
        let size = self.viewport.size();
        let to = Camera::fitted(world, size, FIT_MARGIN, zoom_max);
        self.fly(ctx, to);
    }

    /// Flies to a camera.
    pub fn fly(&mut self, ctx: &egui::Context, to: Camera) {
        self.flight = Some(Flight { from: self.camera, to, start: ctx.input(|input| input.time) });
        ctx.request_repaint();
    }

    /// Flies to show the whole board.
    pub fn fit(&mut self, ctx: &egui::Context, scene: &Scene) {
        match scene.bounds {
            Some(bounds) => self.fly(ctx, self.fitted_clear(scene, bounds)),
            None => self.fly(ctx, Camera::default()),
        }
    }

    /// Zooms about the middle of the window.
    pub fn zoom_by(&mut self, ctx: &egui::Context, factor: f32) {
        let goal = self.flight.as_ref().map_or(self.camera, |flight| flight.to);
        let view = goal.view(self.viewport);
        let to = view.zoomed_about(self.viewport.center(), factor);
        self.fly(ctx, to);
    }

    /// Moves just as far as needed to bring a rectangle into view; steps back from one that is larger than the view.
    pub fn reveal(&mut self, ctx: &egui::Context, world: Rect) {
        let seen = self.view().world();
        let on_screen = rect(self.view().rect_to_screen(world));
        let under_map = self.map.is_some_and(|map| map.intersects(on_screen));
        if seen.contains_rect(world) && !under_map || seen.width() <= 0.0 {
            return;
        }
        let zoom = self.camera.zoom.max(0.5);
        let whole = Camera::fitted(world, self.viewport.size(), 0.0, zoom);
        if whole.zoom < zoom {
            return self.fly_to(ctx, world, zoom);
        }
        self.fly(ctx, Camera { center: world.center(), zoom });
    }

    /// Shows the board for looking only: pan, zoom, hover, click.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        scene: &Scene,
        theme: &Theme,
        selection: &Selection,
        overlays: &Overlays,
    ) -> Shown {
        let interaction = self.interact(ui, scene, selection, false);
        let item_of = |hit: Hit| match hit {
            Hit::Item(item) | Hit::Corner(item, _) => Some(item),
            Hit::Handle(id) => Some(Item::Sticky(id)),
            Hit::Nothing => None,
        };
        let clicked = interaction.inputs.iter().rev().find_map(|input| match input {
            Input::Press(_, hit, _) => Some(item_of(*hit)),
            _ => None,
        });
        let look = Look {
            selection,
            lifted: None,
            activity: &Activity::Idle,
            editing: None,
            hover: interaction.hover,
            proposals: &[],
            proposal_at_hand: None,
            guides: &[],
            handles: false,
            spotlight: None,
        };
        self.paint(ui, scene, theme, &look, overlays);
        Shown {
            response: interaction.response,
            view: self.view(),
            hover: item_of(interaction.hover),
            clicked,
        }
    }

    /// Takes the rest of `ui`, moves the camera, and answers what the pointer did.
    pub fn interact(
        &mut self,
        ui: &mut Ui,
        scene: &Scene,
        selection: &Selection,
        handles: bool,
    ) -> Interaction {
        let area = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(area, Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Other, true, "Board canvas"));
        let resized = (area.width() - self.viewport.width()).abs() > 1.0
            || (area.height() - self.viewport.height()).abs() > 1.0;
        self.viewport = world_rect(area);
        if !self.fitted || resized && self.paint.untouched {
            self.fitted = true;
            self.fitted_to = scene.bounds;
            self.paint.untouched = true;
            self.flight = None;
            self.camera =
                scene.bounds.map_or_else(Camera::default, |bounds| self.fitted_clear(scene, bounds));
        }
        self.advance_flight(ui);
        self.scroll(ui, &response);
        let (focused, newly_focused) = self.nodes(ui, scene, selection);
        let inputs = self.pointer(ui, &response, scene, selection, handles);
        let view = self.view();
        let hover = match response.hover_pos() {
            Some(at) if response.contains_pointer() => self.hit(&view, scene, point(at), selection, handles),
            _ => Hit::Nothing,
        };
        Interaction { response, view, hover, inputs, focused, newly_focused }
    }

    /// What lies under a screen point.
    #[must_use]
    pub fn hit(&self, view: &View, scene: &Scene, at: Point, selection: &Selection, handles: bool) -> Hit {
        let world = view.to_world(at);
        let reach = REACH / view.zoom();
        if handles
            && let Some((item, rect)) = sizable(scene, selection)
            && let Some(corner) = tool::Corner::ALL
                .into_iter()
                .rev()
                .find(|corner| world.distance(corner.of(rect)) < reach * 1.3)
        {
            return Hit::Corner(item, corner);
        }
        let near = Rect { min: world, max: world }.expanded((HANDLE_OUT + REACH) / view.zoom());
        if handles && view.zoom() > 0.3 {
            let handle = scene.stickies_in(near).filter(|shape| !shape.rect.contains(world)).find(|shape| {
                handle_points(shape.rect, HANDLE_OUT / view.zoom())
                    .iter()
                    .any(|p| p.distance(world) < reach * 1.2)
            });
            if let Some(shape) = handle
                && scene.sticky_under(world).is_none()
            {
                return Hit::Handle(shape.id);
            }
        }
        if let Some(shape) = scene.sticky_under(world) {
            return Hit::Item(Item::Sticky(shape.id));
        }
        if let Some(link) = scene.link_under(world, reach) {
            return Hit::Item(Item::Link(link.id));
        }
        if let Some(line) = scene.lines.iter().find(|line| (line.x - world.x).abs() < reach) {
            return Hit::Item(Item::Line(line.id));
        }
        match scene.frame_under(world, reach) {
            Some(frame) => Hit::Item(Item::Frame(frame.id)),
            None => Hit::Nothing,
        }
    }

    fn advance_flight(&mut self, ui: &Ui) {
        if let Some(flight) = &self.flight {
            let now = ui.input(|input| input.time);
            #[expect(clippy::cast_possible_truncation, reason = "a fraction between 0 and 1")]
            let t = ((now - flight.start) / FLIGHT).clamp(0.0, 1.0) as f32;
            let eased = 1.0 - (1.0 - t).powi(3);
            self.camera = flight.from.towards(flight.to, eased);
            if t >= 1.0 {
                self.camera = flight.to;
                self.flight = None;
            }
            ui.request_repaint();
        }
    }

    /// Wheel and pinch zoom towards the pointer; two fingers pan.
    fn scroll(&mut self, ui: &Ui, response: &Response) {
        if !response.contains_pointer() {
            return;
        }
        let (by_lines, zoom, scroll, pointer) = ui.input(|input| {
            let unit = input.events.iter().rev().find_map(|event| match event {
                Event::MouseWheel { unit, .. } => Some(*unit),
                _ => None,
            });
            (unit, input.zoom_delta(), input.smooth_scroll_delta(), input.pointer.hover_pos())
        });
        if let Some(unit) = by_lines {
            self.wheel_by_lines = unit != egui::MouseWheelUnit::Point;
        }
        let Some(pointer) = pointer else { return };
        let view = self.view();
        if (zoom - 1.0).abs() > 1e-4 {
            self.camera = view.zoomed_about(point(pointer), zoom);
        } else if self.wheel_by_lines && scroll.y != 0.0 {
            self.camera = view.zoomed_about(point(pointer), (scroll.y * 0.004).exp());
        } else if scroll != Vec2::ZERO {
            self.camera = view.panned(scroll.x, scroll.y);
        } else {
            return;
        }
        self.flight = None;
        self.paint.untouched = false;
    }

    /// Reads button and pointer events in order; panning is dealt with here, the rest is for tools.
    fn pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        scene: &Scene,
        selection: &Selection,
        handles: bool,
    ) -> Vec<Input> {
        let (events, space, time, modifiers) = ui.input(|input| {
            let space = input.key_down(egui::Key::Space);
            (input.events.clone(), space, input.time, input.modifiers)
        });
        let held = Held { shift: modifiers.shift, alt: modifiers.alt };
        let space = space && !ui.ctx().text_edit_focused();
        let mut inputs = Vec::new();
        let mut last = ui.input(|input| input.pointer.latest_pos()).unwrap_or_default();
        for event in events {
            match event {
                Event::PointerMoved(at) => {
                    let view = self.view();
                    if self.panning {
                        let delta = ui.input(|input| input.pointer.delta());
                        self.camera = view.panned(delta.x, delta.y);
                        self.flight = None;
                        self.paint.untouched = false;
                    } else {
                        let hit = self.hit(&view, scene, point(at), selection, handles);
                        inputs.push(Input::Move(view.to_world(point(at)), hit, held, view.zoom()));
                    }
                    last = at;
                }
                Event::PointerButton { pos: at, button, pressed: true, .. } => {
                    // The edge of a panel that is being sized reaches over the canvas a little.
                    let taken = ui.ctx().dragged_id().is_some_and(|id| id != response.id);
                    let here = ui.ctx().layer_id_at(at) == Some(ui.layer_id());
                    let over = response.rect.contains(at) && here && !taken;
                    let pans = button == PointerButton::Middle
                        || button == PointerButton::Primary && (space || self.hand);
                    let view = self.view();
                    if over && pans {
                        self.panning = true;
                    } else if over && button == PointerButton::Primary {
                        let here = view.to_world(point(at));
                        let hit = self.hit(&view, scene, point(at), selection, handles);
                        let twice = self.last_click.is_some_and(|(then, place)| {
                            time - then < 0.4 && place.distance(point(at)) < 6.0
                        });
                        self.last_click = if twice { None } else { Some((time, point(at))) };
                        inputs.push(if twice {
                            Input::DoubleClick(here, hit)
                        } else {
                            Input::Press(here, hit, held)
                        });
                    }
                    last = at;
                }
                Event::PointerButton { pos: at, pressed: false, button, .. } => {
                    if self.panning {
                        self.panning = false;
                    } else if button == PointerButton::Primary {
                        let view = self.view();
                        let hit = self.hit(&view, scene, point(at), selection, handles);
                        inputs.push(Input::Release(view.to_world(point(at)), hit));
                    }
                    last = at;
                }
                _ => {}
            }
        }
        if self.panning {
            ui.set_cursor_icon(egui::CursorIcon::Grabbing);
        } else if (space || self.hand) && response.rect.contains(last) {
            ui.set_cursor_icon(egui::CursorIcon::Grab);
        }
        inputs
    }
}

/// The place of an item that can be resized.
fn rect_of(scene: &Scene, item: Item) -> Option<Rect> {
    match item {
        Item::Sticky(id) => scene.sticky(id).filter(|shape| !shape.locked).map(|shape| shape.rect),
        Item::Frame(id) => {
            let frame = scene.frames.iter().find(|frame| frame.id == id);
            frame.filter(|frame| !frame.locked).map(|frame| frame.rect)
        }
        Item::Link(_) | Item::Line(_) => None,
    }
}

/// More things than this are not sized together by hand.
const SIZED_MAX: usize = 500;

/// The box around what is selected and can be resized, and one of its items.
fn sizable(scene: &Scene, selection: &Selection) -> Option<(Item, Rect)> {
    if selection.len() > SIZED_MAX {
        return None;
    }
    let rects = selection.iter().filter_map(|item| Some((item, rect_of(scene, item)?)));
    rects.reduce(|(item, around), (_, rect)| (item, around.union(rect)))
}

/// The four points around a sticky from which links are drawn.
#[must_use]
pub fn handle_points(rect: Rect, out: f32) -> [Point; 4] {
    let middle = rect.center();
    [
        Point::new(rect.max.x + out, middle.y),
        Point::new(middle.x, rect.max.y + out),
        Point::new(rect.min.x - out, middle.y),
        Point::new(middle.x, rect.min.y - out),
    ]
}
