//! What a window shows, without egui: camera, selection, tools as state machines, actions.
