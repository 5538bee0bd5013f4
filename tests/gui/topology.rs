//! The Topology workspace: questions about a node, the matrix, filters, groups, a board too large to draw whole.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::App;
use isobar::board::{Board, Frame, FrameId, Id, Link, LinkId, Point, Size, Sticky, StickyId, StickyKind};

use super::kit::{Folder, open, press, settle};

fn sample(name: &str) -> Harness<'static, App> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-boards").join(name);
    let mut harness = open(Some(&path));
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    harness
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    settle(harness);
}

#[test]
fn a_node_tells_who_is_affected_when_it_is_down() {
    let mut harness = sample("avatar-store/synchronous.ron");
    harness.get_by_label_contains("Inventory, ").click();
    settle(&mut harness);
    click(&mut harness, "goes down");
    harness.get_by_label("Store fails");
    click(&mut harness, "changes");
    assert!(harness.query_by_label("Store fails").is_none());
    harness.get_by_label_contains("Store writes it");
}

#[test]
fn a_path_leads_from_one_node_to_the_next_one_chosen() {
    let mut harness = sample("avatar-store/choreography.ron");
    harness.get_by_label_contains("Client, ").click();
    settle(&mut harness);
    click(&mut harness, "Path from here");
    harness.get_by_label_contains("AvatarAssigned, ").click();
    settle(&mut harness);
    harness.get_by_label("Step: Client");
    harness.get_by_label("Step: BalanceDeducted");
}

#[test]
fn who_is_behind_a_channel_is_told_and_one_click_away() {
    let mut harness = sample("car-marketplace/god-event.ron");
    harness.get_by_label_contains("VehicleAcquired, ").click();
    settle(&mut harness);
    click(&mut harness, "Used by: Inventory via Vehicle stream");
    harness.get_by_label("Hears: VehicleAcquired via Vehicle stream");
}

#[test]
fn the_matrix_says_how_far_changes_reach() {
    let mut harness = sample("avatar-store/synchronous.ron");
    click(&mut harness, "Matrix");
    harness.get_by_label_contains("a change reaches");
}

#[test]
fn a_filter_leaves_out_and_can_be_taken_back() {
    let mut harness = sample("car-marketplace/after.ron");
    let rows = |harness: &Harness<'static, App>| harness.query_all_by_label_contains(" in, ").count();
    let all = rows(&harness);
    click(&mut harness, "Filter");
    click(&mut harness, "Analytics");
    assert!(rows(&harness) < all);
    click(&mut harness, "Filter · 1");
    click(&mut harness, "Show everything");
    assert_eq!(rows(&harness), all);
}

/// Twenty frames of a hundred services each, every service with an event that the next one hears.
fn company() -> Board {
    let mut board = Board::default();
    let (frames, services) = (20, 100);
    let id = |n: u32| StickyId(Id::new(0, n + 1));
    for n in 0..frames * services {
        let at = Point::new((n / services) as f32 * 1_000.0, (n % services) as f32 * 140.0);
        let service =
            Sticky { kind: StickyKind::Service, name: format!("Service {n}"), at, ..Sticky::default() };
        let beside = Point::new(at.x + 300.0, at.y);
        let event = Sticky {
            kind: StickyKind::Event,
            name: format!("Thing{n}Done"),
            at: beside,
            ..Sticky::default()
        };
        board.stickies.insert(id(2 * n), service);
        board.stickies.insert(id(2 * n + 1), event);
        let link = |from, to| Link { from, to, ..Link::default() };
        board.links.insert(LinkId(Id::new(1, 2 * n + 1)), link(id(2 * n), id(2 * n + 1)));
        let next = (n + 1) % (frames * services);
        board.links.insert(LinkId(Id::new(1, 2 * n + 2)), link(id(2 * n + 1), id(2 * next)));
    }
    for n in 0..frames {
        let frame = Frame {
            name: format!("Domain {n}"),
            at: Point::new(n as f32 * 1_000.0 - 50.0, -50.0),
            size: Size::new(600.0, services as f32 * 140.0 + 50.0),
            ..Frame::default()
        };
        board.frames.insert(FrameId(Id::new(2, n + 1)), frame);
    }
    board
}

#[test]
fn a_board_too_large_to_draw_shows_its_frames_as_nodes() {
    let folder = Folder::new();
    let path = folder.path("company.ron");
    isobar::io::save(&path, &company()).unwrap();
    let mut harness = open(Some(&path));
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    for _ in 0..2_000 {
        harness.step();
        if harness.query_by_label_contains("Service 0, ").is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    settle(&mut harness);
    harness.get_by_label_contains("Double click opens a group");
    // The list still knows every service, and finds it.
    harness.get_by_label("Service 0, 1 in, 1 out");
    // A closed group opens without a pointer, and closes again.
    harness.get_by_label("Open Domain 3").focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    for _ in 0..2_000 {
        harness.step();
        if harness.query_by_label("Open Domain 3").is_none() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(harness.query_by_label("Open Domain 3").is_none(), "it is open");
    harness.get_by_label("Open Domain 4");
    harness.get_by_label_contains("Domain 3 ×");
}
