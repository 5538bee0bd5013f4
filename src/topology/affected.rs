//! Who is affected when something changes, goes down or falls silent: three different questions.
//!
//! * **Changes** ([`by_change`]): who has to be asked before a contract changes. Everyone who reads a message of it
//!   and everyone who writes one, and nobody beyond: what they publish themselves stays as it is.
//! * **Goes down** ([`by_outage`]): who fails at once because a waiting call ends there, through every caller that has
//!   nothing else to try, and then who hears nothing, or less, of what no longer happens.
//! * **Stops publishing** ([`by_silence`]): who hears nothing, or less. It is up and answers; nobody fails.

mod loss;
pub mod report;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{MessageIx, MessageKind, ReactionIx, RouteIx, Subject, Topology};
use crate::board::{Board, Mode, Outcome, Publishing};
use loss::{Answer, Loss};

/// What happens to the subject of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its contract changes.
    Changes,
    /// It is down.
    Down,
    /// It no longer publishes or sends.
    Silent,
}

impl Change {
    /// Every question, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Changes, Self::Down, Self::Silent];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Down => "down",
            Self::Silent => "silent",
        }
    }

    /// The condition in words, after a name: "goes down".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Down => "goes down",
            Self::Silent => "stops publishing",
        }
    }
}

/// What that does to somebody, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It waits for an answer that does not come, and has nothing else to try.
    Fails,
    /// Nothing reaches it any more: it never runs, or is never published.
    Starves,
    /// A call of it fails, and it has another way.
    FallsBack,
    /// It still runs, and gets or does less.
    Misses,
    /// It reads a message whose contract changes.
    Reads,
    /// It publishes, sends, asks or issues a message whose contract changes.
    Writes,
}

impl Effect {
    /// What it says in a list.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Starves => "hears nothing",
            Self::FallsBack => "falls back",
            Self::Misses => "hears less",
            Self::Reads => "reads it",
            Self::Writes => "writes it",
        }
    }

    /// The same of a message.
    #[must_use]
    pub const fn words_of_message(self) -> &'static str {
        match self {
            Self::Starves => "stops",
            Self::Misses => "comes less often",
            other => other.words(),
        }
    }
}

/// Somebody, or a message, that is affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Who or what.
    pub subject: Subject,
    /// The worst that happens to it.
    pub effect: Effect,
    /// How it comes to it: from the subject of the question to this one, both included.
    pub chain: Vec<Subject>,
    /// The fields of the changed contract that it says it uses.
    pub fields: Vec<String>,
}

/// Who is affected, the worst first, then by kind and name. What is asked about is not in it.
#[must_use]
pub fn affected(board: &Board, topology: &Topology, subject: Subject, change: Change) -> Vec<Affected> {
    match change {
        Change::Changes => by_change(board, topology, subject),
        Change::Down => by_outage(board, topology, subject),
        Change::Silent => by_silence(board, topology, subject),
    }
}

/// The contracts a subject stands for. An event's is its own; a service's are the events it publishes and the commands
/// and queries it takes; a channel's is its promise to everything that travels there; an actor has none.
fn contracts(topology: &Topology, subject: Subject) -> Vec<(MessageIx, Option<RouteIx>)> {
    let mut contracts: Vec<(MessageIx, Option<RouteIx>)> = match subject {
        Subject::Message(message) => vec![(message, None)],
        Subject::Channel(channel) => {
            topology[channel].routes.iter().map(|route| (topology[*route].message, Some(*route))).collect()
        }
        Subject::Actor(_) => Vec::new(),
        Subject::Party(_) | Subject::Policy(_) => {
            let reactions = topology.reactions_of(subject);
            let published = reactions.iter().flat_map(|r| topology[*r].outputs.iter().map(|o| o.message));
            let published = published.filter(|message| topology[*message].kind == MessageKind::Event);
            let taken =
                reactions.iter().flat_map(|r| topology[*r].triggers.iter().map(|t| topology[*t].message));
            let taken = taken.filter(|message| topology[*message].kind != MessageKind::Event);
            published.chain(taken).map(|message| (message, None)).collect()
        }
    };
    contracts.sort_unstable();
    contracts.dedup();
    contracts
}

/// Who reads or writes what the subject promises: one step, because a changed message changes no other message.
#[must_use]
pub fn by_change(board: &Board, topology: &Topology, subject: Subject) -> Vec<Affected> {
    let mut found = Found::default();
    for (message, only) in contracts(topology, subject) {
        let own = Subject::Message(message);
        let chain = |who| if own == subject { vec![own, who] } else { vec![subject, own, who] };
        for route in topology[message].routes.iter().filter(|route| only.is_none_or(|only| only == **route)) {
            let Some(who) = topology.reacting(topology[*route].reaction) else { continue };
            let fields = topology.fields_used(board, *route).into_iter().map(str::to_owned).collect();
            found.add(who, Effect::Reads, chain(who), fields);
        }
        for (reaction, _) in &topology[message].producers {
            if let Some(who) = topology.reacting(*reaction) {
                found.add(who, Effect::Writes, chain(who), Vec::new());
            }
        }
        for issuer in &topology[message].issuers {
            if let Some(who) = topology.actor(board, *issuer) {
                found.add(who, Effect::Writes, chain(who), Vec::new());
            }
        }
    }
    found.sorted(board, topology, subject)
}

/// Who fails because a call ends there, and who then hears nothing or less.
///
/// A service that is down runs none of its reactions. A caller that waits for one fails at that point, unless the board
/// says what it does on that failure; what it did before in the same reaction has happened. A channel that is down
/// carries nothing, and who publishes into it there and then, without an outbox or the like, fails too. A message
/// cannot be down; asked of one, it is the question of silence.
#[must_use]
pub fn by_outage(board: &Board, topology: &Topology, subject: Subject) -> Vec<Affected> {
    let mut loss = Loss::new(board, topology, subject);
    let mut failing: Vec<ReactionIx> = Vec::new();
    match subject {
        Subject::Party(_) | Subject::Policy(_) => {
            for reaction in topology.reactions_of(subject) {
                loss.cut(reaction, 0);
                failing.push(reaction);
            }
        }
        Subject::Channel(channel) => {
            for route in &topology[channel].routes {
                loss.lose(*route);
                let message = topology[*route].message;
                for (reaction, place) in &topology[message].producers {
                    let through = topology[*reaction].outputs[*place].routes.contains(route);
                    if through
                        && publishes_at_once(board, topology, *reaction)
                        && loss.break_off(*reaction, *place)
                    {
                        loss.cut(*reaction, *place);
                        loss.fails(*reaction, Subject::Message(message), None);
                        failing.push(*reaction);
                    }
                }
            }
        }
        Subject::Message(_) => topology.routes_of(subject).iter().for_each(|route| loss.lose(*route)),
        Subject::Actor(sticky) => silence_actor(board, topology, sticky, &mut loss),
    }
    let waiting = waiting(topology);
    while let Some(down) = failing.pop() {
        for (message, actor) in loss.callers_outside(down) {
            loss.actor_fails(actor, message, down);
        }
        for (caller, place) in &waiting[down.0] {
            let message = Subject::Message(topology[*caller].outputs[*place].message);
            if !loss.break_off(*caller, *place) {
                continue;
            }
            match loss.answer(*caller) {
                Some(Answer::Fails(place)) => {
                    if !matches!(topology[*caller].outputs[place].outcome, Outcome::OneOf(_)) {
                        loss.cut(*caller, place + 1);
                    }
                    loss.fails(*caller, message, Some(down));
                    failing.push(*caller);
                }
                Some(Answer::FallsBack) => loss.falls_back(*caller, message, down),
                None => {}
            }
        }
    }
    loss.consequences()
}

/// Who hears nothing or less when a service no longer publishes and sends, a message no longer comes, a channel no longer
/// delivers, or an actor no longer issues anything.
///
/// Something *starves* when nothing is left that could set it in motion: not one chain from outside the board that does
/// not pass the silence. Otherwise it *misses* something.
#[must_use]
pub fn by_silence(board: &Board, topology: &Topology, subject: Subject) -> Vec<Affected> {
    let mut loss = Loss::new(board, topology, subject);
    for reaction in topology.reactions_of(subject) {
        loss.cut(reaction, 0);
    }
    topology.routes_of(subject).iter().for_each(|route| loss.lose(*route));
    if let Subject::Actor(sticky) = subject {
        silence_actor(board, topology, sticky, &mut loss);
    }
    loss.consequences()
}

/// An actor that issues nothing: what only it issues no longer comes from outside.
fn silence_actor(board: &Board, topology: &Topology, sticky: crate::board::StickyId, loss: &mut Loss<'_>) {
    let actor = topology.actor(board, sticky);
    for (at, message) in topology.messages.iter().enumerate() {
        let by = message.issuers.iter().filter(|issuer| topology.actor(board, **issuer) == actor).count();
        if by > 0 {
            loss.not_issued(MessageIx(at), by == message.issuers.len());
        }
    }
}

/// The outputs that wait for each reaction.
fn waiting(topology: &Topology) -> Vec<Vec<(ReactionIx, usize)>> {
    let mut waiting = vec![Vec::new(); topology.reactions.len()];
    for (at, reaction) in topology.reactions.iter().enumerate() {
        for (place, output) in
            reaction.outputs.iter().enumerate().filter(|(_, o)| o.mode == Mode::Synchronous)
        {
            for route in output.routes.iter().filter(|route| topology[**route].mode == Mode::Synchronous) {
                waiting[topology[*route].reaction.0].push((ReactionIx(at), place));
            }
        }
    }
    waiting
}

/// Whether a reaction needs the channel up at the moment it publishes.
fn publishes_at_once(board: &Board, topology: &Topology, reaction: ReactionIx) -> bool {
    let host = topology[reaction].host.and_then(|host| board.services.get(&topology[host].name));
    host.is_none_or(|service| matches!(service.publishing, Publishing::Direct | Publishing::Stateless))
}

/// The worst effect on each subject.
#[derive(Default)]
struct Found(BTreeMap<Subject, Affected>);

impl Found {
    fn add(&mut self, subject: Subject, effect: Effect, chain: Vec<Subject>, fields: Vec<String>) {
        let known = self.0.entry(subject).or_insert_with(|| Affected {
            subject,
            effect,
            chain: chain.clone(),
            fields: Vec::new(),
        });
        if effect < known.effect {
            (known.effect, known.chain) = (effect, chain);
        }
        for field in fields {
            if !known.fields.contains(&field) {
                known.fields.push(field);
            }
        }
    }

    fn sorted(mut self, board: &Board, topology: &Topology, asked: Subject) -> Vec<Affected> {
        self.0.remove(&asked);
        let mut all: Vec<Affected> = self.0.into_values().collect();
        all.sort_by_key(|a| {
            (a.effect, topology.kind_of(a.subject), topology.name_of(board, a.subject), a.subject)
        });
        all
    }
}

#[cfg(test)]
mod tests;
