//! What a journal promises when the power goes: a fake disk keeps what it was synced, and of the rest what it likes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::super::syncer::Backing;
use super::*;
use crate::board::Record;
use crate::edit::Op;

/// A disk that is slow: each sync waits to be let through, and holds what was written before it was asked for.
struct SlowDisk {
    file: File,
    held: Arc<AtomicU64>,
    /// A sync has begun.
    begun: Sender<()>,
    /// Whether the sync that has begun comes about.
    let_through: Mutex<Receiver<bool>>,
    /// It is over.
    done: Sender<()>,
}

impl Backing for SlowDisk {
    fn length(&self) -> std::io::Result<u64> {
        Backing::length(&self.file)
    }

    fn sync(&self) -> std::io::Result<()> {
        let before = self.file.metadata()?.len();
        let _ = self.begun.send(());
        let comes_about = self.let_through.lock().unwrap().recv().unwrap_or(true);
        if comes_about {
            self.held.store(before, Ordering::Release);
        }
        let _ = self.done.send(());
        if comes_about { Ok(()) } else { Err(std::io::Error::other("pulled out")) }
    }
}

/// A journal over a slow disk, and what a test holds of it.
struct Desk {
    folder: tempfile::TempDir,
    journal: Journal,
    held: Arc<AtomicU64>,
    begun: Receiver<()>,
    let_through: Sender<bool>,
    done: Receiver<()>,
    /// How long the journal was after each edit.
    lengths: Vec<u64>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::claim(path.clone()).unwrap().unwrap();
        let (held, (begun, has_begun)) = (Arc::new(AtomicU64::new(0)), channel());
        let ((let_through, lets), (done, is_done)) = (channel(), channel());
        let file = File::open(path).unwrap();
        let disk = SlowDisk { file, held: Arc::clone(&held), begun, let_through: Mutex::new(lets), done };
        journal.syncer = Syncer::over(disk, || {});
        journal.append(&[Line::start(0, &Board::default())]).unwrap();
        Self { folder, journal, held, begun: has_begun, let_through, done: is_done, lengths: Vec::new() }
    }

    fn edit(&mut self) -> std::io::Result<()> {
        let name = format!("Thing {} happened", self.lengths.len());
        let edit = Edit::new("Add event", vec![Op::Insert(Record::Event(name, Box::default()))]);
        self.journal.append(&[Line::Edit { at: 0, edit }])?;
        self.lengths.push(self.journal.length());
        Ok(())
    }

    /// How many edits are said to outlive a power cut.
    fn acknowledged(&self) -> usize {
        let on_disk = self.journal.on_disk();
        self.lengths.iter().take_while(|length| **length <= on_disk).count()
    }

    /// What a machine finds that is switched on again: what was synced, and of the rest some, the end of it rubbish.
    fn after_power_cut(&self, more: usize, rubbish: &[u8]) -> Option<Told> {
        let bytes = std::fs::read(self.folder.path().join("journal")).unwrap();
        let held = usize::try_from(self.held.load(Ordering::Acquire)).unwrap();
        let kept = (held + more).min(bytes.len());
        let found = [&bytes[..kept], rubbish].concat();
        Told::read(&mut found.as_slice())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_power_cut_takes_no_edit_that_was_acknowledged(
        steps in prop::collection::vec(0u8..3, 1..40),
        more in 0usize..400,
        rubbish in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut desk = Desk::new();
        // The first line has woken the syncer.
        let (mut syncing, mut woken) = (false, true);
        for step in steps {
            match step {
                // Edits come in whether the disk is at work or not.
                0 | 1 => {
                    desk.edit().unwrap();
                    woken = true;
                }
                // One sync begins, edits may follow, and it ends the next time round.
                _ if syncing => {
                    desk.let_through.send(true).unwrap();
                    desk.done.recv().unwrap();
                    syncing = false;
                }
                _ if woken => {
                    desk.begun.recv().unwrap();
                    (syncing, woken) = (true, false);
                }
                _ => {}
            }
            let acknowledged = desk.acknowledged();
            let told = desk.after_power_cut(more, &rubbish);
            let there = told.as_ref().map_or(0, |told| told.edits.len());
            prop_assert!(there >= acknowledged, "{there} of {acknowledged} edits are there");
            for (n, (_, edit)) in told.iter().flat_map(|told| &told.edits).enumerate() {
                prop_assert_eq!(edit.touched(), vec![crate::board::Key::Event(format!("Thing {n} happened"))]);
            }
        }
        // Once the disk is left alone, everything is acknowledged.
        drop(desk.let_through);
        while desk.journal.on_disk() < desk.journal.length() {
            std::thread::yield_now();
        }
        let held = desk.held.load(Ordering::Acquire);
        prop_assert_eq!(held, desk.journal.length());
    }
}

#[test]
fn a_disk_that_refuses_is_told_of_and_acknowledges_nothing() {
    let mut desk = Desk::new();
    desk.edit().unwrap();
    desk.let_through.send(false).unwrap();
    desk.begun.recv().unwrap();
    desk.done.recv().unwrap();
    while !desk.journal.syncer.as_ref().unwrap().failed() {
        std::thread::yield_now();
    }
    assert_eq!(desk.acknowledged(), 0);
    let error = desk.edit().unwrap_err().to_string();
    assert!(error.contains("disk"), "{error}");
}

#[test]
fn what_is_really_written_is_acknowledged_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::claim(folder.path().join("journal")).unwrap().unwrap();
    assert_eq!((journal.on_disk(), journal.length()), (0, 0));
    journal.append(&[Line::start(0, &Board::default())]).unwrap();
    while journal.on_disk() < journal.length() {
        std::thread::yield_now();
    }
    journal.clear();
    assert_eq!((journal.on_disk(), journal.length()), (0, 0));
}
