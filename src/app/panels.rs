//! Panels: the parts of the window around and over the workspaces. One file each.

pub(super) mod broken;
pub(super) mod developer;
pub(super) mod disk;
pub(super) mod drawer;
pub(super) mod drop;
pub(super) mod import;
pub(super) mod inspector;
pub(super) mod loss;
pub(super) mod palette;
pub(super) mod rail;
pub(super) mod shortcuts;
pub(super) mod start;
pub(super) mod status_bar;
pub(super) mod story;
pub(super) mod timer;
pub(super) mod toasts;
pub(super) mod top_bar;
