//! Known cases of schema evolution, and the verdicts checked against a validator on generated payloads.

use proptest::prelude::*;
use serde_json::json;

use super::super::generate::example;
use super::super::json_schema::{from_json_schema, tests::schemas};
use super::super::validate::Validator;
use super::*;

fn between(old: Value, new: Value) -> Vec<Change> {
    compare(&from_json_schema(&old), &from_json_schema(&new))
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

#[test]
fn order_value_from_number_to_money_breaks_whoever_uses_it() {
    let old = object(
        json!({"orderId": {"type": "string"}, "orderValue": {"type": "number"}}),
        &["orderId", "orderValue"],
    );
    let money =
        object(json!({"value": {"type": "number"}, "currency": {"type": "string"}}), &["value", "currency"]);
    let new = object(json!({"orderId": {"type": "string"}, "orderValue": money}), &["orderId", "orderValue"]);
    let changes = between(old, new);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!((changes[0].path.as_str(), changes[0].kind), ("orderValue", ChangeKind::Retyped));
    assert_eq!(compatibility(&changes), Compatibility::None);
    assert!(changes[0].breaks_consumer(&["orderValue"]));
    assert!(!changes[0].breaks_consumer(&["orderId"]), "Kitchen does not care about the price");
    assert!(changes[0].breaks_consumer::<&str>(&[]), "a consumer that states nothing may use everything");
}

#[test]
fn verdicts_of_the_usual_changes() {
    use Compatibility as C;
    let text = json!({"a": {"type": "string"}});
    let both = json!({"a": {"type": "string"}, "b": {"type": "string"}});
    let cases = [
        ("optional added", object(text.clone(), &["a"]), object(both.clone(), &["a"]), C::Full),
        ("required added", object(text.clone(), &["a"]), object(both.clone(), &["a", "b"]), C::Forward),
        ("optional removed", object(both.clone(), &["a"]), object(text.clone(), &["a"]), C::Full),
        ("required removed", object(both, &["a", "b"]), object(text.clone(), &["a"]), C::Backward),
        ("now optional", object(text.clone(), &["a"]), object(text.clone(), &[]), C::Backward),
        (
            "integer to number",
            object(json!({"a": {"type": "integer"}}), &[]),
            object(json!({"a": {"type": "number"}}), &[]),
            C::Backward,
        ),
        (
            "one more value",
            object(json!({"a": {"enum": ["x"]}}), &[]),
            object(json!({"a": {"enum": ["x", "y"]}}), &[]),
            C::Backward,
        ),
        (
            "one value fewer",
            object(json!({"a": {"enum": ["x", "y"]}}), &[]),
            object(json!({"a": {"enum": ["x"]}}), &[]),
            C::Forward,
        ),
        (
            "null allowed",
            object(text.clone(), &[]),
            object(json!({"a": {"type": ["string", "null"]}}), &[]),
            C::Backward,
        ),
        (
            "described",
            object(text.clone(), &[]),
            object(json!({"a": {"type": "string", "description": "A"}}), &[]),
            C::Full,
        ),
        (
            "tighter length",
            object(json!({"a": {"type": "string", "maxLength": 9}}), &[]),
            object(json!({"a": {"type": "string", "maxLength": 5}}), &[]),
            C::Forward,
        ),
    ];
    for (name, old, new, verdict) in cases {
        assert_eq!(compatibility(&between(old, new)), verdict, "{name}");
    }
}

#[test]
fn removing_an_optional_field_breaks_its_users_only() {
    let old = object(json!({"a": {"type": "string"}, "b": {"type": "string"}}), &["a"]);
    let changes = between(old, object(json!({"a": {"type": "string"}}), &["a"]));
    assert!(changes[0].breaks_consumer(&["b"]) && !changes[0].breaks_consumer(&["a"]));
}

#[test]
fn a_rename_is_guessed_and_said() {
    let changes = between(
        object(json!({"total": {"type": "number"}, "id": {"type": "string"}}), &["total", "id"]),
        object(json!({"amount": {"type": "number"}, "id": {"type": "string"}}), &["amount", "id"]),
    );
    assert!(
        changes
            .iter()
            .any(|change| change.message.contains("`amount`") && change.kind == ChangeKind::Removed)
    );
}

#[test]
fn recursive_shapes_end() {
    let tree = |leaf: &str| {
        json!({"type": "object", "properties": {"root": {"$ref": "#/$defs/node"}},
            "$defs": {"node": {"type": "object", "properties": {"leaf": {"type": leaf}, "next": {"$ref": "#/$defs/node"}}}}})
    };
    let changes = between(tree("string"), tree("integer"));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].path, "root.leaf");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_is_compatible_with_itself(schema in schemas()) {
        prop_assert_eq!(compare(&schema, &schema), []);
    }

    /// An independent validator agrees with every promise of compatibility.
    #[test]
    fn no_payload_breaks_a_promise(old in schemas(), new in schemas(), seed in any::<u64>()) {
        let changes = compare(&old, &new);
        let (Ok(reads_old), Ok(reads_new)) = (Validator::new(&old), Validator::new(&new)) else { return Ok(()) };
        let (written_old, written_new) = (example(&old, seed), example(&new, seed));
        let verdict = compatibility(&changes);
        if matches!(verdict, Compatibility::Full | Compatibility::Backward) && reads_old.is_valid(&written_old) {
            prop_assert!(reads_new.is_valid(&written_old), "{written_old}: {changes:?}");
        }
        if matches!(verdict, Compatibility::Full | Compatibility::Forward) && reads_new.is_valid(&written_new) {
            prop_assert!(reads_old.is_valid(&written_new), "{written_new}: {changes:?}");
        }
    }
}
