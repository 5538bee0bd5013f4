//! Text that becomes stickies: pasted lines, and `Command -> Service -> Event` lines; and stickies as text again.

use std::collections::BTreeSet;

use crate::board::notation::{Level, meaning, words};
use crate::board::{Board, DefinitionKind, Link, LinkId, Point, Record, Sticky, StickyId, StickyKind, order};
use crate::edit::{Draft, Edit};

/// Room between stickies made from text, in world units.
pub const GAP: f32 = 40.0;

/// One line of text: the names on it, linked in order when there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Names with the kind each spells out, if any.
    pub names: Vec<(Option<StickyKind>, String)>,
}

/// Reads lines. Empty ones are skipped, list marks (`-`, `*`, `1.`) are dropped, and `event:` before a name sets its
/// kind.
#[must_use]
pub fn read(text: &str) -> Vec<Row> {
    text.lines()
        .map(|line| {
            let line = line.trim().trim_start_matches(['*', '•']).trim_start();
            let line = line.strip_prefix("- ").unwrap_or(line);
            let parts = line.split("->").flat_map(|part| part.split('→'));
            Row { names: parts.map(str::trim).filter(|part| !part.is_empty()).map(read_name).collect() }
        })
        .filter(|row| !row.names.is_empty())
        .collect()
}

fn read_name(part: &str) -> (Option<StickyKind>, String) {
    if let Some((prefix, name)) = part.split_once(':') {
        let prefix = prefix.trim().to_lowercase();
        let row = crate::board::notation::NOTATION.iter().find(|row| {
            let label = row.label.to_lowercase();
            label == prefix
                || label.split(' ').next_back() == Some(&prefix)
                || label.split(' ').next() == Some(&prefix)
        });
        if let Some(row) = row {
            return (Some(row.kind), name.trim().to_owned());
        }
    }
    (None, part.to_owned())
}

/// The kind that a name has on the board already; text with no history counts as nothing.
#[must_use]
pub fn known_kind(board: &Board, name: &str) -> Option<StickyKind> {
    let shown = board.stickies.values().find(|sticky| sticky.name == name && sticky.kind != StickyKind::Text);
    shown.map(|sticky| sticky.kind).or_else(|| {
        let kind = |yes: bool, kind| yes.then_some(kind);
        kind(board.events.contains_key(name), StickyKind::Event)
            .or(kind(board.commands.contains_key(name), StickyKind::Command))
            .or(kind(board.queries.contains_key(name), StickyKind::Query))
            .or(kind(board.services.contains_key(name), StickyKind::Service))
            .or(kind(board.channels.contains_key(name), StickyKind::Channel))
    })
}

/// The kind of sticky that most naturally follows another.
#[must_use]
pub const fn next_kind(kind: StickyKind) -> StickyKind {
    use StickyKind as K;
    match kind {
        K::Actor | K::Ui | K::Policy | K::ReadModel => K::Command,
        K::Command | K::Query | K::Channel => K::Service,
        K::Service | K::Aggregate | K::External => K::Event,
        K::Event => K::Policy,
        other => other,
    }
}

/// The kind that most naturally follows another among those that belong to a level.
#[must_use]
pub fn next_kind_at(kind: StickyKind, level: Level) -> StickyKind {
    let mut next = next_kind(kind);
    // The longest way round is command, service, event, policy.
    for _ in 0..4 {
        if next.is_at(level) {
            return next;
        }
        next = next_kind(next);
    }
    StickyKind::Event
}

/// The kinds of a line's names: spelt out, known from the board, told by their form, or what follows the one before.
#[must_use]
pub fn kinds(board: &Board, row: &Row, alone: StickyKind) -> Vec<StickyKind> {
    let several = row.names.len() > 1;
    let mut before: Option<StickyKind> = None;
    row.names
        .iter()
        .map(|(told, name)| {
            let kind = told.or_else(|| known_kind(board, name)).unwrap_or_else(|| match before {
                Some(StickyKind::Event) if !looks_past(name) => StickyKind::Service,
                Some(before) => next_kind(before),
                None if several && looks_past(name) => StickyKind::Event,
                None if several => StickyKind::Command,
                None => alone,
            });
            before = Some(kind);
            kind
        })
        .collect()
}

/// True when a name reads as a fact.
fn looks_past(name: &str) -> bool {
    crate::board::tense::is_past(&words(name))
}

/// A name of a text, on its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its kind.
    pub kind: StickyKind,
    /// The name.
    pub name: String,
    /// Its top left corner.
    pub at: Point,
    /// True when the name before it leads to it.
    pub follows: bool,
}

/// The names of a text, rows from `at` downwards, names of a row from left to right. Lines of one name each make a single
/// row. Names on the board keep the kind they have there.
#[must_use]
pub fn place(board: &Board, text: &str, at: Point, alone: StickyKind) -> Vec<Placed> {
    let rows = read(text);
    let listed = rows.iter().all(|row| row.names.len() == 1);
    let mut placed = Vec::new();
    let mut place = at;
    for row in rows {
        let mut before: Option<StickyKind> = None;
        for (kind, (_, name)) in kinds(board, &row, alone).into_iter().zip(row.names) {
            let follows = before.is_some_and(|before| meaning(before, kind).is_some());
            placed.push(Placed { kind, name, at: place, follows });
            before = Some(kind);
            place.x += kind.row().size.w + GAP;
        }
        if !listed {
            place = Point::new(at.x, place.y + 80.0 + GAP);
        }
    }
    placed
}

/// Plans the stickies and links of a text, each where [`place`] puts it.
#[must_use]
pub fn plan(board: &Board, ids: &mut crate::board::IdGen, text: &str, at: Point, alone: StickyKind) -> Edit {
    let placed = place(board, text, at, alone);
    let count = placed.len();
    let mut draft = Draft::new(board);
    let mut layer = board.stickies.values().map(|s| s.layer.clone()).max().unwrap_or_default();
    let mut before = None;
    for Placed { kind, name, at, follows } in placed {
        let id = StickyId(ids.mint());
        layer = order::between(&layer, "");
        draft.put_sticky(id, Sticky { kind, name, at, layer: layer.clone(), ..Sticky::default() });
        if let Some(from) = before.filter(|_| follows) {
            let link = Link { from, to: id, order: order::between("", ""), ..Link::default() };
            draft.put(Record::Link(LinkId(ids.mint()), Box::new(link)));
        }
        before = Some(id);
    }
    draft.finish(if count == 1 { "Paste sticky".to_owned() } else { format!("Paste {count} stickies") })
}

/// Names a definition of this kind may be completed to: those that contain the typed text, best first.
#[must_use]
pub fn completions(board: &Board, kind: StickyKind, typed: &str, most: usize) -> Vec<String> {
    let Some(table) = kind.row().definition else { return Vec::new() };
    let stated: Vec<&String> = match table {
        DefinitionKind::Service => board.services.keys().collect(),
        DefinitionKind::Event => board.events.keys().collect(),
        DefinitionKind::Command => board.commands.keys().collect(),
        DefinitionKind::Query => board.queries.keys().collect(),
        DefinitionKind::Channel => board.channels.keys().collect(),
    };
    let shown = board.stickies.values().filter(|sticky| sticky.kind.row().definition == Some(table));
    let names: BTreeSet<&String> =
        stated.into_iter().chain(shown.map(|sticky| &sticky.name)).filter(|name| !name.is_empty()).collect();
    let mut scored: Vec<(i32, &String)> = names
        .into_iter()
        .filter(|name| *name != typed)
        .filter_map(|name| {
            let score = super::action::match_score(typed, name)?
                .max(super::action::match_score(typed, &words(name))?);
            Some((score, name))
        })
        .collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().take(most).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board_of(text: &str) -> Board {
        let mut board = Board::default();
        let edit =
            plan(&board, &mut crate::board::IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        board
    }

    #[test]
    fn pasted_lines_make_a_row() {
        let board = board_of("- Order placed\n* Order paid\n\nOrder shipped\n");
        let mut at: Vec<(f32, &str)> = board.stickies.values().map(|s| (s.at.x, s.name.as_str())).collect();
        at.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(
            at.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
            ["Order placed", "Order paid", "Order shipped"]
        );
        assert!(board.links.is_empty() && board.events.len() == 3);
    }

    #[test]
    fn an_arrow_line_makes_linked_stickies_of_the_right_kinds() {
        let board =
            board_of("actor: Guest -> Place order -> Shop -> Order placed -> Kitchen -> Order prepared");
        let kinds: Vec<StickyKind> = board.stickies.values().map(|sticky| sticky.kind).collect();
        use StickyKind as K;
        assert_eq!(kinds, [K::Actor, K::Command, K::Service, K::Event, K::Service, K::Event]);
        assert_eq!(board.links.len(), 5);
        assert!(board.links.values().all(|link| board.link_meaning(link).is_some()));
    }

    #[test]
    fn names_on_the_board_keep_their_kind() {
        let mut board = board_of("Order placed");
        let row = read("Order placed -> Kitchen").remove(0);
        assert_eq!(kinds(&board, &row, StickyKind::Event), [StickyKind::Event, StickyKind::Service]);
        board.services.insert("Kitchen".to_owned(), crate::board::Service::default());
        assert_eq!(completions(&board, StickyKind::Service, "kit", 5), ["Kitchen"]);
        assert!(completions(&board, StickyKind::Event, "kit", 5).is_empty());
    }
}
