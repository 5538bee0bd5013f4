//! Boards and logs in a few words, for this room's tests.

use std::fmt::Write as _;

use super::index::Log;
use super::load::open;
use super::mapping::Mapping;
use super::time;
pub(crate) use crate::board::testing::board;

/// The start of 2026, in nanoseconds since 1970.
pub(crate) const START: i64 = 1_767_225_600 * time::SECOND;

/// A millisecond in nanoseconds.
pub(crate) const MS: i64 = 1_000_000;

/// A log from lines: `milliseconds id kind source Type [<cause] [@correlation] [!attribute=7] [{data}]`.
pub(crate) fn log(lines: &str) -> Log {
    let mut text = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, data) =
            line.split_once(" {").map_or((line, String::new()), |(l, d)| (l, format!("{{{d}")));
        let words: Vec<&str> = line.split_whitespace().collect();
        let [ms, id, kind, source, name] = words[..5] else { panic!("five words: {line}") };
        let stamp = time::format(START + ms.parse::<i64>().expect("milliseconds") * MS);
        let _ = write!(
            text,
            r#"{{"specversion":"1.0","id":"{id}","source":"/{source}","type":"{name}","time":"{stamp}","isobarkind":"{kind}""#
        );
        for word in &words[5..] {
            if let Some(cause) = word.strip_prefix('<') {
                let _ = write!(text, r#","causationid":"{cause}""#);
            } else if let Some(correlation) = word.strip_prefix('@') {
                let _ = write!(text, r#","correlationid":"{correlation}""#);
            } else if let Some((name, number)) = word.strip_prefix('!').and_then(|w| w.split_once('=')) {
                let _ = write!(text, r#","{name}":{number}"#);
            }
        }
        if !data.is_empty() {
            let _ = write!(text, r#","data":{data}"#);
        }
        text.push_str("}\n");
    }
    let log = open(text.into_bytes(), &Mapping::default()).expect("a log");
    assert_eq!(log.bad_lines(), []);
    log
}
