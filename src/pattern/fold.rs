//! Matching without regard to case, as Event Ruler does it: each character of the pattern stands for its own
//! lower-case and upper-case spelling, and for nothing else.
//!
//! `straße` so matches `STRASSE` (the upper-case spelling of `ß` is `SS`) but `strasse` does not match
//! `straße`. Characters outside the basic plane are matched as they are meant, where Event Ruler's Java
//! breaks them into halves.

/// A text to be matched without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Folded {
    text: String,
    canonical: Vec<u8>,
    plain: bool,
}

impl Folded {
    pub(crate) fn new(text: &str) -> Folded {
        let mut canonical = Vec::with_capacity(text.len());
        canonicalize(text.as_bytes(), &mut canonical);
        Folded { text: text.to_owned(), canonical, plain: text.is_ascii() }
    }

    /// The text as the pattern has it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A form that every matching value shares: a key to look up by, to be confirmed by [`Folded::confirms`].
    pub(crate) fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// Whether a value of the same canonical form really matches. Plain ASCII needs no second look.
    pub(crate) fn confirms(&self, value: &[u8]) -> bool {
        (self.plain && value.is_ascii()) || self.equals(value)
    }

    /// As [`Folded::confirms`] for a value that starts with this canonical form.
    pub(crate) fn confirms_prefix(&self, value: &[u8]) -> bool {
        self.consume(value).is_some()
    }

    /// As [`Folded::confirms`] for a value that ends with this canonical form.
    pub(crate) fn confirms_suffix(&self, value: &[u8]) -> bool {
        let mut rest = value;
        for letter in self.text.chars().rev() {
            let lower: Spelling = Spelling::new(letter.to_lowercase());
            let upper: Spelling = Spelling::new(letter.to_uppercase());
            match rest.strip_suffix(lower.bytes()).or_else(|| rest.strip_suffix(upper.bytes())) {
                Some(shorter) => rest = shorter,
                None => return false,
            }
        }
        true
    }

    /// Whether the whole value is a spelling of the text.
    pub(crate) fn equals(&self, value: &[u8]) -> bool {
        self.consume(value).is_some_and(<[u8]>::is_empty)
    }

    /// What is left of the value after a spelling of the text.
    fn consume<'v>(&self, value: &'v [u8]) -> Option<&'v [u8]> {
        let mut rest = value;
        for letter in self.text.chars() {
            let lower = Spelling::new(letter.to_lowercase());
            let upper = Spelling::new(letter.to_uppercase());
            rest = rest.strip_prefix(lower.bytes()).or_else(|| rest.strip_prefix(upper.bytes()))?;
        }
        Some(rest)
    }
}

/// Up to three characters in UTF-8, as case mappings give them.
struct Spelling {
    bytes: [u8; 12],
    len: usize,
}

impl Spelling {
    fn new(letters: impl Iterator<Item = char>) -> Spelling {
        let mut spelling = Spelling { bytes: [0; 12], len: 0 };
        for letter in letters {
            spelling.len += letter.encode_utf8(&mut spelling.bytes[spelling.len..]).len();
        }
        spelling
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Appends the canonical form: every character lowered, raised and lowered again, so that all spellings of
/// a character meet in one. Bytes that are no UTF-8 stay as they are.
pub(crate) fn canonicalize(value: &[u8], out: &mut Vec<u8>) {
    if value.is_ascii() {
        out.extend(value.iter().map(u8::to_ascii_lowercase));
        return;
    }
    for chunk in value.utf8_chunks() {
        for letter in chunk.valid().chars() {
            for lowered in letter.to_lowercase() {
                for raised in lowered.to_uppercase() {
                    for canonical in raised.to_lowercase() {
                        let mut buffer = [0; 4];
                        out.extend_from_slice(canonical.encode_utf8(&mut buffer).as_bytes());
                    }
                }
            }
        }
        out.extend_from_slice(chunk.invalid());
    }
}

#[cfg(test)]
mod tests {
    use super::{Folded, canonicalize};

    fn canonical(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        canonicalize(text.as_bytes(), &mut out);
        out
    }

    #[test]
    fn every_spelling_of_every_character_meets_in_one_canonical_form() {
        for letter in '\0'..=char::MAX {
            let lower: String = letter.to_lowercase().collect();
            let upper: String = letter.to_uppercase().collect();
            let meant = canonical(&letter.to_string());
            assert_eq!(canonical(&lower), meant, "lower case of {letter:?}");
            assert_eq!(canonical(&upper), meant, "upper case of {letter:?}");
            let folded = Folded::new(&letter.to_string());
            assert!(folded.equals(lower.as_bytes()) && folded.equals(upper.as_bytes()), "{letter:?}");
            assert!(folded.confirms_suffix(lower.as_bytes()) && folded.confirms_suffix(upper.as_bytes()));
        }
    }

    #[test]
    fn only_the_patterns_letters_are_spelled_out() {
        assert!(Folded::new("straße").equals("STRASSE".as_bytes()));
        assert!(!Folded::new("strasse").equals("straße".as_bytes()));
        assert!(Folded::new("\u{212a}").equals(b"k"));
        assert!(!Folded::new("k").equals("\u{212a}".as_bytes()));
        assert!(Folded::new("🚀").equals("🚀".as_bytes()));
        assert!(!Folded::new("Σ").equals("ς".as_bytes()));
    }
}
