//! A filter that no broker takes.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::ChannelKind;
use crate::pattern::{FilterPolicy, Pattern, PolicyScope};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "invalid-filter",
    title: "Invalid filter",
    severity: Severity::Error,
    what: "A subscription's filter is no valid event pattern, or exceeds what its topic takes.",
    why: "The broker refuses it: the subscription cannot be made.",
    cure: "Correct the filter; the inspector of its link shows what is wrong and where",
    example: "Event:Sold -> Service:Books filter {\"data\": {\"amount\": \"5\"}}",
    source: "AWS documentation of event patterns and of SNS filter policies",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, link) in &context.board.links {
        let Some(text) = link.filter.as_ref().map(ToString::to_string) else { continue };
        let policy = || match is_sns(context, link.from) {
            true => FilterPolicy::parse(&text, PolicyScope::MessageBody).err(),
            false => None,
        };
        let Some(error) = Pattern::parse(&text).err().or_else(policy) else { continue };
        let place = if error.path.is_empty() { String::new() } else { format!(" at {}", error.path) };
        let whose = context.sticky_name(link.to);
        let message = format!("The filter before {whose} is refused{place}: {}", error.reason);
        findings.add(context.link_places(*id), message);
    }
}

/// Whether a link leaves a topic of SNS, whose policies are limited.
fn is_sns(context: &Context<'_>, from: crate::board::StickyId) -> bool {
    let channel = context.board.channels.get(context.sticky_name(from));
    channel.is_some_and(|channel| channel.kind == ChannelKind::Topic && channel.preset == "sns")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::advice::testing::{advice, board};
    use crate::board::{Channel, ChannelKind};

    #[test]
    fn a_filter_is_one_that_brokers_take() {
        let mut shop = board("Service:Shop -> Event:Sold -> Service:Books");
        let set = |board: &mut crate::board::Board, filter: serde_json::Value| {
            board.links.values_mut().last().unwrap().filter = Some(filter);
        };
        set(&mut shop, json!({"data": {"amount": [5]}}));
        assert!(advice(&shop, super::RULE.name).is_empty());
        set(&mut shop, json!({"data": {"amount": "5"}}));
        let found = advice(&shop, super::RULE.name);
        let told =
            "The filter before Books is refused at data.amount: \"amount\" must be an object or an array";
        assert_eq!(found[0].message, told);
    }

    #[test]
    fn a_topic_of_sns_takes_five_keys() {
        let mut shop = board("Service:Shop -> Event:Sold -> Channel:sales -> Service:Books");
        let six = json!({"a": [1], "b": [1], "c": [1], "d": [1], "e": [1], "f": [1]});
        shop.links.values_mut().last().unwrap().filter = Some(six);
        assert!(advice(&shop, super::RULE.name).is_empty());
        let topic = Channel { kind: ChannelKind::Topic, preset: "sns".into(), ..Channel::default() };
        shop.channels.insert("sales".into(), topic);
        assert!(advice(&shop, super::RULE.name)[0].message.contains("more than 5 keys"));
    }
}
