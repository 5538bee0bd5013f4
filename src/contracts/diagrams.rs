//! The topology as text that draws itself: Mermaid, DOT and PlantUML.

use std::fmt::Write as _;

use super::{Bundle, Format, Model, Options};
use crate::topology::graph::Graph;
use crate::topology::projection::{View, project};
use crate::topology::text;

/// The row of Mermaid in the registry.
pub const MERMAID: Format = Format {
    name: "mermaid",
    label: "Mermaid",
    help: "Flowcharts of the topology, by messages and by services.",
    write: |model, _options: &Options, bundle| {
        each(model, bundle, "mmd", |graph, _title| text::graph_mermaid(graph));
    },
};

/// The row of DOT in the registry.
pub const DOT: Format = Format {
    name: "dot",
    label: "Graphviz DOT",
    help: "Graphs of the topology, by messages and by services.",
    write: |model, _options: &Options, bundle| each(model, bundle, "dot", text::graph_dot),
};

/// The row of PlantUML in the registry.
pub const PLANTUML: Format = Format {
    name: "plantuml",
    label: "PlantUML",
    help: "Component diagrams of the topology, by messages and by services.",
    write: |model, _options: &Options, bundle| each(model, bundle, "puml", plantuml),
};

fn each(model: &Model, bundle: &mut Bundle, ending: &str, draw: impl Fn(&Graph, &str) -> String) {
    for (name, view) in [("events", View::Events), ("services", View::Services)] {
        let graph = project(model.board, model.topology, view);
        bundle.text(format!("{name}.{ending}"), draw(&graph, model.board.title()));
    }
}

fn plantuml(graph: &Graph, title: &str) -> String {
    let quoted = |text: &str| -> String {
        text.chars().map(|c| if c == '"' || c.is_control() { '\'' } else { c }).collect()
    };
    let mut out = format!("@startuml\ntitle {}\nleft to right direction\n", quoted(title));
    for at in graph.node_indices() {
        let node = &graph[at];
        use crate::topology::NodeKind as K;
        let shape = match node.kind {
            K::Event | K::Command | K::Query => "card",
            K::Channel => "queue",
            K::Team | K::Frame => "frame",
            _ => "component",
        };
        let _ = writeln!(out, "{shape} \"{}\" as n{}", quoted(&node.name), at.index());
    }
    for edge in graph.edge_indices() {
        let Some((from, to)) = graph.edge_endpoints(edge) else { continue };
        let arrow = if graph[edge].synchronous { "-->" } else { "..>" };
        let label = quoted(&graph[edge].messages.join(", "));
        let label = if label.is_empty() { label } else { format!(" : {label}") };
        let _ = writeln!(out, "n{} {arrow} n{}{label}", from.index(), to.index());
    }
    out.push_str("@enduml\n");
    out
}
