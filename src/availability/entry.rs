//! One entry's figures: how often it is answered, what that hangs on, and what its completion waits for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::path::{Choices, Overlay, PartIx, Setting, Stated};
use super::{Exact, Limits, downtime_hours, exact};
use crate::board::{Board, LinkId, Outcome, StickyId};
use crate::topology::{MessageIx, MessageKind, ReactionIx, RouteIx, Topology};

/// What a part of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// A service, external system, or an aggregate or read model on its own.
    Service,
    /// A bus, topic, queue or stream.
    Channel,
}

/// A part that an entry's answer hangs on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its name.
    pub name: String,
    /// The probability that it is up, replicas included.
    pub availability: f64,
    /// Nothing is stated about it: taken as always up.
    pub assumed: bool,
    /// Birnbaum's importance: the change of the entry's availability per change of the part's.
    pub importance: f64,
    /// Hours of downtime a year that the entry would be spared if this part never failed.
    pub costs_hours: f64,
}

/// One call on the accept path, in the order a reader follows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// How deep: 0 for the entry itself.
    pub depth: usize,
    /// The command or query.
    pub message: String,
    /// Who answers; none for a policy, which is always up.
    pub host: Option<String>,
    /// It is made only when another call failed.
    pub on_failure: bool,
    /// It is one of several exclusive calls.
    pub one_of: bool,
    /// The calls further on are listed where this reaction stands first.
    pub repeated: bool,
    /// The reaction's sticky.
    #[serde(skip)]
    pub sticky: StickyId,
    /// The link into the reaction.
    #[serde(skip)]
    pub link: Option<LinkId>,
}

/// What an entry sets in motion beyond its answer: outages there delay it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Completion {
    /// Services and channels that the work passes after the answer, by name. Empty when the answer ends it all.
    pub parts: Vec<String>,
    /// The probability that everything, answer included, is up at once, so that no outage delays anything.
    pub undelayed: f64,
    /// Mean extra seconds spent waiting for repairs, where times to repair are stated: an outage met at a random
    /// moment lasts its mean time to repair once more.
    pub outage_delay_seconds: Option<f64>,
}

/// The figures of one entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryReport {
    /// The command or query.
    pub entry: String,
    /// Command or query.
    pub kind: MessageKind,
    /// Whether whoever issues it waits for the reaction, rather than for its acceptance by a channel.
    pub waits: bool,
    /// The probability that it is answered, at a random moment. A lower bound when `at_most` is given.
    pub availability: f64,
    /// An upper bound, when the parts are too entangled for the exact value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Expected hours of downtime a year (of 8,766 hours).
    pub downtime_hours: f64,
    /// The part with the greatest importance among those that can fail; several when they are equally important.
    pub weakest: Vec<String>,
    /// What the answer hangs on, most important first.
    pub parts: Vec<Part>,
    /// The calls that are waited for.
    pub calls: Vec<Call>,
    /// What comes after the answer.
    pub completion: Completion,
    /// What was assumed, in sentences.
    pub notes: Vec<String>,
}

/// Branches of exclusive outputs are told apart up to so many combinations.
const MOST_COMBINATIONS: usize = 256;

/// The figures of one command or query of a topology.
#[must_use]
pub fn entry_report(board: &Board, topology: &Topology, entry: MessageIx, limits: &Limits) -> EntryReport {
    let overlay = Overlay::default();
    report(&Setting { board, topology, overlay: &overlay }, entry, limits)
}

/// The figures of every entry of a topology, in order of kind and name.
#[must_use]
pub fn all_entries(board: &Board, topology: &Topology, limits: &Limits) -> Vec<EntryReport> {
    topology.entries().map(|entry| entry_report(board, topology, entry, limits)).collect()
}

/// Availability of an entry's answer, with importance by part.
pub(super) struct Figures {
    pub(super) up: f64,
    pub(super) down: f64,
    pub(super) at_most: Option<f64>,
    pub(super) importance: BTreeMap<PartIx, f64>,
    pub(super) pessimistic: bool,
}

/// Weighs the combinations of exclusive branches.
pub(super) fn figures(setting: &Setting<'_>, routes: &[RouteIx], limits: &Limits) -> Figures {
    let choosers = setting.choosers(routes);
    let combinations = choosers.iter().fold(1_usize, |n, (_, branches)| n.saturating_mul(branches.len()));
    let pessimistic = combinations > MOST_COMBINATIONS;
    let mut total = Figures { up: 0.0, down: 0.0, at_most: None, importance: BTreeMap::new(), pessimistic };
    for number in 0..if pessimistic { 1 } else { combinations } {
        let (mut weight, mut rest, mut choices) = (1.0, number, Choices::new());
        for (reaction, branches) in choosers.iter().filter(|_| !pessimistic) {
            let (output, share) = branches[rest % branches.len()];
            rest /= branches.len();
            weight *= share;
            choices.insert(*reaction, output);
        }
        add_weighted(&mut total, setting, routes, &choices, weight, limits);
    }
    total
}

fn add_weighted(
    total: &mut Figures,
    setting: &Setting<'_>,
    routes: &[RouteIx],
    choices: &Choices,
    weight: f64,
    limits: &Limits,
) {
    let path = setting.accept(routes, choices);
    let before = total.up;
    match exact(&path.structure, path.root, limits) {
        Ok(Exact { availability, unavailability, importance, .. }) => {
            total.up += weight * availability;
            total.down += weight * unavailability;
            if let Some(at_most) = &mut total.at_most {
                *at_most += weight * availability;
            }
            for (part, importance) in path.parts.iter().zip(importance) {
                *total.importance.entry(*part).or_default() += weight * importance;
            }
        }
        Err(bounds) => {
            total.up += weight * bounds.lower;
            total.down += weight * (1.0 - bounds.lower);
            total.at_most = Some(total.at_most.unwrap_or(before) + weight * bounds.upper);
            for part in &path.parts {
                total.importance.entry(*part).or_default();
            }
        }
    }
}

pub(super) fn report(setting: &Setting<'_>, entry: MessageIx, limits: &Limits) -> EntryReport {
    let topology = setting.topology;
    let routes = setting.entry_routes(entry);
    let figures = figures(setting, &routes, limits);
    let stated: BTreeMap<PartIx, Stated> =
        figures.importance.keys().map(|part| (*part, setting.stated(*part))).collect();
    let mut parts: Vec<Part> = figures
        .importance
        .iter()
        .filter(|(_, importance)| **importance > 0.0 || figures.at_most.is_some())
        .map(|(part, importance)| Part {
            kind: if matches!(part, PartIx::Party(_)) { PartKind::Service } else { PartKind::Channel },
            name: setting.name(*part),
            availability: stated[part].up,
            assumed: stated[part].assumed,
            importance: *importance,
            costs_hours: downtime_hours(importance * stated[part].down),
        })
        .collect();
    // By what can fail, then importance, then name: the sort is stable and parts come by name.
    parts.sort_by(|a, b| {
        let rank = |p: &Part| if p.availability < 1.0 { p.importance } else { -1.0 };
        rank(b).total_cmp(&rank(a))
    });
    let known = figures.at_most.is_none();
    let top = parts.first().map_or(0.0, |p| p.importance) * (1.0 - 1e-9);
    let weakest = parts.iter().filter(|p| known && p.availability < 1.0 && p.importance >= top);
    EntryReport {
        entry: topology[entry].name.clone(),
        kind: topology[entry].kind,
        waits: routes.iter().any(|r| topology[*r].mode == crate::board::Mode::Synchronous),
        availability: figures.up,
        at_most: figures.at_most,
        downtime_hours: downtime_hours(figures.down),
        weakest: weakest.map(|p| p.name.clone()).collect(),
        calls: calls(setting, entry, &routes),
        completion: completion(setting, &routes),
        notes: notes(setting, entry, &routes, &parts, &figures),
        parts,
    }
}

fn notes(
    setting: &Setting<'_>,
    entry: MessageIx,
    routes: &[RouteIx],
    parts: &[Part],
    figures: &Figures,
) -> Vec<String> {
    let mut notes = Vec::new();
    if routes.is_empty() {
        notes.push(format!("Nobody handles {} yet", setting.topology[entry].name));
    }
    let assumed: Vec<&str> = parts.iter().filter(|p| p.assumed).map(|p| p.name.as_str()).collect();
    if !assumed.is_empty() {
        notes.push(format!("No availability is stated for {}: taken as always up", assumed.join(", ")));
    }
    let mut unhandled: BTreeSet<&str> = BTreeSet::new();
    for reaction in setting.waited_reactions(routes) {
        for output in &setting.topology[reaction].outputs {
            let message = &setting.topology[output.message];
            if message.kind != MessageKind::Event && output.routes.is_empty() {
                unhandled.insert(&message.name);
            }
        }
    }
    for name in unhandled {
        notes.push(format!("Nobody handles {name} yet: taken as always answered"));
    }
    if figures.pessimistic {
        notes.push("Too many exclusive branches to weigh: every branch is taken as needed".to_owned());
    }
    if figures.at_most.is_some() {
        notes.push("The parts are too entangled for an exact figure: bounds are given".to_owned());
    }
    notes
}

/// The calls that are waited for, depth first; a reaction that was listed before is not gone into again.
fn calls(setting: &Setting<'_>, entry: MessageIx, routes: &[RouteIx]) -> Vec<Call> {
    let topology = setting.topology;
    let mut listed: BTreeSet<ReactionIx> = BTreeSet::new();
    let mut calls = Vec::new();
    let mut todo: Vec<(usize, MessageIx, RouteIx, bool, bool)> = routes
        .iter()
        .rev()
        .filter(|r| topology[**r].mode == crate::board::Mode::Synchronous)
        .map(|r| (0, entry, *r, false, false))
        .collect();
    while let Some((depth, message, route, on_failure, one_of)) = todo.pop() {
        let at = topology[route].reaction;
        let reaction = &topology[at];
        let first = listed.insert(at);
        let mut below = Vec::new();
        for output in &reaction.outputs {
            let on_failure = matches!(output.outcome, Outcome::OnFailureOf(_));
            if on_failure && !setting.stands_in(at, output) {
                continue;
            }
            let one_of = matches!(output.outcome, Outcome::OneOf(_));
            let next = setting.waited(output).map(|r| (depth + 1, output.message, r, on_failure, one_of));
            below.extend(next);
        }
        calls.push(Call {
            depth,
            message: topology[message].name.clone(),
            host: reaction.host.map(|h| topology[h].name.clone()),
            on_failure,
            one_of,
            repeated: !first && !below.is_empty(),
            sticky: reaction.sticky,
            link: topology[route].links.last().copied(),
        });
        if first {
            todo.extend(below.into_iter().rev());
        }
    }
    calls
}

/// Everything the entry sets in motion. Exclusive branches all count, failure branches do not.
fn completion(setting: &Setting<'_>, routes: &[RouteIx]) -> Completion {
    let topology = setting.topology;
    let waited: BTreeSet<ReactionIx> = setting.waited_reactions(routes).into_iter().collect();
    // One entry may set half the board in motion, and many entries the same half: flags by place, not trees.
    let mut met = vec![false; topology.reactions.len()];
    let mut channels = vec![false; topology.channels.len()];
    let (mut hosts_now, mut hosts_later) =
        (vec![false; topology.parties.len()], vec![false; topology.parties.len()]);
    let mut todo: Vec<RouteIx> = routes.to_vec();
    while let Some(route) = todo.pop() {
        topology[route].channels.iter().for_each(|channel| channels[channel.0] = true);
        let reaction = topology[route].reaction;
        if std::mem::replace(&mut met[reaction.0], true) {
            continue;
        }
        if let Some(host) = topology[reaction].host {
            let hosts = if waited.contains(&reaction) { &mut hosts_now } else { &mut hosts_later };
            hosts[host.0] = true;
        }
        for output in &topology[reaction].outputs {
            if !matches!(output.outcome, Outcome::OnFailureOf(_)) {
                todo.extend(&output.routes);
            }
        }
    }
    let parties = |flags: &[bool]| -> Vec<PartIx> {
        let set = flags.iter().enumerate().filter(|(_, is)| **is);
        set.map(|(at, _)| PartIx::Party(crate::topology::PartyIx(at))).collect()
    };
    let now: BTreeSet<PartIx> = parties(&hosts_now).into_iter().collect();
    let mut later: BTreeSet<PartIx> = parties(&hosts_later).into_iter().collect();
    let passed = channels.iter().enumerate().filter(|(_, is)| **is);
    later.extend(passed.map(|(at, _)| PartIx::Channel(crate::topology::ChannelIx(at))));
    let undelayed = now.union(&later).map(|part| setting.stated(*part).up).product();
    let delays: Option<Vec<f64>> = later
        .iter()
        .map(|part| setting.stated(*part))
        .filter(|stated| stated.down > 0.0)
        .map(|stated| stated.repair.map(|r| stated.down * r.as_secs_f64()))
        .collect();
    Completion {
        parts: later.iter().map(|part| setting.name(*part)).collect(),
        undelayed,
        outage_delay_seconds: delays.filter(|d| !d.is_empty()).map(|d| d.iter().sum()),
    }
}
