//! The document: definitions, stickies, links, frames and scenarios, as records with ids.
//!
//! A board is plain data. Everything else in the house is derived from it, and the one way to change it is an
//! [`crate::edit::Edit`]. Tables are ordered maps, so that the same board is always the same text.

pub mod definitions;
pub mod filters;
pub mod format;
pub mod geometry;
pub mod ids;
pub mod near;
pub mod notation;
pub mod order;
pub mod record;
pub mod repair;
pub mod scenarios;
pub mod schema;
pub mod span;
pub mod stickies;
pub mod tense;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use definitions::{
    Archive, Breaker, Channel, ChannelKind, Command, Control, Distribution, Event, EventClass, Mode,
    Publishing, Query, Replicas, Service, Visibility,
};
pub use geometry::{Point, Rect, Size};
pub use ids::{FrameId, Id, IdGen, LineId, LinkId, StickyId};
pub use notation::{DefinitionKind, Meaning, StickyKind};
pub use record::{FieldError, Fields};
pub use scenarios::{Arrivals, Expectation, Fault, FaultKind, Promise, Scenario, Stimulus};
pub use schema::{Field, FieldType, Schema, Version};
pub use span::Span;
pub use stickies::{Frame, FrameKind, Link, Outcome, PivotalLine, Sticky, Suppression};

/// The format this code reads and writes.
pub const FORMAT: u32 = 1;

/// What every message of the organisation is wrapped in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Envelope {
    /// Nothing agreed: messages cannot be correlated.
    #[default]
    None,
    /// CloudEvents 1.0.
    CloudEvents,
    /// `metadata` the same for every message, `data` the message's own.
    MetadataData,
}

record::record! {
    /// What holds for the whole board.
    pub struct Settings {
        /// The board's title.
        pub title: String,
        /// What it shows and why, for whoever opens it.
        pub description: String,
        /// The channel of messages that pass through no channel sticky; empty for direct delivery by a bus.
        pub default_channel: String,
        /// What messages are wrapped in.
        pub envelope: Envelope,
        /// A schema registry checks every message before it is sent, and every consumer before it is deployed.
        pub registry: bool,
        /// A domain for message types and schema ids, such as `com.example.shop`; empty for none.
        pub namespace: String,
    }
}

/// A board: the one document everything is derived from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// What holds for the whole board.
    pub settings: Settings,
    /// Services, external systems and aggregates with data of their own, by name.
    pub services: BTreeMap<String, Service>,
    /// Events by name.
    pub events: BTreeMap<String, Event>,
    /// Commands by name.
    pub commands: BTreeMap<String, Command>,
    /// Queries by name.
    pub queries: BTreeMap<String, Query>,
    /// Channels by name.
    pub channels: BTreeMap<String, Channel>,
    /// Frames.
    pub frames: BTreeMap<FrameId, Frame>,
    /// Pivotal-event lines.
    pub lines: BTreeMap<LineId, PivotalLine>,
    /// Stickies.
    pub stickies: BTreeMap<StickyId, Sticky>,
    /// Links.
    pub links: BTreeMap<LinkId, Link>,
    /// Scenarios by name.
    pub scenarios: BTreeMap<String, Scenario>,
}

/// Calls `$with!` with every table of a board: (field, record variant, key type, record type).
macro_rules! tables {
    ($with:ident) => {
        $with! {
            (services, Service, String, crate::board::Service),
            (events, Event, String, crate::board::Event),
            (commands, Command, String, crate::board::Command),
            (queries, Query, String, crate::board::Query),
            (channels, Channel, String, crate::board::Channel),
            (frames, Frame, crate::board::FrameId, crate::board::Frame),
            (lines, Line, crate::board::LineId, crate::board::PivotalLine),
            (stickies, Sticky, crate::board::StickyId, crate::board::Sticky),
            (links, Link, crate::board::LinkId, crate::board::Link),
            (scenarios, Scenario, String, crate::board::Scenario),
        }
    };
}
pub(crate) use tables;

macro_rules! define_key_and_record {
    ($(($field:ident, $variant:ident, $key:ty, $record:ty)),* $(,)?) => {
        /// Names one record of a board.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Key {
            /// The board's settings.
            Settings,
            $(
                #[doc = concat!("A record of `", stringify!($field), "`.")]
                $variant($key),
            )*
        }

        /// One record of a board with its key.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Record {
            /// The board's settings.
            Settings(Box<Settings>),
            $(
                #[doc = concat!("A record of `", stringify!($field), "`.")]
                $variant($key, Box<$record>),
            )*
        }

        impl Record {
            /// The record's key.
            #[must_use]
            pub fn key(&self) -> Key {
                match self {
                    Self::Settings(_) => Key::Settings,
                    $(Self::$variant(key, _) => Key::$variant(key.clone()),)*
                }
            }

            /// The present value of a field.
            #[must_use]
            pub fn get(&self, field: &str) -> Option<serde_json::Value> {
                match self {
                    Self::Settings(record) => record.get(field),
                    $(Self::$variant(_, record) => record.get(field),)*
                }
            }

            /// The names of its fields.
            #[must_use]
            pub fn field_names(&self) -> &'static [&'static str] {
                match self {
                    Self::Settings(_) => Settings::NAMES,
                    $(Self::$variant(..) => <$record as Fields>::NAMES,)*
                }
            }
        }

        impl Board {
            /// The record with this key.
            #[must_use]
            pub fn record(&self, key: &Key) -> Option<Record> {
                match key {
                    Key::Settings => Some(Record::Settings(Box::new(self.settings.clone()))),
                    $(Key::$variant(key) => {
                        self.$field.get(key).map(|record| Record::$variant(key.clone(), Box::new(record.clone())))
                    })*
                }
            }

            /// True when there is a record with this key.
            #[must_use]
            pub fn has(&self, key: &Key) -> bool {
                match key {
                    Key::Settings => true,
                    $(Key::$variant(key) => self.$field.contains_key(key),)*
                }
            }

            /// True when both boards hold the same under this key, or both nothing.
            #[must_use]
            pub fn agrees(&self, other: &Self, key: &Key) -> bool {
                match key {
                    Key::Settings => self.settings == other.settings,
                    $(Key::$variant(key) => self.$field.get(key) == other.$field.get(key),)*
                }
            }

            /// The keys under which two boards do not hold the same.
            #[must_use]
            pub fn differing(&self, other: &Self) -> std::collections::BTreeSet<Key> {
                let mut keys = std::collections::BTreeSet::new();
                if self.settings != other.settings {
                    keys.insert(Key::Settings);
                }
                $({
                    let changed = self.$field.iter().filter(|(key, record)| other.$field.get(*key) != Some(record));
                    let gone = other.$field.keys().filter(|key| !self.$field.contains_key(*key));
                    keys.extend(changed.map(|(key, _)| key).chain(gone).map(|key| Key::$variant(key.clone())));
                })*
                keys
            }

            /// One field of one record.
            #[must_use]
            pub fn field(&self, key: &Key, field: &str) -> Option<serde_json::Value> {
                match key {
                    Key::Settings => self.settings.get(field),
                    $(Key::$variant(key) => self.$field.get(key)?.get(field),)*
                }
            }

            /// Every record, in file order.
            pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
                std::iter::once(Record::Settings(Box::new(self.settings.clone())))
                    $(.chain(self.$field.iter().map(|(key, record)| {
                        Record::$variant(key.clone(), Box::new(record.clone()))
                    })))*
            }

            /// Puts a record in, replacing one of the same key. For [`crate::edit`] and readers only.
            pub(crate) fn put(&mut self, record: Record) {
                match record {
                    Record::Settings(settings) => self.settings = *settings,
                    $(Record::$variant(key, record) => { self.$field.insert(key, *record); })*
                }
            }

            /// Takes a record out. For [`crate::edit`] only.
            pub(crate) fn take(&mut self, key: &Key) {
                match key {
                    Key::Settings => self.settings = Settings::default(),
                    $(Key::$variant(key) => { self.$field.remove(key); })*
                }
            }

            /// Sets one field of one record. For [`crate::edit`] only.
            pub(crate) fn set(&mut self, key: &Key, field: &str, value: &serde_json::Value) -> Result<(), FieldError> {
                let missing = || FieldError::Unknown(field.to_owned());
                match key {
                    Key::Settings => self.settings.set(field, value),
                    $(Key::$variant(key) => self.$field.get_mut(key).ok_or_else(missing)?.set(field, value),)*
                }
            }
        }
    };
}
tables!(define_key_and_record);

impl Record {
    /// A definition that says nothing yet; none for other records.
    #[must_use]
    pub fn empty(key: &Key) -> Option<Self> {
        Some(match key.clone() {
            Key::Service(name) => Self::Service(name, Box::default()),
            Key::Event(name) => Self::Event(name, Box::default()),
            Key::Command(name) => Self::Command(name, Box::default()),
            Key::Query(name) => Self::Query(name, Box::default()),
            Key::Channel(name) => Self::Channel(name, Box::default()),
            _ => return None,
        })
    }
}

impl Board {
    /// Puts a sticky on a board in the making, with the definition its name stands for: without the memory that an edit
    /// takes, since there is nothing to undo.
    pub(crate) fn put_sticky(&mut self, id: StickyId, sticky: Sticky) {
        let definition = Self::definition_key(&sticky).filter(|key| !self.has(key));
        self.put(Record::Sticky(id, Box::new(sticky)));
        if let Some(record) = definition.as_ref().and_then(Record::empty) {
            self.put(record);
        }
    }
}

impl Key {
    /// What people call a definition or scenario, such as `event Paid`; `None` for what is only placed.
    #[must_use]
    pub fn definition_name(&self) -> Option<String> {
        let (kind, name) = match self {
            Self::Service(name) => ("service", name),
            Self::Event(name) => ("event", name),
            Self::Command(name) => ("command", name),
            Self::Query(name) => ("query", name),
            Self::Channel(name) => ("channel", name),
            Self::Scenario(name) => ("scenario", name),
            Self::Settings | Self::Frame(_) | Self::Line(_) | Self::Sticky(_) | Self::Link(_) => return None,
        };
        Some(format!("{kind} {name}"))
    }
}

impl Sticky {
    /// Its size: its own, or its kind's.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size.unwrap_or_else(|| self.kind.row().size)
    }

    /// Its place on the canvas.
    #[must_use]
    pub fn rect(&self) -> Rect {
        Rect::at(self.at, self.size())
    }
}

impl Frame {
    /// Its place on the canvas.
    #[must_use]
    pub fn rect(&self) -> Rect {
        Rect::at(self.at, self.size)
    }
}

impl Board {
    /// The smallest rectangle around everything placed; `None` on an empty board.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect> {
        let stickies = self.stickies.values().map(Sticky::rect);
        stickies.chain(self.frames.values().map(Frame::rect)).reduce(Rect::union)
    }

    /// The innermost frame around a sticky's middle: of several, the one with the smallest area.
    #[must_use]
    pub fn frame_of(&self, sticky: &Sticky) -> Option<(FrameId, &Frame)> {
        self.frames_around(sticky).next()
    }

    /// Every frame around a sticky's middle, innermost first.
    pub fn frames_around(&self, sticky: &Sticky) -> impl Iterator<Item = (FrameId, &Frame)> {
        let middle = sticky.rect().center();
        let mut around: Vec<_> = self
            .frames
            .iter()
            .filter(|(_, frame)| frame.rect().contains(middle))
            .map(|(id, frame)| (*id, frame))
            .collect();
        around.sort_by(|(_, a), (_, b)| (a.size.w * a.size.h).total_cmp(&(b.size.w * b.size.h)));
        around.into_iter()
    }

    /// The key of the definition a sticky shows, whether or not it is stated yet; `None` for free text.
    #[must_use]
    pub fn definition_key(sticky: &Sticky) -> Option<Key> {
        definition_key(sticky.kind.row().definition?, &sticky.name)
    }

    /// The stickies that show the same definition as `sticky`, itself included; just itself for free text.
    pub fn same_definition<'a>(&'a self, sticky: &'a Sticky) -> impl Iterator<Item = StickyId> + 'a {
        let kind = sticky.kind.row().definition;
        self.stickies
            .iter()
            .filter(move |(_, other)| {
                std::ptr::eq(*other, sticky)
                    || kind.is_some() && other.kind.row().definition == kind && other.name == sticky.name
            })
            .map(|(id, _)| *id)
    }

    /// What a link means, when both its ends exist and the grammar knows the pair.
    #[must_use]
    pub fn link_meaning(&self, link: &Link) -> Option<Meaning> {
        notation::meaning(self.stickies.get(&link.from)?.kind, self.stickies.get(&link.to)?.kind)
    }

    /// A generator of ids for `peer`, above every id of that peer in use.
    #[must_use]
    pub fn id_gen(&self, peer: u32) -> IdGen {
        let ids = self.stickies.keys().map(|id| id.0).chain(self.links.keys().map(|id| id.0));
        let ids = ids.chain(self.frames.keys().map(|id| id.0)).chain(self.lines.keys().map(|id| id.0));
        IdGen::new(peer, ids.filter(|id| id.peer == peer).map(|id| id.counter).max().unwrap_or(0))
    }

    /// The title, or a stand-in for a board without one.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.settings.title.is_empty() { "Untitled board" } else { &self.settings.title }
    }
}

/// The key of the definition of a kind under a name.
#[must_use]
pub fn definition_key(kind: DefinitionKind, name: &str) -> Option<Key> {
    if name.is_empty() {
        return None;
    }
    let name = name.to_owned();
    Some(match kind {
        DefinitionKind::Service => Key::Service(name),
        DefinitionKind::Event => Key::Event(name),
        DefinitionKind::Command => Key::Command(name),
        DefinitionKind::Query => Key::Query(name),
        DefinitionKind::Channel => Key::Channel(name),
    })
}
