//! What the tests share: the real app in a harness, and a board to open in it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use egui::{Key, Modifiers, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::{App, Start};
use isobar::board::Board;

/// A folder that is removed when the test ends.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A small board on disk: a client, a command, a shop and an event.
    pub(crate) fn board(&self) -> PathBuf {
        let path = self.path("shop.ron");
        let text = r#"(
            format: 1,
            settings: (title: "Shop"),
            stickies: {
                "1": (kind: actor, name: "Client", at: (0, 12)),
                "2": (kind: command, name: "PlaceOrder", at: (140, 0)),
                "3": (kind: service, name: "Shop", at: (300, 0)),
                "4": (kind: event, name: "OrderPlaced", at: (460, 0)),
            },
            links: {
                "5": (from: "1", to: "2"),
                "6": (from: "2", to: "3"),
                "7": (from: "3", to: "4"),
            },
        )"#;
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// A copy of a sample board, such as `pizza/event-driven`, in a folder that nobody else opens it in: an open board has a
/// journal beside it, and two windows on one file notice each other.
pub(crate) fn sample(name: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = name.trim_end_matches(".ron");
    let sample =
        isobar::samples::SAMPLES.iter().find(|sample| sample.name == name).expect("a sample of this name");
    let own = format!("boards-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(own).join(format!("{name}.ron"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, sample.text).unwrap();
    path
}

/// The app with a board open, or on the start screen.
pub(crate) fn open(board: Option<&Path>) -> Harness<'static, App> {
    let start = Start { board: board.map(Path::to_owned), replay: None, at: None };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 720.0))
        .with_max_steps(240)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, start));
    settle(&mut harness);
    harness
}

/// Runs frames until nothing moves.
pub(crate) fn settle(harness: &mut Harness<'static, App>) {
    harness.run_ok();
}

pub(crate) fn board<'a>(harness: &'a Harness<'static, App>) -> &'a Board {
    harness.state().document().board()
}

pub(crate) fn centre(harness: &Harness<'static, App>, label: &str) -> Pos2 {
    harness.get_by_label(label).rect().center()
}

pub(crate) fn press(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    settle(harness);
}

/// Types text as the window system hands it over: letter by letter.
pub(crate) fn write(harness: &mut Harness<'static, App>, text: &str) {
    for letter in text.chars() {
        harness.event(egui::Event::Text(letter.to_string()));
        harness.step();
    }
    settle(harness);
}

/// Drags from one place to another in a few steps.
pub(crate) fn drag(harness: &mut Harness<'static, App>, from: Pos2, to: Pos2) {
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(from);
    harness.step();
    harness.event(button(from, true));
    harness.step();
    for part in [0.2, 0.5, 0.8, 1.0] {
        harness.hover_at(from + (to - from) * part);
        harness.step();
    }
    harness.event(button(to, false));
    settle(harness);
}

/// Clicks at a place.
pub(crate) fn click(harness: &mut Harness<'static, App>, at: Pos2) {
    drag(harness, at, at);
}
