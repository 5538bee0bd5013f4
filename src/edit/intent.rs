//! Commands: what people mean to do, as plain data, planned into edits.

use serde::{Deserialize, Serialize};

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
                keys.iter().for_each(|key| draft.remove(key));
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
        Record::Frame(id, mut frame) => {
            frame.at = frame.at.moved(dx, dy);
            Some(Record::Frame(id, frame))
        }
        Record::Line(id, mut line) => {
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
        && before_is_alone(draft.board(), before)
        && is_blank(board, &key)
    {
        draft.remove(&key);
    }
    Ok(draft.finish("Rename sticky"))
}

fn before_is_alone(board: &Board, before: &Sticky) -> bool {
    let kind = before.kind.row().definition;
    !board.stickies.values().any(|other| other.kind.row().definition == kind && other.name == before.name)
}

fn is_blank(board: &Board, key: &Key) -> bool {
    let mut draft = Draft::new(&Board::default());
    draft.define(key);
    board.record(key).is_some() && draft.board().record(key) == board.record(key)
}

fn plan_rename(board: &Board, kind: DefinitionKind, from: &str, to: &str) -> Result<Edit, IntentError> {
    let (Some(old), Some(new)) = (definition_key(kind, from), definition_key(kind, to)) else {
        return Err(IntentError::NoName);
    };
    let shown = board.stickies.values().any(|s| s.kind.row().definition == Some(kind) && s.name == from);
    if !shown && !board.has(&old) {
        return Err(IntentError::NoDefinition(from.to_owned()));
    }
    let merges = board.has(&new);
    let mut draft = Draft::new(board);
    if let Some(record) = board.record(&old) {
        draft.remove(&old);
        if !merges {
            draft.put(with_name(record, to));
        }
    }
    for (id, sticky) in &board.stickies {
        if sticky.kind.row().definition == Some(kind) && sticky.name == from {
            draft.put_sticky(*id, Sticky { name: to.to_owned(), ..sticky.clone() });
        }
    }
    rename_references(&mut draft, kind, from, to);
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

/// Follows a renamed definition wherever another record names it.
fn rename_references(draft: &mut Draft, kind: DefinitionKind, from: &str, to: &str) {
    let renamed = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    let mut board = draft.board().clone();
    match kind {
        DefinitionKind::Service => {
            board.events.values_mut().for_each(|event| renamed(&mut event.owner));
            board.frames.values_mut().for_each(|frame| renamed(&mut frame.service));
        }
        DefinitionKind::Channel => {
            renamed(&mut board.settings.default_channel);
            board.channels.values_mut().for_each(|channel| renamed(&mut channel.dead_letter));
            board.commands.values_mut().for_each(|command| renamed(&mut command.response_channel));
        }
        DefinitionKind::Event | DefinitionKind::Command | DefinitionKind::Query => {}
    }
    for scenario in board.scenarios.values_mut() {
        scenario.rename(from, to);
    }
    for record in board.records() {
        if draft.board().record(&record.key()).as_ref() != Some(&record) {
            draft.put(record);
        }
    }
}
