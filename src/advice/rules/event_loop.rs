//! Reactions that set each other off for ever.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::{Mode, Outcome};
use crate::topology::ReactionIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "event-loop",
    title: "Event loop",
    severity: Severity::Error,
    what: "Reactions follow one another in a circle, and nothing in the circle ever decides to stop.",
    why: "It runs for ever, and each turn costs money.",
    cure: "Break the circle, or make one of its outputs an outcome that need not happen",
    example: "Event:A -> Service:X -> Event:B -> Service:Y -> Event:A",
    source: "The EventBridge talk on Cazoo; AWS guidance on recursive invocation",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    let mut graph = DiGraph::<ReactionIx, &str>::new();
    let nodes: Vec<_> = (0..topology.reactions.len()).map(|at| graph.add_node(ReactionIx(at))).collect();
    for (at, reaction) in topology.reactions.iter().enumerate() {
        for output in &reaction.outputs {
            // A synchronous call waits for its own turn to end: a circle of those is another rule's.
            if output.outcome != Outcome::Always || output.mode == Mode::Synchronous {
                continue;
            }
            for route in &output.routes {
                let filtered = topology.links_of(context.board, *route).any(|link| link.filter.is_some());
                if !filtered {
                    let to = nodes[topology[*route].reaction.0];
                    graph.add_edge(nodes[at], to, topology[output.message].name.as_str());
                }
            }
        }
    }
    for circle in kosaraju_scc(&graph) {
        let turns =
            |at| graph.edges(at).filter(|edge| circle.contains(&petgraph::visit::EdgeRef::target(edge)));
        if circle.len() == 1 && turns(circle[0]).next().is_none() {
            continue;
        }
        let mut reactions: Vec<ReactionIx> = circle.iter().map(|at| graph[*at]).collect();
        reactions.sort_unstable();
        let mut messages: Vec<&str> =
            circle.iter().flat_map(|at| turns(*at).map(|edge| *edge.weight())).collect();
        messages.sort_unstable();
        messages.dedup();
        let mut hosts: Vec<&str> = reactions.iter().map(|reaction| context.host_name(*reaction)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let message = format!(
            "{} keep setting each other off ({}) with nothing that ends it",
            listed(&messages),
            listed(&hosts)
        );
        let message = if messages.len() == 1 {
            message.replace(" keep setting each other off", " sets itself off again")
        } else {
            message
        };
        findings.add(reactions.iter().map(|reaction| context.reaction_place(*reaction)).collect(), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::Outcome;

    #[test]
    fn a_circle_without_a_decision_is_a_loop() {
        let mut circle = board("Event:A -> Service:X -> Event:B -> Service:Y -> Event:A");
        assert_eq!(advice(&circle, super::RULE.name).len(), 1);
        let last = *circle.links.keys().last().unwrap();
        circle.links.get_mut(&last).unwrap().outcome = Outcome::OneOf(1.0);
        assert!(advice(&circle, super::RULE.name).is_empty());
        assert!(advice(&board("Event:A -> Service:X -> Event:B -> Service:Y"), super::RULE.name).is_empty());
        assert_eq!(advice(&board("Event:A -> Service:X -> Event:A"), super::RULE.name).len(), 1);
    }
}
