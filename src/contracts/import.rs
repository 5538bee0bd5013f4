//! From contracts to a board: documents of one format read together, merged by name, laid out to be read.
//!
//! One format a file, registered in [`READERS`]. Nothing is ever fetched: what lies outside the given files is
//! reported. Importing into a board that has the same things already changes what differs and adds what is missing.

pub mod asyncapi;
pub mod build;
pub mod documents;
pub mod gathered;
pub mod json_schemas;

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
    /// True for a document of this format.
    sniff: fn(&str, &Value) -> bool,
    /// Reads one document among its siblings.
    read: fn(&str, &Documents, &mut Gathered),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Reader").field(&self.name).finish()
    }
}

/// Every format that can be read, in the order they are tried.
pub const READERS: &[Reader] = &[asyncapi::READER, json_schemas::READER];

/// No file could be read as a contract. The message names the files and says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImportError(pub String);

/// Reads documents into a board: into `base` where one is given, else a new one.
///
/// # Errors
/// When none of them is a document of a known format.
pub fn import(sources: &[Source], base: Option<&Board>) -> Result<Imported, ImportError> {
    let mut gathered = Gathered::default();
    let documents = Documents::parse(sources, &mut gathered.report);
    let mut formats: Vec<&'static str> = Vec::new();
    for (path, document) in documents.iter() {
        match READERS.iter().find(|reader| (reader.sniff)(path, document)) {
            Some(reader) => {
                (reader.read)(path, &documents, &mut gathered);
                if !formats.contains(&reader.name) {
                    formats.push(reader.name);
                }
            }
            None if documents.is_referred_to(path) => {}
            None => {
                gathered.remark(path, "it is no contract of a format that can be read, so it is left out");
            }
        }
    }
    if formats.is_empty() {
        let names: Vec<_> = READERS.iter().map(|reader| reader.name).collect();
        let why: Vec<String> = gathered.report.iter().take(5).map(ToString::to_string).collect();
        let why = if why.is_empty() { "no file was given".to_owned() } else { why.join("; ") };
        return Err(ImportError(format!("nothing to import ({why}). Formats: {}", names.join(", "))));
    }
    let board = build::build(&gathered, base);
    Ok(Imported { board, formats, report: gathered.report })
}

#[cfg(test)]
mod tests;
