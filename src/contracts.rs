//! Contract files: one format a file, exported from and imported into a board.
