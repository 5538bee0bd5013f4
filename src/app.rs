//! The desktop app: theme, canvas and panels on eframe.
