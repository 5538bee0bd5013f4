//! From a scenario to sources, faults and promises.

use std::cmp::Ordering::{Equal, Less};

use super::fault::nearest;
use super::{Sampler, SimulationError, Work, is_outside, positive, probability};
use crate::board::format::place::{Lines, Step};
use crate::board::{self, Arrivals as Stated, Key, LinkId, Mode, Promise, Scenario};
use crate::simulation::model::{Arrivals, MessageIx, ServiceIx};
use crate::topology::{self, MessageKind, RouteIx};

const MINUTE: u64 = 60_000_000_000;
const DAY: u64 = 86_400_000_000_000;

/// A part of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The board it runs on.
    Board,
    /// The scenario as a whole.
    Whole,
    /// What arrives, by its place.
    Stimulus(usize),
    /// What goes wrong, by its place.
    Fault(usize),
    /// What must hold, by its place.
    Expectation(usize),
}

/// What makes no sense about a board or one of its scenarios, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The part of the scenario.
    pub part: Part,
    /// The record it stands in: the scenario, or what the board says beside it.
    pub record: Key,
    /// What makes no sense.
    pub error: SimulationError,
}

impl Problem {
    /// The line of a board file on which the part starts, from 1.
    #[must_use]
    pub fn line(&self, lines: &Lines<'_>) -> usize {
        let (list, at) = match self.part {
            Part::Board | Part::Whole => return lines.line(&self.record),
            Part::Stimulus(at) => ("stimuli", at),
            Part::Fault(at) => ("faults", at),
            Part::Expectation(at) => ("expectations", at),
        };
        lines.line_within(&self.record, &[Step::Field(list), Step::Element(at)])
    }
}

impl Work<'_> {
    /// Takes a scenario up; answers everything in it that makes no sense.
    pub(super) fn scenario(&mut self, scenario: &Scenario) -> Vec<Problem> {
        let record = Key::Scenario(self.scenario.to_owned());
        let problem = |part, error| Problem { part, record: record.clone(), error };
        let mut wrong = Vec::new();
        if scenario.stimuli.is_empty() {
            wrong.push(problem(Part::Whole, SimulationError::NothingArrives));
        }
        let limited = scenario.stimuli.iter().all(is_limited);
        let duration = if limited { u64::MAX / 4 } else { MINUTE };
        self.model.duration = scenario.duration.map_or(duration, |span| span.0);
        self.model.drain = scenario.drain.map_or(DAY, |span| span.0);
        self.model.outages = scenario.outages;
        for (at, stimulus) in scenario.stimuli.iter().enumerate() {
            wrong.extend(self.stimulus(stimulus).err().map(|error| problem(Part::Stimulus(at), error)));
        }
        self.model.islands = self.islands();
        for (at, fault) in scenario.faults.iter().enumerate() {
            match super::fault(&self.model, fault) {
                Ok(fault) => self.model.faults.push(fault),
                Err(error) => wrong.push(problem(Part::Fault(at), error)),
            }
        }
        for (at, expectation) in scenario.expectations.iter().enumerate() {
            let names = self.check_names(&expectation.name, &expectation.promise);
            let checked = names.and_then(|()| self.check_numbers(&expectation.name, &expectation.promise));
            wrong.extend(checked.err().map(|error| problem(Part::Expectation(at), error)));
        }
        self.model.expectations.clone_from(&scenario.expectations);
        wrong
    }

    fn unknown<'n>(
        &self,
        what: impl Into<String>,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> SimulationError {
        SimulationError::Unknown {
            what: format!("scenario `{}`: {}", self.scenario, what.into()),
            name: name.to_owned(),
            near: nearest(name, known),
        }
    }

    fn message_names(&self) -> impl Iterator<Item = &str> {
        self.topology.messages.iter().map(|message| message.name.as_str())
    }

    /// The message of a name: a command or query before an event.
    fn message_named(&self, name: &str) -> Option<topology::MessageIx> {
        use MessageKind::{Command, Event, Query};
        [Command, Query, Event].into_iter().find_map(|kind| self.topology.message(kind, name))
    }

    fn stimulus(&mut self, stimulus: &board::Stimulus) -> Result<(), SimulationError> {
        let found = self.message_named(&stimulus.entry);
        let found = found.ok_or_else(|| self.unknown("a stimulus", &stimulus.entry, self.message_names()))?;
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
            let call = self.model.call(timeout, retries, backoff);
            super::guarded(call, self.board, kind, &stimulus.entry)
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
                let rate = positive(&owner, "the rate", *rate)?;
                if rate > 1e9 {
                    return Err(number(owner, "the rate", "at most one every nanosecond", rate));
                }
                Arrivals::Renewal(Sampler::Exponential(1e9 / rate))
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

    /// The services inside each frame.
    fn islands(&self) -> Vec<(String, Vec<ServiceIx>)> {
        let frames = self.board.frames.values().filter(|frame| !frame.name.is_empty());
        let mut names: Vec<&str> = frames.map(|frame| frame.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let inside = |name: &str| {
            let parties = self.topology.parties.iter().zip(0u32..).filter(|(party, _)| {
                party.reactions.iter().any(|reaction| {
                    let sticky = self.board.stickies.get(&self.topology[*reaction].sticky);
                    sticky.is_some_and(|sticky| {
                        self.board.frames_around(sticky).any(|(_, frame)| frame.name == name)
                    })
                })
            });
            parties.map(|(_, at)| ServiceIx(at)).collect()
        };
        names.into_iter().map(|name| (name.to_owned(), inside(name))).collect()
    }

    fn check_names(&self, expectation: &str, promise: &Promise) -> Result<(), SimulationError> {
        let mut copy = promise.clone();
        for name in copy.names_mut() {
            let what = format!("the expectation \"{expectation}\"");
            let wrong = match promise {
                Promise::QueueDepth { .. } if self.channel_named(name).is_none() => {
                    let channels = self.model.channels.iter().map(|channel| channel.name.as_str());
                    self.unknown(what, name, channels)
                }
                Promise::QueueDepth { .. } => continue,
                _ if self.message_named(name).is_none() => self.unknown(what, name, self.message_names()),
                _ => continue,
            };
            return Err(wrong);
        }
        Ok(())
    }
}

impl Work<'_> {
    fn check_numbers(&self, expectation: &str, promise: &Promise) -> Result<(), SimulationError> {
        let owner = format!("scenario `{}`, the expectation \"{expectation}\"", self.scenario);
        let wrong = match promise {
            Promise::Latency { percentile, .. } if !(0.0..=100.0).contains(percentile) => {
                ("the percentile", "between 0 and 100", *percentile)
            }
            Promise::Answered { at_least, .. } => {
                return probability(&owner, "the share", *at_least).map(drop);
            }
            Promise::Count { at_least, at_most, .. } if at_least > at_most => {
                ("the least", "no more than the most", *at_least as f64)
            }
            Promise::Ratio { at_least, at_most, .. }
                if !matches!(at_least.partial_cmp(at_most), Some(Less | Equal)) =>
            {
                ("the least", "no more than the most", *at_least)
            }
            _ => return Ok(()),
        };
        Err(number(owner, wrong.0, wrong.1, wrong.2))
    }
}

fn number(owner: String, what: &str, bounds: &'static str, value: f64) -> SimulationError {
    SimulationError::Number { owner, what: what.to_owned(), bounds, value }
}

fn is_limited(stimulus: &board::Stimulus) -> bool {
    stimulus.limit.is_some() || matches!(stimulus.arrivals, Stated::Burst { .. } | Stated::At(_))
}
