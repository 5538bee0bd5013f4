//! Brings a growing file to the disk on a thread of its own, so that the window never waits for it, and knows how much
//! of it is there for certain.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};

/// What is brought to the disk.
pub(super) trait Backing: Send + 'static {
    /// How long it is, whether that much is on the disk or not.
    fn length(&self) -> io::Result<u64>;
    /// Brings what was written before the call to the disk.
    fn sync(&self) -> io::Result<()>;
}

impl Backing for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// The hand that wakes the thread; when it is dropped the thread ends.
#[derive(Debug)]
pub(super) struct Syncer {
    wake: Sender<()>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    on_disk: AtomicU64,
    failed: AtomicBool,
}

impl Syncer {
    /// A syncer of the file at a path; none when it cannot be opened a second time.
    pub(super) fn of(path: &Path) -> Option<Self> {
        // A handle of its own holds no lock, so the file is given up the moment its owner does.
        let file = OpenOptions::new().append(true).open(path).ok()?;
        let folder = path.parent().and_then(|folder| File::open(folder).ok());
        // The file itself has to be found again after a power cut; not every system can promise that.
        Self::over(file, move || drop(folder.map(|folder| folder.sync_all())))
    }

    /// A syncer of a file that is `prepare`d once.
    pub(super) fn over(file: impl Backing, prepare: impl FnOnce() + Send + 'static) -> Option<Self> {
        let (wake, woken) = channel();
        let state = Arc::new(State::default());
        let told = Arc::clone(&state);
        let work = move || {
            prepare();
            while woken.recv().is_ok() {
                // What was asked for meanwhile is done with the same stroke.
                while woken.try_recv().is_ok() {}
                // What is written while it is synced counts with the next stroke.
                match file.length().and_then(|length| file.sync().map(|()| length)) {
                    Ok(length) => told.on_disk.store(length, Ordering::Release),
                    Err(_) => told.failed.store(true, Ordering::Release),
                }
            }
        };
        std::thread::Builder::new().name("journal".to_owned()).spawn(work).ok()?;
        Some(Self { wake, state })
    }

    /// Asks for what was written so far to be brought to the disk.
    pub(super) fn wake(&self) {
        let _ = self.wake.send(());
    }

    /// How many bytes of the file outlive a power cut for certain.
    pub(super) fn on_disk(&self) -> u64 {
        self.state.on_disk.load(Ordering::Acquire)
    }

    /// The disk has refused: what it was given since may be lost.
    pub(super) fn failed(&self) -> bool {
        self.state.failed.load(Ordering::Acquire)
    }
}
