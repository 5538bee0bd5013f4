//! What links and definitions imply for one message: the ways it takes and what a reaction's link to it does.

use std::ops::Range;

use super::{Message, MessageIx, MessageKind, Output, Route, RouteIx};
use crate::board::{Board, Link, LinkId, Meaning, Mode, StickyKind, notation};

/// A link between two stickies of the board. `P` is how a sticky is found: its id, or its place in a list.
#[derive(Clone, Copy)]
pub(super) struct Joint<'a, P> {
    pub id: LinkId,
    pub link: &'a Link,
    pub from: P,
    pub to: P,
    pub meaning: Option<Meaning>,
}

/// One way of a message: its links, the channel stickies between, and the sticky of the reaction it ends at.
pub(super) struct Way<P> {
    pub links: Vec<LinkId>,
    pub stations: Vec<P>,
    pub to: P,
}

/// Follows links from a message sticky to every reaction they lead to. Each channel sticky is passed once, on the
/// first way found to it, so rings of channels end and dense ones stay cheap.
pub(super) fn ways<'s, 'b: 's, P: Copy + PartialEq + 's>(
    from: P,
    leaving: impl Fn(P) -> &'s [Joint<'b, P>],
) -> Vec<Way<P>> {
    let mut found = Vec::new();
    let mut passed: Vec<P> = Vec::new();
    let mut todo: Vec<(P, Vec<LinkId>, Vec<P>)> = vec![(from, Vec::new(), Vec::new())];
    while let Some((at, links, stations)) = todo.pop() {
        for joint in leaving(at) {
            let with_link = || links.iter().copied().chain([joint.id]).collect();
            match joint.meaning {
                Some(Meaning::Enters) if !passed.contains(&joint.to) => {
                    passed.push(joint.to);
                    let stations = stations.iter().copied().chain([joint.to]).collect();
                    todo.push((joint.to, with_link(), stations));
                }
                Some(meaning) if reaches(meaning) => {
                    found.push(Way { links: with_link(), stations: stations.clone(), to: joint.to });
                }
                _ => {}
            }
        }
    }
    found
}

/// True for what ends a message's way at a reaction.
pub(super) const fn reaches(meaning: Meaning) -> bool {
    use Meaning::{AnsweredBy, HandledBy, Leaves, Projects, Subscribes};
    matches!(meaning, HandledBy | AnsweredBy | Subscribes | Projects | Leaves)
}

/// True for what a reaction does.
pub(super) const fn gives(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Publishes | Meaning::Sends | Meaning::Asks)
}

/// Whether the sender of a message waits for the reaction at the end of a way of these links.
pub(super) fn mode_of_way(board: &Board, message: &Message, links: &[LinkId], passes_channel: bool) -> Mode {
    match message.kind {
        MessageKind::Query => Mode::Synchronous,
        MessageKind::Event => Mode::Asynchronous,
        MessageKind::Command if passes_channel => Mode::Asynchronous,
        MessageKind::Command => {
            let stated = links.iter().find_map(|link| board.links[link].mode);
            let of_command = || board.commands.get(&message.name).map_or(Mode::default(), |c| c.mode);
            stated.unwrap_or_else(of_command)
        }
    }
}

/// What a reaction's link to a message does. `local` are the routes that begin at the very sticky the link leads to.
pub(super) fn output(
    board: &Board,
    (id, link): (LinkId, &Link),
    (at, message): (MessageIx, &Message),
    local: Range<usize>,
    routes: &[Route],
) -> Output {
    let Message { kind, name, routes: all, .. } = message;
    let taken = match kind {
        MessageKind::Command | MessageKind::Query if !local.is_empty() => local.map(RouteIx).collect(),
        _ => all.clone(),
    };
    let waits = taken.iter().any(|route| routes[route.0].mode == Mode::Synchronous);
    let (mode, timeout, retries, backoff) = match kind {
        MessageKind::Event => (Mode::Asynchronous, None, 0, None),
        MessageKind::Command => {
            let command = board.commands.get(name);
            let stated = command.map_or(Mode::default(), |command| command.mode);
            let mode =
                link.mode.unwrap_or(if taken.is_empty() || waits { stated } else { Mode::Asynchronous });
            command.map_or((mode, None, 0, None), |c| (mode, c.timeout, c.retries, c.backoff))
        }
        MessageKind::Query => board.queries.get(name).map_or((Mode::Synchronous, None, 0, None), |query| {
            (Mode::Synchronous, query.timeout, query.retries, query.backoff)
        }),
    };
    Output {
        link: id,
        sticky: link.to,
        message: at,
        outcome: link.outcome.clone(),
        mode,
        timeout: link.timeout.or(timeout),
        retries: link.retries.unwrap_or(retries),
        backoff: link.backoff.or(backoff),
        routes: taken,
    }
}

/// What is to be said of a link between stickies of these kinds; `None` for a sticky that is not there.
pub(super) fn note_on_link(from: Option<StickyKind>, to: Option<StickyKind>) -> Option<String> {
    let (Some(from), Some(to)) = (from, to) else {
        return Some("This link leads to a sticky that is not on the board".to_owned());
    };
    let silent = notation::meaning(from, to).is_some() || is_remark(from) || is_remark(to);
    (!silent).then(|| {
        let (from, to) = (from.row().label.to_lowercase(), to.row().label.to_lowercase());
        format!("A link from {from} to {to} means nothing")
    })
}

/// Remarks may point at anything.
const fn is_remark(kind: StickyKind) -> bool {
    matches!(
        kind,
        StickyKind::Hotspot
            | StickyKind::Opportunity
            | StickyKind::Text
            | StickyKind::ValueGained
            | StickyKind::ValueLost
            | StickyKind::Ui
            | StickyKind::Actor
    )
}

/// What is to be said of a message without a name.
pub(super) const UNNAMED_MESSAGE: &str = "It has no name yet, so it is no message";
/// What is to be said of a reaction that nobody hosts.
pub(super) const UNNAMED_REACTION: &str = "It has no name yet, so nobody reacts here";
/// What is to be said of a channel without a name.
pub(super) const UNNAMED_CHANNEL: &str = "It has no name yet; what enters it still leaves it";
/// What is to be said of a channel that no way passes.
pub(super) const UNUSED_CHANNEL: &str = "Nothing travels through this channel yet";
