//! The notation, after Brandolini: one table of sticky kinds that drives palette, shortcuts, sizes, grammar and help.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geometry::Size;

/// The kind of a sticky.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StickyKind {
    /// A domain event.
    Event,
    /// A command.
    Command,
    /// A query.
    Query,
    /// A read model: events projected into a view.
    ReadModel,
    /// A service or system: one sticky is one reaction.
    Service,
    /// An aggregate or constraint.
    Aggregate,
    /// A policy: whenever this, then that.
    Policy,
    /// A person in a role.
    Actor,
    /// A system outside our control.
    External,
    /// A bus, topic, queue or stream.
    Channel,
    /// A problem, question or disagreement.
    Hotspot,
    /// Something worth trying.
    Opportunity,
    /// Value gained here.
    ValueGained,
    /// Value lost here.
    ValueLost,
    /// A screen or form.
    Ui,
    /// Free text.
    #[default]
    Text,
}

/// The levels of EventStorming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Big picture: events, people, systems, hotspots.
    BigPicture,
    /// Process modelling: commands, policies, read models.
    Process,
    /// Software design: aggregates, services, channels.
    Design,
}

impl Level {
    /// Every level, from the widest view to the closest.
    pub const ALL: [Self; 3] = [Self::BigPicture, Self::Process, Self::Design];

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::BigPicture => "Big picture",
            Self::Process => "Process",
            Self::Design => "Design",
        }
    }
}

/// Which table of definitions a kind's names live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionKind {
    /// `services`: services, aggregates of their own name, external systems.
    Service,
    /// `events`.
    Event,
    /// `commands`.
    Command,
    /// `queries`.
    Query,
    /// `channels`.
    Channel,
}

/// One row of the notation.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The kind.
    pub kind: StickyKind,
    /// What people call it.
    pub label: &'static str,
    /// The key that drops one.
    pub shortcut: Option<char>,
    /// The name of its colour token in the theme.
    pub token: &'static str,
    /// Its size unless a sticky says otherwise.
    pub size: Size,
    /// The first level it belongs to.
    pub level: Level,
    /// Where its names are defined; none for free text.
    pub definition: Option<DefinitionKind>,
    /// What it is for, in a sentence.
    pub help: &'static str,
}

const WIDE: Size = Size::new(112.0, 80.0);
const SMALL: Size = Size::new(84.0, 56.0);
const CHANNEL: Size = Size::new(104.0, 60.0);
const SQUARE: Size = Size::new(84.0, 84.0);

#[expect(clippy::too_many_arguments, reason = "one argument a column of the table below")]
const fn row(
    kind: StickyKind,
    label: &'static str,
    shortcut: Option<char>,
    token: &'static str,
    size: Size,
    level: Level,
    definition: Option<DefinitionKind>,
    help: &'static str,
) -> Kind {
    Kind { kind, label, shortcut, token, size, level, definition, help }
}

/// The notation, in palette order.
pub const NOTATION: [Kind; 16] = {
    use DefinitionKind as D;
    use Level::{BigPicture, Design, Process};
    use StickyKind as K;
    [
        row(
            K::Event,
            "Domain event",
            Some('E'),
            "event",
            WIDE,
            BigPicture,
            Some(D::Event),
            "Something that happened, in the past tense, that people care about.",
        ),
        row(
            K::Command,
            "Command",
            Some('C'),
            "command",
            WIDE,
            Process,
            Some(D::Command),
            "A decision or request: do this for me. It has one handler.",
        ),
        row(
            K::Query,
            "Query",
            Some('Q'),
            "query",
            WIDE,
            Process,
            Some(D::Query),
            "A question about the state of the world; it changes nothing.",
        ),
        row(
            K::ReadModel,
            "Read model",
            Some('R'),
            "query",
            WIDE,
            Process,
            Some(D::Service),
            "A view built from events, made to answer one question.",
        ),
        row(
            K::Service,
            "Service",
            Some('S'),
            "service",
            WIDE,
            BigPicture,
            Some(D::Service),
            "One reaction of a service: what points at it triggers it, what it points at it then does, in order.",
        ),
        row(
            K::Aggregate,
            "Aggregate",
            Some('A'),
            "service",
            WIDE,
            Design,
            Some(D::Service),
            "A rule that must always hold, decided in one place.",
        ),
        row(
            K::Policy,
            "Policy",
            Some('P'),
            "policy",
            WIDE,
            Process,
            None,
            "Whenever this happens, then do that.",
        ),
        row(
            K::Actor,
            "Actor",
            Some('U'),
            "actor",
            SMALL,
            BigPicture,
            None,
            "A person in a role who takes a decision.",
        ),
        row(
            K::External,
            "External system",
            Some('X'),
            "external",
            WIDE,
            BigPicture,
            Some(D::Service),
            "A system outside our control.",
        ),
        row(
            K::Channel,
            "Channel",
            Some('B'),
            "channel",
            CHANNEL,
            Design,
            Some(D::Channel),
            "A bus, topic, queue or stream that messages travel through.",
        ),
        row(
            K::Hotspot,
            "Hotspot",
            Some('H'),
            "hotspot",
            SQUARE,
            BigPicture,
            None,
            "A problem, a question, a disagreement: to be talked about.",
        ),
        row(
            K::Opportunity,
            "Opportunity",
            Some('O'),
            "opportunity",
            SQUARE,
            BigPicture,
            None,
            "Something worth trying.",
        ),
        row(
            K::ValueGained,
            "Value gained",
            Some('+'),
            "opportunity",
            SMALL,
            BigPicture,
            None,
            "Somebody gains something here.",
        ),
        row(
            K::ValueLost,
            "Value lost",
            Some('-'),
            "hotspot",
            SMALL,
            BigPicture,
            None,
            "Somebody loses something here.",
        ),
        row(K::Ui, "UI", Some('I'), "ui", WIDE, Process, None, "A screen or form people use."),
        row(K::Text, "Text", Some('T'), "text", WIDE, BigPicture, None, "Anything else worth writing down."),
    ]
};

/// What a link between two kinds means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Someone issues a command or query: arrivals attach here.
    Entry,
    /// A command is handled by a reaction.
    HandledBy,
    /// A query is answered by a reaction.
    AnsweredBy,
    /// A reaction publishes an event.
    Publishes,
    /// A reaction sends a command.
    Sends,
    /// A reaction asks a query.
    Asks,
    /// A reaction subscribes to an event.
    Subscribes,
    /// An event is projected into a read model.
    Projects,
    /// A message enters a channel.
    Enters,
    /// A message leaves a channel towards a consumer.
    Leaves,
}

impl StickyKind {
    /// Its row in the notation.
    #[must_use]
    pub fn row(self) -> &'static Kind {
        NOTATION.iter().find(|row| row.kind == self).expect("every kind has a row; a test keeps it so")
    }

    /// True for the kinds whose stickies are reactions: something triggers them and they then act.
    #[must_use]
    pub const fn is_reaction(self) -> bool {
        matches!(self, Self::Service | Self::Aggregate | Self::Policy | Self::External | Self::ReadModel)
    }

    /// True when stickies of this kind belong to a level.
    #[must_use]
    pub fn is_at(self, level: Level) -> bool {
        self.row().level <= level
    }

    /// True for the kinds that travel: events, commands and queries.
    #[must_use]
    pub const fn is_message(self) -> bool {
        matches!(self, Self::Event | Self::Command | Self::Query)
    }
}

/// What a link from one kind to another means; `None` means nothing, which is allowed and earns a note.
#[must_use]
pub const fn meaning(from: StickyKind, to: StickyKind) -> Option<Meaning> {
    use StickyKind as K;
    Some(match (from, to) {
        (K::Actor | K::Ui, K::Command | K::Query) => Meaning::Entry,
        (K::Command, K::Service | K::Aggregate | K::External) => Meaning::HandledBy,
        (K::Query, K::Service | K::Aggregate | K::ReadModel | K::External) => Meaning::AnsweredBy,
        (K::Service | K::Aggregate | K::External | K::ReadModel, K::Event) => Meaning::Publishes,
        (K::Service | K::Aggregate | K::Policy | K::External, K::Command) => Meaning::Sends,
        (K::Service | K::Aggregate | K::Policy | K::External | K::ReadModel, K::Query) => Meaning::Asks,
        (K::Event, K::Service | K::Aggregate | K::Policy | K::External) => Meaning::Subscribes,
        (K::Event, K::ReadModel) => Meaning::Projects,
        (K::Event | K::Command | K::Channel, K::Channel) => Meaning::Enters,
        (K::Channel, K::Service | K::Aggregate | K::Policy | K::External | K::ReadModel) => Meaning::Leaves,
        _ => return None,
    })
}

/// The kinds that may follow `from` by the grammar, in palette order.
pub fn followers(from: StickyKind) -> impl Iterator<Item = StickyKind> {
    NOTATION.iter().map(|row| row.kind).filter(move |to| meaning(from, *to).is_some())
}

/// The kinds that may come before `to` by the grammar, in palette order.
pub fn predecessors(to: StickyKind) -> impl Iterator<Item = StickyKind> {
    NOTATION.iter().map(|row| row.kind).filter(move |from| meaning(*from, to).is_some())
}

/// The words of a name: `CheckoutCreated` and `checkout-created` read "Checkout created"; text with spaces and
/// names in capitals stay as they are. Identity is always the name itself, never its words.
#[must_use]
pub fn words(name: &str) -> String {
    if name.chars().any(char::is_whitespace) || !name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        let previous = i.checked_sub(1).map(|p| chars[p]);
        let next = chars.get(i + 1).copied();
        let starts_word = c.is_uppercase()
            && previous.is_some_and(|p| {
                p.is_lowercase() || p.is_numeric() || p.is_uppercase() && next.is_some_and(char::is_lowercase)
            });
        if starts_word && !out.ends_with(' ') {
            out.push(' ');
        }
        if matches!(c, '_' | '-') && i > 0 && next.is_some() {
            out.push(' ');
        } else if out.is_empty() {
            out.extend(c.to_uppercase());
        } else if starts_word && !next.is_some_and(char::is_uppercase) {
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

/// Words put together again in the way another name is: `order accepted` like `OrderPlaced` is `OrderAccepted`, like
/// `order-placed` it is `order-accepted`; beside a name with spaces words stay as they are.
#[must_use]
pub fn respelt(text: &str, like: &str) -> String {
    if words(like) == like {
        return text.to_owned();
    }
    let parts = text.split_whitespace().enumerate();
    for joint in ["-", "_"] {
        if like.contains(joint) {
            let small = like.chars().all(|c| !c.is_uppercase());
            let parts: Vec<String> = text
                .split_whitespace()
                .map(|part| if small { part.to_lowercase() } else { part.to_owned() })
                .collect();
            return parts.join(joint);
        }
    }
    let starts_small = like.chars().next().is_some_and(char::is_lowercase);
    parts
        .map(|(i, part)| {
            let mut letters = part.chars();
            let first = letters.next().into_iter();
            if i == 0 && starts_small {
                first.flat_map(char::to_lowercase).chain(letters).collect::<String>()
            } else {
                first.flat_map(char::to_uppercase).chain(letters).collect()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_and_a_shortcut_of_its_own() {
        let mut shortcuts: Vec<char> = NOTATION.iter().filter_map(|row| row.shortcut).collect();
        shortcuts.sort_unstable();
        let n = shortcuts.len();
        shortcuts.dedup();
        assert_eq!(n, shortcuts.len());
        for row in &NOTATION {
            assert_eq!(row.kind.row().kind, row.kind);
        }
    }

    #[test]
    fn names_are_read_as_words() {
        for (name, expected) in [
            ("CheckoutCreated", "Checkout created"),
            ("checkout-created", "Checkout created"),
            ("listingUpdated", "Listing updated"),
            ("S3ObjectCreated", "S3 object created"),
            ("HTTPRequestFailed", "HTTP request failed"),
            ("Order confirmed", "Order confirmed"),
            ("SKU", "SKU"),
            ("charge.succeeded", "Charge.succeeded"),
            ("", ""),
        ] {
            assert_eq!(words(name), expected);
        }
    }

    #[test]
    fn words_are_spelt_like_another_name() {
        for (text, like, expected) in [
            ("Order accepted", "OrderPlaced", "OrderAccepted"),
            ("Order accepted", "orderPlaced", "orderAccepted"),
            ("Order accepted", "order-placed", "order-accepted"),
            ("Order accepted", "order_placed", "order_accepted"),
            ("Order accepted", "Order placed", "Order accepted"),
            ("Order accepted", "Paid", "Order accepted"),
        ] {
            assert_eq!(respelt(text, like), expected);
        }
    }
}
