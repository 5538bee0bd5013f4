//! A graph of a topology as a picture: cards, lines around them, and the rectangles of groups.
//!
//! The Topology workspace and the picture files are drawn from the same list.

pub mod svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::board::notation::words;
use crate::board::{Point, Rect, Size};
use crate::topology::graph::{Graph, GraphNode};
use crate::topology::grouping::Groups;
use crate::topology::{EdgeKind, NodeKind, force, layered};

/// How nodes are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Arrangement {
    /// In columns, left to right by flow.
    #[default]
    Flow,
    /// By forces: neighbours attract, everything else repels.
    Forces,
}

/// A node as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What it stands for.
    pub kind: NodeKind,
    /// Its place.
    pub rect: Rect,
    /// Its text.
    pub text: String,
}

/// An edge as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The card it leaves, by place in the list.
    pub from: usize,
    /// The card it points at.
    pub to: usize,
    /// Its course, from edge to edge, around all other cards.
    pub points: Vec<Point>,
    /// The sender waits: two lines.
    pub synchronous: bool,
    /// A few words along it; may be empty.
    pub label: String,
    /// The middle of the label.
    pub label_at: Point,
}

/// A group of cards as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its title.
    pub title: String,
    /// Its place.
    pub rect: Rect,
}

/// A graph as a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// The nodes, in the order of the graph.
    pub cards: Vec<Card>,
    /// The edges, in the order of the graph.
    pub ways: Vec<Way>,
    /// The groups.
    pub areas: Vec<Area>,
    /// The smallest rectangle around everything.
    pub bounds: Option<Rect>,
}

/// Where nodes stood, so that the next picture moves them little.
#[derive(Clone, Debug, Default)]
pub struct Placed(BTreeMap<(NodeKind, String), Point>);

const CARD_HEIGHT: f32 = 46.0;
/// Width to height of the page a graph is drawn for: a window beside a list, or a slide.
const PAGE: f32 = 1.7;
/// More edges than these, and more a node than that, are too many to follow.
const DENSE_LEAST: usize = 120;
const DENSE: usize = 4;
/// How far from its line a label stands.
const LABEL_OFF: f32 = 10.0;
/// Names along an edge beyond this many are counted.
const NAMED: usize = 2;

/// The token of a node's colours.
#[must_use]
pub const fn token(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Service | NodeKind::Team | NodeKind::Frame => "service",
        NodeKind::External => "external",
        NodeKind::Policy => "policy",
        NodeKind::Actor => "actor",
        NodeKind::Event => "event",
        NodeKind::Command => "command",
        NodeKind::Query => "query",
        NodeKind::Channel => "channel",
    }
}

/// Cards of these kinds have round ends.
#[must_use]
pub const fn is_round(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Channel | NodeKind::Actor)
}

/// Room for a name on one line or two: narrow cards make room for the flow.
fn size_of(node: &GraphNode) -> Size {
    const LETTER: f32 = 7.6;
    let name = words(&node.name);
    let letters = |text: &str| text.chars().count() as f32;
    let longest = name.split_whitespace().map(letters).fold(0.0, f32::max);
    let half = (letters(&name) / 2.0 + 2.0).max(longest);
    let line = if letters(&name) <= 11.0 { letters(&name) } else { half };
    match node.kind {
        NodeKind::Actor => Size::new((line * LETTER + 28.0).clamp(76.0, 150.0), 38.0),
        // A closed group is heavier than a single service.
        NodeKind::Frame => Size::new((line * 9.0 + 36.0).clamp(120.0, 200.0), 62.0),
        _ => Size::new((line * LETTER + 24.0).clamp(84.0, 156.0), CARD_HEIGHT),
    }
}

fn label_of(kind: EdgeKind, messages: &[String]) -> String {
    match (kind, messages.len()) {
        (EdgeKind::DependsOn, 0..=NAMED) => {
            messages.iter().map(|name| words(name)).collect::<Vec<_>>().join(", ")
        }
        (EdgeKind::DependsOn, more) => format!("{more} messages"),
        _ => String::new(),
    }
}

impl Diagram {
    /// The picture of a graph. `previous` keeps nodes of the same kind and name near where they were.
    #[must_use]
    pub fn of(graph: &Graph, groups: &Groups, arrangement: Arrangement, previous: Option<&Placed>) -> Self {
        let nodes: Vec<layered::Node> = graph
            .node_indices()
            .map(|at| {
                let node = &graph[at];
                let size = size_of(node);
                let hint = previous.and_then(|placed| placed.0.get(&(node.kind, node.name.clone())));
                layered::Node {
                    width: size.w,
                    height: size.h,
                    cluster: groups.of.get(at.index()).copied().flatten(),
                    hint: hint.map(|point| (point.x, point.y)),
                }
            })
            .collect();
        let ends = graph.edge_indices().filter_map(|at| graph.edge_endpoints(at));
        let edges: Vec<(usize, usize)> = ends.map(|(from, to)| (from.index(), to.index())).collect();
        let input = layered::Graph { nodes, edges };
        let labels: Vec<String> =
            graph.edge_weights().map(|edge| label_of(edge.kind, &edge.messages)).collect();
        // Between the columns is room for the arrows, and for what is written along them.
        let dense = labels.len() > DENSE_LEAST && labels.len() > DENSE * graph.node_count();
        let labels = if dense { vec![String::new(); labels.len()] } else { labels };
        let written = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
        let layer_gap = (written as f32 * 5.8 + 34.0).clamp(46.0, 210.0);
        let usual = layered::Options::default();
        let node_gap = if written > 0 { 2.0 * usual.node_gap } else { usual.node_gap };
        let options = layered::Options { layer_gap, node_gap, page: Some(PAGE), ..usual };
        let layout = match arrangement {
            Arrangement::Flow => layered::layout(&input, &options),
            Arrangement::Forces => force::layout(&input, &options),
        };
        let point = |p: &layered::Point| Point::new(p.x, p.y);
        let cards: Vec<Card> = graph
            .node_weights()
            .zip(&layout.positions)
            .map(|(node, at)| {
                let size = size_of(node);
                let corner = Point::new(at.x - size.w / 2.0, at.y - size.h / 2.0);
                Card { kind: node.kind, rect: Rect::at(corner, size), text: words(&node.name) }
            })
            .collect();
        let both_ways: BTreeSet<(usize, usize)> = input.edges.iter().copied().collect();
        let ways: Vec<Way> = graph
            .edge_weights()
            .zip(&input.edges)
            .zip(&layout.routes)
            .zip(labels)
            .map(|(((edge, &(from, to)), route), label)| {
                let points: Vec<Point> = route.iter().map(point).collect();
                // Two that run along the same line are written above and below it.
                let below = from > to && both_ways.contains(&(to, from));
                let middle = svg::middle(&points);
                let label_at = middle.moved(0.0, if below { LABEL_OFF } else { -LABEL_OFF });
                Way { from, to, points, synchronous: edge.synchronous, label, label_at }
            })
            .collect();
        let areas: Vec<Area> = layout
            .clusters
            .iter()
            .filter_map(|(group, rect)| {
                let title = groups.names.get(*group)?.clone();
                Some(Area { title, rect: Rect { min: point(&rect.min), max: point(&rect.max) } })
            })
            .collect();
        let turns = ways.iter().flat_map(|way| &way.points).map(|p| Rect { min: *p, max: *p });
        let rects = cards.iter().map(|card| card.rect).chain(areas.iter().map(|area| area.rect));
        let bounds = rects.chain(turns).reduce(Rect::union);
        Self { cards, ways, areas, bounds }
    }

    /// True when the edges are too many to follow one by one: they step back, and their labels show only where asked.
    #[must_use]
    pub const fn is_dense(&self) -> bool {
        self.ways.len() > DENSE_LEAST && self.ways.len() > DENSE * self.cards.len()
    }

    /// Where the nodes of the graph stand in this picture of it.
    #[must_use]
    pub fn placed(&self, graph: &Graph) -> Placed {
        let places = graph.node_weights().zip(&self.cards);
        Placed(places.map(|(node, card)| ((node.kind, node.name.clone()), card.rect.center())).collect())
    }
}

/// A course with its corners cut: pairs of where a corner begins and where it ends, with the corner between.
#[must_use]
pub fn corners(points: &[Point], radius: f32) -> Vec<[Point; 3]> {
    points
        .windows(3)
        .map(|three| {
            let [a, b, c] = [three[0], three[1], three[2]];
            let towards = |p: Point| {
                let length = b.distance(p).max(1e-3);
                let part = (radius / length).min(0.5);
                Point::new(b.x + (p.x - b.x) * part, b.y + (p.y - b.y) * part)
            };
            [towards(a), b, towards(c)]
        })
        .collect()
}

#[cfg(test)]
mod tests;
