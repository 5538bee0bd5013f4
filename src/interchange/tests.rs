//! What each tool's files become, on files others wrote where they are at hand and on small ones made here.

use proptest::prelude::*;

use super::*;
use crate::board::{Board, Sticky, StickyId};

fn drawing(name: &str, text: &str) -> Drawing {
    read(Source { name, text }).unwrap_or_else(|| panic!("{name} is not read"))
}

fn board(name: &str, text: &str) -> Board {
    drawing(name, text).board(&Legend::default()).board
}

/// A file of the shared collection; none where that is not at hand, which the test says.
fn shared(name: &str) -> Option<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/boards").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not at hand", path.display());
    }
    text
}

fn stickies(board: &Board, kind: StickyKind) -> Vec<&str> {
    board.stickies.values().filter(|sticky| sticky.kind == kind).map(|sticky| sticky.name.as_str()).collect()
}

/// The links by what they join, as "Place order -> Shop".
fn joins(board: &Board) -> std::collections::BTreeSet<String> {
    let name = |id: StickyId| board.stickies[&id].name.clone();
    board.links.values().map(|link| format!("{} -> {}", name(link.from), name(link.to))).collect()
}

const MIRO: &str = r##"{
  "size": 8, "total": 8, "type": "cursor-list",
  "data": [
    {"id": "1", "type": "sticky_note", "data": {"content": "<p>Order&nbsp;placed</p>", "shape": "square"},
     "style": {"fillColor": "orange"}, "geometry": {"width": 224, "height": 160}, "position": {"x": 500, "y": 100, "origin": "center"}},
    {"id": 2, "type": "sticky_note", "data": {"content": "Place <b>order</b> &amp; pay"},
     "style": {"fillColor": "light_blue"}, "geometry": {"width": 224}, "position": {"x": 100, "y": 100}},
    {"id": "3", "type": "sticky_note", "data": {"content": "Fraud check"}, "style": {"fillColor": "#F16C7F"},
     "geometry": {"width": 224}, "position": {"x": 100, "y": 100}, "parent": {"id": "9"}},
    {"id": "4", "type": "sticky_note", "data": {"content": "<p> </p>"}, "style": {"fillColor": "yellow"}, "position": {"x": 0, "y": 0}},
    {"id": "5", "type": "text", "data": {"content": "1 < 2"}, "style": {"fillColor": "#ffffff"}, "position": {"x": 0, "y": 900}},
    {"id": "6", "type": "image", "data": {"title": "Receipt.png"}, "position": {"x": 0, "y": 1200}},
    {"id": "7", "type": "sticky_note", "data": {"content": "Maybe later"}, "style": {"fillColor": "gray"}, "geometry": {"width": 224}, "position": {"x": 0, "y": 1500}},
    {"id": "9", "type": "frame", "data": {"title": "Payments"}, "geometry": {"width": 800, "height": 600}, "position": {"x": 1400, "y": 400}}
  ],
  "connectors": [
    {"id": "20", "startItem": {"id": "2"}, "endItem": {"id": "1"}, "captions": [{"content": "<p>then</p>"}]},
    {"id": "21", "startItem": {"id": "2"}, "endItem": {"id": "nowhere"}}
  ]
}"##;

#[test]
fn a_miro_board_keeps_words_colours_places_frames_and_connectors() {
    let drawing = drawing("export.json", MIRO);
    assert_eq!(drawing.tool, "Miro");
    let Imported { board, remarks } = drawing.board(&Legend::default());
    assert_eq!(stickies(&board, StickyKind::Event), ["Order placed"]);
    assert_eq!(stickies(&board, StickyKind::Command), ["Place order & pay"]);
    assert_eq!(stickies(&board, StickyKind::Hotspot), ["Fraud check"]);
    assert_eq!(stickies(&board, StickyKind::Text), ["1 < 2", "Receipt.png", "Maybe later"]);
    assert!(board.events.contains_key("Order placed"), "a name is a definition");
    let link = board.links.values().next().unwrap();
    assert_eq!((board.links.len(), link.note.as_str()), (1, "then"));
    // Middles keep their distance in the scale that makes the usual note a usual sticky: 224 → 112.
    let at = |name: &str| board.stickies.values().find(|sticky| sticky.name == name).unwrap().rect().center();
    assert_eq!(at("Order placed").x - at("Place order & pay").x, 200.0);
    let frame = board.frames.values().next().unwrap();
    assert_eq!((frame.name.as_str(), frame.size.w), ("Payments", 400.0));
    assert!(frame.rect().contains(at("Fraud check")), "places in a frame count from its corner");
    for told in ["1 note without a word", "marked gray", "1 arrow left out", "1 image"] {
        assert!(remarks.iter().any(|remark| remark.contains(told)), "{told}: {remarks:?}");
    }
}

#[test]
fn the_legend_is_the_users_to_change() {
    let drawing = drawing("export.json", MIRO);
    assert!(drawing.marks().contains(&("orange".to_owned(), 1)));
    let legend = Legend::read("orange = policy, #f16c7fff=external system; GRAY=value-gained").unwrap();
    let board = drawing.board(&legend).board;
    assert_eq!(stickies(&board, StickyKind::Policy), ["Order placed"]);
    assert_eq!(stickies(&board, StickyKind::External), ["Fraud check"]);
    assert_eq!(stickies(&board, StickyKind::ValueGained), ["Maybe later"]);
    let error = Legend::read("orange=evnt").unwrap_err().to_string();
    assert!(error.contains("evnt") && error.contains("event, command"), "{error}");
    assert!(Legend::read("orange").unwrap_err().to_string().contains("#ff9900=event"));
}

#[test]
fn every_paper_of_ours_is_read_back_as_its_kind() {
    // The papers of both themes; kinds that share a paper count as one.
    for dark in [false, true] {
        let palette = crate::scene::palette::Palette::new(dark);
        use StickyKind as K;
        for (kind, read) in [
            (K::Event, K::Event),
            (K::Command, K::Command),
            (K::Aggregate, K::Aggregate),
            (K::Policy, K::Policy),
            (K::ReadModel, K::ReadModel),
            (K::External, K::External),
            (K::Hotspot, K::Hotspot),
        ] {
            let (fill, _) = palette.paper(kind.row().token);
            assert_eq!(Legend::default().kind(fill), Some(read), "{kind:?} is {fill}");
        }
    }
}

#[test]
fn an_excalidraw_file_keeps_texts_in_shapes_arrows_and_frames() {
    let text = r##"{"type": "excalidraw", "version": 2, "elements": [
      {"id": "a", "type": "rectangle", "x": 0, "y": 0, "width": 224, "height": 160, "backgroundColor": "#a5d8ff"},
      {"id": "t", "type": "text", "x": 5, "y": 5, "text": "Place\norder", "originalText": "Place order", "containerId": "a"},
      {"id": "b", "type": "rectangle", "x": 400, "y": 0, "width": 224, "height": 160, "backgroundColor": "#ffc078"},
      {"id": "u", "type": "text", "x": 5, "y": 5, "text": "Order placed", "containerId": "b"},
      {"id": "c", "type": "ellipse", "x": 0, "y": 400, "width": 50, "height": 50, "backgroundColor": "transparent"},
      {"id": "d", "type": "text", "x": 0, "y": 700, "text": "Just a remark"},
      {"id": "e", "type": "arrow", "x": 0, "y": 0, "startBinding": {"elementId": "a"}, "endBinding": {"elementId": "b"}},
      {"id": "f", "type": "freedraw", "x": 0, "y": 0},
      {"id": "g", "type": "frame", "name": "Sales", "x": -50, "y": -50, "width": 900, "height": 400},
      {"id": "h", "type": "rectangle", "isDeleted": true, "x": 0, "y": 0}
    ]}"##;
    let drawing = drawing("talk.excalidraw", text);
    let Imported { board, remarks } = drawing.board(&Legend::default());
    assert_eq!(joins(&board).into_iter().collect::<Vec<_>>(), ["Place order -> Order placed"]);
    assert_eq!(stickies(&board, StickyKind::Command), ["Place order"]);
    assert_eq!(stickies(&board, StickyKind::Event), ["Order placed"]);
    assert_eq!(stickies(&board, StickyKind::Text), ["Just a remark"]);
    assert_eq!(board.frames.len(), 1);
    assert!(remarks.iter().any(|remark| remark.contains("freedraw")), "{remarks:?}");
}

#[test]
fn egon_stories_of_every_version_tell_the_same() {
    let versions = [
        "dst_export_version_1_0_0",
        "dst_export_version_1_1_0",
        "dst_export_version_1_2_0",
        "dst_export_version_1_3_0",
        "dst_export_version_1_4_0",
        "dst_export_version_1_5_0",
        "dst_export_version_2_2_0",
        "egn_export_version_4_0_0",
    ];
    for version in versions {
        let Some(text) = shared(&format!("egon-{version}.json")) else { return };
        let drawing = drawing("story.json", &text);
        assert_eq!(drawing.tool, "Egon.io", "{version}");
        let board = drawing.board(&Legend::default()).board;
        assert_eq!((board.stickies.len(), board.links.len(), board.frames.len()), (6, 6, 1), "{version}");
        assert_eq!(stickies(&board, StickyKind::Actor).len(), 3, "{version}");
        let mut notes: Vec<&str> = board.links.values().map(|link| link.note.as_str()).collect();
        notes.sort_unstable();
        assert_eq!(notes, ["", "", "", "1.", "2.", "3."], "{version}");
        let legend = Legend::read("document=event").unwrap();
        assert_eq!(stickies(&drawing.board(&legend).board, StickyKind::Event), ["Document"], "{version}");
    }
}

#[test]
fn an_egon_story_made_here_reads_alike() {
    let text = r#"{"domain": "{}", "dst": "[{\"type\":\"domainStory:actorPerson\",\"name\":\"Guest\",\"id\":\"s1\",\"x\":100,\"y\":100},{\"type\":\"domainStory:workObjectCall\",\"name\":\"order\",\"id\":\"s2\",\"x\":300,\"y\":100},{\"type\":\"domainStory:activity\",\"name\":\"places\",\"id\":\"c1\",\"number\":1,\"source\":\"s1\",\"target\":\"s2\"},{\"type\":\"domainStory:textAnnotation\",\"text\":\"by phone\",\"id\":\"s3\",\"x\":300,\"y\":300},{\"version\":\"1.5.0\"}]"}"#;
    let board = board("story.dst", text);
    assert_eq!(stickies(&board, StickyKind::Actor), ["Guest"]);
    assert_eq!(stickies(&board, StickyKind::Text), ["order", "by phone"]);
    assert_eq!(board.links.values().next().unwrap().note, "1. places");
}

const STORM: &str = "title Order Checkout // the talk's\n\nactor Customer [80, 300]\ncommand Place Order [240.5, 300] (color #ff0000)\n\
    hotspot What if [no] answer? [420, 520] (on Place Order)\nevent Order Placed [620, 300]\nnote See https://example.com [80, 80] (size 10x20)\n\
    /* a\nlong */ wobble\nCustomer -> Place Order; by phone\nPlace Order -> Nowhere\n";

#[test]
fn storm_text_keeps_stickies_arrows_and_what_it_does_not_know() {
    let Imported { board, remarks } = drawing("checkout.storm", STORM).board(&Legend::default());
    assert_eq!(board.settings.title, "Order Checkout");
    assert_eq!(stickies(&board, StickyKind::Command), ["Place Order"]);
    assert_eq!(stickies(&board, StickyKind::Hotspot), ["What if [no] answer?"]);
    assert_eq!(stickies(&board, StickyKind::Text), ["See https://example.com", "wobble"]);
    let link = board.links.values().next().unwrap();
    assert_eq!((board.links.len(), link.note.as_str()), (1, "by phone"));
    for told in ["wobble", "`Nowhere`", "pinned to Place Order"] {
        assert!(remarks.iter().any(|remark| remark.contains(told)), "{told}: {remarks:?}");
    }
    let Some(text) = shared("order-checkout.storm") else { return };
    let theirs = self::board("order-checkout.storm", &text);
    assert_eq!((theirs.stickies.len(), theirs.links.len()), (11, 9));
    assert!(joins(&theirs).contains("Order -> Order Shipped"));
    assert_eq!(theirs, self::board("no-ending", &text), "known by what it holds");
}

#[test]
fn a_giraflow_timeline_becomes_a_graph_with_meaning() {
    for (name, stickies_at_least) in
        [("shopping", 20), ("simple-todo-app", 8), ("coloring-wishlist", 20), ("empty-template", 0)]
    {
        let Some(text) = shared(&format!("{name}.giraflow.json")) else { return };
        let drawing = drawing("model.json", &text);
        assert_eq!(drawing.tool, "giraflow");
        let Imported { board, remarks } = drawing.board(&Legend::default());
        assert!(board.stickies.len() >= stickies_at_least, "{name}: {} stickies", board.stickies.len());
        let topology = crate::topology::derive(&board);
        for (id, sticky) in board.stickies.iter().filter(|(_, sticky)| sticky.kind == StickyKind::Command) {
            assert!(
                board.links.values().any(|link| link.from == *id),
                "{name}: nobody handles {}",
                sticky.name
            );
        }
        assert!(!topology.messages.is_empty() || stickies_at_least == 0, "{name}");
        // One of their models names a command that is not in it.
        let missing: Vec<&String> = remarks.iter().filter(|remark| remark.contains("not there")).collect();
        assert!(
            missing.iter().all(|remark| remark.contains("`ArchiveCompletedTodos`")),
            "{name}: {missing:?}"
        );
    }
}

#[test]
fn lines_of_text_are_read_and_written() {
    let text = "Client -> Place order -> Shop -> Order placed\nOrder placed -> policy: Bill it -> Charge card\nHotspot: Who pays?\n";
    let board = board("notes.txt", text);
    let written = lines::write(&board, None);
    assert_eq!(joins(&self::board("again.txt", &written)), joins(&board), "{written}");
    assert!(written.contains("hotspot: Who pays?"), "{written}");
    let only = board.stickies.keys().take(2).copied().collect();
    assert_eq!(lines::write(&board, Some(&only)).lines().count(), 1);
}

#[test]
fn what_is_no_drawing_is_left_to_others() {
    for (name, text) in [
        ("a.ron", "(format: 1)"),
        ("a.json", r#"{"format": 1, "stickies": {}}"#),
        ("a.json", r#"{"asyncapi": "3.0.0", "channels": {}}"#),
        (
            "a.json",
            r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "id": "x"}"#,
        ),
        ("a.yaml", "asyncapi: 3.0.0"),
        ("a.json", "{"),
    ] {
        assert_eq!(read(Source { name, text }), None, "{text}");
    }
}

fn graph() -> impl Strategy<Value = Board> {
    let sticky =
        (0usize..16, "[A-Za-z][a-z>:*. -]{0,12}", -500f32..500.0).prop_map(|(kind, name, x)| Sticky {
            kind: crate::board::notation::NOTATION[kind].kind,
            name,
            at: Point::new(x, 0.0),
            ..Sticky::default()
        });
    (prop::collection::vec(sticky, 1..12), prop::collection::vec((0usize..12, 0usize..12), 0..16)).prop_map(
        |(stickies, links)| {
            let id = |n: usize| crate::board::Id::new(0, u32::try_from(n).unwrap());
            let mut board = Board::default();
            let n = stickies.len();
            board
                .stickies
                .extend(stickies.into_iter().enumerate().map(|(i, sticky)| (StickyId(id(i)), sticky)));
            for (i, (from, to)) in links.into_iter().enumerate() {
                let (from, to) = (StickyId(id(from % n)), StickyId(id(to % n)));
                let link = crate::board::Link { from, to, ..Default::default() };
                if from != to && board.link_meaning(&link).is_some() {
                    board.links.insert(crate::board::LinkId(id(i + 100)), link);
                }
            }
            board
        },
    )
}

proptest! {
    #[test]
    fn written_lines_read_back_as_the_same_graph(board in graph()) {
        let text = lines::write(&board, None);
        let again = self::board("again.txt", &text);
        let spell = lines::unbroken;
        let told = |board: &Board| -> std::collections::BTreeSet<(StickyKind, String)> {
            board.stickies.values().map(|sticky| (sticky.kind, spell(&sticky.name))).filter(|(_, name)| !name.is_empty()).collect()
        };
        prop_assert_eq!(told(&again), told(&board), "{}", text);
        let links = |board: &Board| -> std::collections::BTreeSet<(String, String)> {
            let name = |id: StickyId| spell(&board.stickies[&id].name);
            board.links.values().map(|link| (name(link.from), name(link.to))).collect()
        };
        prop_assert_eq!(links(&again), links(&board), "{}", text);
    }

    #[test]
    fn no_text_makes_a_reader_stumble(
        name in prop_oneof![Just("a.storm"), Just("a.txt"), Just("a.json"), Just("a.egn")],
        text in "[\\[\\]{}(),:;/*<&>a-z0-9\"\\\\ \n.-]{0,200}",
    ) {
        if let Some(drawing) = read(Source { name, text: &text }) {
            let Imported { board, .. } = drawing.board(&Legend::default());
            prop_assert_eq!(crate::board::repair::repair(&mut board.clone()).len(), 0);
        }
    }

    #[test]
    fn no_json_makes_a_reader_stumble(text in mangled()) {
        if let Some(drawing) = read(Source { name: "a.json", text: &text }) {
            let Imported { board, .. } = drawing.board(&Legend::default());
            prop_assert_eq!(crate::board::repair::repair(&mut board.clone()).len(), 0);
        }
    }
}

/// A Miro file with some of its values replaced by others of the wrong kind.
fn mangled() -> impl Strategy<Value = String> {
    let values = ["null", "1e40", "-7", "\"\"", "[]", "{}", "true", "\"NaN\""];
    prop::collection::vec((0usize..200, 0usize..values.len()), 1..6).prop_map(move |changes| {
        let mut json: Value = serde_json::from_str(MIRO).unwrap();
        for (place, value) in changes {
            let mut leaf = place;
            replace(&mut json, &mut leaf, &serde_json::from_str(values[value]).unwrap());
        }
        json.to_string()
    })
}

fn replace(value: &mut Value, place: &mut usize, with: &Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, place, with)),
        Value::Object(fields) => fields.values_mut().for_each(|value| replace(value, place, with)),
        leaf => {
            if *place == 0 {
                leaf.clone_from(with);
            }
            *place = place.wrapping_sub(1);
        }
    }
}
