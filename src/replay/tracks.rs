//! Where each logged message travels on the board: the links from its publisher to its subscribers.

use std::collections::BTreeMap;
use std::ops::Range;

use super::index::{EventRef, Log};
use super::matching::{Matched, Names};
use crate::board::{Board, LinkId, StickyId};
use crate::topology::{MessageIx, MessageKind, PartyIx, ReactionIx, Topology};

/// Events looked at for a flow.
const SAMPLE: usize = 60_000;

/// Of a sample, so many neighbours are taken together: what stands side by side in the index is looked at as fast as
/// one of it.
const RUN: usize = 32;

/// One way of a message: from where it is sent to one place where it is handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The links passed, in the order of travel.
    pub links: Vec<LinkId>,
    /// The reaction that gets it; none when nobody subscribes.
    pub to: Option<ReactionIx>,
}

/// One place of the board from which a message may be sent.
#[derive(Clone, Debug)]
struct Departure {
    reaction: Option<ReactionIx>,
    host: Option<PartyIx>,
    /// The messages that trigger the reaction.
    triggers: Vec<MessageIx>,
    tracks: Vec<Track>,
}

/// All ways of all messages of a board, for one log.
#[derive(Clone, Debug, Default)]
pub struct Tracks {
    matched: Matched,
    /// By message.
    departures: Vec<Vec<Departure>>,
    /// True when the log's events name the link they set out on, as the simulator's do.
    links_logged: bool,
}

impl Tracks {
    /// Works out the ways of a board and finds the log's names on it.
    pub fn new(board: &Board, topology: &Topology, log: &Log) -> Self {
        let matched = Matched::new(&Names::of(topology), log);
        let departures =
            (0..topology.messages.len()).map(|m| departures(board, topology, MessageIx(m))).collect();
        // The first events speak for the rest.
        let links_logged =
            log.events(0..20).any(|e| e.detail().is_some_and(|d| d.attribute("isobarlink").is_some()));
        Self { matched, departures, links_logged }
    }

    /// What the log's names are on the board.
    pub fn matched(&self) -> &Matched {
        &self.matched
    }

    /// The reaction that sent an event, as far as source and cause tell; with the event that caused it, if known.
    pub fn sender(&self, event: &EventRef<'_>, cause: Option<&EventRef<'_>>) -> Option<ReactionIx> {
        self.departure(event, cause)?.reaction
    }

    /// The ways one event takes. Where several reactions publish it, the source says which one it was; where the
    /// same service publishes it from several, the cause does. The flag is true for a reply, which travels the ways
    /// of its request back.
    pub fn of(&self, event: &EventRef<'_>, cause: Option<&EventRef<'_>>) -> (&[Track], bool) {
        let reply = self.matched.is_reply(event.type_number());
        let tracks = self.departure(event, cause).map_or(&[][..], |d| &d.tracks);
        (tracks, reply)
    }

    fn departure(&self, event: &EventRef<'_>, cause: Option<&EventRef<'_>>) -> Option<&Departure> {
        let message = self.matched.message(event.type_number())?;
        let all = &self.departures[message.0];
        if all.len() > 1
            && self.links_logged
            && let Some(link) =
                event.detail().and_then(|d| d.attribute("isobarlink")).and_then(|l| l.parse().ok())
        {
            // The simulator says which way the message set out on.
            let set_out = |d: &&Departure| d.tracks.iter().any(|t| t.links.contains(&LinkId(link)));
            if let Some(departure) = all.iter().find(set_out) {
                return Some(departure);
            }
        }
        // A reply is sent by who handles the request: its own source says nothing of the request's sender.
        let reply = self.matched.is_reply(event.type_number());
        let party = if reply { None } else { self.matched.party(event.source_number()) };
        let trigger = cause.and_then(|c| self.matched.message(c.type_number()));
        let fits = |d: &&Departure| {
            let by_source = party.is_some() && d.host == party;
            let by_cause = trigger.is_some_and(|t| d.triggers.contains(&t));
            // Earlier departures win ties: `max_by_key` would take the last.
            (by_source, by_cause)
        };
        all.iter().rev().max_by_key(fits)
    }

    /// How many events pass each link, by (type, source); without regard to causes.
    pub fn heat(&self, log: &Log, rows: Range<usize>) -> BTreeMap<LinkId, u64> {
        self.heat_of(log, log.events(rows))
    }

    /// The same from a sample where there are very many: an estimate, in bounded time.
    pub fn flow(&self, log: &Log, rows: Range<usize>) -> BTreeMap<LinkId, u64> {
        let stride = rows.len().div_ceil(SAMPLE).max(1);
        if stride == 1 {
            return self.heat(log, rows);
        }
        let (end, n_rows, mut n_seen) = (rows.end, rows.len() as u64, 0);
        let runs = rows.step_by(RUN * stride).flat_map(|from| log.events(from..(from + RUN).min(end)));
        let mut flow = self.heat_of(log, runs.inspect(|_| n_seen += 1));
        flow.values_mut().for_each(|n| *n = *n * n_rows / n_seen);
        flow
    }

    fn heat_of<'l>(&self, log: &'l Log, events: impl Iterator<Item = EventRef<'l>>) -> BTreeMap<LinkId, u64> {
        let n_sources = log.sources().len().max(1);
        let mut pairs: BTreeMap<u32, (u64, usize)> = BTreeMap::new();
        let table = log.types().len() * n_sources;
        if table <= 1 << 20 {
            // Few enough pairs for a table: no search for each event.
            let mut counts = vec![(0_u64, 0_usize); table];
            for event in events {
                let at = usize::from(event.type_number()) * n_sources + usize::from(event.source_number());
                counts[at] = (counts[at].0 + 1, event.row());
            }
            pairs.extend(
                counts.into_iter().enumerate().filter(|(_, c)| c.0 > 0).map(|(at, c)| (at as u32, c)),
            );
        } else {
            for event in events {
                let key = u32::from(event.type_number()) << 16 | u32::from(event.source_number());
                let count = pairs.entry(key).or_default();
                *count = (count.0 + 1, event.row());
            }
        }
        let mut heat: BTreeMap<LinkId, u64> = BTreeMap::new();
        for (n, row) in pairs.into_values() {
            let Some(event) = log.event(row) else { continue };
            let mut links: Vec<LinkId> =
                self.of(&event, None).0.iter().flat_map(|t| t.links.iter().copied()).collect();
            links.sort_unstable();
            links.dedup();
            for link in links {
                *heat.entry(link).or_default() += n;
            }
        }
        heat
    }
}

/// How many messages passed each sticky, from how many passed each link: what came in, or, where more went out than
/// came, what went out on its busiest link.
pub fn stickies(board: &Board, links: &BTreeMap<LinkId, u64>) -> BTreeMap<StickyId, u64> {
    let mut incoming: BTreeMap<StickyId, u64> = BTreeMap::new();
    let mut found: BTreeMap<StickyId, u64> = BTreeMap::new();
    for (id, n) in links {
        let Some(link) = board.links.get(id) else { continue };
        *incoming.entry(link.to).or_default() += n;
        let out = found.entry(link.from).or_default();
        *out = (*out).max(*n);
    }
    for (sticky, n) in incoming {
        let at = found.entry(sticky).or_default();
        *at = (*at).max(n);
    }
    found
}

/// The places a message is sent from, in the board's order: reactions first, then people and screens, then, for a
/// message that nothing sends, its own stickies.
fn departures(board: &Board, topology: &Topology, at: MessageIx) -> Vec<Departure> {
    let message = &topology[at];
    let mut found = Vec::new();
    for (reaction, output) in &message.producers {
        let reaction_row = &topology[*reaction];
        let Some(output) = reaction_row.outputs.get(*output) else { continue };
        found.push(Departure {
            reaction: Some(*reaction),
            host: reaction_row.host,
            triggers: reaction_row.triggers.iter().map(|route| topology[*route].message).collect(),
            tracks: tracks(topology, &[output.link], &output.routes),
        });
    }
    let routes_from = |sticky| {
        let whole = message.kind == MessageKind::Event;
        let routes = message.routes.iter().copied();
        let from: Vec<_> = routes.clone().filter(|r| topology[*r].from == sticky).collect();
        // A sticky that leads nowhere stands for the message wherever it is handled.
        if whole || from.is_empty() { routes.collect() } else { from }
    };
    for issuer in &message.issuers {
        let links = board.links.iter().filter(|(_, l)| l.from == *issuer && message.stickies.contains(&l.to));
        for (id, link) in links {
            let tracks = tracks(topology, &[*id], &routes_from(link.to));
            found.push(Departure { reaction: None, host: None, triggers: Vec::new(), tracks });
        }
    }
    if found.is_empty()
        && let Some(sticky) = message.stickies.first()
    {
        let tracks = tracks(topology, &[], &routes_from(*sticky));
        found.push(Departure { reaction: None, host: None, triggers: Vec::new(), tracks });
    }
    found
}

fn tracks(topology: &Topology, first: &[LinkId], routes: &[crate::topology::RouteIx]) -> Vec<Track> {
    if routes.is_empty() && !first.is_empty() {
        return vec![Track { links: first.to_vec(), to: None }];
    }
    let track = |route: &crate::topology::RouteIx| Track {
        links: first.iter().chain(&topology[*route].links).copied().collect(),
        to: Some(topology[*route].reaction),
    };
    routes.iter().map(track).collect()
}
