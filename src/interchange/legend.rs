//! The legend: which colours and icons of another tool stand for which kinds of stickies.

use std::collections::BTreeMap;

use crate::board::StickyKind;
use crate::board::notation::NOTATION;

/// Gives marks a meaning. What it does not name goes by the colours of `EventStorming`, after Brandolini.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legend {
    own: BTreeMap<String, StickyKind>,
}

/// A line of a legend is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegendError {
    /// There is no `=`.
    #[error("`{0}` is no line of a legend: write a colour or icon, `=`, and a kind, such as `#ff9900=event`")]
    NoKind(String),
    /// The kind is not one of ours.
    #[error("`{0}` is no kind of sticky; there are {1}")]
    UnknownKind(String, String),
}

impl Legend {
    /// Reads a legend such as `#ff9900=event, yellow=actor`.
    ///
    /// # Errors
    /// When a part is no mark and kind.
    pub fn read(text: &str) -> Result<Self, LegendError> {
        let mut legend = Self::default();
        for part in text.split([',', '\n', ';']).map(str::trim).filter(|part| !part.is_empty()) {
            let (mark, kind) = part.split_once('=').ok_or_else(|| LegendError::NoKind(part.to_owned()))?;
            let kind = kind.trim();
            let found = NOTATION.iter().map(|row| row.kind).find(|candidate| {
                let spelt = kind.to_lowercase().replace([' ', '-'], "_");
                name(*candidate) == spelt || candidate.row().label.to_lowercase().replace(' ', "_") == spelt
            });
            let all = || NOTATION.iter().map(|row| name(row.kind)).collect::<Vec<_>>().join(", ");
            legend.set(mark, found.ok_or_else(|| LegendError::UnknownKind(kind.to_owned(), all()))?);
        }
        Ok(legend)
    }

    /// Gives a mark a meaning.
    pub fn set(&mut self, mark: &str, kind: StickyKind) {
        self.own.insert(normal(mark), kind);
    }

    /// What a mark stands for; `None` for one that stands for nothing.
    #[must_use]
    pub fn kind(&self, mark: &str) -> Option<StickyKind> {
        let mark = normal(mark);
        self.own.get(&mark).copied().or_else(|| by_name(&mark)).or_else(|| by_colour(&mark))
    }

    /// The meaning given to a mark here, if any.
    #[must_use]
    pub fn own(&self, mark: &str) -> Option<StickyKind> {
        self.own.get(&normal(mark)).copied()
    }
}

/// A kind as the board's file spells it.
fn name(kind: StickyKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A mark in one spelling: small letters, six digits without transparency.
pub(super) fn normal(mark: &str) -> String {
    let mark = mark.trim().to_lowercase();
    match mark.strip_prefix('#') {
        Some(digits) if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) => mark,
        Some(digits) if digits.len() == 3 || digits.len() == 4 => {
            digits.chars().take(3).flat_map(|digit| [digit, digit]).fold("#".to_owned(), |mut out, digit| {
                out.push(digit);
                out
            })
        }
        Some(digits) if digits.len() == 8 => format!("#{}", &digits[..6]),
        _ => mark,
    }
}

/// The names Miro has for its papers, and Egon.io for its actors.
fn by_name(mark: &str) -> Option<StickyKind> {
    use StickyKind as K;
    Some(match mark {
        "orange" => K::Event,
        "blue" | "light_blue" | "dark_blue" => K::Command,
        "yellow" => K::Aggregate,
        "light_yellow" | "person" | "group" => K::Actor,
        "violet" => K::Policy,
        "green" | "light_green" | "dark_green" => K::ReadModel,
        "pink" | "light_pink" => K::External,
        "red" => K::Hotspot,
        "system" => K::Service,
        _ => return None,
    })
}

/// The colours of Miro's papers by their names.
const PAPERS: [(&str, &str); 16] = [
    ("gray", "#f5f6f8"),
    ("light_yellow", "#fff9b1"),
    ("yellow", "#f5d128"),
    ("orange", "#ff9d48"),
    ("light_green", "#d5f692"),
    ("green", "#c9df56"),
    ("dark_green", "#93d275"),
    ("cyan", "#67c6c0"),
    ("light_pink", "#ffcee0"),
    ("pink", "#ea94bb"),
    ("violet", "#be88c7"),
    ("red", "#f0939d"),
    ("light_blue", "#a6ccf5"),
    ("blue", "#6cd8fa"),
    ("dark_blue", "#9ea9ff"),
    ("black", "#000000"),
];

/// The colour a mark stands for, in six digits; none for icons and words.
#[must_use]
pub fn colour(mark: &str) -> Option<String> {
    let mark = normal(mark);
    let paper = PAPERS.iter().find(|(name, _)| *name == mark).map(|(_, colour)| (*colour).to_owned());
    paper.or_else(|| (mark.starts_with('#') && mark.len() == 7).then_some(mark))
}

/// The kind whose paper has the hue of a colour; none for one without hue.
fn by_colour(mark: &str) -> Option<StickyKind> {
    use StickyKind as K;
    let digits = mark.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok().map(f32::from);
    let (red, green, blue) = (part(0)? / 255.0, part(2)? / 255.0, part(4)? / 255.0);
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let (spread, light) = (most - least, (most + least) * 0.5);
    if spread < 0.08 {
        return None;
    }
    let sixth = if most <= red {
        ((green - blue) / spread).rem_euclid(6.0)
    } else if most <= green {
        (blue - red) / spread + 2.0
    } else {
        (red - green) / spread + 4.0
    };
    let hue = sixth * 60.0;
    Some(match hue {
        _ if !(18.0..320.0).contains(&hue) => {
            if light > 0.7 {
                K::External
            } else {
                K::Hotspot
            }
        }
        _ if hue < 43.0 => K::Event,
        _ if hue < 70.0 => {
            if light > 0.82 {
                K::Actor
            } else {
                K::Aggregate
            }
        }
        _ if hue < 170.0 => K::ReadModel,
        _ if hue < 250.0 => K::Command,
        _ => K::Policy,
    })
}
