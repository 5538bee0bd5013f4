//! A frame of the board without a window: build and tessellate, for boards of 100 to 50,000 stickies.
//!
//! `cargo bench --bench frame` prints milliseconds a frame: the whole board in view, 100 % zoom while panning, and
//! zooming from one to the other; then what an edit costs (the display list and the topology derived again). Compare
//! figures of one run with each other: machines differ.

use std::time::{Duration, Instant};

use isobar::app::canvas::{BoardCanvas, Overlays};
use isobar::app::theme::Theme;
use isobar::board::{Board, Id, Link, LinkId, Point, Sticky, StickyId, StickyKind};
use isobar::scene::Scene;
use isobar::view::{Camera, Selection};

/// How many frames are measured for each figure; the median counts.
const FRAMES: usize = 21;

/// A board of n stickies on a grid with 1.5 n links to neighbours.
fn board(n: u32) -> Board {
    let kinds = [StickyKind::Command, StickyKind::Service, StickyKind::Event, StickyKind::Policy];
    let columns = (f64::from(n) * 1.4).sqrt().ceil() as u32;
    let mut board = Board::default();
    for i in 0..n {
        let (column, row) = (i % columns, i / columns);
        let sticky = Sticky {
            kind: kinds[(column % 4) as usize],
            name: format!("Reserve seat {i} again"),
            at: Point::new(column as f32 * 160.0, row as f32 * 130.0),
            ..Sticky::default()
        };
        board.stickies.insert(StickyId(Id::new(0, i + 1)), sticky);
    }
    let mut link = |from: u32, to: u32, id: u32| {
        if from < n && to < n {
            let link = Link {
                from: StickyId(Id::new(0, from + 1)),
                to: StickyId(Id::new(0, to + 1)),
                ..Link::default()
            };
            board.links.insert(LinkId(Id::new(1, id)), link);
        }
    };
    for i in 0..n {
        link(i, i + 1, 2 * i);
        if i % 2 == 0 {
            link(i, i + columns + 1, 2 * i + 1);
        }
    }
    board
}

/// The median time of a frame for which `camera` is set before each.
fn frames(
    ctx: &egui::Context,
    scene: &Scene,
    canvas: &mut BoardCanvas,
    camera: impl Fn(usize) -> Camera,
) -> Duration {
    let theme = Theme::new(false);
    let (selection, overlays) = (Selection::default(), Overlays::default());
    let mut times = Vec::new();
    for frame in 0..FRAMES + 3 {
        canvas.camera = camera(frame);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1600.0, 1000.0))),
            time: Some(frame as f64 / 60.0),
            ..egui::RawInput::default()
        };
        let start = Instant::now();
        let output = ctx.run_ui(input, |ui| {
            canvas.show(ui, scene, &theme, &selection, &overlays);
        });
        let shapes = ctx.tessellate(output.shapes, output.pixels_per_point);
        times.push(start.elapsed());
        assert!(!shapes.is_empty());
    }
    times.drain(..3);
    times.sort();
    times[FRAMES / 2]
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}

fn main() {
    // `cargo test --benches` only asks whether this runs.
    let sizes: &[u32] =
        if std::env::args().any(|arg| arg == "--test") { &[100] } else { &[100, 1_000, 10_000, 50_000] };
    println!(
        "{:>9} {:>12} {:>12} {:>12} {:>12} {:>12}",
        "stickies", "fit ms", "100 % ms", "zoom ms", "scene ms", "derive ms"
    );
    for n in sizes {
        let board = board(*n);
        let scene = Scene::of(&board);
        let ctx = egui::Context::default();
        isobar::app::fonts::install(&ctx);
        let mut canvas = BoardCanvas::default();
        let bounds = scene.bounds.unwrap_or_default();
        let middle = bounds.center();
        let fit = Camera::fitted(bounds, isobar::board::Size::new(1600.0, 1000.0), 48.0, 1.25);
        let whole = frames(&ctx, &scene, &mut canvas, |_| fit);
        let panning = frames(&ctx, &scene, &mut canvas, |i| Camera {
            center: middle.moved(i as f32 * 12.0, i as f32 * 5.0),
            zoom: 1.0,
        });
        let zooming = frames(&ctx, &scene, &mut canvas, |i| Camera {
            center: middle,
            zoom: fit.zoom * (1.0 / fit.zoom).powf(i as f32 / FRAMES as f32),
        });
        let scened = median(|| drop(Scene::of(&board)));
        let derived = median(|| drop(isobar::topology::derive(&board)));
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{n:>9} {:>12.3} {:>12.3} {:>12.3} {:>12.3} {:>12.3}",
            ms(whole),
            ms(panning),
            ms(zooming),
            ms(scened),
            ms(derived)
        );
    }
}
