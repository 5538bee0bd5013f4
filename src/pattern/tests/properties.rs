//! What must hold of all patterns and events: the compiled set, each pattern alone and the naïve matcher
//! agree, whatever was added and removed before.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::naive;
use crate::pattern::{Pattern, PatternSet, RuleId, Scratch};

/// Few keys and few values, so that they meet often.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::from),
        3 => (-3_i32..4).prop_map(Value::from),
        1 => (-3_i32..4).prop_map(|n| json!(f64::from(n) / 2.0)),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn text() -> impl Strategy<Value = String> {
    "[abA]{0,4}"
}

fn condition() -> impl Strategy<Value = Value> {
    let wildcard = "[ab]?(\\*[ab]{1,2}){0,2}\\*?";
    let some = |one: BoxedStrategy<Value>| proptest::collection::vec(one, 1..3);
    let texts =
        move || some(text().prop_filter("not empty", |t| !t.is_empty()).prop_map(Value::from).boxed());
    prop_oneof![
        6 => scalar(),
        1 => text().prop_map(|t| json!({"prefix": t})),
        1 => text().prop_map(|t| json!({"suffix": t})),
        1 => text().prop_map(|t| json!({"equals-ignore-case": t})),
        1 => text().prop_map(|t| json!({"prefix": {"equals-ignore-case": t}})),
        1 => text().prop_map(|t| json!({"suffix": {"equals-ignore-case": t}})),
        1 => wildcard.prop_map(|t| json!({"wildcard": t})),
        1 => (-3_i32..3).prop_map(|n| json!({"numeric": ["=", n]})),
        1 => (-3_i32..3, 1_i32..4).prop_map(|(n, d)| json!({"numeric": [">=", n, "<", n + d]})),
        1 => (-3_i32..3, any::<bool>()).prop_map(|(n, o)| json!({"numeric": [if o { "<" } else { ">=" }, n]})),
        1 => any::<bool>().prop_map(|b| json!({"exists": b})),
        1 => texts().prop_map(|t| json!({"anything-but": t})),
        1 => some((-3_i32..4).prop_map(Value::from).boxed()).prop_map(|n| json!({"anything-but": n})),
        1 => texts().prop_map(|t| json!({"anything-but": {"prefix": t}})),
        1 => texts().prop_map(|t| json!({"anything-but": {"suffix": t}})),
        1 => texts().prop_map(|t| json!({"anything-but": {"equals-ignore-case": t}})),
        1 => wildcard.prop_map(|t| json!({"anything-but": {"wildcard": t}})),
    ]
}

fn object(of: impl Strategy<Value = Value> + Clone, least: usize) -> impl Strategy<Value = Value> {
    proptest::collection::vec(("[abc]", of), least..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

pub(super) fn pattern() -> impl Strategy<Value = Value> {
    let conditions = proptest::collection::vec(condition(), 1..4).prop_map(Value::from).boxed();
    let nested = object(conditions, 1).boxed().prop_recursive(2, 12, 3, |inner| {
        let list = proptest::collection::vec(condition(), 1..3).prop_map(Value::from);
        object(prop_oneof![2 => list, 2 => inner].boxed(), 1)
    });
    (nested.clone(), proptest::option::weighted(0.3, (nested.clone(), nested))).prop_map(|(base, or)| {
        match or {
            // `$or` stands alone, so that no path comes twice.
            Some((a, b)) => json!({"$or": [a, b, base]}),
            None => base,
        }
    })
}

pub(super) fn event() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            3 => object(inner.clone().boxed(), 0),
            2 => proptest::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    });
    proptest::collection::vec(("[abc]|a\\.b|b\\.c", value), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn compile(value: &Value) -> Option<Pattern> {
    Pattern::parse(&value.to_string()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn set_and_single_and_naive_agree(
        patterns in proptest::collection::vec(pattern(), 1..12),
        events in proptest::collection::vec(event(), 1..6),
    ) {
        let compiled: Vec<(Value, Pattern)> =
            patterns.into_iter().filter_map(|value| compile(&value).map(|p| (value, p))).collect();
        let mut set = PatternSet::new();
        let ids: Vec<RuleId> = compiled.iter().map(|(_, pattern)| set.add(pattern)).collect();
        let mut scratch = Scratch::new();
        for event in &events {
            let text = event.to_string();
            let mut found = Vec::new();
            set.matches_into(text.as_bytes(), &mut scratch, &mut found).unwrap();
            for ((value, pattern), id) in compiled.iter().zip(&ids) {
                let expected = naive::matches(value, event);
                prop_assert_eq!(pattern.matches(text.as_bytes()).unwrap(), expected, "{} on {}", value, &text);
                prop_assert_eq!(found.contains(id), expected, "in the set: {} on {}", value, &text);
            }
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(&found, &set.matches(text.as_bytes()).unwrap());
        }
    }

    #[test]
    fn what_was_removed_leaves_no_trace(
        patterns in proptest::collection::vec(pattern(), 2..14),
        order in any::<u64>(),
        event in event(),
    ) {
        let compiled: Vec<Pattern> = patterns.iter().filter_map(compile).collect();
        let mut set = PatternSet::new();
        let mut held: Vec<(RuleId, &Pattern)> = Vec::new();
        let text = event.to_string();
        let mut random = order;
        for pattern in compiled.iter().chain(&compiled) {
            held.push((set.add(pattern), pattern));
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if random >> 63 == 1 {
                let (id, _) = held.swap_remove((random >> 32) as usize % held.len());
                prop_assert!(set.remove(id));
                prop_assert!(!set.remove(id));
            }
            let mut expected: Vec<RuleId> = held
                .iter()
                .filter(|(_, pattern)| pattern.matches(text.as_bytes()).unwrap())
                .map(|&(id, _)| id)
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(set.matches(text.as_bytes()).unwrap(), expected);
            prop_assert_eq!(set.len(), held.len());
        }
        for (id, _) in held {
            prop_assert!(set.remove(id));
        }
        prop_assert!(set.is_empty());
        prop_assert!(set.is_pristine(), "something is left of removed patterns");
    }
}
