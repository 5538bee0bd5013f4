//! `isobar render`: a board as a picture.

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::scene::palette::Palette;
use crate::scene::{Scene, svg};

/// Arguments of `isobar render`.
#[derive(clap::Args)]
pub(super) struct Render {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// Where to write the picture (`.svg`, or `.html` with the picture in a page of its own); standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// In the colours of the dark theme
    #[arg(long)]
    dark: bool,
}

impl Subcommand for Render {
    const NAME: &'static str = "render";
    const ABOUT: &'static str = "Draw a board as a picture";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let extension =
            self.out.as_ref().and_then(|path| path.extension()).map(|it| it.to_string_lossy().to_lowercase());
        let page = match extension.as_deref() {
            None | Some("svg") => false,
            Some("html") => true,
            Some(other) => {
                return Err(CliError(format!(
                    "`.{other}` is not a picture this can draw: name the file .svg or .html"
                )));
            }
        };
        let board = io::load(&self.board)?.board;
        let picture = svg::write(&Scene::of(&board), board.title(), &Palette::new(self.dark));
        let text = if page { svg::page(&picture, board.title()) } else { picture };
        match &self.out {
            Some(path) => io::write_atomically(path, text.as_bytes())?,
            None => out.write_all(text.as_bytes())?,
        }
        Ok(Exit::Fine)
    }
}
