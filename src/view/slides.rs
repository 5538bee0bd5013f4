//! What a presentation of a board walks through.

use crate::board::{Board, Rect};

/// One step of a presentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Slide {
    /// What it is called.
    pub title: String,
    /// What it shows.
    pub area: Rect,
}

/// The whole board, then its frames in reading order: by rows from the top, in a row from the left. Frames within a
/// frame come after it. A board with nothing on it has no slides.
#[must_use]
pub fn of(board: &Board) -> Vec<Slide> {
    let Some(whole) = board.bounds() else { return Vec::new() };
    let mut frames: Vec<(&str, Rect)> =
        board.frames.values().map(|frame| (frame.name.as_str(), frame.rect())).collect();
    frames.sort_by(|(_, a), (_, b)| a.min.y.total_cmp(&b.min.y).then(a.min.x.total_cmp(&b.min.x)));
    let mut rows: Vec<Vec<(&str, Rect)>> = Vec::new();
    for frame in frames {
        // A frame that begins above the middle of a row's first frame stands in that row.
        match rows.last_mut().filter(|row| frame.1.min.y < row[0].1.center().y) {
            Some(row) => row.push(frame),
            None => rows.push(vec![frame]),
        }
    }
    for row in &mut rows {
        row.sort_by(|(_, a), (_, b)| {
            a.min.x.total_cmp(&b.min.x).then(a.min.y.total_cmp(&b.min.y)).then(b.max.x.total_cmp(&a.max.x))
        });
    }
    let title = |name: &str| if name.is_empty() { "Frame".to_owned() } else { name.to_owned() };
    let frames = rows.into_iter().flatten().map(|(name, area)| Slide { title: title(name), area });
    std::iter::once(Slide { title: board.title().to_owned(), area: whole }).chain(frames).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Frame, FrameId, Id, Point, Size};

    #[test]
    fn frames_are_walked_through_in_reading_order() {
        let mut board = Board::default();
        assert_eq!(of(&board), []);
        for (n, name, x, y) in [
            (1, "Third", 0.0, 500.0),
            (2, "Second", 600.0, -20.0),
            (3, "First", 0.0, 0.0),
            (4, "Inner", 20.0, 40.0),
        ] {
            let size = if name == "Inner" { Size::new(100.0, 100.0) } else { Size::new(500.0, 400.0) };
            let frame = Frame { name: name.to_owned(), at: Point::new(x, y), size, ..Frame::default() };
            board.frames.insert(FrameId(Id::new(0, n)), frame);
        }
        let titles: Vec<String> = of(&board).into_iter().map(|slide| slide.title).collect();
        assert_eq!(titles, ["Untitled board", "First", "Inner", "Second", "Third"]);
    }
}
