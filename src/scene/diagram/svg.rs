//! A graph of a topology as an SVG picture.

use std::fmt::Write as _;

use super::{Card, Diagram, Way, corners, is_round, token};
use crate::board::Point;
use crate::scene::palette::Palette;
use crate::scene::svg::{LINE, attributes, escaped, fitted, line, opening};

/// Room around the picture.
const MARGIN: f32 = 32.0;
const CORNER: f32 = 14.0;

/// The whole graph as one SVG document.
#[must_use]
pub fn write(diagram: &Diagram, title: &str, palette: &Palette) -> String {
    let bounds = diagram.bounds.unwrap_or_default().expanded(MARGIN);
    let mut out = opening(bounds, title, palette);
    for area in &diagram.areas {
        line(
            &mut out,
            &format!(
                "<rect {} rx=\"8\" fill=\"{}\" fill-opacity=\"0.35\" stroke=\"{}\" stroke-width=\"1.3\"/>",
                attributes(area.rect),
                palette.get("dot"),
                palette.get("hairline")
            ),
        );
        let (x, y) = (area.rect.min.x + 12.0, area.rect.min.y + 20.0);
        line(
            &mut out,
            &format!(
                "<text x=\"{x}\" y=\"{y}\" font-size=\"13\" font-weight=\"600\" fill=\"{}\">{}</text>",
                palette.get("secondary"),
                escaped(&area.title)
            ),
        );
    }
    let dense = diagram.is_dense();
    if dense {
        line(&mut out, "<g opacity=\"0.3\">");
    }
    diagram.ways.iter().for_each(|way| draw_way(&mut out, way, palette));
    if dense {
        line(&mut out, "</g>");
    }
    diagram.cards.iter().for_each(|card| draw_card(&mut out, card, palette));
    diagram.ways.iter().for_each(|way| draw_label(&mut out, way, palette));
    out.push_str("</svg>\n");
    out
}

fn draw_way(out: &mut String, way: &Way, palette: &Palette) {
    let (Some(start), [.., before, end]) = (way.points.first(), &way.points[..]) else { return };
    let mut path = format!("M{} {}", start.x, start.y);
    for [from, corner, to] in corners(&way.points, CORNER) {
        let _ = write!(path, " L{} {} Q{} {} {} {}", from.x, from.y, corner.x, corner.y, to.x, to.y);
    }
    let _ = write!(path, " L{} {}", end.x, end.y);
    let ink = palette.get("link");
    let width = if way.synchronous { 5.0 } else { 1.5 };
    line(out, &format!("<path d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\"/>"));
    if way.synchronous {
        // Two lines are one broad line with a narrower one of the paper's colour on top.
        let paper = palette.get("canvas");
        line(out, &format!("<path d=\"{path}\" fill=\"none\" stroke=\"{paper}\" stroke-width=\"2.4\"/>"));
    }
    let [left, right] = wings(*before, *end, 9.0);
    line(
        out,
        &format!(
            "<path d=\"M{} {} L{} {} L{} {} Z\" fill=\"{ink}\"/>",
            end.x, end.y, left.x, left.y, right.x, right.y
        ),
    );
}

/// The two back corners of an arrowhead at the end of a line.
fn wings(before: Point, end: Point, length: f32) -> [Point; 2] {
    let whole = before.distance(end).max(1e-3);
    let (dx, dy) = ((end.x - before.x) / whole * length, (end.y - before.y) / whole * length);
    [1.0_f32, -1.0].map(|side| Point::new(end.x - dx - dy * 0.5 * side, end.y - dy + dx * 0.5 * side))
}

fn draw_label(out: &mut String, way: &Way, palette: &Palette) {
    if way.label.is_empty() || way.points.len() < 2 {
        return;
    }
    let at = way.label_at;
    line(
        out,
        &format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"11\" text-anchor=\"middle\" fill=\"{}\" stroke=\"{}\" stroke-width=\"3\" paint-order=\"stroke\">{}</text>",
            at.x,
            at.y + 4.0,
            palette.get("secondary"),
            palette.get("canvas"),
            escaped(&way.label)
        ),
    );
}

/// The middle of the longest stretch of a course: where a label has most room.
#[must_use]
pub fn middle(points: &[Point]) -> Point {
    let stretches = points.windows(2).map(|two| (two[0], two[1]));
    let longest = stretches.max_by(|a, b| a.0.distance(a.1).total_cmp(&b.0.distance(b.1)));
    longest.map_or_else(Point::default, |(a, b)| Point::new(f32::midpoint(a.x, b.x), f32::midpoint(a.y, b.y)))
}

fn draw_card(out: &mut String, card: &Card, palette: &Palette) {
    let (paper, ink) = palette.paper(token(card.kind));
    let radius = if is_round(card.kind) { card.rect.height() / 2.0 } else { 4.0 };
    line(
        out,
        &format!(
            "<rect {} rx=\"{radius}\" fill=\"{paper}\" stroke=\"{ink}\" stroke-opacity=\"0.25\"/>",
            attributes(card.rect)
        ),
    );
    let (lines, size) = fitted(&card.text, card.rect.width() - 12.0, card.rect.height() - 6.0, 13.0);
    let middle = card.rect.center();
    let top = middle.y - lines.len() as f32 * size * LINE / 2.0;
    for (at, text) in lines.iter().enumerate() {
        let y = top + (at as f32 + 0.78) * size * LINE;
        line(
            out,
            &format!(
                "<text x=\"{}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"600\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
                middle.x,
                escaped(text)
            ),
        );
    }
}
