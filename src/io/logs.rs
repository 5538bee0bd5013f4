//! Logs as files: memory maps, and compressed logs unpacked beside them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::map::Map;
use crate::replay::compressed;
use crate::replay::index::{Source, SourceState};

/// The most a compressed log may unpack to, in bytes.
pub const UNPACK_LIMIT: u64 = 256 << 30;

/// Why a log file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The log.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// It is a folder, a device or the like.
    #[error("{} is not a file", .0.display())]
    NotAFile(PathBuf),
    /// There is no room to unpack it.
    #[error("cannot unpack {} into {}: {error}", path.display(), folder.display())]
    Unpack {
        /// The log.
        path: PathBuf,
        /// Where it is unpacked.
        folder: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
}

/// An opened log file.
pub struct LogFile {
    map: Option<Map>,
    /// What the map shows: the log itself, or the nameless file it was unpacked into.
    file: File,
    length: u64,
    /// It has been shorter than that: what is behind may have been written anew since.
    cut: AtomicBool,
    warning: Option<String>,
}

impl LogFile {
    /// Opens and maps a log; a compressed one is unpacked first, in a stream, into a temporary file that has no
    /// name and goes when the log is closed.
    ///
    /// # Errors
    /// When the file cannot be read or unpacked.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let read = |error| FileError::Read { path: path.to_owned(), error };
        let file = File::open(path).map_err(read)?;
        let kind = file.metadata().map_err(read)?.file_type();
        if is_pipe(kind) {
            return Self::spooled(file, path);
        }
        if !kind.is_file() {
            return Err(FileError::NotAFile(path.to_owned()));
        }
        let whole = Self::map(file, None).map_err(read)?;
        let Some(compression) = compressed::sniff(whole.bytes()) else { return Ok(whole) };
        let folder = std::env::temp_dir();
        let unpack = |error| FileError::Unpack { path: path.to_owned(), folder: folder.clone(), error };
        let mut unpacked = tempfile::tempfile().map_err(unpack)?;
        let done =
            compressed::decompress(compression, &whole.file, &mut unpacked, UNPACK_LIMIT).map_err(unpack)?;
        Self::map(unpacked, cut_short(done)).map_err(unpack)
    }

    /// What another program writes, such as standard input or a named pipe: kept in a temporary file that has no name,
    /// unpacked where it is compressed.
    ///
    /// # Errors
    /// When it cannot be read, or there is no room for it.
    pub fn spooled(mut from: impl Read, path: &Path) -> Result<Self, FileError> {
        let folder = std::env::temp_dir();
        let read = |error| FileError::Read { path: path.to_owned(), error };
        let unpack = |error| FileError::Unpack { path: path.to_owned(), folder: folder.clone(), error };
        let mut head = Vec::new();
        from.by_ref().take(4).read_to_end(&mut head).map_err(read)?;
        let mut whole = (&head[..]).chain(from);
        let mut kept = tempfile::tempfile().map_err(unpack)?;
        let warning = match compressed::sniff(&head) {
            Some(compression) => cut_short(
                compressed::decompress(compression, whole, &mut kept, UNPACK_LIMIT).map_err(unpack)?,
            ),
            None => {
                io::copy(&mut whole, &mut kept).map_err(unpack)?;
                None
            }
        };
        Self::map(kept, warning).map_err(unpack)
    }

    fn map(file: File, warning: Option<String>) -> io::Result<Self> {
        let length = file.metadata()?.len();
        // An empty file cannot be mapped.
        let map = if length == 0 { None } else { Some(Map::of(&file)?) };
        Ok(Self { map, file, length, cut: AtomicBool::new(false), warning })
    }

    /// What is wrong with the file although it could be opened: a compressed stream that is cut short.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Shares it with the loader.
    pub fn shared(self) -> Arc<dyn Source> {
        Arc::new(self)
    }
}

/// What to say of a compressed stream that could not be undone to its end.
fn cut_short(done: compressed::Decompressed) -> Option<String> {
    done.broken.map(|why| format!("{why}: shown is what comes before, {} bytes", done.n_bytes))
}

#[cfg(unix)]
fn is_pipe(kind: std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_fifo() || kind.is_socket()
}

#[cfg(not(unix))]
const fn is_pipe(_kind: std::fs::FileType) -> bool {
    false
}

impl Source for LogFile {
    fn bytes(&self) -> &[u8] {
        self.map.as_ref().map_or(&[], Map::bytes)
    }

    fn state(&self) -> SourceState {
        // The open file is asked, not its name: one that is deleted stays whole until it is closed.
        let length = self.file.metadata().map_or(0, |m| m.len());
        if length < self.length || self.map.as_ref().is_some_and(Map::was_cut) {
            self.cut.store(true, Ordering::Relaxed);
        }
        match self.cut.load(Ordering::Relaxed) {
            true => SourceState::Cut,
            false if length > self.length => SourceState::Grown,
            false => SourceState::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::replay::load::Loading;
    use crate::replay::mapping::Mapping;

    const LINE: &str =
        "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"T\",\"data\":{\"n\":1}}\n";

    fn log(file: LogFile) -> crate::replay::index::Log {
        Loading::new(file.shared(), Mapping::default()).run().expect("a log")
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_packed_logs_open_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let text = LINE.repeat(1000);
        let zstd =
            ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
        for (name, bytes) in [("a.jsonl", text.clone().into_bytes()), ("a.gz", gzip(&text)), ("a.zst", zstd)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let file = LogFile::open(&path).unwrap();
            assert_eq!(file.warning(), None);
            let log = log(file);
            assert_eq!(log.len(), 1000, "{name}");
            assert_eq!(log.event(999).unwrap().payload(), b"{\"n\":1}");
        }
    }

    #[test]
    fn a_cut_gzip_opens_with_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.gz");
        let text: String = (0..20_000_u32)
            .map(|i| LINE.replace("\"a\"", &format!("\"{}\"", i.wrapping_mul(2_654_435_761))))
            .collect();
        let packed = gzip(&text);
        std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let file = LogFile::open(&path).unwrap();
        assert!(file.warning().unwrap().contains("cut short"));
        let log = log(file);
        assert!(log.len() > 1000 && log.len() < 20_000 && log.n_bad_lines() <= 1);
    }

    #[test]
    fn what_is_piped_in_is_read_as_files_are() {
        let text = LINE.repeat(1000);
        let name = Path::new("-");
        for bytes in [text.clone().into_bytes(), gzip(&text)] {
            let file = LogFile::spooled(&bytes[..], name).unwrap();
            assert_eq!(file.warning(), None);
            assert_eq!(log(file).len(), 1000);
        }
        let packed = gzip(&text);
        let cut = LogFile::spooled(&packed[..packed.len() - 20], name).unwrap();
        assert!(cut.warning().unwrap().contains("cut short"));
        assert!(log(LogFile::spooled(&b""[..], name).unwrap()).is_empty());
    }

    #[test]
    fn a_file_may_grow_be_deleted_or_be_cut_while_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live.jsonl");
        std::fs::write(&path, LINE.repeat(3)).unwrap();
        let log = log(LogFile::open(&path).unwrap());
        assert_eq!(log.source_state(), SourceState::Whole);
        let mut writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        writer.write_all(LINE.as_bytes()).unwrap();
        assert_eq!((log.source_state(), log.len()), (SourceState::Grown, 3));
        assert_eq!(log.event(2).unwrap().payload(), b"{\"n\":1}");
        #[cfg(unix)]
        {
            std::fs::remove_file(&path).unwrap();
            assert_eq!(log.event(2).unwrap().payload(), b"{\"n\":1}");
            writer.set_len(10).unwrap();
            assert_eq!(log.source_state(), SourceState::Cut);
            assert!(log.event(2).unwrap().detail().is_none());
            assert_eq!(log.event(2).unwrap().name(), "T");
            // What is written there afterwards is something else.
            writer.write_all(LINE.repeat(9).as_bytes()).unwrap();
            assert_eq!(log.source_state(), SourceState::Cut);
        }
    }

    /// A log that is cut by another program in the worst moment there is: it is asked whether it is whole, and then cut.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    struct CutAfterAsking(LogFile, File);

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    impl Source for CutAfterAsking {
        fn bytes(&self) -> &[u8] {
            self.0.bytes()
        }

        fn state(&self) -> SourceState {
            let state = self.0.state();
            self.1.set_len(40).unwrap();
            state
        }
    }

    #[test]
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    fn a_file_cut_between_asking_and_reading_ends_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let xes = "<log><trace><event><string key=\"concept:name\" value=\"a\"/></event></trace></log>";
        for (name, text) in [
            ("lines.jsonl", LINE.repeat(20_000)),
            ("one.csv", format!("type,time\n{}", "a,2026-01-01T00:00:00Z\n".repeat(20_000))),
            ("one.xes", format!("{xes}{}", " ".repeat(100_000))),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let file = LogFile::open(&path).unwrap();
            let writer = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            let source = Arc::new(CutAfterAsking(file, writer));
            let loading = Loading::new(source, Mapping::default());
            let said = loading.run().expect_err(name).to_string();
            assert!(said.contains("cut short by another program"), "{name}: {said}");
            // What was read before is still there, and looked at without harm.
            let log = loading.snapshot();
            assert!(log.events(0..log.len()).all(|event| event.detail().is_none()), "{name}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.jsonl");
        assert!(LogFile::open(&missing).err().unwrap().to_string().contains("missing.jsonl"));
        assert!(LogFile::open(folder.path()).is_err());
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        assert!(log(LogFile::open(&empty).unwrap()).is_empty());
    }
}
