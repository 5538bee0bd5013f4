//! Every parser of the house, each with texts to begin from and what must hold of any input: no panic, and what
//! was read can be gone on with. Shared by the fuzz targets, the runner without a nightly compiler, and the tests.

#[path = "check_pattern.rs"]
mod check_pattern;

use std::path::{Path, PathBuf};

use isobar::board::format::place::Lines;
use isobar::board::format::{Syntax, read, write};
use isobar::board::schema::json_schema::{from_json_schema, to_json_schema};
use isobar::board::schema::{compatibility, generate};
use isobar::contracts::import;
use isobar::interchange::{self, Legend};
use isobar::replay::load;
use isobar::replay::mapping::Mapping;
use isobar::simulation::compile::every_problem;
use isobar::topology::derive;

/// One parser.
pub(crate) struct Parser {
    /// Its name.
    pub(crate) name: &'static str,
    /// Where its seeds lie, within the repository: a file, or a folder with all below it.
    seeds: &'static [&'static str],
    /// Reads any bytes, under the name of the seed they came from; true when they were understood.
    pub(crate) run: fn(&str, &[u8]) -> bool,
}

/// All parsers.
pub(crate) const PARSERS: &[Parser] = &[
    Parser { name: "board", seeds: &["sample-boards"], run: board },
    Parser { name: "import", seeds: &["fuzz/seeds/import"], run: contracts },
    Parser { name: "log", seeds: &["fuzz/seeds/logs"], run: log },
    Parser { name: "packed-log", seeds: &["fuzz/seeds/logs/loose.jsonl"], run: packed_log },
    Parser {
        name: "schemas",
        seeds: &["fuzz/seeds/schemas", "fuzz/seeds/import/order.schema.json"],
        run: schemas,
    },
    Parser {
        name: "pattern",
        seeds: &["tests/data/event-patterns/excerpt.jsonl"],
        run: |_, bytes| check_pattern::check(bytes),
    },
    Parser { name: "drawing", seeds: &["fuzz/seeds/drawings"], run: drawing },
];

/// The parser of this name.
pub(crate) fn parser(name: &str) -> Option<&'static Parser> {
    PARSERS.iter().find(|parser| parser.name == name)
}

impl Parser {
    /// The seeds: names and contents, in order of name.
    pub(crate) fn inputs(&self) -> Vec<(String, Vec<u8>)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = if root.join("fuzz_targets").is_dir() { root.join("..") } else { root.to_owned() };
        let mut files = Vec::new();
        self.seeds.iter().for_each(|seed| gather(&root.join(seed), &mut files));
        files.sort();
        let named = |path: PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a seed that can be read"))
        };
        let mut inputs: Vec<(String, Vec<u8>)> =
            files.into_iter().map(named).filter(|(name, _)| !name.ends_with(".md")).collect();
        if self.name == "board" {
            // The same boards in the other syntax.
            let json = |(name, ron): &(String, Vec<u8>)| {
                let board = read(text(ron)?, Syntax::Ron).ok()?;
                Some((name.replace(".ron", ".json"), write(&board, Syntax::Json).into_bytes()))
            };
            let more: Vec<_> = inputs.iter().filter_map(json).collect();
            inputs.extend(more);
        }
        if self.name == "pattern" {
            inputs = inputs.iter().flat_map(|(_, cases)| pattern_cases(cases)).collect();
        }
        inputs
    }
}

/// The cases of a file as a pattern in the first line and an event in the rest, under their names.
fn pattern_cases(cases: &[u8]) -> Vec<(String, Vec<u8>)> {
    let cases = serde_json::Deserializer::from_slice(cases).into_iter::<serde_json::Value>();
    let case = |case: serde_json::Value| {
        let field = |name: &str| case[name].as_str().unwrap_or_default().replace('\n', " ");
        (field("name"), format!("{}\n{}", field("pattern"), field("event")).into_bytes())
    };
    cases.map(|read| case(read.expect("a case in JSON"))).collect()
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        return files.push(path.to_owned());
    }
    for entry in std::fs::read_dir(path).expect("a folder of seeds").flatten() {
        // Journals of open boards are no seeds.
        if !entry.file_name().to_string_lossy().starts_with('.') {
            gather(&entry.path(), files);
        }
    }
}

/// Text as importers get it: bytes that are no text never come that far.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn board(name: &str, bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let syntax = if name.ends_with(".json") { Syntax::Json } else { Syntax::of_text(text) };
    let Ok(board) = read(text, syntax) else { return false };
    // What was read is written, and read again as the same.
    for syntax in [Syntax::Ron, Syntax::Json] {
        let again = read(&write(&board, syntax), syntax);
        assert!(again.as_ref() == Ok(&board), "{syntax:?}: {:?}", again.err());
    }
    let _ = derive(&board);
    // What is wrong with it is told on lines that are there.
    let last = 1 + text.matches('\n').count();
    let lines = Lines::of(text);
    let records = board.records().take(20).map(|record| lines.line(&record.key()));
    let problems = every_problem(&board);
    for line in records.chain(problems.iter().take(20).map(|problem| problem.line(&lines))) {
        assert!((1..=last).contains(&line), "line {line} of {last}");
    }
    true
}

fn contracts(name: &str, bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    // A catalogue's pages say by their place what they are about.
    let folder = if name.ends_with(".mdx") { "services/Shop" } else { "in" };
    let source = import::Source { path: format!("{folder}/{name}"), text: text.to_owned() };
    let Ok(imported) = import::import(std::slice::from_ref(&source), None) else { return false };
    // Importing again changes nothing that cannot be changed.
    let _ = import::import(&[source], Some(&imported.board));
    let _ = derive(&imported.board);
    true
}

fn log(_: &str, bytes: &[u8]) -> bool {
    let Ok(log) = load::open(bytes.to_vec(), &Mapping::default()) else { return false };
    for row in 0..log.len().min(100) {
        let event = log.event(row).expect("a row below the length");
        let _ = (event.detail(), event.payload(), event.correlation(), event.causation(), event.id());
    }
    true
}

fn packed_log(_: &str, bytes: &[u8]) -> bool {
    isobar::io::logs::LogFile::spooled(bytes, Path::new("-")).is_ok_and(|file| {
        let source = file.shared();
        let bytes = source.bytes();
        log("", &bytes[..bytes.len().min(1 << 20)])
    })
}

/// Two JSON Schemas, a line each: read, written, compared, and payloads made of them.
fn schemas(_: &str, bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let (old, new) = text.split_once('\n').unwrap_or((text, text));
    let (Ok(old), Ok(new)) = (serde_json::from_str(old), serde_json::from_str(new)) else { return false };
    let (old, new) = (from_json_schema(&old), from_json_schema(&new));
    for schema in [&old, &new] {
        let written = to_json_schema(schema);
        let _ = (written, generate::example(schema, 1), schema.leaf_count(), schema.leaf_paths());
        let _ = isobar::board::filters::shape("Message", schema);
    }
    assert!(compatibility::compare(&old, &old).is_empty(), "a schema differs from itself");
    let _ = compatibility::compatibility(&compatibility::compare(&old, &new));
    true
}

fn drawing(name: &str, bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let Some(drawing) = interchange::read(interchange::Source { name, text }) else { return false };
    let board = drawing.board(&Legend::default()).board;
    drop(drawing);
    let again = read(&write(&board, Syntax::Ron), Syntax::Ron);
    assert!(again.as_ref() == Ok(&board), "the board made of it is not read back: {:?}", again.err());
    true
}

/// Runs a parser on bytes of a fuzzer: the first byte picks the name of a seed.
#[allow(dead_code, reason = "the fuzz targets need it, the others name their input")]
pub(crate) fn run(name: &str, data: &[u8]) {
    const NAMES: [&str; 14] = [
        "a.json",
        "a.yaml",
        "a.ron",
        "index.mdx",
        "catalog-info.yaml",
        "a.avsc",
        "serverless.yml",
        "a.excalidraw",
        "a.egn",
        "a.giraflow.json",
        "a.storm",
        "a.txt",
        "a.csv",
        "template.yaml",
    ];
    let Some((&first, rest)) = data.split_first() else { return };
    let parser = parser(name).expect("a parser of this name");
    (parser.run)(NAMES[usize::from(first) % NAMES.len()], rest);
}
