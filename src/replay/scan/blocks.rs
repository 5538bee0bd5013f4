//! Many bytes of JSON text in one step: sixteen of a string, sixty-four of nested objects and arrays.

use wide::u8x16;

/// Bytes of nested values looked at in one step.
const BLOCK: usize = 64;

/// Sixteen bytes from a place on, while there are so many.
#[inline(always)]
fn lane(data: &[u8], at: usize) -> Option<u8x16> {
    data.get(at..)?.first_chunk::<16>().map(|bytes| u8x16::new(*bytes))
}

#[inline(always)]
fn mask(lanes: u8x16) -> u64 {
    u64::from(lanes.to_bitmask())
}

#[inline(always)]
fn control(lane: u8x16) -> u8x16 {
    lane.min(u8x16::splat(0x1f)).simd_eq(lane)
}

/// The first byte at or after `from` that means something in a string: a quote, a backslash, a control character; or
/// where fewer than sixteen bytes are left.
#[inline(always)]
pub(super) fn skip_text(data: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(bytes) = lane(data, at) {
        let hits = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')) | control(bytes);
        let hits = mask(hits);
        if hits != 0 {
            return at + hits.trailing_zeros() as usize;
        }
        at += 16;
    }
    at
}

/// The place after the bracket that closes the object or array that opens at `from`. Nothing where strings have
/// escapes or control characters, or the end is not found: whoever looks byte by byte says what is the matter.
#[inline(always)]
pub(super) fn nested_end(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut depth = 0_u32;
    let mut inside = 0_u64;
    while at < data.len() {
        let rest = &data[at..];
        let padded;
        let bytes = if let Some(bytes) = rest.first_chunk::<BLOCK>() {
            bytes
        } else {
            let mut copy = [b' '; BLOCK];
            copy[..rest.len()].copy_from_slice(rest);
            padded = copy;
            &padded
        };
        let (mut quotes, mut odd, mut opening, mut closing) = (0, 0, 0, 0);
        let (lanes, _) = bytes.as_chunks::<16>();
        for (number, lane) in lanes.iter().enumerate() {
            let lane = u8x16::new(*lane);
            // Square and curly brackets differ in one bit.
            let folded = lane | u8x16::splat(0x20);
            let shift = 16 * number;
            quotes |= mask(lane.simd_eq(u8x16::splat(b'"'))) << shift;
            odd |= mask(lane.simd_eq(u8x16::splat(b'\\')) | control(lane)) << shift;
            opening |= mask(folded.simd_eq(u8x16::splat(b'{'))) << shift;
            closing |= mask(folded.simd_eq(u8x16::splat(b'}'))) << shift;
        }
        let strings = running_parity(quotes) ^ inside;
        let mut closing = closing & !strings;
        let opening = opening & !strings;
        let mut odd_before = odd & strings;
        if closing.count_ones() >= depth {
            // The end may be in here.
            let mut closed = 0;
            while closing != 0 {
                let place = closing.trailing_zeros();
                let before = (1_u64 << place) - 1;
                closed += 1;
                if depth + (opening & before).count_ones() == closed {
                    odd_before &= before;
                    return (odd_before == 0).then_some(at + place as usize + 1);
                }
                closing &= closing - 1;
            }
            depth = depth + opening.count_ones() - closed;
        } else {
            depth = depth + opening.count_ones() - closing.count_ones();
        }
        if odd_before != 0 {
            return None;
        }
        inside = if strings >> 63 == 1 { u64::MAX } else { 0 };
        at += BLOCK;
    }
    None
}

/// Every bit becomes the parity of itself and all lower ones: from quotes to what they enclose.
#[inline(always)]
fn running_parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
