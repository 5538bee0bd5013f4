//! Beside the graph: what is known of the chosen node and what can be asked about it, and a list of all nodes.

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Ask, TopologyWorkspace, shown::Drawn};
use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::notation::words;
use crate::scene::{diagram::token, percent};
use crate::topology::affected::{Affected, Change, Effect, report};
use crate::topology::text::is_called;
use crate::topology::{GraphNode, MessageKind, NodeKind, Subject};
use crate::view::Item;

/// Rows of a list beyond this many are counted.
const ROWS: usize = 400;

/// What was done in the panel.
pub(super) enum Deed {
    /// A node of the whole was chosen.
    Choose(NodeIndex),
    /// Something was chosen that this view may not show.
    Seek(Subject),
    /// A question was asked, or taken back.
    Ask(Ask),
    /// A closed group was opened.
    Open(String),
    /// Nothing is chosen any more.
    Clear,
}

impl TopologyWorkspace {
    /// What is known of the chosen node.
    pub(super) fn details(
        &self,
        ui: &mut egui::Ui,
        cx: &mut Cx<'_>,
        drawn: &Drawn,
        at: NodeIndex,
    ) -> Option<Deed> {
        let mut deed = None;
        let node = &drawn.whole[at];
        ui.horizontal(|ui| {
            let (swatch, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
            ui.painter().rect_filled(swatch, 3.0, cx.theme.paper(token(node.kind)).fill);
            ui.label(cx.theme.heading(words(&node.name)));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::chip(ui, cx.theme, "×", false).on_hover_text("Choose nothing").clicked() {
                    deed = Some(Deed::Clear);
                }
                if !drawn.stickies[at.index()].is_empty()
                    && widgets::chip(ui, cx.theme, "On the board", false).clicked()
                {
                    let items = drawn.stickies[at.index()].iter().map(|id| Item::Sticky(*id)).collect();
                    cx.send(Command::Show(items));
                }
            });
        });
        for fact in facts(cx, drawn, node) {
            ui.label(cx.theme.secondary(fact));
        }
        if let Some(subject) = node.subject {
            ui.add_space(6.0);
            ui.horizontal_wrapped(|ui| {
                ui.label(cx.theme.secondary("Who is affected if it"));
                for change in Change::ALL {
                    let on = self.ask == Ask::Affected(change);
                    if widgets::chip(ui, cx.theme, change.words(), on).clicked() {
                        deed = Some(Deed::Ask(if on { Ask::Near } else { Ask::Affected(change) }));
                    }
                }
                let on = matches!(self.ask, Ask::PathFrom(_));
                let chip = widgets::chip(ui, cx.theme, "Path from here", on);
                if chip.on_hover_text("Then choose where to").clicked() {
                    deed = Some(Deed::Ask(if on { Ask::Near } else { Ask::PathFrom(subject) }));
                }
            });
        }
        ui.add_space(4.0);
        let more = match (&self.ask, &self.answer) {
            (Ask::Affected(change), Some(answer)) => affected(ui, cx, drawn, *change, &answer.affected),
            (Ask::PathFrom(from), _) if node.subject != Some(*from) => {
                path(ui, cx, drawn, &self.chain, *from, node.subject)
            }
            (Ask::PathFrom(_), _) => {
                ui.label(cx.theme.secondary("Choose where the path should lead."));
                neighbours(ui, cx.theme, drawn, at)
            }
            _ => {
                let near = neighbours(ui, cx.theme, drawn, at);
                let behind = node.subject.and_then(|subject| behind_channels(ui, cx, drawn, subject));
                near.or(behind)
            }
        };
        deed.or(more)
    }

    /// All nodes that the search leaves, by kind.
    pub(super) fn list(&self, ui: &mut egui::Ui, cx: &mut Cx<'_>, drawn: &Drawn) -> Option<Deed> {
        let mut deed = groups(ui, cx.theme, drawn, &self.search);
        let mut nodes: Vec<NodeIndex> =
            drawn.whole.node_indices().filter(|at| is_called(&drawn.whole[*at].name, &self.search)).collect();
        nodes.sort_by_key(|at| &drawn.whole[*at]);
        let chosen = self.chosen_in(drawn, cx);
        let mut heading = None;
        for at in nodes.iter().take(ROWS) {
            let node = &drawn.whole[*at];
            if heading != Some(node.kind) {
                heading = Some(node.kind);
                widgets::section(ui, cx.theme, plural(node.kind));
            }
            let degrees = [Incoming, Outgoing].map(|way| drawn.whole.edges_directed(*at, way).count());
            let text = format!("{} → {}", degrees[0], degrees[1]);
            let label = format!("{}, {} in, {} out", node.name, degrees[0], degrees[1]);
            let row = list_row(ui, cx.theme, node, &text, &label, chosen.contains(at));
            if row.clicked() {
                deed = Some(Deed::Choose(*at));
            }
            if row.double_clicked() {
                let items = drawn.stickies[at.index()].iter().map(|id| Item::Sticky(*id)).collect();
                cx.send(Command::Show(items));
            }
        }
        if nodes.len() > ROWS {
            ui.label(cx.theme.secondary(format!("and {} more: find by name", nodes.len() - ROWS)));
        } else if nodes.is_empty() && drawn.whole.node_count() > 0 {
            ui.label(cx.theme.secondary("Nothing has this in its name."));
        }
        deed
    }
}

/// The groups that are drawn as one node, to open by click or key.
fn groups(ui: &mut egui::Ui, theme: &Theme, drawn: &Drawn, search: &str) -> Option<Deed> {
    if !drawn.closed {
        return None;
    }
    let is_group = |node: &GraphNode| node.subject.is_none() && is_called(&node.name, search);
    let mut nodes: Vec<NodeIndex> =
        drawn.graph.node_indices().filter(|at| is_group(&drawn.graph[*at])).collect();
    nodes.sort_by_key(|at| &drawn.graph[*at]);
    let first = nodes.first()?;
    widgets::section(ui, theme, plural(drawn.graph[*first].kind));
    let mut deed = None;
    for at in nodes.iter().take(ROWS) {
        let node = &drawn.graph[*at];
        let label = format!("Open {}", node.name);
        if list_row(ui, theme, node, "open", &label, false).clicked() {
            deed = Some(Deed::Open(node.name.clone()));
        }
    }
    deed
}

/// What the board says about a node, a line each.
fn facts(cx: &Cx<'_>, drawn: &Drawn, node: &GraphNode) -> Vec<String> {
    let board = cx.document.board();
    let mut first = vec![capital(node.kind.words())];
    let mut facts = Vec::new();
    match node.subject {
        Some(Subject::Party(_)) => {
            if let Some(service) = board.services.get(&node.name) {
                if !service.team.is_empty() {
                    first.push(format!("team {}", service.team));
                }
                if let Some(availability) = service.availability {
                    first.push(format!("up {}", percent(availability)));
                }
                if !service.description.is_empty() {
                    facts.push(service.description.clone());
                }
            }
        }
        Some(Subject::Message(at)) => {
            let message = &drawn.topology[at];
            if message.kind == MessageKind::Event {
                let event = board.events.get(&message.name);
                let (class, seen) =
                    event.map_or_else(Default::default, |event| (event.class, event.visibility));
                first.push(
                    format!("{class:?}")
                        .to_lowercase()
                        .replace("customerinteraction", "customer interaction"),
                );
                first.push(format!("{seen:?}").to_lowercase());
                if let Some(version) = event.and_then(|event| event.versions.last()) {
                    first.push(format!("version {}", version.version));
                }
                facts.extend(event.map(|event| event.description.clone()).filter(|text| !text.is_empty()));
            }
        }
        Some(Subject::Channel(_)) => {
            let kind = board.channels.get(&node.name).map(|channel| crate::scene::channel_kind(channel.kind));
            first.extend(kind.map(str::to_lowercase));
        }
        _ => {}
    }
    facts.insert(0, first.join(" · "));
    facts
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What comes in and goes out.
fn neighbours(ui: &mut egui::Ui, theme: &Theme, drawn: &Drawn, at: NodeIndex) -> Option<Deed> {
    let mut deed = None;
    for (way, title) in [(Incoming, "In"), (Outgoing, "Out")] {
        let mut edges: Vec<_> = drawn
            .whole
            .edges_directed(at, way)
            .map(|edge| (if way == Incoming { edge.source() } else { edge.target() }, edge.weight()))
            .collect();
        edges.sort_by_key(|(other, _)| &drawn.whole[*other]);
        if edges.is_empty() {
            continue;
        }
        widgets::section(ui, theme, title);
        for (other, edge) in edges.iter().take(ROWS) {
            let node = &drawn.whole[*other];
            let mut text = match edge.messages.len() {
                0 | 1 => String::new(),
                many => format!("{many} messages"),
            };
            if edge.synchronous {
                text = if text.is_empty() { "waits".to_owned() } else { format!("{text}, waits") };
            }
            let label = format!("{title}: {} {text}", node.name);
            let row = list_row(ui, theme, node, &text, label.trim(), false);
            let row =
                if edge.messages.is_empty() { row } else { row.on_hover_text(edge.messages.join("\n")) };
            if row.clicked() {
                deed = Some(Deed::Choose(*other));
            }
        }
    }
    deed
}

/// Who gets a message through channels, or what somebody gets: the graph shows only the channel.
fn behind_channels(ui: &mut egui::Ui, cx: &Cx<'_>, drawn: &Drawn, subject: Subject) -> Option<Deed> {
    let mut deed = None;
    let (board, topology) = (cx.document.board(), &drawn.topology);
    let through = topology.through_channels(subject);
    if through.is_empty() {
        return None;
    }
    let title = if matches!(subject, Subject::Message(_)) { "Used by" } else { "Hears" };
    widgets::section(ui, cx.theme, title);
    for one in through.iter().take(ROWS) {
        let node = GraphNode {
            kind: topology.kind_of(one.subject),
            name: topology.name_of(board, one.subject).to_owned(),
            sticky: None,
            subject: Some(one.subject),
        };
        let channels: Vec<String> = one.channels.iter().map(|at| words(&topology[*at].name)).collect();
        let note = format!("via {}", channels.join(", "));
        let label = format!("{title}: {} {note}", node.name);
        if list_row(ui, cx.theme, &node, &note, &label, false).on_hover_text(&note).clicked() {
            deed = Some(Deed::Seek(one.subject));
        }
    }
    if through.len() > ROWS {
        ui.label(cx.theme.secondary(format!("and {} more", through.len() - ROWS)));
    }
    deed
}

/// Who is affected, the worst first.
fn affected(ui: &mut egui::Ui, cx: &Cx<'_>, drawn: &Drawn, change: Change, all: &[Affected]) -> Option<Deed> {
    let mut deed = None;
    let board = cx.document.board();
    let who = all.iter().filter(|one| !matches!(one.subject, Subject::Message(_))).count();
    let title = match who {
        0 if all.is_empty() => format!("Nobody is affected if it {}", change.words()),
        1 => "1 is affected".to_owned(),
        many => format!("{many} are affected"),
    };
    widgets::section(ui, cx.theme, &title);
    for one in all.iter().take(ROWS) {
        let node = GraphNode {
            kind: drawn.topology.kind_of(one.subject),
            name: drawn.topology.name_of(board, one.subject).to_owned(),
            sticky: None,
            subject: Some(one.subject),
        };
        let effect = report::effect_in_words(one);
        let label = format!("{} {effect}", node.name);
        let row = list_row_inked(ui, cx.theme, &node, &effect, &label, color(cx.theme, one.effect));
        if row.on_hover_text(report::chain_in_words(board, &drawn.topology, &one.chain)).clicked() {
            deed = Some(Deed::Seek(one.subject));
        }
    }
    if all.len() > ROWS {
        ui.label(cx.theme.secondary(format!("and {} more", all.len() - ROWS)));
    }
    deed
}

/// The colour of an effect.
pub(super) fn color(theme: &Theme, effect: Effect) -> egui::Color32 {
    match effect {
        Effect::Fails | Effect::Starves => theme.error,
        Effect::FallsBack | Effect::Misses => theme.warning,
        Effect::Reads | Effect::Writes => theme.accent,
    }
}

/// The chain from one place to another, step by step.
fn path(
    ui: &mut egui::Ui,
    cx: &Cx<'_>,
    drawn: &Drawn,
    chain: &[Subject],
    from: Subject,
    to: Option<Subject>,
) -> Option<Deed> {
    let mut deed = None;
    let board = cx.document.board();
    let name = |subject| words(drawn.topology.name_of(board, subject));
    let (from, to) = (name(from), to.map(name).unwrap_or_default());
    if chain.is_empty() {
        ui.label(cx.theme.secondary(format!("Nothing that happens at {from} reaches {to}.")));
        return None;
    }
    widgets::section(ui, cx.theme, &format!("From {from} to {to}"));
    for subject in chain {
        let node = GraphNode {
            kind: drawn.topology.kind_of(*subject),
            name: drawn.topology.name_of(board, *subject).to_owned(),
            sticky: None,
            subject: Some(*subject),
        };
        let label = format!("Step: {}", node.name);
        if list_row(ui, cx.theme, &node, node.kind.words(), &label, false).clicked() {
            deed = Some(Deed::Seek(*subject));
        }
    }
    deed
}

const fn plural(kind: NodeKind) -> &'static str {
    use NodeKind as K;
    match kind {
        K::Service => "Services",
        K::External => "External systems",
        K::Policy => "Policies",
        K::Actor => "Actors",
        K::Event => "Events",
        K::Command => "Commands",
        K::Query => "Queries",
        K::Channel => "Channels",
        K::Team => "Teams",
        K::Frame => "Frames",
    }
}

fn list_row(
    ui: &mut egui::Ui,
    theme: &Theme,
    node: &GraphNode,
    note: &str,
    label: &str,
    chosen: bool,
) -> egui::Response {
    row(ui, theme, node, (note, theme.secondary), label, chosen)
}

fn list_row_inked(
    ui: &mut egui::Ui,
    theme: &Theme,
    node: &GraphNode,
    note: &str,
    label: &str,
    ink: egui::Color32,
) -> egui::Response {
    row(ui, theme, node, (note, ink), label, false)
}

fn row(
    ui: &mut egui::Ui,
    theme: &Theme,
    node: &GraphNode,
    (note, ink): (&str, egui::Color32),
    label: &str,
    chosen: bool,
) -> egui::Response {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), 24.0), egui::Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::WidgetType::SelectableLabel, true, chosen, label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if chosen || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, if chosen { theme.selection } else { theme.hover });
    }
    let swatch =
        egui::Rect::from_center_size(rect.left_center() + egui::vec2(11.0, 0.0), egui::vec2(10.0, 10.0));
    ui.painter().rect_filled(swatch, 2.0, theme.paper(token(node.kind)).fill);
    let font = Theme::plain(theme.sizes.body);
    let note = ui.fonts_mut(|fonts| {
        let mut job = egui::text::LayoutJob::simple(
            note.to_owned(),
            Theme::plain(theme.sizes.secondary),
            ink,
            rect.width() * 0.5,
        );
        job.wrap.max_rows = 1;
        fonts.layout_job(job)
    });
    let room = rect.width() - 24.0 - note.size().x - 14.0;
    let name = ui.fonts_mut(|fonts| {
        let mut job = egui::text::LayoutJob::simple(words(&node.name), font, theme.text, room);
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        fonts.layout_job(job)
    });
    let middle = |height: f32| rect.center().y - height / 2.0;
    ui.painter().galley(egui::pos2(rect.left() + 24.0, middle(name.size().y)), name, theme.text);
    ui.painter().galley(egui::pos2(rect.right() - note.size().x - 6.0, middle(note.size().y)), note, ink);
    response
}
