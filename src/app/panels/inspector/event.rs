//! The fields of an event: class, visibility, owner, versions with their schema, and who subscribes.

use egui::Ui;

use super::{change, go_row, schema, stated};
use crate::app::context::Cx;
use crate::app::widgets::{chip, choice_row, section, switch_row, text_area, text_row};
use crate::board::notation::words;
use crate::board::{Event, EventClass, Key, Record, Version, Visibility};
use crate::topology::MessageKind;
use crate::view::Item;

const CLASSES: [(EventClass, &str); 4] = [
    (EventClass::Domain, "Domain"),
    (EventClass::Component, "Component"),
    (EventClass::CustomerInteraction, "Customer interaction"),
    (EventClass::Analytics, "Analytics"),
];

const VISIBILITIES: [(Visibility, &str); 2] =
    [(Visibility::Public, "Public"), (Visibility::Private, "Private")];

/// Shows the fields.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    if name.is_empty() {
        return;
    }
    let before = match stated(cx, &Key::Event(name.to_owned())) {
        Some(Record::Event(_, event)) => *event,
        _ => Event::default(),
    };
    let mut after = before.clone();
    versions(ui, cx, name, &mut after.versions);
    subscribers(ui, cx, name);
    section(ui, cx.theme, "Contract");
    if let Some(value) = text_row(ui, cx.theme, name, "Owner", &after.owner, "its publisher") {
        after.owner = value;
    }
    if let Some(value) = choice_row(ui, cx.theme, "Class", after.class, &CLASSES) {
        after.class = value;
    }
    if let Some(value) = choice_row(ui, cx.theme, "Visibility", after.visibility, &VISIBILITIES) {
        after.visibility = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Leaves this board", after.outgoing) {
        after.outgoing = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "From outside", after.incoming) {
        after.incoming = value;
    }
    if let Some(value) =
        text_area(ui, name, "Event description", &after.description, "What happened, in a sentence")
    {
        after.description = value;
    }
    if after != before {
        change(cx, format!("Change {name}"), Record::Event(name.to_owned(), Box::new(after)));
    }
}

/// Versions as chips, and the schema of the one chosen.
pub(super) fn versions(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, versions: &mut Vec<Version>) {
    section(ui, cx.theme, "Versions");
    let id = ui.id().with(("version", name));
    let newest = versions.len().saturating_sub(1);
    let mut chosen = ui.data(|data| data.get_temp::<usize>(id)).unwrap_or(newest).min(newest);
    ui.horizontal_wrapped(|ui| {
        for (i, version) in versions.iter().enumerate().rev() {
            let text = match (i == newest, version.deprecated.is_empty()) {
                (_, false) => format!("v{} until {}", version.version, version.deprecated),
                (true, true) => format!("v{} current", version.version),
                (false, true) => format!("v{}", version.version),
            };
            if chip(ui, cx.theme, &text, i == chosen).clicked() {
                chosen = i;
                ui.data_mut(|data| data.insert_temp(id, i));
            }
        }
        if chip(ui, cx.theme, "+ version", false).clicked() {
            let next = versions.last().and_then(|v| v.version.parse::<u32>().ok()).unwrap_or(0) + 1;
            let schema = versions.last().map(|v| v.schema.clone()).unwrap_or_default();
            versions.push(Version { version: next.to_string(), schema, ..Version::default() });
            ui.data_mut(|data| data.insert_temp(id, versions.len() - 1));
        }
    });
    let used = used_by(cx, name);
    if let Some(version) = versions.get_mut(chosen) {
        let salt = format!("{name} v{}", version.version);
        if let Some(text) = text_row(ui, cx.theme, &salt, "Deprecated on", &version.deprecated, "in force") {
            version.deprecated = text;
        }
        if let Some(text) = text_row(ui, cx.theme, &salt, "What changed", &version.notes, "in a sentence") {
            version.notes = text;
        }
        section(ui, cx.theme, "Schema");
        schema::show(ui, cx, &salt, &mut version.schema, Some(&used));
        schema::examples(ui, cx, (&salt, ""), &version.schema, &mut version.examples);
    }
}

/// Who says that it uses which dotted path. Consumers that name no fields are not counted.
fn used_by(cx: &mut Cx<'_>, name: &str) -> schema::Users {
    let topology = cx.topology();
    let board = cx.document.board();
    let mut used = schema::Users::new();
    for message in topology.messages_named(name) {
        for route in &topology[message].routes {
            let reaction = &topology[topology[*route].reaction];
            let host = reaction.host.map(|host| topology[host].name.as_str());
            let sticky = board.stickies.get(&reaction.sticky).map(|sticky| sticky.name.as_str());
            let host = words(host.or(sticky).unwrap_or_default());
            for path in topology.fields_used(board, *route) {
                let users: &mut Vec<String> = used.entry(path.to_owned()).or_default();
                if !users.contains(&host) {
                    users.push(host.clone());
                }
            }
        }
    }
    used
}

fn subscribers(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    let topology = cx.topology_lately(ui.ctx());
    let Some(message) = topology.message(MessageKind::Event, name) else { return };
    section(ui, cx.theme, "Subscribers");
    let routes = &topology.messages[message.0].routes;
    if routes.is_empty() {
        ui.label(cx.theme.secondary("Nobody on this board"));
    }
    for route in routes {
        let route = &topology.routes[route.0];
        let reaction = &topology.reactions[route.reaction.0];
        let board = cx.document.board();
        let shown =
            board.stickies.get(&reaction.sticky).map_or_else(String::new, |sticky| words(&sticky.name));
        let through: Vec<String> =
            route.channels.iter().map(|ix| topology.channels[ix.0].name.clone()).collect();
        let about = if reaction.kind == crate::board::StickyKind::ReadModel {
            "projection".to_owned()
        } else if through.is_empty() {
            "default channel".to_owned()
        } else {
            through.join(", ")
        };
        go_row(ui, cx, &shown, &about, vec![Item::Sticky(reaction.sticky)]);
    }
}
