//! The one way to change a board: closed, invertible operations, grouped into edits, kept in a log.
