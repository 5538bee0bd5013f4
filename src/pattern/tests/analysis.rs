//! What is said of patterns without an event.

use proptest::prelude::*;

use super::properties::{event, pattern};
use crate::pattern::{FieldShape, Kinds, Overlap, Pattern, Shape};

fn parse(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn shape() -> Shape {
    let string = Kinds { string: true, ..Kinds::default() };
    let number = Kinds { number: true, ..Kinds::default() };
    let field = |kinds| FieldShape { kinds, required: true, ..FieldShape::default() };
    let states = Some(vec!["\"placed\"".to_owned(), "\"paid\"".to_owned()]);
    let fields = [
        ("detail.state", FieldShape { values: states, ..field(string) }),
        ("detail.amount", FieldShape { minimum: Some(0.0), maximum: Some(100.0), ..field(number) }),
        ("detail.note", FieldShape { required: false, ..field(string) }),
    ];
    Shape { fields: fields.into_iter().map(|(path, f)| (path.to_owned(), f)).collect(), ..Shape::default() }
}

#[test]
fn a_filter_that_can_never_match_is_found_with_the_reason() {
    for (text, path, reason) in [
        (r#"{"detail":{"stat":["paid"]}}"#, "detail.stat", "events of this type have no such field"),
        (r#"{"detail":{"state":["shipped"]}}"#, "detail.state", "it is only ever \"placed\" or \"paid\""),
        (r#"{"detail":{"amount":["5"]}}"#, "detail.amount", "it is a number from 0 to 100"),
        (r#"{"detail":{"amount":[{"numeric":[">",200]}]}}"#, "detail.amount", "it is a number from 0 to 100"),
        (r#"{"detail":{"amount":[{"exists":false}]}}"#, "detail.amount", "every event has this field"),
        (r#"{"detail":["paid"]}"#, "detail", "it is an object"),
    ] {
        let found = parse(text).impossible(&shape()).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((found[0].path.as_str(), found[0].reason.as_str()), (path, reason));
    }
    let shared = parse(r#"{"detail":{"stat":["paid"],"$or":[{"amount":[5]},{"state":["paid"]}]}}"#);
    assert_eq!(
        shared.impossible(&shape()).map(|reasons| reasons.len()),
        Some(1),
        "what branches share is said once"
    );
    let mut open = shape();
    open.open.insert("detail.more".to_owned());
    assert_eq!(parse(r#"{"detail":{"more":{"x":[1]}}}"#).impossible(&open), None);
    assert!(parse(r#"{"detail":{"mor":{"x":[1]}}}"#).impossible(&open).is_some());
    for text in [
        r#"{"detail":{"state":["shipped","paid"]}}"#,
        r#"{"detail":{"note":[{"exists":false}]}}"#,
        r#"{"$or":[{"detail":{"state":["shipped"]}},{"detail":{"amount":[5]}}]}"#,
    ] {
        assert_eq!(parse(text).impossible(&shape()), None, "{text}");
    }
}

#[test]
fn a_filter_that_matches_everything_is_found() {
    for (text, expected) in [
        (r#"{"detail":{"state":["placed","paid"]}}"#, true),
        (r#"{"detail":{"state":["placed"]}}"#, false),
        (r#"{"detail":{"amount":[{"numeric":[">=",0]}]}}"#, true),
        (r#"{"detail":{"amount":[{"numeric":[">",0]}]}}"#, false),
        (r#"{"detail":{"amount":[{"exists":true}]}}"#, true),
        (r#"{"detail":{"note":[{"exists":true}]}}"#, false),
        (r#"{"detail":{"note":[{"exists":true},{"exists":false}]}}"#, true),
        (r#"{"detail":{"state":[{"anything-but":"gone"}]}}"#, true),
    ] {
        assert_eq!(parse(text).matches_everything(&shape()), expected, "{text}");
    }
}

#[test]
fn one_filter_within_another_is_found() {
    for (narrow, wide) in [
        (r#"{"a":["x"],"b":[1]}"#, r#"{"a":["x","y"]}"#),
        (r#"{"a":[{"prefix":"abc"}]}"#, r#"{"a":[{"prefix":"a"}]}"#),
        (r#"{"a":[{"numeric":[">",1,"<",2]}]}"#, r#"{"a":[{"numeric":[">=",1]}]}"#),
        (r#"{"a":[{"cidr":"10.1.0.0/16"}]}"#, r#"{"a":[{"cidr":"10.0.0.0/8"}]}"#),
    ] {
        assert!(parse(narrow).implies(&parse(wide)), "{narrow} {wide}");
        assert!(!parse(wide).implies(&parse(narrow)), "{wide} {narrow}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn implication_holds_for_every_event(
        ours in pattern(),
        theirs in pattern(),
        events in proptest::collection::vec(event(), 1..20),
    ) {
        let (Ok(ours), Ok(theirs)) = (Pattern::parse(&ours.to_string()), Pattern::parse(&theirs.to_string())) else {
            return Ok(());
        };
        prop_assert!(ours.implies(&ours));
        if ours.implies(&theirs) {
            for event in events {
                let text = event.to_string();
                if ours.matches(text.as_bytes()).unwrap() {
                    prop_assert!(theirs.matches(text.as_bytes()).unwrap(), "{}", text);
                }
            }
        }
    }

    #[test]
    fn a_proven_overlap_matches_both(ours in pattern(), theirs in pattern()) {
        let (Ok(ours), Ok(theirs)) = (Pattern::parse(&ours.to_string()), Pattern::parse(&theirs.to_string())) else {
            return Ok(());
        };
        if let Overlap::Proven(event) = ours.overlap(&theirs) {
            prop_assert!(ours.matches(event.as_bytes()).unwrap());
            prop_assert!(theirs.matches(event.as_bytes()).unwrap());
        }
    }

    #[test]
    fn an_explanation_agrees_with_the_verdict(pattern in pattern(), event in event()) {
        let Ok(pattern) = Pattern::parse(&pattern.to_string()) else { return Ok(()) };
        let text = event.to_string();
        let explanation = pattern.explain(text.as_bytes()).unwrap();
        prop_assert_eq!(explanation.matched, pattern.matches(text.as_bytes()).unwrap());
        for verdict in &explanation.verdicts {
            prop_assert_eq!(&pattern.source()[verdict.span.clone()], verdict.condition.as_str());
            prop_assert!(!verdict.met || verdict.field_met);
        }
        if explanation.matched {
            prop_assert!(explanation.note.is_none());
        }
    }
}
