//! Who reacts to what with what: stated by causation ids, or guessed from what regularly came before.

use std::collections::{BTreeMap, BTreeSet};

use super::{Naming, Who};
use crate::board::Outcome;
use crate::replay::event::Kind;
use crate::replay::index::{Causes, Log};

/// A reaction: its triggers, and what it sends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reaction {
    pub(super) who: Who,
    /// Type numbers; none for what a party does of its own accord.
    pub(super) triggers: Vec<u16>,
    /// In the order of sending.
    pub(super) effects: Vec<Effect>,
    /// Nanoseconds from the trigger to the first effect, a sample.
    pub(super) first_effect_nanos: Vec<i64>,
}

/// One thing a reaction sends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Effect {
    pub(super) type_number: u16,
    pub(super) count: u64,
    pub(super) outcome: Outcome,
}

/// An effect that comes in this share of the reactions comes always.
const ALWAYS: f64 = 0.98;

/// Latencies kept of each reaction.
const SAMPLES: usize = 10_000;

/// A pair that makes up less than this share of a reaction's or message's cases is noise.
const NOISE: f64 = 0.002;

/// A guessed cause must have come before this share of the effect's events.
const REGULAR: f64 = 0.6;

/// What one trigger set off in one party: which types, how often, when after the trigger.
#[derive(Default)]
struct Instance {
    /// (type, nanoseconds after the trigger)
    sent: Vec<(u16, i64)>,
}

/// Reactions as the causation ids state them.
pub(super) fn stated(log: &Log, causes: &Causes, naming: &Naming) -> Vec<Reaction> {
    let mut instances: BTreeMap<(Who, u32), Instance> = BTreeMap::new();
    let mut own: BTreeMap<(Who, u16), u64> = BTreeMap::new();
    let mut orphans: BTreeMap<(Who, u16), u64> = BTreeMap::new();
    for event in log.events(0..log.len()) {
        if naming.kind(event.type_number()) == Kind::Reply {
            continue;
        }
        let who = naming.sender(event.source_number());
        match causes.of(event.row()).and_then(|row| log.event(row)) {
            Some(cause) => {
                let instance = instances.entry((who, cause.row() as u32)).or_default();
                instance.sent.push((event.type_number(), event.time() - cause.time()));
            }
            None if !event.names_cause() => *own.entry((who, event.type_number())).or_default() += 1,
            // Its cause lies outside the log: nobody knows what it was.
            None => *orphans.entry((who, event.type_number())).or_default() += 1,
        }
    }
    let explained: BTreeSet<(Who, u16)> = instances
        .iter()
        .flat_map(|((who, _), instance)| instance.sent.iter().map(|(number, _)| (*who, *number)))
        .chain(own.keys().copied())
        .collect();
    own.extend(unexplained(orphans, &explained));
    let by_trigger = instances.into_iter().filter_map(|((who, row), instance)| {
        let trigger = log.event(row as usize)?.type_number();
        Some(((who, trigger), instance))
    });
    finish(group(by_trigger), own, log)
}

/// A message of which no other one says where it comes from is its sender's own, as far as the log knows.
fn unexplained<'a>(
    counts: BTreeMap<(Who, u16), u64>,
    explained: &'a BTreeSet<(Who, u16)>,
) -> impl Iterator<Item = ((Who, u16), u64)> + 'a {
    counts.into_iter().filter(|(key, _)| !explained.contains(key))
}

/// Reactions as the order of messages in each process suggests them.
pub(super) fn guessed(log: &Log, naming: &Naming) -> Vec<Reaction> {
    let mut rows: Vec<(u32, u32)> = log
        .events(0..log.len())
        .filter(|e| e.correlation_key() != 0 && naming.kind(e.type_number()) != Kind::Reply)
        .map(|e| (e.correlation_key(), e.row() as u32))
        .collect();
    rows.sort_unstable();
    // How often each type came directly before each (party, type) in its process.
    let mut before: BTreeMap<(Who, u16), BTreeMap<Option<u16>, u64>> = BTreeMap::new();
    let chains = || rows.chunk_by(|a, b| a.0 == b.0);
    for chain in chains() {
        let mut seen: Vec<u16> = Vec::new();
        for (_, row) in chain {
            let Some(event) = log.event(*row as usize) else { continue };
            let key = (naming.sender(event.source_number()), event.type_number());
            let counts = before.entry(key).or_default();
            let earlier: BTreeSet<u16> = seen.iter().copied().filter(|t| *t != event.type_number()).collect();
            match seen.last() {
                None => *counts.entry(None).or_default() += 1,
                Some(last) => *counts.entry(Some(*last)).or_default() += 2,
            }
            for one in earlier {
                *counts.entry(Some(one)).or_default() += 1;
            }
            seen.push(event.type_number());
        }
    }
    let mut chosen: BTreeMap<(Who, u16), Option<u16>> = BTreeMap::new();
    for (key, counts) in &before {
        let total: u64 = log.types().get(key.1).map_or(1, |t| t.n_events.max(1));
        let best = counts.iter().max_by_key(|(trigger, n)| (**n, trigger.is_some()));
        let regular = best.filter(|(_, n)| **n as f64 >= REGULAR * total as f64).and_then(|(t, _)| *t);
        chosen.insert(*key, regular);
    }
    let mut instances: BTreeMap<(Who, u32), ((Who, u16), Instance)> = BTreeMap::new();
    let mut own: BTreeMap<(Who, u16), u64> = BTreeMap::new();
    for chain in chains() {
        let mut last_of: BTreeMap<u16, u32> = BTreeMap::new();
        for (_, row) in chain {
            let Some(event) = log.event(*row as usize) else { continue };
            let who = naming.sender(event.source_number());
            let trigger = chosen.get(&(who, event.type_number())).copied().flatten();
            let cause = trigger.and_then(|t| Some((t, *last_of.get(&t)?)));
            match cause.and_then(|(t, row)| Some((t, log.event(row as usize)?))) {
                Some((trigger, cause)) => {
                    let entry = instances.entry((who, cause.row() as u32));
                    let slot = entry.or_insert_with(|| ((who, trigger), Instance::default()));
                    slot.1.sent.push((event.type_number(), event.time() - cause.time()));
                }
                None => *own.entry((who, event.type_number())).or_default() += 1,
            }
            last_of.insert(event.type_number(), *row);
        }
    }
    let mut alone: BTreeMap<(Who, u16), u64> = BTreeMap::new();
    for event in log.events(0..log.len()) {
        if event.correlation_key() == 0 && naming.kind(event.type_number()) != Kind::Reply {
            *alone.entry((naming.sender(event.source_number()), event.type_number())).or_default() += 1;
        }
    }
    let sent = instances
        .values()
        .flat_map(|((who, _), instance)| instance.sent.iter().map(move |(number, _)| (*who, *number)));
    let explained: BTreeSet<(Who, u16)> = sent.chain(own.keys().copied()).collect();
    own.extend(unexplained(alone, &explained));
    finish(group(instances.into_values()), own, log)
}

type Groups = BTreeMap<(Who, u16), Vec<Instance>>;

fn group(instances: impl Iterator<Item = ((Who, u16), Instance)>) -> Groups {
    let mut groups: Groups = BTreeMap::new();
    for (key, instance) in instances {
        groups.entry(key).or_default().push(instance);
    }
    groups
}

fn finish(groups: Groups, own: BTreeMap<(Who, u16), u64>, log: &Log) -> Vec<Reaction> {
    let total = |number: u16| log.types().get(number).map_or(1, |t| t.n_events.max(1)) as f64;
    let mut reactions: Vec<Reaction> = Vec::new();
    for ((who, trigger), instances) in groups {
        let reaction = reaction(who, trigger, &instances);
        // The same party, sending the same for another trigger: one reaction with several triggers.
        let same = |r: &&mut Reaction| {
            let kinds = |e: &[Effect]| e.iter().map(|e| e.type_number).collect::<Vec<_>>();
            r.who == who && kinds(&r.effects) == kinds(&reaction.effects)
        };
        match reactions.iter_mut().find(same) {
            Some(known) => {
                known.triggers.push(trigger);
                known.first_effect_nanos.extend(reaction.first_effect_nanos);
                for (mine, theirs) in known.effects.iter_mut().zip(reaction.effects) {
                    mine.count += theirs.count;
                }
            }
            None => reactions.push(reaction),
        }
    }
    let mut free: BTreeMap<Who, Vec<Effect>> = BTreeMap::new();
    for ((who, number), count) in own {
        if count as f64 >= NOISE * total(number) {
            let effect = Effect { type_number: number, count, outcome: Outcome::Always };
            free.entry(who).or_default().push(effect);
        }
    }
    for (who, effects) in free {
        // What a party does of its own accord are so many separate things, not one reaction.
        for effect in effects {
            reactions.push(Reaction {
                who,
                triggers: Vec::new(),
                effects: vec![effect],
                first_effect_nanos: Vec::new(),
            });
        }
    }
    reactions
}

fn reaction(who: Who, trigger: u16, instances: &[Instance]) -> Reaction {
    let n = instances.len() as f64;
    let mut counts: BTreeMap<u16, (u64, i64)> = BTreeMap::new();
    let mut together: BTreeSet<(u16, u16)> = BTreeSet::new();
    let mut firsts = Vec::new();
    for instance in instances {
        let types: BTreeSet<u16> = instance.sent.iter().map(|(t, _)| *t).collect();
        for number in &types {
            let count = counts.entry(*number).or_default();
            let after = instance.sent.iter().find(|(t, _)| t == number).map_or(0, |(_, after)| *after);
            *count = (count.0 + 1, count.1.saturating_add(after));
            together.extend(types.iter().filter(|other| *other != number).map(|other| (*number, *other)));
        }
        if firsts.len() < SAMPLES {
            firsts.extend(instance.sent.iter().map(|(_, after)| *after).min());
        }
    }
    let mut order: Vec<(u16, u64, i64)> =
        counts.iter().map(|(t, (count, sum))| (*t, *count, sum / (*count).max(1) as i64)).collect();
    order.sort_by_key(|(t, _, mean)| (*mean, *t));
    let sometimes: Vec<u16> =
        order.iter().filter(|(_, count, _)| (*count as f64) < ALWAYS * n).map(|(t, ..)| *t).collect();
    let exclusive = sometimes.len() > 1
        && sometimes.iter().all(|a| sometimes.iter().all(|b| !together.contains(&(*a, *b))));
    let effects = order
        .iter()
        .map(|(number, count, _)| {
            let one_of = exclusive && sometimes.contains(number);
            let outcome = if one_of { Outcome::OneOf(percent(*count as f64 / n)) } else { Outcome::Always };
            Effect { type_number: *number, count: *count, outcome }
        })
        .collect();
    Reaction { who, triggers: vec![trigger], effects, first_effect_nanos: firsts }
}

/// A share as a weight of a hundred, to a tenth.
fn percent(share: f64) -> f64 {
    (share * 1000.0).round().max(1.0) / 10.0
}
