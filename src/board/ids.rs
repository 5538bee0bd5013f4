//! Identities: records on the canvas carry ids minted as (peer, counter), never positions in a list.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An identity minted by one writer. Peer 0 is a board written by hand; a running app draws its own peer number,
/// so that two people who add a sticky in two branches never mint the same id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Who minted it.
    pub peer: u32,
    /// The how-many-th of that peer.
    pub counter: u32,
}

impl Id {
    /// The id of a peer's n-th record.
    #[must_use]
    pub const fn new(peer: u32, counter: u32) -> Self {
        Self { peer, counter }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.peer == 0 {
            write!(f, "{}", self.counter)
        } else {
            write!(f, "{:x}-{}", self.peer, self.counter)
        }
    }
}

/// The text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an id: write a number such as \"12\", or \"1f-12\" (peer in hexadecimal, then counter)"
)]
pub struct IdError(String);

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |_| IdError(text.to_owned());
        match text.split_once('-') {
            None => Ok(Self::new(0, text.parse().map_err(wrong)?)),
            Some((peer, counter)) => {
                Ok(Self::new(u32::from_str_radix(peer, 16).map_err(wrong)?, counter.parse().map_err(wrong)?))
            }
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number; from a second person's window, that window's number in hexadecimal and a dash before it.",
            "type": "string",
            "pattern": "^([0-9a-fA-F]{1,8}-)?[0-9]{1,20}$",
        })
    }
}

macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Id);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self)
            }
        }
    };
}

id_type!(
    /// The identity of a sticky.
    StickyId
);
id_type!(
    /// The identity of a link.
    LinkId
);
id_type!(
    /// The identity of a frame.
    FrameId
);
id_type!(
    /// The identity of a pivotal-event line.
    LineId
);

/// Mints ids of one peer, always above every id it has seen of that peer.
#[derive(Clone, Debug, Default)]
pub struct IdGen {
    peer: u32,
    next: u32,
}

impl IdGen {
    /// A generator for `peer` whose first id is above `highest`, the greatest counter of that peer in use.
    #[must_use]
    pub const fn new(peer: u32, highest: u32) -> Self {
        Self { peer, next: highest.saturating_add(1) }
    }

    /// The same, above an id that is in use too.
    #[must_use]
    pub fn above(mut self, id: Id) -> Self {
        if id.peer == self.peer {
            self.next = self.next.max(id.counter.saturating_add(1));
        }
        self
    }

    /// The next unused id.
    pub fn mint(&mut self) -> Id {
        let id = Id::new(self.peer, self.next);
        self.next = self.next.saturating_add(1);
        id
    }

    /// Whose ids this mints.
    #[must_use]
    pub const fn peer(&self) -> u32 {
        self.peer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_what_they_write() {
        for id in [Id::new(0, 0), Id::new(0, 12), Id::new(0x1f, 3), Id::new(u32::MAX, u32::MAX)] {
            assert_eq!(id.to_string().parse::<Id>(), Ok(id));
        }
        assert!("x".parse::<Id>().is_err());
        assert!("-1".parse::<Id>().is_err());
    }
}
