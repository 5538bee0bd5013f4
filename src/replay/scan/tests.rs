//! What the scanner promises: the same members as a full parser, and no panic on anything.

use proptest::prelude::*;

use super::*;

fn members_of(text: &str) -> Result<Vec<(String, String)>, Flaw> {
    let mut members = Members::default();
    object(text.as_bytes(), 0, &mut members)?;
    Ok(members.iter().map(|m| (text[m.key()].to_owned(), text[m.value()].to_owned())).collect())
}

#[test]
fn finds_members_and_skips_what_is_inside_them() {
    let found = members_of(r#"{"id":"a\"b","n" : -1.5e3 ,"data":{"x":"}]","y":[1,{"z":2}]},"ok":true}"#);
    let found = found.expect("an object");
    let expected =
        [("id", r#"a\"b"#), ("n", "-1.5e3"), ("data", r#"{"x":"}]","y":[1,{"z":2}]}"#), ("ok", "true")];
    assert_eq!(found, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
}

#[test]
fn the_last_of_two_members_with_one_name_counts() {
    let text = br#"{"type":"first","type":"second","x":1,"x":2}"#;
    let mut members = Members::default();
    object(text, 0, &mut members).expect("an object");
    assert_eq!(&text[members.named(text, b"type").expect("type").value()], b"second");
    assert_eq!(&text[members.named(text, b"x").expect("x").value()], b"2");
}

#[test]
fn broken_objects_are_refused_with_a_place() {
    for (text, at) in [
        (r#"{"a":1"#, 6),
        (r#"{"a" 1}"#, 5),
        (r#"{a:1}"#, 1),
        (r#"{"a":nonsense}"#, 5),
        (r#"{"a":1 "b":2}"#, 7),
        ("{\"a\":\"\u{1}\"}", 6),
        (r#"{"a":"#, 5),
        (r#"{"a":{"b":[1,2}"#, 15),
    ] {
        assert_eq!(members_of(text).expect_err(text).at, at, "{text}");
    }
}

#[test]
fn a_hundred_thousand_levels_cost_no_stack() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(members_of(&deep).expect("closed")[0].1.len(), 200_000);
    let open = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(members_of(&open).expect_err("open").why, Why::CutOff);
}

#[test]
fn paths_go_down_and_dotted_names_win() {
    let text = br#"{"data":{"order":{"id":"o-1"}},"data.flat":7}"#;
    let (span, _) = at_path(text, 0, "data.order.id").expect("there");
    assert_eq!(&text[span], b"o-1");
    assert_eq!(&text[at_path(text, 0, "data.flat").expect("there").0], b"7");
    assert!(at_path(text, 0, "data.order.none").is_none());
    assert!(at_path(text, 0, "data.flat.deeper").is_none());
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (-1e9..1e9).prop_map(|f: f64| f.into()),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_a_full_parser(pairs in prop::collection::vec((".{0,12}", json()), 0..12), pretty: bool) {
        let value = serde_json::Value::Object(pairs.into_iter().collect());
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("JSON");
        let mut members = Members::default();
        let end = object(text.as_bytes(), 0, &mut members).expect("an object");
        prop_assert_eq!(end, text.len());
        let whole = value.as_object().expect("made as an object");
        prop_assert_eq!(members.iter().count(), whole.len());
        for m in members.iter() {
            let key = unescape(&text.as_bytes()[m.key()]);
            let raw = match m.kind {
                ValueKind::Text | ValueKind::EscapedText => format!("\"{}\"", &text[m.value()]),
                _ => text[m.value()].to_owned(),
            };
            let back: serde_json::Value = serde_json::from_str(&raw).expect("a value");
            prop_assert_eq!(&back, &whole[&key]);
        }
    }

    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut members = Members::default();
        let _ = object(&bytes, 0, &mut members);
        let mut opened = b"{\"".to_vec();
        opened.extend(&bytes);
        let _ = object(&opened, 0, &mut members);
        let _ = at_path(&opened, 0, "a.b");
    }

    #[test]
    fn a_cut_object_is_never_taken_for_a_whole_one(value in json(), cut in 0.0..1.0_f64) {
        let text = format!("{{\"a\":{value}}}");
        let at = (text.len() as f64 * cut) as usize;
        prop_assume!(at < text.len());
        prop_assert!(object(&text.as_bytes()[..at], 0, &mut Members::default()).is_err());
    }
}
