//! Typed text as numbers, shares and lengths of time, and back.

use std::str::FromStr;

use crate::board::Span;
use crate::scene::percent;

/// A number, which is `what` it has to be.
pub(super) fn number<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not {what}"))
}

/// A number, or nothing.
pub(super) fn optional<T: FromStr>(text: &str, what: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { number(text, what).map(Some) }
}

/// A number above zero.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    let read: f64 = number(text, "a number")?;
    if read > 0.0 && read.is_finite() { Ok(read) } else { Err(format!("`{text}` must be above zero")) }
}

pub(super) fn span(text: &str) -> Result<Span, String> {
    text.parse::<Span>().map_err(|error| error.to_string())
}

pub(super) fn optional_span(text: &str) -> Result<Option<Span>, String> {
    if text.is_empty() { Ok(None) } else { span(text).map(Some) }
}

/// A share as people write it, `20 %`, as a number between 0 and 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a share: write 0 % to 100 %");
    let number = text.trim_end_matches('%').trim().replace(',', ".");
    let read: f64 = number.parse().map_err(|_| wrong())?;
    if !(0.0..=100.0).contains(&read) {
        return Err(wrong());
    }
    // Typed per cent keep the digits they were typed with.
    Ok((read * 1e10).round() / 1e12)
}

pub(super) fn share_text(share: f64) -> String {
    percent(share)
}

pub(super) fn span_text(span: Option<Span>) -> String {
    span.map(|span| span.to_string()).unwrap_or_default()
}

/// A most that may be without bounds.
pub(super) fn most(text: &str) -> Result<u64, String> {
    Ok(optional(text, "a whole number")?.unwrap_or(u64::MAX))
}

pub(super) fn most_text(most: u64) -> String {
    if most == u64::MAX { String::new() } else { most.to_string() }
}
