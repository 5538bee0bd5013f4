//! The plain part of YAML, as Isobar and most people write it: blocks of `key: value` and `- item`, words, numbers and
//! quoted text on one line. A catalogue of a thousand documents is read several times as fast this way.
//!
//! Whatever else a text has, it is left to the reader of all of YAML: `None` says nothing about the text.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::contracts::yaml::is_plain;

/// The deepest nesting that is read here.
const DEPTH_MAX: usize = 64;

/// The value of a text, where it keeps to the plain part.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut lines = Lines { rest: text, at: None };
    lines.advance()?;
    if lines.at.as_ref()?.indent != 0 {
        return None;
    }
    let value = block(&mut lines, 0, 0)?;
    lines.at.is_none().then_some(value)
}

/// A line that says something.
#[derive(Clone, Copy)]
struct Line<'t> {
    indent: usize,
    content: &'t str,
}

impl Line<'_> {
    fn is_item(&self) -> bool {
        self.content == "-" || self.content.starts_with("- ")
    }
}

struct Lines<'t> {
    rest: &'t str,
    at: Option<Line<'t>>,
}

impl<'t> Lines<'t> {
    /// Goes to the next line that says something; none of them at the end. Refuses what is not plain.
    fn advance(&mut self) -> Option<()> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest.as_bytes()).unwrap_or(self.rest.len());
            let line = &self.rest[..end];
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            let indent = line.bytes().take_while(|b| *b == b' ').count();
            let content = line[indent..].trim_end_matches(' ');
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            // Marks of documents, directives, and what only ends where other systems end a line.
            let strange = |b: u8| b < b' ';
            if content.starts_with(['%', '\u{feff}'])
                || indent == 0 && (content.starts_with("---") || content.starts_with("..."))
                || content.bytes().any(strange)
            {
                return None;
            }
            self.at = Some(Line { indent, content });
            return Some(());
        }
        self.at = None;
        Some(())
    }

    /// Refuses a line that goes on with the text of a value at this depth.
    fn ends_above(&self, indent: usize) -> Option<()> {
        self.at.is_none_or(|next| next.indent <= indent).then_some(())
    }
}

fn block(lines: &mut Lines, indent: usize, depth: usize) -> Option<Value> {
    if depth > DEPTH_MAX {
        return None;
    }
    if lines.at?.is_item() { list(lines, indent, depth) } else { map(lines, indent, depth) }
}

fn map(lines: &mut Lines, indent: usize, depth: usize) -> Option<Value> {
    let mut out = Map::new();
    while let Some(line) = lines.at.filter(|line| line.indent >= indent) {
        if line.indent > indent || line.is_item() {
            return None;
        }
        let (key, rest) = split_key(line.content)?;
        lines.advance()?;
        let value = if rest.is_empty() {
            match lines.at {
                Some(next) if next.indent > indent => block(lines, next.indent, depth + 1)?,
                // A list may stand as far left as its key.
                Some(next) if next.indent == indent && next.is_item() => list(lines, indent, depth + 1)?,
                _ => Value::Null,
            }
        } else {
            let value = scalar(rest)?;
            lines.ends_above(indent)?;
            value
        };
        // A key that stands twice is an error, which the other reader tells.
        if out.insert(key.into_owned(), value).is_some() {
            return None;
        }
    }
    Some(Value::Object(out))
}

fn list(lines: &mut Lines, indent: usize, depth: usize) -> Option<Value> {
    let mut out = Vec::new();
    while let Some(line) = lines.at.filter(|line| line.indent >= indent) {
        if line.indent > indent {
            return None;
        }
        if !line.is_item() {
            break;
        }
        let inner = line.content[1..].trim_start_matches(' ');
        let inset = indent + line.content.len() - inner.len();
        if inner.is_empty() {
            lines.advance()?;
            out.push(match lines.at {
                Some(next) if next.indent > indent => block(lines, next.indent, depth + 1)?,
                _ => Value::Null,
            });
        } else if split_key(inner).is_some() {
            // The first key of a map stands on the line of its dash.
            lines.at = Some(Line { indent: inset, content: inner });
            out.push(map(lines, inset, depth + 1)?);
        } else {
            out.push(scalar(inner)?);
            lines.advance()?;
            lines.ends_above(indent)?;
        }
    }
    Some(Value::Array(out))
}

/// The key of an entry and what stands behind its colon.
fn split_key(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, rest) = if content.starts_with(['"', '\'']) {
        quoted(content)?
    } else {
        let end = content.match_indices(':').map(|(at, _)| at).find(|at| ends_key(&content[*at..]))?;
        let key = &content[..end];
        let plain = key.strip_prefix('$').unwrap_or(key);
        if !is_plain(plain) {
            return None;
        }
        (Cow::Borrowed(key), &content[end..])
    };
    ends_key(rest).then(|| (key, rest[1..].trim_start_matches(' ')))
}

fn ends_key(rest: &str) -> bool {
    rest == ":" || rest.starts_with(": ")
}

fn scalar(text: &str) -> Option<Value> {
    match text {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        "null" => return Some(Value::Null),
        "{}" => return Some(Value::Object(Map::new())),
        "[]" => return Some(Value::Array(Vec::new())),
        _ => {}
    }
    match text.as_bytes().first()? {
        b'"' | b'\'' => {
            let (text, rest) = quoted(text)?;
            rest.is_empty().then(|| Value::String(text.into_owned()))
        }
        b'-' | b'0'..=b'9' => number(text),
        _ => is_plain(text).then(|| Value::String(text.to_owned())),
    }
}

/// A number that JSON has too, written so that YAML of any version takes it for one.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.bytes().all(|b| b.is_ascii_digit());
    let fine = if whole {
        digits == "0" && digits == text || !digits.starts_with('0')
    } else {
        digits.contains('.')
    };
    let value: serde_json::Number = serde_json::from_str(text).ok().filter(|_| fine)?;
    // More digits than a number holds are for the other reader to judge.
    (!whole || !value.is_f64()).then_some(Value::Number(value))
}

/// A quoted text at the beginning, and what stands behind it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = text.as_bytes();
    if bytes[0] == b'\'' {
        let end = memchr::memchr(b'\'', &bytes[1..])? + 1;
        // Two quotes stand for one, which is rare.
        return (bytes.get(end + 1) != Some(&b'\''))
            .then(|| (Cow::Borrowed(&text[1..end]), &text[end + 1..]));
    }
    let mut end = 1;
    loop {
        end += memchr::memchr2(b'"', b'\\', &bytes[end..])?;
        if bytes[end] == b'"' {
            break;
        }
        end += 2;
        if end >= bytes.len() {
            return None;
        }
    }
    let (inside, rest) = (&text[1..end], &text[end + 1..]);
    if !inside.contains('\\') {
        return Some((Cow::Borrowed(inside), rest));
    }
    // Halves of pairs are spelt out by JSON only.
    if inside.contains("\\ud") || inside.contains("\\uD") {
        return None;
    }
    serde_json::from_str(&text[..=end]).ok().map(|text: String| (Cow::Owned(text), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::contracts::yaml;

    fn by_the_other_reader(text: &str) -> Result<Value, String> {
        serde_saphyr::from_str(text).map_err(|error: serde_saphyr::Error| error.to_string())
    }

    #[test]
    fn plain_documents_are_read_here() {
        let text = "asyncapi: 3.0.0\ninfo:\n  title: \"A \\\"b\\\" #c\"\n  x: 'y: z'\n# told\nlist:\n- a: 1\n  b: [] \n-   c: -2.5\n\n- \n  - x y\n  - null\nnothing:\n$ref: '#/a'\nlast: true\n";
        let Some(value) = read(&text.replace("3.0.0", "v3")) else { panic!("it is plain") };
        assert_eq!(
            value,
            json!({"asyncapi": "v3", "info": {"title": "A \"b\" #c", "x": "y: z"},
                "list": [{"a": 1, "b": []}, {"c": -2.5}, ["x y", null]], "nothing": null, "$ref": "#/a", "last": true})
        );
        assert_eq!(read(text), None, "three numbers are no number, and what they are is not for here to say");
    }

    #[test]
    fn all_else_is_left_to_the_other_reader() {
        for text in [
            "a: &x 1",
            "a: *x",
            "a: !t 1",
            "a: |\n  b",
            "a: >\n  b",
            "a: b\n  c",
            "a: {b: c}",
            "a: [b]",
            "a: b # c",
            "a: 1\na: 2",
            "? a",
            "a:\tb",
            "\ta: b",
            "a: b\r\n",
            "---\na: b",
            "a: 012",
            "a: 1e3",
            "a: 0x1",
            "a: ~",
            "a: yes",
            "y: a",
            "1: a",
            "a: - b",
            "- - a",
            "a: \"b",
            "a: \"b\" c",
            "a: 'b''c'",
            "a: \"\\ud83d\\ude00\"",
            "<<: a",
            "a: 2026-01-01",
            "a: .inf",
            "",
            "a",
            "- a\nb: c",
            " a: b\nc: d",
            "a: -0",
            "a: é",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    /// Lines of all kinds at all depths, most of them wrong together.
    fn texts() -> impl Strategy<Value = String> {
        let line = (
            0..5_usize,
            prop::sample::select(vec![
                "a: 1",
                "b:",
                "c: x y",
                "- d",
                "-",
                "- e: 2",
                "- f:",
                "\"g h\": \"i\\n\"",
                "j: {}",
                "k: []",
                "# l",
                "",
                "m: 'n'",
                "o: -1.5",
                "- \"p\"",
                "q: no",
                "r: 1.0e+3",
                "s: \"t\" ",
                "u v: w",
                "-   x: y",
                "$z: null",
                "A: b:c",
                "- B: 'C'",
            ]),
        );
        prop::collection::vec(line, 1..10).prop_map(|lines| {
            lines.into_iter().map(|(depth, line)| format!("{}{line}\n", " ".repeat(depth))).collect()
        })
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::from),
            (-1e300..1e300_f64).prop_map(Value::from),
            ".{0,12}".prop_map(Value::String),
            "[a-z:# ,'-]{0,8}".prop_map(Value::String),
        ];
        let nested = leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec(("[a-zé/: ~#$,]{0,5}", inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        });
        prop::collection::vec(("[a-z]{1,4}", nested), 1..5)
            .prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn what_is_read_here_the_other_reader_reads_the_same(text in texts()) {
            if let Some(value) = read(&text) {
                prop_assert_eq!(by_the_other_reader(&text), Ok(value), "{}", text);
            }
        }
    }

    proptest! {
        #[test]
        fn what_isobar_writes_is_read_here(value in values()) {
            let text = yaml::write(&value);
            // Halves of pairs and numbers of many digits aside, which it does not write.
            prop_assert_eq!(read(&text), Some(value), "{}", text);
        }
    }
}
