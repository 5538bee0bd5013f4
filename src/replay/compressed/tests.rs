//! Whole, cut, damaged and bomb-like streams.

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn undo(bytes: &[u8], limit: u64) -> (Vec<u8>, Decompressed) {
    let mut out = Vec::new();
    let done = decompress(sniff(bytes).expect("compressed"), bytes, &mut out, limit).unwrap();
    assert_eq!(done.n_bytes, out.len() as u64);
    (out, done)
}

fn text() -> Vec<u8> {
    (0..20_000)
        .flat_map(|i: u32| format!("{{\"id\":{}}}\n", i.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

#[test]
fn what_was_packed_comes_back() {
    let text = text();
    for packed in [gzip(&text), zstd(&text)] {
        assert!(packed.len() < text.len());
        let (out, done) = undo(&packed, u64::MAX);
        assert!(out == text && done.broken.is_none());
    }
}

#[test]
fn members_and_frames_one_after_the_other_are_one_text() {
    let (a, b) = (text(), b"the end".to_vec());
    let whole = [a.clone(), b.clone()].concat();
    assert!(undo(&[gzip(&a), gzip(&b)].concat(), u64::MAX).0 == whole);
    let skipped = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(&a), &zstd(&b)].concat();
    assert!(undo(&skipped, u64::MAX).0 == whole);
}

#[test]
fn a_cut_stream_gives_what_it_has_and_says_so() {
    let text = text();
    for packed in [gzip(&text), zstd(&text)] {
        let (out, done) = undo(&packed[..packed.len() / 2], u64::MAX);
        assert!(text.starts_with(&out));
        assert!(done.broken.is_some());
    }
    assert!(!undo(&gzip(&text)[..60_000], u64::MAX).0.is_empty());
}

#[test]
fn damage_is_told_and_never_panics() {
    for packed in [gzip(&text()), zstd(&text())] {
        for at in (4..packed.len()).step_by(997) {
            let mut hurt = packed.clone();
            hurt[at] ^= 0x55;
            let _ = undo(&hurt, 1 << 22);
        }
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let packed = gzip(&vec![b' '; 50 << 20]);
    let (out, done) = undo(&packed, 1 << 20);
    assert_eq!(out.len(), 1 << 20);
    assert!(done.broken.expect("told").contains("more than"));
}
