//! What the log is replayed on: the board as it was drawn, or its topology, with each definition once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::canvas::{BoardCanvas, Dot};
use crate::app::context::Cx;
use crate::board::{LinkId, Rect};
use crate::scene::Scene;
use crate::view::merged::{Merged, merge};

/// The picture of the topology, made when it is first asked for after a change of the board.
#[derive(Default)]
pub(super) struct Picture {
    /// The topology is shown.
    pub topology: bool,
    pub canvas: BoardCanvas,
    made: Option<(u64, Merged, Arc<Scene>)>,
}

impl Picture {
    /// The display list of what is shown.
    pub(super) fn scene(&mut self, cx: &mut Cx<'_>) -> Arc<Scene> {
        if !self.topology {
            return cx.scene();
        }
        let revision = cx.document.revision();
        match &self.made {
            Some((at, _, scene)) if *at == revision || cx.document.in_gesture() => Arc::clone(scene),
            _ => {
                let merged = merge(cx.document.board());
                let scene = Arc::new(Scene::of(&merged.board));
                self.made = Some((revision, merged, Arc::clone(&scene)));
                scene
            }
        }
    }

    /// The canvas of what is shown: each picture has a camera of its own.
    pub(super) const fn canvas<'a>(&'a mut self, board: &'a mut BoardCanvas) -> &'a mut BoardCanvas {
        if self.topology { &mut self.canvas } else { board }
    }

    /// The part of the screen that it filled last.
    pub(super) const fn viewport(&self, board: &BoardCanvas) -> Rect {
        if self.topology { self.canvas.viewport() } else { board.viewport() }
    }

    /// The topology, while it is shown.
    pub(super) fn merged(&self) -> Option<&Merged> {
        self.made.as_ref().filter(|_| self.topology).map(|(_, merged, _)| merged)
    }

    /// Moves dots from the links of the board to those of the picture.
    pub(super) fn move_dots(&self, dots: &mut Vec<Dot>) {
        let Some(merged) = self.merged() else { return };
        dots.retain_mut(|dot| {
            let link = merged.links.get(&dot.link).copied();
            dot.link = link.unwrap_or(dot.link);
            link.is_some()
        });
    }

    /// Counts of the board's links as counts of the picture's.
    pub(super) fn counts(&self, counts: &BTreeMap<LinkId, u64>) -> BTreeMap<LinkId, u64> {
        let Some(merged) = self.merged() else { return counts.clone() };
        let mut found = BTreeMap::new();
        for (link, n) in counts {
            if let Some(shown) = merged.links.get(link) {
                *found.entry(*shown).or_default() += n;
            }
        }
        found
    }
}
