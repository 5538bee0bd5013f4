//! The layout that egui_graphs asks for: it moves nothing, because our own layout has placed the nodes.

use egui::Ui;
use egui_graphs::{DisplayEdge, DisplayNode, Layout, LayoutState};
use petgraph::graph::IndexType;

/// Its state.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Still;

impl LayoutState for Still {}

/// Moves nothing.
#[derive(Debug, Default)]
pub(super) struct Stay;

impl Layout<Still> for Stay {
    fn from_state(_state: Still) -> impl Layout<Still> {
        Self
    }

    fn next<N, E, Ty, Ix, Dn, De>(&mut self, _graph: &mut egui_graphs::Graph<N, E, Ty, Ix, Dn, De>, _ui: &Ui)
    where
        N: Clone,
        E: Clone,
        Ty: petgraph::EdgeType,
        Ix: IndexType,
        Dn: DisplayNode<N, E, Ty, Ix>,
        De: DisplayEdge<N, E, Ty, Ix, Dn>,
    {
    }

    fn state(&self) -> Still {
        Still
    }
}
