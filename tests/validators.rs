//! Exports of every sample board under the official validators of their formats.
//!
//! They run when the validators are installed (`npm ci --prefix tests/validators`, or a folder of the same shape named
//! by ISOBAR_VALIDATORS) and say clearly when they are skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use isobar::contracts::{Format, Model, Options};
use isobar::io::bundle::{Manner, write};

/// The folder with the installed validators; none when they are not there.
fn validators() -> Option<PathBuf> {
    let folder = std::env::var_os("ISOBAR_VALIDATORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validators"), PathBuf::from);
    let there = folder.join("node_modules/@asyncapi/parser").is_dir();
    if !there {
        println!("SKIPPED: no validators in {} (npm ci --prefix tests/validators)", folder.display());
    }
    there.then_some(folder)
}

fn samples(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            samples(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "ron") {
            out.push(path);
        }
    }
    out.sort();
}

/// Exports every sample in a format, a folder each.
fn export(format: &str, into: &Path) {
    let format = Format::named(format).unwrap();
    let mut boards = Vec::new();
    samples(Path::new("sample-boards"), &mut boards);
    assert!(!boards.is_empty());
    for (at, path) in boards.iter().enumerate() {
        let board = isobar::io::load(path).unwrap().board;
        let topology = isobar::topology::derive(&board);
        let bundle = format.export_model(&Model::new(&board, &topology), &Options::default());
        let folder = into.join(format!("{at}-{}", path.file_stem().unwrap().to_string_lossy()));
        let outcome = write(&folder, format.name, &bundle, Manner::default(), &mut |_| {}).unwrap();
        assert!(outcome.refused.is_empty());
    }
}

/// Runs the official validator of a kind over the exports of a format.
fn check(format: &str, kind: &str) {
    let Some(installed) = validators() else { return };
    let folder = tempfile::tempdir().unwrap();
    export(format, folder.path());
    // The script finds its modules beside itself.
    run(Command::new("node").arg(installed.join("check.mjs")).arg(kind).arg(folder.path()), format);
}

/// The same with the validators written in Python.
fn check_with_python(format: &str, kind: &str) {
    let Some(installed) = validators() else { return };
    let python = installed.join("venv/bin/python");
    if !python.exists() {
        println!("SKIPPED: no {} (run tests/validators/install)", python.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    export(format, folder.path());
    run(Command::new(python).arg(installed.join("check.py")).arg(kind).arg(folder.path()), format);
}

fn run(command: &mut Command, format: &str) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{format}:\n{text}{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", text.lines().last().unwrap_or_default());
}

#[test]
fn asyncapi_documents_pass_the_official_parser() {
    check("asyncapi", "asyncapi");
}

#[test]
fn json_schemas_and_their_examples_pass_ajv() {
    check("json-schema", "schemas");
}

#[test]
fn cloudevents_pass_the_official_library() {
    check("cloudevents", "cloudevents");
}

#[test]
fn catalogues_are_read_whole_by_the_official_reader() {
    check("eventcatalog", "eventcatalog");
}

#[test]
fn types_pass_the_typescript_compiler() {
    check("typescript", "typescript");
}

#[test]
fn openapi_documents_pass_a_3_1_validator() {
    check_with_python("openapi", "openapi");
}

#[test]
fn templates_pass_cfn_lint() {
    check_with_python("eventbridge", "cfn");
}

#[test]
fn pacts_accept_what_they_ask_for_and_refuse_less() {
    check_with_python("pact", "pact");
}

#[test]
fn findings_are_sarif_by_the_schema_of_oasis() {
    let Some(installed) = validators() else { return };
    let python = installed.join("venv/bin/python");
    if !python.exists() || !installed.join("node_modules/@microsoft/jest-sarif").is_dir() {
        println!("SKIPPED: no SARIF schema in {} (run tests/validators/install)", installed.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut boards = Vec::new();
    samples(Path::new("sample-boards"), &mut boards);
    let mut results = 0;
    for (at, path) in boards.iter().enumerate() {
        let board = isobar::io::load(path).unwrap().board;
        let topology = isobar::topology::derive(&board);
        let context = isobar::advice::Context::new(&board, &topology);
        let found = isobar::advice::advise(&context, &isobar::advice::Options::default());
        results += found.len();
        let source = std::fs::read_to_string(path).unwrap();
        let log = isobar::advice::report::sarif(&board, "my boards/größe.ron", &source, &found);
        std::fs::write(folder.path().join(format!("{at}.sarif")), log.to_string()).unwrap();
        // A log that knows none of the board's names conforms to nothing: the other half of the same writer.
        let lines =
            "{\"time\": \"2026-01-01T00:00:00Z\", \"type\": \"Nobody.KnowsThis\", \"source\": \"Nobody\"}\n";
        let log = isobar::replay::load::open(
            lines.as_bytes().to_vec(),
            &isobar::replay::mapping::Mapping::default(),
        )
        .unwrap();
        let found = isobar::replay::conformance::check(&board, &topology, &log);
        results += found.len();
        let log = isobar::replay::conformance::report::sarif(&board, "captured log.jsonl", &found);
        std::fs::write(folder.path().join(format!("{at}-log.sarif")), log.to_string()).unwrap();
    }
    assert!(results > 50, "{results} results to look at");
    run(Command::new(python).arg(installed.join("check.py")).arg("sarif").arg(folder.path()), "sarif");
}

#[test]
fn structs_pass_the_rust_compiler() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if Command::new(&rustc).arg("-V").output().is_err() {
        println!("SKIPPED: no Rust compiler (rustc)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    export("rust", folder.path());
    for board in std::fs::read_dir(folder.path()).unwrap() {
        let root = board.unwrap().path();
        let mut command = Command::new(&rustc);
        command.args(["--edition=2021", "--crate-type=lib", "--emit=metadata", "-Dwarnings", "--out-dir"]);
        // The feature is stated by its Cargo.toml, which the compiler alone does not read.
        command
            .arg(&root)
            .args(["--check-cfg", "cfg(feature, values(\"serde\"))"])
            .arg(root.join("src/lib.rs"));
        run(&mut command, "rust");
    }
}

#[test]
fn mermaid_reads_its_flowcharts() {
    check("mermaid", "mermaid");
}

#[test]
fn graphviz_draws_the_graphs() {
    if Command::new("dot").arg("-V").output().is_err() {
        println!("SKIPPED: no Graphviz (dot)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    export("dot", folder.path());
    let mut graphs = Vec::new();
    for board in std::fs::read_dir(folder.path()).unwrap() {
        graphs.extend(["events.dot", "services.dot"].map(|name| board.as_ref().unwrap().path().join(name)));
    }
    for graph in graphs {
        let output =
            Command::new("dot").args(["-Tsvg", "-o"]).arg(folder.path().join("x.svg")).arg(&graph).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}: {}", graph.display(), String::from_utf8_lossy(&output.stderr));
    }
}
