//! Passing over parts of JSON text without looking into them, many bytes at a time.

use wide::u8x16;

/// Bytes looked at at once.
const BLOCK: usize = 64;

/// The end of a string whose text starts at `at`: just past its closing quote, and whether it has escapes.
#[inline]
pub(crate) fn past_string(text: &[u8], at: usize) -> Option<(usize, bool)> {
    // Most keys and values are short: eight bytes at a time in plain registers.
    let mut at = at;
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let found = bytes_equal(word, b'"') | bytes_equal(word, b'\\');
        if found != 0 {
            let place = at + (found.trailing_zeros() / 8) as usize;
            if text[place] == b'"' {
                return Some((place + 1, false));
            }
            return past_escaped_string(text, place);
        }
        at += 8;
    }
    past_escaped_string(text, at)
}

/// As [`past_string`], byte by byte: the text is known to have an escape or to end soon.
#[cold]
fn past_escaped_string(text: &[u8], at: usize) -> Option<(usize, bool)> {
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

/// The high bit of every byte that equals `wanted`; exact up to the first such byte.
#[inline]
fn bytes_equal(word: u64, wanted: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zero_where_equal = word ^ (ONES * u64::from(wanted));
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & (ONES << 7)
}

/// Which of 64 bytes are quotes, backslashes, opening and closing brackets.
struct Block {
    quotes: u64,
    backslashes: u64,
    opening: u64,
    closing: u64,
}

impl Block {
    #[inline]
    fn new(bytes: &[u8; BLOCK]) -> Block {
        let mut block = Block { quotes: 0, backslashes: 0, opening: 0, closing: 0 };
        let (lanes, _) = bytes.as_chunks::<16>();
        for (i, lane) in lanes.iter().enumerate() {
            let lane = u8x16::new(*lane);
            let mask =
                |lane: u8x16, byte: u8| u64::from(lane.simd_eq(u8x16::splat(byte)).to_bitmask()) << (16 * i);
            block.quotes |= mask(lane, b'"');
            block.backslashes |= mask(lane, b'\\');
            // Square and curly brackets differ in one bit.
            let bracket = lane | u8x16::splat(0x20);
            block.opening |= mask(bracket, b'{');
            block.closing |= mask(bracket, b'}');
        }
        block
    }
}

/// Every bit becomes the parity of itself and all lower ones: from quotes to what they enclose.
#[inline]
fn running_parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The end of an object or array that starts at `at`, followed by its brackets and quotes alone.
pub(crate) fn past_container(text: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_u32;
    let mut enclosed = 0_u64;
    let mut at = at;
    while at < text.len() {
        let rest = &text[at..];
        let padded;
        let bytes = if let Some(bytes) = rest.first_chunk::<BLOCK>() {
            bytes
        } else {
            let mut copy = [b' '; BLOCK];
            copy[..rest.len()].copy_from_slice(rest);
            padded = copy;
            &padded
        };
        let block = Block::new(bytes);
        if block.backslashes != 0 {
            return past_container_slowly(text, at, depth, enclosed != 0);
        }
        let strings = running_parity(block.quotes) ^ enclosed;
        let (opening, mut closing) = (block.opening & !strings, block.closing & !strings);
        if closing.count_ones() >= depth {
            // The end may be in here.
            let mut closed = 0;
            while closing != 0 {
                let place = closing.trailing_zeros();
                let opened = (opening & ((1 << place) - 1)).count_ones();
                closed += 1;
                if depth + opened == closed {
                    return Some(at + place as usize + 1);
                }
                closing &= closing - 1;
            }
            depth = depth + opening.count_ones() - closed;
        } else {
            depth = depth + opening.count_ones() - closing.count_ones();
        }
        enclosed = if strings >> 63 == 1 { u64::MAX } else { 0 };
        at += BLOCK;
    }
    None
}

/// As [`past_container`], byte by byte, for text with escapes.
#[cold]
fn past_container_slowly(text: &[u8], at: usize, depth: u32, in_string: bool) -> Option<usize> {
    let mut depth = depth;
    let mut at = at;
    if in_string {
        at = past_escaped_string(text, at)?.0;
    }
    loop {
        match *text.get(at)? {
            b'"' => {
                at = past_string(text, at + 1)?.0;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                // A closing bracket that nothing opened cannot come first.
                depth = depth.checked_sub(1)?;
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
    let mut at = at;
    // Digits, points and signs, sixteen at a time; what else there may be is looked at byte by byte.
    while let Some(chunk) = text[at..].first_chunk::<16>() {
        let above = u8x16::new(*chunk) - u8x16::splat(b'-');
        let plain = above.min(u8x16::splat(b'9' - b'-')).simd_eq(above).to_bitmask();
        let length = (!plain).trailing_zeros() as usize;
        at += length.min(16);
        if length < 16 {
            break;
        }
    }
    let rest = &text[at..];
    Some(at + rest.iter().position(|&byte| ends_value(byte)).unwrap_or(rest.len()))
}

/// Whether a byte ends a number or word.
#[inline]
pub(crate) fn ends_value(byte: u8) -> bool {
    ENDS[usize::from(byte)]
}

/// Bytes that cannot be within a number or word.
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut at = 0;
    while at < 256 {
        ends[at] = matches!(at as u8, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r');
        at += 1;
    }
    ends
};

#[cfg(test)]
mod tests {
    use super::{past_container, past_string};

    /// The plainest way: brackets counted outside strings.
    fn slow_container(text: &[u8]) -> Option<usize> {
        let (mut depth, mut in_string, mut escaped) = (0_i32, false, false);
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(2_000))]

        #[test]
        fn containers_end_where_their_brackets_close(
            inner in "([a-z,:]|\\[|\\]|\\{|\\}|\"[a-z\\[\\]{}]{0,70}\"|\"a\\\\\"]\"){0,60}",
        ) {
            let text = format!("[{inner}]");
            proptest::prop_assert_eq!(past_container(text.as_bytes(), 0), slow_container(text.as_bytes()));
            let shifted = format!("\"x\\\\\":{text}");
            let at = shifted.len() - text.len();
            let expected = slow_container(text.as_bytes()).map(|end| end + at);
            proptest::prop_assert_eq!(past_container(shifted.as_bytes(), at), expected);
        }

        #[test]
        fn strings_end_at_their_quote(inner in "([a-z\u{e9}\u{1f680}!#\u{2}]|\\\\.){0,40}", tail in ".{0,10}") {
            let text = format!("{inner}\"{tail}");
            let expected = (inner.len() + 1, inner.contains('\\'));
            proptest::prop_assert_eq!(past_string(text.as_bytes(), 0), Some(expected));
            proptest::prop_assert_eq!(past_string(inner.as_bytes(), 0), None);
        }
    }
}
