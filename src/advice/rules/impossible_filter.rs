//! A filter that no message it hears can pass.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "impossible-filter",
    title: "Filter that never matches",
    severity: Severity::Warning,
    what: "A subscription's filter asks for a field or a value that no message on its way has, by their schemas.",
    why: "The consumer hears nothing, and nothing says so: a filter that does not match is no error.",
    cure: "Ask for fields and values the schema has, or state in the schema what is really sent",
    example: "Event:Sold (state: new, paid) -> Service:Books filter {\"data\": {\"state\": [\"shipped\"]}}",
    source: "AWS documentation of event patterns, best practices",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (link, pattern, routes) in context.filtered_links().iter() {
        let mut reasons = Vec::new();
        for route in routes {
            let Some(ways) = pattern.impossible(&context.shape_filtered(*route)) else { break };
            let name = &context.topology[context.topology[*route].message].name;
            reasons.push((name.as_str(), ways));
        }
        // A way that carries several messages may pick one of them.
        if routes.is_empty() || reasons.len() < routes.len() {
            continue;
        }
        let mut names: Vec<&str> = reasons.iter().map(|(name, _)| *name).collect();
        names.dedup();
        let why: Vec<String> =
            reasons[0].1.iter().map(|way| format!("{}: {}", way.path, way.reason)).collect();
        let to = context.board.links.get(link).map_or("nobody", |link| context.sticky_name(link.to));
        let message = format!(
            "No {} passes the filter before {to}: {}",
            listed(&names).replace(" and ", " or "),
            why.join("; ")
        );
        findings.add(context.link_places(*link), message);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::advice::testing::{advice, board, fields, join};
    use crate::board::Board;

    fn shop(filter: Value) -> Board {
        let mut shop = board("Service:Shop -> Event:Sold -> Service:Books");
        fields(&mut shop, "Sold", 3);
        shop.events.get_mut("Sold").unwrap().versions[0].schema.fields[1].allowed =
            vec![json!("new"), json!("paid")];
        shop.links.values_mut().last().unwrap().filter = Some(filter);
        shop
    }

    #[test]
    fn a_filter_asks_for_what_there_can_be() {
        let found = advice(&shop(json!({"data": {"f2": ["shipped"]}})), super::RULE.name);
        let told = "No Sold passes the filter before Books: data.f2: it is only ever \"new\" or \"paid\"";
        assert_eq!(found[0].message, told);
        assert!(!advice(&shop(json!({"data": {"f9": ["x"]}})), super::RULE.name).is_empty());
        assert!(!advice(&shop(json!({"type": ["Bought"]})), super::RULE.name).is_empty());
        for fine in [
            json!({"data": {"f2": ["paid"]}}),
            json!({"source": ["shop"]}),
            json!({"detail": {"f1": [{"prefix": "a"}]}}),
        ] {
            assert!(advice(&shop(fine.clone()), super::RULE.name).is_empty(), "{fine}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_nobody_described() {
        let mut shop = shop(json!({"data": {"f9": ["x"]}}));
        shop.events.clear();
        assert!(advice(&shop, super::RULE.name).is_empty());
    }

    #[test]
    fn one_of_several_messages_is_enough() {
        let mut shop = board("Event:Sold -> Channel:q -> Service:Books\nEvent:Bought");
        join(&mut shop, "Bought", "q");
        shop.links.values_mut().nth(1).unwrap().filter = Some(json!({"type": ["Bought"]}));
        assert!(advice(&shop, super::RULE.name).is_empty());
        shop.links.values_mut().nth(1).unwrap().filter = Some(json!({"type": ["Lost"]}));
        assert!(!advice(&shop, super::RULE.name).is_empty());
    }
}
