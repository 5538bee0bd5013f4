//! Sequence diagrams: who sent what to whom, in order, as lines and boxes with places. Pure layout: it is fed with
//! generic steps, so that a simulated process and one read from a log are drawn alike.
//!
//! Time runs downwards by rank, not to scale: one process takes milliseconds in one place and hours in another. Each
//! moment has a row of its own, and a step whose end is the next thing that happens lies level in one row; so no two
//! labels can meet.

use crate::board::{Point, Rect, Size, StickyKind};

/// A column: someone who sends or receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifeline {
    /// The name at its head.
    pub name: String,
    /// What it is: the colour of its head.
    pub kind: StickyKind,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A message: a full line with the colour of what it carries.
    Message(StickyKind),
    /// An answer to a call: a dashed line.
    Answer,
    /// Something that happened on one lifeline: words beside it.
    Note,
}

/// One step of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// The place of the sender among the lifelines.
    pub from: usize,
    /// The place of the receiver; the same as `from` for a note.
    pub to: usize,
    /// When it set out, in nanoseconds.
    pub sent: u64,
    /// When it arrived; none for what never did.
    pub arrived: Option<u64>,
    /// The words on it.
    pub text: String,
    /// Something went wrong here.
    pub wrong: bool,
    /// A number of the caller's, such as that of a trace step or of a row in a log.
    pub key: u64,
}

/// A lifeline with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct LifelineShape {
    /// The name at its head.
    pub name: String,
    /// What it is.
    pub kind: StickyKind,
    /// Its head.
    pub head: Rect,
    /// The lower end of its line, which starts under the middle of its head.
    pub bottom: f32,
}

impl LifelineShape {
    /// Where its line runs.
    #[must_use]
    pub fn x(&self) -> f32 {
        self.head.center().x
    }
}

/// A step with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct StepShape {
    /// The place of the step among the steps that were laid out.
    pub step: usize,
    /// Where its line begins.
    pub from: Point,
    /// Where its line ends: at the receiver, or half way for what never arrived.
    pub to: Point,
    /// It never arrived: its line ends in a cross.
    pub lost: bool,
    /// The room for its words.
    pub label: Rect,
}

/// A moment beside the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Nanoseconds.
    pub time: u64,
    /// Its height.
    pub y: f32,
}

/// A laid-out diagram; its upper left corner is the origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// The columns.
    pub lifelines: Vec<LifelineShape>,
    /// The steps, in the order they set out.
    pub steps: Vec<StepShape>,
    /// The moments at the left edge: one a row in which time has moved on.
    pub moments: Vec<Moment>,
    /// Its size.
    pub size: Size,
}

/// The sizes a diagram is laid out with; text is measured by the caller's fonts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// The room for moments at the left edge.
    pub gutter: f32,
    /// The height of a row.
    pub row: f32,
    /// The size of a head.
    pub head: Size,
    /// The least distance between two lifelines.
    pub gap: f32,
    /// The greatest distance between two lifelines.
    pub gap_most: f32,
}

impl Default for Measures {
    fn default() -> Self {
        Self { gutter: 86.0, row: 30.0, head: Size::new(128.0, 38.0), gap: 148.0, gap_most: 260.0 }
    }
}

/// How far a message to oneself reaches to the right.
const LOOP: f32 = 26.0;
/// The room between a line and the words beside it.
const PADDING: f32 = 8.0;

/// What happens in a row.
#[derive(Clone, Copy)]
enum End {
    Sent(usize),
    Arrived(usize),
}

/// The places of everything. `width` answers how wide words are.
///
/// Steps that name a lifeline there is not are left out.
#[must_use]
pub fn layout(
    lifelines: &[Lifeline],
    steps: &[Step],
    measures: &Measures,
    width: impl Fn(&str) -> f32,
) -> Diagram {
    let xs = columns(lifelines, steps, measures, &width);
    let known = |step: &Step| step.from < lifelines.len() && step.to < lifelines.len();
    let mut ends: Vec<(u64, End)> = Vec::with_capacity(2 * steps.len());
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| known(step)) {
        ends.push((step.sent, End::Sent(at)));
        if step.kind != StepKind::Note
            && let Some(arrived) = step.arrived
        {
            ends.push((arrived.max(step.sent), End::Arrived(at)));
        }
    }
    // Within one moment what was told first stands first, and nothing arrives before it was sent.
    ends.sort_by_key(|(time, end)| match end {
        End::Sent(at) => (*time, *at, 0),
        End::Arrived(at) => (*time, *at, 1),
    });
    let top = measures.head.h + measures.row;
    let mut diagram = Diagram::default();
    let mut shape_of = vec![usize::MAX; steps.len()];
    let mut y = top;
    let mut last = None;
    let mut at = 0;
    while let Some((time, end)) = ends.get(at).copied() {
        if last != Some(time) {
            diagram.moments.push(Moment { time, y });
            last = Some(time);
        }
        match end {
            End::Sent(step) => {
                let level = matches!(ends.get(at + 1), Some((_, End::Arrived(next))) if *next == step);
                at += usize::from(level);
                shape_of[step] = diagram.steps.len();
                diagram.steps.push(shape(&steps[step], step, &xs, y, measures, &width));
            }
            End::Arrived(step) => {
                if let Some(shape) = diagram.steps.get_mut(shape_of[step]) {
                    shape.to.y = y;
                }
            }
        }
        y += measures.row;
        at += 1;
    }
    let bottom = y;
    let half = measures.head.w / 2.0;
    diagram.lifelines = lifelines
        .iter()
        .zip(&xs)
        .map(|(lifeline, x)| LifelineShape {
            name: lifeline.name.clone(),
            kind: lifeline.kind,
            head: Rect::at(Point::new(x - half, 0.0), measures.head),
            bottom,
        })
        .collect();
    let right = diagram.steps.iter().map(|step| step.label.max.x).fold(0.0, f32::max);
    let heads = xs.last().map_or(0.0, |x| x + half);
    diagram.size = Size::new(right.max(heads) + PADDING, bottom + PADDING);
    diagram
}

/// Where the lifelines run: as far apart as the words between neighbours need, within bounds.
fn columns(
    lifelines: &[Lifeline],
    steps: &[Step],
    measures: &Measures,
    width: &impl Fn(&str) -> f32,
) -> Vec<f32> {
    let mut gaps = vec![measures.gap; lifelines.len()];
    for step in steps {
        let beside = step.from == step.to;
        let neighbours = step.from.abs_diff(step.to) == 1;
        let (left, extra) = (step.from.min(step.to), if beside { LOOP } else { 0.0 });
        if (beside || neighbours) && left < gaps.len() {
            let wanted = width(&step.text) + extra + 3.0 * PADDING;
            gaps[left] = gaps[left].max(wanted.min(measures.gap_most));
        }
    }
    let mut x = measures.gutter + measures.head.w / 2.0;
    let mut xs = Vec::with_capacity(lifelines.len());
    for gap in gaps {
        xs.push(x);
        x += gap;
    }
    xs
}

/// A step in its row; the end of one that arrives later is moved down to its own row.
fn shape(
    step: &Step,
    at: usize,
    xs: &[f32],
    y: f32,
    measures: &Measures,
    width: &impl Fn(&str) -> f32,
) -> StepShape {
    let (from, to) = (xs[step.from], xs[step.to]);
    let lost = step.kind != StepKind::Note && step.arrived.is_none();
    let words = width(&step.text);
    let height = measures.row * 0.5;
    if step.kind == StepKind::Note || from == to {
        let reach = if step.kind == StepKind::Note { 0.0 } else { LOOP };
        let corner = Point::new(from + reach + PADDING, y - height * 0.5);
        let (start, end) = (Point::new(from, y), Point::new(from + reach, y));
        return StepShape {
            step: at,
            from: start,
            to: end,
            lost,
            label: Rect::at(corner, Size::new(words, height)),
        };
    }
    let end = if lost { from + (to - from) * 0.5 } else { to };
    // The words stand over the sender's end of the line, where no other line of a later row passes.
    let room = (to - from).abs() - 2.0 * PADDING;
    let words = words.min(room.max(0.0));
    let x = if to > from { from + PADDING } else { from - PADDING - words };
    let label = Rect::at(Point::new(x, y - height - 2.0), Size::new(words, height));
    StepShape { step: at, from: Point::new(from, y), to: Point::new(end, y), lost, label }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lifelines(count: usize) -> Vec<Lifeline> {
        (0..count).map(|at| Lifeline { name: format!("s{at}"), kind: StickyKind::Service }).collect()
    }

    fn step(kind: StepKind, from: usize, to: usize, sent: u64, arrived: Option<u64>) -> Step {
        Step { kind, from, to, sent, arrived, text: "CheckoutCreated".to_owned(), wrong: false, key: 0 }
    }

    fn width(text: &str) -> f32 {
        text.len() as f32 * 7.0
    }

    const EVENT: StepKind = StepKind::Message(StickyKind::Event);

    #[test]
    fn what_arrives_next_lies_level_and_what_is_overtaken_slopes() {
        let steps = [
            step(EVENT, 0, 1, 0, Some(10)),
            step(EVENT, 0, 2, 20, Some(50)),
            step(EVENT, 1, 0, 30, Some(40)),
        ];
        let diagram = layout(&lifelines(3), &steps, &Measures::default(), width);
        let [level, sloped, between] = &diagram.steps[..] else { panic!("three steps") };
        assert_eq!(level.from.y, level.to.y);
        assert!(sloped.to.y > between.to.y && sloped.from.y < between.from.y);
        assert_eq!(sloped.to.x, diagram.lifelines[2].x());
        assert_eq!(diagram.moments.iter().map(|moment| moment.time).collect::<Vec<_>>(), [0, 20, 30, 50]);
    }

    #[test]
    fn what_never_arrives_ends_half_way() {
        let diagram = layout(&lifelines(2), &[step(EVENT, 0, 1, 0, None)], &Measures::default(), width);
        let [lost] = &diagram.steps[..] else { panic!("one step") };
        assert!(lost.lost && lost.to.x > lost.from.x && lost.to.x < diagram.lifelines[1].x());
    }

    #[test]
    fn nothing_makes_an_empty_diagram_and_unknown_lifelines_are_left_out() {
        assert!(layout(&[], &[], &Measures::default(), width).steps.is_empty());
        let steps = [step(EVENT, 0, 7, 0, None)];
        assert!(layout(&lifelines(1), &steps, &Measures::default(), width).steps.is_empty());
    }

    fn any_step(count: usize) -> impl Strategy<Value = Step> {
        let kind = prop_oneof![Just(EVENT), Just(StepKind::Answer), Just(StepKind::Note)];
        (kind, 0..count, 0..count, 0..60u64, prop::option::of(0..40u64)).prop_map(
            |(kind, from, to, sent, lasts)| {
                let to = if kind == StepKind::Note { from } else { to };
                step(kind, from, to, sent, lasts.map(|lasts| sent + lasts))
            },
        )
    }

    proptest! {
        /// Each step has one shape; time never runs upwards; no two labels meet.
        #[test]
        fn labels_never_meet(steps in prop::collection::vec(any_step(5), 0..40)) {
            let diagram = layout(&lifelines(5), &steps, &Measures::default(), width);
            prop_assert_eq!(diagram.steps.len(), steps.len());
            for shape in &diagram.steps {
                let step = &steps[shape.step];
                prop_assert!(shape.to.y >= shape.from.y);
                prop_assert_eq!(shape.from.x, diagram.lifelines[step.from].x());
                prop_assert!(shape.lost || shape.from.x == shape.to.x || step.from == step.to
                    || shape.to.x == diagram.lifelines[step.to].x());
                prop_assert!(shape.label.max.x <= diagram.size.w && shape.to.y < diagram.size.h);
            }
            for (at, a) in diagram.steps.iter().enumerate() {
                for b in &diagram.steps[at + 1..] {
                    prop_assert!(!a.label.intersects(b.label), "{:?} meets {:?}", a.label, b.label);
                }
            }
            prop_assert!(diagram.moments.windows(2).all(|two| two[0].time < two[1].time && two[0].y < two[1].y));
        }
    }
}
