//! Names that are safe as file names and as identifiers, made in one place.
//!
//! A safe name holds only ASCII letters, digits, `-`, `_` and `.`, starts and ends with a letter, digit or `_`, is no
//! device name of Windows, has at most 80 characters, and no two claimed together differ in case only.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The longest safe name, in characters.
pub const SAFE_MAX: usize = 80;

const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "clock$", "conin$"];

/// A safe name for any text. Different texts may share one: [`Names`] keeps them apart.
#[must_use]
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(SAFE_MAX));
    let mut lost = false;
    for c in text.chars() {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => out.push(c),
            '.' if !out.is_empty() && !out.ends_with(['.', '-']) => out.push('.'),
            _ => {
                lost |= c.is_alphanumeric() || !c.is_ascii();
                if !out.is_empty() && !out.ends_with(['-', '.']) {
                    out.push('-');
                }
            }
        }
        if out.len() >= SAFE_MAX * 2 {
            break;
        }
    }
    let end = out.trim_end_matches(['-', '.']).len();
    out.truncate(end);
    if is_device(&out) {
        out.insert(0, '_');
    }
    let cut = out.len() > SAFE_MAX;
    if cut {
        out.truncate(SAFE_MAX - 9);
        let end = out.trim_end_matches(['-', '.']).len();
        out.truncate(end);
    }
    if out.is_empty() {
        out.push_str("unnamed");
    }
    if (cut || lost) && !text.is_empty() {
        out.truncate(SAFE_MAX - 9);
        let _ = write!(out, "-{:08x}", fingerprint(text));
    }
    out
}

/// True for the names Windows keeps for devices, whatever their ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// The 32-bit FNV-1a hash of a text, the same on every machine.
#[must_use]
pub fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// True for a relative path with `/` whose every step is a safe name.
#[must_use]
pub fn is_safe_path(path: &str) -> bool {
    let step = |step: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        !step.is_empty()
            && step.len() <= 2 * SAFE_MAX + 40
            && step.bytes().all(plain)
            && !step.starts_with(['.', '-'])
            && !step.ends_with('.')
            && !is_device(step)
    };
    path.len() <= 1_000 && path.split('/').all(step)
}

/// Hands out safe names within one scope: one folder, or the keys of one document.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Who has a name, by the name in lower case.
    taken: BTreeMap<String, String>,
    /// The name each one has.
    given: BTreeMap<String, String>,
}

impl Names {
    /// The name of `identity`, made from `wish` when first asked. Names asked for in the same order come out the same.
    pub fn claim(&mut self, identity: &str, wish: &str) -> String {
        if let Some(name) = self.given.get(identity) {
            return name.clone();
        }
        let plain = safe(wish);
        let mut name = plain.clone();
        let mut salt = identity.to_owned();
        while self.taken.contains_key(&name.to_ascii_lowercase()) {
            let end = plain.len().min(SAFE_MAX - 9);
            name = format!("{}-{:08x}", plain[..end].trim_end_matches(['-', '.']), fingerprint(&salt));
            salt.push('+');
        }
        self.taken.insert(name.to_ascii_lowercase(), identity.to_owned());
        self.given.insert(identity.to_owned(), name.clone());
        name
    }

    /// The name of an identity: the first wish that is free, else made from the last one.
    pub fn claim_first(&mut self, identity: &str, wishes: &[&str]) -> String {
        let free = |wish: &&&str| !self.taken.contains_key(&safe(wish).to_ascii_lowercase());
        let wish = wishes.iter().find(free).or(wishes.last()).copied().unwrap_or_default();
        self.claim(identity, wish)
    }

    /// The name of an identity that is its own wish.
    pub fn name(&mut self, text: &str) -> String {
        self.claim(text, text)
    }
}

/// A name in lower case with single dashes, as many catalogues want their ids: `order-confirmed`.
#[must_use]
pub fn kebab(name: &str) -> String {
    let words = crate::board::notation::words(name);
    // Without its underscore a name may be that of a device again.
    safe(&safe(&words).to_ascii_lowercase().replace(['_', '.'], "-"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dangerous_names_are_tamed() {
        for (text, expected) in [
            ("OrderConfirmed", "OrderConfirmed"),
            ("Order confirmed", "Order-confirmed"),
            ("../x", "x"),
            ("../../etc/passwd", "etc-passwd"),
            ("CON", "_CON"),
            ("con.yaml", "_con.yaml"),
            ("com1", "_com1"),
            ("a\0b", "a-b"),
            ("-rf", "rf"),
            (".git", "git"),
            ("x.", "x"),
            ("charge.succeeded", "charge.succeeded"),
            ("", "unnamed"),
        ] {
            assert_eq!(safe(text), expected, "{text:?}");
        }
        assert_ne!(safe("🎈"), safe("🎉"), "texts of nothing but pictures stay apart");
        assert_ne!(safe(&"a".repeat(300)), safe(&"a".repeat(301)), "so do long ones");
    }

    #[test]
    fn names_that_differ_in_case_only_are_kept_apart() {
        let mut names = Names::default();
        let (one, two) = (names.name("Order"), names.name("ORDER"));
        assert_ne!(one.to_lowercase(), two.to_lowercase());
        assert_eq!((names.name("Order"), names.name("ORDER")), (one, two), "asking again changes nothing");
    }

    proptest! {
        #[test]
        fn any_texts_get_safe_names_of_their_own(texts in prop::collection::btree_set(".{0,400}|[aA./]{0,5}", 0..12)) {
            let mut names = Names::default();
            let mut seen = std::collections::BTreeSet::new();
            for text in &texts {
                let name = names.name(text);
                prop_assert!(is_safe_path(&name), "{text:?} became {name:?}");
                prop_assert!(name.len() <= SAFE_MAX + 1, "{name}");
                prop_assert!(seen.insert(name.to_lowercase()), "{name} twice");
            }
        }
    }
}
