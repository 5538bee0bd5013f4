//! The Board workspace by pointer: open, select, rename, move, link, add, undo, save.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use isobar::board::StickyKind;
use isobar::view::Item;

use super::kit::{Folder, board, centre, click, drag, open, press, settle, write};

#[test]
fn a_board_opens_with_every_sticky_named() {
    let folder = Folder::new();
    let harness = open(Some(&folder.board()));
    for label in ["Actor Client", "Command Place order", "Service Shop", "Domain event Order placed"] {
        harness.get_by_label(label);
    }
    harness.get_by_label("Saved");
}

#[test]
fn an_idle_app_draws_no_frames() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    settle(&mut harness);
    harness.step();
    let asked = harness.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert!(asked.is_none_or(|delay| delay.as_secs() > 3_600), "{asked:?}");
}

#[test]
fn a_click_selects_and_the_inspector_shows_it() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    assert!(matches!(harness.state().selection().only(), Some(Item::Sticky(_))));
    harness.get_by_label("Versions");
    harness.get_by_label("Subscribers");
}

#[test]
fn a_double_click_renames_and_undo_takes_it_back() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    click(&mut harness, at);
    harness.get_by_label("Name of the selected item");
    write(&mut harness, "Store");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Service Store");
    harness.get_by_label("Not saved yet");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    harness.get_by_label("Service Shop");
    harness.get_by_label("Saved");
}

#[test]
fn a_drag_is_one_step() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let before = board(&harness).clone();
    let at = centre(&harness, "Service Shop");
    drag(&mut harness, at, at + vec2(20.0, 130.0));
    assert_ne!(*board(&harness), before);
    assert_eq!(harness.state().document().history().log().len(), 1);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*board(&harness), before);
}

#[test]
fn a_handle_links_two_stickies() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let client = harness.get_by_label("Actor Client").rect();
    let shop = centre(&harness, "Service Shop");
    // The handle under the lower edge.
    drag(&mut harness, client.center_bottom() + vec2(0.0, 10.0), shop);
    assert_eq!(board(&harness).links.len(), 4, "an actor may point at a service; it just means nothing");
    let link = board(&harness).links.values().last().unwrap();
    assert_eq!(board(&harness).link_meaning(link), None);
}

#[test]
fn a_link_let_go_over_paper_offers_what_may_follow() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let event = harness.get_by_label("Domain event Order placed").rect();
    drag(&mut harness, event.center_bottom() + vec2(0.0, 10.0), event.center_bottom() + vec2(0.0, 140.0));
    assert!(harness.query_by_label("Hotspot").is_none(), "a hotspot does not follow an event");
    let policy = centre(&harness, "Policy");
    click(&mut harness, policy);
    write(&mut harness, "Cook it");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let board = board(&harness);
    assert_eq!((board.stickies.len(), board.links.len()), (5, 4));
    assert!(
        board.stickies.values().any(|sticky| sticky.kind == StickyKind::Policy && sticky.name == "Cook it")
    );
}

#[test]
fn the_rail_places_stickies() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    harness.get_by_label("Add hotspot").click();
    settle(&mut harness);
    let below = centre(&harness, "Service Shop") + vec2(0.0, 160.0);
    click(&mut harness, below);
    write(&mut harness, "Who pays?");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Hotspot Who pays?");
    assert_eq!(harness.state().document().history().log().len(), 1, "placing and naming are one step");
}

#[test]
fn delete_takes_links_along() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!((board(&harness).stickies.len(), board(&harness).links.len()), (3, 1));
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!((board(&harness).stickies.len(), board(&harness).links.len()), (4, 3));
}

#[test]
fn the_inspector_changes_an_availability() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Availability").click();
    settle(&mut harness);
    write(&mut harness, "99.7");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(board(&harness).services["Shop"].availability, Some(0.997));
}

#[test]
fn the_inspector_adds_a_schema_field() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    harness.get_by_label("+ version").click();
    settle(&mut harness);
    harness.get_by_label_contains("Add field").click();
    settle(&mut harness);
    assert_eq!(board(&harness).events["OrderPlaced"].versions[0].schema.fields[0].name, "field");
    harness.get_by_label("Field field");
}

#[test]
fn a_schema_is_made_of_a_pasted_example_and_edited_as_json() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    harness.get_by_label("+ version").click();
    settle(&mut harness);
    harness.get_by_label("From example").click();
    settle(&mut harness);
    let area = egui::accesskit::Role::MultilineTextInput;
    harness.get_by_role_and_label(area, "Example payloads").click();
    settle(&mut harness);
    harness.event(egui::Event::Paste("{\"orderId\": \"o-1\", \"total\": 12.5, ".to_owned()));
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Line 1").is_some(), "half an example is no example");
    harness.event(egui::Event::Paste("\"gift\": true}".to_owned()));
    settle(&mut harness);
    harness.get_by_label("Schema").click();
    settle(&mut harness);
    harness.get_by_label("3 fields in 1 payloads");
    harness.get_by_label("Use as schema").click();
    settle(&mut harness);
    let schema = |harness: &egui_kittest::Harness<'static, isobar::app::App>| {
        board(harness).events["OrderPlaced"].versions[0].schema.clone()
    };
    let names: Vec<String> = schema(&harness).fields.iter().map(|field| field.name.clone()).collect();
    assert_eq!(names, ["orderId", "total", "gift"]);
    harness.get_by_label("Field total");
    harness.get_by_label("JSON").click();
    settle(&mut harness);
    harness.get_by_role_and_label(area, "Schema as JSON").click();
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::A);
    let text =
        r#"{"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "minLength": 3}}}"#;
    harness.event(egui::Event::Paste(text.to_owned()));
    settle(&mut harness);
    harness.get_by_label("Schema").click();
    settle(&mut harness);
    assert_eq!(schema(&harness).fields[0].min, Some(3.0));
}

#[test]
fn an_example_is_checked_against_its_schema_while_it_is_typed() {
    let folder = Folder::new();
    let path = folder.path("shop.ron");
    let text = r#"(
        format: 1,
        events: {"OrderPlaced": (versions: [(version: "1", schema: (fields: [(name: "total", type: number)]), examples: [{"total": 1}])])},
        stickies: {"1": (kind: event, name: "OrderPlaced", at: (0, 0))},
    )"#;
    std::fs::write(&path, text).unwrap();
    let mut harness = open(Some(&path));
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    let area = egui::accesskit::Role::MultilineTextInput;
    harness.get_by_role_and_label(area, "Example 1").click();
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Paste("{\"total\": \"much\"}".to_owned()));
    settle(&mut harness);
    assert!(harness.query_by_label_contains("is not of type").is_some(), "told before it is left");
    assert_eq!(board(&harness).events["OrderPlaced"].versions[0].examples, [serde_json::json!({"total": 1})]);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    assert!(harness.query_by_label_contains("is not of type").is_none(), "Escape puts the old text back");
    harness.get_by_label("Add example").click();
    settle(&mut harness);
    assert_eq!(board(&harness).events["OrderPlaced"].versions[0].examples.len(), 2);
}

#[test]
fn saving_writes_the_file_and_a_bad_file_leaves_the_board_open() {
    let folder = Folder::new();
    let path = folder.board();
    let mut harness = open(Some(&path));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    press(&mut harness, Modifiers::COMMAND, Key::S);
    for _ in 0..2_000 {
        if !harness.state().document().is_dirty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        harness.step();
    }
    assert_eq!(isobar::io::load(&path).unwrap().board, *board(&harness));
    let bad = folder.path("bad.ron");
    std::fs::write(&bad, "(format: 1, stickies: {").unwrap();
    harness.state_mut().send(isobar::app::context::Command::Open(bad));
    for _ in 0..2_000 {
        harness.step();
        if harness.query_by_label_contains("bad.ron").is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    harness.get_by_label_contains("bad.ron");
    assert_eq!(board(&harness).stickies.len(), 3);
}

#[test]
fn the_palette_runs_actions_and_goes_to_stickies() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::COMMAND, Key::K);
    write(&mut harness, "select all");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().selection().len(), 4);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    write(&mut harness, "order placed");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().selection().len(), 1);
}

#[test]
fn escape_closes_what_lies_over_the_board_and_its_keys_do_not_reach_the_board() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::COMMAND, Key::A);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Search or run…");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_role_and_label(egui::accesskit::Role::TextInput, "Search or run…").is_none());
    assert_eq!(harness.state().selection().len(), 4, "Escape was for the palette");
    press(&mut harness, Modifiers::NONE, Key::Delete);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Do not save");
    write(&mut harness, "e");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Do not save").is_none());
    assert!(board(&harness).stickies.is_empty(), "no letter reached the board");
}

#[test]
fn every_workspace_draws_in_both_themes() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    for _ in 0..2 {
        for name in ["Topology", "Simulate", "Replay", "Contracts", "Board"] {
            harness.state_mut().send(isobar::app::context::Command::SwitchTo(name));
            harness.run_steps(4);
        }
        press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    }
}

#[test]
fn a_crash_loses_nothing() {
    let folder = Folder::new();
    let path = folder.board();
    let mut harness = open(Some(&path));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    let before = board(&harness).clone();
    // Dropped without closing the window in order: nothing gets a chance to tidy up.
    drop(harness);
    let mut harness = open(Some(&path));
    harness.get_by_label_contains("1 change brought back");
    assert_eq!(*board(&harness), before);
    harness.get_by_label("Not saved yet");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(board(&harness).stickies.len(), 4, "what was brought back can be undone");
}

#[test]
fn unsaved_changes_are_not_replaced_without_asking() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    assert_eq!(board(&harness).stickies.len(), 3);
    harness.get_by_label("Cancel").click();
    settle(&mut harness);
    assert_eq!(board(&harness).stickies.len(), 3);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Do not save").click();
    settle(&mut harness);
    assert!(board(&harness).stickies.is_empty());
}

#[test]
fn every_sticky_and_link_is_reached_by_keyboard() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..140 {
        press(&mut harness, Modifiers::NONE, Key::Tab);
        reached.extend(harness.state().selection().only());
    }
    assert_eq!(reached.len(), 7, "four stickies and three links: {reached:?}");
    assert_eq!(board(&harness).stickies.len(), 4, "Tab goes round and changes nothing");
}

#[test]
fn a_crowded_board_is_walked_by_keyboard_and_what_is_far_comes_into_view() {
    let folder = Folder::new();
    let path = folder.path("crowd.ron");
    let stickies: Vec<String> = (1..=900)
        .map(|n| {
            format!(
                "\"{n}\": (kind: event, name: \"Step {n} done\", at: ({}, {}))",
                n % 30 * 150,
                n / 30 * 120
            )
        })
        .collect();
    let links: Vec<String> =
        (1..900).map(|n| format!("\"{}\": (from: \"{n}\", to: \"{}\")", 2_000 + n, n + 1)).collect();
    let text = format!("(format: 1, stickies: {{{}}}, links: {{{}}})", stickies.join(","), links.join(","));
    std::fs::write(&path, text).unwrap();
    let mut harness = open(Some(&path));
    let nodes = |harness: &egui_kittest::Harness<'static, isobar::app::App>| {
        harness.query_all_by_label_contains("Domain event Step").count()
    };
    assert!((1..60).contains(&nodes(&harness)), "the whole crowd has no node each: {}", nodes(&harness));
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..60 {
        press(&mut harness, Modifiers::NONE, Key::Tab);
        reached.extend(harness.state().selection().only());
    }
    let stickies = reached.iter().filter(|item| matches!(item, Item::Sticky(_))).count();
    assert!(stickies > 8 && reached.len() - stickies > 8, "{stickies} stickies of {}", reached.len());
    // From a sticky gone to by name the walk goes on with its neighbours.
    press(&mut harness, Modifiers::COMMAND, Key::K);
    write(&mut harness, "step 700 done");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Domain event Step 700 done");
    harness.get_by_label("Domain event Step 702 done");
    harness.get_by_label_contains("Link: Step 700 done");
    press(&mut harness, Modifiers::SHIFT, Key::Num0);
    let middle = harness.get_by_label("Domain event Step 700 done").rect().center();
    assert!(egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1280.0, 720.0)).contains(middle));
}

#[test]
fn what_is_selected_is_sized_together_as_one_step() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::COMMAND, Key::A);
    let (client, event) = (
        harness.get_by_label("Actor Client").rect(),
        harness.get_by_label("Domain event Order placed").rect(),
    );
    let before = board(&harness).clone();
    let corner = egui::pos2(event.right(), event.bottom().max(client.bottom()));
    drag(&mut harness, corner, corner + vec2(120.0, 60.0));
    let sizes = |board: &isobar::board::Board| -> Vec<f32> {
        board.stickies.values().map(|sticky| sticky.rect().width()).collect()
    };
    let (was, is) = (sizes(&before), sizes(board(&harness)));
    assert!(was.iter().zip(&is).all(|(was, is)| is > was), "{was:?} {is:?}");
    assert_eq!(harness.state().document().history().log().len(), 1);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*board(&harness), before);
}

#[test]
fn the_width_of_a_panel_is_remembered() {
    let folder = Folder::new();
    let (path, state) = (folder.board(), folder.path("state"));
    let start = || {
        let start = isobar::app::Start { board: Some(path.clone()), replay: None, at: None };
        let state = state.clone();
        let builder = egui_kittest::Harness::builder().with_size(vec2(1280.0, 720.0)).with_max_steps(240);
        let mut harness = builder.with_step_dt(1.0 / 60.0).build_eframe(move |cc| {
            let mut app = isobar::app::App::new(&cc.egui_ctx, start);
            app.remember_in(&cc.egui_ctx, &state);
            app
        });
        settle(&mut harness);
        harness
    };
    let canvas = |harness: &egui_kittest::Harness<'static, isobar::app::App>| {
        harness.get_by_label("Board canvas").rect()
    };
    let mut harness = start();
    let before = canvas(&harness);
    let edge = before.right_center() + vec2(2.0, 0.0);
    drag(&mut harness, edge, edge - vec2(90.0, 0.0));
    let narrow = canvas(&harness);
    assert!(narrow.width() < before.width() - 60.0, "{before:?} {narrow:?}");
    harness.step();
    drop(harness);
    let harness = start();
    assert!((canvas(&harness).width() - narrow.width()).abs() < 2.0, "{narrow:?} {:?}", canvas(&harness));
}
