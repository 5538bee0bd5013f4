//! The camera: a pure mapping between world units and screen points.

use crate::board::{Point, Rect, Size};

/// The furthest the camera zooms out.
pub const ZOOM_MIN: f32 = 0.01;
/// The furthest the camera zooms in.
pub const ZOOM_MAX: f32 = 8.0;

/// Where the window looks at the board: the world point in its middle, and screen points per world unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// The world point in the middle of the viewport.
    pub center: Point,
    /// Screen points per world unit.
    pub zoom: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { center: Point::default(), zoom: 1.0 }
    }
}

impl Camera {
    /// The camera that shows all of `world` within a viewport of `size`, with `margin` points around it, never
    /// larger than `zoom_max`.
    #[must_use]
    pub fn fitted(world: Rect, size: Size, margin: f32, zoom_max: f32) -> Self {
        // A small viewport is for the world rather than for the margin.
        let room = |points: f32| (points - 2.0 * margin.min(0.08 * points)).max(1.0);
        let zoom = (room(size.w) / world.width().max(1.0)).min(room(size.h) / world.height().max(1.0));
        Self { center: world.center(), zoom: zoom.min(zoom_max).clamp(ZOOM_MIN, ZOOM_MAX) }
    }

    /// The mapping for a viewport on the screen.
    #[must_use]
    pub const fn view(self, viewport: Rect) -> View {
        View { camera: self, viewport }
    }

    /// Part of the way to another camera: 0 here, 1 there. Zoom goes by ratio, so that speed looks even.
    #[must_use]
    pub fn towards(self, other: Self, t: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * t;
        Self {
            center: Point::new(mix(self.center.x, other.center.x), mix(self.center.y, other.center.y)),
            zoom: self.zoom * (other.zoom / self.zoom).powf(t),
        }
    }
}

/// A camera in a viewport: maps world to screen and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The camera.
    pub camera: Camera,
    /// The part of the screen it fills, in screen points.
    pub viewport: Rect,
}

impl View {
    /// Screen points per world unit.
    #[must_use]
    pub const fn zoom(&self) -> f32 {
        self.camera.zoom
    }

    /// Where a world point is on the screen.
    #[must_use]
    pub fn to_screen(&self, world: Point) -> Point {
        let middle = self.viewport.center();
        Point::new(
            middle.x + (world.x - self.camera.center.x) * self.camera.zoom,
            middle.y + (world.y - self.camera.center.y) * self.camera.zoom,
        )
    }

    /// Which world point a screen point shows.
    #[must_use]
    pub fn to_world(&self, screen: Point) -> Point {
        let middle = self.viewport.center();
        Point::new(
            self.camera.center.x + (screen.x - middle.x) / self.camera.zoom,
            self.camera.center.y + (screen.y - middle.y) / self.camera.zoom,
        )
    }

    /// A world rectangle on the screen.
    #[must_use]
    pub fn rect_to_screen(&self, world: Rect) -> Rect {
        Rect { min: self.to_screen(world.min), max: self.to_screen(world.max) }
    }

    /// The part of the world in view.
    #[must_use]
    pub fn world(&self) -> Rect {
        Rect { min: self.to_world(self.viewport.min), max: self.to_world(self.viewport.max) }
    }

    /// The camera zoomed by `factor` with the world point under `screen` staying where it is.
    #[must_use]
    pub fn zoomed_about(&self, screen: Point, factor: f32) -> Camera {
        let zoom = (self.camera.zoom * factor).clamp(ZOOM_MIN, ZOOM_MAX);
        let world = self.to_world(screen);
        let middle = self.viewport.center();
        Camera {
            center: Point::new(
                world.x - (screen.x - middle.x) / zoom,
                world.y - (screen.y - middle.y) / zoom,
            ),
            zoom,
        }
    }

    /// The camera moved so that the board follows a pointer moved by (dx, dy) screen points.
    #[must_use]
    pub fn panned(&self, dx: f32, dy: f32) -> Camera {
        let center = self.camera.center.moved(-dx / self.camera.zoom, -dy / self.camera.zoom);
        Camera { center, zoom: self.camera.zoom }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_view() -> impl Strategy<Value = View> {
        (-1e4..1e4f32, -1e4..1e4f32, 0.05..4.0f32).prop_map(|(x, y, zoom)| {
            Camera { center: Point::new(x, y), zoom }
                .view(Rect::at(Point::new(50.0, 40.0), Size::new(1280.0, 720.0)))
        })
    }

    proptest! {
        #[test]
        fn the_screen_and_the_world_map_back_and_forth(view in any_view(), x in 0.0..1300f32, y in 0.0..800f32) {
            let back = view.to_screen(view.to_world(Point::new(x, y)));
            prop_assert!(back.distance(Point::new(x, y)) < 0.05, "{back:?}");
        }

        #[test]
        fn zooming_keeps_the_point_under_the_pointer(view in any_view(), x in 60.0..1200f32, y in 50.0..700f32, factor in 0.5..2f32) {
            let pointer = Point::new(x, y);
            let world = view.to_world(pointer);
            let after = view.zoomed_about(pointer, factor).view(view.viewport);
            prop_assert!(after.to_screen(world).distance(pointer) < 0.1 * after.zoom().max(1.0));
        }
    }

    #[test]
    fn fitting_shows_everything() {
        let world = Rect::at(Point::new(-300.0, 90.0), Size::new(2400.0, 700.0));
        let view = Camera::fitted(world, Size::new(1280.0, 720.0), 40.0, 2.0)
            .view(Rect::at(Point::default(), Size::new(1280.0, 720.0)));
        let on_screen = view.rect_to_screen(world);
        assert!(on_screen.min.x >= 39.9 && on_screen.max.x <= 1240.1, "{on_screen:?}");
        assert!(view.viewport.contains_rect(on_screen));
    }
}
