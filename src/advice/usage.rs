//! Who uses which fields of an event, and which fields each reason to publish speaks of: the matrix by which a God
//! event is judged, explained and taken apart.

mod score;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub(super) use score::FIELDS_MIN;
pub use score::{Part, Score};

use super::Context;
use crate::board::notation::words;
use crate::topology::{MessageIx, MessageKind, ReactionIx, RouteIx};

/// The field × consumer matrix of one event, with its publisher's reasons. Fields are named by their places.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Usage {
    /// The event.
    pub event: String,
    /// The version looked at: the newest that says anything.
    pub version: String,
    /// The dotted path of each leaf field, in the order of the schema.
    pub fields: Vec<String>,
    /// The fields that say which thing the event is about: every event about it carries them.
    pub identity: BTreeSet<usize>,
    /// Who subscribes, by name.
    pub consumers: Vec<Consumer>,
    /// Why it is published: one reaction, one reason.
    pub reasons: Vec<Reason>,
}

/// One subscriber.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Consumer {
    /// Its name.
    pub name: String,
    /// Its team; empty when nobody said.
    pub team: String,
    /// The fields it says it uses. None at all means that it does not say.
    pub uses: BTreeSet<usize>,
    /// Fields it says it uses and that the event does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// How the event reaches it.
    #[serde(skip)]
    pub(super) routes: Vec<RouteIx>,
}

/// One reason to publish.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// What triggers the reaction that publishes: `ChangePrice`.
    pub name: String,
    /// Who stands behind it: the people who issue the command, or the services that send or publish it.
    pub from: Vec<String>,
    /// The fields it speaks of: those its trigger carries or is named after.
    pub touches: BTreeSet<usize>,
    /// It brings the thing into being, so it sets every field.
    pub begins: bool,
    /// The reaction.
    #[serde(skip)]
    pub(super) reaction: ReactionIx,
}

/// Words that say that something changed and not what.
pub(super) const GENERIC: [&str; 5] = ["updated", "changed", "modified", "state", "latest"];
/// Verbs of triggers that many fields would answer to.
const VAGUE: [&str; 14] = [
    "change",
    "changed",
    "update",
    "updated",
    "set",
    "modify",
    "modified",
    "edit",
    "edited",
    "add",
    "added",
    "complete",
    "completed",
    "new",
];
/// How the verbs begin by which a thing comes into being.
const BEGINNINGS: [&str; 11] = [
    "acquir",
    "creat",
    "regist",
    "import",
    "onboard",
    "opened",
    "joined",
    "placed",
    "submitted",
    "enrol",
    "signed",
];

impl Usage {
    /// The matrix of an event; none when no version of it says what it carries.
    #[must_use]
    pub fn of(context: &Context<'_>, event: MessageIx) -> Option<Self> {
        let message = &context.topology[event];
        let versions = &context.board.events.get(&message.name)?.versions;
        let version = versions.iter().rev().find(|version| !version.schema.fields.is_empty())?;
        let fields = version.schema.leaf_paths();
        let mut usage = Self {
            event: message.name.clone(),
            version: version.version.clone(),
            identity: BTreeSet::new(),
            fields,
            consumers: Vec::new(),
            reasons: Vec::new(),
        };
        usage.identity = usage.find_identity(context, event);
        usage.consumers = usage.find_consumers(context, event);
        usage.reasons = usage.find_reasons(context, event);
        Some(usage)
    }

    /// What the event is about: `VehicleUpdated` is about `Vehicle`.
    #[must_use]
    pub fn subject(&self) -> String {
        let spoken = words(&self.event);
        let kept: Vec<&str> = spoken
            .split([' ', '.'])
            .filter(|word| !GENERIC.contains(&word.to_lowercase().as_str()) && !word.is_empty())
            .collect();
        pascal(&kept.join(" "))
    }

    /// True when its name says that something changed and not what.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        let spoken = words(&self.event).to_lowercase();
        spoken.split([' ', '.']).next_back().is_some_and(|last| GENERIC.contains(&last))
    }

    /// The places of the fields at or below a dotted path.
    fn leaves(&self, path: &str) -> impl Iterator<Item = usize> + '_ {
        let path = path.to_owned();
        let inside = move |leaf: &str| {
            leaf.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.fields.iter().enumerate().filter(move |(_, leaf)| inside(leaf)).map(|(at, _)| at)
    }

    /// The partition keys of the channels it travels through, and the field named after the thing, or else the first
    /// that reads as an identifier.
    fn find_identity(&self, context: &Context<'_>, event: MessageIx) -> BTreeSet<usize> {
        let topology = context.topology;
        let keys = topology[event].routes.iter().flat_map(|route| context.channels_of(*route));
        let place = |key: &String| self.fields.iter().position(|field| !key.is_empty() && field == key);
        let mut found: BTreeSet<usize> = keys.filter_map(|(_, channel)| place(&channel?.key)).collect();
        let subject = self.subject().to_lowercase();
        let plain = |field: &str| field.replace(['_', '-'], "").to_lowercase();
        let own = self.fields.iter().position(|f| plain(f) == "id" || plain(f) == format!("{subject}id"));
        let reads = |f: &String| {
            !f.contains('.') && (f.ends_with("Id") || f.ends_with("_id") || f.ends_with("ID") || f == "id")
        };
        let first = || self.fields.iter().position(reads);
        found.extend(own.or_else(|| if found.is_empty() { first() } else { None }));
        found
    }

    fn find_consumers(&self, context: &Context<'_>, event: MessageIx) -> Vec<Consumer> {
        let topology = context.topology;
        let mut by_name: BTreeMap<&str, Consumer> = BTreeMap::new();
        for route in &topology[event].routes {
            let reaction = topology[*route].reaction;
            let name = context.host_name(reaction);
            let consumer = by_name.entry(name).or_insert_with(|| Consumer {
                name: name.to_owned(),
                team: context
                    .host(reaction)
                    .and_then(|(party, _)| context.team(party))
                    .unwrap_or("")
                    .to_owned(),
                uses: BTreeSet::new(),
                unknown: Vec::new(),
                routes: Vec::new(),
            });
            consumer.routes.push(*route);
            for path in topology.fields_used(context.board, *route) {
                let mut leaves = self.leaves(path).peekable();
                if leaves.peek().is_none() {
                    consumer.unknown.push(path.to_owned());
                }
                consumer.uses.extend(leaves);
            }
        }
        by_name.into_values().collect()
    }

    fn find_reasons(&self, context: &Context<'_>, event: MessageIx) -> Vec<Reason> {
        let topology = context.topology;
        let mut reactions: Vec<ReactionIx> = topology[event].producers.iter().map(|(at, _)| *at).collect();
        reactions.sort_unstable();
        reactions.dedup();
        reactions.into_iter().map(|reaction| self.reason(context, event, reaction)).collect()
    }

    fn reason(&self, context: &Context<'_>, event: MessageIx, reaction: ReactionIx) -> Reason {
        let topology = context.topology;
        let (mut names, mut from): (Vec<&str>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
        let mut touches = BTreeSet::new();
        for route in &topology[reaction].triggers {
            let trigger = &topology[topology[*route].message];
            if !names.contains(&trigger.name.as_str()) {
                names.push(&trigger.name);
            }
            from.extend(
                trigger.issuers.iter().filter_map(|id| Some(context.board.stickies.get(id)?.name.as_str())),
            );
            from.extend(trigger.producers.iter().map(|(sender, _)| context.host_name(*sender)));
            let carried = self.carried_by(context, *route);
            touches.extend(self.named_by(&trigger.name, &carried));
            touches.extend(carried);
        }
        touches.retain(|at| !self.identity.contains(at));
        let others = topology[reaction].outputs.iter().filter(|output| output.message != event);
        let others = others.map(|output| &topology[output.message]).filter(|m| m.kind == MessageKind::Event);
        let told = names.iter().copied().chain(others.map(|message| message.name.as_str()));
        let begins = told.into_iter().any(is_beginning);
        let name = if names.is_empty() { context.host_name(reaction).to_owned() } else { names.join(" or ") };
        if from.is_empty() {
            from.insert(&name);
        }
        let from = from.into_iter().map(str::to_owned).collect();
        Reason { name, from, touches, begins, reaction }
    }

    /// The fields that a trigger carries under the same path: those its handler says it uses, or all of them.
    fn carried_by(&self, context: &Context<'_>, route: RouteIx) -> Vec<usize> {
        let stated = context.topology.fields_used(context.board, route);
        let place = |path: &str| self.fields.iter().position(|field| field == path);
        if !stated.is_empty() {
            return stated.into_iter().filter_map(place).collect();
        }
        let paths = context.schema_read(route).map(crate::board::Schema::leaf_paths).unwrap_or_default();
        paths.iter().filter_map(|path| place(path)).collect()
    }

    /// The fields that share a telling word with a trigger's name. A word that names a field the trigger carries is
    /// about that field and no other.
    fn named_by(&self, trigger: &str, carried: &[usize]) -> impl Iterator<Item = usize> + '_ {
        let subject = spoken(&self.event);
        let named: Vec<Vec<String>> = carried.iter().map(|at| spoken(&self.fields[*at])).collect();
        let telling: Vec<String> = spoken(trigger)
            .into_iter()
            .filter(|word| !subject.contains(word) && !VAGUE.contains(&word.as_str()))
            .filter(|word| !named.iter().any(|name| name == std::slice::from_ref(word)))
            .collect();
        self.fields.iter().enumerate().filter_map(move |(at, field)| {
            let said = spoken(field);
            telling.iter().any(|word| said.iter().any(|other| same_word(word, other))).then_some(at)
        })
    }

    /// The mean share of the event's fields that a consumer uses, over the consumers that say.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of fields")]
    pub fn mean_share(&self) -> Option<f64> {
        let stated: Vec<f64> =
            self.consumers.iter().map(|c| c.uses.len()).filter(|n| *n > 0).map(|n| n as f64).collect();
        (!stated.is_empty())
            .then(|| stated.iter().sum::<f64>() / stated.len() as f64 / self.fields.len().max(1) as f64)
    }

    /// The fields nobody says they use.
    pub fn unread(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.fields.len()).filter(|at| {
            !self.identity.contains(at) && !self.consumers.iter().any(|consumer| consumer.uses.contains(at))
        })
    }
}

/// The words of a name or path, in small letters.
fn spoken(name: &str) -> Vec<String> {
    name.split(['.', ' '])
        .flat_map(|part| {
            let said = words(part).to_lowercase();
            said.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// `publish` and `published`, `refurb` and `refurbishment`; short words only when they are the same.
fn same_word(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short == long || short.len() >= 5 && long.starts_with(short)
}

fn is_beginning(name: &str) -> bool {
    spoken(name).iter().any(|word| BEGINNINGS.iter().any(|beginning| word.starts_with(beginning)))
}

/// Words run together with capitals: "next service miles" → `NextServiceMiles`.
pub(super) fn pascal(said: &str) -> String {
    let mut out = String::new();
    for word in said.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::testing::{board, fields};
    use crate::topology::derive;

    #[test]
    fn triggers_speak_of_the_fields_they_carry_and_are_named_after() {
        let mut cars = board(
            "Actor:Merchandiser -> Command:PublishVehicle -> Service:Inventory -> Event:VehicleUpdated -> Service:Search\n\
             Service:Buying -> Event:VehicleAcquired -> Service:Inventory -> Event:VehicleUpdated",
        );
        fields(&mut cars, "VehicleUpdated", 3);
        let event = cars.events.get_mut("VehicleUpdated").unwrap();
        let names = ["vehicleId", "published", "make"];
        for (field, name) in event.versions[0].schema.fields.iter_mut().zip(names) {
            field.name = name.into();
        }
        let topology = derive(&cars);
        let context = Context::new(&cars, &topology);
        let event = topology.message(MessageKind::Event, "VehicleUpdated").unwrap();
        let usage = Usage::of(&context, event).unwrap();
        assert_eq!(usage.subject(), "Vehicle");
        assert_eq!(usage.identity, BTreeSet::from([0]));
        let [publish, acquired] = usage.reasons.as_slice() else { panic!("{:?}", usage.reasons) };
        assert_eq!(
            (publish.name.as_str(), publish.from.as_slice()),
            ("PublishVehicle", &["Merchandiser".to_owned()][..])
        );
        assert_eq!((publish.touches.clone(), publish.begins), (BTreeSet::from([1]), false));
        assert!(acquired.begins && acquired.from == ["Buying"], "{acquired:?}");
        assert_eq!(usage.unread().collect::<Vec<_>>(), [1, 2], "Search does not say what it uses");
    }
}
