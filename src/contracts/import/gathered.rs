//! What documents say, merged by name, before it becomes a board.

use std::collections::{BTreeMap, BTreeSet};

use crate::board::{Channel, Command, Event, Mode, Query, Schema, Service, Settings, StickyKind, Version};
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
    /// What follows from what, by service and the number its document gives the reaction.
    pub reactions: BTreeMap<(String, usize), ReactionSaid>,
    /// What was not understood.
    pub report: Vec<Remark>,
}

impl Gathered {
    /// Reports something once.
    pub fn remark(&mut self, about: impl Into<String>, message: impl Into<String>) {
        let remark = Remark { about: about.into(), message: message.into() };
        if !self.report.contains(&remark) {
            self.report.push(remark);
        }
    }

    /// A use, merged with one of the same service, action, message, mode and end.
    pub fn add_use(&mut self, new: Use) -> usize {
        let way = new.ways.iter().next();
        let end = way.and_then(|way| if new.action == Action::Send { way.first() } else { way.last() });
        let key = (new.service.clone(), new.action, new.message.clone(), new.mode, end.cloned());
        match self.known.get(&key).copied() {
            Some(at) => {
                let old = &mut self.uses[at];
                old.ways.extend(new.ways);
                old.fields.extend(new.fields);
                if old.version.is_empty() {
                    old.version = new.version;
                }
                at
            }
            None => {
                self.known.insert(key, self.uses.len());
                self.uses.push(new);
                self.uses.len() - 1
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
