//! `isobar render`: a board as a picture.

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::io::picture::{self, Format};

/// Arguments of `isobar render`.
#[derive(clap::Args)]
pub(super) struct Render {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// Where to write the picture: `.svg`, `.png`, `.html` to pan and zoom, or `.txt` for lines of text; SVG on standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Pixels of a PNG a unit of the board; 2 when neither this nor the file's name says otherwise (`board@3x.png`)
    #[arg(long, value_name = "NUMBER")]
    scale: Option<f32>,
    /// In the colours of the dark theme
    #[arg(long)]
    dark: bool,
}

impl Subcommand for Render {
    const NAME: &'static str = "render";
    const ABOUT: &'static str = "Draw a board as a picture";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let failed = |error: picture::PictureError| CliError(error.to_string());
        let mut format = match &self.out {
            Some(path) => Format::of_name(path).map_err(failed)?,
            None => Format::Svg,
        };
        match (&mut format, self.scale) {
            (Format::Png(scale), Some(asked)) => *scale = asked,
            (_, Some(_)) => return Err(CliError("only a PNG has a scale: name the file .png".to_owned())),
            (_, None) => {}
        }
        let board = io::load(&self.board)?.board;
        match &self.out {
            Some(path) => picture::export(&board, path, format, self.dark).map_err(failed)?,
            None => out.write_all(&picture::draw(&board, format, self.dark).map_err(failed)?)?,
        }
        Ok(Exit::Fine)
    }
}
