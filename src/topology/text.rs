//! A topology in words, as JSON, and in the languages of graph drawers.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::graph::{EdgeKind, Graph, NodeKind};
use super::{MessageKind, Reaction, RouteIx, Topology};
use crate::board::{Board, Mode, notation};

/// The whole topology in words: every service with its reactions, then every event with both its sides.
#[must_use]
pub fn in_words(board: &Board, topology: &Topology) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", board.title());
    for party in &topology.parties {
        let _ = writeln!(out, "\n{}{}", party.name, if party.external { " (external)" } else { "" });
        for reaction in &party.reactions {
            reaction_in_words(topology, &topology[*reaction], &mut out);
        }
    }
    for reaction in topology.reactions.iter().filter(|reaction| reaction.host.is_none()) {
        let _ = writeln!(out, "\npolicy \"{}\"", board.stickies[&reaction.sticky].name);
        reaction_in_words(topology, reaction, &mut out);
    }
    let events: Vec<_> = topology.of_kind(MessageKind::Event).collect();
    if !events.is_empty() {
        out.push_str("\nEvents\n");
    }
    for (at, event) in events {
        let names = |parties: Vec<super::PartyIx>| {
            let names: Vec<&str> = parties.iter().map(|party| topology[*party].name.as_str()).collect();
            if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
        };
        let (from, to) = (names(topology.producers(at)), names(topology.consumers(at)));
        let _ = writeln!(out, "  {}: {from} -> {to}", event.name);
    }
    for note in &topology.notes {
        let place = match note.place {
            super::Place::Sticky(id) => format!("sticky {id}"),
            super::Place::Link(id) => format!("link {id}"),
        };
        let _ = writeln!(out, "note, {place}: {}", note.message);
    }
    out
}

fn reaction_in_words(topology: &Topology, reaction: &Reaction, out: &mut String) {
    let triggers: Vec<String> =
        reaction.triggers.iter().map(|route| route_in_words(topology, *route)).collect();
    let on =
        if triggers.is_empty() { "on nothing yet".to_owned() } else { format!("on {}", triggers.join(", ")) };
    let _ = writeln!(out, "  {on}");
    for output in &reaction.outputs {
        let message = &topology[output.message];
        let verb = match (message.kind, output.mode) {
            (MessageKind::Event, _) => "publishes",
            (MessageKind::Command, Mode::Synchronous) => "calls",
            (MessageKind::Command, Mode::Asynchronous) => "sends",
            (MessageKind::Query, _) => "asks",
        };
        let when = match output.outcome {
            crate::board::Outcome::Always => String::new(),
            crate::board::Outcome::OneOf(weight) => format!(" (one of, weight {weight})"),
            crate::board::Outcome::OnFailureOf(_) => " (on failure)".to_owned(),
        };
        let _ = writeln!(out, "    {verb} {}{when}", message.name);
    }
}

fn route_in_words(topology: &Topology, route: RouteIx) -> String {
    let route = &topology[route];
    let name = &topology[route.message].name;
    let channels: Vec<&str> = route.channels.iter().map(|channel| topology[*channel].name.as_str()).collect();
    if channels.is_empty() { name.clone() } else { format!("{name} through {}", channels.join(", ")) }
}

/// A graph in words: a line an edge, and the nodes that have none.
#[must_use]
pub fn graph_in_words(graph: &Graph) -> String {
    let mut out = String::new();
    for edge in graph.edge_indices() {
        let Some((from, to)) = graph.edge_endpoints(edge) else { continue };
        let how = if graph[edge].synchronous { ", waiting" } else { "" };
        let messages = graph[edge].messages.join(", ");
        let messages = if messages.is_empty() { messages } else { format!(": {messages}") };
        let _ = writeln!(out, "{} -> {}{messages}{how}", graph[from].name, graph[to].name);
    }
    for at in graph.node_indices().filter(|at| graph.neighbors_undirected(*at).next().is_none()) {
        let _ = writeln!(out, "{}", graph[at].name);
    }
    out
}

/// True when a name has a text in it, as it is spelt or as its words are read.
#[must_use]
pub fn is_called(name: &str, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    name.to_lowercase().contains(&text) || notation::words(name).to_lowercase().contains(&text)
}

/// A graph as JSON: nodes with id, kind and name; edges by node id.
#[must_use]
pub fn graph_json(graph: &Graph) -> Value {
    let nodes: Vec<Value> = graph
        .node_indices()
        .map(|at| json!({"id": at.index(), "kind": graph[at].kind, "name": graph[at].name}))
        .collect();
    let edges: Vec<Value> = graph
        .edge_indices()
        .filter_map(|at| {
            let (from, to) = graph.edge_endpoints(at)?;
            let edge = &graph[at];
            let mut value = json!({"from": from.index(), "to": to.index(), "kind": edge.kind, "synchronous": edge.synchronous});
            if !edge.messages.is_empty() {
                value["messages"] = json!(edge.messages);
            }
            Some(value)
        })
        .collect();
    json!({"nodes": nodes, "edges": edges})
}

const fn dot_shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Service | NodeKind::Team | NodeKind::Frame => {
            "shape=box style=\"filled,rounded\" fillcolor=\"#FFE27A\""
        }
        NodeKind::External => "shape=box style=\"filled,rounded\" fillcolor=\"#FFB8CC\"",
        NodeKind::Policy => "shape=box style=filled fillcolor=\"#D3B8FF\"",
        NodeKind::Actor => "shape=ellipse style=filled fillcolor=\"#FFF3B8\"",
        NodeKind::Event => "shape=box style=filled fillcolor=\"#FFB35C\"",
        NodeKind::Command => "shape=box style=filled fillcolor=\"#8FC1FF\"",
        NodeKind::Query => "shape=box style=filled fillcolor=\"#A9DFA0\"",
        NodeKind::Channel => "shape=cds style=filled fillcolor=\"#C9D3DC\"",
    }
}

/// A graph in the DOT language of Graphviz.
#[must_use]
pub fn graph_dot(graph: &Graph, title: &str) -> String {
    let quoted =
        |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let mut out = format!("digraph {} {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n", quoted(title));
    for at in graph.node_indices() {
        let _ = writeln!(
            out,
            "  n{} [label={} {}];",
            at.index(),
            quoted(&graph[at].name),
            dot_shape(graph[at].kind)
        );
    }
    for at in graph.edge_indices() {
        let Some((from, to)) = graph.edge_endpoints(at) else { continue };
        let edge = &graph[at];
        let mut attributes: Vec<String> = Vec::new();
        if edge.synchronous {
            attributes.push("color=\"black:invis:black\"".to_owned());
        }
        if !edge.messages.is_empty() {
            attributes.push(format!("label={}", quoted(&edge.messages.join("\n"))));
        }
        if edge.kind == EdgeKind::Issues {
            attributes.push("style=dotted".to_owned());
        }
        let _ = writeln!(out, "  n{} -> n{} [{}];", from.index(), to.index(), attributes.join(" "));
    }
    out.push_str("}\n");
    out
}

/// A graph as a Mermaid flowchart.
#[must_use]
pub fn graph_mermaid(graph: &Graph) -> String {
    let label = |text: &str| {
        let escaped =
            text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;");
        escaped.replace('\n', " ")
    };
    let mut out = String::from("flowchart LR\n");
    for at in graph.node_indices() {
        let name = label(&graph[at].name);
        let node = match graph[at].kind {
            NodeKind::Channel => format!("[(\"{name}\")]"),
            NodeKind::Actor => format!("([\"{name}\"])"),
            NodeKind::Event => format!(">\"{name}\"]"),
            _ => format!("[\"{name}\"]"),
        };
        let _ = writeln!(out, "  n{}{node}", at.index());
    }
    for at in graph.edge_indices() {
        let Some((from, to)) = graph.edge_endpoints(at) else { continue };
        let arrow = if graph[at].synchronous { "==>" } else { "-->" };
        let messages = &graph[at].messages;
        let name = if messages.is_empty() {
            String::new()
        } else {
            format!("|\"{}\"|", label(&messages.join(", ")))
        };
        let _ = writeln!(out, "  n{} {arrow}{name} n{}", from.index(), to.index());
    }
    out
}
