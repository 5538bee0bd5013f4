//! The publisher/subscriber graph a board implies, derived by the grammar of the notation.
