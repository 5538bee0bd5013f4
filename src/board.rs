//! The document: definitions, stickies, links, frames and scenarios, as records with ids.
