//! Keeps a fault in one part of the window from closing it: the panic is caught, and what happened is kept for a report.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// What is known of a panic.
#[derive(Clone, Debug)]
pub struct Report {
    /// The part of the window it happened in.
    pub part: String,
    /// What the code said.
    pub message: String,
    /// The file and line, where known.
    pub place: String,
    /// How the code got there.
    pub backtrace: String,
}

impl Report {
    /// The report as text to send on: what happened, where, in which version.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "Isobar {} on {} {}\n{} stopped working: {}\nat {}\n\n{}",
            crate::VERSION,
            std::env::consts::OS,
            std::env::consts::ARCH,
            self.part,
            self.message,
            self.place,
            self.backtrace
        )
    }
}

thread_local! {
    /// The newest panic of this thread, as the hook saw it.
    static NEWEST: RefCell<Option<(String, String, String)>> = const { RefCell::new(None) };
}

/// Remembers each panic besides what the hook before did with it.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            NEWEST.with_borrow_mut(|newest| *newest = Some(seen(info)));
            before(info);
        }));
    });
}

fn seen(info: &PanicHookInfo<'_>) -> (String, String, String) {
    let message = info.payload_as_str().unwrap_or("no words were left").to_owned();
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    (message, place, Backtrace::force_capture().to_string())
}

/// Runs a part of the app.
///
/// # Errors
/// When it panics: with what is known of it. What the part was changing may be half changed; the caller puts it aside.
pub(super) fn catch<R>(part: &str, f: impl FnOnce() -> R) -> Result<R, Report> {
    install();
    catch_unwind(AssertUnwindSafe(f)).map_err(|_| {
        let (message, place, backtrace) = NEWEST.take().unwrap_or_default();
        log::error!("{part} stopped working: {message} at {place}");
        Report { part: part.to_owned(), message, place, backtrace }
    })
}

#[cfg(test)]
mod tests {
    use super::catch;

    #[test]
    fn a_panic_is_told_with_its_words_and_place() {
        let report = catch("The test", || panic!("seven is no name")).unwrap_err();
        assert_eq!(report.message, "seven is no name");
        assert!(report.place.contains("guard.rs"), "{}", report.place);
        assert!(report.text().contains("The test stopped working: seven is no name"));
        assert_eq!(catch("The test", || 7).unwrap(), 7);
    }
}
