//! From board to contracts: formats that a board can be exported to, each file in memory with its path.
//!
//! One format a file, registered in [`FORMATS`]. A format never fails: what it could not say is in the report of its
//! [`Bundle`]. File names are made in one place, [`names`], and written in one place, [`crate::io::bundle`].

pub mod asyncapi;
pub mod backstage;
pub mod bundle;
pub mod cloudevents;
pub mod compatibility;
pub mod diagrams;
pub mod eventbridge;
pub mod eventcatalog;
pub mod import;
pub mod json_schema;
pub mod markdown;
pub mod model;
pub mod names;
pub mod openapi;
pub mod pact;
pub mod rust;
pub mod typescript;
pub mod yaml;

pub use bundle::{Bundle, Remark};
pub use model::Model;

use crate::board::Board;
use crate::topology::Topology;

/// The spelling of documents that may be JSON or YAML.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// YAML, which people read.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

impl Syntax {
    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
}

/// What the person who exports may choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The spelling of documents that may be JSON or YAML.
    pub syntax: Syntax,
}

/// One format a board can be exported to.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it writes, in a sentence.
    pub help: &'static str,
    /// Writes the documents.
    write: fn(&Model, &Options, &mut Bundle),
}

/// Every format, in the order of the help.
pub const FORMATS: &[Format] = &[
    asyncapi::FORMAT,
    json_schema::FORMAT,
    openapi::FORMAT,
    cloudevents::FORMAT,
    pact::FORMAT,
    eventcatalog::FORMAT,
    eventbridge::FORMAT,
    backstage::FORMAT,
    markdown::FORMAT,
    typescript::FORMAT,
    rust::FORMAT,
    diagrams::MERMAID,
    diagrams::DOT,
    diagrams::PLANTUML,
];

impl Format {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Exports a board: the same board gives the same bytes.
    #[must_use]
    pub fn export(&self, board: &Board, topology: &Topology, options: &Options) -> Bundle {
        self.export_model(&Model::new(board, topology), options)
    }

    /// Exports a board whose model is made already, as when several formats are wanted.
    #[must_use]
    pub fn export_model(&self, model: &Model, options: &Options) -> Bundle {
        let mut bundle = Bundle::default();
        self.export_into(model, options, &mut bundle);
        bundle
    }

    /// Exports a board into a bundle, which may tell how far it is.
    pub fn export_into(&self, model: &Model, options: &Options, bundle: &mut Bundle) {
        bundle.report.extend(model.remarks.iter().cloned());
        (self.write)(model, options, bundle);
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Format").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests;
