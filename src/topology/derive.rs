//! Deriving a topology from a board: one pass over the stickies, one over the links.

use std::ops::Range;

use rustc_hash::FxHashMap;

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
    work.topology.notes.sort_by_key(|note| note.place);
    work.topology
}

/// A link between two stickies of the board, by their places in [`Work::stickies`].
#[derive(Clone, Copy)]
struct Joint<'a> {
    id: LinkId,
    link: &'a Link,
    from: usize,
    to: usize,
    meaning: Option<Meaning>,
}

struct Work<'a> {
    board: &'a Board,
    /// The stickies, in order of id. All that is known about one is kept at its place.
    stickies: Vec<(StickyId, &'a Sticky)>,
    /// The links, by sticky of origin and in the order a reaction follows them.
    joints: Vec<Joint<'a>>,
    /// The links that leave each sticky.
    out: Vec<Range<usize>>,
    message_at: Vec<Option<MessageIx>>,
    reaction_at: Vec<Option<ReactionIx>>,
    channel_at: Vec<Option<ChannelIx>>,
    /// The routes that begin at each message sticky.
    routes_from: Vec<Range<usize>>,
    default_channel: Option<ChannelIx>,
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
        let stickies: Vec<(StickyId, &'a Sticky)> = board.stickies.iter().map(|(id, s)| (*id, s)).collect();
        let places: FxHashMap<StickyId, usize> =
            stickies.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
        let mut work = Self {
            board,
            joints: Vec::with_capacity(board.links.len()),
            out: vec![0..0; stickies.len()],
            message_at: vec![None; stickies.len()],
            reaction_at: vec![None; stickies.len()],
            channel_at: vec![None; stickies.len()],
            routes_from: vec![0..0; stickies.len()],
            stickies,
            default_channel: None,
            topology: Topology::default(),
        };
        for (id, link) in &board.links {
            if let (Some(from), Some(to)) = (places.get(&link.from), places.get(&link.to)) {
                let kinds = (work.stickies[*from].1.kind, work.stickies[*to].1.kind);
                let meaning = notation::meaning(kinds.0, kinds.1);
                if meaning.is_none() && !is_remark(kinds.0) && !is_remark(kinds.1) {
                    let (from, to) = (kinds.0.row().label.to_lowercase(), kinds.1.row().label.to_lowercase());
                    work.note(Place::Link(*id), format!("A link from {from} to {to} means nothing"));
                }
                work.joints.push(Joint { id: *id, link, from: *from, to: *to, meaning });
            } else {
                work.note(Place::Link(*id), "This link leads to a sticky that is not on the board");
            }
        }
        work.joints.sort_unstable_by(|a, b| {
            a.from.cmp(&b.from).then_with(|| a.link.order.cmp(&b.link.order)).then_with(|| a.id.cmp(&b.id))
        });
        let mut start = 0;
        for group in work.joints.chunk_by(|a, b| a.from == b.from) {
            work.out[group[0].from] = start..start + group.len();
            start += group.len();
        }
        work
    }

    /// The links that leave a sticky.
    fn leaving(&self, at: usize) -> &[Joint<'a>] {
        &self.joints[self.out[at].clone()]
    }

    fn note(&mut self, place: Place, message: impl Into<String>) {
        self.topology.notes.push(Note { place, message: message.into() });
    }

    fn collect_messages(&mut self) {
        let mut named: Vec<(MessageKind, &'a str, usize)> = Vec::new();
        for at in 0..self.stickies.len() {
            let (id, sticky) = self.stickies[at];
            let Some(kind) = message_kind(sticky.kind) else { continue };
            if sticky.name.is_empty() {
                self.note(Place::Sticky(id), "It has no name yet, so it is no message");
            } else {
                named.push((kind, &sticky.name, at));
            }
        }
        named.sort_unstable();
        for same in named.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let ix = MessageIx(self.topology.messages.len());
            same.iter().for_each(|(.., at)| self.message_at[*at] = Some(ix));
            self.topology.messages.push(Message {
                kind: same[0].0,
                name: same[0].1.to_owned(),
                stickies: same.iter().map(|(.., at)| self.stickies[*at].0).collect(),
                routes: Vec::new(),
                producers: Vec::new(),
                issuers: Vec::new(),
            });
        }
    }

    fn collect_reactions(&mut self) {
        let frames = FramesByArea::new(self.board);
        let mut hosts: Vec<(StickyId, Option<&'a str>, Option<FrameId>)> = Vec::new();
        let mut names: Vec<&'a str> = Vec::new();
        for at in 0..self.stickies.len() {
            let (id, sticky) = self.stickies[at];
            if !sticky.kind.is_reaction() {
                continue;
            }
            self.reaction_at[at] = Some(ReactionIx(hosts.len()));
            let (frame, service) = frames.around(sticky.rect().center());
            let host = host_name(sticky, service);
            if host.is_none() && sticky.kind != StickyKind::Policy {
                self.note(Place::Sticky(id), "It has no name yet, so nobody reacts here");
            }
            names.extend(host);
            hosts.push((id, host, frame));
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
        let mut named: Vec<(&'a str, Option<usize>)> = Vec::new();
        for at in 0..self.stickies.len() {
            let (id, sticky) = self.stickies[at];
            if sticky.kind != StickyKind::Channel {
                continue;
            }
            if sticky.name.is_empty() {
                self.note(Place::Sticky(id), "It has no name yet; what enters it still leaves it");
            }
            named.push((&sticky.name, Some(at)));
        }
        let default = self.board.settings.default_channel.as_str();
        if !default.is_empty() {
            named.push((default, None));
        }
        named.sort_unstable();
        for same in named.chunk_by(|a, b| a.0 == b.0) {
            let ix = ChannelIx(self.topology.channels.len());
            let places = || same.iter().filter_map(|(_, at)| *at);
            places().for_each(|at| self.channel_at[at] = Some(ix));
            let stickies = places().map(|at| self.stickies[at].0).collect();
            let name = same[0].0;
            if name == default && !default.is_empty() {
                self.default_channel = Some(ix);
            }
            self.topology.channels.push(ChannelUse { name: name.to_owned(), stickies, routes: Vec::new() });
        }
    }

    fn find_routes(&mut self) {
        let mut used = vec![false; self.stickies.len()];
        for at in 0..self.stickies.len() {
            let Some(message) = self.message_at[at] else { continue };
            let start = self.topology.routes.len();
            for (links, stations, reaction) in self.ways_from(at) {
                stations.iter().for_each(|station| used[*station] = true);
                self.add_route(message, at, links, &stations, reaction);
            }
            self.routes_from[at] = start..self.topology.routes.len();
        }
        for (at, used) in used.into_iter().enumerate() {
            let (id, sticky) = self.stickies[at];
            if sticky.kind == StickyKind::Channel && !used {
                self.note(Place::Sticky(id), "Nothing travels through this channel yet");
            }
        }
    }

    /// Follows links from a message sticky to every reaction they lead to. Each channel sticky is passed once, on
    /// the first way found to it, so rings of channels end and dense ones stay cheap.
    fn ways_from(&self, from: usize) -> Vec<(Vec<LinkId>, Vec<usize>, usize)> {
        let mut found = Vec::new();
        let mut passed: Vec<usize> = Vec::new();
        let mut todo: Vec<(usize, Vec<LinkId>, Vec<usize>)> = vec![(from, Vec::new(), Vec::new())];
        while let Some((at, links, stations)) = todo.pop() {
            for joint in self.leaving(at) {
                let with_link = || links.iter().copied().chain([joint.id]).collect();
                match joint.meaning {
                    Some(Meaning::Enters) if !passed.contains(&joint.to) => {
                        passed.push(joint.to);
                        let stations = stations.iter().copied().chain([joint.to]).collect();
                        todo.push((joint.to, with_link(), stations));
                    }
                    Some(
                        Meaning::HandledBy
                        | Meaning::AnsweredBy
                        | Meaning::Subscribes
                        | Meaning::Projects
                        | Meaning::Leaves,
                    ) => found.push((with_link(), stations.clone(), joint.to)),
                    _ => {}
                }
            }
        }
        found
    }

    fn add_route(
        &mut self,
        message: MessageIx,
        from: usize,
        links: Vec<LinkId>,
        stations: &[usize],
        reaction: usize,
    ) {
        let Some(reaction) = self.reaction_at[reaction] else { return };
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
            stations.iter().filter_map(|station| self.channel_at[*station]).collect();
        if channels.is_empty() && mode == Mode::Asynchronous {
            channels.extend(self.default_channel);
        }
        let at = RouteIx(self.topology.routes.len());
        for channel in &channels {
            self.topology.channels[channel.0].routes.push(at);
        }
        self.topology.messages[message.0].routes.push(at);
        self.topology.reactions[reaction.0].triggers.push(at);
        let (from, stations) =
            (self.stickies[from].0, stations.iter().map(|station| self.stickies[*station].0).collect());
        self.topology.routes.push(Route { message, from, links, stations, channels, reaction, mode });
    }

    fn find_outputs(&mut self) {
        for place in 0..self.stickies.len() {
            let Some(at) = self.reaction_at[place] else { continue };
            for joint in self.out[place].clone() {
                let joint = self.joints[joint];
                if !matches!(joint.meaning, Some(Meaning::Publishes | Meaning::Sends | Meaning::Asks)) {
                    continue;
                }
                let Some(message) = self.message_at[joint.to] else { continue };
                let output = self.output(&joint, message);
                let outputs = &mut self.topology.reactions[at.0].outputs;
                self.topology.messages[message.0].producers.push((at, outputs.len()));
                outputs.push(output);
            }
        }
        let mut entries: Vec<&Joint<'a>> =
            self.joints.iter().filter(|joint| joint.meaning == Some(Meaning::Entry)).collect();
        entries.sort_unstable_by_key(|joint| joint.id);
        for joint in entries {
            if let Some(message) = self.message_at[joint.to] {
                self.topology.messages[message.0].issuers.push(joint.link.from);
            }
        }
    }

    fn output(&self, joint: &Joint<'a>, message: MessageIx) -> Output {
        let Joint { id, link, .. } = *joint;
        let Message { kind, name, routes, .. } = &self.topology.messages[message.0];
        let local = self.routes_from[joint.to].clone();
        let routes = match kind {
            MessageKind::Command | MessageKind::Query if !local.is_empty() => local.map(RouteIx).collect(),
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
