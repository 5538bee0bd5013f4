//! The part of `isobar import` that reads boards of other tools.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::CliError;
use crate::board::Board;
use crate::contracts::import::DOCUMENT_MAX;
use crate::interchange::{self, Drawing, Imported, Legend, Source};
use crate::io;
use crate::view::{Document, clipboard};

/// Makes a board of drawings, or adds them to one; false when none of the files is a drawing.
pub(super) fn import(
    files: &[PathBuf],
    legend: &Legend,
    to: &Path,
    out: &mut dyn Write,
) -> Result<bool, CliError> {
    let mut drawings = Vec::new();
    let mut others = Vec::new();
    for path in files {
        match read(path)? {
            Some(drawing) => drawings.push((path, drawing)),
            None => others.push(path),
        }
    }
    if drawings.is_empty() {
        return Ok(false);
    }
    if let Some(other) = others.first() {
        let tools: Vec<&str> = interchange::READERS.iter().map(|reader| reader.name).collect();
        return Err(CliError(format!(
            "{}: it is no board of another tool ({}), and boards and contracts are imported one after the other",
            other.display(),
            tools.join(", ")
        )));
    }
    let mut board = if to.exists() { io::load(to)?.board } else { Board::default() };
    for (path, drawing) in &drawings {
        let Imported { board: drawn, remarks } = drawing.board(legend);
        for remark in remarks {
            writeln!(out, "note: {}: {remark}", path.display())?;
        }
        board = beside(board, drawn);
    }
    io::save(to, &board)?;
    let tools: Vec<&str> = drawings.iter().map(|(_, drawing)| drawing.tool).collect();
    let (stickies, links) = (board.stickies.len(), board.links.len());
    writeln!(out, "{}: {stickies} stickies, {links} links from {}", to.display(), tools.join(", "))?;
    Ok(true)
}

fn read(path: &Path) -> Result<Option<Drawing>, CliError> {
    if path.is_dir() || std::fs::metadata(path).is_ok_and(|file| file.len() > DOCUMENT_MAX as u64) {
        return Ok(None);
    }
    // Standard input can be read only once, and contracts may be what comes in.
    if path == Path::new("-") {
        return Ok(None);
    }
    let text = io::read_text(path)?;
    Ok(interchange::read(Source { name: &path.to_string_lossy(), text: &text }))
}

/// A board with another one to the right of it.
fn beside(board: Board, drawn: Board) -> Board {
    if board == Board::default() {
        return drawn;
    }
    let mut document = Document::new(board, None, 0);
    if let Some((edit, _)) = clipboard::put_beside(&mut document, &drawn) {
        document.commit(edit).expect("planned on this board");
    }
    document.board().clone()
}
