//! What rules look at, and the questions many of them ask.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::availability::{EntryReport, Limits, all_entries};
use crate::board::{
    Board, Channel, ChannelKind, Event, Key, Link, LinkId, Schema, Service, StickyId, StickyKind, Version,
    filters,
};
use crate::pattern::{Pattern, Shape};
use crate::topology::{MessageIx, MessageKind, Party, PartyIx, ReactionIx, RouteIx, Topology};

/// How long what is superseded stays in force, in days.
const GRACE_DAYS: i32 = 90;

/// A board with its topology.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The board.
    pub board: &'a Board,
    /// Its topology.
    pub topology: &'a Topology,
    /// Today, for cures that give a date; none where nobody said, and then no date is given.
    pub today: Option<Date>,
    /// What several rules ask for.
    pub(super) shared: Option<&'a Shared>,
}

/// What takes work and several rules ask for: worked out when the first one asks.
#[derive(Default)]
pub(super) struct Shared {
    reports: OnceCell<Vec<EntryReport>>,
    filtered: OnceCell<Vec<FilteredLink>>,
}

/// A link that carries a filter which can be read, with the routes that pass it.
pub type FilteredLink = (LinkId, Pattern, Vec<RouteIx>);

impl<'a> Context<'a> {
    /// A context over a board and its topology.
    #[must_use]
    pub const fn new(board: &'a Board, topology: &'a Topology) -> Self {
        Self { board, topology, today: None, shared: None }
    }

    /// The same on a given day.
    #[must_use]
    pub const fn on(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }

    /// The service a party is, when somebody has described it: a definition that says nothing yet does not count.
    #[must_use]
    pub fn described(&self, party: PartyIx) -> Option<&'a Service> {
        let service = self.board.services.get(&self.topology[party].name)?;
        (*service != Service::default()).then_some(service)
    }

    /// The figures of every entry of the board, in order of kind and name.
    #[must_use]
    pub fn entry_reports(&self) -> Cow<'a, [EntryReport]> {
        let work = || all_entries(self.board, self.topology, &Limits::default());
        match self.shared {
            Some(shared) => Cow::Borrowed(shared.reports.get_or_init(work)),
            None => Cow::Owned(work()),
        }
    }

    /// The day until which something that is superseded stays, so that whoever nobody drew can move too; none where
    /// nobody said what day it is.
    #[must_use]
    pub fn end_of_grace(&self) -> Option<Date> {
        self.today?.checked_add(jiff::Span::new().days(GRACE_DAYS)).ok()
    }

    /// The host of a reaction.
    #[must_use]
    pub fn host(&self, reaction: ReactionIx) -> Option<(PartyIx, &'a Party)> {
        let party = self.topology[reaction].host?;
        Some((party, &self.topology[party]))
    }

    /// The name of a reaction's host, or of the policy itself.
    #[must_use]
    pub fn host_name(&self, reaction: ReactionIx) -> &'a str {
        self.host(reaction).map_or_else(
            || self.board.stickies[&self.topology[reaction].sticky].name.as_str(),
            |(_, party)| party.name.as_str(),
        )
    }

    /// The events with their definitions, if stated.
    pub fn events(&self) -> impl Iterator<Item = (MessageIx, &'a str, Option<&'a Event>)> {
        let (board, topology) = (self.board, self.topology);
        topology.of_kind(MessageKind::Event).map(|(at, m)| (at, m.name.as_str(), board.events.get(&m.name)))
    }

    /// The key of a message's definition, then its stickies.
    #[must_use]
    pub fn message_places(&self, message: MessageIx) -> Vec<Key> {
        let message = &self.topology[message];
        message.stickies.iter().map(|sticky| Key::Sticky(*sticky)).collect()
    }

    /// The stickies of a party's reactions.
    #[must_use]
    pub fn party_places(&self, party: PartyIx) -> Vec<Key> {
        self.topology[party].reactions.iter().map(|r| Key::Sticky(self.topology[*r].sticky)).collect()
    }

    /// The sticky of a reaction.
    #[must_use]
    pub fn reaction_place(&self, reaction: ReactionIx) -> Key {
        Key::Sticky(self.topology[reaction].sticky)
    }

    /// The channels a route passes, with their definitions where stated.
    pub fn channels_of(&self, route: RouteIx) -> impl Iterator<Item = (&'a str, Option<&'a Channel>)> {
        let (board, topology) = (self.board, self.topology);
        topology[route].channels.iter().map(move |channel| {
            let name = topology[*channel].name.as_str();
            (name, board.channels.get(name))
        })
    }

    /// True when a queue or stream lets the consumer of a route take messages at its own pace.
    #[must_use]
    pub fn is_buffered(&self, route: RouteIx) -> bool {
        self.channels_of(route).any(|(_, channel)| {
            channel.is_some_and(|channel| matches!(channel.kind, ChannelKind::Queue | ChannelKind::Stream))
        })
    }

    /// The team a party belongs to; none when nobody said.
    #[must_use]
    pub fn team(&self, party: PartyIx) -> Option<&'a str> {
        let team = self.board.services.get(&self.topology[party].name)?.team.as_str();
        (!team.is_empty()).then_some(team)
    }

    /// The sticky kind of a reaction.
    #[must_use]
    pub fn kind(&self, reaction: ReactionIx) -> StickyKind {
        self.topology[reaction].kind
    }

    /// The commands or queries that lead nowhere although somebody needs them, each with who does. One on its own is a
    /// thought not yet finished; one that somebody needs is a gap.
    pub fn needed_in_vain(&self, kind: MessageKind) -> impl Iterator<Item = (MessageIx, String)> {
        let context = *self;
        let vain = self.topology.of_kind(kind).filter(|(_, message)| message.routes.is_empty());
        vain.filter_map(move |(at, message)| {
            let senders = message.producers.iter().map(|(reaction, _)| context.host_name(*reaction));
            let issuers = message.issuers.iter().map(|issuer| context.board.stickies[issuer].name.as_str());
            let mut who: Vec<&str> = senders.chain(issuers).collect();
            who.sort_unstable();
            who.dedup();
            let need = if who.len() == 1 { "needs" } else { "need" };
            (!who.is_empty()).then(|| (at, format!("{} {need} {}", listed(&who), message.name)))
        })
    }

    /// The version of a message that a route's consumer reads.
    #[must_use]
    pub fn version_read(&self, route: RouteIx) -> Option<&'a Version> {
        let message = &self.topology[self.topology[route].message];
        let versions = match message.kind {
            MessageKind::Event => &self.board.events.get(&message.name)?.versions,
            MessageKind::Command => &self.board.commands.get(&message.name)?.versions,
            MessageKind::Query => return None,
        };
        let read = self.topology.version_read(self.board, route)?;
        versions.iter().find(|version| version.version == read)
    }

    /// The schema of what a route's consumer reads.
    #[must_use]
    pub fn schema_read(&self, route: RouteIx) -> Option<&'a Schema> {
        let message = &self.topology[self.topology[route].message];
        match message.kind {
            MessageKind::Query => self.board.queries.get(&message.name).map(|query| &query.response),
            _ => self.version_read(route).map(|version| &version.schema),
        }
    }

    /// The links that carry a filter which can be read, with the routes that pass each.
    #[must_use]
    pub fn filtered_links(&self) -> Cow<'a, [FilteredLink]> {
        match self.shared {
            Some(shared) => Cow::Borrowed(shared.filtered.get_or_init(|| self.read_filters())),
            None => Cow::Owned(self.read_filters()),
        }
    }

    fn read_filters(&self) -> Vec<FilteredLink> {
        let read = |link: &Link| Pattern::parse(&link.filter.as_ref()?.to_string()).ok();
        let links = self.board.links.iter().filter_map(|(id, link)| Some((*id, (read(link)?, Vec::new()))));
        let mut found: BTreeMap<LinkId, (Pattern, Vec<RouteIx>)> = links.collect();
        if !found.is_empty() {
            for (at, route) in self.topology.routes.iter().enumerate() {
                for link in &route.links {
                    if let Some((_, through)) = found.get_mut(link) {
                        through.push(RouteIx(at));
                    }
                }
            }
        }
        found.into_iter().map(|(id, (pattern, through))| (id, pattern, through)).collect()
    }

    /// What a filter may find in the message of a route.
    #[must_use]
    pub fn shape_filtered(&self, route: RouteIx) -> Shape {
        let message = &self.topology[self.topology[route].message];
        let unknown = Schema::default();
        filters::shape(&message.name, self.schema_read(route).unwrap_or(&unknown))
    }

    /// The stickies at both ends of a link, and the link.
    #[must_use]
    pub fn link_places(&self, link: LinkId) -> Vec<Key> {
        let ends = self.board.links.get(&link);
        let to = ends.map(|link| Key::Sticky(link.to));
        to.into_iter().chain([Key::Link(link)]).chain(ends.map(|link| Key::Sticky(link.from))).collect()
    }

    /// The name on a sticky.
    #[must_use]
    pub fn sticky_name(&self, sticky: StickyId) -> &'a str {
        self.board.stickies.get(&sticky).map_or("nobody", |sticky| sticky.name.as_str())
    }
}

/// More names than this make no sentence: the first of them are told, and the rest counted.
const NAMES_MAX: usize = 16;

/// Names as people list them: "A", "A and B", "A, B and C", and of very many the first and how many more.
#[must_use]
pub fn listed<S: AsRef<str>>(names: &[S]) -> String {
    if names.len() > NAMES_MAX {
        let first: Vec<&str> = names.iter().take(NAMES_MAX - 4).map(AsRef::as_ref).collect();
        return format!("{} and {} more", first.join(", "), names.len() - first.len());
    }
    match names {
        [] => "nobody".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// A count with its noun: "1 field", "3 fields".
#[must_use]
pub fn counted(n: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ay") && !noun.ends_with("ey") => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    if n == 1 { format!("1 {noun}") } else { format!("{n} {plural}") }
}
