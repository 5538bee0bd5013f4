//! Wildcard texts: `*` stands for any run of characters, `\*` and `\\` for themselves.
//!
//! Matching one wildcard is linear in the value. What is bounded at compile time is how many places of the
//! wildcards of one field can be *live* at once on the worst input: that number is Event Ruler's complexity,
//! and more than [`MAX_COMPLEXITY`] is refused, as AWS does.

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::error::Reason;
use super::steps;

/// The highest complexity a field's wildcards may have. AWS accepts 7 and refuses 11; Event Ruler's
/// documentation advises 10.
pub const MAX_COMPLEXITY: usize = 10;

/// How many combinations of live places are looked at before a pattern counts as too complex, all its fields together:
/// so many, and some more for each byte of the pattern.
const MAX_COMBINATIONS: usize = 20_000;
const COMBINATIONS_A_BYTE: usize = 4;

/// How many combinations may be looked at for a pattern of so many bytes.
pub(crate) const fn combinations(bytes: usize) -> usize {
    MAX_COMBINATIONS + bytes.saturating_mul(COMBINATIONS_A_BYTE)
}

/// A parsed wildcard: the literal texts between its stars.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wildcard {
    source: String,
    segments: Vec<Vec<u8>>,
}

impl Wildcard {
    pub(crate) fn parse(source: &str) -> Result<Wildcard, Reason> {
        let bytes = source.as_bytes();
        let mut segments = vec![Vec::new()];
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let next = bytes.get(at + 1);
            match byte {
                // Positions count the opening quote, as Event Ruler's texts do.
                b'*' if next == Some(&b'*') => return Err(Reason::ConsecutiveWildcards(at + 1)),
                b'*' => segments.push(Vec::new()),
                b'\\' => match next {
                    Some(&escaped @ (b'*' | b'\\')) => {
                        push(&mut segments, escaped);
                        at += 1;
                    }
                    _ => return Err(Reason::InvalidEscape(at + 1)),
                },
                _ => push(&mut segments, byte),
            }
            at += 1;
        }
        Ok(Wildcard { source: source.to_owned(), segments })
    }

    /// The wildcard as the pattern has it.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The literal texts between the stars; one more than there are stars.
    pub(crate) fn segments(&self) -> &[Vec<u8>] {
        &self.segments
    }

    /// Whether the value matches as a whole. Linear: each inner text is looked for once, leftmost.
    pub(crate) fn matches(&self, value: &[u8]) -> bool {
        let [first, middle @ .., last] = self.segments.as_slice() else {
            return self.segments[0] == value;
        };
        let Some(mut rest) =
            value.strip_prefix(first.as_slice()).and_then(|v| v.strip_suffix(last.as_slice()))
        else {
            return false;
        };
        for literal in middle {
            let found = memmem::find(rest, literal);
            let end = found.map_or(rest.len(), |at| at + literal.len());
            steps::count(end);
            rest = &rest[end..];
            if found.is_none() {
                return false;
            }
        }
        true
    }
}

fn push(segments: &mut [Vec<u8>], byte: u8) {
    if let Some(last) = segments.last_mut() {
        last.push(byte);
    }
}

/// Checks that the wildcards of one field stay within [`MAX_COMPLEXITY`]. Each group holds the wildcards of
/// one condition: a single one, or the list of an `anything-but`. `left` is how many combinations the pattern may still
/// take.
pub(crate) fn check_complexity(groups: &[Vec<&Wildcard>], left: &mut usize) -> Result<(), Reason> {
    if groups.is_empty() || complexity(groups, MAX_COMPLEXITY + 1, left) <= MAX_COMPLEXITY {
        Ok(())
    } else {
        Err(Reason::TooComplex)
    }
}

/// A place in a tree of the common beginnings of wildcards.
#[derive(Default)]
struct Place {
    /// The place after each byte that may follow.
    next: Vec<(u8, u32)>,
    /// The place after a star that may follow.
    star: Option<u32>,
    /// It is a star, which any byte keeps live.
    is_star: bool,
}

/// The places of the wildcards of one field, a tree for each group. A set of live places is a sorted list: there are few.
#[derive(Default)]
struct Places(Vec<Place>);

impl Places {
    #[expect(clippy::cast_possible_truncation, reason = "a pattern is not longer than 4 GB")]
    fn add(&mut self, is_star: bool) -> u32 {
        self.0.push(Place { is_star, ..Place::default() });
        (self.0.len() - 1) as u32
    }

    fn after_byte(&mut self, from: u32, byte: u8) -> u32 {
        let known = self.after(from, byte);
        known.unwrap_or_else(|| {
            let place = self.add(false);
            self.0[from as usize].next.push((byte, place));
            place
        })
    }

    fn after_star(&mut self, from: u32) -> u32 {
        let known = self.0[from as usize].star;
        known.unwrap_or_else(|| {
            let place = self.add(true);
            self.0[from as usize].star = Some(place);
            place
        })
    }

    fn after(&self, from: u32, byte: u8) -> Option<u32> {
        self.0[from as usize].next.iter().find(|(other, _)| *other == byte).map(|(_, place)| *place)
    }

    /// The stars that an empty run reaches from live places.
    fn stars<'p>(&'p self, live: &'p [u32]) -> impl Iterator<Item = u32> + 'p {
        live.iter().filter_map(|place| self.0[*place as usize].star)
    }

    /// Live places together with the stars that an empty run has already reached.
    fn count(&self, live: &[u32]) -> usize {
        self.stars(live).filter(|star| live.binary_search(star).is_err()).count() + live.len()
    }

    /// The bytes that lead somewhere from live places.
    fn bytes(&self, live: &[u32], bytes: &mut Vec<u8>) {
        bytes.clear();
        for place in live.iter().copied().chain(self.stars(live)) {
            bytes.extend(self.0[place as usize].next.iter().map(|(byte, _)| *byte));
        }
        bytes.sort_unstable();
        bytes.dedup();
    }

    /// What is live after a byte; after one that leads nowhere when there is none.
    fn step(&self, live: &[u32], byte: Option<u8>, after: &mut Vec<u32>) {
        after.clear();
        after.extend(live.iter().filter(|place| self.0[**place as usize].is_star));
        after.extend(self.stars(live));
        if let Some(byte) = byte {
            let from = live.iter().copied().chain(self.stars(live));
            after.extend(from.filter_map(|place| self.after(place, byte)));
        }
        after.sort_unstable();
        after.dedup();
    }
}

/// The greatest number of places live at once on any input, or `cap` when it is reached or no combination is left.
fn complexity(groups: &[Vec<&Wildcard>], cap: usize, left: &mut usize) -> usize {
    let mut places = Places::default();
    let mut roots = Vec::new();
    for group in groups {
        let root = places.add(false);
        roots.push(root);
        for wildcard in group {
            let mut place = root;
            for (index, literal) in wildcard.segments.iter().enumerate() {
                if index > 0 {
                    place = places.after_star(place);
                }
                for &byte in literal {
                    place = places.after_byte(place, byte);
                }
            }
            places.after_byte(place, b'"');
        }
    }
    let mut worst = places.count(&roots);
    let mut seen = FxHashSet::from_iter([roots.clone()]);
    let mut queue = vec![roots];
    let (mut bytes, mut after) = (Vec::new(), Vec::new());
    while let Some(live) = queue.pop() {
        places.bytes(&live, &mut bytes);
        for byte in bytes.iter().copied().map(Some).chain([None]) {
            places.step(&live, byte, &mut after);
            steps::count(after.len() + 1);
            worst = worst.max(places.count(&after));
            if worst >= cap {
                return cap;
            }
            if !seen.contains(&after) {
                let Some(fewer) = left.checked_sub(1) else { return cap };
                *left = fewer;
                seen.insert(after.clone());
                queue.push(after.clone());
            }
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::{Wildcard, complexity};
    use crate::pattern::error::Reason;

    fn wildcard(source: &str) -> Wildcard {
        Wildcard::parse(source).unwrap()
    }

    #[test]
    fn stars_stand_for_any_run() {
        for (source, value, expected) in [
            ("a*b", "ab", true),
            ("a*b", "axxb", true),
            ("a*b", "a", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("*ab*ab*", "xabab", true),
            ("*ab*ab*", "xabb", false),
            ("\\*\\\\", "*\\", true),
            ("/Users/*/dir/doc.txt", "/Users/u/dir/dir/doc.txt", true),
        ] {
            assert_eq!(wildcard(source).matches(value.as_bytes()), expected, "{source} on {value}");
        }
    }

    #[test]
    fn bad_wildcards_are_refused_with_their_place() {
        assert_eq!(Wildcard::parse("a**"), Err(Reason::ConsecutiveWildcards(2)));
        assert_eq!(Wildcard::parse("é**"), Err(Reason::ConsecutiveWildcards(3)));
        assert_eq!(Wildcard::parse("a\\b"), Err(Reason::InvalidEscape(2)));
        assert_eq!(Wildcard::parse("a\\"), Err(Reason::InvalidEscape(2)));
    }

    /// The numbers are Event Ruler's own.
    #[test]
    fn complexity_is_event_rulers() {
        for (source, expected) in [
            ("", 1),
            ("*", 2),
            ("a*b", 2),
            ("*/dir/*", 4),
            ("/Users/*/doc.txt", 2),
            ("/Users/*/dir/dir/dir/dir/dir/doc.txt", 7),
            ("arn:aws:events:us-east-1:*:event-bus/*", 3),
            ("*:*:*:*:*:event-bus/*", 11),
        ] {
            assert_eq!(complexity(&[vec![&wildcard(source)]], 100, &mut 1_000), expected, "{source}");
        }
        assert_eq!(complexity(&[vec![&wildcard("*/init/*"), &wildcard("*/dir/*")]], 100, &mut 1_000), 5);
        assert_eq!(complexity(&[vec![&wildcard("*/dir/*")]], 100, &mut 3), 100, "no combination left");
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_backtracking(source in "[ab*]{0,8}", value in "[ab]{0,10}") {
            fn slow(pattern: &[u8], value: &[u8]) -> bool {
                match pattern.split_first() {
                    None => value.is_empty(),
                    Some((b'*', rest)) => (0..=value.len()).any(|skip| slow(rest, &value[skip..])),
                    Some((byte, rest)) => value.first() == Some(byte) && slow(rest, &value[1..]),
                }
            }
            if let Ok(parsed) = Wildcard::parse(&source) {
                proptest::prop_assert_eq!(parsed.matches(value.as_bytes()), slow(source.as_bytes(), value.as_bytes()));
            }
        }
    }
}
