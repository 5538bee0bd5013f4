//! The law of the house, kept by reading the sources: who may import whom, who may touch the outside, what a file
//! looks like.

use std::path::{Path, PathBuf};

use super::generated;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push((path, text));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out
}

/// The rooms from the ground up; a room may import only rooms before it.
const ROOMS: [&str; 16] = [
    "pattern",
    "board",
    "samples",
    "edit",
    "topology",
    "availability",
    "advice",
    "simulation",
    "contracts",
    "replay",
    "scene",
    "view",
    "interchange",
    "io",
    "cli",
    "app",
];

fn room(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    ROOMS.iter().position(|room| *room == first.trim_end_matches(".rs"))
}

/// The code of a file without comments and without its test modules, line by line.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let shipped = text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at]);
    shipped
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    let folder = path.components().any(|part| part.as_os_str() == "tests");
    folder || matches!(name.as_ref(), "tests.rs" | "testing.rs" | "naive.rs")
}

#[test]
fn imports_run_downwards() {
    let mut wrong = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !is_test_file(path)) {
        let Some(own) = room(path) else { continue };
        for (line, code) in code(text) {
            for (other, name) in ROOMS.iter().enumerate() {
                if other > own && code.contains(&format!("crate::{name}")) {
                    wrong.push(format!("{}:{line}: {} may not import {name}", path.display(), ROOMS[own]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_side_touches_nothing_outside() {
    let outside = [
        "std::fs",
        "std::env",
        "std::thread",
        "std::process",
        "TcpStream",
        "UdpSocket",
        "Instant::now",
        "SystemTime",
    ];
    let pure = ROOMS.iter().position(|room| *room == "io").unwrap();
    let mut wrong = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !is_test_file(path)) {
        if room(path).is_none_or(|room| room >= pure) {
            continue;
        }
        for (line, code) in code(text) {
            for word in outside.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("{}:{line}: {word} belongs to io, cli or app", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_app_knows_its_toolkit() {
    let toolkit = ["egui", "eframe", "rfd::"];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let in_app = room(&path).is_some_and(|room| ROOMS[room] == "app");
        let in_graph = path.ancestors().any(|folder| folder.with_extension("").ends_with("app/graph"));
        for (line, code) in code(&text) {
            for word in toolkit.iter().filter(|word| !in_app && code.contains(**word)) {
                wrong.push(format!("{}:{line}: {word}", path.display()));
            }
            if code.contains("egui_graphs::") && !in_graph {
                wrong.push(format!("{}:{line}: egui_graphs stays in app/graph", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_lives_there_and_can_be_read_in_one_sitting() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//! ") {
            wrong.push(format!("{}: it does not open with a `//!` line", path.display()));
        }
        let lines = text.lines().count();
        let most = if is_test_file(&path) { 1_000 } else { 600 };
        if lines > most {
            wrong.push(format!("{}: {lines} lines, more than {most}", path.display()));
        }
        if path.file_name().unwrap() == "mod.rs" {
            wrong.push(format!("{}: rooms are foo.rs beside foo/", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_headless_tool_pulls_in_no_window_system() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--locked",
            "--no-default-features",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    for name in
        ["winit", "egui", "eframe", "x11", "wayland", "glutin", "glow", "wgpu", "gtk", "rfd", "arboard"]
    {
        let found: Vec<&str> = tree.lines().filter(|line| line.starts_with(name)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn the_rule_book_in_the_docs_is_fresh() {
    generated::check("docs/rules.md", &isobar::advice::report::book(), "tidy");
}

#[test]
fn the_command_table_in_the_readme_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut table = String::from(
        "\n| Command | Does |\n| --- | --- |\n| `isobar [BOARD] [--replay LOG]` | Open the app |\n",
    );
    for command in isobar::cli::command().get_subcommands() {
        let arguments: Vec<String> = command
            .get_positionals()
            .map(|argument| format!(" {}", argument.get_id().as_str().to_uppercase()))
            .collect();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        table.push_str(&format!("| `isobar {}{}` | {about} |\n", command.get_name(), arguments.concat()));
    }
    table.push('\n');
    let (start, end) =
        ("<!-- commands: made by `UPDATE_DOCS=1 cargo test tidy` -->", "<!-- end of commands -->");
    let at = text.find(start).unwrap() + start.len();
    let until = text.find(end).unwrap();
    let fresh = format!("{}{table}{}", &text[..at], &text[until..]);
    generated::check("README.md", &fresh, "tidy");
}

/// The command line as a page: each subcommand with its usage and options.
fn command_line() -> String {
    let mut page = String::from(
        "# The command line\n\nMade by `UPDATE_DOCS=1 cargo test tidy` from the program itself.\n\n\
         `isobar [BOARD] [--replay LOG]` opens the window. Everything else prints to standard output and exits with 0 when all\n\
         is fine, 1 when it found what it looks for, 2 on bad usage or bad input. `-` stands for standard input. `RUST_LOG=debug`\n\
         tells on standard error what the app does.\n",
    );
    let mut whole = isobar::cli::whole_command();
    whole.build();
    for command in whole.get_subcommands_mut().filter(|command| command.get_name() != "help") {
        let name = command.get_name().to_owned();
        let help = command.clone().term_width(100).render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        page.push_str(&format!("\n## isobar {name}\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    }
    page
}

#[test]
fn the_page_of_the_command_line_is_fresh() {
    generated::check("docs/command-line.md", &command_line(), "tidy");
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table = std::fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let page = std::fs::read_to_string(root.join("docs/dependencies.md")).unwrap();
    let mut listed: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|cell| cell.split('`').filter(|name| !name.trim().is_empty() && *name != ", "))
        .collect();
    listed.sort_unstable();
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    // Those of one platform stand in tables of their own.
    let platforms = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let places = platforms.filter_map(|(_, table)| table.as_table()).chain([&manifest]);
    let mut used: Vec<&str> = places
        .flat_map(|place| tables.iter().filter_map(|table| place.get(*table)?.as_table()))
        .flat_map(|table| table.keys().map(String::as_str))
        .collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(listed, used, "docs/dependencies.md has a line for each dependency and for nothing else");
}
