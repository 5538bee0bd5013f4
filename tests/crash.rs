//! The real process, killed at any moment: every edit it said it had made is there when the board is opened again.
//!
//! The process is this test binary run again as [`writer`], which does what the window does with a board: it opens
//! it, performs commands, hands each to the keeper, and saves on another thread while more edits come in.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use isobar::board::{Board, Point, StickyKind};
use isobar::edit::Intent;
use isobar::io::keeper::Keeper;
use isobar::view::Document;

/// How often the process is killed.
const KILLS: usize = 60;
/// Names the board to the process that is going to be killed.
const BOARD: &str = "ISOBAR_TEST_STREAM";

/// Streams edits into a board until it is killed, saying each once it is journaled. Does nothing in a usual run.
#[test]
#[ignore = "run by the test below, as a process of its own"]
fn writer() {
    let Some(path) = std::env::var_os(BOARD).map(PathBuf::from) else { return };
    let (mut document, mut keeper) = open(&path);
    let (sender, saved) = std::sync::mpsc::channel();
    let mut out = std::io::stdout().lock();
    for n in document.board().stickies.len().. {
        let place = Intent::PlaceSticky {
            kind: StickyKind::Event,
            name: format!("Edit {n} made"),
            at: Point::new(20.0, 40.0),
        };
        document.perform(&place).unwrap();
        keeper.write(&document).unwrap();
        writeln!(out, "made {n}").unwrap();
        out.flush().unwrap();
        while let Ok(save) = saved.try_recv() {
            keeper.saved(&mut document, save);
        }
        if n % 3 == 0
            && let Some(saving) = keeper.saving(&document, &path)
        {
            let sender = sender.clone();
            std::thread::spawn(move || sender.send(saving.run().unwrap()));
        }
    }
}

fn open(path: &Path) -> (Document, Keeper) {
    let loaded = isobar::io::load(path).unwrap();
    let (document, keeper, _) = Keeper::open(path, &loaded, isobar::io::keeper::peer(), None);
    (document, keeper)
}

fn start(path: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writer", "--ignored", "--nocapture", "--test-threads=1"])
        .env(BOARD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// The number of the edit a line tells of.
fn made(line: &str) -> Option<usize> {
    line.split("made ").nth(1)?.trim().parse().ok()
}

#[test]
fn no_edit_is_lost_however_often_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workshop.ron");
    isobar::io::save(&path, &Board::default()).unwrap();
    // A seed of its own for each run; a failure tells it.
    let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
    let mut state = seed | 1;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let (mut acknowledged, mut recovered) = (0, 0);
    for kill in 0..KILLS {
        let (mut child, mut out) = start(&path);
        // Some edits, then some thousand processor cycles: any place in the next edits, saves and renames.
        let edits = random(20);
        let mut line = String::new();
        for _ in 0..=edits {
            line.clear();
            out.read_line(&mut line).unwrap();
            acknowledged = made(&line).map_or(acknowledged, |n| acknowledged.max(n + 1));
        }
        for spin in 0..random(2_000_000) {
            std::hint::black_box(spin);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had said before it died counts as well.
        for line in out.lines().map_while(Result::ok) {
            acknowledged = made(&line).map_or(acknowledged, |n| acknowledged.max(n + 1));
        }
        let (document, keeper) = open(&path);
        let board = document.board();
        for n in 0..acknowledged {
            assert!(
                board.events.contains_key(&format!("Edit {n} made")),
                "kill {kill} of seed {seed}: edit {n} of {acknowledged} is lost"
            );
        }
        assert_eq!(
            board.stickies.len(),
            board.events.len(),
            "kill {kill} of seed {seed}: an edit came back twice"
        );
        recovered += usize::from(document.is_dirty());
        // The next process finds the journal as the crash left it.
        drop(keeper);
        let left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.contains("journal-"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
    println!("{KILLS} kills, {acknowledged} edits, {recovered} times unsaved edits were brought back");
    assert!(acknowledged > KILLS && recovered > 0);
}
