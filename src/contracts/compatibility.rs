//! Two states of a board compared as contracts: what changed, and who breaks by it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::model::{Action, MessageView, Model, Operation, PartyView, VersionView};
use crate::board::schema::compatibility::{Change, Compatibility, compare, compatibility};
use crate::topology::MessageKind;

/// One message whose contract changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageChange {
    /// What it is.
    pub kind: MessageKind,
    /// Its name.
    pub name: String,
    /// What happened to it as a whole, in a sentence; empty when only versions changed.
    pub what: String,
    /// Versions that came, went or changed.
    pub versions: Vec<VersionChange>,
    /// The parties that break, each with the reasons.
    pub broken: Vec<Broken>,
    /// The parties that use it and do not break: to be told, not asked.
    pub unharmed: Vec<User>,
}

/// A party that uses a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct User {
    /// Its name.
    pub party: String,
    /// Its team; empty when nobody is named.
    pub team: String,
}

/// One version of a message that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionChange {
    /// The version in the old board; none when it is new.
    pub from: Option<String>,
    /// The version in the new board; none when it is gone.
    pub to: Option<String>,
    /// How far the two go together; none where there is only one.
    pub compatibility: Option<Compatibility>,
    /// What differs.
    pub changes: Vec<Change>,
}

/// A party that breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Broken {
    /// Its name.
    pub party: String,
    /// The team to ask; empty when nobody is named.
    pub team: String,
    /// Why, in sentences without full stops.
    pub reasons: Vec<String>,
}

/// What differs between two boards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Messages whose contract changed, by kind and name.
    pub messages: Vec<MessageChange>,
    /// Who came and went: services, and what they send and receive, in sentences.
    pub topology: Vec<String>,
}

impl Difference {
    /// True when somebody breaks.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.messages.iter().any(|message| !message.broken.is_empty())
    }
}

/// Compares two states of a board.
#[must_use]
pub fn difference(old: &Model, new: &Model) -> Difference {
    let mut out = Difference::default();
    for message in &old.messages {
        let now = new.find(message.kind, message.name).map(|at| &new.messages[at]);
        out.messages.extend(message_change(old, message, now));
    }
    for message in &new.messages {
        if old.find(message.kind, message.name).is_none() {
            let what = "it is new".to_owned();
            out.messages.push(plain(message, what));
        }
    }
    out.messages.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    let (before, after) = (uses(old), uses(new));
    out.topology.extend(before.difference(&after).map(|line| format!("no longer: {line}")));
    out.topology.extend(after.difference(&before).map(|line| format!("new: {line}")));
    out
}

fn plain(message: &MessageView, what: String) -> MessageChange {
    MessageChange {
        kind: message.kind,
        name: message.name.to_owned(),
        what,
        versions: Vec::new(),
        broken: Vec::new(),
        unharmed: Vec::new(),
    }
}

/// Who sends and receives what, in sentences.
fn uses(model: &Model) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for party in &model.parties {
        for operation in &party.operations {
            let message = &model.messages[operation.message];
            let verb = match (operation.action, message.kind) {
                (Action::Send, MessageKind::Event) => "publishes",
                (Action::Send, MessageKind::Command) => "sends",
                (Action::Send, MessageKind::Query) => "asks",
                (Action::Receive, MessageKind::Event) => "subscribes to",
                (Action::Receive, MessageKind::Command) => "handles",
                (Action::Receive, MessageKind::Query) => "answers",
            };
            out.insert(format!("{} {verb} {}", party.name, message.name));
        }
    }
    out
}

/// What a party does with a message of the old board.
fn users<'m, 'a>(
    model: &'m Model<'a>,
    message: &MessageView,
) -> impl Iterator<Item = (&'m PartyView<'a>, &'m Operation)> {
    model.find(message.kind, message.name).into_iter().flat_map(|at| model.users(at))
}

fn message_change(old: &Model, message: &MessageView, now: Option<&MessageView>) -> Option<MessageChange> {
    let Some(now) = now else {
        let mut change = plain(message, "it is gone".to_owned());
        let (needed, verb) = match message.kind {
            MessageKind::Event => (Action::Receive, "hear"),
            MessageKind::Command => (Action::Send, "send"),
            MessageKind::Query => (Action::Send, "ask"),
        };
        for (party, _) in users(old, message).filter(|(_, operation)| operation.action == needed) {
            blame(&mut change.broken, party, format!("it can no longer {verb} {}", message.name));
        }
        return Some(change);
    };
    let mut change = plain(message, String::new());
    for version in &message.versions {
        let same = now.versions.iter().find(|other| other.version == version.version);
        match same {
            Some(other) => {
                let (changes, answers) = compare_versions(version, other);
                if changes.is_empty() && answers.is_empty() {
                    continue;
                }
                for (party, operation) in users(old, message) {
                    judge(&mut change.broken, message, party, operation, version, (&changes, &answers));
                }
                push_version(&mut change, Some(version), Some(other), changes, answers);
            }
            None => {
                let newest = now.versions.last().unwrap_or(version);
                let (changes, answers) = compare_versions(version, newest);
                for (party, operation) in users(old, message) {
                    let pinned = operation.action == Action::Receive && reads(operation, message, version);
                    if pinned && changes.iter().any(Change::is_breaking) {
                        judge(&mut change.broken, message, party, operation, version, (&changes, &answers));
                    }
                }
                push_version(&mut change, Some(version), None, changes, answers);
            }
        }
    }
    for version in &now.versions {
        if !message.versions.iter().any(|other| other.version == version.version) {
            let before = message.versions.last();
            let (changes, answers) = before.map_or_else(Default::default, |b| compare_versions(b, version));
            push_version(&mut change, None, Some(version), changes, answers);
        }
    }
    change.broken.sort();
    let needs = if message.kind == MessageKind::Event { Action::Receive } else { Action::Send };
    for (party, _) in users(old, message).filter(|(_, operation)| operation.action == needs) {
        let team = party.service.map_or_else(String::new, |service| service.team.clone());
        let user = User { party: party.name.to_string(), team };
        let breaks = change.broken.iter().any(|broken| broken.party == user.party);
        if !breaks && !change.unharmed.contains(&user) {
            change.unharmed.push(user);
        }
    }
    change.unharmed.sort();
    (!change.versions.is_empty()).then_some(change)
}

fn push_version(
    into: &mut MessageChange,
    from: Option<&VersionView>,
    to: Option<&VersionView>,
    mut changes: Vec<Change>,
    answers: Vec<Change>,
) {
    changes.extend(answers);
    let name = |version: Option<&VersionView>| version.map(|version| version.version.to_owned());
    let compatibility = Some(compatibility(&changes));
    into.versions.push(VersionChange { from: name(from), to: name(to), compatibility, changes });
}

/// Changes of the payload (or request), and of a query's answer.
fn compare_versions(old: &VersionView, new: &VersionView) -> (Vec<Change>, Vec<Change>) {
    let answers = match (old.response, new.response) {
        (Some(old), Some(new)) => compare(old, new),
        _ => Vec::new(),
    };
    (compare(&old.schema, &new.schema), answers)
}

/// True when an operation reads this version: the one it states, or the newest.
fn reads(operation: &Operation, message: &MessageView, version: &VersionView) -> bool {
    let newest = message.versions.last().map(|last| last.version);
    operation.version.as_deref().or(newest) == Some(version.version)
}

/// Adds a party when a change breaks it: readers of events by the fields they use, senders of commands and queries by
/// what is now refused, askers by what is no longer answered.
fn judge(
    broken: &mut Vec<Broken>,
    message: &MessageView,
    party: &PartyView,
    operation: &Operation,
    version: &VersionView,
    (changes, answers): (&[Change], &[Change]),
) {
    let fields: Vec<&str> = operation.fields.iter().map(String::as_str).collect();
    let of = |what: &str, change: &Change| {
        format!("{what} {} {}: {}", message.name, version.version, change.message)
    };
    match (operation.action, message.kind) {
        (Action::Receive, MessageKind::Event) if reads(operation, message, version) => {
            for change in changes.iter().filter(|change| change.breaks_consumer(&fields)) {
                blame(broken, party, of("it reads", change));
            }
        }
        (Action::Send, MessageKind::Command | MessageKind::Query) => {
            for change in changes.iter().filter(|change| change.breaks_backward) {
                blame(broken, party, of("it sends", change));
            }
            for change in answers.iter().filter(|change| change.breaks_forward || change.breaks_users) {
                blame(broken, party, of("it reads the answer of", change));
            }
        }
        _ => {}
    }
}

fn blame(broken: &mut Vec<Broken>, party: &PartyView, reason: String) {
    match broken.iter_mut().find(|known| known.party == party.name) {
        Some(known) if known.reasons.contains(&reason) => {}
        Some(known) => known.reasons.push(reason),
        None => {
            let team = party.service.map_or_else(String::new, |service| service.team.clone());
            broken.push(Broken { party: party.name.to_string(), team, reasons: vec![reason] });
        }
    }
}

/// The name of a kind of message.
const fn kind_name(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Event => "event",
        MessageKind::Command => "command",
        MessageKind::Query => "query",
    }
}

fn version_line(version: &VersionChange) -> String {
    let verdict = match version.compatibility {
        Some(Compatibility::Full) => "fully compatible",
        Some(Compatibility::Backward) => "backward compatible: old readers may fail on new payloads",
        Some(Compatibility::Forward) => "forward compatible: new readers may fail on old payloads",
        Some(Compatibility::None) | None => "not compatible",
    };
    match (&version.from, &version.to) {
        (Some(from), Some(_)) => format!("version {from} changed in place, {verdict}"),
        (Some(from), None) => format!("version {from} is gone; the newest in its place is {verdict}"),
        (None, Some(to)) => format!("version {to} is new, {verdict} with the one before"),
        (None, None) => String::new(),
    }
}

/// The difference as plain text.
#[must_use]
pub fn text(difference: &Difference) -> String {
    let mut out = String::new();
    for message in &difference.messages {
        let mark = if message.broken.is_empty() { "" } else { "BREAKING " };
        let _ = write!(out, "{mark}{} {}", kind_name(message.kind), message.name);
        let _ = writeln!(out, "{}{}", if message.what.is_empty() { "" } else { ": " }, message.what);
        for version in &message.versions {
            let _ = writeln!(out, "  {}", version_line(version));
            for change in &version.changes {
                let _ = writeln!(out, "    {}", change.message);
            }
        }
        for broken in &message.broken {
            let team = if broken.team.is_empty() { String::new() } else { format!(" ({})", broken.team) };
            let _ = writeln!(out, "  breaks {}{team}", broken.party);
            for reason in &broken.reasons {
                let _ = writeln!(out, "    {reason}");
            }
        }
        if !message.unharmed.is_empty() {
            let names: Vec<&str> = message.unharmed.iter().map(|user| user.party.as_str()).collect();
            let _ = writeln!(out, "  does not break {}", names.join(", "));
        }
    }
    for line in &difference.topology {
        let _ = writeln!(out, "{line}");
    }
    if out.is_empty() {
        out.push_str("no contract differs\n");
    }
    out
}

/// The difference as a request for comments in Markdown, with the consumers to ask.
#[must_use]
pub fn rfc(difference: &Difference, title: &str) -> String {
    let mut out = format!("# RFC: {title}\n\n## Summary\n\n");
    let breaking = difference.messages.iter().filter(|message| !message.broken.is_empty()).count();
    let count = difference.messages.len();
    let _ = writeln!(out, "{count} contracts change, {breaking} of them in a way that breaks somebody.\n");
    let asked: BTreeSet<(&str, &str)> = difference
        .messages
        .iter()
        .flat_map(|message| &message.broken)
        .map(|broken| (broken.party.as_str(), broken.team.as_str()))
        .collect();
    if !asked.is_empty() {
        out.push_str("## Whom to ask\n\n| Service | Team | Agreed |\n| --- | --- | --- |\n");
        for (party, team) in asked {
            let _ = writeln!(
                out,
                "| {} | {} | ☐ |",
                cell(party),
                cell(if team.is_empty() { "nobody named" } else { team })
            );
        }
        out.push('\n');
    }
    let told: BTreeSet<&User> = difference.messages.iter().flat_map(|message| &message.unharmed).collect();
    if !told.is_empty() {
        out.push_str("## Whom to tell\n\nThey use what changes, and go on working.\n\n");
        for user in told {
            let team = if user.team.is_empty() { String::new() } else { format!(" ({})", user.team) };
            let _ = writeln!(out, "- {}{team}", user.party);
        }
        out.push('\n');
    }
    out.push_str("## Changes\n\n");
    for message in &difference.messages {
        let _ =
            writeln!(out, "### {} `{}`\n", super::model::capitalised(kind_name(message.kind)), message.name);
        if !message.what.is_empty() {
            let _ = writeln!(out, "{}.\n", super::model::capitalised(&message.what));
        }
        for version in &message.versions {
            let _ = writeln!(out, "{}.\n", super::model::capitalised(&version_line(version)));
            for change in &version.changes {
                let _ = writeln!(out, "- {}", change.message);
            }
            if !version.changes.is_empty() {
                out.push('\n');
            }
        }
        for broken in &message.broken {
            let _ = writeln!(out, "**Breaks {}**\n", broken.party);
            for reason in &broken.reasons {
                let _ = writeln!(out, "- {reason}");
            }
            out.push('\n');
        }
        if !message.broken.is_empty() {
            out.push_str(&way(message));
        }
    }
    if !difference.topology.is_empty() {
        out.push_str("## Topology\n\n");
        for line in &difference.topology {
            let _ = writeln!(out, "- {line}");
        }
    }
    out
}

/// How the change can be made without breaking anybody.
fn way(message: &MessageChange) -> String {
    let names: Vec<&str> = message.broken.iter().map(|broken| broken.party.as_str()).collect();
    let until = format!("until {} have moved", names.join(" and "));
    let until = if names.len() == 1 { until.replace(" have ", " has ") } else { until };
    let versions = message.versions.iter().find_map(|version| version.from.as_deref());
    match (message.kind, versions) {
        (_, None) => format!("**Instead:** keep `{}` {until}, with a date.\n\n", message.name),
        (MessageKind::Event, Some(old)) => format!(
            "**Instead:** publish the new shape as a version of its own beside version {old} {until}, and give version \
             {old} a date.\n\n"
        ),
        (_, Some(old)) => format!(
            "**Instead:** accept version {old} beside the new shape {until}, and give version {old} a date.\n\n"
        ),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, format};
    use crate::topology::derive;

    fn pizza(order_value: &str, more: &str) -> Board {
        let text = format!(
            r#"(format: 1,
            services: {{"Analytics": (team: "Insight"), "Kitchen": (), "Orders": ()}},
            events: {{"OrderConfirmed": (versions: [
                (version: "1", schema: (fields: [(name: "orderId"), (name: "orderValue", {order_value})])) {more}])}},
            stickies: {{"1": (kind: service, name: "Orders"), "2": (kind: event, name: "OrderConfirmed"),
                "3": (kind: service, name: "Kitchen"), "4": (kind: service, name: "Analytics")}},
            links: {{"5": (from: "1", to: "2"), "6": (from: "2", to: "3", fields: ["orderId"]),
                "7": (from: "2", to: "4", fields: ["orderValue"])}})"#
        );
        format::read(&text, format::Syntax::Ron).unwrap()
    }

    fn compare_boards(old: &Board, new: &Board) -> Difference {
        let (a, b) = (derive(old), derive(new));
        difference(&Model::new(old, &a), &Model::new(new, &b))
    }

    const MONEY: &str = r#"type: object, fields: [(name: "value", type: number), (name: "currency")]"#;

    #[test]
    fn the_forgotten_consumer_is_named() {
        let found = compare_boards(&pizza("type: number", ""), &pizza(MONEY, ""));
        assert!(found.is_breaking());
        let broken: Vec<_> =
            found.messages[0].broken.iter().map(|b| (b.party.as_str(), b.team.as_str())).collect();
        assert_eq!(broken, [("Analytics", "Insight")], "Kitchen does not read the price");
        let page = rfc(&found, "Money");
        assert!(page.contains("| Analytics | Insight |"), "{page}");
        assert!(page.contains("## Whom to tell") && page.contains("- Kitchen\n"), "{page}");
        assert!(page.contains("beside version 1 until Analytics has moved"), "{page}");
        assert!(text(&found).contains("BREAKING event OrderConfirmed"));
    }

    #[test]
    fn side_by_side_versions_break_nobody() {
        let second = format!(
            r#", (version: "2", schema: (fields: [(name: "orderId"), (name: "orderValue", {MONEY})]))"#
        );
        let found = compare_boards(&pizza("type: number", ""), &pizza("type: number", &second));
        assert!(!found.is_breaking(), "{found:?}");
        assert_eq!(found.messages[0].versions[0].compatibility, Some(Compatibility::None));
    }

    #[test]
    fn a_board_does_not_differ_from_itself() {
        let board = pizza(MONEY, "");
        assert_eq!(compare_boards(&board, &board), Difference::default());
    }

    #[test]
    fn a_removed_event_breaks_its_subscribers() {
        let old = pizza("type: number", "");
        let mut new = old.clone();
        new.events.clear();
        new.stickies.retain(|_, sticky| sticky.kind != crate::board::StickyKind::Event);
        new.links.clear();
        let found = compare_boards(&old, &new);
        let broken: Vec<_> = found.messages[0].broken.iter().map(|b| b.party.as_str()).collect();
        assert_eq!(broken, ["Analytics", "Kitchen"]);
    }
}
