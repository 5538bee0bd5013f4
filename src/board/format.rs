//! The board file: RON or JSON, the same structure, made for git.
//!
//! Stable order, one record a line where it fits, defaults left out: saving an unchanged board gives the same bytes.

pub mod place;
mod reflow;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Board, FORMAT, Settings, record::is_default, tables};

/// The two spellings of a board file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// Rusty Object Notation.
    Ron,
    /// JSON.
    Json,
}

impl Syntax {
    /// The syntax of a file by its name: JSON for `.json`, RON for all else.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".json") { Self::Json } else { Self::Ron }
    }

    /// The syntax of a text by its first character: a board in JSON opens with a brace.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        if text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('{') {
            Self::Json
        } else {
            Self::Ron
        }
    }
}

/// Why a text is not a board: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}. {cure}")]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub cure: String,
}

macro_rules! define_file {
    ($(($field:ident, $variant:ident, $key:ty, $record:ty)),* $(,)?) => {
        /// A board: the one document everything in Isobar is derived from.
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename = "Board")]
        struct FileIn {
            /// The number of the format.
            #[schemars(range(min = 1, max = 1))]
            format: u32,
            /// What holds for the whole board.
            #[serde(default)]
            settings: Settings,
            $(
                #[serde(default, deserialize_with = "table")]
                $field: BTreeMap<$key, $record>,
            )*
        }

        /// The file as it is written.
        #[derive(Serialize)]
        struct FileOut<'a> {
            format: u32,
            #[serde(skip_serializing_if = "is_default")]
            settings: &'a Settings,
            $(#[serde(skip_serializing_if = "BTreeMap::is_empty")] $field: &'a BTreeMap<$key, $record>,)*
        }

        impl From<FileIn> for Board {
            fn from(file: FileIn) -> Self {
                Self { settings: file.settings, $($field: file.$field,)* }
            }
        }

        impl<'a> From<&'a Board> for FileOut<'a> {
            fn from(board: &'a Board) -> Self {
                Self { format: FORMAT, settings: &board.settings, $($field: &board.$field,)* }
            }
        }
    };
}
tables!(define_file);

impl Default for &Settings {
    fn default() -> Self {
        static DEFAULT: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);
        &DEFAULT
    }
}

/// Reads a table and refuses a key that appears twice, which an ordinary map would silently swallow.
fn table<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    struct Table<K, V>(PhantomData<(K, V)>);
    impl<'de, K, V> Visitor<'de> for Table<K, V>
    where
        K: Deserialize<'de> + Ord + fmt::Display,
        V: Deserialize<'de>,
    {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of records by name or id")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut out = BTreeMap::new();
            while let Some(key) = map.next_key::<K>()? {
                if out.contains_key(&key) {
                    return Err(serde::de::Error::custom(format_args!(
                        "`{key}` appears twice in this table"
                    )));
                }
                out.insert(key, map.next_value()?);
            }
            Ok(out)
        }
    }
    deserializer.deserialize_map(Table(PhantomData))
}

fn ron_options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

/// Reads a board from text.
///
/// # Errors
/// When the text is not a board of a format this code knows; the error says where and what to do.
pub fn read(text: &str, syntax: Syntax) -> Result<Board, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: FileIn = match syntax {
        Syntax::Ron => ron_options().from_str(text).map_err(|error| explain_ron(text, &error))?,
        Syntax::Json => serde_json::from_str(text).map_err(|error| explain_json(text, &error))?,
    };
    if file.format != FORMAT {
        return Err(wrong_format(file.format));
    }
    Ok(file.into())
}

/// Writes a board as text, ending in a newline.
#[must_use]
pub fn write(board: &Board, syntax: Syntax) -> String {
    let file = FileOut::from(board);
    match syntax {
        Syntax::Ron => {
            let compact = ron_options().to_string(&file).expect("records hold nothing RON cannot spell");
            reflow::reflow(&compact, reflow::Style { trailing_comma: true })
        }
        Syntax::Json => {
            let compact = serde_json::to_string(&file).expect("records hold nothing JSON cannot spell");
            reflow::reflow(&compact, reflow::Style { trailing_comma: false })
        }
    }
}

/// The JSON Schema (2020-12) of a board file in JSON, as pretty text ending in a newline. RON spells the same structure.
#[must_use]
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(FileIn);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    format!("{text}\n")
}

fn wrong_format(found: u32) -> ReadError {
    let cure = if found > FORMAT {
        "It was written by a newer Isobar: update this one to open it".to_owned()
    } else {
        format!("Boards say `format: {FORMAT}`")
    };
    ReadError {
        line: 1,
        column: 1,
        message: format!("this board has format {found}, and this Isobar reads format {FORMAT}"),
        cure,
    }
}

/// Reads nothing but the format, to tell a board from the future from a broken one.
#[derive(Deserialize)]
#[serde(rename = "Board")]
struct OnlyFormat {
    format: u32,
}

fn explain_ron(text: &str, error: &ron::error::SpannedError) -> ReadError {
    if let Ok(OnlyFormat { format }) = ron_options().from_str(text)
        && format > FORMAT
    {
        return wrong_format(format);
    }
    let at = error.span.start;
    explain(text, at.line, at.col, error.code.to_string())
}

fn explain_json(text: &str, error: &serde_json::Error) -> ReadError {
    if let Ok(OnlyFormat { format }) = serde_json::from_str(text)
        && format > FORMAT
    {
        return wrong_format(format);
    }
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    explain(text, error.line(), error.column(), message)
}

fn explain(text: &str, line: usize, column: usize, message: String) -> ReadError {
    let rest = text.lines().skip(line.saturating_sub(1)).collect::<Vec<_>>().join("\n");
    let rest: String = rest.chars().skip(column.saturating_sub(1)).collect();
    // No board ends within a word.
    let ended = rest.trim_end().chars().all(|c| c.is_alphanumeric() || c == '_')
        || ["end of string", "EOF"].iter().any(|words| message.contains(words));
    let cure = if text.trim().is_empty() {
        "The file is empty: start one with `isobar new`"
    } else if ended {
        "The file looks cut off: restore it from version control, or close the open brackets"
    } else if message.contains("appears twice") {
        "Rename one of the two"
    } else if message.contains("nknown field")
        || message.contains("nexpected field")
        || message.contains("No such")
    {
        "Check the spelling, or remove the field; `isobar schema` prints what a board may hold"
    } else if message.contains("format") && message.contains("issing") {
        "A board starts with `format: 1`"
    } else {
        "Mend it there; `isobar schema` prints what a board may hold"
    };
    ReadError { line: line.max(1), column: column.max(1), message, cure: cure.to_owned() }
}

#[cfg(test)]
mod tests;
