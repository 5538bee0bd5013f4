//! Links proposed from the layout: looked at one by one, drawn, ignored, and asked for again.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::context::Command;
use isobar::app::{App, Start};
use isobar::view::Action;

use super::kit::{Folder, board, open, press, settle};

/// The small board without its links, with its proposals showing; what is decided is remembered in `state`.
fn proposing(folder: &Folder, state: Option<&Path>) -> Harness<'static, App> {
    let path = folder.path("shop.ron");
    if !path.exists() {
        let text = std::fs::read_to_string(folder.board()).unwrap();
        let (stickies, _) = text.split_once("links:").unwrap();
        std::fs::write(&path, format!("{stickies})")).unwrap();
    }
    let mut harness = match state.map(Path::to_owned) {
        None => open(Some(&path)),
        Some(state) => {
            let start = Start { board: Some(path), replay: None, at: None };
            let builder = Harness::builder().with_size(egui::vec2(1280.0, 720.0)).with_max_steps(240);
            builder.with_step_dt(1.0 / 60.0).build_eframe(move |cc| {
                let mut app = App::new(&cc.egui_ctx, start);
                app.remember_in(&cc.egui_ctx, &state);
                app
            })
        }
    };
    run(&mut harness, Action::ToggleProposals);
    harness
}

fn run(harness: &mut Harness<'static, App>, action: Action) {
    harness.state_mut().send(Command::Run(action));
    settle(harness);
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    settle(harness);
}

#[test]
fn proposals_are_walked_through_drawn_and_ignored_one_by_one() {
    let folder = Folder::new();
    let mut harness = proposing(&folder, None);
    harness.get_by_label("1 of 3");
    harness.get_by_label_contains("The command Place order stands right of the actor Client");
    click(&mut harness, "Draw");
    assert_eq!(board(&harness).links.len(), 1);
    harness.get_by_label("1 of 2");
    click(&mut harness, "Next proposed link");
    harness.get_by_label_contains("The domain event Order placed stands right of the service Shop");
    click(&mut harness, "Ignore");
    harness.get_by_label("1 of 1");
    click(&mut harness, "Draw all");
    assert_eq!(board(&harness).links.len(), 2, "what is ignored is not drawn");
    harness.get_by_label("The layout proposes no more links.");
    click(&mut harness, "Propose 1 ignored again");
    harness.get_by_label("1 of 1");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    harness.get_by_label("1 of 2");
    click(&mut harness, "Hide proposed links");
    assert!(harness.query_by_label("1 of 2").is_none());
}

#[test]
fn what_was_ignored_stays_ignored_at_the_next_start() {
    let folder = Folder::new();
    let state = folder.path("state");
    let mut harness = proposing(&folder, Some(&state));
    harness.get_by_label("1 of 3");
    click(&mut harness, "Ignore");
    harness.get_by_label("1 of 2");
    drop(harness);
    let mut harness = proposing(&folder, Some(&state));
    harness.get_by_label("1 of 2");
    click(&mut harness, "Ignore all");
    harness.get_by_label("The layout proposes no more links.");
    assert!(board(&harness).links.is_empty() && !harness.state().document().is_dirty());
    drop(harness);
    let mut harness = proposing(&folder, Some(&state));
    run(&mut harness, Action::AcceptProposals);
    assert!(board(&harness).links.is_empty());
    run(&mut harness, Action::ProposeAgain);
    harness.get_by_label("1 of 3");
}

#[test]
fn a_click_draws_a_proposed_link_and_its_menu_ignores_it() {
    let folder = Folder::new();
    let mut harness = proposing(&folder, None);
    let between = |harness: &Harness<'static, App>, a: &str, b: &str| {
        let (a, b) = (harness.get_by_label(a).rect(), harness.get_by_label(b).rect());
        egui::pos2((a.right() + b.left()) / 2.0, (a.center().y + b.center().y) / 2.0)
    };
    let at = between(&harness, "Command Place order", "Service Shop");
    super::kit::click(&mut harness, at);
    assert_eq!(board(&harness).links.len(), 1);
    let at = between(&harness, "Service Shop", "Domain event Order placed");
    let button = |pressed| egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Secondary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(at);
    harness.step();
    harness.event(button(true));
    harness.step();
    harness.event(button(false));
    settle(&mut harness);
    click(&mut harness, "Ignore this link");
    harness.get_by_label("1 of 1");
    assert_eq!(board(&harness).links.len(), 1);
}

/// Tab until what has this label has the keyboard focus.
fn walk_to(harness: &mut Harness<'static, App>, label: &str) {
    for _ in 0..80 {
        if harness.get_by_label(label).is_focused() {
            return;
        }
        press(harness, Modifiers::NONE, Key::Tab);
    }
    panic!("Tab never comes to {label}");
}

#[test]
fn the_keyboard_walks_to_proposed_links_on_the_board_and_decides_them_there() {
    let folder = Folder::new();
    let mut harness = proposing(&folder, None);
    walk_to(&mut harness, "Proposed link: Client issues Place order");
    harness.get_by_label("1 of 3");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(board(&harness).links.len(), 1, "Enter draws the link");
    assert!(harness.query_by_label("Proposed link: Client issues Place order").is_none());
    let next = "Proposed link: Place order is handled by Shop";
    assert!(harness.get_by_label(next).is_focused(), "the focus goes on to the next");
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!(board(&harness).links.len(), 1);
    assert_eq!(board(&harness).stickies.len(), 4, "Delete takes nothing off the board");
    assert!(harness.query_by_label(next).is_none(), "Delete ignores the link");
    // Screen readers click.
    harness.get_by_label("Proposed link: Shop publishes Order placed").click_accesskit();
    settle(&mut harness);
    assert_eq!(board(&harness).links.len(), 2);
}
