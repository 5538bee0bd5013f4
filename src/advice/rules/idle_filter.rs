//! A filter that every message it hears passes.

use crate::advice::context::listed;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Key, Record};
use crate::edit::{Draft, Edit};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "idle-filter",
    title: "Filter that lets everything pass",
    severity: Severity::Note,
    what: "Every message on a subscription's way passes its filter, by their schemas.",
    why: "The filter promises a choice that is not made, and has to be kept up with the schema.",
    cure: "Take the filter away, or say what it was meant to keep out",
    example: "Event:Sold (state: new, paid) -> Service:Books filter {\"data\": {\"state\": [\"new\", \"paid\"]}}",
    source: "AWS documentation of event patterns, best practices",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (link, pattern, routes) in context.filtered_links().iter() {
        let idle = |route: &_| pattern.matches_everything(&context.shape_filtered(*route));
        if routes.is_empty() || !routes.iter().all(idle) {
            continue;
        }
        let mut names: Vec<&str> = routes
            .iter()
            .map(|route| context.topology[context.topology[*route].message].name.as_str())
            .collect();
        names.dedup();
        let to = context.board.links.get(link).map_or("nobody", |link| context.sticky_name(link.to));
        findings.add(
            context.link_places(*link),
            format!(
                "Every {} passes the filter before {to}: by the schema it keeps nothing out",
                listed(&names)
            ),
        );
    }
}

fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let id = finding.places.iter().find_map(|place| match place {
        Key::Link(id) => Some(*id),
        _ => None,
    })?;
    let mut link = context.board.links.get(&id)?.clone();
    link.filter = None;
    let mut draft = Draft::new(context.board);
    draft.put(Record::Link(id, Box::new(link)));
    Some(draft.finish("Take the filter away"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::advice::testing::{advice, apply_fix, board, fields};

    #[test]
    fn a_filter_keeps_something_out() {
        let mut shop = board("Service:Shop -> Event:Sold -> Service:Books");
        fields(&mut shop, "Sold", 2);
        for (filter, idle) in [
            (json!({"data": {"f1": [{"exists": true}]}}), true),
            (json!({"type": ["Sold"]}), true),
            (json!({"data": {"f1": ["a"]}}), false),
            (json!({"source": [{"exists": true}]}), false),
        ] {
            shop.links.values_mut().last().unwrap().filter = Some(filter.clone());
            assert_eq!(!advice(&shop, super::RULE.name).is_empty(), idle, "{filter}");
        }
        shop.links.values_mut().last().unwrap().filter = Some(json!({"type": ["Sold"]}));
        let found = advice(&shop, super::RULE.name);
        apply_fix(&mut shop, &found[0]);
        assert!(shop.links.values().all(|link| link.filter.is_none()));
    }
}
