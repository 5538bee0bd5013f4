//! Deriving a topology from a board: one pass over the stickies, one over the links.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    ChannelIx, ChannelUse, Message, MessageIx, MessageKind, Note, Output, Party, PartyIx, Place, Reaction,
    ReactionIx, Route, RouteIx, Topology,
};
use crate::board::{
    Board, Frame, FrameId, Link, LinkId, Meaning, Mode, Point, Sticky, StickyId, StickyKind, notation,
};

/// Derives the topology of a board. Never fails: what means nothing is noted.
#[must_use]
pub fn derive(board: &Board) -> Topology {
    let mut work = Work::new(board);
    work.collect_messages();
    work.collect_reactions();
    work.collect_channels();
    work.find_routes();
    work.find_outputs();
    work.note_meaningless();
    work.topology
}

/// The links that leave a sticky, in the order a reaction follows them.
type Outgoing<'a> = FxHashMap<StickyId, Vec<(LinkId, &'a Link)>>;

struct Work<'a> {
    board: &'a Board,
    out: Outgoing<'a>,
    messages: FxHashMap<(MessageKind, &'a str), MessageIx>,
    channels: FxHashMap<&'a str, ChannelIx>,
    /// The routes that begin at a message sticky.
    routes_from: FxHashMap<StickyId, Vec<RouteIx>>,
    topology: Topology,
}

const fn message_kind(kind: StickyKind) -> Option<MessageKind> {
    match kind {
        StickyKind::Event => Some(MessageKind::Event),
        StickyKind::Command => Some(MessageKind::Command),
        StickyKind::Query => Some(MessageKind::Query),
        _ => None,
    }
}

impl<'a> Work<'a> {
    fn new(board: &'a Board) -> Self {
        let mut out: Outgoing<'a> = FxHashMap::default();
        for (id, link) in &board.links {
            out.entry(link.from).or_default().push((*id, link));
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted on its own")]
        for links in out.values_mut() {
            links.sort_by(|(a_id, a), (b_id, b)| (&a.order, a_id).cmp(&(&b.order, b_id)));
        }
        Self {
            board,
            out,
            messages: FxHashMap::default(),
            channels: FxHashMap::default(),
            routes_from: FxHashMap::default(),
            topology: Topology::default(),
        }
    }

    fn note(&mut self, place: Place, message: impl Into<String>) {
        self.topology.notes.push(Note { place, message: message.into() });
    }

    fn collect_messages(&mut self) {
        let mut named: Vec<(MessageKind, &'a str, StickyId)> = Vec::new();
        for (id, sticky) in &self.board.stickies {
            let Some(kind) = message_kind(sticky.kind) else { continue };
            if sticky.name.is_empty() {
                self.note(Place::Sticky(*id), "It has no name yet, so it is no message");
            } else {
                named.push((kind, &sticky.name, *id));
            }
        }
        named.sort_unstable();
        for (kind, name, sticky) in named {
            let messages = &mut self.topology.messages;
            match messages.last_mut().filter(|last| (last.kind, last.name.as_str()) == (kind, name)) {
                Some(last) => last.stickies.push(sticky),
                None => {
                    self.messages.insert((kind, name), MessageIx(messages.len()));
                    messages.push(Message {
                        kind,
                        name: name.to_owned(),
                        stickies: vec![sticky],
                        routes: Vec::new(),
                        producers: Vec::new(),
                        issuers: Vec::new(),
                    });
                }
            }
        }
    }

    fn message_of(&self, sticky: &'a Sticky) -> Option<MessageIx> {
        self.messages.get(&(message_kind(sticky.kind)?, sticky.name.as_str())).copied()
    }

    fn collect_reactions(&mut self) {
        let frames = FramesByArea::new(self.board);
        let mut hosts: Vec<(StickyId, Option<&'a str>, Option<FrameId>)> = Vec::new();
        let mut names: Vec<&'a str> = Vec::new();
        for (id, sticky) in &self.board.stickies {
            if !sticky.kind.is_reaction() {
                continue;
            }
            let (frame, service) = frames.around(sticky.rect().center());
            let host = host_name(sticky, service);
            if host.is_none() && sticky.kind != StickyKind::Policy {
                self.note(Place::Sticky(*id), "It has no name yet, so nobody reacts here");
            }
            names.extend(host);
            hosts.push((*id, host, frame));
        }
        names.sort_unstable();
        names.dedup();
        let parties: FxHashMap<&str, PartyIx> =
            names.iter().enumerate().map(|(i, n)| (*n, PartyIx(i))).collect();
        self.topology.parties = names
            .iter()
            .map(|name| Party { name: (*name).to_owned(), external: false, reactions: Vec::new() })
            .collect();
        for (i, (sticky, host, frame)) in hosts.into_iter().enumerate() {
            let kind = self.board.stickies[&sticky].kind;
            let host = host.and_then(|host| parties.get(host)).copied();
            if let Some(party) = host {
                let party = &mut self.topology.parties[party.0];
                party.reactions.push(ReactionIx(i));
                party.external |= kind == StickyKind::External;
            }
            let (triggers, outputs) = (Vec::new(), Vec::new());
            self.topology.reactions.push(Reaction { sticky, kind, host, frame, triggers, outputs });
        }
    }

    fn collect_channels(&mut self) {
        let mut named: Vec<(&'a str, Option<StickyId>)> = Vec::new();
        for (id, sticky) in &self.board.stickies {
            if sticky.kind != StickyKind::Channel {
                continue;
            }
            if sticky.name.is_empty() {
                self.note(Place::Sticky(*id), "It has no name yet; what enters it still leaves it");
            }
            named.push((&sticky.name, Some(*id)));
        }
        let default = self.board.settings.default_channel.as_str();
        if !default.is_empty() {
            named.push((default, None));
        }
        named.sort_unstable();
        for (name, sticky) in named {
            let channels = &mut self.topology.channels;
            if channels.last().is_none_or(|last| last.name != name) {
                self.channels.insert(name, ChannelIx(channels.len()));
                channels.push(ChannelUse { name: name.to_owned(), stickies: Vec::new(), routes: Vec::new() });
            }
            if let Some(last) = channels.last_mut() {
                last.stickies.extend(sticky);
            }
        }
    }

    fn find_routes(&mut self) {
        let board = self.board;
        for (id, sticky) in &board.stickies {
            let Some(message) = self.message_of(sticky) else { continue };
            for (links, stations, reaction) in self.ways_from(*id) {
                self.add_route(message, *id, links, stations, reaction);
            }
        }
        let used: FxHashSet<StickyId> =
            self.topology.routes.iter().flat_map(|r| r.stations.iter().copied()).collect();
        for (id, sticky) in &board.stickies {
            if sticky.kind == StickyKind::Channel && !used.contains(id) {
                self.note(Place::Sticky(*id), "Nothing travels through this channel yet");
            }
        }
    }

    /// Follows links from a message sticky to every reaction they lead to. Each channel sticky is passed once, on
    /// the first way found to it, so rings of channels end and dense ones stay cheap.
    fn ways_from(&self, from: StickyId) -> Vec<(Vec<LinkId>, Vec<StickyId>, StickyId)> {
        let mut found = Vec::new();
        let mut passed: FxHashSet<StickyId> = FxHashSet::default();
        let mut todo = vec![(from, Vec::new(), Vec::new())];
        while let Some((at, links, stations)) = todo.pop() {
            for (id, link) in self.out.get(&at).into_iter().flatten() {
                let with_link = || links.iter().copied().chain([*id]).collect();
                match self.board.link_meaning(link) {
                    Some(Meaning::Enters) if passed.insert(link.to) => {
                        let stations = stations.iter().copied().chain([link.to]).collect();
                        todo.push((link.to, with_link(), stations));
                    }
                    Some(
                        Meaning::HandledBy
                        | Meaning::AnsweredBy
                        | Meaning::Subscribes
                        | Meaning::Projects
                        | Meaning::Leaves,
                    ) => found.push((with_link(), stations.clone(), link.to)),
                    _ => {}
                }
            }
        }
        found
    }

    fn add_route(
        &mut self,
        message: MessageIx,
        from: StickyId,
        links: Vec<LinkId>,
        stations: Vec<StickyId>,
        reaction: StickyId,
    ) {
        let Some(reaction) = self.topology.reaction(reaction) else { return };
        let Message { kind, name, .. } = &self.topology.messages[message.0];
        let mode = match kind {
            MessageKind::Query => Mode::Synchronous,
            MessageKind::Event => Mode::Asynchronous,
            MessageKind::Command if !stations.is_empty() => Mode::Asynchronous,
            MessageKind::Command => {
                let stated = links.iter().filter_map(|link| self.board.links[link].mode).next();
                stated.unwrap_or_else(|| {
                    self.board.commands.get(name).map_or(Mode::default(), |command| command.mode)
                })
            }
        };
        let mut channels: Vec<ChannelIx> =
            stations.iter().map(|s| self.channels[self.board.stickies[s].name.as_str()]).collect();
        if channels.is_empty() && mode == Mode::Asynchronous {
            channels.extend(self.channels.get(self.board.settings.default_channel.as_str()));
        }
        let at = RouteIx(self.topology.routes.len());
        for channel in &channels {
            self.topology.channels[channel.0].routes.push(at);
        }
        self.topology.messages[message.0].routes.push(at);
        self.topology.reactions[reaction.0].triggers.push(at);
        self.routes_from.entry(from).or_default().push(at);
        self.topology.routes.push(Route { message, from, links, stations, channels, reaction, mode });
    }

    fn find_outputs(&mut self) {
        for at in 0..self.topology.reactions.len() {
            let sticky = self.topology.reactions[at].sticky;
            let outgoing = self.out.get(&sticky).cloned().unwrap_or_default();
            for (id, link) in outgoing {
                let meaning = self.board.link_meaning(link);
                if !matches!(meaning, Some(Meaning::Publishes | Meaning::Sends | Meaning::Asks)) {
                    continue;
                }
                let Some(message) = self.board.stickies.get(&link.to).and_then(|to| self.message_of(to))
                else {
                    continue;
                };
                let output = self.output(id, link, message);
                let place = self.topology.reactions[at].outputs.len();
                self.topology.messages[message.0].producers.push((ReactionIx(at), place));
                self.topology.reactions[at].outputs.push(output);
            }
        }
        for link in self.board.links.values() {
            if self.board.link_meaning(link) == Some(Meaning::Entry)
                && let Some(message) = self.message_of(&self.board.stickies[&link.to])
            {
                self.topology.messages[message.0].issuers.push(link.from);
            }
        }
    }

    fn output(&self, id: LinkId, link: &Link, message: MessageIx) -> Output {
        let Message { kind, name, routes, .. } = &self.topology.messages[message.0];
        let local = self.routes_from.get(&link.to);
        let routes = match (kind, local) {
            (MessageKind::Command | MessageKind::Query, Some(local)) => local.clone(),
            _ => routes.clone(),
        };
        let waits = routes.iter().any(|route| self.topology.routes[route.0].mode == Mode::Synchronous);
        let (mode, timeout, retries, backoff) = match kind {
            MessageKind::Event => (Mode::Asynchronous, None, 0, None),
            MessageKind::Command => {
                let command = self.board.commands.get(name);
                let stated = command.map_or(Mode::default(), |command| command.mode);
                let mode =
                    link.mode.unwrap_or(if routes.is_empty() || waits { stated } else { Mode::Asynchronous });
                command.map_or((mode, None, 0, None), |c| (mode, c.timeout, c.retries, c.backoff))
            }
            MessageKind::Query => {
                let query = self.board.queries.get(name);
                query.map_or((Mode::Synchronous, None, 0, None), |q| {
                    (Mode::Synchronous, q.timeout, q.retries, q.backoff)
                })
            }
        };
        Output {
            link: id,
            sticky: link.to,
            message,
            outcome: link.outcome.clone(),
            mode,
            timeout: link.timeout.or(timeout),
            retries: link.retries.unwrap_or(retries),
            backoff: link.backoff.or(backoff),
            routes,
        }
    }

    fn note_meaningless(&mut self) {
        for (id, link) in &self.board.links {
            let (Some(from), Some(to)) =
                (self.board.stickies.get(&link.from), self.board.stickies.get(&link.to))
            else {
                self.note(Place::Link(*id), "This link leads to a sticky that is not on the board");
                continue;
            };
            if notation::meaning(from.kind, to.kind).is_none() && !is_remark(from.kind) && !is_remark(to.kind)
            {
                let (from, to) = (from.kind.row().label.to_lowercase(), to.kind.row().label.to_lowercase());
                self.note(Place::Link(*id), format!("A link from {from} to {to} means nothing"));
            }
        }
        self.topology.notes.sort_by_key(|note| note.place);
    }
}

/// Remarks may point at anything.
const fn is_remark(kind: StickyKind) -> bool {
    matches!(
        kind,
        StickyKind::Hotspot
            | StickyKind::Opportunity
            | StickyKind::Text
            | StickyKind::ValueGained
            | StickyKind::ValueLost
            | StickyKind::Ui
            | StickyKind::Actor
    )
}

fn host_name<'a>(sticky: &'a Sticky, service_of_frame: Option<&'a str>) -> Option<&'a str> {
    let own = Some(sticky.name.as_str()).filter(|name| !name.is_empty());
    match sticky.kind {
        StickyKind::Policy => service_of_frame,
        StickyKind::Aggregate | StickyKind::ReadModel => service_of_frame.or(own),
        _ => own,
    }
}

/// Frames from the smallest, so that the first around a point is the innermost.
struct FramesByArea<'a>(Vec<(FrameId, &'a Frame)>);

impl<'a> FramesByArea<'a> {
    fn new(board: &'a Board) -> Self {
        let mut frames: Vec<_> = board.frames.iter().map(|(id, frame)| (*id, frame)).collect();
        frames.sort_by(|(_, a), (_, b)| (a.size.w * a.size.h).total_cmp(&(b.size.w * b.size.h)));
        Self(frames)
    }

    /// The innermost frame around a point, and the service of the innermost one that is bound to a service.
    fn around(&self, point: Point) -> (Option<FrameId>, Option<&'a str>) {
        let mut around = self.0.iter().filter(|(_, frame)| frame.rect().contains(point)).peekable();
        let innermost = around.peek().map(|(id, _)| *id);
        let service = around.map(|(_, frame)| frame.service.as_str()).find(|service| !service.is_empty());
        (innermost, service)
    }
}
