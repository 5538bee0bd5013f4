//! Services that wait for each other in a circle.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::{Key, Mode};
use crate::topology::PartyIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "synchronous-cycle",
    title: "Distributed monolith",
    severity: Severity::Warning,
    what: "Services call each other synchronously in a circle.",
    why: "None of them works, scales or is deployed without the others: a monolith with a network inside.",
    cure: "Group them into one service, or break the circle with an event",
    example: "Service:A -> Command:X -> Service:B -> Query:Y -> Service:A",
    source: "The EventBridge talk on Cazoo (lambda pinball)",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    let mut graph = DiGraph::<PartyIx, ()>::new();
    let nodes: Vec<_> = (0..topology.parties.len()).map(|at| graph.add_node(PartyIx(at))).collect();
    for reaction in &topology.reactions {
        let Some(from) = reaction.host else { continue };
        for output in reaction.outputs.iter().filter(|output| output.mode == Mode::Synchronous) {
            for route in &output.routes {
                if let Some(to) = topology[topology[*route].reaction].host.filter(|to| *to != from) {
                    graph.update_edge(nodes[from.0], nodes[to.0], ());
                }
            }
        }
    }
    for circle in kosaraju_scc(&graph).into_iter().filter(|circle| circle.len() > 1) {
        let mut parties: Vec<PartyIx> = circle.iter().map(|at| graph[*at]).collect();
        parties.sort_unstable();
        let names: Vec<&str> = parties.iter().map(|party| topology[*party].name.as_str()).collect();
        let places: Vec<Key> = parties.iter().flat_map(|party| context.party_places(*party)).collect();
        findings.add(places, format!("{} wait for each other in a circle of calls", listed(&names)));
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn a_circle_of_calls_is_a_monolith() {
        let circle = board("Service:A -> Command:X -> Service:B -> Query:Y -> Service:A");
        assert!(advice(&circle, super::RULE.name)[0].message.contains("A and B wait for each other"));
        let line = board("Service:A -> Command:X -> Service:B -> Query:Y -> Service:C");
        assert!(advice(&line, super::RULE.name).is_empty());
    }
}
