//! Wildcard texts: `*` stands for any run of characters, `\*` and `\\` for themselves.
//!
//! Matching one wildcard is linear in the value. What is bounded at compile time is how many places of the
//! wildcards of one field can be *live* at once on the worst input: that number is Event Ruler's complexity,
//! and more than [`MAX_COMPLEXITY`] is refused, as AWS does.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::error::Reason;
use super::steps;

/// The highest complexity a field's wildcards may have. AWS accepts 7 and refuses 11; Event Ruler's
/// documentation advises 10.
pub const MAX_COMPLEXITY: usize = 10;

/// How many combinations of live places are looked at before a pattern counts as too complex.
const MAX_COMBINATIONS: usize = 20_000;

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
/// one condition: a single one, or the list of an `anything-but`.
pub(crate) fn check_complexity(groups: &[Vec<&Wildcard>]) -> Result<(), Reason> {
    if groups.is_empty() || complexity(groups, MAX_COMPLEXITY + 1) <= MAX_COMPLEXITY {
        Ok(())
    } else {
        Err(Reason::TooComplex)
    }
}

/// The places of a group's wildcards as a tree of their common beginnings.
#[derive(Default)]
struct Places {
    /// `(place, byte)` → place; `None` for a star.
    next: BTreeMap<(usize, Option<u8>), usize>,
    /// Whether a place is a star, which any byte keeps live.
    stars: Vec<bool>,
}

impl Places {
    fn add(&mut self, from: usize, step: Option<u8>) -> usize {
        let fresh = self.stars.len();
        let place = *self.next.entry((from, step)).or_insert(fresh);
        if place == fresh {
            self.stars.push(step.is_none());
        }
        place
    }

    fn add_root(&mut self) -> usize {
        self.stars.push(false);
        self.stars.len() - 1
    }

    /// Live places together with the stars that an empty run has already reached.
    fn count(&self, live: &BTreeSet<usize>) -> usize {
        let reached = live.iter().filter_map(|&place| self.next.get(&(place, None)));
        reached.filter(|star| !live.contains(star)).count() + live.len()
    }

    /// The bytes that lead somewhere from live places, and `None` for all the others.
    fn bytes(&self, live: &BTreeSet<usize>) -> BTreeSet<Option<u8>> {
        let stars = live.iter().filter_map(|&place| self.next.get(&(place, None)));
        let steps = live.iter().chain(stars).flat_map(|&place| {
            self.next.range((place, Some(0))..=(place, Some(u8::MAX))).map(|(&(_, byte), _)| byte)
        });
        steps.chain([None]).collect()
    }

    fn step(&self, live: &BTreeSet<usize>, byte: Option<u8>) -> BTreeSet<usize> {
        let mut after = BTreeSet::new();
        let mut advance = |place: usize| {
            if let Some(byte) = byte {
                after.extend(self.next.get(&(place, Some(byte))));
            }
        };
        let mut stars = Vec::new();
        for &place in live {
            advance(place);
            if self.stars[place] {
                stars.push(place);
            }
            if let Some(&star) = self.next.get(&(place, None)) {
                advance(star);
                stars.push(star);
            }
        }
        after.extend(stars);
        after
    }
}

/// The greatest number of places live at once on any input, or `cap` when it is reached or the search grows
/// too long.
fn complexity(groups: &[Vec<&Wildcard>], cap: usize) -> usize {
    let mut places = Places::default();
    let mut roots = BTreeSet::new();
    for group in groups {
        let root = places.add_root();
        roots.insert(root);
        for wildcard in group {
            let mut place = root;
            for (index, literal) in wildcard.segments.iter().enumerate() {
                if index > 0 {
                    place = places.add(place, None);
                }
                for &byte in literal {
                    place = places.add(place, Some(byte));
                }
            }
            places.add(place, Some(b'"'));
        }
    }
    let mut worst = places.count(&roots);
    let mut seen = BTreeSet::from([roots.clone()]);
    let mut queue = vec![roots];
    while let Some(live) = queue.pop() {
        for byte in places.bytes(&live) {
            let after = places.step(&live, byte);
            steps::count(after.len() + 1);
            worst = worst.max(places.count(&after));
            if worst >= cap || seen.len() > MAX_COMBINATIONS {
                return cap;
            }
            if !seen.contains(&after) {
                seen.insert(after.clone());
                queue.push(after);
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
            assert_eq!(complexity(&[vec![&wildcard(source)]], 100), expected, "{source}");
        }
        assert_eq!(complexity(&[vec![&wildcard("*/init/*"), &wildcard("*/dir/*")]], 100), 5);
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
