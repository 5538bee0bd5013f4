//! The display list of a board: shapes with places, names and colour tokens, back to front.
//!
//! The screen and the picture files are drawn from the same list. It knows no theme and no fonts: colours are tokens,
//! and text is a name with the box it has to fit.

pub mod curve;
pub mod index;
pub mod palette;
mod route;
pub mod sequence;
pub mod svg;

use rustc_hash::FxHashMap;

pub use curve::Curve;
use index::Index;

use crate::board::notation::words;
use crate::board::{
    Board, ChannelKind, FrameId, FrameKind, LineId, LinkId, Meaning, Mode, Outcome, Point, Rect, StickyId,
    StickyKind,
};

/// How a link is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkLook {
    /// The sender goes on: one line.
    Asynchronous,
    /// The sender waits: two lines.
    Synchronous,
    /// It means nothing by the grammar: a dotted line.
    Meaningless,
}

/// A sticky as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct StickyShape {
    /// Which sticky.
    pub id: StickyId,
    /// Its kind: the icon in its corner.
    pub kind: StickyKind,
    /// Its place, before turning.
    pub rect: Rect,
    /// Its turn about its middle, in radians clockwise.
    pub turn: f32,
    /// The token of its colours.
    pub token: &'static str,
    /// Its text.
    pub text: String,
    /// A few words at its lower edge, such as its availability; may be empty.
    pub caption: String,
    /// A few letters in its upper right corner, such as its version; may be empty.
    pub corner: String,
    /// Its votes.
    pub votes: u32,
    /// It cannot be moved by hand.
    pub locked: bool,
}

/// A link as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkShape {
    /// Which link.
    pub id: LinkId,
    /// Where it starts.
    pub from: StickyId,
    /// Where it ends.
    pub to: StickyId,
    /// Its course.
    pub curve: Curve,
    /// How it is drawn.
    pub look: LinkLook,
    /// What it means, if anything.
    pub meaning: Option<Meaning>,
    /// A few words along it; may be empty.
    pub label: String,
}

/// A frame as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameShape {
    /// Which frame.
    pub id: FrameId,
    /// What it stands for.
    pub kind: FrameKind,
    /// Its place.
    pub rect: Rect,
    /// Its title.
    pub title: String,
}

/// A pivotal line as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LineShape {
    /// Which line.
    pub id: LineId,
    /// Its place from the left.
    pub x: f32,
    /// Its title.
    pub title: String,
}

/// The display list of a board.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Frames, largest first.
    pub frames: Vec<FrameShape>,
    /// Pivotal lines.
    pub lines: Vec<LineShape>,
    /// Links.
    pub links: Vec<LinkShape>,
    /// Stickies, back to front.
    pub stickies: Vec<StickyShape>,
    /// The smallest rectangle around everything.
    pub bounds: Option<Rect>,
    sticky_at: FxHashMap<StickyId, u32>,
    link_at: FxHashMap<LinkId, u32>,
    sticky_index: Index,
    link_index: Index,
}

impl Scene {
    /// The display list of a board.
    #[must_use]
    pub fn of(board: &Board) -> Self {
        let mut stickies: Vec<StickyShape> =
            board.stickies.keys().map(|id| sticky_shape(board, *id)).collect();
        let layer =
            |shape: &StickyShape| board.stickies.get(&shape.id).map_or("", |sticky| sticky.layer.as_str());
        stickies.sort_by(|a, b| layer(a).cmp(layer(b)).then_with(|| a.id.cmp(&b.id)));
        let sticky_at: FxHashMap<StickyId, u32> = stickies.iter().zip(0..).map(|(s, i)| (s.id, i)).collect();
        let links = route::links(board, &stickies, &sticky_at);
        let mut frames: Vec<FrameShape> = board
            .frames
            .iter()
            .map(|(id, frame)| FrameShape {
                id: *id,
                kind: frame.kind,
                rect: frame.rect(),
                title: frame.name.clone(),
            })
            .collect();
        let area = |frame: &FrameShape| frame.rect.width() * frame.rect.height();
        frames.sort_by(|a, b| area(b).total_cmp(&area(a)));
        let lines = board
            .lines
            .iter()
            .map(|(id, line)| LineShape { id: *id, x: line.x, title: line.name.clone() })
            .collect();
        Self {
            bounds: board.bounds(),
            sticky_index: Index::of(stickies.iter().map(|shape| shape.rect)),
            link_index: Index::of(links.iter().map(|shape| shape.curve.bounds())),
            link_at: links.iter().zip(0..).map(|(link, i)| (link.id, i)).collect(),
            sticky_at,
            frames,
            lines,
            links,
            stickies,
        }
    }

    /// A sticky's shape.
    #[must_use]
    pub fn sticky(&self, id: StickyId) -> Option<&StickyShape> {
        self.sticky_at.get(&id).and_then(|at| self.stickies.get(*at as usize))
    }

    /// A link's shape.
    #[must_use]
    pub fn link(&self, id: LinkId) -> Option<&LinkShape> {
        self.link_at.get(&id).and_then(|at| self.links.get(*at as usize))
    }

    /// The stickies that touch a rectangle, back to front.
    pub fn stickies_in(&self, area: Rect) -> impl Iterator<Item = &StickyShape> {
        let found = self.sticky_index.query(area.expanded(24.0)).into_iter();
        found
            .filter_map(|at| self.stickies.get(at as usize))
            .filter(move |shape| shape.rect.intersects(area.expanded(24.0)))
    }

    /// The links that may touch a rectangle, in the order of the list.
    pub fn links_in(&self, area: Rect) -> impl Iterator<Item = &LinkShape> {
        self.link_index.query(area).into_iter().filter_map(|at| self.links.get(at as usize))
    }

    /// The topmost sticky under a point.
    #[must_use]
    pub fn sticky_under(&self, point: Point) -> Option<&StickyShape> {
        let here = Rect { min: point, max: point };
        self.stickies_in(here).filter(|shape| shape.rect.contains(point)).last()
    }

    /// The link nearest to a point, within `reach` world units.
    #[must_use]
    pub fn link_under(&self, point: Point, reach: f32) -> Option<&LinkShape> {
        let near = Rect { min: point, max: point }.expanded(reach);
        self.links_in(near)
            .map(|link| (link.curve.distance(point), link))
            .filter(|(distance, _)| *distance <= reach)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, link)| link)
    }

    /// The innermost frame whose border or title is under a point, within `reach` world units. The inside of a frame
    /// is canvas.
    #[must_use]
    pub fn frame_under(&self, point: Point, reach: f32) -> Option<&FrameShape> {
        self.frames.iter().rev().find(|frame| {
            let outside = frame.rect.expanded(reach);
            let title =
                Rect { min: frame.rect.min, max: Point::new(frame.rect.max.x, frame.rect.min.y + 32.0) };
            outside.contains(point) && (title.contains(point) || !frame.rect.expanded(-reach).contains(point))
        })
    }
}

fn sticky_shape(board: &Board, id: StickyId) -> StickyShape {
    let sticky = &board.stickies[&id];
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

/// How a link is drawn, and the few words along it.
fn link_look(board: &Board, id: LinkId) -> (LinkLook, Option<Meaning>, String) {
    let link = &board.links[&id];
    let meaning = board.link_meaning(link);
    let look = match meaning {
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
    };
    let mut label = match &link.outcome {
        Outcome::Always => String::new(),
        Outcome::OneOf(weight) => one_of_label(board, id, *weight),
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
    (look, meaning, label)
}

fn one_of_label(board: &Board, id: LinkId, weight: f64) -> String {
    let from = board.links[&id].from;
    let weights =
        board.links.values().filter(|link| link.from == from).filter_map(|link| match link.outcome {
            Outcome::OneOf(weight) => Some(weight),
            _ => None,
        });
    let total: f64 = weights.sum();
    if total > 0.0 { percent((weight / total * 1e4).round() / 1e4) } else { String::new() }
}

#[cfg(test)]
mod tests;
