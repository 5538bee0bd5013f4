//! What the keeper promises, one crash at a time. `tests/crash.rs` kills the real process.

use super::*;
use crate::board::{Event, Point, StickyKind};
use crate::edit::Intent;
use crate::io;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        io::save(&desk.path(), &Board::default()).unwrap();
        desk
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop.ron")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn open(&self) -> (Document, Keeper, Opening) {
        Keeper::open(&self.path(), &io::load(&self.path()).unwrap(), 7, Some(&self.data()))
    }

    fn journals(&self) -> usize {
        io::journal::count_beside(&self.path())
    }
}

fn place(document: &mut Document, name: &str) {
    let at = Point::new(10.0, 20.0);
    document.perform(&Intent::PlaceSticky { kind: StickyKind::Event, name: name.to_owned(), at }).unwrap();
}

fn names(board: &Board) -> Vec<&str> {
    board.events.keys().map(String::as_str).collect()
}

fn save(document: &mut Document, keeper: &mut Keeper, path: &Path) -> Result<(), SaveError> {
    match keeper.saving(document, path).unwrap().run() {
        Ok(saved) => keeper.saved(document, saved),
        Err(error) => {
            keeper.save_failed(&error);
            return Err(error);
        }
    }
    Ok(())
}

#[test]
fn a_journal_cut_anywhere_brings_back_every_whole_edit() {
    let desk = Desk::new();
    let (mut document, mut keeper, _) = desk.open();
    let mut boards = vec![document.board().clone()];
    for n in 0..12 {
        place(&mut document, &format!("Step {n} done"));
        keeper.write(&document).unwrap();
        boards.push(document.board().clone());
        if n == 5 {
            save(&mut document, &mut keeper, &desk.path()).unwrap();
        }
    }
    drop(keeper);
    let journal = desk.folder.path().join(".shop.ron.journal");
    let whole = std::fs::read(&journal).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for cut in (0..whole.len()).step_by(7).chain([whole.len()]) {
        std::fs::write(&journal, &whole[..cut]).unwrap();
        let (document, _, opening) = desk.open();
        // The file holds six steps whatever the journal says.
        let at = boards.iter().position(|board| board == document.board()).unwrap();
        assert!(at >= 6, "cut at {cut}: only {at} steps");
        assert_eq!(opening.restored, at - 6);
        seen.insert(at);
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn closing_in_order_leaves_nothing_beside_the_board() {
    let desk = Desk::new();
    let (mut document, mut keeper, _) = desk.open();
    place(&mut document, "Paid");
    save(&mut document, &mut keeper, &desk.path()).unwrap();
    place(&mut document, "Not wanted");
    keeper.close(&document);
    assert_eq!(desk.journals(), 0);
    let (document, keeper, opening) = desk.open();
    assert_eq!((names(document.board()), opening.restored), (vec!["Paid"], 0));
    keeper.close(&document);
}

#[test]
fn what_is_done_while_a_save_runs_survives_a_crash_before_and_after_the_rename() {
    for renamed in [false, true] {
        let desk = Desk::new();
        let (mut document, mut keeper, _) = desk.open();
        place(&mut document, "Before");
        let saving = keeper.saving(&document, &desk.path()).unwrap();
        place(&mut document, "During");
        keeper.write(&document).unwrap();
        if renamed {
            saving.run().unwrap();
        } else {
            drop(saving);
        }
        place(&mut document, "After");
        keeper.write(&document).unwrap();
        drop(keeper);
        let (document, _, opening) = desk.open();
        assert_eq!(names(document.board()), ["After", "Before", "During"]);
        assert_eq!(opening.restored, if renamed { 2 } else { 3 });
    }
}

#[test]
fn a_crash_and_a_pull_come_together() {
    let desk = Desk::new();
    let (mut document, mut keeper, _) = desk.open();
    place(&mut document, "Mine");
    keeper.write(&document).unwrap();
    drop(keeper);
    let mut theirs = Board::default();
    theirs.events.insert("Theirs".into(), Event::default());
    io::save(&desk.path(), &theirs).unwrap();
    for _ in 0..2 {
        // Opened twice: the second crash must not undo what the first start merged.
        let (document, keeper, opening) = desk.open();
        assert_eq!(names(document.board()), ["Mine", "Theirs"]);
        assert_eq!((opening.restored, opening.conflicts.len()), (1, 0));
        drop(keeper);
    }
}

#[test]
fn two_windows_notice_each_other_and_both_are_brought_back() {
    let desk = Desk::new();
    let (mut first, mut first_keeper, opening) = desk.open();
    assert_eq!(opening.elsewhere, 0);
    let (mut second, mut second_keeper, opening) = desk.open();
    assert_eq!((opening.elsewhere, desk.journals()), (1, 2));
    place(&mut first, "First");
    place(&mut second, "Second");
    first_keeper.write(&first).unwrap();
    second_keeper.write(&second).unwrap();
    drop((first_keeper, second_keeper));
    let (document, keeper, opening) = desk.open();
    assert_eq!((names(document.board()), opening.restored), (vec!["First", "Second"], 2));
    assert_eq!(desk.journals(), 1);
    drop(keeper);
    let (document, _keeper, _) = desk.open();
    assert_eq!(names(document.board()), ["First", "Second"]);
}

#[test]
fn a_save_never_goes_over_what_somebody_else_saved() {
    let desk = Desk::new();
    let (mut first, mut first_keeper, _) = desk.open();
    let (mut second, mut second_keeper, _) = desk.open();
    place(&mut first, "First");
    save(&mut first, &mut first_keeper, &desk.path()).unwrap();
    place(&mut second, "Second");
    let error = save(&mut second, &mut second_keeper, &desk.path()).unwrap_err();
    assert!(matches!(error, SaveError::Changed { .. }), "{error}");
    assert!(second_keeper.has_news() && second_keeper.changed_there() > 0);
    second_keeper.bring_in(&mut second, &BTreeMap::new()).unwrap();
    assert!(second.is_dirty() && !second_keeper.has_news());
    save(&mut second, &mut second_keeper, &desk.path()).unwrap();
    assert_eq!(names(&io::load(&desk.path()).unwrap().board), ["First", "Second"]);
    assert!(first_keeper.found(&io::load(&desk.path()).unwrap()));
    first_keeper.reload(&mut first).unwrap();
    assert_eq!((names(first.board()), first.is_dirty()), (vec!["First", "Second"], false));
    first.undo();
    assert_eq!(names(first.board()), ["First"], "even a reload can be undone");
}

#[test]
fn what_was_kept_against_the_file_survives_a_crash_and_is_saved_over_it() {
    let desk = Desk::new();
    let (mut document, mut keeper, _) = desk.open();
    place(&mut document, "Mine");
    keeper.write(&document).unwrap();
    let mut theirs = Board::default();
    theirs.events.insert("Theirs".into(), Event::default());
    io::save(&desk.path(), &theirs).unwrap();
    assert!(keeper.found(&io::load(&desk.path()).unwrap()));
    keeper.keep_own(&mut document).unwrap();
    drop(keeper);
    let (mut document, mut keeper, _) = desk.open();
    assert_eq!(names(document.board()), ["Mine"]);
    save(&mut document, &mut keeper, &desk.path()).unwrap();
    assert_eq!(names(&io::load(&desk.path()).unwrap().board), ["Mine"]);
}

#[test]
fn an_untitled_board_is_brought_back_and_moves_to_its_file() {
    let desk = Desk::new();
    let (mut document, mut keeper) = Keeper::untitled(Board::default(), 3, Some(&desk.data()));
    place(&mut document, "Idea had");
    keeper.write(&document).unwrap();
    assert_eq!(Keeper::left_untitled(&desk.data()), [], "a board that is open is not left");
    drop(keeper);
    let left = Keeper::left_untitled(&desk.data());
    assert_eq!(names(&Keeper::peek_untitled(&left[0].1).unwrap()), ["Idea had"]);
    let (mut document, mut keeper, opening) =
        Keeper::restore_untitled(&left[0].1, 4, Some(&desk.data())).unwrap();
    assert_eq!((names(document.board()), opening.restored), (vec!["Idea had"], 1));
    place(&mut document, "Idea kept");
    save(&mut document, &mut keeper, &desk.path()).unwrap();
    assert!(!document.is_dirty());
    assert_eq!(Keeper::left_untitled(&desk.data()), []);
    place(&mut document, "Idea grown");
    keeper.write(&document).unwrap();
    drop(keeper);
    let (document, keeper, opening) = desk.open();
    assert_eq!((names(document.board()), opening.restored), (vec!["Idea grown", "Idea had", "Idea kept"], 1));
    assert_eq!(keeper.story(&document).steps().len(), 3);
}

#[test]
fn the_story_of_a_board_outlives_saving_closing_and_other_people() {
    let desk = Desk::new();
    let (mut document, mut keeper, _) = desk.open();
    place(&mut document, "One");
    place(&mut document, "Two");
    save(&mut document, &mut keeper, &desk.path()).unwrap();
    keeper.close(&document);
    let mut theirs = io::load(&desk.path()).unwrap().board;
    theirs.events.insert("Theirs".into(), Event::default());
    io::save(&desk.path(), &theirs).unwrap();
    let (mut document, mut keeper, _) = desk.open();
    place(&mut document, "Three");
    document.undo();
    keeper.write(&document).unwrap();
    let mut story = keeper.story(&document);
    let labels: Vec<&str> = story.steps().iter().map(|step| step.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "Add domain event",
            "Add domain event",
            "Changed outside Isobar",
            "Add domain event",
            "Add domain event"
        ]
    );
    assert_eq!(story.board(), document.board());
    story.go_to(1);
    assert_eq!(names(story.board()), ["One"]);
    story.go_to(4);
    assert_eq!(names(story.board()), ["One", "Theirs", "Three", "Two"]);
    let copy = desk.folder.path().join("copy.ron");
    save(&mut document, &mut keeper, &copy).unwrap();
    assert_eq!(keeper.story(&document).steps().len(), 5, "a copy keeps the story");
}
