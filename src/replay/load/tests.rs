//! Opening logs of every layout, and of every kind of hostility.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::replay::event::Kind;
use crate::replay::time::SECOND;

fn read(text: impl Into<Vec<u8>>) -> Log {
    open(text.into(), &Mapping::default()).expect("a log")
}

fn cloudevent(id: usize, name: &str, time: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"e{id}","source":"/s","type":"{name}","time":"{time}","data":{{"n":{id}}}}}"#
    )
}

/// A moment `seconds` after the start of 2026.
fn moment(seconds: usize) -> String {
    crate::replay::time::format((1_767_225_600 + seconds as i64) * SECOND)
}

fn ids(log: &Log) -> Vec<String> {
    log.events(0..log.len()).map(|e| e.id()).collect()
}

#[test]
fn one_event_a_line_is_read_whole() {
    let line = r#"{"specversion":"1.0","id":"a","source":"/balance","type":"Balance\"Deducted\"","time":"2026-01-01T01:00:00+01:00","correlationid":"c-1","causationid":"z","isobarkind":"command","data":{"coins":500}}"#;
    let log = read(format!("{line}\n"));
    let event = log.event(0).expect("one");
    assert_eq!((log.len(), log.n_bad_lines()), (1, 0));
    assert_eq!(
        (event.name(), event.source(), event.kind()),
        ("Balance\"Deducted\"", "/balance", Some(Kind::Command))
    );
    assert_eq!(event.time(), 1_767_225_600 * SECOND);
    let detail = event.detail().expect("readable");
    assert_eq!((&*detail.id, &*detail.correlation, &*detail.causation), ("a", "c-1", "z"));
    assert_eq!(detail.payload, br#"{"coins":500}"#);
    assert_eq!(detail.record, line.as_bytes());
    assert_eq!(event.record_length(), Some(line.len()));
    assert!(log.event(1).is_none());
}

#[test]
fn layouts_of_json_give_the_same_events() {
    let events: Vec<String> = (0..5).map(|i| cloudevent(i, "T", &moment(i))).collect();
    let pretty = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        serde_json::to_string_pretty(&value).expect("JSON")
    };
    let array = format!("[{}]", events.join(","));
    for text in [
        events.join("\n"),
        events.join("\r\n"),
        format!("\u{feff}{}\n\n", events.join("\n\n")),
        events.concat(),
        array.clone(),
        format!("[\n{}\n]\n", events.join(",\n")),
        pretty(&array),
        events.iter().map(|e| pretty(e)).collect::<Vec<_>>().join("\n"),
        format!("[{}]\n[]\n[{}]\n", events[..2].join(","), events[2..].join(",")),
    ] {
        let log = read(text.clone());
        assert_eq!(ids(&log), ["e0", "e1", "e2", "e3", "e4"], "{text}");
        assert_eq!(log.n_bad_lines(), 0, "{text}");
    }
}

#[test]
fn bad_lines_are_counted_with_line_and_reason_and_skipped() {
    let good = cloudevent(0, "T", &moment(0));
    let text = [
        &*good,
        "not json",
        r#"{"specversion":"1.0","type":"T","time":"noon"}"#,
        &good[..40],
        "",
        r#"{"n":1}"#,
        "\u{0}\u{1}\u{2}",
        &good,
        r#"{"specversion":"1.0","type":""}"#,
    ]
    .join("\n");
    let log = read(text);
    assert_eq!(log.len(), 2);
    let lines: Vec<u64> = log.bad_lines().iter().map(|b| b.line).collect();
    assert_eq!(lines, [2, 3, 4, 6, 7, 9]);
    assert!(log.bad_lines()[1].reason.contains("`noon`"));
    assert_eq!(log.bad_lines()[2].reason, "the record ends in the middle");
    assert_eq!(log.line_at(log.event(1).expect("two").offset()), 8);
}

#[test]
fn a_file_may_mix_formats() {
    let text = [
        &*cloudevent(0, "CloudEvent", &moment(0)),
        r#"{"version":"0","id":"b","detail-type":"EventBridge","source":"shop","time":"2026-01-01T00:00:01Z","detail":{"x":1}}"#,
        r#"{"metadata":{"eventType":"Envelope","eventId":"c","eventDate":"2026-01-01T00:00:02Z"},"data":{"x":1}}"#,
        r#"{"topic":"orders","partition":0,"offset":3,"ts":1767225603000,"key":"k","payload":"{\"x\":1}"}"#,
        "CreateTime:1767225604000\tkey\t{\"type\":\"Console\",\"x\":1}",
        r#"{"event":"Loose","ts":1767225605}"#,
    ]
    .join("\n");
    let log = read(text);
    let names: Vec<&str> = log.events(0..9).map(|e| e.name()).collect();
    assert_eq!(names, ["CloudEvent", "EventBridge", "Envelope", "orders", "Console", "Loose"]);
    assert_eq!(log.formats().len(), 6);
    let times: Vec<i64> = log.events(0..6).map(|e| e.time() / SECOND - 1_767_225_600).collect();
    assert_eq!(times, [0, 1, 2, 3, 4, 5]);
    assert!(log.events(0..6).all(|e| e.detail().is_some()));
}

#[test]
fn events_are_sorted_by_time_with_stable_ties_and_late_ones_are_marked() {
    let seconds = [5, 3, 5, 9, 3, 9, 1];
    let text: Vec<String> =
        seconds.iter().enumerate().map(|(i, s)| cloudevent(i, "T", &moment(*s))).collect();
    let log = read(text.join("\n"));
    assert_eq!(ids(&log), ["e6", "e1", "e4", "e0", "e2", "e3", "e5"]);
    let late: Vec<bool> = log.events(0..7).map(|e| e.is_late()).collect();
    assert_eq!(late, [true, true, true, false, false, false, false]);
    assert_eq!(log.n_late(), 3);
}

#[test]
fn events_without_a_time_follow_the_one_before() {
    let untimed = |id: &str| format!(r#"{{"specversion":"1.0","id":"{id}","source":"/s","type":"T"}}"#);
    let text = [untimed("a"), cloudevent(1, "T", &moment(7)), untimed("b"), cloudevent(2, "T", &moment(9))]
        .join("\n");
    let log = read(text);
    assert_eq!(ids(&log), ["a", "e1", "b", "e2"]);
    assert_eq!(log.n_untimed(), 2);
    let clockless = read([untimed("a"), untimed("b"), untimed("c")].join("\n"));
    assert_eq!(ids(&clockless), ["a", "b", "c"]);
    let times: Vec<i64> = clockless.events(0..3).map(|e| e.time()).collect();
    assert_eq!(times, [0, 1_000_000, 2_000_000]);
}

#[test]
fn questions_about_time_type_and_correlation() {
    let mut text = String::new();
    for i in 0..1000 {
        let (name, case, cause) =
            (["A", "B", "C"][i % 3], i % 10, i.checked_sub(10).map_or(String::new(), |c| format!("e{c}")));
        let _ = writeln!(
            text,
            r#"{{"specversion":"1.0","id":"e{i}","source":"/s{case}","type":"{name}","time":"{}","correlationid":"case {case}","causationid":"{cause}"}}"#,
            moment(i)
        );
    }
    let log = read(text);
    let at = |second: i64| (1_767_225_600 + second) * SECOND;
    assert_eq!(log.span(), Some((at(0), at(999))));
    assert_eq!(log.range(at(10)..at(20)), 10..20);
    assert_eq!(log.range(at(-5)..at(3)), 0..3);
    assert_eq!(log.range(at(5000)..at(1)), 1000..1000);
    let b = log.types().named("B").next().expect("B");
    assert_eq!(
        (log.next_of_type(1, b), log.previous_of_type(4, b), log.next_of_type(997, b)),
        (Some(4), Some(1), None)
    );
    assert_eq!((log.next_of_correlation(7), log.previous_of_correlation(17)), (Some(17), Some(7)));
    assert_eq!(log.correlation_chain(13), (0..100).map(|n| n * 10 + 3).collect::<Vec<_>>());
    assert_eq!((log.cause_of(25), log.cause_of(5)), (Some(15), None));
    assert_eq!(log.effects_of(25), [35]);
    let histogram = log.histogram(at(0)..at(1000), 7);
    let total: u64 = (0..7).map(|bucket| histogram.total(bucket)).sum();
    assert_eq!(total, 1000);
    assert_eq!(histogram.total(0), 143);
    assert_eq!(log.counts_by_type(0..1000), [334, 333, 333]);
    assert_eq!(log.types().iter().map(|t| t.n_events).collect::<Vec<_>>(), [334, 333, 333]);
}

#[test]
fn ids_reused_with_other_payloads_are_all_there() {
    let text: Vec<String> = [1, 2, 3].iter().map(|n| cloudevent(7, &format!("T{n}"), &moment(*n))).collect();
    let log = read(text.join("\n"));
    assert_eq!(log.rows_of_id("e7"), [0, 1, 2]);
    assert_eq!(log.rows_of_id("e8"), [0_usize; 0]);
}

/// Several pieces: more than one window's worth of bytes.
fn large(n: usize, time: impl Fn(usize) -> usize) -> Vec<u8> {
    let mut text = String::new();
    let padding = "x".repeat(400);
    for i in 0..n {
        let _ = writeln!(
            text,
            r#"{{"specversion":"1.0","id":"e{i}","source":"/s","type":"T{}","time":"{}","data":"{padding}"}}"#,
            i % 50,
            moment(time(i))
        );
    }
    text.into_bytes()
}

#[test]
fn pieces_are_put_together_in_order() {
    let n = 60_000;
    for jumble in [0, 1, 2] {
        // In order, nearly in order (neighbours swapped), and thoroughly shuffled.
        let time = move |i: usize| match jumble {
            0 => i,
            1 => i ^ 1,
            _ => i.wrapping_mul(7919) % n,
        };
        let bytes = large(n, time);
        assert!(bytes.len() > 3 * PIECE);
        let log = read(bytes);
        assert_eq!((log.len(), log.n_bad_lines()), (n, 0));
        let times: Vec<i64> = log.events(0..n).map(|e| e.time()).collect();
        assert!(times.is_sorted());
        for row in (0..n).step_by(997) {
            let event = log.event(row).expect("there");
            let i: usize = event.id()[1..].parse().expect("a number");
            assert_eq!(time(i), row, "jumble {jumble}");
            assert_eq!(event.name(), format!("T{}", i % 50));
            assert_eq!(log.line_at(event.offset()), i as u64 + 1);
        }
        assert_eq!(log.n_late() > 0, jumble > 0);
        assert!(log.index_bytes() <= n * 32 + 50 * 100, "{} bytes", log.index_bytes());
    }
}

#[test]
fn a_record_over_several_lines_may_lie_across_pieces() {
    let mut bytes = large(16_000, |i| i);
    bytes.truncate(PIECE - 100);
    let keep = memchr::memrchr(b'\n', &bytes).expect("lines") + 1;
    bytes.truncate(keep);
    let n = memchr::memchr_iter(b'\n', &bytes).count();
    let odd = format!(
        "{{\"specversion\":\"1.0\",\n\"type\":\"Odd\",\n\"id\":\"odd\",\n\"data\":[{}\n]}}\n",
        "\n1,".repeat(400) + "1"
    );
    bytes.extend_from_slice(odd.as_bytes());
    bytes.extend_from_slice(&large(20_000, |i| i + 100_000));
    let log = read(bytes);
    assert_eq!((log.len(), log.n_bad_lines()), (n + 1 + 20_000, 0));
    assert_eq!(log.rows_of_id("odd").len(), 1);
}

#[test]
fn a_snapshot_is_usable_before_the_end_and_cancelling_stops() {
    let source: Arc<dyn Source> = Arc::new(large(60_000, |i| i));
    let loading = Loading::new(source, Mapping::default());
    assert_eq!((loading.snapshot().len(), loading.progress().finished), (0, false));
    loading.cancel();
    assert_eq!(loading.run().expect_err("cancelled"), OpenError::Cancelled);
    assert!(loading.progress().finished);
    let log = loading.snapshot();
    assert!(log.len() < 60_000 && log.histogram(0..10, 4).n_buckets() * log.types().len() <= 4 * 50);
}

/// A file that another program cuts after it was opened.
struct Shrinking(Vec<u8>, AtomicBool);

impl Source for Shrinking {
    fn bytes(&self) -> &[u8] {
        &self.0
    }
    fn state(&self) -> SourceState {
        if self.1.load(Ordering::Relaxed) { SourceState::Cut } else { SourceState::Whole }
    }
}

#[test]
fn bytes_of_a_cut_file_are_not_touched() {
    let source = Arc::new(Shrinking(cloudevent(1, "T", &moment(1)).into_bytes(), AtomicBool::new(false)));
    let log = Loading::new(source.clone(), Mapping::default()).run().expect("a log");
    source.1.store(true, Ordering::Relaxed);
    let event = log.event(0).expect("in the index");
    assert_eq!(event.name(), "T");
    assert!(event.detail().is_none() && event.id().is_empty() && event.payload().is_empty());
    assert_eq!(Loading::new(source, Mapping::default()).run().expect_err("cut"), OpenError::Cut);
}

#[test]
fn rubbish_is_refused_in_words() {
    for (bytes, word) in [
        (&b"\x7fELF\x02\x01\x01\x00\x00\x00"[..], "binary"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"Dear diary, today", "Dear diary"),
        (b"\n\n%PDF-1.7\n", "%PDF"),
        (b"\x81\n{\x00\xfe\n", "binary"),
    ] {
        let error = open(bytes.to_vec(), &Mapping::default()).expect_err("no log").to_string();
        assert!(error.contains(word), "{error}");
    }
    assert!(read("").is_empty());
    assert!(read(" \n\n").is_empty());
    assert!(read("[]").is_empty());
}

#[test]
fn a_single_line_of_two_hundred_megabytes_is_one_event() {
    let mut bytes = br#"{"specversion":"1.0","id":"big","source":"/s","type":"Big","data":""#.to_vec();
    bytes.resize(200 << 20, b'x');
    bytes.extend_from_slice(b"\"}\n");
    bytes.extend_from_slice(cloudevent(1, "T", &moment(1)).as_bytes());
    let log = read(bytes);
    assert_eq!((log.len(), log.n_bad_lines()), (2, 0));
    assert_eq!(log.event(0).expect("the big one").record_length(), None);
    assert!(log.event(0).expect("the big one").payload().len() > 199 << 20);
    assert_eq!(log.line_at(log.event(1).expect("the small one").offset()), 2);
}

#[test]
fn a_file_of_cut_lines_is_read_in_one_go() {
    // Each line could go on over all that follow: trying that for every one would take hours.
    let log = read("{\"type\":[\n".repeat(400_000));
    assert_eq!((log.len(), log.n_bad_lines()), (0, 400_000));
    assert_eq!(log.bad_lines().len(), crate::replay::index::BAD_LINES_KEPT);
}

#[test]
fn every_clock_is_understood() {
    let stamps = [
        "0",
        "1",
        "4133980800",
        "1767225600000",
        "1767225600000000",
        "1767225600000000000",
        "\"1970-01-01T00:00:00Z\"",
        "\"2100-01-01T00:00:00+14:00\"",
        "\"1767225600.5\"",
    ];
    let text: Vec<String> = stamps.iter().map(|t| format!(r#"{{"type":"T","time":{t}}}"#)).collect();
    let log = read(text.join("\n"));
    assert_eq!((log.len(), log.n_bad_lines()), (9, 0));
    assert_eq!(log.span(), Some((0, 4_133_980_800 * SECOND)));
    assert_eq!(log.range(1_767_225_600 * SECOND..1_767_225_601 * SECOND).len(), 4);
}

#[test]
fn the_mapping_has_the_first_word() {
    let text = r#"{"specversion":"1.0","id":"a","source":"/s","type":"Generic","time":"2026-01-01T00:00:00Z","data":{"kind":"Special","order":{"id":17},"at":5,"by":"me","why":"z"}}"#;
    let some = |path: &str| Some(path.to_owned());
    let mapping = Mapping {
        name: some("data.kind"),
        time: some("data.at"),
        source: some("data.by"),
        id: some("data.nothing"),
        correlation: some("data.order.id"),
        causation: some("data.why"),
        time_unit: crate::replay::time::TimeUnit::Millis,
    };
    let log = open(text.as_bytes().to_vec(), &mapping).expect("a log");
    let event = log.event(0).expect("one");
    assert_eq!((event.name(), event.source(), event.time()), ("Special", "me", 5_000_000));
    assert_eq!((event.id(), event.correlation(), event.causation()), ("a".into(), "17".into(), "z".into()));
    let kafka = r#"{"topic":"orders","offset":1,"ts":1767225600000,"value":"{\"event\":{\"kind\":\"Placed\"},\"more\":\"{\\\"by\\\":7}\"}"}"#;
    let inside =
        Mapping { name: some("value.event.kind"), source: some("value.more.by"), ..Mapping::default() };
    let log = open(kafka.as_bytes().to_vec(), &inside).expect("a log");
    assert_eq!(log.event(0).map(|e| (e.name(), e.source())), Some(("Placed", "7")));
    let back: Mapping =
        serde_json::from_str(&serde_json::to_string(&mapping).expect("JSON")).expect("a mapping");
    assert_eq!(back, mapping);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0..6_usize) {
        let starts: [&[u8]; 6] = [b"", b"{\"", b"[", b"<?xml?><log><trace><event>", b"[#1] Received on \"a\"\n", b"type,time\n"];
        let text = [starts[start], &bytes].concat();
        if let Ok(log) = open(text, &Mapping::default()) {
            for event in log.events(0..log.len()) {
                let _ = (event.detail(), event.name().len(), log.line_at(event.offset()));
            }
        }
    }

    #[test]
    fn what_is_written_is_read(names in prop::collection::vec("[A-Za-z\"\\\\é ]{1,12}", 1..40), gaps in prop::collection::vec(0..3_i64, 40)) {
        let mut time = 1_767_225_600 * SECOND;
        let mut text = String::new();
        for (i, name) in names.iter().enumerate() {
            time += gaps[i] * 250_000_000;
            let value = serde_json::json!({"specversion": "1.0", "id": i.to_string(), "source": name, "type": name,
                "time": crate::replay::time::format(time), "data": {"name": name}});
            let _ = writeln!(text, "{value}");
        }
        let log = read(text);
        prop_assert_eq!(log.len(), names.len());
        for (event, name) in log.events(0..names.len()).zip(&names) {
            prop_assert_eq!(event.name(), name);
            prop_assert_eq!(event.source(), name);
            let payload: serde_json::Value = serde_json::from_slice(&event.payload()).expect("JSON");
            prop_assert_eq!(payload["name"].as_str(), Some(&**name));
        }
    }
}

#[test]
fn first_events_are_looked_at_before_the_reading_goes_on() {
    let line = cloudevent(1, "T", &moment(1)) + "\n";
    let n_events = 4 * PIECE / line.len();
    for way_on in ["looked at", "cancelled"] {
        let loading = Loading::new(Arc::new(line.repeat(n_events).into_bytes()), Mapping::default());
        let loading = Arc::new(loading.shown_first(Duration::from_secs(3_600)));
        let worker = {
            let loading = Arc::clone(&loading);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
            std::thread::spawn(move || pool.install(|| loading.run()))
        };
        while loading.progress().n_events == 0 {
            std::thread::yield_now();
        }
        let progress = loading.progress();
        assert!(!progress.finished && progress.bytes == PIECE as u64, "{progress:?}");
        if way_on == "cancelled" {
            loading.cancel();
            assert_eq!(worker.join().expect("no panic").err(), Some(OpenError::Cancelled));
        } else {
            assert!(loading.first_look_over() && !loading.first_look_over());
            assert_eq!(worker.join().expect("no panic").expect("a log").len(), n_events);
        }
    }
}
