//! Deriving a topology from a board: one pass over the stickies, one over the links.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::known::{KnownLink, KnownSticky};
use super::ways::{self, Joint, Way};
use super::{
    ChannelIx, ChannelUse, Message, MessageIx, MessageKind, Note, Output, Party, PartyIx, Place, Reaction,
    ReactionIx, Route, RouteIx, Topology,
};
use crate::board::{
    Board, Frame, FrameId, Meaning, Mode, Point, Rect, Sticky, StickyId, StickyKind, notation,
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
    work.remember();
    work.topology.notes.sort_by_key(|note| note.place);
    work.topology
}

struct Work<'a> {
    board: &'a Board,
    /// The stickies, in order of id. All that is known about one is kept at its place.
    stickies: Vec<(StickyId, &'a Sticky)>,
    /// Their kinds, close together: looking at each sticky for its kind would take most of the time.
    kinds: Vec<StickyKind>,
    /// The links, by sticky of origin and in the order a reaction follows them.
    joints: Vec<Joint<'a, usize>>,
    /// The links that leave each sticky.
    out: Vec<Range<usize>>,
    message_at: Vec<Option<MessageIx>>,
    reaction_at: Vec<Option<ReactionIx>>,
    channel_at: Vec<Option<ChannelIx>>,
    /// The routes that begin at each message sticky.
    routes_from: Vec<Range<usize>>,
    topology: Topology,
}

pub(super) const fn message_kind(kind: StickyKind) -> Option<MessageKind> {
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
        let kinds: Vec<StickyKind> = stickies.iter().map(|(_, sticky)| sticky.kind).collect();
        let places = Places::new(&stickies);
        let mut work = Self {
            board,
            joints: Vec::new(),
            out: vec![0..0; stickies.len()],
            message_at: vec![None; stickies.len()],
            reaction_at: vec![None; stickies.len()],
            channel_at: vec![None; stickies.len()],
            routes_from: vec![0..0; stickies.len()],
            stickies,
            kinds,
            topology: Topology::default(),
        };
        let mut joints: Vec<Joint<'a, usize>> = Vec::with_capacity(board.links.len());
        let mut ordered = false;
        work.topology.known.links.reserve_exact(board.links.len());
        for (id, link) in &board.links {
            work.topology.known.links.push(KnownLink { id: *id, from: link.from, to: link.to });
            let ends = (places.get(link.from), places.get(link.to));
            let kinds = (ends.0.map(|at| work.kinds[at]), ends.1.map(|at| work.kinds[at]));
            let meaning = kinds.0.zip(kinds.1).and_then(|(from, to)| notation::meaning(from, to));
            if meaning.is_none()
                && let Some(message) = ways::note_on_link(kinds.0, kinds.1)
            {
                work.note(Place::Link(*id), message);
            }
            if let (Some(from), Some(to)) = ends {
                ordered |= !link.order.is_empty();
                work.out[from].end += 1;
                joints.push(Joint { id: *id, link, from, to, meaning });
            }
        }
        // Into their places by sticky of origin; the links of each stay in order of id.
        let mut start = 0;
        for out in &mut work.out {
            let count = out.end;
            *out = start..start;
            start += count;
        }
        let mut places: Vec<usize> = vec![0; joints.len()];
        for (at, joint) in joints.iter().enumerate() {
            let out = &mut work.out[joint.from];
            places[out.end] = at;
            out.end += 1;
        }
        work.joints.extend(places.iter().map(|at| joints[*at]));
        if ordered {
            for out in &work.out {
                work.joints[out.clone()].sort_by(|a, b| a.link.order.cmp(&b.link.order));
            }
        }
        work
    }

    /// The links that leave a sticky.
    fn leaving(&self, at: usize) -> &[Joint<'a, usize>] {
        &self.joints[self.out[at].clone()]
    }

    fn note(&mut self, place: Place, message: impl Into<String>) {
        self.topology.notes.push(Note { place, message: message.into() });
    }

    fn collect_messages(&mut self) {
        let mut named: Vec<(MessageKind, &'a str, usize)> = Vec::new();
        for at in 0..self.stickies.len() {
            let Some(kind) = message_kind(self.kinds[at]) else { continue };
            let (id, sticky) = self.stickies[at];
            if sticky.name.is_empty() {
                self.note(Place::Sticky(id), ways::UNNAMED_MESSAGE);
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
        let mut hosts: Vec<(usize, Option<&'a str>, Option<FrameId>)> = Vec::new();
        let mut names: Vec<&'a str> = Vec::new();
        for at in 0..self.stickies.len() {
            if !self.kinds[at].is_reaction() {
                continue;
            }
            let (id, sticky) = self.stickies[at];
            self.reaction_at[at] = Some(ReactionIx(hosts.len()));
            let (frame, service) = frames.around(sticky.rect().center());
            let host = host_name(sticky, service);
            if host.is_none() && sticky.kind != StickyKind::Policy {
                self.note(Place::Sticky(id), ways::UNNAMED_REACTION);
            }
            names.extend(host);
            hosts.push((at, host, frame));
        }
        names.sort_unstable();
        names.dedup();
        let parties: FxHashMap<&str, PartyIx> =
            names.iter().enumerate().map(|(i, n)| (*n, PartyIx(i))).collect();
        self.topology.parties = names
            .iter()
            .map(|name| Party { name: (*name).to_owned(), external: false, reactions: Vec::new() })
            .collect();
        self.topology.reactions.reserve_exact(hosts.len());
        for (i, (at, host, frame)) in hosts.into_iter().enumerate() {
            let (sticky, kind) = (self.stickies[at].0, self.kinds[at]);
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
            if self.kinds[at] != StickyKind::Channel {
                continue;
            }
            let (id, sticky) = self.stickies[at];
            if sticky.name.is_empty() {
                self.note(Place::Sticky(id), ways::UNNAMED_CHANNEL);
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
                self.topology.known.default_channel = Some(ix);
            }
            self.topology.channels.push(ChannelUse { name: name.to_owned(), stickies, routes: Vec::new() });
        }
    }

    fn find_routes(&mut self) {
        let mut used = vec![false; self.stickies.len()];
        let arriving = self.joints.iter().filter(|joint| joint.meaning.is_some_and(ways::reaches));
        self.topology.routes.reserve(arriving.count());
        for at in 0..self.stickies.len() {
            let Some(message) = self.message_at[at] else { continue };
            let start = self.topology.routes.len();
            if self.leaving(at).iter().any(|joint| joint.meaning == Some(Meaning::Enters)) {
                for way in ways::ways(at, |at| self.leaving(at)) {
                    way.stations.iter().for_each(|station| used[*station] = true);
                    self.add_route(message, at, way);
                }
            } else {
                for joint in self.out[at].clone() {
                    let joint = self.joints[joint];
                    if joint.meaning.is_some_and(ways::reaches) {
                        let way = Way { links: vec![joint.id], stations: Vec::new(), to: joint.to };
                        self.add_route(message, at, way);
                    }
                }
            }
            self.routes_from[at] = start..self.topology.routes.len();
        }
        for (at, used) in used.into_iter().enumerate() {
            if self.kinds[at] == StickyKind::Channel && !used {
                let id = self.stickies[at].0;
                self.note(Place::Sticky(id), ways::UNUSED_CHANNEL);
            }
        }
    }

    fn add_route(&mut self, message: MessageIx, from: usize, way: Way<usize>) {
        let Way { links, stations, to } = way;
        let Some(reaction) = self.reaction_at[to] else { return };
        let mode = ways::mode_of_way(self.board, &self.topology[message], &links, !stations.is_empty());
        let mut channels: Vec<ChannelIx> =
            stations.iter().filter_map(|station| self.channel_at[*station]).collect();
        if channels.is_empty() && mode == Mode::Asynchronous {
            channels.extend(self.topology.known.default_channel);
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
            let out = self.out[place].clone();
            // An output is large: no room for those that never come.
            self.topology.reactions[at.0].outputs.reserve_exact(out.len());
            for joint in out {
                let joint = self.joints[joint];
                if !joint.meaning.is_some_and(ways::gives) {
                    continue;
                }
                let Some(message) = self.message_at[joint.to] else { continue };
                let output = self.output(&joint, message);
                let outputs = &mut self.topology.reactions[at.0].outputs;
                self.topology.messages[message.0].producers.push((at, outputs.len()));
                outputs.push(output);
            }
        }
        let mut entries: Vec<&Joint<'a, usize>> =
            self.joints.iter().filter(|joint| joint.meaning == Some(Meaning::Entry)).collect();
        entries.sort_unstable_by_key(|joint| joint.id);
        for joint in entries {
            if let Some(message) = self.message_at[joint.to] {
                self.topology.messages[message.0].issuers.push(joint.link.from);
            }
        }
    }

    fn output(&self, joint: &Joint<'a, usize>, at: MessageIx) -> Output {
        let local = self.routes_from[joint.to].clone();
        let message = (at, &self.topology[at]);
        ways::output(self.board, (joint.id, joint.link), message, local, &self.topology.routes)
    }

    /// Keeps what later edits are followed by.
    fn remember(&mut self) {
        let known = (0..self.stickies.len()).map(|at| KnownSticky {
            id: self.stickies[at].0,
            kind: self.kinds[at],
            message: self.message_at[at],
            channel: self.channel_at[at],
        });
        self.topology.known.stickies = known.collect();
    }
}

/// Where each sticky stands in the list of all. Ids are counted up by each peer, so a table per peer finds them at once;
/// where somebody's numbers are far apart they are looked for.
struct Places {
    /// The least number of each peer's stickies, and their places from there on; `usize::MAX` where there is none.
    tables: FxHashMap<u32, (u32, Vec<usize>)>,
    /// The ids of peers without a table, in order, with their places.
    sparse: Vec<(StickyId, usize)>,
}

impl Places {
    fn new(stickies: &[(StickyId, &Sticky)]) -> Self {
        let mut places = Self { tables: FxHashMap::default(), sparse: Vec::new() };
        let mut at = 0;
        for own in stickies.chunk_by(|a, b| a.0.0.peer == b.0.0.peer) {
            let (first, last) = (own[0].0.0, own[own.len() - 1].0.0);
            let span = (last.counter - first.counter) as usize;
            if span / 8 <= own.len() {
                let mut table = vec![usize::MAX; span + 1];
                for (place, (id, _)) in (at..).zip(own) {
                    table[(id.0.counter - first.counter) as usize] = place;
                }
                places.tables.insert(first.peer, (first.counter, table));
            } else {
                places.sparse.extend(own.iter().zip(at..).map(|((id, _), place)| (*id, place)));
            }
            at += own.len();
        }
        places
    }

    fn get(&self, id: StickyId) -> Option<usize> {
        if let Some((first, table)) = self.tables.get(&id.0.peer) {
            let place = *table.get(id.0.counter.checked_sub(*first)? as usize)?;
            return (place != usize::MAX).then_some(place);
        }
        let found = self.sparse.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.sparse[found].1)
    }
}

pub(super) fn host_name<'a>(sticky: &'a Sticky, service_of_frame: Option<&'a str>) -> Option<&'a str> {
    let own = Some(sticky.name.as_str()).filter(|name| !name.is_empty());
    match sticky.kind {
        StickyKind::Policy => service_of_frame,
        StickyKind::Aggregate | StickyKind::ReadModel => service_of_frame.or(own),
        _ => own,
    }
}

/// Frames from the smallest, so that the first around a point is the innermost.
pub(super) struct FramesByArea<'a>(Vec<(FrameId, &'a Frame, Rect)>);

impl<'a> FramesByArea<'a> {
    pub(super) fn new(board: &'a Board) -> Self {
        let mut frames: Vec<_> = board.frames.iter().map(|(id, frame)| (*id, frame, frame.rect())).collect();
        frames.sort_by(|(_, a, _), (_, b, _)| (a.size.w * a.size.h).total_cmp(&(b.size.w * b.size.h)));
        Self(frames)
    }

    /// The innermost frame around a point, and the service of the innermost one that is bound to a service.
    pub(super) fn around(&self, point: Point) -> (Option<FrameId>, Option<&'a str>) {
        let mut around = self.0.iter().filter(|(.., rect)| rect.contains(point)).peekable();
        let innermost = around.peek().map(|(id, ..)| *id);
        let service = around.map(|(_, frame, _)| frame.service.as_str()).find(|service| !service.is_empty());
        (innermost, service)
    }
}
