//! Texts for examples: by format, by regular expression, or from the name of the field.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::super::Field;
use super::mix;
use crate::board::notation::words;

/// A text that suits a field. One that identifies something holds `number`, where nothing else is asked of it.
pub(super) fn text(field: &Field, seed: u64, number: Option<u64>) -> String {
    if !field.pattern.is_empty()
        && let Some(text) = of_pattern(field, seed)
    {
        return text;
    }
    if let Some(text) = of_format(&field.format, seed) {
        return text;
    }
    fit(plain(&field.name, seed, number), field)
}

/// An identifier or a few words, from the field's own name.
fn plain(name: &str, seed: u64, number: Option<u64>) -> String {
    let number = number.map_or_else(|| (1 + mix(seed) % 9_999).to_string(), |number| format!("{number:06}"));
    let words = words(name).to_lowercase();
    let words = words.trim();
    if words.is_empty() {
        return format!("text {number}");
    }
    match words.strip_suffix(" id").or_else(|| words.strip_suffix(" number")) {
        Some(stem) => format!("{}-{number}", stem.replace(' ', "-")),
        None if words == "id" => format!("id-{number}"),
        None if words.contains("currency") => "EUR".to_owned(),
        None if words.contains("email") => format!("person{number}@example.com"),
        None => format!("{words} {number}"),
    }
}

/// Cuts or fills a text to the length the field asks for.
fn fit(mut text: String, field: &Field) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
    let size = |bound: f64| bound.clamp(0.0, 10_000.0) as usize;
    let least = field.min.map_or(0, |min| size(min.ceil()));
    let most = field.max.map_or(usize::MAX, |max| size(max.floor()));
    let length = text.chars().count();
    text.extend(std::iter::repeat_n('x', least.saturating_sub(length)));
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
    }
    text
}

/// A value of a format that JSON Schema names; `None` for other formats.
fn of_format(format: &str, seed: u64) -> Option<String> {
    let n = mix(seed);
    let (month, day, hour, minute, second) =
        (1 + n % 12, 1 + n / 12 % 28, n / 336 % 24, n / 8_064 % 60, n / 483_840 % 60);
    let number = 1 + n % 9_999;
    Some(match format {
        "uuid" => {
            let (high, low) = (mix(seed ^ 2), mix(seed ^ 3));
            format!(
                "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
                high >> 32,
                high >> 16 & 0xffff,
                high & 0xfff,
                low >> 48 & 0x3fff | 0x8000,
                low & 0xffff_ffff_ffff
            )
        }
        "date-time" => format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
        "date" => format!("2026-{month:02}-{day:02}"),
        "time" => format!("{hour:02}:{minute:02}:{second:02}Z"),
        "duration" => format!("PT{}M", 1 + n % 59),
        "email" | "idn-email" => format!("person{number}@example.com"),
        "hostname" | "idn-hostname" => format!("host{number}.example.com"),
        "ipv4" => format!("192.0.2.{}", 1 + n % 254),
        "ipv6" => format!("2001:db8::{:x}", 1 + n % 0xffff),
        "uri" | "iri" | "url" => format!("https://example.com/{number}"),
        "uri-reference" | "iri-reference" => format!("/{number}"),
        "uri-template" => format!("/items/{{id}}/{number}"),
        "json-pointer" => format!("/items/{number}"),
        "relative-json-pointer" => "0".to_owned(),
        "regex" => format!("^item-{number}$"),
        "byte" | "base64" => "aXNvYmFy".to_owned(),
        _ => return None,
    })
}

/// A text that a regular expression matches, when the expression is one this can read.
fn of_pattern(field: &Field, seed: u64) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new().nest_limit(64).build().parse(&field.pattern).ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
    let least = field.min.map_or(0, |min| min.clamp(0.0, 10_000.0) as usize);
    // Longer repetitions until the least length is met.
    let mut text = String::new();
    for longer in [0, 1, 4, 16, 64, 256] {
        text.clear();
        let mut writer = PatternWriter { seed: mix(seed), longer, text: &mut text };
        writer.write(&hir);
        if text.chars().count() >= least {
            break;
        }
    }
    Some(text)
}

/// The most characters a pattern may put out: `(a{999}){999}` must not fill the memory.
const PATTERN_TEXT_MAX: usize = 20_000;

struct PatternWriter<'a> {
    seed: u64,
    longer: u32,
    text: &'a mut String,
}

impl PatternWriter<'_> {
    fn draw(&mut self, below: u64) -> u64 {
        self.seed = mix(self.seed);
        self.seed % below.max(1)
    }

    fn write(&mut self, hir: &Hir) {
        if self.text.len() > PATTERN_TEXT_MAX {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => {
                let c = self.draw_char(class);
                self.text.push(c);
            }
            HirKind::Repetition(repetition) => {
                let least = repetition.min.max(u32::from(repetition.max != Some(0)));
                let most = repetition.max.unwrap_or(u32::MAX);
                let count = least.saturating_add(self.longer).min(most).max(repetition.min);
                for _ in 0..count {
                    if self.text.len() > PATTERN_TEXT_MAX {
                        return;
                    }
                    self.write(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(parts) => {
                #[expect(clippy::cast_possible_truncation, reason = "below a small length")]
                let at = self.draw(parts.len() as u64) as usize;
                self.write(&parts[at]);
            }
        }
    }

    fn draw_char(&mut self, class: &Class) -> char {
        let ranges: Vec<(u32, u32)> = match class {
            Class::Unicode(class) => {
                class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
            }
            Class::Bytes(class) => class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect(),
        };
        // Letters and digits where the class has any, then anything printable in ASCII, then whatever it has.
        let plain = |from: u32, to: u32| {
            ranges
                .iter()
                .map(|(a, b)| (*a.max(&from), *b.min(&to)))
                .filter(|(a, b)| a <= b)
                .collect::<Vec<_>>()
        };
        let mut usable: Vec<_> = [('0', '9'), ('A', 'Z'), ('a', 'z')]
            .into_iter()
            .flat_map(|(a, b)| plain(u32::from(a), u32::from(b)))
            .collect();
        if usable.is_empty() {
            usable = plain(0x20, 0x7e);
        }
        if usable.is_empty() {
            usable = ranges;
        }
        let total: u64 = usable.iter().map(|(a, b)| u64::from(b - a) + 1).sum();
        let mut at = self.draw(total);
        for (a, b) in usable {
            let size = u64::from(b - a) + 1;
            if at < size {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "below the size of a range of characters"
                )]
                return char::from_u32(a + at as u32).unwrap_or('x');
            }
            at -= size;
        }
        'x'
    }
}
