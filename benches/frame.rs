//! A frame of the board without a window: build and tessellate, for boards of 100 to 50,000 stickies.
//!
//! `cargo bench --bench frame` prints milliseconds of processor time: a frame of the canvas with the whole board in view,
//! the same of the whole window while the pointer moves, one at 100 % zoom while panning to and fro with the view full of
//! board, one while roaming on to what was not seen before (of which 100 stickies have little), one while zooming from
//! one to the other (and the worst of those), and one while a sticky is dragged at 100 %; then what opening the board costs
//! (reading, repairs, display list), one edit (the command, the board, the display list), and the topology, which large
//! boards get on another thread. After that the Topology workspace's graph of a thousand nodes, the largest it draws: with
//! the pointer moving over all of it, panned at 100 %, and at rest.
//! Compare figures of one run with each other: machines differ. The worst frame is by the clock, each the best of three
//! sweeps from far to near with nothing laid out beforehand.

#[path = "topology/generator.rs"]
mod generator;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use isobar::app::canvas::{BoardCanvas, Overlays};
use isobar::app::context::Derived;
use isobar::app::graph::GraphPanel;
use isobar::app::theme::Theme;
use isobar::app::{App, Start};
use isobar::board::format::{self, Syntax};
use isobar::board::notation::Level;
use isobar::board::{Board, Id, Key, Link, LinkId, Point, Sticky, StickyId, StickyKind};
use isobar::edit::Intent;
use isobar::scene::Scene;
use isobar::scene::diagram::{Arrangement, Diagram};
use isobar::topology::grouping::Groups;
use isobar::topology::projection::{View, project};
use isobar::view::{Camera, Document, Selection};

/// How many frames are measured for each figure.
const FRAMES: usize = 60;
/// The first frames lay out what is in view, and are not counted.
const WARM: usize = 20;

/// The processor time of this process, where the system tells; the clock elsewhere.
fn now() -> Duration {
    thread_local!(static START: Instant = Instant::now());
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.with(Instant::elapsed), Duration::from_nanos)
}

/// A board of n stickies on a grid with nearly 1.5 n links to neighbours.
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
    // Not from the end of a row to the start of the next: links across the whole board would be in every view of a
    // large one, and mean nothing.
    for i in (0..n).filter(|i| i % columns + 1 < columns) {
        link(i, i + 1, 2 * i);
        if i % 2 == 0 {
            link(i, i + columns + 1, 2 * i + 1);
        }
    }
    board
}

/// What frames take.
struct Times {
    /// Of processor time.
    mean: Duration,
    /// By the clock.
    each: Vec<Duration>,
}

/// The worst frame, when each is the best of several runs.
fn worst(runs: &[Times]) -> Duration {
    let best = (0..FRAMES).filter_map(|frame| runs.iter().map(|run| run.each[frame]).min());
    best.max().unwrap_or_default()
}

/// The times of frames for which `before` changes the scene and answers the camera.
fn frames(
    ctx: &egui::Context,
    canvas: &mut BoardCanvas,
    scene: &mut Scene,
    mut before: impl FnMut(usize, &mut Scene) -> Camera,
) -> Times {
    let theme = Theme::new(false);
    let (selection, overlays) = (Selection::default(), Overlays::default());
    let (mut start, mut times) = (Duration::ZERO, Vec::with_capacity(FRAMES + WARM));
    for frame in 0..FRAMES + WARM {
        if frame == WARM {
            start = now();
        }
        let began = Instant::now();
        canvas.camera = before(frame.saturating_sub(WARM), scene);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1600.0, 1000.0))),
            time: Some(frame as f64 / 60.0),
            ..egui::RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| {
            canvas.show(ui, scene, &theme, &selection, &overlays);
        });
        // There is no screen to bring the letters to.
        output.textures_delta.clear();
        assert!(!ctx.tessellate(output.shapes, output.pixels_per_point).is_empty());
        times.push(began.elapsed());
    }
    Times { mean: (now() - start) / u32::try_from(FRAMES).unwrap_or(1), each: times.split_off(WARM) }
}

/// The mean time of a frame of the whole window, with its panels, while the pointer moves over the board.
fn window(board: &std::path::Path) -> Duration {
    let ctx = egui::Context::default();
    let start = Start { board: Some(board.to_owned()), replay: None, at: None };
    let mut app = App::new(&ctx, start);
    let mut frame = eframe::Frame::_new_kittest();
    let mut start = Duration::ZERO;
    for i in 0..FRAMES + WARM {
        if i == WARM {
            // Large boards get their advice on another thread: it is there by now.
            std::thread::sleep(Duration::from_millis(1_500));
            start = now();
        }
        let pointer = egui::pos2(400.0 + 6.0 * i as f32, 300.0 + 3.0 * i as f32);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1600.0, 1000.0))),
            time: Some(i as f64 / 60.0),
            events: vec![egui::Event::PointerMoved(pointer)],
            ..egui::RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| {
            eframe::App::logic(&mut app, &ui.ctx().clone(), &mut frame);
            eframe::App::ui(&mut app, ui, &mut frame);
        });
        // There is no screen to bring the letters to.
        output.textures_delta.clear();
        assert!(!ctx.tessellate(output.shapes, output.pixels_per_point).is_empty());
    }
    (now() - start) / u32::try_from(FRAMES).unwrap_or(1)
}

/// The mean time of a piece of work.
fn mean(times: u32, mut work: impl FnMut()) -> Duration {
    let start = now();
    (0..times).for_each(|_| work());
    (now() - start) / times
}

fn main() {
    // `cargo test --benches` only asks whether this runs.
    let sizes: &[u32] =
        if std::env::args().any(|arg| arg == "--test") { &[100] } else { &[100, 1_000, 10_000, 50_000] };
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "stickies",
        "fit",
        "window",
        "100 %",
        "roaming",
        "zooming",
        "worst",
        "dragging",
        "opening",
        "edit",
        "topology"
    );
    for n in sizes {
        let mut board = board(*n);
        let text = format::write(&board, Syntax::Ron);
        let opening = mean(3, || {
            let mut read = format::read(&text, Syntax::Ron).unwrap_or_default();
            isobar::board::repair::repair(&mut read);
            drop(Scene::of(&read));
        });
        let mut scene = Scene::of(&board);
        let ctx = egui::Context::default();
        isobar::app::fonts::install(&ctx);
        let mut canvas = BoardCanvas::default();
        let bounds = scene.bounds.unwrap_or_default();
        let middle = bounds.center();
        let fit = Camera::fitted(bounds, isobar::board::Size::new(1600.0, 1000.0), 48.0, 1.25);
        let whole = frames(&ctx, &mut canvas, &mut scene, |_, _| fit);
        let file = folder.path().join(format!("{n}.ron"));
        isobar::io::save(&file, &board).expect("a temporary folder can be written");
        let window = window(&file);
        // To and fro, so that the smallest board fills the view just as the others do.
        let panning = frames(&ctx, &mut canvas, &mut scene, |i, _| {
            let way = (i as f32 * 12.0 + 150.0) % 600.0;
            let along = if way < 300.0 { way - 150.0 } else { 450.0 - way };
            Camera { center: middle.moved(along, along * 0.4), zoom: 1.0 }
        });
        let roaming = frames(&ctx, &mut canvas, &mut scene, |i, _| Camera {
            center: middle.moved(i as f32 * 12.0, 400.0 + i as f32 * 5.0),
            zoom: 1.0,
        });
        let sweeps = [(); 3].map(|()| {
            let ctx = egui::Context::default();
            isobar::app::fonts::install(&ctx);
            frames(&ctx, &mut BoardCanvas::default(), &mut scene, |i, _| Camera {
                center: middle,
                zoom: fit.zoom * (1.0 / fit.zoom).powf(i as f32 / FRAMES as f32),
            })
        });
        let zooming = sweeps.iter().map(|sweep| sweep.mean).min().unwrap_or_default();
        let dragged = StickyId(Id::new(0, n / 2));
        let key = Key::Sticky(dragged);
        let touched = BTreeSet::from([&key]);
        let dragging = frames(&ctx, &mut canvas, &mut scene, |_, scene| {
            let sticky = board.stickies.get_mut(&dragged).expect("half way down the board");
            sticky.at = sticky.at.moved(3.0, 1.0);
            assert!(scene.follow(&board, &touched));
            Camera { center: middle, zoom: 1.0 }
        });
        let mut document = Document::new(board.clone(), None, 1);
        let mut derived = Derived::default();
        let place = |n: u32| Intent::PlaceSticky {
            kind: StickyKind::Event,
            name: format!("Thing {n} happened"),
            at: middle,
        };
        // The first edit after opening copies the board that is on disk.
        document.perform(&place(0)).expect("there is room");
        drop(derived.scene(&document, Level::Design));
        let mut count = 0;
        let edit = mean(5, || {
            count += 1;
            document.perform(&place(count)).expect("there is room");
            drop(derived.scene(&document, Level::Design));
        });
        let topology = mean(5, || drop(isobar::topology::derive(document.board())));
        let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
        println!(
            "{n:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
            ms(whole.mean),
            ms(window),
            ms(panning.mean),
            ms(roaming.mean),
            ms(zooming),
            ms(worst(&sweeps)),
            ms(dragging.mean),
            ms(opening),
            ms(edit),
            ms(topology)
        );
    }
    if sizes.len() > 1 {
        topology_frames();
    }
}

/// Frames of the graph of a hundred services that publish a thousand events.
fn topology_frames() {
    let board = generator::board(10, 100);
    let graph = project(&board, &isobar::topology::derive(&board), View::Events);
    let picture = Diagram::of(&graph, &Groups::none(&graph), Arrangement::Flow, None);
    let around = graph.node_indices().map(|at| {
        graph.neighbors_undirected(at).chain([at]).map(petgraph::graph::NodeIndex::index).collect()
    });
    let theme = Theme::new(false);
    let ctx = egui::Context::default();
    isobar::app::fonts::install(&ctx);
    let mut panel = GraphPanel::new(&picture, around.collect(), &theme);
    let mut frame = 0;
    let mut run = |events: &dyn Fn(usize) -> Vec<egui::Event>| {
        let mut start = Duration::ZERO;
        for i in 0..FRAMES + 5 {
            if i == 5 {
                start = now();
            }
            frame += 1;
            let input = egui::RawInput {
                screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1600.0, 1000.0))),
                time: Some(f64::from(frame) / 60.0),
                events: events(i),
                ..egui::RawInput::default()
            };
            let mut output = ctx.run_ui(input, |ui| {
                panel.ui(ui, &theme);
            });
            // There is no screen to bring the letters to.
            output.textures_delta.clear();
            assert!(!ctx.tessellate(output.shapes, output.pixels_per_point).is_empty());
        }
        (now() - start) / u32::try_from(FRAMES).unwrap_or(1)
    };
    let pointer = |x: f32, y: f32| egui::Event::PointerMoved(egui::pos2(x, y));
    let hovering = run(&|i| vec![pointer(200.0 + i as f32 * 19.0, 120.0 + i as f32 * 11.0)]);
    let wheel = |y: f32| egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, y),
        modifiers: egui::Modifiers::NONE,
        phase: egui::TouchPhase::Move,
    };
    let zooming = run(&|_| vec![pointer(800.0, 500.0), wheel(24.0)]);
    let near = run(&|i| vec![pointer(700.0 + i as f32 * 3.0, 500.0)]);
    let rest = run(&|_| Vec::new());
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
    println!(
        "topology, {} nodes, {} edges: pointer over all of it {}, zooming {}, pointer at close range {}, at rest {}",
        graph.node_count(),
        graph.edge_count(),
        ms(hovering),
        ms(zooming),
        ms(near),
        ms(rest),
    );
}
