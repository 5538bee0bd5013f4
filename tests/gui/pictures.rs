//! The pictures in the docs, made from the real app: `UPDATE_DOCS=1 cargo test --features gui-tests --test gui pictures`
//! writes them to `docs/images`. Without it each is drawn all the same, so that the way to it cannot be lost.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::{App, Start};
use isobar::simulation::Simulation;

use super::kit::{Folder, press, sample, settle};

const SYNCHRONOUS: &str = "avatar-store/synchronous";
const ORCHESTRATION: &str = "avatar-store/orchestration";

fn open(board: &str, replay: Option<PathBuf>, dark: bool) -> Harness<'static, App> {
    let start = Start { board: Some(sample(board)), replay, at: None };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1440.0, 900.0))
        .with_theme(egui::Theme::Light)
        .with_max_steps(2_000)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, start));
    settle(&mut harness);
    if dark {
        press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    }
    harness
}

fn wait_for(harness: &mut Harness<'static, App>, label: &str) {
    for _ in 0..2_000 {
        harness.step();
        if harness.query_all_by_label_contains(label).next().is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("nothing called {label} appeared");
}

fn keep(harness: &mut Harness<'static, App>, name: &str) {
    if std::env::var_os("UPDATE_DOCS").is_none() {
        return;
    }
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harness.render())) {
        Ok(Ok(image)) => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
            image.save(folder.join(format!("{name}.png"))).unwrap();
        }
        _ => println!(
            "skipped: no Vulkan adapter. On Debian, `apt install mesa-vulkan-drivers` brings one in software"
        ),
    }
}

#[test]
fn board() {
    for (name, dark) in [("board-light", false), ("board-dark", true)] {
        keep(&mut open(ORCHESTRATION, None, dark), name);
    }
}

#[test]
fn topology() {
    let mut harness = open(ORCHESTRATION, None, false);
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    keep(&mut harness, "topology-light");
}

/// Plays until messages are under way.
fn play(harness: &mut Harness<'static, App>, n_frames: usize) {
    harness.get_by_label("Play").click();
    for _ in 0..n_frames {
        harness.step();
    }
}

#[test]
fn simulate() {
    for (name, dark) in [("simulate-light", false), ("simulate-dark", true)] {
        let mut harness = open(ORCHESTRATION, None, dark);
        press(&mut harness, Modifiers::COMMAND, Key::Num3);
        wait_for(&mut harness, "whole run: ");
        play(&mut harness, 200);
        keep(&mut harness, name);
    }
    let mut harness = open(SYNCHRONOUS, None, false);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    let flag = "First broken here: no customer pays without avatar or refund";
    wait_for(&mut harness, flag);
    harness.get_by_label(flag).click();
    settle(&mut harness);
    keep(&mut harness, "simulate-broken-promise");
}

#[test]
fn replay() {
    let folder = Folder::new();
    let log = folder.path("run.jsonl");
    let board = isobar::io::load(&sample(ORCHESTRATION)).unwrap().board;
    let mut simulation = Simulation::new(&board, None, 7).unwrap();
    simulation.run_until(600_000_000_000);
    let mut bytes = Vec::new();
    isobar::simulation::log::write(&simulation, &mut bytes).unwrap();
    std::fs::write(&log, bytes).unwrap();
    let mut harness = open(ORCHESTRATION, Some(log), false);
    wait_for(&mut harness, "events · ");
    play(&mut harness, 200);
    keep(&mut harness, "replay-light");
}

#[test]
fn contracts() {
    let mut harness = open(ORCHESTRATION, None, false);
    press(&mut harness, Modifiers::COMMAND, Key::Num5);
    keep(&mut harness, "contracts-light");
}
