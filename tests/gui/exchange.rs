//! Boards of other tools, pictures, and the story of a board.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use isobar::app::context::Command;
use isobar::board::StickyKind;
use isobar::scene::Scene;
use isobar::view::Action;

use super::keeping::wait_for;
use super::kit::{Folder, board, centre, click, open, press, settle};

const MIRO: &str = r##"{"data": [
  {"id": "1", "type": "sticky_note", "data": {"content": "<p>Order placed</p>"}, "style": {"fillColor": "#ff9900"},
   "geometry": {"width": 224}, "position": {"x": 500, "y": 100}},
  {"id": "2", "type": "sticky_note", "data": {"content": "Place order"}, "style": {"fillColor": "cyan"},
   "geometry": {"width": 224}, "position": {"x": 100, "y": 100}}
], "connectors": [{"startItem": {"id": "2"}, "endItem": {"id": "1"}}]}"##;

fn kinds(board: &isobar::board::Board) -> Vec<StickyKind> {
    board.stickies.values().map(|sticky| sticky.kind).collect()
}

#[test]
fn a_miro_board_is_imported_by_a_legend_and_joins_the_open_board_as_one_step() {
    let folder = Folder::new();
    let path = folder.path("workshop.json");
    std::fs::write(&path, MIRO).unwrap();
    let mut harness = open(Some(&folder.board()));
    harness.state_mut().send(Command::Import(vec![path]));
    wait_for(&mut harness, "From Miro: 2 stickies, 1 link");
    harness.get_by_label_contains("marked cyan became free text");
    harness.get_by_label("Kind of cyan").click();
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Button, "Command").click();
    settle(&mut harness);
    assert!(harness.query_by_label_contains("marked cyan").is_none(), "the legend says what it is now");
    harness.get_by_label("Add to this board").click();
    settle(&mut harness);
    assert_eq!((board(&harness).stickies.len(), board(&harness).links.len()), (6, 4));
    assert_eq!(kinds(board(&harness)).iter().filter(|kind| **kind == StickyKind::Command).count(), 2);
    assert_eq!(harness.state().selection().len(), 2, "what came in is selected");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(board(&harness).stickies.len(), 4);
}

/// A file let go over the window, as the window system tells of it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_file(harness: &mut egui_kittest::Harness<'static, isobar::app::App>, path: &Path) {
    harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_owned())));
    harness.step();
}

#[test]
fn what_is_dropped_on_the_window_opens() {
    let folder = Folder::new();
    let path = folder.path("lines.txt");
    std::fs::write(&path, "Place order -> Shop -> Order placed\n").unwrap();
    let mut harness = open(None);
    drop_file(&mut harness, &path);
    wait_for(&mut harness, "From lines of text: 3 stickies, 2 links");
    harness.get_by_label("Open as a new board").click();
    settle(&mut harness);
    harness.get_by_label("Service Shop");
    let ours = folder.board();
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    drop_file(&mut harness, &ours);
    wait_for(&mut harness, "Actor Client");
}

#[test]
fn a_picture_is_exported_to_a_typed_path() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    isobar::app::pick::type_paths(&harness.ctx);
    for (name, begins) in [("shop.png", &b"\x89PNG"[..]), ("shop.svg", b"<svg"), ("shop.html", b"<!")] {
        harness.state_mut().send(Command::Run(Action::ExportPicture));
        settle(&mut harness);
        harness.get_by_label("Path").click();
        settle(&mut harness);
        press(&mut harness, Modifiers::COMMAND, Key::A);
        let path = folder.path(name);
        harness.event(egui::Event::Text(path.display().to_string()));
        settle(&mut harness);
        press(&mut harness, Modifiers::NONE, Key::Enter);
        wait_for(&mut harness, name);
        let picture = std::fs::read(&path).unwrap();
        assert!(picture.starts_with(begins), "{name}: {:?}", String::from_utf8_lossy(&picture[..40]));
        let text = String::from_utf8_lossy(&picture);
        assert!(name.ends_with("png") || text.contains("Order placed"), "{name} shows the board");
    }
}

#[test]
fn the_picture_has_the_places_of_the_screen() {
    let folder = Folder::new();
    let harness = open(Some(&folder.board()));
    let svg = isobar::scene::svg::write(
        &Scene::of(board(&harness)),
        "Shop",
        &isobar::scene::palette::Palette::new(false),
    );
    // Where each sticky's paper is in the picture: the last rectangle of its group.
    let place = |label: &str| -> [f32; 4] {
        let group = svg
            .split("<g id=\"sticky-")
            .find(|group| group.contains(&format!("<title>{label}</title>")))
            .unwrap();
        let rect = group.rsplit("<rect ").next().unwrap();
        ["x", "y", "width", "height"].map(|name| {
            let value = rect.split(&format!("{name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().parse().unwrap()
        })
    };
    let labels = ["Actor Client", "Command Place order", "Service Shop", "Domain event Order placed"];
    let screen = |label: &str| {
        let rect = harness.get_by_label(label).rect();
        [rect.left(), rect.top(), rect.width(), rect.height()]
    };
    // One zoom and one offset take every rectangle of the picture to that of the screen.
    let (first, last) = (labels[0], labels[3]);
    let zoom = (screen(last)[0] - screen(first)[0]) / (place(last)[0] - place(first)[0]);
    let (left, top) = (screen(first)[0] - place(first)[0] * zoom, screen(first)[1] - place(first)[1] * zoom);
    for label in labels {
        let [x, y, w, h] = place(label);
        for (drawn, seen) in
            [x * zoom + left, y * zoom + top, w * zoom, h * zoom].into_iter().zip(screen(label))
        {
            assert!((drawn - seen).abs() < 0.6, "{label}: {drawn} in the picture, {seen} on the screen");
        }
    }
}

#[test]
fn the_story_is_scrubbed_and_played_and_changes_nothing() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    for label in ["Service Shop", "Actor Client"] {
        let at = centre(&harness, label);
        click(&mut harness, at);
        press(&mut harness, Modifiers::NONE, Key::Delete);
    }
    let now = board(&harness).clone();
    harness.state_mut().send(Command::Run(Action::Story));
    settle(&mut harness);
    harness.get_by_label("2 of 2");
    harness.get_by_label_contains("Delete sticky");
    press(&mut harness, Modifiers::NONE, Key::Home);
    harness.get_by_label("0 of 2");
    harness.get_by_label("As it was when it was first opened");
    harness.get_by_label("Service Shop");
    press(&mut harness, Modifiers::NONE, Key::Space);
    for _ in 0..120 {
        harness.step();
    }
    harness.get_by_label("2 of 2");
    assert!(harness.query_by_label("Service Shop").is_none());
    // Keys that would change the board are meant for the past, which does not change.
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*board(&harness), now);
    harness.state_mut().send(Command::Run(Action::Story));
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    harness.get_by_label("1 of 2");
    harness.get_by_label("Return to now").click();
    settle(&mut harness);
    assert_eq!(*board(&harness), now);
    assert!(harness.query_by_label("Return to now").is_none());
}
