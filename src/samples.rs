//! The sample boards, carried inside the program: an installed Isobar has them without the repository.

use crate::board::Board;
use crate::board::format::{self, ReadError, Syntax};

/// A sample board.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The system it models and its variant, such as `avatar-store/orchestration`.
    pub name: &'static str,
    /// The board file.
    pub text: &'static str,
}

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        &[$(Sample { name: $name, text: include_str!(concat!("../sample-boards/", $name, ".ron")) }),*]
    };
}

/// Every sample board, each system from how it hurts to how it heals.
pub const SAMPLES: &[Sample] = samples![
    "avatar-store/monolith",
    "avatar-store/synchronous",
    "avatar-store/two-phase-commit",
    "avatar-store/choreography",
    "avatar-store/orchestration",
    "pizza/synchronous",
    "pizza/event-driven",
    "car-marketplace/god-event",
    "car-marketplace/after",
    "procurement/pinball",
    "procurement/healthy",
    "published/eshop-on-containers",
    "published/serverlesspresso",
    "published/ftgo",
];

impl Sample {
    /// The sample of this name; the variant alone will do when only one system has it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Sample> {
        let name = name.trim_end_matches(".ron");
        SAMPLES.iter().find(|sample| sample.name == name).or_else(|| {
            let mut with = SAMPLES.iter().filter(|sample| sample.variant() == name);
            with.next().filter(|_| with.next().is_none())
        })
    }

    /// The system it models, such as `avatar-store`.
    #[must_use]
    pub fn system(&self) -> &'static str {
        self.name.split_once('/').map_or("", |(system, _)| system)
    }

    /// Its variant, such as `orchestration`.
    #[must_use]
    pub fn variant(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(_, variant)| variant)
    }

    /// The board.
    ///
    /// # Errors
    /// When the file is no board; a test keeps this from happening.
    pub fn board(&self) -> Result<Board, ReadError> {
        format::read(self.text, Syntax::Ron)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_file_is_carried_and_reads() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-boards");
        let mut files = Vec::new();
        for system in
            std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir())
        {
            for file in std::fs::read_dir(&system).unwrap().map(|entry| entry.unwrap().path()) {
                if file.extension().is_some_and(|extension| extension == "ron") {
                    let system = system.file_name().unwrap().to_string_lossy().into_owned();
                    files.push(format!("{system}/{}", file.file_stem().unwrap().to_string_lossy()));
                }
            }
        }
        files.sort();
        let mut carried: Vec<&str> = SAMPLES.iter().map(|sample| sample.name).collect();
        carried.sort_unstable();
        assert_eq!(carried, files);
        for sample in SAMPLES {
            assert!(!sample.board().unwrap().stickies.is_empty(), "{}", sample.name);
        }
    }

    #[test]
    fn a_sample_is_found_by_its_whole_name_or_a_variant_of_its_own() {
        assert_eq!(Sample::named("avatar-store/synchronous.ron").unwrap().system(), "avatar-store");
        assert_eq!(Sample::named("orchestration").unwrap().name, "avatar-store/orchestration");
        assert!(Sample::named("synchronous").is_none());
        assert!(Sample::named("nothing").is_none());
    }
}
