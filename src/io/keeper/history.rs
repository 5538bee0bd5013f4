//! The history of a board: the journals of its past sessions, one after another, in the data folder.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use crate::board::Board;
use crate::board::format::{self, Syntax};
use crate::edit::{Edit, Story};
use crate::io::journal::{Line, Told, now};

/// The most that is kept of one board's history, in bytes: the oldest sessions go first.
const SIZE_MAX: u64 = 64 * 1024 * 1024;

/// Adds what a journal tells, up to so many edits, to a history. A history that cannot be written is a loss to the
/// replay of the workshop and to nothing else, so errors are passed over.
pub(super) fn put_by(place: &Path, told: &Told, edits: usize) {
    if edits > 0 {
        let _ = append(place, told, edits);
    }
}

fn append(place: &Path, told: &Told, edits: usize) -> std::io::Result<()> {
    let start =
        Line::Start { version: 1, at: told.at, digest: 0, board: format::write(&told.start, Syntax::Ron) };
    let mut text = start.text()?;
    for (at, edit) in told.edits.iter().take(edits) {
        text.push_str(&Line::Edit { at: *at, edit: edit.clone() }.text()?);
    }
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let size = std::fs::metadata(place).map_or(0, |metadata| metadata.len()) + text.len() as u64;
    if size > SIZE_MAX {
        let old = std::fs::read_to_string(place)?;
        let kept = newest(&old, SIZE_MAX.saturating_sub(text.len() as u64));
        return crate::io::write_atomically(place, format!("{kept}{text}").as_bytes())
            .map_err(std::io::Error::other);
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(place)?;
    file.write_all(text.as_bytes())
}

/// The newest sessions of a history that fit a size.
fn newest(history: &str, size: u64) -> &str {
    let starts = history.match_indices("{\"start\":").map(|(at, _)| at);
    let mut starts = starts.filter(|at| *at == 0 || history.as_bytes().get(at - 1) == Some(&b'\n'));
    starts.find(|at| (history.len() - at) as u64 <= size).map_or("", |at| &history[at..])
}

/// The story of a board: its history, then the journal of this session, up to the board as it is.
pub(super) fn story(place: Option<&Path>, told: Option<&Told>, board: &Board) -> Story {
    const ELSEWHERE: &str = "Changed outside Isobar";
    let mut story: Option<Story> = None;
    let begin = |story: &mut Option<Story>, at: i64, board: Board| match story {
        Some(story) => story.add_jump(at, ELSEWHERE, &board),
        None => *story = Some(Story::new(board)),
    };
    if let Some(file) = place.and_then(|place| std::fs::File::open(place).ok()) {
        for line in BufReader::new(file).lines().map_while(Result::ok) {
            match serde_json::from_str(&line) {
                Ok(Line::Start { at, board, .. }) => {
                    // A session that cannot be read is left out; the next starts from a board of its own.
                    if let Ok(board) = format::read(&board, Syntax::Ron) {
                        begin(&mut story, at, board);
                    }
                }
                Ok(Line::Edit { at, edit }) => {
                    story.as_mut().into_iter().for_each(|story| story.add(at, &edit));
                }
                _ => {}
            }
        }
    }
    if let Some(told) = told {
        begin(&mut story, told.at, told.start.clone());
        let edits: &[(i64, Edit)] = &told.edits;
        edits.iter().for_each(|(at, edit)| story.as_mut().into_iter().for_each(|story| story.add(*at, edit)));
    }
    begin(&mut story, now(), board.clone());
    story.unwrap_or_default()
}
