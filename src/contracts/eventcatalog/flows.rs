//! Flows of a catalogue: each process in steps, from whoever or whatever starts it.
//!
//! A flow begins with a message that comes from outside (somebody issues it, or nobody on the board sends it), or with
//! a reaction that nothing triggers. From there it follows what triggers what, each step once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::super::model::Model;
use super::super::names::Names;
use super::{FAILURE, FIRST, WEIGHT, page, version_of};
use crate::board::notation::words;
use crate::board::{Outcome, StickyKind};
use crate::contracts::Bundle;
use crate::topology::{MessageIx, MessageKind, Output, ReactionIx};

/// The most steps of one flow: longer ones are no longer read, and every flow of a large board could be all of it.
const STEPS_MAX: usize = 200;

/// What a step is that shows a screen, and one that shows a policy nobody hosts.
pub(in crate::contracts) const SCREEN: &str = "UI";
pub(in crate::contracts) const POLICY: &str = "Policy";
/// How steps are labelled that need no condition.
pub(in crate::contracts) const LABELS: [&str; 7] =
    ["issues", "triggers", "is handled by", "is answered by", "publishes", "sends", "asks"];

/// What a step shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown<'a> {
    Issuer(StickyKind, &'a str),
    Message(MessageIx),
    Reaction(ReactionIx),
}

/// Where one flow begins.
struct Start<'a> {
    name: String,
    /// The message it begins with; none where nothing triggers it.
    message: Option<MessageIx>,
    first: Vec<Shown<'a>>,
}

/// Writes every flow.
pub(super) fn write(model: &Model, bundle: &mut Bundle) {
    let mut names = Names::default();
    for start in starts(model) {
        let identity = format!("{:?} {}", start.message, start.name);
        let id = names.claim(&identity, &super::super::names::kebab(&start.name));
        let (steps, cut) = steps(model, &start);
        if cut {
            bundle.remark(
                start.name.as_str(),
                format!("its flow ends after {STEPS_MAX} steps; there are more"),
            );
        }
        let front = json!({ "id": id, "name": start.name, "version": FIRST, "steps": steps });
        page(bundle, &format!("flows/{id}"), front, "");
    }
}

fn starts<'a>(model: &Model<'a>) -> Vec<Start<'a>> {
    let topology = model.topology;
    let mut out = Vec::new();
    for (at, message) in topology.messages.iter().enumerate() {
        let outside = !message.issuers.is_empty() || message.producers.is_empty();
        if !outside || message.routes.is_empty() {
            continue;
        }
        let issuers: BTreeSet<Shown> = message
            .issuers
            .iter()
            .filter_map(|sticky| model.board.stickies.get(sticky))
            .map(|sticky| Shown::Issuer(sticky.kind, &sticky.name))
            .collect();
        let mut first: Vec<Shown> = issuers.into_iter().collect();
        if first.is_empty() {
            first.push(Shown::Message(MessageIx(at)));
        }
        out.push(Start { name: words(&message.name), message: Some(MessageIx(at)), first });
    }
    let mut unprompted: BTreeMap<&str, Vec<Shown>> = BTreeMap::new();
    for (at, reaction) in topology.reactions.iter().enumerate() {
        if reaction.triggers.is_empty() && !reaction.outputs.is_empty() {
            let host = reaction.host.map_or("Policies", |party| topology[party].name.as_str());
            unprompted.entry(host).or_default().push(Shown::Reaction(ReactionIx(at)));
        }
    }
    out.extend(unprompted.into_iter().map(|(host, first)| Start {
        name: format!("{host} unprompted"),
        message: None,
        first,
    }));
    out
}

/// The steps of a flow, and whether there are more than are shown.
fn steps<'a>(model: &Model<'a>, start: &Start<'a>) -> (Vec<Value>, bool) {
    let mut order: Vec<Shown> = Vec::new();
    let mut known: BTreeSet<Shown> = BTreeSet::new();
    let mut open: VecDeque<Shown> = start.first.iter().copied().collect();
    let mut cut = false;
    while let Some(shown) = open.pop_front() {
        if known.contains(&shown) {
            continue;
        }
        if order.len() == STEPS_MAX {
            cut = true;
            break;
        }
        known.insert(shown);
        order.push(shown);
        open.extend(next(model, shown, start).into_iter().map(|(next, _)| next));
    }
    let mut names = Names::default();
    let ids: BTreeMap<Shown, String> = order
        .iter()
        .map(|shown| (*shown, names.claim(&format!("{shown:?}"), &title(model, *shown))))
        .collect();
    let steps = order.iter().map(|shown| {
        let mut step = Map::new();
        step.insert("id".into(), ids[shown].clone().into());
        step.insert("title".into(), title(model, *shown).into());
        let (key, value) = about(model, *shown);
        step.insert(key.into(), value);
        let mut follow: Vec<Value> = Vec::new();
        for (next, label) in next(model, *shown, start) {
            let Some(id) = ids.get(&next) else { continue };
            if !follow.iter().any(|other| other["id"] == json!(id)) {
                follow.push(json!({ "id": id, "label": label }));
            }
        }
        match follow.len() {
            0 => {}
            1 => {
                step.insert("next_step".into(), follow.remove(0));
            }
            _ => {
                step.insert("next_steps".into(), Value::Array(follow));
            }
        }
        Value::Object(step)
    });
    (steps.collect(), cut)
}

fn title(model: &Model, shown: Shown) -> String {
    match shown {
        Shown::Issuer(_, name) => name.to_owned(),
        Shown::Message(ix) => words(&model.topology[ix].name),
        Shown::Reaction(ix) => match model.topology[ix].host {
            Some(party) => model.topology[party].name.clone(),
            None => said(model, ix),
        },
    }
}

/// What the sticky of a reaction says.
fn said(model: &Model, ix: ReactionIx) -> String {
    let sticky = model.board.stickies.get(&model.topology[ix].sticky);
    sticky
        .map(|sticky| sticky.name.clone())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| POLICY.to_owned())
}

/// What a step points at: an actor, a message, a service, or something the catalogue has no collection for.
fn about(model: &Model, shown: Shown) -> (&'static str, Value) {
    match shown {
        Shown::Issuer(StickyKind::Ui, name) => ("custom", json!({ "title": name, "type": SCREEN })),
        Shown::Issuer(_, name) => ("actor", json!({ "name": name })),
        Shown::Message(ix) => {
            let message = &model.messages[model.message_of(ix)];
            let newest = message.versions.last().map_or("1", |version| version.version);
            ("message", json!({ "id": message.slug, "version": version_of(newest) }))
        }
        Shown::Reaction(ix) => match model.topology[ix].host {
            Some(party) => ("service", json!({ "id": model.parties[party.0].slug, "version": FIRST })),
            None => ("custom", json!({ "title": said(model, ix), "type": POLICY })),
        },
    }
}

/// What follows a step, with the label of the way there.
fn next<'a>(model: &Model<'a>, shown: Shown, start: &Start<'a>) -> Vec<(Shown<'a>, String)> {
    let topology = model.topology;
    match shown {
        Shown::Issuer(..) => {
            start.message.into_iter().map(|ix| (Shown::Message(ix), "issues".to_owned())).collect()
        }
        Shown::Message(ix) => {
            let label = match topology[ix].kind {
                MessageKind::Event => "triggers",
                MessageKind::Command => "is handled by",
                MessageKind::Query => "is answered by",
            };
            let routes = topology[ix].routes.iter();
            routes.map(|route| (Shown::Reaction(topology[*route].reaction), label.to_owned())).collect()
        }
        Shown::Reaction(ix) => {
            let outputs = &topology[ix].outputs;
            outputs
                .iter()
                .map(|output| (Shown::Message(output.message), outcome(model, outputs, output)))
                .collect()
        }
    }
}

/// When an output happens, as the triggers of a service's page say it too.
fn outcome(model: &Model, all: &[Output], output: &Output) -> String {
    match &output.outcome {
        Outcome::OneOf(weight) => format!("{WEIGHT}{weight}"),
        Outcome::OnFailureOf(link) => match all.iter().find(|other| other.link == *link) {
            Some(failed) => format!("{FAILURE}{}", model.messages[model.message_of(failed.message)].slug),
            None => "on failure".to_owned(),
        },
        Outcome::Always => match model.topology[output.message].kind {
            MessageKind::Event => "publishes",
            MessageKind::Command => "sends",
            MessageKind::Query => "asks",
        }
        .to_owned(),
    }
}
