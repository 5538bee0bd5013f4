//! `isobar import`: a board from contract files, or from a board of another tool.

use std::io::Write;
use std::path::PathBuf;

use super::progress::Progress;
use super::{CliError, Exit, Subcommand, import_drawings};
use crate::contracts::import::import_watched;
use crate::interchange::Legend;
use crate::io;

/// Arguments of `isobar import`.
#[derive(clap::Args)]
pub(super) struct Import {
    /// Contract files, or folders of them: AsyncAPI 2 and 3, OpenAPI 3, EventCatalog, Backstage, CloudFormation, SAM,
    /// Serverless, EventBridge schemas, JSON Schema; or boards of other tools: Miro, Excalidraw, Egon.io, Miragon,
    /// giraflow, lines of text
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The board to write; one that exists is brought up to date
    #[arg(long, value_name = "BOARD")]
    out: PathBuf,
    /// What colours and icons of another tool stand for: `orange=event,#8fc1ff=command`
    #[arg(long, value_name = "LEGEND", default_value = "")]
    legend: String,
}

impl Subcommand for Import {
    const NAME: &'static str = "import";
    const ABOUT: &'static str = "Make or update a board from contract files, or from boards of other tools";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let legend = Legend::read(&self.legend).map_err(|error| CliError(error.to_string()))?;
        if import_drawings::import(&self.files, &legend, &self.out, out)? {
            return Ok(Exit::Fine);
        }
        let collected = io::sources::collect(&self.files)?;
        let base = if self.out.exists() { Some(io::load(&self.out)?.board) } else { None };
        let mut progress = Progress::new();
        let doing = format!("{} files", collected.sources.len());
        let imported =
            import_watched(&collected.sources, base.as_ref(), &mut |share| progress.show(share, &doing));
        progress.end();
        let imported = imported.map_err(|error| CliError(collected.why(&error)))?;
        io::save(&self.out, &imported.board)?;
        for remark in imported.report.iter().map(ToString::to_string).chain(collected.skipped) {
            writeln!(out, "note: {remark}")?;
        }
        let board = &imported.board;
        let (stickies, links) = (board.stickies.len(), board.links.len());
        writeln!(
            out,
            "{}: {stickies} stickies, {links} links from {}",
            self.out.display(),
            imported.formats.join(", ")
        )?;
        Ok(Exit::Fine)
    }
}
