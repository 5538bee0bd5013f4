//! A board reads what it wrote, in both spellings, and says what is wrong with what it cannot read.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::board::*;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Z][a-z]{1,8}[A-Z][a-z]{1,8}", any::<String>()]
}

prop_compose! {
    fn board()(
        title in name(),
        events in prop::collection::btree_map(name(), prop::collection::vec(value(), 0..3), 0..4),
        stickies in prop::collection::vec((name(), -1e6f32..1e6, -1e6f32..1e6, 0usize..16), 0..12),
        ends in prop::collection::vec((0u32..12, 0u32..12, prop::option::of(value())), 0..12),
        weight in 0.0f64..1.0,
        span in any::<u64>(),
    ) -> Board {
        let mut board = Board::default();
        board.settings.title = title;
        for (name, examples) in events {
            let version = Version { version: "1".into(), examples, ..Version::default() };
            board.events.insert(name, Event { versions: vec![version], ..Event::default() });
        }
        let mut ids = IdGen::new(7, 0);
        for (name, x, y, kind) in stickies {
            let kind = notation::NOTATION[kind].kind;
            board.stickies.insert(StickyId(ids.mint()), Sticky { kind, name, at: Point::new(x, y), ..Sticky::default() });
        }
        for (from, to, filter) in ends {
            let link = Link {
                from: StickyId(Id::new(7, from)),
                to: StickyId(Id::new(7, to)),
                filter: filter.filter(|filter| !filter.is_null()),
                outcome: Outcome::OneOf(weight),
                timeout: Some(Span(span)),
                ..Link::default()
            };
            board.links.insert(LinkId(ids.mint()), link);
        }
        board.services.insert("S".into(), Service { availability: Some(weight), ..Service::default() });
        board
    }
}

proptest! {
    #[test]
    fn load_after_save_is_identity(board in board()) {
        for syntax in [Syntax::Ron, Syntax::Json] {
            let text = write(&board, syntax);
            let again = read(&text, syntax).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
            prop_assert_eq!(&again, &board, "{}", &text);
            prop_assert_eq!(write(&again, syntax), text);
        }
    }

    #[test]
    fn what_is_written_fits_the_schema(board in board()) {
        let text = write(&board, Syntax::Json);
        let value: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<_> = schema().iter_errors(&value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        prop_assert!(faults.is_empty(), "{faults:?}\n{text}");
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = read(&text, Syntax::Ron);
        let _ = read(&text, Syntax::Json);
    }
}

#[test]
fn a_record_takes_a_line() {
    let mut board = Board::default();
    board.stickies.insert(
        StickyId(Id::new(0, 1)),
        Sticky {
            kind: StickyKind::Event,
            name: "OrderPlaced".into(),
            at: Point::new(100.0, 40.5),
            ..Sticky::default()
        },
    );
    let text = write(&board, Syntax::Ron);
    assert_eq!(
        text,
        "(\n  format: 1,\n  stickies: {\n    \"1\": (kind: event, name: \"OrderPlaced\", at: (100, 40.5)),\n  },\n)\n"
    );
}

fn error(text: &str) -> ReadError {
    read(text, Syntax::of_text(text)).expect_err("not a board")
}

#[test]
fn errors_name_the_place_and_the_cure() {
    let typo = error("(\n  format: 1,\n  stickies: {\n    \"1\": (kind: event, nmae: \"x\"),\n  },\n)");
    assert_eq!(typo.line, 4);
    assert!(typo.message.contains("nmae") && typo.cure.contains("spelling"), "{typo}");

    let twice = error("(format: 1, stickies: {\n\"1\": (),\n\"1\": (),\n})");
    assert!(twice.line >= 3 && twice.message.contains("`1` appears twice"), "{twice}");

    let future = error("(format: 9, galaxies: {})");
    assert!(future.message.contains("format 9") && future.cure.contains("update"), "{future}");
    let future = error("{\"format\": 9, \"galaxies\": {}}");
    assert!(future.cure.contains("update"), "{future}");

    let cut = error("(\n  format: 1,\n  stickies: {\n");
    assert!(cut.cure.contains("cut off"), "{cut}");
    assert!(error("").cure.contains("isobar new"));
    assert!(error("{}").cure.contains("format"), "{}", error("{}"));
}

#[test]
fn json_examples_survive_in_ron() {
    let mut board = Board::default();
    let example = json!({"a": 0.1, "b": [1, null, {"c": "x"}], "big": 9007199254740993i64, "f": 1.0});
    let version = Version { examples: vec![example.clone()], ..Version::default() };
    board.events.insert("E".into(), Event { versions: vec![version], ..Event::default() });
    let again = read(&write(&board, Syntax::Ron), Syntax::Ron).unwrap();
    assert_eq!(again.events["E"].versions[0].examples[0], example);
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: std::sync::LazyLock<jsonschema::Validator> = std::sync::LazyLock::new(|| {
        let schema: Value = serde_json::from_str(&json_schema()).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    });
    &SCHEMA
}

#[test]
fn every_sample_fits_the_schema() {
    for sample in crate::samples::SAMPLES {
        let text = write(&sample.board().unwrap(), Syntax::Json);
        let value: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<_> =
            schema().iter_errors(&value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        assert_eq!(faults, [""; 0], "{}", sample.name);
    }
}

/// Every value of a sample is replaced by something odd in turn: what the schema lets pass, the reader reads.
#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    fn places(value: &Value, path: &str, out: &mut Vec<String>) {
        out.push(path.to_owned());
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    places(member, &format!("{path}/{key}"), out);
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate().take(2) {
                    places(item, &format!("{path}/{at}"), out);
                }
            }
            _ => {}
        }
    }
    let odd = [
        Value::Bool(true),
        Value::from(-1),
        Value::from(1.5),
        Value::from("5 parsecs"),
        serde_json::json!([]),
        serde_json::json!({"unheard_of": 1}),
    ];
    let (mut tried, mut refused) = (0, 0);
    for name in ["avatar-store/synchronous", "pizza/event-driven"] {
        let text = write(&crate::samples::Sample::named(name).unwrap().board().unwrap(), Syntax::Json);
        let whole: Value = serde_json::from_str(&text).unwrap();
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        for (at, path) in all.iter().enumerate().filter(|(at, _)| at % 5 == 0) {
            let mut changed = whole.clone();
            *changed.pointer_mut(path).unwrap() = odd[(at / 5) % odd.len()].clone();
            let fits = schema().is_valid(&changed);
            let read = read(&changed.to_string(), Syntax::Json);
            tried += 1;
            refused += usize::from(!fits);
            // The reader takes a list for a record with its fields in order, which nobody is told to write.
            let lenient = odd[(at / 5) % odd.len()].is_array();
            assert!(fits == read.is_ok() || lenient && !fits, "{name} {path}: {:?}", read.err());
        }
    }
    assert!(tried > 200 && refused > tried / 3, "{refused} of {tried}");
}
