//! What if: each synchronous hop replaced by a queue or a projection, each service given a replica; ranked by gain,
//! and each an edit of the board.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entry::{EntryReport, figures, report};
use super::path::{Overlay, Setting};
use super::{Limits, downtime_hours};
use crate::board::{
    Board, Channel, ChannelKind, Frame, FrameId, FrameKind, Link, LinkId, Meaning, Point, Record, Rect,
    Replicas, Size, Sticky, StickyId, StickyKind,
};
use crate::edit::{Draft, Edit};
use crate::topology::{MessageIx, MessageKind, PartyIx, ReactionIx, RouteIx, Topology};

/// A way to build one spot of the board otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhatIf {
    /// A synchronous command goes through a queue: its sender no longer waits.
    Queue {
        /// The command.
        command: String,
        /// The link from the command to its handler.
        #[serde(skip)]
        link: LinkId,
    },
    /// A query is answered from a view that the asker keeps itself, fed by events of the service asked until now.
    Projection {
        /// The query.
        query: String,
        /// The service that keeps the view.
        asker: String,
        /// The link from the query to whoever answers it now.
        #[serde(skip)]
        link: LinkId,
    },
    /// A service gets one more replica behind its name.
    Replica {
        /// The service.
        service: String,
    },
}

impl std::fmt::Display for WhatIf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Queue { command, .. } => write!(f, "queue:{command}"),
            Self::Projection { query, .. } => write!(f, "projection:{query}"),
            Self::Replica { service } => write!(f, "replica:{service}"),
        }
    }
}

impl WhatIf {
    /// What it would do, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Queue { command, .. } => format!("Send {command} through a queue"),
            Self::Projection { query, asker, .. } => format!("Answer {query} from a view kept by {asker}"),
            Self::Replica { service } => format!("Run one more replica of {service}"),
        }
    }

    fn overlay(&self, topology: &Topology, overlay: &mut Overlay) {
        match self {
            Self::Queue { link, .. } => {
                overlay.queued.insert(*link);
            }
            Self::Projection { asker, link, .. } => {
                if let Some(asker) = topology.party(asker) {
                    overlay.projected.insert(*link, asker);
                }
            }
            Self::Replica { service } => {
                if let Some(party) = topology.party(service) {
                    *overlay.replicas.entry(party).or_default() += 1;
                }
            }
        }
    }
}

/// A what-if with its figures for one entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// What would change: one spot, or every call to one service.
    pub changes: Vec<WhatIf>,
    /// The availability it would give.
    pub availability: f64,
    /// The hours of downtime a year that would be left.
    pub downtime_hours: f64,
    /// The hours of downtime a year that it would spare.
    pub gains_hours: f64,
}

impl Gain {
    /// The changes by name, joined by ` + `.
    #[must_use]
    pub fn name(&self) -> String {
        let names: Vec<String> = self.changes.iter().map(ToString::to_string).collect();
        names.join(" + ")
    }

    /// The edit that builds all of its changes; none when the board has changed so far that one no longer applies.
    #[must_use]
    pub fn edit(&self, board: &Board) -> Option<Edit> {
        let (mut built, mut ops) = (board.clone(), Vec::new());
        for change in &self.changes {
            let topology = crate::topology::derive(&built);
            let edit = change.edit(&built, &topology, 0)?;
            crate::edit::apply(&mut built, &edit.ops).ok()?;
            ops.extend(edit.ops);
        }
        Some(Edit::new(self.describe(), crate::edit::squash(&ops)))
    }

    /// The changes in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let words: Vec<String> = self.changes.iter().map(WhatIf::describe).collect();
        words.join("; ")
    }
}

/// The ways to build the accept path of an entry otherwise, in order of the path.
#[must_use]
pub fn alternatives(board: &Board, topology: &Topology, entry: MessageIx) -> Vec<WhatIf> {
    let overlay = Overlay::default();
    let setting = Setting { board, topology, overlay: &overlay };
    let mut found: Vec<WhatIf> = Vec::new();
    let mut add = |what_if: WhatIf| {
        if !found.contains(&what_if) {
            found.push(what_if);
        }
    };
    let mut reactions = setting.waited_reactions(&setting.entry_routes(entry));
    reactions.sort_unstable();
    for at in reactions {
        for output in &topology[at].outputs {
            for route in setting.waited(output) {
                if let Some(what_if) = hop(topology, at, output.message, route) {
                    add(what_if);
                }
            }
        }
        if let Some(host) = topology[at].host {
            add(WhatIf::Replica { service: topology[host].name.clone() });
        }
    }
    found
}

/// How one hop could be built otherwise: a command through a queue, a query from a view of the asker's own.
fn hop(topology: &Topology, asking: ReactionIx, message: MessageIx, route: RouteIx) -> Option<WhatIf> {
    let link = *topology[route].links.last()?;
    let name = topology[message].name.clone();
    match topology[message].kind {
        MessageKind::Command => Some(WhatIf::Queue { command: name, link }),
        MessageKind::Query => {
            let (asker, asked) = (topology[asking].host?, topology[topology[route].reaction].host?);
            let asker = topology[asker].name.clone();
            (asker != topology[asked].name).then_some(WhatIf::Projection { query: name, asker, link })
        }
        MessageKind::Event => None,
    }
}

/// Every alternative that spares downtime, best first.
#[must_use]
pub fn rank(board: &Board, topology: &Topology, entry: MessageIx, limits: &Limits) -> Vec<Gain> {
    let down = |overlay: &Overlay| {
        let setting = Setting { board, topology, overlay };
        let figures = figures(&setting, &setting.entry_routes(entry), limits);
        (figures.up, figures.down)
    };
    let (_, before) = down(&Overlay::default());
    let single = alternatives(board, topology, entry);
    let together = calls_to_one_service(topology, &single);
    let all = single.into_iter().map(|what_if| vec![what_if]).chain(together);
    let mut gains: Vec<Gain> = all
        .map(|changes| {
            let mut overlay = Overlay::default();
            changes.iter().for_each(|what_if| what_if.overlay(topology, &mut overlay));
            let (availability, after) = down(&overlay);
            let gains_hours = downtime_hours(before - after);
            Gain { changes, availability, downtime_hours: downtime_hours(after), gains_hours }
        })
        .filter(|gain| gain.gains_hours > LEAST_GAIN_HOURS)
        .collect();
    // Stable, and blind to rounding: equal gains stay in order of the path.
    gains.sort_by_key(|gain| std::cmp::Reverse((gain.gains_hours / LEAST_GAIN_HOURS).round() as i64));
    gains
}

/// Where a service is called several times, only leaving out all of the calls takes it off the path.
fn calls_to_one_service(topology: &Topology, single: &[WhatIf]) -> Vec<Vec<WhatIf>> {
    let mut by_service: BTreeMap<PartyIx, Vec<WhatIf>> = BTreeMap::new();
    let routes: BTreeMap<LinkId, PartyIx> = topology
        .routes
        .iter()
        .filter_map(|route| Some((*route.links.last()?, topology[route.reaction].host?)))
        .collect();
    for what_if in single {
        if let WhatIf::Queue { link, .. } | WhatIf::Projection { link, .. } = what_if
            && let Some(party) = routes.get(link)
        {
            by_service.entry(*party).or_default().push(what_if.clone());
        }
    }
    by_service.into_values().filter(|calls| calls.len() > 1).collect()
}

/// A tenth of a second a year is no reason to rebuild anything.
const LEAST_GAIN_HOURS: f64 = 0.1 / 3_600.0;

/// The figures of an entry as if all of `what_ifs` were built.
#[must_use]
pub fn report_with(
    board: &Board,
    topology: &Topology,
    entry: MessageIx,
    what_ifs: &[WhatIf],
    limits: &Limits,
) -> EntryReport {
    let mut overlay = Overlay::default();
    what_ifs.iter().for_each(|what_if| what_if.overlay(topology, &mut overlay));
    report(&Setting { board, topology, overlay: &overlay }, entry, limits)
}

impl WhatIf {
    /// The edit that builds it; none when the board has changed so far that it no longer applies.
    #[must_use]
    pub fn edit(&self, board: &Board, topology: &Topology, peer: u32) -> Option<Edit> {
        let mut draft = Draft::new(board);
        match self {
            Self::Queue { link, .. } => insert_queue(&mut draft, board, *link, peer)?,
            Self::Projection { query, asker, link } => {
                insert_view(&mut draft, (board, topology), query, asker, *link, peer)?;
            }
            Self::Replica { service } => {
                let mut record = board.services.get(service).cloned().unwrap_or_default();
                let replicas = record.replicas.take().unwrap_or_default();
                let (count, needed) = (replicas.count.max(1), replicas.needed.max(1));
                record.replicas = Some(Replicas { count: count.saturating_add(1), needed });
                draft.put(Record::Service(service.clone(), Box::new(record)));
            }
        }
        Some(draft.finish(self.describe()))
    }
}

/// Puts a queue between a command and its handler.
fn insert_queue(draft: &mut Draft<'_>, board: &Board, id: LinkId, peer: u32) -> Option<()> {
    let link = board.links.get(&id)?;
    let name = queue_name(board, &board.stickies.get(&link.to)?.name);
    if !board.channels.contains_key(&name) {
        let queue = Channel { kind: ChannelKind::Queue, ..Channel::default() };
        draft.put(Record::Channel(name.clone(), Box::new(queue)));
    }
    draft.interpose(id, &name, peer)?;
    // A sender that insisted on waiting no longer does.
    let senders = board.links.iter().filter(|(_, l)| l.to == link.from && l.mode.is_some());
    for (sender, l) in senders.filter(|(_, l)| board.link_meaning(l) == Some(Meaning::Sends)) {
        draft.put(Record::Link(*sender, Box::new(Link { mode: None, ..l.clone() })));
    }
    Some(())
}

/// `balance-commands` for the service `Balance`, or with a number when another kind of channel has that name.
fn queue_name(board: &Board, handler: &str) -> String {
    let words = crate::board::notation::words(handler).to_lowercase();
    let base = format!("{}-commands", words.split_whitespace().collect::<Vec<_>>().join("-"));
    let taken = |name: &str| board.channels.get(name).is_some_and(|c| c.kind != ChannelKind::Queue);
    let mut name = base.clone();
    let mut number = 2;
    while taken(&name) {
        name = format!("{base}-{number}");
        number += 1;
    }
    name
}

/// Lets the asker answer a query from a view of its own, fed by an event of the service asked until now.
fn insert_view(
    draft: &mut Draft<'_>,
    (board, topology): (&Board, &Topology),
    query: &str,
    asker: &str,
    id: LinkId,
    peer: u32,
) -> Option<()> {
    let link = board.links.get(&id)?;
    let asked = topology[topology.reaction(link.to)?].host?;
    let subject = subject(query);
    // A row of its own below everything else: (service →) event → view, the view in a frame of the asker's.
    let bounds = board.bounds().unwrap_or(Rect::at(Point::new(0.0, 0.0), Size::new(0.0, 0.0)));
    let (left, top) = (bounds.min.x, bounds.max.y + 80.0);
    let mut column = 0.0;
    let mut place = |draft: &mut Draft<'_>, kind: StickyKind, name: String| {
        let sticky = StickyId(ids_after(draft, peer));
        let at = Point::new(left + 190.0 * column, top);
        column += 1.0;
        draft.put_sticky(sticky, Sticky { kind, name, at, ..Sticky::default() });
        (sticky, at)
    };
    let event = match event_about(topology, asked, &subject) {
        Some(known) => place(draft, StickyKind::Event, known).0,
        None => {
            let (service, _) = place(draft, StickyKind::Service, topology[asked].name.clone());
            let (event, _) = place(draft, StickyKind::Event, format!("{subject}Changed"));
            draft.put(Record::Link(LinkId(ids_after(draft, peer)), join(service, event)));
            event
        }
    };
    let sticky = Sticky { kind: StickyKind::ReadModel, name: format!("{subject}View"), ..Sticky::default() };
    let at = Point::new(left + 190.0 * column, top);
    let size = sticky.size();
    let view = StickyId(ids_after(draft, peer));
    draft.put(Record::Sticky(view, Box::new(Sticky { at, ..sticky })));
    let frame = Frame {
        kind: FrameKind::Context,
        name: crate::board::notation::words(asker),
        at: Point::new(at.x - 24.0, at.y - 40.0),
        size: Size::new(size.w + 48.0, size.h + 64.0),
        service: asker.to_owned(),
        locked: false,
    };
    draft.put(Record::Frame(FrameId(ids_after(draft, peer)), Box::new(frame)));
    draft.put(Record::Link(LinkId(ids_after(draft, peer)), join(event, view)));
    draft.put(Record::Link(id, Box::new(Link { to: view, mode: None, ..link.clone() })));
    Some(())
}

fn ids_after(draft: &Draft<'_>, peer: u32) -> crate::board::Id {
    draft.id_gen(peer).mint()
}

fn join(from: StickyId, to: StickyId) -> Box<Link> {
    Box::new(Link { from, to, ..Link::default() })
}

/// What a query is about: `GetPackageDetails` → `PackageDetails`.
fn subject(query: &str) -> String {
    const VERBS: [&str; 12] = [
        "Get", "Find", "List", "Fetch", "Read", "Look", "Load", "Query", "Show", "Check", "Search", "Lookup",
    ];
    let rest = VERBS.iter().filter_map(|v| query.strip_prefix(v));
    let rest = rest.filter(|r| r.starts_with(char::is_uppercase)).min_by_key(|r| r.len());
    rest.unwrap_or(query).split_whitespace().collect()
}

/// The event of a party whose name shares most words with the subject.
fn event_about(topology: &Topology, party: PartyIx, subject: &str) -> Option<String> {
    let words = |name: &str| -> Vec<String> {
        let words = crate::board::notation::words(name).to_lowercase();
        words.split_whitespace().map(str::to_owned).collect()
    };
    let about = words(subject);
    let outputs = topology[party].reactions.iter().flat_map(|r| &topology[*r].outputs);
    let events = outputs.map(|o| &topology[o.message]).filter(|m| m.kind == MessageKind::Event);
    let shared = |name: &str| words(name).iter().filter(|w| about.contains(w)).count();
    let best = events.map(|m| (shared(&m.name), m.name.as_str())).filter(|(n, _)| *n > 0);
    best.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, name)| name.to_owned())
}
