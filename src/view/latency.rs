//! Lengths of time that vary, as people write them: `20ms`, `10ms to 40ms`, `about 20ms`, `20ms, 99 % within 80ms`.

use crate::board::{Distribution, Span};

/// A distribution in words that [`read`] understands, but for one that was measured.
#[must_use]
pub fn text(latency: &Distribution) -> String {
    match latency {
        Distribution::Constant(span) => span.to_string(),
        Distribution::Uniform(low, high) => format!("{low} to {high}"),
        Distribution::Exponential(mean) => format!("about {mean}"),
        Distribution::LogNormal { median, p99 } => format!("{median}, 99 % within {p99}"),
        Distribution::Weibull { scale, shape } => format!("weibull {scale} {shape}"),
        Distribution::Empirical(values) => format!("measured, {} values", values.len()),
    }
}

/// Reads what [`text`] writes; nothing is none.
///
/// # Errors
/// A sentence that says what can be written.
pub fn read(text: &str) -> Result<Option<Distribution>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        format!("`{text}` is not a latency: write 20ms, 10ms to 40ms, about 20ms, or 20ms, 99 % within 80ms")
    };
    let span = |text: &str| text.trim().parse::<Span>().map_err(|_| wrong());
    if let Some((low, high)) = text.split_once(" to ") {
        return Ok(Some(Distribution::Uniform(span(low)?, span(high)?)));
    }
    if let Some(mean) = text.strip_prefix("about ") {
        return Ok(Some(Distribution::Exponential(span(mean)?)));
    }
    if let Some((median, p99)) = text.split_once(", 99 % within ") {
        return Ok(Some(Distribution::LogNormal { median: span(median)?, p99: span(p99)? }));
    }
    if let Some((scale, shape)) = text.strip_prefix("weibull ").and_then(|rest| rest.split_once(' ')) {
        return Ok(Some(Distribution::Weibull {
            scale: span(scale)?,
            shape: shape.parse().map_err(|_| wrong())?,
        }));
    }
    Ok(Some(Distribution::Constant(span(text)?)))
}

#[cfg(test)]
mod tests {
    use super::{read, text};

    #[test]
    fn latencies_read_what_they_write() {
        for written in ["20ms", "10ms to 40ms", "about 20ms", "20ms, 99 % within 80ms", "weibull 20ms 1.5"] {
            assert_eq!(text(&read(written).unwrap().unwrap()), written);
        }
        assert_eq!(read(" "), Ok(None));
        assert!(read("soon").is_err());
    }
}
