//! From contracts to a board: documents of one format read together, merged by name, laid out to be read.
//!
//! One format a file, registered in [`READERS`]. Nothing is ever fetched: what lies outside the given files is
//! reported. Importing into a board that has the same things already changes what differs and adds what is missing.

pub mod asyncapi;
pub mod aws;
pub mod backstage;
pub mod build;
mod columns;
pub mod documents;
pub mod eventcatalog;
pub mod gathered;
pub mod json_schemas;
pub mod openapi;
pub mod products;
pub mod schema_registry;
mod tower;

use indexmap::IndexSet;
use serde_json::Value;

pub use super::bundle::Remark;
use crate::board::Board;
pub use documents::Documents;
pub use gathered::Gathered;

/// The largest text read as one document, in bytes.
pub const DOCUMENT_MAX: usize = 32 * 1024 * 1024;

/// A file to import: its path, with `/`, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path, by which other files may refer to it.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// A board made of documents.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The board.
    pub board: Board,
    /// The formats that were read, by name.
    pub formats: Vec<&'static str>,
    /// What was not understood, or has no place on a board.
    pub report: Vec<Remark>,
}

/// One format that can be read.
#[derive(Clone, Copy)]
pub struct Reader {
    /// Its name.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// True for a document of this format.
    sniff: fn(&str, &Value) -> bool,
    /// Documents that stand as text inside one of this format: a name within it, and the text.
    inside: fn(&Value) -> Vec<(String, &str)>,
    /// Reads the documents of this format, by path, among all others.
    read: fn(&[&str], &Documents, &mut Gathered),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Reader").field(&self.name).finish()
    }
}

/// Every format that can be read, in the order they are tried and read: catalogues come first, because they say which
/// service a document describes and what things are called.
pub const READERS: &[Reader] = &[
    eventcatalog::READER,
    backstage::READER,
    asyncapi::READER,
    schema_registry::READER,
    openapi::READER,
    aws::READER,
    json_schemas::READER,
];

/// The inside of formats that have none.
pub(super) fn nothing_inside(_document: &Value) -> Vec<(String, &str)> {
    Vec::new()
}

/// The format of a text that can be imported, by its name in [`READERS`]; none for anything else.
#[must_use]
pub fn recognise(path: &str, text: &str) -> Option<&'static str> {
    let source = Source { path: path.to_owned(), text: text.to_owned() };
    let documents = Documents::parse(std::slice::from_ref(&source), &mut IndexSet::new(), &mut |_| {});
    let (path, document) = documents.iter().next()?;
    READERS.iter().find(|reader| (reader.sniff)(path, document)).map(|reader| reader.name)
}

/// No file could be read as a contract. The message names the files and says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImportError(pub String);

/// Reads documents into a board: into `base` where one is given, else a new one.
///
/// # Errors
/// When none of them is a document of a known format.
pub fn import(sources: &[Source], base: Option<&Board>) -> Result<Imported, ImportError> {
    import_watched(sources, base, &mut |_| {})
}

/// The shares of an import's time that parsing, and parsing and reading together, take of documents of our own.
const PARSED: f32 = 0.6;
const READ: f32 = 0.9;

/// The same, telling now and then which share of the work is done.
///
/// # Errors
/// When none of them is a document of a known format.
pub fn import_watched(
    sources: &[Source],
    base: Option<&Board>,
    watch: &mut dyn FnMut(f32),
) -> Result<Imported, ImportError> {
    let mut gathered = Gathered::onto(base);
    let all = sources.len().max(1) as f32;
    let documents =
        Documents::parse(sources, &mut gathered.report, &mut |done| watch(PARSED * done as f32 / all));
    let mut of_format: Vec<Vec<&str>> = vec![Vec::new(); READERS.len()];
    for (path, document) in documents.iter() {
        match READERS.iter().position(|reader| (reader.sniff)(path, document)) {
            Some(at) => of_format[at].push(path),
            None if documents.is_referred_to(path) || documents::is_page(path) => {}
            None => {
                gathered.remark(path, "it is no contract of a format that can be read, so it is left out");
            }
        }
    }
    let mut formats: Vec<&'static str> = Vec::new();
    let mut read = 0;
    for (reader, paths) in READERS.iter().zip(&of_format).filter(|(_, paths)| !paths.is_empty()) {
        watch(PARSED + (READ - PARSED) * read as f32 / all);
        gathered.reading(reader.name);
        (reader.read)(paths, &documents, &mut gathered);
        formats.push(reader.name);
        read += paths.len();
    }
    if formats.is_empty() {
        let names: Vec<_> = READERS.iter().map(|reader| reader.label).collect();
        let report = documents::as_given(gathered.report, sources);
        let why: Vec<String> = report.iter().take(5).map(ToString::to_string).collect();
        let why = match (why.is_empty(), sources) {
            (false, _) => why.join("; "),
            (true, []) => "no file was given".to_owned(),
            (true, [first, ..]) => format!("{}: it is a page without front matter", first.path),
        };
        return Err(ImportError(format!("nothing to import ({why}). Formats: {}", names.join(", "))));
    }
    watch(READ);
    gathered.reconcile();
    let mut board = build::build(&gathered, base);
    if base.is_none() && board.settings.title.is_empty() {
        board.settings.title = documents::common_name(sources);
    }
    let report = documents::as_given(gathered.report, sources);
    Ok(Imported { board, formats, report })
}

#[cfg(test)]
mod tests;
