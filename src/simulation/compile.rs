//! From a board and a scenario to a model.
//!
//! Where a board says nothing, a service takes 10 ms, a channel 5 ms, an outage whose availability alone is known
//! lasts an hour on average, arrivals go on for a minute, and work may take a day to drain.

mod channels;
mod fault;
mod replies;
mod routes;
mod scenario;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use fault::fault;
pub use scenario::{Part, Problem};

use super::distribution::{DistributionError, Sampler};
use super::model::{Call, Message, Model, Output, Reaction, ReactionIx, Service, ServiceIx, When};
use super::payload::Template;
use crate::board::{
    self, Board, Distribution, Mode, Outcome, Publishing, Scenario, Schema, Span, StickyKind, near,
};
use crate::topology::{self, MessageKind, RouteIx, Topology};

const SERVICE_LATENCY: Sampler = Sampler::Constant(10_000_000);
const CHANNEL_LATENCY: Sampler = Sampler::Constant(5_000_000);
const REPAIR: u64 = 3_600_000_000_000;
/// Failures that open a circuit breaker that states none, and how long it then stays open.
const BREAKER_FAILURES: u32 = 5;
const BREAKER_OPEN: u64 = 30_000_000_000;
/// The channel of asynchronous messages on boards that name none.
pub const DIRECT: &str = "direct delivery";

/// Why a board cannot be run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SimulationError {
    /// The board has no scenario of this name.
    #[error("the board has no scenario `{name}`; it has {known}")]
    NoSuchScenario {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// There is nothing to run.
    #[error(
        "nothing arrives at this board: draw an actor that issues a command, or add a scenario with a stimulus"
    )]
    NothingArrives,
    /// A scenario names what is not on the board.
    #[error("{what} names `{name}`, which is not on the board{}", asked(near))]
    Unknown {
        /// What names it.
        what: String,
        /// The name.
        name: String,
        /// What there is that may have been meant.
        near: Vec<String>,
    },
    /// A fault cannot strike what it names.
    #[error("the fault `{fault}` strikes {strikes}, and `{name}` is none")]
    Misdirected {
        /// The fault.
        fault: &'static str,
        /// What it can strike.
        strikes: &'static str,
        /// What it names.
        name: String,
    },
    /// A replay asks for what nothing keeps.
    #[error("`{name}` keeps nothing to be replayed: give it an `archive`, or strike a stream")]
    NothingKept {
        /// The channel.
        name: String,
    },
    /// The window of a replay is empty.
    #[error("the replay of `{name}` must end after it begins")]
    Window {
        /// The channel.
        name: String,
    },
    /// A number makes no sense.
    #[error("{owner}: {what} must be {bounds}, not {value}")]
    Number {
        /// Whose number it is.
        owner: String,
        /// Which number it is.
        what: String,
        /// What it may be.
        bounds: &'static str,
        /// What it is.
        value: f64,
    },
    /// A distribution makes no sense.
    #[error("{owner}: {source}")]
    Distribution {
        /// Whose it is.
        owner: String,
        /// Why.
        source: DistributionError,
    },
    /// A content filter cannot be read.
    #[error("the filter {place} cannot be read: {problem}")]
    Filter {
        /// Whose it is.
        place: String,
        /// Why.
        problem: String,
    },
    /// A channel names a preset nobody knows.
    #[error("channel `{channel}`: there is no preset `{preset}`; there are {known}")]
    Preset {
        /// The channel.
        channel: String,
        /// The preset.
        preset: String,
        /// The names there are.
        known: String,
    },
}

fn asked(near: &[String]) -> String {
    near::question(near).map_or_else(String::new, |question| format!("; {question}"))
}

/// Compiles a board under one of its scenarios. Without a name: the first one, or one command a second at every
/// entry when the board has none.
///
/// # Errors
/// When the scenario does not exist, or the board or scenario states what makes no sense.
pub fn compile(board: &Board, scenario: Option<&str>) -> Result<Model, SimulationError> {
    let topology = topology::derive(board);
    let (name, scenario) = chosen(board, &topology, scenario)?;
    compile_scenario(board, &topology, name, &scenario)
}

/// The scenario that a board is run under, with its name.
fn chosen<'b>(
    board: &'b Board,
    topology: &Topology,
    scenario: Option<&str>,
) -> Result<(&'b str, Cow<'b, Scenario>), SimulationError> {
    let found = match scenario {
        Some(name) => {
            let known = || board.scenarios.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            Some(board.scenarios.get_key_value(name).ok_or_else(|| SimulationError::NoSuchScenario {
                name: name.to_owned(),
                known: if board.scenarios.is_empty() { "none".to_owned() } else { known() },
            })?)
        }
        None => board.scenarios.first_key_value(),
    };
    Ok(match found {
        Some((name, scenario)) => (name, Cow::Borrowed(scenario)),
        None => ("", Cow::Owned(everything_arrives(topology))),
    })
}

/// Compiles a board under a scenario that need not be the board's own.
///
/// # Errors
/// When the board or scenario states what makes no sense.
pub fn compile_scenario(
    board: &Board,
    topology: &Topology,
    name: &str,
    scenario: &Scenario,
) -> Result<Model, SimulationError> {
    let mut work = Work::of(board, topology, name).map_err(|problem| problem.error)?;
    match work.scenario(scenario).into_iter().next() {
        Some(problem) => Err(problem.error),
        None => {
            work.keys();
            Ok(work.model)
        }
    }
}

/// Everything in a scenario that makes no sense on this board, part by part, for whoever is writing it.
#[must_use]
pub fn problems(board: &Board, topology: &Topology, name: &str, scenario: &Scenario) -> Vec<Problem> {
    match Work::of(board, topology, name) {
        Ok(mut work) => work.scenario(scenario),
        Err(problem) => vec![*problem],
    }
}

/// Everything that makes no sense about the scenario [`compile`] would take; none when that is not there.
#[must_use]
pub fn problems_under(board: &Board, scenario: Option<&str>) -> Vec<Problem> {
    let topology = topology::derive(board);
    let chosen = chosen(board, &topology, scenario);
    chosen.map(|(name, scenario)| problems(board, &topology, name, &scenario)).unwrap_or_default()
}

/// Everything that makes no sense about a board and all its scenarios. Where the board itself cannot be run, its
/// scenarios are not looked at.
#[must_use]
pub fn every_problem(board: &Board) -> Vec<Problem> {
    let topology = topology::derive(board);
    if let Err(problem) = Work::of(board, &topology, "") {
        return vec![*problem];
    }
    let each = board.scenarios.iter();
    each.flat_map(|(name, scenario)| problems(board, &topology, name, scenario)).collect()
}

/// What arrives at a board without scenarios: one of everything a second.
fn everything_arrives(topology: &Topology) -> Scenario {
    let stimuli = topology
        .entries()
        .map(|entry| board::Stimulus { entry: topology[entry].name.clone(), ..board::Stimulus::default() });
    Scenario { stimuli: stimuli.collect(), ..Scenario::default() }
}

struct Work<'a> {
    board: &'a Board,
    topology: &'a Topology,
    model: Model,
    scenario: &'a str,
    /// The record of the board that is being looked at.
    record: board::Key,
    /// The model's reaction of each reaction of the topology.
    reactions: Vec<ReactionIx>,
    /// Answers to asynchronous commands that are drawn, with the response channel they travel through.
    replied: BTreeMap<RouteIx, String>,
}

fn sampler(
    distribution: Option<&Distribution>,
    otherwise: &Sampler,
    owner: impl Fn() -> String,
) -> Result<Sampler, SimulationError> {
    let Some(distribution) = distribution else { return Ok(otherwise.clone()) };
    Sampler::new(distribution).map_err(|source| SimulationError::Distribution { owner: owner(), source })
}

fn probability(owner: &str, what: &str, value: f64) -> Result<f64, SimulationError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(value);
    }
    let (owner, what) = (owner.to_owned(), what.to_owned());
    Err(SimulationError::Number { owner, what, bounds: "between 0 and 1", value })
}

fn positive(owner: &str, what: &str, value: f64) -> Result<f64, SimulationError> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    let (owner, what) = (owner.to_owned(), what.to_owned());
    Err(SimulationError::Number { owner, what, bounds: "above zero", value })
}

/// Mean times up and down, from what is stated of them.
fn outages(
    owner: &str,
    availability: Option<f64>,
    mttf: Option<Span>,
    mttr: Option<Span>,
) -> Result<Option<(u64, u64)>, SimulationError> {
    if let (Some(mttf), Some(mttr)) = (mttf, mttr) {
        return Ok((mttr.0 > 0 && mttf.0 > 0).then_some((mttf.0, mttr.0)));
    }
    let Some(share) = availability else { return Ok(None) };
    let share = probability(owner, "availability", share)?;
    if share >= 1.0 {
        return Ok(None);
    }
    let repair = mttr.map_or(REPAIR, |span| span.0.max(1));
    let up = repair as f64 * share / (1.0 - share);
    Ok(Some(((up as u64).max(1), repair)))
}

impl<'a> Work<'a> {
    /// The board itself, before any scenario.
    fn of(board: &'a Board, topology: &'a Topology, scenario: &'a str) -> Result<Self, Box<Problem>> {
        let mut work = Work {
            board,
            topology,
            model: Model::default(),
            scenario,
            record: board::Key::Settings,
            reactions: Vec::new(),
            replied: replies::drawn(board, topology),
        };
        match work.records() {
            Ok(()) => Ok(work),
            Err(error) => Err(Box::new(Problem { part: Part::Board, record: work.record, error })),
        }
    }
}

impl Work<'_> {
    fn records(&mut self) -> Result<(), SimulationError> {
        self.model.registry = self.board.settings.registry;
        self.services()?;
        self.messages();
        self.channels()?;
        self.reactions()?;
        self.replies()
    }

    fn services(&mut self) -> Result<(), SimulationError> {
        for party in &self.topology.parties {
            let stated = self.board.services.get(&party.name).cloned().unwrap_or_default();
            let owner = format!("service `{}`", party.name);
            self.record = board::Key::Service(party.name.clone());
            let replicas = stated.replicas.as_ref().map_or((1, 1), |replicas| {
                let count = replicas.count.max(1);
                (count, replicas.needed.clamp(1, count))
            });
            let service = Service {
                name: party.name.clone(),
                latency: sampler(stated.latency.as_ref(), &SERVICE_LATENCY, || owner.clone())?,
                workers: stated.concurrency.map_or(u32::MAX, |workers| workers.max(1)),
                waiting: stated.waiting.unwrap_or(u32::MAX),
                failure: probability(&owner, "failure", stated.failure)?,
                publishing: stated.publishing,
                outages: outages(&owner, stated.availability, stated.mttf, stated.mttr)?,
                replicas,
                rate_limit: stated.rate_limit.map(|rate| positive(&owner, "rate limit", rate)).transpose()?,
                cold_start: stated.cold_start.map_or(0, |span| span.0),
                lag: stated
                    .projection_lag
                    .as_ref()
                    .map(|lag| sampler(Some(lag), &Sampler::Constant(0), || owner.clone()))
                    .transpose()?,
                polls: false,
                coordinates: stated.two_phase_commit,
                outside: false,
            };
            self.model.service(service);
        }
        Ok(())
    }

    fn messages(&mut self) {
        for message in &self.topology.messages {
            let (schema, examples) = self.shape(message);
            let index = self.model.message(message.name.clone(), message.kind);
            let template = Template::new(&message.name, schema, examples);
            let origin = super::payload::Origin { seed: 0, correlation: 1, start: None, wanted: None };
            let sample = template.payload(origin);
            let failure = message.kind == MessageKind::Event
                && self.board.events.get(&message.name).is_some_and(|event| event.failure);
            self.model.messages[index.at()] = Message {
                size: sample.to_string().len() as u64,
                failure,
                ..self.model.messages[index.at()].clone()
            };
            self.model.payloads[index.at()] = template;
        }
    }

    fn shape(&self, message: &topology::Message) -> (Schema, Vec<serde_json::Value>) {
        let versions = match message.kind {
            MessageKind::Event => self.board.events.get(&message.name).map(|event| &event.versions),
            MessageKind::Command => self.board.commands.get(&message.name).map(|command| &command.versions),
            MessageKind::Query => {
                let request = self.board.queries.get(&message.name).map(|query| query.request.clone());
                return (request.unwrap_or_default(), Vec::new());
            }
        };
        let newest = versions.and_then(|versions| versions.last());
        newest.map_or_else(Default::default, |version| (version.schema.clone(), version.examples.clone()))
    }

    fn reactions(&mut self) -> Result<(), SimulationError> {
        for reaction in &self.topology.reactions {
            let service = match reaction.host {
                Some(party) => ServiceIx(party.0 as u32),
                None => {
                    let name = format!("policy {}", reaction.sticky);
                    let policy = Service::new(name, Sampler::Constant(0));
                    self.model.service(Service { outside: true, publishing: Publishing::Stateless, ..policy })
                }
            };
            let index = self.model.reaction(Reaction::new(service, Some(reaction.sticky), Vec::new()));
            self.reactions.push(index);
        }
        for (at, reaction) in self.topology.reactions.iter().enumerate() {
            let mut outputs = Vec::new();
            for output in &reaction.outputs {
                outputs.push(self.output(reaction, output)?);
            }
            let index = self.reactions[at];
            let service = self.model.reactions[index.at()].service;
            let made = Reaction::new(service, Some(reaction.sticky), outputs);
            self.record = board::Key::Sticky(reaction.sticky);
            if made.weights == 0.0 && made.outputs.iter().any(|output| matches!(output.when, When::OneOf(_)))
            {
                let sticky = self.board.stickies.get(&reaction.sticky).map_or("", |s| s.name.as_str());
                return Err(SimulationError::Number {
                    owner: format!("`{sticky}`"),
                    what: "the sum of the weights of what may happen".to_owned(),
                    bounds: "above zero",
                    value: 0.0,
                });
            }
            self.model.reactions[index.at()] = made;
        }
        Ok(())
    }

    fn output(
        &mut self,
        reaction: &topology::Reaction,
        output: &topology::Output,
    ) -> Result<Output, SimulationError> {
        self.record = board::Key::Link(output.link);
        let when = match output.outcome {
            Outcome::Always => When::Always,
            Outcome::OneOf(weight) => When::OneOf(self.weight(reaction, output, weight)?),
            Outcome::OnFailureOf(link) => {
                let failed = reaction.outputs.iter().position(|other| other.link == link);
                // An output that waits for the failure of what is not there never happens.
                When::OnFailureOf(failed.map_or(u16::MAX - 1, |at| at as u16))
            }
        };
        let kind = self.topology[output.message].kind;
        let waits = output.mode == Mode::Synchronous && kind != MessageKind::Event;
        let to = self.hops(&output.routes, &[output.link], waits)?;
        let name = &self.topology[output.message].name;
        let call = waits.then(|| {
            let call = self.model.call(output.timeout, output.retries, output.backoff);
            guarded(call, self.board, kind, name)
        });
        let command = self.board.commands.get(name).filter(|_| kind == MessageKind::Command && !waits);
        let deadline = command.and_then(|command| command.deadline).map_or(u64::MAX, |span| span.0);
        let message = super::model::MessageIx(output.message.0 as u32);
        Ok(Output { message, when, link: Some(output.link), to, call, deadline })
    }

    fn weight(
        &self,
        reaction: &topology::Reaction,
        output: &topology::Output,
        weight: f64,
    ) -> Result<f64, SimulationError> {
        if weight >= 0.0 && weight.is_finite() {
            return Ok(weight);
        }
        let sticky = self.board.stickies.get(&reaction.sticky).map_or("", |sticky| sticky.name.as_str());
        let message = &self.topology[output.message].name;
        Err(SimulationError::Number {
            owner: format!("`{sticky}`"),
            what: format!("the weight of `{message}`"),
            bounds: "zero or more",
            value: weight,
        })
    }
}

/// A call with the circuit breaker, bulkhead and fallback that its message states.
fn guarded(call: Call, board: &Board, kind: MessageKind, name: &str) -> Call {
    let (breaker, bulkhead, fallback) = match kind {
        MessageKind::Command => {
            board.commands.get(name).map(|c| (c.breaker.clone(), c.bulkhead, c.fallback)).unwrap_or_default()
        }
        MessageKind::Query => {
            board.queries.get(name).map(|q| (q.breaker.clone(), q.bulkhead, q.fallback)).unwrap_or_default()
        }
        MessageKind::Event => return call,
    };
    let breaker = breaker.map(|breaker| {
        let failures = if breaker.failures == 0 { BREAKER_FAILURES } else { breaker.failures };
        (failures, breaker.open.map_or(BREAKER_OPEN, |span| span.0))
    });
    Call { breaker, bulkhead: bulkhead.unwrap_or(u32::MAX), fallback, ..call }
}

/// True for stickies that stand for the world outside.
const fn is_outside(kind: StickyKind) -> bool {
    matches!(kind, StickyKind::Actor | StickyKind::Ui)
}
