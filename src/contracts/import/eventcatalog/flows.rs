//! Flows of a catalogue: who starts a process, and what a service does upon what, where its own page is silent on it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::gathered::{Does, Entry, MessageKey, Sort, Use};
use super::pages::{Page, next_steps, text};
use super::{Catalogue, outcome};
use crate::board::{Mode, StickyKind};
use crate::contracts::eventcatalog::flows::{LABELS, POLICY, SCREEN};
use crate::contracts::model::{Action, POLICIES};
use crate::topology::MessageKind;

/// What a step shows, as far as a board has a word for it.
#[derive(Clone, Debug, PartialEq)]
enum Shown<'d> {
    Issuer(StickyKind, &'d str),
    /// A message, with the id its page has.
    Message(MessageKey, &'d str),
    /// Whoever reacts: a service by its name.
    Service(String),
    /// A service of which there is no page: the flow alone says what it does.
    External(String),
    /// A policy nobody hosts, by what it says.
    Policy(&'d str),
    Other,
}

/// One step with what follows it, and the label of the way there.
struct Step<'d> {
    shown: Shown<'d>,
    next: Vec<(usize, &'d str)>,
}

impl<'d> Catalogue<'_, 'd, '_> {
    /// Reads who starts a flow, and the reactions it tells of.
    pub(super) fn read_flow(&mut self, page: &Page<'d>) {
        let steps = self.steps(page);
        let mut untold = 0;
        for (at, step) in steps.iter().enumerate() {
            for (next, _) in &step.next {
                match (&step.shown, &steps[*next].shown) {
                    (Shown::Issuer(kind, name), Shown::Message(key, _)) => self.entry(*kind, name, key),
                    (Shown::Message(..), Shown::Message(..)) => untold += 1,
                    (Shown::Message(..), _) | (_, Shown::Message(..)) => {}
                    _ => untold += 1,
                }
            }
            match &step.shown {
                Shown::Service(name) => self.follow(page, &steps, at, name, StickyKind::Service),
                Shown::External(name) => self.follow(page, &steps, at, name, StickyKind::External),
                Shown::Policy(_) => self.follow(page, &steps, at, POLICIES, StickyKind::Policy),
                _ => {}
            }
        }
        if untold > 0 {
            let message = format!(
                "{untold} of its steps follow another without a message to a service between them, so a board has no \
                 link for them"
            );
            self.into.remark(page.path, message);
        }
    }

    fn steps(&mut self, page: &Page<'d>) -> Vec<Step<'d>> {
        let listed = page.front.get("steps").and_then(Value::as_array);
        let all: Vec<&'d Value> = listed.into_iter().flatten().collect();
        let id = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let places: BTreeMap<String, usize> =
            all.iter().enumerate().filter_map(|(at, step)| Some((id(step.get("id")?), at))).collect();
        let mut out = Vec::new();
        for step in &all {
            let next =
                next_steps(step).filter_map(|(next, label)| Some((*places.get(&id(next))?, label))).collect();
            out.push(Step { shown: self.shown(step), next });
        }
        out
    }

    fn shown(&mut self, step: &'d Value) -> Shown<'d> {
        let pointer = |key: &str| step.get(key).and_then(|value| text(value, "id"));
        let name = |key: &str| step.get(key).and_then(|value| text(value, "name"));
        if let Some(name) = name("actor") {
            return Shown::Issuer(StickyKind::Actor, name);
        }
        if let Some((key, id)) = pointer("message").and_then(|id| Some((self.names.get(id)?, id))) {
            return Shown::Message(key.clone(), id);
        }
        if let Some(id) = pointer("service").or_else(|| pointer("agent")) {
            return self.service_names.get(id).cloned().map_or(Shown::Other, Shown::Service);
        }
        if let Some(name) = name("externalSystem") {
            let name = self.into.spelt(Sort::Service, name);
            return if self.services.contains_key(&name) {
                Shown::Service(name)
            } else {
                Shown::External(name)
            };
        }
        let custom = step.get("custom");
        let title = custom.and_then(|custom| text(custom, "title")).unwrap_or_default();
        match custom.and_then(|custom| text(custom, "type")) {
            Some(POLICY) => Shown::Policy(title),
            Some(SCREEN) => Shown::Issuer(StickyKind::Ui, title),
            _ => Shown::Other,
        }
    }

    fn entry(&mut self, kind: StickyKind, name: &str, key: &MessageKey) {
        if key.0 != MessageKind::Event
            && let Some(used) = self.handlers.get(key).map(|at| &self.into.uses[*at])
        {
            let (channel, mode) = (used.ways.first().and_then(|way| way.first()).cloned(), used.mode);
            let (name, message) = (name.to_owned(), key.clone());
            self.into.entries.insert(Entry { kind, name, message, channel, mode });
        }
    }

    /// The reaction a step stands for: upon the messages before it, the messages after it.
    fn follow(&mut self, page: &Page<'d>, steps: &[Step<'d>], at: usize, service: &str, kind: StickyKind) {
        let message = |shown: &Shown<'d>| match shown {
            Shown::Message(key, id) => Some((key.clone(), *id)),
            _ => None,
        };
        let before: Vec<(MessageKey, &str)> = steps
            .iter()
            .filter(|step| step.next.iter().any(|(next, _)| *next == at))
            .filter_map(|step| message(&step.shown))
            .collect();
        let after: Vec<((MessageKey, &str), &str)> = steps[at]
            .next
            .iter()
            .filter_map(|(next, label)| Some((message(&steps[*next].shown)?, *label)))
            .collect();
        let mut unlisted: BTreeSet<String> = BTreeSet::new();
        let mut on: Vec<usize> = Vec::new();
        for (key, _) in &before {
            on.extend(self.flow_use(service, kind, Action::Receive, key, &mut unlisted));
        }
        let mut does: Vec<Does> = Vec::new();
        let mut ids: Vec<&str> = Vec::new();
        for ((key, id), label) in &after {
            let uses = self.flow_use(service, kind, Action::Send, key, &mut unlisted);
            if !uses.is_empty() {
                does.push(outcome(uses, if LABELS.contains(label) { "" } else { label }, &ids));
                ids.push(*id);
            }
        }
        if !unlisted.is_empty() {
            let all: Vec<_> = unlisted.into_iter().collect();
            self.into.remark(
                page.path,
                format!("it has {service} use {}, which its own page does not list", all.join(", ")),
            );
        }
        // What a page states as its triggers it says better; a flow that goes on says nothing new.
        let stated = |used: &usize| {
            let mut all = self.into.reactions_of(service);
            all.any(|said| said.on.contains(used) && (kind != StickyKind::Policy || said.does == does))
        };
        on.retain(|used| !stated(used));
        if on.is_empty() || does.is_empty() {
            return;
        }
        let number = self.into.reactions_of(service).count();
        let said = self.into.state_reaction(service, number, kind);
        (said.on, said.does) = (on, does);
        if let Shown::Policy(name) = &steps[at].shown {
            (*name).clone_into(&mut said.name);
        }
    }

    /// The uses of a message by a service: those its page lists, or the one that the flow alone tells of where it has
    /// no page.
    fn flow_use(
        &mut self,
        service: &str,
        kind: StickyKind,
        action: Action,
        key: &MessageKey,
        unlisted: &mut BTreeSet<String>,
    ) -> Vec<usize> {
        let known = self.into.uses_by(service, action, key);
        if !known.is_empty() {
            return known;
        }
        if kind == StickyKind::Service {
            unlisted.insert(format!("`{}`", key.1));
            return Vec::new();
        }
        if kind == StickyKind::External {
            self.into.services.entry(service.to_owned()).or_default();
            self.into.external.insert(service.to_owned());
        }
        let waits = key.0 != MessageKind::Event && !self.is_asynchronous(key);
        let mode = if waits { Mode::Synchronous } else { Mode::Asynchronous };
        vec![self.into.add_use(Use::straight(service, action, key.clone(), mode))]
    }
}
