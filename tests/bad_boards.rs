//! Bad boards: each opens with its repairs listed, or is refused with one message that names file, line and cure; and
//! whatever happens, the file on disk stays as it is until the user saves.

use std::path::Path;

use isobar::board::{Board, Id, Point, StickyId, StickyKind};
use isobar::edit::Intent;
use isobar::io::keeper::Keeper;

/// What is promised of a file.
enum Promise {
    /// It opens; the repairs listed hold these words, in this order, and there are no more.
    Opens(&'static [&'static str]),
    /// It is refused at this line, if the trouble has one, with these words in the message.
    Refused(Option<usize>, &'static [&'static str]),
}

use Promise::{Opens, Refused};

struct Case {
    name: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    promise: Promise,
}

fn case(name: &'static str, file: &'static str, bytes: impl Into<Vec<u8>>, promise: Promise) -> Case {
    Case { name, file, bytes: bytes.into(), promise }
}

const CUT_OFF: &str = "cut off";
const MEND: &str = "Mend it there";

fn names_and_places() -> Vec<Case> {
    let long = "long ".repeat(200_000);
    vec![
        case(
            "a name of 1 MB",
            "long.ron",
            format!("(format: 1, stickies: {{\"1\": (kind: event, name: \"{long}\")}})"),
            Opens(&["sticky 1 had a name too long to show; it was cut"]),
        ),
        case(
            "names of every script",
            "names.json",
            r#"{"format": 1, "stickies": {
                "1": {"kind": "event", "name": "تم تأكيد الطلب"},
                "2": {"kind": "event", "name": "ההזמנה אושרה"},
                "3": {"kind": "event", "name": "注文が確定した"},
                "4": {"kind": "event", "name": "👩🏽‍🚀🍕 delivered \u202e\u0000"},
                "5": {"kind": "text", "name": "a\n\nb"}
            }}"#,
            Opens(&[]),
        ),
        case(
            "places and sizes that are none",
            "nan.ron",
            r#"(format: 1,
                stickies: {
                    "1": (kind: event, at: (NaN, inf)),
                    "2": (kind: event, at: (1e30, 0)),
                    "3": (kind: event, size: (NaN, 10)),
                    "4": (kind: event, size: (-5, 1e30)),
                },
                frames: {"5": (at: (NaN, 0), size: (0, 0))},
                lines: {"6": (x: -inf)},
            )"#,
            Opens(&["sticky 1", "sticky 2", "sticky 3", "sticky 4", "frame 5", "line 6"]),
        ),
        case(
            "links to nothing, to themselves, and after nothing",
            "links.ron",
            r#"(format: 1,
                stickies: {"1": (kind: service, name: "A"), "2": (kind: event, name: "B")},
                links: {
                    "3": (from: "1", to: "9"),
                    "4": (from: "8", to: "2"),
                    "5": (from: "1", to: "1"),
                    "6": (from: "1", to: "2", outcome: on_failure_of("7")),
                    "7-1": (from: "1", to: "2", outcome: one_of(NaN)),
                },
            )"#,
            Opens(&["link 7-1 had", "link 3 led", "link 4 led", "link 5 led", "link 6 waited"]),
        ),
        case(
            "probabilities that are none",
            "chance.ron",
            r#"(format: 1,
                services: {"A": (availability: 1.5), "B": (availability: NaN)},
                channels: {"C": (availability: -0.1)},
            )"#,
            Opens(&["service A had", "service B had", "channel C had"]),
        ),
    ]
}

fn spelling() -> Vec<Case> {
    vec![
        case("an empty file", "empty.ron", "", Refused(Some(1), &["The file is empty"])),
        case("blanks", "blank.json", " \n\n \t\n", Refused(None, &["The file is empty"])),
        case("a byte order mark", "bom.ron", "\u{feff}(format: 1)\r\n", Opens(&[])),
        case("only a byte order mark", "bom.json", "\u{feff}", Refused(Some(1), &["The file is empty"])),
        case(
            "rubbish",
            "rubbish.ron",
            (0..4096u32).map(|n| (n * 37 % 251) as u8).collect::<Vec<_>>(),
            Refused(None, &["not UTF-8"]),
        ),
        case("another file", "notes.ron", "Dear team,\nhere is the board.\n", Refused(Some(1), &[MEND])),
        case(
            "a picture's name",
            "board.png",
            b"\x89PNG\r\n\x1a\n\0\0".to_vec(),
            Refused(None, &["not UTF-8"]),
        ),
        case(
            "the future",
            "future.ron",
            "(format: 7, stickies: {\"1\": (kind: wormhole)})",
            Refused(Some(1), &["format 7", "update this one"]),
        ),
        case(
            "the future in JSON",
            "future.json",
            r#"{"format": 9, "galaxies": {}}"#,
            Refused(Some(1), &["format 9", "update this one"]),
        ),
        case(
            "the past",
            "past.ron",
            "(format: 0)",
            Refused(Some(1), &["format 0", "Boards say `format: 1`"]),
        ),
        case("no format", "none.json", "{\n\"stickies\": {}\n}", Refused(Some(3), &["format"])),
        case(
            "an id twice",
            "twice.ron",
            "(format: 1, stickies: {\n\"1\": (kind: event),\n\"1\": (kind: command),\n})",
            Refused(Some(3), &["`1` appears twice", "Rename one of the two"]),
        ),
        case(
            "a definition twice",
            "twice.json",
            "{\"format\": 1,\n\"events\": {\"Paid\": {},\n\"Paid\": {}}}",
            Refused(Some(3), &["`Paid` appears twice"]),
        ),
        case(
            "a misspelt field",
            "field.ron",
            "(format: 1, stickies: {\n\"1\": (kind: event,\n nane: \"Paid\"),\n})",
            Refused(Some(3), &["nane", "Check the spelling"]),
        ),
        case(
            "a misspelt kind",
            "kind.json",
            "{\"format\": 1, \"stickies\": {\n\"1\": {\"kind\": \"evnt\"}}}",
            Refused(Some(2), &["evnt"]),
        ),
        case("a number for a table", "table.ron", "(format: 1,\nstickies: 7)", Refused(Some(2), &[])),
        case(
            "a word for a place",
            "place.ron",
            "(format: 1, stickies: {\n\"1\": (at: \"here\"),\n})",
            Refused(Some(2), &[]),
        ),
        case(
            "a list for a name",
            "name.json",
            "{\"format\": 1, \"stickies\": {\"1\": {\"name\": [\n1]}}}",
            Refused(Some(1), &[]),
        ),
        case(
            "too many votes",
            "votes.json",
            "{\"format\": 1, \"stickies\": {\"1\": {\"votes\": 99999999999}}}",
            Refused(Some(1), &["99999999999"]),
        ),
        case(
            "an impossible number",
            "number.json",
            "{\"format\": 1, \"stickies\": {\"1\": {\"at\": [1e999, 0]}}}",
            Refused(Some(1), &[]),
        ),
        case(
            "an id that is none",
            "id.ron",
            "(format: 1, stickies: {\n\"first\": (kind: event)})",
            Refused(Some(2), &["first"]),
        ),
        case(
            "a scenario of rubbish",
            "scenario.ron",
            "(format: 1, scenarios: {\"s\": (faults: 3)})",
            Refused(Some(1), &[]),
        ),
        case("round brackets without end", "deep.ron", "(".repeat(200_000), Refused(Some(1), &[])),
        case("braces without end", "deep.json", r#"{"format":"#.repeat(200_000), Refused(Some(1), &[])),
        case(
            "a payload of lists without end",
            "payload.ron",
            format!("(format: 1, links: {{\"1\": (filter: {})}})", "[".repeat(200_000)),
            Refused(Some(1), &[]),
        ),
        case(
            "a payload of closed lists",
            "closed.json",
            format!(
                "{{\"format\": 1, \"links\": {{\"1\": {{\"filter\": {}{}}}}}}}",
                "[".repeat(50_000),
                "]".repeat(50_000)
            ),
            Refused(Some(1), &[]),
        ),
    ]
}

/// A sample, cut off in nine places.
fn cut_off() -> Vec<Case> {
    let sample = isobar::samples::SAMPLES.iter().find(|sample| sample.name == "pizza/event-driven").unwrap();
    let text = sample.text.trim_end().as_bytes();
    let cuts = (1..10).map(|tenth| text.len() * tenth / 10).chain([text.len() - 1]);
    cuts.map(|at| case("a board cut off", "cut.ron", &text[..at], Refused(None, &[CUT_OFF]))).collect()
}

/// The message names the file, the line where there is one, and what to do; it is one line a person can read.
fn check_message(case: &Case, line: Option<usize>, words: &[&str], message: &str) {
    let name = case.name;
    assert!(message.contains(case.file), "{name}: {message}");
    assert!(!message.contains('\n') && message.chars().count() < 700, "{name}: {message}");
    assert!(message.contains(". ") || message.contains(": start"), "{name} names no cure: {message}");
    if let Some(line) = line {
        assert!(message.contains(&format!("{}:{line}:", case.file)), "{name}: {message}");
    }
    for word in words {
        assert!(message.contains(word), "{name}: {message}");
    }
}

/// Opens a board as a window does, changes it, and closes the window without saving.
fn open_and_change(path: &Path, loaded: &isobar::io::Loaded) {
    let (mut document, mut keeper, _) = Keeper::open(path, loaded, 5, None);
    let place =
        Intent::PlaceSticky { kind: StickyKind::Event, name: "Paid".to_owned(), at: Point::default() };
    document.perform(&place).unwrap();
    keeper.write(&document).unwrap();
    keeper.close(&document);
}

#[test]
fn bad_boards_open_with_repairs_or_are_refused_and_stay_untouched_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    for case in [names_and_places(), spelling(), cut_off()].into_iter().flatten() {
        let path = folder.path().join(case.file);
        std::fs::write(&path, &case.bytes).unwrap();
        match (isobar::io::load(&path), &case.promise) {
            (Ok(loaded), Opens(repairs)) => {
                let told: Vec<&str> = loaded.repairs.iter().map(|repair| repair.message.as_str()).collect();
                assert_eq!(told.len(), repairs.len(), "{}: {told:?}", case.name);
                for (told, words) in told.iter().zip(*repairs) {
                    assert!(told.contains(words), "{}: {told}", case.name);
                }
                check_board(&loaded.board);
                open_and_change(&path, &loaded);
            }
            (Err(error), Refused(line, words)) => check_message(&case, *line, words, &error.to_string()),
            (Ok(_), Refused(..)) => panic!("{} opens", case.name),
            (Err(error), Opens(_)) => panic!("{} is refused: {error}", case.name),
        }
        assert!(std::fs::read(&path).unwrap() == case.bytes, "{}: the file was changed", case.name);
    }
}

/// What the canvas relies on.
fn check_board(board: &Board) {
    for sticky in board.stickies.values() {
        assert!(sticky.at.is_finite() && sticky.name.chars().count() <= isobar::board::repair::NAME_MAX);
    }
    assert!(board.links.values().all(|link| {
        link.from != link.to && [link.from, link.to].iter().all(|end| board.stickies.contains_key(end))
    }));
    let bounds = isobar::scene::Scene::of(board).bounds;
    assert!(bounds.is_none_or(|bounds| bounds.min.is_finite() && bounds.max.is_finite()));
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart_from_boards() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("nowhere.ron"), folder.path().to_owned()] {
        let message = isobar::io::load(&path).unwrap_err().to_string();
        assert!(
            message.contains(&path.display().to_string()) && message.contains("Check the path"),
            "{message}"
        );
    }
}

#[test]
fn a_board_of_a_hundred_thousand_stickies_opens() {
    let mut text = String::from("{\"format\":1,\"stickies\":{");
    for n in 1..=100_000 {
        let comma = if n == 1 { "" } else { "," };
        let (x, y) = (n % 400 * 150, n / 400 * 120);
        text.push_str(&format!("{comma}\"{n}\":{{\"kind\":\"event\",\"name\":\"E{n}\",\"at\":[{x},{y}]}}"));
    }
    text.push_str("}}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, &text).unwrap();
    let loaded = isobar::io::load(&path).unwrap();
    assert_eq!((loaded.board.stickies.len(), loaded.repairs.len()), (100_000, 0));
    assert_eq!(loaded.board.stickies[&StickyId(Id::new(0, 77_777))].name, "E77777");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}
