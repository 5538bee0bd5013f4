//! What documents say, merged by name, before it becomes a board.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use serde_json::Value;

use crate::board::{
    Board, Channel, Command, Event, Mode, Query, Schema, Service, Settings, StickyKind, Version,
};
use crate::contracts::Remark;
use crate::contracts::model::Action;
use crate::topology::MessageKind;

/// A message by kind and name.
pub type MessageKey = (MessageKind, String);

/// What documents say about a message.
#[derive(Clone, Debug, Default)]
pub struct MessageSaid {
    /// In a sentence.
    pub description: String,
    /// Versions in the order met.
    pub versions: Vec<Version>,
    /// A query's answer.
    pub response: Option<Schema>,
    /// Fields of its definition that our own documents keep.
    pub event: Event,
    /// The same of a command.
    pub command: Command,
    /// The same of a query.
    pub query: Query,
}

/// One thing a service does with a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The service.
    pub service: String,
    /// Send or receive, from the service's point of view.
    pub action: Action,
    /// The message.
    pub message: MessageKey,
    /// The channels on the way, the service's own end included; empty for what goes straight.
    pub ways: BTreeSet<Vec<String>>,
    /// Whether the sender waits.
    pub mode: Mode,
    /// Fields used.
    pub fields: BTreeSet<String>,
    /// The version read, where it is not the newest.
    pub version: String,
    /// What else a message must meet to be received.
    pub filter: Option<Value>,
}

impl Use {
    /// What a service does with a message that goes straight to it, or from it.
    #[must_use]
    pub fn straight(service: &str, action: Action, message: MessageKey, mode: Mode) -> Self {
        Self {
            service: service.to_owned(),
            action,
            message,
            ways: BTreeSet::new(),
            mode,
            fields: BTreeSet::new(),
            version: String::new(),
            filter: None,
        }
    }
}

/// Someone outside who issues a command or query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// An actor or a screen.
    pub kind: StickyKind,
    /// Its name.
    pub name: String,
    /// What it issues.
    pub message: MessageKey,
    /// The channel it goes to; none when it goes straight.
    pub channel: Option<String>,
    /// Whether it waits.
    pub mode: Mode,
}

/// What a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Services.
    Service,
    /// Events, commands or queries.
    Message(MessageKind),
    /// Channels.
    Channel,
}

/// What makes two uses one: service, action, message, whether the sender waits, and the channel at its end.
type UseKey = (String, Action, MessageKey, Mode, Option<String>);

/// One output of a reaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Does {
    /// The uses it stands for.
    pub uses: Vec<usize>,
    /// Its weight among outputs of which one happens.
    pub weight: Option<f64>,
    /// The output on whose failure it happens.
    pub on_failure_of: Option<usize>,
    /// A condition in prose.
    pub note: String,
}

impl Does {
    /// One use that always follows.
    #[must_use]
    pub fn always(used: usize) -> Self {
        Self { uses: vec![used], weight: None, on_failure_of: None, note: String::new() }
    }
}

/// A reaction as documents state it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReactionSaid {
    /// The service.
    pub service: String,
    /// Its kind of sticky.
    pub kind: StickyKind,
    /// What its sticky says, where that is not the service's name.
    pub name: String,
    /// A document states it; it is not only supposed from what a service receives and sends.
    pub stated: bool,
    /// The uses that trigger it.
    pub on: Vec<usize>,
    /// What it then does.
    pub does: Vec<Does>,
}

/// What documents say, merged.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// What holds for the whole board.
    pub settings: Settings,
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// Services that stand as external systems.
    pub external: BTreeSet<String>,
    /// Messages by kind and name.
    pub messages: BTreeMap<MessageKey, MessageSaid>,
    /// Channels by name.
    pub channels: BTreeMap<String, Channel>,
    /// Who does what.
    pub uses: Vec<Use>,
    /// Where each use is.
    known: BTreeMap<UseKey, usize>,
    /// The uses of a message by a service, with the format that told of them first.
    told: BTreeMap<(String, Action, MessageKey), Vec<(usize, &'static str)>>,
    /// What follows from what, by service and the number its document gives the reaction.
    reactions: BTreeMap<(String, usize), ReactionSaid>,
    /// The format that states a service's reactions.
    reactions_by: BTreeMap<String, &'static str>,
    /// The bounded context a service belongs to, by service.
    pub contexts: BTreeMap<String, String>,
    /// Who issues commands and queries from outside.
    pub entries: BTreeSet<Entry>,
    /// The service that a document describes, where another document says so; by path.
    pub described: BTreeMap<String, String>,
    /// Documents that others have made use of, so that they stand for nothing by themselves; by path.
    pub taken: BTreeSet<String>,
    /// What was not understood.
    pub report: IndexSet<Remark>,
    /// Who consumes what a document describes: service and path.
    pub consumers: BTreeSet<(String, String)>,
    /// The uses each document tells of, by path.
    uses_of: BTreeMap<String, BTreeSet<usize>>,
    /// The document being read.
    document: String,
    /// The format being read.
    format: &'static str,
    /// How names are spelt, by the name without case and punctuation, with the format that spelt them so first.
    spellings: BTreeMap<(Sort, String), Vec<(String, &'static str)>>,
}

/// The format under which a board that is brought up to date spells its names.
const BOARD: &str = "";

impl Gathered {
    /// For documents that bring a board up to date: its names are known.
    #[must_use]
    pub fn onto(base: Option<&Board>) -> Self {
        let mut out = Self { format: BOARD, ..Self::default() };
        if let Some(board) = base {
            let tables = [
                (Sort::Service, board.services.keys().collect::<Vec<_>>()),
                (Sort::Message(MessageKind::Event), board.events.keys().collect()),
                (Sort::Message(MessageKind::Command), board.commands.keys().collect()),
                (Sort::Message(MessageKind::Query), board.queries.keys().collect()),
                (Sort::Channel, board.channels.keys().collect()),
            ];
            for (sort, names) in tables {
                for name in names {
                    out.spelt(sort, name);
                }
            }
            for sticky in board.stickies.values() {
                let sort = match sticky.kind {
                    StickyKind::Event => Sort::Message(MessageKind::Event),
                    StickyKind::Command => Sort::Message(MessageKind::Command),
                    StickyKind::Query => Sort::Message(MessageKind::Query),
                    StickyKind::Channel => Sort::Channel,
                    StickyKind::Service | StickyKind::External => Sort::Service,
                    _ => continue,
                };
                out.spelt(sort, &sticky.name);
            }
        }
        out
    }

    /// Names that come now are spelt by this format.
    pub(super) fn reading(&mut self, format: &'static str) {
        self.format = format;
    }

    /// Uses that come now are told of by this document.
    pub(super) fn reading_document(&mut self, path: &str) {
        path.clone_into(&mut self.document);
    }

    /// The spelling of a name that the board uses: the same letters and digits in another format are the same thing
    /// (`Order created`, `order-created`, `OrderCreated`), within one format they are not.
    pub fn spelt(&mut self, sort: Sort, name: &str) -> String {
        let folded: String =
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if folded.is_empty() {
            return name.to_owned();
        }
        let known = self.spellings.entry((sort, folded)).or_default();
        if !known.iter().any(|(spelling, _)| spelling == name) {
            let mut others = known.iter().filter(|(_, format)| *format != self.format);
            if let (Some((spelling, _)), None) = (others.next(), others.next()) {
                return spelling.clone();
            }
            known.push((name.to_owned(), self.format));
        }
        name.to_owned()
    }

    /// The kind under which a message of this name is known already, where it is known under one only.
    #[must_use]
    pub fn known_kind(&self, name: &str) -> Option<MessageKind> {
        let folded: String =
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let known = |kind: &MessageKind| {
            self.spellings
                .get(&(Sort::Message(*kind), folded.clone()))
                .is_some_and(|all| all.iter().any(|(_, format)| *format != self.format))
        };
        let mut kinds =
            [MessageKind::Event, MessageKind::Command, MessageKind::Query].into_iter().filter(known);
        kinds.next().filter(|_| kinds.next().is_none())
    }

    /// The service a document describes: what another document says, else its own title.
    pub fn service_of(&mut self, path: &str, title: &str) -> String {
        match self.described.get(path) {
            Some(service) => service.clone(),
            None => self.spelt(Sort::Service, title),
        }
    }

    /// Reports something once.
    pub fn remark(&mut self, about: impl Into<String>, message: impl Into<String>) {
        self.report.insert(Remark { about: about.into(), message: message.into() });
    }

    /// A use, merged with one of the same service, action, message, mode and end; or with what another format says of
    /// the same message, where one of the two names no channel.
    pub fn add_use(&mut self, new: Use) -> usize {
        let way = new.ways.iter().next();
        let end = way.and_then(|way| if new.action == Action::Send { way.first() } else { way.last() });
        let key = (new.service.clone(), new.action, new.message.clone(), new.mode, end.cloned());
        let told = self.told.entry((new.service.clone(), new.action, new.message.clone())).or_default();
        let at = self.known.get(&key).copied().or_else(|| match told.as_slice() {
            [(at, format)] if *format != self.format => {
                Some(*at).filter(|at| new.ways.is_empty() || self.uses[*at].ways.is_empty())
            }
            _ => None,
        });
        let place = at.unwrap_or(self.uses.len());
        self.known.insert(key, place);
        self.uses_of.entry(self.document.clone()).or_default().insert(place);
        let Some(at) = at else {
            told.push((place, self.format));
            self.uses.push(new);
            return place;
        };
        let old = &mut self.uses[at];
        if old.ways.is_empty() {
            // Whoever comes later, or names the channel, knows better whether the sender waits.
            old.mode = new.mode;
        }
        old.ways.extend(new.ways);
        old.fields.extend(new.fields);
        if old.version.is_empty() {
            old.version = new.version;
        }
        old.filter = old.filter.take().or(new.filter);
        at
    }

    /// The reaction a document states under a number. What another format stated for the same service gives way.
    pub fn state_reaction(&mut self, service: &str, number: usize, kind: StickyKind) -> &mut ReactionSaid {
        if self
            .reactions_by
            .insert(service.to_owned(), self.format)
            .is_some_and(|before| before != self.format)
        {
            self.reactions.retain(|(of, _), _| of != service);
        }
        self.reactions.entry((service.to_owned(), number)).or_insert_with(|| ReactionSaid {
            service: service.to_owned(),
            kind,
            name: String::new(),
            stated: true,
            on: Vec::new(),
            does: Vec::new(),
        })
    }

    /// The uses of a message by a service that are known.
    #[must_use]
    pub fn uses_by(&self, service: &str, action: Action, message: &MessageKey) -> Vec<usize> {
        let told = self.told.get(&(service.to_owned(), action, message.clone()));
        told.into_iter().flatten().map(|(at, _)| *at).collect()
    }

    /// The reactions documents state of a service.
    pub fn reactions_of<'s>(&'s self, service: &'s str) -> impl Iterator<Item = &'s ReactionSaid> {
        let from = self.reactions.range((service.to_owned(), 0)..);
        from.map(|(_, said)| said).take_while(move |said| said.service == service)
    }

    /// The reactions documents state.
    pub fn reactions(&self) -> impl Iterator<Item = &ReactionSaid> {
        self.reactions.values()
    }

    /// Whoever sends a command or query and does not say where sends it where it is handled, if that is one place.
    pub(super) fn reconcile(&mut self) {
        self.consume();
        type Place = (Option<String>, Mode);
        let place =
            |used: &Use| -> Place { (used.ways.first().and_then(|way| way.first()).cloned(), used.mode) };
        let mut handled: BTreeMap<MessageKey, BTreeSet<Place>> = BTreeMap::new();
        let asked = |used: &&Use| used.message.0 != MessageKind::Event;
        for used in self.uses.iter().filter(asked).filter(|used| used.action == Action::Receive) {
            handled.entry(used.message.clone()).or_default().insert(place(used));
        }
        for used in self.uses.iter_mut().filter(|used| used.action == Action::Send && used.ways.is_empty()) {
            let Some(places) = handled.get(&used.message) else { continue };
            if let (Some((channel, mode)), 1, false) =
                (places.first(), places.len(), places.contains(&place(used)))
            {
                used.ways = channel.iter().map(|channel| vec![channel.clone()]).collect();
                used.mode = *mode;
            }
        }
        let entries = std::mem::take(&mut self.entries).into_iter().map(|mut entry| {
            if let Some(places) = handled.get(&entry.message)
                && let (Some(place), 1) = (places.first(), places.len())
            {
                (entry.channel, entry.mode) = place.clone();
            }
            entry
        });
        self.entries = entries.collect();
    }

    /// Consumers of which nothing is known but whose interface they consume: they subscribe to what it publishes, and
    /// ask what it answers.
    fn consume(&mut self) {
        self.reading("");
        let speaks: BTreeSet<&str> = self.uses.iter().map(|used| used.service.as_str()).collect();
        let silent = |(consumer, _): &&(String, String)| !speaks.contains(consumer.as_str());
        let consumers: Vec<(String, String)> = self.consumers.iter().filter(silent).cloned().collect();
        for (consumer, path) in consumers {
            let told: Vec<Use> =
                self.uses_of.get(&path).into_iter().flatten().map(|at| self.uses[*at].clone()).collect();
            if told.is_empty() {
                self.remark(
                    &consumer,
                    format!("it consumes what {path} describes, of which nothing could be read"),
                );
            }
            for used in told {
                let action = match (used.message.0, used.action) {
                    (MessageKind::Event, Action::Send) => Action::Receive,
                    (MessageKind::Command | MessageKind::Query, Action::Receive) => Action::Send,
                    _ => continue,
                };
                let ways = used.ways.clone();
                self.add_use(Use { ways, ..Use::straight(&consumer, action, used.message, used.mode) });
            }
        }
    }

    /// A version of a message; one stated twice must say the same.
    pub fn add_version(&mut self, about: &str, key: &MessageKey, version: Version) {
        let said = self.messages.entry(key.clone()).or_default();
        match said.versions.iter_mut().find(|old| old.version == version.version) {
            None => said.versions.push(version),
            Some(old) if old.schema.is_empty() => *old = version,
            Some(old) if version.schema.is_empty() || old.schema == version.schema => {
                for example in version.examples {
                    if !old.examples.contains(&example) {
                        old.examples.push(example);
                    }
                }
            }
            Some(_) => {
                let message = format!(
                    "it states another payload for {} than an earlier document; the earlier one stands",
                    key.1
                );
                self.remark(about, message);
            }
        }
    }
}
