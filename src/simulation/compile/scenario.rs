//! From a scenario to sources, faults and promises.

use super::{Sampler, SimulationError, Work, is_outside, positive, probability};
use crate::board::{self, Arrivals as Stated, FaultKind, LinkId, Mode, Promise, Scenario};
use crate::simulation::faults::fault_type;
use crate::simulation::model::{Arrivals, ChannelIx, Fault, MessageIx, ServiceIx, Struck};
use crate::topology::{self, MessageKind, RouteIx};

const MINUTE: u64 = 60_000_000_000;
const DAY: u64 = 86_400_000_000_000;

impl Work<'_> {
    pub(super) fn scenario(&mut self, scenario: &Scenario) -> Result<(), SimulationError> {
        if scenario.stimuli.is_empty() {
            return Err(SimulationError::NothingArrives);
        }
        let limited = scenario.stimuli.iter().all(is_limited);
        let duration = if limited { u64::MAX / 4 } else { MINUTE };
        self.model.duration = scenario.duration.map_or(duration, |span| span.0);
        self.model.drain = scenario.drain.map_or(DAY, |span| span.0);
        self.model.outages = scenario.outages;
        for stimulus in &scenario.stimuli {
            self.stimulus(stimulus)?;
        }
        for fault in &scenario.faults {
            let fault = self.fault(fault)?;
            self.model.faults.push(fault);
        }
        for expectation in &scenario.expectations {
            self.check_names(&expectation.name, &expectation.promise)?;
        }
        self.model.expectations.clone_from(&scenario.expectations);
        Ok(())
    }

    fn unknown(&self, what: impl Into<String>, name: &str) -> SimulationError {
        SimulationError::Unknown { scenario: self.scenario.to_owned(), what: what.into(), name: name.to_owned() }
    }

    /// The message of a name: a command or query before an event.
    fn message_named(&self, name: &str) -> Option<topology::MessageIx> {
        use MessageKind::{Command, Event, Query};
        [Command, Query, Event].into_iter().find_map(|kind| self.topology.message(kind, name))
    }

    fn stimulus(&mut self, stimulus: &board::Stimulus) -> Result<(), SimulationError> {
        let found = self.message_named(&stimulus.entry);
        let found = found.ok_or_else(|| self.unknown("a stimulus", &stimulus.entry))?;
        let arrivals = self.arrivals(stimulus)?;
        let message = &self.topology[found];
        let kind = message.kind;
        // Arrivals attach where an actor or screen issues the message, if one does.
        let (prefix, issued): (Vec<LinkId>, Vec<RouteIx>) = self.issue(message);
        let routes = if issued.is_empty() { message.routes.clone() } else { issued };
        let waits = kind != MessageKind::Event
            && routes.iter().any(|route| self.topology[*route].mode == Mode::Synchronous);
        let call = waits.then(|| {
            let command = self.board.commands.get(&stimulus.entry).filter(|_| kind == MessageKind::Command);
            let query = self.board.queries.get(&stimulus.entry).filter(|_| kind == MessageKind::Query);
            let how = command.map(|c| (c.timeout, c.retries, c.backoff));
            let (timeout, retries, backoff) =
                how.or_else(|| query.map(|q| (q.timeout, q.retries, q.backoff))).unwrap_or_default();
            self.model.call(timeout, retries, backoff)
        });
        let to = self.hops(&routes, &prefix, waits)?;
        let entry = self.model.entry(MessageIx(found.0 as u32), to, call, arrivals) as usize;
        self.model.entries[entry].limit = stimulus.limit.unwrap_or(u64::MAX);
        self.model.entries[entry].payloads.clone_from(&stimulus.payloads);
        Ok(())
    }

    /// The link from whoever issues a message, and the routes that begin where it is issued.
    fn issue(&self, message: &topology::Message) -> (Vec<LinkId>, Vec<RouteIx>) {
        let entry = self.board.links.iter().find(|(_, link)| {
            message.stickies.contains(&link.to)
                && self.board.stickies.get(&link.from).is_some_and(|from| is_outside(from.kind))
        });
        let Some((id, link)) = entry else { return (Vec::new(), Vec::new()) };
        let from_here = |route: &&RouteIx| self.topology[**route].from == link.to;
        (vec![*id], message.routes.iter().filter(from_here).copied().collect())
    }

    fn arrivals(&self, stimulus: &board::Stimulus) -> Result<Arrivals, SimulationError> {
        let owner = format!("scenario `{}`, arrivals of `{}`", self.scenario, stimulus.entry);
        Ok(match &stimulus.arrivals {
            Stated::Poisson(rate) => {
                Arrivals::Renewal(Sampler::Exponential(1e9 / positive(&owner, "the rate", *rate)?))
            }
            Stated::Every(span) => {
                positive(&owner, "the pause", span.as_secs_f64())?;
                Arrivals::Renewal(Sampler::Constant(span.0))
            }
            Stated::Burst { count, at } => Arrivals::Burst(*count, at.0),
            Stated::At(moments) => {
                let mut moments: Vec<u64> = moments.iter().map(|span| span.0).collect();
                moments.sort_unstable();
                Arrivals::At(moments.into())
            }
        })
    }

    /// Compiles one fault.
    pub(super) fn fault(&self, fault: &board::Fault) -> Result<Fault, SimulationError> {
        let owner = format!("scenario `{}`, fault on `{}`", self.scenario, fault.target);
        let mut sampler = None;
        match &fault.kind {
            FaultKind::Drop(p)
            | FaultKind::Duplicate(p)
            | FaultKind::Corrupt(p)
            | FaultKind::CrashBeforePublish(p)
            | FaultKind::CrashBeforeAck(p) => {
                probability(&owner, "the probability", *p)?;
            }
            FaultKind::Slow(factor) | FaultKind::Burst(factor) | FaultKind::RateLimit(factor) => {
                positive(&owner, "the number", *factor)?;
            }
            FaultKind::Flapping(span) => {
                positive(&owner, "the time", span.as_secs_f64())?;
            }
            FaultKind::Delay(distribution) => {
                sampler = Some(super::sampler(Some(distribution), &Sampler::Constant(0), || owner.clone())?);
            }
            FaultKind::Down | FaultKind::Reorder(_) | FaultKind::Partition => {}
        }
        let row = fault_type(&fault.kind);
        let candidates = self.struck(&fault.target);
        if candidates.is_empty() {
            return Err(self.unknown(format!("the fault `{}`", row.name), &fault.target));
        }
        let struck = candidates.into_iter().find(row.accepts).ok_or_else(|| SimulationError::Misdirected {
            scenario: self.scenario.to_owned(),
            fault: row.name,
            strikes: row.strikes,
            name: fault.target.clone(),
        })?;
        let from = fault.at.map_or(0, |span| span.0);
        let until = fault.lasts.map_or(u64::MAX, |lasts| from.saturating_add(lasts.0));
        Ok(Fault { kind: fault.kind.clone(), struck, target: fault.target.clone(), from, until, sampler })
    }

    /// Everything a name may stand for.
    fn struck(&self, name: &str) -> Vec<Struck> {
        let mut found = Vec::new();
        found.extend(self.topology.party(name).map(|party| Struck::Service(ServiceIx(party.0 as u32))));
        found.extend(self.channel_named(name).map(|channel: ChannelIx| Struck::Channel(channel)));
        if let Some(message) = self.message_named(name) {
            found.push(Struck::Message(MessageIx(message.0 as u32)));
            let entries = self.model.entries.iter().zip(0u32..);
            let entries: Vec<u32> =
                entries.filter(|(entry, _)| entry.message.at() == message.0).map(|(_, at)| at).collect();
            if !entries.is_empty() {
                found.push(Struck::Entries(entries));
            }
        }
        if self.board.frames.values().any(|frame| frame.name == name) {
            let inside = self.topology.parties.iter().zip(0u32..).filter(|(party, _)| {
                party.reactions.iter().any(|reaction| {
                    let sticky = self.board.stickies.get(&self.topology[*reaction].sticky);
                    sticky.is_some_and(|sticky| self.board.frames_around(sticky).any(|(_, frame)| frame.name == name))
                })
            });
            found.push(Struck::Island(inside.map(|(_, at)| ServiceIx(at)).collect()));
        }
        found
    }

    fn check_names(&self, expectation: &str, promise: &Promise) -> Result<(), SimulationError> {
        let mut copy = promise.clone();
        for name in copy.names_mut() {
            let known = match promise {
                Promise::QueueDepth { .. } => self.channel_named(name).is_some(),
                _ => self.message_named(name).is_some(),
            };
            if !known {
                return Err(self.unknown(format!("the expectation \"{expectation}\""), name));
            }
        }
        Ok(())
    }
}

fn is_limited(stimulus: &board::Stimulus) -> bool {
    stimulus.limit.is_some() || matches!(stimulus.arrivals, Stated::Burst { .. } | Stated::At(_))
}
