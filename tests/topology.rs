//! `isobar topology` as people run it: the questions, the matrix, filters, bad usage.

use std::process::{Command, Output};

use serde_json::Value;

fn isobar(board: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isobar"))
        .args(["topology", &format!("sample-boards/{board}.ron")])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn an_outage_takes_the_synchronous_checkout_along_and_not_the_choreographed_one() {
    let ask = ["--affected-by", "Inventory", "--if", "down"];
    let said = text(&isobar("avatar-store/synchronous", &ask));
    assert!(said.lines().any(|line| line.trim().starts_with("Store") && line.contains("fails")), "{said}");
    let said = text(&isobar("avatar-store/choreography", &ask));
    assert!(!said.contains("fails"), "{said}");
    assert!(said.contains("AvatarAssigned"), "{said}");
}

#[test]
fn a_changed_event_names_its_readers_and_the_fields_they_use() {
    let ask = ["--affected-by", "OrderConfirmed", "--if", "changes", "--format", "json"];
    let answers: Value = serde_json::from_str(&text(&isobar("pizza/event-driven", &ask))).unwrap();
    let affected = answers[0]["affected"].as_array().unwrap();
    let analytics = affected.iter().find(|one| one["name"] == "Analytics").unwrap();
    assert_eq!(analytics["effect"], "reads");
    assert!(
        analytics["fields"]
            .as_array()
            .unwrap()
            .iter()
            .any(|field| field.as_str().unwrap().starts_with("orderValue"))
    );
}

#[test]
fn a_chain_is_printed_and_a_missing_one_is_exit_code_1() {
    let output = isobar("avatar-store/choreography", &["--path", "Client", "CheckoutCompleted"]);
    let said = text(&output);
    assert!(said.starts_with("Client › ") && said.trim_end().ends_with("› CheckoutCompleted"), "{said}");
    let output = isobar("avatar-store/choreography", &["--path", "CheckoutCompleted", "Client"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("the other way round: Client"));
}

#[test]
fn views_can_be_narrowed() {
    let whole = text(&isobar("car-marketplace/after", &["--format", "json"]));
    let near =
        text(&isobar("car-marketplace/after", &["--focus", "Search", "--hops", "1", "--format", "json"]));
    let nodes = |text: &str| serde_json::from_str::<Value>(text).unwrap()["nodes"].as_array().unwrap().len();
    assert!(nodes(&near) < nodes(&whole) && nodes(&near) > 1);
    let matrix = text(&isobar("avatar-store/synchronous", &["--view", "matrix"]));
    assert!(
        matrix.contains("Balance") && matrix.contains('!') && matrix.contains("A change reaches"),
        "{matrix}"
    );
}

#[test]
fn a_view_is_drawn_as_a_picture() {
    let svg = text(&isobar("avatar-store/orchestration", &["--view", "services", "--format", "svg"]));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains(">Inventory<"), "{svg}");
    assert_eq!(svg, text(&isobar("avatar-store/orchestration", &["--view", "services", "--format", "svg"])));
    let output = isobar("avatar-store/orchestration", &["--view", "matrix", "--format", "svg"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_name_that_is_not_there_gets_the_nearest_ones() {
    for ask in [["--focus", "Balanc"], ["--affected-by", "Balanc"]] {
        let output = isobar("avatar-store/synchronous", &ask);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("called \"Balanc\"") && said.contains("did you mean") && said.contains("Balance"),
            "{said}"
        );
    }
    let output = isobar("avatar-store/synchronous", &["--team", "Nobody"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_picture_is_svg_or_png_by_the_name_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str, more: &[&str]| {
        let path = folder.path().join(name);
        let output = isobar("avatar-store/synchronous", &[&["--out", path.to_str().unwrap()], more].concat());
        (output, std::fs::read(path).unwrap_or_default())
    };
    let (_, svg) = out("graph.svg", &[]);
    let svg = String::from_utf8(svg).unwrap();
    let wide: f64 = svg.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    // A PNG says how wide it is in the bytes after its first chunk's name.
    let width = |png: &[u8]| u32::from_be_bytes(png[16..20].try_into().unwrap());
    for (scale, times) in [(None, 2.0), (Some("0.5"), 0.5)] {
        let more = scale.map_or_else(Vec::new, |scale| vec!["--scale", scale]);
        let (_, png) = out("graph.png", &more);
        assert!(png.starts_with(b"\x89PNG"));
        assert!((f64::from(width(&png)) - wide * times).abs() <= 1.0, "{} for {wide}", width(&png));
    }
    for (name, more, cure) in [
        ("graph.pdf", &[][..], "--format"),
        ("graph.svg", &["--scale", "2"], "only a PNG"),
        ("graph.png", &["--scale", "9999"], "use a scale of"),
        ("graph.png", &["--view", "matrix"], "--view services"),
    ] {
        let (output, _) = out(name, more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(cure), "{said}");
    }
}
