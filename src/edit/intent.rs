//! Commands: what people mean to do, as plain data, planned into edits.

use serde::{Deserialize, Serialize};

use super::squash::with_field;
use super::{Draft, Edit};
use crate::board::{
    Board, DefinitionKind, Frame, FrameId, IdGen, Key, Link, LinkId, Point, Record, Sticky, StickyId,
    StickyKind, definition_key, order,
};

/// A user's intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Places a new sticky.
    PlaceSticky {
        /// Its kind.
        kind: StickyKind,
        /// Its name or text.
        name: String,
        /// Its top left corner.
        at: Point,
    },
    /// Joins two stickies.
    Connect {
        /// The start.
        from: StickyId,
        /// The end.
        to: StickyId,
    },
    /// Moves stickies and frames by an offset.
    Move {
        /// What moves: stickies and frames.
        keys: Vec<Key>,
        /// To the right.
        dx: f32,
        /// Downwards.
        dy: f32,
    },
    /// Gives one sticky another name, and so another definition.
    NameSticky {
        /// The sticky.
        sticky: StickyId,
        /// Its new name.
        name: String,
    },
    /// Gives a definition another name wherever it stands; onto an existing name it merges the two.
    RenameDefinition {
        /// The table.
        kind: DefinitionKind,
        /// The present name.
        from: String,
        /// The new name.
        to: String,
    },
    /// Removes records, and what cannot stand without them.
    Remove {
        /// What goes.
        keys: Vec<Key>,
    },
    /// Draws a frame.
    PlaceFrame {
        /// The frame.
        frame: Box<Frame>,
    },
    /// Puts records in place of those of the same keys.
    Change {
        /// What to call it.
        label: String,
        /// The records as they shall be.
        records: Vec<Record>,
    },
}

/// A command cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntentError {
    /// It names a sticky that is not there.
    #[error("there is no sticky {0} on the board")]
    NoSticky(StickyId),
    /// A link from a sticky to itself.
    #[error("a link joins two different stickies")]
    SelfLink,
    /// The two are joined already.
    #[error("the two are linked already")]
    Linked(LinkId),
    /// The name is empty.
    #[error("a definition needs a name")]
    NoName,
    /// It names a definition that is not there.
    #[error("nothing on the board is called `{0}`")]
    NoDefinition(String),
}

impl Intent {
    /// Plans the edit that carries this command out.
    ///
    /// # Errors
    /// When the command does not fit the board.
    pub fn plan(&self, board: &Board, ids: &mut IdGen) -> Result<Edit, IntentError> {
        match self {
            Self::PlaceSticky { kind, name, at } => {
                let mut draft = Draft::new(board);
                let layer = order::between(top_layer(board), "");
                let sticky = Sticky { kind: *kind, name: name.clone(), at: *at, layer, ..Sticky::default() };
                draft.put_sticky(StickyId(ids.mint()), sticky);
                Ok(draft.finish(format!("Add {}", kind.row().label.to_lowercase())))
            }
            Self::Connect { from, to } => plan_connect(board, ids, *from, *to),
            Self::Move { keys, dx, dy } => Ok(plan_move(board, keys, *dx, *dy)),
            Self::NameSticky { sticky, name } => plan_name(board, *sticky, name),
            Self::RenameDefinition { kind, from, to } => plan_rename(board, *kind, from, to),
            Self::Remove { keys } => {
                let mut draft = Draft::new(board);
                draft.remove_all(keys);
                Ok(draft.finish(counted("Delete", keys)))
            }
            Self::PlaceFrame { frame } => {
                let mut draft = Draft::new(board);
                draft.put(Record::Frame(FrameId(ids.mint()), frame.clone()));
                Ok(draft.finish("Add frame"))
            }
            Self::Change { label, records } => {
                let mut draft = Draft::new(board);
                records.iter().for_each(|record| draft.put(record.clone()));
                Ok(draft.finish(label.clone()))
            }
        }
    }
}

fn top_layer(board: &Board) -> &str {
    board.stickies.values().map(|sticky| sticky.layer.as_str()).max().unwrap_or("")
}

fn counted(verb: &str, keys: &[Key]) -> String {
    match keys {
        [Key::Sticky(_)] => format!("{verb} sticky"),
        [Key::Link(_)] => format!("{verb} link"),
        [Key::Frame(_)] => format!("{verb} frame"),
        keys if keys.iter().all(|key| matches!(key, Key::Sticky(_))) => {
            format!("{verb} {} stickies", keys.len())
        }
        keys => format!("{verb} {} things", keys.len()),
    }
}

fn plan_connect(board: &Board, ids: &mut IdGen, from: StickyId, to: StickyId) -> Result<Edit, IntentError> {
    for end in [from, to] {
        if !board.stickies.contains_key(&end) {
            return Err(IntentError::NoSticky(end));
        }
    }
    if from == to {
        return Err(IntentError::SelfLink);
    }
    if let Some((id, _)) = board.links.iter().find(|(_, link)| link.from == from && link.to == to) {
        return Err(IntentError::Linked(*id));
    }
    let last = board.links.values().filter(|link| link.from == from).map(|link| link.order.as_str()).max();
    let order = order::between(last.unwrap_or(""), "");
    let mut draft = Draft::new(board);
    draft.put(Record::Link(LinkId(ids.mint()), Box::new(Link { from, to, order, ..Link::default() })));
    Ok(draft.finish("Connect"))
}

fn plan_move(board: &Board, keys: &[Key], dx: f32, dy: f32) -> Edit {
    let moved = keys.iter().filter_map(|key| match board.record(key)? {
        Record::Sticky(id, mut sticky) if !sticky.locked => {
            sticky.at = sticky.at.moved(dx, dy);
            Some(Record::Sticky(id, sticky))
        }
        Record::Frame(id, mut frame) if !frame.locked => {
            frame.at = frame.at.moved(dx, dy);
            Some(Record::Frame(id, frame))
        }
        Record::Line(id, mut line) if !line.locked => {
            line.x += dx;
            Some(Record::Line(id, line))
        }
        _ => None,
    });
    let ops = moved.flat_map(|after| {
        board.record(&after.key()).map_or_else(Vec::new, |before| super::diff(&before, &after))
    });
    Edit::new(counted("Move", keys), ops.collect())
}

fn plan_name(board: &Board, id: StickyId, name: &str) -> Result<Edit, IntentError> {
    let before = board.stickies.get(&id).ok_or(IntentError::NoSticky(id))?;
    let mut draft = Draft::new(board);
    draft.put_sticky(id, Sticky { name: name.to_owned(), ..before.clone() });
    // A definition nobody shows any more, and that says nothing, was only ever a half-typed name.
    if let Some(key) = Board::definition_key(before)
        && before.name != name
        && !board.stickies.iter().any(|(other, sticky)| *other != id && shows_same(sticky, before))
        && board.record(&key) == Record::empty(&key)
    {
        draft.remove(&key);
    }
    Ok(draft.finish("Rename sticky"))
}

fn shows_same(sticky: &Sticky, other: &Sticky) -> bool {
    sticky.kind.row().definition == other.kind.row().definition && sticky.name == other.name
}

fn plan_rename(board: &Board, kind: DefinitionKind, from: &str, to: &str) -> Result<Edit, IntentError> {
    let (Some(old), Some(new)) = (definition_key(kind, from), definition_key(kind, to)) else {
        return Err(IntentError::NoName);
    };
    let shown = board.stickies.values().any(|s| s.kind.row().definition == Some(kind) && s.name == from);
    if !shown && !board.has(&old) {
        return Err(IntentError::NoDefinition(from.to_owned()));
    }
    let merges = from != to && board.has(&new);
    let mut draft = Draft::new(board);
    if let Some(record) = board.record(&old).filter(|_| from != to) {
        draft.remove(&old);
        match board.record(&new) {
            Some(kept) => draft.put(filled(kept, &record)),
            None => draft.put(with_name(record, to)),
        }
    }
    for (id, sticky) in &board.stickies {
        if sticky.kind.row().definition == Some(kind) && sticky.name == from {
            draft.put_sticky(*id, Sticky { name: to.to_owned(), ..sticky.clone() });
        }
    }
    rename_references(&mut draft, board, kind, (from, to));
    Ok(draft.finish(if merges {
        format!("Merge {from} into {to}")
    } else {
        format!("Rename {from} to {to}")
    }))
}

fn with_name(record: Record, name: &str) -> Record {
    let name = name.to_owned();
    match record {
        Record::Service(_, record) => Record::Service(name, record),
        Record::Event(_, record) => Record::Event(name, record),
        Record::Command(_, record) => Record::Command(name, record),
        Record::Query(_, record) => Record::Query(name, record),
        Record::Channel(_, record) => Record::Channel(name, record),
        other => other,
    }
}

/// What two merged definitions say together: what the kept one leaves open is taken from the other.
fn filled(kept: Record, other: &Record) -> Record {
    let Some(empty) = Record::empty(&kept.key()) else { return kept };
    let open = |field: &&&str| kept.get(field) == empty.get(field);
    let told: Vec<_> = kept
        .field_names()
        .iter()
        .filter(open)
        .filter_map(|field| Some((*field, other.get(field)?)))
        .collect();
    told.into_iter().fold(kept, |record, (field, value)| with_field(&record, field, &value))
}

/// Follows a renamed definition wherever another record names it.
fn rename_references(draft: &mut Draft<'_>, board: &Board, kind: DefinitionKind, names: (&str, &str)) {
    let (from, to) = names;
    let keys: Vec<Key> = match kind {
        DefinitionKind::Service => {
            let events = board.events.iter().filter(|(_, event)| event.owner == from);
            let frames = board.frames.iter().filter(|(_, frame)| frame.service == from);
            events
                .map(|(name, _)| Key::Event(name.clone()))
                .chain(frames.map(|(id, _)| Key::Frame(*id)))
                .collect()
        }
        DefinitionKind::Channel => {
            // The renamed channel itself is known by its new name already.
            let name = |name: &String| if name == from { to.to_owned() } else { name.clone() };
            let channels = board.channels.iter().filter(|(_, channel)| channel.dead_letter == from);
            let commands = board.commands.iter().filter(|(_, command)| command.response_channel == from);
            std::iter::once(Key::Settings)
                .chain(channels.map(|(channel, _)| Key::Channel(name(channel))))
                .chain(commands.map(|(name, _)| Key::Command(name.clone())))
                .collect()
        }
        DefinitionKind::Event | DefinitionKind::Command | DefinitionKind::Query => Vec::new(),
    };
    let renamed = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    for key in keys {
        let Some(mut record) = draft.record(&key) else { continue };
        match &mut record {
            Record::Event(_, event) => renamed(&mut event.owner),
            Record::Frame(_, frame) => renamed(&mut frame.service),
            Record::Settings(settings) => renamed(&mut settings.default_channel),
            Record::Channel(_, channel) => renamed(&mut channel.dead_letter),
            Record::Command(_, command) => renamed(&mut command.response_channel),
            _ => {}
        }
        draft.put(record);
    }
    for (name, scenario) in &board.scenarios {
        let mut after = scenario.clone();
        after.rename(from, to);
        draft.put(Record::Scenario(name.clone(), Box::new(after)));
    }
}
