//! Reactions that set each other off for ever.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::advice::context::{counted, listed};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::{Mode, Outcome};
use crate::topology::{Output, Reaction, ReactionIx};

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

/// Circles of more reactions than this are told by a shortest way round.
const TOLD: usize = 8;

/// What one reaction sets off: the reaction, and by which message.
type Next<'a> = Vec<Vec<(usize, &'a str)>>;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let next = setting_off(context);
    let mut graph = DiGraph::<(), ()>::with_capacity(next.len(), next.iter().map(Vec::len).sum());
    for _ in 0..next.len() {
        graph.add_node(());
    }
    for (from, all) in next.iter().enumerate() {
        for (to, _) in all {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(*to), ());
        }
    }
    let circles: Vec<Vec<usize>> = kosaraju_scc(&graph)
        .into_iter()
        .map(|circle| {
            let mut circle: Vec<usize> = circle.into_iter().map(NodeIndex::index).collect();
            circle.sort_unstable();
            circle
        })
        .collect();
    let mut circle_of = vec![0; next.len()];
    for (number, circle) in circles.iter().enumerate() {
        circle.iter().for_each(|at| circle_of[*at] = number);
    }
    for (number, circle) in circles.iter().enumerate() {
        let within = |at: usize| next[at].iter().filter(|(to, _)| circle_of[*to] == number);
        if within(circle[0]).next().is_none() {
            continue;
        }
        let told = if circle.len() > TOLD { shortest(circle[0], &within) } else { circle.clone() };
        let on_way: FxHashSet<usize> = told.iter().copied().collect();
        let on_it = |at: usize| within(at).filter(|(to, _)| on_way.contains(to)).map(|(_, message)| *message);
        let mut messages: Vec<&str> = told.iter().flat_map(|at| on_it(*at)).collect();
        messages.sort_unstable();
        messages.dedup();
        let mut hosts: Vec<&str> = told.iter().map(|at| context.host_name(ReactionIx(*at))).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let goes_on =
            if messages.len() == 1 { "sets itself off again" } else { "keep setting each other off" };
        let mut message =
            format!("{} {goes_on} ({}) with nothing that ends it", listed(&messages), listed(&hosts));
        if circle.len() > told.len() {
            let more = counted(circle.len() - told.len(), "further reaction");
            message += &format!("; {more} can be set off from here and lead back");
        }
        // The way round that is told comes first: that is where to look.
        let rest = circle.iter().filter(|at| !on_way.contains(at));
        let places = told.iter().chain(rest).map(|at| context.reaction_place(ReactionIx(*at)));
        findings.add(places.collect(), message);
    }
}

/// The reactions that each reaction sets off, come what may.
fn setting_off<'a>(context: &Context<'a>) -> Next<'a> {
    let topology = context.topology;
    let of = |reaction: &'a Reaction| {
        // A synchronous call waits for its own turn to end: a circle of those is another rule's.
        let sure = |output: &&Output| output.outcome == Outcome::Always && output.mode != Mode::Synchronous;
        let mut next = Vec::new();
        for output in reaction.outputs.iter().filter(sure) {
            for route in &output.routes {
                let filtered = topology.links_of(context.board, *route).any(|link| link.filter.is_some());
                if !filtered {
                    next.push((topology[*route].reaction.0, topology[output.message].name.as_str()));
                }
            }
        }
        next
    };
    topology.reactions.iter().map(of).collect()
}

/// A shortest way from a reaction back to itself, itself first, breadth first.
fn shortest<'a, I: Iterator<Item = &'a (usize, &'a str)>>(
    start: usize,
    within: &impl Fn(usize) -> I,
) -> Vec<usize> {
    let mut before: FxHashMap<usize, usize> = FxHashMap::default();
    let mut todo = VecDeque::from([start]);
    while let Some(at) = todo.pop_front() {
        for (to, _) in within(at) {
            if *to == start {
                let mut way = vec![at];
                while let Some(earlier) = way.last().filter(|last| **last != start).map(|last| before[last]) {
                    way.push(earlier);
                }
                way.reverse();
                return way;
            }
            before.entry(*to).or_insert_with(|| {
                todo.push_back(*to);
                at
            });
        }
    }
    vec![start]
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
    #[test]
    fn a_large_tangle_is_told_by_a_shortest_way_round() {
        let long = (0..12).map(|i| format!("Event:E{i} -> Service:S{i} -> Event:E{}\n", (i + 1) % 12));
        let tangle = long.chain(["Event:E1 -> Service:Back -> Event:E0".to_owned()]).collect::<String>();
        let found = advice(&board(&tangle), super::RULE.name);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "E0 and E1 keep setting each other off (Back and S0) with nothing that ends it; \
             11 further reactions can be set off from here and lead back"
        );
        assert_eq!(found[0].places.len(), 13);
    }
}
