//! `isobar.toml` beside a board: what a team has decided about its advice.

use std::path::Path;

use super::FileError;
use crate::advice::Options;

/// The advice's configuration for a board: that of `isobar.toml` in the board's folder, or none.
///
/// # Errors
/// When the file is there and cannot be read or understood.
pub fn advice_options(board: &Path) -> Result<Options, FileError> {
    let path = board.parent().unwrap_or(Path::new("")).join("isobar.toml");
    if board.as_os_str() == "-" || !path.exists() {
        return Ok(Options::default());
    }
    let text = super::read_text(&path)?;
    let error = |message: String| FileError::Config { path: path.clone(), message };
    let options: Options = toml::from_str(&text).map_err(|e| error(e.to_string()))?;
    for name in options.rules.keys() {
        crate::advice::rule(name).map_err(|e| error(e.to_string()))?;
    }
    Ok(options)
}

/// The day it is here.
#[must_use]
pub fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::Level;

    #[test]
    fn levels_are_read_and_unknown_rules_refused() {
        let folder = tempfile::tempdir().unwrap();
        let board = folder.path().join("a.ron");
        assert_eq!(advice_options(&board).unwrap(), Options::default());
        let config = folder.path().join("isobar.toml");
        std::fs::write(&config, "[rules]\ngod-event = \"error\"\n").unwrap();
        assert_eq!(advice_options(&board).unwrap().rules["god-event"], Level::Error);
        std::fs::write(&config, "[rules]\ngood-event = \"error\"\n").unwrap();
        assert!(
            advice_options(&board)
                .unwrap_err()
                .to_string()
                .contains("no rule `good-event`; did you mean `god-event`?")
        );
        std::fs::write(&config, "[rules\n").unwrap();
        assert!(advice_options(&board).unwrap_err().to_string().contains("isobar.toml"));
    }
}
