//! The display list: a board or topology as shapes and text with names, independent of any screen.
