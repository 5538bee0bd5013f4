//! What every format needs from a board, worked out once: messages with versions, and what each party sends and gets.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bundle::Remark;
use super::names::Names;
use crate::board::schema::generate::example;
use crate::board::schema::validate::Validator;
use crate::board::{Board, Channel, FrameKind, Mode, Outcome, Schema, Service, StickyKind};
use crate::topology::{ChannelIx, MessageIx, MessageKind, PartyIx, ReactionIx, RouteIx, Topology};

/// One version of a message's contract.
#[derive(Clone, Debug)]
pub struct VersionView<'a> {
    /// Its name; `1` for a message whose versions nobody stated.
    pub version: &'a str,
    /// The payload, or a query's request.
    pub schema: Cow<'a, Schema>,
    /// A query's answer.
    pub response: Option<&'a Schema>,
    /// Answers that are valid, as payloads are; empty for what is not answered.
    pub answers: Vec<Value>,
    /// Payloads that are valid under the schema: the board's, else one made up; empty for an empty schema.
    pub examples: Vec<Value>,
    /// The day after which it may disappear; empty while it is in force.
    pub deprecated: &'a str,
    /// What changed.
    pub notes: &'a str,
}

impl VersionView<'_> {
    /// The version of a message whose versions nobody stated.
    fn unstated() -> Self {
        Self {
            version: "1",
            schema: Cow::Owned(Schema::default()),
            response: None,
            answers: Vec::new(),
            examples: Vec::new(),
            deprecated: "",
            notes: "",
        }
    }
}

/// One event, command or query with its contract.
#[derive(Clone, Debug)]
pub struct MessageView<'a> {
    /// Its place in the topology; none when it is defined and nowhere placed.
    pub ix: Option<MessageIx>,
    /// What it is.
    pub kind: MessageKind,
    /// Its name.
    pub name: &'a str,
    /// Its safe name, unlike that of any other message.
    pub slug: String,
    /// What it means, in a sentence.
    pub description: &'a str,
    /// Versions, oldest first; at least one.
    pub versions: Vec<VersionView<'a>>,
    /// The service that owns the contract.
    pub owner: Option<&'a str>,
    /// The frames it stands in, each once, in order of name.
    pub frames: Vec<&'a str>,
}

/// Whether a party sends or receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It publishes, sends or asks.
    Send,
    /// It subscribes, handles or answers.
    Receive,
}

/// One thing a party does with one message on one channel.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Send or receive, from the party's own point of view.
    pub action: Action,
    /// The message, an index into [`Model::messages`].
    pub message: usize,
    /// The channel it touches; none when the message goes straight from party to party.
    pub channel: Option<ChannelIx>,
    /// For what is received: the channels before this one, once for each way; an empty way begins here.
    pub upstream: BTreeSet<Vec<ChannelIx>>,
    /// Whether the sender waits for the reaction.
    pub mode: Mode,
    /// The version it reads or writes; none when it is not stated.
    pub version: Option<String>,
    /// Dotted paths of the fields it uses; empty when it states none.
    pub fields: BTreeSet<String>,
    /// What else a message must meet to be received; none where its ways differ in it.
    pub filter: Option<Value>,
    /// The routes it stands for.
    pub routes: BTreeSet<RouteIx>,
    /// Its identifier, unlike that of any other operation of the party.
    pub id: String,
}

/// A party, or a policy that nobody hosts, with what it does.
#[derive(Clone, Debug)]
pub struct PartyView<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its safe name, unlike that of any other party.
    pub slug: String,
    /// Its definition.
    pub service: Option<&'a Service>,
    /// It stands as an external system somewhere on the board.
    pub external: bool,
    /// Its place in the topology; none for policies that nobody hosts.
    pub ix: Option<PartyIx>,
    /// What it sends and receives, in order.
    pub operations: Vec<Operation>,
    /// Its reactions.
    pub reactions: Vec<ReactionView>,
}

/// One output of a reaction.
#[derive(Clone, Debug)]
pub struct OutputView {
    /// The operations of the party it stands for.
    pub operations: Vec<usize>,
    /// Its weight among outputs of which one happens.
    pub weight: Option<f64>,
    /// The output of the same reaction on whose failure it happens.
    pub on_failure_of: Option<usize>,
}

/// A reaction: what triggers it and what it then does, as operations of its party.
#[derive(Clone, Debug)]
pub struct ReactionView {
    /// Its place in the topology.
    pub ix: ReactionIx,
    /// What its sticky says.
    pub name: String,
    /// Its sticky's kind.
    pub kind: StickyKind,
    /// Operations that trigger it.
    pub on: Vec<usize>,
    /// What it does, in order.
    pub does: Vec<OutputView>,
}

/// A channel with its safe name.
#[derive(Clone, Debug)]
pub struct ChannelView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its safe name, unlike that of any other channel.
    pub slug: String,
    /// Its definition, or that of a channel nobody described.
    pub channel: Cow<'a, Channel>,
}

/// A board made ready for export.
#[derive(Debug)]
pub struct Model<'a> {
    /// The board.
    pub board: &'a Board,
    /// Its topology.
    pub topology: &'a Topology,
    /// Messages, by kind and name: those placed and those only defined.
    pub messages: Vec<MessageView<'a>>,
    /// Parties, by name; policies that nobody hosts come last, as one.
    pub parties: Vec<PartyView<'a>>,
    /// Channels of the topology, by [`ChannelIx`].
    pub channels: Vec<ChannelView<'a>>,
    /// Teams that services name, each with its safe name, unlike that of any other team.
    pub teams: BTreeMap<&'a str, String>,
    /// Who does something with each message, by index: party and operation.
    users: Vec<Vec<(usize, usize)>>,
    /// What is wrong for every format: examples that their schema refuses, schemas that are none.
    pub remarks: Vec<Remark>,
}

/// The name under which policies that nobody hosts go.
pub const POLICIES: &str = "policies";

fn teams(board: &Board) -> BTreeMap<&str, String> {
    let named: BTreeSet<&str> = board
        .services
        .values()
        .map(|service| service.team.as_str())
        .filter(|team| !team.is_empty())
        .collect();
    let mut names = Names::default();
    named.into_iter().map(|team| (team, names.claim(team, &super::names::kebab(team)))).collect()
}

impl<'a> Model<'a> {
    /// Works out what a board says.
    #[must_use]
    pub fn new(board: &'a Board, topology: &'a Topology) -> Self {
        let mut model = Self {
            board,
            topology,
            messages: Vec::new(),
            parties: Vec::new(),
            channels: Vec::new(),
            teams: teams(board),
            users: Vec::new(),
            remarks: Vec::new(),
        };
        model.collect_messages();
        let mut names = Names::default();
        model.channels = topology
            .channels
            .iter()
            .map(|used| ChannelView {
                name: &used.name,
                slug: names.name(&used.name),
                channel: board.channels.get(&used.name).map_or_else(Cow::default, Cow::Borrowed),
            })
            .collect();
        model.collect_parties();
        model.users = vec![Vec::new(); model.messages.len()];
        for (party, view) in model.parties.iter().enumerate() {
            for (at, operation) in view.operations.iter().enumerate() {
                model.users[operation.message].push((party, at));
            }
        }
        model
    }

    /// Who does something with a message, in order of party.
    pub fn users(&self, message: usize) -> impl Iterator<Item = (&PartyView<'a>, &Operation)> {
        self.users.get(message).into_iter().flatten().map(|(party, at)| {
            let party = &self.parties[*party];
            (party, &party.operations[*at])
        })
    }

    /// The board's safe name.
    #[must_use]
    pub fn slug(&self) -> String {
        super::names::kebab(self.board.title())
    }

    /// The safe name of a service's team; none when it names none.
    #[must_use]
    pub fn team_of(&self, service: Option<&Service>) -> Option<&str> {
        self.teams.get(service?.team.as_str()).map(String::as_str)
    }

    /// The message of a topology's index.
    #[must_use]
    pub fn message_of(&self, ix: MessageIx) -> usize {
        let message = &self.topology[ix];
        self.find(message.kind, &message.name).unwrap_or_default()
    }

    /// The message of this kind and name.
    #[must_use]
    pub fn find(&self, kind: MessageKind, name: &str) -> Option<usize> {
        self.messages.binary_search_by(|m| (m.kind, m.name).cmp(&(kind, name))).ok()
    }

    fn collect_messages(&mut self) {
        let (board, topology) = (self.board, self.topology);
        let mut all: BTreeMap<(MessageKind, &'a str), Option<MessageIx>> = BTreeMap::new();
        all.extend(board.events.keys().map(|name| ((MessageKind::Event, name.as_str()), None)));
        all.extend(board.commands.keys().map(|name| ((MessageKind::Command, name.as_str()), None)));
        all.extend(board.queries.keys().map(|name| ((MessageKind::Query, name.as_str()), None)));
        for (at, message) in topology.messages.iter().enumerate() {
            all.insert((message.kind, &message.name), Some(MessageIx(at)));
        }
        let mut names = Names::default();
        for ((kind, name), ix) in all {
            let (description, versions) = self.contract(kind, name);
            let owner = board.events.get(name).filter(|_| kind == MessageKind::Event);
            let owner = owner.map(|event| event.owner.as_str()).filter(|owner| !owner.is_empty());
            let parties = ix.map(|ix| match kind {
                MessageKind::Event => topology.producers(ix),
                _ => topology.consumers(ix),
            });
            let only = match parties.as_deref() {
                Some([one]) => Some(topology[*one].name.as_str()),
                _ => None,
            };
            let mut frames: Vec<&str> = ix
                .into_iter()
                .flat_map(|ix| &topology[ix].stickies)
                .filter_map(|sticky| board.frame_of(board.stickies.get(sticky)?))
                .map(|(_, frame)| frame.name.as_str())
                .filter(|name| !name.is_empty())
                .collect();
            frames.sort_unstable();
            frames.dedup();
            let slug = names.claim(&format!("{kind:?} {name}"), name);
            let owner = owner.or(only);
            self.messages.push(MessageView { ix, kind, name, slug, description, versions, owner, frames });
        }
    }

    fn contract(&mut self, kind: MessageKind, name: &'a str) -> (&'a str, Vec<VersionView<'a>>) {
        let board = self.board;
        let stated = match kind {
            MessageKind::Event => {
                board.events.get(name).map(|e| (e.description.as_str(), e.versions.as_slice()))
            }
            MessageKind::Command => {
                board.commands.get(name).map(|c| (c.description.as_str(), c.versions.as_slice()))
            }
            MessageKind::Query => None,
        };
        if let (MessageKind::Query, Some(query)) = (kind, board.queries.get(name)) {
            let schema = Cow::Borrowed(&query.request);
            let view = VersionView {
                schema,
                response: Some(&query.response),
                answers: self.examples(name, &query.response, &query.response_examples),
                examples: self.examples(name, &query.request, &query.request_examples),
                ..VersionView::unstated()
            };
            return (&query.description, vec![view]);
        }
        let (description, versions) = stated.unwrap_or_default();
        let mut views: Vec<VersionView> = versions
            .iter()
            .enumerate()
            .map(|(at, version)| VersionView {
                version: if version.version.is_empty() && at == 0 { "1" } else { &version.version },
                schema: Cow::Borrowed(&version.schema),
                examples: self.examples(name, &version.schema, &version.examples),
                deprecated: &version.deprecated,
                notes: &version.notes,
                ..VersionView::unstated()
            })
            .collect();
        if views.is_empty() {
            views.push(VersionView::unstated());
        }
        (description, views)
    }

    /// The stated examples that are valid; one made up where there is none.
    fn examples(&mut self, name: &str, schema: &Schema, stated: &[Value]) -> Vec<Value> {
        if schema.is_empty() {
            return stated.to_vec();
        }
        let validator = match Validator::new(schema) {
            Ok(validator) => validator,
            Err(problem) => {
                self.remark(
                    name,
                    format!("its schema is not valid, so its examples are left out: {problem}"),
                );
                return Vec::new();
            }
        };
        let (valid, wrong): (Vec<_>, Vec<_>) = stated.iter().cloned().partition(|e| validator.is_valid(e));
        if !wrong.is_empty() {
            self.remark(
                name,
                format!("{} of its examples do not fit its schema and are left out", wrong.len()),
            );
        }
        if !valid.is_empty() {
            return valid;
        }
        Some(example(schema, 1)).filter(|made| validator.is_valid(made)).into_iter().collect()
    }

    fn remark(&mut self, about: &str, message: String) {
        self.remarks.push(Remark { about: about.to_owned(), message });
    }

    fn collect_parties(&mut self) {
        let (board, topology) = (self.board, self.topology);
        let mut names = Names::default();
        for (at, party) in topology.parties.iter().enumerate() {
            let mut view = PartyView {
                name: Cow::Borrowed(&party.name),
                slug: names.name(&party.name),
                service: board.services.get(&party.name),
                external: party.external,
                ix: Some(PartyIx(at)),
                operations: Vec::new(),
                reactions: Vec::new(),
            };
            self.collect_operations(&mut view, &party.reactions);
            self.parties.push(view);
        }
        let loose: Vec<ReactionIx> = (0..topology.reactions.len())
            .map(ReactionIx)
            .filter(|at| topology[*at].host.is_none() && topology[*at].kind == StickyKind::Policy)
            .filter(|at| !topology[*at].triggers.is_empty() || !topology[*at].outputs.is_empty())
            .collect();
        if !loose.is_empty() {
            let mut view = PartyView {
                name: Cow::Borrowed(POLICIES),
                slug: names.claim("", POLICIES),
                service: None,
                external: false,
                ix: None,
                operations: Vec::new(),
                reactions: Vec::new(),
            };
            self.collect_operations(&mut view, &loose);
            self.parties.push(view);
        }
    }

    fn collect_operations(&self, view: &mut PartyView, reactions: &[ReactionIx]) {
        let topology = self.topology;
        let mut names = Names::default();
        for ix in reactions {
            let reaction = &topology[*ix];
            let mut on: Vec<usize> = Vec::new();
            for route in &reaction.triggers {
                let (channel, rest) = match topology[*route].channels.split_last() {
                    Some((last, before)) => (Some(*last), before),
                    None => (None, [].as_slice()),
                };
                let of = (Action::Receive, topology[*route].message, channel, topology[*route].mode);
                let at = self.operation(view, &mut names, of, Some(*route));
                let operation = &mut view.operations[at];
                operation.upstream.insert(rest.to_vec());
                if !on.contains(&at) {
                    on.push(at);
                }
            }
            let does: Vec<OutputView> = reaction
                .outputs
                .iter()
                .map(|output| {
                    let default = topology.channel(&self.board.settings.default_channel);
                    let mut operations: Vec<usize> = Vec::new();
                    let unrouted = output.routes.is_empty().then_some((None, output.mode));
                    let routed = output.routes.iter().map(|route| (Some(*route), topology[*route].mode));
                    for (route, mode) in routed.chain(unrouted) {
                        let channel = match route {
                            Some(route) => topology[route].channels.first().copied(),
                            None => default.filter(|_| mode == Mode::Asynchronous),
                        };
                        let of = (Action::Send, output.message, channel, mode);
                        let at = self.operation(view, &mut names, of, route);
                        if !operations.contains(&at) {
                            operations.push(at);
                        }
                    }
                    let (weight, failed) = match &output.outcome {
                        Outcome::Always => (None, None),
                        Outcome::OneOf(weight) => (Some(*weight), None),
                        Outcome::OnFailureOf(link) => (None, Some(*link)),
                    };
                    let on_failure_of = failed
                        .and_then(|link| reaction.outputs.iter().position(|output| output.link == link));
                    OutputView { operations, weight, on_failure_of }
                })
                .collect();
            let name = self.board.stickies.get(&reaction.sticky).map(|s| s.name.clone()).unwrap_or_default();
            view.reactions.push(ReactionView { ix: *ix, name, kind: reaction.kind, on, does });
        }
    }

    /// The operation of this action, message, channel and mode, made when first asked for.
    fn operation(
        &self,
        view: &mut PartyView,
        names: &mut Names,
        (action, message, channel, mode): (Action, MessageIx, Option<ChannelIx>, Mode),
        route: Option<RouteIx>,
    ) -> usize {
        let message = self.message_of(message);
        let same =
            |o: &Operation| (o.action, o.message, o.channel, o.mode) == (action, message, channel, mode);
        let at = view.operations.iter().position(same).unwrap_or_else(|| {
            let shown = &self.messages[message];
            let verb = verb(action, shown.kind);
            let place = channel.map_or("direct", |channel| self.channels[channel.0].slug.as_str());
            let wish = format!("{verb}{}", capitalised(&shown.slug));
            let identity = format!("{action:?} {message} {place} {mode:?}");
            view.operations.push(Operation {
                action,
                message,
                channel,
                upstream: BTreeSet::new(),
                mode,
                version: None,
                fields: BTreeSet::new(),
                filter: None,
                routes: BTreeSet::new(),
                id: names.claim_first(&identity, &[&wish, &format!("{wish}.via.{place}")]),
            });
            view.operations.len() - 1
        });
        let operation = &mut view.operations[at];
        if let Some(route) = route
            && operation.routes.insert(route)
            && action == Action::Receive
        {
            let used = self.topology.fields_used(self.board, route);
            operation.fields.extend(used.into_iter().map(str::to_owned));
            let filter = self.topology.links_of(self.board, route).find_map(|link| link.filter.clone());
            if operation.routes.len() == 1 {
                operation.filter = filter;
            } else if operation.filter != filter {
                operation.filter = None;
            }
            let version = self.topology.version_read(self.board, route).filter(|version| !version.is_empty());
            operation.version = operation.version.take().or(version.map(str::to_owned));
        }
        at
    }

    /// The bounded context most of a party's stickies stand in; the first by name where there are several.
    #[must_use]
    pub fn context_of(&self, party: &PartyView) -> Option<&str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for reaction in &party.reactions {
            let sticky = self.board.stickies.get(&self.topology[reaction.ix].sticky)?;
            let mut around = self.board.frames_around(sticky);
            if let Some((_, frame)) =
                around.find(|(_, frame)| frame.kind == FrameKind::Context && !frame.name.is_empty())
            {
                *counts.entry(frame.name.as_str()).or_default() += 1;
            }
        }
        let most = counts.values().max().copied()?;
        counts.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name)
    }

    /// The channel of an index.
    #[must_use]
    pub fn channel(&self, ix: ChannelIx) -> &ChannelView<'a> {
        &self.channels[ix.0]
    }
}

/// What one does with a message, as a verb.
#[must_use]
pub const fn verb(action: Action, kind: MessageKind) -> &'static str {
    match (action, kind) {
        (Action::Send, MessageKind::Event) => "publish",
        (Action::Send, MessageKind::Command) => "send",
        (Action::Send, MessageKind::Query) => "ask",
        (Action::Receive, MessageKind::Event) => "on",
        (Action::Receive, MessageKind::Command) => "handle",
        (Action::Receive, MessageKind::Query) => "answer",
    }
}

/// The name with its first letter in upper case.
#[must_use]
pub fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// The type of a message as CloudEvents and brokers name it: below the namespace, where the board has one.
#[must_use]
pub fn event_type(board: &Board, name: &str) -> String {
    let namespace = board.settings.namespace.as_str();
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

/// A payload as a CloudEvents 1.0.2 event, the `number`-th of its message.
#[must_use]
pub fn cloud_event(
    model: &Model,
    message: &MessageView,
    version: &VersionView,
    payload: &Value,
    number: usize,
) -> Value {
    let source = message.owner.unwrap_or("board");
    serde_json::json!({
        "specversion": "1.0",
        "id": format!("{}-{number}", message.slug),
        "source": format!("/{}", super::names::safe(source)),
        "type": event_type(model.board, message.name),
        "time": "2026-01-01T09:00:00Z",
        "datacontenttype": "application/json",
        "dataversion": version.version,
        "correlationid": format!("{}-{number}", message.slug),
        "data": payload,
    })
}
