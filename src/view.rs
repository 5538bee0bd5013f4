//! What a window shows, without a window: camera, selection, document state, tools and actions.
//!
//! Nothing here knows egui. Tools take abstract input and answer with effects, so they are tested without a window;
//! the desktop app feeds them and carries their effects out.

pub mod action;
pub mod align;
pub mod camera;
pub mod clipboard;
pub mod document;
pub mod filter;
pub mod latency;
pub mod logged;
pub mod merged;
pub mod narrative;
pub mod outline;
pub mod propose;
pub mod replace;
pub mod resize;
pub mod scenario;
pub mod selection;
pub mod sequence;
pub mod slides;
pub mod stack;
pub mod templates;
pub mod tidy;
pub mod tool;
pub mod votes;
pub mod walk;

pub use action::Action;
pub use camera::{Camera, View};
pub use document::Document;
pub use selection::{Item, Selection};
