//! A frame of a running board without a window: 5,000 messages on their way, built and tessellated.
//!
//! `cargo bench --bench animation` prints milliseconds of processor time a frame, with the whole board in view, for a
//! sample board and one of 300 stickies; 60 frames a second leave 16.7. A second figure takes in what the simulation
//! itself does in that time on the sample, at a speed that keeps that many messages in flight.

use std::time::{Duration, Instant};

use isobar::app::canvas::{Badge, BoardCanvas, Corner, Dot, DotLook, Overlays, Tone};
use isobar::app::theme::Theme;
use isobar::board::format::{self, Syntax};
use isobar::board::{Board, Id, Link, LinkId, Point, Sticky, StickyId, StickyKind};
use isobar::scene::Scene;
use isobar::simulation::Simulation;
use isobar::view::{Camera, Selection};

const FRAMES: usize = 120;
const DOTS: usize = 5_000;

/// The processor time of this thread, where the system tells; the clock elsewhere.
fn now() -> Duration {
    thread_local!(static START: Instant = Instant::now());
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.with(Instant::elapsed), Duration::from_nanos)
}

/// Services and events in turn on a grid, each linked to the next.
fn grid(n: u32) -> Board {
    let mut board = Board::default();
    for i in 0..n {
        let kind = if i % 2 == 0 { StickyKind::Service } else { StickyKind::Event };
        let at = Point::new((i % 20) as f32 * 160.0, (i / 20) as f32 * 130.0);
        let sticky = Sticky { kind, name: format!("Seat {i} reserved"), at, ..Sticky::default() };
        board.stickies.insert(StickyId(Id::new(0, i + 1)), sticky);
        let (from, to) = (StickyId(Id::new(0, i + 1)), StickyId(Id::new(0, i + 2)));
        if i + 1 < n {
            board.links.insert(LinkId(Id::new(1, i + 1)), Link { from, to, ..Link::default() });
        }
    }
    board
}

/// The dots of a frame: all links evenly, each dot a little further than in the frame before.
fn overlays(board: &Board, frame: usize) -> Overlays {
    let links: Vec<LinkId> = board.links.keys().copied().collect();
    let looks =
        [DotLook::Plain, DotLook::Plain, DotLook::Plain, DotLook::Duplicate, DotLook::Retry, DotLook::Dead];
    let dot = |at: usize| Dot {
        link: links[at % links.len()],
        at: ((at as f32).mul_add(0.618, frame as f32 / 42.0)).fract(),
        token: if at.is_multiple_of(3) { "command" } else { "event" },
        look: looks[at % looks.len()],
        followed: at.is_multiple_of(200),
    };
    let badge = |(at, (id, _)): (usize, (&StickyId, &Sticky))| Badge {
        sticky: *id,
        corner: Corner::TopRight,
        text: (at + frame).to_string(),
        tone: Tone::Plain,
    };
    let badges =
        board.stickies.iter().enumerate().filter(|(at, _)| at.is_multiple_of(4)).map(badge).collect();
    Overlays { dots: (0..DOTS).map(dot).collect(), badges, ..Overlays::default() }
}

/// The mean and the longest frame; `work` is done before each.
fn frames(board: &Board, mut work: impl FnMut()) -> (Duration, Duration) {
    let scene = Scene::of(board);
    let ctx = egui::Context::default();
    isobar::app::fonts::install(&ctx);
    let mut canvas = BoardCanvas::default();
    let bounds = scene.bounds.unwrap_or_default();
    canvas.camera = Camera::fitted(bounds, isobar::board::Size::new(1920.0, 1080.0), 48.0, 1.25);
    let (theme, selection) = (Theme::new(true), Selection::default());
    let (mut sum, mut longest) = (Duration::ZERO, Duration::ZERO);
    for frame in 0..FRAMES + 10 {
        let start = now();
        work();
        let overlays = overlays(board, frame);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1920.0, 1080.0))),
            time: Some(frame as f64 / 60.0),
            ..egui::RawInput::default()
        };
        let output = ctx.run_ui(input, |ui| {
            canvas.show(ui, &scene, &theme, &selection, &overlays);
        });
        assert!(!ctx.tessellate(output.shapes, output.pixels_per_point).is_empty());
        // The first frames lay out what is in view.
        if frame >= 10 {
            let took = now() - start;
            sum += took;
            longest = longest.max(took);
        }
    }
    (sum / u32::try_from(FRAMES).unwrap_or(1), longest)
}

fn main() {
    let told = |name: &str, (mean, longest): (Duration, Duration)| {
        let (mean, longest) = (mean.as_secs_f64() * 1e3, longest.as_secs_f64() * 1e3);
        println!("{name:<44} {mean:>6.2} ms a frame, {longest:>6.2} ms the longest");
    };
    let path = format!("{}/sample-boards/avatar-store/orchestration.ron", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the sample is in the repository");
    let sample = format::read(&text, Syntax::Ron).expect("the sample is a board");
    println!("{DOTS} messages in flight, 1920×1080");
    told("avatar-store/orchestration", frames(&sample, || {}));
    told("a board of 300 stickies", frames(&grid(300), || {}));
    let mut simulation = Simulation::new(&sample, None, 7).expect("the sample runs");
    let step = || {
        let until = simulation.now() + 10_000_000_000;
        simulation.run_until(until);
    };
    told("orchestration, with its simulation at ×600", frames(&sample, step));
}
