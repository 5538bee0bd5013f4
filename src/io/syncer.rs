//! Brings a growing file to the disk on a thread of its own, so that the window never waits for it.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};

/// The hand that wakes the thread; when it is dropped the thread ends.
#[derive(Debug)]
pub(super) struct Syncer(Sender<()>);

impl Syncer {
    /// A syncer of the file at a path; none when it cannot be opened a second time.
    pub(super) fn of(path: &Path) -> Option<Self> {
        // A handle of its own holds no lock, so the file is given up the moment its owner does.
        let file = OpenOptions::new().append(true).open(path).ok()?;
        let folder = path.parent().and_then(|folder| File::open(folder).ok());
        let (sender, receiver) = channel();
        let work = move || {
            // The file itself has to be found again after a power cut; not every system can promise that.
            let _ = folder.map(|folder| folder.sync_all());
            while receiver.recv().is_ok() {
                // What was asked for meanwhile is done with the same stroke.
                while receiver.try_recv().is_ok() {}
                let _ = file.sync_data();
            }
        };
        std::thread::Builder::new().name("journal".to_owned()).spawn(work).ok()?;
        Some(Self(sender))
    }

    /// Asks for what was written so far to be brought to the disk.
    pub(super) fn wake(&self) {
        let _ = self.0.send(());
    }
}
