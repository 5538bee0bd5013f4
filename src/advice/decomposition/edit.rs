//! The proposal as an edit: the new events published from the same reactions beside the old one, which is deprecated,
//! and the consumers' arrows moved over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Decomposition, Part};
use crate::advice::Context;
use crate::advice::context::listed;
use crate::advice::usage::Usage;
use crate::board::{
    Event, Field, Frame, Id, Key, Link, LinkId, Outcome, Point, Record, Rect, Schema, Size, Sticky, StickyId,
    StickyKind, Version, order,
};
use crate::edit::{Draft, Edit};
use crate::topology::{MessageIx, MessageKind, RouteIx};

/// Room between columns, and between rows.
const GAP: Size = Size { w: 64.0, h: 14.0 };

impl Decomposition {
    /// True when it takes no thought how to publish the parts: the event is not one of several outcomes.
    #[must_use]
    pub fn is_mechanical(&self, context: &Context<'_>) -> bool {
        let topology = context.topology;
        let Some(event) = topology.message(MessageKind::Event, &self.event) else { return false };
        let outcomes =
            topology[event].producers.iter().map(|(at, place)| &topology[*at].outputs[*place].outcome);
        !outcomes.into_iter().any(|outcome| matches!(outcome, Outcome::OneOf(_)))
    }

    /// The edit that carries the proposal out under the names its parts have now; none when a name is empty or taken,
    /// or when the event is published as one of several outcomes, which takes thought.
    #[must_use]
    pub fn edit(&self, context: &Context<'_>, usage: &Usage) -> Option<Edit> {
        let event = context.topology.message(MessageKind::Event, &self.event)?;
        let names: BTreeSet<&str> = self.parts.iter().map(|part| part.name.trim()).collect();
        let taken = |name: &&str| name.is_empty() || context.board.events.contains_key(*name);
        if names.len() != self.parts.len() || names.iter().any(taken) {
            return None;
        }
        if !self.is_mechanical(context) {
            return None;
        }
        let mut work = Work {
            context,
            usage,
            event,
            ids: context.board.id_gen(0),
            draft: Draft::new(context.board),
            places: Vec::new(),
        };
        work.deprecate(&self.parts)?;
        work.make_room(self.parts.len());
        for part in &self.parts {
            work.define(part)?;
        }
        for (at, part) in self.parts.iter().enumerate() {
            work.publish(at, part);
        }
        work.move_consumers(self);
        Some(work.draft.finish(self.label()))
    }
}

struct Work<'a> {
    context: &'a Context<'a>,
    usage: &'a Usage,
    event: MessageIx,
    ids: crate::board::IdGen,
    draft: Draft<'a>,
    /// The top left corner of each new event, in the order of the parts, and its sticky.
    places: Vec<(Point, StickyId)>,
}

impl Work<'_> {
    fn mint(&mut self) -> Id {
        self.ids.mint()
    }

    fn version(&self) -> Option<&Version> {
        let versions = &self.context.board.events.get(&self.usage.event)?.versions;
        versions.iter().find(|version| version.version == self.usage.version)
    }

    /// The old event goes on, with a date where the day is known.
    fn deprecate(&mut self, parts: &[Part]) -> Option<()> {
        let mut event = self.context.board.events.get(&self.usage.event)?.clone();
        let until = self.context.end_of_grace();
        let names: Vec<&str> = parts.iter().map(|part| part.name.trim()).collect();
        for version in event.versions.iter_mut().filter(|version| version.deprecated.is_empty()) {
            version.deprecated = until.map_or_else(String::new, |day| day.to_string());
            let told = format!("Superseded by {}.", listed(&names));
            version.notes = if version.notes.is_empty() { told } else { format!("{} {told}", version.notes) };
        }
        self.draft.put(Record::Event(self.usage.event.clone(), Box::new(event)));
        Some(())
    }

    /// Finds a column for the new events right of the old one, and pushes what is in the way to the right.
    fn make_room(&mut self, rows: usize) {
        let (event, channel) = (StickyKind::Event.row().size, StickyKind::Channel.row().size);
        let pitch = event.h.max(channel.h) + GAP.h;
        let board = self.context.board;
        let topology = self.context.topology;
        let rect = |id: &StickyId| board.stickies.get(id).map(Sticky::rect);
        let shown: Vec<Rect> = topology[self.event].stickies.iter().filter_map(rect).collect();
        let stations = topology[self.event].routes.iter().flat_map(|route| &topology[*route].stations);
        let deepest = topology[self.event].routes.iter().map(|route| topology[*route].stations.len()).max();
        let right = shown.iter().copied().chain(stations.filter_map(rect)).map(|rect| rect.max.x);
        let cut = right.fold(f32::NEG_INFINITY, f32::max);
        // A half-finished file may place things nowhere.
        let cut = if cut.is_finite() { cut } else { 0.0 };
        let middle = shown.first().map_or(0.0, |rect| rect.center().y);
        #[expect(clippy::cast_precision_loss, reason = "a few columns and rows")]
        let (columns, height) = (deepest.unwrap_or(0) as f32, rows as f32 * pitch - GAP.h);
        let width = event.w + columns * (channel.w + GAP.w) + GAP.w;
        let top = if middle.is_finite() { middle } else { 0.0 } - height / 2.0;
        let left = cut + GAP.w;
        let block = Rect::at(Point::new(cut + 1.0, top), Size::new(width + GAP.w - 1.0, height));
        if board.stickies.values().any(|sticky| sticky.rect().intersects(block)) {
            self.push_right(cut, width);
        }
        let mut y = top;
        for _ in 0..rows {
            let sticky = StickyId(self.mint());
            self.places.push((Point::new(left, y), sticky));
            y += pitch;
        }
    }

    /// Moves everything that begins right of `cut`, and widens the frames that reach across it.
    fn push_right(&mut self, cut: f32, by: f32) {
        for (id, sticky) in self.context.board.stickies.iter().filter(|(_, sticky)| sticky.at.x > cut) {
            let moved = Sticky { at: sticky.at.moved(by, 0.0), ..sticky.clone() };
            self.draft.put(Record::Sticky(*id, Box::new(moved)));
        }
        for (id, frame) in &self.context.board.frames {
            let rect = frame.rect();
            let mut frame: Frame = frame.clone();
            if rect.min.x > cut {
                frame.at = frame.at.moved(by, 0.0);
            } else if rect.max.x > cut {
                frame.size.w += by;
            } else {
                continue;
            }
            self.draft.put(Record::Frame(*id, Box::new(frame)));
        }
        for (id, line) in self.context.board.lines.iter().filter(|(_, line)| line.x > cut) {
            let mut line = line.clone();
            line.x += by;
            self.draft.put(Record::Line(*id, Box::new(line)));
        }
    }

    /// States a new event: the fields it carries with their schema, and the old examples cut down to them.
    fn define(&mut self, part: &Part) -> Option<()> {
        let old = self.context.board.events.get(&self.usage.event)?;
        let version = self.version()?;
        let keep: BTreeSet<&str> = part.carried().collect();
        let schema = Schema {
            fields: kept_fields(&version.schema.fields, "", &keep),
            closed: version.schema.closed,
            definitions: version.schema.definitions.clone(),
            ..Schema::default()
        };
        let examples = version.examples.iter().map(|example| kept_value(example, "", &keep)).collect();
        let told: Vec<&str> = part.fields.iter().map(String::as_str).collect();
        let event = Event {
            description: format!("Tells of {}, apart from {}.", listed(&told), self.usage.event),
            class: old.class,
            visibility: old.visibility,
            owner: old.owner.clone(),
            versions: vec![Version { version: "1".to_owned(), schema, examples, ..Version::default() }],
            ..Event::default()
        };
        self.draft.put(Record::Event(part.name.trim().to_owned(), Box::new(event)));
        Some(())
    }

    /// Places a new event and lets the same reactions publish it, after what they do already.
    fn publish(&mut self, at: usize, part: &Part) {
        let (place, sticky) = self.places[at];
        let layer = self.draft.top_layer();
        let name = part.name.trim().to_owned();
        let note = Sticky { kind: StickyKind::Event, name, at: place, layer, ..Sticky::default() };
        self.draft.put(Record::Sticky(sticky, Box::new(note)));
        let topology = self.context.topology;
        for reason in &part.reason_places {
            let reaction = &topology[self.usage.reasons[*reason].reaction];
            let Some(output) = reaction.outputs.iter().find(|output| output.message == self.event) else {
                continue;
            };
            let from = reaction.sticky;
            let links = self.draft.links().filter(|(_, link)| link.from == from);
            let last = links.map(|(_, link)| link.order.clone()).max().unwrap_or_default();
            let order = order::between(&last, "");
            let link = Link { from, to: sticky, order, outcome: output.outcome.clone(), ..Link::default() };
            let id = LinkId(self.mint());
            self.draft.put(Record::Link(id, Box::new(link)));
        }
    }

    /// Each consumer that can be moved now reads the new events it needs, through channels of the same names.
    fn move_consumers(&mut self, proposal: &Decomposition) {
        let mut doors: BTreeMap<(usize, Vec<String>), StickyId> = BTreeMap::new();
        let mut joined: BTreeSet<(StickyId, StickyId)> = BTreeSet::new();
        let usage = self.usage;
        for consumer in &usage.consumers {
            if proposal.stay.iter().any(|staying| staying.consumer == consumer.name) {
                continue;
            }
            for route in &consumer.routes {
                self.move_route(*route, &consumer.name, &proposal.parts, &mut doors, &mut joined);
            }
        }
    }

    fn move_route(
        &mut self,
        route: RouteIx,
        consumer: &str,
        parts: &[Part],
        doors: &mut BTreeMap<(usize, Vec<String>), StickyId>,
        joined: &mut BTreeSet<(StickyId, StickyId)>,
    ) {
        let (context, topology) = (self.context, self.context.topology);
        let used = topology.fields_used(context.board, route);
        let Some(last) = topology[route].links.last() else { return };
        let Some(link) = context.board.links.get(last) else { return };
        let to = link.to;
        let needs = |path: &str, part: &Part| {
            let inside = |field: &str| {
                field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            part.carried().filter(|field| inside(field)).map(str::to_owned).collect::<Vec<_>>()
        };
        let stations: Vec<String> = topology[route]
            .stations
            .iter()
            .filter_map(|station| Some(context.board.stickies.get(station)?.name.clone()))
            .collect();
        let reads: Vec<(usize, Vec<String>)> = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.consumers.iter().any(|reader| reader == consumer))
            .map(|(at, part)| (at, used.iter().flat_map(|path| needs(path, part)).collect()))
            .collect();
        // What identifies the thing is no reason of its own to listen, unless it is all that this reaction wants.
        let telling = |at: usize, fields: &[String]| !fields.iter().all(|f| parts[at].identity.contains(f));
        let only_identity = !reads.iter().any(|(at, fields)| telling(*at, fields));
        let wanted = |place: usize, at: usize, fields: &[String]| {
            if only_identity { place == 0 } else { telling(at, fields) }
        };
        for (place, (at, fields)) in reads.into_iter().enumerate() {
            if !wanted(place, at, &fields) {
                continue;
            }
            let door = self.door(at, &stations, doors);
            if joined.insert((door, to)) {
                let link = Link { from: door, fields, version: String::new(), ..link.clone() };
                let id = LinkId(self.mint());
                self.draft.put(Record::Link(id, Box::new(link)));
            }
        }
        self.draft.remove(&Key::Link(*last));
    }

    /// The sticky that hands a new event on after channels of these names: the event itself when there are none.
    fn door(
        &mut self,
        part: usize,
        stations: &[String],
        doors: &mut BTreeMap<(usize, Vec<String>), StickyId>,
    ) -> StickyId {
        let (place, mut from) = self.places[part];
        let event = StickyKind::Event.row().size;
        let size = StickyKind::Channel.row().size;
        let mut x = place.x + event.w + GAP.w;
        for end in 1..=stations.len() {
            let key = (part, stations[..end].to_vec());
            if let Some(known) = doors.get(&key) {
                from = *known;
            } else {
                let layer = self.draft.top_layer();
                let sticky = StickyId(self.mint());
                let at = Point::new(x, place.y + (event.h - size.h) / 2.0);
                let name = stations[end - 1].clone();
                let note = Sticky { kind: StickyKind::Channel, name, at, layer, ..Sticky::default() };
                self.draft.put_sticky(sticky, note);
                let id = LinkId(self.mint());
                self.draft.put(Record::Link(id, Box::new(Link { from, to: sticky, ..Link::default() })));
                doors.insert(key, sticky);
                from = sticky;
            }
            x += size.w + GAP.w;
        }
        from
    }
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The fields among these whose leaves are kept, with the objects they lie in.
fn kept_fields(fields: &[Field], prefix: &str, keep: &BTreeSet<&str>) -> Vec<Field> {
    fields
        .iter()
        .filter_map(|field| {
            let path = joined(prefix, &field.name);
            if keep.contains(path.as_str()) {
                return Some(field.clone());
            }
            let mut field = field.clone();
            if field.fields.is_empty() {
                let items = field.items.as_mut()?;
                items.fields = kept_fields(&items.fields, &path, keep);
                (!items.fields.is_empty()).then_some(field)
            } else {
                field.fields = kept_fields(&field.fields, &path, keep);
                (!field.fields.is_empty()).then_some(field)
            }
        })
        .collect()
}

/// A payload cut down to the kept leaves.
fn kept_value(value: &Value, prefix: &str, keep: &BTreeSet<&str>) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.iter().filter_map(|(name, value)| {
                let path = joined(prefix, name);
                if keep.contains(path.as_str()) {
                    return Some((name.clone(), value.clone()));
                }
                let below = format!("{path}.");
                let inside = keep.iter().any(|leaf| leaf.starts_with(&below));
                inside.then(|| (name.clone(), kept_value(value, &path, keep)))
            });
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| kept_value(item, prefix, keep)).collect())
        }
        plain => plain.clone(),
    }
}
