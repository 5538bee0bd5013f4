//! Which events of a log are shown: by type, source, correlation, text, and pattern.

use crate::pattern::Pattern;
use crate::replay::index::{EventRef, Log};
use crate::replay::symbols::key32;

/// What an event must be to be shown. The default shows all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    hidden_types: Vec<u16>,
    hidden_sources: Vec<u16>,
    correlation: Option<(u32, String)>,
    text: Vec<u8>,
    pattern: Option<Pattern>,
}

impl Filter {
    /// Hides or shows a type.
    pub fn set_type(&mut self, type_number: u16, shown: bool) {
        set(&mut self.hidden_types, type_number, shown);
    }

    /// Whether a type is shown.
    pub fn shows_type(&self, type_number: u16) -> bool {
        !self.hidden_types.contains(&type_number)
    }

    /// Hides or shows a source.
    pub fn set_source(&mut self, source_number: u16, shown: bool) {
        set(&mut self.hidden_sources, source_number, shown);
    }

    /// Shows one correlation only; an empty text shows all.
    pub fn set_correlation(&mut self, text: &str) {
        self.correlation = (!text.is_empty()).then(|| (key32(text.as_bytes()), text.to_owned()));
    }

    /// Shows only events whose record has these characters in it; an empty text shows all. Small letters stand for
    /// large ones too, as long as there is no large letter among them.
    pub fn set_text(&mut self, text: &str) {
        self.text = text.as_bytes().to_vec();
    }

    /// Shows only events whose record matches a pattern.
    pub fn set_pattern(&mut self, pattern: Option<Pattern>) {
        self.pattern = pattern;
    }

    /// True when everything is shown.
    pub fn is_open(&self) -> bool {
        self.hidden_types.is_empty()
            && self.hidden_sources.is_empty()
            && self.correlation.is_none()
            && self.text.is_empty()
            && self.pattern.is_none()
    }

    /// Whether an event is shown. What the index knows is asked first; the file only if that does not decide.
    pub fn accepts(&self, event: &EventRef<'_>) -> bool {
        self.accepts_in(event, |event| event.record())
    }

    /// The same, with records out of the bytes of the log.
    pub(crate) fn accepts_of<'l>(&self, event: &EventRef<'l>, data: &'l [u8]) -> bool {
        self.accepts_in(event, |event| event.record_in(data))
    }

    fn accepts_in<'l>(
        &self,
        event: &EventRef<'l>,
        record: impl FnOnce(&EventRef<'l>) -> Option<&'l [u8]>,
    ) -> bool {
        if self.hidden_types.contains(&event.type_number())
            || self.hidden_sources.contains(&event.source_number())
        {
            return false;
        }
        if let Some((key, text)) = &self.correlation
            && (event.correlation_key() != *key || event.correlation() != *text)
        {
            return false;
        }
        if self.text.is_empty() && self.pattern.is_none() {
            return true;
        }
        record(event).is_some_and(|record| self.accepts_record(event, record))
    }

    fn accepts_record(&self, event: &EventRef<'_>, record: &[u8]) -> bool {
        if !contains(record, &self.text) {
            return false;
        }
        let Some(pattern) = &self.pattern else { return true };
        // Formats that are no JSON are judged by the payload made of them.
        if record.starts_with(b"{") {
            pattern.matches(record).unwrap_or(false)
        } else {
            pattern.matches(&event.payload()).unwrap_or(false)
        }
    }

    /// The first event shown at or after `from`, looking at no more than `at_most` events: where it is (or where to
    /// look on).
    pub fn next(&self, log: &Log, from: usize, at_most: usize) -> Result<usize, usize> {
        let to = from.saturating_add(at_most).min(log.len());
        log.events(from..to).find(|event| self.accepts(event)).map(|event| event.row()).ok_or(to)
    }
}

/// Whether `text` is in `record`; a text without large letters is found in either case.
fn contains(record: &[u8], text: &[u8]) -> bool {
    if text.iter().any(u8::is_ascii_uppercase) || !text.iter().any(u8::is_ascii_alphabetic) {
        return memchr::memmem::find(record, text).is_some();
    }
    // Looked for is the letter of the text that is met least often; the others are then compared.
    let Some(at) = (0..text.len()).min_by_key(|at| frequency(text[*at])) else { return true };
    memchr::memchr2_iter(text[at], text[at].to_ascii_uppercase(), record).any(|hit| {
        let part = hit.checked_sub(at).and_then(|start| record.get(start..start + text.len()));
        part.is_some_and(|part| part.eq_ignore_ascii_case(text))
    })
}

/// How often a character is met in JSON of English names, roughly: its place in a list from the rarest on.
fn frequency(byte: u8) -> usize {
    const RARE_FIRST: &[u8] = b"qxzjkvwfbgyhmpul_/.-cdsnriote0123456789abcdef{}:, \"";
    RARE_FIRST.iter().rposition(|b| *b == byte).unwrap_or(0)
}

fn set(hidden: &mut Vec<u16>, number: u16, shown: bool) {
    hidden.retain(|n| *n != number);
    if !shown {
        hidden.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_stand_for_large_ones_too() {
        assert!(contains(b"an OrderPlaced here", b"orderplaced"));
        assert!(contains(b"an OrderPlaced", b"OrderP") && !contains(b"an orderplaced", b"OrderP"));
        assert!(contains(b"x Qa qa", b"qa") && contains(b"aQ", b"aq") && !contains(b"q", b"aq"));
        assert!(contains(b"anything", b"") && !contains(b"ab", b"abc") && contains(b"\"17\"", b"17"));
    }
}
