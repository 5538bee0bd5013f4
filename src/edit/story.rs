//! How a board came to be: its edits as steps to go back and forth over.

use super::{Edit, Op, apply, diff_boards};
use crate::board::{Board, Key};

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When it was made, in seconds since 1970.
    pub at: i64,
    /// What it did.
    pub label: String,
    ops: Vec<Op>,
}

impl Step {
    /// The records it touched, each once.
    #[must_use]
    pub fn touched(&self) -> Vec<Key> {
        let mut seen = std::collections::BTreeSet::new();
        self.ops.iter().map(Op::key).filter(|key| seen.insert(key.clone())).collect()
    }
}

/// A board and the steps that led to it, at some place among them.
#[derive(Clone, Debug, Default)]
pub struct Story {
    board: Board,
    steps: Vec<Step>,
    place: usize,
}

impl Story {
    /// A story that starts from a board.
    #[must_use]
    pub const fn new(start: Board) -> Self {
        Self { board: start, steps: Vec::new(), place: 0 }
    }

    /// Adds an edit at the end, and goes there. An edit that does not fit is left out.
    pub fn add(&mut self, at: i64, edit: &Edit) {
        self.go_to(self.steps.len());
        if !edit.is_empty() && apply(&mut self.board, &edit.ops).is_ok() {
            self.steps.push(Step { at, label: edit.label.clone(), ops: edit.ops.clone() });
            self.place = self.steps.len();
        }
    }

    /// Goes on from a board that something else led to: one step where it differs from the last.
    pub fn add_jump(&mut self, at: i64, label: &str, board: &Board) {
        self.go_to(self.steps.len());
        self.add(at, &Edit::new(label, diff_boards(&self.board, board)));
    }

    /// Goes to the board after so many steps.
    pub fn go_to(&mut self, place: usize) {
        let place = place.min(self.steps.len());
        while self.place < place {
            apply(&mut self.board, &self.steps[self.place].ops).expect("it was applied when it was added");
            self.place += 1;
        }
        while self.place > place {
            self.place -= 1;
            let back: Vec<Op> = self.steps[self.place].ops.iter().rev().map(Op::inverse).collect();
            apply(&mut self.board, &back).expect("what was applied can be taken back");
        }
    }

    /// The board at this place.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    /// How many steps led here.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.place
    }

    /// All steps, oldest first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step that led here; none at the start.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.place.checked_sub(1).and_then(|at| self.steps.get(at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::tests::{run, step};

    proptest! {
        #[test]
        fn every_place_is_the_board_of_its_time(
            steps in prop::collection::vec(step(), 0..30),
            places in prop::collection::vec(0usize..40, 0..8),
        ) {
            let (board, history) = run(&steps);
            let mut story = Story::new(Board::default());
            history.log().iter().zip(0..).for_each(|(edit, at)| story.add(at, edit));
            prop_assert_eq!(story.board(), &board);
            for place in places {
                story.go_to(place);
                let mut again = Board::default();
                for edit in history.log().iter().filter(|edit| !edit.is_empty()).take(place) {
                    apply(&mut again, &edit.ops).unwrap();
                }
                prop_assert_eq!(story.board(), &again);
            }
        }
    }

    #[test]
    fn what_happened_elsewhere_is_a_step_of_its_own() {
        let mut story = Story::new(Board::default());
        let mut board = Board::default();
        story.add_jump(1, "Changed on disk", &board);
        assert_eq!(story.steps().len(), 0);
        board.settings.title = "Shop".to_owned();
        story.add_jump(2, "Changed on disk", &board);
        assert_eq!((story.step().unwrap().at, story.board()), (2, &board));
        story.go_to(0);
        assert_eq!(story.board(), &Board::default());
    }
}
