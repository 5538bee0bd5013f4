//! Causes and effects against the reactions the board shows: silence, missing and wrong causes, order, lateness.

use std::collections::BTreeMap;

use super::types::times;
use super::{Finding, Scene, Tally, p99_nanos};
use crate::board::{ChannelKind, Key, Outcome};
use crate::replay::index::EventRef;
use crate::replay::stats::percentile;
use crate::replay::time::duration_text;
use crate::topology::{MessageIx, MessageKind, ReactionIx};

/// Fewer pairs than this say nothing about a 99th percentile.
const ENOUGH_PAIRS: usize = 100;

#[derive(Default)]
struct Seen {
    uncaused: BTreeMap<u16, Tally>,
    unexpected: BTreeMap<(u16, u16), Tally>,
    before_cause: BTreeMap<(u16, u16), Tally>,
    overtaken: BTreeMap<u16, Tally>,
    timed_out: BTreeMap<MessageIx, Tally>,
    /// Latencies by (trigger, reaction), with the row of the effect.
    latencies: BTreeMap<(MessageIx, ReactionIx), Vec<(i64, usize)>>,
    /// Events by (message, first row, count).
    triggers: BTreeMap<MessageIx, Tally>,
    /// By party or none, the messages it has sent.
    sent: BTreeMap<MessageIx, u64>,
}

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let seen = look(scene);
    let mut found = silent(scene, &seen);
    let log = scene.log;
    let name = |number: u16| log.types().title(number);
    let places = |number| {
        scene.tracks.matched().message(number).map(|m| scene.key_of(m)).into_iter().collect::<Vec<_>>()
    };
    for (number, tally) in &seen.uncaused {
        let name = name(*number);
        let message = format!(
            "`{name}` came {} without a message before it that the board shows as its trigger",
            times(tally.count)
        );
        found.push(scene.finding("reaction-without-cause", name, message, tally, places(*number)));
    }
    for ((number, cause), tally) in &seen.unexpected {
        let (name, cause) = (name(*number), name(*cause));
        let message = format!(
            "`{name}` was caused by `{cause}` {}, which triggers nothing that sends it",
            times(tally.count)
        );
        found.push(scene.finding(
            "unexpected-cause",
            format!("{name} after {cause}"),
            message,
            tally,
            places(*number),
        ));
    }
    for ((number, cause), tally) in &seen.before_cause {
        let (name, cause) = (name(*number), name(*cause));
        let most = duration_text(tally.badness);
        let message =
            format!("`{name}` stands before `{cause}`, its cause, {}; by up to {most}", times(tally.count));
        found.push(scene.finding(
            "order-broken",
            format!("{name} after {cause}"),
            message,
            tally,
            places(*number),
        ));
    }
    for (number, tally) in &seen.overtaken {
        let name = name(*number);
        let message = format!(
            "`{name}` arrived behind later messages of its process {}, and its consumer relies on order",
            times(tally.count)
        );
        found.push(scene.finding(
            "order-broken",
            format!("{name} overtaken"),
            message,
            tally,
            places(*number),
        ));
    }
    found.extend(slow(scene, &seen));
    found
}

fn look(scene: &Scene<'_>) -> Seen {
    let (log, matched) = (scene.log, scene.tracks.matched());
    let mut seen = Seen::default();
    let ordered: Vec<bool> = (0..log.types().len()).map(|n| is_ordered(scene, n as u16)).collect();
    // Without causation ids the messages before in the same process must do.
    let mut processes: BTreeMap<u32, Vec<MessageIx>> = BTreeMap::new();
    for event in log.events(0..log.len()) {
        let Some(message) = matched.message(event.type_number()) else { continue };
        if matched.is_reply(event.type_number()) {
            continue;
        }
        Tally::add(&mut seen.triggers, message, event.row(), 0);
        *seen.sent.entry(message).or_default() += 1;
        if event.is_late() && ordered[usize::from(event.type_number())] {
            Tally::add(&mut seen.overtaken, event.type_number(), event.row(), 0);
        }
        if scene.causes.is_empty() {
            if event.correlation_key() != 0 {
                let before = processes.entry(event.correlation_key()).or_default();
                if must_be_caused(scene, &event, message)
                    && !triggers_of(scene, message).any(|t| before.contains(&t))
                {
                    Tally::add(&mut seen.uncaused, event.type_number(), event.row(), 0);
                }
                if !before.contains(&message) {
                    before.push(message);
                }
            }
            continue;
        }
        match scene.causes.of(event.row()).and_then(|row| log.event(row)) {
            Some(cause) => look_at_pair(scene, &mut seen, &event, message, &cause),
            None if must_be_caused(scene, &event, message) => {
                Tally::add(&mut seen.uncaused, event.type_number(), event.row(), 0);
            }
            None => {}
        }
    }
    seen
}

fn look_at_pair(
    scene: &Scene<'_>,
    seen: &mut Seen,
    event: &EventRef<'_>,
    message: MessageIx,
    cause: &EventRef<'_>,
) {
    let took = event.time() - cause.time();
    if took < 0 {
        let pair = (event.type_number(), cause.type_number());
        Tally::add(&mut seen.before_cause, pair, event.row(), -took);
    }
    let trigger = scene.tracks.matched().message(cause.type_number());
    let may_come = !must_be_caused(scene, event, message);
    match trigger {
        Some(trigger) if triggers_of(scene, message).any(|t| t == trigger) => {
            // Another attempt is late because of the one before: that is told by itself.
            let first = !event.says_again();
            if let Some(reaction) = scene.tracks.sender(event, Some(cause)).filter(|_| first) {
                seen.latencies.entry((trigger, reaction)).or_default().push((took, event.row()));
            }
            if patience(scene, trigger).is_some_and(|most| took > most) {
                Tally::add(&mut seen.timed_out, trigger, event.row(), took);
            }
        }
        // A type the board does not know is told once, as such.
        Some(_) if !may_come => {
            let pair = (event.type_number(), cause.type_number());
            Tally::add(&mut seen.unexpected, pair, event.row(), 0);
        }
        _ => {}
    }
}

/// How long a waiting sender waits for this message's reaction.
fn patience(scene: &Scene<'_>, message: MessageIx) -> Option<i64> {
    let row = &scene.topology[message];
    let timeout = match row.kind {
        MessageKind::Command => {
            let command = scene.board.commands.get(&row.name)?;
            let waits = command.mode == crate::board::Mode::Synchronous;
            command.timeout.filter(|_| waits)
        }
        MessageKind::Query => scene.board.queries.get(&row.name)?.timeout,
        MessageKind::Event => None,
    };
    timeout.map(|span| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
}

/// Every message that triggers a reaction that sends this one.
fn triggers_of<'a>(scene: &'a Scene<'_>, message: MessageIx) -> impl Iterator<Item = MessageIx> + 'a {
    let producers = scene.topology[message].producers.iter();
    producers
        .flat_map(|(reaction, _)| &scene.topology[*reaction].triggers)
        .map(|route| scene.topology[*route].message)
}

/// True when the board shows the message only as a reaction to another.
fn must_be_caused(scene: &Scene<'_>, event: &EventRef<'_>, message: MessageIx) -> bool {
    let row = &scene.topology[message];
    let incoming = scene.board.events.get(&row.name).is_some_and(|e| e.incoming);
    let outside = event.source().trim_matches('/') == "outside";
    let free = row.producers.iter().any(|(r, _)| scene.topology[*r].triggers.is_empty());
    !row.producers.is_empty() && row.issuers.is_empty() && !incoming && !outside && !free
}

/// Reactions whose trigger came but of whose outputs none ever did.
fn silent(scene: &Scene<'_>, seen: &Seen) -> Vec<Finding> {
    let topology = scene.topology;
    let mut found = Vec::new();
    for (at, reaction) in topology.reactions.iter().enumerate() {
        let certain = |o: &&crate::topology::Output| !matches!(o.outcome, Outcome::OnFailureOf(_));
        let outputs: Vec<MessageIx> = reaction.outputs.iter().filter(certain).map(|o| o.message).collect();
        if outputs.is_empty() || outputs.iter().any(|m| answered(scene, seen, ReactionIx(at), *m)) {
            continue;
        }
        let mut all: Option<Tally> = None;
        let mut names = Vec::new();
        for route in &reaction.triggers {
            let message = topology[*route].message;
            // A filter may rightly let nothing through.
            let filtered = topology.links_of(scene.board, *route).any(|l| l.filter.is_some());
            if let Some(tally) = seen.triggers.get(&message).filter(|_| !filtered) {
                names.push(format!("`{}`", topology[message].name));
                let sum = all.get_or_insert(*tally);
                if sum.first != tally.first {
                    sum.count += tally.count;
                    sum.first = sum.first.min(tally.first);
                }
            }
        }
        let Some(tally) = all else { continue };
        let who = match reaction.host {
            Some(party) => topology[party].name.clone(),
            None => scene.board.stickies.get(&reaction.sticky).map_or(String::new(), |s| s.name.clone()),
        };
        let mut sends: Vec<String> = outputs.iter().map(|m| format!("`{}`", topology[*m].name)).collect();
        sends.dedup();
        let message = format!(
            "`{who}` should react to {} with {}, which never came; the trigger came {}",
            names.join(", "),
            sends.join(", "),
            times(tally.count)
        );
        let subject = format!("{who} on {}", names.join(", ").replace('`', ""));
        found.push(scene.finding(
            "silent-subscriber",
            subject,
            message,
            &tally,
            vec![Key::Sticky(reaction.sticky)],
        ));
    }
    found
}

/// Whether the log has this output of the reaction: caused by one of its triggers, where causes are known.
fn answered(scene: &Scene<'_>, seen: &Seen, reaction: ReactionIx, message: MessageIx) -> bool {
    if scene.causes.is_empty() {
        return seen.sent.contains_key(&message);
    }
    let triggers = scene.topology[reaction].triggers.iter().map(|route| scene.topology[*route].message);
    triggers.into_iter().any(|t| seen.latencies.contains_key(&(t, reaction))) || {
        // Sent by this party without saying why: the benefit of the doubt.
        seen.sent.contains_key(&message)
            && !scene.topology[message].producers.iter().any(|(r, _)| *r != reaction)
    }
}

/// True when a consumer of this type relies on order, or its channel promises it.
fn is_ordered(scene: &Scene<'_>, type_number: u16) -> bool {
    let Some(message) = scene.tracks.matched().message(type_number) else { return false };
    scene.topology[message].routes.iter().any(|route| {
        let ordered_channel = |c: &crate::topology::ChannelIx| {
            let channel = scene.board.channels.get(&scene.topology[*c].name);
            channel.is_some_and(|c| c.fifo || c.kind == ChannelKind::Stream)
        };
        scene.topology.links_of(scene.board, *route).any(|l| l.ordered)
            || scene.topology[*route].channels.iter().any(ordered_channel)
    })
}

fn slow(scene: &Scene<'_>, seen: &Seen) -> Vec<Finding> {
    let topology = scene.topology;
    let mut found = Vec::new();
    for (message, tally) in &seen.timed_out {
        let name = &topology[*message].name;
        let most = patience(scene, *message).map_or(String::new(), duration_text);
        let message_text = format!(
            "`{name}` took longer than the {most} its sender waits {}; the longest {}",
            times(tally.count),
            duration_text(tally.badness)
        );
        found.push(scene.finding(
            "slow-reaction",
            format!("{name} time-out"),
            message_text,
            tally,
            vec![scene.key_of(*message)],
        ));
    }
    for ((trigger, reaction), pairs) in &seen.latencies {
        let Some(host) = topology[*reaction].host else { continue };
        let service = &topology[host].name;
        let promise = scene.board.services.get(service).and_then(|s| s.latency.as_ref());
        let Some(promise) = promise.map(p99_nanos).filter(|_| pairs.len() >= ENOUGH_PAIRS) else { continue };
        let mut times_taken: Vec<i64> = pairs.iter().map(|(took, _)| *took).collect();
        times_taken.sort_unstable();
        let p99 = percentile(&times_taken, 0.99);
        if p99 <= promise {
            continue;
        }
        let mut over: BTreeMap<(), Tally> = BTreeMap::new();
        for (took, row) in pairs.iter().filter(|(took, _)| *took > promise) {
            Tally::add(&mut over, (), *row, *took);
        }
        let Some(tally) = over.get(&()) else { continue };
        let name = &topology[*trigger].name;
        let text = format!(
            "`{service}` reacts to `{name}` within {} in 99 of 100 cases; the board promises {} (work alone; waiting counts here)",
            duration_text(p99),
            duration_text(promise)
        );
        let places = vec![Key::Service(service.clone()), Key::Sticky(topology[*reaction].sticky)];
        found.push(scene.finding("slow-reaction", format!("{service} on {name}"), text, tally, places));
    }
    found
}
