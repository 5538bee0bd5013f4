//! A board as an SVG picture, from the display list the screen is drawn from.
//!
//! Without a font to measure, names are broken by the usual widths of the letters of a sans-serif face.

use std::fmt::Write;

use super::palette::Palette;
use super::{LinkLook, LinkShape, Scene, StickyShape};
use crate::board::{FrameKind, Rect, StickyKind};

/// Room around the board, in world units.
pub const MARGIN: f32 = 40.0;
/// The usual width of a letter in ems, a little generously.
const LETTER: f32 = 0.58;
/// The height of a line in ems.
pub(super) const LINE: f32 = 1.25;

/// The head of a document: its box, its title, its ground.
pub(super) fn opening(bounds: Rect, title: &str, palette: &Palette) -> String {
    let (x, y, w, h) = (bounds.min.x, bounds.min.y, bounds.width(), bounds.height());
    let mut out = String::new();
    line(
        &mut out,
        &format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{x} {y} {w} {h}\" width=\"{w}\" height=\"{h}\" font-family=\"Inter, Helvetica, Arial, sans-serif\">"
        ),
    );
    line(&mut out, &format!("<title>{}</title>", escaped(title)));
    line(&mut out, &format!("<rect {} fill=\"{}\"/>", attributes(bounds), palette.get("canvas")));
    out
}

/// The whole board as one SVG document.
#[must_use]
pub fn write(scene: &Scene, title: &str, palette: &Palette) -> String {
    let bounds = scene.bounds.unwrap_or_default().expanded(MARGIN);
    let mut out = opening(bounds, title, palette);
    for frame in &scene.frames {
        let fill = if frame.kind == FrameKind::Swimlane { palette.get("dot") } else { "none" };
        let at = attributes(frame.rect);
        line(
            &mut out,
            &format!(
                "<rect {at} rx=\"8\" fill=\"{fill}\" fill-opacity=\"0.4\" stroke=\"{}\" stroke-width=\"1.3\"/>",
                palette.get("hairline")
            ),
        );
        let (x, y) = (frame.rect.min.x + 12.0, frame.rect.min.y + 21.0);
        line(
            &mut out,
            &format!(
                "<text x=\"{x}\" y=\"{y}\" font-size=\"13\" font-weight=\"600\" fill=\"{}\">{}</text>",
                palette.get("secondary"),
                escaped(&frame.title)
            ),
        );
    }
    for pivot in &scene.lines {
        let (top, bottom) = (bounds.min.y, bounds.max.y);
        line(
            &mut out,
            &format!(
                "<line x1=\"{0}\" x2=\"{0}\" y1=\"{top}\" y2=\"{bottom}\" stroke=\"{1}\" stroke-width=\"2\"/>",
                pivot.x,
                palette.get("secondary")
            ),
        );
    }
    for link in &scene.links {
        draw_link(&mut out, link, palette);
    }
    for sticky in &scene.stickies {
        draw_sticky(&mut out, sticky, palette);
    }
    out.push_str("</svg>\n");
    out
}

/// A picture in a page of its own, to pan by dragging and zoom by the wheel, without any network.
#[must_use]
pub fn page(picture: &str, title: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>{PAGE_STYLE}</style>\n{picture}<script>{PAGE_SCRIPT}</script>\n</html>\n"
    )
}

const PAGE_STYLE: &str =
    "html,body{margin:0;height:100%;overflow:hidden}svg{width:100vw;height:100vh;cursor:grab}";

const PAGE_SCRIPT: &str = "
const svg = document.querySelector('svg'), box = svg.viewBox.baseVal;
const scale = () => Math.max(box.width / innerWidth, box.height / innerHeight);
svg.addEventListener('wheel', e => {
  e.preventDefault();
  const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const f = Math.exp(e.deltaY * 0.0015);
  box.x = p.x - (p.x - box.x) * f; box.y = p.y - (p.y - box.y) * f; box.width *= f; box.height *= f;
}, { passive: false });
svg.addEventListener('pointermove', e => {
  if (e.buttons & 1) { box.x -= e.movementX * scale(); box.y -= e.movementY * scale(); }
});
";

pub(super) fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

pub(super) fn attributes(rect: Rect) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        rect.min.x,
        rect.min.y,
        rect.width(),
        rect.height()
    )
}

fn draw_link(out: &mut String, link: &LinkShape, palette: &Palette) {
    let [a, b, c, d] = link.curve.points;
    let path = if link.curve.is_straight() {
        format!("M{} {} L{} {}", a.x, a.y, d.x, d.y)
    } else {
        format!("M{} {} C{} {} {} {} {} {}", a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y)
    };
    let ink = palette.get(if link.look == LinkLook::Meaningless { "warning" } else { "link" });
    let id = link.id;
    match link.look {
        LinkLook::Asynchronous => {
            line(
                out,
                &format!(
                    "<path id=\"link-{id}\" d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.5\"/>"
                ),
            );
        }
        // Two lines are one broad line with a narrower one of the paper's colour on top.
        LinkLook::Synchronous => {
            line(
                out,
                &format!(
                    "<path id=\"link-{id}\" d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"5\"/>"
                ),
            );
            line(
                out,
                &format!(
                    "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.4\"/>",
                    palette.get("canvas")
                ),
            );
        }
        LinkLook::Meaningless => {
            line(
                out,
                &format!(
                    "<path id=\"link-{id}\" d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.5\" stroke-dasharray=\"2 4\"/>"
                ),
            );
        }
    }
    let (dx, dy) = link.curve.end_direction();
    let (back, side) = (8.0, 4.4);
    let wing = |s: f32| (d.x - dx * back - dy * side * s, d.y - dy * back + dx * side * s);
    let ((x1, y1), (x2, y2)) = (wing(1.0), wing(-1.0));
    line(
        out,
        &format!(
            "<path d=\"M{x1:.2} {y1:.2} L{} {} L{x2:.2} {y2:.2}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.5\"/>",
            d.x, d.y
        ),
    );
    if !link.label.is_empty() {
        let at = link.curve.at(0.5);
        line(
            out,
            &format!(
                "<text x=\"{:.2}\" y=\"{:.2}\" font-size=\"10.5\" text-anchor=\"middle\" fill=\"{}\" stroke=\"{}\" stroke-width=\"4\" paint-order=\"stroke\">{}</text>",
                at.x,
                at.y + 3.5,
                palette.get("secondary"),
                palette.get("canvas"),
                escaped(&link.label)
            ),
        );
    }
}

fn draw_sticky(out: &mut String, sticky: &StickyShape, palette: &Palette) {
    let rect = sticky.rect;
    let middle = rect.center();
    let turn = if sticky.turn == 0.0 {
        String::new()
    } else {
        format!(" transform=\"rotate({:.2} {} {})\"", sticky.turn.to_degrees(), middle.x, middle.y)
    };
    line(out, &format!("<g id=\"sticky-{}\"{turn}>", sticky.id));
    let label = format!("{} {}", sticky.kind.row().label, sticky.text);
    line(out, &format!("<title>{}</title>", escaped(&label)));
    let free = sticky.kind == StickyKind::Text;
    let (fill, ink) = if free { ("none", palette.get("text")) } else { palette.paper(sticky.token) };
    if !free {
        let shadow = Rect { min: rect.min.moved(0.0, 1.5), max: rect.max.moved(0.0, 2.5) };
        line(out, &format!("<rect {} rx=\"3\" fill=\"#000000\" fill-opacity=\"0.14\"/>", attributes(shadow)));
        line(out, &format!("<rect {} rx=\"3\" fill=\"{fill}\"/>", attributes(rect)));
    }
    let (largest, room) = if free { ((rect.height() * 0.5).clamp(12.0, 40.0), 0.0) } else { (14.0, 24.0) };
    let (lines, size) =
        fitted(&sticky.text, rect.width() - if free { 4.0 } else { 14.0 }, rect.height() - room, largest);
    let anchor = if free { "start" } else { "middle" };
    let x = if free { rect.min.x + 2.0 } else { middle.x };
    #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
    let top = middle.y - (lines.len() as f32 - 1.0) * size * LINE * 0.5 + size * 0.36;
    let mut y = top;
    for text in &lines {
        line(
            out,
            &format!(
                "<text x=\"{x}\" y=\"{y:.2}\" font-size=\"{size}\" font-weight=\"600\" text-anchor=\"{anchor}\" fill=\"{ink}\">{}</text>",
                escaped(text)
            ),
        );
        y += size * LINE;
    }
    for (text, x, y, anchor) in [
        (&sticky.caption, middle.x, rect.max.y - 6.0, "middle"),
        (&sticky.corner, rect.max.x - 6.0, rect.min.y + 14.0, "end"),
    ] {
        if !text.is_empty() {
            line(
                out,
                &format!(
                    "<text x=\"{x}\" y=\"{y}\" font-size=\"10.5\" text-anchor=\"{anchor}\" fill=\"{ink}\" fill-opacity=\"0.75\">{}</text>",
                    escaped(text)
                ),
            );
        }
    }
    out.push_str("</g>\n");
}

/// Breaks a text into lines that fit a width, at the largest size at which they fit the height as well. What does not fit
/// at the smallest is broken within its words and cut, with `…` in place of the rest.
pub(super) fn fitted(text: &str, w: f32, h: f32, largest: f32) -> (Vec<String>, f32) {
    const SMALLEST: f32 = 9.0;
    let mut size = largest;
    loop {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen letters")]
        let letters = (w / (size * LETTER)).max(1.0) as usize;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of lines")]
        let room = (h / (size * LINE)).max(1.0) as usize;
        let lines = broken(text, letters);
        if lines.len() <= room && lines.iter().all(|line| line.chars().count() <= letters) {
            return (lines, size);
        }
        if size <= SMALLEST {
            return (cut(&lines, letters, room), size);
        }
        size = (size - 1.0).max(SMALLEST);
    }
}

/// No more than so many lines of so many letters.
fn cut(lines: &[String], letters: usize, room: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in lines {
        let mut rest = line.as_str();
        while !rest.is_empty() {
            let end = rest.char_indices().nth(letters).map_or(rest.len(), |(end, _)| end);
            if out.len() == room {
                if let Some(last) = out.last_mut() {
                    while last.chars().count() >= letters.max(2) {
                        last.pop();
                    }
                    last.push('…');
                }
                return out;
            }
            out.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
    }
    out
}

fn broken(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= letters => {
                let _ = write!(last, " {word}");
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text as it may stand in XML: special signs spelt out, control characters left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, Id, Link, LinkId, Point, Sticky, StickyId};

    #[test]
    fn the_picture_has_the_geometry_of_the_screen() {
        let mut board = Board::default();
        for (n, kind, name) in
            [(1u16, StickyKind::Service, "Shop & <Co>"), (2, StickyKind::Event, "OrderPlaced")]
        {
            let at = Point::new(f32::from(n) * 200.0, 40.0);
            let sticky = Sticky { kind, name: name.to_owned(), at, ..Sticky::default() };
            board.stickies.insert(StickyId(Id::new(0, u32::from(n))), sticky);
        }
        let link = Link { from: StickyId(Id::new(0, 1)), to: StickyId(Id::new(0, 2)), ..Link::default() };
        board.links.insert(LinkId(Id::new(0, 3)), link);
        let scene = Scene::of(&board);
        let svg = write(&scene, "A & B", &Palette::new(false));
        for shape in &scene.stickies {
            assert!(svg.contains(&format!("<rect {} rx=\"3\"", attributes(shape.rect))), "{svg}");
        }
        let [a, .., d] = scene.links[0].curve.points;
        assert!(svg.contains(&format!("M{} {} L{} {}", a.x, a.y, d.x, d.y)), "{svg}");
        assert!(svg.contains("Shop &amp; &lt;Co&gt;") && svg.contains("<title>A &amp; B</title>"));
    }

    #[test]
    fn names_break_into_lines_that_fit() {
        let (lines, size) = fitted("Avatar assignment failed for good", 98.0, 56.0, 14.0);
        assert!(lines.len() > 1 && (9.0..=14.0).contains(&size));
        assert_eq!(lines.join(" "), "Avatar assignment failed for good");
        assert_eq!(fitted("", 98.0, 56.0, 14.0).0.len(), 0);
        // One word longer than its paper, and more words than fit, stay on it.
        for text in ["Donaudampfschifffahrtsgesellschaftskapitän".repeat(9), "each word fits ".repeat(60)] {
            let (lines, size) = fitted(&text, 98.0, 56.0, 14.0);
            let widest = lines.iter().map(|line| line.chars().count()).max().unwrap();
            assert!(widest as f32 * size * LETTER <= 98.0, "{lines:?}");
            assert!(lines.len() as f32 * size * LINE <= 56.0, "{lines:?}");
            assert!(lines.last().unwrap().ends_with('…'), "{lines:?}");
        }
    }
}
