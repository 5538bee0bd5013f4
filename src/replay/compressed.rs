//! Gzip and zstd: recognised by their first bytes, undone in a stream.

use std::io::{self, BufReader, Read, Write};

/// How a log is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Gzip, also of several members.
    Gzip,
    /// Zstandard, also of several frames.
    Zstd,
}

/// What came of undoing a compression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decompressed {
    /// Bytes written.
    pub n_bytes: u64,
    /// Why not all of it could be had; what came before is good.
    pub broken: Option<String>,
}

/// The compression of a file that begins with these bytes.
pub fn sniff(head: &[u8]) -> Option<Compression> {
    match head {
        [0x1f, 0x8b, ..] => Some(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
        // A zstd file may begin with a frame to be skipped.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
        _ => None,
    }
}

/// Writes what `from` holds, in small steps, at most `limit` bytes. A broken or cut stream is no error:
/// what can be had is written and the reason returned. (Of a cut zstd frame the last window cannot be had:
/// the decoder keeps it until the frame is whole.)
///
/// # Errors
/// When writing fails.
pub fn decompress(
    compression: Compression,
    from: impl Read,
    to: &mut impl Write,
    limit: u64,
) -> io::Result<Decompressed> {
    let from = BufReader::with_capacity(1 << 16, from);
    match compression {
        Compression::Gzip => copy(flate2::bufread::MultiGzDecoder::new(from), to, limit),
        Compression::Zstd => zstd(from, to, limit),
    }
}

/// Zstd's frames one after the other; frames to be skipped are.
fn zstd(mut from: impl Read, to: &mut impl Write, limit: u64) -> io::Result<Decompressed> {
    let mut sum = Decompressed::default();
    loop {
        let mut first = [0; 1];
        match from.read(&mut first) {
            Ok(0) => return Ok(sum),
            Ok(_) => {}
            Err(error) => {
                sum.broken = Some(error.to_string());
                return Ok(sum);
            }
        }
        let mut frame = (&first[..]).chain(&mut from);
        match ruzstd::decoding::StreamingDecoder::new(&mut frame) {
            Ok(decoder) => {
                let part = copy(decoder, to, limit - sum.n_bytes)?;
                sum.n_bytes += part.n_bytes;
                if part.broken.is_some() {
                    sum.broken = part.broken;
                    return Ok(sum);
                }
            }
            Err(ruzstd::decoding::errors::FrameDecoderError::ReadFrameHeaderError(
                ruzstd::decoding::errors::ReadFrameHeaderError::SkipFrame { length, .. },
            )) => {
                io::copy(&mut frame.take(u64::from(length)), &mut io::sink())?;
            }
            Err(error) => {
                sum.broken = Some(error.to_string());
                return Ok(sum);
            }
        }
    }
}

fn copy(mut from: impl Read, to: &mut impl Write, limit: u64) -> io::Result<Decompressed> {
    let mut buffer = vec![0; 1 << 16];
    let mut done = Decompressed::default();
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(done),
            Ok(n) if done.n_bytes + n as u64 > limit => {
                let room = (limit - done.n_bytes) as usize;
                to.write_all(&buffer[..room])?;
                done.n_bytes = limit;
                done.broken = Some(format!("it unpacks to more than {} GiB", limit >> 30));
                return Ok(done);
            }
            Ok(n) => {
                to.write_all(&buffer[..n])?;
                done.n_bytes += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                done.broken = Some(format!("the compressed stream is cut short or damaged ({error})"));
                return Ok(done);
            }
        }
    }
}

#[cfg(test)]
mod tests;
