//! Merging names: several stickies turn out to mean the same thing.

use std::collections::BTreeSet;

use super::BoardWorkspace;
use super::menus::Menu;
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::board::notation::words;
use crate::board::{DefinitionKind, Point, StickyId};
use crate::edit::Intent;

impl BoardWorkspace {
    /// Asks which of the selected names stays.
    pub(super) fn merge_names(&mut self, cx: &mut Cx<'_>) {
        let board = cx.document.board();
        let selected: Vec<_> = cx.selection.stickies().filter_map(|id| board.stickies.get(&id)).collect();
        let names: BTreeSet<&String> =
            selected.iter().map(|sticky| &sticky.name).filter(|name| !name.is_empty()).collect();
        let table = |sticky: &&crate::board::Sticky| (sticky.kind.row().definition, sticky.kind.row().label);
        let same = selected.windows(2).all(|pair| match (table(&pair[0]), table(&pair[1])) {
            ((Some(a), _), (Some(b), _)) => a == b,
            ((None, a), (None, b)) => a == b,
            _ => false,
        });
        if names.len() < 2 || !same {
            cx.say(
                Tone::Plain,
                "Select two or more stickies of one kind and different names to merge their names",
            );
            return;
        }
        let names = names.into_iter().cloned().collect();
        let middle = cx.selection.bounds(board).map_or(Point::default(), |bounds| bounds.center());
        self.menu = Some(Menu::merge(middle, names));
    }

    /// Gives the selected stickies one name; where the name is a definition's, the others' definitions go into it.
    pub(super) fn merge_into(&self, cx: &mut Cx<'_>, kept: &str) {
        let board = cx.document.shared();
        let selected: Vec<(StickyId, Option<DefinitionKind>, String)> = cx
            .selection
            .stickies()
            .filter_map(|id| board.stickies.get(&id).map(|sticky| (id, sticky)))
            .map(|(id, sticky)| (id, sticky.kind.row().definition, sticky.name.clone()))
            .filter(|(_, _, name)| name != kept)
            .collect();
        let mut merged = BTreeSet::new();
        cx.document.begin(format!("Merge names into {}", words(kept)));
        for (id, kind, name) in selected {
            let to = kept.to_owned();
            let intent = match kind {
                Some(kind) if !name.is_empty() => {
                    if !merged.insert(name.clone()) {
                        continue;
                    }
                    Intent::RenameDefinition { kind, from: name, to }
                }
                _ => Intent::NameSticky { sticky: id, name: to },
            };
            // The names were read from this very board.
            let _ = cx.document.include(&intent);
        }
        cx.document.end();
        cx.say(Tone::Fine, format!("They are all {} now, everywhere on the board", words(kept)));
    }
}
