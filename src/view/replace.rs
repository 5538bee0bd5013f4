//! Replacing words in names, wherever on the board they stand.

use std::collections::BTreeSet;

use crate::board::notation::{respelt, words};
use crate::board::{Board, DefinitionKind, Key, Record};
use crate::edit::Intent;

/// The commands that replace `query` by `with` in every name: definitions wherever they are used, free texts, frames,
/// pivotal lines and the words along links. `OrderPlaced` is found as "order placed" too, and keeps its spelling.
#[must_use]
pub fn plan(board: &Board, query: &str, with: &str) -> Vec<Intent> {
    if query.is_empty() {
        return Vec::new();
    }
    let replaced = |name: &str| {
        let to = if name.contains(query) {
            name.replace(query, with)
        } else {
            respelt(&replace_in_any_case(&words(name), query, with)?, name)
        };
        (to != name).then_some(to)
    };
    let definitions: BTreeSet<(DefinitionKind, &String)> = named(board);
    let mut intents: Vec<Intent> = definitions
        .into_iter()
        .filter_map(|(kind, name)| {
            let to = replaced(name).filter(|to| !to.trim().is_empty())?;
            Some(Intent::RenameDefinition { kind, from: name.clone(), to })
        })
        .collect();
    let texts = board.stickies.iter().filter(|(_, sticky)| sticky.kind.row().definition.is_none());
    intents.extend(texts.filter_map(|(id, sticky)| {
        replaced(&sticky.name).map(|name| Intent::NameSticky { sticky: *id, name })
    }));
    let others = board.frames.keys().map(|id| Key::Frame(*id));
    let others = others.chain(board.lines.keys().map(|id| Key::Line(*id)));
    let others = others.chain(board.links.keys().map(|id| Key::Link(*id)));
    let records: Vec<Record> = others
        .filter_map(|key| {
            let mut record = board.record(&key)?;
            let name = match &mut record {
                Record::Frame(_, frame) => &mut frame.name,
                Record::Line(_, line) => &mut line.name,
                Record::Link(_, link) => &mut link.note,
                _ => return None,
            };
            *name = replaced(name)?;
            Some(record)
        })
        .collect();
    let label = format!("Replace {query} by {with}");
    intents.extend(
        records.into_iter().map(|record| Intent::Change { label: label.clone(), records: vec![record] }),
    );
    intents
}

/// Every name of a definition, stated or only shown.
fn named(board: &Board) -> BTreeSet<(DefinitionKind, &String)> {
    use DefinitionKind as D;
    let shown =
        board.stickies.values().filter_map(|sticky| Some((sticky.kind.row().definition?, &sticky.name)));
    let services = board.services.keys().map(|name| (D::Service, name));
    let events = board.events.keys().map(|name| (D::Event, name));
    let commands = board.commands.keys().map(|name| (D::Command, name));
    let queries = board.queries.keys().map(|name| (D::Query, name));
    let channels = board.channels.keys().map(|name| (D::Channel, name));
    shown.chain(services).chain(events).chain(commands).chain(queries).chain(channels).collect()
}

/// The text with every place that reads `query`, in whatever case, replaced; `None` when there is none.
fn replace_in_any_case(text: &str, query: &str, with: &str) -> Option<String> {
    let small = |c: char| c.to_lowercase().next().unwrap_or(c);
    let (chars, query): (Vec<char>, Vec<char>) = (text.chars().collect(), query.chars().map(small).collect());
    let (mut out, mut at, mut found) = (String::new(), 0, false);
    while at < chars.len() {
        let here = chars[at..].iter().take(query.len()).copied().map(small);
        if here.eq(query.iter().copied()) {
            // A replacement keeps the capital it stands for.
            let mut letters = with.chars();
            if chars[at].is_uppercase()
                && let Some(first) = letters.next()
            {
                out.extend(first.to_uppercase());
            }
            out.extend(letters);
            at += query.len();
            found = true;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Frame, FrameId, Id, IdGen, Point, StickyKind};
    use crate::view::{Document, outline};

    #[test]
    fn a_word_is_replaced_wherever_it_stands() {
        let mut board = Board::default();
        let text = "PlaceOrder -> Shop -> OrderPlaced -> order-inbox\nhotspot: Whose order is it?";
        let edit = outline::plan(&board, &mut IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        board
            .frames
            .insert(FrameId(Id::new(0, 90)), Frame { name: "Order desk".to_owned(), ..Frame::default() });
        let mut document = Document::new(board, None, 1);
        for intent in plan(document.board(), "order", "purchase") {
            document.perform(&intent).unwrap();
        }
        let board = document.board();
        let names: BTreeSet<&str> = board.stickies.values().map(|sticky| sticky.name.as_str()).collect();
        let expected = ["PlacePurchase", "PurchasePlaced", "Shop", "Whose purchase is it?", "purchase-inbox"];
        assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
        assert!(board.events.contains_key("PurchasePlaced") && board.commands.contains_key("PlacePurchase"));
        assert_eq!(board.frames.values().next().unwrap().name, "Purchase desk");
        assert!(plan(board, "order", "x").is_empty() && plan(board, "", "x").is_empty());
    }

    #[test]
    fn a_name_is_found_by_its_words_and_keeps_its_spelling() {
        let mut board = Board::default();
        board.events.insert("OrderPlaced".to_owned(), crate::board::Event::default());
        let plan = plan(&board, "order placed", "order accepted");
        let to = "OrderAccepted".to_owned();
        let from = "OrderPlaced".to_owned();
        assert_eq!(plan, [Intent::RenameDefinition { kind: DefinitionKind::Event, from, to }]);
    }
}
