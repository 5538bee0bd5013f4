//! A file as memory, read-only, that can still be read when another program cuts the file short.
//!
//! Where a map reaches past the end of its file the system has no bytes to show: whoever touches such a page gets
//! SIGBUS, and the program ends. Asking for the length before reading leaves a moment between the two. So such a page
//! is replaced by one of zeroes at the moment it is touched, and the map remembers that it was cut. Windows refuses to
//! cut a file that is mapped.

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// A mapped file.
pub(super) struct Map {
    // Dropped before the map is: no address is watched over that may belong to somebody else.
    watch: guard::Watch,
    map: Mmap,
}

impl Map {
    /// Maps a file that is not empty.
    ///
    /// # Errors
    /// When the system refuses, or very many files are mapped already.
    #[expect(unsafe_code, reason = "a memory map is the one way to look at 3 GB within a second")]
    pub(super) fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the map is read-only, and nothing relies on its bytes staying the same: another program may change
        // the file underneath, and what is found is read as it is. Pages that go missing are replaced, see above.
        let map = unsafe { Mmap::map(file)? };
        // Advice only: a system without it reads as well.
        #[cfg(unix)]
        let _ = map.advise(memmap2::Advice::WillNeed);
        let watch = guard::Watch::over(&map)?;
        Ok(Self { watch, map })
    }

    /// Its bytes; zeroes where the file has none any more.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// True when bytes were asked for that the file has not any more.
    pub(super) fn was_cut(&self) -> bool {
        self.watch.was_cut()
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[expect(unsafe_code, reason = "a signal has to be answered where it is raised")]
mod guard {
    use std::io;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use libc::{c_int, c_void, siginfo_t};

    /// Maps that can be watched over at once.
    const MOST: usize = 64;

    /// Memory that is watched over. Atomics only: a signal may come at any moment.
    struct Place {
        taken: AtomicBool,
        start: AtomicUsize,
        end: AtomicUsize,
        cut: AtomicBool,
    }

    static PLACES: [Place; MOST] = [const {
        Place {
            taken: AtomicBool::new(false),
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            cut: AtomicBool::new(false),
        }
    }; MOST];

    /// Whoever answered before us, and the size of a page.
    static BEFORE: OnceLock<Option<(libc::sigaction, usize)>> = OnceLock::new();

    /// Watches over some memory until it is dropped.
    pub(super) struct Watch(&'static Place);

    impl Watch {
        pub(super) fn over(bytes: &[u8]) -> io::Result<Self> {
            if BEFORE.get_or_init(ask_before).is_none() || !answer() {
                return Err(io::Error::last_os_error());
            }
            let free = PLACES.iter().find(|place| !place.taken.swap(true, Ordering::Acquire));
            let place = free.ok_or_else(|| io::Error::other("too many logs are open already: close some"))?;
            let start = bytes.as_ptr() as usize;
            place.cut.store(false, Ordering::Relaxed);
            place.end.store(start + bytes.len(), Ordering::Relaxed);
            place.start.store(start, Ordering::Release);
            Ok(Self(place))
        }

        pub(super) fn was_cut(&self) -> bool {
            self.0.cut.load(Ordering::Relaxed)
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            self.0.end.store(0, Ordering::Relaxed);
            self.0.start.store(0, Ordering::Relaxed);
            self.0.taken.store(false, Ordering::Release);
        }
    }

    fn ask_before() -> Option<(libc::sigaction, usize)> {
        // SAFETY: all zeroes are a `sigaction`, and asking changes nothing.
        let (before, asked, page) = unsafe {
            let mut before: libc::sigaction = std::mem::zeroed();
            let asked = libc::sigaction(libc::SIGBUS, std::ptr::null(), &raw mut before);
            (before, asked, libc::sysconf(libc::_SC_PAGESIZE))
        };
        let page = usize::try_from(page).ok().filter(|page| page.is_power_of_two())?;
        (asked == 0).then_some((before, page))
    }

    /// Sees to it that [`replace_page`] is called. Asked again for every map: somebody else's fault puts back what was
    /// there before.
    fn answer() -> bool {
        // SAFETY: the handler calls nothing but what may be called while a signal is handled, on the alternate stack
        // where the thread has one.
        unsafe {
            let mut ours: libc::sigaction = std::mem::zeroed();
            ours.sa_sigaction = replace_page as extern "C" fn(c_int, *mut siginfo_t, *mut c_void) as usize;
            ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut ours.sa_mask);
            libc::sigaction(libc::SIGBUS, &raw const ours, std::ptr::null_mut()) == 0
        }
    }

    extern "C" fn replace_page(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
        let Some(Some((before, page))) = BEFORE.get() else { return };
        // SAFETY: the system hands over what it says of the signal.
        let address = unsafe { (*info).si_addr() } as usize;
        let touched = |place: &&Place| {
            let start = place.start.load(Ordering::Acquire);
            start != 0 && start <= address && address < place.end.load(Ordering::Relaxed)
        };
        if let Some(place) = PLACES.iter().find(touched) {
            place.cut.store(true, Ordering::Relaxed);
            // SAFETY: the page belongs to a map of ours, which stays as long as it is watched over; it is replaced by
            // one that reads as zeroes.
            let replaced = unsafe {
                libc::mmap(
                    (address & !(page - 1)) as *mut c_void,
                    *page,
                    libc::PROT_READ,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                    -1,
                    0,
                )
            };
            if replaced != libc::MAP_FAILED {
                return;
            }
        }
        // Not ours: whoever answered before has its turn when the same bytes are touched again.
        // SAFETY: this is what the system gave us when asked.
        unsafe { libc::sigaction(signal, &raw const *before, std::ptr::null_mut()) };
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod guard {
    use std::io;

    /// Nothing to watch over: the file cannot be cut while it is mapped.
    pub(super) struct Watch;

    impl Watch {
        pub(super) fn over(_bytes: &[u8]) -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) fn was_cut(&self) -> bool {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    fn bytes_that_are_cut_off_read_as_zeroes_and_the_rest_stays() {
        let file = tempfile::tempfile().unwrap();
        let other = tempfile::tempfile().unwrap();
        for file in [&file, &other] {
            io::Write::write_all(&mut &*file, &vec![b'x'; 1 << 20]).unwrap();
        }
        let (map, untouched) = (Map::of(&file).unwrap(), Map::of(&other).unwrap());
        assert!(map.bytes().iter().all(|b| *b == b'x') && !map.was_cut());
        file.set_len(100).unwrap();
        assert_eq!((map.bytes()[99], map.bytes()[100], map.bytes()[700_000]), (b'x', 0, 0));
        assert_eq!(map.bytes().iter().filter(|b| **b == b'x').count(), 100);
        assert!(map.was_cut() && !untouched.was_cut());
        drop(map);
        // Its place is free again, and knows nothing of what was.
        let again = Map::of(&other).unwrap();
        assert!(!again.was_cut() && again.bytes()[700_000] == b'x');
    }
}
