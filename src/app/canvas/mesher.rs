//! Fills one mesh with anti-aliased rectangles, lines and text: far cheaper than a shape each for thousands of them.

use std::sync::LazyLock;

use egui::emath::Rot2;
use egui::epaint::{Galley, Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Rect, Vec2, pos2, vec2};

/// The width of the soft edge that hides the steps of pixels, in points.
const FEATHER: f32 = 1.0;

/// A mesh over the font texture, being filled back to front.
pub(super) struct Mesher {
    mesh: Mesh,
    uv_scale: Vec2,
    pixels_per_point: f32,
}

impl Mesher {
    /// An empty mesh; `atlas` is the size of the font texture in texels.
    pub(super) fn new(atlas: [usize; 2]) -> Self {
        Self::with_room(atlas, 1.0, (0, 0))
    }

    /// An empty mesh with room for so many vertices and indices: those of the frame before are a good guess.
    #[expect(clippy::cast_precision_loss, reason = "textures are a few thousand texels wide")]
    pub(super) fn with_room(atlas: [usize; 2], pixels_per_point: f32, room: (usize, usize)) -> Self {
        let uv_scale = vec2(1.0 / atlas[0].max(1) as f32, 1.0 / atlas[1].max(1) as f32);
        let mut mesh = Mesh::default();
        mesh.vertices.reserve(room.0 + room.0 / 8);
        mesh.indices.reserve(room.1 + room.1 / 8);
        Self { mesh, uv_scale, pixels_per_point }
    }

    /// How many vertices and indices there are.
    pub(super) const fn filled(&self) -> (usize, usize) {
        (self.mesh.vertices.len(), self.mesh.indices.len())
    }

    /// The filled mesh.
    pub(super) fn finish(self) -> Mesh {
        self.mesh
    }

    /// How many vertices there are so far: a mark for [`Self::turn_since`].
    pub(super) fn mark(&self) -> usize {
        self.mesh.vertices.len()
    }

    /// Turns everything added since a mark about a point.
    pub(super) fn turn_since(&mut self, mark: usize, about: Pos2, radians: f32) {
        let turn = Rot2::from_angle(radians);
        for vertex in &mut self.mesh.vertices[mark..] {
            vertex.pos = about + turn * (vertex.pos - about);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "meshes stay far below 2^32 vertices")]
    fn next(&self) -> u32 {
        self.mesh.vertices.len() as u32
    }

    fn vertex(&mut self, pos: Pos2, color: Color32) {
        self.mesh.vertices.push(Vertex { pos, uv: WHITE_UV, color });
    }

    fn quad_indices(&mut self, a: u32, b: u32, c: u32, d: u32) {
        self.mesh.indices.extend_from_slice(&[a, b, c, a, c, d]);
    }

    /// A plain rectangle with hard edges.
    pub(super) fn flat(&mut self, rect: Rect, color: Color32) {
        let first = self.next();
        for corner in [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()] {
            self.vertex(corner, color);
        }
        self.quad_indices(first, first + 1, first + 2, first + 3);
    }

    /// A convex polygon with hard edges.
    pub(super) fn polygon(&mut self, points: &[Pos2], color: Color32) {
        if points.len() < 3 {
            return;
        }
        let first = self.next();
        points.iter().for_each(|point| self.vertex(*point, color));
        for i in first + 1..self.next() - 1 {
            self.mesh.indices.extend_from_slice(&[first, i, i + 1]);
        }
    }

    /// A soft shadow: full within `rect`, nothing `blur` points outside it.
    pub(super) fn shadow(&mut self, rect: Rect, blur: f32, color: Color32) {
        let xs =
            [rect.left() - blur, rect.left() + blur * 0.5, rect.right() - blur * 0.5, rect.right() + blur];
        let ys =
            [rect.top() - blur, rect.top() + blur * 0.5, rect.bottom() - blur * 0.5, rect.bottom() + blur];
        let first = self.next();
        for (row, y) in ys.into_iter().enumerate() {
            for (column, x) in xs.into_iter().enumerate() {
                let inside = matches!(row, 1 | 2) && matches!(column, 1 | 2);
                self.vertex(pos2(x, y), if inside { color } else { Color32::TRANSPARENT });
            }
        }
        for row in 0..3 {
            for column in 0..3 {
                let a = first + row * 4 + column;
                // Corners are cut from the full to the outer corner, so that they fall off evenly.
                if matches!((row, column), (0, 2) | (2, 0)) {
                    self.quad_indices(a + 1, a + 5, a + 4, a);
                } else {
                    self.quad_indices(a, a + 1, a + 5, a + 4);
                }
            }
        }
    }

    /// A rectangle with round corners and soft edges.
    pub(super) fn rounded(&mut self, rect: Rect, radius: f32, color: Color32) {
        self.fan(outline(rect, radius), color);
    }

    /// A disc with a soft edge.
    pub(super) fn disc(&mut self, center: Pos2, radius: f32, color: Color32) {
        // As many sides as it takes to stay within a quarter of a pixel of the circle: thousands are drawn a frame.
        static ROUND: LazyLock<[Round; 3]> = LazyLock::new(|| [10, 14, 20].map(Round::new));
        let round = &ROUND[usize::from(radius >= 4.0) + usize::from(radius >= 9.0)];
        let (first, uv) = (self.next(), WHITE_UV);
        let (inside, outside) = (radius - FEATHER * 0.5, radius + FEATHER * 0.5);
        self.mesh.vertices.extend(round.directions.iter().flat_map(|direction| {
            [(inside, color), (outside, Color32::TRANSPARENT)].map(|(far, color)| Vertex {
                pos: center + *direction * far,
                uv,
                color,
            })
        }));
        self.mesh.indices.extend(round.indices.iter().map(|index| first + index));
    }

    /// A convex outline of points with outward normals.
    fn fan(&mut self, outline: impl Iterator<Item = (Pos2, Vec2)>, color: Color32) {
        let first = self.next();
        for (point, normal) in outline {
            self.vertex(point - normal * (FEATHER * 0.5), color);
            self.vertex(point + normal * (FEATHER * 0.5), Color32::TRANSPARENT);
        }
        let n = (self.next() - first) / 2;
        for i in 0..n {
            let (here, after) = (first + 2 * i, first + 2 * if i + 1 < n { i + 1 } else { 0 });
            if i >= 2 {
                self.mesh.indices.extend_from_slice(&[first, first + 2 * (i - 1), here]);
            }
            self.quad_indices(here, after, after + 1, here + 1);
        }
    }

    /// The border of a rectangle with round corners.
    pub(super) fn border(&mut self, rect: Rect, radius: f32, width: f32, color: Color32) {
        let mut points: Vec<Pos2> = outline(rect, radius).map(|(point, _)| point).collect();
        points.push(points[0]);
        self.line(&points, width, color);
    }

    /// A straight line with soft edges: what [`Self::line`] makes of two points, for thousands of them.
    pub(super) fn segment(&mut self, from: Pos2, to: Pos2, width: f32, color: Color32) {
        let (half, color) = pen(width, color);
        let normal = (to - from).normalized().rot90();
        let first = self.next();
        let across = if half > 0.0 { 4 } else { 3 };
        for point in [from, to] {
            self.vertex(point + normal * (half + FEATHER), Color32::TRANSPARENT);
            self.vertex(point + normal * half, color);
            if half > 0.0 {
                self.vertex(point - normal * half, color);
            }
            self.vertex(point - normal * (half + FEATHER), Color32::TRANSPARENT);
        }
        for a in first..first + across - 1 {
            self.quad_indices(a, a + 1, a + across + 1, a + across);
        }
    }

    /// A line through points, with soft edges.
    pub(super) fn line(&mut self, points: &[Pos2], width: f32, color: Color32) {
        if points.len() < 2 {
            return;
        }
        let (half, color) = pen(width, color);
        let outer = half + FEATHER;
        let first = self.next();
        let closed = points.len() > 2 && points[0] == points[points.len() - 1];
        for (i, point) in points.iter().enumerate() {
            let before = if i > 0 {
                points[i - 1]
            } else if closed {
                points[points.len() - 2]
            } else {
                *point
            };
            let after = if i + 1 < points.len() {
                points[i + 1]
            } else if closed {
                points[1]
            } else {
                *point
            };
            let normal = joint(before, *point, after);
            self.vertex(*point + normal * outer, Color32::TRANSPARENT);
            self.vertex(*point + normal * half, color);
            if half > 0.0 {
                self.vertex(*point - normal * half, color);
            }
            self.vertex(*point - normal * outer, Color32::TRANSPARENT);
        }
        // The full part of a line without width is a line: two soft strips, not three.
        let across = if half > 0.0 { 4 } else { 3 };
        let n = (self.next() - first) / across;
        for i in 0..n - 1 {
            let a = first + i * across;
            for strip in 0..across - 1 {
                self.quad_indices(a + strip, a + strip + 1, a + across + strip + 1, a + across + strip);
            }
        }
    }

    /// A text laid out beforehand, scaled, with its origin at `at`. One at the scale it was laid out for is put on the
    /// nearest pixel, where it is sharp.
    pub(super) fn text(&mut self, galley: &Galley, at: Pos2, scale: f32, color: Color32) {
        let (at, scale) = if (scale - 1.0).abs() < 1e-3 {
            ((at * self.pixels_per_point).round() / self.pixels_per_point, 1.0)
        } else {
            (at, scale)
        };
        for row in &galley.rows {
            let mesh = &row.row.visuals.mesh;
            let first = self.next();
            let origin = at + row.pos.to_vec2() * scale;
            self.mesh.indices.extend(mesh.indices.iter().map(|index| index + first));
            self.mesh.vertices.extend(mesh.vertices.iter().map(|vertex| Vertex {
                pos: origin + vertex.pos.to_vec2() * scale,
                uv: (vertex.uv.to_vec2() * self.uv_scale).to_pos2(),
                color,
            }));
        }
    }
}

/// The normal at a joint of a line, lengthened at bends so that the width stays even.
fn joint(before: Pos2, here: Pos2, after: Pos2) -> Vec2 {
    let a = (here - before).normalized();
    let b = (after - here).normalized();
    let (a, b) = (if a == Vec2::ZERO { b } else { a }, if b == Vec2::ZERO { a } else { b });
    let (na, nb) = (a.rot90(), b.rot90());
    let middle = (na + nb).normalized();
    let cosine = middle.dot(na);
    if cosine > 0.3 { middle / cosine } else { na }
}

/// Half the full part of a line, and its colour: lines thinner than the soft edge pale instead of thinning.
fn pen(width: f32, color: Color32) -> (f32, Color32) {
    if width < FEATHER {
        (0.0, color.gamma_multiply(width / FEATHER))
    } else {
        ((width - FEATHER) * 0.5, color)
    }
}

/// A disc to copy: where its corners lie, and the triangles between them.
struct Round {
    directions: Vec<Vec2>,
    indices: Vec<u32>,
}

impl Round {
    fn new(sides: u8) -> Self {
        let directions = directions(sides);
        let mut once = Mesher::new([1, 1]);
        once.fan(directions.iter().map(|direction| (direction.to_pos2(), *direction)), Color32::WHITE);
        Self { directions, indices: once.mesh.indices }
    }
}

/// So many directions all around.
fn directions(n: u8) -> Vec<Vec2> {
    (0..n).map(|i| Vec2::angled(std::f32::consts::TAU * f32::from(i) / f32::from(n))).collect()
}

/// The outward normals of a corner rounded in so many steps, from upwards clockwise to rightwards.
fn corner(steps: u8) -> Vec<Vec2> {
    let angle = |step| f32::from(step) / f32::from(steps) * std::f32::consts::FRAC_PI_2;
    (0..=steps).map(|step| Vec2::angled(angle(step) - std::f32::consts::FRAC_PI_2)).collect()
}

/// The outline of a rectangle with round corners: points and outward normals, clockwise.
fn outline(rect: Rect, radius: f32) -> impl Iterator<Item = (Pos2, Vec2)> {
    // A sharp corner's normal reaches as far outwards as those of its two edges together.
    static SHARP: LazyLock<Vec<Vec2>> = LazyLock::new(|| vec![vec2(1.0, -1.0)]);
    static SMALL: LazyLock<Vec<Vec2>> = LazyLock::new(|| corner(3));
    static LARGE: LazyLock<Vec<Vec2>> = LazyLock::new(|| corner(6));
    let radius = radius.min(rect.width() * 0.5).min(rect.height() * 0.5).max(0.0);
    let (normals, radius): (&[Vec2], f32) = if radius < 0.5 {
        (&SHARP, 0.0)
    } else if radius < 6.0 {
        (&SMALL, radius)
    } else {
        (&LARGE, radius)
    };
    let inner = rect.shrink(radius);
    let corners = [inner.right_top(), inner.right_bottom(), inner.left_bottom(), inner.left_top()];
    // Each corner's normals are those of the one before, turned by a right angle.
    let turned = |normal: Vec2, turns: usize| match turns {
        0 => normal,
        1 => vec2(-normal.y, normal.x),
        2 => -normal,
        _ => normal.rot90(),
    };
    corners.into_iter().enumerate().flat_map(move |(turns, center)| {
        normals.iter().map(move |normal| {
            let normal = turned(*normal, turns);
            (center + normal * radius, normal)
        })
    })
}
