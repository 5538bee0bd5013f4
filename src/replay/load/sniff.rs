//! What sort of file this is, by its first bytes.

use super::OpenError;
use crate::replay::readers::{self, Document, Reader, Shape};
use crate::replay::scan::{self, Members, Why};

/// How the records of a file are laid out.
#[derive(Debug)]
pub(super) enum Layout {
    /// Records end with their lines: pieces can be parsed side by side.
    Lines,
    /// JSON records that run over lines.
    Stream,
    /// A format that takes the file as a whole.
    Document(&'static Reader, &'static dyn Document),
}

/// Bytes looked at.
const HEAD: usize = 64 << 10;

pub(super) fn layout(data: &[u8]) -> Result<Layout, OpenError> {
    let head = &data[..data.len().min(HEAD)];
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(OpenError::Unknown("it is UTF-16 text; convert it to UTF-8".to_owned()));
    }
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let lines = || body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let Some(first) = lines().next() else { return Ok(Layout::Lines) };
    if first.starts_with(b"{") {
        return Ok(json_layout(data));
    }
    let is_line = |line: &[u8]| {
        readers::ALL.iter().any(|r| matches!(&r.shape, Shape::Lines { claims, .. } if claims(line)))
    };
    if is_line(first) {
        return Ok(Layout::Lines);
    }
    if let Some((reader, document)) = readers::document_of(body) {
        return Ok(Layout::Document(reader, document));
    }
    if is_binary(body) {
        return Err(OpenError::Unknown("it is binary, and not gzip or zstd".to_owned()));
    }
    if first.starts_with(b"[") || lines().take(100).any(|line| line.starts_with(b"{") || is_line(line)) {
        return Ok(json_layout(data));
    }
    let shown: String = String::from_utf8_lossy(first).chars().take(60).collect();
    Err(OpenError::Unknown(format!(
        "it begins with `{shown}`, which is neither JSON, XES, CSV with a header, nor a known command's output"
    )))
}

/// Bytes that no text has, and that do not come from a broken line of a text.
fn is_binary(body: &[u8]) -> bool {
    memchr::memchr(0, body).is_some()
}

/// Whether the first object ends with its line.
fn json_layout(data: &[u8]) -> Layout {
    let Some(start) = memchr::memchr(b'{', data) else { return Layout::Lines };
    let line_end = memchr::memchr(b'\n', &data[start..]).map_or(data.len(), |n| start + n);
    let mut members = Members::default();
    match scan::object(&data[..line_end], start, &mut members) {
        Err(flaw) if flaw.why == Why::CutOff && line_end < data.len() => {
            if scan::object(data, start, &mut members).is_ok() { Layout::Stream } else { Layout::Lines }
        }
        _ => Layout::Lines,
    }
}
