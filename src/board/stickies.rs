//! Stickies, links, frames and pivotal lines: what is placed on the canvas.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::definitions::Mode;
use super::geometry::{Point, Size};
use super::ids::{LinkId, StickyId};
use super::notation::StickyKind;
use super::record::record;
use super::span::Span;

record! {
    /// A finding silenced on one sticky, with the reason people gave.
    pub struct Suppression {
        /// The rule's name.
        pub rule: String,
        /// Why it does not apply here.
        pub reason: String,
    }
}

record! {
    /// A note on the canvas.
    pub struct Sticky {
        /// What kind of note it is.
        pub kind: StickyKind,
        /// The name of the definition it shows, or its free text.
        pub name: String,
        /// Its top left corner.
        pub at: Point,
        /// Its size, where it differs from its kind's.
        pub size: Option<Size>,
        /// A remark shown in the inspector.
        pub note: String,
        /// Where it lies among the others, back to front, as a fractional key; empty lies at the back.
        pub layer: String,
        /// Cannot be moved by hand.
        pub locked: bool,
        /// Votes of the people in the room.
        pub votes: u32,
        /// Advice that does not apply here.
        pub allow: Vec<Suppression>,
    }
}

/// When an output of a reaction happens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Each time.
    #[default]
    Always,
    /// Exactly one of the reaction's `one_of` outputs happens, with probability proportional to its weight.
    OneOf(f64),
    /// Only when that other output of the same reaction failed: time-out, error reply, retries spent.
    OnFailureOf(LinkId),
}

record! {
    /// An arrow between two stickies. What it means follows from what it joins.
    pub struct Link {
        /// Where it starts.
        pub from: StickyId,
        /// Where it ends.
        pub to: StickyId,
        /// The place among the outputs of one reaction, as a fractional key; equal keys go by id.
        pub order: String,
        /// When this output happens.
        pub outcome: Outcome,
        /// Overrides the command's mode.
        pub mode: Option<Mode>,
        /// Overrides how long the sender waits.
        pub timeout: Option<Span>,
        /// Overrides how often the sender tries again.
        pub retries: Option<u32>,
        /// Overrides the pause before the first retry.
        pub backoff: Option<Span>,
        /// A content filter in the grammar of EventBridge event patterns.
        pub filter: Option<Value>,
        /// Dotted paths of the fields the consumer uses.
        pub fields: Vec<String>,
        /// The version the consumer reads; empty for the newest.
        pub version: String,
        /// Overrides whether handling a duplicate is harmless.
        pub idempotent: Option<bool>,
        /// The consumer relies on the order of messages.
        pub ordered: bool,
        /// A remark, shown as a label.
        pub note: String,
    }
}

/// What a frame stands for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FrameKind {
    /// A bounded context.
    #[default]
    Context,
    /// A team's responsibility.
    Team,
    /// A lane of the timeline.
    Swimlane,
}

record! {
    /// A named region of the canvas.
    pub struct Frame {
        /// What it stands for.
        pub kind: FrameKind,
        /// Its title.
        pub name: String,
        /// Its top left corner.
        pub at: Point,
        /// Its size.
        pub size: Size,
        /// The service that hosts the policies, aggregates and read models inside; empty for none.
        pub service: String,
        /// Cannot be moved by hand.
        pub locked: bool,
    }
}

record! {
    /// A vertical line that marks a pivotal event.
    pub struct PivotalLine {
        /// Its title.
        pub name: String,
        /// Its place from the left.
        pub x: f32,
        /// Cannot be moved by hand.
        pub locked: bool,
    }
}
