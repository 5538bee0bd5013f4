//! A sparse event whose subscribers all call back for more.

use std::collections::BTreeSet;

use crate::advice::context::{counted, listed};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::topology::{MessageKind, PartyIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "callback-storm",
    title: "Callback storm",
    severity: Severity::Warning,
    what: "Several subscribers of a notification event query its publisher for the rest.",
    why: "Each event causes as many calls as it has such subscribers, and the publisher must be up when they react: hidden run-time coupling.",
    cure: "Put the identifiers or the state they need into the event, or keep it in a shared store made for the purpose",
    example: "Service:Order -> Event:OrderConfirmed; two subscribers each -> Query:GetOrder -> Service:Order",
    source: "James Eastham, NDC London 2024",
    check,
    fix: None,
};

/// Callbacks for each event from which it is a storm.
const CALLERS_MIN: usize = 2;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (event, name, _) in context.events() {
        for publisher in topology.producers(event) {
            let mut callers: BTreeSet<PartyIx> = BTreeSet::new();
            let mut queries: BTreeSet<&str> = BTreeSet::new();
            for route in &topology[event].routes {
                let reaction = &topology[topology[*route].reaction];
                let Some(caller) = reaction.host.filter(|host| *host != publisher) else { continue };
                for output in &reaction.outputs {
                    let asks = topology[output.message].kind == MessageKind::Query;
                    let answers = |route: &crate::topology::RouteIx| {
                        topology[topology[*route].reaction].host == Some(publisher)
                    };
                    if asks && output.routes.iter().any(answers) {
                        callers.insert(caller);
                        queries.insert(&topology[output.message].name);
                    }
                }
            }
            if callers.len() < CALLERS_MIN {
                continue;
            }
            let names: Vec<&str> = callers.iter().map(|party| topology[*party].name.as_str()).collect();
            let queries: Vec<&str> = queries.into_iter().collect();
            let message = format!(
                "{} ({}) ask {} for {} on every {name}: {} calls an event, and none of them works while {} is down",
                counted(callers.len(), "subscriber"),
                listed(&names),
                topology[publisher].name,
                listed(&queries),
                callers.len(),
                topology[publisher].name,
            );
            findings.add(context.message_places(event), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn two_that_call_back_are_a_storm() {
        let storm = board(
            "Service:Order -> Event:OrderConfirmed -> Service:Kitchen -> Query:GetOrder -> Service:Order\n\
             Event:OrderConfirmed -> Service:Loyalty -> Query:GetOrder",
        );
        let found = advice(&storm, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("2 calls an event"), "{}", found[0].message);
    }

    #[test]
    fn asking_somebody_else_is_none() {
        let calm = board(
            "Service:Order -> Event:OrderConfirmed -> Service:Kitchen -> Query:GetCustomer -> Service:Customer\n\
             Event:OrderConfirmed -> Service:Loyalty -> Query:GetCustomer\n\
             Event:OrderConfirmed -> Service:Mail -> Query:GetOrder -> Service:Order",
        );
        assert!(advice(&calm, super::RULE.name).is_empty());
    }
}
