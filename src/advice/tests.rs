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

prop_compose! {
    fn half_finished()(
        stickies in prop::collection::vec((0usize..16, 0usize..7), 0..20),
        links in prop::collection::vec((0u32..22, 0u32..22, 0usize..3), 0..50),
        described in any::<bool>(),
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
                outcome: if fields == 1 { crate::board::Outcome::OneOf(f64::NAN) } else { Default::default() },
                ..Default::default()
            };
            board.links.insert(crate::board::LinkId(crate::board::Id::new(1, i as u32)), link);
        }
        if described {
            for name in names {
                let service = crate::board::Service {
                    team: name.into(), store: "db".into(), process_manager: true, ..Default::default()
                };
                board.services.insert(name.into(), service);
                let mut recursive = crate::board::Field::new("a", crate::board::FieldType::Object);
                recursive.reference = "a".into();
                let schema = crate::board::Schema { fields: vec![recursive; 20], ..Default::default() };
                let version = crate::board::Version { schema, ..Default::default() };
                let versions = vec![version.clone(), version];
                board.events.insert(name.into(), crate::board::Event { versions, ..Default::default() });
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
