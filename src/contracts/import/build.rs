//! A board from what was gathered: definitions by name, a sticky for each reaction, laid out by the timeline.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::columns;
use super::gathered::{Does, Entry, Gathered, MessageKey, ReactionSaid, Use};
use super::tower;
use crate::board::{
    Board, Fields, Frame, FrameId, FrameKind, Id, IdGen, Link, LinkId, Mode, Outcome, Point, Size, Sticky,
    StickyId, StickyKind, Version, order,
};
use crate::contracts::model::{Action, POLICIES};
use crate::topology::layered::{Graph, Node};
use crate::topology::{MessageIx, MessageKind, derive, timeline};

/// The most new stickies that are arranged with care, which takes time that grows with their cube.
const ARRANGED_MAX: usize = 1_200;

/// Makes a board, or brings one up to date: what it has already stays where it stands.
#[must_use]
pub fn build(gathered: &Gathered, base: Option<&Board>) -> Board {
    let mut board = base.cloned().unwrap_or_default();
    definitions(gathered, &mut board, base.is_none());
    let mut builder = Builder::new(gathered, board, base.map(Standing::of).unwrap_or_default());
    for reaction in reactions(gathered) {
        builder.reaction(&reaction);
    }
    for entry in &gathered.entries {
        builder.entry(entry);
    }
    builder.silent_services();
    builder.lay_out(base.is_some())
}

fn definitions(gathered: &Gathered, board: &mut Board, fresh: bool) {
    if fresh {
        board.settings = gathered.settings.clone();
    }
    for (name, service) in &gathered.services {
        update(board.services.entry(name.clone()).or_default(), service);
    }
    for (name, channel) in &gathered.channels {
        update(board.channels.entry(name.clone()).or_default(), channel);
    }
    for ((kind, name), said) in &gathered.messages {
        match kind {
            MessageKind::Event => {
                let own = board.events.entry(name.clone()).or_default();
                update(own, &said.event);
                update_text(&mut own.description, &said.description);
                merge_versions(&mut own.versions, &said.versions);
            }
            MessageKind::Command => {
                let own = board.commands.entry(name.clone()).or_default();
                update(own, &said.command);
                update_text(&mut own.description, &said.description);
                merge_versions(&mut own.versions, &said.versions);
            }
            MessageKind::Query => {
                let own = board.queries.entry(name.clone()).or_default();
                update(own, &said.query);
                update_text(&mut own.description, &said.description);
                if let Some(version) = said.versions.last().filter(|version| !version.schema.is_empty()) {
                    own.request.clone_from(&version.schema);
                }
                if let Some(response) = said.response.as_ref().filter(|response| !response.is_empty()) {
                    own.response.clone_from(response);
                }
            }
        }
    }
}

/// Takes over what documents state; what they are silent about stays.
fn update<R: Fields + Default + PartialEq>(own: &mut R, said: &R) {
    let silent = R::default();
    if *said == silent {
        return;
    }
    for field in R::NAMES {
        if let Some(value) = said.get(field).filter(|value| silent.get(field).as_ref() != Some(value)) {
            own.set(field, &value).expect("a record takes what another of its kind has");
        }
    }
}

fn update_text(own: &mut String, said: &str) {
    if !said.is_empty() {
        said.clone_into(own);
    }
}

fn merge_versions(own: &mut Vec<Version>, said: &[Version]) {
    // A message of which nothing is known but its name has no version to state.
    let empty = |version: &Version| {
        version.schema.is_empty() && version.examples.is_empty() && version.notes.is_empty()
    };
    if said.len() == 1 && said.iter().all(empty) {
        return;
    }
    for version in said {
        match own.iter_mut().find(|old| old.version == version.version) {
            Some(old) => update(old, version),
            None => own.push(version.clone()),
        }
    }
}

/// A message a reaction receives or sends.
type Named = BTreeSet<MessageKey>;

/// A reaction that stands on the board already.
struct Stands {
    sticky: StickyId,
    service: String,
    on: Named,
    does: Named,
    /// A reaction that documents state has been found to be this one.
    found: Cell<bool>,
}

/// What stands on the board already: reactions, and the stickies messages travel by.
#[derive(Default)]
struct Standing {
    reactions: Vec<Stands>,
    messages: BTreeMap<Spot, StickyId>,
    channels: BTreeMap<(Spot, Vec<String>), StickyId>,
    issuers: BTreeMap<(StickyKind, String), StickyId>,
    /// The channels by which a message reaches a reaction, and the link by which it comes in.
    ways: BTreeMap<(MessageKey, StickyId), Vec<(Vec<String>, LinkId)>>,
}

impl Standing {
    fn of(board: &Board) -> Self {
        let topology = derive(board);
        let mut out = Self::default();
        for (id, sticky) in &board.stickies {
            if sticky.kind == StickyKind::Event {
                out.messages.entry(((MessageKind::Event, sticky.name.clone()), None)).or_insert(*id);
            } else if matches!(sticky.kind, StickyKind::Actor | StickyKind::Ui) {
                out.issuers.entry((sticky.kind, sticky.name.clone())).or_insert(*id);
            }
        }
        for route in &topology.routes {
            let message = &topology[route.message];
            let way: Vec<String> = route.channels.iter().map(|ix| topology[*ix].name.clone()).collect();
            let at = spot(&(message.kind, message.name.clone()), route.mode, way.first().map(String::as_str));
            out.messages.entry(at.clone()).or_insert(route.from);
            for (n, station) in route.stations.iter().enumerate().take(way.len()) {
                out.channels.entry((at.clone(), way[..=n].to_vec())).or_insert(*station);
            }
            if let Some(last) = route.links.last() {
                let end = (at.0, topology[route.reaction].sticky);
                out.ways.entry(end).or_default().push((way, *last));
            }
        }
        for reaction in &topology.reactions {
            let service = match reaction.host {
                Some(party) => topology[party].name.clone(),
                None => POLICIES.to_owned(),
            };
            let key = |ix: MessageIx| (topology[ix].kind, topology[ix].name.clone());
            out.reactions.push(Stands {
                sticky: reaction.sticky,
                service,
                on: reaction.triggers.iter().map(|route| key(topology[*route].message)).collect(),
                does: reaction.outputs.iter().map(|output| key(output.message)).collect(),
                found: Cell::new(false),
            });
        }
        out
    }

    /// The link by which a reaction gets a message that enters as documents say, and on the board goes on through
    /// channels they do not know of: a queue put before the reaction since.
    fn led_on(&self, used: &Use, sticky: StickyId, way: &[String]) -> Option<LinkId> {
        let stand = self.ways.get(&(used.message.clone(), sticky))?;
        // A command that is said to be called directly is another call than the one by way of channels.
        let called = way.is_empty() && used.message.0 != MessageKind::Event;
        if called || stand.iter().any(|(stands, _)| stands == way) {
            return None;
        }
        let led_on = |stands: &[String]| stands.starts_with(way) && !used.ways.contains(stands);
        stand.iter().find(|(stands, _)| led_on(stands)).map(|(_, link)| *link)
    }

    /// The standing reaction that is the same as one of a document: same service and triggers and as much sent, else
    /// same triggers, else some trigger in common.
    fn find(&self, said: &ReactionSaid, gathered: &Gathered) -> Option<StickyId> {
        let key = |at: &usize| gathered.uses[*at].message.clone();
        let on: Named = said.on.iter().map(key).collect();
        let does: Named = said.does.iter().flat_map(|does| &does.uses).map(key).collect();
        let own = || self.reactions.iter().filter(|stands| stands.service == said.service);
        // What documents do not state as a reaction may be any part of one.
        let free = |stands: &&Stands| !said.stated || !stands.found.get();
        let found = own()
            .find(|stands| stands.on == on && stands.does.is_superset(&does) && free(stands))
            .or_else(|| own().find(|stands| stands.on == on && free(stands)))
            .or_else(|| own().find(|stands| !stands.on.is_disjoint(&on) && free(stands)))?;
        found.found.set(true);
        Some(found.sticky)
    }
}

/// The reactions documents state, and those one must suppose: one for each message received that no reaction
/// mentions, and one for all that is sent without a stated cause.
fn reactions(gathered: &Gathered) -> Vec<ReactionSaid> {
    let mut out: Vec<ReactionSaid> = gathered.reactions().cloned().collect();
    let mentioned: BTreeSet<usize> = out
        .iter()
        .flat_map(|r| r.on.iter().copied().chain(r.does.iter().flat_map(|does| does.uses.iter().copied())))
        .collect();
    let mut causeless: BTreeMap<&str, Vec<Does>> = BTreeMap::new();
    for (at, used) in gathered.uses.iter().enumerate().filter(|(at, _)| !mentioned.contains(at)) {
        match used.action {
            Action::Receive => out.push(supposed(&used.service, vec![at], Vec::new())),
            Action::Send => causeless.entry(&used.service).or_default().push(Does::always(at)),
        }
    }
    out.extend(causeless.into_iter().map(|(service, does)| supposed(service, Vec::new(), does)));
    out
}

fn supposed(service: &str, on: Vec<usize>, does: Vec<Does>) -> ReactionSaid {
    let kind = if service == POLICIES { StickyKind::Policy } else { StickyKind::Service };
    ReactionSaid { service: service.to_owned(), kind, name: String::new(), stated: false, on, does }
}

/// Where a message's sticky leads: events reach all subscribers of their name, commands and queries go by channel.
type Spot = (MessageKey, Option<String>);

fn spot(message: &MessageKey, mode: Mode, channel: Option<&str>) -> Spot {
    let first = match message.0 {
        MessageKind::Event => None,
        _ => channel.map(str::to_owned).or_else(|| (mode == Mode::Asynchronous).then(String::new)),
    };
    (message.clone(), first)
}

struct Builder<'g> {
    gathered: &'g Gathered,
    board: Board,
    ids: IdGen,
    standing: Standing,
    messages: BTreeMap<Spot, StickyId>,
    channels: BTreeMap<(Spot, Vec<String>), StickyId>,
    issuers: BTreeMap<(StickyKind, String), StickyId>,
    /// The links between two stickies.
    between: BTreeMap<(StickyId, StickyId), Vec<LinkId>>,
    /// The links that stood before.
    stood: BTreeSet<LinkId>,
    fresh: Vec<StickyId>,
    homes: Homes,
}

impl<'g> Builder<'g> {
    fn new(gathered: &'g Gathered, board: Board, mut standing: Standing) -> Self {
        let mut between: BTreeMap<(StickyId, StickyId), Vec<LinkId>> = BTreeMap::new();
        for (id, link) in &board.links {
            between.entry((link.from, link.to)).or_default().push(*id);
        }
        let stood = board.links.keys().copied().collect();
        Self {
            gathered,
            ids: board.id_gen(0),
            board,
            messages: std::mem::take(&mut standing.messages),
            channels: std::mem::take(&mut standing.channels),
            issuers: std::mem::take(&mut standing.issuers),
            standing,
            between,
            stood,
            fresh: Vec::new(),
            homes: Homes::default(),
        }
    }

    fn sticky(&mut self, kind: StickyKind, name: &str) -> StickyId {
        let id = StickyId(self.ids.mint());
        self.board.stickies.insert(id, Sticky { kind, name: name.to_owned(), ..Sticky::default() });
        self.fresh.push(id);
        id
    }

    /// A link, made when there is none: one that stands keeps what people stated on it, and takes what is read.
    fn link(&mut self, from: StickyId, to: StickyId, link: Link) -> LinkId {
        let known = self.between.entry((from, to)).or_default();
        let same = |id: &&LinkId| self.board.links.get(*id).is_some_and(|old| old.outcome == link.outcome);
        let stood = |id: &&LinkId| self.stood.contains(id);
        if let Some(id) = known.iter().find(same).or_else(|| known.iter().find(stood)).copied() {
            self.take(id, link);
            return id;
        }
        let id = LinkId(self.ids.mint());
        known.push(id);
        self.board.links.insert(id, Link { from, to, ..link });
        id
    }

    /// A link that stands takes what is read; its place and outcome are people's.
    fn take(&mut self, id: LinkId, link: Link) {
        if let Some(old) = self.board.links.get_mut(&id) {
            update(old, &Link { order: String::new(), outcome: Outcome::Always, ..link });
        }
    }

    fn message(&mut self, spot: &Spot) -> StickyId {
        if let Some(id) = self.messages.get(spot) {
            return *id;
        }
        let kind = match spot.0.0 {
            MessageKind::Event => StickyKind::Event,
            MessageKind::Command => StickyKind::Command,
            MessageKind::Query => StickyKind::Query,
        };
        let id = self.sticky(kind, &spot.0.1);
        self.messages.insert(spot.clone(), id);
        id
    }

    /// The sticky at the end of a way through channels: the last channel's, or the message's own.
    fn end_of(&mut self, spot: &Spot, way: &[String]) -> StickyId {
        let mut at = self.message(spot);
        for n in 1..=way.len() {
            let key = (spot.clone(), way[..n].to_vec());
            let next = match self.channels.get(&key) {
                Some(id) => *id,
                None => {
                    let id = self.sticky(StickyKind::Channel, &way[n - 1]);
                    self.channels.insert(key, id);
                    self.link(at, id, Link::default());
                    id
                }
            };
            at = next;
        }
        at
    }

    fn reaction(&mut self, said: &ReactionSaid) {
        let sticky = match self.standing.find(said, self.gathered) {
            Some(sticky) => sticky,
            None => {
                let (kind, name) = self.look(said);
                self.sticky(kind, &name)
            }
        };
        let context = self.gathered.contexts.get(&said.service);
        if let Some(context) = context {
            self.homes.lives(sticky, context);
        }
        for at in &said.on {
            let used = &self.gathered.uses[*at];
            let straight = BTreeSet::from([Vec::new()]);
            for way in if used.ways.is_empty() { &straight } else { &used.ways } {
                let link = Link {
                    fields: used.fields.iter().cloned().collect(),
                    version: self.older_version(used),
                    mode: self.mode_override(used, way),
                    filter: used.filter.clone(),
                    ..Link::default()
                };
                if let Some(id) = self.standing.led_on(used, sticky, way) {
                    self.take(id, link);
                    continue;
                }
                let spot = spot(&used.message, used.mode, way.first().map(String::as_str));
                let from = self.end_of(&spot, way);
                self.homes.used(self.messages[&spot], used.message.0 != MessageKind::Event, context);
                if from != self.messages[&spot] {
                    self.homes.used(from, true, context);
                }
                self.link(from, sticky, link);
            }
        }
        let ends = [Id::new(0, 0), Id::new(u32::MAX, u32::MAX)].map(|id| (sticky, StickyId(id)));
        let out = self.between.range(ends[0]..=ends[1]);
        let orders = out.flat_map(|(_, links)| links).filter_map(|id| self.board.links.get(id));
        let mut place = orders.map(|link| link.order.clone()).max().unwrap_or_default();
        let mut links: Vec<Option<LinkId>> = Vec::new();
        for does in &said.does {
            let mut spots: Vec<(Spot, Option<Mode>)> = Vec::new();
            for at in &does.uses {
                let used = &self.gathered.uses[*at];
                let way = used.ways.first().cloned().unwrap_or_default();
                let spot = spot(&used.message, used.mode, way.first().map(String::as_str));
                if !spots.iter().any(|(other, _)| *other == spot) {
                    spots.push((spot, self.mode_override(used, &way)));
                }
            }
            let outcome =
                match (does.weight, does.on_failure_of.and_then(|n| links.get(n).copied().flatten())) {
                    (Some(weight), _) => Outcome::OneOf(weight),
                    (None, Some(link)) => Outcome::OnFailureOf(link),
                    (None, None) => Outcome::Always,
                };
            let mut first = None;
            for (spot, mode) in spots {
                let to = self.message(&spot);
                self.homes.used(to, spot.0.0 == MessageKind::Event, context);
                place = order::between(&place, "");
                let (order, outcome, note) = (place.clone(), outcome.clone(), does.note.clone());
                let id = self.link(sticky, to, Link { order, outcome, mode, note, ..Link::default() });
                first = first.or(Some(id));
            }
            links.push(first);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let key = (entry.kind, entry.name.clone());
        let from = match self.issuers.get(&key) {
            Some(id) => *id,
            None => {
                let id = self.sticky(entry.kind, &entry.name);
                self.issuers.insert(key, id);
                id
            }
        };
        let to = self.message(&spot(&entry.message, entry.mode, entry.channel.as_deref()));
        self.link(from, to, Link::default());
    }

    /// Services of which nothing but their existence is known stand for themselves.
    fn silent_services(&mut self) {
        let shown: BTreeSet<String> =
            self.board.stickies.values().map(|sticky| sticky.name.clone()).collect();
        for service in self.gathered.services.keys().filter(|name| !shown.contains(*name)) {
            let (kind, name) = self.look(&supposed(service, Vec::new(), Vec::new()));
            let sticky = self.sticky(kind, &name);
            if let Some(context) = self.gathered.contexts.get(service) {
                self.homes.lives(sticky, context);
            }
        }
    }

    /// The version to state on a link: none where it is the newest.
    fn older_version(&self, used: &Use) -> String {
        let said = self.gathered.messages.get(&used.message);
        let newest =
            said.and_then(|said| said.versions.last()).is_none_or(|last| last.version == used.version);
        if newest { String::new() } else { used.version.clone() }
    }

    /// The mode to state on a link: none where the definition says the same.
    fn mode_override(&self, used: &Use, way: &[String]) -> Option<Mode> {
        if used.message.0 != MessageKind::Command || !way.is_empty() {
            return None;
        }
        let stated = self.board.commands.get(&used.message.1).map(|command| command.mode).unwrap_or_default();
        (used.mode != stated).then_some(used.mode)
    }

    /// The kind and text of a reaction's sticky. Its host must come out right: where only a frame could say it, the
    /// sticky is the service's own.
    fn look(&self, said: &ReactionSaid) -> (StickyKind, String) {
        let external = self.gathered.external.contains(&said.service);
        match said.kind {
            StickyKind::Policy if said.service == POLICIES => (StickyKind::Policy, said.name.clone()),
            StickyKind::Aggregate | StickyKind::ReadModel => (said.kind, said.service.clone()),
            _ if external => (StickyKind::External, said.service.clone()),
            _ => (StickyKind::Service, said.service.clone()),
        }
    }

    /// Gives the new stickies places: all of a new board by the timeline, those of an old one below what stands.
    fn lay_out(mut self, grown: bool) -> Board {
        let place: BTreeMap<StickyId, usize> =
            self.fresh.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        // A frame that stands already keeps its place, so what is new to it cannot be put inside.
        let taken: BTreeSet<&str> = self.board.frames.values().map(|frame| frame.name.as_str()).collect();
        let contexts = self.homes.contexts();
        let contexts: Vec<&str> = contexts.into_iter().filter(|name| !taken.contains(name)).collect();
        let nodes: Vec<Node> = self
            .fresh
            .iter()
            .map(|id| {
                let size = self.board.stickies[id].size();
                let home = self.homes.home(*id);
                let cluster = home.and_then(|home| contexts.iter().position(|name| *name == home));
                Node { width: size.w, height: size.h, cluster, hint: None }
            })
            .collect();
        let ends = self
            .board
            .links
            .values()
            .filter_map(|link| Some((*place.get(&link.from)?, *place.get(&link.to)?)));
        let graph = Graph { nodes, edges: ends.collect() };
        let options = timeline::board_options();
        let mut layout = if graph.nodes.len() > ARRANGED_MAX {
            columns::layout(&graph, &options)
        } else {
            timeline::layout(&graph, &options)
        };
        tower::fold(&graph, &mut layout, options.layer_gap);
        let below = if grown {
            let fresh: BTreeSet<StickyId> = self.fresh.iter().copied().collect();
            let stands = self.board.stickies.iter().filter(|(id, _)| !fresh.contains(id));
            let stands = stands.map(|(_, sticky)| sticky.rect().max.y);
            let frames = self.board.frames.values().map(|frame| frame.rect().max.y);
            stands.chain(frames).fold(0.0_f32, f32::max) + 60.0
        } else {
            0.0
        };
        for (id, at) in self.fresh.iter().zip(&layout.positions) {
            if let Some(sticky) = self.board.stickies.get_mut(id) {
                let size = sticky.size();
                let corner = Point::new((at.x - size.w / 2.0).round(), (at.y - size.h / 2.0 + below).round());
                sticky.at = corner;
            }
        }
        for (cluster, rect) in &layout.clusters {
            let frame = Frame {
                kind: FrameKind::Context,
                name: contexts[*cluster].to_owned(),
                at: Point::new(rect.min.x.round(), (rect.min.y + below).round()),
                size: Size::new((rect.max.x - rect.min.x).round(), (rect.max.y - rect.min.y).round()),
                ..Frame::default()
            };
            self.board.frames.insert(FrameId(self.ids.mint()), frame);
        }
        self.board
    }
}

/// Which bounded context a sticky belongs in: where its reaction lives, or where a message is owned.
#[derive(Default)]
struct Homes {
    /// Contexts by sticky: those that count most, and the others.
    votes: BTreeMap<StickyId, [BTreeSet<String>; 2]>,
}

impl Homes {
    fn lives(&mut self, sticky: StickyId, context: &str) {
        self.votes.entry(sticky).or_default()[0].insert(context.to_owned());
    }

    fn used(&mut self, message: StickyId, owner: bool, context: Option<&String>) {
        let votes = &mut self.votes.entry(message).or_default()[usize::from(!owner)];
        votes.insert(context.cloned().unwrap_or_default());
    }

    /// The context a sticky belongs in: the only one of those who own it, else of those who use it.
    fn home(&self, sticky: StickyId) -> Option<&str> {
        let [owners, users] = self.votes.get(&sticky)?;
        let voters = if owners.is_empty() { users } else { owners };
        let mut all = voters.iter();
        let only = all.next().filter(|_| all.next().is_none())?;
        Some(only.as_str()).filter(|name| !name.is_empty())
    }

    fn contexts(&self) -> Vec<&str> {
        let all: BTreeSet<&str> = self.votes.keys().filter_map(|sticky| self.home(*sticky)).collect();
        all.into_iter().collect()
    }
}
