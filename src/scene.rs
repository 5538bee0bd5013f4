//! The display list of a board: shapes with places, names and colour tokens, back to front.
//!
//! The screen and the picture files are drawn from the same list. It knows no theme and no fonts: colours are tokens,
//! and text is a name with the box it has to fit.

pub mod curve;
pub mod diagram;
pub mod index;
pub mod palette;
mod route;
pub mod sequence;
mod shape;
pub mod svg;
mod update;

use rustc_hash::FxHashMap;

pub use curve::Curve;
use index::Index;
pub use shape::{channel_kind, percent};

use crate::board::notation::Level;
use crate::board::{Board, FrameId, FrameKind, LineId, LinkId, Meaning, Point, Rect, StickyId, StickyKind};

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
    /// It cannot be moved by hand.
    pub locked: bool,
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
    /// It cannot be moved by hand.
    pub locked: bool,
}

/// The display list of a board.
#[derive(Clone, Debug)]
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
    /// How many stickies the level leaves out.
    pub hidden: usize,
    level: Level,
    sticky_at: FxHashMap<StickyId, u32>,
    link_at: FxHashMap<LinkId, u32>,
    /// The positions of each link's two ends among the stickies.
    ends: Vec<(u32, u32)>,
    /// The positions of the links at each sticky.
    links_at: Vec<Vec<u32>>,
    sticky_index: Index,
    link_index: Index,
}

impl Scene {
    /// The display list of a board.
    #[must_use]
    pub fn of(board: &Board) -> Self {
        Self::at_level(board, Level::Design)
    }

    /// The display list of what belongs to a level of EventStorming.
    #[must_use]
    pub fn at_level(board: &Board, level: Level) -> Self {
        let shown = board.stickies.iter().filter(|(_, sticky)| sticky.kind.is_at(level));
        let mut layered: Vec<(&str, StickyShape)> =
            shown.map(|(id, sticky)| (sticky.layer.as_str(), shape::sticky(board, *id, sticky))).collect();
        // Ids come in order, and sorting keeps them so within a layer.
        layered.sort_by(|a, b| a.0.cmp(b.0));
        let stickies: Vec<StickyShape> = layered.into_iter().map(|(_, shape)| shape).collect();
        let sticky_at: FxHashMap<StickyId, u32> = stickies.iter().zip(0..).map(|(s, i)| (s.id, i)).collect();
        let (links, ends) = shape::links(board, &stickies, &sticky_at);
        let mut links_at = vec![Vec::new(); stickies.len()];
        for ((from, to), link) in ends.iter().zip(0..) {
            links_at[*from as usize].push(link);
            links_at[*to as usize].push(link);
        }
        let frames = shape::frames(board);
        Self {
            bounds: bounds(&stickies, &frames),
            hidden: board.stickies.len() - stickies.len(),
            level,
            sticky_index: Index::of(stickies.iter().map(|shape| shape.rect)),
            link_index: Index::of(links.iter().map(|shape| shape.curve.bounds())),
            link_at: links.iter().zip(0..).map(|(link, i)| (link.id, i)).collect(),
            sticky_at,
            ends,
            links_at,
            frames,
            lines: shape::lines(board),
            links,
            stickies,
        }
    }

    /// The level it shows.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
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

    /// True when more than so many stickies, or so many links, may touch a rectangle.
    #[must_use]
    pub fn is_crowded(&self, area: Rect, max: usize) -> bool {
        self.sticky_index.exceeds(area, max) || self.link_index.exceeds(area, max)
    }

    /// A sticky's place in the list.
    #[must_use]
    pub fn place_of_sticky(&self, id: StickyId) -> Option<usize> {
        self.sticky_at.get(&id).map(|at| *at as usize)
    }

    /// A link's place in the list.
    #[must_use]
    pub fn place_of_link(&self, id: LinkId) -> Option<usize> {
        self.link_at.get(&id).map(|at| *at as usize)
    }

    /// The places of the links that start at the sticky of a place, in order.
    pub fn links_from(&self, sticky: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let links = self.links_at.get(sticky).into_iter().flatten().map(|link| *link as usize);
        links.filter(move |link| self.ends[*link].0 as usize == sticky)
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

fn bounds(stickies: &[StickyShape], frames: &[FrameShape]) -> Option<Rect> {
    let frames = frames.iter().map(|frame| frame.rect);
    stickies.iter().map(|shape| shape.rect).chain(frames).reduce(Rect::union)
}

#[cfg(test)]
mod tests;
