//! What each thing on a board looks like.

use rustc_hash::FxHashMap;

use super::{FrameShape, LineShape, LinkLook, LinkShape, StickyShape, route};
use crate::board::notation::words;
use crate::board::{
    Board, ChannelKind, Frame, Link, LinkId, Meaning, Mode, Outcome, Sticky, StickyId, StickyKind, notation,
};

/// The shape of a sticky.
pub(super) fn sticky(board: &Board, id: StickyId, sticky: &Sticky) -> StickyShape {
    let row = sticky.kind.row();
    let mut caption = String::new();
    let mut corner = String::new();
    match sticky.kind {
        StickyKind::Service | StickyKind::External => {
            if let Some(availability) =
                board.services.get(&sticky.name).and_then(|service| service.availability)
            {
                caption = percent(availability);
            }
        }
        StickyKind::Channel => {
            if let Some(channel) = board.channels.get(&sticky.name) {
                caption = channel_kind(channel.kind).to_lowercase();
            }
        }
        StickyKind::Event => {
            if let Some(event) = board.events.get(&sticky.name)
                && event.versions.len() > 1
                && let Some(version) = event.versions.last()
            {
                corner = format!("v{}", version.version);
            }
        }
        _ => {}
    }
    StickyShape {
        id,
        kind: sticky.kind,
        rect: sticky.rect(),
        turn: if sticky.kind == StickyKind::Hotspot { -0.14 } else { 0.0 },
        token: row.token,
        text: words(&sticky.name),
        caption,
        corner,
        votes: sticky.votes,
        locked: sticky.locked,
    }
}

/// A share between 0 and 1 in per cent, with as many digits as it needs and no more than five.
#[must_use]
pub fn percent(share: f64) -> String {
    let text = format!("{:.5}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What people call a kind of channel.
#[must_use]
pub const fn channel_kind(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Bus => "Bus",
        ChannelKind::Topic => "Topic",
        ChannelKind::Queue => "Queue",
        ChannelKind::Stream => "Stream",
    }
}

/// The shapes of the links between these stickies, and the positions of their ends.
pub(super) fn links(
    board: &Board,
    stickies: &[StickyShape],
    at: &FxHashMap<StickyId, u32>,
) -> (Vec<LinkShape>, Vec<(u32, u32)>) {
    let joined: Vec<(LinkId, &Link, (u32, u32))> = board
        .links
        .iter()
        .filter_map(|(id, link)| Some((*id, link, (*at.get(&link.from)?, *at.get(&link.to)?))))
        .filter(|(_, _, (from, to))| from != to)
        .collect();
    let ends: Vec<(u32, u32)> = joined.iter().map(|(_, _, ends)| *ends).collect();
    let curves = route::curves(&ends, |i| stickies[i as usize].rect);
    let mut weights: FxHashMap<StickyId, f64> = FxHashMap::default();
    for link in board.links.values() {
        if let Outcome::OneOf(weight) = link.outcome {
            *weights.entry(link.from).or_default() += weight;
        }
    }
    let shapes = joined.iter().zip(curves).map(|((id, link, (from, to)), curve)| {
        let (from, to) = (&stickies[*from as usize], &stickies[*to as usize]);
        let weights = weights.get(&link.from).copied().unwrap_or(0.0);
        let (meaning, look, label) = said(board, link, (from.kind, to.kind), weights);
        LinkShape { id: *id, from: link.from, to: link.to, curve, look, meaning, label }
    });
    (shapes.collect(), ends)
}

/// What a link between stickies of these kinds means, how it is drawn, and the words along it; `weights` is the sum over
/// the alternatives it is one of.
pub(super) fn said(
    board: &Board,
    link: &Link,
    (from, to): (StickyKind, StickyKind),
    weights: f64,
) -> (Option<Meaning>, LinkLook, String) {
    let meaning = notation::meaning(from, to);
    (meaning, look(board, link, meaning), label(link, weights))
}

fn look(board: &Board, link: &Link, meaning: Option<Meaning>) -> LinkLook {
    match meaning {
        None => LinkLook::Meaningless,
        Some(Meaning::AnsweredBy) => LinkLook::Synchronous,
        Some(Meaning::HandledBy) => {
            let command = board.stickies.get(&link.from).and_then(|sticky| board.commands.get(&sticky.name));
            match link.mode.or(command.map(|command| command.mode)).unwrap_or_default() {
                Mode::Synchronous => LinkLook::Synchronous,
                Mode::Asynchronous => LinkLook::Asynchronous,
            }
        }
        Some(_) => LinkLook::Asynchronous,
    }
}

/// The few words along a link; `weights` is the sum over the alternatives it is one of.
fn label(link: &Link, weights: f64) -> String {
    let mut label = match &link.outcome {
        Outcome::OneOf(weight) if weights > 0.0 => percent((weight / weights * 1e4).round() / 1e4),
        Outcome::Always | Outcome::OneOf(_) => String::new(),
        Outcome::OnFailureOf(_) => "on failure".to_owned(),
    };
    let mut add = |words: &str| {
        if !label.is_empty() {
            label.push_str(" · ");
        }
        label.push_str(words);
    };
    if link.filter.is_some() {
        add("filter");
    }
    if !link.note.is_empty() {
        add(&link.note);
    }
    label
}

/// The shapes of the frames, largest first.
pub(super) fn frames(board: &Board) -> Vec<FrameShape> {
    let area = |frame: &Frame| frame.size.w * frame.size.h;
    let mut frames: Vec<_> = board.frames.iter().collect();
    frames.sort_by(|(_, a), (_, b)| area(b).total_cmp(&area(a)));
    let shape = |(id, frame): (&crate::board::FrameId, &Frame)| FrameShape {
        id: *id,
        kind: frame.kind,
        rect: frame.rect(),
        title: frame.name.clone(),
        locked: frame.locked,
    };
    frames.into_iter().map(shape).collect()
}

/// The shapes of the pivotal lines.
pub(super) fn lines(board: &Board) -> Vec<LineShape> {
    let lines = board.lines.iter();
    lines
        .map(|(id, line)| LineShape { id: *id, x: line.x, title: line.name.clone(), locked: line.locked })
        .collect()
}
