//! A new version of an event that breaks somebody who reads it.

use crate::advice::context::listed;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::schema::compatibility::compare;
use crate::board::{Key, Record, Version};
use crate::edit::{Draft, Edit};
use crate::topology::RouteIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "breaking-change",
    title: "Breaking change",
    severity: Severity::Warning,
    what: "The newest version of an event removes, renames or retypes a field that some consumer uses.",
    why: "A consumer nobody remembered (analytics) goes down on the day the old version disappears.",
    cure: "Publish both versions side by side, give the old one a date, and ask its consumers to move before it",
    example: "Event:OrderConfirmed v1 orderValue: number, v2 orderValue: {value, currency} -> Service:Analytics reads v1",
    source: "James Eastham, NDC London 2024",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (event, name, definition) in context.events() {
        let Some([older @ .., newest]) = definition.map(|event| event.versions.as_slice()) else { continue };
        for route in &topology[event].routes {
            let used = topology.fields_used(context.board, *route);
            let read = topology.version_read(context.board, *route).unwrap_or_default();
            let reads_newest = read == newest.version;
            let known = older.iter().find(|version| version.version == read);
            let before = known.or(older.last());
            let Some(before) = before.filter(|_| !reads_newest) else { continue };
            let changes = compare(&before.schema, &newest.schema);
            let broken = changes.into_iter().filter(|change| change.breaks_consumer(&used));
            let broken: Vec<String> = broken.map(|change| change.message).collect();
            if broken.is_empty() {
                continue;
            }
            report(context, findings, *route, name, (before, known.is_some()), newest, &broken);
        }
    }
}

fn report(
    context: &Context<'_>,
    findings: &mut Findings,
    route: RouteIx,
    name: &str,
    (before, still_published): (&Version, bool),
    newest: &Version,
    broken: &[String],
) {
    let reaction = context.topology[route].reaction;
    let who = context.host_name(reaction);
    let mut places = vec![context.reaction_place(reaction)];
    places.extend(context.topology[route].links.last().map(|link| Key::Link(*link)));
    let what = listed(broken);
    if still_published {
        let end = before.deprecated.parse::<jiff::civil::Date>();
        let overdue = end.is_ok_and(|end| context.today.is_some_and(|today| end < today));
        // A move that is under way, with both versions published and a date for the old one, is worth knowing only.
        let (until, severity) = match before.deprecated.as_str() {
            "" => ("which has no end date".to_owned(), Severity::Warning),
            end if overdue => (format!("which was to end on {end}"), Severity::Warning),
            end => (format!("which ends on {end}"), Severity::Note),
        };
        let message =
            format!("{name} v{}: {what}; {who} still reads v{}, {until}", newest.version, before.version);
        findings.add_at(severity, places, message, RULE.cure);
    } else {
        let message = format!(
            "{name} v{}: {what}, and {who} reads a version that is no longer published",
            newest.version
        );
        findings.add_at(Severity::Error, places, message, RULE.cure);
    }
}

/// A date for the version that is still read, where it has none.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let until = context.end_of_grace()?.to_string();
    let link = finding.places.iter().find_map(|place| match place {
        Key::Link(link) => Some(*link),
        _ => None,
    })?;
    let routes = &context.topology.routes;
    let route = routes.iter().position(|route| route.links.last() == Some(&link)).map(RouteIx)?;
    let read = context.topology.version_read(context.board, route)?;
    let name = &context.topology[context.topology[route].message].name;
    let mut event = context.board.events.get(name)?.clone();
    let (newest, older) = event.versions.split_last_mut()?;
    let version =
        older.iter_mut().find(|version| version.version == read && version.version != newest.version)?;
    if !version.deprecated.is_empty() {
        return None;
    }
    version.deprecated.clone_from(&until);
    let label = format!("Keep v{read} of {name} until {until}");
    let mut draft = Draft::new(context.board);
    draft.put(Record::Event(name.clone(), Box::new(event)));
    Some(draft.finish(label))
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::advice::{Context, Options, Severity, advise, fix};
    use crate::board::{Board, Event, Field, FieldType, Schema, Version};

    fn order_confirmed(read: &str) -> Board {
        let mut board = board("Service:Order -> Event:OrderConfirmed -> Service:Analytics");
        let version = |version: &str, r#type| Version {
            version: version.into(),
            schema: Schema { fields: vec![Field::new("orderValue", r#type)], ..Schema::default() },
            ..Version::default()
        };
        let versions = vec![version("1", FieldType::Number), version("2", FieldType::Object)];
        board.events.insert("OrderConfirmed".into(), Event { versions, ..Event::default() });
        for link in board.links.values_mut() {
            link.fields = vec!["orderValue".into()];
            link.version = read.into();
        }
        board
    }

    #[test]
    fn a_consumer_of_the_old_version_is_named() {
        let found = advice(&order_confirmed("1"), super::RULE.name);
        let message = &found[0].message;
        assert!(
            message.contains("field `orderValue` was number and is now object; Analytics still reads v1"),
            "{message}"
        );
        assert!(advice(&order_confirmed("2"), super::RULE.name).is_empty());
        assert!(advice(&order_confirmed(""), super::RULE.name).is_empty());
    }

    #[test]
    fn who_uses_other_fields_does_not_care_and_who_says_nothing_may() {
        let mut other = order_confirmed("1");
        other.links.values_mut().for_each(|link| link.fields = vec!["orderId".into()]);
        assert!(advice(&other, super::RULE.name).is_empty());
        other.links.values_mut().for_each(|link| link.fields.clear());
        assert_eq!(advice(&other, super::RULE.name).len(), 1);
    }

    #[test]
    fn a_version_that_is_gone_is_an_error() {
        assert_eq!(advice(&order_confirmed("0"), super::RULE.name)[0].severity, Severity::Error);
    }

    #[test]
    fn a_move_with_a_date_is_a_note_until_the_date_has_passed() {
        let mut board = order_confirmed("1");
        let severity = |board: &Board, today| {
            let topology = crate::topology::derive(board);
            let found = advise(&Context::new(board, &topology).on(today), &Options::default());
            found.into_iter().find(|finding| finding.rule == super::RULE.name).unwrap().severity
        };
        let (before, after) = (jiff::civil::date(2026, 3, 1), jiff::civil::date(2026, 9, 1));
        assert_eq!(severity(&board, before), Severity::Warning);
        board.events.get_mut("OrderConfirmed").unwrap().versions[0].deprecated = "2026-05-30".into();
        assert_eq!((severity(&board, before), severity(&board, after)), (Severity::Note, Severity::Warning));
    }

    #[test]
    fn the_old_version_gets_a_date() {
        let mut board = order_confirmed("1");
        let topology = crate::topology::derive(&board);
        let context = Context::new(&board, &topology).on(jiff::civil::date(2026, 3, 1));
        let found = advise(&context, &Options::default());
        let breaks = found.iter().find(|finding| finding.rule == super::RULE.name).unwrap();
        assert_eq!(breaks.fix.as_deref(), Some("Keep v1 of OrderConfirmed until 2026-05-30"));
        let edit = fix(&context, breaks).unwrap();
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        let versions = &board.events["OrderConfirmed"].versions;
        assert_eq!((versions[0].deprecated.as_str(), versions[1].deprecated.as_str()), ("2026-05-30", ""));
    }
}
