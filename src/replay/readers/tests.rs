//! Each format, from text as its tools write it; and the real files others wrote.

use super::*;
use crate::replay::event::Kind;
use crate::replay::index::Log;
use crate::replay::load::open;
use crate::replay::time::SECOND;

fn read(text: &str) -> Log {
    let log = open(text.as_bytes().to_vec(), &Mapping::default()).expect("a log");
    assert_eq!(log.bad_lines(), [], "{text}");
    log
}

/// (type, source, id, correlation, causation, payload) of one event, read again from the file.
fn all(log: &Log, row: usize) -> (String, String, String, String, String, String) {
    let event = log.event(row).expect("there");
    let detail = event.detail().expect("readable");
    assert_eq!((&detail.id, &detail.correlation), (&event.id(), &event.correlation()));
    let payload = String::from_utf8_lossy(&detail.payload).into_owned();
    (event.name().into(), event.source().into(), detail.id, detail.correlation, detail.causation, payload)
}

fn owned(t: [&str; 6]) -> (String, String, String, String, String, String) {
    let [a, b, c, d, e, f] = t.map(str::to_owned);
    (a, b, c, d, e, f)
}

#[test]
fn every_reader_has_its_own_name_and_says_what_it_does() {
    let mut names: Vec<&str> = ALL.iter().map(|r| r.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.iter().all(|r| r.about.len() > 40 && !r.label.is_empty()));
    assert!(ALL.len() <= 16, "the index counts events of sixteen readers");
}

#[test]
fn cloudevents_carry_text_binary_or_nothing() {
    let log = read(concat!(
        r#"{"specversion":"1.0","id":"1","source":"/s","type":"A","subject":"o-1","data_base64":"aGk="}"#,
        "\n",
        r#"{"specversion":"1.0","id":"2","source":"/s","type":"B","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":"plain \"text\""}"#,
        "\n",
        r#"{"specversion":"1.0","id":"3","source":"/s","type":"C","correlationid":"c","subject":"o","causationid":"2"}"#,
    ));
    assert_eq!(all(&log, 0), owned(["A", "/s", "1", "o-1", "", "hi"]));
    assert_eq!(
        all(&log, 1),
        owned(["B", "/s", "2", "0af7651916cd43dd8448eb211c80319c", "", "plain \"text\""])
    );
    assert_eq!(all(&log, 2), owned(["C", "/s", "3", "c", "2", ""]));
}

#[test]
fn eventbridge_objects_stand_one_behind_the_other_with_detail_as_object_or_text() {
    let log = read(concat!(
        r#"{"version":"0","id":"1","detail-type":"LotSelected","source":"lots","account":"1","time":"2026-01-01T00:00:00Z","region":"eu-west-1","resources":[],"detail":{"metadata":{"correlationId":"c-9"},"data":{"lot":7}}}"#,
        r#"{"version":"0","id":"2","detail-type":"PurchaseApproved","source":"buying","time":"2026-01-01T00:00:01Z","detail":"{\"correlationId\":\"c-9\",\"causationId\":\"1\",\"lot\":7}","replay-name":"again"}"#,
    ));
    assert_eq!(
        all(&log, 0),
        owned([
            "LotSelected",
            "lots",
            "1",
            "c-9",
            "",
            r#"{"metadata":{"correlationId":"c-9"},"data":{"lot":7}}"#
        ])
    );
    assert_eq!(
        all(&log, 1),
        owned([
            "PurchaseApproved",
            "buying",
            "2",
            "c-9",
            "1",
            r#"{"correlationId":"c-9","causationId":"1","lot":7}"#
        ])
    );
    assert_eq!(log.cause_of(1), Some(0));
}

#[test]
fn envelopes_and_their_commands() {
    let log = read(concat!(
        r#"{"metadata":{"eventType":"order.completed","eventId":"1","eventDate":"2026-01-01T00:00:00Z","version":"1","traceParent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},"data":{"orderId":"7"}}"#,
        "\n",
        r#"{"metadata":{"type":"email.send","id":"2","time":1767225601000,"source":"orders","correlationId":"c","causationId":"1","responseChannel":"replies"},"data":{}}"#,
    ));
    assert_eq!(
        all(&log, 0),
        owned(["order.completed", "", "1", "0af7651916cd43dd8448eb211c80319c", "", r#"{"orderId":"7"}"#])
    );
    assert_eq!(all(&log, 1), owned(["email.send", "orders", "2", "c", "1", "{}"]));
    assert_eq!(log.event(1).and_then(|e| e.kind()), Some(Kind::Command));
}

#[test]
fn kcat_records_speak_through_payload_headers_or_topic() {
    let log = read(concat!(
        r#"{"topic":"orders","partition":0,"offset":1,"tstype":"create","ts":1767225600000,"broker":0,"key":"k1","payload":"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/o\",\"type\":\"OrderPlaced\",\"data\":{\"n\":1}}"}"#,
        "\n",
        r#"{"topic":"orders","partition":0,"offset":2,"ts":1767225601000,"headers":["ce_type","OrderPaid","ce_id","2","ce_source","/pay","ce_causationid","1"],"key":"k1","payload":"{\"n\":2}"}"#,
        "\n",
        r#"{"topic":"orders","partition":1,"offset":3,"ts":1767225602000,"headers":{"correlationId":"c"},"key":null,"payload":"hello"}"#,
    ));
    assert_eq!(all(&log, 0), owned(["OrderPlaced", "/o", "1", "", "", r#"{"n":1}"#]));
    assert_eq!(all(&log, 1), owned(["OrderPaid", "/pay", "2", "k1", "1", r#"{"n":2}"#]));
    assert_eq!(all(&log, 2), owned(["orders", "", "", "c", "", "hello"]));
    assert_eq!(log.span(), Some((1_767_225_600 * SECOND, 1_767_225_602 * SECOND)));
}

#[test]
fn the_kafka_console_consumer_puts_parts_before_the_value() {
    let log = read(concat!(
        "CreateTime:1767225600000\tPartition:0\tOffset:7\tce_type:OrderPaid,ce_id:9,ce_source:/pay\tk1\t{\"n\":1}\n",
        "CreateTime:1767225601000\tNO_HEADERS\tk2\t{\"type\":\"OrderSent\",\"data\":{\"n\":2}}\n",
        "CreateTime:1767225602000\tnull\t{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"/s\",\"type\":\"OrderLost\"}\n",
    ));
    assert_eq!(all(&log, 0), owned(["OrderPaid", "/pay", "9", "k1", "", r#"{"n":1}"#]));
    assert_eq!(all(&log, 1), owned(["OrderSent", "", "", "k2", "", r#"{"n":2}"#]));
    assert_eq!(all(&log, 2), owned(["OrderLost", "/s", "3", "", "", ""]));
}

#[test]
fn the_nats_command_prints_blocks() {
    let log = read(concat!(
        "12:38:41 Subscribing on orders.> \n",
        "[#1] Received on \"orders.placed\" with reply \"_INBOX.1\"\nNats-Msg-Id: m-1\ncorrelation-id: c\nNats-Time-Stamp: 2026-01-01T00:00:00Z\n\n{\"n\":\n\n1}\n\n\n",
        "[#2] Received JetStream message: stream: ORDERS seq 68 / subject: orders.paid / time: 2026-01-01T02:00:01+02:00\n{\"n\":2}\n\n",
        "[#3] Received JetStream message: stream: ORDERS seq 69 / subject: orders.sent / time: 2026-01-01 00:00:02\n",
        "{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"/s\",\"type\":\"OrderSent\",\"data\":{}}\n\n",
    ));
    assert_eq!(all(&log, 0), owned(["orders.placed", "", "m-1", "c", "", "{\"n\":\n\n1}"]));
    assert_eq!(all(&log, 1), owned(["orders.paid", "", "", "", "", r#"{"n":2}"#]));
    assert_eq!(all(&log, 2), owned(["OrderSent", "/s", "3", "", "", "{}"]));
    assert_eq!(log.span(), Some((1_767_225_600 * SECOND, 1_767_225_602 * SECOND)));
}

#[test]
fn spans_are_messages_with_links_before_parents() {
    let span = |id: &str, more: &str| {
        format!(
            r#"{{"traceId":"AB","spanId":"{id}","name":"span {id}","startTimeUnixNano":"176722560000000000{id}",{more}"attributes":[]}}"#
        )
    };
    let resource = |name: &str, spans: &str| {
        format!(
            r#"{{"resource":{{"attributes":[{{"key":"x","value":{{"intValue":1}}}},{{"key":"service.name","value":{{"stringValue":"{name}"}}}}]}},"scopeSpans":[{{"scope":{{}},"spans":[{spans}]}}]}}"#
        )
    };
    let producer = span("1", r#""kind":4,"#);
    let consumer = span("2", r#""kind":5,"parentSpanId":"0","links":[{"traceId":"AB","spanId":"1"}],"#);
    let child = span("3", r#""kind":"SPAN_KIND_CLIENT","parentSpanId":"2","#);
    let text = format!(
        "{{\"resourceSpans\":[{},{}]}}\n",
        resource("shop", &producer),
        resource("mail", &format!("{consumer},{child}"))
    );
    let log = read(&text);
    assert_eq!(all(&log, 0), owned(["span 1", "shop", "1", "AB", "", &producer]));
    assert_eq!(all(&log, 1), owned(["span 2", "mail", "2", "AB", "1", &consumer]));
    assert_eq!(all(&log, 2), owned(["span 3", "mail", "3", "AB", "2", &child]));
    let kinds: Vec<Option<Kind>> = log.events(0..3).map(|e| e.kind()).collect();
    assert_eq!(kinds, [Some(Kind::Event), None, Some(Kind::Command)]);
    assert_eq!(log.event(2).expect("three").time(), 1_767_225_600_000_000_003);
}

#[test]
fn xes_takes_case_and_entities_and_no_person_for_a_publisher() {
    let log = read(concat!(
        "<?xml version='1.0'?>\n<!-- <event> in a comment -->\n<log xes.version=\"2.0\"><global scope=\"event\"><string key=\"concept:name\" value=\"no\"/></global>\n",
        "<trace><string key='concept:name' value='case &lt;1&gt;'><string key='nested' value='x'/></string>\n",
        "<event><string key=\"concept:name\" value=\"pay &amp; go &#x41;\"/><string key=\"org:resource\" value=\"Pete > Mike\"/>",
        "<date key=\"time:timestamp\" value=\"2026-01-01T01:00:00+01:00\"/><list key=\"l\"><values><string key=\"concept:name\" value=\"inner\"/></values></list></event>\n",
        "<event/></trace><trace><event><string value=\"v\" key=\"concept:name\"/></event></trace></log>",
    ));
    assert_eq!(log.len(), 3);
    let (name, source, _, correlation, _, payload) = all(&log, 0);
    assert_eq!((&*name, &*source, &*correlation), ("pay & go A", "", "case <1>"));
    assert!(payload.contains(r#""org:resource":"Pete > Mike""#), "{payload}");
    assert_eq!(log.event(1).expect("the empty one").correlation(), "case <1>");
    assert_eq!(log.event(2).expect("the last one").correlation(), "");
}

#[test]
fn cases_that_stand_one_behind_the_other_are_not_late() {
    let event = |second: u32| {
        format!("<event><date key=\"time:timestamp\" value=\"2026-01-01T00:00:{second:02}Z\"/></event>")
    };
    let text = format!("<log><trace>{}{}</trace><trace>{}</trace></log>", event(1), event(9), event(5));
    let log = read(&text);
    assert_eq!(log.n_late(), 0);
    let times: Vec<i64> = log.events(0..3).map(|e| e.time() / 1_000_000_000 % 60).collect();
    assert_eq!(times, [1, 5, 9]);
}

#[test]
fn who_did_the_work_is_a_publisher_only_when_asked_for() {
    let xes = concat!(
        "<log><trace><event><string key=\"concept:name\" value=\"pay\"/>",
        "<string key=\"org:resource\" value=\"robot\"/></event></trace></log>"
    );
    let csv = "activity,timestamp,org:resource\npay,2026-01-01T00:00:00Z,robot\n";
    for text in [xes, csv] {
        assert_eq!(read(text).event(0).expect("one").source(), "");
        let mapping = Mapping { source: Some("org:resource".to_owned()), ..Mapping::default() };
        let log = open(text.as_bytes().to_vec(), &mapping).expect("a log");
        assert_eq!(log.event(0).expect("one").source(), "robot");
    }
}

#[test]
fn csv_has_quotes_and_other_separators() {
    let log = read(
        "\"Case ID\";Activity;Timestamp;note\r\n1;\"pay; \"\"now\"\"\";2026-01-01 00:00:00;\"two\r\nlines\"\r\n\r\n2;go;2026-01-01 00:00:01;\r\n",
    );
    assert_eq!(
        all(&log, 0),
        owned([
            "pay; \"now\"",
            "",
            "",
            "1",
            "",
            r#"{"Case ID":"1","Activity":"pay; \"now\"","Timestamp":"2026-01-01 00:00:00","note":"two\r\nlines"}"#
        ])
    );
    assert_eq!(log.event(1).expect("two").correlation(), "2");
}

#[test]
fn csv_columns_are_the_users_choice_and_bad_rows_are_told() {
    let text = "a,b,c\nx,1767225600,s\ny,1767225601\nz,noon,s\nw,1767225602,s";
    let told = open(text.as_bytes().to_vec(), &Mapping::default()).expect("a table");
    assert!(told.is_empty() && told.bad_lines()[0].reason.contains("name it"));
    let some = |column: &str| Some(column.to_owned());
    let mapping = Mapping { name: some("a"), time: some("b"), source: some("c"), ..Mapping::default() };
    let log = open(text.as_bytes().to_vec(), &mapping).expect("a table");
    let names: Vec<&str> = log.events(0..9).map(|e| e.name()).collect();
    assert_eq!(names, ["x", "w"]);
    assert_eq!(log.bad_lines().iter().map(|b| b.line).collect::<Vec<_>>(), [3, 4]);
}

/// The files that others wrote, when they are there.
fn shared(name: &str) -> Option<Log> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/logs").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(open(bytes, &Mapping::default()).expect("a log")),
        Err(_) => {
            eprintln!("skipped: {name} is not there");
            None
        }
    }
}

#[test]
fn real_logs_count_right() {
    // Counted with grep: `<event>`, lines after the header, ids under `events`, spans.
    for (name, n_events, n_types, first) in [
        ("running-example.xes", 42, 8, "2010-12-30T10:02:00Z"),
        ("running-example.csv", 42, 8, "2010-12-30T10:02:00Z"),
        ("roadtraffic100traces.xes", 390, 10, ""),
        ("ocel20_example.jsonocel", 13, 8, "2022-01-09T14:00:00Z"),
        ("otlp-trace.json", 1, 1, "2018-12-13T14:51:00Z"),
    ] {
        let Some(log) = shared(name) else { continue };
        assert_eq!((log.len(), log.bad_lines()), (n_events, &[][..]), "{name}");
        assert_eq!(log.types().len(), n_types, "{name}");
        let (start, _) = log.span().expect("events");
        assert!(first.is_empty() || time::format(start) == first, "{name}: {}", time::format(start));
        assert!(
            log.events(0..log.len()).all(|e| e.detail().is_some_and(|d| !d.correlation.is_empty())),
            "{name}"
        );
        assert_eq!(log.n_untimed(), 0, "{name}");
    }
    if let (Some(xes), Some(csv)) = (shared("running-example.xes"), shared("running-example.csv")) {
        let table = |log: &Log| -> Vec<(i64, String, String, String)> {
            let row = |e: crate::replay::index::EventRef<'_>| {
                (e.time(), e.name().into(), e.source().into(), e.correlation())
            };
            let mut rows: Vec<_> = log.events(0..log.len()).map(row).collect();
            rows.sort();
            rows
        };
        assert_eq!(table(&xes), table(&csv));
    }
}

/// A board found in a log of others knows every type of it, and the log plays on it from end to end.
#[test]
fn real_logs_replay_on_the_boards_found_in_them() {
    use crate::replay::player::{Player, StepTo};
    use crate::replay::tracks::Tracks;
    for name in
        ["running-example.xes", "running-example.csv", "roadtraffic100traces.xes", "ocel20_example.jsonocel"]
    {
        let Some(log) = shared(name) else { continue };
        let board = crate::replay::discovery::discover(&log).board;
        let topology = crate::topology::derive(&board);
        let tracks = Tracks::new(&board, &topology, &log);
        let matched = tracks.matched();
        assert!((0..log.types().len()).all(|n| matched.message(n as u16).is_some()), "{name}");
        let causes = log.causes();
        let mut player = Player::new(&log);
        player.playing = true;
        player.skip_quiet = true;
        let (mut n_frames, mut n_dots) = (0, 0);
        while player.playing && n_frames < 100_000 {
            player.tick(&log, 0.1);
            n_dots += player.frame(&log, &tracks, &causes, |_| true).dots.len();
            n_frames += 1;
        }
        assert!(!player.playing && n_dots >= log.len(), "{name}: {n_dots} dots in {n_frames} frames");
        player.seek(i64::MIN);
        let mut n_steps = 1;
        while player.step(&log, StepTo::Next) {
            n_steps += 1;
        }
        assert_eq!(n_steps, log.len(), "{name}");
        // What the log itself taught is not found fault with.
        let findings = crate::replay::conformance::check(&board, &topology, &log);
        let told: Vec<&str> = findings.iter().map(|f| f.check.name).collect();
        assert!(
            !told.contains(&"unknown-type") && !told.contains(&"undeclared-publisher"),
            "{name}: {told:?}"
        );
    }
}
