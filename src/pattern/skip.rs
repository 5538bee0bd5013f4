//! Passing over parts of JSON text without looking into them.

/// The end of a string whose text starts at `at`: just past its closing quote, and whether it has escapes.
#[inline]
pub(crate) fn past_string(text: &[u8], at: usize) -> Option<(usize, bool)> {
    let mut at = at;
    let mut escaped = false;
    loop {
        match *text.get(at)? {
            b'"' => return Some((at + 1, escaped)),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

/// The end of an object or array that starts at `at`, followed by its brackets and quotes alone.
pub(crate) fn past_container(text: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = at;
    loop {
        match *text.get(at)? {
            b'"' => at = past_string(text, at + 1)?.0 - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The end of a number, `true`, `false` or `null` that starts at `at`.
#[inline]
pub(crate) fn past_number_or_word(text: &[u8], at: usize) -> Option<usize> {
    if !matches!(text.get(at)?, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
        return None;
    }
    let rest = &text[at..];
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r'))
        .unwrap_or(rest.len());
    Some(at + length)
}
