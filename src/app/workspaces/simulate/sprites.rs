//! Messages as dots. A message that takes 40 ms would be a flicker at ×1 and nothing at ×60, so each one is shown on
//! its way for at least a little while of the viewer's time.

use crate::app::canvas::{Dot, DotLook};
use crate::board::LinkId;
use crate::simulation::Simulation;
use crate::simulation::model::MessageIx;
use crate::simulation::trace::TraceKind;
use crate::topology::{MessageKind, Topology};

/// The shortest time a dot is on its way, in seconds of the viewer.
const FLIGHT_SECS: f32 = 0.7;
/// Dots drawn at most; when a run is denser, every n-th message is shown.
const SPRITES_MAX: usize = 5_000;

struct Sprite {
    links: Vec<LinkId>,
    token: &'static str,
    look: DotLook,
    followed: bool,
    age: f32,
    life: f32,
}

/// The dots under way.
#[derive(Default)]
pub(super) struct Sprites {
    sprites: Vec<Sprite>,
    /// The step of the trace up to which messages have been shown.
    seen: usize,
    skipped: usize,
}

impl Sprites {
    /// Forgets every dot: the run is at another moment.
    pub(super) fn clear(&mut self, simulation: &Simulation) {
        self.sprites.clear();
        self.seen = simulation.trace().map_or(0, crate::simulation::trace::Trace::len);
    }

    /// True while any dot is under way.
    pub(super) fn is_moving(&self) -> bool {
        !self.sprites.is_empty()
    }

    /// Lets the dots move on, and starts those of the steps that have happened since.
    /// Those of the `followed` process stand out, and are never left out.
    pub(super) fn advance(
        &mut self,
        simulation: &Simulation,
        tokens: &Tokens,
        secs: f32,
        speed: f64,
        followed: Option<u64>,
    ) {
        for sprite in &mut self.sprites {
            sprite.age += secs;
        }
        self.sprites.retain(|sprite| sprite.age < sprite.life);
        let Some(trace) = simulation.trace() else { return };
        let new = trace.len().saturating_sub(self.seen);
        let room = SPRITES_MAX.saturating_sub(self.sprites.len());
        let stride = new.div_ceil(room.max(1)).max(1);
        for event in trace.since(self.seen) {
            let Some(hop) = event.hop else { continue };
            let look = match event.kind {
                TraceKind::Delivered
                | TraceKind::Called
                | TraceKind::Answered
                | TraceKind::Issued
                | TraceKind::Published
                | TraceKind::Replied
                | TraceKind::Sent => DotLook::Plain,
                TraceKind::Replayed => DotLook::Duplicate,
                TraceKind::Duplicated | TraceKind::Deduplicated => DotLook::Duplicate,
                TraceKind::Retried => DotLook::Retry,
                TraceKind::DeadLettered => DotLook::Dead,
                _ => continue,
            };
            self.skipped += 1;
            let is_followed = followed == Some(event.correlation);
            if !is_followed
                && (look == DotLook::Plain && !self.skipped.is_multiple_of(stride)
                    || self.sprites.len() >= SPRITES_MAX)
            {
                continue;
            }
            let links = simulation.links(hop);
            if links.is_empty() {
                continue;
            }
            let real = event.time.saturating_sub(event.since) as f64 / 1e9 / speed.max(1e-6);
            let life = (real as f32).clamp(FLIGHT_SECS * (links.len() as f32).sqrt(), FLIGHT_SECS * 4.0);
            let token = event.message.map_or("event", |message| tokens.of(message));
            self.sprites.push(Sprite {
                links: links.to_vec(),
                token,
                look,
                followed: is_followed,
                age: 0.0,
                life,
            });
        }
        self.seen = trace.len();
    }

    /// The dots as the canvas draws them.
    pub(super) fn dots(&self) -> Vec<Dot> {
        let dot = |sprite: &Sprite| {
            let place = sprite.age / sprite.life * sprite.links.len() as f32;
            let link = (place as usize).min(sprite.links.len() - 1);
            Dot {
                link: sprite.links[link],
                at: place - link as f32,
                token: sprite.token,
                look: sprite.look,
                followed: sprite.followed,
            }
        };
        self.sprites.iter().map(dot).collect()
    }
}

/// The colour token of each message of a model.
#[derive(Default)]
pub(super) struct Tokens(Vec<&'static str>);

impl Tokens {
    /// Looks the messages of a model up in the topology.
    pub(super) fn new(simulation: &Simulation, topology: &Topology) -> Self {
        let token = |name: &str| {
            let kind = topology.messages_named(name).next().map(|message| topology[message].kind);
            match kind {
                Some(MessageKind::Command) => "command",
                Some(MessageKind::Query) => "query",
                _ => "event",
            }
        };
        Self(simulation.model().messages.iter().map(|message| token(&message.name)).collect())
    }

    fn of(&self, message: MessageIx) -> &'static str {
        self.0.get(message.0 as usize).copied().unwrap_or("event")
    }
}
