//! A board from what was gathered: definitions by name, a sticky for each reaction, laid out by the timeline.

use std::collections::{BTreeMap, BTreeSet};

use super::gathered::{Does, Gathered, MessageKey, ReactionSaid, Use};
use crate::board::{
    Board, IdGen, Link, LinkId, Mode, Outcome, Point, Schema, Sticky, StickyId, StickyKind, Version, order,
};
use crate::contracts::model::{Action, POLICIES};
use crate::topology::layered::{Graph, Node};
use crate::topology::{MessageKind, derive, timeline};

/// Makes a board, or brings one up to date: what it has already stays where it stands.
#[must_use]
pub fn build(gathered: &Gathered, base: Option<&Board>) -> Board {
    let mut board = base.cloned().unwrap_or_default();
    definitions(gathered, &mut board, base.is_none());
    let known = base.map(known_uses).unwrap_or_default();
    let mut builder = Builder::new(gathered, board);
    for reaction in reactions(gathered) {
        let uses = reaction.on.iter().chain(reaction.does.iter().flat_map(|does| &does.uses));
        let mut uses = uses.map(|at| identity(&gathered.uses[*at])).peekable();
        if uses.peek().is_some() && uses.all(|used| known.contains(&used)) {
            continue;
        }
        builder.reaction(&reaction);
    }
    builder.lay_out(base.is_some())
}

fn definitions(gathered: &Gathered, board: &mut Board, fresh: bool) {
    if fresh {
        board.settings = gathered.settings.clone();
    }
    for (name, service) in &gathered.services {
        let own = board.services.entry(name.clone()).or_default();
        if *service != crate::board::Service::default() {
            own.clone_from(service);
        }
    }
    for (name, channel) in &gathered.channels {
        board.channels.insert(name.clone(), channel.clone());
    }
    for ((kind, name), said) in &gathered.messages {
        match kind {
            MessageKind::Event => {
                let own = board.events.entry(name.clone()).or_insert_with(|| said.event.clone());
                update(&mut own.description, &said.description);
                merge_versions(&mut own.versions, &said.versions);
            }
            MessageKind::Command => {
                let own = board.commands.entry(name.clone()).or_insert_with(|| said.command.clone());
                update(&mut own.description, &said.description);
                merge_versions(&mut own.versions, &said.versions);
            }
            MessageKind::Query => {
                let own = board.queries.entry(name.clone()).or_insert_with(|| said.query.clone());
                update(&mut own.description, &said.description);
                if let Some(version) = said.versions.last() {
                    own.request.clone_from(&version.schema);
                }
                if let Some(response) =
                    said.response.as_ref().filter(|response| **response != Schema::default())
                {
                    own.response.clone_from(response);
                }
            }
        }
    }
}

fn update(own: &mut String, said: &str) {
    if !said.is_empty() {
        said.clone_into(own);
    }
}

fn merge_versions(own: &mut Vec<Version>, said: &[Version]) {
    // A message of which nothing is known but its name has no version to state.
    let empty = |version: &Version| {
        version.schema.is_empty() && version.examples.is_empty() && version.notes.is_empty()
    };
    if own.is_empty() && said.len() == 1 && said.iter().all(empty) {
        return;
    }
    for version in said {
        match own.iter_mut().find(|old| old.version == version.version) {
            Some(old) => old.clone_from(version),
            None => own.push(version.clone()),
        }
    }
}

/// What makes a use the same as one on a board.
type Identity = (String, Action, MessageKind, String);

fn identity(used: &Use) -> Identity {
    (used.service.clone(), used.action, used.message.0, used.message.1.clone())
}

fn known_uses(board: &Board) -> BTreeSet<Identity> {
    let topology = derive(board);
    let model = crate::contracts::Model::new(board, &topology);
    let mut out = BTreeSet::new();
    for party in &model.parties {
        for operation in &party.operations {
            let message = &model.messages[operation.message];
            out.insert((party.name.to_string(), operation.action, message.kind, message.name.to_owned()));
        }
    }
    out
}

/// The reactions documents state, and those one must suppose: one for each message received that no reaction
/// mentions, and one for all that is sent without a stated cause.
fn reactions(gathered: &Gathered) -> Vec<ReactionSaid> {
    let mut out: Vec<ReactionSaid> = gathered.reactions.values().cloned().collect();
    let mentioned: BTreeSet<usize> = out
        .iter()
        .flat_map(|r| r.on.iter().copied().chain(r.does.iter().flat_map(|does| does.uses.iter().copied())))
        .collect();
    let mut causeless: BTreeMap<&str, Vec<Does>> = BTreeMap::new();
    for (at, used) in gathered.uses.iter().enumerate().filter(|(at, _)| !mentioned.contains(at)) {
        match used.action {
            Action::Receive => out.push(supposed(&used.service, vec![at], Vec::new())),
            Action::Send => causeless.entry(&used.service).or_default().push(Does {
                uses: vec![at],
                weight: None,
                on_failure_of: None,
            }),
        }
    }
    out.extend(causeless.into_iter().map(|(service, does)| supposed(service, Vec::new(), does)));
    out
}

fn supposed(service: &str, on: Vec<usize>, does: Vec<Does>) -> ReactionSaid {
    let kind = if service == POLICIES { StickyKind::Policy } else { StickyKind::Service };
    ReactionSaid { service: service.to_owned(), kind, name: String::new(), on, does }
}

/// Where a message's sticky leads: events reach all subscribers of their name, commands and queries go by channel.
type Spot = (MessageKey, Option<String>);

struct Builder<'g> {
    gathered: &'g Gathered,
    board: Board,
    ids: IdGen,
    messages: BTreeMap<Spot, StickyId>,
    channels: BTreeMap<(Spot, Vec<String>), StickyId>,
    /// The links between two stickies.
    between: BTreeMap<(StickyId, StickyId), Vec<LinkId>>,
    fresh: Vec<StickyId>,
}

impl<'g> Builder<'g> {
    fn new(gathered: &'g Gathered, board: Board) -> Self {
        let ids = board.id_gen(0);
        let (messages, channels) = (BTreeMap::new(), BTreeMap::new());
        let mut between: BTreeMap<(StickyId, StickyId), Vec<LinkId>> = BTreeMap::new();
        for (id, link) in &board.links {
            between.entry((link.from, link.to)).or_default().push(*id);
        }
        let mut builder = Self { gathered, board, ids, messages, channels, between, fresh: Vec::new() };
        // Stickies of events that stand already are used again.
        for (id, sticky) in &builder.board.stickies {
            if sticky.kind == StickyKind::Event {
                builder.messages.entry(((MessageKind::Event, sticky.name.clone()), None)).or_insert(*id);
            }
        }
        builder
    }

    fn sticky(&mut self, kind: StickyKind, name: &str) -> StickyId {
        let id = StickyId(self.ids.mint());
        self.board.stickies.insert(id, Sticky { kind, name: name.to_owned(), ..Sticky::default() });
        self.fresh.push(id);
        id
    }

    fn link(&mut self, from: StickyId, to: StickyId, link: Link) -> LinkId {
        let known = self.between.entry((from, to)).or_default();
        let same = |id: &&LinkId| self.board.links.get(*id).is_some_and(|old| old.outcome == link.outcome);
        if let Some(id) = known.iter().find(same) {
            return *id;
        }
        let id = LinkId(self.ids.mint());
        known.push(id);
        self.board.links.insert(id, Link { from, to, ..link });
        id
    }

    fn spot(used: &Use, way: &[String]) -> Spot {
        let first = match used.message.0 {
            MessageKind::Event => None,
            _ => way.first().cloned().or_else(|| (used.mode == Mode::Asynchronous).then(String::new)),
        };
        (used.message.clone(), first)
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
        let (kind, name) = self.look(said);
        let sticky = self.sticky(kind, &name);
        for at in &said.on {
            let used = self.gathered.uses[*at].clone();
            let straight = BTreeSet::from([Vec::new()]);
            for way in if used.ways.is_empty() { &straight } else { &used.ways } {
                let from = self.end_of(&Self::spot(&used, way), way);
                let link = Link {
                    fields: used.fields.iter().cloned().collect(),
                    version: self.older_version(&used),
                    mode: self.mode_override(&used, way),
                    ..Link::default()
                };
                self.link(from, sticky, link);
            }
        }
        let mut place = String::new();
        let mut links: Vec<Option<LinkId>> = Vec::new();
        for does in &said.does {
            let mut spots: Vec<(Spot, Option<Mode>, Vec<String>)> = Vec::new();
            for at in &does.uses {
                let used = &self.gathered.uses[*at];
                let way = used.ways.iter().next().cloned().unwrap_or_default();
                let spot = Self::spot(used, &way);
                if !spots.iter().any(|(other, ..)| *other == spot) {
                    spots.push((spot, self.mode_override(used, &way), way));
                }
            }
            let outcome =
                match (does.weight, does.on_failure_of.and_then(|n| links.get(n).copied().flatten())) {
                    (Some(weight), _) => Outcome::OneOf(weight),
                    (None, Some(link)) => Outcome::OnFailureOf(link),
                    (None, None) => Outcome::Always,
                };
            let mut first = None;
            for (spot, mode, _) in spots {
                let to = self.message(&spot);
                place = order::between(&place, "");
                let link = Link { order: place.clone(), outcome: outcome.clone(), mode, ..Link::default() };
                let id = self.link(sticky, to, link);
                first = first.or(Some(id));
            }
            links.push(first);
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
        let nodes: Vec<Node> = self
            .fresh
            .iter()
            .map(|id| {
                let size = self.board.stickies[id].size();
                Node { width: size.w, height: size.h, cluster: None, hint: None }
            })
            .collect();
        let ends = self
            .board
            .links
            .values()
            .filter_map(|link| Some((*place.get(&link.from)?, *place.get(&link.to)?)));
        let graph = Graph { nodes, edges: ends.collect() };
        let layout = timeline::layout(&graph, &timeline::board_options());
        let below = if grown {
            let old: BTreeSet<StickyId> = self.fresh.iter().copied().collect();
            let stands =
                self.board.stickies.iter().filter(|(id, _)| !old.contains(id)).map(|(_, s)| s.rect().max.y);
            stands.fold(0.0_f32, f32::max) + 60.0
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
        self.board
    }
}
