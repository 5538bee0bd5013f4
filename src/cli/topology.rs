//! `isobar topology`: the derived graph.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::topology::projection::{View, project};
use crate::topology::{derive, text};

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Dot,
    Mermaid,
}

#[derive(Clone, Copy, ValueEnum)]
enum ViewName {
    Events,
    Services,
    Runtime,
    Teams,
}

impl From<ViewName> for View {
    fn from(name: ViewName) -> Self {
        match name {
            ViewName::Events => Self::Events,
            ViewName::Services => Self::Services,
            ViewName::Runtime => Self::Runtime,
            ViewName::Teams => Self::Teams,
        }
    }
}

/// Arguments of `isobar topology`.
#[derive(clap::Args)]
pub(super) struct Topology {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// What to show: messages and channels, services by dependency, what waits at run time, or teams
    #[arg(long, value_enum, default_value = "events")]
    view: ViewName,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Subcommand for Topology {
    const NAME: &'static str = "topology";
    const ABOUT: &'static str = "Print the publisher/subscriber graph a board implies";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let topology = derive(&board);
        let view = View::from(self.view);
        let graph = project(&board, &topology, view);
        match self.format {
            Format::Text if view == View::Events => write!(out, "{}", text::in_words(&board, &topology))?,
            Format::Text => {
                for edge in graph.edge_indices() {
                    let Some((from, to)) = graph.edge_endpoints(edge) else { continue };
                    let how = if graph[edge].synchronous { ", waiting" } else { "" };
                    let messages = graph[edge].messages.join(", ");
                    writeln!(out, "{} -> {}: {messages}{how}", graph[from].name, graph[to].name)?;
                }
            }
            Format::Json => writeln!(out, "{:#}", text::graph_json(&graph))?,
            Format::Dot => write!(out, "{}", text::graph_dot(&graph, board.title()))?,
            Format::Mermaid => write!(out, "{}", text::graph_mermaid(&graph))?,
        }
        Ok(Exit::Fine)
    }
}
