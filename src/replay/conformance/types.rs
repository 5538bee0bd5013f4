//! What the index alone tells: unknown types, undeclared publishers, missing correlations.

use std::collections::BTreeMap;

use super::{Finding, Scene, Tally};
use crate::board::Key;
use crate::replay::matching::plain;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let log = scene.log;
    let matched = scene.tracks.matched();
    let allowed = Publishers::new(scene);
    let mut unknown: BTreeMap<u16, Tally> = BTreeMap::new();
    let mut undeclared: BTreeMap<(u16, u16), Tally> = BTreeMap::new();
    let mut uncorrelated: BTreeMap<u16, Tally> = BTreeMap::new();
    for event in log.events(0..log.len()) {
        let (name, source) = (event.type_number(), event.source_number());
        if matched.message(name).is_none() {
            Tally::add(&mut unknown, name, event.row(), 0);
        } else if !allowed.may(name, source) {
            Tally::add(&mut undeclared, (name, source), event.row(), 0);
        }
        if event.correlation_key() == 0 {
            Tally::add(&mut uncorrelated, name, event.row(), 0);
        }
    }
    let type_name = |number: u16| log.types().title(number);
    let source_name = |number: u16| log.sources().get(number).map_or(String::new(), |s| s.text.to_string());
    let places = |number| matched.message(number).map(|m| scene.key_of(m)).into_iter().collect::<Vec<_>>();
    let mut found = Vec::new();
    for (number, tally) in &unknown {
        let name = type_name(*number);
        let message = format!("`{name}` is in the log {} but not on the board", times(tally.count));
        found.push(scene.finding("unknown-type", name, message, tally, Vec::new()));
    }
    for ((number, source), tally) in &undeclared {
        let (name, source) = (type_name(*number), source_name(*source));
        let declared = allowed.declared(scene, *number);
        let message = format!(
            "`{name}` comes from `{source}` {}; the board shows it from {declared}",
            times(tally.count)
        );
        let mut touched = places(*number);
        if let Some(party) = log.sources().named(&source).next().and_then(|s| matched.party(s)) {
            touched.push(Key::Service(scene.topology[party].name.clone()));
        }
        found.push(scene.finding(
            "undeclared-publisher",
            format!("{name} from {source}"),
            message,
            tally,
            touched,
        ));
    }
    for (number, tally) in &uncorrelated {
        let name = type_name(*number);
        let message = format!("`{name}` has no correlation {}", times(tally.count));
        found.push(scene.finding("missing-correlation", name, message, tally, places(*number)));
    }
    found
}

/// `once`, `3 times`.
pub(super) fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Which sources may send which types.
struct Publishers {
    n_sources: usize,
    allowed: Vec<bool>,
}

impl Publishers {
    fn new(scene: &Scene<'_>) -> Self {
        let (log, topology, matched) = (scene.log, scene.topology, scene.tracks.matched());
        let n_sources = log.sources().len();
        let mut allowed = vec![false; log.types().len() * n_sources];
        for (at, cell) in allowed.iter_mut().enumerate() {
            let (name, source) = ((at / n_sources) as u16, (at % n_sources) as u16);
            let Some(message) = matched.message(name) else { continue };
            let row = &topology[message];
            let text = log.sources().get(source).map_or("", |s| &s.text);
            let spelt = plain(text);
            let foreign = |r: &crate::topology::ReactionIx| {
                topology[*r].host.is_some_and(|party| topology[party].external)
            };
            let from_outside = row.producers.iter().any(|(r, _)| foreign(r))
                || row.producers.is_empty()
                || !row.issuers.is_empty()
                || is_incoming(scene, &row.name);
            let issuer = |s: &crate::board::StickyId| {
                scene.board.stickies.get(s).is_some_and(|s| spelt.ends_with(&plain(&s.name)))
            };
            *cell = text.is_empty()
                || matched.is_reply(name)
                || match matched.party(source) {
                    Some(party) => {
                        // A policy has no host, so the log may name it as any service.
                        let hosts = || row.producers.iter().map(|(r, _)| topology[*r].host);
                        row.producers.is_empty() || hosts().any(|h| h.is_none() || h == Some(party))
                    }
                    // Somebody the board does not name: the outside, if the message may come from there.
                    // Policies have no name in a log either.
                    None => {
                        let policy = row.producers.iter().any(|(r, _)| topology[*r].host.is_none());
                        from_outside || policy || row.issuers.iter().any(issuer)
                    }
                };
        }
        Self { n_sources, allowed }
    }

    fn may(&self, name: u16, source: u16) -> bool {
        self.allowed.get(usize::from(name) * self.n_sources + usize::from(source)).copied().unwrap_or(true)
    }

    fn declared(&self, scene: &Scene<'_>, name: u16) -> String {
        let Some(message) = scene.tracks.matched().message(name) else { return "nobody".to_owned() };
        let parties = scene.topology.producers(message);
        let names: Vec<String> = parties.iter().map(|p| format!("`{}`", scene.topology[*p].name)).collect();
        if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
    }
}

fn is_incoming(scene: &Scene<'_>, name: &str) -> bool {
    scene.board.events.get(name).is_some_and(|e| e.incoming)
}
