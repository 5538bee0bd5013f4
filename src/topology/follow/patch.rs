//! Patching what an edit changes into a topology, table by table, so that the result is what deriving anew would give.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Plan;
use super::splice::splice;
use crate::board::{Board, Link, LinkId, Meaning, Mode, StickyId, StickyKind, notation};
use crate::topology::derive::{FramesByArea, host_name, message_kind};
use crate::topology::known::{KnownLink, KnownSticky};
use crate::topology::ways::{self, Joint};
use crate::topology::{
    ChannelIx, ChannelUse, Message, MessageIx, MessageKind, Note, Party, PartyIx, Place, Reaction,
    ReactionIx, Route, RouteIx, Topology,
};

/// Patches a topology of the board before into that of the board now.
pub(super) fn patch(topology: &mut Topology, plan: &Plan<'_>) {
    let again = Again::of(topology, plan);
    let mut patch = Patch { board: plan.board, topology, plan };
    patch.forget_outputs(&again.senders);
    patch.messages_and_channels();
    patch.reactions_and_parties();
    patch.links();
    let leaving = patch.leaving(&again);
    patch.routes(&again.origins, &leaving);
    patch.outputs(&again.senders, &leaving);
    patch.issuers(&again.issued);
    patch.notes();
}

/// What is derived again, by the links before and now.
struct Again {
    /// Stickies of messages whose ways are found again.
    origins: BTreeSet<StickyId>,
    /// Stickies of reactions whose outputs are told again.
    senders: BTreeSet<StickyId>,
    /// Stickies of messages whose issuers are looked up again.
    issued: BTreeSet<StickyId>,
}

impl Again {
    fn of(topology: &Topology, plan: &Plan<'_>) -> Self {
        let (known, board) = (&topology.known, plan.board);
        let kinds = |id: StickyId| known.kind(id).into_iter().chain(board.stickies.get(&id).map(|s| s.kind));
        let (mut origins, mut senders, mut issued) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let before = plan.links.iter().filter_map(|id| known.link(*id)).map(|link| (link.from, link.to));
        let now = plan.links.iter().filter_map(|id| board.links.get(id)).map(|link| (link.from, link.to));
        let joined: Vec<(StickyId, StickyId)> = before.chain(now).collect();
        let mut stations: BTreeSet<StickyId> = BTreeSet::new();
        for (from, to) in &joined {
            for kind in kinds(*from) {
                if message_kind(kind).is_some() {
                    origins.insert(*from);
                } else if kind == StickyKind::Channel {
                    stations.insert(*from);
                } else if kind.is_reaction() {
                    senders.insert(*from);
                }
            }
            issued.extend(kinds(*to).any(|kind| message_kind(kind).is_some()).then_some(*to));
        }
        let shows_message = |id: &&StickyId| kinds(**id).any(|kind| message_kind(kind).is_some());
        origins.extend(plan.changed.iter().filter(shows_message));
        // A message lives on without the stickies it had where others show it now.
        issued.extend(plan.changed.iter().filter(shows_message));
        let left = plan.changed.iter().filter_map(|id| known.sticky(*id)?.message);
        left.for_each(|message| issued.extend(&topology[message].stickies));
        // Whatever enters a channel whose ways change takes other ways.
        let mut passed = stations.clone();
        while !stations.is_empty() {
            let entering = known.links.iter().map(|link| (link.from, link.to)).chain(joined.iter().copied());
            let entering: Vec<StickyId> =
                entering.filter(|(_, to)| stations.contains(to)).map(|(from, _)| from).collect();
            stations.clear();
            for from in entering {
                for kind in kinds(from) {
                    if message_kind(kind).is_some() {
                        origins.insert(from);
                    } else if kind == StickyKind::Channel && passed.insert(from) {
                        stations.insert(from);
                    }
                }
            }
        }
        for message in &plan.redefined {
            origins.extend(&topology[*message].stickies);
        }
        // Who sends a message with other ways does something else, from whichever sticky.
        let mut messages: BTreeSet<MessageIx> = plan.redefined.iter().copied().collect();
        for origin in &origins {
            messages.extend(known.sticky(*origin).and_then(|known| known.message));
            let now = board.stickies.get(origin);
            let named = now.and_then(|sticky| topology.message(message_kind(sticky.kind)?, &sticky.name));
            messages.extend(named);
        }
        for message in messages {
            let producers = topology[message].producers.iter();
            senders.extend(producers.map(|(reaction, _)| topology[*reaction].sticky));
        }
        Self { origins, senders, issued }
    }
}

/// The links that leave stickies, in the order a reaction follows them.
type Leaving<'b> = FxHashMap<StickyId, Vec<Joint<'b, StickyId>>>;

struct Patch<'t, 'b> {
    board: &'b Board,
    topology: &'t mut Topology,
    plan: &'t Plan<'b>,
}

impl<'b> Patch<'_, 'b> {
    fn forget_outputs(&mut self, senders: &BTreeSet<StickyId>) {
        let mut messages: BTreeSet<MessageIx> = BTreeSet::new();
        let mut reactions: FxHashSet<ReactionIx> = FxHashSet::default();
        for sender in senders {
            let Some(at) = self.topology.reaction(*sender) else { continue };
            let outputs = std::mem::take(&mut self.topology.reactions[at.0].outputs);
            messages.extend(outputs.iter().map(|output| output.message));
            reactions.insert(at);
        }
        for message in messages {
            let producers = &mut self.topology.messages[message.0].producers;
            producers.retain(|(reaction, _)| !reactions.contains(reaction));
        }
    }

    /// Puts the changed stickies under what they show now.
    fn messages_and_channels(&mut self) {
        let mut empty: (BTreeSet<usize>, BTreeSet<usize>) = Default::default();
        for id in &self.plan.changed {
            let Some(known) = self.topology.known.sticky(*id).copied() else { continue };
            if let Some(MessageIx(at)) = known.message {
                self.topology.messages[at].stickies.retain(|sticky| sticky != id);
                empty.0.insert(at);
            }
            if let Some(ChannelIx(at)) = known.channel {
                self.topology.channels[at].stickies.retain(|sticky| sticky != id);
                empty.1.insert(at);
            }
            self.topology.known.set_sticky(*id, None);
        }
        let mut messages: BTreeMap<(MessageKind, &str), Vec<StickyId>> = BTreeMap::new();
        let mut channels: BTreeMap<&str, Vec<StickyId>> = BTreeMap::new();
        let mut ids = self.plan.changed.clone();
        ids.sort_unstable();
        for id in &ids {
            let Some(sticky) = self.board.stickies.get(id) else { continue };
            let name = sticky.name.as_str();
            if let Some(kind) = message_kind(sticky.kind).filter(|_| !name.is_empty()) {
                match self.topology.message(kind, name) {
                    Some(at) => insert(&mut self.topology.messages[at.0].stickies, *id),
                    None => messages.entry((kind, name)).or_default().push(*id),
                }
            } else if sticky.kind == StickyKind::Channel {
                match self.topology.channel(name) {
                    Some(at) => insert(&mut self.topology.channels[at.0].stickies, *id),
                    None => channels.entry(name).or_default().push(*id),
                }
            }
        }
        let gone = empty.0.into_iter().filter(|at| self.topology.messages[*at].stickies.is_empty());
        let gone: Vec<usize> = gone.collect();
        let new = messages.into_iter().map(|((kind, name), stickies)| Message {
            kind,
            name: name.to_owned(),
            stickies,
            routes: Vec::new(),
            producers: Vec::new(),
            issuers: Vec::new(),
        });
        let (moved_messages, _) = splice(&mut self.topology.messages, &gone, new.collect(), |a, b| {
            (a.kind, &a.name) < (b.kind, &b.name)
        });
        let default = self.topology.known.default_channel;
        let gone = empty
            .1
            .into_iter()
            .filter(|at| self.topology.channels[*at].stickies.is_empty() && default != Some(ChannelIx(*at)));
        let gone: Vec<usize> = gone.collect();
        let new = channels.into_iter().map(|(name, stickies)| ChannelUse {
            name: name.to_owned(),
            stickies,
            routes: Vec::new(),
        });
        let (moved_channels, _) =
            splice(&mut self.topology.channels, &gone, new.collect(), |a, b| a.name < b.name);
        let Topology { routes, reactions, known, .. } = &mut *self.topology;
        if !moved_messages.none() {
            routes.iter_mut().for_each(|route| moved_messages.renumber(&mut route.message.0));
            let outputs = reactions.iter_mut().flat_map(|reaction| &mut reaction.outputs);
            outputs.for_each(|output| moved_messages.renumber(&mut output.message.0));
            let shown = known.stickies.iter_mut().filter_map(|sticky| sticky.message.as_mut());
            shown.for_each(|message| moved_messages.renumber(&mut message.0));
        }
        if !moved_channels.none() {
            let passed = routes.iter_mut().flat_map(|route| &mut route.channels);
            let shown = known.stickies.iter_mut().filter_map(|sticky| sticky.channel.as_mut());
            let all = passed.chain(shown).chain(&mut known.default_channel);
            all.for_each(|channel| moved_channels.renumber(&mut channel.0));
        }
        for id in &self.plan.changed {
            let Some(sticky) = self.board.stickies.get(id) else { continue };
            let message =
                message_kind(sticky.kind).and_then(|kind| self.topology.message(kind, &sticky.name));
            let channel = (sticky.kind == StickyKind::Channel).then(|| self.topology.channel(&sticky.name));
            let channel = channel.flatten();
            let known = KnownSticky { id: *id, kind: sticky.kind, message, channel };
            self.topology.known.set_sticky(*id, Some(known));
        }
    }

    fn reactions_and_parties(&mut self) {
        let Self { board, plan, .. } = *self;
        let mut gone: Vec<usize> =
            plan.changed.iter().filter_map(|id| self.topology.reaction(*id)).map(|at| at.0).collect();
        gone.sort_unstable();
        let stickies = plan.changed.iter().filter_map(|id| board.stickies.get(id).map(|s| (*id, s.kind)));
        let mut new: Vec<(StickyId, StickyKind)> = stickies.filter(|(_, kind)| kind.is_reaction()).collect();
        new.sort_unstable_by_key(|(id, _)| *id);
        let mut placed: Vec<StickyId> = new.iter().map(|(id, _)| *id).collect();
        placed.extend(&plan.rehosted);
        if gone.is_empty() && placed.is_empty() {
            return;
        }
        let Topology { reactions, routes, messages, parties, .. } = &mut *self.topology;
        let new = new.into_iter().map(|(sticky, kind)| Reaction {
            sticky,
            kind,
            host: None,
            frame: None,
            triggers: Vec::new(),
            outputs: Vec::new(),
        });
        let (moved, _) = splice(reactions, &gone, new.collect(), |a, b| a.sticky < b.sticky);
        if !moved.none() {
            routes.iter_mut().for_each(|route| moved.renumber(&mut route.reaction.0));
            for message in messages {
                moved.retain(&mut message.producers, |(reaction, _)| &mut reaction.0);
            }
            parties.iter_mut().for_each(|party| moved.retain(&mut party.reactions, |at| &mut at.0));
        }
        self.host(&placed);
    }

    /// Finds host and frame of reactions anew.
    fn host(&mut self, placed: &[StickyId]) {
        let frames = FramesByArea::new(self.board);
        let mut hosts: Vec<(ReactionIx, &'b str)> = Vec::new();
        let mut unknown: BTreeSet<&'b str> = BTreeSet::new();
        for id in placed {
            let Some(at) = self.topology.reaction(*id) else { continue };
            let sticky = &self.board.stickies[id];
            let (frame, service) = frames.around(sticky.rect().center());
            let reaction = &mut self.topology.reactions[at.0];
            reaction.frame = frame;
            if let Some(PartyIx(before)) = reaction.host.take() {
                self.topology.parties[before].reactions.retain(|reaction| *reaction != at);
            }
            if let Some(host) = host_name(sticky, service) {
                match self.topology.party(host) {
                    Some(party) => insert(&mut self.topology.parties[party.0].reactions, at),
                    None => drop(unknown.insert(host)),
                }
                hosts.push((at, host));
            }
        }
        let Topology { reactions, parties, .. } = &mut *self.topology;
        let all = parties.iter().enumerate();
        let gone: Vec<usize> =
            all.filter(|(_, party)| party.reactions.is_empty()).map(|(at, _)| at).collect();
        let new = unknown.iter().map(|name| Party {
            name: (*name).to_owned(),
            external: false,
            reactions: hosts.iter().filter(|(_, host)| host == name).map(|(at, _)| *at).collect(),
        });
        let (moved, _) = splice(parties, &gone, new.collect(), |a, b| a.name < b.name);
        if !moved.none() {
            let known = reactions.iter_mut().filter_map(|reaction| reaction.host.as_mut());
            known.for_each(|host| moved.renumber(&mut host.0));
        }
        for party in parties {
            party.reactions.sort_unstable();
            party.external =
                party.reactions.iter().any(|reaction| reactions[reaction.0].kind == StickyKind::External);
        }
        for (at, host) in hosts {
            self.topology.reactions[at.0].host = self.topology.party(host);
        }
    }

    /// Notes what the links join now.
    fn links(&mut self) {
        for id in &self.plan.links {
            let link = self.board.links.get(id);
            let now = link.map(|link| KnownLink { id: *id, from: link.from, to: link.to });
            self.topology.known.set_link(*id, now);
        }
    }

    /// The links that leave what is derived again, and the channels on its ways.
    fn leaving(&self, again: &Again) -> Leaving<'b> {
        let known = &self.topology.known;
        let mut wanted: FxHashSet<StickyId> = again.origins.union(&again.senders).copied().collect();
        let mut leaving = Leaving::default();
        while !wanted.is_empty() {
            let mut stations: FxHashSet<StickyId> = FxHashSet::default();
            for KnownLink { id, from, to } in known.links.iter().filter(|link| wanted.contains(&link.from)) {
                let (Some(kind), Some(into)) = (known.kind(*from), known.kind(*to)) else { continue };
                let meaning = notation::meaning(kind, into);
                let joint = Joint { id: *id, link: &self.board.links[id], from: *from, to: *to, meaning };
                leaving.entry(*from).or_default().push(joint);
                stations.extend((meaning == Some(Meaning::Enters)).then_some(*to));
            }
            stations.retain(|station| !leaving.contains_key(station));
            wanted = stations;
        }
        leaving.values_mut().for_each(|joints| joints.sort_by(|a, b| a.link.order.cmp(&b.link.order)));
        leaving
    }

    /// The routes that begin at a message sticky.
    fn routes_from(&self, sticky: StickyId) -> Range<usize> {
        let routes = &self.topology.routes;
        routes.partition_point(|route| route.from < sticky)
            ..routes.partition_point(|route| route.from <= sticky)
    }

    fn routes(&mut self, origins: &BTreeSet<StickyId>, leaving: &Leaving<'b>) {
        let gone: Vec<usize> = origins.iter().flat_map(|origin| self.routes_from(*origin)).collect();
        let new: Vec<Route> = origins.iter().flat_map(|origin| self.routes_of(*origin, leaving)).collect();
        let Topology { routes, messages, channels, reactions, .. } = &mut *self.topology;
        let (moved, places) = splice(routes, &gone, new, |a, b| a.from < b.from);
        if moved.none() {
            return;
        }
        for message in &mut *messages {
            moved.retain(&mut message.routes, |route| &mut route.0);
        }
        for channel in &mut *channels {
            moved.retain(&mut channel.routes, |route| &mut route.0);
        }
        for reaction in &mut *reactions {
            moved.retain(&mut reaction.triggers, |route| &mut route.0);
            for output in &mut reaction.outputs {
                moved.retain(&mut output.routes, |route| &mut route.0);
            }
        }
        for place in places {
            let (route, at) = (&routes[place], RouteIx(place));
            insert(&mut messages[route.message.0].routes, at);
            route.channels.iter().for_each(|channel| insert(&mut channels[channel.0].routes, at));
            insert(&mut reactions[route.reaction.0].triggers, at);
        }
    }

    fn routes_of(&self, from: StickyId, leaving: &Leaving<'b>) -> Vec<Route> {
        let known = &self.topology.known;
        let Some(message) = known.sticky(from).and_then(|known| known.message) else { return Vec::new() };
        let found = ways::ways(from, |at| leaving.get(&at).map_or(&[][..], Vec::as_slice));
        let routes = found.into_iter().filter_map(|way| {
            let reaction = self.topology.reaction(way.to)?;
            let through = !way.stations.is_empty();
            let mode = ways::mode_of_way(self.board, &self.topology[message], &way.links, through);
            let stations = way.stations.iter().filter_map(|station| known.sticky(*station)?.channel);
            let mut channels: Vec<ChannelIx> = stations.collect();
            if channels.is_empty() && mode == Mode::Asynchronous {
                channels.extend(known.default_channel);
            }
            let (links, stations) = (way.links, way.stations);
            Some(Route { message, from, links, stations, channels, reaction, mode })
        });
        routes.collect()
    }

    fn outputs(&mut self, senders: &BTreeSet<StickyId>, leaving: &Leaving<'b>) {
        for sender in senders {
            let Some(at) = self.topology.reaction(*sender) else { continue };
            let joints = leaving.get(sender).map_or(&[][..], Vec::as_slice);
            let mut outputs = Vec::new();
            for joint in joints.iter().filter(|joint| joint.meaning.is_some_and(ways::gives)) {
                let Some(message) = self.topology.known.sticky(joint.to).and_then(|known| known.message)
                else {
                    continue;
                };
                let link: (LinkId, &Link) = (joint.id, joint.link);
                let local = self.routes_from(joint.to);
                let told = (message, &self.topology[message]);
                let output = ways::output(self.board, link, told, local, &self.topology.routes);
                insert(&mut self.topology.messages[message.0].producers, (at, outputs.len()));
                outputs.push(output);
            }
            self.topology.reactions[at.0].outputs = outputs;
        }
    }

    fn issuers(&mut self, issued: &BTreeSet<StickyId>) {
        let Topology { messages, known, .. } = &mut *self.topology;
        let shown = issued.iter().filter_map(|sticky| known.sticky(*sticky)?.message);
        let again: BTreeSet<MessageIx> = shown.collect();
        let mut stickies: FxHashMap<StickyId, MessageIx> = FxHashMap::default();
        for at in again {
            let message = &mut messages[at.0];
            message.issuers.clear();
            stickies.extend(message.stickies.iter().map(|sticky| (*sticky, at)));
        }
        for link in &known.links {
            let Some(message) = stickies.get(&link.to) else { continue };
            let kinds = known.kind(link.from).zip(known.kind(link.to));
            if kinds.and_then(|(from, to)| notation::meaning(from, to)) == Some(Meaning::Entry) {
                messages[message.0].issuers.push(link.from);
            }
        }
    }

    /// Says anew what is to be said of the links and stickies concerned, and of channels nothing passes.
    fn notes(&mut self) {
        let Self { board, plan, .. } = *self;
        let Topology { notes, known, routes, channels, reactions, .. } = &mut *self.topology;
        let concerned: BTreeSet<StickyId> = plan.changed.iter().chain(&plan.rehosted).copied().collect();
        notes.retain(|note| match note.place {
            Place::Link(id) => !plan.links.contains(&id),
            Place::Sticky(id) => !concerned.contains(&id) && note.message != ways::UNUSED_CHANNEL,
        });
        for id in &plan.links {
            let Some(link) = known.link(*id) else { continue };
            let said = ways::note_on_link(known.kind(link.from), known.kind(link.to));
            notes.extend(said.map(|message| Note { place: Place::Link(*id), message }));
        }
        for id in concerned {
            let Some(sticky) = board.stickies.get(&id) else { continue };
            let hosted = |id| {
                reactions.binary_search_by_key(&id, |reaction| reaction.sticky).map(|at| reactions[at].host)
            };
            let said = if message_kind(sticky.kind).is_some() && sticky.name.is_empty() {
                Some(ways::UNNAMED_MESSAGE)
            } else if sticky.kind == StickyKind::Channel && sticky.name.is_empty() {
                Some(ways::UNNAMED_CHANNEL)
            } else {
                let nobody = hosted(id) == Ok(None) && sticky.kind != StickyKind::Policy;
                nobody.then_some(ways::UNNAMED_REACTION)
            };
            notes.extend(said.map(|said| Note { place: Place::Sticky(id), message: said.to_owned() }));
        }
        let used: FxHashSet<StickyId> = routes.iter().flat_map(|route| &route.stations).copied().collect();
        let unused = channels.iter().flat_map(|channel| &channel.stickies).filter(|id| !used.contains(id));
        notes.extend(
            unused.map(|id| Note { place: Place::Sticky(*id), message: ways::UNUSED_CHANNEL.to_owned() }),
        );
        notes.sort_by_key(|note| note.place);
    }
}

/// Puts an item into an ascending list.
fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    list.insert(list.partition_point(|other| *other <= item), item);
}
