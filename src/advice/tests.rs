//! What holds for every rule.

use proptest::prelude::*;

use super::testing::{advice, board};
use super::*;
use crate::board::Suppression;
use crate::topology::derive;

#[test]
fn every_rule_file_is_registered_once_in_order_and_documented() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/advice/rules");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .collect();
    files.sort();
    let names: Vec<&str> = rules::RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names, files);
    for rule in rules::RULES {
        for text in [rule.title, rule.what, rule.why, rule.cure, rule.example, rule.source] {
            assert!(!text.is_empty(), "{}", rule.name);
        }
        assert!(
            rule.what.ends_with('.') && rule.why.ends_with(['.', '?']) && !rule.cure.ends_with('.'),
            "{}",
            rule.name
        );
    }
}

#[test]
fn what_is_allowed_on_a_sticky_is_left_out() {
    let mut allowed = board("Service:Store -> Event:Sold");
    assert_eq!(advice(&allowed, "unconsumed-event").len(), 1);
    let allow = Suppression { rule: "unconsumed-event".into(), reason: "the warehouse listens".into() };
    allowed.stickies.values_mut().for_each(|sticky| sticky.allow.push(allow.clone()));
    assert!(advice(&allowed, "unconsumed-event").is_empty());
}

#[test]
fn levels_are_the_boards_to_set() {
    let lonely = board("Service:Store -> Event:Sold");
    let topology = derive(&lonely);
    let with = |level| {
        let options = Options { rules: BTreeMap::from([("unconsumed-event".to_owned(), level)]) };
        let found = advise(&Context::new(&lonely, &topology), &options);
        found.into_iter().find(|finding| finding.rule == "unconsumed-event").map(|finding| finding.severity)
    };
    assert_eq!(with(Level::Allow), None);
    assert_eq!(with(Level::Error), Some(Severity::Error));
}

#[test]
fn every_row_of_the_field_guide_is_a_rule() {
    for name in [
        "god-event",
        "event-ledger",
        "lazy-consumer",
        "availability-chain",
        "callback-storm",
        "unprotected-subscriber",
        "dual-write",
        "missing-idempotency",
        "lambda-pinball",
        "synchronous-cycle",
        "shared-database",
        "command-in-disguise",
        "technical-event",
        "present-tense-event",
        "unconsumed-event",
        "unpublished-event",
        "unhandled-command",
        "unanswered-query",
        "two-publishers",
        "event-loop",
        "saga-without-compensation",
        "single-source-of-failure",
        "breaking-change",
        "ordering-assumed",
        "no-correlation",
        "private-event-leaked",
        "tight-towards-uncontrolled",
        "too-many-sources",
    ] {
        assert!(rule(name).is_ok(), "{name}");
    }
}

/// A schema of some fields, some of them in a circle, some nested, some defined nowhere.
fn odd_schema(shape: u8) -> crate::board::Schema {
    use crate::board::{Field, FieldType};
    let referring =
        |name: &str, to: &str| Field { reference: to.into(), ..Field::new(name, FieldType::Object) };
    let mut schema = crate::board::Schema::default();
    match shape % 5 {
        0 => {}
        1 => {
            schema.fields = vec![referring("a", "a"); 20];
        }
        2 => {
            schema.fields = vec![referring("tree", "Tree"), Field::new("id", FieldType::String)];
            let tree = Field { fields: vec![referring("left", "Tree")], ..Field::new("", FieldType::Object) };
            schema.definitions.insert("Tree".into(), tree);
        }
        3 => {
            let mut field = Field::new("a", FieldType::Object);
            field.fields = vec![Field {
                fields: vec![Field::new("c", FieldType::Any)],
                ..Field::new("b", FieldType::Object)
            }];
            let list = Field { items: Some(Box::new(field.clone())), ..Field::new("list", FieldType::Array) };
            schema.fields = vec![field, list, Field::new("", FieldType::Boolean)];
        }
        _ => {
            schema.fields = (0..40).map(|at| Field::new(format!("f{at}"), FieldType::Number)).collect();
            schema.closed = true;
        }
    }
    schema
}

prop_compose! {
    pub(super) fn half_finished()(
        stickies in prop::collection::vec((0usize..16, 0usize..7), 0..20),
        links in prop::collection::vec((0u32..22, 0u32..22, 0usize..3), 0..50),
        described in any::<bool>(),
        shapes in prop::collection::vec(any::<u8>(), 7),
        oddness in prop::collection::vec((any::<u8>(), -2.0f64..2.0), 7),
    ) -> Board {
        let mut board = Board::default();
        let names = ["", "A", "B", "OrderPlaced", "SendEmail", "é ✓ 订单", "VehicleUpdated"];
        for (i, (kind, name)) in stickies.into_iter().enumerate() {
            let kind = crate::board::notation::NOTATION[kind].kind;
            let sticky = crate::board::Sticky { kind, name: names[name].into(), ..Default::default() };
            board.stickies.insert(crate::board::StickyId(crate::board::Id::new(0, i as u32)), sticky);
        }
        for (i, (from, to, fields)) in links.into_iter().enumerate() {
            let end = |n| crate::board::StickyId(crate::board::Id::new(0, n));
            let link = crate::board::Link {
                from: end(from), to: end(to),
                fields: vec!["a.b.c".into(); fields],
                version: if fields == 2 { "1".into() } else { String::new() },
                filter: (from == to).then(|| serde_json::json!({"detail": {"a": [{"prefix": from}]}})),
                outcome: if fields == 1 { crate::board::Outcome::OneOf(f64::NAN) } else { Default::default() },
                ..Default::default()
            };
            board.links.insert(crate::board::LinkId(crate::board::Id::new(1, i as u32)), link);
        }
        if described {
            for (at, name) in names.into_iter().enumerate() {
                let (odd, number) = oddness[at];
                let service = crate::board::Service {
                    team: name.into(),
                    store: if odd % 2 == 0 { "db".into() } else { String::new() },
                    process_manager: odd % 3 == 0,
                    availability: (odd % 5 != 0).then_some(if odd % 7 == 0 { f64::NAN } else { number }),
                    replicas: (odd % 4 == 0).then_some(crate::board::Replicas { count: 0, needed: u32::from(odd) }),
                    publishing: if odd % 6 == 0 {
                        crate::board::Publishing::ChangeDataCapture
                    } else {
                        crate::board::Publishing::Stateless
                    },
                    ..Default::default()
                };
                board.services.insert(name.into(), service);
                let version = |version: &str, shape| crate::board::Version {
                    version: version.into(), schema: odd_schema(shape), ..Default::default()
                };
                let versions = vec![version("1", shapes[at]), version(if odd % 2 == 0 { "2" } else { "1" }, shapes[6 - at])];
                board.events.insert(name.into(), crate::board::Event { versions: versions.clone(), ..Default::default() });
                board.commands.insert(name.into(), crate::board::Command { versions, retries: u32::MAX, ..Default::default() });
                let channel = crate::board::Channel {
                    key: "a".into(), dead_letter: name.into(), max_receive_count: Some(0), availability: Some(number), ..Default::default()
                };
                board.channels.insert(name.into(), channel);
            }
        }
        board
    }
}

proptest! {
    #[test]
    fn no_rule_panics_and_every_fix_fits(board in half_finished()) {
        let topology = derive(&board);
        let context = Context::new(&board, &topology);
        for finding in advise(&context, &Options::default()) {
            let _ = explain(&context, &finding);
            let planned = fix(&context, &finding).map(|edit| edit.label);
            prop_assert_eq!(&planned, &finding.fix, "{}", finding.rule);
            if let Some(edit) = fix(&context, &finding) {
                let mut cured = board.clone();
                prop_assert!(crate::edit::apply(&mut cured, &edit.ops).is_ok(), "{:?}", edit);
                let back: Vec<_> = edit.inverse();
                crate::edit::apply(&mut cured, &back).unwrap();
                prop_assert_eq!(format!("{cured:?}"), format!("{board:?}"));
            }
        }
    }
}
