//! Boards nobody should have to open: each opens with its repairs listed, or is refused with one clear message; what
//! is on disk stays as it is until somebody saves.

use std::fmt::Write;

use isobar::board::Board;
use isobar::scene::Scene;

/// What becomes of a file.
enum Ends {
    /// It opens: how many stickies, how many repairs, and words each of which some repair says.
    Opens(usize, usize, &'static [&'static str]),
    /// It is refused with one message that has these words in it.
    Refused(&'static [&'static str]),
}

fn many(n: usize) -> String {
    let mut text = String::from("(format: 1, stickies: {");
    for i in 0..n {
        let (x, y) = (i % 400 * 130, i / 400 * 100);
        let _ = write!(text, "\"{i}\": (kind: event, name: \"Event {} seen\", at: ({x}, {y})),", i % 5_000);
    }
    text.push_str("})");
    text
}

fn nested(depth: usize) -> String {
    let (open, close) = ("{\"a\":".repeat(depth), "}".repeat(depth));
    format!(
        "{{\"format\": 1, \"stickies\": {{\"1\": {{}}, \"2\": {{}}}}, \"links\": {{\"3\": {{\"from\": \"1\", \"to\": \"2\", \"filter\": {open}1{close}}}}}}}"
    )
}

fn files() -> Vec<(&'static str, Vec<u8>, Ends)> {
    use Ends::{Opens, Refused};
    let ron = |text: &str| text.as_bytes().to_vec();
    let long = "é".repeat(500_000);
    vec![
        ("100,000 stickies", many(100_000).into_bytes(), Opens(100_000, 0, &[])),
        (
            "a name of 1 MB",
            ron(&format!(
                "(format: 1, events: {{\"{long}\": (owner: \"Shop\")}}, stickies: {{\"1\": (kind: event, name: \"{long}\")}})"
            )),
            Opens(1, 2, &["sticky 1 had a name too long", "event é"]),
        ),
        (
            "right-to-left and emoji names",
            ron(
                "(format: 1, events: {\"تم تأكيد الطلب\": ()}, stickies: {\"1\": (kind: event, name: \"تم تأكيد الطلب\"), \
                 \"2\": (kind: hotspot, name: \"👩‍👩‍👧‍👦🏳️‍🌈 \u{202e}evil\u{202c} שלום\"), \"3\": (kind: text, name: \"\u{0}\u{7}\")})",
            ),
            Opens(3, 0, &[]),
        ),
        (
            "duplicate ids",
            ron(
                "(format: 1, stickies: {\n\"1\": (kind: event, name: \"A\"),\n\"1\": (kind: event, name: \"B\"),\n})",
            ),
            Refused(&["bad.ron:3:", "`1` appears twice", "Rename one of the two"]),
        ),
        (
            "links to nothing",
            ron(
                "(format: 1, stickies: {\"1\": (kind: event), \"2\": (kind: policy)}, links: {\"3\": (from: \"1\", to: \"9\"), \
                 \"4\": (from: \"1\", to: \"2\", outcome: on_failure_of(\"3\"))})",
            ),
            Opens(2, 2, &["link 3 led to sticky 9", "link 4 waited for link 3"]),
        ),
        (
            "places that are no numbers",
            ron(
                "(format: 1, stickies: {\"1\": (at: (NaN, 5)), \"2\": (at: (inf, -inf)), \"3\": (at: (1e30, 0), size: (0, NaN))}, \
                 frames: {\"4\": (at: (NaN, NaN), size: (-1, 2))}, lines: {\"5\": (x: NaN)})",
            ),
            Opens(3, 6, &["sticky 1 had no place", "sticky 3 had an impossible size", "frame 4", "line 5"]),
        ),
        (
            "a file cut off",
            ron("(format: 1, stickies: {\n\"1\": (kind: event, name: \"Order pla"),
            Refused(&["bad.ron:2:", "cut off", "version control"]),
        ),
        (
            "a format of the future",
            ron("(format: 99, wonders: [1])"),
            Refused(&["format 99", "newer Isobar"]),
        ),
        (
            "a format of the future in JSON",
            ron("{\"format\": 99, \"wonders\": [1]}"),
            Refused(&["format 99", "newer Isobar"]),
        ),
        ("nothing", Vec::new(), Refused(&["bad.ron:1:", "empty", "isobar new"])),
        ("no text", vec![0xff, 0xd8, 0xff, 0xe0], Refused(&["bad.ron", "UTF-8"])),
        (
            "the marks of a conflict in git",
            ron(
                "(\n  format: 1,\n<<<<<<< HEAD\n  settings: (title: \"A\"),\n=======\n  settings: (title: \"B\"),\n>>>>>>> b\n)",
            ),
            Refused(&["bad.ron:3:"]),
        ),
        ("a misspelt field", ron("(format: 1, stickis: {})"), Refused(&["bad.ron:1:", "stickis"])),
        ("nesting without end", nested(100_000).into_bytes(), Refused(&["bad.ron:1:"])),
    ]
}

#[test]
fn a_bad_file_opens_with_its_repairs_told_or_is_refused_with_one_message_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.ron");
    for (what, bytes, ends) in files() {
        std::fs::write(&path, &bytes).unwrap();
        match (isobar::io::load(&path), ends) {
            (Ok(loaded), Ends::Opens(stickies, repairs, words)) => {
                assert_eq!(loaded.board.stickies.len(), stickies, "{what}");
                let told: Vec<&str> = loaded.repairs.iter().map(|repair| repair.message.as_str()).collect();
                assert_eq!(told.len(), repairs, "{what}: {told:?}");
                for word in words {
                    assert!(told.iter().any(|message| message.contains(word)), "{what}: {word}: {told:?}");
                }
                works(what, &loaded.board);
                assert_eq!(std::fs::read(&path).unwrap(), bytes, "{what}: the file changed without saving");
                // What is saved then opens without repairs.
                isobar::io::save(&path, &loaded.board).unwrap();
                let again = isobar::io::load(&path).unwrap();
                assert_eq!((again.board, again.repairs.len()), (loaded.board, 0), "{what}");
            }
            (Err(error), Ends::Refused(words)) => {
                let message = error.to_string();
                for word in words {
                    assert!(message.contains(word), "{what}: no `{word}` in: {message}");
                }
                assert!(message.len() < 600 && !message.contains('\n'), "{what}: {message}");
                assert_eq!(std::fs::read(&path).unwrap(), bytes, "{what}: the file changed");
            }
            (Ok(_), Ends::Refused(_)) => panic!("{what} was opened"),
            (Err(error), Ends::Opens(..)) => panic!("{what} was refused: {error}"),
        }
    }
}

/// What is opened can be drawn and reasoned about.
fn works(what: &str, board: &Board) {
    let scene = Scene::of(board);
    assert!(
        scene.bounds.is_none_or(|bounds| bounds.width().is_finite() && bounds.height().is_finite()),
        "{what}"
    );
    let svg = isobar::scene::svg::write(&scene, board.title(), &isobar::scene::palette::Palette::new(false));
    assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{what}");
    isobar::topology::derive(board);
}
