//! A God event taken apart: cohesive events in its place, from who uses which fields together and which fields change
//! for the same reason.
//!
//! The problem is that of vertical partitioning: attributes that are used together belong together (Navathe, Ceri,
//! Wiederhold and Dou, "Vertical partitioning algorithms for database design", ACM TODS 9(4), 1984). Fields are
//! clustered agglomeratively with average linkage (UPGMA; Sokal and Michener, 1958). The similarity of two fields is
//! the mean of two Jaccard indices: of the sets of consumers that use them, and of the sets of people and services
//! for whose reasons they change. Fields for which no later reason is known are alike in that. Clusters are joined
//! while they are at least [`COHESION_MIN`] alike; equal candidates join in the order of the schema, so the same board
//! always gives the same proposal.
//!
//! What no later reason speaks of may be told along in several events (Navathe's overlapping fragments): a consumer
//! that needs only the lesser part of such a cluster gets those fields in the event it reads most of instead.

mod edit;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Context;
use super::usage::{Consumer, Usage, pascal};
use crate::board::notation::words;
use crate::board::tense::{in_past, is_order};

/// Clusters less alike than this are not joined. Two fields that share one cause and a quarter of their consumers just
/// are; two that share nothing but that no cause is known are not.
pub const COHESION_MIN: f64 = 0.6;
/// More kinds of field than this are not taken apart by counting.
const KINDS_MAX: usize = 256;

/// A proposal: the events to publish beside a God event, and who reads which.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decomposition {
    /// The God event.
    pub event: String,
    /// The events to publish beside it.
    pub parts: Vec<Part>,
    /// Consumers that stay with the old event, each with why.
    pub stay: Vec<Staying>,
    /// Fields of the old event that nobody says they use.
    pub unread: Vec<String>,
    /// The mean share of what a consumer receives that it uses, now.
    pub share_before: f64,
    /// The same with the new events.
    pub share_after: f64,
}

/// One event of the proposal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// A provisional name.
    pub name: String,
    /// What says which thing it is about.
    pub identity: Vec<String>,
    /// The fields that belong together.
    pub fields: Vec<String>,
    /// Fields told along that belong elsewhere as well.
    pub along: Vec<String>,
    /// Who reads it.
    pub consumers: Vec<String>,
    /// For which reasons it is published.
    pub reasons: Vec<String>,
    /// The same as places among the usage's reasons.
    #[serde(skip)]
    reason_places: Vec<usize>,
}

/// A consumer that cannot be moved mechanically.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Staying {
    /// Its name.
    pub consumer: String,
    /// Why, as the rest of a sentence that begins with its name.
    pub why: String,
}

impl Part {
    /// Every field it carries, in order.
    pub fn carried(&self) -> impl Iterator<Item = &str> {
        self.identity.iter().chain(&self.fields).chain(&self.along).map(String::as_str)
    }
}

/// Fields of one kind: the same consumers use them and the same causes change them.
struct Kind {
    fields: Vec<usize>,
    consumers: BTreeSet<usize>,
    causes: BTreeSet<String>,
}

/// Fields that belong together.
#[derive(Default)]
struct Cluster {
    fields: BTreeSet<usize>,
    along: BTreeSet<usize>,
    readers: BTreeSet<usize>,
    /// Some later reason is known for which they change.
    changes: bool,
}

impl Decomposition {
    /// The proposal for an event; none when nobody who says what it uses could be moved, or nothing would be gained.
    #[must_use]
    pub fn of(context: &Context<'_>, usage: &Usage) -> Option<Self> {
        let mut stay = Vec::new();
        let mut movers: Vec<&Consumer> = Vec::new();
        for consumer in &usage.consumers {
            match tied(context, consumer) {
                Some(why) => stay.push(Staying { consumer: consumer.name.clone(), why }),
                None => movers.push(consumer),
            }
        }
        let kinds = kinds(usage, &movers);
        if kinds.is_empty() || kinds.len() > KINDS_MAX {
            return None;
        }
        let clusters = subscribe(usage, &movers, cluster(&kinds), &causes(usage));
        let parts = name(context, usage, &movers, &clusters);
        let (share_before, share_after) = shares(usage, &movers, &clusters);
        let unread = usage.unread().map(|at| usage.fields[at].clone()).collect();
        (share_after > share_before).then(|| Self {
            event: usage.event.clone(),
            parts,
            stay,
            unread,
            share_before,
            share_after,
        })
    }

    /// What it would do, for the button and the undo menu.
    #[must_use]
    pub fn label(&self) -> String {
        format!("Split {} into {}", self.event, super::context::counted(self.parts.len(), "event"))
    }
}

/// Why a consumer cannot be moved mechanically; none when it can.
fn tied(context: &Context<'_>, consumer: &Consumer) -> Option<String> {
    let topology = context.topology;
    if consumer.uses.is_empty() && consumer.unknown.is_empty() {
        return Some("does not say which fields it uses".to_owned());
    }
    if !consumer.unknown.is_empty() {
        return Some(format!(
            "uses {}, which the newest version does not have",
            super::context::listed(&consumer.unknown)
        ));
    }
    for route in &consumer.routes {
        if topology.links_of(context.board, *route).any(|link| link.filter.is_some()) {
            return Some("filters by content, which takes thought".to_owned());
        }
        let last = topology[*route].links.last();
        let message = topology[*route].message;
        let shared =
            topology.routes.iter().find(|other| other.links.last() == last && other.message != message);
        if let Some(other) = shared {
            return Some(format!("gets {} by the same arrow", topology[other.message].name));
        }
        if topology.fields_used(context.board, *route).is_empty() {
            return Some("does not say for each reaction which fields it uses".to_owned());
        }
    }
    None
}

/// Who and what changes each field after the thing has come into being.
fn causes(usage: &Usage) -> Vec<BTreeSet<String>> {
    let mut causes = vec![BTreeSet::new(); usage.fields.len()];
    for reason in usage.reasons.iter().filter(|reason| !reason.begins) {
        for at in &reason.touches {
            causes[*at].extend(reason.from.iter().cloned());
        }
    }
    causes
}

/// The fields somebody reads, by kind, in the order of the schema.
fn kinds(usage: &Usage, movers: &[&Consumer]) -> Vec<Kind> {
    let causes = causes(usage);
    let mut known: BTreeMap<(BTreeSet<usize>, &BTreeSet<String>), usize> = BTreeMap::new();
    let mut kinds: Vec<Kind> = Vec::new();
    for at in (0..usage.fields.len()).filter(|at| !usage.identity.contains(at)) {
        let consumers: BTreeSet<usize> =
            movers.iter().enumerate().filter(|(_, mover)| mover.uses.contains(&at)).map(|(i, _)| i).collect();
        if consumers.is_empty() {
            continue;
        }
        let kind = *known.entry((consumers.clone(), &causes[at])).or_insert(kinds.len());
        match kinds.get_mut(kind) {
            Some(kind) => kind.fields.push(at),
            None => kinds.push(Kind { fields: vec![at], consumers, causes: causes[at].clone() }),
        }
    }
    kinds
}

#[expect(clippy::cast_precision_loss, reason = "counts of consumers and fields")]
fn jaccard<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> f64 {
    let both = a.intersection(b).count();
    let either = a.len() + b.len() - both;
    if either == 0 { 1.0 } else { both as f64 / either as f64 }
}

fn alike(a: &Kind, b: &Kind) -> f64 {
    f64::midpoint(jaccard(&a.consumers, &b.consumers), jaccard(&a.causes, &b.causes))
}

/// Average linkage: the two most alike join, until none are alike enough.
#[expect(clippy::cast_precision_loss, reason = "counts of fields")]
fn cluster(kinds: &[Kind]) -> Vec<BTreeSet<usize>> {
    let mut clusters: Vec<Vec<usize>> = (0..kinds.len()).map(|kind| vec![kind]).collect();
    let mut weights: Vec<f64> = kinds.iter().map(|kind| kind.fields.len() as f64).collect();
    let mut alike: Vec<Vec<f64>> =
        kinds.iter().map(|a| kinds.iter().map(|b| alike(a, b)).collect()).collect();
    loop {
        let mut best: Option<(usize, usize, f64)> = None;
        for (a, row) in alike.iter().enumerate() {
            for (b, likeness) in row.iter().enumerate().skip(a + 1) {
                let beats = best.is_none_or(|(_, _, so_far)| *likeness > so_far + 1e-9);
                if *likeness >= COHESION_MIN - 1e-9 && beats {
                    best = Some((a, b, *likeness));
                }
            }
        }
        let Some((a, b, _)) = best else { break };
        // Lance and Williams: the likeness to the joined is the mean of those to the two, by their sizes.
        let (wa, wb) = (weights[a], weights[b]);
        let pair = alike[a].iter().zip(&alike[b]);
        let means: Vec<f64> = pair.map(|(to_a, to_b)| (to_a * wa + to_b * wb) / (wa + wb)).collect();
        for (row, mean) in alike.iter_mut().zip(&means) {
            row[a] = *mean;
        }
        alike[a] = means;
        weights[a] += wb;
        weights.remove(b);
        alike.remove(b);
        for row in &mut alike {
            row.remove(b);
        }
        let joined = clusters.remove(b);
        clusters[a].extend(joined);
    }
    let fields =
        |cluster: Vec<usize>| cluster.into_iter().flat_map(|kind| kinds[kind].fields.clone()).collect();
    let mut found: Vec<BTreeSet<usize>> = clusters.into_iter().map(fields).collect();
    found.sort();
    found
}

/// Decides who reads which cluster, and what is told along instead.
fn subscribe(
    usage: &Usage,
    movers: &[&Consumer],
    clusters: Vec<BTreeSet<usize>>,
    causes: &[BTreeSet<String>],
) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = clusters
        .into_iter()
        .map(|fields| {
            let changes = fields.iter().any(|at| !causes[*at].is_empty());
            Cluster { fields, changes, ..Cluster::default() }
        })
        .collect();
    for (reader, mover) in movers.iter().enumerate() {
        let shared: Vec<usize> =
            clusters.iter().map(|cluster| cluster.fields.intersection(&mover.uses).count()).collect();
        let lasting = (0..clusters.len()).filter(|at| !clusters[*at].changes && shared[*at] > 0);
        let home = lasting.min_by_key(|at| (std::cmp::Reverse(shared[*at]), clusters[*at].fields.len(), *at));
        for at in 0..clusters.len() {
            let lesser = 2 * shared[at] <= clusters[at].fields.len();
            match home.filter(|home| *home != at && !clusters[at].changes && lesser) {
                Some(home) => {
                    let along: Vec<usize> = clusters[at].fields.intersection(&mover.uses).copied().collect();
                    clusters[home].along.extend(along);
                }
                None if shared[at] > 0 => {
                    clusters[at].readers.insert(reader);
                }
                None => {}
            }
        }
    }
    // Consumers whose every used field is told along, or who use the identity alone, still hear of the thing.
    for (reader, mover) in movers.iter().enumerate() {
        let only_identity = mover.uses.iter().all(|at| usage.identity.contains(at));
        if let Some(first) = clusters.first_mut().filter(|_| only_identity) {
            first.readers.insert(reader);
        }
    }
    for cluster in &mut clusters {
        let read = |at: &usize| cluster.readers.iter().any(|reader| movers[*reader].uses.contains(at));
        cluster.fields.retain(read);
    }
    clusters.retain(|cluster| !cluster.readers.is_empty());
    clusters
}

/// The mean share of what the movers receive that they use, before and after. What identifies the thing counts
/// neither way.
#[expect(clippy::cast_precision_loss, reason = "counts of fields")]
fn shares(usage: &Usage, movers: &[&Consumer], clusters: &[Cluster]) -> (f64, f64) {
    let all = usage.fields.len() - usage.identity.len();
    let (mut before, mut after) = (0.0, 0.0);
    for (reader, mover) in movers.iter().enumerate() {
        let used = mover.uses.difference(&usage.identity).count() as f64;
        let read = clusters.iter().filter(|cluster| cluster.readers.contains(&reader));
        let received: BTreeSet<usize> = read.flat_map(|c| c.fields.union(&c.along).copied()).collect();
        before += used / all.max(1) as f64;
        after += if received.is_empty() { 1.0 } else { used / received.len() as f64 };
    }
    let n = movers.len().max(1) as f64;
    (before / n, after / n)
}

/// Reasons to publish each cluster, and provisional names.
fn name(context: &Context<'_>, usage: &Usage, movers: &[&Consumer], clusters: &[Cluster]) -> Vec<Part> {
    let reasons = &usage.reasons;
    let speaks = |reason: usize, cluster: &Cluster| {
        cluster.changes && !reasons[reason].begins && !reasons[reason].touches.is_disjoint(&cluster.fields)
    };
    // A reason that nothing read speaks of may change anything nobody gave a reason for.
    let silent: Vec<usize> = (0..reasons.len())
        .filter(|at| !reasons[*at].begins && !clusters.iter().any(|cluster| speaks(*at, cluster)))
        .collect();
    let causes = causes(usage);
    let mut taken: BTreeSet<String> = context.topology.messages.iter().map(|m| m.name.clone()).collect();
    taken.extend(context.board.events.keys().cloned());
    let mut parts = Vec::new();
    for cluster in clusters {
        let own: Vec<usize> = (0..reasons.len()).filter(|at| speaks(*at, cluster)).collect();
        let unexplained = cluster.fields.is_empty() || cluster.fields.iter().any(|at| causes[*at].is_empty());
        let mut places: Vec<usize> = (0..reasons.len())
            .filter(|at| reasons[*at].begins || own.contains(at) || unexplained && silent.contains(at))
            .collect();
        if places.is_empty() {
            places = (0..reasons.len()).collect();
        }
        let trigger = match own.as_slice() {
            [only] => Some(reasons[*only].name.as_str()),
            _ => None,
        };
        let stem = provisional_name(usage, cluster, trigger, movers);
        // The same facts in another cut, for one reader: its name tells them apart better than a number.
        let reader = cluster.readers.iter().map(|reader| movers[*reader].name.as_str());
        let only = reader.clone().next().filter(|_| reader.count() == 1);
        let told_apart = only.and_then(|reader| {
            let facts = stem.strip_suffix("Changed")?;
            Some(format!("{facts}For{}Changed", pascal(&words(reader))))
        });
        let name = std::iter::once(stem.clone())
            .chain(told_apart)
            .chain((2..).map(|n| format!("{stem}{n}")))
            .find(|name| taken.insert(name.clone()))
            .unwrap_or(stem);
        let named = |set: &BTreeSet<usize>| set.iter().map(|at| usage.fields[*at].clone()).collect();
        parts.push(Part {
            name,
            identity: named(&usage.identity),
            fields: named(&cluster.fields),
            along: named(&cluster.along),
            consumers: cluster.readers.iter().map(|reader| movers[*reader].name.clone()).collect(),
            reasons: places.iter().map(|at| reasons[*at].name.clone()).collect(),
            reason_places: places,
        });
    }
    parts
}

/// What a cluster may be called until people find the business's word for it: the one command it tells of, in the past;
/// what businesses call such fields; the word most of its fields share; one or two of its fields; and that they changed.
fn provisional_name(usage: &Usage, cluster: &Cluster, trigger: Option<&str>, movers: &[&Consumer]) -> String {
    if let Some(told) = trigger.and_then(told) {
        return told;
    }
    let subject = usage.subject();
    let changed = |what: &str| {
        let what = pascal(what);
        // `vehicleStatus` of a `Vehicle` is its status.
        let what = what.strip_prefix(&subject).filter(|rest| !rest.is_empty()).unwrap_or(&what).to_owned();
        format!("{subject}{what}Changed")
    };
    let spoken = |at: &usize| words(&usage.fields[*at].replace('.', " ")).to_lowercase();
    let said: Vec<Vec<String>> =
        cluster.fields.iter().map(|at| spoken(at).split(' ').map(str::to_owned).collect()).collect();
    if let Some(topic) = topics::topic(&said).filter(|_| cluster.fields.len() > 1) {
        return changed(&words(topic));
    }
    let mut shared: BTreeMap<String, usize> = BTreeMap::new();
    for at in &cluster.fields {
        let said: BTreeSet<String> = spoken(at).split(' ').map(str::to_owned).collect();
        said.into_iter().filter(|word| word.len() > 3).for_each(|word| *shared.entry(word).or_default() += 1);
    }
    let topic = shared.iter().max_by_key(|(word, count)| (**count, std::cmp::Reverse((*word).clone())));
    if let Some((word, count)) = topic
        && cluster.fields.len() > 2
        && *count > 1
        && 3 * count >= cluster.fields.len()
    {
        return changed(word);
    }
    let readers = |at: &usize| movers.iter().filter(|mover| mover.uses.contains(at)).count();
    let mut first: Vec<usize> = cluster.fields.iter().copied().collect();
    first.sort_by_key(|at| (std::cmp::Reverse(readers(at)), spoken(at).split(' ').count(), *at));
    let first: Vec<String> = first.iter().take(2).map(spoken_words(usage)).collect();
    changed(&first.join(" and "))
}

/// A field's own words, without those of the objects it lies in.
fn spoken_words(usage: &Usage) -> impl Fn(&usize) -> String + '_ {
    |at| words(usage.fields[*at].rsplit('.').next().unwrap_or_default())
}

/// What a command's success is called: `CompleteRefurbishment` → `RefurbishmentCompleted`.
fn told(trigger: &str) -> Option<String> {
    let spoken = words(trigger);
    let (verb, rest) = spoken.split_once(' ').filter(|_| is_order(&spoken))?;
    in_past(&format!("{}{}", pascal(rest), pascal(verb)))
}

#[cfg(test)]
mod tests;
