//! What must hold of any pattern and any event: the text up to the first line break, and the rest.

use isobar::pattern::{EventError, FilterPolicy, Pattern, PatternSet, PolicyScope, Scratch, check_event};

/// Panics when something does not hold; true when both the pattern and the event are valid.
pub(crate) fn check(data: &[u8]) -> bool {
    let at = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (text, event) = (&data[..at], &data[(at + 1).min(data.len())..]);
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let _ = FilterPolicy::parse(text, PolicyScope::MessageAttributes);
    if let Ok(policy) = FilterPolicy::parse(text, PolicyScope::MessageBody) {
        let _ = policy.matches(&[], event);
    }
    let mut scratch = Scratch::new();
    let mut found = Vec::new();
    let mut set = PatternSet::new();
    let parsed = Pattern::parse(text);
    let is_pattern = parsed.is_ok();
    let pattern = parsed.unwrap_or_else(|error| {
        assert!(error.offset <= text.len() && !error.to_string().is_empty());
        // A pattern of our own then walks the event.
        Pattern::parse(r#"{"a":{"b":[{"numeric":["<",5]},"x"]},"c":[{"anything-but":"x"}]}"#).expect("valid")
    });
    let rule = set.add(&pattern);
    let walked = set.matches_into(event, &mut scratch, &mut found);
    let verdict = pattern.matches(event);
    let is_tangled = matches!(verdict, Err(EventError::TooTangled(_)));
    assert_eq!(verdict.is_ok() || is_tangled, check_event(event).is_ok());
    assert!(!is_tangled || walked == verdict.clone().map(|_| ()));
    if let Ok(matched) = verdict {
        assert!(walked.is_ok());
        assert_eq!(found.contains(&rule), matched);
        assert_eq!(pattern.explain(event).map(|explanation| explanation.matched), Ok(matched));
        if pattern.implies(&pattern) && matched {
            assert!(pattern.matches(event) == Ok(true));
        }
    }
    if let Some(example) = pattern.example() {
        assert_eq!(pattern.matches(example.as_bytes()), Ok(true));
    }
    assert!(set.remove(rule) && set.is_empty());
    is_pattern && verdict.is_ok()
}
