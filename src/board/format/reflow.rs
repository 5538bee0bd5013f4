//! Breaks compact RON or JSON into lines: a group that fits on its line stays there, tables always open.

/// The widest line, where it can be helped.
const WIDTH: usize = 110;
/// Groups nested less deeply than this are always opened: the file itself and its tables.
const ALWAYS_OPEN: usize = 2;

/// How the two spellings differ.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// A comma after the last item of an opened group.
    pub trailing_comma: bool,
}

/// A piece of the text: plain (keys, numbers, strings), then perhaps a bracketed group.
struct Item<'a> {
    text: &'a str,
    group: Option<Group<'a>>,
}

struct Group<'a> {
    open: char,
    close: char,
    items: Vec<Item<'a>>,
    /// Its length when written on one line.
    width: usize,
}

impl Item<'_> {
    fn width(&self) -> usize {
        spaced_width(self.text) + self.group.as_ref().map_or(0, |group| group.width)
    }
}

/// Lays out `compact`, the text of one bracketed group without any spaces outside strings.
pub(super) fn reflow(compact: &str, style: Style) -> String {
    let mut rest = compact;
    let item = parse_item(&mut rest);
    let mut out = String::with_capacity(compact.len() * 5 / 4);
    write_item(&item, 0, 0, style, &mut out);
    out.push('\n');
    out
}

fn parse_item<'a>(rest: &mut &'a str) -> Item<'a> {
    let bytes = rest.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        match bytes[end] {
            b'"' => end = string_end(bytes, end),
            b',' | b')' | b']' | b'}' | b'(' | b'[' | b'{' => break,
            _ => end += 1,
        }
    }
    let text = &rest[..end];
    *rest = &rest[end..];
    let group = rest.starts_with(['(', '[', '{']).then(|| parse_group(rest));
    Item { text, group }
}

/// The index just past the string that opens at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut i = start + 1;
    while i < bytes.len() && bytes[i] != b'"' {
        i += if bytes[i] == b'\\' { 2 } else { 1 };
    }
    (i + 1).min(bytes.len())
}

fn parse_group<'a>(rest: &mut &'a str) -> Group<'a> {
    let open = rest.chars().next().unwrap_or('(');
    *rest = &rest[1..];
    let mut items = Vec::new();
    loop {
        match rest.chars().next() {
            None => break,
            Some(')' | ']' | '}') => {
                *rest = &rest[1..];
                break;
            }
            Some(',') => *rest = &rest[1..],
            Some(_) => items.push(parse_item(rest)),
        }
    }
    let close = match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    };
    let width = 2 + items.iter().map(Item::width).sum::<usize>() + 2 * items.len().saturating_sub(1);
    Group { open, close, items, width }
}

/// The key's colon, when the text is `key:` or `key:value`, outside any string.
fn colon(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'"' => i = string_end(bytes, i),
            b':' => return Some(i),
            _ => i += 1,
        }
    }
    None
}

fn spaced_width(text: &str) -> usize {
    text.chars().count() + usize::from(colon(text).is_some())
}

fn write_text(text: &str, out: &mut String) {
    match colon(text) {
        Some(at) => {
            out.push_str(&text[..=at]);
            out.push(' ');
            out.push_str(&text[at + 1..]);
        }
        None => out.push_str(text),
    }
}

fn write_item(item: &Item<'_>, depth: usize, indent: usize, style: Style, out: &mut String) {
    write_text(item.text, out);
    let Some(group) = &item.group else { return };
    // One column for the comma that may follow.
    let fits = indent * 2 + item.width() < WIDTH && depth >= ALWAYS_OPEN;
    out.push(group.open);
    if fits || group.items.is_empty() {
        for (i, inner) in group.items.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            // Whatever fits as a whole fits in each of its parts.
            write_item(inner, ALWAYS_OPEN, 0, style, out);
        }
    } else {
        for (i, inner) in group.items.iter().enumerate() {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", indent + 1));
            write_item(inner, depth + 1, indent + 1, style, out);
            if style.trailing_comma || i + 1 < group.items.len() {
                out.push(',');
            }
        }
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", indent));
    }
    out.push(group.close);
}
