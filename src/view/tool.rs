//! Tools as small state machines: abstract input in, effects out.

use super::selection::{Item, Selection};
use crate::board::{Point, Rect, Size, StickyId, StickyKind};

/// How far the pointer moves, in screen points, before a press becomes a drag.
pub const DRAG_START: f32 = 4.0;

/// What the pointer does on the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Tool {
    /// Selects and moves.
    #[default]
    Select,
    /// Moves the camera.
    Pan,
    /// Draws links.
    Connect,
    /// Draws frames.
    Frame,
    /// Puts pivotal lines down.
    Line,
    /// Gives dots to stickies.
    Vote,
    /// Places stickies of a kind.
    Place(StickyKind),
}

/// What lies under the pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Hit {
    /// Empty canvas.
    #[default]
    Nothing,
    /// The body of an item.
    Item(Item),
    /// A handle on a sticky's edge, from which links are drawn.
    Handle(StickyId),
    /// A corner of a selected sticky or frame, which resizes it.
    Corner(Item, Corner),
}

/// A corner of a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Top left.
    TopLeft,
    /// Top right.
    TopRight,
    /// Bottom left.
    BottomLeft,
    /// Bottom right.
    BottomRight,
}

impl Corner {
    /// Every corner.
    pub const ALL: [Self; 4] = [Self::TopLeft, Self::TopRight, Self::BottomLeft, Self::BottomRight];

    /// Where it is on a rectangle.
    #[must_use]
    pub const fn of(self, rect: Rect) -> Point {
        match self {
            Self::TopLeft => rect.min,
            Self::TopRight => Point::new(rect.max.x, rect.min.y),
            Self::BottomLeft => Point::new(rect.min.x, rect.max.y),
            Self::BottomRight => rect.max,
        }
    }

    /// The one across.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::TopLeft => Self::BottomRight,
            Self::TopRight => Self::BottomLeft,
            Self::BottomLeft => Self::TopRight,
            Self::BottomRight => Self::TopLeft,
        }
    }

    /// The rectangle with this corner dragged to `to` and the opposite one where it was, no side shorter than `least`.
    #[must_use]
    pub fn dragged(self, rect: Rect, to: Point, least: f32) -> Rect {
        let left = matches!(self, Self::TopLeft | Self::BottomLeft);
        let top = matches!(self, Self::TopLeft | Self::TopRight);
        let (mut min, mut max) = (rect.min, rect.max);
        if left {
            min.x = to.x.min(max.x - least);
        } else {
            max.x = to.x.max(min.x + least);
        }
        if top {
            min.y = to.y.min(max.y - least);
        } else {
            max.y = to.y.max(min.y + least);
        }
        Rect { min, max }
    }
}

impl Hit {
    /// The sticky it belongs to.
    #[must_use]
    pub const fn sticky(self) -> Option<StickyId> {
        match self {
            Self::Item(Item::Sticky(id)) | Self::Handle(id) | Self::Corner(Item::Sticky(id), _) => Some(id),
            _ => None,
        }
    }

    /// The item it belongs to.
    #[must_use]
    pub const fn item(self) -> Option<Item> {
        match self {
            Self::Nothing => None,
            Self::Item(item) | Self::Corner(item, _) => Some(item),
            Self::Handle(id) => Some(Item::Sticky(id)),
        }
    }
}

/// Keys held down meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Adds to the selection.
    pub shift: bool,
    /// Drags a copy.
    pub alt: bool,
}

/// What happens to a tool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// The main button goes down.
    Press(Point, Hit, Held),
    /// The pointer moves; the number is screen points per world unit.
    Move(Point, Hit, Held, f32),
    /// The main button comes up.
    Release(Point, Hit),
    /// Two clicks in quick succession.
    DoubleClick(Point, Hit),
    /// What is under way is abandoned.
    Cancel,
}

/// What a tool wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Selects this instead.
    Select(Selection),
    /// Adds the item to the selection, or takes it out.
    Toggle(Item),
    /// Selects everything in a rectangle, on top of what was selected when the drag began.
    SelectWithin(Rect, bool),
    /// The selection begins to move; `true` moves copies of it.
    BeginMove(bool),
    /// The selection stands this far from where it was.
    MoveBy(f32, f32),
    /// An item, and with it what else is selected, begins to change its size.
    BeginResize(Item),
    /// This corner of the box around what is sized is here.
    ResizeTo(Corner, Point),
    /// The open gesture is done.
    End,
    /// The open gesture is taken back.
    Cancel,
    /// A link between two stickies.
    Connect(StickyId, StickyId),
    /// A link was let go over empty canvas.
    DropLink(StickyId, Point),
    /// A frame was drawn.
    PlaceFrame(Rect),
    /// A sticky is put down with its middle here.
    Place(StickyKind, Point),
    /// A pivotal line is put down here.
    PlaceLine(f32),
    /// A sticky gets a dot, or gives one back.
    Vote(StickyId, bool),
    /// An item's name is to be edited.
    Rename(Item),
    /// A double click on empty canvas.
    Empty(Point),
}

/// What the tool is in the middle of: drawn by the canvas.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// The button is down and the pointer has not moved yet.
    Pressed {
        /// Where.
        at: Point,
        /// On what.
        hit: Hit,
        /// The item was selected before the press, so that a plain click narrows the selection to it.
        narrow: bool,
        /// A copy is dragged.
        copy: bool,
    },
    /// The selection moves.
    Moving {
        /// Where the drag began.
        from: Point,
    },
    /// An item changes its size.
    Resizing(Item, Corner),
    /// A rectangle selects.
    Marquee {
        /// Where the drag began.
        from: Point,
        /// Where the pointer is.
        to: Point,
        /// Adds to what was selected.
        add: bool,
    },
    /// A link is drawn.
    Linking {
        /// From which sticky.
        from: StickyId,
        /// Where the pointer is.
        to: Point,
        /// The sticky under the pointer.
        onto: Option<StickyId>,
    },
    /// A frame is drawn.
    Framing {
        /// One corner.
        from: Point,
        /// The opposite corner.
        to: Point,
    },
}

/// The tool in hand and what it is in the middle of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toolbox {
    /// The tool in hand.
    pub tool: Tool,
    /// What it is doing.
    pub activity: Activity,
}

impl Toolbox {
    /// Takes another tool in hand; what was under way is abandoned.
    pub fn take(&mut self, tool: Tool) -> Vec<Effect> {
        let effects = self.cancel();
        self.tool = tool;
        effects
    }

    /// Feeds the tool one input.
    pub fn feed(&mut self, input: Input, selection: &Selection) -> Vec<Effect> {
        match input {
            Input::Press(at, hit, held) => self.press(at, hit, held, selection),
            Input::Move(at, hit, held, zoom) => self.drag(at, hit, held, zoom),
            Input::Release(at, hit) => self.release(at, hit),
            // Two quick votes are two votes.
            Input::DoubleClick(at, hit) if self.tool == Tool::Vote => {
                self.press(at, hit, Held::default(), selection)
            }
            Input::DoubleClick(at, hit) => double_click(at, hit),
            Input::Cancel => self.cancel(),
        }
    }

    fn press(&mut self, at: Point, hit: Hit, held: Held, selection: &Selection) -> Vec<Effect> {
        match self.tool {
            Tool::Pan => Vec::new(),
            Tool::Place(kind) => {
                self.tool = Tool::Select;
                vec![Effect::Place(kind, at)]
            }
            Tool::Frame => {
                self.activity = Activity::Framing { from: at, to: at };
                Vec::new()
            }
            Tool::Line => {
                self.tool = Tool::Select;
                vec![Effect::PlaceLine(at.x)]
            }
            Tool::Vote => hit.sticky().map(|id| Effect::Vote(id, !held.shift)).into_iter().collect(),
            Tool::Connect => {
                if let Some(from) = hit.sticky() {
                    self.activity = Activity::Linking { from, to: at, onto: None };
                }
                Vec::new()
            }
            Tool::Select => {
                let mut effects = Vec::new();
                let mut narrow = false;
                if let Hit::Item(item) = hit {
                    if held.shift {
                        effects.push(Effect::Toggle(item));
                    } else if selection.contains(item) {
                        narrow = selection.len() > 1;
                    } else {
                        effects.push(Effect::Select(Selection::one(item)));
                    }
                }
                let copy = held.alt && matches!(hit, Hit::Item(_));
                self.activity = Activity::Pressed { at, hit, narrow, copy };
                if hit == Hit::Nothing && !held.shift {
                    effects.push(Effect::Select(Selection::default()));
                }
                effects
            }
        }
    }

    fn drag(&mut self, at: Point, hit: Hit, held: Held, zoom: f32) -> Vec<Effect> {
        match &mut self.activity {
            Activity::Idle => Vec::new(),
            Activity::Pressed { at: from, hit: pressed, copy, .. } => {
                let (from, pressed, copy) = (*from, *pressed, *copy);
                if from.distance(at) * zoom < DRAG_START {
                    return Vec::new();
                }
                let effects = self.start_drag(from, at, pressed, copy, held);
                if let Activity::Linking { from, onto, .. } = &mut self.activity {
                    *onto = hit.sticky().filter(|id| id != from);
                }
                effects
            }
            Activity::Moving { from } => vec![Effect::MoveBy(at.x - from.x, at.y - from.y)],
            Activity::Resizing(_, corner) => vec![Effect::ResizeTo(*corner, at)],
            Activity::Marquee { from, to, add } => {
                *to = at;
                vec![Effect::SelectWithin(Rect::spanned(*from, at), *add)]
            }
            Activity::Linking { from, to, onto } => {
                *to = at;
                *onto = hit.sticky().filter(|id| id != from);
                Vec::new()
            }
            Activity::Framing { to, .. } => {
                *to = at;
                Vec::new()
            }
        }
    }

    fn start_drag(&mut self, from: Point, at: Point, pressed: Hit, copy: bool, held: Held) -> Vec<Effect> {
        match pressed {
            Hit::Nothing => {
                self.activity = Activity::Marquee { from, to: at, add: held.shift };
                vec![Effect::SelectWithin(Rect::spanned(from, at), held.shift)]
            }
            Hit::Item(Item::Link(_)) => {
                self.activity = Activity::Idle;
                Vec::new()
            }
            Hit::Item(_) => {
                self.activity = Activity::Moving { from };
                vec![Effect::BeginMove(copy), Effect::MoveBy(at.x - from.x, at.y - from.y)]
            }
            Hit::Handle(sticky) => {
                self.activity = Activity::Linking { from: sticky, to: at, onto: None };
                Vec::new()
            }
            Hit::Corner(item, corner) => {
                self.activity = Activity::Resizing(item, corner);
                vec![Effect::BeginResize(item), Effect::ResizeTo(corner, at)]
            }
        }
    }

    fn release(&mut self, at: Point, hit: Hit) -> Vec<Effect> {
        match std::mem::take(&mut self.activity) {
            Activity::Idle | Activity::Marquee { .. } => Vec::new(),
            Activity::Pressed { hit: Hit::Item(item), narrow: true, .. } => {
                vec![Effect::Select(Selection::one(item))]
            }
            Activity::Pressed { hit: Hit::Handle(id), .. } => {
                vec![Effect::Select(Selection::one(Item::Sticky(id)))]
            }
            Activity::Pressed { .. } => Vec::new(),
            Activity::Moving { .. } | Activity::Resizing(..) => vec![Effect::End],
            Activity::Linking { from, .. } => match hit.sticky() {
                Some(to) if to != from => vec![Effect::Connect(from, to)],
                Some(_) => Vec::new(),
                None => vec![Effect::DropLink(from, at)],
            },
            Activity::Framing { from, .. } => {
                self.tool = Tool::Select;
                let drawn = Rect::spanned(from, at);
                let rect = if drawn.width() < 40.0 || drawn.height() < 40.0 {
                    Rect::at(from, Size::new(480.0, 320.0))
                } else {
                    drawn
                };
                vec![Effect::PlaceFrame(rect)]
            }
        }
    }

    fn cancel(&mut self) -> Vec<Effect> {
        match std::mem::take(&mut self.activity) {
            Activity::Moving { .. } | Activity::Resizing(..) => vec![Effect::Cancel],
            _ => Vec::new(),
        }
    }
}

fn double_click(at: Point, hit: Hit) -> Vec<Effect> {
    match hit {
        Hit::Item(item) | Hit::Corner(item, _) => vec![Effect::Rename(item)],
        Hit::Handle(id) => vec![Effect::Rename(Item::Sticky(id))],
        Hit::Nothing => vec![Effect::Empty(at)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Id;

    fn sticky(n: u32) -> StickyId {
        StickyId(Id::new(0, n))
    }

    fn on(n: u32) -> Hit {
        Hit::Item(Item::Sticky(sticky(n)))
    }

    #[test]
    fn a_click_selects_and_a_drag_moves_as_one_gesture() {
        let mut toolbox = Toolbox::default();
        let none = Selection::default();
        let one = Selection::one(Item::Sticky(sticky(1)));
        let effects = toolbox.feed(Input::Press(Point::new(0.0, 0.0), on(1), Held::default()), &none);
        assert_eq!(effects, [Effect::Select(one.clone())]);
        let nudge = Input::Move(Point::new(2.0, 0.0), on(1), Held::default(), 1.0);
        assert_eq!(toolbox.feed(nudge, &one), [], "a shaking hand does not move a sticky");
        let drag = Input::Move(Point::new(30.0, 8.0), on(1), Held::default(), 1.0);
        assert_eq!(toolbox.feed(drag, &one), [Effect::BeginMove(false), Effect::MoveBy(30.0, 8.0)]);
        assert_eq!(toolbox.feed(Input::Release(Point::new(30.0, 8.0), on(1)), &one), [Effect::End]);
        assert_eq!(toolbox.activity, Activity::Idle);
    }

    #[test]
    fn escape_takes_a_drag_back() {
        let mut toolbox = Toolbox::default();
        let one = Selection::one(Item::Sticky(sticky(1)));
        toolbox.feed(Input::Press(Point::new(0.0, 0.0), on(1), Held::default()), &one);
        toolbox.feed(Input::Move(Point::new(30.0, 8.0), on(1), Held::default(), 1.0), &one);
        assert_eq!(toolbox.feed(Input::Cancel, &one), [Effect::Cancel]);
        assert_eq!(toolbox.feed(Input::Release(Point::new(30.0, 8.0), on(1)), &one), []);
    }

    #[test]
    fn a_handle_draws_a_link() {
        let mut toolbox = Toolbox::default();
        let none = Selection::default();
        toolbox.feed(Input::Press(Point::new(0.0, 0.0), Hit::Handle(sticky(1)), Held::default()), &none);
        toolbox.feed(Input::Move(Point::new(90.0, 0.0), on(2), Held::default(), 1.0), &none);
        assert_eq!(
            toolbox.activity,
            Activity::Linking { from: sticky(1), to: Point::new(90.0, 0.0), onto: Some(sticky(2)) }
        );
        let effects = toolbox.feed(Input::Release(Point::new(90.0, 0.0), on(2)), &none);
        assert_eq!(effects, [Effect::Connect(sticky(1), sticky(2))]);
    }

    #[test]
    fn a_click_within_a_selection_narrows_it() {
        let mut toolbox = Toolbox::default();
        let two: Selection = [Item::Sticky(sticky(1)), Item::Sticky(sticky(2))].into_iter().collect();
        assert_eq!(toolbox.feed(Input::Press(Point::default(), on(2), Held::default()), &two), []);
        let effects = toolbox.feed(Input::Release(Point::default(), on(2)), &two);
        assert_eq!(effects, [Effect::Select(Selection::one(Item::Sticky(sticky(2))))]);
    }

    #[test]
    fn a_dragged_corner_leaves_the_opposite_one_alone() {
        let rect = Rect::at(Point::new(10.0, 10.0), Size::new(100.0, 80.0));
        let to = Point::new(40.0, 200.0);
        for corner in Corner::ALL {
            let after = corner.dragged(rect, to, 30.0);
            assert!(after.width() >= 30.0 && after.height() >= 30.0, "{corner:?} {after:?}");
            let opposite = corner.opposite();
            assert_eq!(opposite.of(after), opposite.of(rect), "{corner:?}");
        }
        let after = Corner::TopLeft.dragged(rect, Point::new(20.0, 30.0), 30.0);
        assert_eq!(after.min, Point::new(20.0, 30.0));
    }

    #[test]
    fn a_click_with_the_voting_tool_is_a_vote_and_shift_takes_it_back() {
        let mut toolbox = Toolbox { tool: Tool::Vote, ..Toolbox::default() };
        let none = Selection::default();
        let here = Point::default();
        assert_eq!(
            toolbox.feed(Input::Press(here, on(1), Held::default()), &none),
            [Effect::Vote(sticky(1), true)]
        );
        assert_eq!(toolbox.feed(Input::DoubleClick(here, on(1)), &none), [Effect::Vote(sticky(1), true)]);
        let held = Held { shift: true, alt: false };
        assert_eq!(toolbox.feed(Input::Press(here, on(1), held), &none), [Effect::Vote(sticky(1), false)]);
        assert_eq!(toolbox.feed(Input::Press(here, Hit::Nothing, Held::default()), &none), []);
        assert_eq!(toolbox.tool, Tool::Vote, "the tool stays in hand");
    }

    #[test]
    fn an_empty_drag_is_a_marquee_that_shift_adds_to() {
        let mut toolbox = Toolbox::default();
        let held = Held { shift: true, alt: false };
        toolbox.feed(Input::Press(Point::default(), Hit::Nothing, held), &Selection::default());
        let effects =
            toolbox.feed(Input::Move(Point::new(50.0, 50.0), on(3), held, 1.0), &Selection::default());
        assert_eq!(
            effects,
            [Effect::SelectWithin(Rect::spanned(Point::default(), Point::new(50.0, 50.0)), true)]
        );
    }
}
