//! Which message of the board a logged type is, and which party a logged source.
//!
//! Names are identity, but logs spell them differently: `com.shop.order-placed.v2` is `Order placed`. Letters and
//! digits decide, upper and lower case do not; a dotted name may end in the board's name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::event::Kind;
use super::index::Log;
use crate::topology::{MessageIx, MessageKind, PartyIx, Topology};

/// The letters and digits of a name, in lower case.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The spellings a logged name may have on a board, best first: all of it, then its last parts, longest first.
pub fn spellings(name: &str) -> Vec<String> {
    let parts: Vec<String> = name.split(['.', '/', ':', '#']).map(plain).filter(|p| !p.is_empty()).collect();
    let is_version = |part: &String| {
        part.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let unversioned = match parts.split_last() {
        Some((last, rest)) if is_version(last) && !rest.is_empty() => rest,
        _ => &parts[..],
    };
    let mut found = vec![plain(name)];
    for from in 0..unversioned.len() {
        let spelling = unversioned[from..].concat();
        if !found.contains(&spelling) {
            found.push(spelling);
        }
    }
    found
}

/// A URI reference with its percent escapes undone; as it stands where they are no text.
pub(crate) fn unescaped(source: &str) -> Cow<'_, str> {
    if !source.contains('%') {
        return Cow::Borrowed(source);
    }
    let mut bytes = Vec::with_capacity(source.len());
    let mut rest = source.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| *first == b'%').and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(source), Cow::Owned)
}

/// A board's names, ready to be looked up by the spellings of logs.
#[derive(Clone, Debug, Default)]
pub struct Names {
    messages: BTreeMap<String, Vec<(MessageKind, MessageIx)>>,
    parties: BTreeMap<String, PartyIx>,
}

impl Names {
    /// The names of a topology.
    pub fn of(topology: &Topology) -> Self {
        let mut names = Self::default();
        for (at, message) in topology.messages.iter().enumerate() {
            names.messages.entry(plain(&message.name)).or_default().push((message.kind, MessageIx(at)));
        }
        for (at, party) in topology.parties.iter().enumerate() {
            names.parties.entry(plain(&party.name)).or_insert(PartyIx(at));
        }
        names
    }

    /// The message a logged type is. One of the logged kind goes before others of the same name.
    pub fn message(&self, name: &str, kind: Option<Kind>) -> Option<MessageIx> {
        let wanted = match kind {
            Some(Kind::Event) => Some(MessageKind::Event),
            Some(Kind::Command) => Some(MessageKind::Command),
            Some(Kind::Query) => Some(MessageKind::Query),
            Some(Kind::Reply) => return self.replied_to(name),
            None => None,
        };
        let found = spellings(name).into_iter().find_map(|s| self.messages.get(&s))?;
        let same = found.iter().find(|(kind, _)| Some(*kind) == wanted);
        same.or_else(|| found.first()).map(|(_, message)| *message)
    }

    /// The command or query that a reply answers: of its own name, or of the name before `reply`, `response`, ….
    fn replied_to(&self, name: &str) -> Option<MessageIx> {
        let asked = |spelling: &str| {
            let found = self.messages.get(spelling)?;
            found
                .iter()
                .find(|(kind, _)| *kind != MessageKind::Event)
                .or_else(|| found.first())
                .map(|(_, m)| *m)
        };
        spellings(name).iter().find_map(|s| {
            let cut = ["reply", "replied", "response", "result", "answer"]
                .iter()
                .find_map(|end| s.strip_suffix(end));
            asked(s).or_else(|| asked(cut?))
        })
    }

    /// The party a logged source is. Sources are URI references: `/Process%20Manager` is the process manager.
    pub fn party(&self, source: &str) -> Option<PartyIx> {
        let source = &*unescaped(source);
        let found = spellings(source).into_iter().find_map(|s| self.parties.get(&s).copied());
        found.or_else(|| self.parties.get(&format!("{}service", spellings(source).last()?)).copied())
    }
}

/// Every type and source of a log, found on the board or not.
#[derive(Clone, Debug, Default)]
pub struct Matched {
    /// By type number.
    pub messages: Vec<Option<MessageIx>>,
    /// By type number: true for replies, which travel back.
    pub replies: Vec<bool>,
    /// By source number.
    pub parties: Vec<Option<PartyIx>>,
}

impl Matched {
    /// Looks up all names of a log.
    pub fn new(names: &Names, log: &Log) -> Self {
        Self {
            messages: log.types().iter().map(|t| names.message(&t.text, t.kind)).collect(),
            replies: log.types().iter().map(|t| t.kind == Some(Kind::Reply)).collect(),
            parties: log.sources().iter().map(|s| names.party(&s.text)).collect(),
        }
    }

    /// The message of a type number.
    pub fn message(&self, type_number: u16) -> Option<MessageIx> {
        self.messages.get(usize::from(type_number)).copied().flatten()
    }

    /// How many types are no message of the board.
    pub fn n_unknown(&self) -> usize {
        self.messages.iter().filter(|message| message.is_none()).count()
    }

    /// The party of a source number.
    pub fn party(&self, source_number: u16) -> Option<PartyIx> {
        self.parties.get(usize::from(source_number)).copied().flatten()
    }

    /// Whether a type number is a reply.
    pub fn is_reply(&self, type_number: u16) -> bool {
        self.replies.get(usize::from(type_number)).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_go_from_the_whole_to_the_last_part() {
        assert_eq!(
            spellings("com.shop.order-placed.v2"),
            ["comshoporderplacedv2", "comshoporderplaced", "shoporderplaced", "orderplaced"]
        );
        assert_eq!(spellings("Order placed"), ["orderplaced"]);
        assert_eq!(spellings("/svc/balance"), ["svcbalance", "balance"]);
        assert_eq!(spellings("v2"), ["v2"]);
    }

    #[test]
    fn sources_are_uri_references() {
        assert_eq!(unescaped("/Process%20Manager%2"), "/Process Manager%2");
        assert_eq!(unescaped("/a%ff%zz"), "/a%ff%zz");
        assert_eq!(unescaped("100%"), "100%");
    }
}
